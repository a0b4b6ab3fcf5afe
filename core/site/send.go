package site

import (
	"errors"
	"io"
	"strconv"
)

// errGone stops a page whose visitor went away. It is nobody's mistake, and not logged.
var errGone = errors.New("the visitor went away")

// send sends an answer of which nothing was sent so far.
func (x *exchange) send() {
	r := &x.resp
	if r.Status == 0 {
		r.Status = 200
	}
	if bodiless(r.Status) {
		r.clearBody()
	}
	switch r.body {
	case fileBody:
		x.sendFile()
		return
	case readerBody, pourBody:
		x.sendStream()
		return
	case pageBody:
		r.data = x.w.Bytes() // the middleware may have run components of its own since
	}
	if r.body == pageBody && !r.Header.Has("Content-Type") {
		r.Header.put("Content-Type", "text/html; charset=utf-8")
	}
	if x.isPage {
		x.putPolicy()
	}
	x.setLength()
	if err := x.commit(); err != nil {
		x.abort(err)
		return
	}
	if x.method == "HEAD" {
		return
	}
	var err error
	switch {
	case r.body == textBody && r.text != "":
		_, err = io.WriteString(x.sink, r.text)
	case len(r.data) > 0:
		_, err = x.sink.Write(r.data)
	}
	if err != nil {
		x.abort(errGone)
	}
}

// bodiless says that an answer of a status has no body.
func bodiless(status int) bool { return status == 204 || status == 205 || status == 304 }

// setLength states the length of a body that is in memory. To HEAD, an endpoint may state one of its own.
func (x *exchange) setLength() {
	r := &x.resp
	n := len(r.data) + len(r.text)
	switch {
	case r.Status == 204 || r.Status == 304 || r.Status < 200:
		r.Header.drop("Content-Length", 0)
	case x.method == "HEAD" && (x.dropped || r.body == noBody):
		// The length is that of what GET would send, which is not known.
	default:
		r.Header.put("Content-Length", strconv.Itoa(n))
	}
}

// commit sends status and header. From here on they cannot change.
func (x *exchange) commit() error {
	x.finishHeader(&x.resp.Header)
	x.committed = true
	x.resp.Header.sent, x.cookies.sent = x, x
	if x.resp.StatusText != "" {
		if s, ok := x.sink.(StatusTexter); ok {
			s.StatusText(x.resp.StatusText)
		}
	}
	if x.sink.Start(x.resp.Status, &x.resp.Header) != nil {
		return errGone
	}
	return nil
}

// finishHeader adds what does not come from the page: cookies and the rules of site.yaml; and takes away what is the
// platform's business, the framing of the message.
func (x *exchange) finishHeader(h *Header) {
	for _, name := range framing {
		h.drop(name, 0)
	}
	for i := range x.cookies.set {
		h.lines = append(h.lines, HeaderLine{"Set-Cookie", x.cookies.set[i].line})
	}
	for _, rule := range x.app.cfg.Headers {
		if !wildcard(rule.Pattern, x.path.dec) {
			continue
		}
		for _, l := range rule.Set {
			if !h.Has(l.Name) {
				h.lines = append(h.lines, l)
			}
		}
	}
	if x.keep != nil {
		x.keep(x, h)
	}
	if x.island != nil && !h.Has("Cache-Control") {
		h.lines = append(h.lines, HeaderLine{"Cache-Control", "private, no-store"})
	}
	if x.errorAnswer && x.resp.Status >= 400 && !h.Has("Cache-Control") {
		h.lines = append(h.lines, HeaderLine{"Cache-Control", "no-store"})
	}
}

// framing are the headers of one connection, which HTTP/2 and every host's own framing rule out.
var framing = [...]string{"Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade", "TE", "Trailer"}

// wildcard matches a path against a pattern in which * stands for any text. Time is bounded by the product of the
// lengths, and patterns are the author's.
func wildcard(pattern, path string) bool {
	star, mark := -1, 0
	i, j := 0, 0
	for j < len(path) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, mark = i, j
			i++
		case i < len(pattern) && pattern[i] == path[j]:
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(pattern) && pattern[i] == '*' {
		i++
	}
	return i == len(pattern)
}

func (x *exchange) sendFile() {
	h := &x.resp.Header
	for _, name := range []string{"Content-Type", "Content-Length"} {
		h.drop(name, 0)
	}
	x.finishHeader(h)
	x.committed = true
	if err := x.host.Static.Serve(x.ctx, x.resp.file, x.resp.Status, h, x.req, x.sink); err != nil {
		x.log(LevelError, "the file "+x.resp.file+" cannot be sent", err)
		x.abort(err)
	}
}

