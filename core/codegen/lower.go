package codegen

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// lowerer reduces the template of one component to operations.
type lowerer struct {
	p     *Program
	c     *Component
	src   []byte
	diags *diag.List
	vars  []styleVar // define:vars of the component's styles

	headAfter syntax.Node // what head, a DoctypeEnd or HTMLStart, stands behind; nil where none is to come
	head      Op

	pageTaken bool // the author's name page stands for something else than the request's
}

// styleVar is a custom property that define:vars puts on the outermost elements.
type styleVar struct {
	Name string
	X    *syntax.Expr
}

// place is what a list of nodes stands in.
type place struct {
	verbatim bool        // blanks count
	top      bool        // no element of this component is around it, for sure
	comp     string      // the enclosing component's tag, "" outside of one
	custom   bool        // direct children of a custom element, where slot="…" is the browser's
	child    syntax.Span // the direct child of comp that all this is in
}

func lower(p *Program, c *Component, diags *diag.List) {
	l := &lowerer{p: p, c: c, src: c.file.Src, diags: diags}
	c.shadowed = c.readShadowed()
	c.HasTemplate = hasContent(c.file.Src, c.file.Nodes)
	c.Returns = slices.ContainsFunc(c.front.stmts, func(it syntax.FenceItem) bool { return returnsSomething(it.Text(c.file.Src)) })
	for _, items := range [][]syntax.FenceItem{c.front.stmts, c.front.hoisted} {
		for _, it := range items {
			l.query(it.Text(l.src), it.Start)
			l.notReplaced(it.Text(l.src), it.Start)
		}
	}
	l.restAndStruct()
	l.dropped()
	l.quoted()
	l.comments()
	l.misspelt()
	l.slips()
	eachCode(c.file.Nodes, func(s syntax.Span) { l.notReplaced(s.Text(l.src), s.Start) })
	l.styles()
	c.ops = l.nodes(c.file.Nodes, place{top: true})
	if l.shadows(c.file.Nodes) {
		c.ops = Ops{Block{At: l.firstAt(c.file.Nodes), Body: c.ops}}
	}
	l.unusedVars()
	l.features()
}

// query remembers the first place where Go text reads the query of the address, of which there is none on a prerendered
// page, and whether the component asks anywhere if it is on one.
func (l *lowerer) query(text string, at int) {
	if !strings.Contains(text, "page") {
		return
	}
	forms := l.c.packageName(formPath)
	var path []string // "page" or the name of package form, and the selectors behind it
	first := 0
	dot := false
	scanTokens(text, func(off int, tok token.Token, lit string) {
		switch {
		case tok == token.PERIOD:
			dot = true
			return
		case tok == token.IDENT && dot && len(path) > 0:
			path = append(path, lit)
		case tok == token.IDENT && !dot && (lit == "page" || lit == forms):
			path, first = []string{lit}, off
		default:
			path = nil
		}
		dot = false
		switch strings.Join(path, ".") {
		case "page.Prerendered":
			l.c.AsksPrerendered = true
		case "page.Query", "page.URL.Query", "page.URL.RawQuery", "page.URL.ForceQuery", forms + ".Query":
			if l.c.Query.File == "" {
				l.c.Query = l.rng(syntax.Span{Start: at + first, End: at + off + len(lit)})
			}
		}
	})
}

// packageName gives the name by which the fence imports a Go package, or "".
func (c *Component) packageName(importPath string) string {
	for _, s := range c.front.imports {
		if s.Path == importPath {
			return cmp.Or(s.Name, importName(s.Path))
		}
	}
	return ""
}

// notReplaced warns of ${name} in a Go string, which is JavaScript's, where there is such a name. Other strings with ${…} mean it.
func (l *lowerer) notReplaced(text string, at int) {
	if !strings.Contains(text, "${") {
		return
	}
	scanTokens(text, func(off int, tok token.Token, lit string) {
		if tok != token.STRING || lit[0] != '`' {
			return
		}
		m := hole.FindStringSubmatchIndex(lit)
		if m == nil {
			return
		}
		name := lit[m[2]:m[3]]
		known := slices.ContainsFunc(l.c.front.vars, func(v variable) bool { return v.Name == name })
		if !known && !strings.HasPrefix(lit[m[3]:], ".") || !known && name != "props" && name != "page" {
			return
		}
		at := syntax.Span{Start: at + off + m[0], End: at + off + m[1]}
		l.diags.Warn("SG2049", l.rng(at), "a Go string prints "+lit[m[0]:m[1]]+" as it stands", `join texts with +, as in "a " + b, or write text beside braces: a {b}; an attribute takes backticks without braces`)
	})
}

