package node

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sitegen.dev/core/site"
)

// content is a client folder; names that end in .br, .zst and .gz beside another one are its compressed forms.
type content map[string]string

// fixture is the client folder that most tests serve.
var fixture = content{
	"index.html":                      "<!DOCTYPE html><h1>home</h1>",
	"404.html":                        "<!DOCTYPE html><h1>nothing here</h1>",
	"about/index.html":                "<!DOCTYPE html><h1>about</h1>",
	"robots.txt":                      "User-agent: *\n",
	"digits.txt":                      "0123456789",
	"empty.txt":                       "",
	"style.css":                       strings.Repeat("a{color:red}", 100),
	"style.css.br":                    "brotli bytes",
	"style.css.zst":                   "zstandard bytes",
	"style.css.gz":                    "the gzip bytes are longest",
	"_assets/app.3f9ab2c1.js":         strings.Repeat("f();", 400),
	"_assets/app.3f9ab2c1.js.br":      "small",
	"_assets/plain.js":                "g()",
	".well-known/security.txt":        "Contact: mailto:a@example.com\n",
	"50%.txt":                         "half",
	"with space.txt":                  "space",
	"héllo.txt":                       "umlaut",
	"large.bin":                       strings.Repeat("0123456789abcdef", 64<<10),
	"downloads/archive.tar.gz":        "an archive of the author",
	"downloads/archive.tar":           "its content",
	"headers/index.html":              "<!DOCTYPE html>",
	"_assets/font.0a1b2c3d.woff2":     "woff",
	"unicode/\u00fc\u00f6/index.html": "<!DOCTYPE html>ü",
}

// forms says which names of c are compressed forms.
func (c content) form(name string) bool {
	for _, s := range suffix[1:] {
		if base, ok := strings.CutSuffix(name, s); ok && c[base] != "" && !strings.HasPrefix(name, "downloads/") {
			return true
		}
	}
	return false
}

