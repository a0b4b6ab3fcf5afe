package node

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestNegotiate(t *testing.T) {
	all := &file{size: [encodings]int64{100, 20, 30, 40}}
	for _, tt := range []struct {
		accept string
		want   encoding
	}{
		{"", identity},
		{"gzip", gzip},
		{"x-gzip", gzip},
		{"GZIP, BR", brotli},
		{"gzip, deflate, br, zstd", brotli},
		{"gzip, zstd", zstd},
		{"br;q=0.5, gzip;q=0.8", gzip},
		{"br;q=0, gzip", gzip},
		{"br;q=0.000, zstd;q=0", identity},
		{"*", brotli},
		{"*;q=0", identity},
		{"*;q=0.1, gzip;q=0.5", gzip},
		{"br;q=0, *", zstd},
		{"identity;q=1, br;q=0.5", identity},
		{"identity;q=0.5, br;q=0.5", brotli},
		{"identity;q=0", identity},
		{"deflate, compress", identity},
		{"br ; q = 0.1 , gzip ;q=0.2", gzip},
		{"br;q=junk", brotli},
		{"br;level=9;q=0", identity},
		{";;;,,,=,q=,;q", identity},
		{strings.Repeat("gzip,", 1000), gzip},
	} {
		if got := negotiate([]string{tt.accept}, all); got != tt.want {
			t.Errorf("negotiate(%.60q) = %s; want %s", tt.accept, coding[got], coding[tt.want])
		}
	}
	if got := negotiate([]string{"gzip", "zstd"}, all); got != zstd {
		t.Errorf("negotiate of two lines = %s; want zstd", coding[got])
	}
	only := &file{size: [encodings]int64{100, -1, -1, 40}}
	if got := negotiate([]string{"br, gzip;q=0.1"}, only); got != gzip {
		t.Errorf("negotiate without brotli = %s; want gzip", coding[got])
	}
}

func TestQuality(t *testing.T) {
	for in, want := range map[string]int{
		"": 1000, "q=1": 1000, "q=0": 0, "q=0.": 0, "q=0.5": 500, "q=0.123": 123, "q=0.1234": 1000, "Q=0.25": 250,
		"a=b;q=0.5": 500, "q=1.5": 1000, "q=-1": 1000, "q=00.5": 1000, "q=0.5x": 1000, "q": 1000, "q=": 1000,
	} {
		if got := quality(in); got != want {
			t.Errorf("quality(%q) = %d; want %d", in, got, want)
		}
	}
}

// FuzzNegotiate holds the choice of a form against a list of what the client takes, sorted by how much it likes it, then by size.
func FuzzNegotiate(f *testing.F) {
	for _, s := range []string{"gzip;q=0.5, br", "*;q=0, identity", "zstd;q=0.9, br;q=0.9, *;q=1", "br;q=0.001;x, X-GZIP;Q=0.002", "identity;q=0.3,br;q=0.3", ";q=1,br;q=,gzip;q=1.1"} {
		f.Add(s, uint8(0))
		f.Add(s, uint8(2))
	}
	item := regexp.MustCompile(`(?i)\A[ \t]*([^; \t]*)[ \t]*(?:;(.*))?\z`)
	weight := regexp.MustCompile(`(?i)\A[ \t]*q[ \t]*=[ \t]*(.*?)[ \t]*\z`)
	f.Fuzz(func(t *testing.T, accept string, missing uint8) {
		for i := range len(accept) {
			if accept[i] < ' ' && accept[i] != '\t' || accept[i] >= 0x7f {
				return // no header that comes in holds these
			}
		}
		forms := &file{size: [encodings]int64{100, 20, 30, 40}}
		if e := encoding(missing % uint8(encodings)); e != identity {
			forms.size[e] = -1
		}
		likes := map[string]float64{}
		for one := range strings.SplitSeq(accept, ",") {
			m := item.FindStringSubmatch(one)
			if m == nil {
				continue
			}
			q := 1.0
			for param := range strings.SplitSeq(m[2], ";") {
				if w := weight.FindStringSubmatch(param); w != nil {
					if ok, _ := regexp.MatchString(`\A0(\.[0-9]{0,3})?\z`, w[1]); ok {
						q, _ = strconv.ParseFloat(w[1], 64)
					}
					break
				}
			}
			name := strings.ToLower(m[1])
			if name == "x-gzip" {
				name = "gzip"
			}
			likes[name] = q
		}
		type choice struct {
			e    encoding
			q    float64
			size int64
		}
		var all []choice
		for e := brotli; e < encodings; e++ {
			q, named := likes[coding[e]]
			if !named {
				q = likes["*"]
			}
			if q > 0 && forms.size[e] >= 0 {
				all = append(all, choice{e, q, forms.size[e]})
			}
		}
		slices.SortStableFunc(all, func(a, b choice) int { return cmp.Or(cmp.Compare(b.q, a.q), cmp.Compare(a.size, b.size)) })
		want := identity
		if len(all) > 0 && likes["identity"] <= all[0].q {
			want = all[0].e
		}
		if got := negotiate([]string{accept}, forms); got != want {
			t.Errorf("negotiate(%q) = %s, want %s of %v", accept, coding[got], coding[want], all)
		}
	})
}

