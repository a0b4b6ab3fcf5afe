package codegen

import (
	"go/ast"
	"go/parser"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/syntax"
)

// component lowers <Card …> and <Self …>.
func (l *lowerer) component(e *syntax.Element, in place) Ops {
	if m := l.c.links.modules[e.Name]; m != nil {
		return l.moduleIsland(e, m, in)
	}
	if a := clientDirective(e); a != nil {
		l.err("SG2040", a.NameSpan, a.Name+" belongs on a module for the browser, and <"+e.Name+"> is rendered here", "import a .ts or .js file and write "+a.Name+" on its tag, or use server:defer")
	}
	callee, pkg := l.callee(e)
	if callee == nil {
		// Children are still looked at, for what is wrong in them.
		l.nodes(e.Children, place{verbatim: e.Raw, custom: true})
		return nil
	}
	op := Call{At: e.NameSpan.Start, Package: pkg}
	l.typeArgs(e, callee, &op)
	l.server(e, callee, &op)
	l.props(e, callee, &op)
	op.Slots = l.fills(e, callee, in, op.Defer)
	return Ops{op}
}

// callee finds the component of a tag and the qualifier of its package.
func (l *lowerer) callee(e *syntax.Element) (*Component, string) {
	if e.Name == "Self" {
		return l.c, ""
	}
	if k := l.c.links.find(e.Name); k != nil {
		return k.c, k.pkg
	}
	dir, name, dotted := strings.Cut(e.Name, ".")
	if l.c.links.broken[e.Name] || l.c.links.broken[dir] {
		return nil, "" // reported at the import
	}
	if l.c.Text {
		l.err("SG2006", e.NameSpan, "there is no component <"+e.Name+">", l.textHint(e.Name))
		return nil, ""
	}
	if !dotted {
		l.err("SG2006", e.NameSpan, "<"+e.Name+"> is not imported", l.importHint(e.Name))
		return nil, ""
	}
	if d := l.c.links.dirs[dir]; d != nil {
		var names []string
		for n := range d.comps {
			names = append(names, n)
		}
		slices.Sort(names)
		hint := "create " + d.dir + "/" + name + ".gosite"
		if s := suggest(name, names); s != "" {
			hint = "did you mean <" + dir + "." + s + ">?"
		}
		l.err("SG2006", e.NameSpan, d.dir+" holds no component "+name, hint)
		return nil, ""
	}
	if l.c.links.comps[dir] != nil {
		l.err("SG2006", e.NameSpan, dir+" is a component and holds no others", "import the folder: import "+strings.ToLower(dir)+" \"…\"")
		return nil, ""
	}
	if l.c.front.importsGo(dir) {
		l.err("SG2006", e.NameSpan, dir+" is a Go package, which holds no components", "import the component's file, or call a function that returns a site.Node: {"+e.Name+"(…)}")
		return nil, ""
	}
	l.err("SG2006", e.NameSpan, "<"+e.Name+"> is not imported", "import the folder that holds "+name+".gosite as "+dir)
	return nil, ""
}

func (f *front) importsGo(name string) bool {
	return slices.ContainsFunc(f.imports, func(s importSpec) bool {
		return !isFileImport(s.Path) && (s.Name == name || s.Name == "" && importName(s.Path) == name)
	})
}

// importHint proposes the import of a component by its name.
func (l *lowerer) importHint(name string) string {
	var names []string
	byName := map[string]*Component{}
	for _, d := range l.p.Components {
		if d == l.c || d.External || !isExported(d.Name) {
			continue
		}
		if byName[d.Name] == nil {
			byName[d.Name] = d
			names = append(names, d.Name)
		}
	}
	if d := byName[name]; d != nil {
		return "add import " + name + " " + strconv.Quote(relPath(l.c.dir, d.Path))
	}
	var own []string
	for n := range l.c.links.comps {
		own = append(own, n)
	}
	slices.Sort(own)
	if s := suggest(name, own); s != "" {
		return "did you mean <" + s + ">?"
	}
	if s := suggest(name, names); s != "" {
		return "did you mean " + s + "? add import " + s + " " + strconv.Quote(relPath(l.c.dir, byName[s].Path))
	}
	if s := suggest(name, slices.Concat(builtinNames, tagNames)); s != "" {
		return "did you mean <" + s + ">?"
	}
	return "add import " + name + " \"../components/" + name + ".gosite\""
}

// typeArgs matches <Table[User]> with the type parameters.
func (l *lowerer) typeArgs(e *syntax.Element, callee *Component, op *Call) {
	params := callee.typeParams()
	op.PropArgs = callee.front.props != nil && len(callee.front.props.Params) > 0
	op.SlotArgs = callee.front.slots != nil && len(callee.front.slots.Params) > 0
	for _, t := range e.TypeArgs {
		op.TypeArgs = append(op.TypeArgs, Code{{At: t.Start, Go: t.Text(l.src)}})
	}
	if len(e.TypeArgs) == 0 && callee == l.c {
		for _, p := range params {
			op.TypeArgs = append(op.TypeArgs, made(p))
		}
		return
	}
	if len(e.TypeArgs) == len(params) {
		return
	}
	if len(params) == 0 {
		l.err("SG2015", e.NameSpan, e.Name+" takes no type arguments", "write <"+e.Name+">")
		op.TypeArgs = nil
		return
	}
	l.err("SG2015", e.NameSpan, e.Name+" needs "+strconv.Itoa(len(params))+" type argument"+plural(len(params)), "write <"+e.Name+"["+strings.Join(params, ", ")+"]> with your own type"+plural(len(params)))
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// typeParams gives the names of the type parameters of a component.
func (c *Component) typeParams() []string {
	if p := c.front.props; p != nil && len(p.Params) > 0 {
		return p.Params
	}
	if s := c.front.slots; s != nil {
		return s.Params
	}
	return nil
}

// isCall says whether code is the call of a function that may return a value and an error. Builtin functions and
// conversions are left alone: what they make of constants has no type yet.
func isCall(c Code) bool {
	src, ok := c.source()
	if !ok || !strings.HasSuffix(src, ")") {
		return false
	}
	x, err := parser.ParseExpr(src)
	if err != nil {
		return false
	}
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return false
	}
	switch fn := call.Fun.(type) {
	case *ast.Ident:
		return types.Universe.Lookup(fn.Name) == nil
	case *ast.SelectorExpr, *ast.IndexExpr, *ast.IndexListExpr, *ast.CallExpr:
		return true
	}
	return false
}
