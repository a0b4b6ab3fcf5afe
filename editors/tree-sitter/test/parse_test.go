// Package test holds the grammar to what core/syntax makes of the same files.
package test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	sitter "github.com/tree-sitter/go-tree-sitter"
	"golang.org/x/tools/txtar"

	gosite "sitegen.dev/editors/tree-sitter/src"
)

func parser(t testing.TB) *sitter.Parser {
	t.Helper()
	p := sitter.NewParser()
	if err := p.SetLanguage(gosite.Language()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// walk calls visit for every node, hidden ones excluded, parents first.
func walk(n *sitter.Node, visit func(*sitter.Node)) {
	visit(n)
	for i := range n.ChildCount() {
		walk(n.Child(i), visit)
	}
}

// source is a component of the repository.
type source struct {
	name string
	text []byte
}

const root = "../../.."

// sources gives all components of the repository: files, and what lies in txtar files.
func sources(t testing.TB) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch base := d.Name(); {
		case d.IsDir():
			if base == "node_modules" || base == "dist" || path != root && strings.HasPrefix(base, ".") {
				return filepath.SkipDir
			}
		case filepath.Ext(base) == ".gosite":
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			out = append(out, source{path, text})
		case filepath.Ext(base) == ".txtar":
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			syntax := strings.Contains(filepath.ToSlash(path), "core/syntax/")
			for _, f := range txtar.Parse(text).Files {
				if filepath.Ext(f.Name) == ".gosite" || syntax && !strings.HasPrefix(f.Name, "want") {
					out = append(out, source{path + ":" + f.Name, f.Data})
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 500 {
		t.Fatalf("only %d components were found", len(out))
	}
	return out
}

// place tells where the first difference of two texts is.
func firstDifference(a, b []string) (string, string) {
	for i := range max(len(a), len(b)) {
		var x, y string
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return x, y
		}
	}
	return "", ""
}

func clip(b []byte) []byte {
	b, _, _ = bytes.Cut(b, []byte("\n"))
	return b[:min(len(b), 60)]
}
