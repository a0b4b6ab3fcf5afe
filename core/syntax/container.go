package syntax

import (
	"bytes"
	"cmp"
	"strings"
)

// container reads what stands in braces in a place where text could stand.
func (p *parser) container() Node {
	start := p.pos
	defer func() { p.depth-- }()
	if !p.enter(Span{start, start + 1}) {
		return nil
	}
	if p.goComment() {
		return &GoComment{Span{start, p.pos}}
	}
	p.pos = start + 1
	p.skipBlanks()
	at := p.pos
	switch word := p.word(); word {
	case "if":
		return p.ifNode(start)
	case "for":
		return p.forNode(start)
	case "switch":
		return p.switchNode(start)
	case "func":
		if n := p.slotFunc(start); n != nil {
			return n
		}
		p.rewind(at)
	case "else":
		p.error("SG1031", Span{at, at + 4}, "else follows no if", "write it behind the } of the if: {if cond { … } else { … }}")
		p.pos = at + 4
		p.skipBlanks()
		if p.word() == "if" {
			return p.ifNode(start)
		}
		if p.at('{') {
			n := &If{}
			b, ok := p.block("else", start)
			n.Branches = []Branch{{Span: Span{at, p.pos}, Body: b.nodes, Block: b.span}}
			if ok {
				p.closeContainer(start, "else")
			}
			n.Span = Span{start, p.pos}
			return n
		}
		return p.broken(start)
	case "case":
		p.error("SG1012", Span{at, at + len(word)}, "case stands outside of a switch", "write {switch x { case …: … }}")
		return p.broken(start)
	case "go", "goto", "defer", "select", "type", "import", "package", "fallthrough":
		hint := "move it to the frontmatter"
		if word == "fallthrough" {
			hint = "list both values: case a, b:"
		}
		p.error("SG1023", Span{at, at + len(word)}, word+" cannot stand in braces", hint)
		return p.broken(start)
	case "var", "const", "continue", "break", "return":
		return p.keywordStmt(start, word)
	}
	return p.exprOrStmt(start)
}

// broken skips braces whose content is known to be wrong.
func (p *parser) broken(start int) Node {
	c := p.goCode(goExpr, "")
	p.endBraces(start, &c, false)
	return &ExprNode{Span{start, p.pos}, &Expr{c.span, c.markup}}
}

// firstWord gives the identifier that s starts with.
func firstWord(s string) string {
	for i := 0; i < len(s); i++ {
		if !isIdentByte(s[i]) {
			return s[:i]
		}
	}
	return s
}

// word gives the identifier that the parser stands at, without moving.
func (p *parser) word() string {
	i := p.pos
	for i < len(p.src) && i-p.pos < 12 && isIdentByte(p.src[i]) {
		i++
	}
	return string(p.src[p.pos:i])
}

// goComment reads braces that hold nothing but comments. A // comment runs to the end of its line, or to the } that
// closes the braces. It is false, and the position undefined, where something else stands in them.
func (p *parser) goComment() bool {
	open := p.pos
	p.pos++
	p.skipBlanks()
	if !p.has("//") && !p.has("/*") {
		return false
	}
	for {
		switch {
		case p.has("//"):
			end := p.lineEnd(p.pos)
			depth := 0
			for ; p.pos < end; p.pos++ {
				switch p.src[p.pos] {
				case '{':
					depth++
				case '}':
					if depth == 0 {
						p.pos++
						return true
					}
					depth--
				}
			}
		case p.has("/*"):
			n := -1
			if p.pos < p.noGoEnd {
				n = bytes.Index(p.src[p.pos+2:], []byte("*/"))
			}
			if n < 0 {
				p.noGoEnd = min(p.noGoEnd, p.pos)
				at := p.pos
				p.pos = p.lineEnd(at)
				if n := bytes.IndexByte(p.src[at:p.pos], '}'); n >= 0 {
					p.pos = at + n + 1
				}
				p.error("SG1020", Span{at, at + 2}, "/* is never closed", "add */")
				return true
			}
			p.pos += n + 4
		case p.at('}'):
			p.pos++
			return true
		case p.pos >= len(p.src):
			p.unclosed("SG1005", Span{open, open + 1}, "{", "add }")
			return true
		default:
			return false
		}
		p.skipBlanks()
	}
}

// cut goes back to the end of the line that the broken construct at open starts on, or in a tag to the next >, if that
// is before the place where the construct was found to be broken.
func (p *parser) cut(open int, tag bool) bool {
	end := p.lineEnd(open)
	if tag {
		if n := bytes.IndexByte(p.src[open:end], '>'); n >= 0 {
			end = open + n
		}
	}
	return end < p.pos && p.rewind(end)
}

