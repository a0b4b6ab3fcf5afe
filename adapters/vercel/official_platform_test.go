//go:build platform

package vercel

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"sitegen.dev/core/adapter/adaptertest"
	"sitegen.dev/core/adapter/orphan"
)

const tools = "testdata/npm"

// needTools fails where the platform's packages are not installed: a test that did not run proves nothing.
func needTools(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(tools, "node_modules", "@vercel", "build-utils")); err != nil {
		t.Fatal("the platform's packages are not installed; run scripts/platform-vercel, which installs them and runs these tests")
	}
}

// reading is what testdata/npm/read.mjs says of an output.
type reading struct {
	Problems []string                  `json:"problems"`
	Outputs  map[string]map[string]any `json:"outputs"`
	Matches  [][]bool                  `json:"matches"`
	Crons    []cron                    `json:"crons"`
	Function int                       `json:"functions"`
}

func read(dir string, paths ...string) (reading, error) {
	cmd := exec.Command("node", append([]string{"read.mjs", dir}, paths...)...)
	cmd.Dir = tools
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return reading{}, fmt.Errorf("%w\n%s", err, &stderr)
	}
	var r reading
	return r, json.Unmarshal(out, &r)
}

var samplePaths = []string{"/", "/live", "/live/", "/LIVE", "/one/a", "/one/a%20b", "/one/ü", "/rest", "/rest/a/b", "/héllo", "/h%C3%A9llo", "/h%c3%a9llo", "/a//b", "//a", `/\a`,
	"/moved/x/y", "/swap/1/2", "/feed.xml", "/items/7.json", "/_assets/app.0a1b2c3d.js", "/_assets/app.js", "/docs", "/docs/", "/docs/live", "/docs/live/", "/x.y/z", "/.hidden", "/404", "/a%0Ab",
	"/%C3%BCber/", "/%E6%97%A5%F0%9F%8D%B5", "/%C0%AF/", "/%ED%A0%80/", "/a%2Fb/", "/%2e%2e/", "/%E6%97/", "/docs/%C3%BCber", "/docs/a.b/", "/docs/x/.y", "/404.html"}

// TestOfficialReader holds every variant of the suite's site against the platform's own reader.
func TestOfficialReader(t *testing.T) {
	needTools(t)
	for _, v := range adaptertest.Variants() {
		t.Run(v.Name, func(t *testing.T) { checkReading(t, buildFixture(t, v.Name, ""), 1) })
	}
	t.Run("options", func(t *testing.T) {
		dir := buildFixture(t, "default", manyOptions)
		r := checkReading(t, dir, 1)
		f := r.Outputs["_render"]
		for name, want := range map[string]any{"type": "Lambda", "runtime": "executable", "handler": "executable", "streaming": true, "memory": 512., "maxDuration": 30., "architecture": "x86_64"} {
			if f[name] != want {
				t.Errorf("the platform reads %s of the function as %v; want %v", name, f[name], want)
			}
		}
		for path, expiration := range map[string]float64{"_isr/live": 60, "_isr/one-x": 1} {
			if p := r.Outputs[path]; p["type"] != "Prerender" || p["shared"] != true || p["expiration"] != expiration || p["passQuery"] != true {
				t.Errorf("the platform reads %s as %v", path, p)
			}
		}
		if len(r.Crons) != 1 || r.Crons[0].Path != "/api/get" {
			t.Errorf("the platform reads the crons as %v", r.Crons)
		}
	})
	t.Run("functions", func(t *testing.T) {
		r := checkReading(t, buildFixture(t, "default", ownOptions), 4)
		if f := r.Outputs["_render-live"]; f["memory"] != 3008. || f["maxDuration"] != "max" {
			t.Errorf("the platform reads a function of a route's own as %v", f)
		}
	})
	t.Run("static", func(t *testing.T) {
		dir, _ := adapt(t, testSite(t, nothingDynamic(), ""))
		checkReading(t, dir, 0)
	})
}