var hole = regexp.MustCompile(`\$\{\s*([a-zA-Z_]\w*)[^{}` + "`" + `]*\}`)

func (l *lowerer) firstAt(ns []syntax.Node) int {
	for _, n := range ns {
		if t, ok := n.(*syntax.Text); !ok || !blank(t.Text(l.src)) {
			return n.Range().Start
		}
	}
	return 0
}

func (l *lowerer) rng(s syntax.Span) diag.Range { return l.c.file.Range(s) }

func (l *lowerer) err(code diag.Code, at syntax.Span, msg, hint string) {
	l.diags.Error(code, l.rng(at), msg, hint)
}

func blank(s string) bool { return strings.Trim(s, " \t\r\n\f") == "" }

// hasContent says whether nodes print or do anything.
func hasContent(src []byte, ns []syntax.Node) bool {
	return slices.ContainsFunc(ns, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.GoComment:
			return false
		case *syntax.Text:
			return strings.TrimSpace(n.Text(src)) != ""
		}
		return true
	})
}

// returnsSomething says whether a statement is a return of anything but nil.
func returnsSomething(stmt string) bool {
	value, ok := strings.CutPrefix(stmt, "return")
	value = strings.TrimLeft(value, " \t\r\n(")
	return ok && len(value) < len(stmt)-len("return") && value != "nil"
}

// needsScope says whether a list of siblings declares names, which are gone after the last of them.
func needsScope(ns []syntax.Node) bool {
	return slices.ContainsFunc(ns, func(n syntax.Node) bool {
		s, ok := n.(*syntax.Stmt)
		return ok && len(s.Names) > 0
	})
}

// shadows says whether the outermost {x := …} declare a name that the fence has too: then they need a scope of their own.
func (l *lowerer) shadows(ns []syntax.Node) bool {
	return slices.ContainsFunc(ns, func(n syntax.Node) bool {
		s, ok := n.(*syntax.Stmt)
		return ok && slices.ContainsFunc(s.Names, func(name string) bool {
			_, reserved := generatedNames[name]
			return reserved || slices.ContainsFunc(l.c.front.vars, func(v variable) bool { return v.Name == name }) ||
				slices.ContainsFunc(l.c.links.assets, func(a assetVar) bool { return a.Name == name })
		})
	})
}

// scoped wraps the operations of siblings that declare names.
func (l *lowerer) scoped(ns []syntax.Node, ops Ops) Ops {
	if !needsScope(ns) {
		return ops
	}
	return Ops{Block{At: l.firstAt(ns), Body: ops}}
}

// nodes lowers siblings.
func (l *lowerer) nodes(ns []syntax.Node, in place) Ops {
	var out Ops
	taken := l.pageTaken
	defer func() { l.pageTaken = taken }()
	outermost := in.comp != "" && in.child.Empty()
	for i, n := range ns {
		if outermost {
			in.child = n.Range()
		}
		switch n := n.(type) {
		case *syntax.Text:
			out = out.add(Lit{n.Start, l.text(n.Text(l.src), in)})
		case *syntax.Comment:
			out = out.add(Lit{n.Start, n.Text(l.src)})
		case *syntax.Doctype:
			l.c.HasDoctype = true
			out = out.add(Lit{n.Start, n.Text(l.src)})
			if !l.hasElement("head") && !l.hasElement("html") {
				l.headAfter, l.head = lastOfHead(l.src, n, ns[i+1:]), DoctypeEnd{At: n.End}
			}
		case *syntax.Element:
			out = out.add(l.element(n, in)...)
		case *syntax.ExprNode:
			out = out.add(l.expr(n, in)...)
		case *syntax.Stmt:
			op := Stmt{At: n.Code.Start, X: l.code(n.Code), Kind: n.Kind}
			l.taking(stmtCode(l.src, n.Code))
			if n.Kind == syntax.StmtDefine || n.Kind == syntax.StmtVar {
				op.Vars = n.Names
			}
			out = out.add(op)
		case *syntax.If:
			op := If{At: n.Start}
			before := l.pageTaken
			for _, b := range n.Branches {
				l.taking(headCode(l.src, "if", b.Header))
				op.Arms = append(op.Arms, Arm{At: b.Start, Head: l.code(b.Header), Body: l.block(b.Body, in)})
			}
			l.pageTaken = before
			out = out.add(op)
		case *syntax.For:
			before := l.pageTaken
			l.taking(headCode(l.src, "for", n.Header))
			out = out.add(For{At: n.Start, Head: l.code(n.Header), Body: l.block(n.Body, in)})
			l.pageTaken = before
		case *syntax.Switch:
			op := Switch{At: n.Start, Head: l.code(n.Header)}
			before := l.pageTaken
			l.taking(headCode(l.src, "switch", n.Header))
			for _, c := range n.Cases {
				op.Arms = append(op.Arms, Arm{At: c.Start, Head: l.code(c.Label), Body: l.block(c.Body, in)})
			}
			l.pageTaken = before
			out = out.add(op)
		case *syntax.SlotFunc:
			l.err("SG2023", n.Span, "markup with parameters stands alone in a slot that takes arguments",
				"give the function a result to use it as a value: func(…) site.Node { return <>…</> }")
		}
		if n == l.headAfter {
			out = out.add(l.head)
			l.headAfter = nil
		}
	}
	return out
}

