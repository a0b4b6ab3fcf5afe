package cloudflare

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/diag"
)

// banned are packages that must not be in a Worker, and why.
var banned = []struct{ path, why, hint string }{
	{"net/http", "which has no sockets in a Worker and more than doubles it (+0.7 MB compressed for its types, +2 MB for its client)",
		"move what the page needs into a package without that import, or prerender the page"},
	{"os/exec", "and there are no processes in a Worker", "do it at build time, or on another machine"},
	{"plugin", "and there are no shared libraries in a Worker", "link the package itself"},
}

// goPackage is what `go list` says of a package.
type goPackage struct {
	ImportPath     string
	Dir            string
	Standard       bool
	Imports        []string
	GoFiles        []string
	IgnoredGoFiles []string
	CgoFiles       []string
	Module         *struct{ Path string }
	Error          *struct{ Err string }
}

// graph is the packages of the program by import path.
type graph map[string]*goPackage

// check looks for what cannot run in a Worker before the program is compiled, so that the message names the author's
// import and not a symbol of the linker.
func (b *builder) check(ctx context.Context) error {
	if err := b.source(); err != nil {
		return err
	}
	g, err := b.load(ctx)
	if err != nil || g == nil {
		return err
	}
	b.packages = g
	for _, ban := range banned {
		if g[ban.path] == nil {
			continue
		}
		chain := g.chain(b.site.Bundle, ban.path)
		if chain == nil {
			chain = g.chain(b.program, ban.path)
		}
		b.report(diag.Error, "SG6301", b.importPlace(g, chain), b.story(g, chain)+" "+ban.path+", "+ban.why, ban.hint)
	}
	for _, path := range g.paths() {
		p := g[path]
		if p.Standard {
			continue
		}
		if len(p.GoFiles) == 0 {
			b.reportEmpty(g, p)
		}
		if p.Module != nil && p.Module.Path == b.site.ModulePath && path != b.program && path != b.runtime {
			b.calls(p)
			b.bindings(p)
		}
	}
	return nil
}

// load asks the go command for the program's packages. It gives nil where the go command cannot say; compiling then
// says why.
func (b *builder) load(ctx context.Context) (graph, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-e", "-deps", "-race=false", "-msan=false", "-asan=false", "-json=ImportPath,Dir,Standard,Imports,GoFiles,IgnoredGoFiles,CgoFiles,Module,Error", b.program)
	cmd.Dir = b.site.ModuleDir
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) && ctx.Err() == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	g := graph{}
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		p := &goPackage{}
		switch err := dec.Decode(p); {
		case err == io.EOF:
			return g, nil
		case err != nil:
			return nil, fmt.Errorf("go list: %w", err)
		}
		g[p.ImportPath] = p
	}
}

func (g graph) paths() []string {
	var out []string
	for path := range g {
		out = append(out, path)
	}
	slices.Sort(out)
	return out
}

// chain gives the shortest way of imports from one package to another, nil where there is none.
func (g graph) chain(from, to string) []string {
	before := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		if queue[0] == to {
			var way []string
			for p := to; p != ""; p = before[p] {
				way = append(way, p)
			}
			slices.Reverse(way)
			return way
		}
		if p := g[queue[0]]; p != nil {
			for _, next := range p.Imports {
				if _, seen := before[next]; !seen {
					before[next] = queue[0]
					queue = append(queue, next)
				}
			}
		}
	}
	return nil
}

// story names the packages between the author's own and the last of a chain: "example.com/x imports a imports b imports".
func (b *builder) story(g graph, chain []string) string {
	return strings.Join(b.importers(g, chain), " imports ") + " imports"
}

