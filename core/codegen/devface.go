package codegen

import (
	"go/ast"
	"go/types"
	"path"
	"slices"
	"strings"

	"sitegen.dev/core/syntax"
)

// What imports a component would be compiled again with every edit of its Go, as the go command looks at the whole of a
// package. So in the development server a component that others import becomes two packages: its face, which they
// import, with the types that they see and a variable for Render, and the package with the code, which imports the face
// too and sets the variable.
//
//	package card // face/components/Card                 package card // c/components/Card
//
//	type Props struct{ Title string }                    type Props = _sgFace.Props
//	var Render func(…) error                             func init() { _sgFace.Render = Render }
//
// A component has a face when its types and constants are all that can be seen of it, and they mean the same in another package:
// nothing of them is generic, unexported or a method, and they mention only one another and what is imported.
type devFace struct {
	items   []faceItem
	imports []importSpec // of Go packages that they mention
	links   []*compLink  // of components likewise
	site    bool         // they mention the runtime
	env     bool         // they mention the variables of the environment
}

// faceItem is a declaration of the fence, and the names that it declares, in their order.
type faceItem struct {
	syntax.FenceItem
	names  []syntax.Span
	consts bool
}

// has says whether the face holds a declaration.
func (f *devFace) has(it syntax.FenceItem) bool {
	return slices.ContainsFunc(f.items, func(i faceItem) bool { return i.Start == it.Start })
}

// faceImport is the name of the face in the package with the code.
const faceImport = "_sgFace"

// facePath is the import path of the face.
func (c *Component) facePath() string { return strings.TrimSuffix(c.ImportPath, c.Dir) + c.faceDir }

// importPath gives the path by which what the printer prints imports a component.
func (p *printer) importPath(c *Component) string {
	if p.dev != nil && c.face() != nil {
		return c.facePath()
	}
	return c.ImportPath
}

// face gives what others see of the component, or nil where it is one package.
func (c *Component) face() *devFace {
	if !c.faceRead {
		c.faceRead = true
		if c.faceDir != "" && len(c.typeParams()) == 0 {
			c.devFace = c.readFace()
		}
	}
	return c.devFace
}

// readFace collects the exported declarations and what they mention.
func (c *Component) readFace() *devFace {
	r := &frontReader{c: c, f: c.front, src: c.file.Src}
	face := &devFace{}
	trees := map[string]declTree{} // by name
	seen := map[int]bool{}         // items, by where they start
	var open []declTree
	aliases := map[string]bool{}
	var methodsOf []string
	for _, it := range c.front.hoisted {
		t, ok := r.parseDecl(it)
		if !ok {
			return nil
		}
		for _, d := range t.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				switch {
				case d.Recv != nil:
					methodsOf = append(methodsOf, receiver(d))
				case isExported(d.Name.Name):
					return nil
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok && s.Assign.IsValid() {
						aliases[s.Name.Name] = true
					}
				}
				for _, id := range declaredNames(d) {
					trees[id.Name] = t
					if isExported(id.Name) {
						open = append(open, t)
					}
				}
			}
		}
	}
	for _, name := range methodsOf {
		if isExported(name) || aliases[name] { // an alias may be one of what is seen
			return nil
		}
	}
	for len(open) > 0 {
		t := open[0]
		open = open[1:]
		if seen[t.item.Start] {
			continue
		}
		seen[t.item.Start] = true
		it, ok := readFaceItem(t)
		if !ok {
			return nil
		}
		face.items = append(face.items, it)
		for _, id := range t.file.Unresolved {
			if other, ok := trees[id.Name]; ok {
				open = append(open, other)
			} else if _, own := c.front.declared[id.Name]; own || !face.mention(c, id.Name) {
				return nil
			}
		}
	}
	slices.SortFunc(face.items, func(a, b faceItem) int { return a.Start - b.Start })
	return face
}

// receiver is the name of the type that a method belongs to.
func receiver(d *ast.FuncDecl) (name string) {
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == "" {
			name = id.Name
		}
		return name == ""
	})
	return name
}

// declaredNames gives the names of a declaration.
func declaredNames(d *ast.GenDecl) (out []*ast.Ident) {
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			out = append(out, s.Name)
		case *ast.ValueSpec:
			out = append(out, s.Names...)
		}
	}
	return out
}

