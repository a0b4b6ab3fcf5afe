package nav

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pages is where the documentation lies, seen from this package.
const pages = "../src/pages/docs"

func TestEveryPageIsInTheNavigation(t *testing.T) {
	listed := map[string]bool{}
	for _, p := range All() {
		if listed[p.Path] {
			t.Errorf("%s is listed twice", p.Path)
		}
		listed[p.Path] = true
		if p.Title == "" || p.Summary == "" || !strings.HasSuffix(p.Path, "/") {
			t.Errorf("%+v: title, summary and the slash at the end are needed", p)
		}
	}
	files, err := os.ReadDir(pages)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		path := "/docs/" + strings.TrimSuffix(f.Name(), filepath.Ext(f.Name())) + "/"
		if !listed[path] {
			t.Errorf("%s is not in the navigation", f.Name())
		}
		delete(listed, path)
	}
	for path := range listed {
		t.Errorf("%s is in the navigation, but has no file", path)
	}
}

func TestAround(t *testing.T) {
	all := All()
	for _, tt := range []struct {
		path       string
		prev, next string
	}{
		{all[0].Path, "", all[1].Path},
		{strings.TrimSuffix(all[1].Path, "/"), all[0].Path, all[2].Path},
		{all[len(all)-1].Path, all[len(all)-2].Path, ""},
		{"/nowhere/", "", ""},
	} {
		prev, next := Around(tt.path)
		if got := path(prev); got != tt.prev {
			t.Errorf("Around(%q) prev = %q, want %q", tt.path, got, tt.prev)
		}
		if got := path(next); got != tt.next {
			t.Errorf("Around(%q) next = %q, want %q", tt.path, got, tt.next)
		}
	}
}

func path(p *Page) string {
	if p == nil {
		return ""
	}
	return p.Path
}
