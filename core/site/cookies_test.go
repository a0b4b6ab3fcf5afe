package site

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func requestCookies(lines ...string) *Cookies {
	r := &Request{}
	for _, l := range lines {
		r.Header.AddReceived("cookie", l)
	}
	return &Cookies{req: r}
}

func TestCookiesGet(t *testing.T) {
	for _, tt := range []struct {
		header, name, want string // "-" is none
	}{
		{"a=1; b=2", "b", "2"},
		{"a=1;b=2", "b", "2"},
		{"a=1; a=2", "a", "1"},
		{"a=1", "A", "-"},
		{"a=", "a", ""},
		{"a", "a", "-"},
		{"=x", "", "-"},
		{"a=two%20words", "a", "two words"},
		{"a=%zz", "a", "%zz"},
		{"a=%", "a", "%"},
		{"a=%ff", "a", "%ff"},
		{"a=%C3%BC+", "a", "ü+"},
		{`a="quoted"`, "a", "quoted"},
		{`a="`, "a", `"`},
		{"a=b=c", "a", "b=c"},
		{"  a = 1 ", "a", "1"},
		{"a=1", "toString", "-"},
		{"cart[0]=x", "cart[0]", "x"},
		{"", "a", "-"},
	} {
		c, ok := requestCookies(tt.header).Get(tt.name)
		got := c.Value
		if !ok {
			got = "-"
		}
		if got != tt.want {
			t.Errorf("%q of %q is %q, want %q", tt.name, tt.header, got, tt.want)
		}
	}
	if c, _ := requestCookies("a=1", "b=2").Get("b"); c.Value != "2" {
		t.Error("a second Cookie line is not read")
	}
	if raw, ok := requestCookies("a=%20").GetRaw("a"); raw != "%20" || !ok {
		t.Errorf("GetRaw gives %q", raw)
	}
}

func TestCookieValues(t *testing.T) {
	if n, err := (Cookie{Value: "42"}).Int(); n != 42 || err != nil {
		t.Error(n, err)
	}
	if _, err := (Cookie{Value: "x"}).Int(); err == nil {
		t.Error("x is a number")
	}
	if n, err := (Cookie{Value: "1.5"}).Float(); n != 1.5 || err != nil {
		t.Error(n, err)
	}
	for _, v := range []string{"", "x", "NaN", "nan", "Inf", "-Infinity", "1e999", "9223372036854775808x", "1.5.2", " 1"} {
		n, err := Cookie{Value: v}.Int()
		if n != 0 || err == nil {
			t.Errorf("%q as int is %d, %v", v, n, err)
		}
		f, err := Cookie{Value: v}.Float()
		if f != 0 || err == nil {
			t.Errorf("%q as float is %g, %v", v, f, err)
		}
	}
	for v, want := range map[string]bool{"": false, "0": false, "false": false, "1": true, "true": true, "no": true} {
		if got := (Cookie{Value: v}).Bool(); got != want {
			t.Errorf("%q as bool is %v", v, got)
		}
	}
	var v struct{ A int }
	if err := (Cookie{Value: `{"A":1}`}).JSON(&v); v.A != 1 || err != nil {
		t.Error(v, err)
	}
	if err := (Cookie{Value: `{`}).JSON(&v); err == nil {
		t.Error("{ is JSON")
	}
}