// readFaceItem says of a declaration whether it means the same in another package.
func readFaceItem(t declTree) (faceItem, bool) {
	it := faceItem{FenceItem: t.item, consts: t.item.Kind == syntax.ItemConst}
	if !it.consts && t.item.Kind != syntax.ItemType {
		return it, false
	}
	same := true
	exported := func(ids []*ast.Ident) {
		for _, id := range ids {
			same = same && (id.Name == "_" || isExported(id.Name))
		}
	}
	members := func(list *ast.FieldList) {
		for _, f := range list.List {
			exported(f.Names)
		}
	}
	// The name of an embedded type is one of a field: that of error is private.
	embedded := func(list *ast.FieldList) {
		for _, f := range list.List {
			x := f.Type
			if ptr, ok := x.(*ast.StarExpr); ok {
				x = ptr.X
			}
			if id, ok := x.(*ast.Ident); ok && f.Names == nil {
				exported([]*ast.Ident{id})
			}
		}
	}
	ast.Inspect(t.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			names := declaredNames(n)
			exported(names)
			for _, id := range names {
				it.names = append(it.names, t.span(id))
			}
		case *ast.TypeSpec:
			same = same && n.TypeParams == nil
		case *ast.StructType:
			members(n.Fields)
			embedded(n.Fields)
		case *ast.InterfaceType:
			members(n.Methods)
		}
		return true
	})
	return it, same
}

// mention takes up what a name of the declarations stands for that the fence does not declare; it says whether that is known.
func (f *devFace) mention(c *Component, name string) bool {
	if k := c.links.comps[name]; k != nil {
		if !slices.Contains(f.links, k) {
			f.links = append(f.links, k)
		}
		return true
	}
	var found []importSpec
	for _, s := range c.front.imports {
		switch {
		case isFileImport(s.Path):
		case s.Name == ".":
			return false // it may be anything
		case s.Name == name, s.Name == "" && importName(s.Path) == name:
			found = append(found, s)
		}
	}
	switch {
	case len(found) > 1:
		return false
	case len(found) == 1:
		if !slices.Contains(f.imports, found[0]) {
			f.imports = append(f.imports, found[0])
		}
	case name == "site" && c.front.useSite:
		f.site = true
	case name == "env" && c.usesEnv():
		f.env = true
	default:
		return types.Universe.Lookup(name) != nil
	}
	return true
}

// printFace prints the package that others import.
func (c *Component) printFace() DevFile {
	face, dev := c.face(), &devPrinter{}
	p := c.printer(printer{dev: dev})
	p.raw(Header, "\npackage ", c.Package, "\n\n")
	p.directive(1, 1)
	p.close(`import _sg "` + runtimePath + `"`)
	if face.site {
		p.close(`import "` + runtimePath + `"`)
	}
	if face.env {
		p.close(`import "` + c.env.Package + `"`)
	}
	for _, s := range face.imports {
		p.goImport(s)
	}
	for _, k := range face.links {
		p.compImport(k)
	}
	p.close("")
	for _, it := range face.items {
		p.hoist(it.FenceItem)
	}
	p.ownTypes(c)
	p.directive(1, 1)
	p.close("var Render func(_w *_sg.Writer, page *_sg.Page, props Props, slots Slots) " + p.errorType())
	return dev.file(path.Join(c.faceDir, "face.go"), p.b)
}

// aliases writes what the package with the code has in place of the declarations of the face. The compiler sees them
// once more, without names, so that an import that only they need is used.
func (p *printer) aliases() {
	src := p.file.Src
	for _, it := range p.face.items {
		pos := p.file.Pos(it.Start)
		p.directive(pos.Line, pos.Col)
		at := it.Start
		for _, name := range it.names {
			p.author(string(src[at:name.Start]), at)
			p.raw("_")
			p.mark(name.End)
			at = name.End
		}
		p.author(string(src[at:it.End]), at)
		p.close("")
		p.close("")
	}
	p.directive(1, 1)
	alias := func(keyword, name string) { p.close(keyword + " " + name + " = " + faceImport + "." + name) }
	for _, it := range p.face.items {
		keyword := "type"
		if it.consts {
			keyword = "const"
		}
		for _, span := range it.names {
			if name := span.Text(src); name != "_" {
				alias(keyword, name)
			}
		}
	}
	if p.comp.front.props == nil {
		alias("type", "Props")
	}
	if p.comp.front.slots == nil {
		alias("type", "Slots")
	}
	p.close("")
	p.close("func init() { " + faceImport + ".Render = Render }")
	p.close("")
}

// faces gives the components that others of the program import as a face.
func (p *Program) faces() map[*Component]bool {
	out := map[*Component]bool{}
	for _, c := range p.Components {
		for _, d := range c.Imports {
			if d.face() != nil {
				out[d] = true
			}
		}
	}
	return out
}

// generatedFor gives the component whose package or face has an import path, or nil.
func (p *Program) generatedFor(importPath string) *Component {
	for _, c := range p.Components {
		if c.ImportPath == importPath || c.faceDir != "" && c.facePath() == importPath {
			return c
		}
	}
	return nil
}
