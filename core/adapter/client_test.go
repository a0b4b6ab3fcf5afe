package adapter

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/manifest"
)

func TestReadClient(t *testing.T) {
	dir := t.TempDir()
	for name, data := range map[string]string{
		"client/index.html": "", "client/b/a.css": "", "client/.env": "", "client/.git/config": "", "client/.well-known/x": "",
		"client/b/.well-known/y": "",
		"list": `{"path":"/","file":"index.html","route":"/","status":200}
{"path":"/gone/","file":"gone/index.html","route":"/gone","status":410}
{"path":"/h/","file":"h/index.html","route":"/h","status":200,"headers":[{"name":"X-A","value":"1"}]}
`} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadClient(t.Context(), &Site{ClientDir: filepath.Join(dir, "client"), Prerendered: filepath.Join(dir, "list")})
	if err != nil {
		t.Fatal(err)
	}
	want := &Client{
		Names:  []string{".well-known/x", "b/a.css", "index.html"},
		Hidden: []string{".env", ".git", "b/.well-known"},
		Pages: []manifest.Prerendered{
			{Path: "/gone/", File: "gone/index.html", Route: "/gone", Status: 410},
			{Path: "/h/", File: "h/index.html", Route: "/h", Status: 200, Headers: []manifest.Header{{Name: "X-A", Value: "1"}}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ReadClient (-want +got)\n%s", diff)
	}
	if !got.Has("b/a.css") || got.Has("b") {
		t.Error("Has does not know the files")
	}
	if _, err := ReadClient(t.Context(), &Site{ClientDir: dir, Prerendered: filepath.Join(dir, "client/index.html")}); err != nil {
		t.Errorf("an empty list: %v", err)
	}
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"data/**", "data/a/b.json", true},
		{"data/**", "data", true},
		{"data/*.json", "data/a/b.json", false},
		{"**/*.json", "b.json", true},
		{"**/*.json", "a/b/c.json", true},
		{"a/**/z", "a/z", true},
		{"a/**/z", "a/b/c/z", true},
		{"a/**/z", "a/b/c/y", false},
		{"[", "[", false},
	} {
		if got := Match(tt.pattern, tt.name); got != tt.want {
			t.Errorf("Match(%q, %q) = %v", tt.pattern, tt.name, got)
		}
	}
}
