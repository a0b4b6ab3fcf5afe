package httpcase

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// script is a server that says what it was told to, whatever it is asked. Each answer is sent when the head of a request
// has come; "|" in it is a pause, and the connection is closed behind the last.
func script(t *testing.T, answers ...string) (*Target, *bytes.Buffer) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var asked bytes.Buffer
	done := make(chan struct{})
	go func() {
		defer close(done)
		next := 0
		for next < len(answers) {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			r := bufio.NewReader(conn)
			for next < len(answers) {
				if !readAsked(r, &asked) {
					break
				}
				for part := range strings.SplitSeq(strings.ReplaceAll(answers[next], "\n", "\r\n"), "|") {
					if part == "" {
						time.Sleep(80 * time.Millisecond)
					}
					io.WriteString(conn, part)
				}
				next++
			}
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	target, err := NewTarget("http://"+l.Addr().String(), "/docs", "/")
	if err != nil {
		t.Fatal(err)
	}
	return target, &asked
}

func readAsked(r *bufio.Reader, asked *bytes.Buffer) bool {
	for {
		line, err := r.ReadString('\n')
		asked.WriteString(line)
		if err != nil {
			return false
		}
		if line == "\r\n" {
			return true
		}
	}
}

func parseCase(t *testing.T, text string) *Case {
	t.Helper()
	f, err := Parse("t.http", "=== a | P0 | behaviour 1\n"+text)
	if err != nil {
		t.Fatal(err)
	}
	return f.Cases[0]
}

// Every expectation is met by an answer that is right and notices one that is wrong.
func TestExpectations(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\nContent-Length: 5\nX-A: one\nX-A: two\n\nhello"
	for _, tt := range []struct {
		answer, expect string
		problem        string // "" for none
	}{
		{ok, "status 200", ""},
		{ok, "status 404, 200", ""},
		{ok, "status 404", "status 200, want 404"},
		{ok, "status none", "status 200, want none"},
		{"", "status none", ""},
		{"", "status 200", "status none (the connection was closed), want 200"},
		{ok, "header X-A: one, two", ""},
		{ok, "header X-A: one", `header X-A: "one, two", want "one"`},
		{ok, "header X-A has two", ""},
		{ok, "header X-A has three", `want "three" in it`},
		{ok, "header X-A lacks three", ""},
		{ok, "header X-A lacks two", `want it without "two"`},
		{ok, "header X-A ~ ^one", ""},
		{ok, "header X-A ~ ^two", "want a match of ^two"},
		{ok, "header X-A present", ""},
		{ok, "header X-B present", "there is no header X-B"},
		{ok, "header X-B absent", ""},
		{ok, "header X-A absent", `header X-A: "one, two", want none`},
		{ok, "body is hello", ""},
		{ok, "body is hell", `body "hello", want "hell"`},
		{ok, "body has ell", ""},
		{ok, "body has x", `want "x" in it`},
		{ok, "body lacks x", ""},
		{ok, "body lacks ell", `want it without "ell"`},
		{ok, "body ~ ^h.*o$", ""},
		{ok, "body ~ ^o", "want a match of ^o"},
		{ok, "body length 5", ""},
		{ok, "body length 4", "body of 5 bytes, want 4"},
		{ok, "body empty", `body "hello", want none`},
		{ok, "body sha256 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", ""},
		{ok, "body sha256 0000000000000000000000000000000000000000000000000000000000000000", "another SHA-256"},
		{ok, "closed", ""},
		{ok + "more", "closed", "more comes behind the answer"},
		{ok, "broken", "the body came to its end"},
		{ok, "within 5s", ""},
		{ok, "after 5s", "want not before 5s"},
		{ok, "head within 5s", ""},
		{"||" + ok, "head within 20ms", "the head came after"},
		{ok, "informational 100", "no 100 came"},
		{"HTTP/1.1 100 Continue\n\n" + ok, "informational 100", ""},
		{ok, "cookies none", ""},
		{"HTTP/1.1 204 No Content\nSet-Cookie: a=1\nSet-Cookie: b=2\n\n", "cookie a=1\ncookie b=2", ""},
		{"HTTP/1.1 204 No Content\nSet-Cookie: a=1\nSet-Cookie: b=2\n\n", "cookie b=2\ncookie a=1", "cookies\n\ta=1\n\tb=2\nwant\n\tb=2\n\ta=1"},
		{"HTTP/1.1 204 No Content\nSet-Cookie: a=1\nSet-Cookie: b=2\n\n", "cookie a=1", "cookies\n"},
		{"HTTP/1.1 204 No Content\nSet-Cookie: a=1\n\n", "cookies none", "cookies are set"},
		{"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n1\na\n||2\nbc\n0\n\n", "body is abc\ngap 40ms a ... bc", ""},
		{"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n1\na\n2\nbc\n0\n\n", "gap 40ms a ... bc", "want at least 40ms"},
		{"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n1\na\n0\n\n", "gap 40ms b ... a", `want "b" and behind it "a"`},
		{"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nab", "broken", ""},
		{"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nab", "status 200", "the body broke off after 2 bytes"},
		{"HTTP/1.1 200 OK\nContent-Length: 5\n\nab", "broken", ""},
		{"HTTP/1.1 200 OK\n\nuntil the end", "body is until the end", ""},
		{"HTTP/1.1 302 Found\nContent-Length: 0\nLocation: //evil\n\n", "status 302", "leads to another host"},
		{"HTTP/1.1 302 Found\nContent-Length: 0\nLocation: /\\evil\n\n", "status 302", "leads to another host"},
		{"HTTP/1.1 302 Found\nContent-Length: 0\nLocation: javascript:1\n\n", "status 302", "neither a path nor a URL"},
		{"HTTP/1.1 302 Found\nContent-Length: 0\nLocation: /a b\n\n", "status 302", "is not encoded"},
		{"HTTP/1.1 500 Oh\nContent-Length: 8\n\na secret", "status 500", `shows "a secret"`},
	} {
		target, _ := script(t, tt.answer)
		expect := tt.expect
		if !strings.HasPrefix(expect, "status") {
			expect = "status 200, 204\n" + expect
		}
		problems := parseCase(t, "ask GET /\n"+expect).Run(t.Context(), target)
		var texts []string
		for _, p := range problems {
			texts = append(texts, p.Text)
		}
		got := strings.Join(texts, "\n")
		if tt.problem == "" && got != "" || !strings.Contains(got, tt.problem) {
			t.Errorf("%q, %q: problems %q, want %q", tt.answer, tt.expect, got, tt.problem)
		}
	}
}

// What breaks the rules of HTTP is a problem whatever a case expects.
func TestMalformedAnswers(t *testing.T) {
	for answer, want := range map[string]string{
		"HTTP/1.1 2000 OK\n\n":                                               "is no status line",
		"ICY 200 OK\n\n":                                                     "is no status line",
		"HTTP/1.1 200 OK\nNo colon\n\n":                                      "is no header line",
		"HTTP/1.1 200 OK\nX A: b\n\n":                                        "is no header line",
		"HTTP/1.1 200 OK\nX: \xc3\xbc\n\n":                                   "is not ASCII",
		"HTTP/1.1 200 OK\nX: a\x01b\n\n":                                     "holds a control character",
		"HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 1\n\na":         "several Content-Length",
		"HTTP/1.1 200 OK\nContent-Length: x\n\na":                            "the Content-Length is",
		"HTTP/1.1 200 OK\nContent-Length: 1\nTransfer-Encoding: chunked\n\n": "both Content-Length and Transfer-Encoding",
		"HTTP/1.1 200 OK\nTransfer-Encoding: gzip\n\n":                       "the Transfer-Encoding is",
		"HTTP/1.1 204 No Content\nContent-Length: 0\n\n":                     "an answer without a body",
		"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nx\n\n":               "is no size of a chunk",
		"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n1\nab\n0\n\n":        "longer than its size",
		"HTTP/1.1 200 OK\nX: " + strings.Repeat("a", maxHead) + "\n\n":       "the head is too long",
	} {
		target, _ := script(t, answer)
		problems := parseCase(t, "ask GET /\nstatus 200, 204").Run(t.Context(), target)
		if len(problems) != 1 || !strings.Contains(problems[0].Text, want) {
			t.Errorf("%.80q: problems %v, want %q", answer, problems, want)
		}
	}
	r := &reader{r: bufio.NewReader(strings.NewReader("HTTP/1.1 200 OK\nX: y\r\n\r\n"))}
	var m *malformed
	if _, err := r.read("GET"); !errors.As(err, &m) {
		t.Errorf("a bare line feed gives %v", err)
	}
}

func TestPlaceholdersAndConnections(t *testing.T) {
	target, asked := script(t,
		"HTTP/1.1 200 OK\nContent-Length: 0\nETag: \"v1\"\nSet-Cookie: a=1; Path=/\nSet-Cookie: b=2\n\n",
		"HTTP/1.1 200 OK\nContent-Length: 2\nSet-Cookie: a=; Max-Age=0\n\nok",
		"HTTP/1.1 200 OK\nContent-Length: 0\n\n")
	c := parseCase(t, `ask POST {base}/x{/}?{scheme}
+ Origin: {origin}
= ab
=* 3 cd
status 200
then
> GET / HTTP/1.1
> If-None-Match: {last:ETag}
> Cookie: {cookies}
>
status 200
body ~ ^o(?P<end>.)$
then
> GET /{match}{match:end}{match:none}{match: HTTP/1.1
> Cookie: {cookies}{secure}
>
status 200
`)
	// The body of the first request stands before the head of the second for the scripted server.
	if problems := c.Run(context.Background(), target); len(problems) > 0 {
		t.Fatal(problems)
	}
	origin := target.origin.String()
	host := target.origin.Host
	want := "POST /docs/x/?http HTTP/1.1\r\nHost: " + host + "\r\nOrigin: " + origin + "\r\nContent-Length: 8\r\n\r\nabcdcdcd" +
		"GET / HTTP/1.1\r\nIf-None-Match: \"v1\"\r\nCookie: a=1; b=2\r\n\r\n" +
		"GET /kk{match: HTTP/1.1\r\nCookie: b=2\r\n\r\n"
	if got := asked.String(); got != want {
		t.Errorf("sent\n%q\nwant\n%q", got, want)
	}
}

func TestHangupAndLeave(t *testing.T) {
	target, _ := script(t, "HTTP/1.1 200 OK\nContent-Length: 9\n\nbegun", "HTTP/1.1 200 OK\nContent-Length: 0\n\n")
	if problems := parseCase(t, "ask GET /\nhangup after begun\nanew\nask GET /\nstatus 200").Run(t.Context(), target); len(problems) > 0 {
		t.Error(problems)
	}
	target, _ = script(t, "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello")
	if problems := parseCase(t, "ask GET /\nhangup after nothing").Run(t.Context(), target); len(problems) != 1 {
		t.Error(problems)
	}
}

func TestTargets(t *testing.T) {
	for origin, ok := range map[string]bool{
		"http://127.0.0.1:80": true, "https://example.com": true, "https://example.com/": true,
		"": false, "example.com": false, "ftp://a": false, "http://a/b": false, "http://a?b": false, "http://u@a": false, "http://": false,
	} {
		if _, err := NewTarget(origin, "", ""); (err == nil) != ok {
			t.Errorf("NewTarget(%q): %v", origin, err)
		}
	}
	target, err := NewTarget("http://127.0.0.1:1", "", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := target.Reach(t.Context()); err == nil || !strings.Contains(err.Error(), "cannot be reached") {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"), false)
	f.Add([]byte("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n0\r\nX: y\r\n\r\n"), true)
	f.Add([]byte("HTTP/1.0 304 Not Modified\r\n\r\n"), false)
	f.Fuzz(func(t *testing.T, data []byte, head bool) {
		method := "GET"
		if head {
			method = "HEAD"
		}
		r := &reader{r: bufio.NewReader(bytes.NewReader(data)), begin: time.Now()}
		a, err := r.read(method)
		if err == nil && (a.status < 101 || a.status > 999 || len(a.body) > len(data) || head && len(a.body) > 0) {
			t.Errorf("%+v", a)
		}
	})
}