// importers names the packages of a chain as the author knows them, without the last one: the site itself where it begins with what
// only the compiler wrote.
func (b *builder) importers(g graph, chain []string) []string {
	if len(chain) < 2 {
		return []string{"the site"}
	}
	chain = chain[:len(chain)-1]
	for len(chain) > 1 && strings.Contains(chain[1], "/.sitegen/") { // the bundle and what leads to the component
		chain = chain[1:]
	}
	names := make([]string, len(chain))
	for i, path := range chain {
		if names[i] = b.displayName(g, path); strings.Contains(names[i], "/.sitegen/") {
			names[i] = "the site"
		}
	}
	return names
}

// displayName is a package as the author knows it: a component by its file.
func (b *builder) displayName(g graph, path string) string {
	if p := g[path]; p != nil && strings.Contains(path, "/.sitegen/gen/c/") && len(p.GoFiles) > 0 {
		if at := b.firstLine(p); at.File != "" {
			return at.File
		}
	}
	return path
}

// firstLine is where the first import of a generated package comes from.
func (b *builder) firstLine(p *goPackage) diag.Pos {
	fset := token.NewFileSet()
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments)
		if err != nil {
			continue
		}
		for _, d := range f.Decls {
			if at := fset.Position(d.Pos()); strings.HasSuffix(at.Filename, ".gosite") {
				return b.place(at)
			}
		}
	}
	return diag.Pos{}
}

// importPlace is the line of the author's that begins the way into trouble: the last import of a chain that stands in a
// file of the site's module.
func (b *builder) importPlace(g graph, chain []string) diag.Range {
	for i := len(chain) - 2; i >= 0; i-- {
		p := g[chain[i]]
		if p == nil || p.Standard || p.Module == nil || p.Module.Path != b.site.ModulePath {
			continue
		}
		fset := token.NewFileSet()
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ImportsOnly|parser.ParseComments)
			if err != nil {
				continue
			}
			for _, spec := range f.Imports {
				if path, err := strconv.Unquote(spec.Path.Value); err == nil && path == chain[i+1] {
					return diag.Range{Pos: b.place(fset.Position(spec.Path.Pos()))}
				}
			}
		}
	}
	return diag.Range{}
}

// place is a position as the author knows it: relative to the project. Generated code has //line directives that lead to
// components, relative to the module.
func (b *builder) place(at token.Position) diag.Pos {
	name := at.Filename
	if !filepath.IsAbs(name) {
		name = filepath.Join(b.site.ModuleDir, name)
	}
	// The directive's name counts from the generated file's folder for go/parser, from the module for us.
	if i := strings.Index(filepath.ToSlash(name), "/.sitegen/gen/"); i >= 0 && strings.HasSuffix(name, ".gosite") {
		rest := filepath.ToSlash(name)[i:]
		if j := strings.Index(rest, "/src/"); j >= 0 {
			name = filepath.Join(b.site.ModuleDir, filepath.FromSlash(rest[j:]))
		}
	}
	rel, err := filepath.Rel(b.projectRoot(), name)
	if err != nil || !filepath.IsLocal(rel) {
		return diag.Pos{File: filepath.Base(name), Line: at.Line, Col: at.Column}
	}
	return diag.Pos{File: filepath.ToSlash(rel), Line: at.Line, Col: at.Column}
}

// reportEmpty is for a package none of whose files are for a Worker: written in C, or for other systems.
func (b *builder) reportEmpty(g graph, p *goPackage) {
	if len(p.CgoFiles) == 0 && len(p.IgnoredGoFiles) == 0 {
		return // it does not exist; compiling says so better
	}
	what := "has no files for WebAssembly (GOOS=js)"
	for _, name := range append(p.CgoFiles, p.IgnoredGoFiles...) {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ImportsOnly)
		if err == nil && slices.ContainsFunc(f.Imports, func(s *ast.ImportSpec) bool { return s.Path.Value == `"C"` }) {
			what = "is written with cgo, which WebAssembly cannot have"
		}
	}
	chain := g.chain(b.site.Bundle, p.ImportPath)
	b.report(diag.Error, "SG6301", b.importPlace(g, chain), b.story(g, chain)+" "+p.ImportPath+", which "+what, "use a package in pure Go, or prerender the page")
}
