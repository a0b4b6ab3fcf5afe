package cloudflare

import (
	"context"
	"io"
	"strconv"

	"sitegen.dev/core/site"
)

// Cache is a cache of the data centre that answers; it needs no line in wrangler.jsonc. Cache("") is the one that
// Cloudflare itself uses. On workers.dev it keeps nothing.
type Cache string

// Match gives the answer that is kept for a URL, nil where there is none. Its body is read or closed as that of
// site.Fetch.
func (c Cache) Match(ctx context.Context, url string) (*site.FetchResponse, error) {
	id, err := begin("cache.match", nil, string(c), url)
	if err != nil {
		return nil, err
	}
	text, found, err := wait(ctx, id, "cache.match", string(c))
	if err != nil || !found {
		return nil, err
	}
	resp, err := response(ctx, id, string(text), func() {})
	if err == nil {
		resp.URL = url
	}
	return resp, err
}

// Put keeps an answer for a URL, for as long as its Cache-Control says. It refuses what must not be kept: status 206,
// Vary: *, and answers that set cookies. Content with a method Len is not held in memory as a whole. Any other is read first:
// of one that breaks off, the Workers runtime would keep what came until then as if it were all.
func (c Cache) Put(ctx context.Context, url string, status int, h *site.Header, content io.Reader) error {
	b, err := newSizedBody(content)
	if err != nil {
		return err
	}
	args := []string{string(c), url, strconv.Itoa(status), b.kind, b.size}
	if h != nil {
		if h.Has("Set-Cookie") {
			return &Error{"cache.put", string(c), "an answer that sets cookies is for one visitor"}
		}
		for name, value := range h.All() {
			args = append(args, name, value)
		}
	}
	id, err := begin("cache.put", b.data, args...)
	if err != nil {
		return err
	}
	waiting, stop := b.send(ctx, id)
	defer stop()
	_, _, err = wait(waiting, id, "cache.put", string(c))
	if err != nil {
		host.Drop(id)
	}
	return err
}

// Delete forgets what is kept for a URL, and says whether there was something.
func (c Cache) Delete(ctx context.Context, url string) (bool, error) {
	_, found, err := call(ctx, "cache.delete", nil, string(c), url)
	return found, err
}
