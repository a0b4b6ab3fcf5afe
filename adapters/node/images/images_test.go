package images

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sitegen.dev/core/site"
)

func picture(w, h int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, color.NRGBA{uint8(x), uint8(y), 90, 255})
		}
	}
	return m
}

func jpegOf(w, h int) []byte {
	var b bytes.Buffer
	jpeg.Encode(&b, picture(w, h), nil)
	return b.Bytes()
}

func pngOf(w, h int) []byte {
	var b bytes.Buffer
	png.Encode(&b, picture(w, h))
	return b.Bytes()
}

// folder is the files of a site.
func folder(files map[string][]byte) Open {
	return func(name string, limit int64) ([]byte, bool, bool) {
		data, ok := files[name]
		return data, strings.HasPrefix(name, "_assets/"), ok && int64(len(data)) <= limit
	}
}

var config = Config{Base: "/docs/", Widths: []int{16, 64, 256}, Qualities: []int{50, 75}, Remote: []site.ImageSource{{Scheme: "https", Host: "img.example.com"}}}

func get(s *Service, open Open, method, query string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/docs/_image?"+query, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeImage(w, r, open)
	return w
}

func TestServeImage(t *testing.T) {
	files := folder(map[string][]byte{
		"_assets/a.jpg": jpegOf(100, 50), "b.png": pngOf(100, 50), "c.svg": []byte("<svg><script>alert(1)</script></svg>"),
		"d.gif": []byte("GIF89a\x01\x00\x01\x00"), "e.jpg": jpegOf(100, 50)[:300], "f.html": []byte("<script>alert(1)</script>"),
		"g.webp": []byte("RIFF\x00\x00\x00\x00WEBPVP8 "), "ä b.jpg": jpegOf(20, 20), "h.jpg": []byte("\xff\xd8\xff<script>alert(1)</script>"),
	})
	s := New(config)
	for _, tt := range []struct {
		query  string
		status int
		want   string // type and width, or a word of the answer
	}{
		{"src=/docs/_assets/a.jpg&w=64&q=75", 200, "image/jpeg 64"},
		{"src=%2Fdocs%2F_assets%2Fa.jpg&w=64&q=75", 200, "image/jpeg 64"},
		{"w=16&q=50&src=/docs/b.png", 200, "image/png 16"},
		{"src=/docs/b.png&w=256&q=50&f=jpeg", 200, "image/jpeg 100"},
		{"src=/docs/%25C3%25A4%2520b.jpg&w=16&q=50", 200, "image/jpeg 16"},
		{"src=/docs/d.gif&w=16&q=50", 302, "/docs/d.gif"},
		{"src=/docs/g.webp&w=16&q=50", 302, "/docs/g.webp"},
		{"src=/docs/c.svg&w=16&q=50", 415, "not a picture"},
		{"src=/docs/f.html&w=16&q=50", 415, "not a picture"},
		{"src=/docs/e.jpg&w=16&q=50", 422, "damaged"},
		{"src=/docs/h.jpg&w=16&q=50", 422, "damaged"},
		{"src=/docs/none.jpg&w=16&q=50", 404, "no such"},
		{"src=/docs/_assets/a.jpg&w=65&q=75", 400, "width"},
		{"src=/docs/_assets/a.jpg&w=064&q=75", 400, "width"},
		{"src=/docs/_assets/a.jpg&w=+64&q=75", 400, "width"},
		{"src=/docs/_assets/a.jpg&w=64&q=76", 400, "quality"},
		{"src=/docs/_assets/a.jpg&w=64", 400, "quality"},
		{"src=/docs/_assets/a.jpg&w=64&q=75&f=svg", 400, "format"},
		{"src=/docs/_assets/a.jpg&w=64&q=75&f=", 400, "format"},
		{"src=/docs/_assets/a.jpg&w=64&w=16&q=75", 400, "wrong"},
		{"src=/docs/_assets/a.jpg&w=64&q=75&x=1", 400, "wrong"},
		{"src=/docs/_assets/a.jpg&w=64&q=75&", 400, "wrong"},
		{"src=/docs/_assets/a.jpg;w=64&q=75", 400, "width"},
		{"src=/docs/%zz&w=64&q=75", 400, "wrong"},
		{"", 400, "wrong"},
		{"src=/b.png&w=64&q=75", 400, "wrong"},
		{"src=/docsx/b.png&w=64&q=75", 400, "wrong"},
		{"src=//docs/b.png&w=64&q=75", 400, "wrong"},
		{"src=/docs/../docs/b.png&w=64&q=75", 400, "wrong"},
		{"src=/docs/%252e%252e/b.png&w=64&q=75", 400, "wrong"},
		{"src=/docs/..%252fb.png&w=64&q=75", 400, "wrong"},
		{"src=/docs/x%5Cb.png&w=64&q=75", 400, "wrong"},
		{"src=/docs/b.png?x&w=64&q=75", 400, "wrong"},
		{"src=/docs/b.png%2500&w=64&q=75", 400, "wrong"},
		{"src=file:///etc/passwd&w=64&q=75", 400, "wrong"},
		{"src=data:image/png;base64,AA&w=64&q=75", 400, "wrong"},
		{"src=http:%5C%5Cimg.example.com&w=64&q=75", 400, "wrong"},
		{"src=https://evil.example.com/x.jpg&w=64&q=75", 400, "no pictures from there"},
		{"src=http://img.example.com/x.jpg&w=64&q=75", 400, "no pictures from there"},
		{"src=https://img.example.com@127.0.0.1/x.jpg&w=64&q=75", 400, "wrong"},
		{"src=" + strings.Repeat("x", 5000), 400, "too long"},
	} {
		w := get(s, files, "GET", tt.query)
		got := w.Body.String()
		if w.Code == 200 {
			m, _, err := image.DecodeConfig(w.Body)
			if err != nil {
				t.Errorf("%s: %v", tt.query, err)
				continue
			}
			got = fmt.Sprintf("%s %d", w.Header().Get("Content-Type"), m.Width)
		}
		if w.Code == 302 {
			got = w.Header().Get("Location")
		}
		if w.Code != tt.status || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %d %s, want %d %s", tt.query, w.Code, got, tt.status, tt.want)
		}
		h := w.Header()
		if h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s: unsafe header %v", tt.query, h)
		}
		if w.Code >= 400 && h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: an error is kept: %s", tt.query, h.Get("Cache-Control"))
		}
		if strings.Contains(w.Body.String(), "<script") {
			t.Errorf("%s: hands on a script", tt.query)
		}
	}
}

