package build

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sitegen.dev/core/content"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// memory is what the builds of a Session know of each other. A build that starts from nothing has none.
type memory struct {
	sources map[string]*parsedSource
	public  map[string]string // nil: not known
}

func newMemory() *memory {
	return &memory{sources: map[string]*parsedSource{}}
}

// forget drops what is known of files that may have changed; nil is all.
func (m *memory) forget(changed []string) {
	if changed == nil {
		*m = *newMemory()
		return
	}
	for _, name := range changed {
		delete(m.sources, name)
	}
	m.public = nil
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
	data, err := os.ReadFile(b.Layout.abs(name))
	if err != nil {
		return nil, err
	}
	p := &parsedSource{name: name, data: data}
	p.file, p.diags = syntax.Parse(name, data)
	return p, nil
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
		if err != nil || !info.Mode().IsRegular() || d.Name() == ".DS_Store" || d.Name() == "Thumbs.db" {
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
