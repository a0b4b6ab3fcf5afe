package syntax

import (
	"fmt"
	"strconv"
	"strings"

	"sitegen.dev/core/diag"
)

// dump writes a tree for people to read: one node a line, children indented, each with the line and column it starts
// and ends at.
func dump(f *File) string {
	d := &dumper{f: f}
	if f.Fence != nil {
		d.line(f.Fence.Span, "Fence")
		for _, it := range f.Fence.Items {
			kind := [...]string{"import", "const", "type", "func", "method", "stmt"}[it.Kind]
			s := kind
			if it.Name != "" {
				s += " " + it.Name
			}
			d.in(func() {
				d.line(it.Span, s+" "+d.quote(it.Span))
				if !it.Doc.Empty() {
					d.in(func() { d.line(it.Doc, "doc "+d.quote(it.Doc)) })
				}
				if !it.Tail.Empty() {
					d.in(func() { d.line(it.Tail, "tail "+d.quote(it.Tail)) })
				}
			})
		}
	}
	d.nodes(f.Nodes)
	return d.b.String()
}

type dumper struct {
	f      *File
	b      strings.Builder
	indent int
}

func (d *dumper) in(fn func()) {
	d.indent++
	fn()
	d.indent--
}

func (d *dumper) line(s Span, text string) {
	a, b := d.f.Pos(s.Start), d.f.Pos(s.End)
	fmt.Fprintf(&d.b, "%s%s  %d:%d-%d:%d\n", strings.Repeat("  ", d.indent), text, a.Line, a.Col, b.Line, b.Col)
}

func (d *dumper) quote(s Span) string {
	t := s.Text(d.f.Src)
	if len(t) > 60 {
		t = t[:40] + "[…]" + t[len(t)-15:]
	}
	return strconv.Quote(t)
}

func (d *dumper) nodes(nodes []Node) {
	for _, n := range nodes {
		d.node(n)
	}
}

func (d *dumper) expr(label string, e *Expr) {
	if e == nil {
		d.b.WriteString(strings.Repeat("  ", d.indent) + label + " none\n")
		return
	}
	d.line(e.Span, label+" "+d.quote(e.Span))
	d.in(func() { d.nodes(e.Markup) })
}

func (d *dumper) node(n Node) {
	r := n.Range()
	switch n := n.(type) {
	case *Text:
		d.line(r, "Text "+d.quote(r))
	case *Comment:
		d.line(r, "Comment "+d.quote(r))
	case *Doctype:
		d.line(r, "Doctype "+d.quote(r))
	case *GoComment:
		d.line(r, "GoComment "+d.quote(r))
	case *Element:
		kind := [...]string{"HTML", "Component", "Fragment", "Slot"}[n.Kind]
		s := kind + " <" + n.Name + ">"
		for _, a := range n.TypeArgs {
			s += " [" + a.Text(d.f.Src) + "]"
		}
		for _, f := range []struct {
			on   bool
			name string
		}{{n.SelfClosed, "self-closed"}, {n.Void, "void"}, {n.Raw, "raw"}, {n.Close.Empty() && !n.Void && !n.SelfClosed, "not closed"}} {
			if f.on {
				s += " " + f.name
			}
		}
		d.line(r, s)
		d.in(func() {
			for i := range n.Attrs {
				d.attr(&n.Attrs[i])
			}
			d.nodes(n.Children)
		})
	case *ExprNode:
		d.expr("Expr", n.Expr)
	case *Stmt:
		kind := [...]string{"define", "var", "const", "assign", "incdec", "continue", "break", "return"}[n.Kind]
		s := "Stmt " + kind
		if len(n.Names) > 0 {
			s += " " + strings.Join(n.Names, ",")
		}
		d.expr(s, n.Code)
	case *If:
		d.line(r, "If")
		for _, br := range n.Branches {
			d.in(func() {
				if br.Header == nil {
					d.line(br.Span, "else")
				} else {
					d.expr("if", br.Header)
				}
				d.in(func() { d.nodes(br.Body) })
			})
		}
	case *For:
		d.line(r, "For")
		d.in(func() {
			d.expr("header", n.Header)
			d.in(func() { d.nodes(n.Body) })
		})
	case *Switch:
		d.line(r, "Switch")
		d.in(func() {
			d.expr("header", n.Header)
			for _, c := range n.Cases {
				d.expr("case", c.Label)
				d.in(func() { d.nodes(c.Body) })
			}
		})
	case *SlotFunc:
		d.line(r, "SlotFunc "+d.quote(n.Params))
		d.in(func() { d.nodes(n.Body) })
	default:
		panic(fmt.Sprintf("node %T", n))
	}
}

func (d *dumper) attr(a *Attr) {
	kind := [...]string{"bare", "static", "expr", "list", "template", "shorthand", "spread", "comment"}[a.Kind]
	s := "@" + a.Name + " " + kind
	if a.Kind == AttrStatic {
		s += " " + d.quote(a.Value)
	}
	d.line(a.Span, strings.Replace(s, "@ ", "@", 1))
	d.in(func() {
		if a.Expr != nil {
			d.expr("value", a.Expr)
		}
		for _, it := range a.List {
			if it.Key != nil {
				d.expr("key", it.Key)
			}
			d.expr("item", it.Value)
		}
		for _, part := range a.Parts {
			if part.Expr == nil {
				d.line(part.Span, "text "+d.quote(part.Span))
			} else {
				d.expr("hole", part.Expr)
			}
		}
	})
}

// dumpDiags writes diagnostics one a line, hints and notes below.
func dumpDiags(list []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range list {
		fmt.Fprintf(&b, "%d:%d-%d:%d %s %s %s\n", d.Line, d.Col, d.End.Line, d.End.Col, d.Severity, d.Code, d.Message)
		if d.Hint != "" {
			fmt.Fprintf(&b, "\thint: %s\n", d.Hint)
		}
		for _, n := range d.Notes {
			fmt.Fprintf(&b, "\tnote: %d:%d-%d:%d %s\n", n.Line, n.Col, n.End.Line, n.End.Col, n.Message)
		}
	}
	return b.String()
}
