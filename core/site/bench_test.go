package site

import (
	"context"
	"testing"
)

// nullSink takes an answer and forgets it.
type nullSink struct{ n int }

func (s *nullSink) Start(int, *Header) error          { return nil }
func (s *nullSink) Write(p []byte) (int, error)       { s.n += len(p); return len(p), nil }
func (s *nullSink) WriteString(p string) (int, error) { s.n += len(p); return len(p), nil }
func (s *nullSink) Flush() error                      { return nil }

func benchmarkServe(b *testing.B, app *App, method, target string) {
	b.Helper()
	h := NewHandler(app, Host{})
	b.ReportAllocs()
	sink := new(nullSink)
	for b.Loop() {
		req := &Request{Method: method, Target: target, Host: "example.com", Scheme: "http", RemoteAddr: "192.0.2.1:1234"}
		h.Serve(context.Background(), req, sink)
	}
}

func BenchmarkServeHello(b *testing.B) {
	benchmarkServe(b, &App{Routes: []*Route{{Pattern: "/", Render: fixed("<h1>Hello</h1>")}}}, "GET", "/")
}

func BenchmarkServeParam(b *testing.B) {
	benchmarkServe(b, &App{Routes: []*Route{{Pattern: "/blog/[slug]", Render: fixed("<h1>Hello</h1>")}}}, "GET", "/blog/hello")
}

func BenchmarkServeJSON(b *testing.B) {
	v := map[string]string{"message": "hello"}
	benchmarkServe(b, &App{Routes: []*Route{{Pattern: "/", Type: EndpointRoute, Methods: map[string]Handler{
		"GET": func(page *Page) error { return page.JSON(v) },
	}}}}, "GET", "/")
}
