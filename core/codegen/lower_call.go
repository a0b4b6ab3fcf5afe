package codegen

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"html"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/diag"
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

// props matches the attributes of a component with its fields.
func (l *lowerer) props(e *syntax.Element, callee *Component, op *Call) {
	info := callee.propsInfo()
	var rest *fieldInfo
	for i := range info.Fields {
		if info.Fields[i].Rest {
			rest = &info.Fields[i]
		}
	}
	var out []Field
	var more Rest
	given := map[string]syntax.Span{}
	for i := range e.Attrs {
		a := &e.Attrs[i]
		if a.Kind == syntax.AttrComment || a.Name == "slot" && a.Kind != syntax.AttrShorthand || a.Name == "set:html" || a.Name == "set:text" || a.Name == "is:raw" {
			continue
		}
		if a.Kind == syntax.AttrSpread {
			if callee.front.props != nil && (rest == nil || l.isProps(a.Expr)) {
				l.base(a, e, op, given)
				continue
			}
			if rest == nil {
				l.spreadError(a, e, callee, info)
				continue
			}
			more.Spreads = append(more.Spreads, l.code(a.Expr))
			continue
		}
		if a.Name == "server:defer" || a.Name == "server:async" || isClient(a) || l.directive(a) {
			continue
		}
		name := a.Name
		switch name {
		case "class:list":
			name = "class"
		case "style:list":
			name = "style"
		case "define:vars", "is:inline", "is:global":
			l.err("SG2040", a.Span, name+" does not belong on a component", "remove it")
			continue
		}
		f := info.field(name)
		if f != nil && f.Rest {
			f = nil
		}
		switch {
		case f != nil:
			if first, ok := given[f.Path+f.Name]; ok {
				l.diags.Add(diag.Diagnostic{Severity: diag.Error, Code: "SG2012", Range: l.rng(a.NameSpan), Message: "prop " + f.Name + " is given twice",
					Hint: "remove one of them", Notes: []diag.Note{{Range: l.rng(first), Message: "first given here"}}})
				continue
			}
			given[f.Path+f.Name] = a.NameSpan
			if v, ok := l.propValue(a); ok {
				v.Name, v.From, v.Path = f.Name, a.NameSpan, f.Path
				if v.Text != nil {
					v.Text.String = f.Type == "string"
				}
				if _, own := f.Of.front.declared["string"]; f.Type == "string" && !own {
					v.Const = v.X.constString()
				}
				out = append(out, v)
			}
		case rest != nil:
			if v, ok := l.propValue(a); ok {
				v.Name = name
				more.Attrs = append(more.Attrs, v)
			}
		case info.Open && token.IsIdentifier(exportName(name)):
			if v, ok := l.propValue(a); ok {
				v.Name, v.At, v.From = exportName(name), a.NameSpan.Start, a.NameSpan
				given[v.Name] = a.NameSpan
				out = append(out, v)
			}
		default:
			l.unknownProp(a, e, callee, info)
		}
	}
	for i := range info.Fields {
		f := &info.Fields[i]
		if _, ok := given[f.Path+f.Name]; ok || f.Rest || op.Base != nil {
			continue
		}
		if f.Required && callee.Builtin && f.Name == "Alt" {
			l.err("SG2070", e.NameSpan, "<"+e.Name+"> has no alt text", `say what the picture shows, alt="A pot of tea", or alt="" where it is mere decoration`)
			continue
		}
		if f.Required {
			l.diags.Add(diag.Diagnostic{Severity: diag.Error, Code: "SG2010", Range: l.rng(e.NameSpan),
				Message: "<" + e.Name + "> needs the prop " + f.attr(), Hint: "add " + f.attr() + propExample(f.Type),
				Notes: []diag.Note{{Range: f.Of.file.Range(f.At), Message: "declared as required here"}}})
		}
		if f.HasDef {
			out = append(out, Field{Name: f.Name, X: made(f.Default), Path: f.Path})
		}
	}
	if rest != nil && (len(more.Spreads) > 0 || len(more.Attrs) > 0) {
		more.Base = op.Base != nil
		out = append(out, Field{Name: rest.Name, Rest: &more, Path: rest.Path})
	}
	op.Props = out
}