// endBraces reads the } behind an expression, a statement or a list. It is false where there is none.
func (p *parser) endBraces(open int, c *goCode, tag bool) bool {
	if c.end == endBrace {
		p.pos++
		if c.bracket > 0 && !c.broken {
			b := c.bracket
			c.broken = true
			p.error("SG1005", Span{p.pos - 1, p.pos}, string(p.src[b])+" is never closed", "add "+closer(p.src[b])+" before the }",
				p.note(Span{b, b + 1}, "opened here"))
		}
		return true
	}
	if p.aborted {
		return false
	}
	if at := cmp.Or(c.quote, c.comment); at > 0 { // it swallowed what follows
		if n := bytes.IndexByte(p.src[at:p.lineEnd(at)], '}'); n >= 0 && (at+n >= p.pos || p.rewind(at+n)) {
			p.pos = at + n + 1
		} else {
			p.cut(open, tag)
		}
		p.diags = p.diags[:min(c.diags, len(p.diags))]
		c.cut(p.pos)
		c.items, c.broken = nil, true
		if at == c.comment {
			p.error("SG1020", Span{at, at + 2}, "/* is never closed", "add */")
			return false
		}
		quote := p.src[at : at+1]
		p.error("SG1005", Span{at, at + 1}, "the string is never closed", "add "+string(quote))
		return false
	}
	hint := "add } behind " + clip(c.span.Text(p.src))
	if c.span.Empty() {
		hint = "add }"
	}
	if p.pos > open && (c.end == endEOF || c.end == endMarkup) {
		if p.cut(open, tag) {
			p.diags = p.diags[:min(c.diags, len(p.diags))]
			c.cut(p.pos)
			hint = "add } behind " + clip(c.span.Text(p.src))
		}
	}
	c.items = nil
	c.broken = true
	if c.hidden {
		hint = "a // comment runs to the end of its line: write } on the next one, or /* … */"
	}
	p.unclosed("SG1005", Span{open, open + 1}, "{", hint)
	return false
}

func closer(open byte) string {
	switch open {
	case '(':
		return ")"
	case '[':
		return "]"
	}
	return "}"
}

// exprOrStmt reads {expr}, {x := f()}, {x = y} and {x++}.
func (p *parser) exprOrStmt(start int) Node {
	c := p.goCode(goExpr, "")
	ok := p.endBraces(start, &c, false)
	code := &Expr{c.span, c.markup}
	all := Span{start, p.pos}
	if c.assign != 0 {
		s := &Stmt{Span: all, Code: code}
		switch c.assign {
		case ':':
			s.Kind = StmtDefine
			s.Names = names(string(p.src[c.span.Start:min(max(c.assignAt, c.span.Start), len(p.src))]))
		case '=':
			s.Kind = StmtAssign
		default:
			s.Kind = StmtIncDec
		}
		if ok && !p.twoStatements(&c) && p.check(&c, checkStmt, "") && c.badLeft {
			if message, hint := codeHabit(c.span.Text(p.src), checkStmt); message != "" {
				p.error("SG1007", c.span, message, hint)
				return s
			}
			left := string(bytes.TrimRight(p.src[c.span.Start:c.assignAt], blanks))
			p.error("SG1007", Span{c.span.Start, c.span.Start + len(left)}, "Go syntax: only names can stand on the left side of :=",
				"write "+clip(left)+" = … to assign")
		}
		return s
	}
	switch {
	case !ok:
	case c.span.Empty():
		p.error("SG1025", all, "the braces are empty", `remove them, or write {"{}"} to print them`)
	case c.dots > 0:
		p.error("SG1018", c.span, "a spread stands only in a tag", "write <div "+clip(string(p.src[start:p.pos]))+">")
	case p.twoStatements(&c):
	default:
		p.check(&c, checkExpr, "")
	}
	return &ExprNode{all, code}
}

// twoStatements reports a ; between statements.
func (p *parser) twoStatements(c *goCode) bool {
	if c.semi == 0 || c.broken {
		return false
	}
	c.broken = true
	p.error("SG1026", Span{c.semi, c.semi + 1}, "braces hold one statement", "give each statement its own braces: {a := 1}{b := 2}")
	return true
}

// names gives the identifiers of a list with commas, without _.
func names(list string) []string {
	var out []string
	for s := range strings.SplitSeq(list, ",") {
		if s = strings.TrimSpace(s); isIdent(s) && s != "_" {
			out = append(out, s)
		}
	}
	return out
}

