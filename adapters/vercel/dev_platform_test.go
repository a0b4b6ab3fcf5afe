//go:build platform

package vercel

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sitegen.dev/core/adapter/adaptertest"
	"sitegen.dev/core/process"
)

// mark is what stands in the place of the function, on both sides.
const mark = "the function"

// marker is it for the preview.
type marker struct{}

// ServeHTTP says that it was asked.
func (marker) ServeHTTP(w http.ResponseWriter, r *http.Request) { io.WriteString(w, mark) }

func (marker) stop() error { return nil }

// devOnly says why `vercel dev` answers a request otherwise than the platform would, "" where it should not.
func devOnly(target string) string {
	path, query, _ := strings.Cut(target, "?")
	_, err := url.ParseQuery(query)
	switch {
	case !strings.HasPrefix(target, "/"):
		return "it is no path"
	case strings.IndexFunc(target, func(r rune) bool { return r > '~' || r <= ' ' }) >= 0:
		return "it refuses what is no ASCII before it looks at routes; browsers escape it"
	case strings.Contains(path, `\`):
		return "it turns backslashes round before it looks at routes"
	case dotSegments(path):
		return "it takes dot segments for names; the platform resolves them before it looks at routes, and the preview refuses them"
	case strings.Contains(path, "//"):
		return "it joins slashes before it looks at routes"
	case err != nil || len(query) > 2000:
		return "it cannot read the query"
	case strings.HasSuffix(path, "/") && hasExtension(strings.Trim(path, "/")):
		return "it finds the file, and then not, with a slash behind it"
	}
	return ""
}

// TestVercelRoutesAgree sends the same requests through the router of `vercel dev` and through that of the preview, over the
// same route table and the same files: both come to the same file, the same redirect, or the function. The requests are all those of the
// conformance suite, in every configuration of its site, and more.
func TestVercelRoutesAgree(t *testing.T) {
	for _, v := range adaptertest.Variants() {
		t.Run(v.Name, func(t *testing.T) { routesAgree(t, v.Name) })
	}
}

func routesAgree(t *testing.T, variant string) {
	dir := buildFixture(t, variant, `{"isr":{"expiration":60}}`)
	config := configOf(t, dir)
	p := &preview{config: config, files: map[string]file{}, funcs: map[string]*cachedFunction{renderName: {function: marker{}}}, running: map[string]function{}}
	for _, r := range config.Routes {
		if name, _, _ := strings.Cut(r.Dest, "?"); strings.HasPrefix(name, "/_isr/") {
			p.funcs[name[1:]] = &cachedFunction{function: marker{}}
		}
	}
	var err error
	if p.router, err = newRouter(config.Routes); err != nil {
		t.Fatal(err)
	}
	if err := p.readStatic(filepath.Join(dir, staticDir)); err != nil {
		t.Fatal(err)
	}
	ours := httptest.NewServer(p)
	defer ours.Close()
	theirs := vercelDev(t, dir, config)

	get := func(origin, method, target string) string {
		// As it is written: net/url would clean it.
		conn, err := net.Dial("tcp", strings.TrimPrefix(origin, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(30 * time.Second))
		fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: example.com\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", method, target)
		resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
		if err != nil {
			return "no answer: " + err.Error()
		}
		body, _ := io.ReadAll(resp.Body)
		said := fmt.Sprint(resp.StatusCode)
		if to := resp.Header.Get("Location"); to != "" {
			// It forgets the query of a request that is redirected, which the platform keeps.
			_, query, _ := strings.Cut(target, "?")
			return said + " to " + strings.TrimSuffix(strings.TrimSuffix(to, query), "?")
		}
		if resp.StatusCode == 200 && method == "GET" {
			said += fmt.Sprintf(" %.60q", body)
		}
		return said
	}
	compared, redirects := 0, 0
	for _, r := range append(suiteRequests(t, variant), moreRequests(variant)...) {
		if devOnly(r[1]) != "" {
			continue
		}
		mine, their := get(ours.URL, r[0], r[1]), get(theirs, r[0], r[1])
		if strings.Contains(mine, " to ") {
			redirects++
		} else if r[0] != "GET" {
			continue // what plays the function takes GET alone there
		}
		compared++
		if strings.Contains(r[1], "%") && strings.HasSuffix(their, strconv.Quote(mark)) && strings.HasPrefix(mine, "200") {
			continue // it looks for files by the path as it was sent, and the function has the finished pages too
		}
		if mine != their {
			t.Errorf("%s %s: the preview says %s, `vercel dev` says %s", r[0], r[1], mine, their)
		}
	}
	t.Logf("%d requests compared, %d of them redirects", compared, redirects)
	if compared < 200 {
		t.Errorf("only %d requests were compared", compared)
	}
}

// moreRequests are requests that the suite does not make.
func moreRequests(variant string) (out [][2]string) {
	base := ""
	if variant == "base" {
		base = "/docs"
	}
	for _, path := range append(samplePaths, "/live?a=1&b=%2F", "/moved/x/y?q=1", "/files/hello.txt", "/nothing/at/all", "/%C3%BCber/", "/%C3%BCber", "/a%20b/c/", "/a%20b/c") {
		out = append(out, [2]string{"GET", path}, [2]string{"GET", base + path}, [2]string{"GET", base + path + "/"}, [2]string{"POST", base + path})
	}
	return out
}

// suiteRequests are the methods and targets of all requests that the conformance suite makes of one variant.
func suiteRequests(t *testing.T, variant string) (out [][2]string) {
	var mu sync.Mutex
	seen := map[[2]string]bool{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if key := [2]string{r.Method, r.RequestURI}; !seen[key] {
			seen[key] = true
			out = append(out, key)
		}
	}))
	defer srv.Close()
	if _, err := adaptertest.RunURL(t.Context(), srv.URL, adaptertest.Options{Variant: variant}); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(out, func(a, b [2]string) int { return strings.Compare(a[1]+" "+a[0], b[1]+" "+b[0]) })
	return out
}

// vercelDev runs `vercel dev` over the routes and the files of an output.
func vercelDev(t *testing.T, output string, config outputConfig) (origin string) {
	t.Helper()
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS(filepath.Join(output, staticDir))); err != nil {
		t.Fatal(err)
	}
	for name, o := range config.Overrides {
		if o.Path != "" {
			to := filepath.Join(root, o.Path)
			if info, err := os.Stat(to); err == nil && info.IsDir() {
				to = filepath.Join(to, "index.html")
			}
			if err := os.Rename(filepath.Join(root, name), to); err != nil {
				t.Fatal(err)
			}
		}
	}
	const markFile = "the-function.txt"
	routes := make([]route, len(config.Routes))
	for i, r := range config.Routes {
		if r.Dest == "/"+renderName || strings.HasPrefix(r.Dest, "/_isr/") {
			r.Dest, r.Status = "/"+markFile, 0 // the status of a function is its own
		}
		routes[i] = r
	}
	text, err := json.Marshal(map[string]any{"version": 2, "routes": routes, "builds": []any{map[string]string{"src": "**/*", "use": "@vercel/static"}}})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"vercel.json": string(text), markFile: mark} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	cmd := vercelCLI(t, root, "dev", "--local", "--listen", "127.0.0.1:"+strconv.Itoa(port), "--token", "x")
	if err := os.RemoveAll(filepath.Join(root, ".vercel")); err != nil { // it would look the project up
		t.Fatal(err)
	}
	var log strings.Builder
	cmd.Stdout, cmd.Stderr = &log, &log
	process.Group(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		process.Kill(cmd)
		cmd.Wait()
	})
	origin = "http://127.0.0.1:" + strconv.Itoa(port)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, "GET", origin+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			return origin
		}
		if ctx.Err() != nil {
			t.Fatalf("vercel dev does not listen:\n%s", &log)
		}
		time.Sleep(200 * time.Millisecond)
	}
}