// restAndStruct reports a rest prop beside an embedded struct of a Go package: what fields that has, and so which attributes are not
// for the rest, is not known from this file.
func (l *lowerer) restAndStruct() {
	own := l.c.front.props
	if own == nil || own.Same != "" || !slices.ContainsFunc(l.c.propsInfo().Fields, func(f fieldInfo) bool { return f.Rest }) {
		return
	}
	for _, t := range own.Embedded {
		if l.c.propsOf(t) == nil {
			l.err("SG2013", t.At, "the rest prop would take the attributes for the fields of "+t.Type,
				"give the field a name, "+fieldOf(t.Type)+" "+t.Type+", and hand it over whole, or write its fields here")
		}
	}
}

// fieldOf gives the name that an embedded field of a type has.
func fieldOf(typ string) string {
	typ, _, _ = strings.Cut(strings.TrimPrefix(typ, "*"), "[")
	return typ[strings.LastIndexByte(typ, '.')+1:]
}

// base takes the spread of a whole Props, in which the attributes behind it set single props.
func (l *lowerer) base(a *syntax.Attr, e *syntax.Element, op *Call, given map[string]syntax.Span) {
	switch {
	case op.Base != nil:
		l.err("SG2014", a.Span, "<"+e.Name+"> gets all its props twice", "spread one value, and write single props behind it")
		return
	case len(given) > 0:
		hint := "write it first"
		if !l.isProps(a.Expr) {
			hint += "; for a spread of attributes declare Rest site.Attrs `prop:\",rest\"` in its Props"
		}
		l.err("SG2014", a.Span, "the spread of all props of <"+e.Name+"> replaces those in front of it", hint)
		return
	}
	op.Base = l.code(a.Expr)
	op.BaseCall = isCall(op.Base)
}

// isProps says whether an expression is a Props as far as its words tell: the variable props, an embedded x.Props, a
// literal. Other spreads on a component with a rest prop are attributes.
func (l *lowerer) isProps(e *syntax.Expr) bool {
	x, err := parser.ParseExpr(e.Text(l.src))
	if err != nil {
		return false
	}
	if lit, ok := x.(*ast.CompositeLit); ok {
		switch t := lit.Type.(type) {
		case *ast.IndexExpr:
			return isPropsType(t.X)
		case *ast.IndexListExpr:
			return isPropsType(t.X)
		default:
			return isPropsType(t)
		}
	}
	id, ok := x.(*ast.Ident)
	return ok && id.Name == "props" || isPropsType(x)
}

// isPropsType says whether an expression is x.Props, or Props.
func isPropsType(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "Props"
	case *ast.SelectorExpr:
		return x.Sel.Name == "Props"
	}
	return false
}

// field finds the field that an attribute means.
func (s *structInfo) field(attr string) *fieldInfo {
	for i := range s.Fields {
		f := &s.Fields[i]
		if f.Prop != "" {
			if f.Prop == attr {
				return f
			}
			continue
		}
		if isExported(f.Name) && foldName(f.Name) == foldName(attr) {
			return f
		}
	}
	return nil
}

// attr is the name under which an author sets the field.
func (f *fieldInfo) attr() string {
	if f.Prop != "" {
		return f.Prop
	}
	return attrName(f.Name)
}

func propExample(typ string) string {
	if typ == "string" {
		return `="…"`
	}
	return "={…}"
}

func (l *lowerer) unknownProp(a *syntax.Attr, e *syntax.Element, callee *Component, info *structInfo) {
	var names []string
	for i := range info.Fields {
		if f := &info.Fields[i]; !f.Rest && isExported(f.Name) {
			names = append(names, f.attr())
		}
	}
	hint := ""
	switch s := suggest(a.Name, names); {
	case s != "":
		hint = "did you mean " + s + "?"
	case len(names) > 0:
		hint = "its props are " + strings.Join(names, ", ") + "; a field Rest site.Attrs `prop:\",rest\"` would take any attribute"
	default:
		hint = "declare it in " + callee.Path + ": type Props struct { " + exportName(a.Name) + " string }"
	}
	d := diag.Diagnostic{Severity: diag.Error, Code: "SG2011", Range: l.rng(a.NameSpan), Message: "<" + e.Name + "> has no prop " + a.Name, Hint: hint}
	if callee.front.props != nil {
		d.Notes = []diag.Note{{Range: callee.file.Range(info.At), Message: "its props are declared here"}}
	}
	l.diags.Add(d)
}