func checkReading(t *testing.T, dir string, functions int) reading {
	t.Helper()
	r, err := read(dir, samplePaths...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Problems {
		t.Errorf("the platform says: %s", p)
	}
	if r.Function != functions {
		t.Errorf("the platform finds %d functions; want %d", r.Function, functions)
	}
	data, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	var c outputConfig
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	// What the reader does not look at: whether a rule leads to something that is there.
	for _, rule := range c.Routes {
		to, _, _ := strings.Cut(strings.TrimPrefix(rule.Dest, "/"), "?")
		if rule.Dest != "" && !strings.Contains(to, "$") && r.Outputs[to] == nil {
			t.Errorf("the rule %s leads to %s, which is not there", rule.Src, rule.Dest)
		}
	}
	// JavaScript and Go must understand the expressions alike; so, then, will PCRE.
	for i, path := range samplePaths {
		for n, rule := range c.Routes {
			if rule.Src == "" {
				continue
			}
			flags := "(?s)"
			if !rule.CaseSensitive {
				flags = "(?si)"
			}
			if got := regexp.MustCompile(flags + rule.Src).MatchString(path); got != r.Matches[i][n] {
				t.Errorf("%s and %q: JavaScript says %t, Go %t", rule.Src, path, r.Matches[i][n], got)
			}
		}
	}
	return r
}

// TestOfficialReaderRefuses makes sure that the reader looks at what we think it does.
func TestOfficialReaderRefuses(t *testing.T) {
	needTools(t)
	for name, spoil := range map[string]func(dir string) error{
		"runtime": func(dir string) error {
			return replace(filepath.Join(dir, renderDir, ".vc-config.json"), `"runtime": "executable"`, `"runtime": "provided.al2"`)
		},
		"language": func(dir string) error {
			return replace(filepath.Join(dir, renderDir, ".vc-config.json"), `"runtimeLanguage": "go"`, `"runtimeLanguage": "zig"`)
		},
		"version": func(dir string) error {
			return replace(filepath.Join(dir, "config.json"), `"version": 3`, `"version": 4`)
		},
		"phase": func(dir string) error { return replace(filepath.Join(dir, "config.json"), `"filesystem"`, `"files"`) },
	} {
		dir := buildFixture(t, "default", "")
		if err := spoil(dir); err != nil {
			t.Fatal(err)
		}
		if r, err := read(dir); err == nil && len(r.Problems) == 0 {
			t.Errorf("%s: the platform's reader takes a spoiled output", name)
		}
	}
}

func replace(name, from, to string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if !strings.Contains(string(data), from) {
		return fmt.Errorf("%s has no %s", name, from)
	}
	return os.WriteFile(name, []byte(strings.Replace(string(data), from, to, 1)), 0o666)
}

// TestOfficialProxy runs the platform's own proxy in the place of our running half, with the same program behind it, and
// wants the same of both: it is the proof that what plays the platform in our tests plays it right.
func TestOfficialProxy(t *testing.T) {
	needTools(t)
	if runtime.GOOS != "linux" {
		t.Fatal("the platform's proxy is a program for Linux")
	}
	dir, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	theirs := t.TempDir()
	proxy, err := os.ReadFile(filepath.Join(tools, "node_modules", "@vercel", "go", "bin", "proxy-linux-"+runtime.GOARCH))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"executable": proxy,
		// The program behind the proxy is a plain server, which knows nothing of the platform nor of a preview.
		"user-server": []byte("#!/bin/sh\nunset VERCEL_IPC_PATH VERCEL_DEV_PORT " + orphan.Variable + "\nexec " + filepath.Join(dir, "executable") + "\n"),
	} {
		if err := os.WriteFile(filepath.Join(theirs, name), data, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	type result struct {
		status, ends int
		body         string
		cookies      []string
	}
	results := map[string][]result{}
	requests := []struct{ method, target, body string }{
		{"GET", "/", ""}, {"GET", "/nothing", ""}, {"HEAD", "/", ""}, {"GET", "/stream", ""}, {"POST", "/echo", "\x00\xff binary"},
		{"POST", "/echo", strings.Repeat("0123456789abcdef", 1<<16)}, {"GET", "/cookies", ""}, {"GET", "/panic", ""}, {"GET", "/large", ""}, {"GET", "/a%20b?c=d%26", ""},
	}
	for name, program := range map[string]string{"ours": dir, "theirs": theirs} {
		i, err := startInstance(program, "executable", nil, testLog{t})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		srv := httptest.NewServer(i)
		for _, r := range requests {
			req, err := http.NewRequest(r.method, srv.URL+r.target, strings.NewReader(r.body))
			if err != nil {
				t.Fatal(err)
			}
			res, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				t.Fatalf("%s: %s %s: %v", name, r.method, r.target, err)
			}
			body, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil {
				t.Errorf("%s: %s %s: %v", name, r.method, r.target, err)
			}
			want := len(results[name]) + 1
			for begin := time.Now(); count(t, i, "end") < want && time.Since(begin) < endTimeout; { // it comes when the answer is out
				time.Sleep(5 * time.Millisecond)
			}
			results[name] = append(results[name], result{res.StatusCode, count(t, i, "end"), string(body), res.Header["Set-Cookie"]})
		}
		list, err := i.messages()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if list[0].Type != "server-started" || list[0].Payload.InitDuration == nil {
			t.Errorf("%s begins with %+v", name, list[0])
		}
		t.Logf("%s is ready after %d ms", name, *list[0].Payload.InitDuration)
		srv.Close()
		i.stop() // theirs leaves its server running when it is told to end; the group is ended with it
	}
	for n, r := range requests {
		ours, theirs := results["ours"][n], results["theirs"][n]
		if fmt.Sprint(ours) != fmt.Sprint(theirs) {
			t.Errorf("%s %s: ours %.200v, theirs %.200v", r.method, r.target, fmt.Sprint(ours), fmt.Sprint(theirs))
		}
	}
}
