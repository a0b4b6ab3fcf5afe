package syntax

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// goMode says what a piece of Go code is and with that where it ends.
type goMode uint8

const (
	goExpr   goMode = iota // an expression or statement, up to the }
	goList                 // elements with commas between them, up to the }
	goHeader               // the header of a statement, up to the { of its block
	goLabel                // the label of a case, up to the :
	goTypes                // type arguments, up to the ]
	goParams               // parameters from ( to behind the )
)

type goEnd uint8

const (
	endEOF     goEnd = iota
	endBrace         // in front of the } that closes the container
	endOpen          // in front of the { of a block
	endColon         // in front of the : of a label
	endBracket       // in front of the ]
	endParams        // behind the )
	endLine          // the statement ends with the line, and no } follows
	endMarkup        // in front of an end tag, which Go has no use for
)

// goCode is a piece of Go code that has been read.
type goCode struct {
	span   Span // without blanks and comments around it
	markup []Node
	end    goEnd

	// simple is set where the syntax is known to be right without asking go/parser.
	simple bool
	// broken is set where an error inside has been reported.
	broken bool

	assign   byte // the first assignment outside of brackets: ':' for :=, '=' for = and +=, '+' for ++ and --
	assignAt int
	semi     int  // offset of a ; outside of brackets, or 0
	badLeft  bool // the left side of := is not made of names
	hidden   bool // a // comment swallowed a }
	quote    int  // offset of the first string that is not closed, or 0
	comment  int  // offset of the /* that is not closed, or 0
	bracket  int  // offset of the innermost ( [ { that is open at the end, or 0

	dots       int // offset of a ... that ends the code, or 0
	beforeDots Span

	items []goItem // of goList and goTypes

	diags int // how many had been reported before
}

// goItem is an element of a list.
type goItem struct {
	span  Span
	colon int // offset of the : behind the key, or 0
}

// part gives a stretch of c as an expression of its own.
func (c *goCode) part(src []byte, s Span) *Expr {
	for s.Start < s.End && isBlank(src[s.Start]) {
		s.Start++
	}
	for s.Start < s.End && isBlank(src[s.End-1]) {
		s.End--
	}
	s.Start = min(s.Start, s.End)
	e := &Expr{Span: s}
	for _, n := range c.markup {
		if r := n.Range(); r.Start >= s.Start && r.End <= s.End {
			e.Markup = append(e.Markup, n)
		}
	}
	return e
}

// cut ends c at pos, which may lie before its end or even its start.
func (c *goCode) cut(pos int) {
	c.markup = nil
	c.span.Start = min(c.span.Start, pos)
	c.span.End = min(c.span.End, pos)
}

func isIdentByte(c byte) bool {
	return isLetter(c) || c == '_' || '0' <= c && c <= '9' || c >= utf8.RuneSelf
}

func isIdent(s string) bool {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}

func isKeyword(s string) bool {
	switch s {
	case "break", "case", "chan", "const", "continue", "default", "defer", "else", "fallthrough", "for", "func", "go",
		"goto", "if", "import", "interface", "map", "package", "range", "return", "select", "struct", "switch", "type",
		"var":
		return true
	}
	return false
}

// maxCandidates bounds how many { of one header are tried as the start of its block.
const maxCandidates = 16

// goCode reads Go code from where the parser stands up to what ends it. It does not parse: it knows tokens, brackets,
// and whether an operand or an operator comes next, which is enough to find markup among the operands. On the way it
// recognises the common simple forms (names, selectors, calls, operators), so that go/parser is asked for the rest only.
func (p *parser) goCode(mode goMode, keyword string) goCode {
	r := goReader{parser: p, mode: mode, keyword: keyword, base: len(p.brackets), operand: true, names: true}
	r.c = goCode{span: Span{-1, p.pos}, simple: true, diags: len(p.diags)}
	for !r.done {
		switch {
		case p.pos >= len(p.src):
			r.finish(endEOF)
		case r.blank(), r.ending(), r.markup():
		default:
			r.token()
		}
	}
	p.brackets = p.brackets[:r.base]
	return r.c
}

// goReader is the state of goCode.
type goReader struct {
	*parser
	mode    goMode
	keyword string // of goHeader
	c       goCode
	done    bool

	base    int    // number of brackets that were open before
	open    [8]int // offsets of the outermost brackets
	operand bool   // an operand comes next, not an operator
	semi    bool   // a line break here ends the statement
	ended   bool   // it has ended, outside of brackets
	endedAt int
	last    byte // first byte of the last token; '=' for all assignments
	tokens  int
	names   bool // names and commas only, so far
	commas  bool // there are commas outside of brackets

	item   goItem
	inItem bool

	// The { of a header that may open its block, or a composite literal. Without a type literal before it, a { is the
	// block; go/parser decides about the others.
	typeLiteral    bool
	candidates     int
	candidate      int // offset of the last one
	candidateCode  goCode
	candidateDiags int
}

