package node

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"sitegen.dev/core/site"
)

// date is the one header whose value changes.
var date = regexp.MustCompile(`(?m)^Date: .*\r\n`)

// exchangeBytes sends bytes and gives everything that comes back until the server closes.
func (s *server) exchangeBytes(t testing.TB, text string) string {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	if c, ok := conn.(*net.TCPConn); ok {
		c.CloseWrite()
	}
	data, err := io.ReadAll(conn)
	if err != nil && len(data) == 0 {
		t.Fatalf("%.60q: %v", text, err)
	}
	return date.ReplaceAllString(string(data), "")
}

// TestBytes holds whole answers, byte for byte.
func TestBytes(t *testing.T) {
	s := start(t, setup{})
	const page = "Content-Length: 27\r\nContent-Type: text/html; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"
	for _, tt := range []struct{ in, want string }{
		{"GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
			"HTTP/1.1 200 OK\r\n" + page + "Connection: close\r\n\r\n<p>hello from localhost</p>"},
		{"HEAD /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
			"HTTP/1.1 200 OK\r\n" + page + "Connection: close\r\n\r\n"},
		{"GET /hello HTTP/1.0\r\nHost: localhost\r\n\r\n",
			"HTTP/1.0 200 OK\r\n" + page + "\r\n<p>hello from localhost</p>"},
		{"GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
			"HTTP/1.1 204 No Content\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"},
		{"TRACE / HTTP/1.1\r\nHost: localhost\r\nCookie: secret\r\nConnection: close\r\n\r\n",
			"HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\nCache-Control: no-store\r\nContent-Length: 23\r\n" +
				"Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n405 Method Not Allowed\n"},
		{"GET /old HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
			"HTTP/1.1 301 Moved Permanently\r\nContent-Length: 0\r\nLocation: /about/\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"},
	} {
		if got := s.exchangeBytes(t, tt.in); got != tt.want {
			t.Errorf("%q\n got %q\nwant %q", tt.in, got, tt.want)
		}
	}
}

