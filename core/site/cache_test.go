package site

import (
	"context"
	"testing"
	"time"
)

func TestCache(t *testing.T) {
	kept := Cache{MaxAge: time.Minute, Stale: time.Hour, Tags: []string{"a", "b"}}
	const ours = "public, max-age=0, must-revalidate"
	render := func(f func(page *Page) error) *Route {
		return &Route{Pattern: "/x", Render: func(w *Writer, page *Page) error { return f(page) }}
	}
	for _, tt := range []struct {
		name, method    string
		route           *Route
		status          int
		cdn, tags, said string
	}{
		{"kept", "GET", render(func(p *Page) error { p.Cache(kept); return nil }), 200, "public, max-age=60, stale-while-revalidate=3600", "a,b", ours},
		{"head", "HEAD", render(func(p *Page) error { p.Cache(kept); return nil }), 200, "public, max-age=60, stale-while-revalidate=3600", "a,b", ours},
		{"last word", "GET", render(func(p *Page) error { p.Cache(kept); p.Cache(Cache{MaxAge: 1500 * time.Millisecond}); return nil }), 200, "public, max-age=1", "", ours},
		{"nothing", "GET", render(func(p *Page) error { p.Cache(Cache{Tags: []string{"a"}}); return nil }), 200, "no-store", "", ours},
		{"its own word", "GET", render(func(p *Page) error { p.Response.Header.Set("Cache-Control", "max-age=5"); p.Cache(kept); return nil }), 200, "public, max-age=60, stale-while-revalidate=3600", "a,b", "max-age=5"},
		{"for one visitor", "GET", render(func(p *Page) error { p.Cache(kept); p.Response.Header.Set("Cache-Control", "Private"); return nil }), 200, "", "", "Private"},
		{"with a cookie", "GET", render(func(p *Page) error { p.Cache(kept); p.Cookies.Set(Cookie{Name: "a", Value: "b"}); return nil }), 200, "", "", ""},
		{"not found", "GET", render(func(p *Page) error { p.Cache(kept); return p.NotFound() }), 404, "", "", "no-store"},
		{"failed", "GET", render(func(p *Page) error { p.Cache(kept); panic("x") }), 500, "", "", "no-store"},
		{"redirect", "GET", render(func(p *Page) error { p.Cache(kept); return p.Redirect("/y") }), 302, "", "", ""},
		{"redirect to sign in", "GET", render(func(p *Page) error { p.Cache(kept); return p.Redirect("/y", 303) }), 303, "", "", ""},
		{"redirect with the method", "GET", render(func(p *Page) error { p.Cache(kept); return p.Redirect("/y", 307) }), 307, "", "", ""},
		{"redirect for good", "GET", render(func(p *Page) error { p.Cache(kept); return p.Redirect("/y", 301) }), 301, "public, max-age=60, stale-while-revalidate=3600", "a,b", ours},
		{"redirect for good with the method", "GET", render(func(p *Page) error { p.Cache(kept); return p.Redirect("/y", 308) }), 308, "public, max-age=60, stale-while-revalidate=3600", "a,b", ours},
		{"nothing in it", "GET", render(func(p *Page) error { p.Cache(kept); return p.Send(NewResponse(204, nil)) }), 204, "", "", ""},
		{"a part", "GET", render(func(p *Page) error { p.Cache(kept); return p.Send(NewResponse(206, "x")) }), 206, "", "", ""},
		{"somebody's", "GET", render(func(p *Page) error {
			p.Cache(kept)
			p.Request.Header.AddReceived("Authorization", "Basic YTpi")
			return nil
		}), 200, "", "", ""},
		{"sent", "POST", render(func(p *Page) error { p.Cache(kept); return nil }), 200, "", "", ""},
		{"revalidate", "GET", &Route{Pattern: "/x", Render: RevalidatePage(60, func(*Writer, *Page) error { return nil })}, 200, "public, max-age=60, stale-while-revalidate=31536000", "", ours},
		{"revalidate but", "GET", &Route{Pattern: "/x", Render: RevalidatePage(60, func(_ *Writer, p *Page) error { p.Cache(Cache{MaxAge: time.Second}); return nil })}, 200, "public, max-age=1", "", ours},
		{"form", "POST", &Route{Pattern: "/x", Render: RevalidatePage(60, func(*Writer, *Page) error { return nil })}, 200, "", "", ""},
		{"endpoint", "GET", &Route{Pattern: "/x", Type: EndpointRoute, Methods: map[string]Handler{"GET": Revalidate(60, func(p *Page) error { return p.Text("x") })}}, 200, "public, max-age=60, stale-while-revalidate=31536000", "", ours},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &cacheSink{}
			NewHandler(&App{Routes: []*Route{tt.route}}, Host{}).Serve(context.Background(), &Request{Method: tt.method, Target: "/x", Host: "a.example"}, s)
			if s.status != tt.status || s.header.Get("CDN-Cache-Control") != tt.cdn || s.header.Get("Cache-Tag") != tt.tags || s.header.Get("Cache-Control") != tt.said {
				t.Errorf("%d, CDN-Cache-Control %q, Cache-Tag %q, Cache-Control %q", s.status, s.header.Get("CDN-Cache-Control"), s.header.Get("Cache-Tag"), s.header.Get("Cache-Control"))
			}
		})
	}
}

type cacheSink struct {
	status int
	header Header
}

func (s *cacheSink) Start(status int, h *Header) error {
	s.status = status
	for name, value := range h.All() {
		s.header.AddReceived(name, value)
	}
	return nil
}
func (s *cacheSink) Write(p []byte) (int, error) { return len(p), nil }
func (s *cacheSink) Flush() error                { return nil }

func TestUncached(t *testing.T) {
	quiet := RevalidatePage(60, func(*Writer, *Page) error { return nil })
	own := RevalidatePage(60, func(_ *Writer, p *Page) error { p.Cache(Cache{MaxAge: time.Second}); return nil })
	app := &App{Routes: []*Route{{Pattern: "/x", Render: quiet}, {Pattern: "/y/[a]", Render: quiet}, {Pattern: "/own", Render: own}}}
	h := NewHandler(app, Host{Uncached: []string{"/x", "/own"}})
	for target, want := range map[string]string{"/x": "", "/%78": "", "/y/b": "public, max-age=60, stale-while-revalidate=31536000", "/own": "public, max-age=1"} {
		s := &cacheSink{}
		h.Serve(context.Background(), &Request{Method: "GET", Target: target, Host: "a.example"}, s)
		if got := s.header.Get("CDN-Cache-Control"); got != want || s.status != 200 {
			t.Errorf("%s: %d, %q; want %q", target, s.status, got, want)
		}
	}
}
