package syntax

import (
	"bytes"
	"cmp"
	"errors"
	goparser "go/parser"
	"go/scanner"
	"go/token"
	"regexp"
	"strings"
	"unicode/utf8"
)

// fence finds the frontmatter, splits it and checks its syntax. The parser stands behind it afterwards.
func (p *parser) fence() {
	start, before, ok := p.fenceStart()
	if !ok {
		return
	}
	p.f.Nodes = before
	if before != nil {
		p.error("SG1033", Span{start, start + 3}, "the frontmatter is not at the top of the file", "move the --- line to the first line")
	}
	line := p.lineEnd(start)
	if rest := bytes.TrimRight(p.src[start+3:line], blanks); len(rest) > 0 {
		p.error("SG1009", Span{start + 3, start + 3 + len(rest)}, "text stands behind the opening ---", "start the Go code on a line of its own")
	}
	body := line
	if body < len(p.src) && p.src[body] == '\r' {
		body++
	}
	if body < len(p.src) {
		body++
	}
	f := &Fence{Span: Span{start, len(p.src)}, Body: Span{body, len(p.src)}}
	p.f.Fence = f
	split := splitFence(p.src, f.Body)
	if split.fence < 0 { // a string or a comment that is not closed hides the fence
		if at := textualFence(p.src, body); at >= 0 {
			split = splitFence(p.src, Span{body, at})
			split.fence = at
		}
	}
	if split.fence >= 0 {
		f.Body.End = split.fence
		f.Span.End = split.fence + 3
		p.pos = p.lineEnd(split.fence)
	} else {
		p.pos = firstTag(p.src, body)
		f.Body.End, f.Span.End = p.pos, p.pos
		split = splitFence(p.src, f.Body)
		p.unclosed("SG1009", Span{start, start + 3}, "the frontmatter", "write --- on a line of its own behind the Go code")
	}
	f.Items = split.items
	p.checkFence(f, split)
}

// fenceStart looks for the opening ---, behind blanks, and behind comments, where it is in the wrong place.
func (p *parser) fenceStart() (start int, before []Node, ok bool) {
	pos := p.pos
	defer func() {
		if !ok {
			p.pos = pos
		}
	}()
	for {
		from := p.pos
		p.skipBlanks()
		if p.has("---") && !p.has("----") && (p.pos == 0 || p.src[p.pos-1] == '\n' || p.pos == pos) {
			return p.pos, before, true
		}
		if !p.has("<!--") {
			return 0, nil, false
		}
		if bytes.Index(p.src[p.pos:], []byte("-->")) < 0 {
			return 0, nil, false
		}
		if p.pos > from {
			before = append(before, &Text{Span{from, p.pos}})
		}
		before = append(before, p.comment())
	}
}

// firstTag gives the first line that starts with a tag, which no line of Go does.
func firstTag(src []byte, from int) int {
	for i := from; i < len(src); {
		if src[i] == '<' && i+1 < len(src) && (isLetter(src[i+1]) || src[i+1] == '!' || src[i+1] == '>') {
			return i
		}
		n := bytes.IndexByte(src[i:], '\n')
		if n < 0 {
			break
		}
		i += n + 1
	}
	return len(src)
}

// isFenceLine says whether the --- at i is alone on its line.
func isFenceLine(src []byte, i int) bool {
	if !bytes.HasPrefix(src[i:], []byte("---")) || i > 0 && src[i-1] != '\n' {
		return false
	}
	for _, c := range src[i+3:] {
		if c == '\n' {
			return true
		}
		if !isBlank(c) {
			return false
		}
	}
	return true
}

// textualFence gives the first line that looks like a fence.
func textualFence(src []byte, from int) int {
	for i := from; i < len(src); {
		if isFenceLine(src, i) {
			return i
		}
		n := bytes.IndexByte(src[i:], '\n')
		if n < 0 {
			break
		}
		i += n + 1
	}
	return -1
}

