// Package fresh only tests that the compiled component of the benchmark is up to date. It is apart from the benchmark so
// that it runs before there is one.
package fresh

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/syntax"
)

var update = flag.Bool("update", false, "compile ../../site/src/components/Rows.gosite again")

// TestGenerated holds gen/ against what this compiler makes of ../../site/src/components/Rows.gosite.
func TestGenerated(t *testing.T) {
	src, err := os.ReadFile("../../site/src/components/Rows.gosite")
	if err != nil {
		t.Fatal(err)
	}
	file, diags := syntax.Parse("site/src/components/Rows.gosite", src)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	p, list := codegen.Link(codegen.Input{
		ModulePath: "sitegen.dev/bench", SrcDir: "site/src", GenDir: "render/gen",
		Sources: []codegen.Source{{Path: "site/src/components/Rows.gosite", File: file}},
	})
	files, more := p.Generate()
	if list.Len()+more.Len() > 0 {
		t.Fatal(list.Sorted(), more.Sorted())
	}
	for _, f := range files {
		name := filepath.Join("../..", filepath.FromSlash(f.Path))
		if *update {
			if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, f.Data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if have, err := os.ReadFile(name); err != nil || !bytes.Equal(have, f.Data) {
			t.Errorf("%s is out of date (%v): go test ./render/fresh -update", f.Path, err)
		}
	}
}
