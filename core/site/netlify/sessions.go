package netlify

import (
	"context"
	"time"

	"sitegen.dev/core/site"
)

// Sessions keeps sessions in Netlify Blobs, in a store of that name, with strong consistency: what one request has saved, the next
// one sees, wherever it is answered. A session that has ended is forgotten when its id comes again.
type Sessions struct{ Store string }

var _ site.SessionDriver = Sessions{}

func (s Sessions) blobs() Blobs { return Blobs{Name: s.Store, Strong: true} }

// Load gives the bytes of a session.
func (s Sessions) Load(ctx context.Context, id string) ([]byte, error) {
	return s.blobs().Get(ctx, id)
}

// Save writes a session. Its end is in its data; Netlify knows none.
func (s Sessions) Save(ctx context.Context, id string, data []byte, _ time.Time) error {
	return s.blobs().Set(ctx, id, data)
}

// Delete removes a session.
func (s Sessions) Delete(ctx context.Context, id string) error { return s.blobs().Delete(ctx, id) }
