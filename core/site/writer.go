package site

import (
	"math"
	"sync"
)

// Writer collects the output of components in one buffer.
//
// Nothing that writes returns an error: the first one sticks and is returned by Err and End. A Writer that belongs to
// a response hands its buffer on when it has grown past a threshold, but only in Loop and End, so a component never
// loses its output half way through a tag and status and headers stay changeable until then.
//
// The zero value is ready to use and keeps everything it is given. A Writer is not safe for concurrent use.
type Writer struct {
	buf   []byte
	limit int // buf is handed on once it is this long; -1 after an error, so that one comparison tests both
	err   error
	spill func([]byte) error
	warn  func(Warning)
	seams *seams // of a page with parts; see Async
	tmp   []byte // holds a value while it is rewritten in place
}

// NewWriter returns a Writer that appends to buf and keeps everything.
func NewWriter(buf []byte) *Writer { return &Writer{buf: buf, limit: math.MaxInt} }

// S writes s as it is. Generated code passes the literal parts of the template.
func (w *Writer) S(s string) { w.buf = append(w.buf, s...) }

// Long is S for generated functions that are so long that the copies of an inlined S would take most of the compiler's time.
//
//go:noinline
func (w *Writer) Long(s string) { w.buf = append(w.buf, s...) }

// Fail sets the error of the Writer unless it has one. A nil err changes nothing.
func (w *Writer) Fail(err error) {
	if err == nil || w.err != nil {
		return
	}
	w.err = err
	w.limit = -1
}

// Err returns the first error.
func (w *Writer) Err() error { return w.err }

// End ends a component: it may hand the buffer on, and returns the first error.
func (w *Writer) End() error {
	if len(w.buf) < w.limit {
		return nil
	}
	return w.full()
}

// Loop stands at the head of a loop body, and of a fence that runs: it may hand the buffer on, and is false once there is an
// error.
func (w *Writer) Loop() bool { return len(w.buf) < w.limit || w.full() == nil }

// full is the rare half of Loop and End, which are inlined without it.
//
//go:noinline
func (w *Writer) full() error {
	if w.seams != nil {
		return w.spillParts()
	}
	if w.err == nil && w.spill == nil {
		w.limit = math.MaxInt
	}
	return w.flush()
}

// flush hands the buffer on now, however short it is. Without a receiver it does nothing.
func (w *Writer) flush() error {
	if w.err != nil || w.spill == nil {
		return w.err
	}
	if w.seams != nil {
		w.seams.eager = true
		return w.settle(false)
	}
	if len(w.buf) == 0 {
		return nil
	}
	w.Fail(w.spill(w.buf))
	w.buf = w.buf[:0]
	return w.err
}

// onSpill makes the Writer hand its buffer to f when it has reached limit bytes. f must not keep the slice.
// The largest int as limit keeps everything until flush.
func (w *Writer) onSpill(limit int, f func([]byte) error) {
	w.spill = f
	if w.err == nil {
		w.limit = limit
	}
}

// eager makes the Writer hand its buffer on wherever it may, however short it is.
func (w *Writer) eager() {
	if w.err == nil {
		w.limit = 0
	}
}

// Bytes returns what has been written and not been handed on. It is valid until the next call of a method.
func (w *Writer) Bytes() []byte {
	w.join()
	return w.buf
}

// Len returns the number of bytes that Bytes would return.
func (w *Writer) Len() int {
	w.join()
	return len(w.buf)
}

// join waits for what is rendered beside the page and puts it in its place.
func (w *Writer) join() error {
	if w.seams == nil || len(w.seams.marks) == 0 {
		return w.err
	}
	return w.settle(true)
}

// Reset empties the Writer, and drops its error, its receiver and its handler of warnings. The buffer is kept.
func (w *Writer) Reset() { *w = Writer{buf: w.buf[:0], limit: math.MaxInt, tmp: w.tmp[:0]} }

// maxPooled is the largest buffer worth keeping: one page of a megabyte must not stay in memory for ever.
const maxPooled = 256 << 10

var writers = sync.Pool{New: func() any { return NewWriter(make([]byte, 0, 4<<10)) }}

// getWriter returns an empty Writer that keeps everything; putWriter takes it back.
func getWriter() *Writer { return writers.Get().(*Writer) }

// putWriter takes back a Writer of getWriter. Nobody may hold it or its bytes any longer.
func putWriter(w *Writer) {
	if cap(w.buf) > maxPooled || cap(w.tmp) > maxPooled {
		return
	}
	w.Reset()
	writers.Put(w)
}

// Warning reports that something was left out of the output or replaced, because it would not have been safe where
// the template puts it.
type Warning struct {
	File    string // the author's file, as the compiler recorded it; empty if unknown
	Line    int    // from 1; 0 if unknown
	Message string // what was left out or replaced, and why
	Hint    string // what to do; may be empty
}

// onWarning makes f receive the warnings. They cost a walk of the stack, so production leaves it unset.
func (w *Writer) onWarning(f func(Warning)) { w.warn = f }

// warning takes a message in parts, every second of which is quoted, so that nothing is put together unless somebody
// listens.
func (w *Writer) warning(hint string, message ...string) {
	if w.warn == nil {
		return
	}
	file, line := caller()
	m := Warning{File: file, Line: line, Hint: hint}
	for i, s := range message {
		if i%2 == 1 {
			s = quoteShort(s)
		}
		m.Message += s
	}
	w.warn(m)
}
