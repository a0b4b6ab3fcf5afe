package vercel

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"sitegen.dev/core/manifest"
)

// FuzzAnySpelling holds expressions of fixed text against spellings of it.
func FuzzAnySpelling(f *testing.F) {
	for _, s := range []string{"/admin", "/ü b", "/a+b.c", "/($)", "/%41", "/\\a", "/日本"} {
		f.Add(s, "/x")
	}
	f.Fuzz(func(t *testing.T, text, other string) {
		if !utf8.ValidString(text) {
			return
		}
		re := regexp.MustCompile("^(?:" + anySpelling(text) + ")$")
		var upper, lower strings.Builder
		for i := range len(text) {
			if text[i] == '/' {
				upper.WriteByte('/')
				lower.WriteByte('/')
				continue
			}
			fmt.Fprintf(&upper, "%%%02X", text[i])
			fmt.Fprintf(&lower, "%%%02x", text[i])
		}
		for _, spelling := range []string{escapePath(text), upper.String(), lower.String()} {
			if !re.MatchString(spelling) {
				t.Errorf("%q is not matched by %s", spelling, re)
			}
		}
		if decoded, err := url.PathUnescape(other); err == nil && decoded != text && re.MatchString(other) {
			t.Errorf("%q is matched by the expression of %q", other, text)
		}
	})
}

// FuzzRedirects sends paths through a route table: whatever redirects leads to a path of the site that is another one, and in the end
// somewhere.
func FuzzRedirects(f *testing.F) {
	for _, s := range []string{"/", "//", "/a", "/a/", "/%C3%BC", "/%c3%bc/", "/l/%5Cevil", "/x/a.b/", "/%2F%2F", "/a//b//", "/.a/", "/..", "/\\", "/%E2%80%AE", "/l//evil", "/y/a/b.c/"} {
		f.Add(s, uint8(0))
		f.Add(s, uint8(1))
		f.Add(s, uint8(5))
	}
	routes := []manifest.Route{redirect("/l/[...p]", "/[...p]", 301), redirect("/x/[a]", "/[a]", 302), redirect("/y/[a]/[...p]", "/[a]/[...p]", 302), onDemand("/live"), onDemand("/[one]")}
	var tables []*router
	for _, slash := range []string{"ignore", "always", "never"} {
		for _, dynamic := range []bool{true, false} {
			r, err := newRouter(table404(&manifest.Manifest{TrailingSlash: slash, Routes: routes}, dynamic, nil))
			if err != nil {
				f.Fatal(err)
			}
			tables = append(tables, r)
		}
	}
	f.Fuzz(func(t *testing.T, path string, which uint8) {
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#") {
			return
		}
		r := tables[int(which)%len(tables)]
		begin := path
		for range 8 {
			p := &passage{req: newRequest("GET", path), path: path, headers: http.Header{}}
			if !r.run("", p) {
				r.run("filesystem", p)
			}
			to := p.headers.Get("Location")
			if to == "" {
				return
			}
			if !strings.HasPrefix(to, "/") || len(to) > 1 && strings.ContainsRune("/\\\t\n\r ", rune(to[1])) || strings.ContainsAny(to, "\r\n") {
				t.Fatalf("%q leads to %q", path, to)
			}
			if to == path {
				t.Fatalf("%q leads to itself", path)
			}
			path = to
		}
		t.Fatalf("%q does not come to an end, but to %q", begin, path)
	})
}
