package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sitegen.dev/adapters/netlify/apitest"
	"sitegen.dev/core/build"
)

// TestMain makes this test program the command sitegen of the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sitegen": main})
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// TestScripts runs cli/testdata/script. A script sees a machine without network and without this repository; only the
// cache of the go command is shared with it, for speed. A script with a site.yaml but no go.mod gets that of a new site,
// example.com/site.
//
// Beside the usual commands of testscript there are:
//
//	fails CODE prog args…     runs a program and expects the exit code
//	start PATTERN prog args…  runs a program until it has printed a line that matches; URL becomes the first address in it
//	quit [CODE [twice]]       sends it Ctrl-C and expects the exit code, usually 0; its output is in the file out.log
//	http [-X METHOD] [-H 'Name: value'] [-d BODY] PATH STATUS   asks $URL; the answer, head and body, becomes stdout
//	until [-H …] PATH TEXT    asks $URL again and again until the answer holds TEXT; with ! until it does not
//	says PATTERN              waits until the program has printed a line that matches
//	island [-H …] N STATUS    asks for the Nth server island in the last answer, counted from 1, as the script of the page would
//	samefiles A B             compares two folders
//	sarif FILE                holds a file against the schema of SARIF 2.1.0
//	editor …                  is an editor that speaks with `sitegen lsp`; see editor_test.go
//	netlify NAME [N]          is an account at Netlify with the project NAME: sets NETLIFY_API_URL and TOKEN. It answers nothing
//	                          from the Nth request on
func TestScripts(t *testing.T) {
	p := scriptParams(t)
	p.Dir = filepath.Join("..", "..", "testdata", "script")
	testscript.Run(t, p)
}

// scriptParams are how a script runs, wherever it comes from.
func scriptParams(t *testing.T) testscript.Params {
	t.Helper()
	goEnv := func(name string) string {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	shared := []string{"GOCACHE=" + goEnv("GOCACHE"), "GOMODCACHE=" + goEnv("GOMODCACHE")}
	return testscript.Params{
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, shared...)
			env.Vars = append(env.Vars, "GOPROXY=off", "GOTOOLCHAIN=local", "GOFLAGS=", "GOWORK=off", "GOSUMDB=off", "TERM=dumb")
			env.Values[processKey{}] = &process{}
			env.Values[editorKey{}] = &editor{}
			// The folder with nothing but the commands of this test, for a machine without Go.
			tools, _, _ := strings.Cut(env.Getenv("PATH"), string(os.PathListSeparator))
			env.Setenv("TOOLS", tools)
			if dir := filepath.Join(goEnv("GOPATH"), "bin"); exists(filepath.Join(dir, "gopls")) {
				env.Setenv("PATH", env.Getenv("PATH")+string(os.PathListSeparator)+dir)
			}
			env.Defer(func() { endServers(env.WorkDir) })
			return addModule(env.WorkDir)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"fails":     fails,
			"start":     start,
			"quit":      stop, // a command of the tests' own named stop ends the script
			"http":      ask,
			"until":     until,
			"says":      says,
			"island":    island,
			"samefiles": sameFiles,
			"netlify":   netlifyAccount,
			"picture":   picture,
			"editor":    editorCommand,
			"sarif":     validSARIF,
		},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	}
}

// endServers ends the servers in the background that a script has left.
func endServers(dir string) {
	files, _ := filepath.Glob(filepath.Join(dir, "*", ".sitegen", "*", "server.json"))
	more, _ := filepath.Glob(filepath.Join(dir, ".sitegen", "*", "server.json"))
	for _, name := range append(files, more...) {
		var s build.Server
		if data, err := os.ReadFile(name); err != nil || json.Unmarshal(data, &s) != nil || !s.Background {
			continue
		}
		if p, err := os.FindProcess(s.PID); err == nil {
			p.Kill()
		}
	}
}

func addModule(dir string) error {
	mod := filepath.Join(dir, "go.mod")
	if _, err := os.Stat(mod); err == nil {
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, "site.yaml")); err != nil {
		return nil
	}
	text, err := build.NewModule("example.com/site", "")
	if err != nil {
		return err
	}
	return os.WriteFile(mod, text, 0o666)
}

type processKey struct{}

// process is the program that a script has started.
type process struct {
	cmd *exec.Cmd
	log *watched
	url string
	dir string
}

