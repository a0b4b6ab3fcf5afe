// Package a11y finds what is certainly wrong for people who do not see a page or do not use a mouse, in the tree of one
// component: images without a text, controls without a name, headings that skip a level. What it cannot know, because an
// expression, a spread or a component stands there, it takes for right; whatever depends on styles or on the finished
// page is left to tools that run in a browser. It reads trees and nothing else.
package a11y

import (
	"slices"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// Check gives warnings about a component, in source order.
func Check(f *syntax.File) []diag.Diagnostic {
	c := &checker{f: f, list: &diag.List{}, ids: map[string][]place{}, labels: map[string]bool{}}
	syntax.Walk(f.Nodes, func(n syntax.Node) bool {
		if e, ok := n.(*syntax.Element); ok && e.Name == "label" {
			switch v, kind := c.attr(e, "for"); kind {
			case literal:
				c.labels[v] = true
			case dynamic:
				c.anyLabel = true
			}
		}
		return true
	})
	c.nodes(f.Nodes, context{})
	c.duplicates()
	return c.list.Sorted()
}

type checker struct {
	f        *syntax.File
	list     *diag.List
	ids      map[string][]place
	labels   map[string]bool // ids that a label is for
	anyLabel bool            // a label is for an id that only the running site knows
	heading  int             // level of the last heading; 0 where it is not known
	branches int
}

// context is what surrounds a node.
type context struct {
	label     bool     // a <label>
	component bool     // the content of a component, which may put anything around it
	loop      bool     // the body of a loop
	branch    []branch // the arms of conditions that lead here
}

// branch is one arm of a condition.
type branch struct{ condition, arm int }

// place is an element with a literal id.
type place struct {
	span   syntax.Span
	branch []branch
	loop   bool
}

func (c *checker) warn(code diag.Code, at syntax.Span, message, hint string) {
	c.list.Warn(code, c.f.Range(at), message, hint)
}

func (c *checker) nodes(nodes []syntax.Node, in context) {
	for _, n := range nodes {
		c.node(n, in)
	}
}

func (c *checker) node(n syntax.Node, in context) {
	switch n := n.(type) {
	case *syntax.Element:
		c.element(n, in)
	case *syntax.ExprNode:
		c.nodes(n.Expr.Markup, in)
	case *syntax.Stmt:
		c.nodes(n.Code.Markup, in)
	case *syntax.If:
		var arms [][]syntax.Node
		for _, b := range n.Branches {
			arms = append(arms, b.Body)
		}
		c.arms(arms, in)
	case *syntax.Switch:
		var arms [][]syntax.Node
		for _, k := range n.Cases {
			arms = append(arms, k.Body)
		}
		c.arms(arms, in)
	case *syntax.For:
		in.loop = true
		c.nodes(n.Body, in)
	case *syntax.SlotFunc:
		in.loop = true
		c.nodes(n.Body, in)
	}
}

// arms checks bodies of which one is rendered, or none. Behind them the last heading is that of the last arm, if all agree.
func (c *checker) arms(arms [][]syntax.Node, in context) {
	c.branches++
	condition, before, after := c.branches, c.heading, c.heading
	for i, body := range arms {
		c.heading = before
		inner := in
		inner.branch = append(slices.Clone(in.branch), branch{condition, i})
		c.nodes(body, inner)
		if c.heading != before {
			after = c.heading
		}
	}
	c.heading = after
}

func (c *checker) element(e *syntax.Element, in context) {
	if e.Kind != syntax.HTML {
		if e.Kind != syntax.Fragment {
			c.heading = 0 // it may hold any
			in.component = in.component || e.Kind == syntax.Component
		}
		for i := range e.Attrs {
			if x := e.Attrs[i].Expr; x != nil {
				c.nodes(x.Markup, in)
			}
		}
		c.nodes(e.Children, in)
		if e.Kind != syntax.Fragment {
			c.heading = 0
		}
		return
	}
	c.aria(e)
	if id, kind := c.attr(e, "id"); kind == literal && id != "" {
		c.ids[id] = append(c.ids[id], place{c.find(e, "id").Span, in.branch, in.loop})
	}
	if v, kind := c.attr(e, "tabindex"); kind == literal && v != "" && v[0] != '-' && v != "0" {
		c.warn("SG2708", c.find(e, "tabindex").Span, "tabindex "+v+" moves <"+e.Name+"> out of the order of the page", `write tabindex="0", and put the element where it belongs in the order`)
	}
	switch e.Name {
	case "html":
		if v, kind := c.attr(e, "lang"); kind == absent || kind == literal && strings.TrimSpace(v) == "" {
			c.warn("SG2704", e.NameSpan, "<html> does not say in which language the page is", `write <html lang="en">`)
		}
	case "head":
		c.title(e)
	case "img":
		if _, kind := c.attr(e, "alt"); kind == absent && !c.hidden(e) && !c.named(e) {
			c.warn("SG2701", e.NameSpan, "<img> has no alternative text", `say what it shows: alt="…"; for mere decoration write alt=""`)
		}
	case "area":
		if _, href := c.attr(e, "href"); href != absent {
			c.needs(e, "alt", "SG2701", "<area> has no alternative text", `say where it leads: alt="…"`)
		}
	case "iframe":
		if !c.hidden(e) && !c.named(e) {
			c.warn("SG2707", e.NameSpan, "<iframe> has no title", `say what it shows: title="…"`)
		}
	case "a":
		if _, href := c.attr(e, "href"); href != absent && !c.hidden(e) && !c.named(e) && !c.content(e.Children) {
			c.warn("SG2702", e.NameSpan, "the link is empty", `write a text into it, or aria-label="…" where it shows a picture only`)
		}
	case "button", "summary":
		if !c.hidden(e) && !c.named(e) && !c.content(e.Children) {
			c.warn("SG2702", e.NameSpan, "<"+e.Name+"> has no name", `write a text into it, or aria-label="…" where it shows a picture only`)
		}
	case "input", "select", "textarea":
		c.control(e, in)
	case "h1", "h2", "h3", "h4", "h5", "h6":
		level := int(e.Name[1] - '0')
		if c.heading > 0 && level > c.heading+1 {
			c.warn("SG2705", e.NameSpan, "<"+e.Name+"> follows <h"+string(rune('0'+c.heading))+">, so a level is missing", "write <h"+string(rune('1'+c.heading))+">, and give it its size with CSS")
		}
		c.heading = level
	case "label":
		in.label = true
	}
	if len(e.Attrs) > 0 {
		for i := range e.Attrs {
			if x := e.Attrs[i].Expr; x != nil {
				c.nodes(x.Markup, in)
			}
		}
	}
	if e.Name != "template" && e.Name != "svg" {
		c.nodes(e.Children, in)
	}
}

// control checks that a field of a form has a label.
func (c *checker) control(e *syntax.Element, in context) {
	kind := ""
	if e.Name == "input" {
		v, k := c.attr(e, "type")
		if k == dynamic {
			return
		}
		kind = strings.ToLower(v)
	}
	switch kind {
	case "hidden", "submit", "reset":
		return
	case "image":
		c.needs(e, "alt", "SG2701", `<input type="image"> has no alternative text`, `say what it does: alt="…"`)
		return
	case "button":
		if _, v := c.attr(e, "value"); v == absent && !c.named(e) {
			c.warn("SG2702", e.NameSpan, `<input type="button"> has no name`, `write value="…"`)
		}
		return
	}
	if in.label || in.component || c.anyLabel || c.hidden(e) || c.named(e) {
		return
	}
	id, k := c.attr(e, "id")
	if k == dynamic || k == literal && c.labels[id] {
		return
	}
	hint := `put it into a <label>, or write <label for="` + id + `">…</label>`
	if k == absent {
		hint = `put it into a <label>, or give it an id and write <label for="…">`
	}
	c.warn("SG2703", e.NameSpan, "<"+e.Name+"> has no label", hint)
}

// title checks that a head has a title, or something that may bring one.
func (c *checker) title(head *syntax.Element) {
	found := false
	syntax.Walk(head.Children, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Element:
			found = found || n.Name == "title" || n.Kind == syntax.Component || n.Kind == syntax.Slot
		case *syntax.ExprNode:
			found = true
		}
		return !found
	})
	if !found {
		c.warn("SG2709", head.NameSpan, "the page has no title", "write <title>…</title> into <head>")
	}
}

