package build

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sitegen.dev/core/config"
)

// BenchmarkSession is what the development server does for an edit of a text, on a copy of the documentation site.
func BenchmarkSession(b *testing.B) {
	root := b.TempDir()
	for _, name := range []string{"site.yaml", "website"} {
		if err := copyFixture(filepath.Join("../..", name), filepath.Join(root, name)); err != nil {
			b.Fatal(err)
		}
	}
	core, err := filepath.Abs("..")
	if err != nil {
		b.Fatal(err)
	}
	mod := filepath.Join(root, "website", "go.mod")
	text, err := os.ReadFile(mod)
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(mod, []byte(strings.Replace(string(text), "../core", core, 1)), 0o666); err != nil {
		b.Fatal(err)
	}
	data, err := os.ReadFile("../../site.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.Setenv("GOWORK", "off")
	cfg, list := config.Load("site.yaml", data, os.Getenv)
	if list.HasErrors() {
		b.Fatal(list.Err())
	}
	l, list := FindLayout(root, cfg.Src)
	if list.HasErrors() {
		b.Fatal(list.Err())
	}
	s := NewSession(Options{Layout: l, Config: cfg})
	update := func(changed []string) {
		_, list, err := s.Update(b.Context(), changed)
		if err != nil {
			b.Fatal(err)
		}
		if list.HasErrors() {
			b.Fatal(list.Err())
		}
	}
	update(nil)
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
				update([]string{edit.name})
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
