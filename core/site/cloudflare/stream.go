package cloudflare

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// stream reads what came of a call, piece by piece.
type stream struct {
	ctx  context.Context
	id   int32
	rest []byte
	err  error
	end  func() // may be nil
}

// Read gives the next bytes.
func (s *stream) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(s.rest) == 0 {
		if s.err != nil {
			return 0, s.err
		}
		data, found, err := call(s.ctx, "read", nil, strconv.Itoa(int(s.id)))
		var refused *Error
		switch {
		case errors.As(err, &refused):
			s.stop(errors.New("the stream broke off: " + refused.Reason))
		case err != nil:
			s.stop(err)
		case !found:
			s.stop(io.EOF)
		}
		s.rest = data
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// Close ends the stream.
func (s *stream) Close() error {
	s.rest = nil
	s.stop(errors.New("the stream is closed"))
	return nil
}

func (s *stream) stop(err error) {
	if s.err != nil {
		return
	}
	s.err = err
	if host != nil {
		host.Drop(s.id)
	}
	if s.end != nil {
		s.end()
	}
}

// small is up to what size a body is sent in one piece.
const small = 64 << 10

// body is what a call sends: all of it, or the beginning of a stream.
type body struct {
	kind string // "none", "data", "stream"
	size string // of a stream, "" where it is not known
	data []byte
	rest io.Reader
}

// newBody looks at what is to be sent. What says that it is small goes in one piece.
func newBody(r io.Reader) (*body, error) {
	if r == nil {
		return &body{kind: "none"}, nil
	}
	b := &body{kind: "stream", rest: r}
	if sized, ok := r.(interface{ Len() int }); ok {
		b.size = strconv.Itoa(sized.Len())
		if sized.Len() <= small {
			data, err := io.ReadAll(r)
			return &body{kind: "data", data: data}, err
		}
	}
	return b, nil
}

// newSizedBody is newBody where the length has to be known beforehand: what does not say it is read.
func newSizedBody(r io.Reader) (*body, error) {
	b, err := newBody(r)
	if err == nil && b.kind == "stream" && b.size == "" {
		b.kind = "data"
		b.data, err = io.ReadAll(r)
	}
	return b, err
}

// send writes the stream beside the call that takes it, until its end or until stop is called. The call is waited for with
// the context that it gives: a body that cannot be read ends it, and is why.
func (b *body) send(ctx context.Context, id int32) (waiting context.Context, stop func()) {
	if b.kind != "stream" {
		return ctx, func() {}
	}
	waiting, cancel := context.WithCancelCause(ctx)
	go func() {
		name := strconv.Itoa(int(id))
		buf := make([]byte, 32<<10)
		for {
			n, err := b.rest.Read(buf)
			if waiting.Err() != nil {
				return
			}
			if n > 0 {
				if _, _, err := call(waiting, "write", buf[:n], name); err != nil {
					return // who waits for the call is told why
				}
			}
			switch {
			case err == io.EOF:
				call(waiting, "end", nil, name)
				return
			case err != nil:
				err = fmt.Errorf("the body could not be read: %w", err)
				cancel(err)
				call(ctx, "end", nil, name, err.Error()) // where the answer has begun already
				return
			}
		}
	}()
	return waiting, func() { cancel(context.Canceled) }
}
