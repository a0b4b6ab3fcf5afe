package syntax

// Walk calls visit for every node in source order, parents first, markup in Go expressions included. Where visit is
// false, the children of the node are left out.
func Walk(nodes []Node, visit func(Node) bool) {
	for _, n := range nodes {
		if visit(n) {
			children(n, func(nodes []Node) { Walk(nodes, visit) })
		}
	}
}

// children calls each with every list of nodes directly in n, in source order.
func children(n Node, each func([]Node)) {
	expr := func(e *Expr) {
		if e != nil && len(e.Markup) > 0 {
			each(e.Markup)
		}
	}
	switch n := n.(type) {
	case *Element:
		for i := range n.Attrs {
			a := &n.Attrs[i]
			expr(a.Expr)
			for _, it := range a.List {
				expr(it.Key)
				expr(it.Value)
			}
			for _, part := range a.Parts {
				expr(part.Expr)
			}
		}
		each(n.Children)
	case *ExprNode:
		expr(n.Expr)
	case *Stmt:
		expr(n.Code)
	case *If:
		for _, b := range n.Branches {
			expr(b.Header)
			each(b.Body)
		}
	case *For:
		expr(n.Header)
		each(n.Body)
	case *Switch:
		expr(n.Header)
		for _, c := range n.Cases {
			expr(c.Label)
			each(c.Body)
		}
	case *SlotFunc:
		each(n.Body)
	}
}
