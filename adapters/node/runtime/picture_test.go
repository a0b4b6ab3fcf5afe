package node

import (
	"io"
	"net/http"
	"testing"
)

// The image endpoint answers for the hosts that the site answers for, and no others.
func TestPictureHosts(t *testing.T) {
	app := app()
	app.Config.AllowedHosts = []string{"shop.example", "*.shop.example"}
	asked := 0
	s := start(t, setup{app: app, images: func(w http.ResponseWriter, r *http.Request, _ func(string, int64) ([]byte, bool, bool)) {
		asked++
		io.WriteString(w, "a picture")
	}})
	const end = "\nConnection: close\n\n"
	for _, tt := range []struct {
		in     string
		status int
	}{
		{"GET /_image?src=/a.png HTTP/1.1\nHost: shop.example", 200},
		{"HEAD /_image?src=/a.png HTTP/1.1\nHost: www.shop.example:8080", 200},
		{"GET http://shop.example/_image?src=/a.png HTTP/1.1\nHost: evil.example", 200},
		{"GET /_image?src=/a.png HTTP/1.1\nHost: evil.example", 421},
		{"GET /_image?src=/a.png HTTP/1.1\nHost: evil.example\nX-Forwarded-Host: shop.example", 421},
		{"GET http://evil.example/_image?src=/a.png HTTP/1.1\nHost: shop.example", 421},
		{"GET /_image?src=/a.png HTTP/1.1\nHost: shop.example@evil.example", 400},
		{"GET /_image HTTP/1.1\nHost: a:65536", 400},
	} {
		before := asked
		if a := s.raw(t, tt.in+end); a.StatusCode != tt.status || asked-before != map[bool]int{true: 1}[tt.status == 200] {
			t.Errorf("%q = %d, asked %d times; want %d", tt.in, a.StatusCode, asked-before, tt.status)
		}
	}
}
