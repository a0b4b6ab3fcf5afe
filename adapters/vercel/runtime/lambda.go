package vercel

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"sitegen.dev/core/site"
)

// maxAnswer is what the platform takes as the answer of a function that does not stream.
const maxAnswer = 4_500_000

// event is what the Lambda runtime hands to the function. Body is JSON again, a call.
type event struct {
	Action string `json:"Action"`
	Body   string `json:"body"`
}

// call is one request.
type call struct {
	Method   string            `json:"method"`
	Host     string            `json:"host"`
	Path     string            `json:"path"` // with the query
	Headers  map[string]values `json:"headers"`
	Encoding string            `json:"encoding"` // "base64" or nothing
	Body     string            `json:"body"`
}

// answer is one response.
type answer struct {
	StatusCode int               `json:"statusCode"`
	Headers    map[string]values `json:"headers"`
	Encoding   string            `json:"encoding"`
	Body       string            `json:"body"`
}

// values are the lines of one header: a text, or a list where there are several.
type values []string

// UnmarshalJSON reads either form.
func (v *values) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*v = values{one}
		return nil
	}
	var many []string
	err := json.Unmarshal(data, &many)
	*v = many
	return err
}

// MarshalJSON writes the short form where it can.
func (v values) MarshalJSON() ([]byte, error) {
	if len(v) == 1 {
		return json.Marshal(v[0])
	}
	return json.Marshal([]string(v))
}

// Lambda gives the site as a handler for github.com/aws/aws-lambda-go/lambda.
func Lambda(p *Program) func(context.Context, json.RawMessage) (any, error) {
	h, err := newHandler(p, &ipc{stderr: os.Stderr}, os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return func(ctx context.Context, raw json.RawMessage) (any, error) { return h.call(ctx, raw) }
}

// call answers one event.
func (h *handler) call(ctx context.Context, raw json.RawMessage) (a *answer, err error) {
	var e event
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, fmt.Errorf("the event is no JSON object: %w", err)
	}
	var c call
	if err := json.Unmarshal([]byte(e.Body), &c); err != nil {
		return nil, fmt.Errorf("the body of the event is no request: %w", err)
	}
	body := []byte(c.Body)
	if c.Encoding == "base64" {
		if body, err = base64.StdEncoding.DecodeString(c.Body); err != nil {
			return nil, fmt.Errorf("the body of the request is no base64: %w", err)
		}
	}
	r := &recorder{h: h, header: http.Header{}}
	r.platform = Platform{h: h, header: &r.req.Header, trusted: true}
	names := make([]string, 0, len(c.Headers))
	for name := range c.Headers {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if len(name) >= len(internalHeader) && strings.EqualFold(name[:len(internalHeader)], internalHeader) {
			continue
		}
		for _, v := range c.Headers[name] {
			r.req.Header.AddReceived(name, v)
		}
	}
	if !r.req.Header.Has("Host") {
		r.req.Header.AddReceived("Host", c.Host)
	}
	r.keep = h.prepare(&r.req, &r.platform, incoming{method: c.Method, target: c.Path, host: c.Host, trusted: true})
	r.req.Platform = &r.platform
	if len(body) > 0 {
		r.req.Body = bytes.NewReader(body)
	}
	r.serve(ctx)
	r.platform.work.Wait() // after the answer the platform stops the clock
	return r.answer(), nil
}

// recorder is the site.Sink of an answer that is sent as a whole.
type recorder struct {
	h        *handler
	req      site.Request
	platform Platform
	keep     reach

	status int
	header http.Header
	body   bytes.Buffer
	err    error

	tooLarge bool
}

var (
	_ site.Sink    = (*recorder)(nil)
	_ site.Aborter = (*recorder)(nil)
)

func (r *recorder) serve(ctx context.Context) {
	defer func() {
		if v := recover(); v != nil {
			r.err = fmt.Errorf("panic: %v", v)
			r.h.ipc.log(invocation{}, "error", fmt.Sprintf("%v\n%s", r.err, debug.Stack()))
		}
	}()
	sink := site.Sink(r)
	if r.h.insert != "" {
		in := &inserter{Sink: r, tag: r.h.insert, head: r.req.Method == http.MethodHead}
		defer in.finish()
		sink = in
	}
	r.h.site.Serve(ctx, &r.req, sink)
}

// Start keeps status and header.
func (r *recorder) Start(status int, h *site.Header) error {
	if r.status != 0 {
		return errors.New("the answer has begun already")
	}
	r.status = status
	for name, value := range r.keep.lines(h, func() { r.h.ipc.log(invocation{}, "warn", cookieDropped) }) {
		r.header[name] = append(r.header[name], value)
	}
	if r.header["X-Content-Type-Options"] == nil {
		r.header["X-Content-Type-Options"] = []string{"nosniff"}
	}
	return nil
}

// Write keeps bytes of the body.
func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		return 0, errors.New("the body came before the status")
	}
	if r.req.Method == http.MethodHead {
		return len(p), nil
	}
	if r.body.Len()+len(p) > maxAnswer {
		r.tooLarge = true
		return 0, errors.New("the answer is too large")
	}
	return r.body.Write(p)
}

// Flush does nothing: this mode does not stream.
func (r *recorder) Flush() error { return nil }

// Abort makes an error of what was kept: nobody has seen any of it.
func (r *recorder) Abort(err error) { r.err = err }

// answer gives what was kept, or an error page where it is not whole or cannot be sent.
func (r *recorder) answer() *answer {
	problem := ""
	switch {
	case r.tooLarge:
		r.h.ipc.log(invocation{}, "error", fmt.Sprintf("the answer has more than %d bytes, which this mode cannot send; `mode: executable` of adapter vercel can", maxAnswer))
		problem = "500 Internal Server Error: the answer is too large\n"
	case r.status == 0 || r.err != nil:
		problem = "500 Internal Server Error\n"
	}
	if problem != "" {
		r.status = http.StatusInternalServerError
		r.header = http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "Cache-Control": {"no-store"}}
		r.body.Reset()
		io.WriteString(&r.body, problem)
	}
	a := &answer{StatusCode: r.status, Headers: map[string]values{}, Encoding: "base64", Body: base64.StdEncoding.EncodeToString(r.body.Bytes())}
	for name, lines := range r.header {
		a.Headers[strings.ToLower(name)] = values(lines)
	}
	return a
}
