package netlify

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/adapters/netlify/apitest"
	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
)

const siteUUID = "01234567-89ab-cdef-0123-456789abcdef"

// output writes what the adapter would: files and a function in mode shim, whose program is nothing that runs.
func output(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	config, err := encode(functionConfig{Name: "sitegen server", Generator: "sitegen 1.2.3", Path: []string{"/*"}, ExcludedPath: []string{"/old", "/a/:x/*"},
		PreferStatic: true, NodeBundler: "none", IncludedFiles: []string{"**/*"}, RateLimit: &rateLimitConfig{100, 60, []string{"ip"}}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, root, map[string]string{
		"dist/index.html":                   "home",
		"dist/same.html":                    "home",
		"dist/empty.txt":                    "",
		"dist/b/ö d.txt":                    "odd name",
		"dist/_headers":                     "/*\n  X: 1\n",
		"dist/.hidden/secret":               "no",
		"dist/.well-known/security.txt":     "shown",
		".netlify/state.json":               `{"siteId": "` + siteUUID + `"}`,
		".netlify/v1/manifest.json":         `{"version":1,"generator":"sitegen 1.2.3","buildId":"b","base":"/","output":"server","trailingSlash":"ignore","buildFormat":"directory","assetsDir":"_assets","routes":[],"middleware":false}`,
		".netlify/v1/config.json":           `{"images":{"remote_images":["^https://x\\.example/\"a\""]},"functions":{"ssr":{"memory":2048,"region":"eu-central-1"}}}`,
		".netlify/v1/skew-protection.json":  `{"patterns":[".*"],"sources":[{"type":"cookie","name":"x"}]}`,
		".netlify/v1/functions/ssr/ssr.mjs": "export default 1;\nexport const config = " + strings.TrimSpace(string(config)) + ";\n",
		".netlify/v1/functions/ssr/server":  strings.Repeat("program ", 1000),
	})
	return root
}

// registry serves the package of Netlify's as npm would.
func registry(t *testing.T) functionsAPI {
	t.Helper()
	var data bytes.Buffer
	z := gzip.NewWriter(&data)
	w := tar.NewWriter(z)
	for _, f := range [][2]string{{"package/dist/index.js", "bootstrap"}, {"package/dist/telemetry/instrumentation.js", "telemetry"}, {"package/x", "x"}} {
		if err := w.WriteHeader(&tar.Header{Name: f[0], Size: int64(len(f[1])), Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, f[1])
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/@netlify/serverless-functions-api/-/serverless-functions-api-9.9.9.tgz" {
			http.NotFound(w, r)
			return
		}
		w.Write(data.Bytes())
	}))
	t.Cleanup(srv.Close)
	sum := sha512.Sum512(data.Bytes())
	return functionsAPI{version: "9.9.9", integrity: "sha512-" + base64.StdEncoding.EncodeToString(sum[:]), registry: srv.URL, http: srv.Client()}
}

// deploying is a deploy of root to a server of tests.
type deploying struct {
	*deployer
	mu    sync.Mutex
	notes []string
	waits []time.Duration
}

func newDeploy(t *testing.T, root string, server *apitest.Server) *deploying {
	t.Helper()
	srv := httptest.NewServer(server)
	t.Cleanup(srv.Close)
	env := map[string]string{envToken: apitest.Token}
	d := &deploying{}
	d.deployer = &deployer{
		Deployment: &adapter.Deployment{
			Dir: filepath.Join(root, "dist"), State: filepath.Join(root, ".sitegen/deploy.json"), Cache: filepath.Join(root, ".sitegen/cache"),
			Getenv: func(name string) string { return env[name] },
			Note: func(text string) {
				d.mu.Lock()
				defer d.mu.Unlock()
				d.notes = append(d.notes, text)
			},
			Progress: func(string, int, int) {},
		},
		api: api{base: srv.URL + "/api/v1", token: apitest.Token, agent: "test", http: srv.Client(), busy: func(string) {},
			pause: func(ctx context.Context, wait time.Duration) error {
				d.mu.Lock()
				defer d.mu.Unlock()
				d.waits = append(d.waits, wait)
				return ctx.Err()
			}},
		functions: registry(t),
		poll:      time.Second,
	}
	return d
}

func account() *apitest.Server {
	return &apitest.Server{Sites: []apitest.Site{{ID: siteUUID, Name: "demo"}, {ID: "fedcba98-7654-3210-fedc-ba9876543210", Name: "demo-2", Locked: true}}}
}

