package cloudflare

import (
	"context"
	"errors"
	"io"
	"sync"

	"sitegen.dev/core/site"
)

// exchange is one request with its answer: the context of the one, the site.Sink of the other. It is never used again.
type exchange struct {
	context.Context
	cancel  context.CancelCauseFunc
	w       *worker
	req     site.Request
	arrived chan struct{} // of the body; nil before somebody waits
	drained chan struct{}
	replies map[int32]chan struct{}
	work    sync.WaitGroup // of WaitUntil

	reason  string
	begun   bool   // the head was given
	full    bool   // the next bytes have to wait for eventDrained
	buf     []byte // bytes that were not given yet
	whole   bool   // Serve has returned
	broken  bool
	head    [512]byte
	bufRoom [1024]byte
}

var (
	_ site.Sink         = (*exchange)(nil)
	_ site.Aborter      = (*exchange)(nil)
	_ site.StatusTexter = (*exchange)(nil)
)

// sendAt is how many bytes of small writes are gathered. Each crossing to JavaScript costs about as much as copying
// this much.
const sendAt = 8 << 10

// StatusText keeps the reason phrase for Start.
func (x *exchange) StatusText(text string) { x.reason = text }

// Start gives status and header to the worker, which sends them with the first bytes.
func (x *exchange) Start(status int, h *site.Header) error {
	if x.begun {
		return errors.New("the answer has begun already")
	}
	if x.Err() != nil {
		return errGone
	}
	x.begun = true
	if !h.Has("X-Content-Type-Options") {
		// Package site has finished with the header: a line more is nobody else's business.
		hostHead(pointer(append(appendHead(x.head[:0], status, x.reason, h), "X-Content-Type-Options\nnosniff\n"...)))
		return nil
	}
	hostHead(pointer(appendHead(x.head[:0], status, x.reason, h)))
	return nil
}

// Write gives bytes of the body to the worker. It waits while the visitor has not taken those before.
func (x *exchange) Write(p []byte) (int, error) {
	if !x.begun {
		return 0, errors.New("the body came before the status")
	}
	if len(x.buf)+len(p) < sendAt {
		if x.buf == nil {
			x.buf = x.bufRoom[:0]
		}
		x.buf = append(x.buf, p...)
		return len(p), nil
	}
	if err := x.give(x.buf); err != nil {
		return 0, err
	}
	x.buf = x.buf[:0]
	if err := x.give(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// WriteString is Write.
func (x *exchange) WriteString(s string) (int, error) {
	return x.Write([]byte(s))
}

// Flush sends what was written.
func (x *exchange) Flush() error {
	err := x.give(x.buf)
	x.buf = x.buf[:0]
	if err == nil {
		hostFlush()
	}
	return err
}

func (x *exchange) give(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	if x.full {
		select {
		case <-x.drained:
			x.full = false
		case <-x.Done():
			return errGone
		}
	}
	if x.Err() != nil {
		return errGone
	}
	switch hostChunk(pointer(p)) {
	case chunkGone:
		x.cancel(errGone)
		return errGone
	case chunkFull:
		x.full = true
		if x.drained == nil {
			x.drained = make(chan struct{}, 1)
		}
	}
	return nil
}

// Abort breaks the answer off.
func (x *exchange) Abort(error) { x.broken = true }

// finish ends the answer.
func (x *exchange) finish() {
	if !x.whole { // runtime.Goexit
		x.broken = true
	}
	if !x.broken && x.give(x.buf) != nil {
		x.broken = true
	}
	if x.broken {
		hostFinish(1)
		return
	}
	hostFinish(0)
}

// bodyReader is the body of the request.
type bodyReader struct{ x *exchange }

// Read waits for the next bytes.
func (b bodyReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	x := b.x
	for {
		switch n := hostTake(pointer(p)); n {
		case 0:
		case bodyEnd:
			return 0, io.EOF
		case bodyBroken:
			return 0, &site.RequestError{Status: 400, Reason: "the body is broken or incomplete"}
		default:
			return int(n), nil
		}
		if x.arrived == nil {
			x.arrived = make(chan struct{}, 1)
		}
		hostPull()
		select {
		case <-x.arrived:
		case <-x.Done():
			return 0, context.Cause(x)
		}
	}
}

// files are the finished files, which the assets binding serves.
type files struct{ w *worker }

// Has says whether there is a finished file of that name.
func (files) Has(name string) bool { return hostHas(pointerTo(name)) == 1 }

// Serve lets the worker answer with the file; it needs no Go for that.
func (f files) Serve(_ context.Context, name string, status int, extra *site.Header, _ *site.Request, sink site.Sink) error {
	x, ok := sink.(*exchange)
	if !ok || x.begun {
		return errors.New("the answer is not one of this worker's")
	}
	x.begun = true
	hostHead(pointer(appendHead(x.head[:0], status, "", extra)))
	hostFile(pointerTo(name))
	return nil
}
