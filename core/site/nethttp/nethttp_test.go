package nethttp

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"sitegen.dev/core/site"
)

// server is what the tests ask.
func server(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Add("X-Two", "a")
		w.Header().Add("X-Two", "b")
		w.Header().Set("X-Length", r.Header.Get("Content-Length"))
		w.WriteHeader(207)
		io.WriteString(w, r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("User-Agent")+" "+r.Header.Get("Authorization")+" "+r.Header.Get("Content-Type")+" "+string(body))
	})
	mux.HandleFunc("/gzip", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		z.Write(bytes.Repeat([]byte("a"), 1<<20))
		z.Close()
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 11<<20)) })
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "begin")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/to", func(w http.ResponseWriter, r *http.Request) {
		code := map[string]int{"301": 301, "303": 303, "307": 307}[r.URL.Query().Get("code")]
		w.Header().Set("Location", r.URL.Query().Get("url"))
		w.WriteHeader(code)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func to(origin, code, url_ string) string {
	return origin + "/to?code=" + code + "&url=" + url.QueryEscape(url_)
}

func TestFetch(t *testing.T) {
	a := server(t).URL
	b := strings.Replace(server(t).URL, "127.0.0.1", "localhost", 1)
	header := func(lines ...string) (h site.Header) {
		for i := 0; i < len(lines); i += 2 {
			h.Add(lines[i], lines[i+1])
		}
		return h
	}
	for _, tt := range []struct {
		name string
		req  site.FetchRequest
		want string // the body
		err  string // in it
	}{
		{"get", site.FetchRequest{URL: a + "/echo?q=1#part"}, "GET /echo?q=1 sitegen   ", ""},
		{"post", site.FetchRequest{URL: a + "/echo", Method: "POST", Body: strings.NewReader("hello"), Header: header("Content-Type", "text/x", "Authorization", "key")},
			"POST /echo sitegen key text/x hello", ""},
		{"unknown length", site.FetchRequest{URL: a + "/echo", Method: "PUT", Body: io.MultiReader(strings.NewReader("he"), strings.NewReader("llo"))}, "PUT /echo sitegen   hello", ""},
		{"empty body", site.FetchRequest{URL: a + "/echo", Method: "POST", Body: strings.NewReader("")}, "POST /echo sitegen   ", ""},
		{"gzip", site.FetchRequest{URL: a + "/gzip"}, strings.Repeat("a", 1<<20), ""},
		{"redirect", site.FetchRequest{URL: to(a, "301", "/echo")}, "GET /echo sitegen   ", ""},
		{"redirected post", site.FetchRequest{URL: to(a, "303", "/echo"), Method: "POST", Body: strings.NewReader("x"), Header: header("Content-Type", "text/x", "Authorization", "key")},
			"GET /echo sitegen key  ", ""},
		{"307 sends again", site.FetchRequest{URL: to(a, "307", "/echo"), Method: "POST", Body: strings.NewReader("again")}, "POST /echo sitegen   again", ""},
		{"307 cannot send again", site.FetchRequest{URL: to(a, "307", "/echo"), Method: "POST", Body: io.MultiReader(strings.NewReader("x"))}, "", "no io.Seeker"},
		{"to another origin", site.FetchRequest{URL: to(a, "301", b+"/echo")}, "", "redirects to http://localhost:"},
		{"to any", site.FetchRequest{URL: to(a, "301", b+"/echo"), Redirects: site.FollowAny, Header: header("Authorization", "key", "Content-Type", "text/x")}, "GET /echo sitegen  text/x ", ""},
		{"there and back", site.FetchRequest{URL: to(a, "301", to(b, "301", a+"/echo")), Redirects: site.FollowAny, Header: header("Authorization", "key")}, "GET /echo sitegen   ", ""},
		{"to no URL", site.FetchRequest{URL: to(a, "301", "file:///etc/passwd"), Redirects: site.FollowAny}, "", "must begin with https://"},
		{"circle", site.FetchRequest{URL: a + "/to?code=301&url="}, "", ""}, // no Location: the answer itself
		{"refused connection", site.FetchRequest{URL: "http://127.0.0.1:1/x?secret"}, "", "GET http://127.0.0.1:1/x: dial tcp 127.0.0.1:1"},
		{"untrusted", site.FetchRequest{URL: "http://127.0.0.1/x", Untrusted: true}, "", "not public"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp, err := site.Fetch(t.Context(), &tt.req)
			if err != nil || tt.err != "" {
				var fe *site.FetchError
				if tt.err == "" || !errors.As(err, &fe) || !strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "secret") {
					t.Fatalf("%v, want %q", err, tt.err)
				}
				return
			}
			if got, err := resp.Text(); err != nil || got != tt.want {
				t.Errorf("%.100q %v, want %.100q", got, err, tt.want)
			}
		})
	}
	resp, err := site.Fetch(t.Context(), &site.FetchRequest{URL: to(a, "301", "/echo"), Redirects: site.FollowNone})
	if err != nil || resp.Status != 301 || resp.Header.Get("Location") != "/echo" {
		t.Errorf("a redirect that is not followed: %+v, %v", resp, err)
	}
	resp.Body.Close()
	resp, err = site.Fetch(t.Context(), &site.FetchRequest{URL: to(a, "301", "/echo?x=1"), Method: "POST", Body: strings.NewReader("abc")})
	if err != nil || resp.Status != 207 || resp.StatusText != "Multi-Status" || resp.OK() != true || strings.Join(resp.Header.Values("X-Two"), "|") != "a|b" || resp.URL != a+"/echo?x=1" {
		t.Errorf("the answer is %+v, %v", resp, err)
	}
	resp.Body.Close()
	if _, err := resp.Body.Read(make([]byte, 1)); err == nil {
		t.Error("a closed body is read")
	}
}