// headerGoesOn says whether a header that lacks its block at the end of a line goes on below, as Go allows: if x := f(), and
// on the next line x > 0 {. A line that declares something or begins with a keyword is another statement, for headers end
// early while they are typed.
func headerGoesOn(rest []byte) bool {
	for range 2 { // a for has three clauses
		_, below, _ := bytes.Cut(rest, []byte("\n"))
		line, _, _ := bytes.Cut(below, []byte("\n"))
		line = bytes.TrimSpace(line)
		word := 0
		for word < len(line) && isLetter(line[word]) {
			word++
		}
		if len(line) == 0 || bytes.HasPrefix(line, []byte("---")) || bytes.Contains(line, []byte(":=")) || token.Lookup(string(line[:word])).IsKeyword() {
			return false
		}
		if bytes.IndexByte(line, '{') >= 0 {
			return true
		}
		rest = below
	}
	return false
}

type fenceSplit struct {
	items []FenceItem
	fence int  // offset of the closing ---, or -1
	open  Span // the bracket that is not closed at the end of the last item, or empty
	// comment is where a comment starts that is not closed, or -1. The parser does not see comments between items.
	comment int
}

// splitFence cuts Go code into its top-level items, at the semicolons that the Go scanner inserts outside of brackets,
// and finds the --- that ends it. The code need not be correct.
func splitFence(src []byte, body Span) fenceSplit {
	c := fenceCutter{src: src, body: body, out: fenceSplit{fence: -1, comment: -1}}
	c.cut()
	return c.out
}

// fenceCutter is on its way through the tokens of a fence.
type fenceCutter struct {
	src      []byte
	body     Span
	out      fenceSplit
	cl       classifier
	item     FenceItem // the one that has begun, if active says so
	active   bool
	doc      Span
	tail     Span // comments behind the last token
	brackets []Span
	last     int  // end of the last token
	header   bool // between if, for or switch and its block, where semicolons separate clauses
}

func (c *fenceCutter) cut() {
	text := c.src[c.body.Start:c.body.End]
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), text, func(token.Position, string) {}, scanner.ScanComments)
	for {
		pos, tok, lit := s.Scan()
		at := c.body.Start + int(pos) - 1
		switch tok {
		case token.EOF:
			c.end()
			return
		case token.COMMENT:
			c.comment(at)
			continue
		case token.DEC:
			if isFenceLine(c.src, at) {
				c.out.fence = at
				c.end()
				return
			}
		case token.SEMICOLON:
			if len(c.brackets) == 0 && !(c.header && (lit == ";" || headerGoesOn(c.src[at:c.body.End]))) {
				c.semicolon(at, lit)
				continue
			}
		}
		c.token(at, tok, lit)
		c.last = tokenEnd(c.src, at, tok, lit, c.body.End)
	}
}

// end is that of the fence.
func (c *fenceCutter) end() {
	if n := len(c.brackets); n > 0 {
		c.out.open = c.brackets[n-1]
	}
	c.finish()
}

// finish ends the item that has begun.
func (c *fenceCutter) finish() {
	if c.active {
		c.item.Span.End = c.last
		c.item.Kind, c.item.Name = c.cl.kind, c.cl.name
		c.item.Tail = c.tail
		c.out.items = append(c.out.items, c.item)
	}
	c.active = false
	c.doc, c.tail = Span{}, Span{}
}

// comment takes a comment to the item that it belongs to: the one around it, the one in front of it in the same line, or the next.
func (c *fenceCutter) comment(at int) {
	src := c.src
	end := commentEnd(src, at, c.body.End)
	if src[at+1] == '*' && (end < at+4 || src[end-1] != '/' || src[end-2] != '*') {
		c.out.comment = at
	}
	if c.active {
		if c.tail.Empty() {
			c.tail.Start = at
		}
		c.tail.End = end
		return
	}
	if n := len(c.out.items); n > 0 && c.doc.Empty() && bytes.IndexByte(src[c.last:at], '\n') < 0 &&
		bytes.IndexByte(src[at:end], '\n') < 0 {
		if t := &c.out.items[n-1].Tail; t.Empty() {
			*t = Span{at, end}
		} else { // on both sides of a semicolon
			t.End = end
		}
		return
	}
	if c.doc.Empty() {
		c.doc = Span{at, end}
	}
	c.doc.End = end
}

