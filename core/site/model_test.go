package site

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// The targets of this file hold the runtime against something that is slower, larger or more naive, and right: an expression
// for each route, net/http, mime/multipart, net/url, a sorted list.

// naiveRoute matches what a pattern says, as one expression over the decoded segments, each behind a byte that no path holds.
func naiveRoute(c *compiledRoute) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`\A`)
	for _, parts := range c.segs {
		if parts[0].rest {
			b.WriteString(`((?:\x00[^\x00]+)*?)`)
			continue
		}
		b.WriteString(`\x00`)
		for _, p := range parts {
			if p.param != "" {
				b.WriteString(`([^\x00]+?)`)
				continue
			}
			b.WriteString(regexp.QuoteMeta(p.text))
		}
	}
	b.WriteString(`\z`)
	return regexp.MustCompile(b.String())
}

// FuzzRouter holds the table of routes against expressions that are tried one after another.
func FuzzRouter(f *testing.F) {
	f.Add("/\n/about\n/[x]\n/[...all]", "/about/")
	f.Add("/[id].json\n/v[a].[b]\n/[a]-[b].json", "/v1.2-3.json")
	f.Add("/d/[...x]/edit\n/[l]/post/[...s]\n/[a][b]/c", "/d/a%2Fb/edit")
	f.Add("/[...x]/m/[...y]\n/ü/[x]", "/a/m/%C3%BC/b")
	f.Fuzz(func(t *testing.T, patterns, path string) {
		var routes []*compiledRoute
		for pattern := range strings.SplitSeq(patterns, "\n") {
			if strings.Contains(pattern, "//") || strings.ContainsFunc(pattern, unicode.IsControl) || !utf8.ValidString(pattern) || len(pattern) > 200 || strings.Count(pattern, "[...") > 2 {
				continue
			}
			if c, err := compileRoute(&Route{Pattern: pattern}, len(routes)); err == nil && len(routes) < 20 {
				routes = append(routes, c)
			}
		}
		p, _, err := parsePath(path)
		if err != nil {
			return
		}
		segs := p.segments(nil)
		var text strings.Builder
		for _, s := range segs {
			text.WriteString("\x00" + s)
		}
		want := "-"
		byKind := slices.Clone(routes)
		slices.SortStableFunc(byKind, func(a, b *compiledRoute) int { return cmp.Compare(min(len(a.params), 1), min(len(b.params), 1)) })
		for _, c := range byKind {
			m := naiveRoute(c).FindStringSubmatch(text.String())
			if m == nil || p.trailing() && c.file {
				continue
			}
			params := Params{}
			for i, name := range c.params {
				if !c.isRest(name) {
					params[name] = m[i+1]
				} else if m[i+1] != "" {
					params[name] = strings.ReplaceAll(m[i+1][1:], "\x00", "/")
				}
			}
			want = c.Pattern + " " + showParams(params)
			break
		}
		got := "-"
		table := newTable(routes)
		if c, params := table.find(&p, segs, nil, func(*compiledRoute, Params) bool { return true }); c != nil {
			got = c.Pattern + " " + showParams(params)
		}
		if got != want {
			t.Errorf("%q on %q:\ngot  %s\nwant %s", path, patterns, got, want)
		}
	})
}

