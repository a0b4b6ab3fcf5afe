package syntax

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"sitegen.dev/core/diag"
)

// lineWidth is the column that a line should not pass where it can be broken before.
const lineWidth = 100

// Format gives src in the one layout that everybody uses, without changing what it renders: the frontmatter as gofmt
// has it, Go in braces too, elements and blocks indented by two blanks. Line breaks of the author stay, long lines are
// broken where the white space rule of the language says that it makes no difference, and whatever is verbatim stays
// as it is. Line ends become single line feeds. Format(Format(x)) is Format(x).
//
// Where src has syntax errors, it is given back as it is, with the errors.
func Format(name string, src []byte) ([]byte, []diag.Diagnostic) {
	f, diags := Parse(name, src)
	if len(diags) > 0 {
		return src, diags
	}
	if bytes.Contains(src, []byte("\r\n")) {
		f, diags = Parse(name, bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n")))
		if len(diags) > 0 {
			return src, nil
		}
	}
	out := format(f)
	// A layout that would change the page is never handed out, whatever the reason.
	if g, diags := Parse(name, out); len(diags) > 0 || normal(f) != normal(g) {
		return src, nil
	}
	return out, nil
}

func format(f *File) []byte {
	p := &printer{src: f.Src, code: map[*Expr]goLines{}}
	p.buf = make([]byte, 0, len(f.Src)+len(f.Src)/8)
	if bytes.HasPrefix(f.Src, []byte("\ufeff")) {
		p.buf = append(p.buf, "\ufeff"...)
	}
	items, trail := split(f.Src, f.Nodes, gap{}, gap{})
	if f.Fence != nil {
		p.buf = append(p.buf, "---\n"...)
		p.buf = append(p.buf, formatFence(f)...)
		p.buf = append(p.buf, "---"...)
		if len(items) > 0 {
			p.newline(false)
		}
	} else if len(items) > 0 && items[0].gap.kind == gapSpace {
		p.print(items[0].gap.blanks)
	}
	p.items(items)
	if trail.kind == gapSpace {
		p.print(trail.blanks)
	} else if len(items) > 0 || f.Fence != nil {
		p.buf = append(p.buf, '\n')
	}
	return p.buf
}

// gap is what stands between two items of a list of children.
type gap struct {
	kind   gapKind
	blanks string // of gapSpace: printed as they are
	empty  bool   // of gapLine: there is an empty line
}

type gapKind uint8

const (
	gapNone  gapKind = iota // nothing; a line break may be added
	gapSpace                // blanks that are printed; no line break may be added
	gapLine                 // a line break, which prints nothing, or one blank between two lines of text
)

// item is a child: a node, or one line of a text.
type item struct {
	gap  gap // before it
	node Node
	text string
}

// split cuts children into items. The gap lead stands before the first one; the one behind the last is given back.
func split(src []byte, children []Node, lead, trail gap) ([]item, gap) {
	out := make([]item, 0, len(children))
	cur := lead
	for _, n := range children {
		t, ok := n.(*Text)
		if !ok {
			out = append(out, item{gap: cur, node: n})
			cur = gap{}
			continue
		}
		lines := strings.Split(t.Text(src), "\n")
		for i, line := range lines {
			if i > 0 {
				if cur.kind == gapLine {
					cur.empty = true
				}
				cur = gap{kind: gapLine, empty: cur.empty}
				line = strings.TrimLeft(line, blanks)
			}
			if i < len(lines)-1 {
				line = strings.TrimRight(line, blanks)
			}
			text := strings.Trim(line, blanks)
			if text == "" {
				if line != "" && len(lines) == 1 {
					cur = gap{kind: gapSpace, blanks: line}
				}
				continue
			}
			start := strings.Index(line, text)
			if start > 0 {
				cur = gap{kind: gapSpace, blanks: line[:start]}
			}
			out = append(out, item{gap: cur, text: text})
			cur = gap{}
			if rest := line[start+len(text):]; rest != "" {
				cur = gap{kind: gapSpace, blanks: rest}
			}
		}
	}
	if cur.kind == gapNone {
		cur = trail
	}
	return out, cur
}

// lineGap says whether there is a line break in the blanks of s.
func lineGap(src []byte, s Span) gap {
	if s.Start < s.End && bytes.IndexByte(src[s.Start:s.End], '\n') >= 0 {
		return gap{kind: gapLine}
	}
	return gap{}
}

type printer struct {
	src    []byte
	buf    []byte
	col    int // characters on the last line of buf
	indent int
	flat   bool // everything has to stand on this line
	limit  bool // and before lineWidth
	failed bool // it does not
	code   map[*Expr]goLines
}

func (p *printer) print(s string) {
	p.buf = append(p.buf, s...)
	if i := strings.LastIndexByte(s, '\n'); i >= 0 {
		p.col = utf8.RuneCountInString(s[i+1:])
		p.failed = p.failed || p.flat
	} else {
		p.col += utf8.RuneCountInString(s)
	}
	if p.flat && p.limit && p.col > lineWidth {
		p.failed = true
	}
}

func (p *printer) verbatim(s Span) { p.print(s.Text(p.src)) }

// newline starts a line, behind an empty one if that is asked for.
func (p *printer) newline(empty bool) {
	if p.flat {
		p.failed = true
		return
	}
	if empty {
		p.buf = append(p.buf, '\n')
	}
	p.buf = append(p.buf, '\n')
	for range p.indent {
		p.buf = append(p.buf, "  "...)
	}
	p.col = 2 * p.indent
}

// try prints on the current line, which has no end where limit is not set. Where that does not fit, it takes everything
// back and is false.
func (p *printer) try(limit bool, print func()) bool {
	if p.flat {
		print()
		return true
	}
	n, col := len(p.buf), p.col
	p.flat, p.limit, p.failed = true, limit, false
	print()
	p.flat = false
	if p.failed {
		p.buf, p.col = p.buf[:n], col
	}
	return !p.failed
}

// items prints children that start where the printer stands.
func (p *printer) items(items []item) {
	for i, it := range items {
		if p.flat && p.failed {
			return
		}
		switch {
		case i == 0:
		case it.gap.kind == gapSpace:
			p.print(it.gap.blanks)
		case !p.flat && breaksBefore(items, i):
			p.newline(it.gap.empty)
		case it.gap.kind == gapLine:
			p.failed = true
		}
		if it.node == nil {
			p.print(it.text)
			continue
		}
		p.node(it.node, breaksBefore(items, i) && (i+1 == len(items) || breaksBefore(items, i+1)))
	}
}

// breaksBefore says whether item i starts a line where items have several.
func breaksBefore(items []item, i int) bool {
	switch items[i].gap.kind {
	case gapSpace:
		return false
	case gapLine:
		return true
	}
	return i == 0 || isBlockItem(items[i]) || isBlockItem(items[i-1])
}

// isBlockItem says whether an item gets a line of its own in what has several lines.
func isBlockItem(it item) bool {
	switch n := it.node.(type) {
	case *Doctype:
		return true
	case *Element:
		return n.Kind == HTML && isBlockElement(n.Name)
	}
	return false
}

func isBlockElement(name string) bool {
	switch name {
	case "html", "head", "body", "title", "meta", "link", "base", "style", "script", "main", "header", "footer", "nav",
		"section", "article", "aside", "address", "h1", "h2", "h3", "h4", "h5", "h6", "hgroup", "p", "div", "ul", "ol",
		"li", "menu", "dl", "dt", "dd", "figure", "figcaption", "blockquote", "pre", "hr", "table", "caption",
		"colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th", "form", "fieldset", "legend", "details",
		"summary", "dialog", "template", "search":
		return true
	}
	return false
}

// node prints a node. One that does not have its line for itself is an atom of that line: it is not broken to make the
// line shorter, only where the author broke it.
func (p *printer) node(n Node, alone bool) {
	switch n := n.(type) {
	case *Element:
		p.element(n, alone || len(n.Attrs) > 2 && (n.Void || n.SelfClosed))
	case *ExprNode:
		p.braces(n.Span, n.Expr, wrapExpr)
	case *Stmt:
		p.braces(n.Span, n.Code, wrapStmt)
	case *If, *For, *Switch, *SlotFunc:
		if !p.try(alone, func() { p.statement(n) }) {
			p.statement(n)
		}
	case *GoComment:
		p.goComment(n.Span)
	default: // comments and doctypes
		p.verbatim(n.Range())
	}
}

// goComment prints {// comment} and {/* comment */}. The inside of the latter stays as it is.
func (p *printer) goComment(s Span) {
	all := p.inner(s)
	text := all.Text(p.src)
	p.print("{")
	empty := false
	for i, line := range strings.Split(text, "\n") {
		switch {
		case i == 0:
			p.print(strings.TrimRight(line, blanks))
		case strings.Contains(text, "/*"):
			p.print("\n" + line)
		case strings.Trim(line, blanks) == "":
			empty = true
		default:
			p.newline(empty)
			p.print(strings.Trim(line, blanks))
			empty = false
		}
	}
	if !strings.HasSuffix(text, "*/") && lineGap(p.src, Span{all.End, s.End}).kind == gapLine {
		p.newline(false)
	}
	p.print("}")
}

// inner gives what stands between the braces of s, without the blanks around it.
func (p *printer) inner(s Span) Span {
	return trim(p.src, Span{s.Start + 1, s.End - 1})
}

func trim(src []byte, s Span) Span {
	for s.Start < s.End && isBlank(src[s.Start]) {
		s.Start++
	}
	for s.Start < s.End && isBlank(src[s.End-1]) {
		s.End--
	}
	return s
}

// braces prints {code}.
func (p *printer) braces(s Span, e *Expr, w goWrap) {
	p.print("{")
	p.goOrVerbatim(p.inner(s), e, w)
	p.print("}")
}

// goOrVerbatim prints the Go code e, which stands in all. With comments before or behind it, all stays as it is.
func (p *printer) goOrVerbatim(all Span, e *Expr, w goWrap) {
	if all == e.Span {
		p.goCode(e, w)
		return
	}
	p.verbatim(all)
	if bytes.Contains(p.src[e.End:all.End], []byte("//")) {
		p.newline(false)
	}
}

func (p *printer) goCode(e *Expr, w goWrap) {
	code, ok := p.code[e]
	if !ok {
		code = gofmt(p.src, e.Span, e.Markup, w)
		p.code[e] = code
	}
	p.goLines(code)
}

func (p *printer) goLines(code goLines) {
	base := p.indent
	defer func() { p.indent = base }()
	for i, line := range code.lines {
		if i > 0 {
			switch {
			case line.verbatim:
				p.print("\n")
			case line.text == "":
				p.indent = 0
				p.newline(false)
			default:
				p.indent = base + line.tabs
				p.newline(false)
			}
		}
		if p.flat && p.failed {
			return
		}
		text := line.text
		for len(code.markup) > 0 {
			before, rest, ok := strings.Cut(text, markupMark)
			if !ok {
				break
			}
			number, rest, _ := strings.Cut(rest, "_")
			p.print(before)
			n := 0
			for _, c := range number {
				n = n*10 + int(c-'0')
			}
			p.node(code.markup[n], len(code.lines) == 1)
			text = rest
		}
		p.print(text)
	}
}

// body prints the content of a block: on the line, with a blank on both sides, or on lines of its own.
func (p *printer) body(nodes []Node, block Span) {
	items, trail := p.blockItems(nodes, block)
	switch {
	case len(items) == 0:
		p.print("{}")
	case p.flat:
		if items[0].gap.kind == gapLine || trail.kind == gapLine {
			p.failed = true
			return
		}
		p.print("{ ")
		p.items(items)
		p.print(" }")
	default:
		p.print("{")
		p.indent++
		p.newline(false)
		p.items(items)
		p.indent--
		p.newline(false)
		p.print("}")
	}
}

func (p *printer) blockItems(nodes []Node, block Span) ([]item, gap) {
	if len(nodes) == 0 {
		return nil, gap{}
	}
	first, last := nodes[0].Range(), nodes[len(nodes)-1].Range()
	return split(p.src, nodes, lineGap(p.src, Span{block.Start, first.Start}), lineGap(p.src, Span{last.End, block.End}))
}

// header prints the keyword and the header of a statement, with the blank before the block.
func (p *printer) header(keyword string, from int, e *Expr, to int, w goWrap) {
	p.print(keyword + " ")
	if all := trim(p.src, Span{from, to}); !all.Empty() {
		p.goOrVerbatim(all, e, w)
		p.print(" ")
	}
}

// statement prints if, for, switch or func: on one line in flat mode, with blocks on lines of their own otherwise.
func (p *printer) statement(n Node) {
	p.print("{")
	switch n := n.(type) {
	case *If:
		for i, b := range n.Branches {
			if i > 0 {
				p.print(" else ")
			}
			if b.Header != nil {
				from := b.Start + bytes.Index(p.src[b.Start:], []byte("if")) + 2
				p.header("if", from, b.Header, b.Block.Start, wrapIf)
			}
			p.body(b.Body, b.Block)
		}
	case *For:
		from := trim(p.src, Span{n.Start + 1, n.End}).Start + len("for")
		p.header("for", from, n.Header, n.Block.Start, wrapFor)
		p.body(n.Body, n.Block)
	case *SlotFunc:
		p.print("func")
		p.goLines(gofmt(p.src, n.Params, nil, wrapParams))
		p.print(" ")
		p.body(n.Body, n.Block)
	case *Switch:
		from := trim(p.src, Span{n.Start + 1, n.End}).Start + len("switch")
		p.header("switch", from, n.Header, n.Block.Start, wrapSwitch)
		p.cases(n)
	}
	p.print("}")
}

func (p *printer) cases(n *Switch) {
	p.print("{")
	if p.flat && lineGap(p.src, Span{n.Block.Start, n.Block.End}).kind == gapLine {
		p.failed = true
		return
	}
	for i, c := range n.Cases {
		if p.flat {
			p.print(" ")
		} else {
			prev := n.Block.Start + 1
			if i > 0 {
				prev = n.Cases[i-1].Span.End
			}
			p.newline(i > 0 && bytes.Count(p.src[prev:c.Start], []byte("\n")) > 1)
		}
		if c.Label == nil {
			p.print("default:")
		} else {
			p.print("case ")
			p.goOrVerbatim(trim(p.src, Span{c.Start + len("case"), c.Colon}), c.Label, wrapLabel)
			p.print(":")
		}
		if len(c.Body) == 0 {
			continue
		}
		items, _ := split(p.src, c.Body, lineGap(p.src, Span{c.Colon, c.Body[0].Range().Start}), gap{})
		arm := func() {
			if p.flat && items[0].gap.kind == gapLine {
				p.failed = true
				return
			}
			p.print(" ")
			p.items(items)
		}
		if !p.try(true, arm) {
			p.indent++
			p.newline(false)
			p.items(items)
			p.indent--
		}
	}
	if p.flat {
		p.print(" ")
	} else {
		p.newline(false)
	}
	p.print("}")
}

func (p *printer) element(e *Element, limit bool) {
	if p.try(limit, func() { p.elementFlat(e) }) {
		return
	}
	if !p.try(limit, func() { p.openTag(e) }) {
		p.openTag(e)
	}
	if e.Void || e.SelfClosed {
		return
	}
	if e.Raw || e.Kind == HTML && Verbatim(e.Name) {
		p.verbatim(Span{e.Open.End, e.Close.Start})
		p.closeTag(e)
		return
	}
	items, trail := split(p.src, e.Children, gap{}, gap{})
	if len(items) == 0 {
		if trail.kind == gapSpace {
			p.print(trail.blanks)
		}
		p.closeTag(e)
		return
	}
	p.indent++
	if lead := items[0].gap; lead.kind == gapSpace {
		p.print(lead.blanks)
	} else {
		p.newline(false)
	}
	p.items(items)
	p.indent--
	if trail.kind == gapSpace {
		p.print(trail.blanks)
	} else {
		p.newline(false)
	}
	p.closeTag(e)
}

// elementFlat prints an element that the author has on one line.
func (p *printer) elementFlat(e *Element) {
	p.openTag(e)
	if p.failed || e.Void || e.SelfClosed {
		return
	}
	if e.Raw || e.Kind == HTML && Verbatim(e.Name) {
		p.verbatim(Span{e.Open.End, e.Close.Start})
		p.closeTag(e)
		return
	}
	items, trail := split(p.src, e.Children, gap{}, gap{})
	if len(items) > 0 {
		switch items[0].gap.kind {
		case gapSpace:
			p.print(items[0].gap.blanks)
		case gapLine:
			p.failed = true
			return
		}
		p.items(items)
		if trail.kind == gapLine {
			p.failed = true
			return
		}
	}
	if trail.kind == gapSpace {
		p.print(trail.blanks)
	}
	p.closeTag(e)
}

func (p *printer) closeTag(e *Element) { p.print("</" + e.Name + ">") }

// openTag prints a start tag: on the line in flat mode, with each attribute on a line of its own otherwise.
func (p *printer) openTag(e *Element) {
	p.print("<" + e.Name)
	if len(e.TypeArgs) > 0 {
		p.print("[")
		for i, t := range e.TypeArgs {
			if i > 0 {
				p.print(", ")
			}
			p.verbatim(t)
		}
		p.print("]")
	}
	end := ">"
	if e.SelfClosed {
		end = "/>"
	}
	if p.flat || len(e.Attrs) < 2 {
		for i := range e.Attrs {
			p.print(" ")
			p.attr(&e.Attrs[i])
			if p.flat && p.failed {
				return
			}
		}
		if e.SelfClosed {
			p.print(" ")
		}
		p.print(end)
		return
	}
	p.indent++
	for i := range e.Attrs {
		p.newline(false)
		a := &e.Attrs[i]
		if !p.try(true, func() { p.attr(a) }) {
			p.attr(a)
		}
	}
	p.indent--
	p.newline(false)
	p.print(end)
}

func (p *printer) attr(a *Attr) {
	switch a.Kind {
	case AttrBare:
		p.print(a.Name)
	case AttrStatic:
		quote := `"`
		value := a.Value.Text(p.src)
		if strings.Contains(value, quote) {
			quote = "'"
		}
		p.print(a.Name + "=" + quote + value + quote)
	case AttrShorthand:
		p.braces(a.Span, a.Expr, wrapExpr)
	case AttrComment:
		p.goComment(a.Span)
	case AttrSpread:
		all := p.inner(a.Span)
		p.print("{")
		if rest := p.src[a.Expr.End:all.End]; a.Expr.Start == all.Start && string(bytes.TrimSpace(rest)) == "..." {
			p.goCode(a.Expr, wrapExpr)
			p.print("...")
		} else {
			p.verbatim(all)
			if bytes.Contains(rest, []byte("//")) {
				p.newline(false)
			}
		}
		p.print("}")
	case AttrExpr:
		p.print(a.Name + "=")
		open := a.NameSpan.End + bytes.IndexByte(p.src[a.NameSpan.End:], '{')
		p.braces(Span{open, a.End}, a.Expr, wrapExpr)
	case AttrTemplate:
		p.print(a.Name + "=`")
		for _, part := range a.Parts {
			if part.Expr == nil {
				p.verbatim(part.Span)
				continue
			}
			p.print("$")
			p.braces(Span{part.Start + 1, part.End}, part.Expr, wrapExpr)
		}
		p.print("`")
	case AttrList:
		p.print(a.Name + "=")
		p.list(a)
	}
}

// list prints the elements of a list: on one line, or each on its own where the author has more than one line.
func (p *printer) list(a *Attr) {
	open := a.NameSpan.End + bytes.IndexByte(p.src[a.NameSpan.End:], '{')
	all := p.inner(Span{open, a.End})
	if len(a.List) == 0 || hasComment(p.src, all, a.List) {
		p.print("{")
		p.verbatim(all)
		if i := bytes.LastIndex(p.src[all.Start:all.End], []byte("//")); i >= 0 {
			p.newline(false)
		}
		p.print("}")
		return
	}
	lines := false
	at := open
	for _, it := range a.List {
		lines = lines || lineGap(p.src, Span{at, it.Start}).kind == gapLine
		at = it.End
	}
	if lines && p.flat {
		p.failed = true
		return
	}
	p.print("{")
	for i, it := range a.List {
		if p.flat {
			if i > 0 {
				p.print(", ")
			}
		} else {
			p.indent++
			p.newline(false)
			p.indent--
		}
		p.indent++
		if it.Key != nil {
			p.goCode(it.Key, wrapExpr)
			p.print(": ")
		}
		p.goCode(it.Value, wrapExpr)
		p.indent--
		if !p.flat {
			p.print(",")
		}
	}
	if !p.flat {
		p.newline(false)
	}
	p.print("}")
}

// hasComment says whether anything but commas, colons and blanks stands between the elements of a list.
func hasComment(src []byte, all Span, list []ListItem) bool {
	at := all.Start
	gap := func(to int) bool {
		return at < to && len(bytes.Trim(src[at:to], blanks+",:")) > 0
	}
	for _, it := range list {
		start := it.Start
		if it.Key != nil {
			if gap(it.Key.Start) {
				return true
			}
			at = it.Key.End
			start = it.Value.Start
		}
		if gap(start) {
			return true
		}
		at = it.Value.End
	}
	return gap(all.End)
}