func (l *lowerer) spreadError(a *syntax.Attr, e *syntax.Element, callee *Component, info *structInfo) {
	d := diag.Diagnostic{Severity: diag.Error, Code: "SG2014", Range: l.rng(a.Span), Message: "<" + e.Name + "> takes no spread: it has no rest prop",
		Hint: "declare Rest site.Attrs `prop:\",rest\"` in " + callee.Path + ", or write the props out"}
	if callee.front.props != nil {
		d.Notes = []diag.Note{{Range: callee.file.Range(info.At), Message: "its props are declared here"}}
	}
	l.diags.Add(d)
}

// propValue gives the value of an attribute as a Go expression; Name is left open.
func (l *lowerer) propValue(a *syntax.Attr) (Field, bool) {
	switch a.Kind {
	case syntax.AttrBare:
		return Field{X: madeAt(a.Start, "true")}, true
	case syntax.AttrStatic:
		at := a.Value.Start
		if a.Quote != 0 {
			at--
		}
		return Field{X: madeAt(at, strconv.Quote(html.UnescapeString(a.Value.Text(l.src))))}, true
	case syntax.AttrExpr, syntax.AttrShorthand:
		x := l.code(a.Expr)
		return Field{X: x, Call: isCall(x)}, x != nil
	case syntax.AttrTemplate:
		parts, constant := l.parts(a)
		if constant {
			v := ""
			if len(parts) > 0 {
				v = parts[0].Lit
			}
			return Field{X: madeAt(a.Start, strconv.Quote(v))}, true
		}
		text := &Text{Parts: parts}
		if urlAttrs[strings.ToLower(a.Name)] {
			text.URL = a.Name
		}
		return Field{Text: text}, true
	case syntax.AttrList:
		switch a.Name {
		case "class:list":
			return Field{Text: &Text{Classes: l.classItems(a)}}, true
		case "style:list":
			return Field{Text: &Text{Styles: l.styleItems(a)}}, true
		}
		l.err("SG2040", a.Span, a.Name+" takes one value, not a list", "")
	}
	return Field{}, false
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

// slotInfo gives the slots of a component: declared ones, or those of its <slot> tags.
func (c *Component) slotInfo() *structInfo {
	if c.front.slots != nil {
		return c.front.slots
	}
	if c.derived == nil {
		c.derived = &structInfo{}
		eachElement(c.file.Nodes, func(e *syntax.Element) {
			if e.Kind != syntax.Slot || attr(e, "is:inline") != nil {
				return
			}
			name := "Default"
			if a := attr(e, "name"); a != nil {
				if a.Kind != syntax.AttrStatic {
					return
				}
				name = exportName(a.Value.Text(c.file.Src))
			}
			if !token.IsIdentifier(name) || c.derived.field(name) != nil {
				return
			}
			c.derived.Fields = append(c.derived.Fields, fieldInfo{Name: name, At: e.NameSpan, Type: "_sg.Node"})
		})
	}
	return c.derived
}

// fill is what goes into one slot.
type fill struct {
	name  string // as written, "" for the default slot
	at    syntax.Span
	nodes []syntax.Node
}

// fills sorts the children of a component into its slots.
func (l *lowerer) fills(e *syntax.Element, callee *Component, in place, deferred *Defer) []SlotFill {
	def := &fill{at: e.NameSpan}
	groups := []*fill{}
	find := func(name string, at syntax.Span) *fill {
		for _, g := range groups {
			if foldName(g.name) == foldName(name) {
				return g
			}
		}
		g := &fill{name: name, at: at}
		groups = append(groups, g)
		return g
	}
	inner := place{comp: e.Name, verbatim: in.verbatim || e.Raw, top: in.top}
	if _, ok := l.peekSet(e); ok {
		body, _ := l.set(e)
		return l.fillSlot(e, callee, nil, def, body)
	}
	for _, n := range e.Children {
		el, ok := n.(*syntax.Element)
		if !ok {
			def.nodes = append(def.nodes, n)
			continue
		}
		a := attr(el, "slot")
		if a == nil {
			def.nodes = append(def.nodes, n)
			continue
		}
		name, ok := l.static(a)
		if !ok || a.Kind != syntax.AttrStatic && a.Kind != syntax.AttrExpr {
			l.err("SG2022", a.Span, "slot must be a constant name: the slots of a component are known when compiling", `write slot="name"`)
			continue
		}
		if name != "" && !token.IsIdentifier(exportName(name)) {
			l.err("SG2022", a.Span, strconv.Quote(name)+" cannot be the name of a slot", "begin with a letter and use letters, digits, - and _")
			continue
		}
		g := def
		if name != "" && foldName(name) != "default" {
			g = find(name, a.Span)
		}
		g.nodes = append(g.nodes, el)
	}
	var out []SlotFill
	if filled(def.nodes, l.src) {
		out = append(out, l.fillSlot(e, callee, &inner, def, nil)...)
	}
	for _, g := range groups {
		if deferred != nil && foldName(g.name) == "fallback" {
			deferred.Fallback = l.nodes(stripSlot(g.nodes), inner)
			continue
		}
		out = append(out, l.fillSlot(e, callee, &inner, g, nil)...)
	}
	return out
}

func (l *lowerer) peekSet(e *syntax.Element) (*syntax.Attr, bool) {
	for _, n := range []string{"set:html", "set:text"} {
		if a := attr(e, n); a != nil {
			return a, true
		}
	}
	return nil, false
}

// filled says whether nodes are more than blanks and comments.
func filled(ns []syntax.Node, src []byte) bool {
	return slices.ContainsFunc(ns, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.GoComment, *syntax.Comment:
			return false
		case *syntax.Text:
			return !blank(n.Text(src))
		case *syntax.Element:
			// Taken out of the template wherever they stand.
			return !(n.Kind == syntax.HTML && strings.EqualFold(n.Name, "style") && attr(n, "is:inline") == nil)
		}
		return true
	})
}