// content says whether nodes have, or may have, a text.
func (c *checker) content(nodes []syntax.Node) bool {
	return slices.ContainsFunc(nodes, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Text:
			return strings.TrimSpace(strings.ReplaceAll(n.Text(c.f.Src), "&nbsp;", "")) != ""
		case *syntax.Comment, *syntax.GoComment, *syntax.Stmt:
			return false
		case *syntax.Element:
			switch {
			case n.Kind == syntax.Component || n.Kind == syntax.Slot || c.spread(n) || c.sets(n):
				return true
			case c.hidden(n):
				return false
			case c.named(n) && n.Kind == syntax.HTML:
				return true
			case n.Name == "img":
				v, kind := c.attr(n, "alt")
				return kind == dynamic || strings.TrimSpace(v) != ""
			case n.Name == "style" || n.Name == "script":
				return false
			}
			return c.content(n.Children)
		}
		return true // an expression, a condition, a loop
	})
}

// sets says whether an element gets its content from set:html or set:text.
func (c *checker) sets(e *syntax.Element) bool {
	return c.find(e, "set:html") != nil || c.find(e, "set:text") != nil
}

func (c *checker) needs(e *syntax.Element, attr string, code diag.Code, message, hint string) {
	if v, kind := c.attr(e, attr); (kind == absent || kind == literal && strings.TrimSpace(v) == "") && !c.named(e) {
		c.warn(code, e.NameSpan, message, hint)
	}
}

