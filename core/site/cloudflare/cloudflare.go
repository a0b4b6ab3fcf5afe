// Package cloudflare gives pages what Cloudflare Workers offer beside requests: KV, R2, D1, queues, Durable Objects,
// other Workers, the cache, and more. A binding is a constant with the name that wrangler.jsonc has:
//
//	const cache = cloudflare.KV("CACHE")
//
//	value, found, err := cache.Get(page.Context(), "key")
//
// A build for Cloudflare holds each such name against wrangler.jsonc. On other platforms, and while prerendering, every
// method gives ErrElsewhere; Here tells beforehand.
//
// Names, keys and other texts are sent to JavaScript as they are. What a method sends and gets is in memory once, unless
// it is an io.Reader. The context ends a call; what was begun may still happen.
//
// The package imports the standard library and package site; the running half of the cloudflare adapter installs the
// Host. What a site does not call is not linked.
package cloudflare

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Host does what a call asks for. The running half of the adapter installs one.
type Host interface {
	// Call gives the number of a call that has begun. Of two calls the later has the larger number.
	Call(name string, args []string, data []byte) (id int32, err error)
	// Wait gives what came of a call. found is false where there is nothing, such as for a key that is not there.
	Wait(ctx context.Context, id int32) (result []byte, found bool, err error)
	// Drop ends a call with the streams that came of it.
	Drop(id int32)
}

var host Host

// Use installs the host.
func Use(h Host) { host = h }

// ErrElsewhere is what every method gives outside of a Worker.
var ErrElsewhere = errors.New("this is only there in a Cloudflare Worker")

// Here says whether the program runs in a Worker.
func Here() bool { return host != nil }

// Error is what a binding has answered instead of a result.
type Error struct {
	Op      string // what was asked: "kv.get"
	Binding string // its name in wrangler.jsonc
	Reason  string // in the words of the platform
}

// Error names binding and reason.
func (e *Error) Error() string {
	if e.Binding == "" {
		return e.Op + ": " + e.Reason
	}
	return e.Op + " " + e.Binding + ": " + e.Reason
}

// begin starts a call; args[0] is the name of the binding.
func begin(op string, data []byte, args ...string) (int32, error) {
	if host == nil {
		return 0, fmt.Errorf("%s %s: %w", op, args[0], ErrElsewhere)
	}
	for _, a := range args {
		if strings.Contains(a, "\x00") {
			return 0, &Error{op, args[0], "a text holds a NUL"}
		}
	}
	return host.Call(op, args, data)
}

// call does something from beginning to end.
func call(ctx context.Context, op string, data []byte, args ...string) ([]byte, bool, error) {
	id, err := begin(op, data, args...)
	if err != nil {
		return nil, false, err
	}
	return wait(ctx, id, op, args[0])
}

func wait(ctx context.Context, id int32, op, binding string) ([]byte, bool, error) {
	result, found, err := host.Wait(ctx, id)
	var refused Refused
	if errors.As(err, &refused) {
		err = &Error{op, binding, string(refused)}
	}
	return result, found, err
}

// Refused is the error with which a Host passes on what the platform says.
type Refused string

// Error is the platform's reason.
func (r Refused) Error() string { return string(r) }
