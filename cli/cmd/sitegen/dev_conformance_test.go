package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"testing"
	"time"

	"sitegen.dev/core/adapter/adaptertest"
)

// devDiffers are the cases that the development server answers otherwise than a site that is built, and why.
var devDiffers = because(
	differ{"it answers only for names of this machine, addresses, and hosts of security.allowedHosts, so that no page of somebody else can read the unfinished site", []string{
		"csrf/host-does-not-help-across-ports",
		"hosts/absolute-form-query",
		"hosts/absolute-form-redirect-stays",
		"hosts/absolute-form-refused/dots",
		"hosts/absolute-form-refused/other-scheme",
		"hosts/absolute-form-refused/userinfo",
		"hosts/absolute-form-without-path",
		"hosts/absolute-form/capitals",
		"hosts/absolute-form/target-wins",
		"hosts/error-page-is-not-fetched/other-host",
		"hosts/host-malformed/bracket-empty",
		"hosts/host-malformed/bracket-word",
		"hosts/host-malformed/comma",
		"hosts/host-malformed/percent",
		"hosts/host-malformed/port-empty",
		"hosts/host-malformed/port-negative",
		"hosts/host-malformed/port-too-large",
		"hosts/host-malformed/port-word",
		"hosts/host-malformed/two-dots",
		"hosts/host/default-port",
		"hosts/host/name",
		"hosts/host/port",
		"hosts/host/underscore",
		"malformed/connect/host",
		"malformed/garbage/http2",
		"malformed/old-version-keeps-no-chunks",
		"malformed/old-version/file",
		"malformed/old-version/stream",
		"malformed/old-version/with-host",
		"malformed/old-version/without-host",
		"redirect/open-redirect-to-a-longer-host/below",
		"redirect/open-redirect-to-a-longer-host/letters",
		"redirect/open-redirect-to-a-longer-host/port",
		"redirect/open-redirect-to-a-longer-host/user",
		"redirect/open-redirect-to-a-longer-host/user-and-port",
	}},
	differ{"the answer says what went wrong, and where", []string{
		"endpoint/failure-of-an-endpoint-is-no-page/error",
		"endpoint/failure-of-an-endpoint-is-no-page/panic",
		"endpoint/no-answer/error",
		"endpoint/no-answer/panic",
		"errors/error-page-fails/both",
		"errors/error-page-fails/the-500-page",
		"islands/fails-alone/error",
		"islands/fails-alone/panic",
		"malformed/keeps-open",
		"paths/guard-cannot-be-rewritten-around/backslash",
		"paths/guard-cannot-be-rewritten-around/dots",
		"paths/guard-cannot-be-rewritten-around/twice-escaped",
		"rewrite/body-read-away",
		"session/of-a-failure",
		"session/too-large",
	}},
	differ{"what a site that is built only logs, that a header or cookie was set too late to be sent, is an error here", []string{
		"cookies/after-the-output-began",
		"stream/header-after-the-flush",
	}},
	differ{"the head of a page holds the script of live reload", []string{
		"stream/page-in-order@default",
		"stream/page-in-order@server",
		"whole/page",
	}},
	differ{"a browser is told to ask again for every file: the next edit may change it", []string{
		"static/hashed-by-a-stylesheet",
		"static/hashed/image",
		"static/hashed/script",
	}},
	differ{"a prerendered page is no file yet but rendered for each request, so it has no validator", []string{
		"static/not-modified/page",
		"static/validator/page",
	}},
	differ{"pages have no Content-Security-Policy: it would have to allow the script of live reload, and be made anew with each edit", []string{
		"csp/by-the-middleware/body",
		"csp/by-the-middleware/header",
		"csp/by-the-middleware/status",
		"csp/error-page/failed",
		"csp/error-page/not-found",
		"csp/island",
		"csp/of-a-page-that-adds-to-it",
		"csp/on-demand",
		"csp/prerendered",
		"csp/rewritten/to-a-page",
		"csp/rewritten/to-another",
		"csp/what-only-a-header-says/endpoint",
		"csp/what-only-a-header-says/not-found",
		"csp/what-only-a-header-says/prerendered",
		"csp/what-only-a-header-says/prerendered-home",
		"csp/what-only-a-header-says/public",
	}},
	differ{"files are sent as they are, not compressed", []string{"static/compressed"}},
)

// differ is a reason with the cases that it is the reason for.
type differ struct {
	reason string
	cases  []string
}

func because(all ...differ) map[string]string {
	out := map[string]string{}
	for _, d := range all {
		for _, c := range d.cases {
			out[c] = d.reason
		}
	}
	return out
}

// TestDevConformance asks the development server what adapters are asked: pages, endpoints, middleware and files behave
// while somebody works on the site as they do in production.
func TestDevConformance(t *testing.T) {
	t.Setenv("GOWORK", "off")
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOPROXY", "off")
	adaptertest.RunSources(t, adaptertest.SourceServer{Name: "sitegen dev", Start: startDev, Skip: devDiffers})
}

// startDev runs `sitegen dev` in a folder and gives the origin where it serves.
func startDev(t *testing.T, dir string) string {
	t.Helper()
	cmd := exec.Command("sitegen", "dev", "--port", "0")
	cmd.Dir = dir
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var printed bytes.Buffer
	found := make(chan string, 1)
	read := make(chan struct{})
	go func() {
		defer close(read)
		lines := bufio.NewScanner(stderr)
		lines.Buffer(nil, 1<<20)
		url := regexp.MustCompile(`http://[^/\s]+`)
		for lines.Scan() {
			mu.Lock()
			printed.Write(append(lines.Bytes(), '\n'))
			mu.Unlock()
			if origin := url.FindString(lines.Text()); origin != "" {
				select {
				case found <- origin:
				default:
				}
			}
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		<-read
		if err := cmd.Wait(); err != nil {
			t.Errorf("the development server ended with %v", err)
		}
	})
	select {
	case origin := <-found:
		return origin
	case <-read:
	case <-time.After(5 * time.Minute):
	}
	mu.Lock()
	defer mu.Unlock()
	t.Fatalf("the development server has not begun:\n%s", printed.String())
	return ""
}
