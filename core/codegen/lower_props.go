package codegen

import (
	"go/ast"
	"go/parser"
	"go/token"
	"html"
	"path"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/internal/attrname"
	"sitegen.dev/core/syntax"
)

// props matches the attributes of a component with its fields.
func (l *lowerer) props(e *syntax.Element, callee *Component, op *Call) {
	m := propMatch{lowerer: l, e: e, callee: callee, op: op, info: callee.propsInfo(), given: map[string]syntax.Span{}}
	for i := range m.info.Fields {
		if m.info.Fields[i].Rest {
			m.rest = &m.info.Fields[i]
		}
	}
	for i := range e.Attrs {
		switch a := &e.Attrs[i]; {
		case a.Kind == syntax.AttrComment, a.Name == "slot" && a.Kind != syntax.AttrShorthand, a.Name == "set:html", a.Name == "set:text", a.Name == "is:raw":
		case a.Kind == syntax.AttrSpread:
			m.spread(a)
		case a.Name == "server:defer", a.Name == "server:async", isClient(a), l.directive(a):
		default:
			m.attr(a)
		}
	}
	m.missing()
	if m.rest != nil && l.c.Scope != "" && callee.element() {
		m.more.Attrs = append(m.more.Attrs, Field{Name: l.c.Scope, X: made(l.c.constant("true"))})
	}
	if m.rest != nil && (len(m.more.Spreads) > 0 || len(m.more.Attrs) > 0) {
		m.more.Base = op.Base != nil
		m.out = append(m.out, Field{Name: m.rest.Name, Rest: &m.more, Path: m.rest.Path})
	}
	op.Props = m.out
}

// propMatch is what is known of a component's tag while its attributes are matched with fields.
type propMatch struct {
	*lowerer
	e      *syntax.Element
	callee *Component
	op     *Call
	info   *structInfo
	rest   *fieldInfo // that takes the attributes for which there is no field; nil where there is none
	given  map[string]syntax.Span
	out    []Field
	more   Rest // what rest gets
}

// spread takes {...x}: the props as a whole, or attributes for the rest.
func (m *propMatch) spread(a *syntax.Attr) {
	switch {
	case m.callee.front.props != nil && (m.rest == nil || m.isProps(a.Expr)):
		m.base(a, m.e, m.op, m.given)
	case m.rest == nil:
		m.spreadError(a, m.e, m.callee, m.info)
	default:
		m.more.Spreads = append(m.more.Spreads, m.code(a.Expr))
	}
}

// attr takes an attribute to its field, or to the rest.
func (m *propMatch) attr(a *syntax.Attr) {
	name := a.Name
	switch name {
	case "class:list":
		name = "class"
	case "style:list":
		name = "style"
	case "define:vars", "is:inline", "is:global":
		m.err("SG2040", a.Span, name+" does not belong on a component", "remove it")
		return
	}
	f := m.info.field(name)
	if f != nil && f.Rest {
		f = nil
	}
	switch {
	case f != nil:
		m.field(a, f)
	case m.rest != nil:
		if v, ok := m.propValue(a); ok {
			v.Name = name
			m.more.Attrs = append(m.more.Attrs, v)
		}
	case m.info.Open && token.IsIdentifier(exportName(name)):
		if v, ok := m.propValue(a); ok {
			v.Name, v.At, v.From = exportName(name), a.NameSpan.Start, a.NameSpan
			m.given[v.Name] = a.NameSpan
			m.out = append(m.out, v)
		}
	default:
		m.unknownProp(a, m.e, m.callee, m.info)
	}
}

// field gives a field the value of an attribute.
func (m *propMatch) field(a *syntax.Attr, f *fieldInfo) {
	if first, ok := m.given[f.Path+f.Name]; ok {
		m.diags.Add(diag.Diagnostic{Severity: diag.Error, Code: "SG2012", Range: m.rng(a.NameSpan), Message: "prop " + f.Name + " is given twice",
			Hint: "remove one of them", Notes: []diag.Note{{Range: m.rng(first), Message: "first given here"}}})
		return
	}
	m.given[f.Path+f.Name] = a.NameSpan
	v, ok := m.propValue(a)
	if !ok {
		return
	}
	v.Name, v.From, v.Path = f.Name, a.NameSpan, f.Path
	if v.Text != nil {
		v.Text.String = f.Type == "string"
	}
	if _, own := f.Of.front.declared["string"]; f.Type == "string" && !own {
		v.Const = v.X.constString()
	}
	m.out = append(m.out, v)
}

// missing sets the fields that no attribute is for to their defaults, and complains of those that are required.
func (m *propMatch) missing() {
	for i := range m.info.Fields {
		f := &m.info.Fields[i]
		if _, ok := m.given[f.Path+f.Name]; ok || f.Rest || m.op.Base != nil {
			continue
		}
		if f.Required && m.callee.Builtin && f.Name == "Alt" {
			m.err("SG2070", m.e.NameSpan, "<"+m.e.Name+"> has no alt text", `say what the picture shows, alt="A pot of tea", or alt="" where it is mere decoration`)
			continue
		}
		if f.Required {
			m.diags.Add(diag.Diagnostic{Severity: diag.Error, Code: "SG2010", Range: m.rng(m.e.NameSpan),
				Message: "<" + m.e.Name + "> needs the prop " + f.attr(), Hint: "add " + f.attr() + propExample(f.Type),
				Notes: []diag.Note{{Range: f.Of.file.Range(f.At), Message: "declared as required here"}}})
		}
		if f.HasDef {
			m.out = append(m.out, Field{Name: f.Name, X: made(m.c.constant(f.Default)), Path: f.Path})
		}
	}
}

// element says whether a component is one element that the author did not write as such: a picture or a drawing. Scoped styles of
// the component that its tag stands in mean it like every other element there.
func (c *Component) element() bool {
	return c.Builtin && (c.Name == "Image" || c.Name == "Picture") || path.Ext(c.Path) == ".svg"
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
	return attrname.Of(f.Name)
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
	s := nearDirective(a.Name)
	if s == "" {
		s = suggest(a.Name, names)
	}
	switch {
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
		return Field{X: madeAt(a.Start, l.c.constant("true"))}, true
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
