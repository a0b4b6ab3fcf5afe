package lsp

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"sitegen.dev/core/syntax"
)

// foldingRange is a stretch of lines, counted from 0, that an editor can hide behind its first one.
type foldingRange struct {
	Start int    `json:"startLine"`
	End   int    `json:"endLine"`
	Kind  string `json:"kind,omitempty"`
}

// folding gives what can be folded: the frontmatter, its declarations and imports, elements, blocks in braces, comments.
func (s *server) folding(_ context.Context, c *cursor) (any, error) {
	f, _ := syntax.Parse(filepath.Base(c.doc.path), c.doc.text.b)
	return foldsOf(f, c.doc.text), nil
}

func foldsOf(f *syntax.File, t *text) []foldingRange {
	out := []foldingRange{}
	// last is what stands on the last line that stays visible: an end tag, a brace.
	add := func(s syntax.Span, kind string, last bool) {
		if s.Empty() {
			return
		}
		r := foldingRange{t.position(s.Start).Line, t.position(s.End).Line, kind}
		if t.position(s.End).Character == 0 && r.End > r.Start {
			r.End--
		}
		if last {
			r.End--
		}
		if r.End > r.Start {
			out = append(out, r)
		}
	}
	if f.Fence != nil {
		add(f.Fence.Span, "", true)
		var imports syntax.Span
		for _, it := range f.Fence.Items {
			if it.Kind == syntax.ItemImport {
				if imports.Empty() {
					imports.Start = it.Start
				}
				imports.End = it.End
				continue
			}
			add(imports, "imports", false)
			imports = syntax.Span{}
			add(it.Span, "", endsInBracket(f.Src, it.Span))
			add(it.Doc, "comment", false)
		}
		add(imports, "imports", false)
	}
	syntax.Walk(f.Nodes, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Comment:
			add(n.Span, "comment", false)
		case *syntax.GoComment:
			add(n.Span, "comment", false)
		case *syntax.Element:
			add(n.Span, "", true)
		case *syntax.If:
			for _, b := range n.Branches {
				add(b.Block, "", true)
			}
		case *syntax.For:
			add(n.Block, "", true)
		case *syntax.Switch:
			add(n.Block, "", true)
			for _, k := range n.Cases {
				add(syntax.Span{Start: k.Start, End: k.Start + len(strings.TrimRight(k.Text(f.Src), " \t\r\n"))}, "", false)
			}
		case *syntax.ExprNode:
			add(n.Span, "", true)
		case *syntax.Stmt:
			add(n.Span, "", true)
		case *syntax.SlotFunc:
			add(n.Span, "", true)
		}
		return true
	})
	slices.SortStableFunc(out, func(a, b foldingRange) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	// An editor folds one stretch a line: the longest.
	return slices.CompactFunc(out, func(a, b foldingRange) bool { return a.Start == b.Start })
}

func endsInBracket(src []byte, s syntax.Span) bool {
	return s.End > s.Start && strings.IndexByte("})]", src[s.End-1]) >= 0
}
