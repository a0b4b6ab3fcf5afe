//go:build platform

package cloudflare

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// upstream is a server for pages to fetch from. cut counts requests whose client went away before the end.
func upstream(t *testing.T) (origin string, cut *atomic.Int64) {
	t.Helper()
	cut = &atomic.Int64{}
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if len(body) > 100 {
			body = fmt.Appendf(nil, "%d bytes %s", len(body), r.Header.Get("Content-Length"))
		}
		fmt.Fprintf(w, "%s %s %s %s", r.Method, r.URL.RequestURI(), r.Header.Get("User-Agent"), body)
	})
	mux.HandleFunc("/pieces", func(w http.ResponseWriter, r *http.Request) {
		for i := range 5 {
			fmt.Fprintf(w, "%s-%d ", r.URL.Query().Get("id"), i)
			w.(http.Flusher).Flush()
			time.Sleep(5 * time.Millisecond)
		}
	})
	mux.HandleFunc("/gzip", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, "unpacked")
		z.Close()
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, r *http.Request) { w.Write(bytes.Repeat([]byte("l"), 5<<20)) })
	mux.HandleFunc("/huge", func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 11<<20)) })
	mux.HandleFunc("/never", func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		cut.Add(1)
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, r.URL.Query().Get("id")+"\n"); err != nil {
				break
			}
			w.(http.Flusher).Flush()
			time.Sleep(time.Millisecond)
		}
		cut.Add(1)
	})
	mux.HandleFunc("/to", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", r.URL.Query().Get("url"))
		w.WriteHeader(302)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL, cut
}

func TestFetch(t *testing.T) {
	v := newVisitor(serve(t, built(t)))
	up, cut := upstream(t)
	for _, tt := range []struct{ do, url, want string }{
		{"fetch", up + "/echo?a=%20b#c", "x GET /echo?a=%20b sitegen "},
		{"fetch", up + "/pieces?id=p", "x p-0 p-1 p-2 p-3 p-4 "},
		{"fetch", up + "/gzip", "x unpacked"},
		{"fetch", up + "/to?url=/echo", "x GET /echo sitegen "},
		{"fetch-post", up + "/echo", "x POST /echo sitegen 300000 bytes 300000 POST /echo sitegen 300000 bytes "},
		{"fetch-large", up + "/large", fmt.Sprintf("x %d %x", 5<<20, sha256.Sum256(bytes.Repeat([]byte("l"), 5<<20)))},
		{"fetch-stream", up + "/pieces?id=p", "x p-0 p-1 p-2 p-3 p-4 "},
		{"fetch-slow", up + "/never", "x true"},
		{"fetch-unread", up + "/endless?id=x", "x "},
		{"fetch-error", up + "/to?url=http://localhost:1/", "x GET " + up + "/to: the answer redirects to http://localhost:1: ask there, or allow it with site.FollowAny"},
		{"fetch-error", "http://127.0.0.1:1/?secret", "x GET http://127.0.0.1:1/: "},
		{"fetch-error&untrusted=1", "http://127.0.0.1/", "x GET http://127.0.0.1/: the URL leads to an address that is not public"},
		{"fetch-error", "/do", "x GET /do: the URL must begin with https:// or http://"},
	} {
		a := v.get(t, "/do?id=x&do="+tt.do+"&url="+url.QueryEscape(tt.url))
		if a.status != 200 || !strings.HasPrefix(a.body, tt.want) || a.err != nil {
			t.Errorf("%s %s: %d %.200q %v, want %q", tt.do, tt.url, a.status, a.body, a.err, tt.want)
		}
	}
	if a := v.get(t, "/do?id=x&do=fetch&url="+url.QueryEscape(up+"/huge")); a.status != 500 {
		t.Errorf("an answer above the limit: %d %.100q", a.status, a.body)
	}
	if a, err := v.do(t.Context(), "POST", "/do?id=x&do=fetch-body&url="+url.QueryEscape(up+"/echo"), bytes.NewReader(make([]byte, 1<<20))); err != nil || a.body != "x POST /echo sitegen 1048576 bytes " {
		t.Errorf("a body handed on: %q %v", a.body, err)
	}
	// A visitor who leaves ends what the page has begun.
	before := cut.Load()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if a, err := v.do(ctx, "GET", "/do?id=x&do=fetch-stream&url="+url.QueryEscape(up+"/endless?id=x"), nil); err == nil && a.err == nil {
		t.Errorf("an endless answer ended: %.100q", a.body)
	}
	for end := time.Now().Add(10 * time.Second); cut.Load() == before; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Error("the fetch of a visitor who has left goes on")
			break
		}
	}
}
