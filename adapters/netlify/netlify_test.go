package netlify

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core"
	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// client is the client folder as the build hands it over.
var client = map[string]string{
	"index.html":               "<!DOCTYPE html>home",
	"404.html":                 "<!DOCTYPE html>none",
	"about/index.html":         "<!DOCTYPE html>about",
	"gone/index.html":          "<!DOCTYPE html>gone",
	"moved/index.html":         `<meta http-equiv="refresh" content="0;url=/about/">`,
	"client/index.html":        "a folder named as the build names its own",
	"_assets/app.3f9ab2c1.js":  "console.log(1)",
	"data-1.json":              "{}",
	"a b.txt":                  "odd name",
	"manifest.json":            `{"name":"an app"}`,
	".env":                     "hidden",
	".git/config":              "hidden",
	".well-known/security.txt": "shown",
}

const prerendered = `{"path":"/","file":"index.html","route":"/","status":200}
{"path":"/about/","file":"about/index.html","route":"/about","status":200,"headers":[{"name":"X-Page","value":"about"},{"name":"Set-Cookie","value":"a=1"}]}
{"path":"/gone/","file":"gone/index.html","route":"/gone","status":410}
{"path":"/moved/","file":"moved/index.html","route":"/moved","status":307,"headers":[{"name":"Location","value":"/about/"}]}
`

//go:embed testdata/bundle.go.txt
var bundle string

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, data := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func redir(pattern, to string, status int, segments ...[]manifest.Part) manifest.Route {
	if segments == nil {
		for s := range strings.SplitSeq(strings.Trim(pattern, "/"), "/") {
			segments = append(segments, []manifest.Part{{Text: s}})
		}
	}
	return manifest.Route{Pattern: pattern, Segments: segments, Type: manifest.Redir, Source: "site.yaml", Line: 9,
		Redirect: &manifest.Redirect{From: pattern, To: to, Status: status}}
}

func text(s string) []manifest.Part  { return []manifest.Part{{Text: s}} }
func param(s string) []manifest.Part { return []manifest.Part{{Param: s}} }
func rest(s string) []manifest.Part  { return []manifest.Part{{Param: s, Rest: true}} }

// project is a site as the compiler leaves it for the adapter, with the stage in a folder of its own.
func project(t *testing.T, options string) (site *adapter.Site, stage string) {
	t.Helper()
	t.Setenv("GOWORK", "off")
	t.Setenv("GOPROXY", "off")
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, ".sitegen/src/core"), core.Runtime()); err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{
		"go.mod":                        "module example.com/site\n\ngo 1.26.0\n\nrequire sitegen.dev/core v0.0.0\n\nreplace sitegen.dev/core => ./.sitegen/src/core\n",
		".sitegen/gen/bundle/bundle.go": bundle,
		".sitegen/prerendered.jsonl":    prerendered,
		"data/a.json":                   "{}",
		"data/deep/b.json":              "{}",
		"data/secret.json":              "{}",
	})
	stage = filepath.Join(dir, ".sitegen/stage")
	write(t, filepath.Join(stage, "client"), client)
	write(t, stage, map[string]string{"manifest.json": "the build's"})
	return &adapter.Site{
		Manifest: &manifest.Manifest{Version: 1, Generator: "sitegen test", BuildID: "b1", Site: "https://example.com", Base: "/", Output: "server", TrailingSlash: "ignore", BuildFormat: "directory", AssetsDir: "_assets",
			Routes: []manifest.Route{
				redir("/old", "/about", 301),
				redir("/see", "/about?a=1#b", 303),
				redir("/user/[name]", "/one/[name]", 302, text("user"), param("name")),
				redir("/docs/[...slug]", "/help/[...slug]", 301, text("docs"), rest("slug")),
				redir("/all/[...slug]", "/[...slug]", 301, text("all"), rest("slug")),
				redir("/away", "https://other.example:8443/x:y", 301),
				{Pattern: "/moved", Segments: [][]manifest.Part{text("moved")}, Type: manifest.Page, Prerender: true, Source: "src/pages/moved.gosite"},
				{Pattern: "/about", Segments: [][]manifest.Part{text("about")}, Type: manifest.Page, Prerender: true, Source: "src/pages/about.gosite"},
				{Pattern: "/gone", Segments: [][]manifest.Part{text("gone")}, Type: manifest.Page, Prerender: true, Source: "src/pages/gone.gosite"},
			},
			Headers: []manifest.Headers{
				{Pattern: "/about/*", Set: []manifest.Header{{Name: "X-Rule", Value: "about"}}},
				{Pattern: "/data-*", Set: []manifest.Header{{Name: "X-Data", Value: "1"}}},
			},
		},
		BodyLimit:   1 << 20,
		Options:     json.RawMessage(options),
		OptionsAt:   diag.Pos{File: "site.yaml", Line: 3, Col: 10},
		ClientDir:   filepath.Join(stage, "client"),
		Prerendered: filepath.Join(dir, ".sitegen/prerendered.jsonl"),
		ModuleDir:   dir,
		ModulePath:  "example.com/site",
		Bundle:      "example.com/site/.sitegen/gen/bundle",
		OnDemand:    true,
		OutDir:      filepath.Join(dir, "dist"),
	}, stage
}

