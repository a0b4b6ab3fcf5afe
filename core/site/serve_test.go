package site

import (
	"context"
	"errors"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// memSink keeps an answer.
type memSink struct {
	status  int
	header  []HeaderLine
	body    strings.Builder
	pieces  []string // what was written between flushes
	pending int
	aborted error
	starts  int
	failAt  int // bytes after which Write fails; 0 never
}

func (s *memSink) Start(status int, h *Header) error {
	s.starts++
	s.status, s.header = status, slices.Clone(h.lines)
	return nil
}

func (s *memSink) Write(p []byte) (int, error) {
	if s.starts == 0 {
		panic("Write before Start")
	}
	if s.failAt > 0 && s.body.Len() >= s.failAt {
		return 0, errors.New("connection reset")
	}
	return s.body.Write(p)
}

func (s *memSink) Flush() error {
	s.pieces = append(s.pieces, s.body.String()[s.pending:])
	s.pending = s.body.Len()
	return nil
}

func (s *memSink) Abort(err error) { s.aborted = err }

func (s *memSink) get(name string) string {
	h := Header{lines: s.header}
	return h.Get(name)
}

// memStatic is a platform's store of files.
type memStatic map[string]string

func (m memStatic) Has(name string) bool { _, ok := m[name]; return ok }

func (m memStatic) Serve(_ context.Context, name string, status int, extra *Header, req *Request, sink Sink) error {
	h := &Header{}
	for n, v := range extra.All() {
		h.Add(n, v)
	}
	h.Set("X-File", name)
	h.Set("Content-Length", strconv.Itoa(len(m[name])))
	if err := sink.Start(status, h); err != nil {
		return err
	}
	if req.Method == "HEAD" {
		return nil
	}
	_, err := io.WriteString(sink, m[name])
	return err
}

// tester asks an App.
type tester struct {
	t      testing.TB
	h      *RequestHandler
	logs   []LogRecord
	passed bool
	failAt int
}

func newTester(t testing.TB, app *App, static Static) *tester {
	t.Helper()
	x := &tester{t: t}
	x.h = NewHandler(app, Host{Static: static, Log: func(_ context.Context, r LogRecord) { x.logs = append(x.logs, r) }})
	return x
}

// do sends "GET /path" with header lines "Name: value" and a body behind an empty line.
func (x *tester) do(text string) *memSink {
	x.t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	method, target, _ := strings.Cut(lines[0], " ")
	req := &Request{Method: method, Target: target, Host: "example.com", Scheme: "http", RemoteAddr: "192.0.2.1:1234", Body: strings.NewReader(body)}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ": ")
		switch name {
		case "Host":
			req.Host = value
		case "Scheme":
			req.Scheme = value
		case "Peer":
			req.RemoteAddr = value
		default:
			req.Header.AddReceived(name, value)
		}
	}
	sink := &memSink{failAt: x.failAt}
	x.passed = !x.h.Serve(context.Background(), req, sink)
	if !x.passed && sink.starts != 1 {
		x.t.Errorf("%s: Start was called %d times", lines[0], sink.starts)
	}
	return sink
}

// text is a page that writes a text.
func text(f func(page *Page) (string, error)) func(*Writer, *Page) error {
	return func(w *Writer, page *Page) error {
		s, err := f(page)
		if err != nil {
			return err
		}
		w.S(s)
		return w.End()
	}
}

func fixed(s string) func(*Writer, *Page) error {
	return text(func(*Page) (string, error) { return s, nil })
}

// show writes the parameters, sorted.
func show(name string) func(*Writer, *Page) error {
	return text(func(page *Page) (string, error) {
		var out []string
		for k, v := range page.Params {
			out = append(out, k+"="+v)
		}
		sort.Strings(out)
		return name + "(" + strings.Join(out, " ") + ")", nil
	})
}

// exchangeCase is a request and what has to come back: the status, some header lines, and behind an empty line the whole
// body. A header line without a value says that the header is absent.
type exchangeCase struct{ in, want string }

func (x *tester) run(cases []exchangeCase) {
	x.t.Helper()
	for _, tt := range cases {
		got := x.do(tt.in)
		head, body, checkBody := strings.Cut(tt.want, "\n\n")
		lines := strings.Split(head, "\n")
		if status := strconv.Itoa(got.status); status != lines[0] {
			x.t.Errorf("%q: status %s, want %s (body %q)", tt.in, status, lines[0], got.body.String())
			continue
		}
		for _, l := range lines[1:] {
			name, value, _ := strings.Cut(l, ":")
			h := Header{lines: got.header}
			if have := strings.Join(h.Values(name), " | "); have != strings.TrimSpace(value) {
				x.t.Errorf("%q: %s is %q, want %q", tt.in, name, have, strings.TrimSpace(value))
			}
		}
		if checkBody && got.body.String() != body {
			x.t.Errorf("%q: body %q, want %q", tt.in, got.body.String(), body)
		}
	}
}

// messages gives the logged errors.
func (x *tester) messages() string {
	var out []string
	for _, r := range x.logs {
		s := r.Message
		if r.Err != nil {
			s += ": " + r.Err.Error()
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}