func TestConditions(t *testing.T) {
	files := folder(map[string][]byte{"_assets/a.jpg": jpegOf(100, 50), "b.jpg": jpegOf(100, 50)})
	s := New(config)
	first := get(s, files, "GET", "src=/docs/_assets/a.jpg&w=64&q=75")
	if c := first.Header().Get("Cache-Control"); !strings.Contains(c, "immutable") {
		t.Errorf("a file with a hash in its name is kept for %q", c)
	}
	if c := get(s, files, "GET", "src=/docs/b.jpg&w=64&q=75").Header().Get("Cache-Control"); strings.Contains(c, "immutable") {
		t.Errorf("a file without a hash is kept for %q", c)
	}
	if w := get(s, files, "GET", "src=/docs/_assets/a.jpg&w=64&q=75", "If-None-Match", first.Header().Get("Etag")); w.Code != 304 || w.Body.Len() > 0 {
		t.Errorf("the same again: %d with %d bytes", w.Code, w.Body.Len())
	}
	if w := get(s, files, "HEAD", "src=/docs/_assets/a.jpg&w=64&q=75"); w.Code != 200 || w.Body.Len() > 0 || w.Header().Get("Content-Length") == "" {
		t.Errorf("HEAD: %d with %d bytes, %v", w.Code, w.Body.Len(), w.Header())
	}
	if w := get(s, files, "POST", "src=/docs/_assets/a.jpg&w=64&q=75"); w.Code != 405 {
		t.Errorf("POST: %d", w.Code)
	}
}

// Those who ask for the same picture at the same time wait for one that makes it.
func TestOneMakesForAll(t *testing.T) {
	var opened atomic.Int32
	data := jpegOf(400, 400)
	s := New(config)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			w := get(s, func(string, int64) ([]byte, bool, bool) {
				opened.Add(1)
				time.Sleep(20 * time.Millisecond)
				return data, true, true
			}, "GET", "src=/docs/a.jpg&w=256&q=75")
			if w.Code != 200 {
				t.Error(w.Code)
			}
		})
	}
	wg.Wait()
	if n := opened.Load(); n != 1 {
		t.Errorf("made %d times", n)
	}
}

