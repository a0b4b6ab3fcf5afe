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
	t       testing.TB
	h       *RequestHandler
	logs    []LogRecord
	passed  bool
	failAt  int
	request *Request
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
	x.request = req
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

func TestServe(t *testing.T) {
	app := &App{Routes: []*Route{
		{Pattern: "/", Render: fixed("<h1>home</h1>"), Doctype: true},
		{Pattern: "/blog/[slug]", Render: show("slug")},
	}}
	x := newTester(t, app, nil)
	for _, tt := range []struct {
		in, body string
		status   int
	}{
		{"GET /", "<!DOCTYPE html><h1>home</h1>", 200},
		{"GET /blog/a%2Fb", "slug(slug=a/b)", 200},
		{"HEAD /", "", 200},
		{"GET /nope", "", 404},
	} {
		got := x.do(tt.in)
		if got.status != tt.status || tt.status == 200 && got.body.String() != tt.body {
			t.Errorf("%s: %d %q, want %d %q", tt.in, got.status, got.body.String(), tt.status, tt.body)
		}
	}
}
