package site

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"sync/atomic"
)

// Async renders a component beside the rest of the page: render runs in a goroutine and writes into a Writer of its own,
// and what it wrote comes out where Async was called, in the order of the document. Generated code calls it for
// server:async.
//
// What is finished before its turn waits in memory. An error or a panic of render is one of the page, and ends the
// context of all other parts. With maxParts running, render runs in place.
func Async(w *Writer, page *Page, render func(w *Writer, page *Page) error) error {
	x := page.x
	switch {
	case w.err != nil:
		return w.err
	case x == nil:
		return render(w, page)
	}
	g := x.group
	if g == nil {
		g = x.newGroup()
	}
	p := &section{group: g}
	p.snapshot(w, page)
	if g.running.Add(1) > maxParts {
		defer g.running.Add(-1)
		if err := render(w, &p.page); err != nil {
			return p.answered(err)
		}
		return p.fault()
	}
	if w.seams == nil {
		w.seams = &seams{x: x, step: w.limit}
	}
	w.seams.marks = append(w.seams.marks, seam{at: len(w.buf), part: p})
	p.w = getWriter()
	p.w.seams = &seams{x: x, step: p.w.limit}
	if w.warn != nil {
		p.w.onWarning(func(warning Warning) { p.warnings = append(p.warnings, warning) })
	}
	p.done = make(chan struct{})
	g.wg.Go(func() { p.run(render) })
	return nil
}

const (
	// maxParts is how many parts of one page run at a time. A loop over a long list thus costs no more goroutines.
	maxParts = 64
	// maxBehind is how much of a page is kept that comes behind an unfinished part before the page waits for the part.
	maxBehind = 1 << 20
)

// group is all parts of one page that run beside it.
type group struct {
	ctx     context.Context // of the parts, and of the page from the first part on
	cancel  context.CancelCauseFunc
	wg      sync.WaitGroup
	running atomic.Int32
	failed  atomic.Bool
	first   atomic.Pointer[section]
	mu      sync.Mutex
	err     error // the first failure
}

func (x *exchange) newGroup() *group {
	g := new(group)
	g.ctx, g.cancel = context.WithCancelCause(x.ctx)
	if !x.cookies.prerendered {
		x.cookies.use("") // parsed now, so that parts only read
	}
	x.group = g
	return g
}

// endParts is called when the page is through. Whatever it failed of, nothing of it runs any longer afterwards; err is
// what the page came to, and gives way to the failure of a part that came before.
func (x *exchange) endParts(err error) error {
	g := x.group
	if err != nil {
		g.fail(err)
		err = g.err
	}
	g.cancel(nil)
	g.wg.Wait()
	x.group = nil
	return err
}

func (g *group) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil {
		g.err = err
		g.failed.Store(true)
		g.cancel(err)
	}
}

// section is one component that is rendered beside the page.
type section struct {
	group    *group
	w        *Writer
	page     Page
	resp     Response
	cookies  Cookies
	locals   Locals
	status   int
	text     string
	warnings []Warning
	done     chan struct{} // closed when w is complete
	err      error

	mu    sync.Mutex
	wrong error // a header or cookie that was set
}

// snapshot gives the part a page of its own: it sees what was set so far, and can set nothing.
func (p *section) snapshot(w *Writer, page *Page) {
	from := page
	if first := p.group.first.Load(); first != nil && page.part == nil && w != page.x.w {
		// Markup that was handed in holds the page of the request, which may be changing meanwhile. What the first part
		// saw of it will do.
		from = &first.page
		p.status, p.text = first.status, first.text
	} else {
		p.status, p.text = page.Response.Status, page.Response.StatusText
	}
	p.page = *page
	p.page.part = p
	p.page.Session = page.Session.forPart()
	p.resp.Status, p.resp.StatusText = p.status, p.text
	p.resp.Header.lines = slices.Clone(from.Response.Header.lines)
	p.resp.Header.sent = p
	p.cookies = *from.Cookies
	p.cookies.set = slices.Clone(from.Cookies.set)
	p.cookies.sent = p
	p.locals.values = slices.Clone(from.Locals.values)
	p.page.Response, p.page.Cookies, p.page.Locals = &p.resp, &p.cookies, &p.locals
	p.group.first.CompareAndSwap(nil, p)
}