// keywordStmt reads {var …}, {const …}, {continue}, {break} and {return …}.
func (p *parser) keywordStmt(start int, word string) Node {
	at := p.pos
	s := &Stmt{}
	switch word {
	case "var":
		s.Kind = StmtVar
	case "const":
		s.Kind = StmtConst
	case "continue":
		s.Kind = StmtContinue
	case "break":
		s.Kind = StmtBreak
	case "return":
		s.Kind = StmtReturn
	}
	p.pos += len(word)
	decl := s.Kind == StmtVar || s.Kind == StmtConst
	c := p.goCode(goExpr, "")
	ok := p.endBraces(start, &c, false)
	if decl || c.assign != 0 {
		c.simple = false
	}
	if c.span.Empty() {
		c.span.End = at + len(word)
	} else if bytes.IndexByte(p.src[at:max(at, c.span.Start)], '\n') >= 0 {
		c.simple = false // Go ends the statement behind return, break and continue with the line
	}
	c.span.Start = min(at, p.pos)
	c.span.End = min(c.span.End, p.pos)
	s.Code = &Expr{c.span, c.markup}
	s.Span = Span{start, p.pos}
	if ok && !p.twoStatements(&c) && p.check(&c, checkStmt, "") && decl {
		s.Names = p.declared(&c)
	}
	return s
}

// ifNode reads {if … {} else …} with the parser at the keyword.
func (p *parser) ifNode(start int) Node {
	n := &If{}
	from := p.pos
	p.pos += 2
	for {
		br := Branch{}
		c := p.header("if", start)
		br.Header = &Expr{c.span, c.markup}
		if c.end != endOpen {
			br.Span = Span{from, p.pos}
			br.Block = Span{p.pos, p.pos}
			n.Branches = append(n.Branches, br)
			n.Span = Span{start, p.pos}
			return n
		}
		b, ok := p.block("if", start)
		br.Body, br.Block = b.nodes, b.span
		br.Span = Span{from, p.pos}
		n.Branches = append(n.Branches, br)
		if !ok {
			n.Span = Span{start, p.pos}
			return n
		}
		end := p.pos
		p.skipBlanks()
		p.commentBehindBlock()
		from = p.pos
		switch word := p.word(); word {
		case "elseif", "elif", "elsif":
			p.error("SG1010", Span{from, from + len(word)}, word+" is not Go", "write else if")
			p.pos += len(word)
			continue
		case "else":
			p.pos += 4
			p.skipBlanks()
			if p.word() == "if" {
				p.pos += 2
				continue
			}
			if !p.at('{') {
				p.error("SG1010", Span{from, from + 4}, "else has no block", "write else { … } or else if cond { … }")
				open := p.pos
				p.push(frame{kind: inBlock, name: "else", open: Span{from, from + 4}})
				body := p.trimEnd(p.nodes(false))
				p.pop()
				n.Branches = append(n.Branches, Branch{Span: Span{from, p.pos}, Body: body, Block: Span{open, p.pos}})
				end = p.pos
				break
			}
			b, ok := p.block("else", start)
			n.Branches = append(n.Branches, Branch{Span: Span{from, p.pos}, Body: b.nodes, Block: b.span})
			if !ok {
				n.Span = Span{start, p.pos}
				return n
			}
			end = p.pos
		}
		p.closeAt(start, end, "if")
		n.Span = Span{start, p.pos}
		return n
	}
}

func (p *parser) forNode(start int) Node {
	n := &For{}
	p.pos += 3
	c := p.header("for", start)
	n.Header = &Expr{c.span, c.markup}
	n.Block = Span{p.pos, p.pos}
	if c.end == endOpen {
		b, ok := p.block("for", start)
		n.Body, n.Block = b.nodes, b.span
		if ok {
			p.closeContainer(start, "for")
		}
	}
	n.Span = Span{start, p.pos}
	return n
}

// slotFunc reads {func(…) { markup }}. It is nil where the function has a result: then it is Go.
func (p *parser) slotFunc(start int) Node {
	p.pos += 4
	p.skipBlanks()
	if !p.at('(') {
		return nil
	}
	c := p.goCode(goParams, "")
	p.skipBlanks()
	if c.end != endParams || !p.at('{') {
		p.diags = p.diags[:min(c.diags, len(p.diags))]
		return nil
	}
	n := &SlotFunc{Params: c.span}
	if len(bytes.Trim(p.src[c.span.Start+1:c.span.End-1], blanks)) > 0 {
		p.check(&c, checkParams, "")
	}
	b, ok := p.block("func", start)
	n.Body, n.Block = b.nodes, b.span
	if ok {
		p.closeContainer(start, "func")
	}
	n.Span = Span{start, p.pos}
	return n
}

