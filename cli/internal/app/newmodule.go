package app

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"sitegen.dev/core/build"
)

// aroundModule is the Go module in whose folder a new site lies.
type aroundModule struct {
	file string // go.mod
	path string // of the module
	rel  string // the site's folder within it, with slashes
	had  []byte // text of go.mod
	want []byte // the same with what a site needs
	work bool   // whether the module's folder held a .sitegen before
}

// findAround finds the module around a folder that may not be there yet, or gives nil.
func findAround(dir string) (*aroundModule, error) {
	file := findModule(filepath.Dir(dir))
	if file == "" {
		return nil, nil
	}
	had, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	m := &aroundModule{file: file, path: modfile.ModulePath(had), had: had}
	if m.path == "" {
		return nil, fmt.Errorf("%s: it has no module line", file)
	}
	rel, err := filepath.Rel(filepath.Dir(file), dir)
	if err != nil {
		return nil, err
	}
	m.rel = filepath.ToSlash(rel)
	if _, err := os.Lstat(filepath.Join(filepath.Dir(file), ".sitegen")); err == nil {
		m.work = true
	}
	return m, nil
}

// prepare checks that a site can be a part of the module, and makes its go.mod.
func (m *aroundModule) prepare() error {
	if err := module.CheckImportPath(m.sitePath()); err != nil {
		return fmt.Errorf("packages below %s cannot be imported: %w; name the folder otherwise", m.rel, errors.Unwrap(err))
	}
	var err error
	if m.want, err = build.InitModule(m.had); err != nil {
		return fmt.Errorf("go.mod: %w", err)
	}
	return nil
}

// sitePath is the import path of the site's folder.
func (m *aroundModule) sitePath() string { return path.Join(m.path, m.rel) }

// adopt makes the files of a site of its own module those of a part of this one: without go.mod, and with the work directory at the
// top of the module.
func (m *aroundModule) adopt(files map[string][]byte) {
	delete(files, "go.mod")
	for name, data := range files {
		switch name {
		case "tools.go":
			files[name] = bytes.ReplaceAll(data, []byte(m.sitePath()+"/.sitegen/"), []byte(m.path+"/.sitegen/"))
		case "site.yaml":
			up, err := filepath.Rel(filepath.FromSlash(m.rel), ".")
			if err == nil {
				files[name] = bytes.ReplaceAll(data, []byte("=./.sitegen/"), []byte("="+filepath.ToSlash(up)+"/.sitegen/"))
			}
		}
	}
}

// save writes go.mod; undo brings back what was there.
func (m *aroundModule) save() error {
	if bytes.Equal(m.had, m.want) {
		return nil
	}
	return replaceFile(m.file, m.want)
}

func (m *aroundModule) undo() {
	if now, err := os.ReadFile(m.file); err == nil && !bytes.Equal(now, m.had) {
		replaceFile(m.file, m.had)
	}
	if !m.work {
		os.RemoveAll(filepath.Join(filepath.Dir(m.file), ".sitegen"))
	}
}
