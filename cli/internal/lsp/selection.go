package lsp

import (
	"context"
	"encoding/json"
	"path/filepath"

	"sitegen.dev/core/syntax"
)

// selection is a stretch that an editor selects, and the next larger one.
type selection struct {
	Range  textRange  `json:"range"`
	Parent *selection `json:"parent,omitempty"`
}

// selections gives for each place what surrounds it, from the word to the document.
func (s *server) selections(_ context.Context, c *cursor) (any, error) {
	var p struct {
		Positions []position `json:"positions"`
	}
	if json.Unmarshal(c.params, &p) != nil || len(p.Positions) > 1000 {
		return nil, &rpcError{codeInvalidParams, "the parameters cannot be read"}
	}
	f, _ := syntax.Parse(filepath.Base(c.doc.path), c.doc.text.b)
	out := []*selection{}
	for _, at := range p.Positions {
		var sel *selection
		for _, span := range around(f, c.doc.text, c.doc.text.offset(at)) {
			sel = &selection{c.doc.text.span(span), sel}
		}
		out = append(out, sel)
	}
	return out, nil
}

// around gives the stretches around a byte, the largest first, each inside of the one before and smaller.
func around(f *syntax.File, t *text, off int) []syntax.Span {
	all := []syntax.Span{{Start: 0, End: len(t.b)}}
	add := func(spans ...syntax.Span) {
		for _, s := range spans {
			last := all[len(all)-1]
			if s.Start <= off && off <= s.End && last.Start <= s.Start && s.End <= last.End && s != last && !s.Empty() {
				all = append(all, s)
			}
		}
	}
	p := f.Find(off)
	if p.Node() == nil && off > 0 {
		p = f.Find(off - 1)
	}
	if f.Fence != nil && off <= f.Fence.End {
		add(f.Fence.Span, f.Fence.Body)
		if p.Item != nil {
			add(syntax.Span{Start: min(p.Item.Start, docStart(p.Item)), End: p.Item.End}, p.Item.Span)
		}
	}
	for _, n := range p.Path {
		add(n.Range())
		switch n := n.(type) {
		case *syntax.Element:
			add(n.Open, syntax.Span{Start: n.Open.End, End: n.Close.Start}, n.NameSpan)
			for i := range n.Attrs {
				if a := &n.Attrs[i]; a.Start <= off && off <= a.End {
					add(a.Span, a.NameSpan, a.Value)
				}
			}
		case *syntax.If:
			for _, b := range n.Branches {
				add(b.Span, b.Block, inner(b.Block))
			}
		case *syntax.For:
			add(n.Block, inner(n.Block))
		case *syntax.Switch:
			add(n.Block, inner(n.Block))
			for _, k := range n.Cases {
				add(k.Span)
			}
		}
	}
	if p.Expr != nil {
		add(p.Expr.Span)
	}
	add(t.word(off))
	return all
}

func docStart(it *syntax.FenceItem) int {
	if it.Doc.Empty() {
		return it.Start
	}
	return it.Doc.Start
}

func inner(s syntax.Span) syntax.Span { return syntax.Span{Start: s.Start + 1, End: s.End - 1} }
