package build

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/assets"
	"sitegen.dev/core/codegen"
	"sitegen.dev/core/content"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// memory is what the builds of a Session know of each other. A build that starts from nothing has none.
type memory struct {
	sources      map[string]*parsedSource
	program      *codegen.Program
	public       map[string]string // nil: not known
	loaded       [sha256.Size]byte // of the program whose loaders have run; zero where none has, or one has failed
	reload       bool              // Go files have changed since
	assets       map[string][]byte // files that fences import, by path
	sheets       map[string]assets.Bundle
	scripts      keptScripts
	preprocessed preprocessed
	gofiles      map[string]*goPackage // packages of the module by import path, as far as they were looked at
	embeds       []string              // patterns of the files that Go files of the module embed, below the module root; nil: not known
}

// keptScripts are the bundled scripts of the whole site.
type keptScripts struct {
	key     string
	bundles []assets.Bundle
}

func newMemory() *memory {
	return &memory{sources: map[string]*parsedSource{}, assets: map[string][]byte{}, sheets: map[string]assets.Bundle{}, preprocessed: preprocessed{}}
}

// forget drops what is known of files that may have changed; nil is all. What begins with public is in the public folder.
func (m *memory) forget(changed []string, public string) {
	if changed == nil {
		*m = *newMemory()
		return
	}
	for _, name := range changed {
		delete(m.sources, name)
		m.preprocessed.forget(name)
		if strings.HasPrefix(name, public) {
			m.public = nil
		}
		switch path.Ext(name) {
		case ".gosite", ".md":
			continue
		case ".go":
			m.gofiles, m.embeds, m.reload = nil, nil, true
			continue
		}
		if assets.IsFile(name) {
			m.public = nil
			m.forgetFile(name)
			continue
		}
		// What a stylesheet or a script refers to is known to their bundler alone.
		m.public, m.scripts, m.gofiles = nil, keptScripts{}, nil
		clear(m.assets)
		clear(m.sheets)
	}
}

// forgetFile drops what was made of a picture, a font or the like, which nothing can read without naming it.
func (m *memory) forgetFile(name string) {
	is := func(file string) bool { // absolute, or relative to the project root, which may lie below that of the module
		file = "/" + filepath.ToSlash(file)
		return strings.HasSuffix(file, "/"+name) || strings.HasSuffix("/"+name, file)
	}
	maps.DeleteFunc(m.assets, func(file string, _ []byte) bool { return is(file) })
	maps.DeleteFunc(m.sheets, func(_ string, b assets.Bundle) bool { return slices.ContainsFunc(b.Reads, is) })
	if slices.ContainsFunc(m.scripts.bundles, func(b assets.Bundle) bool { return slices.ContainsFunc(b.Reads, is) }) {
		m.scripts = keptScripts{}
	}
}

// keep remembers what was read, and nothing of files that are gone.
func (m *memory) keep(parsed []*parsedSource) {
	if m == nil {
		return
	}
	clear(m.sources)
	for _, p := range parsed {
		m.sources[p.name] = p
	}
}

// source reads and parses a file, unless it is known.
func (b *builder) source(name string) (*parsedSource, error) {
	if b.memory != nil {
		if p := b.memory.sources[name]; p != nil {
			return p, nil
		}
	}
	if content.IsMarkdown(name) {
		return &parsedSource{name: name}, nil // read with the content
	}
	data, open := b.Open[name]
	if !open {
		var err error
		if data, err = os.ReadFile(b.Layout.abs(name)); err != nil {
			return nil, b.unreadable(b.Layout.abs(name), err)
		}
	}
	p := &parsedSource{name: name, data: data}
	p.file, p.diags = syntax.Parse(name, data)
	return p, nil
}

// unreadable tells the author of a file or folder that the system does not let us read.
func (b *builder) unreadable(name string, err error) error {
	rel, e := filepath.Rel(b.Layout.ModuleDir, name)
	if e != nil || b.memory != nil && errors.Is(err, fs.ErrNotExist) { // the development server looks again
		return err
	}
	what := "file"
	if info, e := os.Stat(name); e == nil && info.IsDir() {
		what = "folder"
	}
	list := &diag.List{}
	list.Error("SG7001", diag.Range{Pos: diag.Pos{File: b.Layout.Rel(filepath.ToSlash(rel))}}, "this "+what+" cannot be read: "+bare(err).Error(), "check its permissions")
	return list.Err()
}

