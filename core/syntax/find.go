package syntax

// Place is what stands at an offset of a file, for an editor.
type Place struct {
	// Item is the item of the frontmatter; nil outside of the items.
	Item *FenceItem
	// Path leads to the innermost node, outermost first; empty outside of the template.
	Path []Node
	// Attr is the attribute of the innermost node, an element; nil outside of the attributes.
	Attr *Attr
	// Expr is the Go code; nil outside of Go code, and within markup that stands in Go code.
	Expr *Expr
}

// Node gives the innermost node, or nil.
func (p Place) Node() Node {
	if len(p.Path) == 0 {
		return nil
	}
	return p.Path[len(p.Path)-1]
}

// Find gives what stands at the byte offset off. The end of a node is not part of it; the end of Go code is, for that
// is where an editor completes it.
func (f *File) Find(off int) Place {
	var p Place
	if f.Fence != nil && f.Fence.has(off) {
		for i := range f.Fence.Items {
			if it := &f.Fence.Items[i]; it.Start <= off && off <= it.End {
				p.Item = it
			}
		}
		return p
	}
	p.find(f.Nodes, off)
	return p
}

func (s Span) has(off int) bool { return s.Start <= off && off < s.End }

// find goes into the node of nodes at off. It is false where there is none.
func (p *Place) find(nodes []Node, off int) bool {
	for _, n := range nodes {
		if !n.Range().has(off) && !unclosedAt(n, off) {
			continue
		}
		p.Path = append(p.Path, n)
		p.inside(n, off)
		return true
	}
	return false
}

// unclosedAt says whether n is Go code without its }, which goes on where it ends.
func unclosedAt(n Node, off int) bool {
	switch n := n.(type) {
	case *ExprNode:
		return off == n.End && n.Expr.End == n.End
	case *Stmt:
		return off == n.End && n.Code.End == n.End
	}
	return false
}

func (p *Place) inside(n Node, off int) {
	switch n := n.(type) {
	case *Element:
		if !n.Open.has(off) {
			p.find(n.Children, off)
			return
		}
		for i := range n.Attrs {
			if a := &n.Attrs[i]; a.Span.has(off) {
				p.attr(a, off)
			}
		}
	case *ExprNode:
		p.expr(n.Expr, off)
	case *Stmt:
		p.expr(n.Code, off)
	case *If:
		for _, b := range n.Branches {
			if p.expr(b.Header, off) || p.find(b.Body, off) {
				return
			}
		}
	case *For:
		if !p.expr(n.Header, off) {
			p.find(n.Body, off)
		}
	case *Switch:
		if p.expr(n.Header, off) {
			return
		}
		for _, c := range n.Cases {
			if p.expr(c.Label, off) || p.find(c.Body, off) {
				return
			}
		}
	case *SlotFunc:
		p.find(n.Body, off)
	}
}

func (p *Place) attr(a *Attr, off int) {
	p.Attr = a
	if p.expr(a.Expr, off) {
		return
	}
	for _, it := range a.List {
		if p.expr(it.Key, off) || p.expr(it.Value, off) {
			return
		}
	}
	for _, part := range a.Parts {
		if p.expr(part.Expr, off) {
			return
		}
	}
}

// expr goes into e. It is false where off lies outside.
func (p *Place) expr(e *Expr, off int) bool {
	if e == nil || off < e.Start || e.End < off {
		return false
	}
	outer := p.Attr
	p.Attr = nil // in markup, the attribute is that of an outer element
	if !p.find(e.Markup, off) {
		p.Attr, p.Expr = outer, e
	}
	return true
}
