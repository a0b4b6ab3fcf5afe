package build

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkSession is what the development server does for an edit of a text, on a copy of the documentation site.
func BenchmarkSession(b *testing.B) {
	root := documentation(b)
	_, update := session(b, root)
	update()
	for _, edit := range []struct{ name, old, new string }{
		{"src/pages/index.gosite", "<h1>Websites", "<h1>%d Websites"},
		{"src/layouts/Docs.gosite", "<main", "<main data-mark=\"%d\""},
		{"src/pages/docs/cli.md", "\n## ", "\n%d\n\n## "},
	} {
		file := filepath.Join(root, "website", edit.name)
		text, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		if !strings.Contains(string(text), edit.old) {
			b.Fatalf("%s does not hold %q", edit.name, edit.old)
		}
		n := 0
		b.Run(filepath.Base(edit.name), func(b *testing.B) {
			for b.Loop() {
				n++
				if err := os.WriteFile(file, []byte(strings.Replace(string(text), edit.old, fmt.Sprintf(edit.new, n), 1)), 0o666); err != nil {
					b.Fatal(err)
				}
				update(edit.name)
			}
		})
	}
}

// copyFixture copies a file, or a folder without what was built in it.
func copyFixture(from, to string) error {
	return filepath.Walk(from, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if info.IsDir() {
			if rel != "." && strings.HasPrefix(info.Name(), ".") {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, rel), 0o777)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o666)
	})
}
