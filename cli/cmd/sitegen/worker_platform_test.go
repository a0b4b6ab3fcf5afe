//go:build platform

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestWorkerBytes builds sites for the standalone server and for Cloudflare, runs both, the latter in workerd, and holds
// the answers against each other: every finished page, and every route without parameters that is rendered on demand.
// scripts/platform-cloudflare installs workerd.
func TestWorkerBytes(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "sitegen")
	runTool(t, ".", nil, "go", "build", "-o", bin, ".")
	fixture := t.TempDir()
	runTool(t, ".", nil, bin, "test", "--write", filepath.Join(fixture, "site"))
	for _, site := range []struct{ name, dir string }{
		{"fixture", filepath.Join(fixture, "site")},
		{"documentation", copyOf(t, root)},
	} {
		t.Run(site.name, func(t *testing.T) {
			server := startPreview(t, bin, site.dir, "node", root)
			pages := map[string]bool{}
			data, err := os.ReadFile(filepath.Join(site.dir, "dist-node", "manifest.json"))
			if err != nil {
				t.Fatal(err)
			}
			var manifest struct {
				Routes []struct {
					Pattern, Type string
					Prerender     bool
				}
			}
			if err := json.Unmarshal(data, &manifest); err != nil {
				t.Fatal(err)
			}
			onDemand := 0
			for _, r := range manifest.Routes {
				if !strings.Contains(r.Pattern, "[") && r.Type != "endpoint" {
					pages[r.Pattern] = true
					if !r.Prerender {
						onDemand++
					}
				}
			}
			client := filepath.Join(site.dir, "dist-node", "client")
			filepath.WalkDir(client, func(name string, d os.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				rel, _ := filepath.Rel(client, name)
				rel = "/" + filepath.ToSlash(rel)
				switch {
				case strings.HasSuffix(rel, "/index.html"):
					pages[strings.TrimSuffix(rel, "index.html")] = true
				case strings.HasSuffix(rel, ".html"), strings.HasPrefix(rel, "/_"), strings.Contains(rel, "/."):
				default:
					pages[rel] = true
				}
				return nil
			})
			worker := startPreview(t, bin, site.dir, "cloudflare", root)
			same := 0
			delete(pages, "/demo/random") // says another number each time
			delete(pages, "/demo/random/")
			for path := range pages {
				want, got := answerOf(t, server, path), answerOf(t, worker, path)
				if got != want {
					t.Errorf("%s:\n%.600s\nthe server says\n%.600s", path, got, want)
				} else {
					same++
				}
			}
			t.Logf("%d addresses are the same, %d of them on demand", same, onDemand)
		})
	}
}

// volatile is what differs from one answer to the next on any server.
var volatile = regexp.MustCompile(`(?i)127\.0\.0\.1:\d+|nonce="[^"]*"|\?p=[A-Za-z0-9_%-]+|after \d+ ms`)

// answerOf gives status, type, place, cookies and body of an answer, redirects followed.
func answerOf(t *testing.T, origin, path string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", origin, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.URL.Path = path
	req.Host = "127.0.0.1"
	client := &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host != req.URL.Host && r.URL.Host != "127.0.0.1" {
			return http.ErrUseLastResponse
		}
		r.URL.Host, r.Host = req.URL.Host, "127.0.0.1"
		return nil
	}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	failed := ""
	if err != nil {
		failed = " broken"
	}
	// Cloudflare gives files one form of their address, and those of a type that it does not know none.
	at := strings.TrimSuffix(resp.Request.URL.Path, "/")
	kind := strings.TrimPrefix(resp.Header.Get("Content-Type"), "application/octet-stream")
	if !strings.HasPrefix(kind, "text/html") {
		kind, _, _ = strings.Cut(kind, ";") // the charset of files
	}
	return resp.Status + " " + at + " " + kind + " " + resp.Header.Get("Location") + " " +
		strings.Join(resp.Header["Set-Cookie"], "|") + failed + "\n" + volatile.ReplaceAllString(string(body), "…")
}

// startPreview builds a site with an adapter, runs it as `sitegen preview` does and gives its origin.
func startPreview(t *testing.T, bin, dir, adapter, root string) string {
	t.Helper()
	env := append(os.Environ(), "SITEGEN_MINIFLARE="+filepath.Join(root, "adapters/cloudflare/testdata/npm/node_modules/miniflare"))
	runTool(t, dir, env, bin, "build", "--adapter", adapter, "--out", "dist-"+adapter)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, bin, "preview", "--adapter", adapter, "--out", "dist-"+adapter, "--port", port)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Dir, cmd.Env = dir, env
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 1000)
	go func() {
		for s := bufio.NewScanner(stderr); s.Scan(); {
			select {
			case said <- s.Text():
			default:
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		cmd.Wait()
	})
	origin := "http://127.0.0.1:" + port
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if c, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			c.Close()
			return origin
		}
		if time.Now().After(end) {
			for len(said) > 0 {
				t.Log(<-said)
			}
			t.Fatalf("the preview of %s does not listen", adapter)
		}
	}
}

func runTool(t *testing.T, dir string, env []string, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// copyOf copies the repository's own site, so that building it twice leaves nothing there.
func copyOf(t *testing.T, root string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.Symlink(filepath.Join(root, "core"), filepath.Join(to, "core")); err != nil { // its module is found there
		t.Fatal(err)
	}
	for _, name := range []string{"site.yaml", "website", "docs", "CHANGELOG.md"} {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.IsDir() {
			if err := os.CopyFS(filepath.Join(to, name), os.DirFS(filepath.Join(root, name))); err != nil {
				t.Fatal(err)
			}
			continue
		}
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return to
}
