package vercel

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// compiledDir is what TestMain removes.
var compiledDir string

// compiled is the program of testdata/function, made once.
var compiled = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "function")
	if err != nil {
		return "", err
	}
	compiledDir = dir
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "executable"), "./testdata/function")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return dir, nil
})

// start runs the function of the tests, with the rest of this file in the place of the platform.
func start(t *testing.T, env ...string) (*instance, string) {
	t.Helper()
	dir, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	i, err := startInstance(dir, "executable", env, testLog{t})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(i)
	t.Cleanup(func() {
		srv.Close()
		if err := i.stop(); err != nil {
			t.Error(err)
		}
		if _, err := i.messages(); err != nil {
			t.Errorf("the function broke the protocol: %v", err)
		}
	})
	return i, srv.URL
}

func get(t *testing.T, url string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

// ends counts the messages that say that a request is over, and the logs.
func count(t *testing.T, i *instance, kind string) int {
	t.Helper()
	list, err := i.messages()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range list {
		if m.Type == kind {
			n++
		}
	}
	return n
}

// awaited is count for messages that follow the answer: it gives them time to come.
func awaited(t *testing.T, i *instance, kind string, want int) int {
	t.Helper()
	for late := time.Now().Add(10 * time.Second); count(t, i, kind) < want && time.Now().Before(late); {
		time.Sleep(10 * time.Millisecond)
	}
	return count(t, i, kind)
}

func TestFunctionStarts(t *testing.T) {
	i, url := start(t)
	list, _ := i.messages()
	if len(list) != 1 || list[0].Type != "server-started" || list[0].Payload.InitDuration == nil || list[0].Payload.HTTPPort == 0 {
		t.Fatalf("at its start the function says %+v; want server-started alone", list)
	}
	// A ping is no request.
	res, err := http.Get(i.to.String() + "/_vercel/ping")
	if err != nil || res.StatusCode != 200 {
		t.Errorf("ping: %v, %v", res, err)
	}
	if n := count(t, i, "end"); n != 0 {
		t.Errorf("a ping gave %d messages", n)
	}
	if _, body := get(t, url+"/"); !strings.Contains(body, "home") {
		t.Errorf("the page is %q", body)
	}
	if n := awaited(t, i, "end", 1); n != 1 {
		t.Errorf("one request gave %d end messages", n)
	}
}

// TestFunctionRestarts ends the program in the middle of a request, and gives another one more time than it may take.
func TestFunctionRestarts(t *testing.T) {
	dir, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	var log lockedBuffer
	f, err := startRestarting(func() (*instance, error) { return startInstance(dir, "executable", nil, &log) }, 10*time.Second, &log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.stop()
	srv := httptest.NewServer(f)
	defer srv.Close()
	for range 2 {
		if res, body := get(t, srv.URL+"/exit"); res.StatusCode != 500 || !strings.Contains(body, "FUNCTION_INVOCATION_FAILED") {
			t.Errorf("a program that ends answers %s %s", res.Status, body)
		}
		if res, body := get(t, srv.URL+"/"); res.StatusCode != 200 || !strings.Contains(body, "home") {
			t.Errorf("after it has ended: %s %s", res.Status, body)
		}
	}
	if n := strings.Count(log.String(), "the function has ended (exit status 3) and is started again"); n != 2 {
		t.Errorf("the log says %d times that it was started again:\n%s", n, log.String())
	}
}

func TestFunctionTakesTooLong(t *testing.T) {
	dir, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	var log lockedBuffer
	f, err := startRestarting(func() (*instance, error) { return startInstance(dir, "executable", nil, &log) }, 100*time.Millisecond, &log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.stop()
	srv := httptest.NewServer(f)
	defer srv.Close()
	if res, body := get(t, srv.URL+"/slow"); res.StatusCode != 504 || !strings.Contains(body, "FUNCTION_INVOCATION_TIMEOUT") {
		t.Errorf("a request that takes too long is answered %s %s", res.Status, body)
	}
}

// lockedBuffer is a log that several write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

// Write adds to the log.
func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String gives the log.
func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestFunctionStreams(t *testing.T) {
	_, url := start(t)
	res, err := http.Get(url + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	r := bufio.NewReader(res.Body)
	var last time.Time
	for i := range 3 {
		line, err := r.ReadString('\n')
		if err != nil || line != fmt.Sprintf("piece %d\n", i) {
			t.Fatalf("line %d is %q, %v", i, line, err)
		}
		if gap := time.Since(last); i > 0 && gap < 50*time.Millisecond {
			t.Errorf("line %d came %v behind the one before; want it when it is written", i, gap)
		}
		last = time.Now()
	}
}

func TestFunctionBodies(t *testing.T) {
	i, url := start(t)
	data := make([]byte, 3<<20)
	rand.Read(data)
	data[0], data[1] = 0, 0xff
	res, err := http.Post(url+"/echo", "application/octet-stream", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("3 MB of binary data came back as %d bytes, %v", len(got), err)
	}
	_, body := get(t, url+"/large")
	if len(body) != 16<<20 {
		t.Errorf("the answer of 16 MB has %d bytes", len(body))
	}
	if n := awaited(t, i, "end", 2); n != 2 {
		t.Errorf("%d end messages; want 2", n)
	}
}

func TestFunctionCookies(t *testing.T) {
	_, url := start(t)
	res, _ := get(t, url+"/cookies")
	if lines := res.Header["Set-Cookie"]; len(lines) != 2 || !strings.HasPrefix(lines[0], "a=1;") || !strings.HasPrefix(lines[1], "b=2%2C%20with%3B%20signs;") {
		t.Errorf("Set-Cookie is %q; want two lines", lines)
	}
}

func TestFunctionHeaders(t *testing.T) {
	_, url := start(t)
	_, body := get(t, url+"/headers?a=b", "X-Vercel-Internal-Request-Id", "9999", "X-Vercel-Internal-Secret", "s", "X-Forwarded-For", "6.6.6.6",
		"X-Real-Ip", "6.6.6.6", "X-Vercel-Forwarded-For", "6.6.6.6", "X-Forwarded-Host", "evil.example", "X-Vercel-Ip-City", "Evil", "X-Own", "1")
	for _, want := range []string{"method=GET\n", "path=/headers\n", "query=a=b\n", "client=127.0.0.1\n", "x-own: 1\n", "scheme=http\n", "city=\n", "id=dev1::"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q:\n%s", want, body)
		}
	}
	for _, bad := range []string{"x-vercel-internal", "6.6.6.6", "evil", "9999"} {
		if strings.Contains(strings.ToLower(body), bad) {
			t.Errorf("the page sees %q:\n%s", bad, body)
		}
	}
}

// raw speaks with the function itself, as only the platform can.
func raw(t *testing.T, i *instance, request string) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", i.to.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(conn, request)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	return res, string(body)
}

func TestFunctionPlatformHeaders(t *testing.T) {
	i, _ := start(t)
	for _, tt := range []struct{ headers, want string }{
		{"X-Forwarded-Host: a.example\r\nX-Forwarded-Proto: https\r\nX-Vercel-Forwarded-For: 9.9.9.9\r\nX-Real-Ip: 8.8.8.8\r\n", "host=a.example\nscheme=https\nclient=9.9.9.9\n"},
		{"X-Forwarded-Host: a.example\r\nX-Real-Ip: 8.8.8.8\r\n", "host=a.example\nscheme=https\nclient=8.8.8.8\n"},
		{"X-Vercel-Forwarded-For: 9.9.9.9, 7.7.7.7\r\n", "client=9.9.9.9\n"},
		{"X-Forwarded-For: 5.5.5.5\r\n", "client=127.0.0.1\n"},
		{"X-Vercel-Ip-City: S%C3%A3o%20Paulo\r\nX-Vercel-Id: fra1::x\r\n", "city=São Paulo\nid=fra1::x\n"},
		{"X-Prerender-Revalidate: 0123456789abcdef0123456789abcdef\r\n", "path=/headers\n"}, // the secret of the cache
		{"X-VERCEL-INTERNAL-INVOCATION-ID: none\r\nx-vercel-internal-request-id: many\r\n", "path=/headers\n"},
	} {
		res, body := raw(t, i, "GET /headers HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"+tt.headers+"\r\n")
		if res.StatusCode != 200 || !strings.Contains(body, tt.want) {
			t.Errorf("with %q: %s\n%s\nwant %q in it", tt.headers, res.Status, body, tt.want)
		}
		if strings.Contains(body, "x-vercel-internal") || strings.Contains(body, "0123456789abcdef") {
			t.Errorf("the page sees internal headers:\n%s", body)
		}
	}
	if res, body := raw(t, i, "GET /headers HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Host: a b\r\nConnection: close\r\n\r\n"); res.StatusCode != 400 {
		t.Errorf("a malformed host: %s %s; want 400", res.Status, body)
	}
}

func TestFunctionMalformed(t *testing.T) {
	i, _ := start(t)
	for _, tt := range []struct {
		request string
		status  int
	}{
		{"GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400},
		{"GET /a/../b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400},
		{"GET /a%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400},
		{"BREW / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 405},
		{"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400},
		{"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nnope\r\n", 400},
		{"GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 404},
	} {
		if res, body := raw(t, i, tt.request); res.StatusCode != tt.status {
			t.Errorf("%q: %s %s; want %d", tt.request, res.Status, body, tt.status)
		}
	}
}

func TestFunctionAtOnce(t *testing.T) {
	i, url := start(t)
	begin := time.Now()
	var wg sync.WaitGroup
	const n = 20
	for range n {
		wg.Go(func() {
			if _, body := get(t, url+"/slow"); body != "slow" {
				t.Errorf("got %q", body)
			}
		})
	}
	wg.Wait()
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("%d requests of 300 ms took %v; want them side by side", n, took)
	}
	if got := awaited(t, i, "end", n); got != n { // they follow the answers
		t.Errorf("%d end messages for %d requests", got, n)
	}
}

func TestFunctionBreaksOff(t *testing.T) {
	i, url := start(t)
	res, err := http.Get(url + "/broken")
	if err == nil {
		_, err = io.ReadAll(res.Body)
		res.Body.Close()
	}
	if err == nil {
		t.Error("an answer that broke off looks whole")
	}
	if res, _ := get(t, url+"/panic"); res.StatusCode != 500 {
		t.Errorf("a panic gives %s; want 500", res.Status)
	}
	if n := awaited(t, i, "end", 2); n != 2 {
		t.Errorf("%d end messages; want 2: a request that failed is over too", n)
	}
	if n := awaited(t, i, "log", 2); n != 2 {
		t.Errorf("%d logs; want one for each failure", n)
	}
	if _, body := get(t, url+"/"); !strings.Contains(body, "home") {
		t.Error("the function does not go on after a failure")
	}
}

func TestFunctionWaits(t *testing.T) {
	i, url := start(t)
	name := filepath.Join(t.TempDir(), "f")
	res, err := http.Get(url + "/behind?file=" + name)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if string(body) != "answered" {
		t.Errorf("got %q", body)
	}
	// The function is told to stop while work goes on.
	if err := i.stop(); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(name); err != nil || string(data) != "done" {
		t.Errorf("work behind an answer was cut off: %q, %v", data, err)
	}
	if n := awaited(t, i, "end", 1); n != 1 {
		t.Errorf("%d end messages; want one, after the work", n)
	}
}

func TestFunctionDrains(t *testing.T) {
	i, url := start(t)
	answers := make(chan string, 1)
	go func() {
		res, err := http.Get(url + "/slow")
		if err != nil {
			answers <- err.Error()
			return
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		answers <- string(body)
	}()
	time.Sleep(100 * time.Millisecond)
	if err := i.stop(); err != nil {
		t.Fatal(err)
	}
	if got := <-answers; got != "slow" {
		t.Errorf("a request that ran when the function was stopped got %q", got)
	}
}

func TestFunctionCached(t *testing.T) {
	i, _ := start(t)
	ask := func(method, target string) (*http.Response, string) {
		return raw(t, i, method+" "+target+" HTTP/1.1\r\nHost: a\r\nCookie: session=1\r\nAuthorization: Basic x\r\nConnection: close\r\n\r\n")
	}
	token := TokenQuery
	for _, tt := range []struct{ target, path, query string }{
		{"/_isr/kept?__sg_path=/kept/a&" + token, "/kept/a", ""},
		{"/_isr/kept?page=2&__sg_path=/kept/a&" + token, "/kept/a", "page=2"},
		{"/_isr/kept?__sg_path=%2Fkept%2Fa&" + token, "/kept/a", ""},
		{"/_isr/kept?%5F_sg_path=/kept/a&" + token, "/kept/a", ""},
	} {
		res, body := ask("GET", tt.target)
		if want := fmt.Sprintf("path=%s\nquery=%s\n", tt.path, tt.query); res.StatusCode != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %s\n%s\nwant %q", tt.target, res.Status, body, want)
		}
		if strings.Contains(body, "session=1") || strings.Contains(body, "Basic x") || res.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: an answer for everybody knows one visitor:\n%v\n%s", tt.target, res.Header, body)
		}
	}
	// Whoever has no token, or wants another path, or another method, is somebody like any other.
	for _, target := range []string{
		"/kept/b?__sg_path=/kept/a", "/kept/b?__sg_path=/kept/a&__sg_token=", "/kept/b?__sg_path=/kept/a&__sg_token=guess",
		"/kept/b?__sg_path=/headers&" + token, "/kept/b?__sg_path=/kept/../headers&" + token, "/kept/b?__sg_path=/kept/%2e%2e/headers&" + token,
		"/kept/b?__sg_path=/kept/a&__sg_path=/kept/c&" + token, "/kept/b?__sg_path=/kept/a&" + token + "&" + token, "/kept/b?__sg_path=//evil.example&" + token,
		"/kept/b?__sg_path=/kept/a%0d%0aX:1&" + token, "/kept/b?__sg_path=&" + token, "/kept/b?__sg_token=x", "/kept/b?%5f%5fsg_path=/kept/a",
	} {
		res, body := ask("GET", target)
		if res.StatusCode != 200 || !strings.Contains(body, "path=/kept/b\nquery=\n") {
			t.Errorf("%s: %s\n%s\nwant the path as it was asked for, without the keys", target, res.Status, body)
		}
	}
	if _, body := ask("POST", "/kept/b?__sg_path=/kept/a&"+token); !strings.Contains(body, "path=/kept/b\n") {
		t.Errorf("POST: %s", body)
	}
}

// TokenQuery is the token of testdata/function as routes send it.
const TokenQuery = "__sg_token=the-token-of-the-build"

func TestFunctionInserts(t *testing.T) {
	i, url := start(t, `INSERT=<script src="/x.js"></script>`)
	res, body := get(t, url+"/")
	if !strings.Contains(body, `</title><script src="/x.js"></script></head>`) || res.ContentLength != int64(len(body)) {
		t.Errorf("the page is %q, its length is said to be %d", body, res.ContentLength)
	}
	if _, body := get(t, url+"/cookies"); body != "cookies" {
		t.Errorf("what is no page is %q", body)
	}
	res, _ = raw(t, i, "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	if res.StatusCode != 200 || res.Header.Get("Content-Length") != "" {
		t.Errorf("HEAD: %s, length %s", res.Status, res.Header.Get("Content-Length"))
	}
}

func TestFunctionWithoutPlatform(t *testing.T) {
	dir, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(dir, "executable"))
	cmd.Env = append(os.Environ(), "PORT=0")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	line, err := bufio.NewReader(stderr).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		t.Fatalf("it says %q, %v", line, err)
	}
	// Nobody else's word is believed here.
	if _, body := get(t, url+"/headers", "X-Vercel-Forwarded-For", "6.6.6.6", "X-Forwarded-Host", "evil.example", "X-Vercel-Ip-City", "Evil"); !strings.Contains(body, "client=127.0.0.1\n") ||
		!strings.Contains(body, "host="+strings.TrimPrefix(url, "http://")) || !strings.Contains(body, "city=\n") {
		t.Errorf("the page is\n%s", body)
	}
}

func TestFunctionCannotStart(t *testing.T) {
	dir, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	var log bytes.Buffer
	if _, err := startInstance(dir, "executable", []string{"VERCEL_DEV_PORT=" + port}, &log); err == nil || !strings.Contains(log.String(), "cannot be listened on") {
		t.Errorf("with its port taken: %v, log %q", err, &log)
	}
}

// messages gives what the function said so far.
func (i *instance) messages() ([]ipcMessage, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]ipcMessage(nil), i.lines...), i.failed
}
