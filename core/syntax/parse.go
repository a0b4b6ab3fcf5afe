package syntax

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sitegen.dev/core/diag"
)

const (
	// maxDepth bounds how deep elements and braces nest, and with it the recursion of everything that walks a tree.
	maxDepth = 400
	// maxDiags bounds what is reported for one file: a binary file has an error in every other byte.
	maxDiags = 200
)

// Parse reads a .gosite file. It always gives a tree: what is wrong is reported, and the tree holds what could be made
// out. Parsing takes linear time and never panics, whatever the input.
func Parse(name string, src []byte) (*File, []diag.Diagnostic) {
	p := &parser{
		f:            &File{Name: name, Src: src, lines: lineStarts(src)},
		src:          src,
		fuel:         2*len(src) + 4096,
		noCommentEnd: len(src),
		noGoEnd:      len(src),
	}
	p.encoding()
	if bytes.HasPrefix(src, []byte("\ufeff")) {
		p.pos = 3
	}
	p.fence()
	for p.pos < len(src) {
		p.f.Nodes = append(p.f.Nodes, p.nodes(false)...)
	}
	slices.SortStableFunc(p.diags, func(a, b diag.Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return p.f, p.diags
}

type parser struct {
	f     *File
	src   []byte
	pos   int
	diags []diag.Diagnostic

	frames   []frame
	braces   int    // frames in which a } means something
	depth    int    // see maxDepth
	brackets []byte // open brackets of the Go code being read, innermost last; see goCode
	aborted  bool   // nested too deeply: nothing more is read or reported
	lost     int    // how many diagnostics there were behind that of the last element that another end tag closed

	// Reading on after an error sometimes starts before the place where the error was noticed. The fuel is the number
	// of bytes that may still be read again, which keeps parsing linear.
	fuel int

	noEnd        map[string]int // offsets behind which the end tag of a raw element does not occur any more
	noCommentEnd int            // the same for -->
	noGoEnd      int            // the same for */
}

type frameKind int

const (
	inElement frameKind = iota
	inBlock             // the braces of if, for, switch and func
	inGo                // an element that is an operand of Go code
)

// frame is something that is open.
type frame struct {
	kind  frameKind
	name  string
	open  Span
	stray int // 1 + index of the diagnostic for an end tag that matched nothing while this element was the innermost
}

func lineStarts(src []byte) []int {
	lines := make([]int, 1, bytes.Count(src, []byte{'\n'})+1)
	for i := 0; ; {
		n := bytes.IndexByte(src[i:], '\n')
		if n < 0 {
			return lines
		}
		i += n + 1
		lines = append(lines, i)
	}
}

// error reports an error, unless there are too many already.
func (p *parser) error(code diag.Code, at Span, message, hint string, notes ...diag.Note) bool {
	if p.aborted || len(p.diags) >= maxDiags {
		return false
	}
	p.diags = append(p.diags, diag.Diagnostic{Code: code, Range: p.f.Range(at), Message: message, Hint: hint, Notes: notes})
	return true
}

func (p *parser) note(at Span, message string) diag.Note {
	return diag.Note{Range: p.f.Range(at), Message: message}
}

// unclosed reports that what was opened at open is not closed where the parser stands.
func (p *parser) unclosed(code diag.Code, open Span, what, hint string) {
	at := Span{p.pos, p.pos}
	if p.pos < len(p.src) {
		at.End++
	} else { // the end of the last line says more than the empty line behind it
		at.Start = max(len(bytes.TrimRight(p.src, blanks)), open.End)
		at.End = at.Start
	}
	p.error(code, at, what+" is never closed", hint, p.note(open, "opened here"))
}

// rewind goes back to an earlier place to read it again in another way; without fuel it stays where it is.
func (p *parser) rewind(to int) bool {
	if p.pos-to > p.fuel {
		return false
	}
	p.fuel -= p.pos - to
	p.pos = to
	return true
}

// enter counts a level of nesting. It is false, and the parser at the end of its input, where there are too many.
func (p *parser) enter(at Span) bool {
	p.depth++
	if p.depth <= maxDepth {
		return true
	}
	p.error("SG1022", at, "markup is nested more than 400 levels deep", "move the inner part to a component of its own")
	p.aborted = true
	p.pos = len(p.src)
	return false
}

func (p *parser) push(f frame) {
	if f.kind != inElement {
		p.braces++
	}
	p.frames = append(p.frames, f)
}

func (p *parser) pop() frame {
	f := p.frames[len(p.frames)-1]
	p.frames = p.frames[:len(p.frames)-1]
	if f.kind != inElement {
		p.braces--
	}
	return f
}

func (p *parser) at(c byte) bool { return p.pos < len(p.src) && p.src[p.pos] == c }

func (p *parser) has(prefix string) bool {
	return len(p.src)-p.pos >= len(prefix) && string(p.src[p.pos:p.pos+len(prefix)]) == prefix
}

func (p *parser) skipBlanks() {
	for p.pos < len(p.src) && isBlank(p.src[p.pos]) {
		p.pos++
	}
}

// lineEnd gives the end of the line that off is on, without its line break.
func (p *parser) lineEnd(off int) int {
	n := bytes.IndexByte(p.src[off:], '\n')
	if n < 0 {
		return len(p.src)
	}
	if n > 0 && p.src[off+n-1] == '\r' {
		n--
	}
	return off + n
}

func (p *parser) encoding() {
	if i := bytes.IndexByte(p.src, 0); i >= 0 {
		p.error("SG1027", Span{i, i + 1}, "the file holds a NUL byte", "save it as UTF-8 text")
		return
	}
	if utf8.Valid(p.src) {
		return
	}
	for i := 0; i < len(p.src); {
		r, n := utf8.DecodeRune(p.src[i:])
		if r == utf8.RuneError && n == 1 {
			p.error("SG1027", Span{i, i + 1}, "the file is not UTF-8", "save it as UTF-8 text")
			return
		}
		i += n
	}
}

// markupAt says whether the < at i starts markup; every other < is text.
func (p *parser) markupAt(i int) bool {
	if i+1 >= len(p.src) {
		return false
	}
	c := p.src[i+1]
	return isLetter(c) || c == '/' || c == '!' || c == '>' || c >= utf8.RuneSelf && p.upperAt(i+1)
}

func (p *parser) upperAt(i int) bool {
	r, _ := utf8.DecodeRune(p.src[i:])
	return unicode.IsUpper(r)
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// nodes reads up to what closes the innermost frame, or a frame around it, and stops in front of that. In an arm of a
// switch it stops at a label too.
func (p *parser) nodes(arm bool) []Node {
	var out []Node
	for p.pos < len(p.src) {
		start := p.pos
		stop := false
		if arm {
			stop = p.armText()
		} else {
			p.text()
		}
		if p.pos > start {
			out = append(out, &Text{Span{start, p.pos}})
		}
		if stop || p.pos >= len(p.src) {
			break
		}
		switch p.src[p.pos] {
		case '}':
			return out
		case '{':
			if n := p.container(); n != nil {
				out = append(out, n)
				if _, ok := n.(*If); ok {
					p.lostElse()
				}
			}
		default:
			n, ok := p.markup()
			if !ok {
				return out
			}
			if n != nil {
				out = append(out, n)
			}
		}
	}
	return out
}

// lostElse reports an else with a block behind the braces of an if, which would be printed.
func (p *parser) lostElse() {
	at := p.pos
	for at < len(p.src) && isBlank(p.src[at]) {
		at++
	}
	if !bytes.HasPrefix(p.src[at:], []byte("else")) {
		return
	}
	rest := bytes.TrimLeft(p.src[at+4:min(len(p.src), at+100)], blanks)
	if bytes.HasPrefix(rest, []byte("{")) || bytes.HasPrefix(rest, []byte("if ")) && bytes.IndexByte(rest, '{') > 0 {
		p.error("SG1031", Span{at, at + 4}, "else stands behind the braces of its if", `write {if cond { … } else { … }}, or {"else"} to print the word`)
	}
}

// text skips literal text.
func (p *parser) text() {
	for i := p.pos; ; i++ {
		if i >= len(p.src) {
			p.pos = i
			return
		}
		switch p.src[i] {
		case '{':
			p.pos = i
			return
		case '<':
			if p.markupAt(i) {
				p.pos = i
				return
			}
		case '}':
			if p.braces > 0 {
				p.pos = i
				return
			}
			p.error("SG1004", Span{i, i + 1}, "} in text closes nothing", `write {"}"} to print it, or add the missing {`)
		}
	}
}

// armText skips blanks in an arm of a switch and reports any other text. It is true in front of a label, and of the
// blanks before the } of the switch.
func (p *parser) armText() bool {
	for p.pos < len(p.src) {
		at := p.pos
		p.skipBlanks()
		if p.pos >= len(p.src) || p.at('{') || p.at('<') && p.markupAt(p.pos) {
			return false
		}
		if p.at('}') || p.label() != "" {
			p.pos = at
			return true
		}
		at = p.pos
		for p.pos < len(p.src) && p.src[p.pos] != '\n' && p.src[p.pos] != '{' && p.src[p.pos] != '}' &&
			(p.src[p.pos] != '<' || !p.markupAt(p.pos)) {
			p.pos++
		}
		span := Span{at, at + len(bytes.TrimRight(p.src[at:p.pos], blanks))}
		p.pos = span.End
		hint := "wrap it: <>" + clip(span.Text(p.src)) + "</>"
		if text := span.Text(p.src); strings.HasPrefix(text, "//") || strings.HasPrefix(text, "/*") {
			hint = "write a comment as {/* … */}, behind a label"
		}
		p.error("SG1011", span, "text stands directly in an arm of a switch", hint)
	}
	return false
}

// clip shortens text that is quoted in a message.
func clip(s string) string {
	const limit = 40 // bytes
	long := len(s) > 5*limit
	if long {
		s = s[:5*limit]
	}
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\ufffd")), " ")
	if !long && len(s) <= limit {
		return s
	}
	n := min(len(s), limit-3)
	for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// markup reads what starts with <. It is false in front of an end tag that closes an open element.
func (p *parser) markup() (Node, bool) {
	switch c := p.src[p.pos+1]; {
	case c == '/':
		return nil, !p.endTagHere()
	case c != '!':
		return p.element(), true
	case p.has("<!--"):
		return p.comment(), true
	}
	start := p.pos
	if len(p.src)-start >= 9 && strings.EqualFold(string(p.src[start:start+9]), "<!doctype") {
		if end := bytes.IndexByte(p.src[start:p.lineEnd(start)], '>'); end >= 0 {
			p.pos = start + end + 1
			return &Doctype{Span{start, p.pos}}, true
		}
		p.pos = p.lineEnd(start)
		p.error("SG1021", Span{start, p.pos}, "<!doctype is missing its >", "write <!doctype html>")
		return &Doctype{Span{start, p.pos}}, true
	}
	p.pos += 2
	what, hint := "<! starts neither a comment nor a doctype", "write <!-- … --> or <!doctype html>, or &lt;! to print it"
	if bytes.HasPrefix(p.src[p.pos:], []byte("[CDATA[")) {
		what, hint = "HTML has no CDATA sections", "write the text itself, or {`…`} for text with braces and angles"
		if n := bytes.Index(p.src[p.pos:], []byte("]]>")); n >= 0 {
			p.pos += n + 3 // what stands inside would only be told once more
		}
	}
	p.error("SG1021", Span{start, p.pos}, what, hint)
	return &Text{Span{start, p.pos}}, true
}

func (p *parser) comment() Node {
	start := p.pos
	body := p.src[start+4:]
	// Browsers end these at once.
	for _, short := range []string{">", "->"} {
		if bytes.HasPrefix(body, []byte(short)) {
			p.pos = start + 4 + len(short)
			return &Comment{Span{start, p.pos}}
		}
	}
	if start < p.noCommentEnd {
		for i := 0; ; {
			n := bytes.Index(body[i:], []byte("--"))
			if n < 0 {
				break
			}
			i += n + 2
			rest := body[i:]
			switch {
			case bytes.HasPrefix(rest, []byte(">")):
				p.pos = start + 4 + i + 1
				return &Comment{Span{start, p.pos}}
			case bytes.HasPrefix(rest, []byte("!>")):
				p.pos = start + 4 + i + 2
				return &Comment{Span{start, p.pos}}
			}
			i-- // --- >
		}
		p.noCommentEnd = start
	}
	p.pos = start + 4
	p.pos = p.nextOpenEnd(p.lineEnd(start))
	p.error("SG1020", Span{start, start + 4}, "<!-- is never closed", "add -->")
	return &Comment{Span{start, p.pos}}
}

// nextOpenEnd gives the offset of the next end tag of an element that is open, up to limit.
func (p *parser) nextOpenEnd(limit int) int {
	for i := p.pos; i < limit; i += 2 {
		n := bytes.Index(p.src[i:limit], []byte("</"))
		if n < 0 {
			break
		}
		i += n
		name := p.endTagAt(i).name
		for _, f := range p.frames {
			if f.kind == inElement && f.name == string(name) && len(name) > 0 {
				return i
			}
		}
	}
	return limit
}

// endTag is an end tag that has been looked at, not read.
type endTag struct {
	name  []byte
	span  Span
	gap   bool // there are blanks before the name
	extra Span // what stands between name and >
	open  bool // there is no >
}

func (p *parser) endTagAt(pos int) endTag {
	name := pos + 2
	for name < len(p.src) && (p.src[name] == ' ' || p.src[name] == '\t') {
		name++
	}
	if name == len(p.src) || !isLetter(p.src[name]) {
		name = pos + 2
	}
	i := name
	for i < len(p.src) && isNameByte(p.src[i]) {
		i++
	}
	t := endTag{name: p.src[name:i], gap: name > pos+2}
	from := i
	for i < len(p.src) && p.src[i] != '>' && p.src[i] != '<' && p.src[i] != '{' && p.src[i] != '}' && p.src[i] != '\n' {
		i++
	}
	if rest := bytes.Trim(p.src[from:i], blanks); len(rest) > 0 {
		t.extra = Span{from, i}
	}
	for i < len(p.src) && isBlank(p.src[i]) {
		i++
	}
	if i < len(p.src) && p.src[i] == '>' {
		t.span = Span{pos, i + 1}
		return t
	}
	t.open = true
	t.span = Span{pos, from}
	if !t.extra.Empty() {
		t.span.End = t.extra.End
	}
	return t
}

// endTagHere looks at the end tag that the parser stands at. It is true where the tag closes an open element: the
// caller, or one of its callers, reads it. Otherwise the tag is reported and skipped.
func (p *parser) endTagHere() bool {
	t := p.endTagAt(p.pos)
	blocked := false // by braces that are still open
	for i := len(p.frames) - 1; i >= 0; i-- {
		f := &p.frames[i]
		if f.kind != inElement {
			blocked = true
			continue
		}
		if f.name == string(t.name) {
			if blocked && p.onlyBrace(t.span.End) {
				break
			}
			return true
		}
	}
	p.pos = t.span.End
	tag := "</" + string(t.name) + ">"
	switch {
	case len(t.name) == 0 && (!t.extra.Empty() || t.open):
		p.error("SG1003", t.span, "</ is not followed by the name of an element", "write &lt;/ to print it")
	case IsVoid(string(t.name)):
		p.error("SG1019", t.span, "<"+string(t.name)+"> has no end tag", "remove "+tag)
	default:
		hint := "remove it, or add <" + string(t.name) + "> before it"
		if p.braces > 0 {
			hint = "an element starts and ends in the same braces: " + hint
		}
		if p.wasLost(string(t.name)) {
			break
		}
		reported := p.error("SG1003", t.span, tag+" has no start tag", hint)
		if n := len(p.frames); reported && n > 0 && p.frames[n-1].kind == inElement && p.frames[n-1].stray == 0 {
			p.frames[n-1].stray = len(p.diags)
		}
	}
	return false
}

// onlyBrace says whether blanks and then a } follow: an end tag there stands in a block that is closed behind it.
func (p *parser) onlyBrace(i int) bool {
	for limit := i + 1000; i < len(p.src) && i < limit && isBlank(p.src[i]); i++ {
	}
	return i < len(p.src) && p.src[i] == '}'
}

// closeElement reads the end tag of the element that f was the frame of, or reports that there is none.
func (p *parser) closeElement(f frame) Span {
	tag := "<" + f.name + ">"
	if p.has("</") {
		t := p.endTagAt(p.pos)
		if string(t.name) == f.name {
			return p.readEndTag(t)
		}
	}
	if f.stray > 0 && f.stray <= len(p.diags) { // one mistake, one report
		d := &p.diags[f.stray-1]
		d.Code = "SG1002"
		d.Message = strings.Fields(d.Message)[0] + " does not match " + tag
		d.Hint = "write </" + f.name + ">"
		d.Notes = []diag.Note{p.note(f.open, "opened here")}
		return Span{p.pos, p.pos}
	}
	hint := "add </" + f.name + ">"
	switch {
	case p.has("</"):
		hint += " before </" + string(p.endTagAt(p.pos).name) + ">"
	case p.at('}'):
		hint += " before the }"
	}
	p.unclosed("SG1001", f.open, tag, hint)
	if p.has("</") {
		p.lost = len(p.diags)
	}
	return Span{p.pos, p.pos}
}

// wasLost says whether the last element that was reported as never closed has this name: its end tag stands behind that of an outer
// one, which is one mistake.
func (p *parser) wasLost(name string) bool {
	n := p.lost
	if n == 0 || n != len(p.diags) || !strings.HasPrefix(p.diags[n-1].Message, "<"+name+"> is never closed") {
		return false
	}
	p.lost = 0
	p.diags[n-1].Hint += ", and remove the one behind it"
	return true
}

// readEndTag reads an end tag that closes the innermost element.
func (p *parser) readEndTag(t endTag) Span {
	p.pos = t.span.End
	write := "write </" + string(t.name) + ">"
	switch {
	case t.open:
		p.error("SG1014", t.span, "</"+string(t.name)+" is missing its >", write)
	case t.gap:
		p.error("SG1032", t.span, "an end tag has no blank before its name", write)
	case !t.extra.Empty():
		p.error("SG1032", t.extra, "an end tag has no attributes", write)
	}
	return t.span
}