func TestCookiesSet(t *testing.T) {
	when := time.Date(2030, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))
	for _, tt := range []struct {
		cookie Cookie
		https  bool
		want   string // beginning with "!": the problem
	}{
		{Cookie{Name: "a", Value: "1"}, false, "a=1; Path=/; HttpOnly; SameSite=Lax"},
		{Cookie{Name: "a", Value: "1"}, true, "a=1; Path=/; HttpOnly; Secure; SameSite=Lax"},
		{Cookie{Name: "a", Value: "1", Plain: true}, true, "a=1"},
		{Cookie{Name: "a", Value: "1", Plain: true, Path: "/x", HTTPOnly: true}, true, "a=1; Path=/x; HttpOnly"},
		{Cookie{Name: "a", Value: "", Plain: true}, false, "a="},
		{Cookie{Name: "a", Value: "two words; ü\r\n\"\\,", Plain: true}, false, "a=two%20words%3B%20%C3%BC%0D%0A%22%5C%2C"},
		{Cookie{Name: "a", Value: "AZaz09-_.!~*'()", Plain: true}, false, "a=AZaz09-_.!~*'()"},
		{Cookie{Name: "a", Value: "x/y=z", Raw: true, Plain: true}, false, "a=x/y=z"},
		{Cookie{Name: "a", MaxAge: 60, Plain: true}, false, "a=; Max-Age=60"},
		{Cookie{Name: "a", MaxAge: -1, Plain: true}, false, "a=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"},
		{Cookie{Name: "a", Expires: when, Plain: true}, false, "a=; Expires=Wed, 02 Jan 2030 02:04:05 GMT"},
		{Cookie{Name: "a", Domain: ".example.com", Plain: true}, false, "a=; Domain=example.com"},
		{Cookie{Name: "a", SameSite: SameSiteStrict, Priority: "High", Plain: true}, false, "a=; SameSite=Strict; Priority=High"},
		{Cookie{Name: "a", SameSite: SameSiteNone}, false, "a=; Path=/; HttpOnly; Secure; SameSite=None"},
		{Cookie{Name: "a", Partitioned: true}, false, "a=; Path=/; HttpOnly; Secure; SameSite=Lax; Partitioned"},
		{Cookie{Name: "__Host-a"}, false, "__Host-a=; Path=/; HttpOnly; Secure; SameSite=Lax"},
		{Cookie{Name: "__Secure-a", Domain: "a.example", Path: "/x"}, false, "__Secure-a=; Domain=a.example; Path=/x; HttpOnly; Secure; SameSite=Lax"},

		{Cookie{Name: ""}, false, "!token"},
		{Cookie{Name: "a b"}, false, "!token"},
		{Cookie{Name: "a\r\nSet-Cookie: b"}, false, "!token"},
		{Cookie{Name: "ü"}, false, "!token"},
		{Cookie{Name: "a=b"}, false, "!token"},
		{Cookie{Name: "a", Value: "x;y", Raw: true}, false, "!raw value"},
		{Cookie{Name: "a", Value: "x\ny", Raw: true}, false, "!raw value"},
		{Cookie{Name: "a", Path: "x"}, false, "!path"},
		{Cookie{Name: "a", Path: "/x; Domain=evil"}, false, "!path"},
		{Cookie{Name: "a", Path: "/\r\n"}, false, "!path"},
		{Cookie{Name: "a", Path: "/ü"}, false, "!path"},
		{Cookie{Name: "a", Domain: "a;b"}, false, "!domain"},
		{Cookie{Name: "a", Domain: "a\nb"}, false, "!domain"},
		{Cookie{Name: "__Host-a", Domain: "a.example"}, false, "!__Host-"},
		{Cookie{Name: "__Host-a", Path: "/x"}, false, "!__Host-"},
		{Cookie{Name: "__host-a", Plain: true, Path: "/"}, false, "!Secure"},
		{Cookie{Name: "__Secure-a", Plain: true}, false, "!Secure"},
		{Cookie{Name: "a", SameSite: SameSiteNone, Plain: true}, false, "!Secure"},
		{Cookie{Name: "a", Partitioned: true, Plain: true}, false, "!Secure"},
		{Cookie{Name: "a", SameSite: 9}, false, "!SameSite"},
		{Cookie{Name: "a", Priority: "Low; x"}, false, "!Priority"},
		{Cookie{Name: "a", Expires: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, false, "!Expires"},
		{Cookie{Name: "a", Value: strings.Repeat("x", 4095)}, false, "!4097 bytes"},
	} {
		line, problem := tt.cookie.line(tt.https)
		if want, bad := strings.CutPrefix(tt.want, "!"); bad {
			if !strings.Contains(problem, want) || line != "" {
				t.Errorf("%+v: %q, %q; want a problem about %q", tt.cookie, line, problem, want)
			}
			continue
		}
		if line != tt.want || problem != "" {
			t.Errorf("%+v: %q, %q; want %q", tt.cookie, line, problem, tt.want)
		}
	}
}