// watched keeps what is written and tells of the first line that matches.
type watched struct {
	mu      sync.Mutex
	text    bytes.Buffer
	pattern *regexp.Regexp
	found   chan string
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	if w.found != nil {
		for line := range strings.Lines(w.text.String()) {
			if strings.HasSuffix(line, "\n") && w.pattern.MatchString(line) {
				w.found <- line
				w.found = nil
				break
			}
		}
	}
	return len(p), nil
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// patience is how long a program may take to say something or to end.
const patience = 2 * time.Minute

func fails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: fails CODE prog args…")
	}
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if err == nil || !errors.As(err, &exit) {
		ts.Fatalf("exit code %s expected, but: %v", args[0], err)
	}
	if got := strconv.Itoa(exit.ExitCode()); got != args[0] {
		ts.Fatalf("exit code %s instead of %s:\n%s", got, args[0], ts.ReadFile("stderr"))
	}
}

func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start PATTERN prog args…")
	}
	p := ts.Value(processKey{}).(*process)
	found := make(chan string, 1)
	p.log = &watched{pattern: regexp.MustCompile(args[0]), found: found}
	var path string
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if name := filepath.Join(dir, args[1]); filepath.IsLocal(args[1]) && !strings.Contains(args[1], "/") {
			if _, err := os.Stat(name); err == nil {
				path = name
				break
			}
		}
	}
	if path == "" {
		path = ts.MkAbs(args[1])
	}
	p.cmd = exec.Command(path, args[2:]...)
	p.cmd.Dir = ts.MkAbs(".")
	p.dir = p.cmd.Dir
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	p.cmd.Env = environ(ts)
	p.cmd.WaitDelay = patience
	foreground(p.cmd)
	ts.Check(p.cmd.Start())
	ts.Defer(func() {
		if p.cmd != nil {
			// Asked to end first: what it has started in turn would outlive it otherwise, and hold its output open.
			p.cmd.Process.Signal(os.Interrupt)
			late := time.AfterFunc(5*time.Second, func() { p.cmd.Process.Kill() })
			defer late.Stop()
			p.cmd.Wait()
		}
	})
	select {
	case line := <-found:
		if url := regexp.MustCompile(`https?://[^\s"]+`).FindString(line); url != "" {
			p.url = strings.TrimSuffix(url, "/")
			ts.Setenv("URL", p.url)
		}
	case <-time.After(patience):
		ts.Fatalf("%s has not said %q, but:\n%s", args[1], args[0], p.log)
	}
}

// environ is the environment of the script, as far as programs started by it need it.
func environ(ts *testscript.TestScript) []string {
	var out []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "WORK", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOTOOLCHAIN", "GOFLAGS", "GOWORK", "TERM", "SystemRoot", "SITEGEN_KEY", "NETLIFY_API_URL", "NETLIFY_AUTH_TOKEN"} {
		out = append(out, name+"="+ts.Getenv(name))
	}
	return out
}

func stop(ts *testscript.TestScript, neg bool, args []string) {
	p := ts.Value(processKey{}).(*process)
	if neg || p.cmd == nil || len(args) > 2 {
		ts.Fatalf("usage: quit [CODE [twice]], after start")
	}
	want := 0
	if len(args) > 0 {
		var err error
		want, err = strconv.Atoi(args[0])
		ts.Check(err)
	}
	ts.Check(ctrlC(p.cmd))
	if len(args) == 2 {
		ctrlC(p.cmd) // it may be gone
	}
	done := make(chan error, 1)
	go func() { done <- p.cmd.Wait() }()
	select {
	case err := <-done:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			ts.Check(err)
		}
	case <-time.After(patience):
		ts.Fatalf("it does not stop:\n%s", p.log)
	}
	code := p.cmd.ProcessState.ExitCode()
	p.cmd = nil
	ts.Check(os.WriteFile(filepath.Join(p.dir, "out.log"), []byte(p.log.String()), 0o666))
	if code != want {
		ts.Fatalf("exit code %d instead of %d:\n%s", code, want, p.log)
	}
}