// finish ends the code in front of the parser's position.
func (r *goReader) finish(end goEnd) {
	c := &r.c
	r.done = true
	c.end = end
	if c.span.Start < 0 {
		c.span = Span{r.pos, r.pos}
	}
	if r.inItem {
		c.simple = c.simple && !r.operand
		r.endItem()
	}
	if n := r.depthInside(); n > 0 {
		c.bracket = r.open[min(n, len(r.open))-1]
	}
	switch r.mode {
	case goExpr, goHeader, goLabel:
		if r.operand && r.tokens > 0 {
			c.simple = false
		}
	}
	if r.commas && c.assign == 0 && r.mode != goLabel {
		c.simple = false
	}
	if r.candidates > 0 && end != endOpen {
		r.c = r.takeCandidate(r.c, r.candidateCode, r.candidate, r.candidateDiags)
	}
}

// depthInside gives the number of brackets of this code that are open.
func (r *goReader) depthInside() int { return len(r.brackets) - r.base }

func (r *goReader) startItem(at int) {
	if (r.mode == goList || r.mode == goTypes) && !r.inItem {
		r.item, r.inItem = goItem{span: Span{at, at}}, true
	}
}

func (r *goReader) endItem() {
	r.item.span.End = r.c.span.End
	r.c.items = append(r.c.items, r.item)
	r.inItem = false
}

// blank skips blanks or a comment. It is false in front of anything else.
func (r *goReader) blank() bool {
	switch r.src[r.pos] {
	case ' ', '\t', '\r':
		r.pos++
		return true
	case '\n':
		if r.semi {
			r.semi, r.operand = false, true
			if r.depthInside() > 0 {
				r.c.simple = false
			} else if !r.ended {
				r.ended, r.endedAt = true, r.pos
			}
		}
		r.pos++
		return true
	case '/':
		from := r.pos
		switch {
		case r.has("//"):
			r.pos = r.lineEnd(from)
			if bytes.IndexByte(r.src[from:r.pos], '}') >= 0 {
				r.c.hidden = true
			}
			return true
		case r.has("/*"):
			n := -1
			if from < r.noGoEnd {
				n = bytes.Index(r.src[from+2:], []byte("*/"))
			}
			if n < 0 {
				r.noGoEnd = min(r.noGoEnd, from)
				r.pos = len(r.src)
				r.c.simple, r.c.comment = false, from
				return true
			}
			r.pos += n + 4
			if r.semi && bytes.IndexByte(r.src[from:r.pos], '\n') >= 0 {
				r.semi, r.operand = false, true
				r.c.simple = false
			}
			return true
		}
	}
	return false
}

// ending looks whether the code ends here, and takes what is special outside of brackets. It is false in front of an
// ordinary token.
func (r *goReader) ending() bool {
	ch := r.src[r.pos]
	if ch == '<' && r.pos+2 < len(r.src) && r.src[r.pos+1] == '/' && (isLetter(r.src[r.pos+2]) || r.src[r.pos+2] == '>') {
		if r.ended && r.mode == goExpr {
			r.endLine()
		} else {
			r.finish(endMarkup)
		}
		return true
	}
	if r.depthInside() > 0 {
		return false
	}
	if r.ended && r.afterLine(ch) {
		return true
	}
	switch ch {
	case '}':
		if r.mode == goTypes {
			r.finish(endEOF)
		} else {
			r.finish(endBrace)
		}
		return true
	case '{':
		return r.mode == goHeader && r.block()
	case ']':
		if r.mode == goTypes {
			r.finish(endBracket)
			return true
		}
	case ':':
		switch {
		case r.mode == goLabel && !r.has(":="):
			r.finish(endColon)
			return true
		case r.mode == goList && r.inItem && r.item.colon == 0 && !r.operand:
			r.item.colon = r.pos
			r.separator()
			return true
		}
	case ',':
		if r.mode != goList && r.mode != goTypes {
			r.commas = true
			return false
		}
		if !r.inItem || r.operand {
			r.c.simple = false
		}
		if r.inItem {
			r.endItem()
		}
		r.separator()
		return true
	}
	return false
}

// separator takes a comma or colon of a list.
func (r *goReader) separator() {
	if r.c.span.Start < 0 {
		r.c.span.Start = r.pos
	}
	r.last = r.src[r.pos]
	r.operator(1)
	r.c.span.End = r.pos
}

