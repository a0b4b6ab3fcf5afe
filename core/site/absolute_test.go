package site

import (
	"net/url"
	"testing"
)

func TestAbsolute(t *testing.T) {
	for _, tt := range []struct{ site, in, want string }{
		{"https://example.com", "/a b", "https://example.com/a%20b"},
		{"https://example.com", "pic.png?x=1", "https://example.com/posts/one/pic.png?x=1"},
		{"https://example.com", "../", "https://example.com/posts/"},
		{"https://example.com", "https://other.example/x", "https://other.example/x"},
		{"https://example.com", "http://[", "http://["},
		{"https://example.com", "", "https://example.com/posts/one/"},
		{"", "/a", "/a"},
	} {
		origin, err := url.Parse(tt.site)
		if err != nil {
			t.Fatal(err)
		}
		p := &Page{Site: origin, URL: &url.URL{Path: "/posts/one/"}}
		if got := p.Absolute(tt.in); got != tt.want {
			t.Errorf("Absolute(%q) on %q = %q, want %q", tt.in, tt.site, got, tt.want)
		}
	}
}
