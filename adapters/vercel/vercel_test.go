package vercel

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// segments takes a pattern apart as package routes does.
func segments(pattern string) [][]manifest.Part {
	var out [][]manifest.Part
	for _, seg := range strings.Split(strings.Trim(pattern, "/"), "/") {
		var parts []manifest.Part
		for rest := seg; rest != ""; {
			open, end := strings.IndexByte(rest, '['), strings.IndexByte(rest, ']')
			if open != 0 {
				text := rest
				if open > 0 {
					text = rest[:open]
				}
				parts = append(parts, manifest.Part{Text: text})
				rest = rest[len(text):]
				continue
			}
			name, isRest := strings.CutPrefix(rest[1:end], "...")
			parts = append(parts, manifest.Part{Param: name, Rest: isRest})
			rest = rest[end+1:]
		}
		if parts != nil {
			out = append(out, parts)
		}
	}
	return out
}

func onDemand(pattern string) manifest.Route {
	return manifest.Route{Pattern: pattern, Segments: segments(pattern), Type: manifest.Page, Source: "src/pages" + pattern + ".gosite"}
}

func redirect(from, to string, status int) manifest.Route {
	return manifest.Route{Pattern: from, Segments: segments(from), Type: manifest.Redir, Source: "site.yaml", Line: 3,
		Redirect: &manifest.Redirect{From: from, To: to, Status: status}}
}