// header reads the header of a statement. Its end is endOpen where a block follows; otherwise the error is reported
// and the container behind it read.
func (p *parser) header(keyword string, start int) goCode {
	from := p.pos
	c := p.goCode(goHeader, keyword)
	switch {
	case c.end == endOpen:
		if c.span.Empty() && keyword == "if" {
			p.error("SG1007", Span{p.pos, p.pos + 1}, "if has no condition", "write {if cond { … }}")
			return c
		}
		p.check(&c, checkHeader, keyword)
	case p.aborted:
	case c.end == endBrace:
		p.error("SG1006", Span{p.pos, p.pos + 1}, keyword+" has no block", "write {"+keyword+" "+clip(c.span.Text(p.src))+" { … }}",
			p.note(Span{start, from}, "opened here"))
		p.pos++
	default:
		if p.cut(from, false) {
			p.diags = p.diags[:min(c.diags, len(p.diags))]
			c.cut(p.pos)
		}
		p.unclosed("SG1005", Span{start, from}, "{"+keyword, "write {"+keyword+" "+clip(c.span.Text(p.src))+" { … }}")
	}
	return c
}

type block struct {
	nodes []Node
	span  Span
}

// block reads { markup }. It is false where the } is missing, which it reports.
func (p *parser) block(keyword string, start int) (block, bool) {
	open := p.pos
	p.push(frame{kind: inBlock, name: keyword, open: Span{open, open + 1}})
	p.pos++
	p.skipBlanks()
	b := block{nodes: p.trimEnd(p.nodes(false))}
	p.pop()
	if p.at('}') {
		p.pos++
		b.span = Span{open, p.pos}
		return b, true
	}
	b.span = Span{open, p.pos}
	p.unclosed("SG1006", Span{start, open + 1}, "the block of {"+keyword, "add }}")
	return b, false
}

// trimEnd removes the blanks before a }, which are syntax, not text.
func (p *parser) trimEnd(nodes []Node) []Node {
	if len(nodes) == 0 {
		return nodes
	}
	t, ok := nodes[len(nodes)-1].(*Text)
	if !ok {
		return nodes
	}
	for t.End > t.Start && isBlank(p.src[t.End-1]) {
		t.End--
	}
	if t.Empty() {
		return nodes[:len(nodes)-1]
	}
	return nodes
}

// elseHints say what takes the place of an else behind the block of another statement.
var elseHints = map[string]string{
	"for":    "ask beside the loop: {if len(list) == 0 { … }}",
	"switch": "write default: as the last label",
}

// commentBehindBlock reports a comment of Go between the } of a block and what may follow it.
func (p *parser) commentBehindBlock() {
	start := p.pos
	end := start
	switch {
	case p.has("//"):
		end = p.lineEnd(start)
	case p.has("/*"):
		if n := bytes.Index(p.src[start:], []byte("*/")); n >= 0 {
			end = start + n + 2
		}
	}
	if end == start {
		return
	}
	p.pos = end
	p.skipBlanks()
	if !p.at('}') && p.word() != "else" {
		p.pos = start
		return
	}
	p.error("SG1010", Span{start, end}, "a comment stands behind a block", "move it into a block, as {/* … */}")
}

// closeContainer reads the } behind the last block of a statement.
func (p *parser) closeContainer(start int, keyword string) {
	p.closeAt(start, p.pos, keyword)
}

func (p *parser) closeAt(start, end int, keyword string) {
	p.skipBlanks()
	p.commentBehindBlock()
	if p.at('}') {
		p.pos++
		return
	}
	open := Span{start, start + 1 + len(keyword)}
	if p.at('{') { // {for range T{1} { … }}: the first { opens the block, as in Go
		p.error("SG1010", Span{p.pos, p.pos + 1}, "a second block follows that of {"+keyword,
			"where the header holds a composite literal, put it in parentheses: (T{…})", p.note(open, "opened here"))
		if _, ok := p.block(keyword, start); ok {
			p.closeContainer(start, keyword)
		}
		return
	}
	if p.pos >= len(p.src) || p.at('<') {
		p.pos = end
		p.unclosed("SG1005", open, "{"+keyword, "add a second }")
		return
	}
	if keyword != "if" && p.word() == "else" {
		p.error("SG1010", p.tokenSpan(p.pos), "{"+keyword+" has no else", elseHints[keyword], p.note(open, "opened here"))
		p.pos += len("else")
		p.skipBlanks()
		if !p.at('{') {
			return
		}
		if _, ok := p.block("else", start); ok {
			p.closeContainer(start, keyword)
		}
		return
	}
	what := "}"
	if keyword == "if" {
		what = "else or }"
	}
	p.error("SG1010", p.tokenSpan(p.pos), "only "+what+" may follow the block of {"+keyword, "close the statement with }}",
		p.note(open, "opened here"))
	rest := p.src[p.pos:p.lineEnd(p.pos)]
	if n := bytes.IndexAny(rest, "{}"); n >= 0 && rest[n] == '}' {
		p.pos += n + 1
		return
	}
	p.pos = end
}