// FuzzConditions holds the answer to a request for a file, with any ranges and conditions, against what net/http gives for it, as far as
// we do not deliberately do otherwise; and a part against the file.
func FuzzConditions(f *testing.F) {
	const tag = `"84d89877"`
	for _, s := range [][4]string{{"bytes=2-4", "", "", ""}, {"bytes=-3,0-0", "", "", tag}, {"BYTES=0-", "*", "", ""}, {"bytes=9-1", "W/" + tag + `, "a"`, tag, `"b"`}, {"lines=1", "", "*", "Mon, 06 May 2024 07:08:09 GMT"},
		{"bytes=" + strings.Repeat("0-0,", 20) + "1-1", "", "", ""}, {"bytes=,", `"`, "W/x", ""}, {"", "", "", ""}, {"bytes=5-5,7-7", "", "", ""}} {
		f.Add(s[0], s[1], s[2], s[3], "Mon, 06 May 2024 07:08:09 GMT")
		f.Add(s[0], s[1], s[2], s[3], "")
	}
	h := guest(f, Options{Log: discard}, true)
	whole := fixture["digits.txt"]
	f.Fuzz(func(t *testing.T, ranges, noneMatch, match, ifRange, since string) {
		r := httptest.NewRequest("GET", "/digits.txt", nil)
		for name, value := range map[string]string{"Range": ranges, "If-None-Match": noneMatch, "If-Match": match, "If-Range": ifRange, "If-Modified-Since": since} {
			if value = strings.Trim(value, " \t"); value != "" && !strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c >= 0x7f }) {
				r.Header.Set(name, value)
			}
		}
		got := ask(h, r)
		// What net/http is given: ranges in bytes, and not too many.
		c := r.Clone(r.Context())
		c.Header.Del("Range")
		if v := r.Header.Get("Range"); len(v) >= 6 && strings.EqualFold(v[:6], "bytes=") && strings.Count(v, ",") < 16 {
			c.Header.Set("Range", "bytes="+v[6:])
		}
		want := httptest.NewRecorder()
		want.Header().Set("Etag", tag)
		want.Header().Set("Content-Type", "text/plain; charset=utf-8")
		http.ServeContent(want, c, "", time.Time{}, strings.NewReader(whole))
		if got.Code != want.Code || got.Header().Get("Content-Range") != want.Header().Get("Content-Range") {
			t.Fatalf("%v: %d %q, want %d %q", r.Header, got.Code, got.Header().Get("Content-Range"), want.Code, want.Header().Get("Content-Range"))
		}
		switch body := got.Body.String(); got.Code {
		case 200:
			if body != whole {
				t.Errorf("%v: %q", r.Header, body)
			}
		case 206:
			var from, to, all int
			if n, _ := fmt.Sscanf(got.Header().Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &all); n == 3 && (all != len(whole) || body != whole[from:to+1]) {
				t.Errorf("%v: %s is %q", r.Header, got.Header().Get("Content-Range"), body)
			} else if n != 3 && !strings.HasPrefix(got.Header().Get("Content-Type"), "multipart/byteranges; boundary=") {
				t.Errorf("%v: neither one part nor several: %v", r.Header, got.Header())
			}
		case 304, 412:
			if body != "" {
				t.Errorf("%v: %d with %q", r.Header, got.Code, body)
			}
		case 416:
		default:
			t.Errorf("%v: %d", r.Header, got.Code)
		}
		if l := got.Header().Get("Content-Length"); l != "" && l != strconv.Itoa(got.Body.Len()) {
			t.Errorf("%v: %d bytes, announced are %s", r.Header, got.Body.Len(), l)
		}
	})
}

