package netlify

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// lockedBuffer is a log that a test may read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// sidecar is a running program and its other end.
type sidecar struct {
	client *http.Client
	stdin  *io.PipeWriter
	signal chan os.Signal
	log    *lockedBuffer
	exit   chan int
}

func start(t *testing.T) *sidecar {
	t.Helper()
	dir, err := os.MkdirTemp("", "s") // short: the path of a socket has a limit
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	in, stdin := io.Pipe()
	out, stdout := io.Pipe()
	s := &sidecar{stdin: stdin, signal: make(chan os.Signal, 2), log: &lockedBuffer{}, exit: make(chan int, 1)}
	go func() {
		s.exit <- run(program(), process{args: []string{socket}, stdin: in, stdout: stdout, stderr: s.log, signals: s.signal})
	}()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != ready {
		t.Fatalf("it says %q, %v", line, err)
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	s.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(func() {
		stdin.Close()
		transport.CloseIdleConnections()
	})
	return s
}

const about = `{"scheme":"https","ip":"203.0.113.9","requestId":"r1","geo":{"city":"Köln","country":{"code":"DE","name":"Germany"},
	"subdivision":{"code":"NW","name":"North Rhine-Westphalia"},"timezone":"Europe/Berlin","postalCode":"50667","latitude":50.9,"longitude":6.9},
	"account":{"id":"a1"},"site":{"id":"s1","name":"demo","url":"https://demo.example"},"deploy":{"id":"d1","context":"production","published":true},
	"server":{"region":"eu-central-1"}}`

func (s *sidecar) request(t *testing.T, method, path string, body io.Reader, header ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://example.com"+path, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(contextHeader, base64.StdEncoding.EncodeToString([]byte(about)))
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	resp, err := s.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func bodyOf(t *testing.T, resp *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestSidecarRequests(t *testing.T) {
	s := start(t)
	for _, tt := range []struct{ method, path, body, want string }{
		{"GET", "/", "", `GET https://example.com/ 203.0.113.9 ""`},
		{"GET", "/?a=1&b=%20", "", `GET https://example.com/?a=1&b=%20 203.0.113.9 ""`},
		{"POST", "/", "x\x00y", `POST https://example.com/ 203.0.113.9 "x\x00y"`},
		{"DELETE", "/", "d", `DELETE https://example.com/ 203.0.113.9 "d"`},
		{"GET", "/platform", "", "r1 DE Germany NW Köln 50667 Europe/Berlin 50.9 6.9 a1 s1 demo https://demo.example d1 production eu-central-1"},
	} {
		var body io.Reader
		if tt.body != "" {
			body = strings.NewReader(tt.body)
		}
		if got := bodyOf(t, s.request(t, tt.method, tt.path, body, "Content-Type", "application/octet-stream")); got != tt.want {
			t.Errorf("%s %s = %q, want %q", tt.method, tt.path, got, tt.want)
		}
	}
}

// TestInternalHeaders holds what a visitor may send in the platform's name, on a site that trusts every proxy: nothing of
// it reaches a page, and none of it changes what a page knows of the visitor.
func TestInternalHeaders(t *testing.T) {
	s := start(t)
	forged := []string{
		"X-Forwarded-For", "6.6.6.6", "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "http", "X-Forwarded-Port", "1", "Forwarded", "for=6.6.6.6",
		"X-Nf-Client-Connection-Ip", "6.6.6.6", "X-Nf-Geo", "e30=", "X-Nf-Request-Id", "x", "x-sitegen-wait", "1", "X-Sitegen-Anything", "1",
	}
	if got, want := bodyOf(t, s.request(t, "GET", "/", nil, forged...)), `GET https://example.com/ 203.0.113.9 ""`; got != want {
		t.Errorf("the page sees %q, want %q", got, want)
	}
	got := bodyOf(t, s.request(t, "GET", "/headers", nil, append(forged, "X-Own", "kept")...))
	for line := range strings.Lines(got) {
		name, _, _ := strings.Cut(line, "=")
		if isInternal(name) {
			t.Errorf("the page sees %s", line)
		}
	}
	if !strings.Contains(got, "X-Own=kept\n") || !strings.Contains(got, "Host=example.com\n") {
		t.Errorf("the page sees only\n%s", got)
	}
	r, _ := http.NewRequestWithContext(t.Context(), "GET", "http://example.com/", nil)
	r.Header[contextHeader] = []string{"e30=", "e30="}
	if resp, err := s.client.Do(r); err != nil || resp.StatusCode != 400 {
		t.Errorf("two contexts: %v, %v", resp, err)
	}
}

func TestAnswers(t *testing.T) {
	s := start(t)
	resp := s.request(t, "GET", "/cookies", nil)
	if got := resp.Header["Set-Cookie"]; len(got) != 2 || !strings.HasPrefix(got[0], "a=1") || !strings.HasPrefix(got[1], "b=2") {
		t.Errorf("cookies %q", got)
	}
	if resp.Header.Get(waitHeader) != "" {
		t.Error("a page can set the header of work behind it")
	}
	if resp.Header.Get("Netlify-Cdn-Cache-Control") != "" {
		t.Error("an answer with cookies is cached for all")
	}
	resp = s.request(t, "GET", "/page", nil)
	if resp.Header.Get("Netlify-Cdn-Cache-Control") != "public, s-maxage=60, durable" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the header of a page is %v", resp.Header)
	}
	resp = s.request(t, "GET", "/kept", nil)
	if h := resp.Header; h.Get("Netlify-Cdn-Cache-Control") != "public, max-age=60, stale-while-revalidate=3600, durable" || h.Get("Netlify-Cache-Tag") != "a,b" ||
		h.Get("Cdn-Cache-Control") != "" || h.Get("Cache-Tag") != "" || h.Get("Cache-Control") != "public, max-age=0, must-revalidate" {
		t.Errorf("the header of a page that caches may keep is %v", h)
	}
	resp = s.request(t, "GET", "/nothing", nil)
	if got := bodyOf(t, resp); resp.StatusCode != 404 || got != "none" || resp.Header.Get("X-Page") != "404" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("404: %d %q %v", resp.StatusCode, got, resp.Header)
	}
	for _, path := range []string{"/gone", "/to-gone"} {
		resp = s.request(t, "GET", path, nil)
		if got := bodyOf(t, resp); resp.StatusCode != 410 || got != "gone" {
			t.Errorf("%s: %d %q", path, resp.StatusCode, got)
		}
	}
	resp = s.request(t, "HEAD", "/page", nil)
	if resp.StatusCode != 200 || resp.ContentLength != 11 {
		t.Errorf("HEAD: %d, length %d", resp.StatusCode, resp.ContentLength)
	}
	if got := bodyOf(t, s.request(t, "GET", "/bytes", nil)); got != "\xff\x00\x01" {
		t.Errorf("bytes are %q", got)
	}
}

func TestSidecarStreams(t *testing.T) {
	s := start(t)
	resp := s.request(t, "GET", "/stream", nil)
	buf := make([]byte, 100)
	n, err := resp.Body.Read(buf)
	if got := string(buf[:n]); err != nil || got != "<p>0</p>" {
		t.Errorf("the first piece is %q, %v", got, err)
	}
	if got := bodyOf(t, resp); got != "<p>1</p><p>2</p>" {
		t.Errorf("the rest is %q", got)
	}
	if data, err := io.ReadAll(s.request(t, "GET", "/broken", nil).Body); err == nil {
		t.Errorf("half an answer looks whole: %q", data)
	}
	if !strings.Contains(s.log.String(), `error="a failure of the site"`) || !strings.Contains(s.log.String(), `request="r1"`) {
		t.Errorf("the log is %q", s.log)
	}
}

func TestSidecarBodyThatNobodyReads(t *testing.T) {
	s := start(t)
	for range 20 {
		resp := s.request(t, "POST", "/nothing", bytes.NewReader(make([]byte, 1<<20)), "Content-Type", "application/octet-stream")
		if bodyOf(t, resp) == "" || resp.StatusCode != 404 {
			t.Fatalf("status %d", resp.StatusCode)
		}
	}
}

func TestSidecarConcurrently(t *testing.T) {
	s := start(t)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			want := fmt.Sprintf("POST https://example.com/?n=%d 203.0.113.9 %q", i, strings.Repeat("x", i))
			r, _ := http.NewRequestWithContext(t.Context(), "POST", fmt.Sprintf("http://example.com/?n=%d", i), strings.NewReader(strings.Repeat("x", i)))
			r.Header.Set("Content-Type", "application/octet-stream")
			r.Header.Set(contextHeader, base64.StdEncoding.EncodeToString([]byte(about)))
			resp, err := s.client.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if data, err := io.ReadAll(resp.Body); err != nil || string(data) != want {
				t.Errorf("%q, %v, want %q", data, err, want)
			}
		})
	}
	wg.Wait()
}

