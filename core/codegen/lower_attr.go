package codegen

import (
	"html"
	"strconv"
	"strings"

	"sitegen.dev/core/syntax"
)

// attrs lowers the attributes of an HTML element; tag is in lower case, "" where it is known at run time only.
func (l *lowerer) attrs(e *syntax.Element, tag string, top bool) Ops {
	r := attrReader{l: l, e: e, tag: tag}
	r.scan(top && len(l.vars) > 0 && !neverScoped[tag])
	return r.lower()
}

// attrReader lowers the attributes of one element.
type attrReader struct {
	l   *lowerer
	e   *syntax.Element
	tag string

	joinClass   bool // class, class:list and spread classes become one attribute
	joinStyle   bool
	styleVars   bool // define:vars go here
	spreadStyle bool // beside them, the style of a spread: the author wrote none that would win
	refresh     bool // <meta http-equiv=refresh>, or perhaps
	animates    bool // an SVG animation of a URL, or perhaps
	spreads     int
	names       []string // written explicitly
	classDone   bool
	styleDone   bool
	spreadVars  []string
}

func (r *attrReader) scan(vars bool) {
	r.styleVars = vars
	r.joinStyle = vars
	seen := map[string]bool{}
	for i := range r.e.Attrs {
		a := &r.e.Attrs[i]
		switch a.Kind {
		case syntax.AttrComment:
			continue
		case syntax.AttrSpread:
			r.spreads++
			continue
		}
		name := strings.ToLower(a.Name)
		switch name {
		case "class:list":
			r.joinClass = true
			name = "class"
		case "style:list":
			r.joinStyle = true
			name = "style"
		case "http-equiv":
			v, ok := r.l.static(a)
			r.refresh = !ok || strings.EqualFold(strings.TrimSpace(v), "refresh")
		case "attributename":
			v, ok := r.l.static(a)
			v = strings.ToLower(strings.TrimSpace(v))
			r.animates = !ok || v == "href" || v == "xlink:href"
		}
		seen[a.Name] = true
		if !r.isDirective(a.Name) || name == "class" || name == "style" {
			r.names = append(r.names, name)
		}
	}
	if vars && !seen["style"] && !seen["style:list"] {
		r.names = append(r.names, "style")
		r.spreadStyle = r.spreads > 0
	}
}

func (r *attrReader) isDirective(name string) bool {
	switch name {
	case "class:list", "style:list", "set:html", "set:text", "define:vars", "is:raw", "is:inline", "is:global":
		return true
	case "is":
		return r.tag == ""
	}
	return false
}

func (r *attrReader) lower() Ops {
	l := r.l
	var out Ops
	block := r.joinClass && r.spreads > 0 || r.spreadStyle
	if block { // the spread maps are read twice: keep them
		n := 0
		for i := range r.e.Attrs {
			if a := &r.e.Attrs[i]; a.Kind == syntax.AttrSpread {
				name := "_sgA" + strconv.Itoa(n)
				n++
				out = out.add(Let{At: a.Expr.Start, Name: name, Type: "_sg.Attrs", X: l.code(a.Expr)})
				r.spreadVars = append(r.spreadVars, name)
			}
		}
	}
	n := 0
	var late Ops // spreads come last written, but later ones win: browsers keep the first of two attributes
	for i := range r.e.Attrs {
		a := &r.e.Attrs[i]
		if a.Kind == syntax.AttrSpread {
			op := Spread{At: a.Expr.Start, Tag: r.tag, Skip: r.names}
			if block {
				op.X = made(r.spreadVars[n])
			} else {
				op.X = l.code(a.Expr)
			}
			n++
			late = append(Ops{op}, late...)
			continue
		}
		out = out.add(r.attr(a)...)
	}
	if r.styleVars && !r.styleDone {
		out = out.add(r.style())
	}
	out = out.add(late...)
	if block {
		return Ops{Block{At: r.e.Start, Body: out}}
	}
	return out
}

