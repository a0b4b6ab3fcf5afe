package node

import (
	"bufio"
	"bytes"
	"context"
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
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core"
	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

var page = strings.Repeat("<p>A paragraph of a page that is worth compressing.</p>\n", 60)

// client is the client folder as the build hands it over.
var client = map[string]string{
	"index.html":                 page,
	"404.html":                   "<!DOCTYPE html>none",
	"gone/index.html":            "<!DOCTYPE html>gone",
	"moved/index.html":           `<meta http-equiv="refresh" content="0;url=/gone/">`,
	"old/index.html":             `<meta http-equiv="refresh" content="0;url=/">`,
	"_assets/app.3f9ab2c1.js":    strings.Repeat("console.log(1);", 100),
	"_assets/app.3F9AB2C1.css":   strings.Repeat("a{}", 10),
	"_assets/notes.txt":          "not hashed",
	"photo.png":                  strings.Repeat("\x00\x01", 2000),
	"data.csv":                   strings.Repeat("a,b\n", 500),
	"data.csv.gz":                "made by the author",
	"50% \"off\"/it's.html":      "odd name",
	".DS_Store":                  "hidden",
	".git/config":                "hidden",
	".well-known/change":         "shown",
	"downloads/.well-known/deep": "hidden",
}

const prerendered = `{"path":"/","file":"index.html","route":"/","status":200}
{"path":"/gone/","file":"gone/index.html","route":"/gone","status":410,"headers":[{"name":"X-Reason","value":"50% off"}]}
{"path":"/moved/","file":"moved/index.html","route":"/moved","status":302,"headers":[{"name":"Location","value":"/gone/"}]}
{"path":"/old/","file":"old/index.html","route":"/old","status":301}
`

const bundle = `package bundle

import "sitegen.dev/core/site"

// App is the site.
func App() *site.App {
	return &site.App{
		Config: site.Config{BuildID: "b1", AssetsDir: "_assets"},
		Routes: []*site.Route{
			{Pattern: "/old", Type: site.RedirectRoute, Redirect: &site.RedirectTo{To: "/", Status: 301}},
			{Pattern: "/now", Render: func(w *site.Writer, page *site.Page) error {
				w.S("<p>on demand, for ")
				w.S(page.Request.Method)
				w.S("</p>")
				return nil
			}},
		},
	}
}
`

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

// project is a site as the compiler leaves it for the adapter, in a folder of its own.
func project(t *testing.T, options string) *adapter.Site {
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
	})
	write(t, filepath.Join(dir, "stage"), client)
	return &adapter.Site{
		Manifest: &manifest.Manifest{Version: 1, Generator: "sitegen test", BuildID: "b1", AssetsDir: "_assets", Routes: []manifest.Route{
			{Pattern: "/old", Type: manifest.Redir},
			{Pattern: "/moved", Type: manifest.Page, Prerender: true},
		}},
		Options:     json.RawMessage(options),
		OptionsAt:   diag.Pos{File: "site.yaml", Line: 3, Col: 10},
		ClientDir:   filepath.Join(dir, "stage"),
		Prerendered: filepath.Join(dir, ".sitegen/prerendered.jsonl"),
		ModuleDir:   dir,
		ModulePath:  "example.com/site",
		Bundle:      "example.com/site/.sitegen/gen/bundle",
		OnDemand:    true,
		OutDir:      filepath.Join(dir, "dist"),
	}
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
		lines = append(lines, string(d.Code)+" "+d.Error())
	}
	return strings.Join(lines, "\n")
}

// tree gives the files below dir.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestOptions(t *testing.T) {
	at := diag.Pos{File: "site.yaml", Line: 3, Col: 10}
	for _, tt := range []struct{ in, want string }{
		{``, ""},
		{`null`, ""},
		{`{}`, ""},
		{`{"mode":"middleware","embed":true,"program":"web","precompress":"off","target":"linux/arm64"}`, ""},
		{`[]`, "SG6006 site.yaml:3:10: the options of adapter node must be a map | adapter: {name: node, mode: standalone}"},
		{`{"mod":"standalone"}`, `SG6005 site.yaml:3:10: adapter node has no option "mod" | did you mean mode?`},
		{`{"region":"fra1"}`, `SG6005 site.yaml:3:10: adapter node has no option "region" | its options are embed, mode, precompress, program, target`},
		{`{"mode":"lambda"}`, `SG6006 site.yaml:3:10: option mode of adapter node must be standalone or middleware, not "lambda"`},
		{`{"mode":true}`, `SG6006 site.yaml:3:10: option mode of adapter node must be a text, not true`},
		{`{"embed":"yes"}`, `SG6006 site.yaml:3:10: option embed of adapter node must be true or false, not "yes"`},
		{`{"program":"../x"}`, `SG6006 site.yaml:3:10: option program of adapter node must be a file name of letters, digits, dots and hyphens, not "../x"`},
		{`{"precompress":"max"}`, `SG6006 site.yaml:3:10: option precompress of adapter node must be auto or best or fast or off, not "max"`},
		{`{"target":"linux"}`, `SG6006 site.yaml:3:10: option target of adapter node must be a system and a processor, not "linux" | target: linux/arm64`},
	} {
		_, ds := decode(&adapter.Site{Options: json.RawMessage(tt.in), OptionsAt: at})
		var lines []string
		for _, d := range ds {
			line := string(d.Code) + " " + d.Error()
			if d.Hint != "" {
				line += " | " + d.Hint
			}
			lines = append(lines, line)
		}
		if got := strings.Join(lines, "\n"); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.in, got, tt.want)
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
		t.Errorf("options and schema (-options +schema)\n%s", diff)
	}
}

