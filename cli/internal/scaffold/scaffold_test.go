package scaffold

import (
	"bytes"
	"go/format"
	"strings"
	"testing"
)

func TestFiles(t *testing.T) {
	for _, tmpl := range Templates() {
		files, err := Files(tmpl.Name, "example.org/made/tea")
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{".gitignore", ".editorconfig", "README.md", "site.yaml", "tools.go", "src/pages/404.gosite", "public/favicon.svg"} {
			if files[want] == nil {
				t.Errorf("%s has no %s", tmpl.Name, want)
			}
		}
		if files["go.mod"] != nil {
			t.Errorf("%s has a go.mod of its own", tmpl.Name)
		}
		for name, data := range files {
			if strings.Contains(name, "dot-") {
				t.Errorf("%s: %s keeps its other name", tmpl.Name, name)
			}
			for _, left := range []string{"example.com/site", "SITENAME"} {
				if bytes.Contains(data, []byte(left)) {
					t.Errorf("%s: %s still holds %s", tmpl.Name, name, left)
				}
			}
			if strings.HasSuffix(name, ".go") {
				if pretty, err := format.Source(data); err != nil || !bytes.Equal(pretty, data) {
					t.Errorf("%s: %s is not gofmt-clean: %v", tmpl.Name, name, err)
				}
			}
		}
	}
	if _, err := Files("nonsense", "example.org/tea"); err == nil {
		t.Error("there is no template nonsense")
	}
}
