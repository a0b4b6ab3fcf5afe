package lsp

import (
	"sitegen.dev/core/codegen"
	"sitegen.dev/core/syntax"
)

// spot is what stands at the cursor, in the terms of the language.
type spot struct {
	kind  spotKind
	elem  *syntax.Element // the tag
	attr  *syntax.Attr
	outer *syntax.Element // the component whose child elem is, or nil
	start int             // where the word begins that is being typed
}

type spotKind int

const (
	inText      spotKind = iota
	inTagName            // <Ca|
	inAttrName           // <Card ti|
	inAttrValue          // <p slot="fo|"
	inGo                 // {user.|}, or the fence
	inImport             // import "../comp|"
	inEndTag             // </Ca|, where elem is still open
)

// spotAt finds out what stands at a byte. The parser copes with half-typed tags; only a lone < is text to it.
func spotAt(f *syntax.File, off int) spot {
	src := f.Src
	if off > len(src) {
		off = len(src)
	}
	if f.Fence != nil && off >= f.Fence.Body.Start && off <= f.Fence.Body.End {
		if start, ok := importPath(src, f.Fence.Body.Start, off); ok {
			return spot{kind: inImport, start: start}
		}
		return spot{kind: inGo, start: wordStart(src, off)}
	}
	if e, start := openAt(src, off); e != nil {
		return spot{kind: inEndTag, elem: e, start: start}
	}
	if off > 0 && src[off-1] == '<' && (off == len(src) || !isWord(src[off])) && !inExpr(f, off) {
		s := spot{kind: inTagName, start: off}
		s.outer = outerOf(f.Find(off-1).Path, nil)
		return s
	}
	p := f.Find(off)
	e, _ := p.Node().(*syntax.Element)
	if (e == nil || off >= e.Open.End) && p.Expr == nil && off > 0 && src[off-1] != '>' && src[off-1] != '}' {
		// Behind the last byte of a tag that has no > yet.
		q := f.Find(off - 1)
		if qe, ok := q.Node().(*syntax.Element); ok && off <= qe.Open.End {
			p, e = q, qe
		}
	}
	if p.Expr != nil {
		return spot{kind: inGo, start: wordStart(src, off)}
	}
	if e == nil || off <= e.Start || off > e.Open.End || off == e.Open.End && off > 0 && src[off-1] == '>' {
		return spot{kind: inText, start: off}
	}
	s := spot{elem: e, outer: outerOf(p.Path, e), start: off}
	if off <= e.NameSpan.End {
		s.kind, s.start = inTagName, e.NameSpan.Start
		return s
	}
	for i := range e.Attrs {
		a := &e.Attrs[i]
		if off < a.Start || off > a.End {
			continue
		}
		s.attr = a
		switch {
		case a.Kind == syntax.AttrStatic && a.Value.Start <= off && off <= a.Value.End:
			s.kind, s.start = inAttrValue, a.Value.Start
			return s
		case a.NameSpan.Start <= off && off <= a.NameSpan.End && a.Kind != syntax.AttrShorthand:
			s.kind, s.start = inAttrName, a.NameSpan.Start
			return s
		case off == a.Start && (a.Kind == syntax.AttrShorthand || a.Kind == syntax.AttrSpread):
		case a.Kind == syntax.AttrShorthand, a.Kind == syntax.AttrSpread:
			s.kind, s.start = inGo, wordStart(src, off)
			return s
		case off < a.End:
			if openBrace(src, off) {
				return spot{kind: inGo, start: off}
			}
			s.kind = inText
			return s
		}
		s.attr = nil
	}
	s.kind = inAttrName
	return s
}

