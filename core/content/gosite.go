package content

import (
	"strings"

	"github.com/alecthomas/chroma/v2"
)

// gosite cuts a component into tokens: Go in the fence and in braces, tags and text around them. It is a highlighter, not
// a parser: it accepts anything, guesses where the text is incomplete, and its tokens always make up the text again.
func gosite(code string) []chroma.Token {
	g := &gositeLexer{src: code}
	if strings.HasPrefix(code, "---\n") {
		g.emit(chroma.Comment, 4)
		end := len(code)
		for i := 4; i < len(code); {
			n := strings.IndexByte(code[i:], '\n')
			if n < 0 {
				n = len(code) - i
			}
			if strings.TrimRight(code[i:i+n], " \t\r") == "---" {
				end = i
				break
			}
			i += n + 1
		}
		g.sub("go", code[4:end])
		if end < len(code) {
			g.emit(chroma.Comment, 3)
		}
	}
	for g.pos < len(g.src) {
		g.nodes("", 0)
		if g.pos < len(g.src) { // a brace or end tag that nothing opened
			g.emit(chroma.Text, 1)
		}
	}
	return g.out
}

// gositeDepth bounds how deep markup and braces may nest before the rest is plain text.
const gositeDepth = 200

type gositeLexer struct {
	src string
	pos int
	out []chroma.Token
}

func (g *gositeLexer) emit(kind chroma.TokenType, n int) {
	if n > 0 {
		g.out = append(g.out, chroma.Token{Type: kind, Value: g.src[g.pos : g.pos+n]})
		g.pos += n
	}
}

// sub has another language's lexer read text, which stands at pos.
func (g *gositeLexer) sub(lang, text string) {
	if text == "" {
		return
	}
	g.out = append(g.out, tokenize(lang, text)...)
	g.pos += len(text)
}

func (g *gositeLexer) rest() string { return g.src[g.pos:] }

// until gives the number of bytes up to and with the first end, or all there are.
func (g *gositeLexer) until(end string) int {
	if i := strings.Index(g.rest(), end); i >= 0 {
		return i + len(end)
	}
	return len(g.rest())
}

// nodes reads markup up to an end tag or closing brace that it does not open. keyword is that of the block it stands in.
func (g *gositeLexer) nodes(keyword string, depth int) {
	if depth > gositeDepth {
		g.emit(chroma.Text, len(g.rest()))
		return
	}
	for g.pos < len(g.src) {
		rest := g.rest()
		switch {
		case strings.HasPrefix(rest, "<!--"):
			g.emit(chroma.Comment, g.until("-->"))
		case strings.HasPrefix(rest, "<!"):
			g.emit(chroma.CommentPreproc, g.until(">"))
		case strings.HasPrefix(rest, "</"), rest[0] == '}':
			return
		case startsMarkup(rest):
			g.element(depth)
		case rest[0] == '{':
			g.braces(depth)
		case keyword == "switch" && (strings.HasPrefix(rest, "case ") || strings.HasPrefix(rest, "default:")):
			n := len(rest)
			if i := strings.IndexAny(rest, ":\n"); i >= 0 {
				n = i + 1
			}
			g.sub("go", rest[:n])
		default:
			n := 1
			for n < len(rest) && !strings.ContainsRune("<{}", rune(rest[n])) && !(keyword == "switch" && strings.HasSuffix(rest[:n], "\n")) {
				n++
			}
			if keyword == "switch" { // a label may stand behind blanks
				if m := len(rest) - len(strings.TrimLeft(rest, " \t\r\n")); m > 0 {
					n = m
				}
			}
			g.emit(chroma.Text, n)
		}
	}
}

func startsMarkup(s string) bool {
	return len(s) > 1 && s[0] == '<' && (letter(s[1]) || s[1] == '>')
}

func letter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func word(c byte) bool { return letter(c) || '0' <= c && c <= '9' || c == '_' || c >= 0x80 }

// element reads an element with its children and end tag.
func (g *gositeLexer) element(depth int) {
	g.emit(chroma.Punctuation, 1)
	n := 0
	for n < len(g.rest()) && !strings.ContainsRune(" \t\r\n/>{}[=<", rune(g.rest()[n])) {
		n++
	}
	name := g.rest()[:n]
	g.emit(chroma.NameTag, n)
	if strings.HasPrefix(g.rest(), "[") { // type arguments
		g.sub("go", g.rest()[:g.until("]")])
	}
	if closed := g.attributes(depth); closed || voids[name] {
		return
	}
	switch name {
	case "script", "style":
		end := strings.Index(strings.ToLower(g.rest()), "</"+name)
		if end < 0 {
			end = len(g.rest())
		}
		lang := "typescript"
		if name == "style" {
			lang = "css"
		}
		g.sub(lang, g.rest()[:end])
	default:
		g.nodes("", depth+1)
	}
	if strings.HasPrefix(g.rest(), "</") {
		g.emit(chroma.Punctuation, 2)
		n := 0
		for n < len(g.rest()) && !strings.ContainsRune(" \t\r\n><{}", rune(g.rest()[n])) {
			n++
		}
		g.emit(chroma.NameTag, n)
		if rest := g.rest(); strings.HasPrefix(strings.TrimLeft(rest, " \t\r\n"), ">") {
			g.emit(chroma.Punctuation, strings.IndexByte(rest, '>')+1)
		}
	}
}

