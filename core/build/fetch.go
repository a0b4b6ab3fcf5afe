package build

import (
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/codegen"
)

// fetchCall is what code that sends requests has in it.
const fetchCall = ".Fetch"

// goPackage is what has been read of a package of the module.
type goPackage struct {
	imports []string
	fetch   bool // it may call site.Fetch
	content bool // it may read collections
}

// fetches says whether anything that the programs of the site are made of may call site.Fetch: then they link what sends
// requests, which is as large as all the rest, and takes as long to link. It looks at the text of the packages that
// components, middleware and guards reach, so it may be wrong in one direction only. Packages of other modules that call
// it say so with an import of their own.
func (b *builder) fetches() bool {
	for _, text := range b.files {
		if bytes.Contains(text, []byte(fetchCall)) {
			return true
		}
	}
	return b.reaches(func(p *goPackage) bool { return p.fetch })
}

// readsContent says whether anything of the site may read collections.
func (b *builder) readsContent() bool {
	for _, c := range b.program.Components {
		if slices.Contains(c.Packages(), contentPath) {
			return true
		}
	}
	return b.reaches(func(p *goPackage) bool { return p.content }, path.Join(b.Layout.ModulePath, b.Layout.Src))
}

// reaches says whether one of the module's packages is of a kind: those that components, middleware and guards import,
// directly or not, and more.
func (b *builder) reaches(kind func(*goPackage) bool, more ...string) bool {
	known := map[string]*goPackage{}
	if b.memory != nil {
		if b.memory.gofiles == nil {
			b.memory.gofiles = known
		}
		known = b.memory.gofiles
	}
	seen := map[string]bool{}
	var visit func(importPath string) bool
	visit = func(importPath string) bool {
		rel, ok := strings.CutPrefix(importPath, b.Layout.ModulePath)
		if !ok || rel != "" && rel[0] != '/' || seen[importPath] {
			return false
		}
		seen[importPath] = true
		p := known[importPath]
		if p == nil {
			p = readPackage(b.Layout.abs(strings.TrimPrefix(rel, "/")))
			known[importPath] = p
		}
		if kind(p) {
			return true
		}
		for _, i := range p.imports {
			if visit(i) {
				return true
			}
		}
		return false
	}
	for _, c := range b.program.Components {
		for _, i := range c.Packages() {
			if visit(i) {
				return true
			}
		}
	}
	for _, i := range append(more, b.middleware, b.guards) {
		if i != "" && visit(i) {
			return true
		}
	}
	return false
}

// readPackage reads the Go files of a folder, whatever they are built for.
func readPackage(dir string) *goPackage {
	p := &goPackage{}
	list, _ := os.ReadDir(dir) // what cannot be read the go command tells of
	for _, e := range list {
		name := filepath.Join(dir, e.Name())
		if !isGoFile(e.Name()) {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		p.fetch = p.fetch || bytes.Contains(src, []byte(codegen.RuntimePath+`"`)) && bytes.Contains(src, []byte(fetchCall))
		f, _ := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
		if f == nil {
			continue
		}
		for _, i := range f.Imports {
			if name, err := strconv.Unquote(i.Path.Value); err == nil {
				p.imports = append(p.imports, name)
				p.content = p.content || name == contentPath
			}
		}
	}
	return p
}
