package vercel

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"sitegen.dev/core/manifest"
	"sitegen.dev/core/routes"
	"sitegen.dev/core/site"
)

// redirectTarget is what site.yaml takes for the target of a redirect.
var redirectTarget = regexp.MustCompile(`^(/|/[^/\\\s\x00-\x1f\x7f][^\\\s\x00-\x1f\x7f]*|https?://[^/\\?#@\s\x00-\x1f\x7f]+([/?#][^\\\s\x00-\x1f\x7f]*)?)$`)

// FuzzPlannedRedirects holds the rules that are written for a redirect of site.yaml against what the site does everywhere else.
func FuzzPlannedRedirects(f *testing.F) {
	for _, s := range [][3]string{
		{"/old", "/new", "/old"}, {"/a/[x]/[...rest]", "/b/[...rest]/[x]", "/a/1/2/3"}, {"/a/[...rest]", "/[...rest]", "/a"},
		{"/a/[...rest]", "/[...rest]", "/a/b.c"}, {"/[x-y]/[x_y]", "/to/[x_y]/[x-y]", "/1/2"}, {"/v[a].[b]", "/to/[b]0[a]x/$1", "/v1.2.3"},
		{"/ü/:x", "https://other.example/%C3%BC:80/?f#g", "/%C3%BC/:x"}, {"/(a|b)*", "/[", "/(a|b)*"}, {"/a[b]", "/[b]", "/ac"}, {"/r/[...p]", "/[...p]//x", "/r"},
		{"/f/[x].txt", "/[x].md", "/f/a.txt"}, {"/[...p]/e", "/x/[...p]", "/e"},
	} {
		for _, which := range []uint8{0, 3, 5, 8, 11} {
			f.Add(s[0], s[1], s[2], which)
		}
	}
	f.Fuzz(func(t *testing.T, from, to, path string, which uint8) {
		table, list := routes.Build(nil, routes.Config{Redirects: []routes.Redirect{{From: from, To: to, Status: 301}}})
		clean, err := site.CleanPath(path)
		if list.HasErrors() || len(table) != 1 || err != nil || !redirectTarget.MatchString(to) || strings.Contains(clean, "%2F") {
			return
		}
		if _, err := site.CleanPath(to[:strings.IndexAny(to+"?", "?#")]); err != nil && to[0] == '/' {
			return // nobody could ask for it
		}
		m := &manifest.Manifest{Output: "static", BuildFormat: "directory", Routes: table, Base: []string{"/", "/docs/"}[which%2], TrailingSlash: []string{"ignore", "always", "never"}[which/2%3]}
		r, err := newRouter(table404(m, which/6%2 == 1, nil))
		if err != nil {
			t.Fatal(err)
		}
		platform := func(path string) string {
			p := &passage{req: newRequest("GET", path), path: path, headers: http.Header{}}
			if !r.run("", p) {
				r.run("filesystem", p)
			}
			if strings.HasSuffix(p.path, renderName) {
				return moved(m, path) // the function does it
			}
			return p.headers.Get("Location")
		}
		asked := strings.TrimSuffix(m.Base, "/") + clean
		got := decided(asked, platform)
		want := decided(asked, func(path string) string { return moved(m, path) })
		if strings.HasPrefix(got, "//") || strings.HasPrefix(got, `/\`) {
			t.Fatalf("%q → %q: %q leads to %q", from, to, asked, got)
		}
		if spelled(t, got) != spelled(t, want) {
			t.Errorf("%s %s: %q → %q: %q leads to %q, want %q", m.Base, m.TrailingSlash, from, to, asked, got, want)
		}
	})
}

// decided follows redirects that only bring a path into its form.
func decided(path string, to func(string) string) string {
	for range 4 {
		next := to(path)
		if next == "" || form(next) != form(path) {
			return next
		}
		path = next
	}
	return "round in a circle"
}

var slashes = regexp.MustCompile(`/+`)

func form(path string) string {
	if s, err := url.PathUnescape(path); err == nil {
		path = s
	}
	return strings.TrimSuffix(slashes.ReplaceAllString(path, "/"), "/")
}

// spelled brings a target into the form that all spellings of it have.
func spelled(t *testing.T, to string) string {
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	return u.Scheme + "//" + u.Host + slashes.ReplaceAllString(u.Path, "/") + "?" + form(u.RawQuery) + "#" + u.Fragment
}

// headOf keeps the head of an answer.
type headOf struct{ location string }

func (h *headOf) Start(_ int, head *site.Header) error { h.location = head.Get("Location"); return nil }
func (h *headOf) Write(p []byte) (int, error)          { return len(p), nil }
func (h *headOf) Flush() error                         { return nil }
func (h *headOf) Abort(error)                          {}

// moved is where the runtime redirects to.
func moved(m *manifest.Manifest, path string) string {
	r := m.Routes[0]
	app := &site.App{Config: site.Config{Base: m.Base, TrailingSlash: m.TrailingSlash, BuildFormat: m.BuildFormat}, Routes: []*site.Route{
		{Pattern: r.Pattern, Type: site.RedirectRoute, Redirect: &site.RedirectTo{To: r.Redirect.To, Status: r.Redirect.Status}},
	}}
	head := &headOf{}
	site.NewHandler(app, site.Host{}).Serve(context.Background(), &site.Request{Method: "GET", Target: path, Host: "site.example", Scheme: "https"}, head)
	return head.location
}

// FuzzExpression holds the expression of a route against the table that everything else goes by.
func FuzzExpression(f *testing.F) {
	for _, s := range [][2]string{{"/", "/"}, {"/[x]", "/a"}, {"/[...x]", "/"}, {"/d/[...x]/e", "/d/e"}, {"/[a]-[b].json", "/1-2.json"}, {"/ü b/[x]", "/%C3%BC%20b/%25"}, {"/f.txt", "/f.txt/"}, {"/(a)+$", "/(a)+$"}} {
		f.Add(s[0], s[1], true)
		f.Add(s[0], s[1], false)
	}
	f.Fuzz(func(t *testing.T, pattern, path string, base bool) {
		pattern, segs, err := routes.ParsePattern(pattern)
		clean, pathErr := site.CleanPath(path)
		if err != nil || pathErr != nil || strings.Contains(clean, "%2F") {
			return
		}
		m := &manifest.Manifest{Base: "/"}
		if base {
			m.Base = "/b ü/"
		}
		decoded, err := url.PathUnescape(clean)
		if err != nil {
			t.Fatal(err)
		}
		r, values := routes.Match([]manifest.Route{{Segments: segs}}, decoded)
		want := r != nil && !(manifest.EndsInFile(segs) && strings.HasSuffix(decoded, "/") && decoded != "/")
		asked := escapePath(strings.TrimSuffix(m.Base, "/")) + clean
		if got := regexp.MustCompile(routeExpression(m, segs)).MatchString(asked); got != want {
			t.Errorf("%q: %q is matched: %v; want %v, by %s", pattern, asked, got, want, routeExpression(m, segs))
		}
		e := expression{segments: segs, base: m.Base, capture: true}
		found := regexp.MustCompile(whole(e.build(), manifest.EndsInFile(segs))).FindStringSubmatch(asked)
		if found == nil {
			if want && len(values) == len(e.order) && len(segs) > 0 {
				t.Errorf("%q: %q has values, and no groups", pattern, asked)
			}
			return
		}
		for i, name := range e.order {
			if got, err := url.PathUnescape(found[i+1]); err != nil || got != values[name] {
				t.Errorf("%q: %q has %q for %s, want %q", pattern, asked, got, name, values[name])
			}
		}
	})
}