// adapt runs the adapter and gives the diagnostics, one a line.
func adapt(t *testing.T, site *adapter.Site, dir string) string {
	t.Helper()
	out, err := adapter.NewOut(dir, site)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := (Adapter{}).Adapt(t.Context(), site, out); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, d := range out.Diagnostics().Sorted() {
		lines = append(lines, d.Severity.String()+" "+string(d.Code)+" "+d.Error())
	}
	return strings.Join(lines, "\n")
}

// tree lists the files below dir.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func read(t *testing.T, elem ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func equal(t *testing.T, what, got, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

func TestAdapt(t *testing.T) {
	site, dir := project(t, `{"memory": 512, "region": "eu-central-1", "rateLimit": {"requests": 100, "seconds": 60, "by": ["ip"]},
		"rewrites": ["about/*"], "include": ["data/**"], "exclude": ["**/secret.json"], "images": {"remote": ["^https://img\\.example/.*"]}}`)
	write(t, site.ClientDir, map[string]string{
		"_redirects": "# mine\n/news/:year/* /archive/:year/:splat 301!\n/* /de/:splat 302 Language=de\nhttps://old.example/x /y\n/spa/* /index.html 200",
		"_headers":   "/about/\n  X-Mine: 1",
	})
	equal(t, "diagnostics", adapt(t, site, dir), `
warning SG6206 public/_redirects:3: the rule for /* never applies: the function answers there first
warning SG6207 src/pages/about.gosite: Netlify does not take the header Set-Cookie for the files of /about/`)
	if diff := cmp.Diff([]string{
		".netlify/v1/config.json", ".netlify/v1/functions/ssr/data/a.json", ".netlify/v1/functions/ssr/data/deep/b.json",
		".netlify/v1/functions/ssr/server", ".netlify/v1/functions/ssr/ssr.mjs", ".netlify/v1/manifest.json",
		".well-known/security.txt", "404.html", "_assets/app.3f9ab2c1.js", "_headers", "_redirects", "a b.txt", "about/index.html",
		"client/index.html", "data-1.json", "index.html", "manifest.json",
	}, tree(t, dir)); diff != "" {
		t.Errorf("files (-want +got)\n%s", diff)
	}
	equal(t, "_redirects", read(t, dir, "_redirects"), `
# mine
/news/:year/* /archive/:year/:splat 301!
/* /de/:splat 302 Language=de
https://old.example/x /y
/spa/* /index.html 200
/old /about 301
/away https://other.example:8443/x%3Ay 301
/moved /about/ 302
`)
	equal(t, "_headers", read(t, dir, "_headers"), `
/about/
  X-Mine: 1
/*
  X-Content-Type-Options: nosniff
/_assets/*
  Cache-Control: public, max-age=31536000, immutable
/about/*
  X-Rule: about
/data-1.json
  X-Data: 1
/about/
  X-Page: about
`)
	equal(t, "config.json", read(t, dir, ".netlify/v1/config.json"), `
{
  "images": {
    "remote_images": [
      "^https://img\\.example/.*"
    ]
  },
  "functions": {
    "ssr": {
      "memory": 512,
      "region": "eu-central-1"
    }
  }
}
`)
	_, config, _ := strings.Cut(read(t, dir, ".netlify/v1/functions/ssr/ssr.mjs"), "export const config = ")
	equal(t, "the settings of the function", config, `
{
  "name": "sitegen server",
  "generator": "sitegen test",
  "path": [
    "/*"
  ],
  "excludedPath": [
    "/.netlify/*",
    "/away",
    "/away/",
    "/moved",
    "/moved/",
    "/news/:year",
    "/news/:year/*",
    "/old",
    "/old/",
    "/spa",
    "/spa/*",
    "/x",
    "/x/"
  ],
  "preferStatic": true,
  "nodeBundler": "none",
  "includedFiles": [
    "**/*"
  ],
  "rateLimit": {
    "windowLimit": 100,
    "windowSize": 60,
    "aggregateBy": [
      "ip"
    ]
  }
};
`)
	if info, err := os.Stat(filepath.Join(dir, ".netlify/v1/functions/ssr/server")); err != nil || info.Mode().Perm()&0o111 == 0 {
		t.Errorf("the program: %v, %v", info, err)
	}
}