// wait asks as the shim does until the work behind an answer is done.
func (s *sidecar) wait(t *testing.T, id string) {
	t.Helper()
	r, _ := http.NewRequestWithContext(t.Context(), "GET", "http://x"+waitPath+id, nil)
	resp, err := s.client.Do(r)
	if err != nil || resp.StatusCode != 204 {
		t.Errorf("waiting for %q: %v, %v", id, resp, err)
	}
}

func TestWaitUntil(t *testing.T) {
	s := start(t)
	resp := s.request(t, "GET", "/later", nil)
	id := resp.Header.Get(waitHeader)
	if got := bodyOf(t, resp); got != "<p>begun</p>" || id == "" {
		t.Errorf("%q, wait for %q", got, id)
	}
	if len(done) != 0 {
		t.Error("the answer waited for the work")
	}
	s.wait(t, id)
	if len(done) != 1 || <-done != "done" {
		t.Error("the work was not waited for")
	}
	s.wait(t, id) // over, but asked for again
	s.wait(t, "no-such")

	// What is begun when the header is out delays the end of the body.
	resp = s.request(t, "GET", "/too-late", nil)
	if id := resp.Header.Get(waitHeader); id != "" {
		t.Errorf("wait for %q", id)
	}
	if got := bodyOf(t, resp); got != "<p>sent</p>" || len(done) != 1 || <-done != "done" {
		t.Errorf("%q, and the work is not done", got)
	}

	resp = s.request(t, "GET", "/panics-later", nil)
	if bodyOf(t, resp) != "<p>fine</p>" {
		t.Error("the answer is not fine")
	}
	s.wait(t, resp.Header.Get(waitHeader))
	if !strings.Contains(s.log.String(), "panic in WaitUntil") {
		t.Errorf("the log is %q", s.log)
	}
}

