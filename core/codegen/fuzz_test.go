package codegen

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// FuzzGenerate holds that what passes without an error becomes Go that parses, and that nothing panics.
func FuzzGenerate(f *testing.F) {
	for _, pattern := range []string{"testdata/*/*.txtar", "../syntax/testdata/*.gosite"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, n := range names {
			ar, err := txtar.ParseFile(n)
			if err != nil {
				f.Fatal(err)
			}
			for _, file := range ar.Files {
				if strings.HasSuffix(file.Name, ".gosite") {
					f.Add(string(file.Data))
				}
			}
		}
	}
	const card = "---\ntype Props struct {\n\tA string\n\tR site.Attrs `prop:\",rest\"`\n}\n---\n<slot /><slot name=\"b\" />"
	f.Fuzz(func(t *testing.T, src string) {
		tree, ds := syntax.Parse("src/X.gosite", []byte(src))
		other, _ := syntax.Parse("src/Card.gosite", []byte(card))
		p, list := Link(Input{ModulePath: "example.com/site", Sources: []Source{{"src/X.gosite", tree}, {"src/Card.gosite", other}}})
		list.Add(ds...)
		gen, _ := p.Generate()
		for _, d := range list.Sorted() {
			if d.Severity == diag.Error {
				return
			}
		}
		for _, file := range gen {
			if _, err := parser.ParseFile(token.NewFileSet(), file.Path, file.Data, 0); err != nil {
				t.Fatalf("%v\n%s", err, file.Data)
			}
		}
	})
}

func FuzzMapGoOutput(f *testing.F) {
	f.Add("# x\nsrc/a.gosite:1:2: undefined: x\n\tmore\nvet: .sitegen/gen/c/A/src/A.gosite:1:1: y\n")
	f.Fuzz(func(t *testing.T, out string) {
		for _, d := range MapGoOutput(out) {
			if d.Code == "" {
				t.Errorf("%v has no code", d)
			}
		}
	})
}