func TestBodyLimit(t *testing.T) {
	for limit, want := range map[int64]string{
		6 << 20: "", 0: "site.yaml:7:9: security.bodyLimit allows any size, but Netlify", 7 << 20: "site.yaml:7:9: security.bodyLimit allows 7 MiB, but Netlify",
	} {
		site, dir := project(t, ``)
		site.BodyLimit, site.BodyLimitAt = limit, diag.Range{Pos: diag.Pos{File: "site.yaml", Line: 7, Col: 9}}
		if said := adapt(t, site, dir); want == "" && strings.Contains(said, "SG6216") || !strings.Contains(said, want) {
			t.Errorf("%d: %s", limit, said)
		}
	}
}

func TestAdaptStatic(t *testing.T) {
	site, dir := project(t, ``)
	site.OnDemand = false
	equal(t, "diagnostics", adapt(t, site, dir), `
warning SG6207 src/pages/about.gosite: Netlify does not take the header Set-Cookie for the files of /about/
warning SG6203 src/pages/gone.gosite: /gone/ is prerendered with status 410, which Netlify answers 200`)
	if files := tree(t, filepath.Join(dir, ".netlify")); !slices.Equal(files, []string{"v1/config.json", "v1/manifest.json"}) {
		t.Errorf("a static site has %v", files)
	}
	equal(t, "config.json", read(t, dir, ".netlify/v1/config.json"), "{}\n")
	equal(t, "_redirects", read(t, dir, "_redirects"), `
/old /about 301
/see /about?a=1#b 302
/user/:name /one/:name 302
/docs /help 301
/docs/* /help/:splat 301
/all / 301
/all/* https://example.com/:splat 301
/away https://other.example:8443/x%3Ay 301
/moved /about/ 302
`)

	site, dir = project(t, ``)
	site.OnDemand, site.Manifest.Site = false, ""
	site.Manifest.Routes = append(site.Manifest.Routes[4:5],
		redir("/u/[n]", "/[n]", 301, text("u"), []manifest.Part{{Param: "n"}}),
		redir("/v[n]", "/w/[n]", 301, []manifest.Part{{Text: "v"}, {Param: "n"}}),
		redir("/x/[...a]/y", "/z/[...a]", 301, text("x"), rest("a"), text("y")))
	equal(t, "diagnostics", adapt(t, site, dir), `
warning SG6203 /gone/ is prerendered with status 410, which Netlify answers 200
warning SG6207 Netlify does not take the header Set-Cookie for the files of /about/
warning SG6205 site.yaml:9: the redirect from /all/[...slug] does nothing on Netlify: its target begins with what the visitor sends, so it needs `+"`site:`"+` in site.yaml
warning SG6205 site.yaml:9: the redirect from /u/[n] does nothing on Netlify: its target begins with what the visitor sends, so it needs `+"`site:`"+` in site.yaml
warning SG6205 site.yaml:9: the redirect from /v[n] does nothing on Netlify: a parameter must be a whole segment there
warning SG6205 site.yaml:9: the redirect from /x/[...a]/y does nothing on Netlify: a rest parameter can stand only at the end there`)
}

