//go:build platform

package cloudflare

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/adapter/adaptertest"
	"sitegen.dev/core/build"
	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
)

// The tests in this file run outputs in workerd, the runtime of Cloudflare Workers, which scripts/platform-cloudflare
// installs.

func TestMain(m *testing.M) {
	code := m.Run()
	adaptertest.Cleanup()
	os.Exit(code)
}

// serve runs an output as `sitegen preview` does and gives its origin.
func serve(t testing.TB, dir string) string {
	t.Helper()
	modules, err := filepath.Abs("testdata/npm/node_modules/miniflare")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SITEGEN_MINIFLARE", modules)
	others, err := filepath.Abs("testdata/workers.mjs")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SITEGEN_PREVIEW_WORKERS", others)
	run, stop, err := start(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return run.origin()
}

// buildSite builds the site of testdata/site and gives where its output is. change makes it another site.
func buildSite(t testing.TB, change func(root string)) (dir string, said *diag.List) {
	t.Helper()
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS("testdata/site")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(root, "go.mod.txt"), filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(root)
	}
	data, err := os.ReadFile(filepath.Join(root, "site.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	good := func(list *diag.List) {
		t.Helper()
		if list.HasErrors() {
			t.Fatal(list.Sorted())
		}
	}
	cfg, list := config.Load("site.yaml", data, func(string) string { return "" })
	good(list)
	layout, list := build.FindLayout(root, cfg.Src)
	good(list)
	site, list, err := build.Run(t.Context(), build.Options{Layout: layout, Config: cfg, Version: "test", Server: true})
	if err != nil {
		t.Fatal(err)
	}
	good(list)
	dir = filepath.Join(root, "dist")
	seam := &adapter.Site{
		Manifest: site.Manifest, Options: cfg.Adapter.Options, OptionsAt: cfg.At("adapter").Pos, OptionPlaces: cfg.Places("adapter"),
		ClientDir: site.ClientDir, Prerendered: site.Prerendered,
		ModuleDir: layout.ModuleDir, ModulePath: layout.ModulePath, Bundle: site.Bundle, OnDemand: site.OnDemand, OutDir: dir,
	}
	out, err := adapter.NewOut(dir, seam)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := (Adapter{}).Adapt(t.Context(), seam, out); err != nil {
		t.Fatal(err)
	}
	return dir, out.Diagnostics()
}

// built is the output of testdata/site as it is.
func built(t *testing.T) string {
	t.Helper()
	dir, said := buildSite(t, nil)
	if said.HasErrors() {
		t.Fatal(said.Sorted())
	}
	return dir
}

// visitor sends requests to one origin.
type visitor struct {
	origin string
	client *http.Client
}

func newVisitor(origin string) *visitor {
	return &visitor{origin, &http.Client{
		Timeout:       30 * time.Second,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 300, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

type answer struct {
	status int
	header http.Header
	body   string
	err    error // of reading the body
}

func (v *visitor) do(ctx context.Context, method, path string, body io.Reader) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, v.origin+path, body)
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Origin", v.origin)
	resp, err := v.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(data), err}, nil
}

func (v *visitor) get(t *testing.T, path string) answer {
	t.Helper()
	a, err := v.do(t.Context(), "GET", path, nil)
	if err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
	return a
}

func TestWorker(t *testing.T) {
	v := newVisitor(serve(t, built(t)))
	const own500 = "<h1>own 500</h1>"
	for _, tt := range []struct {
		query  string
		status int
		body   string // in it
	}{
		{"do=sleep&n=30", 200, "x"},
		{"do=mutex&n=10", 200, "x"},
		{"do=select&n=10", 200, "x"},
		{"do=timeout&n=30", 200, "x context deadline exceeded"},
		{"do=unused-timer", 200, "x"},
		{"do=goroutines", 200, "x 45"},
		{"do=panic", 500, "500"},
		{"do=panic&n=20", 500, "500"},
		{"do=crash&n=20", 500, own500},
		{"do=goexit", 500, own500},
		{"do=exit", 500, own500},
		{"do=deep", 500, own500},
		{"do=leak", 200, "x"},
		{"do=leak-blocked", 200, "x"},
		{"do=leak-timer&n=50", 200, "x"},
		{"do=memory&n=50", 200, "x"},
		{"do=memory&n=200", 500, own500},
		{"do=garbage&n=2000", 500, own500},
		{"do=stream&n=5", 200, "x 0\nx 1\nx 2\nx 3\nx 4\n"},
		{"do=kv", 200, `x value of x true false {"by":"x"}`},
		{"do=kv-none", 200, "x kv.get NONE: there is no binding NONE: see wrangler.jsonc"},
		{"do=other-kinds", 200, "x kv.put FILES: the binding FILES is no KV namespace: see wrangler.jsonc\nr2.delete CACHE: the binding CACHE is no R2 bucket: see wrangler.jsonc\n" +
			"kv.delete OTHER: the binding OTHER is no KV namespace: see wrangler.jsonc\nqueue.send GREETING: the binding GREETING is no queue: see wrangler.jsonc\n" +
			"d1.run CACHE: the binding CACHE is no D1 database: see wrangler.jsonc\n"},
		{"do=kv-nul", 200, "holds a NUL"},
		{"do=kv-cancelled", 200, "x context canceled"},
		{"do=r2", 200, "x mal 2 [x/] <nil>"},
		{"do=d1", 200, "x 1 [{x 1.5 [0 255] 1}]"},
		{"do=queue", 200, "x sent"},
		{"do=service", 200, "x 201 service POST /path to x x [a=1 b=2]"},
		{"do=object", 200, "x /x 2 x"},
		{"do=cache", 200, "x kept for x x true true true"},
		{"do=limit", 200, "x true true false"},
		{"do=analytics", 200, "x written"},
		{"do=cf", 200, `x true {"max":3}`},
		{"do=wait-until&n=50", 200, "x"},
		{"do=env", 200, "hello from wrangler"},
		{"do=geo", 200, "US"},
		{"do=client", 200, "127.0.0.1"},
		{"do=print", 200, "x"},
		{"do=large&n=100000", 200, "x\nx\n"},
		{"do=large-stream&n=50", 200, "x\nx\n"},
		{"do=forever", 504, "504 Gateway Timeout"},
		{"", 200, "x"},
	} {
		a := v.get(t, "/do?id=x&"+tt.query)
		if a.status != tt.status || !strings.Contains(a.body, tt.body) || a.err != nil {
			t.Errorf("%s: %d %.200q %v, want %d and %q", tt.query, a.status, a.body, a.err, tt.status, tt.body)
		}
	}
	if a := v.get(t, "/do?do=cookies&id=x"); len(a.header["Set-Cookie"]) != 2 {
		t.Errorf("cookies: %q, want two lines", a.header["Set-Cookie"])
	}
	if a := v.get(t, "/do?do=encoded&id=x"); a.body != "x" || a.header.Get("Content-Encoding") != "gzip" {
		t.Errorf("a page that is encoded already: %q %q", a.header.Get("Content-Encoding"), a.body)
	}
	for key, want := range map[string]string{"queue-qx": `x object {"id":"qx"} true`, "queue-qbx": "x bytes qbx true"} {
		got := ""
		for range 50 {
			if got = v.get(t, "/do?do=kv-get&id=x&key="+key).body; got == want {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if got != want {
			t.Errorf("the message in %s: %q, want %q", key, got, want)
		}
	}
	if a := v.get(t, "/do?do=kv-get&key=late-x&id=x"); a.body != "x x true" {
		t.Errorf("what WaitUntil wrote: %q", a.body)
	}
	large := strings.Repeat("h", 12000)
	req, _ := http.NewRequestWithContext(t.Context(), "GET", v.origin+"/do?do=large-header&id=x", nil)
	req.Header.Set("X-Large", large)
	if resp, err := v.client.Do(req); err != nil {
		t.Error(err)
	} else if data, _ := io.ReadAll(resp.Body); string(data) != "x 12000" {
		t.Errorf("a large header: %q", data)
	}
	body := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	if a, err := v.do(t.Context(), "POST", "/do?do=body&id=x", bytes.NewReader(body)); err != nil || a.body != fmt.Sprintf("x %d %x", len(body), sha256.Sum256(body)) {
		t.Errorf("a body: %q %v", a.body, err)
	}
	if a, err := v.do(t.Context(), "POST", "/do?do=body&id=x", bytes.NewReader(make([]byte, 21<<20))); err == nil && a.status != 413 { // or the connection is gone before all was sent
		t.Errorf("a body above the limit: %d %.100q, want 413", a.status, a.body)
	}
}

// TestKept looks for what makes an instance be replaced: what an author leaves behind, and nothing of Go's own.
func TestKept(t *testing.T) {
	v := newVisitor(serve(t, built(t)))
	count := func() int {
		text, _ := strings.CutPrefix(v.get(t, "/do?do=count&id=x").body, "x ")
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, tt := range []struct {
		query string
		kept  bool
	}{
		{"do=garbage&n=10", true},
		{"do=unused-timer", true},
		{"do=timeout&n=5", true},
		{"do=kv", true},
		{"do=goroutines", true},
		{"do=panic", true},
		{"do=leak", false},
		{"do=leak-blocked", false},
		{"do=leak-timer&n=50000", false},
		{"do=memory&n=40", false},
	} {
		before := count()
		for range 8 {
			v.get(t, "/do?id=x&"+tt.query)
		}
		if after := count(); (after == before+9) != tt.kept {
			t.Errorf("%s: the instance had answered %d requests before, and %d after nine more; kept should be %v", tt.query, before, after, tt.kept)
		}
	}
}

// TestTrace looks into the log for what panics leave there: the lines of the author, and names of all functions, of the
// standard library too, whose lines are not part of a Worker.
func TestTrace(t *testing.T) {
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	terminal := os.Stderr
	os.Stderr = log
	defer func() { os.Stderr = terminal }()
	v := newVisitor(serve(t, built(t)))
	os.Stderr = terminal
	for _, tt := range []struct{ deed, wants string }{
		{"panic", `"at":"src/pages/do.gosite:6","stack":"example.com/worker/src/deeds/deeds.go:`},
		{"panic-inside", `"error":"src/pages/do.gosite:6: panic: strings: negative Repeat count","at":"src/pages/do.gosite:6","stack":"strings.Repeat < example.com/worker/src/deeds/deeds.go:`},
		{"crash&n=20", "panic: nobody recovers this x\n\ngoroutine "},
		{"crash&n=20", "\nexample.com/worker/src/deeds.Do.func"},
		{"crash&n=20", "\n\texample.com/worker/src/deeds/deeds.go:"},
	} {
		v.get(t, "/do?id=x&do="+tt.deed)
		said := ""
		for range 50 {
			data, err := os.ReadFile(log.Name())
			if err != nil {
				t.Fatal(err)
			}
			if said = string(data); strings.Contains(said, tt.wants) {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if !strings.Contains(said, tt.wants) {
			t.Errorf("after %s the log lacks %q:\n%s", tt.deed, tt.wants, said)
		}
	}
}

func TestFiles(t *testing.T) {
	v := newVisitor(serve(t, built(t)))
	for _, tt := range []struct {
		path   string
		status int
		body   string
	}{
		{"/", 200, "<h1>home</h1>"},
		{"/file.txt", 200, "a file"},
		{"/hello?name=<b>", 200, "Hello, &lt;b&gt;"},
		{"/nothing", 404, "<h1>own 404</h1>"},
		{"/404", 404, "<h1>own 404</h1>"},
		{"/404.html", 404, "<h1>own 404</h1>"},
		{"/500", 500, "<h1>own 500</h1>"},
		{"/.env", 404, "<h1>own 404</h1>"},
		{"/_headers", 404, "<h1>own 404</h1>"},
		{"/.assetsignore", 404, "<h1>own 404</h1>"},
	} {
		a := v.get(t, tt.path)
		if a.status != tt.status || !strings.Contains(a.body, tt.body) {
			t.Errorf("%s: %d %q, want %d and %q", tt.path, a.status, a.body, tt.status, tt.body)
		}
		if a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: no nosniff", tt.path)
		}
		if tt.status >= 400 && a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control is %q", tt.path, a.header.Get("Cache-Control"))
		}
	}
}

// deed is one kind of request of the load and what its answer must be.
type deed struct {
	query  string
	check  func(id string, a answer) bool
	breaks bool // the visitor leaves in the middle
}

func is(format string) func(string, answer) bool {
	return func(id string, a answer) bool {
		return a.status == 200 && a.err == nil && a.body == strings.ReplaceAll(format, "ID", id)
	}
}

// anyID finds the ids of requests.
var anyID = regexp.MustCompile(`w[0-9]+i[0-9]+`)

// foreign gives an id in an answer that is not the visitor's own, in however much of it there is.
func foreign(id string, a answer) string {
	text := ""
	for name, values := range a.header {
		text += name + ": " + strings.Join(values, "\n") + "\n"
	}
	text += a.body
	for _, found := range anyID.FindAllString(text, -1) {
		// The last one may have been cut off.
		if found != id && !(strings.HasPrefix(id, found) && strings.HasSuffix(text, found)) {
			return found
		}
	}
	return ""
}

// TestConcurrency lets two hundred visitors at once sleep, wait, stream, fail, crash the program and leave, and looks at
// each answer for its own id, in what visitors who left have got until then, too. CLOUDFLARE_LOAD says for how long, "20s".
func TestConcurrency(t *testing.T) {
	length := 5 * time.Second
	if s := os.Getenv("CLOUDFLARE_LOAD"); s != "" {
		var err error
		if length, err = time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
	}
	v := newVisitor(serve(t, built(t)))
	v.client.Timeout = time.Minute // the Worker itself gives up after twenty seconds
	// Less than workerd reads of a body that nobody wants: of more it makes a connection that breaks, and the answer is lost.
	body := bytes.Repeat([]byte("load"), 15_000)
	sum := fmt.Sprintf("%x", sha256.Sum256(body))
	failed := func(_ string, a answer) bool {
		return a.status == 500 && a.err == nil && (strings.Contains(a.body, "<h1>own 500</h1>") || a.body == "500 Internal Server Error\n")
	}
	up, cut := upstream(t)
	from := func(do, path string) string { return "do=" + do + "&url=" + url.QueryEscape(up+path) }
	deeds := []deed{
		{from("fetch", "/pieces?id=ID"), is("ID ID-0 ID-1 ID-2 ID-3 ID-4 "), false},
		{from("fetch-stream", "/pieces?id=ID"), is("ID ID-0 ID-1 ID-2 ID-3 ID-4 "), false},
		{from("fetch-body", "/echo?id=ID"), is("ID POST /echo?id=ID sitegen 60000 bytes "), false},
		{from("fetch-slow", "/never"), is("ID true"), false},
		{from("fetch-late", "/pieces?id=ID"), is("ID"), false},
		{from("fetch-unread", "/endless?id=ID"), is("ID "), false},
		{from("fetch-stream", "/endless?id=ID"), nil, true},
		{from("fetch", "/never"), nil, true},
		{from("fetch-body", "/echo") + "&slow=1", nil, true},
		{"do=r2", is("ID mal 2 [ID/] <nil>"), false},
		{"do=d1", is("ID 1 [{ID 1.5 [0 255] 1}]"), false},
		{"do=cache", is("ID kept for ID ID true true true"), false},
		{"do=service", is("ID 201 service POST /path to ID ID [a=1 b=2]"), false},
		{"do=object", is("ID /ID 2 x"), false},
		{"", is("ID"), false},
		{"", is("ID"), false},
		{"do=sleep&n=20", is("ID"), false},
		{"do=mutex&n=10", is("ID"), false},
		{"do=select&n=15", is("ID"), false},
		{"do=timeout&n=10", is("ID context deadline exceeded"), false},
		{"do=unused-timer", is("ID"), false},
		{"do=goroutines", is("ID 45"), false},
		{"do=kv", is(`ID value of ID true false {"by":"ID"}`), false},
		{"do=wait-until&n=10", is("ID"), false},
		{"do=stream&n=5", is("ID 0\nID 1\nID 2\nID 3\nID 4\n"), false},
		{"do=large-stream&n=8", func(id string, a answer) bool {
			return a.status == 200 && a.err == nil && strings.Trim(strings.ReplaceAll(a.body, id+"\n", ""), "\n") == ""
		}, false},
		{"do=body", is("ID 60000 " + sum), false},
		{"do=panic&n=5", failed, false},
		{"do=crash&n=5", failed, false},
		{"do=leak", is("ID"), false},
		{"do=leak-timer&n=30", is("ID"), false},
		{"do=until-gone&n=5", nil, true},
		{"do=until-gone-early&n=200", nil, true},
		{"do=sleep&n=100", nil, true},
		{"do=large-stream&n=200", nil, true},
		{"do=body&slow=1", nil, true},
	}
	var answers, left, busy, bad atomic.Int64
	counts, late := make([]atomic.Int64, len(deeds)), make([]atomic.Int64, len(deeds))
	end := time.Now().Add(length)
	var wg sync.WaitGroup
	for w := range 200 {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(w), 1))
			for i := 0; time.Now().Before(end); i++ {
				k := rnd.IntN(len(deeds))
				d := deeds[k]
				id := fmt.Sprintf("w%di%d", w, i)
				ctx, cancel := context.WithCancel(context.Background())
				if d.breaks {
					ctx, cancel = context.WithTimeout(ctx, time.Duration(1+rnd.IntN(80))*time.Millisecond)
				}
				method, send := "GET", io.Reader(nil)
				if strings.HasPrefix(d.query, "do=body") || strings.HasPrefix(d.query, "do=fetch-body") {
					method, send = "POST", bytes.NewReader(body)
				}
				a, err := v.do(ctx, method, "/do?id="+id+"&"+strings.ReplaceAll(d.query, "ID", id), send)
				cancel()
				wrong := func(why string) {
					if bad.Add(1) <= 10 {
						t.Errorf("%s %s: %s: %d %.200q %v %v", id, d.query, why, a.status, a.body, a.err, err)
					}
				}
				switch other := foreign(id, a); {
				case other != "":
					wrong("the answer of " + other)
				case d.breaks && (errors.Is(err, context.DeadlineExceeded) || errors.Is(a.err, context.DeadlineExceeded)):
					left.Add(1)
				case method == "POST" && errors.Is(err, syscall.ECONNRESET):
					// Refused or too late, and workerd has not waited for the rest of the body.
					busy.Add(1)
					late[k].Add(1)
				case err != nil:
					wrong("no answer")
				case a.status == 503 && a.body == "503 Service Unavailable\n":
					busy.Add(1) // all instances were taken for too long: an honest answer, but not a good one
				case a.status == 504 && a.body == "504 Gateway Timeout\n":
					busy.Add(1) // three seconds were too short
					late[k].Add(1)
				case d.breaks && a.err == nil:
					answers.Add(1) // it came before the visitor left
				case !d.breaks && d.check(id, a):
					answers.Add(1)
					counts[k].Add(1)
				case !d.breaks && a.status == 200 && strings.HasPrefix(d.query, "do=stream") && strings.HasPrefix(id+" 0\n"+id+" 1\n"+id+" 2\n"+id+" 3\n"+id+" 4\n", a.body):
					busy.Add(1) // too late after it had begun, which workerd ends as if it were whole
					late[k].Add(1)
				default:
					wrong("another answer")
				}
			}
		})
	}
	wg.Wait()
	if cut.Load() == 0 {
		t.Error("no fetch was ever ended before its answer")
	}
	if busy.Load()*10 > answers.Load() {
		t.Errorf("%d visitors had no answer in time, %d had one", busy.Load(), answers.Load())
	}
	t.Logf("%d right answers in %v, %d visitors left, %d found all instances busy, %d wrong", answers.Load(), length, left.Load(), busy.Load(), bad.Load())
	for k := range deeds {
		n, slow := counts[k].Load(), late[k].Load()
		if n == 0 && !deeds[k].breaks {
			t.Errorf("%q was never answered", deeds[k].query)
		}
		// Slow machines are slow with all deeds. One that hangs is slow by itself.
		if slow > 2+n/4 {
			t.Errorf("%q was answered %d times, and %d times too late", deeds[k].query, n, slow)
		}
	}
	// Whatever happened, the isolate serves on, at once and all instances of it.
	var slow atomic.Int64
	for range 64 {
		wg.Go(func() {
			begin := time.Now()
			a, err := v.do(context.Background(), "GET", "/do?id=after&do=sleep&n=20", nil)
			if err != nil || a.body != "after" {
				t.Errorf("after the load: %d %q %v", a.status, a.body, err)
			}
			if time.Since(begin) > 5*time.Second {
				slow.Add(1)
			}
		})
	}
	wg.Wait()
	if n := slow.Load(); n > 0 {
		t.Errorf("%d of 64 requests after the load took more than 5 s", n)
	}
}

// TestBusy fills all instances with requests that wait; the next one is answered when one of them is free.
func TestBusy(t *testing.T) {
	v := newVisitor(serve(t, built(t)))
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			id := "b" + strconv.Itoa(i)
			if a, err := v.do(context.Background(), "GET", "/do?do=sleep&n=300&id="+id, nil); err != nil || a.body != id {
				t.Errorf("%s: %d %q %v", id, a.status, a.body, err)
			}
		})
	}
	wg.Wait()
}

// origin is where workerd listens.
func (r *running) origin() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.to.String()
}
