//go:build platform

package netlify

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/adapter"
)

// npm is where Netlify's own programs are, which `make tools` installs.
const npm = "testdata/npm"

// node runs a script of testdata/npm.
func node(t *testing.T, env []string, args ...string) []byte {
	t.Helper()
	if _, err := os.Stat(filepath.Join(npm, "node_modules")); err != nil {
		t.Fatalf("%v: run `make tools`", err)
	}
	cmd := exec.CommandContext(t.Context(), "node", args...)
	cmd.Dir, cmd.Env = npm, append(os.Environ(), env...)
	var out, errs writer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("node %v: %v\n%s%s", args, err, out, errs)
	}
	return out
}

type writer []byte

// Write keeps what comes.
func (w *writer) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}

// TestNetlifyReadsTheRules holds _redirects and _headers against Netlify's parsers: they take every line, and mean what
// the preview takes them for.
func TestNetlifyReadsTheRules(t *testing.T) {
	for name, prepare := range map[string]func(site *adapter.Site){
		"static":     func(site *adapter.Site) { site.OnDemand = false },
		"with shim":  func(*adapter.Site) {},
		"below base": func(site *adapter.Site) { site.Manifest.Base = "/docs/" },
	} {
		t.Run(name, func(t *testing.T) {
			site, dir := project(t, ``)
			prepare(site)
			adapt(t, site, dir)
			abs, err := filepath.Abs(dir)
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				Redirects []struct {
					From, To string
					Status   int
					Force    bool
				}
				Headers []struct {
					For    string
					Values map[string]string
				}
				Errors []string
			}
			if err := json.Unmarshal(node(t, nil, "parsers.mjs", abs), &got); err != nil {
				t.Fatal(err)
			}
			if len(got.Errors) > 0 {
				t.Errorf("Netlify refuses: %q", got.Errors)
			}
			rules, err := readRedirects(os.DirFS(dir))
			if err != nil {
				t.Fatal(err)
			}
			if len(rules) != len(got.Redirects) {
				t.Fatalf("Netlify reads %d rules, the preview %d", len(got.Redirects), len(rules))
			}
			for i, r := range got.Redirects {
				if diff := cmp.Diff(rule{from: segments(r.From), to: r.To, status: r.Status, force: r.Force}, rules[i], cmp.AllowUnexported(rule{})); diff != "" {
					t.Errorf("rule %d (-Netlify +preview)\n%s", i, diff)
				}
			}
			blocks, err := readHeaders(os.DirFS(dir))
			if err != nil {
				t.Fatal(err)
			}
			if len(blocks) != len(got.Headers) {
				t.Fatalf("Netlify reads %d blocks, the preview %d", len(got.Headers), len(blocks))
			}
			for i, h := range got.Headers {
				values := map[string]string{}
				for _, line := range blocks[i].set {
					values[line.Name] = line.Value
				}
				if diff := cmp.Diff(h.Values, values); diff != "" || h.For != blocks[i].path {
					t.Errorf("block %d, %s and %s (-Netlify +preview)\n%s", i, h.For, blocks[i].path, diff)
				}
			}
		})
	}
}

// TestShimInNode runs the function as Netlify does.
func TestShimInNode(t *testing.T) {
	site, dir := project(t, ``)
	adapt(t, site, dir)
	abs, err := filepath.Abs(filepath.Join(dir, ".netlify/v1/functions/ssr"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", node(t, []string{"FUNCTION=" + abs}, "--test", "--test-timeout=60000", "shim.test.mjs"))
}