// semicolon ends an item, at one that is written or one that the end of a line stands for.
func (c *fenceCutter) semicolon(at int, lit string) {
	c.header = false
	was := c.active
	c.finish()
	if lit == ";" {
		c.last = at + 1
		if was {
			c.out.items[len(c.out.items)-1].Semi = c.last
		}
	}
}

// token takes any other token to the item that has begun, or begins one with it.
func (c *fenceCutter) token(at int, tok token.Token, lit string) {
	if !c.active {
		c.active = true
		c.item = FenceItem{Span: Span{at, at}, Doc: c.doc}
		c.cl = classifier{kind: ItemStmt}
	}
	c.tail = Span{}
	c.cl.token(tok, lit, len(c.brackets))
	if len(c.brackets) == 0 {
		switch tok {
		case token.IF, token.FOR, token.SWITCH:
			c.header = true
		case token.LBRACE:
			c.header = false
		}
	}
	switch tok {
	case token.LPAREN, token.LBRACK, token.LBRACE:
		c.brackets = append(c.brackets, Span{at, at + 1})
	case token.RPAREN, token.RBRACK, token.RBRACE:
		if n := len(c.brackets); n > 0 {
			c.brackets = c.brackets[:n-1]
		}
	}
}

// tokenEnd gives the end of a token. The scanner's literal lacks the carriage returns of raw strings.
func tokenEnd(src []byte, at int, tok token.Token, lit string, limit int) int {
	switch {
	case tok == token.SEMICOLON && lit == "\n":
		return at
	case tok == token.ILLEGAL: // the literal of a broken character is U+FFFD
		_, n := utf8.DecodeRune(src[at:limit])
		return at + n
	case tok == token.STRING && src[at] == '`':
		if n := bytes.IndexByte(src[at+1:limit], '`'); n >= 0 {
			return at + n + 2
		}
		return limit
	case tok.IsOperator():
		return at + len(tok.String())
	}
	return min(at+len(lit), limit)
}

func commentEnd(src []byte, at, limit int) int {
	if src[at+1] == '*' {
		if n := bytes.Index(src[at+2:limit], []byte("*/")); n >= 0 {
			return at + n + 4
		}
		return limit
	}
	n := bytes.IndexByte(src[at:limit], '\n')
	if n < 0 {
		n = limit - at
	}
	return at + len(bytes.TrimRight(src[at:at+n], "\r"))
}

// classifier tells the kinds of items apart by their first tokens: func is followed by a name, by a receiver and a name
// and a parenthesis, or by anything else that makes it the start of a statement.
type classifier struct {
	kind  ItemKind
	name  string
	state classState
}

type classState int

const (
	classFirst classState = iota
	className
	classComma // a comma behind the name: there are several
	classFunc
	classReceiver
	classMethodName
	classMethodParen
	classDone
)

func (c *classifier) token(tok token.Token, lit string, depth int) {
	switch c.state {
	case classFirst:
		c.state = classDone
		switch tok {
		case token.IMPORT:
			c.kind = ItemImport
		case token.CONST:
			c.kind, c.state = ItemConst, className
		case token.TYPE:
			c.kind, c.state = ItemType, className
		case token.FUNC:
			c.state = classFunc
		}
	case className:
		c.state = classDone
		if tok == token.IDENT {
			c.name, c.state = lit, classComma
		}
	case classComma:
		if tok == token.COMMA {
			c.name = ""
		}
		c.state = classDone
	case classFunc:
		switch tok {
		case token.IDENT:
			c.kind, c.name, c.state = ItemFunc, lit, classDone
		case token.LPAREN:
			c.state = classReceiver
		default:
			c.state = classDone
		}
	case classReceiver:
		if tok == token.RPAREN && depth == 1 {
			c.state = classMethodName
		}
	case classMethodName:
		c.state = classDone
		if tok == token.IDENT {
			c.name, c.state = lit, classMethodParen
		}
	case classMethodParen:
		c.state = classDone
		if tok == token.LPAREN || tok == token.LBRACK {
			c.kind = ItemMethod
		} else {
			c.name = ""
		}
	}
}

