package lsp

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"sitegen.dev/core/syntax"
)

// linked gives the two names of an element where the cursor is in one of them, so that an editor can change both.
func (s *server) linked(_ context.Context, c *cursor) (any, error) {
	f, _ := syntax.Parse(filepath.Base(c.doc.path), c.doc.text.b)
	var out []textRange
	syntax.Walk(f.Nodes, func(n syntax.Node) bool {
		e, ok := n.(*syntax.Element)
		if !ok {
			return true
		}
		if e.NameSpan.Empty() || e.Close.End-e.Close.Start < len("</>")+len(e.Name) {
			return true
		}
		end := syntax.Span{Start: e.Close.Start + len("</"), End: e.Close.Start + len("</") + len(e.Name)}
		for _, at := range []syntax.Span{e.NameSpan, end} {
			if at.Start <= c.off && c.off <= at.End {
				out = []textRange{c.doc.text.span(e.NameSpan), c.doc.text.span(end)}
			}
		}
		return true
	})
	if out == nil {
		return nil, nil
	}
	return map[string]any{"ranges": out, "wordPattern": `[A-Za-z_][A-Za-z0-9_.:\-]*`}, nil
}

// closeTag gives the end tag that belongs behind the > or </ that was typed just now, as a snippet with the cursor before
// it; nil where there is none to add. It is an addition of ours to the protocol, as editors have it for HTML.
func (s *server) closeTag(_ context.Context, c *cursor) (any, error) {
	src := c.doc.text.b
	if c.off == 0 {
		return nil, nil
	}
	if c.off >= 2 && src[c.off-1] == '/' && src[c.off-2] == '<' {
		if e, _ := openAt(src, c.off); e != nil {
			return e.Name + ">$0", nil
		}
		return nil, nil
	}
	if src[c.off-1] != '>' {
		return nil, nil
	}
	f, found := syntax.Parse("", src)
	e := startTagTo(f, c.off)
	if e == nil {
		return nil, nil
	}
	if !e.Close.Empty() {
		// The end tag that stands behind it may be that of an outer element of the same name, which lacks one then.
		_, with := syntax.Parse("", slices.Concat(src[:c.off], []byte("</"+e.Name+">"), src[c.off:]))
		if len(with) >= len(found) {
			return nil, nil
		}
	}
	return "$0</" + strings.ReplaceAll(e.Name, "$", `\$`) + ">", nil
}

// startTagTo gives the element whose start tag ends at a byte, if its kind has an end tag; or nil.
func startTagTo(f *syntax.File, off int) *syntax.Element {
	var found *syntax.Element
	syntax.Walk(f.Nodes, func(n syntax.Node) bool {
		if e, ok := n.(*syntax.Element); ok && e.Open.End == off && !e.Void && !e.SelfClosed {
			found = e
		}
		return true
	})
	return found
}
