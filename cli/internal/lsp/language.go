package lsp

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"

	"sitegen.dev/core/syntax"
)

// language gives the language that is written at a place, "html" where tags may stand, "css" or "go"; "" for anything else.
// It is an addition of ours to the protocol, for editors that expand abbreviations and must leave Go alone.
func (s *server) language(_ context.Context, c *cursor) (any, error) {
	f, _ := syntax.Parse(filepath.Base(c.doc.path), c.doc.text.b)
	return languageAt(f, c.off), nil
}

func languageAt(f *syntax.File, off int) string {
	if _, ok := styleText(f, off); ok {
		return "css"
	}
	switch p := spotAt(f, off); {
	case p.kind == inGo, p.kind == inImport:
		return "go"
	case p.kind != inText, openBrace(f.Src, off):
		return ""
	}
	if f.Fence != nil && off < f.Fence.End {
		return ""
	}
	// At its end a text has nothing behind it that could be found, so what stands before the place counts.
	path := f.Find(max(off-1, 0)).Path
	for _, n := range path {
		switch n := n.(type) {
		case *syntax.Element:
			if n.Raw && n.Open.End <= off && off <= n.Close.Start {
				return ""
			}
		case *syntax.Comment, *syntax.Doctype, *syntax.GoComment:
			if off < n.Range().End {
				return ""
			}
		case *syntax.Stmt:
			return "go"
		}
	}
	line := f.Src[bytes.LastIndexByte(f.Src[:off], '\n')+1 : off]
	if open := bytes.LastIndexByte(line, '{'); open > bytes.LastIndexByte(line, '}') && !inBlock(path) {
		return "go" // of braces that are not closed yet
	}
	return "html"
}

// inBlock says whether a path leads into the block of a statement.
func inBlock(path []syntax.Node) bool {
	return slices.ContainsFunc(path, func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.If, *syntax.For, *syntax.Switch, *syntax.SlotFunc:
			return true
		}
		return false
	})
}
