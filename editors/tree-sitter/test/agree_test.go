package test

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	sitter "github.com/tree-sitter/go-tree-sitter"

	"sitegen.dev/core/syntax"
	"sitegen.dev/core/syntax/syntaxtest"
)

// TestAgree holds that what core/syntax accepts has no error here either, and the same elements, attributes, Go code,
// blocks and text at the same bytes.
func TestAgree(t *testing.T) {
	p := parser(t)
	accepted := 0
	for _, s := range sources(t) {
		if agree(t, p, s.name, s.text) {
			accepted++
		}
	}
	if accepted < 400 {
		t.Errorf("core/syntax accepted %d components only", accepted)
	}
}

// TestAgreeOnEdits does the same with components that were edited at random.
func TestAgreeOnEdits(t *testing.T) {
	p := parser(t)
	all := sources(t)
	r := rand.New(rand.NewSource(seed()))
	accepted := 0
	for i := 0; i < 8*len(all) && !t.Failed(); i++ {
		s := all[i%len(all)]
		text := mutate(r, s.text, all[r.Intn(len(all))].text)
		if agree(t, p, fmt.Sprintf("%s, edited (%d)", s.name, i), text) {
			accepted++
		}
	}
	if accepted < 1000 {
		t.Errorf("core/syntax accepted %d components only", accepted)
	}
}

// TestAgreeOnGenerated does the same with components that were put together by chance, which nest more than examples do.
func TestAgreeOnGenerated(t *testing.T) {
	p := parser(t)
	r := rand.New(rand.NewSource(seed()))
	accepted := 0
	for i := 0; i < 1000 && !t.Failed(); i++ {
		choices := make([]byte, r.Intn(250))
		r.Read(choices)
		if agree(t, p, fmt.Sprintf("generated (%d)", i), []byte(syntaxtest.Component(choices))) {
			accepted++
		}
	}
	if accepted < 500 {
		t.Errorf("core/syntax accepted %d components only", accepted)
	}
}

// FuzzAgree looks further: go test -fuzz FuzzAgree.
func FuzzAgree(f *testing.F) {
	for _, s := range sources(f) {
		f.Add(s.text)
	}
	p := parser(f)
	f.Fuzz(func(t *testing.T, text []byte) { agree(t, p, "fuzz", text) })
}

// agree compares. It is false where core/syntax has errors: then nothing is.
func agree(t *testing.T, p *sitter.Parser, name string, text []byte) bool {
	t.Helper()
	file, diags := syntax.Parse(name, text)
	tree := p.Parse(text, nil)
	defer tree.Close()
	if len(diags) > 0 {
		return false
	}
	ours, theirs := &outline{src: text}, &outline{src: text}
	ours.file(file)
	theirs.tree(tree.RootNode())
	if want, got := ours.lines(), theirs.lines(); !slices.Equal(want, got) {
		x, y := firstDifference(want, got)
		t.Errorf("%s:\ncore/syntax: %s\ntree-sitter: %s\n%s", name, x, y, text)
	}
	return true
}

// outline is a list of what a component is made of, with the bytes of everything.
type outline struct {
	src  []byte
	list []part
}

type part struct {
	start, end int
	kind       string
}

func (o *outline) add(kind string, start, end int) { o.list = append(o.list, part{start, end, kind}) }

func (o *outline) span(kind string, s syntax.Span) { o.add(kind, s.Start, s.End) }

func (o *outline) lines() []string {
	slices.SortStableFunc(o.list, func(a, b part) int {
		if a.start != b.start {
			return a.start - b.start
		}
		if a.end != b.end {
			return b.end - a.end
		}
		return strings.Compare(a.kind, b.kind)
	})
	var out []string
	for _, p := range o.list {
		out = append(out, fmt.Sprintf("%d-%d %s %q", p.start, p.end, p.kind, o.src[p.start:p.end]))
	}
	return out
}

