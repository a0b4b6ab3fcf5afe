package cloudflare

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"
)

// KV is a namespace of Workers KV ("kv_namespaces" in wrangler.jsonc): values of up to 25 MiB under keys of up to 512
// bytes, read quickly everywhere, and up to a minute late.
type KV string

// Get reads a key.
func (b KV) Get(ctx context.Context, key string) (value []byte, found bool, err error) {
	return call(ctx, "kv.get", nil, string(b), key)
}

// GetWithMetadata is Get with what Put has kept beside the value, nil where that is nothing.
func (b KV) GetWithMetadata(ctx context.Context, key string) (value []byte, metadata json.RawMessage, found bool, err error) {
	both, found, err := call(ctx, "kv.get-with", nil, string(b), key)
	if err != nil || !found {
		return nil, nil, false, err
	}
	metadata, value, _ = bytes.Cut(both, []byte{0})
	if len(metadata) == 0 {
		metadata = nil
	}
	return value, metadata, true, nil
}

// KVOptions say how a value is kept.
type KVOptions struct {
	TTL      time.Duration // how long, at least a minute; 0 is for ever
	Metadata []byte        // JSON of up to 1 KB, which List gives with the key, and GetWithMetadata with the value
}

// Put writes a key.
func (b KV) Put(ctx context.Context, key string, value []byte, o KVOptions) error {
	ttl, err := seconds(o.TTL)
	if err != nil {
		return &Error{"kv.put", string(b), "the TTL " + err.Error()}
	}
	_, _, err = call(ctx, "kv.put", value, string(b), key, ttl, string(o.Metadata))
	return err
}

// Delete removes a key; one that is not there is no error.
func (b KV) Delete(ctx context.Context, key string) error {
	_, _, err := call(ctx, "kv.delete", nil, string(b), key)
	return err
}

// KVKey is a key as List gives it.
type KVKey struct {
	Name       string          `json:"name"`
	Expiration int64           `json:"expiration"` // seconds since 1970; 0 is never
	Metadata   json.RawMessage `json:"metadata"`   // what Put was given; nil for nothing
}

// KVPage is a part of a list.
type KVPage struct {
	Keys   []KVKey `json:"keys"`
	Cursor string  `json:"cursor"` // for the next part; "" after the last
}

// List gives the keys that begin with prefix in order, up to 1,000 at a time, from where cursor says.
func (b KV) List(ctx context.Context, prefix, cursor string) (page KVPage, err error) {
	err = callJSON(ctx, &page, "kv.list", nil, string(b), prefix, cursor)
	return page, err
}

// seconds is a time as the platform takes it. Less than a second is one, since none would mean for ever, or at once.
func seconds(d time.Duration) (string, error) {
	if d < 0 {
		return "", errors.New("is negative: " + d.String())
	}
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10), nil
}

// callJSON is call with a result in JSON.
func callJSON(ctx context.Context, into any, op string, data []byte, args ...string) error {
	result, found, err := call(ctx, op, data, args...)
	if err != nil || !found || into == nil {
		return err
	}
	return json.Unmarshal(result, into)
}