// taking notes that what follows stands in the scope of names that Go text declares.
func (l *lowerer) taking(c code) {
	if l.c.shadowed["page"] && c.takesPage() {
		l.pageTaken = true
	}
}

// block lowers what stands between the braces of a statement; blanks just inside them are syntax.
func (l *lowerer) block(ns []syntax.Node, in place) Ops {
	in.custom = false
	ns = slices.Clone(ns)
	if len(ns) > 0 {
		if t, ok := ns[0].(*syntax.Text); ok {
			s := t.Text(l.src)
			ns[0] = &syntax.Text{Span: syntax.Span{Start: t.End - len(strings.TrimLeft(s, " \t\r\n\f")), End: t.End}}
		}
		if t, ok := ns[len(ns)-1].(*syntax.Text); ok {
			s := t.Text(l.src)
			ns[len(ns)-1] = &syntax.Text{Span: syntax.Span{Start: t.Start, End: t.Start + len(strings.TrimRight(s, " \t\r\n\f"))}}
		}
	}
	return l.nodes(ns, in)
}

func (l *lowerer) text(s string, in place) string {
	if in.verbatim {
		return s
	}
	return syntax.JSXText(s)
}

// expr lowers {expr}; markup alone needs no value.
func (l *lowerer) expr(n *syntax.ExprNode, in place) Ops {
	if n.Expr == nil || n.Expr.Empty() {
		return nil
	}
	if m := n.Expr.Markup; len(m) == 1 && m[0].Range() == n.Expr.Span {
		in.custom = false
		return l.nodes(m, in)
	}
	if l.leaks(n.Expr) {
		return nil
	}
	x := l.code(n.Expr)
	if s, ok := x.source(); ok && s == "nil" && !l.c.shadowed["nil"] {
		return nil // has no type that Go could infer, and prints nothing
	}
	if x == nil {
		return nil
	}
	if s, ok := x.source(); ok {
		if m := answers.FindString(s); m != "" {
			l.err("SG2048", n.Expr.Span, strings.TrimSuffix(m, "(")+" answers the request only when it is returned", "write {return "+s+"}")
			return nil
		}
	}
	return Ops{Value{At: n.Expr.Start, X: x}}
}

// answers finds the calls that give an error to be returned. Printed, it would be the text of the error.
var answers = regexp.MustCompile(`^page\.(Redirect|RedirectExternal|Rewrite|Reroute|Send|JSON|Text|NotFound|Error|Stream|Events)\(`)