// endLine ends the code where its last line ended.
func (r *goReader) endLine() {
	r.pos = r.endedAt
	r.operand = false
	r.finish(endLine)
}

// afterLine decides about ch on a line behind the one that ended the statement. It is true where the code ends there.
func (r *goReader) afterLine(ch byte) bool {
	r.ended = false
	switch {
	case r.mode == goLabel, r.mode == goExpr && ch != '}':
		r.endLine()
		return true
	case ch == '}' && (r.mode == goExpr || r.mode == goList):
		r.operand = false
	default:
		r.c.simple = false
	}
	return false
}

// block decides whether the { here opens the block of the header.
func (r *goReader) block() bool {
	if r.c.span.Start < 0 {
		r.c.span = Span{r.pos, r.pos}
	}
	if !r.typeLiteral || r.candidates >= maxCandidates || r.headerParses(&r.c, r.keyword) {
		r.finish(endOpen)
		return true
	}
	r.candidates++
	r.candidate, r.candidateDiags, r.candidateCode = r.pos, len(r.diags), r.c
	return false
}

// markup reads an element where an operand can stand. It is false in front of anything else.
func (r *goReader) markup() bool {
	start := r.pos
	if r.src[start] != '<' || !r.operand || start+1 >= len(r.src) || !isLetter(r.src[start+1]) && r.src[start+1] != '>' {
		return false
	}
	c := &r.c
	if c.span.Start < 0 {
		c.span.Start = start
	}
	r.startItem(start)
	r.push(frame{kind: inGo, open: Span{start, start + 1}})
	n := r.element()
	r.pop()
	c.markup = append(c.markup, n)
	if (r.last == '&' || r.last == '|') && !c.broken {
		r.error("SG1028", Span{start, min(n.Open.End, n.Close.Start+1)}, "markup is no condition", "write {if cond { "+clip(n.Span.Text(r.src))+" }}")
		c.broken = true
	}
	if n.Close.Empty() && !n.SelfClosed && !n.Void || r.aborted {
		c.broken = true
	}
	c.span.End = r.pos
	r.operand, r.semi, r.names = false, true, false
	r.tokens++
	r.last = '<'
	return true
}

// operator moves over n bytes behind which an operand stands.
func (r *goReader) operator(n int) {
	r.pos += n
	r.operand, r.semi = true, false
}

// operandEnd notes that the parser stands behind an operand.
func (r *goReader) operandEnd() { r.operand, r.semi = false, true }

// openBracket takes an opening bracket. The kind is p for parentheses around an operand, c for those of a call, i for
// the bracket of an index, t for that of a type, and b for a brace.
func (r *goReader) openBracket(kind byte) {
	if n := r.depthInside(); n < len(r.open) {
		r.open[n] = r.pos
	}
	r.brackets = append(r.brackets, kind)
	r.operator(1)
}

// closeBracket takes a closing bracket of one of two kinds. One that is not the innermost is an error that go/parser
// will report.
func (r *goReader) closeBracket(a, b byte) {
	if k := r.innermost(); k == a || k == b {
		r.brackets = r.brackets[:len(r.brackets)-1]
	} else {
		r.c.simple = false
	}
	r.pos++
	r.operandEnd()
}

// innermost gives the kind of the innermost bracket, or 0.
func (r *goReader) innermost() byte {
	if r.depthInside() == 0 {
		return 0
	}
	return r.brackets[len(r.brackets)-1]
}

