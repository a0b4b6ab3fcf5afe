package site

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strconv"
	"sync"
	"unicode/utf8"
)

// Request is what the visitor sent. A platform fills in the first group of fields and hands it to RequestHandler.Serve;
// pages read the rest.
type Request struct {
	Method string // "GET"; methods are told apart by case
	Header Header // as it came
	// Body is the stream of the body, limited to Config.BodyLimit; it is never nil for a page. Bytes, Text, JSON, Form
	// and Parts read it; what is read from it directly they do not see.
	Body io.Reader

	Target     string // as it came: "/a%20b?x=1", "http://host/…" or "*"
	Host       string // of the Host header or :authority
	Scheme     string // of the connection: "http" or "https"
	RemoteAddr string // of the other end, or what the platform knows to be the visitor; a port is cut off
	Platform   any    // what Page.Platform gives; nil to give Host.Platform

	// URL is that of Page.URL; Serve sets it.
	URL *url.URL

	mu   sync.Mutex // of body: components with server:async share the request
	body bodyState
}

// RequestError is a fault of the visitor that shows when the request is read: a body that is too large (413), of the
// wrong type (415) or malformed (400). A page that returns it is answered with Status.
type RequestError struct {
	Status int
	Reason string // shown to the visitor
}

// Error gives the reason.
func (e *RequestError) Error() string { return e.Reason }

var errBodyRead = errors.New("the body of the request was read already: read it once with Bytes, Text, JSON or Form, which keep it, instead of from Body or Parts")

// bodyState is what has become of the body.
type bodyState struct {
	r       io.Reader // of the platform
	left    int64     // bytes that may still come; negative without a limit
	limit   int64
	touched bool // something was read from r, not to be kept
	kept    bool // data or form hold all of it
	data    []byte
	form    *Form
	err     error
}

// bodyStream is what Request.Body is for pages.
type bodyStream struct{ req *Request }

// Read gives the next bytes of the body, or a *RequestError once there are more than the limit.
func (s *bodyStream) Read(p []byte) (int, error) {
	b := &s.req.body
	b.touched = true
	return b.Read(p)
}

// Read is the limited read that everything goes through. One byte more than the limit is asked for, to tell a body of
// exactly the limit from a longer one.
func (b *bodyState) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.limit > 0 && int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if b.limit > 0 && int64(n) > b.left {
		n, err = int(b.left), tooLarge(b.limit)
	}
	b.left -= int64(n)
	b.err = err
	return n, err
}

func tooLarge(limit int64) error {
	return &RequestError{413, "the body is larger than " + strconv.FormatInt(limit, 10) + " bytes"}
}

// limitBody puts the limit between the platform's body and the page.
func (r *Request) limitBody(limit int64, stream *bodyStream) {
	b := r.Body
	if b == nil {
		b = eof{}
	}
	r.body = bodyState{r: b, limit: limit, left: limit}
	if limit > 0 && r.Body != nil {
		if n, err := strconv.ParseInt(r.Header.Get("Content-Length"), 10, 64); err == nil && n > limit {
			r.body.err = tooLarge(limit)
		}
	}
	stream.req = r
	r.Body = stream
}

type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// Bytes reads the whole body. It may be called again, and before or after Text and JSON.
func (r *Request) Bytes() ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bytes()
}

func (r *Request) bytes() ([]byte, error) {
	b := &r.body
	if b.kept && b.form == nil || b.data != nil {
		return b.data, nil
	}
	if b.touched {
		return nil, errBodyRead
	}
	if b.r == nil { // a Request that was not made by Serve
		b.r = r.Body
		if b.r == nil {
			b.r = eof{}
		}
	}
	b.touched = true
	data, err := readAll(b, r.Header.Get("Content-Length"))
	if err != nil {
		return nil, err
	}
	b.data, b.kept = data, true
	return data, nil
}

// maxAnnounced is how much room is made for a body because somebody has announced it. What is more grows as it comes, so that
// nobody makes a server take memory by words alone.
const maxAnnounced = 32 << 10

// readAll is io.ReadAll with a buffer of the announced size, as far as that is believable.
func readAll(r io.Reader, length string) ([]byte, error) {
	size := 512
	if n, err := strconv.Atoi(length); err == nil && n > 0 {
		size = min(n, maxAnnounced) + 1
	}
	buf := bytes.NewBuffer(make([]byte, 0, size))
	_, err := buf.ReadFrom(r)
	return buf.Bytes(), err
}

// Text reads the whole body as UTF-8 text.
func (r *Request) Text() (string, error) {
	data, err := r.Bytes()
	if err != nil {
		return "", err
	}
	if !utf8.Valid(data) {
		return "", &RequestError{400, "the body is not UTF-8"}
	}
	return string(data), nil
}

// JSON reads the whole body as one JSON value into v, a pointer. A body that does not fit is a *RequestError.
func (r *Request) JSON(v any) error {
	data, err := r.Bytes()
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		var wrong *json.InvalidUnmarshalError
		if errors.As(err, &wrong) {
			return misuse("page.Request.JSON needs a pointer to read into")
		}
		return &RequestError{400, "the body is not the JSON that is expected" + jsonFault(err)}
	}
	return nil
}

// jsonFault says what a visitor may know of what is wrong with a body: where. The names and types of the site, and what its own
// methods say of values, stay inside.
func jsonFault(err error) string {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return ": " + syntax.Error()
	case errors.As(err, &typ):
		return ": what ends at byte " + strconv.FormatInt(typ.Offset, 10) + " has the wrong type"
	}
	return ""
}

// secure says whether the visitor's connection is encrypted.
func (r *Request) secure() bool { return r.URL != nil && r.URL.Scheme == "https" }

// spent says whether a rewrite's target could not read the body any more.
func (r *Request) spent() bool { return r.body.touched && !r.body.kept }