// code lowers Go text with its markup operands. Nil stays nil, an empty expression becomes nil.
func (l *lowerer) code(e *syntax.Expr) Code {
	if e == nil || e.Empty() {
		return nil
	}
	var c Code
	at := e.Start
	if len(e.Markup) > 0 {
		before := l.pageTaken
		l.taking(stmtCode(l.src, e))
		defer func() { l.pageTaken = before }()
	}
	for _, m := range e.Markup {
		s := m.Range()
		if s.Start > at {
			c = append(c, Piece{At: at, Go: string(l.src[at:s.Start])})
			l.query(string(l.src[at:s.Start]), at)
		}
		body := l.nodes([]syntax.Node{m}, place{top: true}) // it may be printed outside of all elements
		if body == nil {
			body = Ops{}
		}
		c = append(c, Piece{At: s.Start, Markup: body})
		at = s.End
	}
	if at < e.End {
		if s := trimComment(string(l.src[at:e.End])); s != "" {
			c = append(c, Piece{At: at, Go: s})
			l.query(s, at)
		}
	}
	return c
}

// trimComment drops what follows the last token, so that a // comment at the end swallows nothing of the generated line.
func trimComment(s string) string {
	if !strings.Contains(s, "//") {
		return s
	}
	end := 0
	scanTokens(s, func(off int, tok token.Token, lit string) {
		if tok == token.SEMICOLON && lit == "\n" {
			return
		}
		if lit == "" {
			lit = tok.String()
		}
		end = off + len(lit)
	})
	return s[:min(end, len(s))]
}

// made is Go text that the compiler wrote.
func made(s string) Code { return Code{{At: -1, Go: s}} }

// madeAt is Go text that the compiler wrote for a place in the source, to which errors about it belong.
func madeAt(at int, s string) Code { return Code{{At: at, Go: s}} }

// constString gives the value of an expression that is a string literal.
func (l *lowerer) constString(e *syntax.Expr) (string, bool) {
	if e == nil || len(e.Markup) > 0 {
		return "", false
	}
	x, err := parser.ParseExpr(e.Text(l.src))
	if err != nil {
		return "", false
	}
	b, ok := x.(*ast.BasicLit)
	if !ok || b.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(b.Value)
	return s, err == nil
}

// element lowers any tag.
func (l *lowerer) element(e *syntax.Element, in place) Ops {
	if a := attr(e, "slot"); a != nil && in.comp != "" && !in.custom {
		name := a.Value.Text(l.src)
		l.err("SG2021", a.Span, "slot="+strconv.Quote(name)+" must stand on a direct child of <"+in.comp+">", l.slotRewrite(a, name, in.child))
	}
	switch e.Kind {
	case syntax.Fragment:
		return l.fragment(e, in)
	case syntax.Slot:
		if attr(e, "is:inline") != nil {
			return l.html(e, in) // the browser's own, in a shadow root
		}
		return l.slotOut(e, in)
	case syntax.Component:
		switch e.Name {
		case "Element":
			return l.dynamic(e, in)
		case "Dynamic":
			l.err("SG2041", e.NameSpan, "<Dynamic> is not part of this version of sitegen", "choose with {switch name { case …: <Card /> }}")
			return nil
		}
		return l.component(e, in)
	}
	switch strings.ToLower(e.Name) {
	case "style":
		if l.isStyle(e) {
			return nil // taken out by styles
		}
	case "script":
		if ops, ok := l.script(e); ok {
			return ops
		}
	}
	l.inline(e)
	return l.html(e, in)
}

// slotRewrite proposes the direct child that would do what was meant: all that surrounds the element goes into the slot.
func (l *lowerer) slotRewrite(a *syntax.Attr, name string, child syntax.Span) string {
	inner := "…"
	if child.Start <= a.Start && a.End <= child.End {
		s := strings.TrimRight(string(l.src[child.Start:a.Start]), " \t\r\n") + string(l.src[a.End:child.End])
		if s = strings.Join(strings.Fields(s), " "); len(s) < 120 {
			inner = s
		}
	}
	return "write <Fragment slot=" + strconv.Quote(name) + ">" + inner + "</Fragment>"
}

// attr gives the attribute of that name, or nil.
func attr(e *syntax.Element, name string) *syntax.Attr {
	for i := range e.Attrs {
		if a := &e.Attrs[i]; a.Name == name && a.Kind != syntax.AttrSpread && a.Kind != syntax.AttrComment {
			return a
		}
	}
	return nil
}

func (l *lowerer) static(a *syntax.Attr) (string, bool) {
	if a == nil {
		return "", false
	}
	switch a.Kind {
	case syntax.AttrStatic:
		return a.Value.Text(l.src), true
	case syntax.AttrBare:
		return "", true
	case syntax.AttrExpr:
		return l.constString(a.Expr)
	}
	return "", false
}