func TestCookiesLater(t *testing.T) {
	c := requestCookies("a=1; b=2; c=3")
	c.Set(Cookie{Name: "b", Value: "x y", Plain: true})
	c.Set(Cookie{Name: "n", Value: "new", Plain: true})
	c.Delete("a")
	c.Set(Cookie{Name: "b", Value: "z", Plain: true})
	var all []string
	for cookie := range c.All() {
		all = append(all, cookie.Name+"="+cookie.Value)
	}
	if got := strings.Join(all, " "); got != "c=3 b=z n=new" {
		t.Errorf("All gives %s", got)
	}
	if c.Has("a") || !c.Has("b") {
		t.Error("Has does not see what was deleted and set")
	}
	want := "b=z\nn=new\na=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax"
	if got := strings.Join(c.Lines(), "\n"); got != want {
		t.Errorf("lines:\n%s\nwant:\n%s", got, want)
	}
	c.Delete("b", Cookie{Path: "/x", MaxAge: 99, Expires: time.Now(), Domain: "a.example"})
	if got := c.Lines()[0]; !strings.HasPrefix(got, "b=; Domain=a.example; Path=/x; Max-Age=0; Expires=Thu, 01 Jan 1970") {
		t.Errorf("deleted elsewhere: %s", got)
	}
	var other Cookies
	other.Set(Cookie{Name: "n", Value: "other", Plain: true})
	other.Delete("c")
	c.Merge(&other)
	if v, _ := c.Get("n"); v.Value != "other" || c.Has("c") {
		t.Error("Merge does not win")
	}
	if err := c.SetJSON(Cookie{Name: "j", Plain: true}, map[string]int{"a": 1}); err != nil {
		t.Error(err)
	}
	if v, _ := c.Get("j"); v.Value != `{"a":1}` {
		t.Errorf("SetJSON: %q", v.Value)
	}
	if err := c.SetJSON(Cookie{Name: "j"}, func() {}); err == nil {
		t.Error("a func as JSON gives no error")
	}
	c.Set(Cookie{Name: "bad name"})
	if c.err == nil || !strings.Contains(c.err.Error(), "cookies_test.go:") {
		t.Errorf("a bad cookie: %v", c.err)
	}
}

func TestCookiesPrerendered(t *testing.T) {
	c := &Cookies{prerendered: true}
	for name, f := range map[string]func(){
		"Get": func() { c.Get("a") }, "Has": func() { c.Has("a") }, "Set": func() { c.Set(Cookie{Name: "a"}) },
		"Delete": func() { c.Delete("a") }, "All": func() { c.All() }, "Merge": func() { c.Merge(&Cookies{}) },
	} {
		func() {
			defer func() {
				err, _ := recover().(error)
				var want *PrerenderError
				if !errors.As(err, &want) || !strings.HasPrefix(want.What, "page.Cookies.") {
					t.Errorf("%s: %v", name, err)
				}
			}()
			f()
		}()
	}
}

func FuzzCookies(f *testing.F) {
	f.Add("a=1; b=%20", "n", "v", "/", "d")
	f.Add("a; =;;\";", "__Host-x", "\x00", "/\n", "")
	f.Fuzz(func(t *testing.T, header, name, value, path, domain string) {
		c := requestCookies(header)
		for range c.All() {
		}
		cookie := Cookie{Name: name, Value: value, Path: path, Domain: domain}
		line, problem := cookie.line(true)
		if (line == "") == (problem == "") {
			t.Fatalf("%q, %q", line, problem)
		}
		if line == "" {
			return
		}
		if !isFieldValue(line) || strings.Count(line, ";") > 6 {
			t.Fatalf("the line is %q", line)
		}
		pair, _, _ := strings.Cut(line, ";")
		back, ok := requestCookies("x=1; " + pair).Get(name)
		if !ok && name != "x" || ok && name != "x" && back.Value != value && validUTF8(value) {
			t.Fatalf("%q=%q is sent as %q and read as %q", name, value, pair, back.Value)
		}
	})
}

func validUTF8(s string) bool { return strings.ToValidUTF8(s, "") == s }