// fillSlot lowers what goes into one slot; body is given where it is not made of the nodes.
func (l *lowerer) fillSlot(e *syntax.Element, callee *Component, inner *place, g *fill, body Ops) []SlotFill {
	info := callee.slotInfo()
	name := g.name
	if name == "" {
		name = "default"
	}
	f := info.field(name)
	if f == nil && !info.Open {
		l.unknownSlot(e, callee, info, g)
		if inner != nil {
			l.nodes(stripSlot(g.nodes), *inner)
		}
		return nil
	}
	out := SlotFill{Name: exportName(name), At: e.NameSpan.Start}
	if len(g.nodes) > 0 {
		out.At = l.firstAt(g.nodes)
	}
	if f != nil {
		out.Name = f.Name
	}
	if body != nil {
		out.Body = body
		return []SlotFill{out}
	}
	nodes := stripSlot(g.nodes)
	if fwd := l.forward(nodes, f); fwd != "" {
		out.Forward = fwd
		return []SlotFill{out}
	}
	if fn := l.slotFunc(nodes); fn != nil {
		if f != nil && !f.Func && isNodeType(f.Type) {
			d := diag.Diagnostic{Severity: diag.Error, Code: "SG2023", Range: l.rng(fn.Params), Message: "slot " + name + " of <" + e.Name + "> hands over no arguments",
				Hint: "write the markup without func", Notes: []diag.Note{{Range: callee.file.Range(f.At), Message: "the slot is declared here"}}}
			l.diags.Add(d)
			return nil
		}
		out.Func = true
		out.At = fn.Start
		if p := strings.TrimSpace(string(l.src[fn.Params.Start+1 : fn.Params.End-1])); p != "" {
			start := fn.Params.Start + 1 + strings.Index(string(l.src[fn.Params.Start+1:fn.Params.End-1]), p)
			out.Params = Code{{At: start, Go: trimComment(p)}}
		}
		in := *inner
		out.Body = l.block(fn.Body, in)
		return []SlotFill{out}
	}
	if f != nil && f.Func {
		d := diag.Diagnostic{Severity: diag.Error, Code: "SG2023", Range: l.rng(g.at), Message: "slot " + name + " of <" + e.Name + "> hands over arguments",
			Hint: "fill it with <Fragment slot=" + strconv.Quote(name) + ">{func(" + f.Params + ") { … }}</Fragment>", Notes: []diag.Note{{Range: callee.file.Range(f.At), Message: "the slot is declared here"}}}
		l.diags.Add(d)
		return nil
	}
	out.Body = l.nodes(nodes, *inner)
	return []SlotFill{out}
}

