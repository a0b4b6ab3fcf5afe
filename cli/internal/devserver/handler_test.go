package devserver

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"sitegen.dev/core/build"
	"sitegen.dev/core/dev/runtime/wire"
	"sitegen.dev/core/diag"
)

func TestForeign(t *testing.T) {
	for _, tt := range []struct {
		path, site, mode string
		want             bool
	}{
		{"/", "", "", false},
		{"/", "none", "navigate", false},
		{"/", "cross-site", "navigate", false}, // a link from elsewhere
		{"/a.js", "cross-site", "no-cors", true},
		{"/a.json", "cross-site", "cors", false}, // for the headers of the site to decide
		{"/a.js", "same-site", "no-cors", false}, // another port of this machine
		{"/_sitegen/events", "cross-site", "cors", true},
		{"/_sitegen/dev.js", "cross-site", "navigate", true},
	} {
		r := httptest.NewRequest("GET", tt.path, nil)
		r.Header.Set("Sec-Fetch-Site", tt.site)
		r.Header.Set("Sec-Fetch-Mode", tt.mode)
		if got := foreign(r); got != tt.want {
			t.Errorf("%s of %q in mode %q: %v", tt.path, tt.site, tt.mode, got)
		}
	}
}

// The script is in each document once, wherever the program's writes are cut, and in nothing that is no document.
func TestScriptOnce(t *testing.T) {
	page := "<!doctype html><html><head>" + clientTag + "</head><body>text</body></html>"
	for cut := range len(page) {
		if got := replied(t, "text/html; charset=utf-8", true, page[:cut], page[cut:]); got != page {
			t.Fatalf("cut at %d: %s", cut, got)
		}
	}
	var bytewise []string
	for i := range len(page) {
		bytewise = append(bytewise, page[i:i+1])
	}
	if got := replied(t, "text/html", true, bytewise...); got != page {
		t.Errorf("byte by byte: %s", got)
	}
	for _, tt := range []struct {
		ctype    string
		document bool
		want     string
	}{
		{"text/html", true, "<p>by hand</p>" + clientTag},
		{"text/html", false, "<p>by hand</p>"},
		{"text/plain", true, "<p>by hand</p>"},
	} {
		if got := replied(t, tt.ctype, tt.document, "<p>by hand</p>"); got != tt.want {
			t.Errorf("%s, %v: %s", tt.ctype, tt.document, got)
		}
	}
}

func replied(t *testing.T, ctype string, document bool, writes ...string) string {
	t.Helper()
	w := httptest.NewRecorder()
	a := &reply{site: &build.DevSite{}, w: w, r: httptest.NewRequest("GET", "/", nil), document: document}
	if err := a.start(200, http.Header{"Content-Type": {ctype}, "Content-Length": {"5"}}); err != nil {
		t.Fatal(err)
	}
	for _, s := range writes {
		if err := a.write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	a.finish(nil)
	if document && strings.HasPrefix(ctype, "text/html") && w.Header().Get("Content-Length") != "" {
		t.Error("the length is that without the script")
	}
	return w.Body.String()
}

// What an error says is text wherever it is shown.
func TestBrokenEscapes(t *testing.T) {
	s := New(Options{Root: t.TempDir(), Editor: "vscode://file{file}:{line}:{column}"})
	list := &diag.List{}
	list.Error("SG2051", diag.Range{Pos: diag.Pos{File: "src/pages/a\"><b>.gosite", Line: 1, Col: 1}}, "</pre><script>alert(1)</script>\x1b[2J", "<img src=x>")
	for _, accept := range []string{"text/html", "application/json"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/<script>", nil)
		r.Header.Set("Accept", accept)
		s.broken(w, r, s.describe(list))
		body := strings.Replace(w.Body.String(), clientTag, "", 1)
		if w.Code != 500 || strings.Contains(body, "\x1b") {
			t.Errorf("%d\n%s", w.Code, body)
		}
		if accept == "text/html" && (strings.Contains(body, "<script>") || strings.Contains(body, "<img") || strings.Contains(body, "<b>")) {
			t.Errorf("not escaped:\n%s", body)
		}
		if accept != "text/html" && !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("the type is %s", w.Header().Get("Content-Type"))
		}
	}
	p := s.describe(list)[0]
	if strings.ContainsAny(p.Open, "\"<>") || !strings.HasPrefix(p.Open, "vscode://file/") {
		t.Errorf("the link is %s", p.Open)
	}
}