// testSite is a site without Go: one that needs no function, or whose function is not looked at.
func testSite(t *testing.T, m *manifest.Manifest, options string) *adapter.Site {
	t.Helper()
	dir := t.TempDir()
	for name, data := range map[string]string{"index.html": "<head></head>home", "about/index.html": "about", "404.html": "none", "LICENSE": "l",
		"_assets/app.0a1b2c3d.js": "js", ".env": "KEY=1", ".well-known/x": "x"} {
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	list := filepath.Join(t.TempDir(), "prerendered.jsonl")
	lines := `{"path":"/","file":"index.html","route":"/","status":200}
{"path":"/404","file":"404.html","route":"/404","status":404}
{"path":"/about","file":"about/index.html","route":"/about","status":200,"headers":[{"name":"X-Page","value":"about"}]}
`
	if err := os.WriteFile(list, []byte(lines), 0o666); err != nil {
		t.Fatal(err)
	}
	if m.Base == "" {
		m.Base = "/"
	}
	m.AssetsDir, m.Generator, m.BuildID = "_assets", "sitegen 1.2.3", "0123456789abcdef"
	for i := range m.Routes {
		if m.Routes[i].Type == "" {
			m.Routes[i].Type = manifest.Page
		}
	}
	return &adapter.Site{Manifest: m, Options: json.RawMessage(options), OptionsAt: diag.Pos{File: "site.yaml", Line: 2, Col: 1},
		ClientDir: dir, Prerendered: list, ModuleDir: t.TempDir(), ModulePath: "example.com/x", BodyLimit: 1 << 20}
}

// adapt runs the adapter and gives what it wrote and what it said.
func adapt(t *testing.T, site *adapter.Site) (dir string, said []string) {
	t.Helper()
	dir = t.TempDir()
	out, err := adapter.NewOut(dir, site)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := (Adapter{}).Adapt(context.Background(), site, out); err != nil {
		t.Fatal(err)
	}
	for _, d := range out.Diagnostics().Sorted() {
		said = append(said, fmt.Sprintf("%s %s %s", d.Severity, d.Code, d.Error()))
	}
	return dir, said
}

func TestStaticSite(t *testing.T) {
	dir, said := adapt(t, testSite(t, &manifest.Manifest{Base: "/docs/", Routes: []manifest.Route{redirect("/old", "/about", 301)}}, ""))
	if said != nil {
		t.Errorf("it says %q", said)
	}
	var names []string
	fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	want := []string{"config.json", "static/docs/.well-known/x", "static/docs/404.html", "static/docs/LICENSE", "static/docs/_assets/app.0a1b2c3d.js",
		"static/docs/about/index.html", "static/docs/index.html"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("files (-want +got)\n%s", diff)
	}
}

// A file with a hash in its name is kept for good only while it is there: the name of one that is missing may come back with the
// next deployment. Where there is a middleware the function answers for it, which the suite of all adapters sees to.
func TestMissingAssets(t *testing.T) {
	for _, base := range []string{"/", "/docs/"} {
		dir, _ := adapt(t, testSite(t, &manifest.Manifest{Base: base}, ""))
		url := startPreview(t, dir)
		for _, tt := range []struct {
			path, cache string
			status      int
		}{
			{"_assets/app.0a1b2c3d.js", "public, max-age=31536000, immutable", 200},
			{"_assets/app.11111111.js", "no-store", 404},
			{"_assets/app.0a1b2c3d.js/x", "no-store", 404},
			{"_assets", "", 404},
			{"none.11111111.js", "", 404},
		} {
			res, body := get(t, url+base+tt.path)
			cache := res.Header.Get("Cache-Control")
			if res.StatusCode != tt.status || tt.status == 404 && body != "none" || cache != tt.cache && (tt.cache != "" || strings.Contains(cache, "immutable")) {
				t.Errorf("%s%s: %s, Cache-Control %q, %q; want %d, %q", base, tt.path, res.Status, cache, body, tt.status, tt.cache)
			}
		}
	}
}

// ask sends a path through the router as the preview does, and gives what it came to.
func ask(t *testing.T, routes []route, method, path string) string {
	t.Helper()
	r, err := newRouter(routes)
	if err != nil {
		t.Fatal(err)
	}
	req := newRequest(method, path)
	raw, query, _ := strings.Cut(path, "?")
	for _, phase := range []string{"", "filesystem"} {
		p := &passage{req: req, path: raw, query: query, headers: map[string][]string{}}
		if r.run(phase, p) {
			if to := p.headers.Get("Location"); to != "" {
				return fmt.Sprintf("%d %s", p.status, to)
			}
			if p.query != "" {
				p.path += "?" + p.query
			}
			return strings.TrimSpace(fmt.Sprintf("%s %s", p.path, strings.TrimPrefix(fmt.Sprint(p.status), "0")))
		}
	}
	return "nothing"
}

func newRequest(method, target string) *http.Request {
	return &http.Request{Method: method, RequestURI: target, Header: http.Header{}, Host: "example.com"}
}

func table404(m *manifest.Manifest, onDemand bool, isr []isrRoute) []route {
	if m.Base == "" {
		m.Base = "/"
	}
	m.AssetsDir = "_assets"
	t := table{m: m, o: &Options{}, own: &ownFunctions{}, pages: &pageList{names: []string{"404.html", "LICENSE"}}, onDemand: onDemand, isr: isr}
	return t.build()
}

func TestRoutes(t *testing.T) {
	routes := []manifest.Route{
		onDemand("/live"), onDemand("/feed.xml"), onDemand("/héllo"), onDemand("/blog/new"),
		redirect("/gone", "/live", 302), redirect("/moved", "/live", 301),
		onDemand("/blog/[slug]"), onDemand("/v[major]-[minor]"), onDemand("/rest/[...path]"),
		redirect("/old/[...path]", "/rest/[...path]", 301), redirect("/legacy/[...path]", "/[...path]", 308),
		redirect("/swap/[a]/[b]", "/[b]x/[a]?kept=yes", 302), redirect("/away/[x]", "https://else.example/[x]", 307),
		redirect("/to/[name]", "/live/[name]", 301),
	}
	for _, tt := range []struct{ slash, method, path, want string }{
		{"ignore", "GET", "/live", "/_render"},
		{"ignore", "GET", "/live/", "/_render"},
		{"ignore", "GET", "/LIVE", "/404.html 404"},
		{"ignore", "GET", "/live/x", "/404.html 404"},
		{"ignore", "GET", "/feed.xml", "/_render"},
		{"ignore", "GET", "/feedxxml", "/404.html 404"},
		{"ignore", "GET", "/feed.xml/", "/404.html 404"},
		{"ignore", "GET", "/h%C3%A9llo", "/_render"},
		{"ignore", "GET", "/h%c3%a9llo", "/_render"},
		{"ignore", "GET", "/blog/a", "/_render"},
		{"ignore", "GET", "/blog/a/b", "/404.html 404"},
		{"ignore", "GET", "/v1-2", "/_render"},
		{"ignore", "GET", "/v1", "/404.html 404"},
		{"ignore", "GET", "/rest", "/_render"},
		{"ignore", "GET", "/rest/a/b/", "/_render"},
		{"ignore", "GET", "/restless", "/404.html 404"},
		{"ignore", "GET", "/un%6Cucky", "/_render"}, // another spelling: the function knows
		{"ignore", "GET", "/gone", "302 /live"},
		{"ignore", "POST", "/gone", "302 /live"},
		{"ignore", "GET", "/moved/", "301 /live"},
		{"ignore", "HEAD", "/moved", "301 /live"},
		{"ignore", "POST", "/moved", "308 /live"},
		{"ignore", "GET", "/old", "301 /rest"},
		{"ignore", "GET", "/old/a/b", "301 /rest/a/b"},
		{"ignore", "GET", "/legacy/a", "308 /a"},
		{"ignore", "GET", "/legacy", "308 /"},
		{"ignore", "GET", "/legacy//evil.example", "301 /legacy/evil.example"},
		{"ignore", "GET", `/legacy/\evil.example`, "/_render"},
		{"ignore", "GET", "/legacy/%2Fevil.example", "/_render"},
		{"ignore", "GET", "/legacy/../x", "/_render"},
		{"ignore", "GET", "/swap/1/2", "302 /2%78/1?kept=yes"},
		{"ignore", "GET", "/away/a.b", "307 https://else.example/a.b"},
		{"ignore", "GET", "//live", "301 /live"},
		{"ignore", "GET", "///a//b", "301 /a/b"},
		{"ignore", "GET", `//\evil.example`, "/404.html 404"},
		{"ignore", "GET", "/a//b", "301 /a/b"},
		{"ignore", "GET", "//evil.example//x", "301 /evil.example/x"},
		{"ignore", "POST", "/a//b", "308 /a/b"},
		{"ignore", "GET", "/_assets/none.0a1b2c3d.js", "/404.html 404"},
		{"always", "GET", "/live", "301 /live/"},
		{"always", "POST", "/live", "308 /live/"},
		{"always", "GET", "/live/", "/_render"},
		{"always", "GET", "/feed.xml", "/_render"},
		{"always", "GET", "/LICENSE", "/LICENSE"},
		{"always", "GET", "/x/.hidden", "301 /x/.hidden/"},
		{"always", "GET", "/%C3%BCber%20uns", "301 /%C3%BCber%20uns/"},
		{"always", "GET", "/%C3%BCber.txt", "/_render"},
		{"always", "GET", "/%E6%97%A5%F0%9F%8D%B5", "301 /%E6%97%A5%F0%9F%8D%B5/"},
		{"always", "GET", "/%C0%AF", "/_render"},
		{"always", "GET", "/%ED%A0%80", "/_render"},
		{"always", "GET", "/%E6%97", "/_render"},
		{"always", "GET", "/a%2fb", "/_render"},
		{"always", "GET", "/%2e%2e/a", "/_render"},
		{"always", "GET", "/%5c/a", "/_render"},
		{"never", "GET", "/%C3%BCber/x/", "301 /%C3%BCber/x"},
		{"never", "GET", "/%2F/", "/_render"},
		{"always", "GET", "/../x", "/404.html 404"},
		{"always", "GET", "/moved/", "301 /live/"},
		{"always", "GET", "/to/a/", "301 /live/a/"},
		{"always", "GET", "/to/a.b", "301 /live/a.b"},
		{"never", "GET", "/live/", "301 /live"},
		{"never", "GET", "/live", "/_render"},
		{"never", "GET", "/live//", "301 /live"},
		{"never", "GET", "/", "/404.html 404"},
		{"never", "GET", "/old/a/", "301 /old/a"},
		{"never", "GET", "/old/a", "301 /rest/a"},
	} {
		m := &manifest.Manifest{TrailingSlash: tt.slash, Routes: routes}
		if got := ask(t, table404(m, true, nil), tt.method, tt.path); got != tt.want {
			t.Errorf("%s: %s %s leads to %q; want %q", tt.slash, tt.method, tt.path, got, tt.want)
		}
	}
}

// What goes wrong in the platform itself is answered with the site's own pages, as far as there are any.
func TestErrorPhase(t *testing.T) {
	for _, tt := range []struct {
		files, want []string
	}{
		{[]string{"404.html", "500.html"}, []string{"error", "^/.*$ /b/404.html 404", "^/.*$ /b/500.html 500"}},
		{[]string{"500.html"}, []string{"error", "^/.*$ /b/500.html 500"}},
		{[]string{"index.html"}, nil},
	} {
		table := table{m: &manifest.Manifest{Base: "/b/"}, o: &Options{}, own: &ownFunctions{}, pages: &pageList{names: tt.files}, onDemand: true}
		routes := table.build()
		var got []string
		if i := slices.IndexFunc(routes, func(r route) bool { return r.Handle == "error" }); i >= 0 {
			got = append(got, "error")
			for _, r := range routes[i+1:] {
				got = append(got, fmt.Sprintf("%s %s %d", r.Src, r.Dest, r.Status))
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%v (-want +got)\n%s", tt.files, diff)
		}
	}
}

// TestRedirectsBehindMiddleware asks for redirects where a middleware has to see them, which a site of files has not.
func TestRedirectsBehindMiddleware(t *testing.T) {
	m := &manifest.Manifest{Middleware: true, TrailingSlash: "always", Routes: []manifest.Route{
		redirect("/gone", "/live", 302), redirect("/old/[...path]", "/rest/[...path]", 301),
	}}
	for path, want := range map[string]string{"/gone/": "/_render", "/gone": "301 /gone/", "/old/a/": "/_render", "/old/": "/_render", "/else/": "/_render", "/_assets/gone.js": "/_render"} {
		if got := ask(t, table404(m, true, nil), "GET", path); got != want {
			t.Errorf("%s leads to %q; want %q", path, got, want)
		}
	}
	if got := ask(t, table404(m, false, nil), "GET", "/gone/"); got != "302 /live/" {
		t.Errorf("without a function /gone leads to %q", got)
	}
}

// TestWholeNames asks for HTML files of the public folder where pages have no ending.
func TestWholeNames(t *testing.T) {
	m := &manifest.Manifest{Base: "/b/", AssetsDir: "_assets"}
	l := &pageList{format: "file", names: []string{"404.html", "about.html", "google1f.html", "sub/a b.html", "sub/index.html"},
		all: []page{{manifest.Prerendered{File: "404.html"}}, {manifest.Prerendered{File: "about.html"}}}}
	table := (&table{m: m, o: &Options{}, own: &ownFunctions{}, pages: l}).build()
	for path, want := range map[string]string{"/b/google1f.html": "/b/google1f", "/b/sub/a%20b.html": "/b/sub/a%20b", "/b/about.html": "/b/404 404", "/b/sub/index.html": "/b/404 404", "/b/x.html": "/b/404 404"} {
		if got := ask(t, table, "GET", path); got != want {
			t.Errorf("%s leads to %s; want %s", path, got, want)
		}
	}
}

// TestNoRedirectLeavesTheSite looks at every redirect with whatever a visitor can put into it.
func TestNoRedirectLeavesTheSite(t *testing.T) {
	routes := []manifest.Route{redirect("/l/[...p]", "/[...p]", 301), redirect("/x/[a]", "/[a]", 302), redirect("/y/[a]/[...p]", "/[a]/[...p]", 302)}
	tails := []string{"//evil.example", "/%2Fevil.example", `/\evil.example`, "/%5Cevil.example", "/.//evil.example", "/..//evil.example", "/%2e%2e//evil.example", "/\t/evil.example", "/;//evil.example", "/@evil.example", "/a//\\evil.example", `/\evil`, `//\evil`}
	for _, dynamic := range []bool{true, false} {
		for _, slash := range []string{"ignore", "always", "never"} {
			table := table404(&manifest.Manifest{TrailingSlash: slash, Routes: routes}, dynamic, nil)
			for _, head := range []string{"", "/l", "/x", "/y", "/y/a", "/none"} {
				for _, tail := range tails {
					for _, end := range []string{"", "/", "//"} {
						path := head + tail + end
						got := ask(t, table, "GET", path)
						_, to, ok := strings.Cut(got, " /")
						if ok && (strings.HasPrefix(to, "/") || strings.HasPrefix(to, `\`) || strings.HasPrefix(to, "\t")) {
							t.Errorf("%s leads to %s", path, got)
						}
					}
				}
			}
		}
	}
}

func TestOptions(t *testing.T) {
	m := func() *manifest.Manifest {
		return &manifest.Manifest{Routes: []manifest.Route{onDemand("/live"), onDemand("/blog/[slug]"), {Pattern: "/about", Segments: segments("/about"), Prerender: true, Source: "a.gosite"},
			{Pattern: "/account", Segments: segments("/account"), Type: manifest.Page, Source: "account.gosite", Guarded: true}}}
	}
	for _, tt := range []struct {
		options string
		want    []string
	}{
		{`{"mode":"lamda"}`, []string{`error SG6006 site.yaml:2:1: option mode of adapter vercel must be executable or lambda, not "lamda"`}},
		{`{"memry":512}`, []string{`error SG6005 site.yaml:2:1: adapter vercel has no option "memry"`}},
		{`{"memory":64,"maxDuration":0}`, []string{
			`error SG6006 site.yaml:2:1: option maxDuration of adapter vercel must be a number of seconds from 1 to 3600, or max, not 0`,
			`error SG6006 site.yaml:2:1: option memory of adapter vercel must be from 128 to 10240, not 64`}},
		{`{"regions":["Frankfurt"]}`, []string{`error SG6006 site.yaml:2:1: option regions.0 of adapter vercel must be a region such as iad1 or fra1, not "Frankfurt"`}},
		{`{"crons":[{"path":"/about","schedule":"0 5 * * *"}]}`, []string{`error SG6006 site.yaml:2:1: option crons.0.path of adapter vercel is "/about", and no route that renders on demand answers GET there`}},
		{`{"regions":["xyz9"],"mode":"x"}`, []string{`error SG6006 site.yaml:2:1: option mode of adapter vercel must be executable or lambda, not "x"`, `warning SG6114 site.yaml:2:1: option regions.0 of adapter vercel is "xyz9", which was no region of Vercel's when this sitegen was made`}},
		{`{"failoverRegions":["all"]}`, []string{`error SG6006 site.yaml:2:1: option failoverRegions.0 of adapter vercel must be a region such as iad1 or fra1, not "all"`}},
		{`{"isr":{"expiration":60,"staleExpiration":60}}`, []string{`error SG6006 site.yaml:2:1: option isr.staleExpiration of adapter vercel must be more than expiration: it counts from the beginning, and until then old answers are sent, not 60`}},
		{`{"images":{"sizes":[640],"minimumCacheTTL":0}}`, []string{`error SG6006 site.yaml:2:1: option images.minimumCacheTTL of adapter vercel must be from 1 to 315360000, not 0`}},
		{`{"crons":[{"path":"/live","schedule":"daily"}]}`, []string{`error SG6006 site.yaml:2:1: option crons.0.schedule of adapter vercel must be five fields such as 0 5 * * *, in UTC, not "daily"`}},
		{`{"isr":0}`, []string{`error SG6006 site.yaml:2:1: option isr of adapter vercel must be a number of seconds from 1 to 31536000, or false to keep answers until the next deployment, not 0`}},
		{`{"isr":{"bypassToken":"short"}}`, []string{`error SG6006 site.yaml:2:1: option isr.bypassToken of adapter vercel must have at least 32 letters, digits, - and _`,
			`warning SG6112 site.yaml:2:1: option isr.bypassToken of adapter vercel is a secret in a file`}},
		{`{"isr":{"routes":{"/live":{"bypassToken":"x"}}}}`, []string{`error SG6006 site.yaml:2:1: option isr.routes./live of adapter vercel has routes, exclude or bypassToken, which belong to isr itself`,
			`error SG6006 site.yaml:2:1: option isr.routes./live.bypassToken of adapter vercel must have at least 32 letters, digits, - and _`}},
		{`{"isr":{"routes":{"/live":{"fallback":true,"allowQuery":["q"]},"/blog/[slug]":{"fallback":true}}}}`, []string{
			`error SG6006 site.yaml:2:1: option isr.routes./blog/[slug].fallback of adapter vercel cannot be: it has parameters, so there is no one page to begin with`,
			`error SG6006 site.yaml:2:1: option isr.routes./live.fallback of adapter vercel cannot be: keys of the query make a difference (allowQuery), so there is no one page to begin with`}},
		{`{"isr":{"routes":{"/account":60}}}`, []string{`error SG6006 site.yaml:2:1: option isr.routes./account of adapter vercel would keep a page behind a guard of the middleware and give it to everybody`}},
		{`{"isr":{"routes":{"/liv":60}}}`, []string{`error SG6006 site.yaml:2:1: option isr.routes./liv of adapter vercel names no route of the site`}},
		{`{"isr":{"routes":{"/about":60}}}`, []string{`error SG6006 site.yaml:2:1: option isr.routes./about of adapter vercel names a route that does not render on demand, so there is nothing to keep`}},
		{`{"isr":{"exclude":["/x"]}}`, []string{`error SG6006 site.yaml:2:1: option isr.exclude.0 of adapter vercel names no route of the site: "/x"`}},
		{`{"functions":{"/liv":{"memory":512},"/about":{},"/live":{"memory":1,"regions":["nowhere"],"failoverRegions":["all"]}}}`, []string{
			`error SG6006 site.yaml:2:1: option functions./about of adapter vercel names a route that does not render on demand, so no function answers it`,
			`error SG6006 site.yaml:2:1: option functions./liv of adapter vercel names no route of the site`,
			`error SG6006 site.yaml:2:1: option functions./live.failoverRegions.0 of adapter vercel must be a region such as iad1 or fra1, not "all"`,
			`error SG6006 site.yaml:2:1: option functions./live.memory of adapter vercel must be from 128 to 10240, not 1`,
			`error SG6006 site.yaml:2:1: option functions./live.regions.0 of adapter vercel must be a region such as iad1 or fra1, not "nowhere"`}},
		{`{"images":{"domains":["a.example"]}}`, []string{`error SG6006 site.yaml:2:1: option images.sizes of adapter vercel must list the widths that images are made in`}},
		{`{"firewall":[{"path":"wp","action":"block","methods":["get"]},{"path":"/x","has":[{"value":"a"},{"header":"A","value":"("}],"missing":[{"header":"A","cookie":"b"}]}]}`, []string{
			`error SG6006 site.yaml:2:1: option firewall.0 of adapter vercel needs an action`,
			`error SG6006 site.yaml:2:1: option firewall.0.action of adapter vercel must be deny or challenge, not "block"`,
			`error SG6006 site.yaml:2:1: option firewall.0.methods.0 of adapter vercel must be a method in capitals, not "get"`,
			`error SG6006 site.yaml:2:1: option firewall.0.path of adapter vercel must be a path that begins with a slash, in which * stands for any text, not "wp"`,
			`error SG6006 site.yaml:2:1: option firewall.1 of adapter vercel needs an action`,
			`error SG6006 site.yaml:2:1: option firewall.1.has.0 of adapter vercel must name one of header, cookie, query and host, which is a regular expression by itself`,
			`error SG6006 site.yaml:2:1: option firewall.1.has.1 of adapter vercel must be a regular expression, not "("`,
			`error SG6006 site.yaml:2:1: option firewall.1.missing.0 of adapter vercel must name one of header, cookie, query and host, which is a regular expression by itself`}},
		{`{"flags":{"a b":{},"c":{"url":"x","options":[{"label":"on"}]}}}`, []string{
			`error SG6006 site.yaml:2:1: option flags.a b of adapter vercel must be named by letters, digits, dots, hyphens and _`,
			`error SG6006 site.yaml:2:1: option flags.c.options.0 of adapter vercel needs a value`,
			`error SG6006 site.yaml:2:1: option flags.c.url of adapter vercel must be a URL, not "x"`}},
		{`{"rewrites":["/a"]}`, []string{`error SG6006 site.yaml:2:1: option rewrites.0 of adapter vercel must be a pattern for files below the public folder, not "/a"`}},
		{`{"include":["../secret"]}`, []string{`error SG6006 site.yaml:2:1: option include.0 of adapter vercel must be a pattern for files below the folder of go.mod, not "../secret"`}},
		{`{"mode":"lambda"}`, []string{`error SG6101 site.yaml:2:1: mode lambda needs the module github.com/aws/aws-lambda-go, and go.mod does not have it`}},
	} {
		site := testSite(t, m(), tt.options)
		site.OnDemand = true
		_, said := adapt(t, site)
		if diff := cmp.Diff(tt.want, said); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.options, diff)
		}
	}
}

func TestSchedules(t *testing.T) {
	for text, want := range map[string]string{
		"* * * * *": "", "0 5 * * *": "", "*/15 0-23 1,15 1-12 *": "", "0 0 * * 1-5": "", "5/10 * * * *": "",
		"99 * * * *":  `has "99" as minute, which goes from 0 to 59`,
		"0 24 * * *":  `has "24" as hour, which goes from 0 to 23`,
		"0 0 0 * *":   `has "0" as day of the month, which goes from 1 to 31`,
		"0 0 * 13 *":  `has "13" as month, which goes from 1 to 12`,
		"0 0 * * 7":   `has "7" as day of the week, which goes from 0 to 6`,
		"0 0 * * MON": `has "MON" as day of the week, and takes numbers from 0 to 6, ranges, steps and * there`,
		"0 0 1 1 1":   `names days of the month and days of the week, of which one must be *: "0 0 1 1 1"`,
		"5-1 * * * *": `has "5-1" as minute, which ends before it begins`,
		"*/0 * * * *": `has "*/0" as minute, with steps of 0`,
		"1,, * * * *": `has "1,," as minute, and takes numbers from 0 to 59, ranges, steps and * there`,
		"* * * *":     `must be five fields such as 0 5 * * *, in UTC, not "* * * *"`,
		"@daily":      `must be five fields such as 0 5 * * *, in UTC, not "@daily"`,
		"":            `must be five fields such as 0 5 * * *, in UTC, not ""`,
	} {
		if got, _ := checkSchedule(text); got != want {
			t.Errorf("%q %s; want %s", text, got, want)
		}
	}
}

// TestSchema holds the schema against the fields that are decoded.
func TestSchema(t *testing.T) {
	var s struct {
		Properties map[string]any `json:"properties"`
	}
	if err := json.Unmarshal([]byte(schema), &s); err != nil {
		t.Fatal(err)
	}
	for name := range s.Properties {
		site := &adapter.Site{Options: json.RawMessage(fmt.Sprintf("{%q:null}", name))}
		_, ds := decode(site)
		for _, d := range ds {
			if d.Code == "SG6005" {
				t.Errorf("the schema has %s, the options have not", name)
			}
		}
	}
	_, ds := decode(&adapter.Site{Options: json.RawMessage(`{"zzzzzzzzzz":1}`)})
	hint := strings.TrimPrefix(ds[0].Hint, "its options are ")
	for _, name := range strings.Split(hint, ", ") {
		if s.Properties[name] == nil {
			t.Errorf("the options have %s, the schema has not", name)
		}
	}
}

func TestISRRoutes(t *testing.T) {
	news := onDemand("/news")
	news.Revalidate = 30
	api := manifest.Route{Pattern: "/api", Segments: segments("/api"), Type: manifest.Endpoint, Methods: []string{"POST"}, Source: "api.go"}
	// What is for one visitor alone is kept by no rule, whatever says so.
	guarded, cart := onDemand("/account"), onDemand("/cart")
	guarded.Guarded, guarded.Revalidate = true, 60
	cart.Features = append(cart.Features, manifest.Feature{Name: adapter.Sessions})
	m := &manifest.Manifest{Base: "/b/", BuildID: "x", TrailingSlash: "always",
		Routes: []manifest.Route{news, onDemand("/h/[...p]"), onDemand("/é"), onDemand("/"), api, guarded, cart}}
	for _, tt := range []struct {
		options string
		want    []string
	}{
		{`{}`, []string{`/_isr/news 30 ^(/b/news/?)$`}},
		{`{"isr":true}`, []string{`/_isr/news 30 ^(/b/news/?)$`, `/_isr/h-p false ^(/b/h(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*/?)$`, "/_isr/index false ^(/b/?)$", "SG6102"}},
		{`{"isr":{"expiration":9,"exclude":["/news","/"]}}`, []string{`/_isr/h-p 9 ^(/b/h(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*/?)$`, "SG6102"}},
		{`{"isr":{"expiration":9,"exclude":["/n*s","/*p]","*é"]}}`, []string{"/_isr/index 9 ^(/b/?)$"}},
		{`{"isr":{"expiration":9,"exclude":["/*"]}}`, nil},
		{`{"isr":{"routes":{"/account":60,"/cart":60}}}`, []string{`/_isr/news 30 ^(/b/news/?)$`, "SG6006", "SG6006"}},
		{`{"isr":{"expiration":9,"routes":{"/news":false,"/":{"expiration":false,"allowQuery":["q"]}}}}`, []string{"/_isr/index false ^(/b/?)$ q"}},
	} {
		site := &adapter.Site{Options: json.RawMessage(tt.options)}
		o, ds := decode(site)
		if len(ds) > 0 {
			t.Fatal(ds)
		}
		var got, warned []string
		b := &builder{site: &adapter.Site{Manifest: m}, o: &o}
		for _, r := range b.isrRoutes() {
			dest, _, _ := strings.Cut(r.dest, "?")
			s := fmt.Sprintf("%s %v %s", dest, r.config.Expiration, r.src)
			if len(r.config.AllowQuery) > 2 {
				s += " " + strings.Join(r.config.AllowQuery[2:], ",")
			}
			got = append(got, s)
			if !regexp.MustCompile(r.path).MatchString("/b" + strings.ReplaceAll(strings.ReplaceAll(r.route.Pattern, "[...p]", "a/b"), "[slug]", "a")) {
				t.Errorf("%s: the function does not believe the path of %s: %s", tt.options, r.route.Pattern, r.path)
			}
		}
		for _, d := range b.problems {
			warned = append(warned, string(d.Code))
		}
		if diff := cmp.Diff(tt.want, append(got, warned...)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.options, diff)
		}
	}
}

// TestVolatile has a build that runs the function done again, and no other one.
func TestVolatile(t *testing.T) {
	b, err := fixture("default")
	if err != nil {
		t.Fatal(err)
	}
	for options, want := range map[string]bool{`{"isr":{"fallback":true,"routes":{"/live":60}}}`: true, `{"isr":{"fallback":true,"routes":{"/one/[x]":60}}}`: false, `{"isr":60}`: false} {
		var volatile bool
		watch := watchOut(func(out *adapter.Out) { volatile = out.IsVolatile() })
		if err := b.Adapt(t.Context(), watch, json.RawMessage(options), filepath.Join(t.TempDir(), "output")); err != nil {
			t.Fatal(err)
		}
		if volatile != want {
			t.Errorf("%s: volatile is %t; want %t", options, volatile, want)
		}
	}
}

// watchOut is the adapter, with a look at what it wrote to.
type watchOut func(*adapter.Out)

// Info is the adapter's.
func (watchOut) Info() adapter.Info { return Adapter{}.Info() }

// Adapt is the adapter's.
func (w watchOut) Adapt(ctx context.Context, site *adapter.Site, out *adapter.Out) error {
	defer w(out)
	return Adapter{}.Adapt(ctx, site, out)
}

func TestCovers(t *testing.T) {
	for _, tt := range []struct {
		entry, pattern string
		want           bool
	}{
		{"/a", "/a", true}, {"/a", "/ab", false}, {"/a*", "/a", true}, {"/a/*", "/a", false}, {"/a/*", "/a/b/c", true},
		{"/blog/[slug]", "/blog/[slug]", true}, {"/blog/[*]", "/blog/[slug]", true}, {"/*/b/*", "/a/b/c", true}, {"/*/b/*", "/a/c", false},
		{"/a*a", "/a", false}, {"**", "/x", true}, {"*x*x", "/x", false},
	} {
		if got := covers(tt.entry, tt.pattern); got != tt.want {
			t.Errorf("%s for %s: %t", tt.entry, tt.pattern, got)
		}
	}
}

func TestUncached(t *testing.T) {
	news, plain := onDemand("/news"), onDemand("/plain")
	news.Revalidate = 30
	m := &manifest.Manifest{Base: "/", Routes: []manifest.Route{news, plain}}
	for options, want := range map[string][]string{
		`{}`:                                nil,
		`{"isr":60}`:                        nil,
		`{"isr":{"routes":{"/news":true}}}`: nil,
		`{"isr":{"routes":{"/news":false,"/plain":false}}}`: {"/news"},
		`{"isr":{"exclude":["/news"]}}`:                     {"/news"},
	} {
		o, _ := decode(&adapter.Site{Options: json.RawMessage(options)})
		if diff := cmp.Diff(want, uncached(m, &o)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", options, diff)
		}
	}
}

func TestKeysOfOursAreRemoved(t *testing.T) {
	m := &manifest.Manifest{Base: "/", BuildID: "x", Routes: []manifest.Route{onDemand("/blog/[slug]")}}
	o, _ := decode(&adapter.Site{Options: json.RawMessage(`{"isr":60}`)})
	isr := (&builder{site: &adapter.Site{Manifest: m}, o: &o}).isrRoutes()
	table := table404(m, true, isr)
	token := isrToken(m)
	for _, query := range []string{"", "?__sg_path=/admin", "?__sg_path=/admin&__sg_token=" + token, "?%5f_sg_path=/admin", "?__sg_path=/a&__sg_path=/b"} {
		want := "/_isr/blog-slug?__sg_path=/blog/a&__sg_token=" + token
		if got := askAll(t, table, "/blog/a"+query); got != want {
			t.Errorf("/blog/a%s leads to %s; want %s", query, got, want)
		}
	}
	if got := askAll(t, table, "/blog/%61"); got != "/_render" {
		t.Errorf("another spelling of a cached page leads to %s; want the function without a cache", got)
	}
}

// askAll is ask with the phases one after the other, as a request without a file goes.
func askAll(t *testing.T, routes []route, path string) string {
	t.Helper()
	r, err := newRouter(routes)
	if err != nil {
		t.Fatal(err)
	}
	req := newRequest("GET", path)
	raw, query, _ := strings.Cut(path, "?")
	p := &passage{req: req, path: raw, query: query, headers: map[string][]string{}}
	if !r.run("", p) {
		r.run("filesystem", p)
	}
	if p.query != "" {
		return p.path + "?" + p.query
	}
	return p.path
}

func TestDetect(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want string
	}{
		{nil, ""},
		{map[string]string{"VERCEL": "1", "VERCEL_ENV": "production"}, "VERCEL is set"},
		{map[string]string{"VERCEL": "1", "VERCEL_ENV": "preview"}, "VERCEL is set"},
		{map[string]string{"VERCEL": "1", "VERCEL_ENV": "development"}, ""},
		{map[string]string{"VERCEL": "1", "VERCEL_REGION": "dev1"}, ""},
	} {
		if got := (Adapter{}).Detect(func(name string) string { return tt.env[name] }); got != tt.want {
			t.Errorf("Detect with %v = %q; want %q", tt.env, got, tt.want)
		}
	}
}

func TestAdd(t *testing.T) {
	files, err := Adapter{}.Add(adapter.Project{Files: fstest.MapFS{}})
	if err != nil || !json.Valid(files["vercel.json"]) || len(files) != 1 {
		t.Errorf("Add = %v, %v; want vercel.json", files, err)
	}
	if files, err = (Adapter{}).Add(adapter.Project{Files: fstest.MapFS{"vercel.ts": {}}}); err != nil || len(files) != 0 {
		t.Errorf("beside vercel.ts Add = %v, %v; want nothing", files, err)
	}
}

func TestInsertedScripts(t *testing.T) {
	dir, _ := adapt(t, testSite(t, &manifest.Manifest{}, `{"webAnalytics":true}`))
	data, err := os.ReadFile(filepath.Join(dir, "static/index.html"))
	if want := `<head><script defer src="/_vercel/insights/script.js"></script></head>home`; err != nil || string(data) != want {
		t.Errorf("the page is %q, %v; want %q", data, err, want)
	}
}

func TestSkewProtection(t *testing.T) {
	site := testSite(t, &manifest.Manifest{Base: "/docs/"}, `{"skewProtection":true}`)
	if _, said := adapt(t, site); len(said) != 1 || !strings.Contains(said[0], "SG6106") {
		t.Errorf("without an id it says %q", said)
	}
	const cookie = `__vdpl=dpl_123; Path=/docs/; SameSite=Strict; Secure; HttpOnly`
	for _, tt := range []struct {
		options, skew, id string
		want              bool
	}{
		{`{"skewProtection":true}`, "1", "dpl_123", true},
		{`{"skewProtection":true,"deploymentId":"dpl_123"}`, "", "", true},
		{`{}`, "1", "dpl_123", true}, // as the project has it
		{`{"skewProtection":false}`, "1", "dpl_123", false},
		{`{}`, "", "dpl_123", false},
		{`{}`, "0", "dpl_123", false},
		{`{}`, "1", "", false},
	} {
		site := testSite(t, &manifest.Manifest{Base: "/docs/"}, tt.options)
		site.Env = map[string]string{envSkew: tt.skew, envDeployment: tt.id}
		dir, said := adapt(t, site)
		data, _ := os.ReadFile(filepath.Join(dir, "config.json"))
		var config struct{ Routes []route }
		if err := json.Unmarshal(data, &config); err != nil {
			t.Fatal(err)
		}
		for _, r := range config.Routes { // what a page loads stays on the deployment that the cookie names
			if r.Headers["Set-Cookie"] != "" && (len(r.Has) != 1 || r.Has[0].Key != "Sec-Fetch-Dest" || r.Has[0].Value != "document") {
				t.Errorf("the cookie is set with more than pages: %+v", r)
			}
		}
		if said != nil || strings.Contains(string(data), cookie) != tt.want {
			t.Errorf("%s, switched on %q, deployment %q: it says %q and writes\n%s", tt.options, tt.skew, tt.id, said, data)
		}
	}
}

// Vercel's own rule for slashes may not fight ours.
func TestProjectFile(t *testing.T) {
	for _, tt := range []struct {
		policy, file string
		want         []string
	}{
		{"never", "{\n  \"trailingSlash\": true\n}", []string{"warning SG6116 vercel.json:2:3: vercel.json says trailingSlash: true, and site.yaml never: visitors would be sent from one form of an address to the other without end"}},
		{"always", `{"trailingSlash": false}`, []string{"warning SG6116 vercel.json:1:2: vercel.json says trailingSlash: false, and site.yaml always: visitors would be sent from one form of an address to the other without end"}},
		{"always", `{"trailingSlash": true}`, nil},
		{"ignore", `{"trailingSlash": true}`, nil},
		{"never", `{}`, nil},
		{"never", `{"trailingSlash": `, nil},
		{"never", "", nil},
	} {
		site := testSite(t, &manifest.Manifest{TrailingSlash: tt.policy}, `{}`)
		root := t.TempDir()
		site.OutDir = filepath.Join(root, filepath.FromSlash(outDir))
		if tt.file != "" {
			if err := os.WriteFile(filepath.Join(root, "vercel.json"), []byte(tt.file), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if _, said := adapt(t, site); !slices.Equal(said, tt.want) {
			t.Errorf("%s with %s says %q; want %q", tt.policy, tt.file, said, tt.want)
		}
	}
}

func TestOutputElsewhere(t *testing.T) {
	for _, tt := range []struct {
		out, platform string
		want          []string
	}{
		{"/p/dist", "1", []string{"warning SG6110 site.yaml: the output does not go to .vercel/output, where alone Vercel looks for it"}},
		{"/p/dist", "", nil}, // somebody who wants to look at the files
		{"/p/.vercel/output", "1", nil},
		{"", "1", nil},
	} {
		site := testSite(t, &manifest.Manifest{}, "")
		site.OutDir, site.Env = tt.out, map[string]string{envPlatform: tt.platform}
		if _, said := adapt(t, site); !cmp.Equal(said, tt.want) {
			t.Errorf("with the output in %q: %q; want %q", tt.out, said, tt.want)
		}
	}
}

// nothingDynamic is a site of files and redirects.
func nothingDynamic() *manifest.Manifest {
	return &manifest.Manifest{Routes: []manifest.Route{redirect("/old/[...path]", "/about/[...path]", 301), redirect("/x", "https://else.example/", 302)},
		Headers: []manifest.Headers{{Pattern: "/*", Set: []manifest.Header{{Name: "X-All", Value: "1"}}}}}
}

// Each key of a rule reaches the settings of the cache, that of a route before the one for all.
func TestISRConfig(t *testing.T) {
	m := &manifest.Manifest{Base: "/", BuildID: "x", Routes: []manifest.Route{onDemand("/a"), onDemand("/b")}}
	o, ds := decode(&adapter.Site{Options: json.RawMessage(`{"isr":{"expiration":9,"staleExpiration":90,"group":1,"allowHeader":["Accept-Language"],"bypassToken":"0123456789abcdef0123456789abcdef",
		"routes":{"/a":true,"/b":{"expiration":5,"staleExpiration":50,"group":2,"allowQuery":["q"],"allowHeader":["X"]}}}}`)})
	if len(ds) != 1 || ds[0].Code != "SG6112" {
		t.Fatal(ds)
	}
	var got []string
	for _, r := range (&builder{site: &adapter.Site{Manifest: m}, o: &o}).isrRoutes() {
		data, err := json.Marshal(r.config)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(data))
	}
	want := []string{
		`{"expiration":9,"staleExpiration":90,"group":1,"bypassToken":"0123456789abcdef0123456789abcdef","allowQuery":["__sg_path","__sg_token"],"allowHeader":["Accept-Language"],"passQuery":true,"exposeErrBody":true}`,
		`{"expiration":5,"staleExpiration":50,"group":2,"bypassToken":"0123456789abcdef0123456789abcdef","allowQuery":["__sg_path","__sg_token","q"],"allowHeader":["X"],"passQuery":true,"exposeErrBody":true}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
