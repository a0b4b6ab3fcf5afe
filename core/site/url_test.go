package site_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"sitegen.dev/core/site"
)

const invalid = "about:invalid#sitegen"

// value takes the value out of what was written for an attribute, without undoing the escapes.
func value(t testing.TB, name, attr string) string {
	t.Helper()
	s, ok := strings.CutPrefix(attr, " "+name+`="`)
	if s, ok2 := strings.CutSuffix(s, `"`); ok && ok2 {
		return s
	}
	t.Fatalf("%q is not the attribute %s", attr, name)
	return ""
}

func TestURL(t *testing.T) {
	same := func(s string) [2]string { return [2]string{s, s} }
	for _, tt := range [][2]string{
		same(""), same("/"), same("a"), same("/a/b?c=d#e"), same("?q=a:b"), same("#a:b"), same("./a:b"), same("a/b:c"), same("//example.com/x"),
		same("http://a"), same("https://a:8080/b"), same("HTTPS://A"), same("mailto:a@b.c"), same("tel:+49"), same("sms:1"), same("ftp://a"),
		same(" https://a "), same("/a b"), same("geo:1,2"),
		{"/?a=1&b=\"2\"<", "/?a=1&amp;b=&#34;2&#34;&lt;"},

		{"javascript:alert(1)", invalid},
		{"JaVaScRiPt:alert(1)", invalid},
		{" javascript:alert(1)", invalid},
		{"\tjavascript:alert(1)", invalid},
		{"\x01javascript:alert(1)", invalid},
		{"\x00javascript:alert(1)", invalid},
		{"\u00a0javascript:alert(1)", invalid},
		{"java\tscript:alert(1)", invalid},
		{"java\nscript:alert(1)", invalid},
		{"java\rscript:alert(1)", invalid},
		{"javascript\t:alert(1)", invalid},
		{"javascript\x00:alert(1)", invalid},
		{"java\\script:alert(1)", invalid},
		{"javascript&colon;alert(1)", "javascript&amp;colon;alert(1)"}, // a path
		{"javascript&#58;alert(1)", "javascript&amp;#58;alert(1)"},     // a path
		{"&#106;avascript:alert(1)", "&amp;#106;avascript:alert(1)"},   // a fragment
		{"javascript%3Aalert(1)", "javascript%3Aalert(1)"},             // a path
		{"vbscript:x", invalid},
		{"data:text/html,<script>", invalid},
		{"data:image/png;base64,AA", invalid},
		{"blob:https://a/b", invalid},
		{"file:///etc/passwd", invalid},
		{"about:blank", invalid},
		{"view-source:x", invalid},
		{"livescript:x", invalid},
		{"httpsx:x", invalid},
		{"http\n://a", invalid},
		{":x", invalid},
		{"feed:javascript:alert(1)", invalid},
		{"a:b", invalid},
	} {
		got, warnings := render(t, func(w *site.Writer) { site.V(tt[0]).URL(w, "href") })
		if got := value(t, "href", got); got != tt[1] {
			t.Errorf("%q: got %q, want %q", tt[0], got, tt[1])
		}
		if (tt[1] == invalid) != (len(warnings) == 1) {
			t.Errorf("%q: warnings %q", tt[0], warnings)
		}
		// Other types with the same text are treated alike.
		if other, _ := render(t, func(w *site.Writer) { site.V(tone(tt[0])).URL(w, "href") }); other != got {
			t.Errorf("%q: as a named type %q, as a string %q", tt[0], other, got)
		}
	}
	attr := func(f func(w *site.Writer)) string { got, _ := render(t, f); return got }
	for _, tt := range []struct{ got, want string }{
		{attr(func(w *site.Writer) { site.V(&url.URL{Scheme: "https", Host: "a", Path: "/b"}).URL(w, "href") }), ` href="https://a/b"`},
		{attr(func(w *site.Writer) { site.V((*url.URL)(nil)).URL(w, "href") }), ``},
		{attr(func(w *site.Writer) { site.V(site.When(false, "x")).URL(w, "href") }), ``},
		{attr(func(w *site.Writer) { site.V(site.When(true, "javascript:x")).URL(w, "href") }), ` href="about:invalid#sitegen"`},
		{attr(func(w *site.Writer) { site.V([]byte("javascript:x")).URL(w, "href") }), ` href="about:invalid#sitegen"`},
		{attr(func(w *site.Writer) { site.V([]string{"java", "script:x"}).URL(w, "href") }), ` href="about:invalid#sitegen"`},
		{attr(func(w *site.Writer) { site.V(site.HTML("javascript:x")).URL(w, "href") }), ` href="about:invalid#sitegen"`},
		{attr(func(w *site.Writer) { site.V(site.JS("javascript:x")).URL(w, "href") }), ` href="about:invalid#sitegen"`},
		{attr(func(w *site.Writer) { site.V(site.RawURL(`vscode:"x"`)).URL(w, "href") }), ` href="vscode:&#34;x&#34;"`},
		{attr(func(w *site.Writer) { site.V(5).URL(w, "href") }), ` href="5"`},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestImageURL(t *testing.T) {
	for _, tt := range []struct {
		in string
		ok bool
	}{
		{"/a.png", true},
		{"data:image/png;base64,AA==", true},
		{"DATA:Image/PNG;base64,AA==", true},
		{"data:image/jpeg,x", true},
		{"data:image/gif;x", true},
		{"data:image/webp,", true},
		{"data:image/avif;base64,", true},
		{"data:image/svg+xml;utf8,<svg/>", true},
		{"data:image/png", false},
		{"data:image/pngx,", false},
		{"data:image/,", false},
		{"data:image/svg+xmlx,", false},
		{"data:text/html,x", false},
		{"data:,x", false},
		{"data:image/png/../../text/html,x", false},
		{"da\tta:image/png,", false},
		{"javascript:x", false},
	} {
		got, _ := render(t, func(w *site.Writer) { site.V(tt.in).ImageURL(w, "src") })
		if ok := !strings.Contains(got, invalid); ok != tt.ok {
			t.Errorf("%q: got %q", tt.in, got)
		}
	}
}

func TestURLTmpl(t *testing.T) {
	lit, str := site.Lit, site.Hole[string]
	type ps = []site.Piece
	for _, tt := range []struct {
		ps   ps
		want string
	}{
		{ps{lit("/p/"), str("a b"), lit("?q="), str("c&d=e#f"), lit("#"), str("g h")}, "/p/a%20b?q=c%26d%3De%23f#g%20h"},
		{ps{lit("/p/"), str("a/b"), lit("/")}, "/p/a/b/"},
		{ps{lit("/p/"), str("C#?x=%20%zz%")}, "/p/C%23%3Fx=%20%25zz%25"},
		{ps{lit("/p/"), str("日本")}, "/p/%E6%97%A5%E6%9C%AC"},
		{ps{lit("/p/"), str(`"'<>&\`)}, "/p/%22%27%3C%3E&amp;%5C"},
		{ps{lit("/p?a=1&b="), str("x")}, "/p?a=1&amp;b=x"},
		{ps{lit("/p?a="), site.Hole(5), lit("&b="), site.Hole(true), lit("&c="), site.Hole[any](nil)}, "/p?a=5&amp;b=true&amp;c="},
		{ps{lit("/p?"), site.Hole(url.Values{"a": {"1 2"}, "b": {"&"}})}, "/p?a=1+2&amp;b=%26"},
		{ps{lit("/p?"), site.Hole(url.Values(nil))}, "/p?"},
		{ps{lit("/p?q="), str("日 本+")}, "/p?q=%E6%97%A5%20%E6%9C%AC%2B"},
		{ps{lit("#"), str("a#b?c/d")}, "#a%23b?c/d"},
		{ps{lit("?a="), str("/x")}, "?a=%2Fx"},
		{ps{lit("a"), str("b")}, "ab"},

		// The host stays the author's.
		{ps{lit("/"), str("/evil.com")}, "/evil.com"},
		{ps{lit("/"), str("\\evil.com")}, "/%5Cevil.com"},
		{ps{lit("/"), str("//evil.com")}, "/evil.com"},
		{ps{lit("/"), str("\t/evil.com")}, "/%09/evil.com"},
		{ps{lit("/"), str(""), lit("/evil.com")}, "/evil.com"},
		{ps{lit("/"), str(""), str("/evil.com")}, "/evil.com"},
		{ps{lit("\n /"), str("/evil.com")}, "/evil.com"},
		{ps{lit("/\n"), str("/evil.com")}, "/evil.com"},
		{ps{str(""), str("//evil.com")}, "/evil.com"},
		{ps{str(""), str("https://evil.com")}, "https%3A//evil.com"},
		{ps{str("/"), str("/evil.com")}, "/evil.com"},
		{ps{str("\\"), str("/evil.com")}, "/evil.com"},
		{ps{str("/"), lit("/about")}, "/about"},
		{ps{str("/base/"), lit("/about")}, "/base//about"},
		{ps{str(""), lit("/about")}, "/about"},
		{ps{str("https://a.b"), lit("/about")}, "https://a.b/about"},
		{ps{str("https://a.b"), str("/about")}, "https://a.b/about"},
		{ps{str("https://a.b"), str(".evil.com")}, invalid},
		{ps{str("https://a.b"), str("@evil.com")}, invalid},
		{ps{str("https://a.b"), str(":80@evil.com")}, invalid},
		{ps{str("https://a.b"), str("\\@evil.com")}, invalid},
		{ps{str("https://a.b"), str("?x")}, invalid},
		{ps{lit("https://a.b"), str("/x"), lit("/y")}, "https://a.b/x/y"},
		{ps{lit("https://a.b"), str(".evil.com"), lit("/y")}, invalid},
		{ps{lit("https://a.b"), str("")}, "https://a.b"},
		{ps{lit("https://"), str("a.b"), lit("/y")}, "https://a.b/y"},
		{ps{lit("https://"), str("a.b/c d")}, "https://a.b/c%20d"},
		{ps{lit("https://"), str("a@b.c"), lit("/y")}, "https://a%40b.c/y"},
		{ps{lit("https://"), str("evil.com/"), lit(".a.b/")}, "https://evil.com%2F.a.b/"},
		{ps{lit("https://"), str("evil.com?"), lit(".a.b/")}, "https://evil.com%3F.a.b/"},
		{ps{lit("https://"), str("evil.com#"), lit(".a.b/")}, "https://evil.com%23.a.b/"},
		{ps{lit("https://"), str("evil.com\\"), lit(".a.b/")}, "https://evil.com%5C.a.b/"},
		{ps{lit("https://cdn"), site.Hole(3), lit(".a.b/x")}, "https://cdn3.a.b/x"},
		{ps{lit("https://cdn"), str("/evil"), lit(".a.b/x")}, "https://cdn%2Fevil.a.b/x"},
		{ps{lit("https://a."), str("com"), lit("/x")}, "https://a.com/x"},
		{ps{lit("http://localhost:"), site.Hole(8080), lit("/x")}, "http://localhost:8080/x"},
		{ps{lit("http://localhost:80"), site.Hole(80), lit("/x")}, "http://localhost:8080/x"},
		{ps{lit("http://localhost:80"), str("80@evil"), lit("/x")}, invalid},
		{ps{lit("//a.b"), str("/c")}, "//a.b/c"},
		{ps{lit("//a.b"), str(".evil")}, invalid},
		{ps{str("//a.b"), lit("/c")}, "//a.b/c"},
		{ps{lit("https://a.b/"), str("/c")}, "https://a.b//c"},
		{ps{str("https"), lit("://a.b/"), str("c")}, "https://a.b/c"},

		// The scheme too.
		{ps{str("javascript:x"), lit("")}, invalid},
		{ps{str("java"), str("script:x")}, "javascript%3Ax"},
		{ps{str("java"), lit("script:x")}, invalid},
		{ps{lit("java"), str("script"), lit(":x")}, invalid},
		{ps{lit(""), str("javascript:x")}, invalid},
		{ps{str("\x01javascript"), lit(":x")}, invalid},
		{ps{str("java\nscript"), lit(":x")}, invalid},
		{ps{lit("java\nscript:"), str("x")}, invalid},
		{ps{lit("javascript:f('"), str("x"), lit("')")}, invalid},
		{ps{lit("a"), str(":b")}, "a%3Ab"},
		{ps{lit("mailto:"), str("a@b.c?bcc=d@e.f")}, "mailto:a@b.c%3Fbcc=d@e.f"},
		{ps{lit("mailto:a@b.c?subject="), str("x & y?body=")}, "mailto:a@b.c?subject=x%20%26%20y%3Fbody%3D"},
		{ps{lit("tel:"), str("+49 30")}, "tel:+49%2030"},
		{ps{str("vscode:x"), lit("/y")}, invalid},
		{ps{site.Hole(site.RawURL("vscode:x")), lit("/y")}, "vscode:x/y"},
		{ps{site.Hole(site.RawURL("java")), str("script:x")}, "javascript%3Ax"},
		{ps{lit("/"), site.Hole(site.RawURL("/evil"))}, "/evil"},
		{ps{lit("data:image/png;base64,"), str("AA+/==")}, invalid},

		{ps{}, ""},
		{ps{str("  /a b?c#d  ")}, "/a%20b?c#d"},
	} {
		got, warnings := render(t, func(w *site.Writer) { site.URLTmpl(w, "href", false, tt.ps...) })
		if got := value(t, "href", got); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.ps, got, tt.want)
		}
		if (tt.want == invalid) != (len(warnings) == 1) {
			t.Errorf("%+v: warnings %q", tt.ps, warnings)
		}
	}
	got, _ := render(t, func(w *site.Writer) {
		site.URLTmpl(w, "src", true, lit("data:image/png;base64,"), str("AA+/=="))
	})
	if want := ` src="data:image/png;base64,AA+/=="`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	w := site.NewWriter(nil)
	site.URLTmpl(w, "href", false, lit("/"), site.Hole(struct{}{}))
	var e *site.ValueError
	if !errors.As(w.End(), &e) {
		t.Errorf("got %v, want a *ValueError", w.End())
	}
}

func TestSrcset(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{" , ", ""},
		{"a.png", "a.png"},
		{"a.png 1x, b.png 2x", "a.png 1x, b.png 2x"},
		{"a.png   480w ,b.png  1.5x", "a.png 480w, b.png 1.5x"},
		{"a.png, b.png", "a.png, b.png"},
		{"a,b.png 1x", "a,b.png 1x"},
		{"a.png,,, b.png", "a.png, b.png"},
		{"data:image/png;base64,AA== 1x, /b 2x", "data:image/png;base64,AA== 1x, /b 2x"},
		{"data:text/html,x 1x, /b 2x", invalid + " 1x, /b 2x"},
		{"javascript:x", invalid},
		{"/a 1x,javascript:x 2x", "/a 1x, " + invalid + " 2x"},
		{"/a 1x, JAVASCRIPT:x, /c", "/a 1x, " + invalid + ", /c"},
		{"/a (b, javascript:x) 1x, /c", "/a 1x, /c"},
		{`/a "><b> 1x`, "/a 1x"},
		{`/a?"<&`, "/a?&#34;&lt;&amp;"},
	} {
		got, _ := render(t, func(w *site.Writer) { site.V(tt.in).Srcset(w, "srcset") })
		if got := value(t, "srcset", got); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.in, got, tt.want)
		}
	}
	attr := func(f func(w *site.Writer)) string { got, _ := render(t, f); return got }
	for _, tt := range []struct{ got, want string }{
		{attr(func(w *site.Writer) { site.V([]string{"/a 1x", "javascript:x 2x"}).Srcset(w, "srcset") }), ` srcset="/a 1x, about:invalid#sitegen 2x"`},
		{attr(func(w *site.Writer) { site.V((*string)(nil)).Srcset(w, "srcset") }), ``},
		{attr(func(w *site.Writer) { site.V(site.RawURL("x:y 1x")).Srcset(w, "srcset") }), ` srcset="x:y 1x"`},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestRefresh(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"5", "5"},
		{" 5 ", "5"},
		{"5.7", "5"},
		{"0; url=/a?b&c", "0; url=/a?b&amp;c"},
		{"0;URL = '/a'", "0; url=/a"},
		{`0, url="/a" rest`, "0; url=/a"},
		{"0 /a", "0; url=/a"},
		{"0;/a'b", "0; url=/a%27b"},
		{"0; url", "0; url=url"},
		{"0;url=", "0"},
		{"0; url=javascript:x", "0; url=" + invalid},
		{"0; url='javascript:x'", "0; url=" + invalid},
		{"0; url=' javascript:x'", "0; url=" + invalid},
		{`0; url="javascript:x`, "0; url=" + invalid},
		{"0; javascript:x", "0; url=" + invalid},
		{"0, javascript:x", "0; url=" + invalid},
		{"0 javascript:x", "0; url=" + invalid},
		{"0;url=url=javascript:x", "0; url=" + invalid},
		{"0;url=''javascript:x", "0"},
		{"0;url=\"'javascript:x\"", "0; url=" + invalid},
		{"0; url=data:text/html,x", "0; url=" + invalid},
		{"0javascript:x", ""},
		{".5", ""},
		{"javascript:x", ""},
		{"url=/a", ""},
		{"-1;/a", ""},
		{"", ""},
	} {
		got, _ := render(t, func(w *site.Writer) { site.V(tt.in).Refresh(w) })
		if got := value(t, "content", got); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.in, got, tt.want)
		}
	}
	if got, _ := render(t, func(w *site.Writer) { site.V(30).Refresh(w) }); got != ` content="30"` {
		t.Errorf("got %q", got)
	}
	if got, _ := render(t, func(w *site.Writer) { site.V[any](nil).Refresh(w) }); got != "" {
		t.Errorf("got %q", got)
	}
}