func TestAdaptBelowABase(t *testing.T) {
	site, dir := project(t, ``)
	site.Manifest.Base, site.Manifest.TrailingSlash = "/docs/", "always"
	site.Manifest.Middleware = true
	adapt(t, site, dir)
	for _, name := range []string{"docs/index.html", "docs/404.html", "404.html", "docs/client/index.html"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	if got := read(t, dir, "_redirects"); got != "/moved /about/ 302\n" { // the path of the list has the base where there is one
		t.Errorf("behind a middleware, _redirects holds %q", got)
	}
	if got := read(t, dir, ".netlify/v1/functions/ssr/ssr.mjs"); !strings.Contains(got, "\"/docs\",\n    \"/docs/*\"") {
		t.Errorf("the path of the function is not below the base:\n%s", got)
	}
	if got := read(t, dir, "_headers"); !strings.Contains(got, "/docs/_assets/*\n") || !strings.Contains(got, "/docs/about/*\n") {
		t.Errorf("_headers is\n%s", got)
	}
}

// addLambdaModule does what `go get` would.
func addLambdaModule(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.Command("go", "mod", "edit", "-require="+lambdaModule+"@"+lambdaVersion)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var sums strings.Builder
	for line := range strings.Lines(read(t, "go.sum")) {
		if strings.HasPrefix(line, lambdaModule+" ") {
			sums.WriteString(line)
		}
	}
	write(t, dir, map[string]string{"go.sum": sums.String()})
}

func TestAdaptLambda(t *testing.T) {
	site, dir := project(t, `{"mode": "lambda"}`)
	if got, want := adapt(t, site, dir), "error SG6201 site.yaml:3:10: mode lambda needs the module github.com/aws/aws-lambda-go, and go.mod does not have it"; !strings.Contains(got, want) {
		t.Errorf("without the module:\n got %s\nwant %s", got, want)
	}
	site, dir = project(t, `{"mode": "lambda"}`)
	addLambdaModule(t, site.ModuleDir)
	adapt(t, site, dir)
	if files := tree(t, filepath.Join(dir, ".netlify/v1/functions")); !slices.Equal(files, []string{"ssr"}) {
		t.Errorf("the functions are %v", files)
	}
	if got := read(t, dir, "_redirects"); !strings.HasSuffix(got, "/moved /about/ 302\n/* /.netlify/functions/ssr 200\n") {
		t.Errorf("_redirects is\n%s", got)
	}
}

func TestOptions(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{``, ""},
		{`{"mode":"lambda","memory":1024}`, ""},
		{`{"cache":{"seconds":60,"stale":600,"durable":true}}`, ""},
		{`{"mod":"shim"}`, `SG6005 site.yaml:3:10: adapter netlify has no option "mod"`},
		{`{"mode":"edge"}`, `SG6006 site.yaml:3:10: option mode of adapter netlify must be shim or lambda, not "edge"`},
		{`{"vcpu":1.5}`, ""},
		{`{"vcpu":4}`, `SG6006 site.yaml:3:10: option vcpu of adapter netlify must be from 0.5 to 2, not 4`},
		{`{"memory":64}`, `SG6006 site.yaml:3:10: option memory of adapter netlify must be from 128 to 4096, not 64`},
		{`{"region":"Frankfurt"}`, `SG6006 site.yaml:3:10: option region of adapter netlify must be a region of AWS, not "Frankfurt"`},
		{`{"rateLimit":{"requests":5}}`, `SG6006 site.yaml:3:10: option rateLimit of adapter netlify needs both requests and seconds`},
		{`{"rateLimit":{"by":["ip"]}}`, `SG6006 site.yaml:3:10: option rateLimit.by of adapter netlify says who is counted, but requests and seconds are missing`},
		{`{"cache":{"durable":true}}`, `SG6006 site.yaml:3:10: option cache of adapter netlify needs seconds`},
		{`{"include":["../x"]}`, `SG6006 site.yaml:3:10: option include.0 of adapter netlify must be a pattern of files below the folder, not "../x"`},
		{`{"rewrites":["[a"]}`, `SG6006 site.yaml:3:10: option rewrites.0 of adapter netlify must be a pattern of files below the folder, not "[a"`},
		{`{"images":{"remote":["("]}}`, `SG6006 site.yaml:3:10: option images.remote.0 of adapter netlify must be a regular expression over URLs, not "("`},
		{`{"mode":"lambda","include":["a"]}`, `SG6006 site.yaml:3:10: option include of adapter netlify works in mode shim only`},
		{`{"mode":"lambda","rateLimit":{"requests":1,"seconds":1}}`, `SG6006 site.yaml:3:10: option rateLimit of adapter netlify works in mode shim only`},
	} {
		_, ds := decode(&adapter.Site{Options: json.RawMessage(tt.in), OptionsAt: diag.Pos{File: "site.yaml", Line: 3, Col: 10}})
		var lines []string
		for _, d := range ds {
			lines = append(lines, string(d.Code)+" "+d.Error())
		}
		if got := strings.Join(lines, "\n"); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
	for c, want := range map[cache]string{
		{}:                                     "",
		{Seconds: 60}:                          "public, s-maxage=60, must-revalidate",
		{Seconds: 60, Stale: 5, Durable: true}: "public, s-maxage=60, stale-while-revalidate=5, durable",
	} {
		if got := c.header(); got != want {
			t.Errorf("%+v: %q, want %q", c, got, want)
		}
	}
}

func TestSchemaHasEveryOption(t *testing.T) {
	var s struct{ Properties map[string]any }
	if err := json.Unmarshal([]byte(schema), &s); err != nil {
		t.Fatal(err)
	}
	var want []string
	for f := range reflect.TypeFor[Options]().Fields() {
		want = append(want, f.Tag.Get("json"))
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(s.Properties))); diff != "" {
		t.Errorf("the schema (-options +schema)\n%s", diff)
	}
}

