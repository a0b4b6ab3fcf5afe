package vercel

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/adapter/adaptertest"
)

// fixtures are the variants of the suite's site that are compiled already.
var fixtures = struct {
	sync.Mutex
	dir  string
	done map[string]*adaptertest.Built
}{done: map[string]*adaptertest.Built{}}

func fixture(variant string) (b *adaptertest.Built, err error) {
	fixtures.Lock()
	defer fixtures.Unlock()
	if b := fixtures.done[variant]; b != nil {
		return b, nil
	}
	if fixtures.dir == "" {
		if fixtures.dir, err = os.MkdirTemp("", "vercel"); err != nil {
			return nil, err
		}
	}
	b, err = adaptertest.Build(context.Background(), filepath.Join(fixtures.dir, variant), variant)
	fixtures.done[variant] = b
	return b, err
}

// buildFixture makes an output of the suite's site.
func buildFixture(t *testing.T, variant, options string) string {
	t.Helper()
	b, err := fixture(variant)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "output")
	if err := b.Adapt(t.Context(), Adapter{}, json.RawMessage(options), dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

const manyOptions = `{
	"memory": 512, "maxDuration": 30, "maxConcurrency": 10, "regions": ["fra1"], "failoverRegions": ["iad1"], "cancellation": true,
	"environment": {"OWN": "1"}, "include": ["go.mod"], "crons": [{"path": "/api/get", "schedule": "0 5 * * *"}],
	"isr": {"expiration": 1, "bypassToken": "0123456789abcdef0123456789abcdef", "routes": {"/one/[x]": true, "/live": {"expiration": 60, "allowQuery": ["page"]}}},
	"images": {"sizes": [640, 1200], "formats": ["image/avif"]}, "deploymentId": "dpl_1", "skewProtection": true, "webAnalytics": true, "speedInsights": true,
	"rewrites": ["files/*.txt"],
	"firewall": [{"path": "/wp-*", "action": "deny"}, {"path": "/api/*", "action": "deny", "has": [{"header": "User-Agent", "value": ".*bad.*"}], "missing": [{"cookie": "ok"}]},
		{"path": "/two/*", "action": "challenge"}],
	"flags": {"newPage": {"description": "the page of tomorrow", "url": "https://example.com/flags", "options": [{"value": true, "label": "on"}, {"value": null}]}}
}`

func TestPreviewOptions(t *testing.T) {
	dir := buildFixture(t, "default", manyOptions)
	for name, target := range map[string]string{"functions/_isr/live.func": "../_render.func", "functions/_isr/one-x.func": "../_render.func"} {
		if got, err := os.Readlink(filepath.Join(dir, name)); err != nil || got != target {
			t.Errorf("%s leads to %q, %v; want %q", name, got, err, target)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "functions/_render.func/go.mod")); err != nil {
		t.Errorf("the included file is missing: %v", err)
	}
	url := startPreview(t, dir)

	// Answers are kept by path, and by the keys of the query that are allowed.
	state := func(target string, header ...string) (string, string) {
		t.Helper()
		res, body := get(t, url+target, header...)
		if res.StatusCode != 200 {
			t.Errorf("%s: %s", target, res.Status)
		}
		if res.Header.Get("Set-Cookie") != "" && !strings.HasPrefix(res.Header.Get("Set-Cookie"), "__vdpl=") {
			t.Errorf("%s: a kept answer sets a cookie: %s", target, res.Header.Get("Set-Cookie"))
		}
		return res.Header.Get("X-Vercel-Cache"), body
	}
	for _, tt := range []struct{ target, state, body string }{
		{"/live", "MISS", "<p>query </p>"},
		{"/live", "HIT", "<p>query </p>"},
		{"/live/", "HIT", "<p>query </p>"},
		{"/live?utm=1", "HIT", "<p>query </p>"},
		{"/live?page=2", "MISS", "<p>query page=2</p>"},
		{"/live?page=2&utm=1", "HIT", "<p>query page=2</p>"},
		{"/live?__sg_path=/one/evil", "HIT", "<p>query </p>"},
		{"/one/a", "MISS", "x=a"},
		{"/one/b", "MISS", "x=b"},
		{"/one/a", "HIT", "x=a"},
		{"/one/%61", "", "x=a"}, // another spelling does without the cache
	} {
		got, body := state(tt.target)
		if got != tt.state || !strings.Contains(body, tt.body) {
			t.Errorf("%s: cache %q; want %q, and %q in\n%s", tt.target, got, tt.state, tt.body, body)
		}
	}
	time.Sleep(1100 * time.Millisecond)
	if got, _ := state("/one/a"); got != "STALE" {
		t.Errorf("after its time the answer is %q; want STALE", got)
	}
	if got, _ := state("/live", "Cookie", "__prerender_bypass=0123456789abcdef0123456789abcdef"); got != "BYPASS" {
		t.Errorf("with the token of the draft mode the answer is %q; want BYPASS", got)
	}
	if got, _ := state("/live", "X-Prerender-Revalidate", "0123456789abcdef0123456789abcdef"); got != "REVALIDATED" {
		t.Errorf("with the token for making anew the answer is %q; want REVALIDATED", got)
	}
	if got, _ := state("/live", "Cookie", "__prerender_bypass=guess"); got != "HIT" {
		t.Errorf("with a wrong token the answer is %q; want HIT", got)
	}
	// The function of a cached route has no answer of its own.
	for _, target := range []string{"/_isr/live", "/_isr/live?__sg_path=/live", "/_render"} {
		if res, body := get(t, url+target); res.StatusCode != 404 {
			t.Errorf("%s: %s\n%s", target, res.Status, body)
		}
	}

	// Scripts are added to finished pages and to rendered ones, once.
	for _, target := range []string{"/about", "/live", "/one/zz"} {
		_, body := get(t, url+target)
		want := 1
		if !strings.Contains(body, "</head>") {
			want = 0
		}
		if n := strings.Count(body, `<script defer src="/_vercel/insights/script.js"></script><script defer src="/_vercel/speed-insights/script.js"></script></head>`); n != want {
			t.Errorf("%s has the scripts %d times; want %d\n%s", target, n, want, body)
		}
	}
	// The firewall comes first.
	for _, tt := range []struct {
		target, agent, cookie, mitigated string
		status                           int
	}{
		{"/wp-login.php", "", "", "deny", 403}, {"/WP%2dadmin/x", "", "", "deny", 403}, {"/wp", "", "", "", 404},
		{"/api/get", "a bad one", "", "deny", 403}, {"/api/get", "a bad one", "ok=1", "", 200}, {"/api/get", "good", "", "", 200},
		{"/two/a/b", "", "", "challenge", 200},
	} {
		res, _ := get(t, url+tt.target, "User-Agent", tt.agent, "Cookie", tt.cookie)
		if got := res.Header.Get("X-Vercel-Mitigated"); res.StatusCode != tt.status || got != tt.mitigated {
			t.Errorf("%s, %q, %q: %d, %q; want %d, %q", tt.target, tt.agent, tt.cookie, res.StatusCode, got, tt.status, tt.mitigated)
		}
	}
	config, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if want := `"flags":{"definitions":{"newPage":{"description":"thepageoftomorrow","url":"https://example.com/flags","options":[{"value":true,"label":"on"},{"value":null}]}}}`; err != nil || !strings.Contains(strings.Join(strings.Fields(string(config)), ""), want) {
		t.Errorf("config.json has no %s: %v", want, err)
	}
	if res, body := get(t, url+"/rewrite?to=/files/hello.txt"); res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/plain; charset=utf-8" || !strings.Contains(body, "a public file") {
		t.Errorf("a rewrite to a public file: %s, %v\n%s", res.Status, res.Header, body)
	}
	if res, _ := get(t, url+"/about", "Sec-Fetch-Dest", "document"); !strings.HasPrefix(res.Header.Get("Set-Cookie"), "__vdpl=dpl_1; Path=/;") {
		t.Errorf("a document sets %q; want the id of the deployment", res.Header.Get("Set-Cookie"))
	}

	// Images.
	for _, tt := range []struct {
		query  string
		status int
	}{
		{"?url=/files/dot.png&w=640&q=75", 200}, {"?url=/files/dot.png&w=641&q=75", 400}, {"?url=/files/dot.png&w=640&q=0", 400},
		{"?url=/none.png&w=640&q=75", 400}, {"?w=640&q=75", 400}, {"?url=http://evil.example/x.png&w=640&q=75", 502},
	} {
		if res, _ := get(t, url+"/_vercel/image"+tt.query); res.StatusCode != tt.status {
			t.Errorf("image%s: %s; want %d", tt.query, res.Status, tt.status)
		}
	}
}