// fragment lowers <> and <Fragment>.
func (l *lowerer) fragment(e *syntax.Element, in place) Ops {
	in.custom = false
	if e.Name != "" {
		for i := range e.Attrs {
			a := &e.Attrs[i]
			switch {
			case a.Kind == syntax.AttrComment, a.Name == "set:html", a.Name == "set:text", a.Name == "is:raw", a.Name == "slot":
			case l.directive(a):
			default:
				l.err("SG2040", a.Span, "a fragment is no element and takes no attributes", "use <div> or another element")
			}
		}
	}
	return l.scoped(e.Children, l.content(e, in))
}

// content lowers what an element holds: set:html, set:text, raw text or its children.
func (l *lowerer) content(e *syntax.Element, in place) Ops {
	if ops, ok := l.set(e); ok {
		return ops
	}
	if e.Raw {
		in.verbatim = true
	}
	return l.nodes(e.Children, in)
}

// set lowers set:html and set:text.
func (l *lowerer) set(e *syntax.Element) (Ops, bool) {
	var found *syntax.Attr
	for _, name := range []string{"set:html", "set:text"} {
		a := attr(e, name)
		if a == nil {
			continue
		}
		if found != nil {
			l.err("SG2040", a.Span, found.Name+" and "+name+" exclude each other", "keep one of them")
			continue
		}
		found = a
	}
	if found == nil {
		return nil, false
	}
	for _, n := range e.Children {
		t, ok := n.(*syntax.Text)
		if !ok || !blank(t.Text(l.src)) {
			l.err("SG2040", found.Span, "<"+e.Name+"> has "+found.Name+" and children", "remove one of them")
			break
		}
	}
	raw := found.Name == "set:html"
	switch found.Kind {
	case syntax.AttrExpr:
		if l.leaks(found.Expr) {
			return nil, true
		}
		return Ops{Value{At: found.Expr.Start, Raw: raw, X: l.code(found.Expr)}}, true
	case syntax.AttrStatic:
		return Ops{Lit{found.Value.Start, found.Value.Text(l.src)}}, true
	}
	l.err("SG2040", found.Span, found.Name+" needs a value", "write "+found.Name+"={…}")
	return nil, true
}

// unsupported reports what a later version will do.
func (l *lowerer) unsupported(a *syntax.Attr) bool {
	dir, _, ok := strings.Cut(a.Name, ":")
	if !ok {
		return false
	}
	switch dir {
	case "client":
		l.err("SG2040", a.NameSpan, a.Name+" belongs on a custom element with a src, or on a module for the browser", "import a .ts or .js file under a name with a capital, and write "+a.Name+" on its tag")
	case "server":
		hint := ""
		if slices.Contains(serverDirectives, a.Name) {
			hint = "put it on a component that holds this"
		} else if s := suggest(a.Name, serverDirectives); s != "" {
			hint = "did you mean " + s + "?"
		}
		l.err("SG2040", a.NameSpan, a.Name+" is no directive of an element: components have server:defer and server:async", hint)
	case "transition":
		l.err("SG2041", a.NameSpan, a.Name+" (view transitions) is not part of this version of sitegen", "use the CSS property view-transition-name")
	default:
		return false
	}
	return true
}

var directives = []string{"class:list", "style:list", "set:html", "set:text", "define:vars", "is:raw", "is:inline", "is:global"}

// directive reports directives that do not exist, and says whether a is one.
func (l *lowerer) directive(a *syntax.Attr) bool {
	if l.unsupported(a) {
		return true
	}
	dir, rest, ok := strings.Cut(a.Name, ":")
	if s := nearDirective(a.Name); s != "" {
		l.err("SG2040", a.NameSpan, "directive "+a.Name+" is not known", "did you mean "+s+"?")
		return true
	}
	if !ok || dir != "is" && dir != "set" && dir != "define" && dir != "class" && dir != "style" || slices.Contains(directives, a.Name) {
		return false
	}
	hint := ""
	if s := suggest(a.Name, directives); s != "" {
		hint = "did you mean " + s + "?"
	}
	if (dir == "class" || dir == "style") && a.Expr != nil && (hint == "" || !strings.HasPrefix(a.Expr.Text(l.src), `"`)) { // Svelte's, whose value of a class is a condition
		hint = "write " + dir + `:list={"` + rest + `": ` + a.Expr.Text(l.src) + "}"
	}
	l.err("SG2040", a.NameSpan, "directive "+a.Name+" is not known", hint)
	return true
}

