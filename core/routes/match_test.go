package routes

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/manifest"
)

func TestMatch(t *testing.T) {
	var table []manifest.Route
	for _, p := range []string{"/shop/[cat]-[id]", "/v[major].[minor]", "/docs/[...path]/edit", "/[a]/[b]", "/docs/[...path]", "/"} {
		table = append(table, *route(t, p))
	}
	for _, tt := range []struct {
		path, pattern string
		params        map[string]string
	}{
		{"/", "/", map[string]string{}},
		{"", "/", map[string]string{}},
		{"/shop/a-b-c", "/shop/[cat]-[id]", map[string]string{"cat": "a", "id": "b-c"}},
		{"/shop/--x", "/shop/[cat]-[id]", map[string]string{"cat": "-", "id": "x"}},
		{"/shop/-x", "/[a]/[b]", map[string]string{"a": "shop", "b": "-x"}},
		{"/v1.2.3", "/v[major].[minor]", map[string]string{"major": "1", "minor": "2.3"}},
		{"/docs/edit", "/docs/[...path]/edit", map[string]string{}},
		{"/docs/a/b/edit/", "/docs/[...path]/edit", map[string]string{"path": "a/b"}},
		{"/docs", "/docs/[...path]", map[string]string{}},
		{"/docs/a/b", "/docs/[...path]", map[string]string{"path": "a/b"}},
		{"/Docs", "", nil},
		{"/v1", "", nil},
	} {
		r, params := Match(table, tt.path)
		pattern := ""
		if r != nil {
			pattern = r.Pattern
		}
		if d := cmp.Diff(tt.params, params); pattern != tt.pattern || d != "" {
			t.Errorf("Match(%q) = %q, want %q; %s", tt.path, pattern, tt.pattern, d)
		}
	}
}

func FuzzPattern(f *testing.F) {
	for _, s := range []string{"index.gosite", "blog/[slug].gosite", "[...a]/b-[c].md", "[].gosite", "a//b", "[a][b]", "..", "a\x00\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, file string) {
		pattern, segments, err := Pattern(file)
		if err != nil {
			return
		}
		// What was taken apart makes the same pattern again, and means the same.
		again, segments2, err := ParsePattern(pattern)
		if err != nil || again != pattern {
			t.Fatalf("%q gives %q, which gives %q, %v", file, pattern, again, err)
		}
		if d := cmp.Diff(segments, segments2); d != "" {
			t.Fatal(d)
		}
		m := &manifest.Manifest{Base: "/", Output: "static", TrailingSlash: "ignore", BuildFormat: "directory",
			Routes: []manifest.Route{{Pattern: pattern, Segments: segments, Type: manifest.Page}}}
		if _, err := manifest.Encode(m); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(pattern, "\x00\\?#%*") || strings.Contains(pattern, "//") || strings.Contains(pattern+"/", "/../") {
			t.Fatalf("%q", pattern)
		}
		// A path with the parameters filled in matches.
		var path strings.Builder
		for _, parts := range segments {
			path.WriteByte('/')
			for _, p := range parts {
				path.WriteString(p.Text)
				if p.Param != "" {
					path.WriteString("x")
				}
			}
		}
		if r, _ := Match(m.Routes, path.String()); r == nil {
			t.Fatalf("%q does not match %q", path.String(), pattern)
		}
	})
}

func TestCandidates(t *testing.T) {
	var table []manifest.Route
	for _, p := range []string{"/docs/new", "/docs/[page]", "/[a]/[b]", "/docs/[...path]", "/"} {
		table = append(table, *route(t, p))
	}
	for _, tt := range []struct{ path, want string }{
		{"/docs/new", "/docs/new /docs/[page] /[a]/[b] /docs/[...path]"},
		{"/docs/old/", "/docs/[page] /[a]/[b] /docs/[...path]"},
		{"/docs/a/b", "/docs/[...path]"},
		{"/", "/"},
		{"/x", ""},
	} {
		var got []string
		for _, c := range Candidates(table, tt.path) {
			got = append(got, c.Route.Pattern)
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("Candidates(%q) = %q, want %q", tt.path, s, tt.want)
		}
	}
	if c := Candidates(table, "/docs/old"); c[1].Params["a"] != "docs" || c[1].Params["b"] != "old" {
		t.Errorf("parameters are %v", c[1].Params)
	}
}
