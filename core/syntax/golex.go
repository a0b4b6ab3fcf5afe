package syntax

import (
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
func (p *parser) goCode(mode goMode, keyword string) (c goCode) {
	src := p.src
	base := len(p.brackets)
	defer func() {
		p.brackets = p.brackets[:base]
	}()
	c.simple = true
	c.diags = len(p.diags)
	var (
		operand  = true  // an operand comes next
		semi     = false // a line break here ends the statement
		ended    = false // it has ended, outside of brackets
		endedAt  int
		lhs      = true // names and commas only, so far
		commas   = false
		tokens   = 0
		last     byte // the last token: its first byte
		typeish  = false
		cands    int
		cand     int // the last candidate
		candC    goCode
		candDiag int
		item     = goItem{}
		inItem   = false
		open     [8]int // offsets of the outermost brackets
	)
	c.span = Span{-1, p.pos}
	finish := func(end goEnd) {
		c.end = end
		if c.span.Start < 0 {
			c.span = Span{p.pos, p.pos}
		}
		if inItem {
			if operand {
				c.simple = false
			}
			item.span.End = c.span.End
			c.items = append(c.items, item)
			inItem = false
		}
		if n := len(p.brackets) - base; n > 0 {
			c.bracket = open[min(n, len(open))-1]
		}
		if operand && (mode == goExpr || mode == goHeader || mode == goLabel) && tokens > 0 {
			c.simple = false
		}
		if commas && c.assign == 0 && mode != goLabel {
			c.simple = false
		}
	}
	push := func(b byte) {
		if n := len(p.brackets) - base; n < len(open) {
			open[n] = p.pos
		}
		p.brackets = append(p.brackets, b)
		operand, semi = true, false
		p.pos++
	}
	// pop closes a bracket. It is false where it was not the innermost one.
	pop := func(kinds string) bool {
		operand, semi = false, true
		n := len(p.brackets)
		if n == base {
			return false
		}
		for i := 0; i < len(kinds); i++ {
			if p.brackets[n-1] == kinds[i] {
				p.brackets = p.brackets[:n-1]
				return true
			}
		}
		return false
	}
	op := func(n int) {
		p.pos += n
		operand, semi = true, false
	}

	for {
		// Blanks and comments.
		if p.pos >= len(src) {
			break
		}
		ch := src[p.pos]
		if ch == '\n' {
			if semi {
				semi, operand = false, true
				if len(p.brackets) > base {
					c.simple = false
				} else if !ended {
					ended, endedAt = true, p.pos
				}
			}
			p.pos++
			continue
		}
		if ch == ' ' || ch == '\t' || ch == '\r' {
			p.pos++
			continue
		}
		if ch == '/' && p.pos+1 < len(src) && (src[p.pos+1] == '/' || src[p.pos+1] == '*') {
			from := p.pos
			if src[p.pos+1] == '/' {
				p.pos = p.lineEnd(from)
				for _, b := range src[from:p.pos] {
					if b == '}' {
						c.hidden = true
					}
				}
				continue
			}
			p.pos += 2
			for p.pos+1 < len(src) && (src[p.pos] != '*' || src[p.pos+1] != '/') {
				p.pos++
			}
			if p.pos+1 >= len(src) {
				p.pos = len(src)
				c.simple = false
				break
			}
			p.pos += 2
			if semi {
				for _, b := range src[from:p.pos] {
					if b == '\n' {
						semi, operand = false, true
						c.simple = false
						break
					}
				}
			}
			continue
		}

		// A token.
		depth := len(p.brackets) - base
		if ended && depth == 0 {
			switch mode {
			case goExpr:
				if ch != '}' {
					p.pos = endedAt
					operand = false
					finish(endLine)
					return c
				}
				operand = false
			case goList:
				if ch != '}' {
					c.simple = false
				} else {
					operand = false
				}
			case goLabel:
				p.pos = endedAt
				finish(endLine)
				return c
			default:
				c.simple = false
			}
			ended = false
		}
		start := p.pos
		if depth == 0 {
			switch ch {
			case '}':
				if mode == goTypes {
					finish(endEOF)
				} else {
					finish(endBrace)
				}
				if cands > 0 {
					return p.takeCandidate(c, candC, cand, candDiag)
				}
				return c
			case '{':
				if mode == goHeader {
					if c.span.Start < 0 {
						c.span = Span{start, start}
					}
					if !typeish || cands >= maxCandidates || p.headerParses(&c, keyword) {
						finish(endOpen)
						return c
					}
					cands++
					cand, candDiag, candC = start, len(p.diags), c
				}
			case ':':
				if mode == goLabel && !p.has(":=") {
					finish(endColon)
					return c
				}
				if mode == goList && inItem && item.colon == 0 && !operand {
					item.colon = start
					op(1)
					c.span.End = p.pos
					last = ch
					continue
				}
			case ']':
				if mode == goTypes {
					finish(endBracket)
					return c
				}
			case ',':
				if mode == goList || mode == goTypes {
					if !inItem || operand {
						c.simple = false
					}
					if inItem {
						item.span.End = c.span.End
						c.items = append(c.items, item)
						inItem = false
					}
					if c.span.Start < 0 {
						c.span.Start = start
					}
					op(1)
					c.span.End = p.pos
					last = ch
					continue
				}
				commas = true
			}
		}
		if ch == '<' && p.pos+1 < len(src) {
			next := src[p.pos+1]
			if next == '/' && p.pos+2 < len(src) && (isLetter(src[p.pos+2]) || src[p.pos+2] == '>') {
				finish(endMarkup)
				if cands > 0 {
					return p.takeCandidate(c, candC, cand, candDiag)
				}
				return c
			}
			if operand && (isLetter(next) || next == '>') {
				if c.span.Start < 0 {
					c.span.Start = start
				}
				if (mode == goList || mode == goTypes) && !inItem {
					item, inItem = goItem{span: Span{start, start}}, true
				}
				p.push(frame{kind: inGo, open: Span{start, start + 1}})
				n := p.element()
				p.pop()
				c.markup = append(c.markup, n)
				if (last == '&' || last == '|') && src[start-1] != '<' && !c.broken {
					p.error("SG1028", Span{start, min(n.Open.End, n.Close.Start+1)}, "markup is no condition", "write {if cond { "+clip(n.Span.Text(src))+" }}")
					c.broken = true
				}
				if n.Close.Empty() && !n.SelfClosed && !n.Void || p.aborted {
					c.broken = true
				}
				c.span.End = p.pos
				operand, semi, lhs = false, true, false
				tokens++
				last = '<'
				continue
			}
		}
		if c.span.Start < 0 {
			c.span.Start = start
		}
		if (mode == goList || mode == goTypes) && !inItem {
			item, inItem = goItem{span: Span{start, start}}, true
		}
		if c.assign == '+' {
			c.simple = false
		}
		was := last
		last = ch
		tokens++

		switch {
		case isLetter(ch) || ch == '_' || ch >= utf8.RuneSelf:
			p.pos++
			ascii := ch < utf8.RuneSelf
			for p.pos < len(src) && isIdentByte(src[p.pos]) {
				ascii = ascii && src[p.pos] < utf8.RuneSelf
				p.pos++
			}
			word := src[start:p.pos]
			if !operand || !ascii {
				c.simple = false
			}
			operand, semi = false, true
			if len(word) < 2 || ch < 'a' || !isKeyword(string(word)) {
				break
			}
			semi, operand, lhs = false, true, false
			switch string(word) {
			case "return", "break", "continue", "fallthrough":
				semi = true
				c.simple = false
			case "func", "map", "struct", "interface":
				typeish = true
				c.simple = false
			case "range":
				if mode != goHeader || keyword != "for" || tokens != 1 && was != '=' {
					c.simple = false
				}
				last = 'r'
			case "else":
				if mode == goHeader && depth == 0 && cands > 0 {
					finish(endBrace)
					return p.takeCandidate(c, candC, cand, candDiag)
				}
				c.simple = false
			default:
				c.simple = false
			}

		case '0' <= ch && ch <= '9' || ch == '.' && p.pos+1 < len(src) && '0' <= src[p.pos+1] && src[p.pos+1] <= '9':
			plain := ch != '.'
			p.pos++
			for p.pos < len(src) {
				b := src[p.pos]
				if (b == '+' || b == '-') && (src[p.pos-1]|0x20 == 'e' || src[p.pos-1]|0x20 == 'p') {
					p.pos++
					continue
				}
				if b != '.' && !isIdentByte(b) {
					break
				}
				if b < '0' || '9' < b {
					plain = false
				}
				p.pos++
			}
			if !operand || !plain || ch == '0' && p.pos-start > 1 {
				c.simple = false
			}
			operand, semi, lhs = false, true, false

		case ch == '"' || ch == '\'':
			if !operand || ch == '\'' {
				c.simple = false
			}
			p.pos++
			for p.pos < len(src) && src[p.pos] != ch && src[p.pos] != '\n' {
				if src[p.pos] == '\\' && p.pos+1 < len(src) && src[p.pos+1] != '\n' {
					c.simple = false
					p.pos++
				}
				p.pos++
			}
			if p.pos < len(src) && src[p.pos] == ch {
				p.pos++
			} else {
				c.simple = false
				if c.quote == 0 {
					c.quote = start
				}
			}
			operand, semi, lhs = false, true, false

		case ch == '`':
			if !operand {
				c.simple = false
			}
			p.pos++
			for p.pos < len(src) && src[p.pos] != '`' {
				p.pos++
			}
			if p.pos < len(src) {
				p.pos++
			} else {
				c.simple = false
				if c.quote == 0 {
					c.quote = start
				}
			}
			operand, semi, lhs = false, true, false

		case ch == '(':
			lhs = false
			if operand {
				push('p')
			} else {
				push('c')
			}

		case ch == ')':
			if operand && (was != '(' && was != ',' || depth > 0 && p.brackets[base+depth-1] != 'c') {
				c.simple = false
			}
			if !pop("cp") {
				c.simple = false
			}
			p.pos++
			if mode == goParams && len(p.brackets) == base {
				c.span.End = p.pos
				finish(endParams)
				return c
			}

		case ch == '[':
			lhs = false
			if operand {
				c.simple = false
				typeish = true
				push('t')
			} else {
				push('i')
			}

		case ch == ']':
			if operand {
				c.simple = false
			}
			if !pop("it") {
				c.simple = false
			}
			p.pos++

		case ch == '{':
			lhs = false
			c.simple = false
			push('b')

		case ch == '}': // depth > 0
			c.simple = false
			n := len(p.brackets)
			for n > base && p.brackets[n-1] != 'b' {
				n--
			}
			if n == base {
				p.pos = start
				finish(endBrace)
				if cands > 0 {
					return p.takeCandidate(c, candC, cand, candDiag)
				}
				return c
			}
			p.brackets = p.brackets[:n-1]
			operand, semi = false, true
			p.pos++

		case ch == ',':
			if operand || depth > 0 && p.brackets[base+depth-1] != 'c' {
				c.simple = false
			}
			op(1)

		case ch == ';':
			c.simple = false
			if depth == 0 && c.semi == 0 {
				c.semi = start
			}
			op(1)

		case ch == '.':
			lhs = false
			if p.has("...") {
				if depth == 0 && !operand && c.dots == 0 {
					c.dots, c.beforeDots = start, c.span
					p.pos += 3
					semi = true
					break
				}
				c.simple = false
				op(3)
				break
			}
			p.pos++
			if operand {
				c.simple = false
			}
			operand, semi = true, false
			if p.pos < len(src) && src[p.pos] == '(' {
				c.simple = false
			} else if p.pos < len(src) && !isIdentByte(src[p.pos]) {
				c.simple = false
			}
			if c.simple { // the name behind the dot is no operand of its own
				name := p.pos
				for p.pos < len(src) && isIdentByte(src[p.pos]) {
					if src[p.pos] >= utf8.RuneSelf {
						c.simple = false
					}
					p.pos++
				}
				if word := src[name:p.pos]; len(word) == 0 || '0' <= word[0] && word[0] <= '9' || isKeyword(string(word)) {
					c.simple = false
				}
				operand, semi = false, true
			}

		default:
			n, kind := operator(src[p.pos:])
			switch kind {
			case opAssign, opDefine:
				if depth > 0 || c.assign != 0 || operand {
					c.simple = false
				}
				switch {
				case mode == goHeader && (keyword != "for" || !p.rangeAt(p.pos+n)),
					mode != goHeader && mode != goExpr,
					kind == opDefine && !lhs,
					n == 2 && kind == opAssign && commas:
					c.simple = false
				}
				if depth == 0 && c.assign == 0 {
					c.assign, c.assignAt = '=', start
					if kind == opDefine {
						c.assign, c.badLeft = ':', !lhs
					}
				}
				last = '='
				op(n)
			case opIncDec:
				if depth > 0 || c.assign != 0 || operand || commas || mode != goExpr {
					c.simple = false
				}
				if depth == 0 && c.assign == 0 {
					c.assign, c.assignAt = '+', start
				}
				op(n)
				operand, semi = false, true
			case opUnary:
				if !operand {
					c.simple = false
				}
				op(n)
			case opBinary:
				if operand {
					c.simple = false
				}
				op(n)
			case opBoth:
				op(n)
			default:
				c.simple = false
				op(n)
			}
			lhs = false
		}
		if c.dots > 0 && start > c.dots { // something follows
			c.dots = 0
			c.simple = false
		}
		c.span.End = p.pos
	}
	operand = operand || tokens == 0
	finish(endEOF)
	if cands > 0 {
		return p.takeCandidate(c, candC, cand, candDiag)
	}
	return c
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
