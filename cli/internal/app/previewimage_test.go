package app

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestPlatformImages(t *testing.T) {
	next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(r.RequestURI + " " + r.URL.Path)) })
	for _, tt := range []struct {
		service, target string
		status          int
		want            string
	}{
		{"netlify", "/.netlify/images?url=%2F_assets%2Fa%20b.jpg&w=10", 200, "/_assets/a%20b.jpg /_assets/a b.jpg"},
		{"netlify", "/.netlify/images?w=10", 400, ""},
		{"netlify", "/.netlify/images?url=https%3A%2F%2Fexample.com%2Fx.jpg", 502, ""},
		{"netlify", "/.netlify/images?url=%2F%2Fexample.com%2Fx.jpg", 502, ""},
		{"netlify", "/x", 200, "/x /x"},
		{"cloudflare", "/cdn-cgi/image/width=10,format=auto/_assets/a.jpg", 200, "/_assets/a.jpg /_assets/a.jpg"},
		{"cloudflare", "/cdn-cgi/image/width=10/https://example.com/x.jpg", 502, ""},
		{"cloudflare", "/cdn-cgi/image/width=10", 200, "/cdn-cgi/image/width=10 /cdn-cgi/image/width=10"},
		{"", "/.netlify/images?url=%2Fx", 200, "/.netlify/images?url=%2Fx /.netlify/images"},
	} {
		w := httptest.NewRecorder()
		platformImages(next, tt.service).ServeHTTP(w, httptest.NewRequest("GET", tt.target, nil))
		if w.Code != tt.status || tt.want != "" && w.Body.String() != tt.want {
			t.Errorf("%s %s: %d %s, want %d %s", tt.service, tt.target, w.Code, w.Body, tt.status, tt.want)
		}
	}
}