// TestStatic holds exact answers against exact requests, from a folder and from inside the program.
func TestStatic(t *testing.T) {
	const (
		check   = "public, max-age=0, must-revalidate"
		forever = "public, max-age=31536000, immutable"
		html    = "text/html; charset=utf-8"
		text    = "text/plain; charset=utf-8"
	)
	digits := `"84d89877"` // of the fixture's digits.txt
	for _, packed := range []bool{false, true} {
		s := start(t, setup{packed: packed})
		etag := s.get(t, "/digits.txt").header("Etag")
		if etag != digits {
			t.Fatalf("the tag of digits.txt is %s", etag)
		}
		for _, tt := range []struct {
			path   string
			header []string
			status int
			body   string
			want   map[string]string // "" is absent
		}{
			{"/", nil, 200, fixture["index.html"], map[string]string{"Content-Type": html, "Cache-Control": check, "Content-Length": "28", "X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes", "Vary": ""}},
			{"/about/", nil, 200, fixture["about/index.html"], map[string]string{"Content-Type": html, "X-Frame-Options": "DENY"}},
			{"/about", nil, 200, fixture["about/index.html"], nil},
			{"/digits.txt?x=1", nil, 200, "0123456789", map[string]string{"Content-Type": text, "Etag": digits}},
			{"/empty.txt", nil, 200, "", map[string]string{"Content-Length": "0"}},
			{"/.well-known/security.txt", nil, 200, fixture[".well-known/security.txt"], nil},
			{"/with%20space.txt", nil, 200, "space", nil},
			{"/h%C3%A9llo.txt", nil, 200, "umlaut", nil},
			{"/50%25.txt", nil, 200, "half", nil},
			{"/unicode/%c3%bc%C3%B6/", nil, 200, "<!DOCTYPE html>ü", nil},
			{"/large.bin", nil, 200, fixture["large.bin"], map[string]string{"Content-Length": "1048576", "Content-Type": "application/octet-stream"}},

			// A page's own lines win over ours and are not joined.
			{"/headers/", nil, 200, "<!DOCTYPE html>", map[string]string{"Cache-Control": "max-age=60", "X-Page": "yes", "Link": "</a> | </b>"}},

			// Hashed names.
			{"/_assets/font.0a1b2c3d.woff2", nil, 200, "woff", map[string]string{"Cache-Control": forever}},
			{"/_assets/plain.js", nil, 200, "g()", map[string]string{"Cache-Control": check}},
			{"/_assets/none.0a1b2c3d.js", nil, 404, fixture["404.html"], map[string]string{"Cache-Control": "no-store", "Etag": "", "Accept-Ranges": ""}},
			{"/_assets/font.0a1b2c3d.woff2", []string{`If-Match: "other"`}, 412, "", map[string]string{"Cache-Control": "no-store", "Etag": "", "Content-Length": "0"}},
			{"/_assets/font.0a1b2c3d.woff2", []string{"Range: bytes=9-"}, 416, "invalid range: failed to overlap\n", map[string]string{"Cache-Control": "no-store", "Content-Range": "bytes */4"}},
			{"/_assets/font.0a1b2c3d.woff2", []string{"Range: bytes=1-2"}, 206, "of", map[string]string{"Cache-Control": forever, "Content-Range": "bytes 1-2/4"}},

			// Forms.
			{"/style.css", nil, 200, fixture["style.css"], map[string]string{"Vary": "Accept-Encoding", "Content-Encoding": "", "Content-Type": "text/css; charset=utf-8"}},
			{"/style.css", []string{"Accept-Encoding: gzip, deflate, br, zstd"}, 200, "brotli bytes", map[string]string{"Vary": "Accept-Encoding", "Content-Encoding": "br", "Content-Length": "12", "Content-Type": "text/css; charset=utf-8"}},
			{"/style.css", []string{"Accept-Encoding: zstd, gzip"}, 200, "zstandard bytes", map[string]string{"Content-Encoding": "zstd"}},
			{"/style.css", []string{"Accept-Encoding: gzip"}, 200, "the gzip bytes are longest", map[string]string{"Content-Encoding": "gzip"}},
			{"/style.css", []string{"Accept-Encoding: br", "Range: bytes=0-1"}, 206, "a{", map[string]string{"Content-Encoding": "", "Vary": "Accept-Encoding"}},
			{"/style.css.br", nil, 404, fixture["404.html"], nil},
			{"/downloads/archive.tar.gz", nil, 200, "an archive of the author", map[string]string{"Content-Encoding": ""}},
			{"/_assets/app.3f9ab2c1.js", []string{"Accept-Encoding: br"}, 200, "small", map[string]string{"Cache-Control": forever, "Content-Encoding": "br"}},

			// Conditions.
			{"/digits.txt", []string{"If-None-Match: " + digits}, 304, "", map[string]string{"Etag": digits, "Cache-Control": check, "Content-Type": "", "Content-Length": ""}},
			{"/digits.txt", []string{`If-None-Match: "a", W/` + digits}, 304, "", nil},
			{"/digits.txt", []string{"If-None-Match: *"}, 304, "", nil},
			{"/digits.txt", []string{`If-None-Match: "a"`}, 200, "0123456789", nil},
			{"/digits.txt", []string{"If-Match: " + digits}, 200, "0123456789", nil},
			{"/digits.txt", []string{"If-Match: W/" + digits}, 412, "", nil},
			{"/digits.txt", []string{"If-Match: *"}, 200, "0123456789", nil},
			{"/_assets/app.3f9ab2c1.js", []string{"If-None-Match: *", "Accept-Encoding: br"}, 304, "", map[string]string{"Cache-Control": forever, "Vary": "Accept-Encoding", "Content-Encoding": ""}},

			// Malformed conditions are none, or refused, but never a fault of ours.
			{"/digits.txt", []string{"If-None-Match: junk"}, 200, "0123456789", nil},
			{"/digits.txt", []string{`If-None-Match: "unclosed`}, 200, "0123456789", nil},
			{"/digits.txt", []string{"If-Modified-Since: yesterday"}, 200, "0123456789", nil},
			{"/digits.txt", []string{"If-Unmodified-Since: \x80"}, 200, "0123456789", nil},
			{"/digits.txt", []string{"If-Match: junk"}, 412, "", nil},
			{"/digits.txt", []string{"If-Range: junk", "Range: bytes=0-1"}, 200, "0123456789", nil},

			// Ranges.
			{"/digits.txt", []string{"Range: bytes=2-4"}, 206, "234", map[string]string{"Content-Range": "bytes 2-4/10", "Content-Length": "3"}},
			{"/digits.txt", []string{"Range: BYTES=2-4"}, 206, "234", nil},
			{"/digits.txt", []string{"Range: bytes=-3"}, 206, "789", nil},
			{"/digits.txt", []string{"Range: bytes=7-"}, 206, "789", nil},
			{"/digits.txt", []string{"Range: bytes=7-100"}, 206, "789", map[string]string{"Content-Range": "bytes 7-9/10"}},
			{"/digits.txt", []string{"Range: bytes=10-"}, 416, "invalid range: failed to overlap\n", map[string]string{"Content-Range": "bytes */10", "Etag": ""}},
			{"/digits.txt", []string{"Range: bytes=4-2"}, 416, "invalid range\n", nil},
			{"/digits.txt", []string{"Range: bytes=x-y"}, 416, "invalid range\n", nil},
			{"/digits.txt", []string{"Range: lines=1-2"}, 200, "0123456789", nil},
			{"/digits.txt", []string{"Range: bytes"}, 200, "0123456789", nil},
			{"/digits.txt", []string{"Range: bytes=0-0", "Range: bytes=1-1"}, 200, "0123456789", nil},
			{"/digits.txt", []string{"Range: bytes=" + strings.Repeat("0-0,", 5000) + "1-1"}, 200, "0123456789", nil},
			{"/digits.txt", []string{"Range: bytes=0-1", "If-Range: " + digits}, 206, "01", nil},
			{"/digits.txt", []string{"Range: bytes=0-1", `If-Range: "old"`}, 200, "0123456789", nil},
			{"/empty.txt", []string{"Range: bytes=0-"}, 200, "", nil},
			{"/large.bin", []string{"Range: bytes=1048570-"}, 206, "abcdef", nil},

			// An error page is whole, and cannot be asked for conditionally.
			{"/none", nil, 204, "", nil},
			{"/missing", nil, 404, fixture["404.html"], map[string]string{"Content-Type": html, "Cache-Control": "no-store"}},
			{"/missing", []string{"Range: bytes=0-1", "If-None-Match: *"}, 404, fixture["404.html"], nil},
			{"/404", nil, 404, fixture["404.html"], nil},
		} {
			for _, method := range []string{"GET", "HEAD"} {
				get, body := s.get, tt.body
				if method == "HEAD" {
					get, body = s.head, ""
				}
				a := get(t, tt.path, tt.header...)
				name := method + " " + tt.path + " " + strings.Join(tt.header, " ")
				if len(name) > 100 {
					name = name[:100]
				}
				if a.err != nil || a.StatusCode != tt.status || a.body != body {
					t.Errorf("%s = %d, %.60q, %v; want %d, %.60q", name, a.StatusCode, a.body, a.err, tt.status, body)
				}
				for header, want := range tt.want {
					if got := a.header(header); got != want {
						t.Errorf("%s: %s = %q; want %q", name, header, got, want)
					}
				}
			}
		}
	}
}

