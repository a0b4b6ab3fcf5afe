package core

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sitegen.dev/core/internal/gocmd"
)

// TestRuntimeIsWhole sees to it that a new directory or a new kind of file in the runtime is embedded too.
func TestRuntimeIsWhole(t *testing.T) {
	rt := Runtime()
	for _, dir := range []string{"site", "prerender/runtime", "diag", "manifest", "internal/gocmd"} {
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "testdata" || filepath.ToSlash(name) == "diag/examples"): // for the documentation alone
				return fs.SkipDir
			case d.IsDir() || strings.HasSuffix(name, "_test.go"):
				return nil
			}
			want, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			if got, err := fs.ReadFile(rt, filepath.ToSlash(name)); err != nil || string(got) != string(want) {
				t.Errorf("%s is not part of Runtime: %v", name, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := fs.Stat(rt, "site/doc_test.go"); err == nil {
		t.Error("Runtime holds a test")
	}
}

// TestRuntimeStandsAlone compiles the extracted copy with nothing around it.
func TestRuntimeStandsAlone(t *testing.T) {
	t.Setenv("GOWORK", "off")
	t.Setenv("GOFLAGS", "-mod=mod")
	dir := t.TempDir()
	if _, err := gocmd.WriteSource(dir, Runtime()); err != nil {
		t.Fatal(err)
	}
	if _, err := gocmd.Run(t.Context(), dir, []string{"build", "./..."}, []string{"GOPROXY=off"}); err != nil {
		t.Fatal(err)
	}
}