// tree lists the nodes of tree-sitter.
func (o *outline) tree(root *sitter.Node) {
	walk(root, func(n *sitter.Node) {
		if n.IsError() || n.IsMissing() {
			o.add("ERROR", int(n.StartByte()), int(n.EndByte()))
			return
		}
		if !n.IsNamed() {
			return
		}
		switch kind := n.Kind(); kind {
		case "document", "go_comment", "quoted_attribute_value", "go_list", "list_item", "type_arguments", "switch_block",
			"else_clause", "template_hole":
		case "interpolation":
			if n.Parent().Kind() != "attribute" {
				o.add(kind, int(n.StartByte()), int(n.EndByte()))
			}
		case "self_closing_tag":
			o.add("start_tag", int(n.StartByte()), int(n.EndByte()))
		case "script_element", "style_element":
			o.add("raw_element", int(n.StartByte()), int(n.EndByte()))
		default:
			o.add(kind, int(n.StartByte()), int(n.EndByte()))
		}
	})
}

// file lists the nodes of core/syntax under the names of tree-sitter.
func (o *outline) file(f *syntax.File) {
	if f.Fence != nil {
		o.span("fence", f.Fence.Span)
		if !f.Fence.Body.Empty() {
			o.span("go_code", f.Fence.Body)
		}
	}
	syntax.Walk(f.Nodes, func(n syntax.Node) bool {
		o.node(n)
		return true
	})
}

func (o *outline) code(e *syntax.Expr) {
	if e != nil && !e.Span.Empty() {
		o.span("go_code", e.Span)
	}
}

const blanks = " \t\r\n\f"

func (o *outline) node(n syntax.Node) {
	r := n.Range()
	switch n := n.(type) {
	case *syntax.Text:
		text := r.Text(o.src)
		if trimmed := strings.Trim(text, blanks); trimmed != "" {
			start := r.Start + len(text) - len(strings.TrimLeft(text, blanks))
			o.add("text", start, start+len(trimmed))
		}
	case *syntax.Comment:
		o.span("comment", r)
	case *syntax.Doctype:
		o.span("doctype", r)
	case *syntax.GoComment:
		o.span("interpolation", r)
	case *syntax.ExprNode:
		o.span("interpolation", r)
		o.code(n.Expr)
	case *syntax.Stmt:
		o.span("interpolation", r)
		o.code(n.Code)
	case *syntax.If:
		o.span("if_statement", r)
		for _, b := range n.Branches {
			o.code(b.Header)
			o.span("block", b.Block)
		}
	case *syntax.For:
		o.span("for_statement", r)
		o.code(n.Header)
		o.span("block", n.Block)
	case *syntax.Switch:
		o.span("switch_statement", r)
		o.code(n.Header)
		for _, c := range n.Cases {
			if c.Label == nil {
				o.span("default_clause", c.Span)
			} else {
				o.span("case_clause", c.Span)
				o.code(c.Label)
			}
		}
	case *syntax.SlotFunc:
		o.span("slot_function", r)
		o.add("slot_signature", r.Start+bytes.Index(o.src[r.Start:], []byte("func")), n.Params.End)
		o.span("block", n.Block)
	case *syntax.Element:
		o.element(n)
	default:
		panic(fmt.Sprintf("%T", n))
	}
}

func (o *outline) element(e *syntax.Element) {
	name := "tag_name"
	if e.Kind == syntax.Component || e.Name == "Fragment" {
		name = "component_name"
	}
	if e.Raw && !e.Void && !e.SelfClosed {
		o.span("raw_element", e.Span)
		for _, c := range e.Children {
			o.span("raw_text", c.Range())
		}
		e.Children = nil
	} else if slices.Contains([]string{"script", "style", "math", "iframe", "noembed", "noframes", "xmp", "plaintext"}, e.Name) {
		o.span("raw_element", e.Span)
	} else {
		o.span("element", e.Span)
	}
	o.span("start_tag", e.Open)
	if e.Name != "" {
		o.span(name, e.NameSpan)
	}
	for _, a := range e.TypeArgs {
		o.span("go_code", a)
	}
	for i := range e.Attrs {
		o.attribute(&e.Attrs[i])
	}
	if !e.Close.Empty() {
		o.span("end_tag", e.Close)
		if e.Name != "" {
			at := e.Close.Start + bytes.Index(o.src[e.Close.Start:], []byte(e.Name))
			if e.Raw { // HTML does not tell capital letters apart
				at = e.Close.Start + bytes.Index(bytes.ToLower(o.src[e.Close.Start:]), bytes.ToLower([]byte(e.Name)))
			}
			o.add(name, at, at+len(e.Name))
		}
	}
}

