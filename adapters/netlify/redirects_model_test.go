package netlify

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/routes"
	"sitegen.dev/core/site"
)

// redirectTarget is what site.yaml takes for the target of a redirect.
var redirectTarget = regexp.MustCompile(`^(/|/[^/\\\s\x00-\x1f\x7f][^\\\s\x00-\x1f\x7f]*|https?://[^/\\?#@\s\x00-\x1f\x7f]+([/?#][^\\\s\x00-\x1f\x7f]*)?)$`)

// FuzzPlannedRedirects holds the rules that are written for a redirect of site.yaml, as they are read again, against what the site does
// everywhere else.
func FuzzPlannedRedirects(f *testing.F) {
	for _, s := range [][3]string{
		{"/old", "/new", "/old"}, {"/a/[x]/[...rest]", "/b/[...rest]/[x]", "/a/1/2/3"}, {"/a/[...rest]", "/[...rest]", "/a"},
		{"/a/[...rest]", "/[...rest]", "/a/b"}, {"/[x-y]/[x_y]", "/to/[x_y]/[x-y]", "/1/2"}, {"/[splat]/[...r]", "/to/[splat]/[...r]", "/a/b/c"},
		{"/ü/:x", "https://other.example/%C3%BC:80/#f?g", "/%C3%BC/:x"}, {"/*", "/[", "/*"}, {"/a[b]", "/[b]", "/ac"}, {"/r/[...p]", "/[...p]//x", "/r"},
		{"/p/[id]", "/post-[id]x/", "/p/7"}, {"/a+b/[x]", "/q/[x]?y=[z]&a:b", "/a+b/%3A"},
	} {
		for _, which := range []uint8{0, 3, 5} {
			f.Add(s[0], s[1], s[2], which)
		}
	}
	f.Fuzz(func(t *testing.T, from, to, path string, which uint8) {
		table, list := routes.Build(nil, routes.Config{Redirects: []routes.Redirect{{From: from, To: to, Status: 301}}})
		clean, err := site.CleanPath(path)
		if list.HasErrors() || len(table) != 1 || err != nil || !redirectTarget.MatchString(to) || strings.Contains(clean, "%2F") || strings.Contains(to, "%00") || strings.Contains(to, "\x00") {
			return
		}
		if _, err := site.CleanPath(to[:strings.IndexAny(to+"?", "?#")]); err != nil && to[0] == '/' {
			return // nobody could ask for it
		}
		m := &manifest.Manifest{Site: "https://site.example", Output: "static", BuildFormat: "directory", Routes: table,
			Base: []string{"/", "/docs/"}[which%2], TrailingSlash: []string{"ignore", "always", "never"}[which/2%3]}
		out := &adapter.Out{}
		b := &builder{site: &adapter.Site{Manifest: m}, out: out, client: &adapter.Client{}, base: m.Base}
		b.planRedirects()
		if len(out.Diagnostics().Sorted()) > 0 {
			return // it was told that there is none
		}
		rules, err := readRedirects(fstest.MapFS{redirectsFile: {Data: b.redirectsText()}})
		if err != nil {
			t.Fatal(err)
		}
		asked := strings.TrimSuffix(m.Base, "/") + clean
		got := ""
		for i := range rules {
			var ok bool
			if got, ok = rules[i].match(asked, ""); ok {
				break
			}
		}
		if strings.HasPrefix(got, "//") || strings.HasPrefix(got, `/\`) {
			t.Fatalf("%q → %q: %q leads to %q by\n%s", from, to, asked, got, b.redirectsText())
		}
		want := moved(m, asked)
		if strings.TrimSuffix(want, "/") == strings.TrimSuffix(asked, "/") {
			want = moved(m, want)
		}
		if spelled(t, got) != spelled(t, want) {
			t.Errorf("%q → %q: %q leads to %q by\n%swant %q", from, to, asked, got, b.redirectsText(), want)
		}
	})
}

// spelled brings a target of the site, or another one, into the form that all spellings of it have.
func spelled(t *testing.T, to string) string {
	u, err := url.Parse(strings.TrimPrefix(to, "https://site.example"))
	if err != nil {
		t.Fatal(err)
	}
	query, err := url.PathUnescape(u.RawQuery)
	if err != nil {
		query = u.RawQuery
	}
	return u.Scheme + "//" + u.Host + strings.TrimSuffix(slashes.ReplaceAllString(u.Path, "/"), "/") + "?" + query + "#" + u.Fragment
}

var slashes = regexp.MustCompile(`/+`)

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