// FuzzMoved follows redirects of site.yaml, of slashes and of the base to their end: there is one, it is on the site and below the
// base, a parameter arrives as it was asked for, and so does the query.
func FuzzMoved(f *testing.F) {
	for _, s := range []string{"/", "//", "/b", "/b//r/x/y/z", "/r/%5B/%3F%23/", "/r/%2Fevil//x", "/rest/%2Fevil.example", "/rest//evil", "/r/%25/..", "/b/r/ü/a%2Fb/c", "/f.txt/", "/p.x/", "/deep/%C3%BC"} {
		f.Add(s, "q=1", uint8(0))
		f.Add(s, "", uint8(5))
		f.Add(s, "?#", uint8(7))
	}
	routes := []*Route{
		{Pattern: "/r/[a]/[...p]", Type: RedirectRoute, Redirect: &RedirectTo{To: "/t/[a]/[...p]"}},
		{Pattern: "/rest/[...p]", Type: RedirectRoute, Redirect: &RedirectTo{To: "/[...p]"}},
		{Pattern: "/[x].old", Type: RedirectRoute, Redirect: &RedirectTo{To: "/[x]", Status: 307}},
		page("/t/[a]/[...p]", show("t")),
		page("/p.x", show("dot")),
		page("/deep/[x]", show("deep")),
	}
	type policy struct {
		slash, base string
		h           *RequestHandler
	}
	var policies []policy
	for _, slash := range []string{"ignore", "always", "never"} {
		for _, base := range []string{"/", "/b/", "/b/ü/"} {
			for _, format := range []string{"directory", "file", "preserve"} {
				policies = append(policies, policy{slash, base, NewHandler(&App{Routes: routes, Config: Config{TrailingSlash: slash, Base: base, BuildFormat: format}},
					Host{Static: memStatic{"f.txt": "x", "d/index.html": "y", "e.html": "z", "index.html": "i"}})})
			}
		}
	}
	f.Fuzz(func(t *testing.T, path, query string, which uint8) {
		if strings.ContainsAny(path, "?#") {
			return
		}
		p := policies[int(which)%len(policies)]
		target := path
		if query != "" {
			target += "?" + query
		}
		begin, params := target, ""
		for range 5 {
			sink := &memSink{}
			p.h.Serve(t.Context(), &Request{Method: "GET", Target: target, Host: "example.com", Scheme: "http", RemoteAddr: "192.0.2.1:1"}, sink)
			to := sink.get("Location")
			if to == "" {
				if got := sink.body.String(); sink.status == 200 && params != "" && !strings.HasPrefix(got, "t("+params) {
					t.Fatalf("%q ends at %s, want the parameters %s", begin, got, params)
				}
				return
			}
			if to == target {
				t.Fatalf("%s %s: %q leads to itself", p.base, p.slash, to)
			}
			if !strings.HasPrefix(to, "/") || len(to) > 1 && (to[1] == '/' || to[1] == '\\') || strings.IndexFunc(to, func(r rune) bool { return r <= ' ' || r >= 0x7f }) >= 0 {
				t.Fatalf("%s %s: %q leads to %q", p.base, p.slash, target, to)
			}
			base := encodePath(p.base)
			if !strings.HasPrefix(to+"/", base) && to[:strings.IndexAny(to+"?", "?#")]+"/" != base {
				t.Fatalf("%s %s: %q leads out of the base to %q", p.base, p.slash, target, to)
			}
			u, err := url.Parse(to)
			if err != nil || u.RawQuery != encodeLocation(query) {
				t.Fatalf("%s %s: %q leads to %q: %v", p.base, p.slash, target, to, err)
			}
			before, _, _ := strings.Cut(target, "?")
			if was, _, err := parsePath(before); err == nil {
				baseOf, _, _ := parsePath(base)
				if below, ok := was.below(&baseOf); ok {
					if segs := below.segments(nil); len(segs) > 1 && segs[0] == "r" {
						params = "a=" + segs[1]
						if rest := strings.Join(segs[2:], "/"); rest != "" {
							params += " p=" + rest
						}
						params += ")"
					}
				}
			}
			target = to
		}
		t.Fatalf("%s %s: %q does not come to an end, but to %q", p.base, p.slash, begin, target)
	})
}