// What keeps the site from being built is told once: it is no failure of the page that was asked for.
func TestNothingToShow(t *testing.T) {
	s := New(Options{Root: t.TempDir()})
	list := &diag.List{}
	list.Error("SG5063", diag.Range{Pos: diag.Pos{File: "src/content/a.md", Line: 1}}, "title is missing", "")
	s.problems = s.describe(list)
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Accept", "text/html")
	s.building = nil
	s.page(w, r)
	if w.Code != 500 || strings.Count(w.Body.String(), "title is missing") != 1 || !strings.Contains(w.Body.String(), nothingShown) {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
	if len(s.failures) != 0 {
		t.Errorf("%+v", s.failures)
	}
}

// A program that was built before the last edits shows no lines of files that have changed since.
func TestRunningProgramShowsItsOwnLines(t *testing.T) {
	s := New(Options{Root: t.TempDir()})
	list := &diag.List{}
	for _, name := range []string{"src/new.gosite", "src/old.gosite"} {
		put(t, filepath.Join(s.o.Root, filepath.FromSlash(name)), "<p>a</p>\n")
		list.Error("SG3150", diag.Range{Pos: diag.Pos{File: name, Line: 1}}, "panic: x", "")
	}
	s.missed.add(filepath.Join(s.o.Root, "src", "new.gosite"))
	p := s.describeRunning(list)
	if len(p) != 2 || p[0].Frame != nil || len(p[1].Frame) != 1 || p[1].Frame[0].To != len("<p>a</p>") {
		t.Errorf("%+v", p)
	}
}

// A file that was put in the place of a public one since, and leads out of the project, is not read.
func TestFileWithinProject(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "site")
	put(t, filepath.Join(root, "public", "a.txt"), "public")
	put(t, filepath.Join(dir, "secret"), "secret")
	s := New(Options{Root: root, Type: func(string) string { return "text/plain" }})
	site := &build.DevSite{Files: map[string]build.DevFile{"a.txt": {Path: filepath.Join(root, "public", "a.txt")}, "b.css": {Data: []byte("b{}")}}}
	ask := func(name, method string, header ...string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(method, "/"+name, nil)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		(&reply{s: s, w: w, r: r, site: site}).file(name, 200, nil)
		return w
	}
	if w := ask("a.txt", "GET"); w.Body.String() != "public" || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
	if w := ask("b.css", "GET", "Range", "bytes=1-2"); w.Code != 206 || w.Body.String() != "{}" {
		t.Errorf("a range is answered with %d %s", w.Code, w.Body)
	}
	if err := os.Remove(filepath.Join(root, "public", "a.txt")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "secret"), filepath.Join(root, "public", "a.txt")); err != nil {
		t.Skip("no links here: ", err)
	}
	if w := ask("a.txt", "GET"); w.Code != 404 || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask("../secret", "GET"); w.Code != 404 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestExchanges(t *testing.T) {
	const a, b = `<link rel="stylesheet" href="/_assets/a.1.css">`, `<style>p{color:red}</style>`
	for _, tt := range []struct {
		name     string
		old, now map[string]string
		want     []exchange
		ok       bool
	}{
		{"nothing", map[string]string{"x": a + b}, map[string]string{"x": a + b}, nil, true},
		{"one of two, on two pages", map[string]string{"x": a + b, "y": a}, map[string]string{"x": strings.Replace(a, "1", "2", 1) + b, "y": strings.Replace(a, "1", "2", 1)},
			[]exchange{{sheet{Href: "/_assets/a.1.css"}, sheet{Href: "/_assets/a.2.css"}}}, true},
		{"a text", map[string]string{"x": b}, map[string]string{"x": `<style>p{color:blue}</style>`}, []exchange{{sheet{Text: "p{color:red}"}, sheet{Text: "p{color:blue}"}}}, true},
		{"one more", map[string]string{"x": a}, map[string]string{"x": a + b}, nil, false},
		{"another page", map[string]string{"x": a}, map[string]string{"x": a, "y": a}, nil, false},
		{"something else", map[string]string{"x": a}, map[string]string{"x": `<link rel="preload" href="/f">` + a}, nil, false},
	} {
		if got, ok := exchanges(tt.old, tt.now); ok != tt.ok || ok && !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %v, %v", tt.name, got, ok)
		}
	}
}

// A file that the site writes with each request does not load its page again for ever.
func TestNoise(t *testing.T) {
	said := 0
	s := New(Options{Root: "/site", File: "/site/site.yaml", Note: func(string, ...any) { said++ }})
	told := 0
	for range 40 {
		var c changes
		c.add("/site/visits.json")
		c.add("/site/src/pages/index.gosite")
		c = s.relevant(c)
		if c.paths["/site/visits.json"] {
			told++
		}
		if !c.paths["/site/src/pages/index.gosite"] {
			t.Fatal("a source is left out")
		}
	}
	if told == 0 || told > 15 || said != 1 {
		t.Errorf("told %d times, said %d times", told, said)
	}
}

// What Go prints when it ends a program names a line of the author's.
func TestFirstPlace(t *testing.T) {
	if got := stackPlace.FindAllStringSubmatch("goroutine 1 [running]:\nmain.f()\n\t/usr/go/src/x.go:12 +0x1\n\tsrc/pages/[id].gosite:7 +0x2\n", -1); len(got) != 2 || got[1][1] != "src/pages/[id].gosite" || got[1][2] != "7" {
		t.Errorf("%q", got)
	}
}

// One slow visitor does not keep the frames of another waiting.
func TestCall(t *testing.T) {
	r := &call{more: make(chan struct{}, 1)}
	for i := range 1000 {
		r.put(wire.Frame{Kind: wire.Data, ID: uint32(i)})
	}
	select {
	case <-r.more:
	case <-time.After(time.Second):
		t.Fatal("nobody is told")
	}
	if n := len(r.take()); n != 1000 {
		t.Errorf("%d frames", n)
	}
}