// named says whether an element has a name by attributes, or may have.
func (c *checker) named(e *syntax.Element) bool {
	for _, name := range []string{"aria-label", "aria-labelledby", "title"} {
		if v, kind := c.attr(e, name); kind == dynamic || kind == literal && strings.TrimSpace(v) != "" {
			return true
		}
	}
	return c.sets(e)
}

// hidden says whether an element is nothing to those who listen.
func (c *checker) hidden(e *syntax.Element) bool {
	if v, kind := c.attr(e, "aria-hidden"); kind == dynamic || kind == literal && v == "true" {
		return true
	}
	if v, kind := c.attr(e, "role"); kind == dynamic || kind == literal && (v == "presentation" || v == "none") {
		return true
	}
	_, kind := c.attr(e, "hidden")
	return kind != absent
}

type kindOfValue int

const (
	absent kindOfValue = iota
	literal
	dynamic
)

// attr gives the value of an attribute, if it stands in the source. A spread may bring any.
func (c *checker) attr(e *syntax.Element, name string) (string, kindOfValue) {
	a := c.find(e, name)
	switch {
	case a == nil && c.spread(e):
		return "", dynamic
	case a == nil:
		return "", absent
	case a.Kind == syntax.AttrStatic:
		return a.Value.Text(c.f.Src), literal
	case a.Kind == syntax.AttrBare:
		return "", literal
	}
	return "", dynamic
}

func (c *checker) find(e *syntax.Element, name string) *syntax.Attr {
	for i := range e.Attrs {
		if a := &e.Attrs[i]; a.Kind != syntax.AttrSpread && a.Kind != syntax.AttrComment && strings.EqualFold(a.Name, name) {
			return a
		}
	}
	return nil
}

func (c *checker) spread(e *syntax.Element) bool {
	return slices.ContainsFunc(e.Attrs, func(a syntax.Attr) bool { return a.Kind == syntax.AttrSpread })
}

// duplicates reports ids that stand on several elements of one page, and those that a loop repeats.
func (c *checker) duplicates() {
	for id, places := range c.ids {
		for i, p := range places {
			if p.loop {
				c.warn("SG2706", p.span, "the id "+id+" is given to every element of a loop", "make it different each time: id={…}, or use a class")
				continue
			}
			for _, q := range places[:i] {
				if !exclusive(p.branch, q.branch) {
					c.list.Add(diag.Diagnostic{Severity: diag.Warning, Code: "SG2706", Range: c.f.Range(p.span),
						Message: "the id " + id + " is given twice", Hint: "choose another one, or use a class",
						Notes: []diag.Note{{Range: c.f.Range(q.span), Message: "first given here"}}})
					break
				}
			}
		}
	}
}

// exclusive says whether two places lie in different arms of one condition.
func exclusive(a, b []branch) bool {
	for _, x := range a {
		for _, y := range b {
			if x.condition == y.condition && x.arm != y.arm {
				return true
			}
		}
	}
	return false
}

// aria reports attributes that look like those of WAI-ARIA and are none.
func (c *checker) aria(e *syntax.Element) {
	for i := range e.Attrs {
		a := &e.Attrs[i]
		name := strings.ToLower(a.Name)
		if !strings.HasPrefix(name, "aria-") || slices.Contains(ariaNames, name) || a.Kind == syntax.AttrSpread {
			continue
		}
		hint := "remove it, or use a data- attribute"
		if s := diag.Suggest(name, ariaNames); s != "" {
			hint = "did you mean " + s + "?"
		}
		c.warn("SG2710", a.NameSpan, "there is no attribute "+a.Name, hint)
	}
}

// ariaNames are the attributes of WAI-ARIA 1.3, https://www.w3.org/TR/wai-aria-1.3/#state_prop_def.
var ariaNames = func() []string {
	var out []string
	for _, n := range strings.Fields(`activedescendant atomic autocomplete braillelabel brailleroledescription busy checked colcount
		colindex colindextext colspan controls current describedby description details disabled dropeffect errormessage expanded
		flowto grabbed haspopup hidden invalid keyshortcuts label labelledby level live modal multiline multiselectable
		orientation owns placeholder posinset pressed readonly relevant required roledescription rowcount rowindex rowindextext
		rowspan selected setsize sort valuemax valuemin valuenow valuetext`) {
		out = append(out, "aria-"+n)
	}
	return out
}()