// sum is what a deploy did: methods and paths, sorted.
func calls(s *apitest.Server) []string {
	var out []string
	for _, c := range s.Calls() {
		line := c.Method + " " + c.Path
		if c.Query != "" {
			line += "?" + c.Query
		}
		if c.Status != 200 {
			line += fmt.Sprint(" ", c.Status)
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

func TestDeploy(t *testing.T) {
	root, server := output(t), account()
	done, err := newDeploy(t, root, server).run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"GET /sites/01234567-89ab-cdef-0123-456789abcdef",
		"GET /sites/01234567-89ab-cdef-0123-456789abcdef/deploys/{deploy}",
		"GET /sites/01234567-89ab-cdef-0123-456789abcdef/deploys/{deploy}",
		"POST /sites/01234567-89ab-cdef-0123-456789abcdef/deploys",
		"PUT /deploys/{deploy}/files/.netlify/deploy-config/deploy-config.json",
		"PUT /deploys/{deploy}/files/.well-known/security.txt",
		"PUT /deploys/{deploy}/files/_headers",
		"PUT /deploys/{deploy}/files/b/ö d.txt",
		"PUT /deploys/{deploy}/files/empty.txt",
		"PUT /deploys/{deploy}/files/index.html",
		"PUT /deploys/{deploy}/files/netlify.toml",
		"PUT /deploys/{deploy}/files/same.html",
		"PUT /deploys/{deploy}/functions/ssr?invocation_mode=stream&runtime=nodejs22.x",
		"PUT /sites/01234567-89ab-cdef-0123-456789abcdef/deploys/{deploy}",
	}
	if diff := cmp.Diff(want, calls(server)); diff != "" {
		t.Errorf("calls (-want +got)\n%s", diff)
	}
	files, functions, list := server.Published()
	got := map[string]string{}
	for name, data := range files {
		got[name] = string(data)
	}
	if diff := cmp.Diff(map[string]string{
		"index.html": "home", "same.html": "home", "empty.txt": "", "b/ö d.txt": "odd name", "_headers": "/*\n  X: 1\n", ".well-known/security.txt": "shown",
		"netlify.toml": "[images]\n  remote_images = [\"^https://x\\\\.example/\\\"a\\\"\"]\n",
		".netlify/deploy-config/deploy-config.json": `{"skew_protection":{"patterns":[".*"],"sources":[{"type":"cookie","name":"x"}]}}`,
	}, got); diff != "" {
		t.Errorf("files (-want +got)\n%s", diff)
	}
	z, err := zip.NewReader(bytes.NewReader(functions["ssr"]), int64(len(functions["ssr"])))
	if err != nil {
		t.Fatal(err)
	}
	var entries []string
	for _, f := range z.File {
		entries = append(entries, fmt.Sprintf("%s %v", f.Name, f.Mode()))
		if !f.Modified.IsZero() && f.Modified.Year() > 1980 {
			t.Errorf("%s has a time", f.Name)
		}
	}
	if diff := cmp.Diff([]string{"___netlify-entry-point.mjs -rw-r--r--", "___netlify-telemetry.mjs -rw-r--r--", "___netlify-metadata.json -rw-r--r--",
		"___netlify-bootstrap.mjs -rw-r--r--", "server -rwxr-xr-x", "ssr.mjs -rw-r--r--"}, entries); diff != "" {
		t.Errorf("archive (-want +got)\n%s", diff)
	}
	if !list.Begin.Draft || list.Async || list.Branch != "" {
		t.Errorf("draft %v, async %v, branch %q", list.Begin.Draft, list.Async, list.Branch)
	}
	equal(t, "settings of the function", string(list.FunctionsConfig["ssr"]), `{"display_name":"sitegen server","generator":"sitegen 1.2.3",`+
		`"build_data":{"bootstrapVersion":"9.9.9","runtimeAPIVersion":2},"memory":2048,"region":"eu-central-1",`+
		`"routes":[{"pattern":"/*","expression":"^(?:\\/(.*))\\/?$","prefer_static":true}],`+
		`"excluded_routes":[{"pattern":"/old","literal":"/old"},{"pattern":"/a/:x/*","expression":"^\\/a(?:\\/([^\\/]+?))(?:\\/(.*))\\/?$"}],"priority":0,`+
		`"traffic_rules":{"action":{"type":"rate_limit","config":{"rate_limit_config":{"algorithm":"sliding_window","window_size":60,"window_limit":100},"aggregate":{"keys":[{"type":"ip"}]}}}}}`)
	if done.URL != "https://000000000000000000000001--demo.netlify.app" || done.LiveURL != "" || done.Project != "demo" || done.Sent != 9 || len(done.Parts) != 9 {
		t.Errorf("%+v", done)
	}

	// The same again: nothing is sent, and npm is not asked.
	server.Forget()
	again := newDeploy(t, root, server)
	again.functions.registry = "http://127.0.0.1:1"
	again.Production, again.Message = true, "a & b"
	if done, err = again.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if done.Sent != 0 || done.Bytes != 0 || done.LiveURL != "https://demo.netlify.app" {
		t.Errorf("%+v", done)
	}
	if got := calls(server); slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "PUT /deploys/") }) ||
		!slices.Contains(got, "POST /sites/"+siteUUID+"/deploys?title=a & b") {
		t.Errorf("%q", got)
	}
	if _, _, list := server.Published(); list.Begin.Draft {
		t.Error("a deploy for everybody is a draft")
	}
	if _, err := os.Stat(again.State); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the note about a deploy that is through is still there: %v", err)
	}
}