// checkFence reports the syntax errors of the frontmatter. go/parser takes a file of declarations or a function of
// statements, with imports first, so it is asked up to three times, with what is of another class blanked out. That
// keeps every position.
func (p *parser) checkFence(f *Fence, split fenceSplit) {
	items := f.Items
	if m := yamlLine.FindSubmatchIndex(p.src[f.Body.Start:f.Body.End]); m != nil {
		name := string(p.src[f.Body.Start+m[2] : f.Body.Start+m[3]])
		if !bytes.Contains(p.src[f.Body.Start:f.Body.End], []byte("goto "+name)) {
			p.error("SG1008", Span{f.Body.Start + m[2], f.Body.Start + m[1]}, "the frontmatter of a component is Go, not YAML",
				"write "+name+` := "…"; front matter in YAML belongs to Markdown files`)
			return
		}
	}
	if at := split.comment; at >= 0 {
		p.error("SG1008", Span{at, at + 2}, "/* is never closed", "add */")
	}
	if !split.open.Empty() && len(items) > 0 {
		p.unclosedIn(f, split.open)
		items = items[:len(items)-1]
	}
	for _, pass := range []struct {
		head, tail string
		takes      func(ItemKind) bool
	}{
		{"package p;", "", func(k ItemKind) bool { return k == ItemImport }},
		{"package p;", "", func(k ItemKind) bool { return k != ItemImport && k != ItemStmt }},
		{"package p;func _() error {", "\n}", func(k ItemKind) bool { return k == ItemStmt }},
	} {
		var buf []byte
		at := f.Body.Start
		for _, it := range items {
			if !pass.takes(it.Kind) {
				continue
			}
			if buf == nil {
				buf = make([]byte, 0, len(pass.head)+f.Body.End-f.Body.Start+len(pass.tail))
				buf = append(buf, pass.head...)
			}
			buf = appendBlank(buf, p.src[at:it.Start])
			end := max(it.End, it.Semi)
			buf = append(buf, p.src[it.Start:end]...)
			at = end
		}
		if buf == nil {
			continue
		}
		buf = appendBlank(buf, p.src[at:f.Body.End])
		limit := len(buf)
		buf = append(buf, pass.tail...)
		spurious := func(e *scanner.Error) bool { // all brackets are closed
			return strings.Contains(e.Msg, "found 'EOF'")
		}
		_, err := goparser.ParseFile(token.NewFileSet(), "", buf, goparser.SkipObjectResolution)
		var list scanner.ErrorList
		if !errors.As(err, &list) {
			continue
		}
		for i, e := range list {
			if len(p.diags) >= maxDiags {
				return // to find the places and habits of more takes time, and nobody would see them
			}
			if split.comment >= 0 && strings.HasPrefix(e.Msg, "comment") || i > 0 && spurious(e) {
				continue
			}
			off := min(e.Pos.Offset, limit) - len(pass.head) + f.Body.Start
			msg := goMessage(e.Msg, checkStmt)
			if off >= f.Body.End {
				msg = strings.Replace(msg, "found '}'", "found the end of the frontmatter", 1)
			}
			p.error("SG1008", p.tokenSpan(max(off, f.Body.Start)), msg, cmp.Or(fenceHabit(p.src, off), goHint(p.src, off, e.Msg)))
		}
	}
}

// yamlLine is a key with a value on the first line, where Go has at most a label in front of a loop or of what goto leads to.
var yamlLine = regexp.MustCompile(`^\s*([A-Za-z_]\w*):[ \t]+(?:[^\s{fs]|f[^o]|s[^we])[^\n]*`)

func (p *parser) unclosedIn(f *Fence, open Span) {
	b := p.src[open.Start]
	at := Span{f.Body.End, f.Body.End + 3}
	if at.End > len(p.src) {
		at = Span{open.Start, open.End}
	}
	p.error("SG1008", at, string(b)+" is never closed", "add "+closer(b), p.note(open, "opened here"))
}

// appendBlank appends as many bytes as b has: blanks, and the line breaks of b.
func appendBlank(buf, b []byte) []byte {
	for _, c := range b {
		if c != '\n' {
			c = ' '
		}
		buf = append(buf, c)
	}
	return buf
}
