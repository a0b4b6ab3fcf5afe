package codegen

import (
	"go/token"
	"strconv"
	"strings"

	"sitegen.dev/core/manifest"
	"sitegen.dev/core/syntax"
)

// styles collects the <style> elements before anything is lowered: they decide on the scope attribute of every element.
func (l *lowerer) styles() {
	scoped := false
	eachElement(l.c.file.Nodes, func(e *syntax.Element) {
		if e.Kind != syntax.HTML || !strings.EqualFold(e.Name, "style") || !l.isStyle(e) {
			return
		}
		st := Style{Global: attr(e, "is:global") != nil}
		for i := range e.Attrs {
			a := &e.Attrs[i]
			switch {
			case a.Kind == syntax.AttrComment, a.Name == "is:global":
			case a.Name == "define:vars":
				l.vars = append(l.vars, l.namedVars(a)...)
			case a.Name == "lang" || a.Name == "type":
				if v, ok := l.static(a); !ok || v != "css" && v != "text/css" && v != "" {
					l.err("SG2043", a.Span, "styles are CSS; "+a.Name+"="+strconv.Quote(v)+" is not understood", "write CSS: nesting and variables need no preprocessor")
				}
			case l.directive(a):
			default:
				hint := "write it in the CSS, or add is:inline to keep the element where it stands"
				if a.Name == "media" {
					hint = "write @media " + a.Value.Text(l.src) + " { … } in the CSS"
				}
				l.err("SG2043", a.Span, "a <style> joins the page's stylesheet and keeps no attribute "+a.Name, hint)
			}
		}
		st.CSS, st.Offset, st.At = l.body(e), e.Open.End, l.rng(e.Span)
		l.c.Styles = append(l.c.Styles, st)
		scoped = scoped || !st.Global
	})
	if scoped {
		l.c.Scope = "data-s-" + hash(l.c.Path, 4)
	}
}

// isStyle says whether a <style> element joins the stylesheet.
func (l *lowerer) isStyle(e *syntax.Element) bool {
	return attr(e, "is:inline") == nil && attr(e, "set:html") == nil && attr(e, "set:text") == nil
}

// namedVars reads define:vars={a, b: x}.
func (l *lowerer) namedVars(a *syntax.Attr) []styleVar {
	if a.Kind == syntax.AttrExpr && a.Expr != nil { // {accent}
		a = &syntax.Attr{Kind: syntax.AttrList, Span: a.Span, List: []syntax.ListItem{{Span: a.Expr.Span, Value: a.Expr}}}
	}
	if a.Kind != syntax.AttrList {
		l.err("SG2045", a.Span, "define:vars takes variables", "write define:vars={name} or define:vars={name: value}")
		return nil
	}
	var out []styleVar
	for _, it := range a.List {
		if it.Value == nil || l.leaks(it.Value) {
			continue
		}
		key := it.Key
		if key == nil {
			key = it.Value
		}
		name := key.Text(l.src)
		if s, ok := l.constString(key); ok && it.Key != nil {
			name = s
		} else if !token.IsIdentifier(name) {
			l.err("SG2045", it.Span, "define:vars needs a name for this value", "write name: "+it.Value.Text(l.src))
			continue
		}
		out = append(out, styleVar{Name: name, X: it.Value})
	}
	return out
}

// script lowers a <script>: false where it stays as any element does.
func (l *lowerer) script(e *syntax.Element) (Ops, bool) {
	if a := attr(e, "define:vars"); a != nil {
		return l.scriptVars(e, a), true
	}
	for i := range e.Attrs {
		a := &e.Attrs[i]
		switch {
		case a.Kind == syntax.AttrComment:
		case a.Name == "lang":
			if v, ok := l.static(a); !ok || v != "ts" && v != "js" {
				return nil, false
			}
		case a.Name == "type":
			if v, ok := l.static(a); !ok || v != "module" {
				return nil, false
			}
		case l.unsupported(a):
		default:
			return nil, false
		}
	}
	code := l.body(e)
	if blank(code) {
		return nil, true
	}
	s := Script{ID: l.c.Path + "#" + strconv.Itoa(len(l.c.Scripts)+1), Code: code, At: l.rng(e.Span), Offset: e.Open.End}
	l.c.Scripts = append(l.c.Scripts, s)
	return Ops{RunScript{At: e.Start, ID: s.ID}}, true
}

