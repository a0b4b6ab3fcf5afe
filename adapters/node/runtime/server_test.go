package node

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// running is a whole server, as its process would be.
type running struct {
	url     string
	log     *syncBuffer
	signals chan os.Signal
	code    chan int
}

// program is the fixture as a standalone program; its client folder is in dir/client.
func program(t testing.TB) (p *Program, dir string) {
	t.Helper()
	p = &Program{App: app, Name: "server", Generator: "sitegen test", Host: "127.0.0.1"}
	p.Files, _ = fixture.list()
	return p, filepath.Dir(fixture.write(t))
}

var listening = regexp.MustCompile(`msg=listening url=(\S+)`)

// launch runs the server with arguments and environment and waits until it listens.
func launch(t testing.TB, env map[string]string, args ...string) *running {
	t.Helper()
	p, dir := program(t)
	r := &running{log: &syncBuffer{}, signals: make(chan os.Signal, 2), code: make(chan int, 1)}
	go func() {
		r.code <- run(p, process{
			args: args, getenv: func(name string) string { return env[name] }, stdout: io.Discard, stderr: r.log,
			dir: filepath.Join(dir, "server"), signals: r.signals,
		})
	}()
	for range 500 {
		if m := listening.FindStringSubmatch(r.log.String()); m != nil {
			r.url = strings.TrimSuffix(m[1], "/")
			return r
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the server does not listen:\n%s", r.log)
	return nil
}

func (r *running) stop(t testing.TB) int {
	t.Helper()
	r.signals <- syscall.SIGTERM
	select {
	case code := <-r.code:
		return code
	case <-time.After(10 * time.Second):
		t.Fatal("the server does not stop")
		return -1
	}
}

func TestRun(t *testing.T) {
	r := launch(t, nil, "--port", "0")
	resp, err := http.Get(r.url + "/digits.txt")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if string(body) != "0123456789" {
		t.Errorf("digits.txt = %q", body)
	}
	if code := r.stop(t); code != 0 {
		t.Errorf("exit code %d; want 0", code)
	}
	log := r.log.String()
	if !regexp.MustCompile(`level=INFO msg=request method=GET path=/digits.txt status=200 bytes=10 ms=\d+\.\d{3} remote=127.0.0.1:\d+\n`).MatchString(log) {
		t.Errorf("the log has no request:\n%s", log)
	}
	if !strings.Contains(log, "msg=stopping signal=terminated") {
		t.Errorf("the log has no end:\n%s", log)
	}
}

func TestRunLogs(t *testing.T) {
	r := launch(t, map[string]string{"PORT": "0"})
	http.Get(r.url + "/hello?token=secret")
	r.stop(t)
	if strings.Contains(r.log.String(), "secret") {
		t.Errorf("the access log holds the query:\n%s", r.log)
	}
	p, dir := program(t)
	log := &syncBuffer{}
	signals := make(chan os.Signal, 1)
	signals <- os.Interrupt
	code := run(p, process{args: []string{"--port=0", "--log=json"}, getenv: func(string) string { return "" }, stderr: log, dir: filepath.Join(dir, "server"), signals: signals})
	var line struct{ Level, Msg, URL string }
	first, _, _ := strings.Cut(log.String(), "\n")
	if err := json.Unmarshal([]byte(first), &line); code != 0 || err != nil || line.Level != "INFO" || line.Msg != "listening" || !strings.HasPrefix(line.URL, "http://127.0.0.1:") {
		t.Errorf("--log=json = %d, %s, %v", code, log, err)
	}
}

// TestRunLogLevel has what is below the level left out, but for the address, without which nobody finds the server.
func TestRunLogLevel(t *testing.T) {
	for _, tt := range []struct {
		env, flag string
		want      []string // beside the address
	}{
		{"", "info", []string{"level=INFO msg=request", "level=ERROR", "level=INFO msg=stopping"}},
		{"error", "info", []string{"level=INFO msg=request", "level=ERROR", "level=INFO msg=stopping"}},
		{"warn", "", []string{"level=ERROR"}},
		{"error", "", []string{"level=ERROR"}},
	} {
		args := []string{"--port", "0"}
		if tt.flag != "" {
			args = append(args, "--log-level", tt.flag)
		}
		r := launch(t, map[string]string{"LOG_LEVEL": tt.env}, args...)
		http.Get(r.url + "/panic")
		if code := r.stop(t); code != 0 {
			t.Errorf("exit code %d", code)
		}
		for _, line := range []string{"level=INFO msg=listening", "level=INFO msg=request", "level=ERROR", "level=INFO msg=stopping"} {
			want := line == "level=INFO msg=listening" || slices.Contains(tt.want, line)
			if strings.Contains(r.log.String(), line) != want {
				t.Errorf("LOG_LEVEL=%s --log-level=%s: %q is there: %t\n%s", tt.env, tt.flag, line, !want, r.log)
			}
		}
	}
}

func TestRunUsage(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	_, port, _ := net.SplitHostPort(busy.Addr().String())
	none := filepath.Join(t.TempDir(), "none")
	for _, tt := range []struct {
		args   []string
		env    map[string]string
		code   int
		stdout string
		stderr string
	}{
		{[]string{"--help"}, nil, 0, "Usage: server [flags]\n", ""},
		{[]string{"-h"}, nil, 0, "port to listen on; 0 takes a free one (PORT; 4321)", ""},
		{[]string{"--version"}, nil, 0, "server b1 (sitegen test)\n", ""},
		{[]string{"--prot", "1"}, nil, 2, "", "server: flag provided but not defined: -prot\nrun server --help for the flags\n"},
		{[]string{"now"}, nil, 2, "", `server: unexpected argument "now"`},
		{[]string{"--port", "http"}, nil, 2, "", `port must be a number from 0 to 65535, not "http"`},
		{nil, map[string]string{"PORT": "70000"}, 2, "", `port must be a number from 0 to 65535, not "70000"`},
		{nil, map[string]string{"PORT": "+80"}, 2, "", `port must be a number`},
		{[]string{"--log", "xml"}, nil, 2, "", `log must be text, json or off, not "xml"`},
		{[]string{"--log-level", "loud"}, nil, 2, "", `log-level must be info, warn or error, not "loud"`},
		{nil, map[string]string{"LOG_LEVEL": "INFO"}, 2, "", `log-level must be info, warn or error, not "INFO"`},
		{[]string{"--finish", "soon"}, nil, 2, "", `finish must be a duration such as 30s, not "soon"`},
		{nil, map[string]string{"SERVER_CERT_PATH": "x"}, 2, "", "belong together"},
		{nil, map[string]string{"PORT": port}, 1, "", "server: port " + port + " is taken by another program; stop that one or choose another with --port or PORT\n"},
		{[]string{"--host", "192.0.2.1", "--port", "0"}, nil, 1, "", "this machine has no address 192.0.2.1"},
		{[]string{"--client", none, "--port", "0"}, nil, 1, "", "the client folder " + none + " does not exist"},
		{[]string{"--port", "0"}, map[string]string{"SERVER_CERT_PATH": none, "SERVER_KEY_PATH": none}, 1, "", "SERVER_CERT_PATH, SERVER_KEY_PATH: open " + none},
	} {
		p, dir := program(t)
		var stdout, stderr bytes.Buffer
		code := run(p, process{args: tt.args, getenv: func(name string) string { return tt.env[name] }, stdout: &stdout, stderr: &stderr, dir: filepath.Join(dir, "server")})
		if code != tt.code || !strings.Contains(stdout.String(), tt.stdout) || !strings.Contains(stderr.String(), tt.stderr) {
			t.Errorf("%q %v = %d\nstdout %q\nstderr %q\nwant %d, %q, %q", tt.args, tt.env, code, &stdout, &stderr, tt.code, tt.stdout, tt.stderr)
		}
		if tt.code != 0 && stdout.Len() > 0 || tt.code == 0 && stderr.Len() > 0 {
			t.Errorf("%q wrote to the wrong stream: stdout %q, stderr %q", tt.args, &stdout, &stderr)
		}
	}
}

func TestRunHost(t *testing.T) {
	for host, want := range map[string]string{"true": "http://localhost:", "false": "http://127.0.0.1:", "0.0.0.0": "http://localhost:", "": "http://127.0.0.1:"} {
		r := launch(t, map[string]string{"HOST": host, "PORT": "0"})
		if !strings.HasPrefix(r.url, want) {
			t.Errorf("HOST=%s listens on %s; want %s…", host, r.url, want)
		}
		r.stop(t)
	}
}

func TestAddress(t *testing.T) {
	for _, tt := range []struct {
		addr   string
		secure bool
		base   string
		want   string
	}{
		{"127.0.0.1:4321", false, "", "http://127.0.0.1:4321/"},
		{"0.0.0.0:80", false, "/docs/", "http://localhost/docs/"},
		{"[::]:443", true, "/", "https://localhost/"},
		{"[::1]:443", true, "/", "https://[::1]/"},
		{"[::1]:8443", true, "/", "https://[::1]:8443/"},
	} {
		a, err := net.ResolveTCPAddr("tcp", tt.addr)
		if err != nil {
			t.Fatal(err)
		}
		if got := address(a, tt.secure, tt.base); got != tt.want {
			t.Errorf("address(%s) = %s; want %s", tt.addr, got, tt.want)
		}
	}
}

// certificate writes a certificate for this machine and gives the paths and a pool that trusts it.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	priv, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &priv.PublicKey, priv)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(priv)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "EC PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool = x509.NewCertPool()
	pool.AddCert(must(x509.ParseCertificate(der)))
	return cert, key, pool
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestRunTLS(t *testing.T) {
	cert, key, pool := certificate(t)
	r := launch(t, map[string]string{"SERVER_CERT_PATH": cert, "SERVER_KEY_PATH": key, "PORT": "0"})
	if !strings.HasPrefix(r.url, "https://") {
		t.Fatalf("the address is %s", r.url)
	}
	for _, h2 := range []bool{false, true} {
		tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: h2}
		c := &http.Client{Transport: tr, Timeout: 5 * time.Second}
		for path, want := range map[string]string{
			"/digits.txt": "0123456789", "/large.bin": fixture["large.bin"], "/stream": "onetwo", "/slow": "slow",
			"/hello": "<p>hello from " + strings.TrimPrefix(r.url, "https://") + "</p>",
		} {
			resp, err := c.Get(r.url + path)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if string(body) != want || err != nil || (resp.ProtoMajor == 2) != h2 {
				t.Errorf("%s over %s = %.40q, %v; want %.40q", path, resp.Proto, body, err, want)
			}
		}
		resp, err := c.Get(r.url + "/broken")
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			resp.Body.Close()
		}
		if err == nil {
			t.Error("an answer that broke off looks whole")
		}
		resp, err = c.Post(r.url+"/echo", "application/json", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		if body, _ := io.ReadAll(resp.Body); string(body) != "body" {
			t.Errorf("echo over %s = %q", resp.Proto, body)
		}
		resp.Body.Close()
		tr.CloseIdleConnections()
	}
	r.stop(t)
}

// TestGracefulStop stops a server under load: every request that it took is answered in full.
func TestGracefulStop(t *testing.T) {
	r := launch(t, map[string]string{"PORT": "0"}, "--log", "off", "--finish", "5s")
	var answered, refused atomic.Int64
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 16 {
		wg.Go(func() {
			// A connection per request: what is refused was never taken.
			c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			for {
				select {
				case <-stop:
					return
				default:
				}
				resp, err := c.Get(r.url + "/slow")
				if err != nil {
					refused.Add(1)
					if !strings.Contains(err.Error(), "refused") { // a reset is a request that was accepted and dropped
						t.Errorf("a request failed: %v", err)
					}
					return
				}
				body, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if string(body) != "slow" || err != nil {
					t.Errorf("an answer was cut: %q, %v", body, err)
				}
				answered.Add(1)
			}
		})
	}
	time.Sleep(700 * time.Millisecond)
	begin := time.Now()
	code := r.stop(t)
	if code != 0 || time.Since(begin) > 3*time.Second {
		t.Errorf("exit code %d after %v", code, time.Since(begin))
	}
	close(stop)
	wg.Wait()
	if answered.Load() < 32 {
		t.Errorf("%d requests were answered, %d refused", answered.Load(), refused.Load())
	}
}

// TestStopUnderBurst stops a server while connections wait to be accepted: all of them are answered.
func TestStopUnderBurst(t *testing.T) {
	for range 5 {
		r := launch(t, map[string]string{"PORT": "0"}, "--log", "off")
		addr := strings.TrimPrefix(r.url, "http://")
		var conns []net.Conn
		for range 100 {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			conns = append(conns, c)
		}
		for i, c := range conns {
			io.WriteString(c, "GET /digits.txt HTTP/1.1\r\nHost: a\r\n\r\n")
			if i == len(conns)/2 {
				r.signals <- syscall.SIGTERM
			}
		}
		for i, c := range conns {
			c.SetReadDeadline(time.Now().Add(5 * time.Second))
			if body, err := io.ReadAll(c); err != nil || !strings.HasSuffix(string(body), "0123456789") {
				t.Fatalf("connection %d: %q, %v", i, body, err)
			}
		}
		if code := <-r.code; code != 0 {
			t.Errorf("exit code %d", code)
		}
	}
}

// TestStopBreaksOff stops a server with a page that never ends.
func TestStopBreaksOff(t *testing.T) {
	r := launch(t, map[string]string{"PORT": "0"}, "--finish", "200ms")
	resp, err := http.Get(r.url + "/forever")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	begin := time.Now()
	if code := r.stop(t); code != 0 || time.Since(begin) > 2*time.Second {
		t.Errorf("exit code %d after %v", code, time.Since(begin))
	}
	if !strings.Contains(r.log.String(), "requests are broken off") {
		t.Errorf("the log does not say so:\n%s", r.log)
	}
	if body, err := io.ReadAll(resp.Body); string(body) != "begun" || err == nil {
		t.Errorf("the visitor got %q, %v; want half an answer that is seen to be half", body, err)
	}
}

func TestSecondSignal(t *testing.T) {
	r := launch(t, map[string]string{"PORT": "0"}, "--finish", "1h")
	resp, err := http.Get(r.url + "/forever")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	r.signals <- syscall.SIGTERM
	time.Sleep(50 * time.Millisecond)
	if code := r.stop(t); code != 1 {
		t.Errorf("exit code %d; want 1", code)
	}
	if !strings.Contains(r.log.String(), "ended by a second signal") {
		t.Errorf("the log does not say so:\n%s", r.log)
	}
}

func TestAccessLine(t *testing.T) {
	at := time.Date(2024, 5, 6, 7, 8, 9, 10_000_000, time.UTC)
	for _, tt := range []struct {
		json  bool
		value string
		want  string
	}{
		{false, "/a", "time=2024-05-06T07:08:09.010Z level=INFO msg=request path=/a status=200 ms=1.500\n"},
		{false, "/a b\x1b[31m\n\u202e", `time=2024-05-06T07:08:09.010Z level=INFO msg=request path="/a b\x1b[31m\n\u202e" status=200 ms=1.500` + "\n"},
		{false, "", `time=2024-05-06T07:08:09.010Z level=INFO msg=request path="" status=200 ms=1.500` + "\n"},
		{true, "/a", `{"time":"2024-05-06T07:08:09.010Z","level":"INFO","msg":"request","path":"/a","status":200,"ms":1.500}` + "\n"},
		{true, "/\"\x00\xff", `{"time":"2024-05-06T07:08:09.010Z","level":"INFO","msg":"request","path":"/\"\u0000\ufffd","status":200,"ms":1.500}` + "\n"},
	} {
		l := line{json: tt.json}
		l.begin(at, "INFO", "request")
		l.text("path", tt.value)
		l.number("status", 200)
		l.millis("ms", 1500*time.Microsecond)
		if got := string(l.end()); got != tt.want {
			t.Errorf("line with %q = %s; want %s", tt.value, got, tt.want)
		}
	}
}
