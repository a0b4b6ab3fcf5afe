package codegen

import (
	"go/format"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// TestGolden shows the operations and the Go of small components.
func TestGolden(t *testing.T) {
	goldens(t, "testdata/golden/*.txtar", func(t *testing.T, files []txtar.File) []txtar.File {
		p := link(t, files)
		gen, _ := p.Generate()
		var out []txtar.File
		for i, c := range p.Components {
			ops, err := c.Dump()
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, txtar.File{Name: "want/" + c.Name + ".json", Data: ops}, txtar.File{Name: "want/" + gen[i].Path, Data: gen[i].Data})
		}
		return out
	})
}

// TestGofmt holds generated code against gofmt: where the author's Go is formatted, so is what is made of it.
func TestGofmt(t *testing.T) {
	names, err := filepath.Glob("testdata/golden/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no archives")
	}
	for _, name := range names {
		ar, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "operand.txtar") {
			continue // the author's lines break in the middle
		}
		p := link(t, ar.Files)
		gen, _ := p.Generate()
		for _, f := range gen {
			want, err := format.Source(f.Data)
			if err != nil {
				t.Fatalf("%s: %v", f.Path, err)
			}
			if d := cmp.Diff(string(want), string(f.Data)); d != "" {
				t.Errorf("%s is not as gofmt has it (-gofmt +got):\n%s", f.Path, d)
			}
		}
	}
}