// isNodeType says whether a type is site.Node under some name of the package; a func that returns one is not.
func isNodeType(t string) bool {
	pkg, name, ok := strings.Cut(t, ".")
	return t == "Node" || ok && name == "Node" && token.IsIdentifier(pkg)
}

// stripSlot takes off the slot attributes, and the <Fragment> that only carried one.
func stripSlot(ns []syntax.Node) []syntax.Node {
	var out []syntax.Node
	for _, n := range ns {
		e, ok := n.(*syntax.Element)
		if !ok || attr(e, "slot") == nil {
			out = append(out, n)
			continue
		}
		cp := *e
		cp.Attrs = slices.DeleteFunc(slices.Clone(e.Attrs), func(a syntax.Attr) bool { return a.Name == "slot" && a.Kind != syntax.AttrSpread })
		if cp.Kind == syntax.Fragment && len(cp.Attrs) == 0 && len(ns) == 1 {
			return cp.Children
		}
		out = append(out, &cp)
	}
	return out
}

// only gives the one node among blanks and comments, or nil.
func (l *lowerer) only(ns []syntax.Node) syntax.Node {
	var found syntax.Node
	for _, n := range ns {
		switch t := n.(type) {
		case *syntax.GoComment:
			continue
		case *syntax.Text:
			if blank(t.Text(l.src)) {
				continue
			}
		}
		if found != nil {
			return nil
		}
		found = n
	}
	return found
}

// slotFunc gives the {func(…) { … }} that is the only content.
func (l *lowerer) slotFunc(ns []syntax.Node) *syntax.SlotFunc {
	fn, _ := l.only(ns).(*syntax.SlotFunc)
	return fn
}

// forward gives the component's own slot that is handed on unchanged, so that an absent slot stays absent.
func (l *lowerer) forward(ns []syntax.Node, f *fieldInfo) string {
	e, ok := l.only(ns).(*syntax.Element)
	if !ok || e.Kind != syntax.Slot || attr(e, "is:inline") != nil || filled(e.Children, l.src) || attr(e, "args") != nil {
		return ""
	}
	own, _, ok := l.ownSlot(e)
	if !ok {
		return ""
	}
	if f != nil && isNodeType(f.Type) && own.Func || f != nil && f.Func && isNodeType(own.Type) {
		l.err("SG2023", e.Span, "slot "+attrName(own.Name)+" cannot be handed on as "+attrName(f.Name)+": one takes arguments, the other does not", "declare both alike in type Slots")
	}
	return own.Name
}

// ownSlot finds the slot that a <slot> tag of this component means and reports what is wrong with the tag.
func (l *lowerer) ownSlot(e *syntax.Element) (*fieldInfo, string, bool) {
	name := "default"
	if a := attr(e, "name"); a != nil {
		s, ok := l.static(a)
		if !ok || s == "" {
			l.err("SG2022", a.Span, "the name of a slot must be constant: the slots of a component are known when compiling", `write name="footer"`)
			return nil, "", false
		}
		if !token.IsIdentifier(exportName(s)) {
			l.err("SG2022", a.Span, strconv.Quote(s)+" cannot be the name of a slot", "begin with a letter and use letters, digits, - and _")
			return nil, "", false
		}
		name = s
	}
	info := l.c.slotInfo()
	f := info.field(name)
	if f == nil && info.Open {
		f = &fieldInfo{Name: exportName(name)}
	}
	if f == nil {
		if l.c.front.slots == nil {
			return nil, "", false // a name given by an expression; reported above
		}
		l.diags.Add(diag.Diagnostic{Severity: diag.Error, Code: "SG2020", Range: l.rng(e.NameSpan), Message: "type Slots has no slot " + name,
			Hint:  "add " + exportName(name) + " site.Node to type Slots" + didYouMean(name, info),
			Notes: []diag.Note{{Range: l.rng(info.At), Message: "the slots are declared here"}}})
		return nil, "", false
	}
	return f, name, true
}

