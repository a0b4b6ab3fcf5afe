package cloudflare

import (
	"context"
	"time"

	"sitegen.dev/core/site"
)

// Sessions keeps sessions in a namespace of Workers KV. What was saved is seen at once by the data centre that saved it,
// and within a minute everywhere else.
type Sessions struct{ KV KV }

var _ site.SessionDriver = Sessions{}

// Load gives the bytes of a session.
func (s Sessions) Load(ctx context.Context, id string) ([]byte, error) {
	data, _, err := s.KV.Get(ctx, id)
	return data, err
}

// Save writes a session. KV keeps nothing for less than a minute; the end of the session is in its data too.
func (s Sessions) Save(ctx context.Context, id string, data []byte, until time.Time) error {
	return s.KV.Put(ctx, id, data, KVOptions{TTL: max(time.Until(until), time.Minute)})
}

// Delete removes a session.
func (s Sessions) Delete(ctx context.Context, id string) error { return s.KV.Delete(ctx, id) }