func TestSidecarEnds(t *testing.T) {
	for name, end := range map[string]func(*sidecar){
		"the other end goes away": func(s *sidecar) { s.stdin.Close() },
		"the platform says stop":  func(s *sidecar) { s.signal <- os.Interrupt },
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			resp := s.request(t, "GET", "/later", nil)
			bodyOf(t, resp)
			end(s)
			select {
			case code := <-s.exit:
				if code != 0 {
					t.Errorf("exit %d", code)
				}
			case <-time.After(5 * time.Second):
				t.Fatal("it goes on")
			}
			if len(done) != 1 || <-done != "done" {
				t.Error("it did not wait for the work behind an answer")
			}
		})
	}
	t.Run("a second signal", func(t *testing.T) {
		s := start(t)
		resp := s.request(t, "GET", "/endless", nil)
		s.signal <- os.Interrupt
		s.signal <- os.Interrupt
		if code := <-s.exit; code != 1 {
			t.Errorf("exit %d", code)
		}
		resp.Body.Close()
	})
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"a", "b"}} {
		var log bytes.Buffer
		if code := run(program(), process{args: args, stderr: &log}); code != 2 || !strings.Contains(log.String(), "ssr.mjs") {
			t.Errorf("%q: exit %d, %s", args, code, &log)
		}
	}
	var log bytes.Buffer
	if code := run(program(), process{args: []string{filepath.Join(t.TempDir(), "none", "s")}, stderr: &log}); code != 1 {
		t.Errorf("without a directory: exit %d", code)
	}
	broken := program()
	broken.Files = []byte("{")
	if code := run(broken, process{args: []string{"s"}, stderr: &log}); code != 1 || !strings.Contains(log.String(), "broken") {
		t.Errorf("with broken files: exit %d, %s", code, &log)
	}
}

func TestContentType(t *testing.T) {
	for name, want := range map[string]string{
		"a.html": "text/html; charset=utf-8", "a.TXT": "text/plain; charset=utf-8", "a/b.css": "text/css; charset=utf-8", "a": "application/octet-stream",
		"a.webmanifest": "application/manifest+json", "favicon.ico": "image/vnd.microsoft.icon",
	} {
		if got := contentType(name); got != want {
			t.Errorf("contentType(%q) = %q, want %q", name, got, want)
		}
	}
	if !slices.Contains(hop[:], "Connection") || !isHop("te") || isHop("Teapot") {
		t.Error("the headers of a connection are not known")
	}
}