// token reads a token. Wherever it is not one of a simple form, the code is not simple any more.
func (r *goReader) token() {
	c := &r.c
	start, ch, before := r.pos, r.src[r.pos], r.last
	if c.span.Start < 0 {
		c.span.Start = start
	}
	r.startItem(start)
	if c.assign == '+' || c.dots > 0 { // nothing can follow x++ and x...
		c.simple = false
		c.dots = 0
	}
	r.last = ch
	r.tokens++
	switch {
	case isLetter(ch) || ch == '_' || ch >= utf8.RuneSelf:
		r.word(before)
	case '0' <= ch && ch <= '9' || ch == '.' && r.pos+1 < len(r.src) && '0' <= r.src[r.pos+1] && r.src[r.pos+1] <= '9':
		r.number()
	case ch == '"', ch == '\'', ch == '`':
		r.quoted(ch)
	case ch == '.':
		r.dot()
	case ch == '(':
		r.names = false
		if r.operand {
			r.openBracket('p')
			if before == '&' || before == '|' {
				r.last = before // for markup, which may stand in parentheses behind && where authors come from JSX
			}
		} else {
			r.openBracket('c')
		}
	case ch == ')':
		if r.operand && (before != '(' && before != ',' || r.innermost() != 'c') {
			c.simple = false
		}
		r.closeBracket('c', 'p')
		if r.mode == goParams && r.depthInside() == 0 {
			c.span.End = r.pos
			r.finish(endParams)
			return
		}
	case ch == '[':
		r.names = false
		if r.operand {
			c.simple, r.typeLiteral = false, true
			r.openBracket('t')
		} else {
			r.openBracket('i')
		}
	case ch == ']':
		c.simple = c.simple && !r.operand
		r.closeBracket('i', 't')
	case ch == '{':
		r.names, c.simple = false, false
		r.openBracket('b')
	case ch == '}':
		if !r.closeBrace() {
			return
		}
	case ch == ',':
		if r.operand || r.depthInside() > 0 && r.innermost() != 'c' {
			c.simple = false
		}
		r.operator(1)
	case ch == ';':
		c.simple = false
		if r.depthInside() == 0 && c.semi == 0 {
			c.semi = start
		}
		r.operator(1)
	default:
		r.symbol()
	}
	if !r.done {
		c.span.End = r.pos
	}
}

// closeBrace takes a } inside of brackets. Brackets within the braces that are still open are never closed; where the
// braces are those of the container, the code ends.
func (r *goReader) closeBrace() bool {
	r.c.simple = false
	n := len(r.brackets)
	for n > r.base && r.brackets[n-1] != 'b' {
		n--
	}
	if n == r.base {
		r.finish(endBrace)
		return false
	}
	r.brackets = r.brackets[:n-1]
	r.pos++
	r.operandEnd()
	return true
}

// word reads a name or a keyword.
func (r *goReader) word(before byte) {
	c := &r.c
	start := r.pos
	ascii := true
	for r.pos < len(r.src) && isIdentByte(r.src[r.pos]) {
		ascii = ascii && r.src[r.pos] < utf8.RuneSelf
		r.pos++
	}
	if !r.operand || !ascii {
		c.simple = false
	}
	word := r.src[start:r.pos]
	if len(word) < 2 || word[0] < 'a' || !isKeyword(string(word)) {
		r.operandEnd()
		return
	}
	r.semi, r.operand, r.names = false, true, false
	switch string(word) {
	case "range":
		if r.mode == goHeader && r.keyword == "for" && (r.tokens == 1 || before == '=') {
			return
		}
	case "return", "break", "continue", "fallthrough":
		r.semi = true
	case "func", "map", "struct", "interface":
		r.typeLiteral = true
	case "else":
		if r.mode == goHeader && r.depthInside() == 0 && r.candidates > 0 {
			r.finish(endBrace)
		}
	}
	r.c.simple = false
}

func (r *goReader) number() {
	start := r.pos
	plain := r.src[start] != '.'
	for r.pos++; r.pos < len(r.src); r.pos++ {
		b := r.src[r.pos]
		if e := r.src[r.pos-1] | 0x20; (b == '+' || b == '-') && (e == 'e' || e == 'p') {
			continue
		}
		if b != '.' && !isIdentByte(b) {
			break
		}
		if b < '0' || '9' < b {
			plain = false
		}
	}
	if !r.operand || !plain || r.src[start] == '0' && r.pos-start > 1 {
		r.c.simple = false
	}
	r.names = false
	r.operandEnd()
}

// quoted reads a string or a rune.
func (r *goReader) quoted(quote byte) {
	start := r.pos
	if !r.operand || quote == '\'' {
		r.c.simple = false
	}
	for r.pos++; r.pos < len(r.src) && r.src[r.pos] != quote; r.pos++ {
		if quote == '`' {
			continue
		}
		if r.src[r.pos] == '\n' {
			break
		}
		if r.src[r.pos] == '\\' && r.pos+1 < len(r.src) && r.src[r.pos+1] != '\n' {
			r.c.simple = false
			r.pos++
		}
	}
	if r.at(quote) {
		r.pos++
	} else {
		r.pos = min(r.pos, len(r.src))
		r.c.simple = false
		if r.c.quote == 0 {
			r.c.quote = start
		}
	}
	r.names = false
	r.operandEnd()
}

