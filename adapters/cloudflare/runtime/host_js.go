package cloudflare

import (
	"context"
	"errors"
	"strings"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/cloudflare"
)

// host is what bindings and site.Fetch reach the worker module by. There is one request at a time, so that it need not be
// told which one asks.
type host struct{ w *worker }

var _ cloudflare.Host = host{}

// install makes the platform known to the packages of the author.
func (h host) install() {
	cloudflare.Use(h)
	site.UseFetchTransport(cloudflare.FetchTransport{})
}

var errNoRequest = errors.New("no request is being answered: do this before the page returns, or inside WaitUntil")

// Call begins a call.
func (h host) Call(name string, args []string, data []byte) (int32, error) {
	x := h.w.x
	if x == nil {
		return 0, errNoRequest
	}
	text := name + "\x00" + strings.Join(args, "\x00") + "\x00"
	t, tn := pointerTo(text)
	d, dn := pointer(data)
	id := hostCall(t, tn, d, dn)
	if x.replies == nil {
		x.replies = map[int32]chan struct{}{}
	}
	x.replies[id] = make(chan struct{}, 1)
	return id, nil
}

// Wait waits for the end of a call and gives its result.
func (h host) Wait(ctx context.Context, id int32) (result []byte, found bool, err error) {
	x := h.w.x
	if x == nil {
		return nil, false, errNoRequest
	}
	done := x.replies[id]
	defer delete(x.replies, id)
	select {
	case <-done:
	case <-ctx.Done():
		hostDrop(id)
		return nil, false, context.Cause(ctx)
	}
	n := hostResult(id)
	if n == resultNone {
		return nil, false, nil
	}
	failed := n < resultNone
	if failed {
		n = resultFailed - n
	}
	result = make([]byte, n)
	if n > 0 {
		hostTake(pointer(result))
	}
	if failed {
		return nil, false, cloudflare.Refused(result)
	}
	return result, true, nil
}

// Drop ends a call.
func (h host) Drop(id int32) {
	if h.w.x != nil {
		hostDrop(id)
	}
}
