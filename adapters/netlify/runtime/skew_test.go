package netlify

import (
	"testing"

	"sitegen.dev/core/site"
)

func TestSkewCookie(t *testing.T) {
	for _, tt := range []struct {
		name, method, token, skew, cache string
		header                           [][2]string
		want                             bool
	}{
		{"page", "GET", "t1", "/docs/", "", [][2]string{{"Content-Type", "text/html; charset=utf-8"}}, true},
		{"not asked for", "GET", "t1", "", "", [][2]string{{"Content-Type", "text/html"}}, false},
		{"no token", "GET", "", "/docs/", "", [][2]string{{"Content-Type", "text/html"}}, false},
		{"no page", "GET", "t1", "/docs/", "", [][2]string{{"Content-Type", "application/json"}}, false},
		{"form", "POST", "t1", "/docs/", "", [][2]string{{"Content-Type", "text/html"}}, false},
		{"kept by us", "GET", "t1", "/docs/", "public, s-maxage=60", [][2]string{{"Content-Type", "text/html"}}, false},
		{"kept by the page", "GET", "t1", "/docs/", "", [][2]string{{"Content-Type", "text/html"}, {"CDN-Cache-Control", "max-age=60"}}, false},
		{"kept by browsers", "GET", "t1", "/docs/", "", [][2]string{{"Content-Type", "text/html"}, {"Cache-Control", "public, max-age=60"}}, false},
		{"kept by nobody", "GET", "t1", "/docs/", "", [][2]string{{"Content-Type", "text/html"}, {"CDN-Cache-Control", "no-store"}}, true},
	} {
		h := &handler{skew: tt.skew, cache: tt.cache}
		p := &Platform{h: h}
		p.info.Deploy.SkewToken = tt.token
		var header site.Header
		for _, l := range tt.header {
			header.Add(l[0], l[1])
		}
		got := ""
		h.header(p, tt.method, 200, &header, func(name, value string) {
			if name == "Set-Cookie" {
				got = value
			}
		})
		want := ""
		if tt.want {
			want = "__nf_skew=t1; Path=/docs/; HttpOnly; Secure; SameSite=Strict"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", tt.name, got, want)
		}
	}
}