func (o *outline) attribute(a *syntax.Attr) {
	switch a.Kind {
	case syntax.AttrComment:
		o.span("attribute_comment", a.Span)
		return
	case syntax.AttrSpread:
		o.span("spread_attribute", a.Span)
		o.code(a.Expr)
		return
	case syntax.AttrShorthand:
		o.span("shorthand_attribute", a.Span)
		o.code(a.Expr)
		return
	}
	o.span("attribute", a.Span)
	o.span("attribute_name", a.NameSpan)
	switch a.Kind {
	case syntax.AttrStatic:
		if !a.Value.Empty() {
			o.span("attribute_value", a.Value)
		}
	case syntax.AttrExpr:
		o.code(a.Expr)
	case syntax.AttrList:
		for _, it := range a.List {
			if it.Key != nil {
				o.code(it.Key)
			}
			o.code(it.Value)
		}
	case syntax.AttrTemplate:
		o.span("template_value", a.Span)
		o.list[len(o.list)-1].start = a.NameSpan.End + bytes.IndexByte(o.src[a.NameSpan.End:], '`')
		for _, p := range a.Parts {
			if p.Expr == nil {
				o.span("template_text", p.Span)
			} else {
				o.code(p.Expr)
			}
		}
	}
}

// mutate edits text: it removes, repeats, moves or brings in a piece of another.
func mutate(r *rand.Rand, text, other []byte) []byte {
	out := bytes.Clone(text)
	for range 1 + r.Intn(3) {
		if len(out) == 0 {
			return out
		}
		at := r.Intn(len(out) + 1)
		n := min(len(out)-at, 1+r.Intn(1<<r.Intn(6)))
		switch r.Intn(4) {
		case 0:
			out = slices.Delete(out, at, at+n)
		case 1:
			out = slices.Insert(out, at, bytes.Clone(out[at:at+n])...)
		case 2:
			if len(other) > 0 {
				from := r.Intn(len(other))
				out = slices.Insert(out, at, other[from:min(len(other), from+1+r.Intn(1<<r.Intn(7)))]...)
			}
		case 3:
			const some = "{}<>/()[]\"'`.,:;=-+!&*\\ \n\tabfic0"
			out = slices.Insert(out, at, some[r.Intn(len(some))])
		}
	}
	return out
}

func seed() int64 {
	n, err := strconv.ParseInt(os.Getenv("SEED"), 10, 64)
	if err != nil {
		return 1
	}
	return n
}

// TestDepth holds that what core/syntax allows fits into the scanner's state, but for markup in Go in markup, which takes
// more of it.
func TestDepth(t *testing.T) {
	p := parser(t)
	nest := func(n int, open, middle, end string) []byte {
		return []byte(strings.Repeat(open, n) + middle + strings.Repeat(end, n))
	}
	for name, text := range map[string][]byte{
		"elements":     nest(400, "<a>", "x", "</a>"),
		"blocks":       nest(399, "{if a { ", "<b>x</b>", " }}"),
		"both":         nest(200, "{for { <a>", "x", "</a> }}"),
		"markup in Go": nest(70, "{f(<a>", "x", "</a>)}"),
		"brackets":     append(append([]byte("{"), nest(390, "f(", "<b>x</b>", ")")...), '}'),
	} {
		if !agree(t, p, name, text) {
			t.Errorf("%s: core/syntax does not accept it", name)
		}
	}
}
