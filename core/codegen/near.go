package codegen

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// The messages of the Go compiler about names that there are not.
var (
	unknownName   = regexp.MustCompile(`^undefined: (\w+)$`)
	unknownOf     = regexp.MustCompile(`^undefined: (\w+)\.(\w+)$`)
	unknownMember = regexp.MustCompile(`undefined \(type (\S+) has no field or method (\w+)\)$`)
	knownToGo     = regexp.MustCompile(`\(but have (\w+)\)$`)
	unknownKey    = regexp.MustCompile(`^unknown field (\w+) in struct literal of type (\S+)`)
)

// near gives the name that somebody most likely meant where the compiler knows none, as it would be written; "" where
// there is none like it.
func (p *Program) near(c *Component, message string) string {
	if m := knownToGo.FindStringSubmatch(message); m != nil {
		return m[1]
	}
	if m := unknownName.FindStringSubmatch(message); m != nil {
		return c.nearName(m[1])
	}
	if m := unknownOf.FindStringSubmatch(message); m != nil {
		d := p.packageOf(c, m[1])
		if s := diag.Suggest(m[2], d.names); s != "" {
			return m[1] + "." + s
		}
		return ""
	}
	m := unknownMember.FindStringSubmatch(message)
	if m != nil {
		return diag.Suggest(m[2], p.membersOf(c, m[1]))
	}
	if m = unknownKey.FindStringSubmatch(message); m != nil {
		return diag.Suggest(m[1], p.membersOf(c, m[2]))
	}
	return ""
}

// nearName looks for a name among those of the component, and among its props, which have to be asked for by props.
func (c *Component) nearName(name string) string {
	if f := c.front; f.props != nil {
		for _, field := range f.props.Fields {
			if strings.EqualFold(field.Name, name) {
				return "props." + field.Name
			}
		}
	}
	known := []string{"page", "props", "slots", "site"}
	for _, v := range c.front.vars {
		known = append(known, v.Name)
	}
	for n := range c.front.declared {
		known = append(known, n)
	}
	for _, i := range c.front.imports {
		if !strings.HasSuffix(i.Path, ".gosite") { // a component is no value
			known = append(known, localName(i))
		}
	}
	slices.Sort(known)
	return diag.Suggest(name, known)
}

// localName is the name that an import has in the file, as far as its path tells.
func localName(i importSpec) string {
	if i.Name != "" {
		return i.Name
	}
	return importName(i.Path)
}

// membersOf gives the fields and methods of a type as the compiler names it: "Props", "*site.Page", "shop.Tea".
func (p *Program) membersOf(c *Component, name string) []string {
	name = strings.TrimLeft(name, "*")
	name, _, _ = strings.Cut(name, "[")
	if pkg, of, ok := strings.Cut(name, "."); ok {
		return p.packageOf(c, pkg).members[of]
	}
	d := declarations{members: map[string][]string{}}
	for _, it := range c.front.hoisted {
		if it.Kind == syntax.ItemType || it.Kind == syntax.ItemMethod {
			d.read([]byte("package p\n" + it.Text(c.file.Src)))
		}
	}
	return d.members[name]
}

// packageOf reads a package that a component imports by the name it has there.
func (p *Program) packageOf(c *Component, name string) declarations {
	d := declarations{members: map[string][]string{}}
	for _, used := range c.Imports {
		if used.Name == name {
			for n := range used.front.declared {
				if isExported(n) {
					d.names = append(d.names, n)
				}
			}
			slices.Sort(d.names)
			return d
		}
	}
	if name == "env" && c.usesEnv() {
		for _, v := range c.env.Vars {
			d.names = append(d.names, v.Name)
		}
		return d
	}
	from := ""
	if name == "site" {
		from = RuntimePath
	}
	for _, other := range append([]*Component{c}, p.Components...) { // a type may come from a package that another one imports
		for _, i := range other.front.imports {
			if from == "" && localName(i) == name {
				from = i.Path
			}
		}
	}
	if from == "" || p.in.GoFiles == nil {
		return d
	}
	for _, src := range p.in.GoFiles(from) {
		d.read(src)
	}
	return d
}

// declarations are the exported names of a package, and the members of its types.
type declarations struct {
	names   []string
	members map[string][]string
}

// read adds those of a file. What cannot be parsed has been reported by the compiler.
func (d *declarations) read(src []byte) {
	f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.SkipObjectResolution)
	if f == nil || err != nil {
		return
	}
	add := func(name string) {
		if isExported(name) {
			d.names = append(d.names, name)
		}
	}
	for _, decl := range f.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil {
				add(decl.Name.Name)
			} else if t := baseType(decl.Recv.List[0].Type); t != "" {
				d.members[t] = append(d.members[t], decl.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range decl.Specs {
				switch s := s.(type) {
				case *ast.ValueSpec:
					for _, n := range s.Names {
						add(n.Name)
					}
				case *ast.TypeSpec:
					add(s.Name.Name)
					d.fields(s)
				}
			}
		}
	}
}

func (d *declarations) fields(s *ast.TypeSpec) {
	var list *ast.FieldList
	switch t := s.Type.(type) {
	case *ast.StructType:
		list = t.Fields
	case *ast.InterfaceType:
		list = t.Methods
	}
	if list == nil {
		return
	}
	for _, f := range list.List {
		for _, n := range f.Names {
			d.members[s.Name.Name] = append(d.members[s.Name.Name], n.Name)
		}
		if len(f.Names) == 0 {
			if n := baseType(f.Type); n != "" {
				d.members[s.Name.Name] = append(d.members[s.Name.Name], n)
			}
		}
	}
}

// baseType is the name of a receiver's or an embedded field's type.
func baseType(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return baseType(e.X)
	case *ast.IndexExpr:
		return baseType(e.X)
	case *ast.IndexListExpr:
		return baseType(e.X)
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