// publicFiles lists the public folder for the development server: absolute paths by name. Links lead only to places
// within the project.
func (b *builder) publicFiles() (map[string]string, error) {
	if b.memory.public != nil {
		return b.memory.public, nil
	}
	files := map[string]string{}
	from := filepath.Join(b.Layout.Root, filepath.FromSlash(b.Config.Public))
	err := filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil || d.IsDir():
			return err
		}
		if unpublished(d.Name()) {
			return nil
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		file := name
		if d.Type()&fs.ModeSymlink != 0 {
			real, err := filepath.EvalSymlinks(name)
			if err != nil || !inside(real, b.Layout.Root) {
				b.list.Error("SG7012", diag.Range{Pos: diag.Pos{File: b.Layout.Rel(name)}}, "this link leads nowhere, or out of the project", "copy the file into "+b.Config.Public)
				return nil
			}
			file = real
		}
		info, err := os.Stat(file)
		if err != nil || !info.Mode().IsRegular() {
			return nil
		}
		files[filepath.ToSlash(rel)] = file
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the public folder: %w", err)
	}
	b.memory.public = files
	return files, nil
}

// link links the site with the help of what was linked before.
func (m *memory) link(in codegen.Input) (*codegen.Program, *diag.List) {
	if m == nil {
		return codegen.Link(in)
	}
	var list *diag.List
	m.program, list = codegen.Relink(m.program, in)
	return m.program, list
}

// bundleCSS bundles a stylesheet, unless it is known. Where its parts stand matters to what is said about them alone.
func (b *builder) bundleCSS(mods []assets.CSSModule, o assets.Options) (assets.Bundle, []diag.Diagnostic) {
	if b.memory == nil {
		return assets.BundleCSS(b.Layout.Root, mods, o)
	}
	var key strings.Builder
	for _, m := range mods {
		fmt.Fprintf(&key, "%q %q %q\n", m.Path, m.Scope, m.CSS)
	}
	if bundle, ok := b.memory.sheets[key.String()]; ok {
		return bundle, nil
	}
	bundle, diags := assets.BundleCSS(b.Layout.Root, mods, o)
	if len(diags) == 0 {
		if len(b.memory.sheets) > 500 {
			clear(b.memory.sheets) // of edits long ago
		}
		b.memory.sheets[key.String()] = bundle
	}
	return bundle, diags
}

// bundleScripts bundles the scripts, unless they are known.
func (b *builder) bundleScripts(modules []assets.ScriptModule, o assets.Options) ([]assets.Bundle, []diag.Diagnostic) {
	if b.memory == nil {
		return assets.BundleScripts(b.Layout.Root, modules, o)
	}
	var key strings.Builder
	for _, m := range modules {
		fmt.Fprintf(&key, "%q %q %q\n", m.ID, m.Path, m.Code)
	}
	if k := b.memory.scripts; k.key == key.String() {
		return k.bundles, nil
	}
	bundles, diags := assets.BundleScripts(b.Layout.Root, modules, o)
	b.memory.scripts = keptScripts{}
	if len(diags) == 0 {
		b.memory.scripts = keptScripts{key.String(), bundles}
	}
	return bundles, diags
}

// file reads a file that a fence imports, unless it is known.
func (m *memory) file(name string) ([]byte, error) {
	if m == nil {
		return os.ReadFile(name)
	}
	data, ok := m.assets[name]
	if !ok {
		var err error
		if data, err = os.ReadFile(name); err != nil {
			return nil, err
		}
		m.assets[name] = data
	}
	return data, nil
}

// embedLine is the directive of a Go file that embeds others.
var embedLine = regexp.MustCompile(`(?m)^//go:embed[ \t]+(.+)$`)

// embeds lists the patterns of the files that Go files of the module embed, below the module root.
func (b *builder) embeds() ([]string, error) {
	if b.memory.embeds != nil {
		return b.memory.embeds, nil
	}
	patterns := []string{}
	err := filepath.WalkDir(b.Layout.ModuleDir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // it is not there any more
		}
		base := d.Name()
		if d.IsDir() {
			if name != b.Layout.ModuleDir && (base[0] == '.' || base[0] == '_' || base == "node_modules" || base == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if !isGoFile(base) {
			return nil
		}
		src, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(src, []byte("//go:embed")) {
			return nil
		}
		dir, err := filepath.Rel(b.Layout.ModuleDir, filepath.Dir(name))
		if err != nil {
			return err
		}
		for _, m := range embedLine.FindAllSubmatch(src, -1) {
			for _, pattern := range strings.Fields(string(m[1])) {
				if unquoted, err := strconv.Unquote(pattern); err == nil {
					pattern = unquoted
				}
				patterns = append(patterns, path.Join(filepath.ToSlash(dir), strings.TrimPrefix(pattern, "all:")))
			}
		}
		return nil
	})
	b.memory.embeds = patterns
	return patterns, err
}