// list writes the list of files and the pack.
func (c content) list() (list string, pack []byte) {
	var b strings.Builder
	b.WriteString(listHead + "\n")
	for _, name := range slices.Sorted(maps.Keys(c)) {
		if c.form(name) {
			continue
		}
		sum := sha256.Sum256([]byte(c[name]))
		flags, sizes := "-", fmt.Sprint(len(c[name]))
		pack = append(pack, c[name]...)
		for _, s := range suffix[1:] {
			if data, ok := c[name+s]; ok && c.form(name+s) {
				sizes += fmt.Sprint(",", len(data))
				pack = append(pack, data...)
				continue
			}
			sizes += ",-"
		}
		if strings.HasPrefix(name, "_assets/") && strings.Count(path.Base(name), ".") > 1 {
			flags = "i"
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\t200", strings.ReplaceAll(name, "%", "%25"), typeOf(name), flags, hex.EncodeToString(sum[:4]), sizes)
		if strings.HasPrefix(name, "headers/") {
			b.WriteString("\tCache-Control=max-age=60\tX-Page=yes%0a\tLink=</a>\tLink=</b>")
		}
		b.WriteByte('\n')
	}
	return strings.ReplaceAll(b.String(), "yes%0a", "yes"), pack
}

func typeOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// write writes the folder.
func (c content) write(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "client")
	for name, data := range c {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
		when := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
		if err := os.Chtimes(p, when, when); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// app is a site by hand, as the compiler would write it.
func app() *site.App {
	page := func(pattern string, render func(w *site.Writer, page *site.Page) error) *site.Route {
		return &site.Route{Pattern: pattern, Source: "src/pages" + pattern, Render: render}
	}
	return &site.App{
		Config: site.Config{BuildID: "b1", AssetsDir: "_assets", CheckOrigin: true, BodyLimit: 1 << 20,
			Headers: []site.HeaderRule{{Pattern: "/about/*", Set: []site.HeaderLine{{Name: "X-Frame-Options", Value: "DENY"}}}}},
		Routes: []*site.Route{
			{Pattern: "/", Prerender: true},
			{Pattern: "/404", Prerender: true, Error: 404},
			{Pattern: "/about", Prerender: true},
			{Pattern: "/old", Type: site.RedirectRoute, Redirect: &site.RedirectTo{To: "/about/", Status: 301}},
			page("/hello", func(w *site.Writer, page *site.Page) error {
				w.S("<p>hello from ")
				w.S(page.Request.Host)
				w.S("</p>")
				return nil
			}),
			page("/path", func(w *site.Writer, page *site.Page) error { w.S(page.URL.Path); return nil }),
			page("/large", func(w *site.Writer, page *site.Page) error {
				for range 10_000 {
					w.S("0123456789abcdef")
				}
				return w.End()
			}),
			page("/panic", func(w *site.Writer, page *site.Page) error { panic("secret detail") }),
			page("/broken", func(w *site.Writer, page *site.Page) error {
				w.S("half")
				if err := page.Flush(); err != nil {
					return err
				}
				panic("secret detail")
			}),
			page("/stream", func(w *site.Writer, page *site.Page) error {
				w.S("one")
				if err := page.Flush(); err != nil {
					return err
				}
				time.Sleep(300 * time.Millisecond)
				w.S("two")
				return nil
			}),
			page("/forever", func(w *site.Writer, page *site.Page) error {
				w.S("begun")
				if err := page.Flush(); err != nil {
					return err
				}
				<-page.Context().Done()
				return page.Context().Err()
			}),
			page("/slow", func(w *site.Writer, page *site.Page) error {
				time.Sleep(300 * time.Millisecond)
				w.S("slow")
				return nil
			}),
			page("/cookie", func(w *site.Writer, page *site.Page) error {
				page.Response.Header.Add("Set-Cookie", "a=1")
				page.Response.Header.Add("Set-Cookie", "b=2")
				w.S("c")
				return nil
			}),
			{Pattern: "/echo", Source: "src/pages/echo.go", Type: site.EndpointRoute, Methods: map[string]site.Handler{
				"POST": func(page *site.Page) error {
					data, err := page.Request.Bytes()
					if err != nil {
						return err
					}
					return page.Text(string(data))
				},
				"GET": func(page *site.Page) error { return page.JSON(page.Request.Header.Get("X-Test")) },
			}},
			{Pattern: "/addr", Type: site.EndpointRoute, Methods: map[string]site.Handler{
				"GET": func(page *site.Page) error {
					return page.Text(page.ClientAddr() + " " + page.Request.Header.Get("Host"))
				},
			}},
			{Pattern: "/none", Type: site.EndpointRoute, Methods: map[string]site.Handler{
				"GET": func(page *site.Page) error { return page.Send(site.NewResponse(204, nil)) },
			}},
			{Pattern: "/items/[id]", Type: site.EndpointRoute, Methods: map[string]site.Handler{
				"GET": func(page *site.Page) error { return page.Text("item " + page.Params["id"]) },
			}},
		},
	}
}

// syncBuffer is a log that tests read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// server is a running fixture.
type server struct {
	addr string
	log  *syncBuffer
	l    *logger
	h    *handler
	dir  string
}

// logged gives the log as it is now.
func (s *server) logged() string {
	s.l.flush()
	return s.log.String()
}

type setup struct {
	content content
	app     *site.App
	packed  bool
	limits  limits
	images  func(http.ResponseWriter, *http.Request, func(string, int64) ([]byte, bool, bool))
}

// start serves a fixture over TCP, with the limits of the real server.
func start(t testing.TB, o setup) *server {
	t.Helper()
	s := &server{log: &syncBuffer{}}
	s.l = newLog(s.log, "text")
	if o.content == nil {
		o.content = fixture
	}
	if o.app == nil {
		o.app = app()
	}
	p := &Program{App: func() *site.App { return o.app }, Name: "server", Images: o.images}
	p.Files, p.Pack = o.content.list()
	if !o.packed {
		p.Pack = nil
		s.dir = o.content.write(t)
	}
	h, err := newHandler(p, s.dir, s.l)
	if err != nil {
		t.Fatal(err)
	}
	if o.limits != (limits{}) {
		h.limits = o.limits
	}
	if err := h.mount(o.app, nil, func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	s.h = h
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	signals := make(chan os.Signal, 2)
	ended := make(chan error, 1)
	go func() { ended <- serve(h, l, nil, 2*time.Second, signals, s.l) }()
	t.Cleanup(func() {
		signals <- os.Interrupt
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
		h.close()
	})
	return s
}

// answer is a response as it came.
type answer struct {
	*http.Response
	body string
	err  error // of reading the body
}

func (a answer) header(name string) string { return strings.Join(a.Header.Values(name), " | ") }

// raw sends bytes as they are and reads one answer. In text, a line break stands for CR LF.
func (s *server) raw(t testing.TB, text string) answer {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(conn, strings.ReplaceAll(text, "\n", "\r\n")); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(text, " ")
	return read(t, bufio.NewReader(conn), method)
}

func read(t testing.TB, r *bufio.Reader, method string) answer {
	t.Helper()
	resp, err := http.ReadResponse(r, &http.Request{Method: method})
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp, string(body), err}
}

// get asks for a path with header lines.
func (s *server) get(t testing.TB, path string, header ...string) answer {
	t.Helper()
	return s.raw(t, "GET "+path+" HTTP/1.1\nHost: localhost\n"+join(header)+"Connection: close\n\n")
}

func (s *server) head(t testing.TB, path string, header ...string) answer {
	t.Helper()
	return s.raw(t, "HEAD "+path+" HTTP/1.1\nHost: localhost\n"+join(header)+"Connection: close\n\n")
}

func join(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l + "\n")
	}
	return b.String()
}

// guest mounts the fixture as mode middleware does.
func guest(t testing.TB, o Options, packed bool) http.Handler {
	t.Helper()
	p := &Program{App: app, Name: "server"}
	p.Files, p.Pack = fixture.list()
	if !packed {
		p.Pack = nil
	}
	h, err := New(p, o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// ask sends a request to a handler without a connection.
func ask(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var discard = slog.New(slog.DiscardHandler)