func TestFetchLimits(t *testing.T) {
	a := server(t).URL
	for _, tt := range []struct {
		name string
		req  site.FetchRequest
		n    int
		want error
	}{
		{"default", site.FetchRequest{URL: a + "/large"}, 10 << 20, site.ErrFetchLimit},
		{"none", site.FetchRequest{URL: a + "/large", Limit: -1}, 11 << 20, nil},
		{"bomb", site.FetchRequest{URL: a + "/gzip", Limit: 1000}, 1000, site.ErrFetchLimit},
		{"exact", site.FetchRequest{URL: a + "/gzip", Limit: 1 << 20}, 1 << 20, nil},
		{"time", site.FetchRequest{URL: a + "/slow", Timeout: 50 * time.Millisecond}, 5, context.DeadlineExceeded},
	} {
		resp, err := site.Fetch(t.Context(), &tt.req)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if data, err := resp.Bytes(); len(data) != tt.n || !errors.Is(err, tt.want) {
			t.Errorf("%s: %d bytes, %v; want %d, %v", tt.name, len(data), err, tt.n, tt.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	resp, err := site.Fetch(ctx, &site.FetchRequest{URL: a + "/slow"})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.ReadAll(resp.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("after cancel: %v", err)
	}
	if _, err := site.Fetch(ctx, &site.FetchRequest{URL: a + "/echo"}); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that is over: %v", err)
	}
	loop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", 302) }))
	defer loop.Close()
	if _, err := site.Fetch(t.Context(), &site.FetchRequest{URL: loop.URL}); err == nil || !strings.Contains(err.Error(), "more than ten redirects") {
		t.Errorf("redirects without end: %v", err)
	}
}

// TestFetchUntrusted looks at the address that a name leads to when it is dialled.
func TestFetchUntrusted(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:80", "[::1]:80", "10.0.0.1:80", "[::ffff:192.168.0.1]:80", "169.254.169.254:80", "[fe80::1%1]:80", "x"} {
		if onlyPublic("tcp", addr, nil) == nil {
			t.Errorf("%s is dialled", addr)
		}
	}
	for _, addr := range []string{"1.1.1.1:443", "[2606:4700::1111]:443"} {
		if err := onlyPublic("tcp", addr, nil); err != nil {
			t.Errorf("%s: %v", addr, err)
		}
	}
	// A name that only the resolver knows to be loopback.
	if _, err := untrusted.RoundTrip(must(http.NewRequest("GET", strings.Replace(server(t).URL, "127.0.0.1", "localhost", 1), nil))); err == nil || !strings.Contains(err.Error(), "not public") {
		t.Errorf("localhost: %v", err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