func TestContentType(t *testing.T) {
	for name, want := range map[string]string{
		"a.html": "text/html; charset=utf-8", "A.HTML": "text/html; charset=utf-8", "x/y.min.js": "text/javascript; charset=utf-8",
		"f.woff2": "font/woff2", "i.svg": "image/svg+xml; charset=utf-8", "none": "application/octet-stream", "x.unknown": "application/octet-stream",
		".well-known/apple-app-site-association": "application/json; charset=utf-8", "feed.rss": "application/rss+xml; charset=utf-8",
	} {
		if got := ContentType(name); got != want {
			t.Errorf("contentType(%s) = %s; want %s", name, got, want)
		}
	}
	for ctype, want := range map[string]bool{"text/html; charset=utf-8": true, "image/png": false, "application/wasm": true, "font/woff2": false, "font/ttf": true} {
		if got := compressible(ctype); got != want {
			t.Errorf("compressible(%s) = %t", ctype, got)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{
		"a": false, ".a": true, "a/.b/c": true, ".well-known/x": false, ".well-known/.x": true, "a/.well-known/x": true, "a.b": false,
	} {
		if got := adapter.Hidden(name); got != want {
			t.Errorf("adapter.Hidden(%s) = %t", name, got)
		}
	}
	for name, want := range map[string]bool{
		"_assets/a.3f9ab2c1.js": true, "_assets/a.3F9AB2C1.js": true, "_assets/a.3f9ab2c1.js.map": true, "_assets/a.3f9ab2c1": true,
		"_assets/a.js": false, "_assets/my-document.pdf": false, "_assets/a.3f9ab2c.js": false, "_assets/a.20240506.js": true,
	} {
		if got := hashed.MatchString(name); got != want {
			t.Errorf("hashed(%s) = %t", name, got)
		}
	}
}

// TestStandalone builds the program twice, in different folders, and asks it.
func TestStandalone(t *testing.T) {
	site := project(t, `{"program":"web"}`)
	dir := filepath.Join(site.ModuleDir, "dist")
	if got := adapt(t, site, dir); got != "" {
		t.Fatal(got)
	}
	got := tree(t, dir)
	var want []string
	for name := range client {
		want = append(want, "client/"+name)
	}
	for _, name := range []string{"index.html", "_assets/app.3f9ab2c1.js"} {
		want = append(want, "client/"+name+".br", "client/"+name+".zst", "client/"+name+".gz")
	}
	want = append(want, "client/data.csv.br", "client/data.csv.zst", "server/web")
	want = slices.DeleteFunc(want, func(name string) bool { return adapter.Hidden(strings.TrimPrefix(name, "client/")) })
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("files (-want +got)\n%s", diff)
	}
	if got["client/data.csv.gz"] != "made by the author" {
		t.Error("a compressed form took the place of the author's file")
	}

	other := project(t, `{"program":"web"}`)
	adapt(t, other, filepath.Join(other.ModuleDir, "dist"))
	if again := tree(t, filepath.Join(other.ModuleDir, "dist")); !maps.Equal(got, again) {
		t.Error("the same site in another folder gives other bytes")
	}
	if bytes.Contains([]byte(got["server/web"]), []byte(site.ModuleDir)) {
		t.Error("the program holds the path of the folder it was built in")
	}
	ask(t, filepath.Join(dir, "server/web"))
	preview(t, dir)
}

// preview asks the output through the previewer.
func preview(t *testing.T, dir string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	h, stop, err := Adapter{}.Preview(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/now": "<p>on demand, for GET</p>", "/50%25%20%22off%22/it's.html?x=%20": "odd name"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != 200 || w.Body.String() != want {
			t.Errorf("preview of %s = %d, %.60q; want %q", path, w.Code, w.Body, want)
		}
	}
	if err := stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/now", nil))
	if w.Code != http.StatusBadGateway {
		t.Errorf("after stop = %d; want 502", w.Code)
	}
}