// label gives the keyword of the label that the parser stands at, or "".
func (p *parser) label() string {
	switch w := p.word(); w {
	case "case":
		return w
	case "default":
		for i := p.pos + len(w); i < len(p.src); i++ {
			if c := p.src[i]; c == ':' {
				return w
			} else if c != ' ' && c != '\t' {
				return ""
			}
		}
	}
	return ""
}

func (p *parser) switchNode(start int) Node {
	n := &Switch{}
	p.pos += 6
	c := p.header("switch", start)
	n.Header = &Expr{c.span, c.markup}
	n.Block = Span{p.pos, p.pos}
	if c.end != endOpen {
		n.Span = Span{start, p.pos}
		return n
	}
	open := p.pos
	p.push(frame{kind: inBlock, name: "switch", open: Span{open, open + 1}})
	p.pos++
	p.skipBlanks()
	if p.pos < len(p.src) && !p.at('}') && p.label() == "" && !p.has("</") {
		at, comment := p.pos, p.has("//") || p.has("/*")
		before := p.nodes(true)
		if onlyComments(before) {
			if !comment { // reported as text
				p.error("SG1012", Span{at, p.pos}, "a comment stands before the first case", "move it behind the label")
			}
		} else {
			p.error("SG1012", Span{at, at + 1}, "markup stands before the first case", "start the arm with case …: or default:")
		}
		n.Cases = append(n.Cases, Case{Span: Span{at, p.pos}, Body: p.trimEnd(before)})
		p.skipBlanks()
	}
	var def Span
	for p.pos < len(p.src) {
		at := p.pos
		word := p.label()
		if word == "" {
			break
		}
		p.pos += len(word)
		cs := Case{}
		if word == "default" {
			p.skipBlanks()
			p.pos++ // the colon
			if !def.Empty() {
				p.error("SG1013", Span{at, p.pos}, "a switch has one default", "remove one", p.note(def, "first one"))
			}
			def = Span{at, p.pos}
		} else {
			cs.Label = p.caseLabel(at)
		}
		cs.Colon = p.pos - 1
		p.skipBlanks()
		cs.Body = p.trimEnd(p.nodes(true))
		end := p.pos
		cs.Span = Span{at, end}
		if k := len(cs.Body); k > 0 {
			cs.Span.End = cs.Body[k-1].Range().End
		} else {
			cs.Span.End = cs.Colon + 1
		}
		n.Cases = append(n.Cases, cs)
		p.skipBlanks()
	}
	p.pop()
	if p.at('}') {
		p.pos++
		n.Block = Span{open, p.pos}
		p.closeContainer(start, "switch")
	} else {
		n.Block = Span{open, p.pos}
		p.unclosed("SG1006", Span{start, open + 1}, "the block of {switch", "add }}")
	}
	n.Span = Span{start, p.pos}
	return n
}

// caseLabel reads what stands behind case, with the colon. One that lacks it ends with its line, or where the arm seems to begin.
func (p *parser) caseLabel(at int) *Expr {
	c := p.goCode(goLabel, "")
	label := &Expr{c.span, c.markup}
	if c.end == endColon {
		p.pos++
		if c.span.Empty() {
			p.error("SG1013", Span{at, p.pos}, "case has no value", "write case value: or default:")
		} else {
			p.check(&c, checkLabel, "")
		}
		return label
	}
	if c.end != endLine {
		p.cut(at, false)
		// What looks like an operator < is more likely the start of the arm.
		for i := at; i < p.pos; i++ {
			if p.src[i] == '<' && p.markupAt(i) {
				p.rewind(i)
				break
			}
		}
		p.diags = p.diags[:min(c.diags, len(p.diags))]
		c.cut(p.pos)
		for c.span.End > c.span.Start && isBlank(p.src[c.span.End-1]) {
			c.span.End--
		}
		label = &Expr{Span: c.span}
	}
	p.error("SG1013", Span{at, at + 4}, "the label has no : on its line", "write case "+clip(c.span.Text(p.src))+":")
	return label
}

func onlyComments(nodes []Node) bool {
	for _, n := range nodes {
		switch n.(type) {
		case *Text, *Comment, *GoComment:
		default:
			return false
		}
	}
	return true
}
