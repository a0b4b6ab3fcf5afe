package build

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/internal/gocmd"
)

// file is a file to be written, its name relative to some directory and slash-separated.
type file struct {
	name string
	data []byte
	from string // absolute: the file that holds the bytes, where they are not in memory
	sum  string // of them
}

// generatedDirs are the directories below genDir that the compiler owns; the adapters own others beside them.
var generatedDirs = []string{"c", "ext", bundlePackage, prerenderPackage}

// vendored is a file beside the prerender program that is never compiled. `go mod vendor` does not look into .sitegen but for
// what tools.go imports; without this the program of the development server would miss its own half in a folder vendor.
const vendored = codegen.Header + `
//go:build tools

package main

import (
	_ "` + corePath + `/dev/runtime"
	_ "` + corePath + `/dev/runtime/collections"
)
`

// writeGenerated makes the generated directories hold files, whose names are below the module root, and nothing else.
// What has its bytes already is not touched, so that the go command and editors see a change only where there is one.
func writeGenerated(l *Layout, files []file) error {
	for _, dir := range generatedDirs {
		tree := gocmd.Files{}
		for _, f := range files {
			if name, ok := strings.CutPrefix(f.name, genDir+"/"+dir+"/"); ok {
				tree[name] = f.data
			}
		}
		if dir == prerenderPackage {
			tree["vendor.go"] = []byte(vendored)
		}
		if _, err := gocmd.WriteSource(l.abs(genDir+"/"+dir), tree); err != nil {
			return err
		}
	}
	return nil
}

// writeTree makes a directory hold files, whose names are below it, and nothing else.
func writeTree(dir string, files []file) error {
	tree := gocmd.Files{}
	for _, f := range files {
		tree[f.name] = f.data
	}
	_, err := gocmd.WriteSource(dir, tree)
	return err
}

// writeChanged writes a file unless it has these bytes already. A reader never sees half of it.
func writeChanged(name string, data []byte) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".tmp-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err := errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}