// nearDirective finds the directive that is meant by a name whose first half is misspelt, as in clint:load and clas:list. The second
// half has to be right: x:name is no mistake in XML, and other libraries have attributes with colons too.
func nearDirective(name string) string {
	dir, rest, ok := strings.Cut(name, ":")
	if !ok || len(dir) < 2 {
		return ""
	}
	for _, d := range slices.Concat(directives, clientDirectives, serverDirectives) {
		first, second, _ := strings.Cut(d, ":")
		if second == rest && dir != first && sameInitial(dir, first) && diag.Suggest(dir, []string{first}) != "" {
			return d
		}
	}
	return ""
}

// hasElement says whether the file has such an element, wherever it stands.
func (l *lowerer) hasElement(name string) bool {
	found := false
	eachElement(l.c.file.Nodes, func(e *syntax.Element) {
		found = found || e.Kind == syntax.HTML && strings.EqualFold(e.Name, name)
	})
	return found
}

// html lowers an HTML element.
func (l *lowerer) html(e *syntax.Element, in place) Ops {
	name := strings.ToLower(e.Name)
	switch name {
	case "head":
		l.c.HasHead = true
	case "html":
		l.c.HasHTML = true
	}
	var out Ops
	client := l.elementIsland(&e, name)
	if client != nil {
		out = out.add(clientScripts(e.Start, client.ID)...)
	}
	out = out.add(Lit{e.Start, "<" + e.Name + l.scope(name)})
	out = out.add(l.attrs(e, name, in.top)...)
	if client != nil {
		out = out.add(*client)
	}
	out = out.add(Lit{e.Open.End, ">"})
	if e.Void {
		if ops, ok := l.set(e); ok {
			l.err("SG2040", e.Open, "<"+e.Name+"> has no content to set", "")
			_ = ops
		}
		return out
	}
	if (name == "pre" || name == "textarea" || name == "listing") && l.beginsDynamic(e) {
		// HTML drops a line break behind these tags. One of our own is given away, so that one in the value stays.
		out = out.add(Lit{e.Open.End, "\n"})
	}
	if name == "html" && !l.hasElement("head") {
		if after := lastOfHead(l.src, nil, e.Children); after != nil {
			l.headAfter, l.head = after, HTMLStart{At: e.Open.End}
		} else {
			out = out.add(HTMLStart{At: e.Open.End})
		}
	}
	inner := place{verbatim: in.verbatim || syntax.Verbatim(name), comp: in.comp, custom: strings.Contains(name, "-")}
	out = out.add(l.scoped(e.Children, l.content(e, inner))...)
	end := e.End
	if !e.Close.Empty() {
		end = e.Close.Start
	}
	switch {
	case name == "head":
		out = out.add(HeadEnd{At: end})
	case name == "body", name == "html" && !l.hasElement("body"):
		l.c.HasBody = true
		out = out.add(BodyEnd{At: end})
	}
	return out.add(Lit{end, "</" + e.Name + ">"})
}

// lastOfHead gives the last of the elements at the start of siblings that browsers put into the <head> which the author left out,
// so that what goes there stands behind them, as it does before </head>. Without any it is before.
func lastOfHead(src []byte, before syntax.Node, siblings []syntax.Node) syntax.Node {
	for _, n := range siblings {
		switch n := n.(type) {
		case *syntax.Text:
			if strings.TrimSpace(n.Text(src)) != "" {
				return before
			}
		case *syntax.Comment, *syntax.GoComment:
		case *syntax.Element:
			if n.Kind != syntax.HTML || !slices.Contains(headElements, strings.ToLower(n.Name)) {
				return before
			}
			before = n
		default:
			return before
		}
	}
	return before
}

var headElements = []string{"base", "link", "meta", "script", "style", "template", "title"}

// beginsDynamic says whether the content of an element begins with something that is known only when it is rendered.
func (l *lowerer) beginsDynamic(e *syntax.Element) bool {
	if _, ok := l.peekSet(e); ok {
		return true
	}
	if e.Raw {
		return false
	}
	for _, n := range e.Children {
		switch n := n.(type) {
		case *syntax.GoComment, *syntax.Stmt:
		case *syntax.Text, *syntax.Comment:
			return false
		case *syntax.Element:
			return n.Kind != syntax.HTML
		default:
			return true
		}
	}
	return false
}