// TestSmuggled sends two requests where the end of the first can be seen in two places. The second is never answered.
func TestSmuggled(t *testing.T) {
	s := start(t, setup{})
	const second = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
	for _, tt := range []struct{ name, first string }{
		{"length and chunks", "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 49\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
		{"chunks and length", "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nContent-Length: 49\r\n\r\n0\r\n\r\n"},
		{"of a file", "GET /digits.txt HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 49\r\n\r\n0\r\n\r\n"},
		{"refused", "TRACE / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 49\r\n\r\n0\r\n\r\n"},
		{"unread", "POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nContent-Length: 49\r\n\r\n0\r\n\r\n"},
		{"of old HTTP", "POST /echo HTTP/1.0\r\nContent-Type: application/json\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\nContent-Length: 49\r\n\r\n0\r\n\r\n"},
	} {
		if got := s.exchangeBytes(t, tt.first+second); strings.Contains(got, "hello") || strings.Count(got, "HTTP/1.") != 1 {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
	// With a length alone there is no doubt.
	if got := s.exchangeBytes(t, "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"+second); strings.Count(got, "HTTP/1.") != 2 {
		t.Errorf("%q", got)
	}
}

func TestRequests(t *testing.T) {
	s := start(t, setup{})
	const end = "Connection: close\n\n"
	for _, tt := range []struct {
		name, in string
		status   int
		body     string
	}{
		{"absolute form", "GET http://other.example:81/hello HTTP/1.1\nHost: localhost\n" + end, 200, "<p>hello from other.example:81</p>"},
		{"absolute form without path", "GET http://localhost HTTP/1.1\nHost: localhost\n" + end, 200, fixture["index.html"]},
		{"absolute form of another scheme", "GET ftp://localhost/hello HTTP/1.1\nHost: localhost\n" + end, 400, ""},
		{"two Host lines", "GET /hello HTTP/1.1\nHost: a\nHost: b\n" + end, 400, ""},
		{"no Host", "GET /hello HTTP/1.1\n" + end, 400, ""},
		{"bad Host", "GET /hello HTTP/1.1\nHost: a b\n" + end, 400, ""},
		{"Host with user", "GET /hello HTTP/1.1\nHost: a@b\n" + end, 400, ""},
		{"forwarded headers count for nothing", "GET /hello HTTP/1.1\nHost: localhost\nX-Forwarded-Host: evil\nForwarded: host=evil\n" + end, 200, "<p>hello from localhost</p>"},
		{"forwarded address counts for nothing", "GET /addr HTTP/1.1\nHost: localhost\nX-Forwarded-For: 9.9.9.9\n" + end, 200, "127.0.0.1 localhost"},
		{"connect", "CONNECT localhost:80 HTTP/1.1\nHost: localhost:80\n" + end, 405, ""},
		{"options of everything", "OPTIONS * HTTP/1.1\nHost: localhost\n" + end, 204, ""},
		{"get of everything", "GET * HTTP/1.1\nHost: localhost\n" + end, 400, ""},
		{"odd method", "BREW /hello HTTP/1.1\nHost: localhost\nOrigin: http://localhost\n" + end, 405, ""},
		{"post to a file", "POST /digits.txt HTTP/1.1\nHost: localhost\nOrigin: http://localhost\nContent-Length: 0\n" + end, 405, ""},
		{"body", "POST /echo HTTP/1.1\nHost: localhost\nContent-Type: application/json\nContent-Length: 5\n" + end + "hello", 200, "hello"},
		{"chunked body", "POST /echo HTTP/1.1\nHost: localhost\nContent-Type: application/json\nTransfer-Encoding: chunked\n" + end + "3\nabc\n2;x=y\nde\n0\n\n", 200, "abcde"},
		{"no body", "POST /echo HTTP/1.1\nHost: localhost\nContent-Type: application/json\nContent-Length: 0\n" + end, 200, ""},
		{"get with a body", "GET /echo HTTP/1.1\nHost: localhost\nX-Test: t\nContent-Length: 3\n" + end + "abc", 200, `"t"`},
		{"repeated header", "GET /echo HTTP/1.1\nHost: localhost\nX-Test: a\nX-Test: b\n" + end, 200, `"a, b"`},
		{"body announced too large", "POST /echo HTTP/1.1\nHost: localhost\nContent-Type: application/json\nContent-Length: 9999999999\n" + end, 413, ""},
		{"body of exactly the limit", "POST /echo HTTP/1.1\nHost: localhost\nContent-Type: application/json\nContent-Length: 1048576\n" + end + strings.Repeat("x", 1<<20), 200, strings.Repeat("x", 1<<20)},
		{"form from elsewhere", "POST /echo HTTP/1.1\nHost: localhost\nOrigin: http://evil\nContent-Type: text/plain\nContent-Length: 1\n" + end + "x", 403, ""},
		{"length and chunks", "POST /echo HTTP/1.1\nHost: localhost\nContent-Type: application/json\nContent-Length: 5\nTransfer-Encoding: chunked\n" + end + "0\n\n", 200, ""},
		{"two lengths", "POST /echo HTTP/1.1\nHost: localhost\nContent-Length: 5\nContent-Length: 6\n" + end + "hello", 400, ""},
		{"negative length", "POST /echo HTTP/1.1\nHost: localhost\nContent-Length: -1\n" + end, 400, ""},
		{"unknown coding", "POST /echo HTTP/1.1\nHost: localhost\nTransfer-Encoding: xchunked\n" + end, 501, ""},
		{"folded line", "GET /echo HTTP/1.1\nHost: localhost\nX-Test: a\n b\n" + end, 200, `"a b"`},
		{"blank before colon", "GET /echo HTTP/1.1\nHost: localhost\nX-Test : a\n" + end, 400, ""},
		{"upgrade is not taken", "GET /hello HTTP/1.1\nHost: localhost\nUpgrade: websocket\nConnection: Upgrade, close\n\n", 200, "<p>hello from localhost</p>"},
		{"encoded parameter", "GET /items/a%20b%2Fc HTTP/1.1\nHost: localhost\n" + end, 200, "item a b/c"},
		{"no way to another host", "GET //evil.example/%2e%2e HTTP/1.1\nHost: localhost\n" + end, 400, ""},
		{"expectation", "POST /echo HTTP/1.1\nHost: localhost\nExpect: magic\nContent-Length: 0\n" + end, 417, ""},
		{"old HTTP", "GET /hello HTTP/0.9\n\n", 505, ""},
		{"new HTTP", "GET /hello HTTP/3.0\nHost: localhost\n" + end, 505, ""},
	} {
		a := s.raw(t, tt.in)
		if a.StatusCode != tt.status || tt.body != "" && a.body != tt.body || a.err != nil {
			t.Errorf("%s = %d, %.80q, %v; want %d, %.80q", tt.name, a.StatusCode, a.body, a.err, tt.status, tt.body)
		}
	}
}

func TestHeadTooLarge(t *testing.T) {
	s := start(t, setup{})
	if a := s.get(t, "/hello", "X-A: "+strings.Repeat("a", maxHeader+8<<10)); a.StatusCode != 431 {
		t.Errorf("a head of more than %d bytes = %d; want 431", maxHeader, a.StatusCode)
	}
	if a := s.get(t, "/hello", "X-A: "+strings.Repeat("a", maxHeader-1<<10)); a.StatusCode != 200 {
		t.Errorf("a head below %d bytes = %d; want 200", maxHeader, a.StatusCode)
	}
}

// TestGarbage sends what is no HTTP. The server may answer or hang up, but it must go on.
func TestGarbage(t *testing.T) {
	s := start(t, setup{})
	for _, in := range []string{
		"", "\r\n", "\x00\x00\x00", "GET", "GET /", "GET / HTTP/1.1", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost", "\x16\x03\x01\x02\x00\x01",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n", strings.Repeat("A", 100_000),
		"GET / HTTP/1.1\r\nHost: a\r\nA\r\n\r\n", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
		"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\nabc",
		"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
		"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "GET /?%zz=%\x80 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /digits.txt HTTP/1.1\r\nHost: a\r\nRange: \x80\r\nIf-None-Match: \xff\r\n\r\n",
		"GET /hello HTTP/1.1\r\nHost: a\r\nCookie: " + strings.Repeat("a=b;", 5000) + "\r\n\r\n",
		"GET /hello?" + strings.Repeat("&", 30_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET http://[::1]:bad/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://%41/ HTTP/1.1\r\nHost: a\r\n\r\n",
	} {
		s.exchange(t, in)
		if a := s.get(t, "/hello"); a.StatusCode != 200 {
			t.Fatalf("after %.60q the server answers %d", in, a.StatusCode)
		}
	}
	if strings.Contains(s.logged(), "level=ERROR") {
		t.Errorf("garbage is logged as an error:\n%s", s.logged())
	}
}

// exchange sends bytes and ignores what comes back.
func (s *server) exchange(t testing.TB, text string) {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	io.WriteString(conn, text)
	conn.(*net.TCPConn).CloseWrite()
	data, _ := io.ReadAll(conn)
	if status, _, _ := bytes.Cut(data, []byte("\r\n")); bytes.Contains(status, []byte(" 500 ")) {
		t.Errorf("%.60q = %s", text, status)
	}
}

func TestKeepAlive(t *testing.T) {
	s := start(t, setup{})
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	// Three requests in one packet, answered in order.
	io.WriteString(conn, "GET /hello HTTP/1.1\r\nHost: a\r\n\r\nHEAD /digits.txt HTTP/1.1\r\nHost: a\r\n\r\nGET /digits.txt HTTP/1.1\r\nHost: a\r\n\r\n")
	for _, tt := range []struct{ method, body string }{{"GET", "<p>hello from a</p>"}, {"HEAD", ""}, {"GET", "0123456789"}} {
		if a := read(t, r, tt.method); a.body != tt.body || a.err != nil {
			t.Errorf("%s = %q, %v; want %q", tt.method, a.body, a.err, tt.body)
		}
	}
}

func TestSetCookieLines(t *testing.T) {
	s := start(t, setup{})
	if got := s.get(t, "/cookie").Header.Values("Set-Cookie"); len(got) != 2 || got[0] != "a=1" || got[1] != "b=2" {
		t.Errorf("Set-Cookie = %q", got)
	}
}

func TestFailures(t *testing.T) {
	s := start(t, setup{})
	a := s.get(t, "/panic")
	id := a.header("X-Request-Id")
	if a.StatusCode != 500 || strings.Contains(a.body, "secret") || id == "" {
		t.Errorf("a panic = %d, %q, id %q", a.StatusCode, a.body, id)
	}
	if log := s.logged(); !strings.Contains(log, "secret detail") || strings.Count(log, "id="+id) != 2 {
		t.Errorf("the log has no panic with id %s, or no request with it:\n%s", id, log)
	}
	a = s.get(t, "/broken")
	if a.StatusCode != 200 || a.body != "half" || a.err == nil {
		t.Errorf("a panic in the middle = %d, %q, %v; want half an answer that is seen to be half", a.StatusCode, a.body, a.err)
	}
	if a := s.get(t, "/hello"); a.StatusCode != 200 {
		t.Errorf("afterwards = %d", a.StatusCode)
	}
}

func TestPanicOfOurs(t *testing.T) {
	h := &handler{log: newLog(io.Discard, "text"), ids: newIDs(), limits: usualLimits}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil)) // h.site is nil
	if w.Code != 500 || w.Body.String() != "500 Internal Server Error\n" || w.Header().Get("X-Request-Id") == "" {
		t.Errorf("a panic of ours = %d, %q", w.Code, w.Body)
	}
}

func TestStreaming(t *testing.T) {
	s := start(t, setup{})
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	begin := time.Now()
	io.WriteString(conn, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 3)
	if _, err := io.ReadFull(resp.Body, first); err != nil || string(first) != "one" || time.Since(begin) > 250*time.Millisecond {
		t.Errorf("the first piece is %q after %v, %v", first, time.Since(begin), err)
	}
	rest, err := io.ReadAll(resp.Body)
	if string(rest) != "two" || err != nil || resp.ContentLength != -1 {
		t.Errorf("the rest is %q, %v, length %d", rest, err, resp.ContentLength)
	}
}

func TestLargePage(t *testing.T) {
	s := start(t, setup{})
	if a := s.get(t, "/large"); len(a.body) != 160_000 || a.err != nil {
		t.Errorf("%d bytes, %v", len(a.body), a.err)
	}
}

// TestClientGone sees that a page learns when its visitor has left.
func TestClientGone(t *testing.T) {
	gone := make(chan error, 1)
	a := app()
	a.Routes = append(a.Routes, &site.Route{Pattern: "/wait", Render: func(w *site.Writer, page *site.Page) error {
		w.S("x")
		if err := page.Flush(); err != nil {
			return err
		}
		select {
		case <-page.Context().Done():
			gone <- page.Context().Err()
		case <-time.After(5 * time.Second):
			gone <- nil
		}
		return nil
	}})
	s := start(t, setup{app: a})
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(conn, "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
	if _, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if err := <-gone; err != context.Canceled {
		t.Errorf("the page saw %v", err)
	}
}

var fastLimits = limits{header: 300 * time.Millisecond, idle: 300 * time.Millisecond, write: 600 * time.Millisecond, body: 300 * time.Millisecond}

// TestSlowClients sees that whoever takes too long is let go, and only then.
func TestSlowClients(t *testing.T) {
	large := content{"index.html": "", "big.bin": strings.Repeat("0123456789abcdef", 2<<20)}
	a := app()
	bulk := strings.Repeat("0123456789abcdef", 2<<20)
	a.Routes = append(a.Routes,
		&site.Route{Pattern: "/bulk", Type: site.EndpointRoute, Methods: map[string]site.Handler{"GET": func(p *site.Page) error { return p.Text(bulk) }}},
		&site.Route{Pattern: "/bytes", Type: site.EndpointRoute, Methods: map[string]site.Handler{"GET": func(p *site.Page) error {
			return p.Send(site.NewResponse(200, []byte(bulk)))
		}}})
	s := start(t, setup{limits: fastLimits, content: large, app: a})
	ended := func(name, text string, read bool, most time.Duration) {
		t.Helper()
		conn, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, text)
		if !read {
			time.Sleep(most)
		}
		conn.SetReadDeadline(time.Now().Add(most))
		_, err = io.Copy(io.Discard, conn)
		if e, ok := err.(net.Error); ok && e.Timeout() {
			t.Errorf("%s: the connection is still open after %v", name, most)
		}
	}
	ended("half a head", "GET / HTTP/1.1\r\nHost: a\r\n", true, 3*time.Second)
	ended("nothing", "", true, 3*time.Second)
	ended("idle", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", true, 3*time.Second)
	ended("half a body", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\nabc", true, 3*time.Second)
	ended("half a body that nobody reads", "POST /addr HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\nabc", true, 3*time.Second)
	ended("a file that is not read", "GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n", false, 3*time.Second)

	if a := s.raw(t, "POST /echo HTTP/1.1\nHost: a\nContent-Type: application/json\nContent-Length: 10\n\nabc"); a.StatusCode != 408 {
		t.Errorf("half a body = %d; want 408", a.StatusCode)
	}

	// A page that takes longer than the deadlines between its writes is not cut off.
	if a := s.get(t, "/slow"); a.body != "slow" || a.err != nil {
		t.Errorf("a slow page = %q, %v", a.body, a.err)
	}
	// A reader that is slow, but not too slow, gets all of a file and of a large answer in one piece.
	for _, path := range []string{"/big.bin", "/bulk", "/bytes"} {
		conn, err := net.Dial("tcp", s.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
		var n int64
		for err == nil {
			var m int64
			m, err = io.CopyN(io.Discard, conn, 1<<20)
			n += m
			time.Sleep(40 * time.Millisecond) // 32 MiB in more than twice limits.write
		}
		if n < 32<<20 {
			t.Errorf("%s: a slow reader got %d bytes of %d: %v", path, n, 32<<20, err)
		}
	}
}

// TestSlowStream sees that pauses longer than the write deadline do not cut a stream.
func TestSlowStream(t *testing.T) {
	a := app()
	a.Routes = append(a.Routes, &site.Route{Pattern: "/pauses", Render: func(w *site.Writer, page *site.Page) error {
		for i := range 4 {
			w.S(fmt.Sprint(i))
			if err := page.Flush(); err != nil {
				return err
			}
			time.Sleep(250 * time.Millisecond)
		}
		return nil
	}})
	s := start(t, setup{app: a, limits: limits{header: time.Second, idle: time.Second, write: 200 * time.Millisecond, body: 200 * time.Millisecond}})
	if a := s.get(t, "/pauses"); a.body != "0123" || a.err != nil {
		t.Errorf("the stream = %q, %v", a.body, a.err)
	}
}

func TestTarget(t *testing.T) {
	for _, tt := range []struct{ uri, path, want string }{
		{"/a?x", "", "/a?x"},
		{"/a%2Fb", "", "/a%2Fb"},
		{"//a//b", "", "//a//b"},
		{"/%41", "", "/%41"},
		{"/p/a%20b?x=1", "/a b", "/a%20b?x=1"}, // a prefix was stripped
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RequestURI = tt.uri
		r.URL.Path, r.URL.RawPath, r.URL.RawQuery = "", "", ""
		if u, err := r.URL.Parse(tt.uri); err == nil && !strings.HasPrefix(tt.uri, "//") {
			r.URL = u
		} else {
			r.URL.Path = tt.uri
		}
		if tt.path != "" {
			r.URL.Path, r.URL.RawPath = tt.path, ""
		}
		if got := target(r); got != tt.want {
			t.Errorf("target(%q as %q) = %q; want %q", tt.uri, r.URL.Path, got, tt.want)
		}
	}
}

func TestMiddleware(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/api/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "theirs") }))
	next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Error(w, "next", http.StatusTeapot) })
	mux.Handle("/", guest(t, Options{Client: fixture.write(t), Next: next, Log: discard}, false))
	for _, tt := range []struct {
		path   string
		status int
		body   string
	}{
		{"/api/x", 200, "theirs"},
		{"/hello", 200, "<p>hello from example.com</p>"},
		{"/digits.txt", 200, "0123456789"},
		{"/nobody", 418, "next\n"},
	} {
		if w := ask(mux, httptest.NewRequest("GET", tt.path, nil)); w.Code != tt.status || w.Body.String() != tt.body {
			t.Errorf("%s = %d, %q; want %d, %q", tt.path, w.Code, w.Body, tt.status, tt.body)
		}
	}
	var log bytes.Buffer
	alone := guest(t, Options{Client: fixture.write(t), Log: slog.New(slog.NewTextHandler(&log, nil))}, false)
	if w := ask(alone, httptest.NewRequest("GET", "/nobody", nil)); w.Code != 404 || w.Body.String() != fixture["404.html"] {
		t.Errorf("without another handler = %d, %q", w.Code, w.Body)
	}
	if w := ask(http.StripPrefix("/site", alone), httptest.NewRequest("GET", "/site/path", nil)); w.Body.String() != "/path" {
		t.Errorf("below a prefix the page sees %q", w.Body)
	}
	if w := ask(alone, httptest.NewRequest("GET", "/panic", nil)); w.Code != 500 || !strings.Contains(log.String(), "secret detail") {
		t.Errorf("a panic = %d, log %q", w.Code, &log)
	}
	if strings.Contains(log.String(), "msg=request") {
		t.Errorf("there is an access log:\n%s", &log)
	}
}

// TestLocals hands a value from the program around into a page.
func TestLocals(t *testing.T) {
	key := site.NewKey[string]()
	a := &site.App{Routes: []*site.Route{{Pattern: "/", Render: func(w *site.Writer, page *site.Page) error {
		w.S(key.Get(page.Locals))
		return nil
	}}}}
	h, err := New(&Program{App: func() *site.App { return a }, Files: listHead + "\n"}, Options{Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r = r.WithContext(key.WithContext(r.Context(), "from outside"))
	if w := ask(h, r); w.Body.String() != "from outside" {
		t.Errorf("the page sees %q", w.Body)
	}
}