// scriptVars lowers an inline script with define:vars. A classic script gets a function around it, as its constants
// would clash where the component stands twice on a page; a module has a scope of its own. On a site with a
// Content-Security-Policy the values stand beside the script, as data: the script is the same for all of them, and so is its hash.
func (l *lowerer) scriptVars(e *syntax.Element, vars *syntax.Attr) Ops {
	if src := attr(e, "src"); src != nil {
		l.err("SG2040", vars.Span, "define:vars has no effect beside src: browsers pass over the text of such a script",
			"hand the values over in data-… attributes, or import the module in a <script> without src")
	}
	op := ScriptVars{At: vars.Start}
	for _, v := range l.namedVars(vars) {
		if !jsName(v.Name) {
			l.err("SG2045", vars.Span, strconv.Quote(v.Name)+" is no JavaScript name", "use letters, digits, _ and $")
			continue
		}
		op.Vars = append(op.Vars, Var{Name: v.Name, X: l.code(v.X)})
	}
	typ, _ := l.static(attr(e, "type"))
	open, end := "(function(){", "})();"
	if typ == "module" {
		open, end = "", ""
	}
	var out Ops
	if op.Data = l.p.in.CSP; op.Data {
		id := hash(l.c.Path+"#"+strconv.Itoa(e.Start), 4)
		open += op.read(id)
		l.c.Inline = append(l.c.Inline, Inline{true, open + l.body(e) + end})
		out = out.add(Lit{e.Start, `<script type="application/json" data-vars="` + id + `">`}, op, Lit{e.Start, "</script>"})
	}
	out = out.add(Lit{e.Start, "<" + e.Name})
	out = out.add(l.attrs(e, "script", false)...)
	if op.Data {
		out = out.add(Lit{e.Open.End, " data-reads"}) // the script of each is the same, and each has to run
	}
	out = out.add(Lit{e.Open.End, ">" + open})
	if !op.Data {
		out = out.add(op)
	}
	for _, n := range e.Children {
		out = out.add(Lit{n.Range().Start, n.Range().Text(l.src)})
	}
	return out.add(Lit{e.End, end + "</" + e.Name + ">"})
}

// read is the statement that takes the constants from the element of the same id that comes first.
func (op ScriptVars) read(id string) string {
	var names []string
	for _, v := range op.Vars {
		names = append(names, v.Name)
	}
	return "const {" + strings.Join(names, ",") + `}=(e=>(e.remove(),JSON.parse(e.textContent)))(document.querySelector('script[data-vars="` + id + `"]'));` + "\n"
}

func jsName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isLetter(c) && c != '_' && c != '$' && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// features finds what not every platform can do, by the names of the calls. The names are those of package adapter,
// which codegen does not import.
func (l *lowerer) features() {
	found := map[string]int{}
	order := []string{}
	look := func(s syntax.Span) {
		var prev [2]string
		scanTokens(s.Text(l.src), func(off int, tok token.Token, lit string) {
			if tok == token.IDENT && prev[1] == "." && prev[0] == "page" {
				name := map[string]string{"Flush": "streaming", "Session": "sessions"}[lit]
				if _, ok := found[name]; name != "" && !ok {
					found[name] = s.Start + off
					order = append(order, name)
				}
			}
			if lit == "" {
				lit = tok.String()
			}
			prev[0], prev[1] = prev[1], lit
		})
	}
	if l.c.file.Fence != nil {
		for _, it := range l.c.file.Fence.Items {
			look(it.Span)
		}
	}
	eachCode(l.c.file.Nodes, look)
	for _, name := range order {
		p := l.c.file.Pos(found[name])
		l.c.Features = append(l.c.Features, manifest.Feature{Name: name, File: p.File, Line: p.Line, Col: p.Col})
	}
}
