package cloudflare

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/routes"
	"sitegen.dev/core/site"
)

// siteTarget is what site.yaml takes for the target of a redirect.
var siteTarget = regexp.MustCompile(`^(/|/[^/\\\s\x00-\x1f\x7f][^\\\s\x00-\x1f\x7f]*|https?://[^/\\?#@\s\x00-\x1f\x7f]+([/?#][^\\\s\x00-\x1f\x7f]*)?)$`)

// FuzzPlannedRedirects holds _redirects, as the asset worker of Cloudflare reads it, against what the site does everywhere else.
func FuzzPlannedRedirects(f *testing.F) {
	for _, s := range [][3]string{
		{"/old", "/new", "/old/"}, {"/a/[x]/[...rest]", "/b/[...rest]/[x]", "/a/1/2/3"}, {"/a/[...rest]", "/[...rest]", "/a"},
		{"/a/[...rest]", "/[...rest]", "/a/b.c"}, {"/[x-y]/[x_y]", "/to/[x_y]/[x-y]", "/1/2"}, {"/v[a].[b]", "/to/[b]0[a]x/$1", "/v1.2"},
		{"/ü/:1", "https://other.example/%C3%BC:80/?f#g", "/%C3%BC/:1"}, {"/(a+b)$", "/[", "/(a+b)$"}, {"/a[b]", "/[b]", "/ac"}, {"/r/[...p]", "/[...p]//x", "/r"},
		{"/f/[x].txt", "/[x].md?x[]=:pa", "/f/a.txt"}, {"/[...p]/e", "/x/[...p]", "/e"}, {"/[_old]", "/new", "/x"}, {"/[splat]/[...r]", "/to/[splat]/[...r]", "/a/b/c"},
	} {
		for _, which := range []uint8{0, 3, 5} {
			f.Add(s[0], s[1], s[2], which)
		}
	}
	f.Fuzz(func(t *testing.T, from, to, path string, which uint8) {
		table, list := routes.Build(nil, routes.Config{Redirects: []routes.Redirect{{From: from, To: to, Status: 301}}})
		clean, err := site.CleanPath(path)
		if list.HasErrors() || len(table) != 1 || err != nil || !siteTarget.MatchString(to) || strings.Contains(clean, "%2F") || strings.ContainsAny(from+to, "|^{}`<>\"") || strings.ContainsAny(clean, ":$") {
			return // browsers and servers do not agree on how some of these are written
		}
		for _, parts := range table[0].Segments {
			if len(parts) > 2 {
				return // which of two parameters in a segment takes more is not the same
			}
		}
		if _, err := site.CleanPath(to[:strings.IndexAny(to+"?", "?#")]); err != nil && to[0] == '/' {
			return // nobody could ask for it
		}
		m := &manifest.Manifest{Output: "static", BuildFormat: "directory", Routes: table, Base: []string{"/", "/docs/"}[which%2], TrailingSlash: []string{"ignore", "always", "never"}[which/2%3]}
		b := &builder{site: &adapter.Site{Manifest: m}}
		b.redirectRules()
		if len(b.problems) > 0 {
			return // it was told that there is none
		}
		asked := strings.TrimSuffix(m.Base, "/") + clean
		got := assetRedirect(t, b.redirects, asked)
		want := moved(m, asked)
		if strings.TrimSuffix(want, "/") == strings.TrimSuffix(asked, "/") {
			want = moved(m, want)
		}
		if spelled(t, got) != spelled(t, want) {
			t.Errorf("%s: %q → %q: %q leads to %q, want %q, by\n%s", m.Base, from, to, asked, got, want, b.redirects)
		}
	})
}

var placeholder = regexp.MustCompile(`:([A-Za-z]\w*)`)

// assetRedirect is what generateRuleRegExp and replacer do in workers-shared/asset-worker/src/utils/rules-engine.ts of
// cloudflare/workers-sdk: lines without wildcards that come before all others are compared, the rest are expressions.
func assetRedirect(t *testing.T, lines, path string) string {
	t.Helper()
	for line := range strings.Lines(lines) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			t.Fatalf("a line of %d columns: %q", len(fields), line)
		}
		pieces := strings.Split(fields[0], "*")
		for i := range pieces {
			pieces[i] = regexp.QuoteMeta(pieces[i])
		}
		rule := strings.Join(pieces, `(?P<splat>.*)`)
		for _, m := range placeholder.FindAllStringSubmatch(rule, -1) {
			rule = strings.ReplaceAll(rule, m[0], `(?P<`+m[1]+`>[^/]+)`)
		}
		re, err := regexp.Compile("^" + rule + "$")
		if err != nil {
			continue // as there
		}
		m := re.FindStringSubmatch(path)
		if m == nil {
			continue
		}
		to := fields[1]
		for i, name := range re.SubexpNames() {
			if name != "" {
				to = strings.ReplaceAll(to, ":"+name, m[i])
			}
		}
		if !strings.Contains(to, "://") {
			to = slashes.ReplaceAllString(to, "/")
		}
		return to
	}
	return ""
}

var slashes = regexp.MustCompile(`/+`)

// spelled brings a target into the form that all spellings of it have.
func spelled(t *testing.T, to string) string {
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	query, err := url.PathUnescape(u.RawQuery)
	if err != nil {
		query = u.RawQuery
	}
	return u.Scheme + "//" + u.Host + strings.TrimSuffix(slashes.ReplaceAllString(u.Path, "/"), "/") + "?" + query + "#" + u.Fragment
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
