//go:build platform

package conformance

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sitegen.dev/adapters/netlify"
	"sitegen.dev/core/adapter/adaptertest"
)

// TestShimInNode runs the suite with the function as Netlify runs it, in Node.
func TestShimInNode(t *testing.T) {
	adaptertest.Run(t, adaptertest.Target{
		Name:    "netlify shim in node",
		Adapter: netlify.Adapter{},
		Options: json.RawMessage(`{"rewrites": ["**/*.html", "files/hello.txt", "shared.json"]}`),
		Start: func(t *testing.T, s adaptertest.Site) string {
			h, err := netlify.PreviewFunction(s.Dir, startNode(t, filepath.Join(s.Dir, ".netlify/v1/functions/ssr")))
			if err != nil {
				t.Fatal(err)
			}
			srv := httptest.NewServer(h)
			t.Cleanup(srv.Close)
			return srv.URL
		},
		Skip: merge(differences, shimDifferences, nodeDifferences),
	})
}

// startNode runs a function in Node and gives a handler for it.
func startNode(t *testing.T, dir string) http.Handler {
	t.Helper()
	abs, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	blobs, stop, err := netlify.PreviewBlobs()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop() })
	cmd := exec.Command("node", "--max-http-header-size=262144", "serve.mjs")
	cmd.Dir, cmd.Env = "../testdata/npm", append(os.Environ(), "FUNCTION="+abs, "NETLIFY_BLOBS_CONTEXT="+blobs)
	return startServer(t, cmd)
}

// startServer runs a server that prints its port, and gives a handler that asks it.
func startServer(t *testing.T, cmd *exec.Cmd) http.Handler {
	t.Helper()
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		cmd.Wait()
	})
	port, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return ask("127.0.0.1:" + strings.TrimSpace(port))
}

// ask gives a handler that asks a server.
func ask(host string) http.Handler {
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1,
		// Connections are not used again: Node ends those whose request it refuses.
		Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true},
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", host, r.In.Host
			r.Out.Header.Del("Expect")
			if raw, query, _ := strings.Cut(r.In.RequestURI, "?"); strings.HasPrefix(raw, "/") {
				r.Out.URL.Opaque, r.Out.URL.RawQuery = raw, query
				if strings.HasPrefix(raw, "//") {
					r.Out.URL.Opaque = "http://" + host + raw
				}
			}
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "HEAD" {
			// Node gives its body to nobody and may answer before it has come; what is left of it would end the visitor's connection.
			io.Copy(io.Discard, r.Body)
			r.Body, r.ContentLength = http.NoBody, 0
		}
		http.NewResponseController(w).EnableFullDuplex()
		w.Header()["Content-Type"] = nil
		proxy.ServeHTTP(w, r)
	})
}

// Why a function in Node answers otherwise.
const (
	nodeRequest = "JavaScript's Request has no such method, and no body with GET or HEAD; Node refuses others before"
	nodeURL     = "JavaScript's URL writes the address in its own way"
)

// nodeDifferences are the cases that are answered otherwise with the function in Node, beside those of mode shim.
var nodeDifferences = merge(
	in("default base server", nodeRequest, "body/body-of-get", "endpoint/all-sees-the-method/own-name", "endpoint/all-takes-the-rest/own-name", "endpoint/method-missing-on-a-page/brew",
		"endpoint/method-missing/capitals-matter", "endpoint/method-missing/own-name", "endpoint/method-missing/unknown-to-five",
		"endpoint/method-missing/unknown-to-get", "islands/method/brew", "request/method/long-word"),
	in("default base", nodeRequest, "csrf/refused/own-word"),
	in("default", nodeRequest, "redirect/method/own-word"),
	in("default base server", nodeRequest, "guard/stops/own-word"),
	in("default", nodeRequest, "malformed/trace/page", "malformed/trace/all-endpoint"),
	in("default base server", nodeURL, "request/query-stays/quote"),
	in("default server", nodeURL, "paths/ambiguous/dot", "paths/ambiguous/dots", "paths/ambiguous/dots-at-the-end", "paths/ambiguous/dot-at-the-end",
		"paths/ambiguous/dot-escaped", "paths/ambiguous/dots-escaped", "paths/ambiguous/dots-mixed", "paths/ambiguous/backslash"),
	in("default", nodeURL, "hosts/absolute-form-refused/dots", "hosts/host-malformed/port-empty", "hosts/host-malformed/zone"),
	in("default base server", platformWire, "body/cut-off"),
	in("default", platformWire, "malformed/chunk/word", "malformed/chunk/empty", "malformed/chunk/negative", "malformed/chunk/plus",
		"malformed/chunk/hex-prefix", "malformed/chunk/huge", "malformed/chunk/too-short", "malformed/chunk-with-bare-line-feed", "malformed/connect/path"),
)