func ask(ts *testscript.TestScript, neg bool, args []string) {
	method, body := "GET", ""
	var header [][2]string
	for len(args) > 1 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "-X":
			method = args[1]
		case "-d":
			method, body = "POST", args[1]
		case "-H":
			name, value, _ := strings.Cut(args[1], ":")
			header = append(header, [2]string{name, strings.TrimSpace(value)})
		default:
			ts.Fatalf("http: unknown flag %s", args[0])
		}
		args = args[2:]
	}
	if neg || len(args) != 2 {
		ts.Fatalf("usage: http [-X METHOD] [-H 'Name: value'] [-d BODY] PATH STATUS")
	}
	p := ts.Value(processKey{}).(*process)
	origin := strings.Join(strings.SplitN(p.url, "/", 4)[:3], "/")
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, origin+args[0], strings.NewReader(body))
	ts.Check(err)
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if method != "GET" {
		req.Header.Set("Origin", origin)
	}
	for _, h := range header {
		if strings.EqualFold(h[0], "Host") {
			req.Host = h[1]
			continue
		}
		req.Header.Set(h[0], h[1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	ts.Check(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	ts.Check(err)
	out := &strings.Builder{}
	fmt.Fprintln(out, res.Status)
	res.Header.Write(out)
	fmt.Fprintf(out, "\n%s", text)
	fmt.Fprint(ts.Stdout(), out)
	if strconv.Itoa(res.StatusCode) != args[1] {
		ts.Fatalf("%s %s: %s instead of %s\n%s", method, args[0], res.Status, args[1], out)
	}
}

func says(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: says PATTERN")
	}
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	w := ts.Value(processKey{}).(*process).log
	text := ""
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		w.mu.Lock()
		text = w.text.String()
		w.mu.Unlock()
		if pattern.MatchString(text) {
			return
		}
	}
	ts.Fatalf("it does not say %s, but\n%s", args[0], text)
}

func until(ts *testscript.TestScript, neg bool, args []string) {
	header := http.Header{"Accept": {"text/html"}}
	for len(args) > 2 && args[0] == "-H" {
		name, value, _ := strings.Cut(args[1], ":")
		header.Set(name, strings.TrimSpace(value))
		args = args[2:]
	}
	if len(args) != 2 {
		ts.Fatalf("usage: [!] until [-H 'Name: value'] PATH TEXT")
	}
	origin := strings.Join(strings.SplitN(ts.Value(processKey{}).(*process).url, "/", 4)[:3], "/")
	client := &http.Client{Timeout: 30 * time.Second}
	last := ""
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		req, err := http.NewRequest("GET", origin+args[0], nil)
		ts.Check(err)
		req.Header = header
		res, err := client.Do(req)
		ts.Check(err)
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		ts.Check(err)
		if last = res.Status + "\n" + string(body); strings.Contains(last, args[1]) != neg {
			fmt.Fprint(ts.Stdout(), last)
			return
		}
	}
	ts.Fatalf("%s does not come to hold %q, or not to hold it:\n%s", args[0], args[1], last)
}

var islandMarker = regexp.MustCompile(`<script type="application/json" data-sitegen-island="([^"]*)">([^<]*)</script>`)

func island(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: island [-H 'Name: value'] N STATUS")
	}
	n, status := args[len(args)-2], args[len(args)-1]
	found := islandMarker.FindAllStringSubmatch(ts.ReadFile("stdout"), -1)
	i, err := strconv.Atoi(n)
	if err != nil || i < 1 || i > len(found) {
		ts.Fatalf("there is no island %s; the answer has %d", n, len(found))
	}
	m := found[i-1]
	flags := slices.Clone(args[:len(args)-2])
	if m[2] != "" {
		flags = append(flags, "-d", m[2], "-H", "Content-Type: application/json")
	}
	ask(ts, false, append(flags, html.UnescapeString(m[1]), status))
}

func netlifyAccount(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: netlify NAME [N]")
	}
	api := &apitest.Server{Sites: []apitest.Site{{ID: "01234567-89ab-cdef-0123-456789abcdef", Name: args[0]}}}
	end := make(chan struct{})
	if len(args) == 2 {
		silent, err := strconv.Atoi(args[1])
		ts.Check(err)
		api.Fail = func(n int, r *http.Request) int {
			if n < silent {
				return 0
			}
			<-end
			return -1
		}
	}
	srv := httptest.NewServer(api)
	ts.Defer(func() { close(end); srv.Close() })
	ts.Setenv("NETLIFY_API_URL", srv.URL+"/api/v1")
	ts.Setenv("TOKEN", apitest.Token)
}

func sameFiles(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: samefiles A B")
	}
	read := func(dir string) map[string]string {
		files := map[string]string{}
		ts.Check(filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(name)
			rel, _ := filepath.Rel(dir, name)
			files[rel] = string(data)
			return err
		}))
		return files
	}
	a, b := read(ts.MkAbs(args[0])), read(ts.MkAbs(args[1]))
	if len(a) == 0 {
		ts.Fatalf("%s is empty", args[0])
	}
	var names []string
	for name := range a {
		names = append(names, name)
	}
	for name := range b {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		x, inA := a[name]
		y, inB := b[name]
		if !inA || !inB || x != y {
			ts.Fatalf("%s differs: %d bytes in %s, %d in %s", name, len(x), args[0], len(y), args[1])
		}
	}
}
