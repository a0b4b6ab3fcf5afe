package redirects

import (
	"net/url"
	"testing"
)

func TestWithoutRest(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"/blog/[...rest]", "/blog"},
		{"/[...rest]", "/"},
		{"/[...rest]?a=b", "/?a=b"},
		{"/[...rest]#top", "/#top"},
		{"/[...rest]/end", "/end"},
		{"/[...rest]//end", "/end"},
		{"/a/[...rest]/b/[...rest]", "/a/b"},
		{"/a/[...other]", "/a/[...other]"},
		{"/a/[rest]", "/a/[rest]"},
		{"https://example.com/[...rest]", "https://example.com"},
		{"https://example.com/[...rest]?a", "https://example.com?a"},
	} {
		if got := WithoutRest(tt.in, "rest"); got != tt.want {
			t.Errorf("WithoutRest(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestIsEscape(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want bool
	}{
		{"%2F", true}, {"%2f", true}, {"%aF and more", true}, {"%00", true},
		{"", false}, {"%", false}, {"%2", false}, {"%2g", false}, {"%G2", false}, {"a%2F", false}, {"%%2F", false}, {"%@0", false}, {"%`0", false},
	} {
		if got := IsEscape(tt.in); got != tt.want {
			t.Errorf("IsEscape(%q) = %v", tt.in, got)
		}
	}
}

// FuzzIsEscape holds it against the standard library: what it says of the first bytes is what their decoder does with them.
func FuzzIsEscape(f *testing.F) {
	f.Add("%2F")
	f.Add("%")
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 3 {
			s = s[:3]
		}
		decoded, err := url.PathUnescape(s)
		if got, want := IsEscape(s), err == nil && len(s) == 3 && len(decoded) == 1; got != want {
			t.Errorf("IsEscape(%q) = %v, want %v", s, got, want)
		}
	})
}