func didYouMean(name string, info *structInfo) string {
	var names []string
	for _, f := range info.Fields {
		names = append(names, attrName(f.Name))
	}
	if s := suggest(name, names); s != "" {
		return "; did you mean " + s + "?"
	}
	return ""
}

// slotOut lowers <slot>.
func (l *lowerer) slotOut(e *syntax.Element, in place) Ops {
	for i := range e.Attrs {
		a := &e.Attrs[i]
		if a.Kind == syntax.AttrComment || a.Name == "name" || a.Name == "args" || a.Name == "slot" || l.directive(a) {
			continue
		}
		l.err("SG2040", a.Span, "<slot> prints no element and takes no attribute "+a.Name, "put it on an element around the slot")
	}
	f, name, ok := l.ownSlot(e)
	if !ok {
		return nil
	}
	op := SlotOut{At: e.Start, Name: f.Name, Func: f.Func}
	if a := attr(e, "args"); a != nil {
		op.Args = l.args(a)
		if !f.Func && l.c.front.slots == nil {
			l.err("SG2024", a.Span, "a slot with arguments needs its type in type Slots",
				"declare type Slots struct { "+exportName(name)+" func(…) site.Node } with a parameter for each argument")
			return nil
		}
		if !f.Func && isNodeType(f.Type) {
			l.diags.Add(diag.Diagnostic{Severity: diag.Error, Code: "SG2023", Range: l.rng(a.Span), Message: "slot " + name + " takes no arguments",
				Hint: "declare it as " + f.Name + " func(…) site.Node", Notes: []diag.Note{{Range: l.rng(f.At), Message: "declared here"}}})
			return nil
		}
		op.Func = true
	} else if f.Func && f.Params != "" {
		l.diags.Add(diag.Diagnostic{Severity: diag.Error, Code: "SG2023", Range: l.rng(e.Span), Message: "slot " + name + " needs its arguments",
			Hint: "add args={…} for (" + f.Params + ")", Notes: []diag.Note{{Range: l.rng(f.At), Message: "declared here"}}})
		return nil
	}
	in.custom = false
	if filled(e.Children, l.src) {
		op.Fallback = l.nodes(e.Children, in)
	}
	return Ops{op}
}

// args lowers args={a, b}.
func (l *lowerer) args(a *syntax.Attr) []Code {
	var out []Code
	switch a.Kind {
	case syntax.AttrList:
		for _, it := range a.List {
			if it.Key != nil {
				l.err("SG2040", it.Span, "args takes values without names", "write args={a, b}")
				continue
			}
			if x := l.code(it.Value); x != nil {
				out = append(out, x)
			}
		}
	case syntax.AttrExpr:
		if x := l.code(a.Expr); x != nil {
			out = append(out, x)
		}
	default:
		l.err("SG2040", a.Span, "args takes expressions", "write args={a, b}")
	}
	return out
}

func (l *lowerer) unknownSlot(e *syntax.Element, callee *Component, info *structInfo, g *fill) {
	if g.name == "" {
		at := e.NameSpan
		for _, n := range g.nodes {
			if t, ok := n.(*syntax.Text); ok && blank(t.Text(l.src)) {
				continue
			}
			at = n.Range()
			break
		}
		l.err("SG2020", at, "<"+e.Name+"> has no default slot and would drop its content", "add <slot /> to "+callee.Path)
		return
	}
	var names []string
	for _, f := range info.Fields {
		if f.Name != "Default" {
			names = append(names, attrName(f.Name))
		}
	}
	hint := "add <slot name=" + strconv.Quote(g.name) + " /> to " + callee.Path
	if s := suggest(g.name, names); s != "" {
		hint = "did you mean " + s + "?"
	} else if len(names) > 0 {
		hint = "its slots are " + strings.Join(names, ", ")
	}
	l.err("SG2020", g.at, "<"+e.Name+"> has no slot "+g.name, hint)
}
