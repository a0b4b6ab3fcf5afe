package site

import (
	"encoding/json"
	"io"
	"strconv"
)

// Response is an answer. Page.Response is the one that is being made: pages set its status and header before their
// output begins, and the middleware may change them after next. NewResponse makes one of its own to be returned with
// Page.Send.
type Response struct {
	Status     int    // 0 is 200
	StatusText string // advisory: sent only where the platform and the version of HTTP can
	Header     Header

	body bodyKind
	data []byte
	text string
	from io.Reader
	file string                  // of the host's static files
	pour func(w io.Writer) error // writes the body when it is sent
	rest *exchange               // of a page whose parts still run: what knows them
	done bool                    // an answer was made, if only of a status
	err  error                   // of a body of a type that cannot be sent
}

type bodyKind uint8

const (
	noBody     bodyKind = iota
	pageBody            // in the exchange's Writer
	dataBody            // data
	textBody            // text
	readerBody          // from
	pourBody            // pour
	fileBody            // file
)

// NewResponse makes an answer. The body is nil, a string, a []byte, HTML or an io.Reader, which is read while it is sent
// and closed if it is an io.Closer. Texts get a content type unless Header has one; bytes and readers do not.
func NewResponse(status int, body any) *Response {
	r := &Response{Status: status, done: true}
	switch b := body.(type) {
	case nil:
	case string:
		r.setText(b, "text/plain; charset=utf-8")
	case HTML:
		r.setText(string(b), "text/html; charset=utf-8")
	case []byte:
		r.body, r.data = dataBody, b
	case io.Reader:
		r.body, r.from = readerBody, b
	default:
		r.err = misuse("a response cannot have a body of type " + typeName(body) + ": use a string, []byte, site.HTML, io.Reader or nil")
	}
	return r
}

func (r *Response) setText(s, contentType string) {
	r.body, r.text = textBody, s
	r.Header.put("Content-Type", contentType)
}

// Bytes gives the body as far as it is in memory, for a middleware that looks at it after next; ok is false for bodies
// that are streamed or come from a file. It waits for components with server:async, and ok is false if one fails. To change it, return page.Send with a
// new Response.
func (r *Response) Bytes() (body []byte, ok bool) {
	switch r.body {
	case noBody:
		return nil, true
	case pageBody, dataBody:
		if r.body == pageBody && r.rest != nil {
			return r.rest.wait()
		}
		return r.data, true
	case textBody:
		return []byte(r.text), true
	}
	return nil, false
}

// take makes r the answer that other is: its status, its body, and its header lines in place of those of the same name.
// Lines of other names stay, so what the middleware set for every answer holds for this one too.
func (r *Response) take(other *Response) {
	if r == other {
		r.done = true
		return
	}
	r.Status, r.StatusText = other.Status, other.StatusText
	r.setBodyOf(other)
	seen := len(r.Header.lines)
	for _, l := range other.Header.lines {
		if !equalFold(l.Name, "Set-Cookie") {
			for i := 0; i < seen; i++ {
				if equalFold(r.Header.lines[i].Name, l.Name) {
					r.Header.lines = append(r.Header.lines[:i], r.Header.lines[i+1:]...)
					i--
					seen--
				}
			}
		}
		r.Header.lines = append(r.Header.lines, l)
	}
	if r.Header.err == nil {
		r.Header.err = other.Header.err
	}
}

func (r *Response) setBodyOf(other *Response) {
	r.closeBody()
	r.body, r.data, r.text, r.from, r.file, r.pour, r.rest, r.err = other.body, other.data, other.text, other.from, other.file, other.pour, other.rest, other.err
	r.done = true
	if r.body == noBody || r.body == dataBody || r.body == readerBody {
		r.Header.drop("Content-Type", 0) // what was set for the page does not describe these bytes
	}
}

// clearBody drops what would be sent.
func (r *Response) clearBody() {
	r.closeBody()
	r.body, r.data, r.text, r.from, r.file, r.pour, r.rest, r.err = noBody, nil, "", nil, "", nil, nil, nil
}

func (r *Response) closeBody() {
	if c, ok := r.from.(io.Closer); ok && r.body == readerBody {
		c.Close()
	}
	r.from = nil
}

// The control-flow errors: pages return them, the server acts on them. They are errors so that leaving a page early is
// the same `return` for a redirect and for a failure.
type (
	sendError struct {
		resp *Response
		at   string // the place of a redirect that comes when the output has begun
	}
	// statusError asks for the error page of a status.
	statusError  struct{ status int }
	rewriteError struct{ target string }
)

func (e *sendError) Error() string {
	return "the page was answered with status " + strconv.Itoa(e.resp.Status)
}
func (e *statusError) Error() string {
	return "the page was answered with status " + strconv.Itoa(e.status)
}
func (e *rewriteError) Error() string { return "the page was rewritten to " + e.target }

// Send answers with a response of one's own: return page.Send(resp).
func (p *Page) Send(r *Response) error {
	if r == nil {
		return misuse("page.Send was given no response")
	}
	return &sendError{resp: r}
}

// JSON answers with v as JSON, with the given status or that of page.Response.
func (p *Page) JSON(v any, status ...int) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	r := &Response{Status: p.status(status), body: dataBody, data: data, done: true}
	r.Header.put("Content-Type", "application/json")
	return &sendError{resp: r}
}

// Text answers with a text, with the given status or that of page.Response.
func (p *Page) Text(s string, status ...int) error {
	return &sendError{resp: NewResponse(p.status(status), s)}
}

func (p *Page) status(given []int) int {
	if len(given) > 0 {
		return given[0]
	}
	if p.Response != nil {
		return p.Response.Status
	}
	return 0
}

// NotFound answers with the 404 page; an endpoint answers with an empty 404.
func (p *Page) NotFound() error { return &statusError{404} }

// Error answers with the error page of a status from 400 to 599; an endpoint answers without a body.
func (p *Page) Error(status int) error {
	if status < 400 || status > 599 {
		return misuse("page.Error needs a status from 400 to 599, not " + strconv.Itoa(status))
	}
	return &statusError{status}
}