func (p *section) run(render func(w *Writer, page *Page) error) {
	defer close(p.done)
	defer p.group.running.Add(-1)
	defer func() {
		if v := recover(); v != nil {
			p.err = NewPanicError(v)
		}
		if p.err != nil {
			p.group.fail(p.err)
		}
	}()
	if p.err = p.group.ctx.Err(); p.err != nil {
		return
	}
	if p.err = p.answered(render(p.w, &p.page)); p.err == nil {
		p.err = p.w.err
	}
	if p.err == nil {
		p.err = p.fault()
	}
	for i := range p.w.seams.marks {
		if q := p.w.seams.marks[i].part; q != nil {
			<-q.done
			if p.err == nil {
				p.err = q.err
			}
		}
	}
}

// late refuses a header or cookie: by the time the part is rendered the answer may have begun, or not, as chance has it.
func (p *section) late(what, at string) {
	p.refuse(&misuseError{at, what + " was set in a component with server:async"})
}

func (p *section) refuse(err *misuseError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wrong == nil {
		err.msg += ", whose output may come after that of the page has begun: set it in the page, or render the component in place"
		p.wrong = err
	}
}

// fault gives what was set though it could not be.
func (p *section) fault() error {
	if p.resp.Status != p.status || p.resp.StatusText != p.text {
		p.refuse(&misuseError{"", "page.Response.Status was set in a component with server:async"})
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wrong
}

// answered refuses what would be the answer of a page: it would be one only where the output has not begun, as chance
// has it.
func (p *section) answered(err error) error {
	var send *sendError
	var status *statusError
	var rewrite *rewriteError
	switch {
	case errors.As(err, &send):
		send.resp.closeBody()
	case errors.As(err, &status), errors.As(err, &rewrite):
	default:
		return err
	}
	p.refuse(&misuseError{"", err.Error() + " in a component with server:async"})
	return p.fault()
}

// pending says that the answer is a page whose parts still run, of which nothing was sent.
func (x *exchange) pending() bool {
	return x.resp.body == pageBody && x.resp.rest != nil && !x.committed
}

// defers says that a page that is rendered through need not wait for its parts: they are waited for while it is sent,
// when the middleware has seen the answer, so that what stands before the first of them goes out at once. What caches
// may keep is never sent so: a part may yet read the session, which says that they may not.
func (x *exchange) defers() bool {
	w := x.w
	if x.group == nil || x.committed || x.method == "HEAD" || x.keep != nil || w.err != nil || w.spill == nil || w.seams == nil || w.seams.eager {
		return false
	}
	return w.unfinished()
}

// unfinished says that a part still runs. After a failure there is nothing to wait for.
func (w *Writer) unfinished() bool {
	s := w.seams
	if g := s.x.group; g == nil || g.failed.Load() {
		return false
	}
	for i := range s.marks {
		if p := s.marks[i].part; p != nil && !p.finished() {
			return true
		}
	}
	return false
}

// wait waits for the parts of a page that nothing was sent of, for somebody who wants to see all of it. A failure is
// kept for when the answer is sent.
func (x *exchange) wait() (body []byte, ok bool) {
	if x.w.join() != nil {
		return nil, false
	}
	return x.w.buf, true
}

// stream sends a page whose parts still run: what is there, and then each part in its turn. An error before anything was
// sent is one of a page.
func (x *exchange) stream() error {
	w := x.w
	if w.seams != nil && x.keep == nil && w.unfinished() {
		w.seams.eager = true
	}
	err := w.join()
	x.resp.rest, x.resp.data = nil, w.buf
	if x.group == nil {
		return err
	}
	return x.endParts(err)
}

// seams is what a Writer knows beyond its text once the page has had parts: the places in the text where something
// belongs that depends on what stands before it.
type seams struct {
	x     *exchange
	marks []seam
	once  *once  // nil for that of the page
	out   []byte // settled text, on its way out
	step  int    // limit of the Writer without marks
	eager bool   // a flush was asked for while a part was running
}

// seam is a place in the text: of a part, or of a text that the page has once.
type seam struct {
	at       int
	part     *section
	id, text string // of a script; the head's contents have no id
}

// spillParts is full for a Writer with seams.
func (w *Writer) spillParts() error {
	s := w.seams
	if w.spill == nil {
		w.limit = math.MaxInt
		return w.err
	}
	for w.settle(false) == nil && len(s.marks) > 0 && len(w.buf) >= max(maxBehind, s.step) {
		<-s.marks[0].part.done
	}
	switch {
	case w.err != nil:
	case s.x.pace != nil && len(s.marks) == 0:
		w.limit = 0
	default:
		w.limit = max(s.step, len(w.buf)+spillAt)
	}
	return w.err
}

// settle puts what belongs at the marks in their place, from the first mark on. With wait it waits for parts, otherwise
// it ends at the first that is not finished. What is settled is handed on, if the Writer has a receiver and does not
// merely wait; else it is the text of the Writer.
func (w *Writer) settle(wait bool) error {
	s := w.seams
	from := 0
	s.out = s.out[:0]
	for len(s.marks) > 0 && w.err == nil {
		if g := s.x.group; g != nil && g.failed.Load() {
			g.mu.Lock()
			w.Fail(g.err)
			g.mu.Unlock()
			break
		}
		m := &s.marks[0]
		s.out = append(s.out, w.buf[from:m.at]...)
		from = m.at
		if m.part != nil && !m.part.finished() {
			if !wait {
				break
			}
			if w.spill != nil && (s.eager || s.x.committed) {
				w.hand()
				if w.err == nil && s.x.committed && s.x.flushSink() != nil {
					w.Fail(errGone)
				}
			}
			<-m.part.done
		}
		if w.Fail(s.write(m, w.warn)); w.err != nil {
			break
		}
		s.marks = s.marks[1:]
	}
	if w.err != nil {
		return w.err
	}
	if len(s.marks) == 0 {
		s.marks = nil
		s.out = append(s.out, w.buf[from:]...)
		from = len(w.buf)
	}
	if w.spill == nil || wait && !s.eager && !s.x.committed {
		w.buf, s.out = s.out, w.buf // only with wait: no marks are left
		return nil
	}
	w.hand()
	w.buf = append(w.buf[:0], w.buf[from:]...)
	for i := range s.marks {
		s.marks[i].at -= from
	}
	return w.err
}

// hand gives the settled text to the receiver.
func (w *Writer) hand() {
	if s := w.seams; len(s.out) > 0 && w.err == nil {
		w.Fail(w.spill(s.out))
		s.out = s.out[:0]
	}
}

// write appends what belongs at a mark to the settled text.
func (s *seams) write(m *seam, warn func(Warning)) error {
	p := m.part
	if p == nil {
		taken := s.once
		if taken == nil {
			taken = &s.x.once
		}
		s.out = append(s.out, taken.take(m.id, m.text)...)
		return nil
	}
	if p.err != nil {
		return p.err
	}
	if warn != nil {
		for _, warning := range p.warnings {
			warn(warning)
		}
	}
	from := 0
	for i := range p.w.seams.marks {
		inner := &p.w.seams.marks[i]
		s.out = append(s.out, p.w.buf[from:inner.at]...)
		from = inner.at
		if err := s.write(inner, warn); err != nil {
			return err
		}
	}
	s.out = append(s.out, p.w.buf[from:]...)
	putWriter(p.w)
	p.w = nil
	return nil
}

func (p *section) finished() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}