func TestStaticTime(t *testing.T) {
	s := start(t, setup{})
	const when = "Mon, 06 May 2024 07:08:09 GMT"
	if got := s.get(t, "/digits.txt").header("Last-Modified"); got != when {
		t.Errorf("Last-Modified = %q; want %q", got, when)
	}
	for _, tt := range []struct {
		header string
		status int
	}{
		{"If-Modified-Since: " + when, 304},
		{"If-Modified-Since: Mon, 06 May 2024 07:08:08 GMT", 200},
		{"If-Unmodified-Since: " + when, 200},
		{"If-Unmodified-Since: Mon, 06 May 2024 07:08:08 GMT", 412},
	} {
		if a := s.get(t, "/digits.txt", tt.header); a.StatusCode != tt.status {
			t.Errorf("%s = %d; want %d", tt.header, a.StatusCode, tt.status)
		}
	}
	packed := start(t, setup{packed: true})
	if got := packed.get(t, "/digits.txt").header("Last-Modified"); got != "" {
		t.Errorf("Last-Modified of a packed file = %q; want none", got)
	}
}

func TestStaticManyRanges(t *testing.T) {
	s := start(t, setup{})
	a := s.get(t, "/digits.txt", "Range: bytes=0-1,8-9")
	// Two parts of a file of ten bytes are longer than it, but what counts is the sum of the ranges.
	if a.StatusCode != 206 || !strings.HasPrefix(a.header("Content-Type"), "multipart/byteranges; boundary=") ||
		!strings.Contains(a.body, "\r\n\r\n01\r\n") || !strings.Contains(a.body, "\r\n\r\n89\r\n") || a.err != nil {
		t.Errorf("two ranges = %d, %q, %q, %v", a.StatusCode, a.header("Content-Type"), a.body, a.err)
	}
	if a := s.get(t, "/digits.txt", "Range: bytes=0-9,0-9"); a.StatusCode != 200 || a.body != "0123456789" {
		t.Errorf("ranges beyond the size = %d, %q; want the whole file", a.StatusCode, a.body)
	}
}