// FuzzSetCookie holds a Set-Cookie line against what net/http reads in it.
func FuzzSetCookie(f *testing.F) {
	f.Add("a", "b c;\"", "/x", "example.com", 0, int64(0), uint16(0))
	f.Add("__Host-s", "ü\x00", "", "", 60, int64(1700000000), uint16(0xffff))
	f.Add("n", "v", "/ x", ".a.b", -1, int64(1), uint16(0x5a))
	f.Fuzz(func(t *testing.T, name, value, path, domain string, age int, expires int64, bits uint16) {
		has := func(n int) bool { return bits>>n&1 == 1 }
		c := Cookie{Name: name, Value: value, Path: path, Domain: domain, MaxAge: age, Secure: has(0), HTTPOnly: has(1), Partitioned: has(2), Plain: has(3), Raw: has(4),
			SameSite: SameSite(bits >> 5 & 3), Priority: []string{"", "Low", "Medium", "High"}[bits>>7&3]}
		if has(9) {
			c.Expires = time.Unix(expires, 0)
		}
		line, problem := c.line(has(10))
		if problem != "" || strings.ContainsAny(path, `",\`) {
			return // net/http leaves such paths out, browsers do not
		}
		got, err := http.ParseSetCookie(line)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		v := got.Value
		if !c.Raw {
			if v, err = url.PathUnescape(v); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
		}
		if got.Name != name || v != value || strings.TrimPrefix(domain, ".") != got.Domain || len(got.Unparsed) > 0 && !strings.HasPrefix(got.Unparsed[0], "Priority=") || len(got.Unparsed) > 1 {
			t.Errorf("%+v is sent as %q and read as %+v", c, line, got)
		}
		if path != "" && strings.Trim(path, " ") != got.Path {
			t.Errorf("the path %q is sent as %q and read as %q", path, line, got.Path)
		}
		if age > 0 && got.MaxAge != age || age == 0 && got.MaxAge != 0 || age < 0 && got.MaxAge != -1 {
			t.Errorf("the age %d is sent as %q and read as %d", age, line, got.MaxAge)
		}
		if want := c.Expires; age >= 0 && !want.IsZero() && !got.Expires.Equal(want) {
			t.Errorf("%v is sent as %q and read as %v", want, line, got.Expires)
		}
		site := map[SameSite]http.SameSite{SameSiteDefault: 0, SameSiteLax: http.SameSiteLaxMode, SameSiteStrict: http.SameSiteStrictMode, SameSiteNone: http.SameSiteNoneMode}[c.SameSite]
		if c.Secure && !got.Secure || c.HTTPOnly && !got.HttpOnly || c.Partitioned != got.Partitioned || c.SameSite != SameSiteDefault && got.SameSite != site {
			t.Errorf("%+v is sent as %q", c, line)
		}
		if !c.Plain && (!got.HttpOnly || got.SameSite < http.SameSiteLaxMode || got.Path == "") {
			t.Errorf("%q lacks a default", line)
		}
		if prefix := strings.ToLower(name); (strings.HasPrefix(prefix, "__host-") || strings.HasPrefix(prefix, "__secure-")) && !got.Secure {
			t.Errorf("browsers refuse %q", line)
		}
	})
}

// FuzzCookieHeader holds the reading of a Cookie header against net/http: every cookie that it reads is one of ours, as it was sent.
func FuzzCookieHeader(f *testing.F) {
	for _, s := range []string{"a=1; b=2", `a="x y"; a=2`, "a; =b;c=", " a = b ;; d=%zz", "\x00=1;x=\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		theirs, err := http.ParseCookie(header)
		if strings.ContainsFunc(header, unicode.IsControl) {
			return // no header of ours holds these
		}
		if err != nil || len(theirs) > 100 {
			return
		}
		ours := requestCookies(header)
		seen := map[string]bool{}
		for _, c := range theirs {
			if seen[c.Name] {
				continue
			}
			seen[c.Name] = true
			if got, ok := ours.GetRaw(c.Name); !ok || strings.Trim(got, " \t") != strings.Trim(c.Value, " \t") {
				t.Errorf("%q: the cookie %q is %q, %v; net/http reads %q", header, c.Name, got, ok, c.Value)
			}
		}
	})
}

// FuzzURLEncoded holds a posted form against net/url, and the order of its fields against the text.
func FuzzURLEncoded(f *testing.F) {
	for _, s := range []string{"a=1&b=+%20&a=2", "=&&a", "%zz=1", "a=b=c;d", "\xff=%ff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		form, err := bodyRequest("application/x-www-form-urlencoded", strings.NewReader(body), 0).Form()
		// net/url has refused semicolons since 2021; the standard for forms has not.
		want, wantErr := url.ParseQuery(strings.ReplaceAll(body, ";", "%3B"))
		if err != nil {
			if wantErr == nil && strings.Count(body, "&") < maxFields {
				t.Errorf("%q: %v", body, err)
			}
			return
		}
		if wantErr != nil {
			t.Errorf("%q: is read, and should be: %v", body, wantErr)
			return
		}
		n := 0
		for name := range want {
			var valid []string
			for _, v := range want[name] {
				valid = append(valid, strings.ToValidUTF8(v, "\uFFFD"))
			}
			n += len(valid)
			if got := form.All(strings.ToValidUTF8(name, "\uFFFD")); utf8.ValidString(body) && !slices.Equal(got, valid) && validNames(want) {
				t.Errorf("%q: %q is %q, want %q", body, name, got, valid)
			}
		}
		if len(form.fields) != n {
			t.Errorf("%q has %d fields, want %d", body, len(form.fields), n)
		}
	})
}

// validNames says whether no two names become one by what stands in them for bytes that are no text.
func validNames(values url.Values) bool {
	for name := range values {
		if !utf8.ValidString(name) {
			return false
		}
	}
	return true
}

// otherEnd finds a delimiter that closes a form for browsers' servers and not for mime/multipart, which wants the line to end there.
var otherEnd = regexp.MustCompile(`--X--[^\r]`)

// FuzzMultipartReader holds the reader of multipart forms against mime/multipart: what both accept has the same parts.
func FuzzMultipartReader(f *testing.F) {
	f.Add("--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--X\r\nContent-Disposition: form-data; name=b; filename=\"c.txt\"\r\nContent-Type: text/plain\r\n\r\n\r\n--X--\r\n")
	f.Add("preamble\r\n--X \t\r\nA:b\r\n\r\n\r\n--Xy\r\n--X--epilogue")
	f.Add("--X\r\n\r\n--X--")
	f.Fuzz(func(t *testing.T, body string) {
		if strings.Contains(strings.ReplaceAll(body, "\r\n", ""), "\n") || strings.Count(body, "--X") > 50 || otherEnd.MatchString(body) {
			return // mime/multipart takes lone line feeds for line breaks once it has seen one behind a boundary
		}
		type part struct{ name, file, body string }
		var ours, theirs []part
		var ourErr, theirErr error
		for p, err := range bodyRequest(`multipart/form-data; boundary=X`, strings.NewReader(body), 0).Parts() {
			if err != nil {
				ourErr = err
				break
			}
			data, err := io.ReadAll(p)
			if err != nil {
				ourErr = err
				break
			}
			ours = append(ours, part{p.Field, p.FileName, string(data)})
		}
		r := multipart.NewReader(strings.NewReader(body), "X")
		for {
			p, err := r.NextRawPart()
			if err == io.EOF {
				break
			}
			if err != nil {
				theirErr = err
				break
			}
			data, err := io.ReadAll(p)
			if err != nil {
				theirErr = err
				break
			}
			theirs = append(theirs, part{p.FormName(), p.FileName(), string(data)})
		}
		if ourErr != nil || theirErr != nil {
			return
		}
		if len(ours) != len(theirs) {
			t.Fatalf("%q has %d parts, mime/multipart reads %d: %q, %q", body, len(ours), len(theirs), ours, theirs)
		}
		for i := range ours {
			if ours[i].body != theirs[i].body {
				t.Errorf("%q: part %d is %q, mime/multipart reads %q", body, i, ours[i], theirs[i])
			}
			if plain := !strings.ContainsAny(body, "%\\*=?"); plain && (ours[i].name != theirs[i].name || ours[i].file != theirs[i].file) {
				t.Errorf("%q: part %d is %q, mime/multipart reads %q", body, i, ours[i], theirs[i])
			}
		}
	})
}

// naiveRange is one item of an Accept-Language, read by an expression.
var naiveRange = regexp.MustCompile(`(?i)\A\s*([^;]*?)\s*(?:;\s*(?:q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.[0-9]{0,3})?)\s*)?)?\z`)

// FuzzLanguage holds the choice of a language against a list of all wishes, sorted by weight, of which the first that is answered wins.
func FuzzLanguage(f *testing.F) {
	for _, s := range []string{"de, en;q=0.5", "*;q=0", "de-AT-1996 ;q=1.000", "pt;q=0.9,fr, *;q=0.1", "de;q=1.1,en;q=.5", "zh-Hant-TW;q=0.7", ";q=1, en;"} {
		f.Add(s)
	}
	ls := &Locales{Default: "en", List: append(slices.Clone(threeLocales), Locale{"zh", []string{"zh-Hant", "zh"}})}
	code := func(wish string) string {
		if wish == "*" {
			return "en"
		}
		for tag := wish; tag != ""; {
			for _, whole := range []bool{true, false} {
				for _, l := range ls.List {
					for _, c := range l.Codes {
						c, tag := strings.ToLower(c), strings.ToLower(tag)
						if c == tag || !whole && strings.HasPrefix(c, tag+"-") {
							return l.Codes[0]
						}
					}
				}
			}
			parts := strings.Split(tag, "-")
			tag = strings.Join(parts[:len(parts)-1], "-")
		}
		return ""
	}
	f.Fuzz(func(t *testing.T, header string) {
		for i := range len(header) {
			if header[i] >= 0x80 || header[i] < ' ' && header[i] != '\t' {
				return // no header of ours holds these
			}
		}
		type wish struct {
			code string
			q    int
		}
		var wishes []wish
		for item := range strings.SplitSeq(header, ",") {
			m := naiveRange.FindStringSubmatch(item)
			if m == nil {
				continue
			}
			q := 1.0
			if m[2] != "" {
				q, _ = strconv.ParseFloat(m[2], 64)
			}
			if c := code(m[1]); c != "" && q > 0 {
				wishes = append(wishes, wish{c, int(min(q, 1)*1000 + 0.5)})
			}
		}
		slices.SortStableFunc(wishes, func(a, b wish) int { return b.q - a.q })
		want := ""
		if len(wishes) > 0 {
			want = wishes[0].code
		}
		if got := ls.preferred(header); got != want {
			t.Errorf("%q prefers %q, want %q of %v", header, got, want, wishes)
		}
	})
}

// FuzzHostName holds hosts against net/url: what is taken for one is one in a URL, and takes no more of it.
func FuzzHostName(f *testing.F) {
	for _, s := range []string{"a.example", "a:80", "[::1]:443", "[::1", "a:", "a:0", "a:065536", "x_y", "a..b", ".a", "a@b", "a/b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		host, port, ok := splitHost(s)
		if !ok {
			return
		}
		u, err := url.Parse("http://" + s + "/p")
		if err != nil || u.Host != s || u.Path != "/p" || u.Port() != port || u.Hostname() != strings.Trim(host, "[]") {
			t.Errorf("%q is taken for host %q and port %q; net/url: %v, %v", s, host, port, u, err)
		}
	})
}

// keptSessions gives every session the same data, whatever the id.
type keptSessions struct{ data []byte }

func (k *keptSessions) Load(context.Context, string) ([]byte, error) { return k.data, nil }
func (k *keptSessions) Save(_ context.Context, _ string, data []byte, _ time.Time) error {
	k.data = bytes.Clone(data)
	return nil
}
func (k *keptSessions) Delete(context.Context, string) error { k.data = nil; return nil }

// FuzzStoredSession gives sessions what a driver may have kept by accident: it is a session, or none, but no failure; and what is
// set in it is there at the next request.
func FuzzStoredSession(f *testing.F) {
	f.Add([]byte(`{"u":99999999999,"v":{"a":{"d":"x"}}}`), strings.Repeat("0", 32), "a", "value")
	f.Add([]byte(`{"u":99999999999,"v":null}`), "../etc", "", "\xff")
	f.Add([]byte(`{"u":"x"}`), strings.Repeat("g", 32), "k", "")
	f.Add([]byte(`{"u":99999999999,"v":{"a":{"d":null,"u":1},"b":{}}}`), strings.Repeat("a", 32), "b", "")
	f.Fuzz(func(t *testing.T, data []byte, id, key, value string) {
		if !isFieldValue(id) || !isCookieValue(id) {
			return
		}
		kept := &keptSessions{data: data}
		var got string
		set := true
		app := &App{Sessions: NewSessions(SessionConfig{}, func(p []byte) (int, error) { return len(p), nil }), Routes: []*Route{page("/", func(w *Writer, p *Page) error {
			if _, err := p.Session.Keys(); err != nil {
				return err
			}
			if set {
				return p.Session.Set(key, value)
			}
			_, err := p.Session.Get(key, &got)
			return err
		})}}
		h := NewHandler(app, Host{Sessions: kept})
		ask := func(id string) *memSink {
			sink := &memSink{}
			r := &Request{Method: "GET", Target: "/", Host: "example.com", Scheme: "http"}
			r.Header.AddReceived("Cookie", "session="+id)
			h.Serve(t.Context(), r, sink)
			return sink
		}
		first := ask(id)
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			if first.status != 500 {
				t.Fatalf("%q = %q: status %d", key, value, first.status)
			}
			return
		}
		if first.status != 200 {
			t.Fatalf("%q: status %d", data, first.status)
		}
		c, err := http.ParseSetCookie(first.get("Set-Cookie"))
		if err != nil || !isSessionID(c.Value) {
			t.Fatalf("%q is answered with the cookie %q", id, first.get("Set-Cookie"))
		}
		var stored storedSession
		if json.Unmarshal(data, &stored) != nil && c.Value == id && id != fmt.Sprintf("%032x", 0) {
			t.Fatalf("the id %q is kept for a session that there is not", id)
		}
		set = false
		if second := ask(c.Value); second.status != 200 || got != value {
			t.Fatalf("%q is set and %q is read: status %d", value, got, second.status)
		}
	})
}

// FuzzFilledTail holds what a redirect puts into its query and fragment against what net/url reads there.
func FuzzFilledTail(f *testing.F) {
	for _, s := range []string{"tea", "a&b=c", "%26", "+ ", "ü#", "\"'<>\r\n", "[a]", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		to, err := fillTarget("/t?x=[a]&tag[]=[b]&in=[...p]&last=[...none]#%[a]", Params{"a": value, "p": "1/" + value})
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(to)
		if err != nil {
			t.Fatalf("%q: %v", to, err)
		}
		want := url.Values{"x": {value}, "tag[]": {"[b]"}, "in": {"1/" + value}, "last": {""}}
		if got := u.Query(); !maps.EqualFunc(got, want, slices.Equal) || u.Fragment != "%"+value {
			t.Errorf("%q holds %q and #%q, want %q and #%q", to, got, u.Fragment, want, "%"+value)
		}
	})
}
