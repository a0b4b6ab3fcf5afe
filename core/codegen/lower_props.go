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
	"sitegen.dev/core/syntax"
)

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
			out = append(out, Field{Name: f.Name, X: made(l.c.constant(f.Default)), Path: f.Path})
		}
	}
	if rest != nil && l.c.Scope != "" && callee.element() {
		more.Attrs = append(more.Attrs, Field{Name: l.c.Scope, X: made(l.c.constant("true"))})
	}
	if rest != nil && (len(more.Spreads) > 0 || len(more.Attrs) > 0) {
		more.Base = op.Base != nil
		out = append(out, Field{Name: rest.Name, Rest: &more, Path: rest.Path})
	}
	op.Props = out
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
