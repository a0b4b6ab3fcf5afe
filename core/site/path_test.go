package site

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCleanPath(t *testing.T) {
	for _, tt := range []struct{ in, want string }{ // "" is refused
		{"/", "/"},
		{"/about", "/about"},
		{"/about/", "/about/"},
		{"/a.b/c-d_e~f", "/a.b/c-d_e~f"},
		{"/!$&'()*+,;=:@", "/!$&'()*+,;=:@"},
		{"/a+b", "/a+b"},
		{"/two%20words", "/two%20words"},
		{"/%c3%bcber", "/%C3%BCber"},
		{"/über", "/%C3%BCber"},
		{"/%61dmin", "/admin"},
		{"/%41", "/A"},
		{"/a%2Fb", "/a%2Fb"},
		{"/a%2fb/c", "/a%2Fb/c"},
		{"/a%3Fb%23c", "/a%3Fb%23c"},
		{"/100%25", "/100%25"},
		{"/50%25off", "/50%25off"},
		{"/a;x=1/b", "/a;x=1/b"},
		{"/a./b", "/a./b"},
		{"/...", "/..."},
		{"/.well-known/x", "/.well-known/x"},
		{"/Admin", "/Admin"},
		{"/%252F", "/%252F"},

		// Repeated slashes are one.
		{"//", "/"},
		{"//h", "/h"},
		{"///h", "/h"},
		{"//x/admin", "/x/admin"},
		{"/a//b", "/a/b"},
		{"/a///", "/a/"},
		{"/legacy//h", "/legacy/h"},

		// A second layer of encoding.
		{"/%2561dmin", ""},
		{"/%252561dmin", ""},
		{"/%25252525252525252525252561dmin", ""},
		{"/%252e%252e/x", ""},
		{"/%255c", ""},
		{"/%2500", ""},
		{"/%25252F", ""},

		// Dot segments, plain and encoded.
		{"/.", ""},
		{"/..", ""},
		{"/./a", ""},
		{"/a/./b", ""},
		{"/a/../b", ""},
		{"/x/../admin", ""},
		{"/x/..//h", ""},
		{"/a/..", ""},
		{"/%2e/a", ""},
		{"/%2e%2E/a", ""},
		{"/.%2e/a", ""},
		{"/a%2f..%2fb", ""},
		{"/..%2fb", ""},
		{"/a%2f.", ""},

		// Slashes that are encoded where they would make an empty segment.
		{"/%2f%2fh", ""},
		{"/%2Fh", ""},
		{"/a%2F", ""},
		{"/a%2F%2Fb", ""},

		// Backslashes, control characters.
		{`/\h`, ""},
		{`\/h`, ""},
		{`/a\b`, ""},
		{"/%5ch", ""},
		{"/a%5Cb", ""},
		{"/a%00", ""},
		{"/a\x00b", ""},
		{"/a\tb", ""},
		{"/a%0d%0ab", ""},
		{"/a%7f", ""},

		// What cannot be decoded.
		{"/%", ""},
		{"/%z1", ""},
		{"/%4", ""},
		{"/a%", ""},
		{"/%c3", ""},
		{"/%ff", ""},
		{"/%c0%ae", ""},
		{"/%c0%af", ""},
		{"/%e0%80%af", ""},
		{"/%ed%a0%80", ""},
		{"", ""},
		{"a", ""},
		{"*", ""},
		{"/a?b", ""},
		{"/a#b", ""},
	} {
		got, err := CleanPath(tt.in)
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("CleanPath(%q) = %q, %v; want %q", tt.in, got, err, tt.want)
		}
	}
	for _, long := range []string{"/" + strings.Repeat("a", maxPath), strings.Repeat("/a", maxSlashes+1)} {
		if _, err := CleanPath(long); err != errLongPath {
			t.Errorf("a long path: %v", err)
		}
	}
}

func TestSegments(t *testing.T) {
	for _, tt := range []struct {
		in, want string // joined by |
	}{
		{"/", ""},
		{"/a/b", "a|b"},
		{"/a/b/", "a|b"},
		{"/a%2Fb/c", "a/b|c"},
		{"/%C3%BC", "ü"},
	} {
		p, _, err := parsePath(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(p.segments(nil), "|"); got != tt.want {
			t.Errorf("segments of %q: %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestBelow(t *testing.T) {
	base, _, _ := parsePath("/docs/")
	for _, tt := range []struct {
		in, want string
	}{
		{"/docs", "/"},
		{"/docs/", "/"},
		{"/docs/a", "/a"},
		{"/docs/a%2Fb/", "/a%2Fb/"},
		{"/docsx", ""},
		{"/docs%2Fa", ""},
		{"/Docs/a", ""},
		{"/", ""},
		{"/x/docs/a", ""},
	} {
		p, _, err := parsePath(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := p.below(&base)
		if got.enc != tt.want || ok != (tt.want != "") {
			t.Errorf("%q below /docs/: %q, %v; want %q", tt.in, got.enc, ok, tt.want)
		}
	}
}

func FuzzCleanPath(f *testing.F) {
	for _, s := range []string{"/", "/a/b", "//h", "/%2f", "/a%2Fb", "/%2561", "/..%2f", "/\\", "/%c3%bc/", "/a;b/%25", "/x/%2e%2e/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		p, _, err := parsePath(raw)
		if err != nil {
			return
		}
		again, clean, err := parsePath(p.enc)
		if err != nil || !clean || again != p {
			t.Fatalf("%q gives %+v, which gives %+v, %v, %v", raw, p, again, clean, err)
		}
		for _, s := range []string{p.enc, p.dec} {
			if s == "" || s[0] != '/' || strings.Contains(s, "//") || strings.ContainsAny(s, "\\\x00\r\n\t") || !utf8.ValidString(s) {
				t.Fatalf("%q gives %q", raw, s)
			}
			for seg := range strings.SplitSeq(s, "/") {
				if seg == "." || seg == ".." {
					t.Fatalf("%q gives %q with a dot segment", raw, s)
				}
			}
		}
		if strings.ContainsAny(p.enc, " ?#\"<>") {
			t.Fatalf("%q gives %q, which is no path", raw, p.enc)
		}
		if got, err := url.PathUnescape(p.enc); err != nil || got != p.dec {
			t.Fatalf("%q gives %q and %q, which do not agree", raw, p.enc, p.dec)
		}
		if u := (&url.URL{Path: p.dec, RawPath: p.enc}); u.EscapedPath() != p.enc {
			t.Fatalf("%q: a URL shows %q instead of %q", raw, u.EscapedPath(), p.enc)
		}
		if got := "/" + strings.Join(p.segments(nil), "/"); strings.TrimSuffix(p.dec, "/") != strings.TrimSuffix(got, "/") {
			t.Fatalf("%q: segments %q of %q", raw, got, p.dec)
		}
		if got := encodePath(p.dec); !p.inner && got != p.enc {
			t.Fatalf("%q: %q encodes as %q, not %q", raw, p.dec, got, p.enc)
		}
	})
}