var voids = map[string]bool{
	"area": true, "base": true, "br": true, "col": true, "embed": true, "hr": true, "img": true, "input": true,
	"link": true, "meta": true, "source": true, "track": true, "wbr": true,
}

// attributes reads up to and with the > of a start tag and says whether that closes the element.
func (g *gositeLexer) attributes(depth int) (closed bool) {
	for g.pos < len(g.src) {
		rest := g.rest()
		switch c := rest[0]; {
		case c == '>':
			g.emit(chroma.Punctuation, 1)
			return false
		case strings.HasPrefix(rest, "/>"):
			g.emit(chroma.Punctuation, 2)
			return true
		case c == '<' || c == '}':
			return true // the tag is not complete
		case c == '{':
			g.braces(depth)
		case c == '=':
			g.emit(chroma.Operator, 1)
			g.value(depth)
		case strings.ContainsRune(" \t\r\n/", rune(c)):
			g.emit(chroma.Text, 1)
		default:
			n := 1
			for n < len(rest) && !strings.ContainsRune(" \t\r\n/>{}=<", rune(rest[n])) {
				n++
			}
			g.emit(chroma.NameAttribute, n)
		}
	}
	return true
}

func (g *gositeLexer) value(depth int) {
	rest := g.rest()
	if rest == "" {
		return
	}
	switch rest[0] {
	case '"', '\'':
		n := len(rest)
		if i := strings.IndexByte(rest[1:], rest[0]); i >= 0 {
			n = i + 2
		}
		g.emit(chroma.LiteralString, n)
	case '{':
		g.braces(depth)
	case '`':
		g.emit(chroma.LiteralString, 1)
		for g.pos < len(g.src) {
			i := strings.IndexAny(g.rest(), "`$")
			if i < 0 {
				g.emit(chroma.LiteralString, len(g.rest()))
				return
			}
			g.emit(chroma.LiteralString, i)
			if strings.HasPrefix(g.rest(), "${") {
				g.emit(chroma.LiteralStringInterpol, 1)
				g.braces(depth)
				continue
			}
			end := g.rest()[0] == '`'
			g.emit(chroma.LiteralString, 1)
			if end {
				return
			}
		}
	default:
		n := 0
		for n < len(rest) && !strings.ContainsRune(" \t\r\n>", rune(rest[n])) {
			n++
		}
		g.emit(chroma.LiteralString, n)
	}
}

// braces reads {…}: Go, in which markup may stand as an operand or as the body of a statement.
func (g *gositeLexer) braces(depth int) {
	g.emit(chroma.Punctuation, 1)
	if depth > gositeDepth {
		return
	}
	keyword := ""
	rest := strings.TrimLeft(g.rest(), " \t\r\n")
	for _, k := range []string{"if", "for", "switch", "func"} {
		if strings.HasPrefix(rest, k) && (len(rest) == len(k) || !word(rest[len(k)])) {
			keyword = k
		}
	}
	start := g.pos // of the Go not yet emitted
	flush := func(to int) {
		text := g.src[start:to]
		g.pos = start
		g.sub("go", text)
		start = to
	}
	nested := 0
	for i := g.pos; i < len(g.src); {
		switch c := g.src[i]; {
		case c == '"' || c == '\'' || c == '`':
			i = endOfString(g.src, i)
		case strings.HasPrefix(g.src[i:], "/*"):
			if n := strings.Index(g.src[i+2:], "*/"); n >= 0 {
				i += n + 4
			} else {
				i = len(g.src)
			}
		case strings.HasPrefix(g.src[i:], "//"):
			if n := strings.IndexByte(g.src[i:], '\n'); n >= 0 {
				i += n
			} else {
				i = len(g.src)
			}
		case c == '{' && keyword != "" && nested == 0:
			flush(i + 1)
			g.nodes(keyword, depth+1)
			start, i = g.pos, g.pos
			if strings.HasPrefix(g.rest(), "}") {
				i++
			} else {
				return // an end tag in between: give up on this block
			}
		case c == '{':
			nested++
			i++
		case c == '}' && nested == 0:
			flush(i)
			g.emit(chroma.Punctuation, 1)
			return
		case c == '}':
			nested--
			i++
		case startsMarkup(g.src[i:]) && !operandBefore(g.src[start:i]):
			flush(i)
			g.element(depth + 1)
			start, i = g.pos, g.pos
		default:
			i++
		}
	}
	flush(len(g.src))
}

// operandBefore says whether Go text ends in an operand, so that a < behind it compares.
func operandBefore(s string) bool {
	s = strings.TrimRight(s, " \t\r\n")
	if s == "" || strings.HasSuffix(s, "return") {
		return false
	}
	c := s[len(s)-1]
	return word(c) || strings.ContainsRune(")]}\"'`", rune(c))
}

// endOfString gives the offset behind the Go string or rune that starts at i; a quoted one ends with its line at the latest.
func endOfString(s string, i int) int {
	quote := s[i]
	for i++; i < len(s); i++ {
		switch {
		case s[i] == quote:
			return i + 1
		case quote == '`':
		case s[i] == '\\':
			i++
		case s[i] == '\n':
			return i
		}
	}
	return len(s)
}
