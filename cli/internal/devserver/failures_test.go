package devserver

import (
	"net/http/httptest"
	"strings"
	"testing"

	"sitegen.dev/core/diag"
)

func TestFailures(t *testing.T) {
	problems := func(text string, line int) []problem {
		return []problem{{Overlay: diag.Overlay{Message: text, At: diag.Pos{File: "src/a.gosite", Line: line}}}}
	}
	s := New(Options{})
	shown := func() string {
		f := s.failures["/page/"]
		if f == nil {
			return ""
		}
		var out []string
		for _, p := range f.all() {
			out = append(out, p.Message)
		}
		return strings.Join(out, " ")
	}
	for _, step := range []struct {
		what string
		do   func()
		want string
	}{
		{"an island fails", func() { s.partFailed("/page/", "/_island/a", problems("a", 1)) }, "a"},
		{"another one, too", func() { s.partFailed("/page/", "/_island/b", problems("b", 2)) }, "a b"},
		{"a third one at the same place", func() { s.partFailed("/page/", "/_island/c", problems("c", 2)) }, "a b"},
		{"the first one again", func() { s.partFailed("/page/", "/_island/a", problems("again", 1)) }, "again b"},
		{"one that is well", func() { s.partFailed("/page/", "/_island/d", nil) }, "again b"},
		{"the first is well", func() { s.partFailed("/page/", "/_island/a", nil) }, "b"},
		{"one of another page", func() { s.partFailed("/other/", "/_island/a", problems("x", 1)) }, "b"},
		{"one of an unknown page", func() { s.partFailed("", "/_island/a", problems("x", 1)) }, "b"},
		{"the page is asked for again", func() { s.begun("/page/") }, ""},
		{"an island is faster than the page", func() { s.partFailed("/page/", "/_island/a", problems("a", 1)) }, "a"},
		{"the page is well", func() { s.failed("/page/", nil) }, "a"},
		{"the page fails", func() { s.failed("/page/", problems("own", 9)) }, "own"},
		{"the page is well again", func() { s.begun("/page/"); s.failed("/page/", nil) }, ""},
	} {
		step.do()
		if got := shown(); got != step.want {
			t.Errorf("%s: %q, want %q", step.what, got, step.want)
		}
	}
	if len(s.failures) != 1 {
		t.Errorf("%d pages are remembered, want /other/ alone", len(s.failures))
	}
}

func TestPartOf(t *testing.T) {
	for referer, want := range map[string]string{
		"":                                  "",
		"http://example.com/t%C3%A9/?x=1#y": "/té/",
		"http://example.com:81/":            "",
		"https://elsewhere.example/":        "",
		"%":                                 "",
	} {
		r := httptest.NewRequest("GET", "http://example.com/_island/a", nil)
		r.Header.Set("Referer", referer)
		if got := partOf(r); got != want {
			t.Errorf("%q: %q, want %q", referer, got, want)
		}
	}
}
