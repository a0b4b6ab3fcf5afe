package build

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sitegen.dev/core/codegen"
)

// fetchCall is what code that sends requests has in it.
const fetchCall = ".Fetch"

// fetches says whether anything of the site may call site.Fetch: then the programs link what sends requests, which is
// as large as all the rest. It looks at text, so it may be wrong in one direction only. Packages of other modules that
// call it say so with an import of their own.
func (b *builder) fetches() (bool, error) {
	for _, text := range b.files {
		if bytes.Contains(text, []byte(fetchCall)) {
			return true, nil
		}
	}
	if b.inputs != nil {
		return b.inputs.fetch, nil
	}
	return b.memory.fetches(b.goFetches)
}

// callsFetch says whether a Go file may call it.
func callsFetch(src []byte) bool {
	return bytes.Contains(src, []byte(codegen.RuntimePath+`"`)) && bytes.Contains(src, []byte(fetchCall))
}

// goFetches says whether the site's Go files may call it.
func (b *builder) goFetches() (bool, error) {
	found := false
	err := filepath.WalkDir(b.Layout.ModuleDir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if name == b.Layout.ModuleDir {
				return nil
			}
			if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "node_modules" || base == "testdata" || base == "vendor" {
				return fs.SkipDir
			}
			if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
				return fs.SkipDir // another module
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") || !d.Type().IsRegular() {
			return nil
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if callsFetch(src) {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found, err
}
