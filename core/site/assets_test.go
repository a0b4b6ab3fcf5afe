package site

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
)

func TestAssets(t *testing.T) {
	app := &App{
		Assets: map[string]Asset{
			"hero.png": {URL: "/_assets/hero.1a.png", Width: 3, Height: 2, Format: "png"},
			"a":        {Tag: `<script type="module" src="/_assets/a.js"></script>`},
		},
		Routes: []*Route{
			{Pattern: "/", Head: `<link rel="stylesheet" href="/_assets/a.css">`, Render: func(w *Writer, p *Page) error {
				Head(w, p)
				Head(w, p)
				Script(w, p, "a")
				Script(w, p, "a")
				Script(w, p, "unknown")
				w.S(fmt.Sprint(ImportImage(p, "hero.png"), ImportURL(p, "hero.png")))
				return w.End()
			}},
			{Pattern: "/first", Head: "<style></style>", HeadFirst: true, Doctype: true, Render: func(w *Writer, p *Page) error { Head(w, p); w.S("x"); return nil }},
			{Pattern: "/doctype", Head: "<style></style>", HeadFirst: true, Render: func(w *Writer, p *Page) error { w.S("<!doctype html>"); HeadFirst(w, p); w.S("x"); return nil }},
			{Pattern: "/absent", Head: "<style></style>", HeadFirst: true, Render: fixed("x")},
			{Pattern: "/partial", Partial: true, Head: "<style></style>", HeadFirst: true, Doctype: true, Render: fixed("x")},
		},
	}
	newTester(t, app, nil).run([]exchangeCase{
		{"GET /", "200\n\n<link rel=\"stylesheet\" href=\"/_assets/a.css\"><script type=\"module\" src=\"/_assets/a.js\"></script>{/_assets/hero.1a.png 3 2 png}/_assets/hero.1a.png"},
		{"GET /first", "200\n\n<!DOCTYPE html><style></style>x"},
		{"GET /doctype", "200\n\n<!doctype html><style></style>x"},
		{"GET /absent", "200\n\nx<style></style>"},
		{"GET /partial", "200\n\nx"},
	})
	var w Writer
	Head(&w, &Page{})
	Script(&w, &Page{}, "a")
	if w.Len() != 0 || ImportURL(&Page{}, "a") != "" {
		t.Error("a page without a site writes something")
	}
}

// Two visitors at the same time never see anything of each other.
func TestConcurrentRequests(t *testing.T) {
	key := NewKey[string]()
	app := &App{
		Middleware: func(p *Page, next Handler) error {
			c, _ := p.Cookies.Get("user")
			key.Set(p.Locals, c.Value)
			return next(p)
		},
		Routes: []*Route{page("/[n]", func(w *Writer, p *Page) error {
			user := key.Get(p.Locals)
			p.Cookies.Set(Cookie{Name: "seen", Value: user, Plain: true})
			for range 100 {
				w.S(user)
			}
			w.S(p.Params["n"])
			if len(user)%2 == 0 {
				p.Flush()
			}
			return w.End()
		})},
	}
	h := NewHandler(app, Host{})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			user := fmt.Sprintf("user%0*d", i+1, i)
			want := ""
			for range 100 {
				want += user
			}
			for j := range 200 {
				req := &Request{Method: "GET", Target: fmt.Sprintf("/%d", j), Host: "a"}
				req.Header.Add("Cookie", "user="+user)
				sink := &memSink{}
				h.Serve(context.Background(), req, sink)
				if got := sink.body.String(); got != fmt.Sprintf("%s%d", want, j) || sink.get("Set-Cookie") != "seen="+user {
					t.Errorf("%s got %.40q and %v", user, got, sink.header)
					return
				}
			}
		})
	}
	group.Wait()
}

// An on-demand page takes three allocations: the platform's request, the exchange, and the function that takes what a
// Writer spills.
func TestServeAllocations(t *testing.T) {
	h := NewHandler(&App{Routes: []*Route{{Pattern: "/", Render: fixed("<h1>Hello</h1>")}}}, Host{})
	sink := new(nullSink)
	got := testing.AllocsPerRun(100, func() {
		req := &Request{Method: "GET", Target: "/", Host: "example.com", Scheme: "http", RemoteAddr: "192.0.2.1:1234"}
		h.Serve(context.Background(), req, sink)
	})
	if got > 3.5 { // the pool of Writers is emptied now and then
		t.Errorf("%v allocations", got)
	}
}

// TestLateScripts are those that stand beside the document: a page's behind those of its layout, once, and none that a
// page has left behind that failed.
func TestLateScripts(t *testing.T) {
	base := func(w *Writer, p *Page) error {
		LateScripts(p, "base")
		w.S("<html><body>")
		Script(w, p, "inside")
		BodyEnd(w, p)
		w.S("</body></html>")
		Script(w, p, "base")
		return w.End()
	}
	app := &App{
		Assets: map[string]Asset{"base": {Tag: "(base)"}, "page": {Tag: "(page)"}, "inside": {Tag: "(inside)"}, "failed": {Tag: "(failed)"}},
		Routes: []*Route{
			page("/a", func(w *Writer, p *Page) error {
				LateScripts(p, "inside", "page")
				if err := base(w, p); err != nil {
					return err
				}
				Script(w, p, "page")
				return w.End()
			}),
			page("/async", func(w *Writer, p *Page) error {
				LateScripts(p, "page")
				err := Async(w, p, func(w *Writer, p *Page) error { Script(w, p, "inside"); return w.End() })
				if err != nil {
					return err
				}
				return base(w, p)
			}),
			page("/fails", func(w *Writer, p *Page) error {
				LateScripts(p, "failed")
				return errors.New("no")
			}),
			{Pattern: "/500", Error: 500, Render: base},
		},
	}
	for path, want := range map[string]string{
		"/a":     "<html><body>(inside)(base)(page)</body></html>",
		"/async": "(inside)<html><body>(base)(page)</body></html>",
		"/fails": "<html><body>(inside)(base)</body></html>",
	} {
		if got := newTester(t, app, nil).do("GET " + path).body.String(); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
