package syntax

import (
	"strings"
	"testing"
)

// checkTree holds what every tree promises, whatever the input: each span lies within that of its parent, and siblings
// are in order and do not overlap.
func checkTree(t *testing.T, f *File) {
	t.Helper()
	if f.Fence != nil {
		checkSpan(t, f, "fence", f.Fence.Span, Span{0, len(f.Src)})
		checkSpan(t, f, "fence body", f.Fence.Body, f.Fence.Span)
		at := f.Fence.Body.Start
		for _, it := range f.Fence.Items {
			checkSpan(t, f, "item", it.Span, Span{at, f.Fence.Body.End})
			if !it.Doc.Empty() {
				checkSpan(t, f, "doc", it.Doc, Span{at, it.Start})
			}
			at = it.End
			if !it.Tail.Empty() {
				checkSpan(t, f, "tail", it.Tail, Span{it.End, f.Fence.Body.End})
				at = it.Tail.End
			}
		}
	}
	checkNodes(t, f, f.Nodes, Span{0, len(f.Src)})
}

func checkSpan(t *testing.T, f *File, what string, s, outer Span) {
	t.Helper()
	if s.Start > s.End || s.Start < outer.Start || s.End > outer.End {
		t.Errorf("%s: span of %s is %v, outside of %v\n%q", f.Name, what, s, outer, clip(string(f.Src)))
	}
}

func checkExprSpan(t *testing.T, f *File, what string, e *Expr, outer Span) {
	t.Helper()
	if e == nil {
		return
	}
	checkSpan(t, f, what, e.Span, outer)
	checkNodes(t, f, e.Markup, e.Span)
}

func checkNodes(t *testing.T, f *File, nodes []Node, outer Span) {
	t.Helper()
	at := outer.Start
	for _, n := range nodes {
		r := n.Range()
		checkSpan(t, f, "node", r, Span{at, outer.End})
		at = r.End
		switch n := n.(type) {
		case *Text:
			if r.Empty() {
				t.Errorf("%s: empty text at %d", f.Name, r.Start)
			}
		case *Element:
			checkSpan(t, f, "start tag", n.Open, r)
			checkSpan(t, f, "name", n.NameSpan, n.Open)
			checkSpan(t, f, "end tag", n.Close, Span{n.Open.End, r.End})
			at := n.NameSpan.End
			for _, a := range n.TypeArgs {
				checkSpan(t, f, "type argument", a, Span{at, n.Open.End})
				at = a.End
			}
			for _, a := range n.Attrs {
				checkSpan(t, f, "attribute", a.Span, Span{at, n.Open.End})
				at = a.Span.End
				if a.Name != "" {
					checkSpan(t, f, "attribute name", a.NameSpan, a.Span)
				}
				if a.Kind == AttrStatic {
					checkSpan(t, f, "attribute value", a.Value, a.Span)
				}
				checkExprSpan(t, f, "attribute expression", a.Expr, a.Span)
				for _, it := range a.List {
					checkSpan(t, f, "item", it.Span, a.Span)
					checkExprSpan(t, f, "key", it.Key, it.Span)
					checkExprSpan(t, f, "value", it.Value, it.Span)
				}
				for _, part := range a.Parts {
					checkSpan(t, f, "part", part.Span, a.Span)
					checkExprSpan(t, f, "hole", part.Expr, part.Span)
				}
			}
			checkNodes(t, f, n.Children, Span{n.Open.End, n.Close.Start})
		case *ExprNode:
			checkExprSpan(t, f, "expression", n.Expr, r)
		case *Stmt:
			checkExprSpan(t, f, "statement", n.Code, r)
		case *If:
			for _, b := range n.Branches {
				checkSpan(t, f, "branch", b.Span, r)
				checkSpan(t, f, "block", b.Block, b.Span)
				checkExprSpan(t, f, "header", b.Header, Span{b.Start, b.Block.Start})
				checkNodes(t, f, b.Body, b.Block)
			}
		case *For:
			checkSpan(t, f, "block", n.Block, r)
			checkExprSpan(t, f, "header", n.Header, Span{r.Start, n.Block.Start})
			checkNodes(t, f, n.Body, n.Block)
		case *Switch:
			checkSpan(t, f, "block", n.Block, r)
			checkExprSpan(t, f, "header", n.Header, Span{r.Start, n.Block.Start})
			at := n.Block.Start
			for _, c := range n.Cases {
				checkSpan(t, f, "case", c.Span, Span{at, n.Block.End})
				checkExprSpan(t, f, "label", c.Label, c.Span)
				checkNodes(t, f, c.Body, c.Span)
				at = c.Span.End
			}
		case *SlotFunc:
			checkSpan(t, f, "block", n.Block, r)
			checkSpan(t, f, "parameters", n.Params, Span{r.Start, n.Block.Start})
			checkNodes(t, f, n.Body, n.Block)
		}
	}
}

// checkGo asks go/parser about all Go code of a tree without errors. The parser itself asks only about what it does not
// recognise as simple.
func checkGo(t *testing.T, f *File) {
	t.Helper()
	p := &parser{f: f, src: f.Src}
	check := func(e *Expr, k checkKind, keyword string) {
		if e == nil {
			return
		}
		c := goCode{span: e.Span, markup: e.Markup}
		before, after := k.wrap(keyword)
		text := p.goText(&c, before, after)
		if err := text.parse(k); err != nil {
			t.Errorf("no error is reported in %q, but go/parser says %v", e.Span.Text(f.Src), err)
		}
	}
	Walk(f.Nodes, func(n Node) bool {
		switch n := n.(type) {
		case *Element:
			for i := range n.Attrs {
				a := &n.Attrs[i]
				check(a.Expr, checkExpr, "")
				for _, it := range a.List {
					check(it.Key, checkExpr, "")
					if !strings.HasPrefix(it.Value.Span.Text(f.Src), "{") { // an elided composite literal
						check(it.Value, checkExpr, "")
					}
				}
				for _, part := range a.Parts {
					check(part.Expr, checkExpr, "")
				}
			}
			for _, a := range n.TypeArgs {
				check(&Expr{Span: a}, checkTypes, "")
			}
		case *ExprNode:
			check(n.Expr, checkExpr, "")
		case *Stmt:
			check(n.Code, checkStmt, "")
		case *If:
			for _, b := range n.Branches {
				check(b.Header, checkHeader, "if")
			}
		case *For:
			check(n.Header, checkHeader, "for")
		case *Switch:
			check(n.Header, checkHeader, "switch")
			for _, c := range n.Cases {
				check(c.Label, checkLabel, "")
			}
		case *SlotFunc:
			check(&Expr{Span: n.Params}, checkParams, "")
		}
		return true
	})
}
