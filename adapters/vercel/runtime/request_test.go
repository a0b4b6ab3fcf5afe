package vercel

import (
	"net/url"
	"strings"
	"testing"

	"sitegen.dev/core/site"
)

// testHandler answers for a small site.
func testHandler(t testing.TB) *handler {
	t.Helper()
	app := &site.App{Routes: []*site.Route{
		{Pattern: "/kept/[name]", Type: site.EndpointRoute, Methods: map[string]site.Handler{"ALL": func(page *site.Page) error {
			page.Cookies.Set(site.Cookie{Name: "a", Value: "1"})
			page.Cookies.Set(site.Cookie{Name: "b", Value: "2"})
			data, err := page.Request.Bytes()
			if err != nil {
				return err
			}
			return page.Text(page.Request.Method + " " + page.URL.Path + " " + page.URL.RawQuery + " " + page.URL.Host + " " + page.ClientAddr() + " " +
				page.Request.Header.Get("X-Many") + page.Request.Header.Get("X-Vercel-Internal-Secret") + " " + string(data))
		}}},
		{Pattern: "/large", Type: site.EndpointRoute, Methods: map[string]site.Handler{"ALL": func(page *site.Page) error {
			return page.Text(strings.Repeat("x", maxAnswer+1))
		}}},
		{Pattern: "/panic", Type: site.EndpointRoute, Methods: map[string]site.Handler{"ALL": func(*site.Page) error { panic("oh") }}},
	}}
	h, err := newHandler(&Program{App: func() *site.App { return app }, Cached: []string{"^/kept/[A-Za-z0-9_.~-]+/?$"}, Token: "token"},
		&ipc{stderr: &strings.Builder{}}, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// FuzzTarget holds what every target of a request comes to: no key of ours is left, and only a path that is kept can
// take the place of the one that was asked for.
func FuzzTarget(f *testing.F) {
	for _, s := range []string{"/", "/kept/b?__sg_path=/kept/a&__sg_token=token", "/a?__sg_path=/admin&__sg_token=token", "/a?b=c&__sg_token=x", "/a?%5f_sg_path=/kept/a&__sg_token=token",
		"/a?__sg_path=/kept/%2e%2e&__sg_token=token", "/a?__sg_path=/kept/a%00&__sg_token=token", "/a?;__sg_path=/kept/a", "/a?__sg_path=/kept/a&__sg_token=token#", "*", "/a?%"} {
		f.Add("GET", s)
	}
	h := testHandler(f)
	f.Fuzz(func(t *testing.T, method, raw string) {
		got, shared := h.target(method, raw)
		path, query, _ := strings.Cut(got, "?")
		for pair := range strings.SplitSeq(query, "&") {
			key, _, _ := strings.Cut(pair, "=")
			if name, err := url.QueryUnescape(key); err == nil && (name == PathKey || name == TokenKey) {
				t.Errorf("%q keeps %q", raw, pair)
			}
		}
		before, _, _ := strings.Cut(raw, "?")
		if !shared && path != before {
			t.Errorf("%q changes its path to %q without being believed", raw, path)
		}
		if shared && (!h.keeps(path) || method != "GET" && method != "HEAD" || !strings.Contains(raw, "token")) {
			t.Errorf("%s %q is believed to be %q", method, raw, path)
		}
	})
}
