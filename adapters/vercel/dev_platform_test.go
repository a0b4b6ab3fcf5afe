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
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// mark is what stands in the place of the function, on both sides.
const mark = "the function"

// marker is it for the preview.
type marker struct{}

// ServeHTTP says that it was asked.
func (marker) ServeHTTP(w http.ResponseWriter, r *http.Request) { io.WriteString(w, mark) }

func (marker) stop() error { return nil }

// devOnly are paths that `vercel dev` answers otherwise, and why.
var devOnly = map[string]string{
	"/one/ü":         "it refuses what is no ASCII before it looks at routes; browsers escape it",
	"/héllo":         "the same",
	`/\a`:            "it turns backslashes round before it looks at routes",
	"/moved/x/y?q=1": "it forgets the query of a redirect, which the platform keeps",
}

// TestVercelRoutesAgree sends the same requests through the router of `vercel dev` and through that of the preview, over the
// same route table and the same files: both come to the same file, the same redirect, or the function.
func TestVercelRoutesAgree(t *testing.T) {
	dir := buildFixture(t, "default", `{}`)
	config := configOf(t, dir)
	p := &preview{config: config, files: map[string]file{}, funcs: map[string]*cachedFunction{renderName: {function: marker{}}}, running: map[string]function{}}
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

	get := func(origin, path string) string {
		// As it is written: net/url would clean it.
		conn, err := net.Dial("tcp", strings.TrimPrefix(origin, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(30 * time.Second))
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n", path)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			return "no answer: " + err.Error()
		}
		body, _ := io.ReadAll(resp.Body)
		said := fmt.Sprint(resp.StatusCode)
		if to := resp.Header.Get("Location"); to != "" {
			return said + " to " + to
		}
		if resp.StatusCode == 200 {
			said += fmt.Sprintf(" %.60q", body)
		}
		return said
	}
	for _, path := range append(samplePaths, "/live?a=1&b=%2F", "/moved/x/y?q=1", "/files/hello.txt", "/nothing/at/all") {
		mine, their := get(ours.URL, path), get(theirs, path)
		why, known := devOnly[path]
		switch {
		case known && mine == their:
			t.Errorf("%s: both say %s, though %s", path, mine, why)
		case !known && mine != their:
			t.Errorf("%s: the preview says %s, `vercel dev` says %s", path, mine, their)
		}
	}
}

// vercelDev runs `vercel dev` over the routes and the files of an output.
func vercelDev(t *testing.T, output string, config outputConfig) (origin string) {
	t.Helper()
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS(filepath.Join(output, staticDir))); err != nil {
		t.Fatal(err)
	}
	const markFile = "the-function.txt"
	routes := make([]route, len(config.Routes))
	for i, r := range config.Routes {
		if r.Dest == "/"+renderName {
			r.Dest = "/" + markFile
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
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		killGroup(cmd)
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