// openAt gives the element that an end tag at off would close, and where its name begins; nil where none is being typed.
func openAt(src []byte, off int) (*syntax.Element, int) {
	start := off
	for start > 0 && (isWord(src[start-1]) || src[start-1] == '-' || src[start-1] == '.') {
		start--
	}
	if start < 2 || src[start-2] != '<' || src[start-1] != '/' {
		return nil, 0
	}
	var open *syntax.Element
	before, _ := syntax.Parse("", src[:start-2])
	syntax.Walk(before.Nodes, func(n syntax.Node) bool {
		if e, ok := n.(*syntax.Element); ok && e.Close.Empty() && !e.Void && !e.SelfClosed && e.Open.End < start-1 {
			open = e
		}
		return true
	})
	return open, start
}

// inExpr says whether a byte stands in Go code of the template.
func inExpr(f *syntax.File, off int) bool { return f.Find(off).Expr != nil }

// outerOf gives the component whose direct child is inner, or for no inner whose content the path leads to.
func outerOf(path []syntax.Node, inner *syntax.Element) *syntax.Element {
	i := len(path) - 1
	if inner != nil {
		for i >= 0 && path[i] != syntax.Node(inner) {
			i--
		}
		i--
	}
	if i < 0 {
		return nil
	}
	if e, ok := path[i].(*syntax.Element); ok && e.Kind == syntax.Component {
		return e
	}
	return nil
}

// openBrace says whether the last byte before off, blanks aside, is an opening brace.
func openBrace(src []byte, off int) bool {
	for off > 0 && (src[off-1] == ' ' || src[off-1] == '\t' || src[off-1] == '\n' || src[off-1] == '\r') {
		off--
	}
	return off > 0 && src[off-1] == '{'
}

func wordStart(src []byte, off int) int {
	for off > 0 && isWord(src[off-1]) {
		off--
	}
	return off
}

// importPath says whether off stands in the string of an import line, and where the string begins.
func importPath(src []byte, from, off int) (int, bool) {
	line := off
	for line > from && src[line-1] != '\n' {
		line--
	}
	quote := -1
	for i := line; i < off; i++ {
		if src[i] == '"' {
			if quote >= 0 {
				return 0, false
			}
			quote = i
		}
	}
	if quote < 0 {
		return 0, false
	}
	for _, word := range []string{"import"} {
		if t := src[line:quote]; len(t) >= len(word) && string(trimLeft(t)[:min(len(word), len(trimLeft(t)))]) == word {
			return quote + 1, true
		}
	}
	// Within import ( … ): a line of a name and a string, behind an open group.
	return quote + 1, inImportGroup(src[from:line])
}

func trimLeft(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	return b
}

func inImportGroup(before []byte) bool {
	open := false
	start := 0
	for i := 0; i <= len(before); i++ {
		if i < len(before) && before[i] != '\n' {
			continue
		}
		line := trimLeft(before[start:i])
		start = i + 1
		switch {
		case len(line) >= 6 && string(line[:6]) == "import":
			open = false
			for _, c := range line {
				open = open || c == '('
			}
		case len(line) > 0 && line[0] == ')':
			open = false
		}
	}
	return open
}

// propAt gives the prop that is named at a byte of a component: as an attribute, where it is declared, or as props.X.
func propAt(c *codegen.Component, off int) (*codegen.Component, codegen.PropInfo, syntax.Span, bool) {
	f := c.File()
	s := spotAt(f, off)
	if s.kind == inAttrName && s.attr != nil && s.elem.Kind == syntax.Component {
		if d := c.Resolve(s.elem.Name); d != nil {
			if p, ok := d.Prop(s.attr.Name); ok {
				return p.Of, p, s.attr.NameSpan, true
			}
		}
		return nil, codegen.PropInfo{}, syntax.Span{}, false
	}
	for _, p := range c.Props() {
		if p.At.Start <= off && off <= p.At.End {
			return c, p, p.At, true
		}
	}
	w := newText(f.Src).word(off)
	if s.kind == inGo && w.Start >= 6 && string(f.Src[w.Start-6:w.Start]) == "props." && (w.Start == 6 || !isWord(f.Src[w.Start-7])) {
		for _, p := range c.Props() {
			if p.Field == w.Text(f.Src) {
				return c, p, w, true
			}
		}
	}
	return nil, codegen.PropInfo{}, syntax.Span{}, false
}