const ownOptions = `{"memory": 512, "environment": {"OWN": "1"}, "include": ["go.mod"], "isr": {"routes": {"/live": 60}},
	"functions": {"/live": {"memory": 3008, "maxDuration": "max"}, "/one/[x]": {"memory": 3008, "maxDuration": "max"}, "/api/get": {"regions": ["fra1"]}, "/api/echo": {}}}`

// TestPreviewFunctions gives routes functions of their own.
func TestPreviewFunctions(t *testing.T) {
	dir := buildFixture(t, "default", ownOptions)
	got := map[string]string{}
	names, _ := filepath.Glob(filepath.Join(dir, "functions/*.func"))
	for _, name := range names {
		var fc functionConfig
		data, err := os.ReadFile(filepath.Join(name, ".vc-config.json"))
		if err == nil {
			err = json.Unmarshal(data, &fc)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{"executable", "go.mod", "pages/404.html"} {
			if info, err := os.Stat(filepath.Join(name, file)); err != nil || (file == "executable") != (info.Mode()&0o100 != 0) {
				t.Errorf("%s has no %s as it should be: %v, %v", name, file, info, err)
			}
		}
		got[filepath.Base(name)] = fmt.Sprintf("%d %v %v %v", fc.Memory, fc.MaxDuration, fc.Regions, fc.Environment)
	}
	if diff := cmp.Diff(map[string]string{
		"_render.func":          "512 <nil> [] map[OWN:1]",
		"_render-live.func":     "3008 max [] map[OWN:1]",
		"_render-api-get.func":  "512 <nil> [fra1] map[OWN:1]",
		"_render-api-echo.func": "512 <nil> [] map[OWN:1]",
	}, got); diff != "" {
		t.Errorf("functions (-want +got)\n%s", diff)
	}
	if to, err := os.Readlink(filepath.Join(dir, "functions/_isr/live.func")); err != nil || to != "../_render-live.func" {
		t.Errorf("the cached route leads to %s, %v", to, err)
	}
	dests := map[string]bool{}
	for _, r := range configOf(t, dir).Routes {
		to, _, _ := strings.Cut(r.Dest, "?")
		dests[to] = true
	}
	for _, to := range []string{"/_render", "/_render-live", "/_render-api-get", "/_render-api-echo", "/_isr/live"} {
		if !dests[to] {
			t.Errorf("no route leads to %s", to)
		}
	}
	url := startPreview(t, dir)
	for _, target := range []string{"/live", "/one/a", "/api/get", "/api/echo", "/api/all"} {
		if res, body := get(t, url+target); res.StatusCode != 200 {
			t.Errorf("%s: %s %s", target, res.Status, body)
		}
	}
}

// TestPreviewFirst renders pages when the site is built: their first visitor gets what was rendered there, and old answers go out
// while new ones are made.
func TestPreviewFirst(t *testing.T) {
	dir := buildFixture(t, "default", `{"isr":{"expiration":1,"fallback":true,"routes":{"/live":true,"/api/get":{"fallback":false},"/one/[x]":true}}}`)
	var c prerenderConfig
	data, err := os.ReadFile(filepath.Join(dir, "functions/_isr/live.prerender-config.json"))
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err != nil {
		t.Fatal(err)
	}
	if c.Fallback != "live.prerender-fallback.html" || c.InitialStatus != 200 || c.InitialHeaders["content-type"] != "text/html; charset=utf-8" || c.InitialHeaders["x-page"] != "live" || !c.ExposeErrBody {
		t.Errorf("the page begins with %+v", c)
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "functions/_isr/*fallback*")); len(names) != 1 {
		t.Errorf("rendered were %q", names)
	}
	url := startPreview(t, dir)
	state := func(target, want string) {
		t.Helper()
		for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) { // what is made behind comes when it is done
			res, body := get(t, url+target)
			if got := res.Header.Get("X-Vercel-Cache"); got == want {
				if res.StatusCode != 200 || target == "/live" && (res.Header.Get("X-Page") != "live" || !strings.Contains(body, "<p>query </p>")) {
					t.Errorf("%s: %s %v\n%s", target, res.Status, res.Header, body)
				}
				return
			} else if time.Since(begin) > 5*time.Second {
				t.Fatalf("%s: the cache says %s; want %s", target, got, want)
			}
		}
	}
	if res, _ := get(t, url+"/live"); res.Header.Get("X-Vercel-Cache") != "PRERENDER" {
		t.Errorf("at first the cache says %v; want PRERENDER", res.Header)
	}
	state("/live", "HIT")
	state("/live", "STALE")
	state("/live", "HIT")
	state("/api/get", "MISS")
}