func TestDeployLambda(t *testing.T) {
	root, server := output(t), account()
	if err := os.RemoveAll(filepath.Join(root, ".netlify/v1/functions/ssr")); err != nil {
		t.Fatal(err)
	}
	write(t, root, map[string]string{".netlify/v1/functions/ssr": "program"})
	d := newDeploy(t, root, server)
	d.functions.registry = "http://127.0.0.1:1" // there is nothing to fetch
	d.Alias = "next"
	if _, err := d.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := calls(server); !slices.Contains(got, "PUT /deploys/{deploy}/functions/ssr?runtime=go") {
		t.Errorf("%q", got)
	}
	_, functions, list := server.Published()
	z, err := zip.NewReader(bytes.NewReader(functions["ssr"]), int64(len(functions["ssr"])))
	if err != nil {
		t.Fatal(err)
	}
	if len(z.File) != 2 || z.File[0].Name != "bootstrap" || z.File[0].Mode() != 0o755 || z.File[1].Name != "netlify-toolchain" {
		t.Errorf("%v", z.File)
	}
	if list.Branch != "next" || list.Begin != (apitest.Begin{Branch: "next"}) {
		t.Errorf("branch %q, %+v", list.Branch, list.Begin)
	}
}

// TestDeployTriesAgain lets every kind of call fail once or twice, in every way that may pass.
func TestDeployTriesAgain(t *testing.T) {
	root, server := output(t), account()
	failed := map[string]int{}
	server.Fail = func(n int, r *http.Request) int {
		key := r.Method + " " + r.URL.Path
		failed[key]++
		if failed[key] > 2 {
			return 0
		}
		return []int{503, -1, 429, 500}[n%4]
	}
	d := newDeploy(t, root, server)
	if _, err := d.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if files, functions, _ := server.Published(); len(files) != 8 || len(functions) != 1 {
		t.Errorf("%d files and %d functions are online", len(files), len(functions))
	}
	for _, wait := range d.waits {
		if wait <= 0 || wait > lastPause {
			t.Errorf("waited %v", wait)
		}
	}
}

// TestDeployGoesOn lets the network end in the middle of a deploy, at every call of it, and deploys again: to the same deploy,
// and nothing that arrived is sent a second time.
func TestDeployGoesOn(t *testing.T) {
	root := output(t)
	for last := range 14 {
		server := account()
		dead := true
		server.Fail = func(n int, _ *http.Request) int {
			if dead && n > last {
				return -1
			}
			return 0
		}
		d := newDeploy(t, root, server)
		_, err := d.run(t.Context())
		if code := codeOf(err); code != "SG6211" {
			t.Fatalf("broken off after %d calls: %v", last, err)
		}
		before := server.Calls()
		server.Forget()
		dead = false
		again := newDeploy(t, root, server)
		again.api.base = d.api.base
		done, err := again.run(t.Context())
		if err != nil {
			t.Fatalf("after %d calls: %v", last, err)
		}
		arrived, begun := map[string]bool{}, false
		for _, c := range before {
			arrived[c.Digest] = true
			begun = begun || c.Method == "POST"
		}
		for _, c := range server.Calls() {
			if c.Digest != "" && arrived[c.Digest] {
				t.Errorf("after %d calls: %s was sent twice", last, c.Path)
			}
			if begun && c.Method == "POST" {
				t.Errorf("after %d calls: a second deploy was begun", last)
			}
		}
		if files, _, _ := server.Published(); len(files) != 8 || done.URL == "" {
			t.Errorf("after %d calls: %d files are online, %+v", last, len(files), done)
		}
		if begun != slices.Contains(again.notes, "going on with the deploy that broke off") {
			t.Errorf("after %d calls: %q", last, again.notes)
		}
	}
}

