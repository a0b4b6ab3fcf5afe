package site

import (
	"net/url"
	"strings"
	"testing"
)

var imageSources = []ImageSource{
	{Scheme: "https", Host: "img.example.com"},
	{Scheme: "https", Host: "*.cdn.example.com", Path: "/photos/**"},
	{Scheme: "https", Host: "**.deep.example.com", Path: "/*"},
	{Scheme: "http", Host: "plain.example.com", Port: "8080", Path: "/a.b/c.jpg"},
}

func TestAllowedImage(t *testing.T) {
	for address, want := range map[string]bool{
		"https://img.example.com/x.jpg":            true,
		"https://img.example.com":                  true,
		"https://img.example.com?x=1":              true,
		"https://IMG.Example.COM/x.jpg":            true,
		"HTTPS://img.example.com/x.jpg":            true,
		"https://img.example.com:443/x.jpg":        true,
		"https://img.example.com:8443/x.jpg":       false,
		"http://img.example.com/x.jpg":             false,
		"https://img.example.com./x.jpg":           false,
		"https://img.example.com.evil.com/x.jpg":   false,
		"https://evilimg.example.com/x.jpg":        false,
		"https://x.img.example.com/x.jpg":          false,
		"https://img.example.com@evil.com/x.jpg":   false,
		"https://evil.com@img.example.com/x.jpg":   false,
		"https://evil.com#img.example.com/":        false,
		"https://evil.com\\@img.example.com/x.jpg": false,
		"https:\\\\img.example.com\\x.jpg":         false,
		"//img.example.com/x.jpg":                  false,
		"http:\\\\h":                               false,
		"/x.jpg":                                   false,
		"file:///etc/passwd":                       false,
		"data:image/png;base64,AAAA":               false,
		"javascript:alert(1)":                      false,
		"ftp://img.example.com/x.jpg":              false,
		"https:img.example.com/x.jpg":              false,
		"https:///x.jpg":                           false,
		"https://img.example.com/x y.jpg":          false,
		"https://img.example.com/\n.jpg":           false,
		"https://img.example.com/x.jpg#y":          false,
		"https://img.example.com:/x.jpg":           false,
		"https://img.example.com:0443/x.jpg":       false,
		"https://img%2eexample.com/x.jpg":          false,

		"https://a.cdn.example.com/photos/x.jpg":             true,
		"https://a.cdn.example.com/photos/2026/x.jpg?w=1":    true,
		"https://a.cdn.example.com/photos":                   false,
		"https://a.cdn.example.com/photosx/x.jpg":            false,
		"https://a.cdn.example.com/x/photos/x.jpg":           false,
		"https://a.b.cdn.example.com/photos/x.jpg":           false,
		"https://cdn.example.com/photos/x.jpg":               false,
		"https://.cdn.example.com/photos/x.jpg":              false,
		"https://a.cdn.example.com/photos/../secret.jpg":     false,
		"https://a.cdn.example.com/photos/%2e%2e/secret.jpg": false,
		"https://a.cdn.example.com/photos/..%2fsecret.jpg":   false,
		"https://a.cdn.example.com/photos/%252e%252e/s.jpg":  false,
		"https://a.cdn.example.com/photos/%5c..%5cs.jpg":     false,
		"https://a.cdn.example.com/%70hotos/x.jpg":           true, // the same path

		"https://a.b.deep.example.com/x.jpg":      true,
		"https://a.deep.example.com/x.jpg":        true,
		"https://deep.example.com/x.jpg":          false,
		"https://a.deep.example.com/y/x.jpg":      false,
		"https://a.deep.example.com/":             false,
		"https://adeep.example.com/x.jpg":         false,
		"http://plain.example.com:8080/a.b/c.jpg": true,
		"http://plain.example.com:8080/aXb/c.jpg": false,
		"http://plain.example.com/a.b/c.jpg":      false,
		"http://127.0.0.1/x.jpg":                  false,
		"http://[::1]/x.jpg":                      false,
	} {
		if _, got := allowedImage(imageSources, address); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
	if _, ok := allowedImage(imageSources, "https://img.example.com/"+strings.Repeat("x", 4096)); ok {
		t.Error("an address without end is allowed")
	}
}

// Whatever is allowed must mean the same to net/url, which fetches it, and must be on a host of the list.
func FuzzAllowedImage(f *testing.F) {
	f.Add("https://a.cdn.example.com/photos/x.jpg")
	f.Add("https://img.example.com:443/%70?q#")
	f.Add("https://evil.com\\@img.example.com/x.jpg")
	f.Add("//img.example.com")
	f.Fuzz(func(t *testing.T, address string) {
		u, err := ParseImageURL(address)
		if err != nil {
			return
		}
		again, err := url.Parse(u.String())
		if err != nil || again.Host != u.Host || again.Path != u.Path || again.User != nil || again.Scheme != u.Scheme {
			t.Fatalf("%q is read as %q, and that as %v, %v", address, u, again, err)
		}
		if twice, err := ParseImageURL(u.String()); err != nil || twice.String() != u.String() {
			t.Fatalf("%q is not read twice alike: %v, %v", address, twice, err)
		}
		if _, ok := allowedImage(imageSources, address); !ok {
			return
		}
		host := u.Hostname()
		if host != "img.example.com" && !strings.HasSuffix(host, ".cdn.example.com") && !strings.HasSuffix(host, ".deep.example.com") && host != "plain.example.com" {
			t.Fatalf("%q is allowed on the host %q", address, host)
		}
		if !isRemote(address) {
			t.Fatalf("%q is allowed and counts as one of the site's own", address)
		}
	})
}
