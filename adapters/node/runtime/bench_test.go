package node

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"sitegen.dev/core/site"
)

// The benchmarks compare requests over one connection each with plain net/http writing the same bytes; bench/ has the
// figures under load.

func benchmark(b *testing.B, h http.Handler, path string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, WriteTimeout: time.Minute, IdleTimeout: time.Minute}
	go srv.Serve(l)
	defer srv.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	req := []byte("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\nAccept-Language: en\r\n\r\n")
	buf := make([]byte, 1<<20)
	if _, err := conn.Write(req); err != nil {
		b.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	size, err := conn.Read(buf) // all answers are of this size
	if err != nil {
		b.Fatal(err)
	}
	if !strings.HasPrefix(string(buf[:size]), "HTTP/1.1 200") {
		b.Fatalf("%s", buf[:size])
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Write(req); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(conn, buf[:size]); err != nil {
			b.Fatal(err)
		}
	}
}

const pageBody = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\n"

// BenchmarkAccessLog is what the access log costs when requests are answered side by side.
func BenchmarkAccessLog(b *testing.B) {
	l := newLog(io.Discard, "text")
	x := &exchange{h: &handler{log: l}, r: httptest.NewRequest("GET", "/a/page/", nil), status: 200, bytes: 1234, begin: time.Now()}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			x.access(x.begin)
		}
	})
}

func BenchmarkPage(b *testing.B) {
	a := &site.App{Routes: []*site.Route{{Pattern: "/page", Render: func(w *site.Writer, page *site.Page) error {
		for range 64 {
			w.S(pageBody)
		}
		return w.End()
	}}}}
	h := benchHandler(b, a)
	b.Run("sitegen", func(b *testing.B) { benchmark(b, h, "/page") })
	b.Run("plain", func(b *testing.B) {
		benchmark(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("X-Content-Type-Options", "nosniff")
			w.Header().Set("Content-Length", "4096")
			buf := make([]byte, 0, 4096)
			for range 64 {
				buf = append(buf, pageBody...)
			}
			w.Write(buf)
		}), "/page")
	})
}

func BenchmarkStatic(b *testing.B) {
	h := benchHandler(b, app())
	b.Run("sitegen", func(b *testing.B) { benchmark(b, h, "/style.css") })
	data := fixture["style.css"]
	when := time.Now()
	b.Run("plain", func(b *testing.B) {
		benchmark(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Etag", `"a"`)
			w.Header().Set("Content-Type", "text/css; charset=utf-8")
			w.Header().Set("Cache-Control", "public, max-age=0, must-revalidate")
			http.ServeContent(w, r, "style.css", when, strings.NewReader(data))
		}), "/style.css")
	})
}

// benchHandler is the handler as the standalone server has it, access log included.
func benchHandler(b *testing.B, a *site.App) *handler {
	b.Helper()
	p := &Program{App: func() *site.App { return a }, Name: "server"}
	p.Files, _ = fixture.list()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	h, err := newHandler(p, fixture.write(b), newLog(null, "text"))
	if err != nil {
		b.Fatal(err)
	}
	if err := h.mount(a, nil, func(string) string { return "" }); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { h.close(); null.Close() })
	return h
}