// TestDeployBeginsAnew has a note of a deploy of something else, and of one that is gone.
func TestDeployBeginsAnew(t *testing.T) {
	for name, change := range map[string]func(root string, server *apitest.Server){
		"other files": func(root string, _ *apitest.Server) { write(t, root, map[string]string{"dist/new.html": "new"}) },
		"gone":        func(_ string, server *apitest.Server) { *server = apitest.Server{Sites: server.Sites} },
	} {
		t.Run(name, func(t *testing.T) {
			root, server := output(t), account()
			server.Fail = func(n int, _ *http.Request) int {
				if n > 4 {
					return -1
				}
				return 0
			}
			d := newDeploy(t, root, server)
			if _, err := d.run(t.Context()); codeOf(err) != "SG6211" {
				t.Fatal(err)
			}
			change(root, server)
			server.Fail = nil
			server.Forget()
			again := newDeploy(t, root, server)
			again.api.base = d.api.base
			if _, err := again.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := calls(server); !slices.Contains(got, "POST /sites/"+siteUUID+"/deploys") {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestDeployManyFiles(t *testing.T) {
	root, server := output(t), account()
	many := map[string]string{}
	for i := range 300 {
		many[fmt.Sprintf("dist/many/%d.txt", i)] = fmt.Sprint(i)
	}
	write(t, root, many)
	done, err := newDeploy(t, root, server).run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, list := server.Published(); !list.Async || done.Sent != 309 {
		t.Errorf("async %v, sent %d", list.Async, done.Sent)
	}
}

func codeOf(err error) diag.Code {
	var f *diag.Failure
	if !errors.As(err, &f) || f.List.Len() == 0 {
		return ""
	}
	return f.List.Sorted()[0].Code
}

// answering is a client whose every request is answered with that text.
func answering(status int, text func(*http.Request) string) *http.Client {
	return &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			r.Body.Close()
		}
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text(r))), Request: r}, nil
	})}
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip answers.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// What the environment says is looked at before anything is sent, and told at once: none of it gets better with time.
func TestDeployEnvironment(t *testing.T) {
	for _, tt := range []struct{ name, value, says string }{
		{envAPI, "api.netlify.com", "NETLIFY_API_URL is no address"},
		{envAPI, "ftp://a.example", "NETLIFY_API_URL is no address"},
		{envAPI, "http://[", "NETLIFY_API_URL is no address"},
		{envToken, "a b", "cannot be a token"},
		{envToken, " \r\n", "NETLIFY_AUTH_TOKEN is not set"},
	} {
		root := output(t)
		d := newDeploy(t, root, account()).Deployment
		d.Getenv = func(name string) string {
			if name == tt.name {
				return tt.value
			}
			return ""
		}
		if _, err := (Adapter{}).Deploy(t.Context(), d); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s=%q: %v; want %q", tt.name, tt.value, err, tt.says)
		}
	}
}