// dot reads a selector, or the dots of a spread.
func (r *goReader) dot() {
	c := &r.c
	r.names = false
	if r.has("...") {
		if r.depthInside() == 0 && !r.operand {
			c.dots, c.beforeDots = r.pos, c.span
			r.pos += 3
			r.semi = true
			return
		}
		c.simple = false
		r.operator(3)
		return
	}
	c.simple = c.simple && !r.operand
	r.operator(1)
	if !c.simple {
		return
	}
	name := r.pos
	for r.pos < len(r.src) && isIdentByte(r.src[r.pos]) {
		c.simple = c.simple && r.src[r.pos] < utf8.RuneSelf
		r.pos++
	}
	if r.pos == name { // a type assertion, or a line break
		c.simple = false
		return
	}
	if '0' <= r.src[name] && r.src[name] <= '9' || isKeyword(string(r.src[name:r.pos])) {
		c.simple = false
	}
	r.operandEnd()
}

// symbol reads an operator.
func (r *goReader) symbol() {
	c := &r.c
	start := r.pos
	outside := r.depthInside() == 0
	n, kind := operator(r.src[start:])
	switch kind {
	case opAssign, opDefine:
		switch {
		case !outside, c.assign != 0, r.operand,
			r.mode == goHeader && (r.keyword != "for" || !r.rangeAt(start+n)),
			r.mode != goHeader && r.mode != goExpr,
			kind == opDefine && !r.names,
			kind == opAssign && n > 1 && r.commas:
			c.simple = false
		}
		if outside && c.assign == 0 {
			c.assign, c.assignAt = '=', start
			if kind == opDefine {
				c.assign, c.badLeft = ':', !r.names
			}
		}
		r.last = '='
	case opIncDec:
		if !outside || c.assign != 0 || r.operand || r.commas || r.mode != goExpr {
			c.simple = false
		}
		if outside && c.assign == 0 {
			c.assign, c.assignAt = '+', start
		}
		r.pos += n
		r.operandEnd()
		r.names = false
		return
	case opUnary:
		c.simple = c.simple && r.operand
	case opBinary:
		c.simple = c.simple && !r.operand
	case opIllegal:
		c.simple = false
	}
	r.names = false
	r.operator(n)
}

// takeCandidate ends a header at the last { that could have opened its block, when none parsed. The header has an
// error then, which go/parser will name.
func (p *parser) takeCandidate(c, at goCode, pos, diags int) goCode {
	if !p.rewind(pos) {
		return c
	}
	p.diags = p.diags[:min(diags, len(p.diags))]
	at.end = endOpen
	at.simple = false
	return at
}

// rangeAt says whether the keyword range comes next.
func (p *parser) rangeAt(i int) bool {
	for i < len(p.src) && (p.src[i] == ' ' || p.src[i] == '\t') {
		i++
	}
	return len(p.src)-i > 5 && string(p.src[i:i+5]) == "range" && !isIdentByte(p.src[i+5])
}

type opKind uint8

const (
	opIllegal opKind = iota
	opUnary
	opBinary
	opBoth
	opAssign
	opDefine
	opIncDec
)

// operator gives the length and kind of the Go operator that s starts with; brackets, commas and dots are not operators.
func operator(s []byte) (int, opKind) {
	at := func(i int) byte {
		if i < len(s) {
			return s[i]
		}
		return 0
	}
	c, d := s[0], at(1)
	switch c {
	case '+', '-':
		if d == c {
			return 2, opIncDec
		}
		if d == '=' {
			return 2, opAssign
		}
		return 1, opBoth
	case '*', '^':
		if d == '=' {
			return 2, opAssign
		}
		return 1, opBoth
	case '/', '%':
		if d == '=' {
			return 2, opAssign
		}
		return 1, opBinary
	case '&':
		switch {
		case d == '&':
			return 2, opBinary
		case d == '^' && at(2) == '=':
			return 3, opAssign
		case d == '^':
			return 2, opBinary
		case d == '=':
			return 2, opAssign
		}
		return 1, opBoth
	case '|':
		switch d {
		case '|':
			return 2, opBinary
		case '=':
			return 2, opAssign
		}
		return 1, opBinary
	case '<':
		switch {
		case d == '-':
			return 2, opUnary
		case d == '<' && at(2) == '=':
			return 3, opAssign
		case d == '<', d == '=':
			return 2, opBinary
		}
		return 1, opBinary
	case '>':
		switch {
		case d == '>' && at(2) == '=':
			return 3, opAssign
		case d == '>', d == '=':
			return 2, opBinary
		}
		return 1, opBinary
	case '=':
		if d == '=' {
			return 2, opBinary
		}
		return 1, opAssign
	case '!':
		if d == '=' {
			return 2, opBinary
		}
		return 1, opUnary
	case ':':
		if d == '=' {
			return 2, opDefine
		}
	}
	return 1, opIllegal
}