// sendStream sends a body piece by piece.
func (x *exchange) sendStream() {
	r := &x.resp
	x.unbuffered()
	if err := x.commit(); err != nil {
		r.closeBody()
		x.abort(err)
		return
	}
	if x.method == "HEAD" {
		r.closeBody()
		return
	}
	if err := x.pour(pieces{x}); err != nil {
		if !errors.Is(err, errGone) && x.ctx.Err() == nil {
			x.log(LevelError, "the answer broke off", err)
		}
		x.abort(err)
	}
}

// pour writes the body to w.
func (x *exchange) pour(w io.Writer) (err error) {
	defer func() {
		x.resp.closeBody()
		if v := recover(); v != nil {
			err = NewPanicError(v)
		}
	}()
	if x.resp.body == pourBody {
		return x.resp.pour(w)
	}
	buf := make([]byte, 32<<10)
	for {
		n, err := x.resp.from.Read(buf)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// pieces sends each write at once.
type pieces struct{ x *exchange }

func (p pieces) Write(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if p.x.ctx.Err() != nil {
		return 0, errGone
	}
	n, err := p.x.sink.Write(b)
	if err == nil {
		err = p.x.sink.Flush()
	}
	if err != nil {
		return n, errGone
	}
	return n, nil
}

// spill takes the beginning of a page that is too large to keep, or that is flushed.
func (x *exchange) spill(p []byte) error {
	if x.method == "HEAD" {
		x.dropped = true
		return nil
	}
	if !x.committed {
		if err := x.saveSession(); err != nil {
			return err
		}
		if err := x.refused(); err != nil {
			return err
		}
		if x.resp.Status == 0 {
			x.resp.Status = 200
		}
		x.resp.Header.drop("Content-Length", 0)
		if !x.resp.Header.Has("Content-Type") {
			x.resp.Header.put("Content-Type", "text/html; charset=utf-8")
		}
		x.putPolicy()
		if len(p) < spillAt { // less than what goes out for its size alone: the page wants it seen now
			x.unbuffered()
		}
		if err := x.commit(); err != nil {
			return err
		}
	}
	if x.ctx.Err() != nil {
		return errGone
	}
	if x.pace != nil {
		return x.pace.add(p)
	}
	if _, err := x.sink.Write(p); err != nil {
		return errGone
	}
	return nil
}

// unbuffered asks a proxy in front to hand on what it gets: nginx, with gzip as it is set up by distributions, holds a stream
// back to its end otherwise. It takes the header away again.
// https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
func (x *exchange) unbuffered() {
	if h := &x.resp.Header; !h.Has("X-Accel-Buffering") {
		h.put("X-Accel-Buffering", "no")
	}
}

// flushSink sends what the sink holds.
func (x *exchange) flushSink() error {
	if x.pace != nil {
		return x.pace.flush()
	}
	return x.sink.Flush()
}

// flush is Page.Flush.
func (x *exchange) flush() error {
	if x.prerender || x.w == nil || x.w.spill == nil {
		return nil
	}
	if len(x.w.buf) == 0 && !x.committed {
		return nil // nothing to send yet: status and header may still change
	}
	if err := x.w.flush(); err != nil {
		return err
	}
	if !x.committed {
		return nil // for HEAD, or because all that there is comes behind a part that still runs
	}
	if x.flushSink() != nil {
		x.w.Fail(errGone)
		return errGone
	}
	if x.pace == nil {
		x.pace = &pace{sink: x.sink}
		x.w.eager()
	}
	return nil
}

// finishStream ends an answer whose beginning was sent before.
func (x *exchange) finishStream() {
	if x.resp.body == fileBody {
		return
	}
	err := x.streamErr
	if err == nil && x.w != nil {
		err = x.w.flush()
	}
	if x.pace != nil {
		if err != nil {
			x.pace.flush() // who breaks off drops what waits to be sent
		}
		if failed := x.pace.end(); err == nil {
			err = failed
		}
	}
	if err == nil {
		return
	}
	if !errors.Is(err, errGone) && x.ctx.Err() == nil {
		x.log(LevelError, "the page failed after its output had begun", err)
	}
	x.abort(err)
}

func (x *exchange) abort(err error) {
	if a, ok := x.sink.(Aborter); ok {
		a.Abort(err)
	}
}

// late is told of headers and cookies that come after the output has begun: a failure while developing, a line in the
// log otherwise.
func (x *exchange) late(what, at string) {
	err := &misuseError{at, what + " was set after the output had begun: set it before page.Flush and before a large page's first rows"}
	if x.app.cfg.Dev && x.resp.body == noBody && x.w != nil {
		x.w.Fail(err)
		return
	}
	x.log(LevelWarn, "a header was lost", err)
}