func TestDeployErrors(t *testing.T) {
	for _, tt := range []struct {
		name    string
		prepare func(t *testing.T, root string, d *deploying, server *apitest.Server)
		code    diag.Code
		says    string
	}{
		{"no token", func(_ *testing.T, _ string, d *deploying, _ *apitest.Server) { d.api.token = "" }, "SG6208", "NETLIFY_AUTH_TOKEN is not set"},
		{"wrong token", func(_ *testing.T, _ string, d *deploying, _ *apitest.Server) { d.api.token = "x" }, "SG6208", "does not take the token in NETLIFY_AUTH_TOKEN: Access Denied"},
		{"a token of two lines", func(_ *testing.T, _ string, d *deploying, _ *apitest.Server) { d.api.token = "test-token\r\nx" }, "SG6208", "cannot be a token"},
		{"a login page on the way", func(_ *testing.T, _ string, d *deploying, _ *apitest.Server) {
			d.api.http = answering(200, func(*http.Request) string { return "<p>log in</p>" })
		}, "SG6211", "something else answers in Netlify's place: the answer is no JSON: <p>log in</p>"},
		{"the token repeated", func(_ *testing.T, _ string, d *deploying, _ *apitest.Server) {
			d.api.http = answering(400, func(r *http.Request) string { return r.Header.Get("Authorization") })
		}, "SG6212", "Bad Request Bearer … (400)"},
		{"no project", func(t *testing.T, root string, _ *deploying, _ *apitest.Server) {
			os.Remove(filepath.Join(root, ".netlify/state.json"))
		}, "SG6209", "nothing says"},
		{"unknown name", func(_ *testing.T, _ string, d *deploying, _ *apitest.Server) { d.Project = "dem" }, "SG6209", "no project dem at Netlify"},
		{"unknown domain", func(_ *testing.T, _ string, d *deploying, _ *apitest.Server) { d.Project = "x.example" }, "SG6209", "no project x.example"},
		{"locked", func(_ *testing.T, _ string, d *deploying, _ *apitest.Server) {
			d.Project, d.Production = "demo-2", true
		}, "SG6215", "deploys of demo-2 are locked"},
		{"bad name", func(t *testing.T, root string, _ *deploying, _ *apitest.Server) {
			write(t, root, map[string]string{"dist/a#b.html": ""})
		}, "SG6210", "a#b.html"},
		{"refused", func(_ *testing.T, _ string, _ *deploying, server *apitest.Server) {
			server.Fail = func(_ int, r *http.Request) int {
				if r.Method == "POST" {
					return 422
				}
				return 0
			}
		}, "SG6212", "told to fail (422)"},
		{"down for long", func(_ *testing.T, _ string, _ *deploying, server *apitest.Server) {
			server.Fail = func(int, *http.Request) int { return 502 }
		}, "SG6211", "trouble of its own"},
		{"failed there", func(_ *testing.T, _ string, _ *deploying, server *apitest.Server) { server.Broken = "no build minutes" }, "SG6213", "no build minutes"},
		{"npm out of reach", func(_ *testing.T, _ string, d *deploying, _ *apitest.Server) {
			d.functions.registry = "http://127.0.0.1:1"
		}, "SG6214", "cannot be fetched"},
		{"npm has something else", func(_ *testing.T, _ string, d *deploying, _ *apitest.Server) { d.functions.integrity = "sha512-" }, "SG6214", "its checksum is another"},
		{"wrong options", func(_ *testing.T, _ string, d *deploying, _ *apitest.Server) {
			d.Options = json.RawMessage(`{"projekt": "x"}`)
		}, "SG6005", "projekt"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root, server := output(t), account()
			d := newDeploy(t, root, server)
			tt.prepare(t, root, d, server)
			_, err := d.run(t.Context())
			if code := codeOf(err); code != tt.code || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%s: %v; want %s with %q", code, err, tt.code, tt.says)
			}
			if _, functions, _ := server.Published(); functions != nil {
				t.Error("something is online")
			}
		})
	}
}

func TestDeployFindsTheProject(t *testing.T) {
	for _, project := range []string{"demo", siteUUID, "demo.netlify.app"} {
		d := newDeploy(t, output(t), account())
		d.Options = json.RawMessage(`{"project": "` + project + `"}`)
		if done, err := d.run(t.Context()); err != nil || done.Project != "demo" {
			t.Errorf("%s: %+v, %v", project, done, err)
		}
	}
}

func TestDeployDryRun(t *testing.T) {
	server := account()
	server.Fail = func(int, *http.Request) int { t.Error("a dry run asks the network"); return 500 }
	d := newDeploy(t, output(t), server)
	d.functions.registry, d.api.token, d.DryRun = "http://127.0.0.1:1", "", true
	done, err := d.run(t.Context())
	if err != nil || len(done.Parts) != 9 || done.Parts[8].Kind != "function" || done.Parts[8].Size == 0 {
		t.Errorf("%+v, %v", done, err)
	}
}

func TestDeployStopsWhenAsked(t *testing.T) {
	server := account()
	ctx, cancel := context.WithCancel(t.Context())
	server.Fail = func(n int, _ *http.Request) int {
		if n == 6 {
			cancel()
		}
		return 0
	}
	if _, err := newDeploy(t, output(t), server).run(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestArchiveTooLarge(t *testing.T) {
	a := &archive{file: filepath.Join(t.TempDir(), "x.zip")}
	zeros := entry{name: "a", data: make([]byte, maxUnpacked/2+1)}
	var large *tooLarge
	if err := a.write([]entry{zeros, zeros}); !errors.As(err, &large) || large.unpacked < maxUnpacked {
		t.Error(err)
	}
}

// What Netlify refuses it would refuse again, and is not asked again; what it could not do at the moment is.
func TestDeployAsksRefusalsOnce(t *testing.T) {
	for status, want := range map[int]int{400: 1, 401: 1, 403: 1, 422: 1, 408: retries + 1, 429: retries + 1, 500: retries + 1, 503: retries + 1} {
		server := account()
		asked := 0
		server.Fail = func(_ int, r *http.Request) int {
			if r.Method != http.MethodPost {
				return 0
			}
			asked++
			return status
		}
		if _, err := newDeploy(t, output(t), server).run(t.Context()); err == nil || asked != want {
			t.Errorf("status %d: asked %d times, %v; want %d", status, asked, err, want)
		}
	}
}
