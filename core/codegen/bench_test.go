package codegen

import (
	"fmt"
	"testing"

	"golang.org/x/tools/txtar"
)

// BenchmarkSite links and prints a site of 200 pages with a layout and a component; trees are parsed before.
func BenchmarkSite(b *testing.B) {
	ar, err := txtar.ParseFile("testdata/run/examples.txtar")
	if err != nil {
		b.Fatal(err)
	}
	files := ar.Files
	size := 0
	for _, f := range ar.Files {
		if f.Name != "src/pages/index.gosite" {
			continue
		}
		for i := range 200 {
			files = append(files, txtar.File{Name: fmt.Sprintf("src/pages/p%d.gosite", i), Data: f.Data})
			size += len(f.Data)
		}
	}
	in, ds := input(b, files)
	if len(ds) > 0 {
		b.Fatal(ds)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		p, _ := Link(in)
		p.Generate()
	}
}