// attr lowers one attribute that is no spread.
func (r *attrReader) attr(a *syntax.Attr) Ops {
	l := r.l
	if a.Kind == syntax.AttrComment {
		return nil
	}
	name := strings.ToLower(a.Name)
	switch {
	case name == "class" && r.joinClass, name == "class:list":
		if r.classDone {
			return nil
		}
		r.classDone = true
		return Ops{r.class()}
	case name == "style" && r.joinStyle, name == "style:list":
		if r.styleDone {
			return nil
		}
		r.styleDone = true
		return Ops{r.style()}
	case name == "set:html" || name == "set:text" || name == "is:raw" || name == "is:inline" || name == "is" && r.tag == "":
		return nil
	case name == "is:global":
		l.err("SG2040", a.Span, "is:global belongs on <style>", "remove it")
		return nil
	case name == "define:vars":
		if r.tag != "script" && r.tag != "style" {
			l.err("SG2040", a.Span, "define:vars belongs on <script> or <style>", "remove it")
		}
		return nil
	case l.directive(a):
		return nil
	}
	ctx := attrContext(r.tag, a.Name, r.refresh, r.animates)
	if ctx == CtxJS {
		l.c.Unknown = append(l.c.Unknown, Unknown{a.Name, "add the listener in a <script>", l.rng(a.NameSpan)})
	}
	switch a.Kind {
	case syntax.AttrBare:
		return Ops{Lit{a.Start, " " + a.Name}}
	case syntax.AttrStatic:
		v := a.Value.Text(l.src)
		r.checkURL(a, v, ctx)
		return Ops{Lit{a.Start, " " + a.Name + `="` + strings.ReplaceAll(v, `"`, "&quot;") + `"`}}
	case syntax.AttrExpr, syntax.AttrShorthand:
		if a.Expr == nil || a.Expr.Empty() {
			return nil
		}
		if l.leaks(a.Expr) {
			return nil
		}
		if v, ok := l.constString(a.Expr); ok {
			r.checkURL(a, v, ctx)
			if ctx == CtxPlain || ctx == CtxEnum {
				return Ops{Lit{a.Start, " " + a.Name + `="` + escapeAttr(v) + `"`}}
			}
		}
		return Ops{Attr{At: a.Start, Name: a.Name, Ctx: ctx, X: l.code(a.Expr)}}
	case syntax.AttrTemplate:
		return r.template(a, ctx)
	case syntax.AttrList:
		l.err("SG2040", a.Span, a.Name+" takes one value, not a list", "use class:list or style:list for lists")
	}
	return nil
}

func (r *attrReader) checkURL(a *syntax.Attr, v string, ctx Context) {
	if scheme := badURL(v, ctx); scheme != "" {
		hint := "use an https: or relative URL"
		if scheme != "data" {
			hint = "use a <button> with a script"
		}
		r.l.err("SG2042", a.Span, "a "+scheme+": URL in "+a.Name+" would be blocked", hint)
	}
}

var attrEscaper = strings.NewReplacer("&", "&amp;", `"`, "&#34;", "<", "&lt;", ">", "&gt;")

func escapeAttr(s string) string { return attrEscaper.Replace(s) }

func (r *attrReader) template(a *syntax.Attr, ctx Context) Ops {
	l := r.l
	parts, constant := l.parts(a)
	if constant {
		v := ""
		if len(parts) > 0 {
			v = parts[0].Lit
		}
		r.checkURL(a, v, ctx)
		return Ops{Lit{a.Start, " " + a.Name + `="` + escapeAttr(v) + `"`}}
	}
	switch ctx {
	case CtxJS:
		l.err("SG2042", a.Span, a.Name+" runs JavaScript and takes no text with holes", "hand the values over in data-… attributes and add the listener in a <script>")
		return nil
	case CtxSrcdoc:
		l.err("SG2042", a.Span, "srcdoc takes no text with holes", "write srcdoc={site.Raw(…)} with HTML you trust")
		return nil
	}
	text := ""
	for _, p := range parts {
		if p.X != nil {
			text += urlHole
		} else {
			text += html.EscapeString(p.Lit) // badURL takes it for HTML
		}
	}
	r.checkURL(a, text, ctx)
	return Ops{AttrTemplate{At: a.Start, Name: a.Name, Ctx: ctx, Parts: parts}}
}

// parts lowers a backtick attribute; constant says that it has no holes, then there is at most one part.
func (l *lowerer) parts(a *syntax.Attr) (parts []Part, constant bool) {
	constant = true
	for _, p := range a.Parts {
		if p.Expr == nil {
			text := html.UnescapeString(p.Text(l.src))
			if n := len(parts); n > 0 && parts[n-1].X == nil {
				parts[n-1].Lit += text
				continue
			}
			parts = append(parts, Part{Lit: text})
			continue
		}
		if l.leaks(p.Expr) {
			continue
		}
		if x := l.code(p.Expr); x != nil {
			parts = append(parts, Part{X: x})
			constant = false
		}
	}
	return parts, constant
}