// ask runs a program and asks it for a file, a page on demand, and what is neither.
func ask(t *testing.T, name string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd := exec.CommandContext(ctx, name, "--port", "0")
	cmd.Dir = t.TempDir() // the client folder is found from the program, not from here
	cmd.Env = []string{"HOME=" + cmd.Dir}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cancel()
	line, err := bufio.NewReader(stderr).ReadString('\n')
	m := regexp.MustCompile(`url=(\S+)/\n`).FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("%s says %q, %v", name, line, err)
	}
	c := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, tt := range []struct {
		path, accept string
		status       int
		body         string
		header       string
	}{
		{"/", "", 200, page, "Content-Type: text/html; charset=utf-8"},
		{"/", "br", 200, "", "Content-Encoding: br"},
		{"/gone/", "", 410, client["gone/index.html"], "X-Reason: 50% off"},
		{"/old/", "", 301, "", "Location: /"},
		{"/moved/", "", 302, "", "Location: /gone/"},
		{"/now", "", 200, "<p>on demand, for GET</p>", ""},
		{"/nothing", "", 404, client["404.html"], ""},
		{"/_assets/app.3f9ab2c1.js", "", 200, client["_assets/app.3f9ab2c1.js"], "Cache-Control: public, max-age=31536000, immutable"},
		{"/_assets/notes.txt", "", 200, "not hashed", "Cache-Control: public, max-age=0, must-revalidate"},
		{"/data.csv.gz", "", 200, "made by the author", "Content-Type: application/gzip"},
		{"/50%25%20%22off%22/it's.html", "", 200, "odd name", ""},
		{"/.git/config", "", 404, "", ""},
		{"/.well-known/change", "", 200, "shown", ""},
		{"/photo.png", "br", 200, client["photo.png"], "Content-Type: image/png"},
	} {
		req, err := http.NewRequest("GET", m[1]+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", tt.accept)
		resp, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		header, value, _ := strings.Cut(tt.header, ": ")
		if resp.StatusCode != tt.status || err != nil || tt.body != "" && string(body) != tt.body || resp.Header.Get(header) != value {
			t.Errorf("%s = %d, %.60q, %v, %v; want %d, %.60q, %s", tt.path, resp.StatusCode, body, resp.Header, err, tt.status, tt.body, tt.header)
		}
		if tt.accept == "br" && resp.Header.Get("Content-Encoding") == "br" {
			if plain, err := io.ReadAll(brotli.NewReader(bytes.NewReader(body))); string(plain) != page || err != nil {
				t.Errorf("%s in brotli is something else: %v", tt.path, err)
			}
		}
	}
}

// TestEmbed builds one file that holds everything, from files that lie in the output already.
func TestEmbed(t *testing.T) {
	site := project(t, `{"embed":true}`)
	dir := filepath.Join(site.ModuleDir, "dist")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(site.ClientDir, filepath.Join(dir, "client")); err != nil {
		t.Fatal(err)
	}
	site.ClientDir = filepath.Join(dir, "client")
	if got := adapt(t, site, dir); got != "" {
		t.Fatal(got)
	}
	if got := slices.Sorted(maps.Keys(tree(t, dir))); len(got) != 1 || got[0] != "server/server" {
		t.Errorf("the output is %v; want server/server alone", got)
	}
	alone := filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(filepath.Join(dir, "server/server"), alone); err != nil {
		t.Fatal(err)
	}
	ask(t, alone)
}

// TestMiddleware builds the package and a program around it.
func TestMiddleware(t *testing.T) {
	for _, embed := range []bool{false, true} {
		site := project(t, fmt.Sprintf(`{"mode":"middleware","embed":%t}`, embed))
		dir := filepath.Join(site.ModuleDir, "dist")
		if got := adapt(t, site, dir); got != "" {
			t.Fatal(got)
		}
		names := slices.Sorted(maps.Keys(tree(t, dir)))
		has := func(name string) bool { return slices.Contains(names, name) }
		if !has("server/server.go") || !has("server/files.txt") || has("server/client.pack") != embed || has("client/index.html") == embed {
			t.Errorf("embed %t: the output is %v", embed, names)
		}
		if _, _, err := (Adapter{}).Preview(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "mode: middleware") {
			t.Errorf("embed %t: Preview = %v", embed, err)
		}
		write(t, site.ModuleDir, map[string]string{"web/main.go": `package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"example.com/site/dist/server"
)

func main() {
	mux := http.NewServeMux()
	mux.Handle("/", server.Handler(server.Options{Client: ` + map[bool]string{true: `""`, false: `"dist/client"`}[embed] + `}))
	for _, path := range []string{"/now", "/.well-known/change", "/nothing"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		fmt.Println(w.Code, w.Body)
	}
}
`})
		cmd := exec.CommandContext(t.Context(), "go", "run", "./web")
		cmd.Dir = site.ModuleDir
		data, err := cmd.CombinedOutput()
		if want := "200 <p>on demand, for GET</p>\n200 shown\n404 <!DOCTYPE html>none\n"; string(data) != want || err != nil {
			t.Errorf("embed %t: %s, %v; want %s", embed, data, err, want)
		}
	}
}

