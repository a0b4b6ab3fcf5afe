package cloudflare

import (
	"context"
	"encoding/json"
	"time"
)

// Queue takes messages for another Worker ("queues.producers" in wrangler.jsonc).
type Queue string

// Send puts one message into the queue: a string or []byte as it is, anything else as JSON. delay is how long it is kept
// back, up to 12 hours.
func (q Queue) Send(ctx context.Context, message any, delay time.Duration) error {
	kind, data, err := encodeMessage(message)
	if err != nil {
		return err
	}
	wait, err := seconds(delay)
	if err != nil {
		return &Error{"queue.send", string(q), "the delay " + err.Error()}
	}
	_, _, err = call(ctx, "queue.send", data, string(q), kind, wait)
	return err
}

func encodeMessage(message any) (kind string, data []byte, err error) {
	switch m := message.(type) {
	case string:
		return "text", []byte(m), nil
	case []byte:
		return "bytes", m, nil
	}
	data, err = json.Marshal(message)
	return "json", data, err
}
