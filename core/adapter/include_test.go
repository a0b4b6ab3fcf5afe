package adapter

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestInclude(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"data/a.txt", "data/b.json", "data/deep/c.txt", ".git/x.txt", ".github/y.txt", "data/.hidden/z.txt", "go.mod"} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(name), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("a.txt", filepath.Join(dir, "data", "link.txt")); err != nil {
		t.Skip(err)
	}
	site := &Site{ModuleDir: dir}
	for _, tt := range []struct {
		include, exclude, want []string
		unused                 []int
	}{
		{nil, nil, nil, nil},
		{[]string{"data/*.txt"}, nil, []string{"data/a.txt"}, nil},
		{[]string{"**/*.txt"}, nil, []string{"data/a.txt", "data/deep/c.txt"}, nil},
		{[]string{"**/*.txt", "none/*", "go.mod", "*.sum"}, []string{"data/deep/**"}, []string{"data/a.txt", "go.mod"}, []int{1, 3}},
		{[]string{"data/a.txt"}, []string{"**"}, nil, nil}, // it is there, and excluded
		{[]string{".github/*", "**/*.txt"}, nil, []string{".github/y.txt", "data/a.txt", "data/deep/c.txt"}, nil},
		{[]string{"data/.hidden/z.txt"}, nil, []string{"data/.hidden/z.txt"}, nil},
	} {
		var got []string
		unused, err := Include(context.Background(), site, tt.include, tt.exclude, func(name string, info fs.FileInfo) error {
			if info.Size() != int64(len(name)) {
				t.Errorf("%s: %d bytes", name, info.Size())
			}
			got = append(got, name)
			return nil
		})
		if err != nil || !slices.Equal(got, tt.want) || !slices.Equal(unused, tt.unused) {
			t.Errorf("Include(%q, %q) = %q, unused %v, %v; want %q, %v", tt.include, tt.exclude, got, unused, err, tt.want, tt.unused)
		}
	}
	broken := errors.New("broken")
	if _, err := Include(context.Background(), site, []string{"**"}, nil, func(string, fs.FileInfo) error { return broken }); err != broken {
		t.Errorf("the error of f became %v", err)
	}
	n := 0
	if _, err := Include(context.Background(), site, []string{"**"}, nil, func(string, fs.FileInfo) error { n++; return fs.SkipAll }); err != nil || n != 1 {
		t.Errorf("fs.SkipAll: %d files, %v", n, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Include(ctx, site, []string{"**"}, nil, func(string, fs.FileInfo) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("when the build is given up: %v", err)
	}
}
