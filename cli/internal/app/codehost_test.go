package app

import (
	"path/filepath"
	"strings"
	"testing"

	"sitegen.dev/core/diag"
)

func TestCheckout(t *testing.T) {
	top := t.TempDir()
	for _, tt := range []struct{ workspace, root, want string }{
		{"", filepath.Join(top, "a"), ""},
		{"relative", filepath.Join(top, "a"), ""},
		{top, top, ""},
		{top, filepath.Join(top, "a"), "a/"},
		{top, filepath.Join(top, "a", "b"), "a/b/"},
		{filepath.Join(top, "a"), top, ""},
		{filepath.Join(top, "a"), filepath.Join(top, "ab"), ""},
	} {
		real := func(name string) string { // a folder of tests may lie behind a link
			if base, err := filepath.EvalSymlinks(top); err == nil {
				return strings.Replace(name, top, base, 1)
			}
			return name
		}
		if got := checkout(func(string) string { return tt.workspace }, real(tt.root)); got != tt.want {
			t.Errorf("checkout(%q, %q) = %q; want %q", tt.workspace, tt.root, got, tt.want)
		}
	}
}

func TestBelow(t *testing.T) {
	var list diag.List
	list.Add(diag.Diagnostic{
		Range: diag.Range{Pos: diag.Pos{File: "src/a.gosite", Line: 1}, End: diag.Pos{File: "src/a.gosite", Line: 2}},
		Notes: []diag.Note{{Range: diag.Range{Pos: diag.Pos{File: "../go.mod"}}}},
	}, diag.Diagnostic{Message: "without a place"})
	got := below("web/site/", &list).Sorted()
	for _, d := range got {
		if d.Message == "" && (d.File != "web/site/src/a.gosite" || d.End.File != "web/site/src/a.gosite" || d.Notes[0].File != "web/go.mod") {
			t.Errorf("below = %+v", d)
		}
		if d.Message != "" && d.File != "" {
			t.Errorf("what has no place has one: %+v", d)
		}
	}
	for _, d := range list.Sorted() {
		if strings.HasPrefix(d.File, "web") || len(d.Notes) > 0 && d.Notes[0].File != "../go.mod" {
			t.Errorf("the list itself has changed: %+v", d)
		}
	}
}

func TestMarkdown(t *testing.T) {
	r := report{Routes: make([]routeReport, 600)}
	for i := range r.Routes {
		r.Routes[i].Pattern = "/a|b`c"
	}
	text := r.markdown("dist")
	if !strings.Contains(text, "| … 100 more |") || strings.Count(text, "| `/a\\|b'c` |") != 500 {
		t.Error(text[:400])
	}
}
