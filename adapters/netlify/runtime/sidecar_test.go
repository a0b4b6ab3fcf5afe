package netlify

import (
	"bufio"
	"bytes"
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

	"sitegen.dev/adapters/netlify/sidecar"
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

// running is a running program and its other end.
type running struct {
	socket string
	stdin  *io.PipeWriter
	signal chan os.Signal
	log    *lockedBuffer
	exit   chan int
}

func start(t *testing.T) *running {
	t.Helper()
	dir, err := os.MkdirTemp("", "s") // short: the path of a socket has a limit
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	in, stdin := io.Pipe()
	out, stdout := io.Pipe()
	s := &running{socket: socket, stdin: stdin, signal: make(chan os.Signal, 2), log: &lockedBuffer{}, exit: make(chan int, 1)}
	go func() {
		s.exit <- run(program(), process{args: []string{socket}, stdin: in, stdout: stdout, stderr: s.log, signals: s.signal})
	}()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != ready {
		t.Fatalf("it says %q, %v", line, err)
	}
	t.Cleanup(func() { stdin.Close() })
	return s
}

const about = `{"scheme":"https","ip":"203.0.113.9","requestId":"r1","geo":{"city":"Köln","country":{"code":"DE","name":"Germany"},
	"subdivision":{"code":"NW","name":"North Rhine-Westphalia"},"timezone":"Europe/Berlin","postalCode":"50667","latitude":50.9,"longitude":6.9},
	"account":{"id":"a1"},"site":{"id":"s1","name":"demo","url":"https://demo.example"},"deploy":{"id":"d1","context":"production","published":true},
	"server":{"region":"eu-central-1"}}`

// dial gives a new connection with the program.
func (s *running) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("unix", s.socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// request asks on a connection of its own.
func (s *running) request(t *testing.T, method, path string, body io.Reader, header ...string) *sidecar.Answer {
	t.Helper()
	return ask(t, s.dial(t), method, path, body, header...)
}

func ask(t *testing.T, conn net.Conn, method, path string, body io.Reader, header ...string) *sidecar.Answer {
	t.Helper()
	r := sidecar.Request{About: []byte(about), Method: method, Target: path, Host: "example.com", Header: http.Header{}, Body: body}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	a, err := sidecar.Ask(t.Context(), conn, r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func bodyOf(t *testing.T, a *sidecar.Answer) string {
	t.Helper()
	data, err := io.ReadAll(a)
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
		"X-Nf-Client-Connection-Ip", "6.6.6.6", "X-Nf-Geo", "e30=", "X-Nf-Request-Id", "x", "Connection", "X-Own", "Te", "trailers", "Host", "evil.example",
	}
	if got, want := bodyOf(t, s.request(t, "GET", "/", nil, forged...)), `GET https://example.com/ 203.0.113.9 ""`; got != want {
		t.Errorf("the page sees %q, want %q", got, want)
	}
	got := bodyOf(t, s.request(t, "GET", "/headers", nil, append(forged, "X-Own", "kept")...))
	for line := range strings.Lines(got) {
		name, _, _ := strings.Cut(line, "=")
		if isInternal(name) || isHop(name) {
			t.Errorf("the page sees %s", line)
		}
	}
	if !strings.Contains(got, "X-Own=kept\n") || !strings.Contains(got, "Host=example.com\n") {
		t.Errorf("the page sees only\n%s", got)
	}
}

func TestAnswers(t *testing.T) {
	s := start(t)
	resp := s.request(t, "GET", "/cookies", nil)
	if got := resp.Header["Set-Cookie"]; len(got) != 2 || !strings.HasPrefix(got[0], "a=1") || !strings.HasPrefix(got[1], "b=2") {
		t.Errorf("cookies %q", got)
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
	if got := bodyOf(t, resp); resp.Status != 404 || got != "none" || resp.Header.Get("X-Page") != "404" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("404: %d %q %v", resp.Status, got, resp.Header)
	}
	for _, path := range []string{"/gone", "/to-gone"} {
		resp = s.request(t, "GET", path, nil)
		if got := bodyOf(t, resp); resp.Status != 410 || got != "gone" {
			t.Errorf("%s: %d %q", path, resp.Status, got)
		}
	}
	resp = s.request(t, "HEAD", "/page", nil)
	if resp.Status != 200 || resp.Header.Get("Content-Length") != "11" || bodyOf(t, resp) != "" {
		t.Errorf("HEAD: %d, %v", resp.Status, resp.Header)
	}
	if got := bodyOf(t, s.request(t, "GET", "/bytes", nil)); got != "\xff\x00\x01" {
		t.Errorf("bytes are %q", got)
	}
}

func TestSidecarStreams(t *testing.T) {
	s := start(t)
	resp := s.request(t, "GET", "/stream", nil)
	buf := make([]byte, 100)
	n, err := resp.Read(buf)
	if got := string(buf[:n]); err != nil || got != "<p>0</p>" {
		t.Errorf("the first piece is %q, %v", got, err)
	}
	if got := bodyOf(t, resp); got != "<p>1</p><p>2</p>" {
		t.Errorf("the rest is %q", got)
	}
	if data, err := io.ReadAll(s.request(t, "GET", "/broken", nil)); err == nil {
		t.Errorf("half an answer looks whole: %q", data)
	}
	if !strings.Contains(s.log.String(), `error="a failure of the site"`) || !strings.Contains(s.log.String(), `request="r1"`) {
		t.Errorf("the log is %q", s.log)
	}
}

func TestSidecarBodyThatNobodyReads(t *testing.T) {
	s := start(t)
	conn := s.dial(t)
	for range 20 {
		a := ask(t, conn, "POST", "/nothing", bytes.NewReader(make([]byte, 1<<20)), "Content-Type", "application/octet-stream")
		if bodyOf(t, a) == "" || a.Status != 404 {
			t.Fatalf("status %d", a.Status)
		}
		if err := a.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSidecarKeepsConnections asks for everything on one connection, in turns.
func TestSidecarKeepsConnections(t *testing.T) {
	s := start(t)
	conn := s.dial(t)
	for i := range 20 {
		for _, tt := range []struct {
			method, path, body string
			status             int
			want               string
		}{
			{"POST", "/", strings.Repeat("x", 1000*i), 200, fmt.Sprintf("POST https://example.com/ 203.0.113.9 %q", strings.Repeat("x", 1000*i))},
			{"GET", "/page", "", 200, "<p>page</p>"},
			{"HEAD", "/page", "", 200, ""},
			{"GET", "/none", "", 404, "none"},
			{"GET", "/panics-later", "", 200, "<p>fine</p>"},
			{"GET", "/large", "", 200, strings.Repeat("x", 300_000)},
		} {
			var body io.Reader
			if tt.method == "POST" {
				body = strings.NewReader(tt.body)
			}
			a := ask(t, conn, tt.method, tt.path, body, "Content-Type", "application/octet-stream")
			if got := bodyOf(t, a); got != tt.want || a.Status != tt.status {
				t.Fatalf("%s %s: %d %.80q (%d bytes)", tt.method, tt.path, a.Status, got, len(got))
			}
			if err := a.Wait(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestSidecarNoticesTheEnd closes the connection of a page that writes for ever, and of one that only waits.
func TestSidecarNoticesTheEnd(t *testing.T) {
	s := start(t)
	for len(left) > 0 {
		<-left // of other tests
	}
	for _, path := range []string{"/endless", "/waits"} {
		a := s.request(t, "GET", path, nil)
		if _, err := a.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		a.Close()
		select {
		case <-left:
		case <-time.After(5 * time.Second):
			t.Errorf("%s does not notice", path)
		}
	}
	// A body that breaks off is the visitor's doing.
	conn := s.dial(t)
	a := ask(t, conn, "POST", "/reads", nil)
	if bodyOf(t, a) != "read: <nil>" {
		t.Error("no body is no end")
	}
	sidecar.Ask(t.Context(), s.dial(t), sidecar.Request{About: []byte(about), Method: "POST", Target: "/reads", Host: "example.com", Body: io.MultiReader(strings.NewReader("half"), brokenReader{})})
	if said := <-done; said != "the body is broken or incomplete" {
		t.Errorf("a page is told %q", said)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestSidecarRefusesOthers holds the program against what is no request: the connection ends, and it lives on.
func TestSidecarRefusesOthers(t *testing.T) {
	s := start(t)
	for _, bad := range []string{
		"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n",
		"\xff\xff\xff\xff",
		"\x00\x00\x00\x01x\x00\x00\x00\x01x",
		"\x00\x00\x00\x02{}\x00\x00\x00\x01x",
		"\x00\x00\x00\x02{}\x00\x00\x00\x09GET\n/\nh\n\na",
		"\x00\x00\x00\x00\x00\x00\x00\x00",
		"\x00\x00",
	} {
		conn := s.dial(t)
		if _, err := io.WriteString(conn, bad); err != nil {
			t.Fatal(err)
		}
		conn.(*net.UnixConn).CloseWrite()
		if out, err := io.ReadAll(conn); len(out) > 0 {
			t.Errorf("%q is answered %q, %v", bad, out, err)
		}
	}
	if got := bodyOf(t, s.request(t, "GET", "/page", nil)); got != "<p>page</p>" {
		t.Errorf("after that: %q", got)
	}
}

func TestSidecarConcurrently(t *testing.T) {
	s := start(t)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			want := fmt.Sprintf("POST https://example.com/?n=%d 203.0.113.9 %q", i, strings.Repeat("x", i))
			a := s.request(t, "POST", fmt.Sprintf("/?n=%d", i), strings.NewReader(strings.Repeat("x", i)), "Content-Type", "application/octet-stream")
			if data, err := io.ReadAll(a); err != nil || string(data) != want {
				t.Errorf("%q, %v, want %q", data, err, want)
			}
		})
	}
	wg.Wait()
}

func TestWaitUntil(t *testing.T) {
	s := start(t)
	a := s.request(t, "GET", "/later", nil)
	if got := bodyOf(t, a); got != "<p>begun</p>" || !a.Waits {
		t.Errorf("%q, waits: %v", got, a.Waits)
	}
	if len(done) != 0 {
		t.Error("the answer waited for the work")
	}
	if err := a.Wait(); err != nil || len(done) != 1 || <-done != "done" {
		t.Errorf("the work was not waited for: %v", err)
	}

	// What is begun when the head is out delays the end of the body.
	a = s.request(t, "GET", "/too-late", nil)
	if got := bodyOf(t, a); a.Waits || got != "<p>sent</p>" || len(done) != 1 || <-done != "done" {
		t.Errorf("%q, and the work is not done", got)
	}

	a = s.request(t, "GET", "/panics-later", nil)
	if bodyOf(t, a) != "<p>fine</p>" || a.Wait() != nil {
		t.Error("the answer is not fine")
	}
	if !strings.Contains(s.log.String(), "panic in WaitUntil") {
		t.Errorf("the log is %q", s.log)
	}

	// The work goes on when the visitor is gone.
	a = s.request(t, "GET", "/later", nil)
	a.Close()
	if <-done != "done" {
		t.Error("the work ended with the connection")
	}
}

func TestSidecarEnds(t *testing.T) {
	for name, end := range map[string]func(*running){
		"the other end goes away": func(s *running) { s.stdin.Close() },
		"the platform says stop":  func(s *running) { s.signal <- os.Interrupt },
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
		resp.Close()
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
