package build

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/site/content/store"
	"sitegen.dev/core/site/content/storefile"
)

// contentPath is the package that sites declare collections with.
const contentPath = corePath + "/site/content"

// embeddedFile holds, beside the generated bundle, the content that is read on demand.
const embeddedFile = "content.bin"

// collectionDecl is one call of content.New in the site's Go files.
type collectionDecl struct {
	variable string
	name     string
	typeName string    // of the data, without its package
	at, end  token.Pos // of the name
}

// goFiles is what has been read of the Go files that on-demand routes reach.
type goFiles struct {
	b         *builder
	generated map[string][]codegen.File // by folder
	seen      map[string]bool           // import paths
	decls     []collectionDecl
	mentions  map[string]bool // identifiers
	refs      map[string]bool // X of every Ref[X]
}

// embedded says which collections the on-demand routes can read: those whose variables are mentioned in the packages that
// such a route's components import, and those that they refer to. It looks at names alone, so it may find more than are
// read, never fewer.
func (b *builder) embedded(files []codegen.File) []string {
	if b.contents.index == nil {
		return nil
	}
	g := &goFiles{b: b, generated: map[string][]codegen.File{}, seen: map[string]bool{}, mentions: map[string]bool{}, refs: map[string]bool{}}
	for _, f := range files {
		dir := path.Dir(f.Path)
		g.generated[dir] = append(g.generated[dir], f)
	}
	onDemand, pages := false, false
	visited := map[*codegen.Component]bool{}
	visit := func(c *codegen.Component) {
		onDemand = true
		if visited[c] {
			return
		}
		visited[c] = true
		for _, d := range c.Closure() {
			g.visit(d.ImportPath)
		}
	}
	for _, r := range b.routes {
		if r.Prerender {
			continue
		}
		if c := b.pages[r.Source]; c != nil {
			visit(c)
		}
		if isMarkdown(r) {
			onDemand, pages = true, true
		}
	}
	for _, c := range b.islands {
		visit(c)
	}
	if !onDemand {
		return nil
	}
	for _, p := range []string{b.middleware, b.guards} {
		if p != "" {
			g.visit(p)
		}
	}
	var out []string
	for _, d := range g.decls {
		if (g.mentions[d.variable] || g.refs[d.typeName]) && b.contents.index.Collection(d.name) != nil {
			out = append(out, d.name)
		}
	}
	if (pages || g.mentions["MarkdownPages"]) && b.contents.index.Collection(store.Pages) != nil {
		out = append(out, store.Pages)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// visit reads a package of the module and what it imports.
func (g *goFiles) visit(importPath string) {
	rel, ok := strings.CutPrefix(importPath, g.b.Layout.ModulePath)
	if !ok || rel != "" && rel[0] != '/' || g.seen[importPath] {
		return
	}
	g.seen[importPath] = true
	dir := strings.TrimPrefix(rel, "/")
	if files := g.generated[dir]; files != nil {
		for _, f := range files {
			g.file(f.Path, f.Data)
		}
		return
	}
	list, err := os.ReadDir(g.b.Layout.abs(dir))
	if err != nil {
		return // the go command will say so
	}
	for _, e := range list {
		name := e.Name()
		if !isGoFile(name) {
			continue
		}
		file := path.Join(dir, name)
		if data, err := os.ReadFile(g.b.Layout.abs(file)); err == nil {
			g.file(file, data)
		}
	}
}

func (g *goFiles) file(name string, data []byte) {
	f, err := parser.ParseFile(token.NewFileSet(), name, data, parser.SkipObjectResolution)
	if err != nil && f == nil {
		return
	}
	alias := ""
	for _, imp := range f.Imports {
		p, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			continue
		}
		if p == contentPath {
			if alias = path.Base(p); imp.Name != nil {
				alias = imp.Name.Name
			}
		}
		g.visit(p)
	}
	declared := map[*ast.Ident]bool{}
	for _, d := range f.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.VAR {
			continue
		}
		for _, s := range gen.Specs {
			v := s.(*ast.ValueSpec)
			for i, name := range v.Names {
				if i >= len(v.Values) {
					break
				}
				if c, ok := newCall(v.Values[i], alias); ok {
					declared[name] = true
					c.variable = name.Name
					g.decls = append(g.decls, c)
				}
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if !declared[n] {
				g.mentions[n.Name] = true
			}
		case *ast.IndexExpr:
			if lastName(n.X) == "Ref" {
				g.refs[lastName(n.Index)] = true
			}
		}
		return true
	})
}

// newCall finds content.New[T]("name") at the beginning of a chain of calls.
func newCall(e ast.Expr, alias string) (d collectionDecl, ok bool) {
	for {
		call, isCall := e.(*ast.CallExpr)
		if !isCall {
			return d, false
		}
		if index, isIndex := call.Fun.(*ast.IndexExpr); isIndex {
			fun := index.X
			if sel, isSel := fun.(*ast.SelectorExpr); isSel {
				if x, isIdent := sel.X.(*ast.Ident); !isIdent || x.Name != alias {
					return d, false
				}
			} else if alias != "." {
				return d, false
			}
			if lastName(fun) != "New" || len(call.Args) != 1 {
				return d, false
			}
			lit, isLit := call.Args[0].(*ast.BasicLit)
			if !isLit {
				return d, false
			}
			name, err := strconv.Unquote(lit.Value)
			return collectionDecl{name: name, typeName: lastName(index.Index), at: lit.Pos(), end: lit.End()}, err == nil
		}
		sel, isSel := call.Fun.(*ast.SelectorExpr)
		if !isSel {
			return d, false
		}
		e = sel.X
	}
}

func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.StarExpr:
		return lastName(e.X)
	}
	return ""
}

// embeddedContent gives the content that on-demand routes read, for a file beside the bundle.
func (b *builder) embeddedContent(collections []string) ([]byte, error) {
	s, err := storefile.Open(b.indexFile())
	if err != nil {
		return nil, err
	}
	return store.Whole(s, func(c string) bool { return slices.Contains(collections, c) })
}