// class joins class, class:list and the classes of spreads.
func (r *attrReader) class() Op {
	l := r.l
	op := Classes{At: r.e.Start}
	for i := range r.e.Attrs {
		a := &r.e.Attrs[i]
		if n := strings.ToLower(a.Name); a.Kind == syntax.AttrSpread || n != "class" && n != "class:list" {
			continue
		}
		if len(op.Items) == 0 {
			op.At = a.Start
		}
		op.Items = append(op.Items, l.classItems(a)...)
	}
	for _, v := range r.spreadVars {
		op.Items = append(op.Items, ClassItem{X: made(v + `["class"]`)})
	}
	return constClass(op)
}

// classItems lowers one class or class:list attribute.
func (l *lowerer) classItems(a *syntax.Attr) []ClassItem {
	switch a.Kind {
	case syntax.AttrStatic:
		return []ClassItem{{X: madeAt(a.Value.Start, strconv.Quote(html.UnescapeString(a.Value.Text(l.src))))}}
	case syntax.AttrExpr, syntax.AttrShorthand:
		if x := l.code(a.Expr); x != nil {
			return []ClassItem{{X: x}}
		}
	case syntax.AttrTemplate:
		l.err("SG2040", a.Span, "class with holes cannot be joined with class:list", "add it to class:list as an expression")
	case syntax.AttrList:
		var items []ClassItem
		for _, it := range a.List {
			if it.Value == nil {
				continue
			}
			if it.Key != nil {
				items = append(items, ClassItem{X: l.code(it.Key), If: l.code(it.Value)})
				continue
			}
			items = append(items, ClassItem{X: l.code(it.Value)})
		}
		return items
	}
	return nil
}

// constClass turns a class list of literals into a literal.
func constClass(op Classes) Op {
	var words []string
	for _, it := range op.Items {
		s, ok := it.X.source()
		if !ok || it.If != nil {
			return op
		}
		v, err := strconv.Unquote(s)
		if err != nil {
			return op
		}
		words = append(words, strings.Fields(v)...)
	}
	if len(words) == 0 {
		return Lit{op.At, ""}
	}
	return Lit{op.At, ` class="` + escapeAttr(strings.Join(words, " ")) + `"`}
}

// style joins style, style:list and the custom properties of define:vars.
func (r *attrReader) style() Op {
	l := r.l
	op := Styles{At: r.e.Start}
	for i := range r.e.Attrs {
		a := &r.e.Attrs[i]
		if n := strings.ToLower(a.Name); a.Kind == syntax.AttrSpread || n != "style" && n != "style:list" {
			continue
		}
		op.Items = append(op.Items, l.styleItems(a)...)
	}
	if r.styleVars {
		r.styleDone = true
		if r.spreadStyle {
			for _, name := range r.spreadVars {
				op.Items = append(op.Items, StyleItem{X: made(name + `["style"]`)})
			}
		}
		for _, v := range l.vars {
			op.Items = append(op.Items, StyleItem{Prop: made(strconv.Quote("--" + v.Name)), X: l.code(v.X)})
		}
	}
	return op
}

// styleItems lowers one style or style:list attribute.
func (l *lowerer) styleItems(a *syntax.Attr) []StyleItem {
	switch a.Kind {
	case syntax.AttrStatic:
		return []StyleItem{{Lit: html.UnescapeString(a.Value.Text(l.src))}}
	case syntax.AttrExpr, syntax.AttrShorthand:
		if x := l.code(a.Expr); x != nil {
			return []StyleItem{{X: x}}
		}
	case syntax.AttrTemplate:
		l.err("SG2040", a.Span, "style with holes cannot be joined with style:list", `write style:list={"color": …}`)
	case syntax.AttrList:
		var items []StyleItem
		for _, it := range a.List {
			if it.Value == nil {
				continue
			}
			if it.Key != nil {
				items = append(items, StyleItem{Prop: l.code(it.Key), X: l.code(it.Value)})
				continue
			}
			if s, ok := l.constString(it.Value); ok {
				items = append(items, StyleItem{Lit: s})
				continue
			}
			items = append(items, StyleItem{X: l.code(it.Value)})
		}
		return items
	}
	return nil
}