func TestHeader(t *testing.T) {
	var h Header
	h.Add("Accept", "a")
	h.Add("accept", " b\t")
	h.Add("Cookie", "x=1")
	h.Add("cookie", "y=2")
	h.Add("Set-Cookie", "1")
	h.Add("set-cookie", "2")
	for name, want := range map[string]string{"ACCEPT": "a, b", "Cookie": "x=1; y=2", "Set-Cookie": "1", "None": ""} {
		if got := h.Get(name); got != want {
			t.Errorf("Get(%q) = %q, want %q", name, got, want)
		}
	}
	h.Set("aCCept", "c")
	h.Set("New", "n")
	h.Del("cookie")
	var lines []string
	for name, value := range h.All() {
		lines = append(lines, name+": "+value)
	}
	if got := strings.Join(lines, "; "); got != "Accept: c; Set-Cookie: 1; set-cookie: 2; New: n" || h.Len() != 4 {
		t.Errorf("lines: %s", got)
	}
	for _, bad := range [][2]string{
		{"", "x"}, {"a b", "x"}, {"a:", "x"}, {"a\r\nb", "x"}, {"ü", "x"},
		{"A", "x\r\nSet-Cookie: y"}, {"A", "x\ny"}, {"A", "x\ry"}, {"A", "x\x00y"}, {"A", "ü"}, {"A", "x\x7f"}, {"A", "\x1b["},
	} {
		var h Header
		h.Set(bad[0], bad[1])
		h.Add(bad[0], bad[1])
		if h.Len() != 0 || h.Err() == nil || !strings.Contains(h.Err().Error(), "cookies_test.go:") {
			t.Errorf("%q: %q gives %v", bad[0], bad[1], h.Err())
		}
	}
	h.Reset()
	if h.Len() != 0 || h.Has("New") || h.Err() != nil {
		t.Error("Reset leaves something behind")
	}
	if h.Get("K") != "" {
		t.Error("K (U+212A)")
	}
}

func FuzzHeader(f *testing.F) {
	f.Add("A", "b")
	f.Add("a b", "c\r\nd")
	f.Fuzz(func(t *testing.T, name, value string) {
		var h Header
		h.Add(name, value)
		h.Set(name, value)
		if (h.Len() == 0) != (h.Err() != nil) {
			t.Fatalf("%d lines, %v", h.Len(), h.Err())
		}
		for n, v := range h.All() {
			if strings.ContainsAny(n, " :\r\n\x00") || strings.ContainsAny(v, "\r\n\x00") || h.Get(n) != v {
				t.Fatalf("%q: %q", n, v)
			}
		}
	})
}

func TestCookieCodec(t *testing.T) {
	// Values are signed in the plainest way, and reversed to tell the two forms apart.
	reverse := func(s string) string {
		b := []byte(s)
		slices.Reverse(b)
		return string(b)
	}
	codec := CookieCodec{
		Encode: func(v string) string { return reverse(v) + ".ok" },
		Decode: func(raw string) (string, error) {
			v, ok := strings.CutSuffix(raw, ".ok")
			if !ok {
				return "", errors.New("not signed")
			}
			return reverse(v), nil
		},
	}
	c := requestCookies("good=cba.ok; bad=cba; percent=%2e.ok")
	for name, want := range map[string]string{"good": "abc", "bad": "", "absent": "", "percent": "e2%"} {
		got, ok := c.GetWith(codec, name)
		if got.Value != want || ok != (want != "") {
			t.Errorf("%s: %q %v, want %q", name, got.Value, ok, want)
		}
	}
	c.SetWith(codec, Cookie{Name: "n", Value: "12", Plain: true})
	c.SetWith(codec, Cookie{Name: "gone", Value: "1"})
	c.Delete("gone")
	c.SetWith(codec, Cookie{Name: "bad", Value: "a b"})
	for _, get := range []func(string) (Cookie, bool){c.Get, func(n string) (Cookie, bool) { return c.GetWith(codec, n) }} {
		if got, ok := get("n"); !ok || got.Value != "12" || got.Raw {
			t.Errorf("n: %+v %v", got, ok)
		}
		if got, ok := get("gone"); ok || got != (Cookie{}) {
			t.Errorf("gone: %+v %v", got, ok)
		}
	}
	if c.err == nil || !strings.Contains(c.err.Error(), "the raw value holds a blank") {
		t.Errorf("an encoding that no cookie can have: %v", c.err)
	}
	other := requestCookies()
	other.Merge(c)
	if got, _ := other.Get("n"); got.Value != "12" || other.Lines()[0] != "n=21.ok" {
		t.Errorf("merged: %+v, %q", got, other.Lines())
	}
}

func TestManyCookies(t *testing.T) {
	var line strings.Builder
	for i := range 20_000 {
		line.WriteString("c" + strconv.Itoa(i) + "=1;")
	}
	req := &Request{}
	req.Header.AddReceived("Cookie", line.String())
	req.Header.AddReceived("Cookie", "last=1")
	c := &Cookies{req: req}
	n := 0
	for range c.All() {
		n++
	}
	if n != maxReceived || c.Has("last") || !c.Has("c0") {
		t.Errorf("%d cookies, the last among them: %v", n, c.Has("last"))
	}
}
