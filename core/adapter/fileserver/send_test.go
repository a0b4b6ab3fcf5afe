package fileserver

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestSend(t *testing.T) {
	const tag = `"84d89877f0d4041efb6bf91a"` // the first bytes of the digest of "0123456789"
	for _, tt := range []struct {
		name, method string
		header       map[string]string
		status       int
		code         int
		body, length string
	}{
		{"whole", "GET", nil, 200, 200, "0123456789", "10"},
		{"head", "HEAD", nil, 200, 200, "", "10"},
		{"range", "GET", map[string]string{"Range": "bytes=2-3"}, 200, 206, "23", "2"},
		{"range in capitals", "GET", map[string]string{"Range": "BYTES=2-3"}, 200, 206, "23", "2"},
		{"range beyond", "GET", map[string]string{"Range": "bytes=10-"}, 200, 416, "invalid range: failed to overlap\n", ""},
		{"another unit", "GET", map[string]string{"Range": "lines=0-1"}, 200, 200, "0123456789", "10"},
		{"too many", "GET", map[string]string{"Range": "bytes=0-0" + strings.Repeat(",1-1", 16)}, 200, 200, "0123456789", "10"},
		{"known", "GET", map[string]string{"If-None-Match": tag}, 200, 304, "", ""},
		{"known since", "GET", map[string]string{"If-Modified-Since": "Thu, 02 Jan 2025 00:00:00 GMT"}, 200, 304, "", ""},
		{"another", "GET", map[string]string{"If-Match": `"x"`}, 200, 412, "", ""},
		{"error page", "GET", map[string]string{"Range": "bytes=2-3", "If-None-Match": "*"}, 404, 404, "0123456789", "10"},
		{"head of an error page", "HEAD", nil, 404, 404, "", "10"},
	} {
		r := httptest.NewRequest(tt.method, "/", nil)
		for name, value := range tt.header {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", "text/plain")
		c := Bytes([]byte("0123456789"))
		c.Modified = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
		Send(w, r, c, tt.status)
		if w.Code != tt.code || w.Body.String() != tt.body || w.Header().Get("Content-Length") != tt.length {
			t.Errorf("%s: %d %q with length %q, want %d %q with %q", tt.name, w.Code, w.Body, w.Header().Get("Content-Length"), tt.code, tt.body, tt.length)
		}
		if got := w.Header().Get("Etag"); tt.status == http.StatusOK && tt.code < 400 && got != tag {
			t.Errorf("%s: ETag %s, want %s", tt.name, got, tag)
		}
	}
}

func TestSendKeepsTag(t *testing.T) {
	w := httptest.NewRecorder()
	w.Header().Set("Etag", `"own"`)
	Send(w, httptest.NewRequest("GET", "/", nil), Bytes(nil), http.StatusOK)
	if got := w.Header().Get("Etag"); got != `"own"` {
		t.Errorf("the ETag of the site became %s", got)
	}
}

func TestRangeable(t *testing.T) {
	many := func(n int) string { return "bytes=0-0" + strings.Repeat(",1-1", n-1) }
	for _, tt := range []struct {
		in   []string
		want string
	}{
		{nil, ""},
		{[]string{"bytes=0-1"}, "bytes=0-1"},
		{[]string{"Bytes=0-1"}, "bytes=0-1"},
		{[]string{"bytes=a-b"}, "bytes=a-b"}, // ServeContent says what is wrong with it
		{[]string{"byte"}, ""},
		{[]string{"lines=0-1"}, ""},
		{[]string{"0-1"}, ""},
		{[]string{""}, ""},
		{[]string{"bytes=0-1", "bytes=2-3"}, ""},
		{[]string{many(16)}, many(16)},
		{[]string{many(17)}, ""},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header["Range"] = tt.in
		if got := Rangeable(r).Header.Get("Range"); got != tt.want {
			t.Errorf("Range %q becomes %q, want %q", tt.in, got, tt.want)
		}
		if len(tt.in) > 0 && r.Header["Range"][0] != tt.in[0] {
			t.Errorf("Range %q was changed in the request that was given", tt.in)
		}
	}
}