// scope gives the attribute of scoped styles with its leading blank.
func (l *lowerer) scope(tag string) string {
	if l.c.Scope == "" || neverScoped[tag] {
		return ""
	}
	return " " + l.c.Scope
}

// dynamic lowers <Element is={…}>.
func (l *lowerer) dynamic(e *syntax.Element, in place) Ops {
	is := attr(e, "is")
	if is == nil {
		l.err("SG2040", e.NameSpan, "<Element> needs the name of the element", "write <Element is={name}>")
		return nil
	}
	op := Dynamic{At: e.Start}
	switch is.Kind {
	case syntax.AttrExpr, syntax.AttrShorthand:
		op.Is = l.code(is.Expr)
	case syntax.AttrStatic:
		op.Is = madeAt(is.Value.Start, strconv.Quote(is.Value.Text(l.src)))
	default:
		l.err("SG2040", is.Span, "is must be a name or an expression", "write is={name}")
		return nil
	}
	op.Attrs = Ops{}.add(Lit{e.Start, l.scope("")}).add(l.attrs(e, "", in.top)...)
	inner := place{verbatim: in.verbatim, comp: in.comp}
	op.Body = l.scoped(e.Children, l.content(e, inner))
	return Ops{op}
}

// unusedVars warns of variables that nothing reads. It counts names, so it is silent rather than wrong where a name
// means two things.
func (l *lowerer) unusedVars() {
	reads := l.reads()
	warn := func(name string, at syntax.Span) {
		_, reserved := generatedNames[name]
		if reads[name] == 0 && !reserved && !isFlag(name) && !strings.HasPrefix(name, "_sg") {
			l.diags.Warn("SG2030", l.rng(at), name+" is declared and not used", "remove it, or write _ in its place")
		}
	}
	for _, v := range l.c.front.vars {
		warn(v.Name, v.At)
	}
	eachStmt(l.c.file.Nodes, func(s *syntax.Stmt) {
		if s.Kind != syntax.StmtDefine && s.Kind != syntax.StmtVar {
			return
		}
		for _, v := range stmtVars(s.Code.Text(l.src), s.Code.Start) {
			warn(v.Name, v.At)
		}
	})
}

// reads counts how often each identifier occurs in statements and template other than where it is declared or set.
func (l *lowerer) reads() map[string]int {
	n := map[string]int{}
	if l.c.file.Fence != nil {
		for _, it := range l.c.front.stmts {
			countReads(it.Text(l.src), n)
		}
	}
	eachCode(l.c.file.Nodes, func(s syntax.Span) { countReads(s.Text(l.src), n) })
	return n
}

// countReads counts the identifiers of Go text, without selectors and without what stands left of a := or = at the
// beginning of a line.
func countReads(text string, n map[string]int) {
	var line []string // identifiers since the line began, while it may still be the left side of an assignment
	left, dot := true, false
	names := 0 // after var: 1 a name must follow, 2 one stands before
	flush := func() {
		for _, id := range line {
			n[id]++
		}
		line = line[:0]
	}
	scanTokens(text, func(_ int, tok token.Token, lit string) {
		if names == 1 && tok == token.IDENT {
			names = 2
			return
		}
		if names == 2 && tok == token.COMMA {
			names = 1
			return
		}
		names = 0
		switch {
		case tok == token.SEMICOLON || tok == token.LBRACE || tok == token.RBRACE:
			flush()
			left = true
		case tok == token.VAR && left:
			names = 1
			left = false
		case tok == token.IDENT && !dot:
			if left {
				line = append(line, lit)
			} else {
				n[lit]++
			}
		case tok == token.COMMA && left:
		case (tok == token.DEFINE || tok == token.ASSIGN) && left:
			line = line[:0]
			left = false
		default:
			flush()
			left = false
		}
		dot = tok == token.PERIOD
	})
	flush()
}

// eachStmt calls fn with every statement in braces.
func eachStmt(nodes []syntax.Node, fn func(*syntax.Stmt)) {
	syntax.Walk(nodes, func(n syntax.Node) bool {
		if s, ok := n.(*syntax.Stmt); ok {
			fn(s)
		}
		return true
	})
}