func TestStaticTagsDifferByForm(t *testing.T) {
	s := start(t, setup{})
	seen := map[string]string{}
	for _, accept := range []string{"", "br", "zstd", "gzip"} {
		tag := s.get(t, "/style.css", "Accept-Encoding: "+accept).header("Etag")
		if other, ok := seen[tag]; ok {
			t.Errorf("%q and %q share the tag %s", accept, other, tag)
		}
		seen[tag] = accept
		if a := s.get(t, "/style.css", "Accept-Encoding: "+accept, "If-None-Match: "+tag); a.StatusCode != 304 {
			t.Errorf("%q with its own tag = %d; want 304", accept, a.StatusCode)
		}
		if a := s.get(t, "/style.css", "Accept-Encoding: "+accept, "Range: bytes=0-1", "If-Range: "+tag); accept != "" && a.StatusCode != 200 {
			t.Errorf("a range over the form %q = %d; want the whole file", accept, a.StatusCode)
		}
	}
}

// TestTraversal sends paths byte by byte: none may answer with anything but a file of the list.
func TestTraversal(t *testing.T) {
	s := start(t, setup{})
	secret := filepath.Join(filepath.Dir(s.dir), "secret.txt")
	if err := os.WriteFile(secret, []byte("SECRET"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".env", "unlisted.txt", ".git/config"} {
		p := filepath.Join(s.dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte("SECRET"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{
		"/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/%2e%2e%2fsecret.txt", "/..%5csecret.txt", `/..\secret.txt`,
		"/about/../../secret.txt", "/about/%2e%2e/%2e%2e/secret.txt", "/....//secret.txt", "/.%00./secret.txt", "/..%00/secret.txt",
		"/%252e%252e/secret.txt", "/%25252e%25252e/secret.txt", "/..%c0%afsecret.txt", "/%c0%ae%c0%ae/secret.txt", "/..;/secret.txt",
		"//../secret.txt", "/./../secret.txt", "/" + secret, "//" + secret, "/file:" + secret, "/C:/secret.txt", "/CON", "/digits.txt::$DATA",
		"/.env", "/%2eenv", "/.git/config", "/unlisted.txt", "/about", "/about/.", "/about/..", "/digits.txt/", "/digits.txt.", "/digits.txt%20",
		"/DIGITS.TXT", "/digits.txt%00.html", "/style.css.gz", "/server", "/files.txt", "/..", "/.", "/~root/", "/proc/self/environ",
		"/%", "/%zz", "/%2", "/\x80", "/a\x01b", "/" + strings.Repeat("a/", 5000), "/" + strings.Repeat("%2e", 2000),
	} {
		a := s.get(t, path)
		if strings.Contains(a.body, "SECRET") || strings.Contains(a.body, "root:") || a.StatusCode >= 500 {
			t.Errorf("%.80q = %d, %.80q", path, a.StatusCode, a.body)
		}
		if a.StatusCode == 200 && path != "/about" {
			t.Errorf("%.80q = 200, %.80q", path, a.body)
		}
		if to := a.header("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`)) {
			t.Errorf("%.80q leads to %q", path, to)
		}
	}
}

// TestChangedFile serves a folder that is not the one of the build any more.
func TestChangedFile(t *testing.T) {
	s := start(t, setup{})
	if err := os.WriteFile(filepath.Join(s.dir, "digits.txt"), []byte("other"), 0o666); err != nil {
		t.Fatal(err)
	}
	if a := s.get(t, "/digits.txt"); a.StatusCode != 500 || strings.Contains(a.body, "other") || strings.Contains(a.body, "digits") {
		t.Errorf("a changed file = %d, %q; want 500 without a word about it", a.StatusCode, a.body)
	}
	if !strings.Contains(s.logged(), "digits.txt in the client folder has 5 bytes, the build wrote 10") {
		t.Errorf("the log does not say why:\n%s", s.logged())
	}
	if a := s.get(t, "/robots.txt"); a.StatusCode != 200 {
		t.Errorf("another file = %d; want 200", a.StatusCode)
	}
}

func TestMiddlewareServesNoFilesWithoutFolder(t *testing.T) {
	h := guest(t, Options{Log: discard}, false)
	if w := ask(h, httptest.NewRequest("GET", "/digits.txt", nil)); w.Code != 404 {
		t.Errorf("a file without a folder = %d; want 404", w.Code)
	}
	if w := ask(h, httptest.NewRequest("GET", "/hello", nil)); w.Code != 200 || w.Body.String() != "<p>hello from example.com</p>" {
		t.Errorf("a page = %d, %q", w.Code, w.Body)
	}
	packed := guest(t, Options{Log: discard}, true)
	if w := ask(packed, httptest.NewRequest("GET", "/digits.txt", nil)); w.Code != 200 || w.Body.String() != "0123456789" {
		t.Errorf("a packed file = %d, %q", w.Code, w.Body)
	}
	r := httptest.NewRequest("GET", "/large.bin", nil)
	if w := ask(packed, r); w.Code != 200 || w.Body.Len() != 1<<20 {
		t.Errorf("a large packed file = %d, %d bytes", w.Code, w.Body.Len())
	}
}