func TestCacheIsBounded(t *testing.T) {
	c := cache{budget: 10_000}
	for i := range 100 {
		c.mu.Lock()
		c.add(fmt.Sprint(i), query{}, &result{data: make([]byte, 1000)})
		c.mu.Unlock()
		if c.size > c.budget || len(c.entries) != c.order.Len() {
			t.Fatalf("%d bytes, %d entries, %d in order", c.size, len(c.entries), c.order.Len())
		}
	}
	if c.entries["99"] == nil || c.entries["0"] != nil {
		t.Error("what was added last is not what stays")
	}
}

func TestPublicOnly(t *testing.T) {
	for a, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.0.1": false, "169.254.169.254": false, "0.0.0.0": false,
		"100.64.0.1": false, "198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "192.0.2.1": false, "240.0.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false, "2001:db8::1": false,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false, "::ffff:127.0.0.1": false, "::ffff:8.8.8.8": true,
	} {
		if got := publicOnly(netip.MustParseAddr(a).Unmap()); got != want {
			t.Errorf("%s: %v, want %v", a, got, want)
		}
	}
}

// elsewhere is a host with pictures, reached as http://127.0.0.1:port.
func elsewhere(t *testing.T, h http.Handler, allow func(netip.Addr) bool) (*Service, string) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := config
	c.Remote = []site.ImageSource{{Scheme: "http", Host: u.Hostname(), Port: u.Port(), Path: "/ok/**"}}
	s := New(c)
	s.remote = newRemote(c.Remote, allow)
	return s, srv.URL
}

func TestRemote(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/ok/a.jpg", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" {
			t.Error("the visitor's header is handed on")
		}
		w.Write(jpegOf(100, 50))
	})
	mux.HandleFunc("/ok/near", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/ok/a.jpg", 302) })
	mux.HandleFunc("/ok/off", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/secret/a.jpg", 302) })
	mux.HandleFunc("/ok/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/ok/loop", 302) })
	mux.HandleFunc("/ok/file", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "file:///etc/passwd", 302) })
	mux.HandleFunc("/secret/a.jpg", func(w http.ResponseWriter, r *http.Request) {
		t.Error("a redirect off the list was followed")
		w.Write(jpegOf(9, 9))
	})
	mux.HandleFunc("/ok/page", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<script>alert(1)</script>") })
	mux.HandleFunc("/ok/svg", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		fmt.Fprint(w, "<svg><script>alert(1)</script></svg>")
	})
	mux.HandleFunc("/ok/big", func(w http.ResponseWriter, r *http.Request) {
		for range 20 {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	})
	s, host := elsewhere(t, mux, func(netip.Addr) bool { return true })
	for path, want := range map[string]string{
		"/ok/a.jpg": "200", "/ok/near": "200", "/ok/off": "502 the picture cannot be fetched", "/ok/loop": "502", "/ok/file": "502",
		"/ok/page": "415", "/ok/svg": "415", "/ok/big": "502 the picture is too large", "/ok/none": "502 the host of the picture answers 404",
		"/secret/a.jpg": "400",
	} {
		w := get(s, nil, "GET", "src="+url.QueryEscape(host+path)+"&w=16&q=75", "Cookie", "a=b", "Authorization", "x")
		if got := fmt.Sprint(w.Code, " ", w.Body.String()); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %.80s, want %s", path, got, want)
		}
	}
}

func TestRemotePrivate(t *testing.T) {
	asked := false
	s, host := elsewhere(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }), publicOnly)
	if w := get(s, nil, "GET", "src="+url.QueryEscape(host+"/ok/a.jpg")+"&w=16&q=75"); w.Code != 502 || asked {
		t.Errorf("%d, and the host was asked: %v", w.Code, asked)
	}
}

func FuzzQuery(f *testing.F) {
	f.Add("src=/docs/_assets/a.jpg&w=64&q=75&f=png")
	f.Add("src=https%3A%2F%2Fimg.example.com%2Fa&w=16&q=50")
	f.Add("src=/docs/%252e%252e/b&w=64&q=75")
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := parseQuery(raw, &config)
		if err != nil {
			return
		}
		switch {
		case q.remote == nil && (q.file == "" || strings.HasPrefix(q.file, "/") || strings.Contains("/"+q.file+"/", "/../") || strings.ContainsAny(q.file, "\\\x00")):
			t.Fatalf("%q leads to the file %q", raw, q.file)
		case q.remote != nil && (q.remote.Host != "img.example.com" || q.remote.Scheme != "https"):
			t.Fatalf("%q leads to %s", raw, q.remote)
		case q.width != 16 && q.width != 64 && q.width != 256, q.quality != 50 && q.quality != 75:
			t.Fatalf("%q asks for %d in %d", raw, q.width, q.quality)
		}
	})
}
