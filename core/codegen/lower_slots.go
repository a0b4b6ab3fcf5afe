package codegen

import (
	"cmp"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/internal/attrname"
	"sitegen.dev/core/syntax"
)

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
			nodes := stripSlot(g.nodes)
			if fn := l.slotFunc(nodes); fn != nil {
				nodes = fn.Body // what is wrong with the function is told
			}
			l.nodes(nodes, *inner)
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
				Hint: cmp.Or(namedSlot(info), "write the markup without func"), Notes: []diag.Note{{Range: callee.file.Range(f.At), Message: "the slot is declared here"}}}
			l.diags.Add(d)
			return nil
		}
		out.Func = true
		out.At = fn.Start + strings.Index(string(l.src[fn.Start:fn.End]), "func")
		if p := strings.TrimSpace(string(l.src[fn.Params.Start+1 : fn.Params.End-1])); p != "" {
			start := fn.Params.Start + 1 + strings.Index(string(l.src[fn.Params.Start+1:fn.Params.End-1]), p)
			out.Params = Code{{At: start, Go: trimComment(p)}}
		}
		in := *inner
		before := l.pageTaken
		l.taking(paramsCode(l.src, fn))
		out.Body = l.block(fn.Body, in)
		l.pageTaken = before
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
		l.err("SG2023", e.Span, "slot "+attrname.Of(own.Name)+" cannot be handed on as "+attrname.Of(f.Name)+": one takes arguments, the other does not", "declare both alike in type Slots")
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
		names = append(names, attrname.Of(f.Name))
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
		hint := "put it on an element around the slot"
		if s := diag.Suggest(a.Name, []string{"name", "args", "slot"}); s != "" && sameInitial(s, a.Name) {
			hint = "did you mean " + s + "?"
		}
		l.err("SG2040", a.Span, "<slot> prints no element and takes no attribute "+a.Name, hint)
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

// namedSlot says how the first slot with arguments is filled, or "" where there is none.
func namedSlot(info *structInfo) string {
	for _, f := range info.Fields {
		if f.Params != "" {
			return "name the slot that takes it: <Fragment slot=" + strconv.Quote(attrname.Of(f.Name)) + ">{func(" + f.Params + ") { … }}</Fragment>"
		}
	}
	return ""
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
		hint := "add <slot /> to " + callee.Path
		if l.slotFunc(g.nodes) != nil {
			hint = cmp.Or(namedSlot(info), hint)
		}
		l.err("SG2020", at, "<"+e.Name+"> has no default slot and would drop its content", hint)
		return
	}
	var names []string
	for _, f := range info.Fields {
		if f.Name != "Default" {
			names = append(names, attrname.Of(f.Name))
		}
	}
	hint := "add <slot name=" + strconv.Quote(g.name) + " /> to " + callee.Path
	if s := suggest(g.name, names); s != "" {
		hint = "did you mean " + s + "?"
	} else if len(names) > 0 {
		hint = "its slots are " + strings.Join(names, ", ")
	}
	if g.name == "fallback" && attr(e, "server:async") != nil {
		hint = "server:async sends the page in order and shows nothing meanwhile; server:defer has a fallback"
	}
	l.err("SG2020", g.at, "<"+e.Name+"> has no slot "+g.name, hint)
}