func TestPreviewBodyLimit(t *testing.T) {
	url := startPreview(t, buildFixture(t, "server", ""))
	res, err := http.Post(url+"/api/echo", "application/octet-stream", strings.NewReader(strings.Repeat("x", maxBody+1)))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != 413 || !strings.Contains(string(body), "FUNCTION_PAYLOAD_TOO_LARGE") {
		t.Errorf("a body over the platform's limit: %s %s", res.Status, body)
	}
}

func TestPreviewRefuses(t *testing.T) {
	for name, config := range map[string]string{
		"no version":     `{}`,
		"other version":  `{"version":2}`,
		"broken":         `{`,
		"unknown phase":  `{"version":3,"routes":[{"handle":"nothing"}]}`,
		"phase twice":    `{"version":3,"routes":[{"handle":"hit"},{"handle":"hit"}]}`,
		"bad expression": `{"version":3,"routes":[{"src":"("}]}`,
		"dest after hit": `{"version":3,"routes":[{"handle":"hit"},{"src":"/a","dest":"/b"}]}`,
		"no expression":  `{"version":3,"routes":[{"dest":"/b"}]}`,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o666); err != nil {
			t.Fatal(err)
		}
		if p, err := newPreview(dir, testLog{t}); err == nil {
			p.stop()
			t.Errorf("%s: an output with %s runs", name, config)
		}
	}
}

// TestPreviewCannotRun previews a function for another machine: that is said, and nothing is left running.
func TestPreviewCannotRun(t *testing.T) {
	dir := buildFixture(t, "default", "")
	name := filepath.Join(dir, renderDir, ".vc-config.json")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	other := map[bool]string{true: "arm64", false: "x86_64"}[strings.Contains(string(data), "x86_64")]
	data = []byte(strings.NewReplacer(`"x86_64"`, strconv.Quote(other), `"arm64"`, strconv.Quote(other)).Replace(string(data)))
	if err := os.WriteFile(name, data, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := newPreview(dir, testLog{t}); err == nil || !strings.Contains(err.Error(), "which this machine") {
		t.Errorf("a function for %s gives %v", other, err)
	}
}

func configOf(t *testing.T, dir string) outputConfig {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	var c outputConfig
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	return c
}