func TestMiddlewareOutsideTheModule(t *testing.T) {
	site := project(t, `{"mode":"middleware"}`)
	site.OutDir = filepath.Join(filepath.Dir(site.ModuleDir), "dist")
	want := "SG6021 site.yaml:3:10: the output is outside the site's Go module, so no program could import it in mode middleware"
	if got := adapt(t, site, t.TempDir()); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestTarget(t *testing.T) {
	site := project(t, `{"target":"amiga/68k"}`)
	want := `SG6006 site.yaml:3:10: option target of adapter node names no system that Go compiles for: "amiga/68k"`
	if got := adapt(t, site, t.TempDir()); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestBrokenBundle(t *testing.T) {
	site := project(t, ``)
	write(t, site.ModuleDir, map[string]string{".sitegen/gen/bundle/bundle.go": bundle + "\nvar x int = \"s\"\n"})
	out, err := adapter.NewOut(t.TempDir(), site)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	err = Adapter{}.Adapt(t.Context(), site, out)
	if b, ok := err.(*adapter.BuildError); !ok || !strings.Contains(b.Output, "bundle.go:21:13") {
		t.Errorf("Adapt = %v; want a *BuildError that says where", err)
	}
}

func TestCancel(t *testing.T) {
	site := project(t, ``)
	out, err := adapter.NewOut(t.TempDir(), site)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := (Adapter{}).Adapt(ctx, site, out); err != context.Canceled {
		t.Errorf("Adapt = %v; want context.Canceled", err)
	}
}

// TestRuntimeIsWhole sees to it that the embedded source is what the tests of the runtime test.
func TestRuntimeIsWhole(t *testing.T) {
	for name := range tree(t, "runtime") {
		if _, err := fs.Stat(runtimeSource, "runtime/"+name); err != nil && !strings.HasPrefix(name, "testdata/") {
			t.Errorf("runtime/%s is not embedded", name)
		}
	}
}

// A wrong option is told at its own place in site.yaml.
func TestOptionPlaces(t *testing.T) {
	block := diag.Pos{File: "site.yaml", Line: 1, Col: 1}
	mode := diag.Range{Pos: diag.Pos{File: "site.yaml", Line: 3, Col: 9}}
	_, ds := decode(&adapter.Site{Options: []byte(`{"mode": 3, "modes": "x"}`), OptionsAt: block, OptionPlaces: map[string]diag.Range{"mode": mode}})
	if len(ds) != 2 || ds[0].Pos != mode.Pos || ds[1].Pos != block {
		t.Errorf("decode gives %v; want the places %v and %v", ds, mode, block)
	}
}

// TestPreviewWaits: what a site prints while its packages begin is not taken for the line that tells where it listens.
func TestPreviewWaits(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell to play the program")
	}
	const listening = `echo '{"level":"INFO","msg":"listening","url":"http://127.0.0.1:1/"}' >&2; exec cat`
	for _, tt := range []struct{ script, problem string }{
		{listening, ""},
		{"echo connected >&2; echo '{\"msg\":\"cache\",\"url\":\"redis://127.0.0.1\"}' >&2; " + listening, ""},
		{"echo 'server: PORT is taken' >&2; exit 1", "server cannot run: server: PORT is taken"},
		{"echo connected >&2; echo 'server: PORT is taken' >&2; exit 1", "server ended before it listened"},
		{"exit 2", "server ended before it listened"},
	} {
		dir := t.TempDir()
		name := filepath.Join(dir, "server", "server")
		if err := os.Mkdir(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("#!/bin/sh\n"+tt.script+"\n"), 0o777); err != nil {
			t.Fatal(err)
		}
		h, stop, err := Adapter{}.Preview(t.Context(), dir)
		switch {
		case tt.problem != "":
			if err == nil || err.Error() != tt.problem {
				t.Errorf("%s: %v; want %s", tt.script, err, tt.problem)
			}
		case err != nil || h == nil:
			t.Errorf("%s: %v", tt.script, err)
		default:
			if err := stop(); err != nil {
				t.Errorf("%s: stop: %v", tt.script, err)
			}
		}
	}
}
