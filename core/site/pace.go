package site

import (
	"sync"
	"time"
)

const (
	// paceDelay is how long a piece of a page that has been flushed before may wait for more.
	paceDelay = 10 * time.Millisecond
	// paceSize is how much may wait.
	paceSize = 16 << 10
)

// pace sends a page whose answer has begun by Page.Flush as it is rendered: the Writer hands on what there is wherever it
// may, and what stands before a component that takes its time goes out while that one still works. Short pieces are
// collected for a moment, so that a long list is not a long list of packets.
//
// The answer has to have begun because only then nothing can be lost by it: status, header and the error page have gone.
type pace struct {
	mu    sync.Mutex // of all below, and of the sink while a timer may run
	sink  Sink
	buf   []byte
	timer *time.Timer
	armed bool
	ended bool
	err   error
}

// add takes a piece. It fails when one before could not be sent.
func (p *pace) add(b []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.buf = append(p.buf, b...); len(p.buf) >= paceSize {
		p.write()
	}
	switch {
	case p.armed || p.err != nil:
	case p.timer == nil:
		p.timer, p.armed = time.AfterFunc(paceDelay, p.late), true
	default:
		p.timer.Reset(paceDelay)
		p.armed = true
	}
	return p.err
}

// flush sends everything at once.
func (p *pace) flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.send()
	return p.err
}

// end sends what is left without a flush, as the end of the answer is one. Afterwards nothing uses the sink any more.
func (p *pace) end() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended = true; p.timer != nil {
		p.timer.Stop()
	}
	p.write()
	return p.err
}

func (p *pace) late() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.armed = false; !p.ended {
		p.send()
	}
}

func (p *pace) send() {
	if p.write(); p.err == nil && p.sink.Flush() != nil {
		p.err = errGone
	}
}

func (p *pace) write() {
	if len(p.buf) > 0 && p.err == nil {
		if _, err := p.sink.Write(p.buf); err != nil {
			p.err = errGone
		}
	}
	p.buf = p.buf[:0]
}
