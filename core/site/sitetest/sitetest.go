// Package sitetest renders the components of a site, and answers requests as its server would, in tests of the site's own.
//
// Components are packages below <module>/.sitegen/gen/c, named by their path in src: src/components/Card.gosite is
// .sitegen/gen/c/components/Card. What a site renders on demand is the package .sitegen/gen/bundle. Both are written by
// `sitegen sync`, and by each build and check.
package sitetest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"sitegen.dev/core/site"
)

// Render renders a component for a GET of http://example.com/ and gives what it writes. The test fails if the component does.
func Render[P, S any](tb testing.TB, render func(*site.Writer, *site.Page, P, S) error, props P, slots S) string {
	tb.Helper()
	return RenderOn(tb, Visit{}, render, props, slots)
}

// Visit is what a component is rendered for.
type Visit struct {
	// Request is the visitor's; nil is a GET of http://example.com/.
	Request *http.Request
	// Before gets the page before the component does, for what the site's middleware would have put into its Locals. It
	// may be nil.
	Before func(page *site.Page)
}

// RenderOn is Render for a request, or with a page that was prepared.
func RenderOn[P, S any](tb testing.TB, v Visit, render func(*site.Writer, *site.Page, P, S) error, props P, slots S) string {
	tb.Helper()
	r := v.Request
	if r == nil {
		r = httptest.NewRequest(http.MethodGet, "http://example.com/", nil)
	}
	var html string
	var failed error
	called := false
	on := func(_ *site.Writer, page *site.Page) error {
		called = true
		if v.Before != nil {
			v.Before(page)
		}
		w := site.NewWriter(nil)
		w.Fail(render(w, page, props, slots))
		html = string(w.Bytes()) // waits for what is rendered beside it
		failed = w.Err()
		return nil
	}
	h := handler{tb, site.NewHandler(&site.App{Routes: []*site.Route{{Pattern: "/[...path]", Render: on}}}, host(tb))}
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	switch {
	case !called:
		tb.Fatalf("%s %s cannot be asked of a site: %d %s", r.Method, r.URL, answer.Code, strings.TrimSpace(answer.Body.String()))
	case failed != nil:
		tb.Fatalf("the component failed: %v", failed)
	case answer.Code >= 500:
		tb.Fatalf("the component panicked") // the log has said how
	}
	return html
}

// HTML is a slot that holds this text.
func HTML(text string) site.Node {
	return func(w *site.Writer) error {
		w.S(text)
		return nil
	}
}

// Handler answers requests as the site's server would, for package httptest. It has what the site renders on demand, with
// its middleware, guards and error pages on demand; the finished files, prerendered pages among them, are not there.
// Sessions are kept in memory. What goes wrong is in the log of the test. The variables of the environment are read as by the
// server; what is missing fails the test.
//
// Forms are checked as on the server: a post wants a header Origin with the origin of the request, http://example.com for
// those of httptest.
func Handler(tb testing.TB, app *site.App) http.Handler {
	tb.Helper()
	if err := app.UseKeys(os.Getenv("SITEGEN_KEY")); err != nil {
		tb.Fatal(err)
	}
	if err := app.UseEnv(os.Getenv); err != nil {
		tb.Fatal(err)
	}
	h := host(tb)
	h.Getenv = os.Getenv
	return handler{tb, site.NewHandler(app, h)}
}

func host(tb testing.TB) site.Host {
	return site.Host{Log: func(_ context.Context, r site.LogRecord) {
		tb.Helper()
		text := r.Message
		if r.At != "" {
			text = r.At + ": " + text
		}
		if r.Err != nil {
			text += ": " + r.Err.Error()
		}
		tb.Logf("%s %s: %s", r.Method, r.Path, text)
		for _, f := range r.Stack {
			tb.Logf("\t%s", f)
		}
	}}
}

type handler struct {
	tb   testing.TB
	site *site.RequestHandler
}

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req := &site.Request{Method: r.Method, Body: r.Body, Target: r.RequestURI, Host: r.Host, Scheme: "http", RemoteAddr: r.RemoteAddr}
	if req.Target == "" {
		req.Target = r.URL.RequestURI() // a request that was not made by httptest
	}
	if req.Body == nil {
		req.Body = http.NoBody
	}
	if r.TLS != nil {
		req.Scheme = "https"
	}
	for name, values := range r.Header {
		for _, v := range values {
			req.Header.AddReceived(name, v)
		}
	}
	if err := req.Header.Err(); err != nil {
		h.tb.Errorf("%s %s: %v", r.Method, r.URL, err)
	}
	h.site.Serve(r.Context(), req, &sink{h.tb, w, r.Method == http.MethodHead})
}

// sink is the answer.
type sink struct {
	tb   testing.TB
	w    http.ResponseWriter
	head bool
}

func (s *sink) Start(status int, h *site.Header) error {
	for name, value := range h.All() {
		s.w.Header().Add(name, value)
	}
	s.w.WriteHeader(status)
	return nil
}

func (s *sink) Write(p []byte) (int, error) {
	if s.head {
		return len(p), nil
	}
	return s.w.Write(p)
}

func (s *sink) Flush() error { return http.NewResponseController(s.w).Flush() }

// Abort is called for an answer that failed after it had begun.
func (s *sink) Abort(err error) {
	s.tb.Helper()
	s.tb.Errorf("the answer broke off: %v", err)
}
