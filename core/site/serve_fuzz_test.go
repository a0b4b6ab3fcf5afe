package site

import (
	"net/url"
	"strings"
	"testing"
)

// Whatever is asked for: the answer is one, has a status, and no redirect of ours leads to another host.
func FuzzServe(f *testing.F) {
	for _, target := range []string{"/", "//h", "/\\h", "/%5ch", "///h/", "/d//h", "/d/%2f/h", "/go?to=//h", "/go?to=%2f%5ch", "/go?to=/%09/h", "http://h//x", "/x/..//h/", "*", "/a%2Fb/"} {
		f.Add("GET", target, "example.com")
	}
	routes := []*Route{
		page("/about", fixed("about")),
		page("/go", func(_ *Writer, p *Page) error { return p.Redirect(p.URL.Query().Get("to")) }),
		page("/rw", func(_ *Writer, p *Page) error { return p.Rewrite(p.URL.Query().Get("to")) }),
		{Pattern: "/d/[...rest]", Type: RedirectRoute, Redirect: &RedirectTo{To: "/[...rest]"}},
		{Pattern: "/s/[a]", Type: RedirectRoute, Redirect: &RedirectTo{To: "/[a]/"}},
		page("/[x]/slash", func(_ *Writer, p *Page) error { return p.Redirect(p.URL.Path + "/") }),
	}
	var handlers []*RequestHandler
	for _, cfg := range []Config{{}, {TrailingSlash: "always"}, {TrailingSlash: "never", Base: "/b/"}} {
		handlers = append(handlers, NewHandler(&App{Routes: routes, Config: cfg}, Host{Static: memStatic{"file": "x", "d/index.html": "y"}}))
	}
	f.Fuzz(func(t *testing.T, method, target, host string) {
		for _, h := range handlers {
			sink := &memSink{}
			h.Serve(t.Context(), &Request{Method: method, Target: target, Host: host, Scheme: "http", RemoteAddr: "192.0.2.1:1"}, sink)
			if sink.starts != 1 || sink.status < 200 || sink.status > 599 {
				t.Fatalf("%d starts, status %d", sink.starts, sink.status)
			}
			for _, l := range sink.header {
				if !isToken(l.Name) || strings.ContainsAny(l.Value, "\r\n\x00") {
					t.Fatalf("header %q: %q", l.Name, l.Value)
				}
			}
			location := sink.get("Location")
			if location == "" {
				continue
			}
			u, err := url.Parse(location)
			if err != nil || u.Host != "" || u.Scheme != "" || location[0] != '/' || len(location) > 1 && (location[1] == '/' || location[1] == '\\') || strings.ContainsFunc(location, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
				t.Fatalf("%s %q is redirected to %q", method, target, location)
			}
		}
	})
}