func TestDetect(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want string
	}{
		{nil, ""},
		{map[string]string{"NETLIFY": "true"}, "NETLIFY is set"},
		{map[string]string{"NETLIFY": "true", "NETLIFY_LOCAL": "true"}, ""},
		{map[string]string{"NETLIFY": "true", "NETLIFY_DEV": "true"}, ""},
	} {
		if got := (Adapter{}).Detect(func(name string) string { return tt.env[name] }); got != tt.want {
			t.Errorf("Detect(%v) = %q, want %q", tt.env, got, tt.want)
		}
	}
	for _, out := range []string{"dist", `web/"out`} {
		files, err := Adapter{}.Add(adapter.Project{OutDir: out})
		if want := fmt.Sprintf("publish = %q\n", out); err != nil || !strings.Contains(string(files["netlify.toml"]), want) {
			t.Errorf("Add = %s, %v; want %s in it", files, err, want)
		}
	}
}

// serve previews an output.
func serve(t *testing.T, dir string) *httptest.Server {
	t.Helper()
	h, stop, err := Adapter{}.Preview(context.WithoutCancel(t.Context()), dir)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(func() {
		srv.Close()
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return srv
}

func TestPreview(t *testing.T) {
	for _, mode := range []string{shim, lambda} {
		t.Run(mode, func(t *testing.T) {
			site, dir := project(t, `{"mode": "`+mode+`"}`)
			if mode == lambda {
				addLambdaModule(t, site.ModuleDir)
			}
			write(t, site.ClientDir, map[string]string{"_redirects": "/about /elsewhere 302\n/forced/* /about/ 200!\n/q id=:id /item/:id 301\n", "forced/index.html": "never"})
			adapt(t, site, dir)
			srv := serve(t, dir)
			c := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			for _, tt := range []struct {
				path   string
				status int
				body   string // part of it
				header string // "Name: value"
			}{
				{"/", 200, "home", "X-Content-Type-Options: nosniff"},
				{"/about", 200, "about", "X-Rule: about"}, // the file comes before a rule that is not forced
				{"/forced/x", 200, "about", ""},
				{"/q?id=7", 301, "", "Location: /item/7"},
				{"/old", 301, "", "Location: /about"},
				{"/old/?a=1", 301, "", "Location: /about?a=1"},
				{"/moved/", 302, "", "Location: /about/"},
				{"/_assets/app.3f9ab2c1.js", 200, "console", "Cache-Control: public, max-age=31536000, immutable"},
				{"/_assets/app.00000000.js", 404, "none", "Cache-Control: no-store"},
				{"/a%20b.txt", 200, "odd name", "Content-Type: text/plain; charset=utf-8"},
				{"/_redirects", 404, "none", ""},
				{"/_headers", 404, "none", ""},
				{"/.netlify/v1/config.json", 404, "", ""},
				{"/.env", 404, "none", ""},
				{"/gone", 410, "gone", ""},
				{"/echo?a=1", 200, "GET /echo?a=1 127.0.0.1", "X-Content-Type-Options: nosniff"},
				{"/nothing", 404, "none", "Cache-Control: no-store"},
			} {
				resp, err := c.Get(srv.URL + tt.path)
				if err != nil {
					t.Fatal(err)
				}
				body, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				name, value, _ := strings.Cut(tt.header, ": ")
				if resp.StatusCode != tt.status || !strings.Contains(string(body), tt.body) || resp.Header.Get(name) != value {
					t.Errorf("%s: %d %q %v, want %d %q %s", tt.path, resp.StatusCode, body, resp.Header, tt.status, tt.body, tt.header)
				}
			}
		})
	}
}

func TestPreviewFindsItsFramework(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"dist/sub/index.html": "x", ".netlify/v1/manifest.json": "{}", ".netlify/v1/config.json": "{}"})
	srv := serve(t, filepath.Join(root, "dist/sub"))
	if resp, err := http.Get(srv.URL); err != nil || resp.StatusCode != 200 {
		t.Errorf("%v, %v", resp, err)
	}
	if _, _, err := (Adapter{}).Preview(t.Context(), t.TempDir()); err == nil {
		t.Error("nothing is previewed")
	}
}

// What an option names has to be there.
func TestNothingIsNamed(t *testing.T) {
	site, dir := project(t, `{"include": ["none/**", "data/**"], "rewrites": ["about/*", "no/such.html"]}`)
	said := adapt(t, site, dir)
	for _, want := range []string{
		`warning SG6217 site.yaml:3:10: option include.0 of adapter netlify matches no file: "none/**"`,
		`warning SG6217 site.yaml:3:10: option rewrites.1 of adapter netlify matches no file: "no/such.html"`,
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it says\n%s\nwant %s", said, want)
		}
	}
	if n := strings.Count(said, "SG6217"); n != 2 {
		t.Errorf("SG6217 %d times:\n%s", n, said)
	}
}
