// Package scope confines a component's style to the component's own elements: text in, text out, and the way back from a
// place in the result to the author's. It knows nothing of bundling, so that it also runs in a browser.
package scope

import (
	"fmt"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"

	"sitegen.dev/core/diag"
)

// CSS rewrites the selectors of a component's style so that they match only elements that carry attr: ".card
// h2:hover" becomes ".card[data-s-x] h2[data-s-x]:hover". Everything else stays byte for byte.
//
//   - Every compound selector gets the attribute once: behind its first type, class or id selector, before attribute
//     selectors and pseudo-elements. A lone "*" is replaced by it.
//   - A nested rule is scoped as the same rule written without nesting would be, so "nav { a {} }" means "nav a {}". A
//     compound with "&" already carries the parent's scope and is left alone.
//   - The arguments of :is, :where, :not and :has are not scoped; the compound they stand in is.
//   - :global(x) gives x unscoped, also in a list, within a compound or within another pseudo-class. A selector list in
//     it is multiplied out. What follows it in the same compound stays unscoped as well.
//   - html, body, :root, :host, :scope, a lone ::slotted and ::view-transition are left alone: they name things outside
//     of the component's own elements.
//   - @media, @supports, @layer, @container, @scope (its prelude too), @starting-style and @document are entered; other
//     at-rules, @keyframes and @font-face among them, are not touched. What a style imports is not scoped.
//
// at gives the position of an offset of src. A style that cannot be read stays as it is, and has Diagnostics.
func CSS(src, attr string, at func(off int) diag.Pos) *Style {
	s := &Style{src: src, attr: "[" + attr + "]", at: at}
	s.lex()
	if len(s.Diagnostics) == 0 {
		s.block(0, len(s.toks))
	}
	if len(s.Diagnostics) > 0 {
		s.edits = nil
	}
	return s
}

// maxDepth bounds how deep blocks and brackets may nest, and with it the recursion. maxAlternatives bounds how many
// selectors multiplying out :global lists may make of one.
const (
	maxDepth        = 500
	maxAlternatives = 64
)

// Style is a scoped style.
type Style struct {
	Diagnostics []diag.Diagnostic // errors, at the places that at gave

	src     string
	attr    string
	at      func(int) diag.Pos
	toks    []token
	globals []int // globals[i] is the number of :global functions among toks[:i]
	edits   []edit
}

type token struct {
	css.TokenType
	start, end int
	match      int // index of the closing token of an opening one
}

// edit replaces src[start:end].
type edit struct {
	start, end int
	text       string
}

// String gives the scoped text.
func (s *Style) String() string {
	var b strings.Builder
	last := 0
	for _, e := range s.edits {
		b.WriteString(s.src[last:e.start])
		b.WriteString(e.text)
		last = e.end
	}
	b.WriteString(s.src[last:])
	return b.String()
}

// Origin gives the offset in the source of an offset in the scoped text; within a rewritten selector its start.
func (s *Style) Origin(off int) int {
	shift := 0 // scoped offset - source offset
	for _, e := range s.edits {
		if off < e.start+shift {
			break
		}
		if off < e.start+shift+len(e.text) {
			return e.start
		}
		shift += len(e.text) - (e.end - e.start)
	}
	return off - shift
}

func (s *Style) fail(code diag.Code, start, end int, message, hint string) {
	s.Diagnostics = append(s.Diagnostics, diag.Diagnostic{
		Code: code, Range: diag.Range{Pos: s.at(start), End: s.at(end)}, Message: message, Hint: hint,
	})
}

// lex fills toks, pairs the brackets and reports what a browser would have to guess.
func (s *Style) lex() {
	in := parse.NewInputString(s.src)
	defer in.Restore()
	lx := css.NewLexer(in)
	var open []int
	for pos := 0; pos < len(s.src); {
		tt, text := lx.Next()
		n := len(text)
		if tt == css.ErrorToken || n == 0 {
			break
		}
		if tt == css.UnicodeRangeToken { // "u+a" is the selector u + a; in a value it does not matter
			in.Move(1 - n)
			in.Skip()
			tt, n = css.IdentToken, 1
		}
		n = min(n, len(s.src)-pos) // a cut-off UTF-8 sequence makes the lexer step over the end
		t := token{tt, pos, pos + n, -1}
		lit := s.src[pos : pos+n]
		switch tt {
		case css.CommentToken:
			if len(lit) < 4 || !strings.HasSuffix(lit, "*/") {
				s.fail("SG5001", t.start, t.start+2, "comment is never closed", "add */")
			}
		case css.StringToken, css.BadStringToken:
			if tt == css.BadStringToken || !closed(lit) {
				s.fail("SG5001", t.start, t.start+1, "string is never closed", "add "+lit[:1]+" before the end of the line")
			}
		case css.BadURLToken:
			s.fail("SG5001", t.start, t.end, "url() cannot be read", `put the address in quotes: url("…")`)
		case css.URLToken:
			if !strings.HasSuffix(lit, ")") {
				s.fail("SG5001", t.start, t.start+4, "url( is never closed", "add )")
			}
		case css.LeftBraceToken, css.LeftBracketToken, css.LeftParenthesisToken, css.FunctionToken:
			open = append(open, len(s.toks))
			if len(open) == maxDepth {
				s.fail("SG5001", t.start, t.end, "blocks are nested too deep", "")
				return
			}
		case css.RightBraceToken, css.RightBracketToken, css.RightParenthesisToken:
			if len(open) == 0 {
				s.fail("SG5001", t.start, t.end, fmt.Sprintf("unexpected %q", lit), "remove it, or open what it closes")
				break
			}
			o := &s.toks[open[len(open)-1]]
			if want := closer(o.TokenType); want != tt {
				s.fail("SG5001", t.start, t.end, fmt.Sprintf("%q does not close %q", lit, s.src[o.start:o.end]), "")
				last := len(s.Diagnostics) - 1
				s.Diagnostics[last].Notes = []diag.Note{{Range: diag.Range{Pos: s.at(o.start), End: s.at(o.end)}, Message: "opened here"}}
				return
			}
			o.match = len(s.toks)
			open = open[:len(open)-1]
		}
		s.toks = append(s.toks, t)
		pos += n
	}
	for _, i := range open {
		o := s.toks[i]
		s.fail("SG5001", o.start, o.end, fmt.Sprintf("%q is never closed", s.src[o.start:o.end]), "")
	}
	s.globals = make([]int, len(s.toks)+1)
	for i := range s.toks {
		s.globals[i+1] = s.globals[i]
		if s.isGlobal(i) {
			s.globals[i+1]++
		}
	}
}

func closer(open css.TokenType) css.TokenType {
	switch open {
	case css.LeftBraceToken:
		return css.RightBraceToken
	case css.LeftBracketToken:
		return css.RightBracketToken
	}
	return css.RightParenthesisToken
}

// closed says whether a string token ends with its own quote.
func closed(lit string) bool {
	for i := 1; i < len(lit); i++ {
		switch lit[i] {
		case '\\':
			i++
		case lit[0]:
			return i == len(lit)-1
		}
	}
	return false
}

func (s *Style) text(i int) string { return s.src[s.toks[i].start:s.toks[i].end] }

func (s *Style) slice(i, j int) string {
	if i >= j {
		return ""
	}
	return s.src[s.toks[i].start:s.toks[j-1].end]
}

// name gives a keyword or function name in lower case without its @ or (.
func (s *Style) name(i int) string {
	return strings.ToLower(strings.Trim(s.text(i), "@("))
}

func (s *Style) delim(i int, c byte) bool {
	return s.toks[i].TokenType == css.DelimToken && s.src[s.toks[i].start] == c
}

func blank(tt css.TokenType) bool { return tt == css.WhitespaceToken || tt == css.CommentToken }

// skip gives the index of the first token at or behind i that is neither blank nor comment.
func (s *Style) skip(i, end int) int {
	for i < end && blank(s.toks[i].TokenType) {
		i++
	}
	return i
}

// after gives the index behind token i, or behind what it opens.
func (s *Style) after(i int) int {
	if m := s.toks[i].match; m > i {
		return m + 1
	}
	return i + 1
}

// find gives the index of the first semicolon or opening brace outside of brackets, or end.
func (s *Style) find(i, end int, braces bool) int {
	for i < end {
		switch s.toks[i].TokenType {
		case css.SemicolonToken:
			return i
		case css.LeftBraceToken:
			if braces {
				return i
			}
		}
		i = s.after(i)
	}
	return end
}

// block rewrites toks[i:end], the inside of a style sheet or of a block: rules, at-rules and declarations in any order.
func (s *Style) block(i, end int) {
	for i < end {
		switch s.toks[i].TokenType {
		case css.WhitespaceToken, css.CommentToken, css.SemicolonToken, css.CDOToken, css.CDCToken:
			i++
			continue
		case css.AtKeywordToken:
			i = s.atRule(i, end)
			continue
		case css.CustomPropertyNameToken:
			// --x: {…} is a declaration, whatever its value looks like.
			if c := s.skip(i+1, end); c < end && s.toks[c].TokenType == css.ColonToken {
				i = s.find(i, end, false) + 1
				continue
			}
		}
		// "a:hover {" and "color: red;" begin alike; no value but a custom property's holds a brace.
		k := s.find(i, end, true)
		if k < end && s.toks[k].TokenType == css.LeftBraceToken {
			s.selectors(i, k)
			s.block(k+1, s.toks[k].match)
			i = s.after(k)
			continue
		}
		i = k + 1
	}
}

func (s *Style) atRule(i, end int) int {
	k := s.find(i+1, end, true)
	if k >= end || s.toks[k].TokenType != css.LeftBraceToken {
		return k + 1
	}
	switch s.name(i) {
	case "scope":
		for p := i + 1; p < k; p = s.after(p) {
			if s.toks[p].TokenType == css.LeftParenthesisToken {
				s.selectors(p+1, s.toks[p].match)
			}
		}
		s.block(k+1, s.toks[k].match)
	case "media", "supports", "layer", "container", "starting-style", "document", "-moz-document":
		s.block(k+1, s.toks[k].match)
	}
	return s.after(k)
}

// selectors records the edit that scopes the selector list toks[i:j].
func (s *Style) selectors(i, j int) {
	if i >= j {
		return
	}
	if text := s.list(i, j, true); text != s.slice(i, j) {
		s.edits = append(s.edits, edit{s.toks[i].start, s.toks[j-1].end, text})
	}
}

// list rewrites the selector list toks[i:j]; without scoped it only resolves :global.
func (s *Style) list(i, j int, scoped bool) string {
	if !scoped && s.globals[j] == s.globals[i] {
		return s.slice(i, j)
	}
	var b strings.Builder
	for n, r := range s.split(i, j) {
		if n > 0 {
			b.WriteByte(',')
		}
		all := s.complex(r[0], r[1], scoped)
		for i := 1; i < len(all); i++ {
			all[i] = strings.TrimLeft(all[i], " \t\r\n\f")
		}
		b.WriteString(strings.Join(all, ", "))
	}
	return b.String()
}

// split cuts toks[i:j] at its commas.
func (s *Style) split(i, j int) [][2]int {
	var parts [][2]int
	start := i
	for i < j {
		if s.toks[i].TokenType == css.CommaToken {
			parts = append(parts, [2]int{start, i})
			start = i + 1
		}
		i = s.after(i)
	}
	return append(parts, [2]int{start, j})
}

// alternatives are the selectors that one selector becomes: several only where a :global list is multiplied out.
type alternatives []string

func (a alternatives) add(text string) {
	for i := range a {
		a[i] += text
	}
}

// complex rewrites one selector of a list: compounds with combinators between them.
func (s *Style) complex(i, j int, scoped bool) alternatives {
	out := alternatives{""}
	for i < j {
		if s.between(i) {
			out.add(s.text(i))
			i++
			continue
		}
		k := i
		for k < j && !(s.between(k) && s.toks[k].TokenType != css.CommentToken) {
			k = s.after(k)
		}
		for s.toks[k-1].TokenType == css.CommentToken {
			k--
		}
		out = s.compound(out, i, k, scoped)
		i = k
	}
	return out
}

// between says whether token i stands between compounds.
func (s *Style) between(i int) bool {
	t := s.toks[i]
	return blank(t.TokenType) || t.TokenType == css.ColumnToken || s.delim(i, '>') || s.delim(i, '+') || s.delim(i, '~')
}

type simpleKind int

const (
	otherSimple   simpleKind = iota // a comment, or nothing that belongs into a selector
	nameSimple                      // type, class, id
	starSimple                      // a universal selector without namespace
	attrSimple                      // [x]
	pseudoClass                     // :x
	pseudoElement                   // ::x
	globalSimple                    // :global(x)
	parentSimple                    // &, and what else carries a scope or must have none
)

type simple struct {
	kind simpleKind
	i, j int
}

// compound rewrites the compound selector toks[i:j] and appends it to out.
func (s *Style) compound(out alternatives, i, j int, scoped bool) alternatives {
	parts, exempt := s.simples(i, j)
	insert := -1 // index of the part before which the attribute goes
	if scoped && !exempt {
		insert = place(parts)
	}
	for n, p := range parts {
		if n == insert {
			out.add(s.attr)
		}
		switch {
		case p.kind == starSimple && n+1 == insert:
			out.add(s.slice(p.i+1, p.j)) // the attribute takes its place, comments stay
		case p.kind == globalSimple:
			out = s.global(out, p, n > 0)
			if n+1 < len(parts) && glues(s.toks[parts[n+1].i].TokenType) {
				out.add("/**/") // not valid before, so it must not become valid
			}
		case p.kind == pseudoClass || p.kind == pseudoElement || p.kind == parentSimple:
			out.add(s.pseudo(p))
		default:
			out.add(s.slice(p.i, p.j))
		}
	}
	if insert == len(parts) {
		out.add(s.attr)
	}
	return out
}

// glues says whether a token would run together with a name before it.
func glues(tt css.TokenType) bool {
	switch tt {
	case css.IdentToken, css.FunctionToken, css.NumberToken, css.DimensionToken, css.PercentageToken, css.CustomPropertyNameToken, css.URLToken:
		return true
	}
	return false
}

// place gives the index among parts before which the attribute goes, or -1 for none.
func place(parts []simple) int {
	for n, p := range parts {
		switch p.kind {
		case nameSimple, starSimple:
			return n + 1
		case attrSimple:
			return n
		case globalSimple, otherSimple:
			return -1
		}
	}
	return 0 // nothing but pseudo-classes and pseudo-elements
}

// simples cuts a compound into simple selectors. exempt says that the compound is not to be scoped whatever it holds.
func (s *Style) simples(i, j int) (parts []simple, exempt bool) {
	for i < j {
		t := s.toks[i]
		p := simple{otherSimple, i, s.after(i)}
		switch {
		case t.TokenType == css.CommentToken:
			if len(parts) > 0 {
				parts[len(parts)-1].j = p.j
			}
			i = p.j
			continue
		case s.delim(i, '&'):
			p.kind, exempt = parentSimple, true
		case t.TokenType == css.HashToken:
			p.kind = nameSimple
		case s.delim(i, '.') && i+1 < j && isName(s.toks[i+1].TokenType):
			p.kind, p.j = nameSimple, i+2
		case isName(t.TokenType) || s.delim(i, '*') || s.delim(i, '|'):
			p.kind, p.j = nameSimple, s.typeSelector(i, j)
			switch last := strings.ToLower(s.text(p.j - 1)); {
			case last == "html" || last == "body":
				exempt = true
			case last == "*" && p.j == i+1:
				p.kind = starSimple
			}
		case t.TokenType == css.LeftBracketToken:
			p.kind = attrSimple
		case t.TokenType == css.ColonToken:
			p = s.pseudoParts(i, j)
			exempt = exempt || p.kind == parentSimple
		}
		parts = append(parts, p)
		i = p.j
	}
	if len(parts) == 1 && parts[0].kind == pseudoElement && s.pseudoName(parts[0]) == "slotted" {
		exempt = true
	}
	return parts, exempt
}

func isName(tt css.TokenType) bool {
	return tt == css.IdentToken || tt == css.CustomPropertyNameToken
}

// typeSelector gives the index behind a type selector with its namespace: a, *, svg|a, *|*, |a.
func (s *Style) typeSelector(i, j int) int {
	element := func(i int) bool { return i < j && (isName(s.toks[i].TokenType) || s.delim(i, '*')) }
	k := i
	if element(k) {
		k++
	}
	if k < j && s.delim(k, '|') && element(k+1) {
		return k + 2
	}
	return max(k, i+1)
}

func (s *Style) isGlobal(i int) bool {
	return s.toks[i].TokenType == css.FunctionToken && s.name(i) == "global" && i > 0 && s.toks[i-1].TokenType == css.ColonToken
}

func (s *Style) pseudoParts(i, j int) simple {
	p := simple{pseudoClass, i, i + 1}
	if p.j < j && s.toks[p.j].TokenType == css.ColonToken {
		p.kind, p.j = pseudoElement, p.j+1
	}
	if p.j >= j {
		p.kind = otherSimple
		return p
	}
	n := p.j
	p.j = s.after(n)
	function := s.toks[n].TokenType == css.FunctionToken
	if !function && s.toks[n].TokenType != css.IdentToken {
		p.kind = otherSimple
		return p
	}
	switch name := s.name(n); {
	case name == "global" && function && p.kind == pseudoClass:
		p.kind = globalSimple
		if s.skip(n+1, p.j-1) == p.j-1 {
			s.fail("SG5002", s.toks[i].start, s.toks[p.j-1].end, ":global() has no selector", "write :global(.name)")
		}
	case name == "global":
		s.fail("SG5002", s.toks[i].start, s.toks[p.j-1].end, ":global needs a selector in parentheses", "write :global(.name), or put the whole style into <style is:global>")
	case p.kind == pseudoElement:
		if strings.HasPrefix(name, "view-transition") {
			p.kind = parentSimple
		}
	case name == "root", name == "scope", name == "host", name == "host-context":
		p.kind = parentSimple
	case function && (name == "is" || name == "where") && s.parentOnly(n+1, p.j-1):
		p.kind = parentSimple
	case !function && (name == "before" || name == "after" || name == "first-line" || name == "first-letter"):
		p.kind = pseudoElement // the spelling of CSS 2
	}
	return p
}

func (s *Style) pseudoName(p simple) string { return s.name(p.i + 2) }

// parentOnly says whether every selector of a list ends in a compound that is the parent's: "&", ".a &:hover".
func (s *Style) parentOnly(i, j int) bool {
	for _, r := range s.split(i, j) {
		found := false
		for k := r[0]; k < r[1]; k = s.after(k) {
			switch {
			case s.delim(k, '&'):
				found = true
			case s.between(k) && s.toks[k].TokenType != css.CommentToken && s.skip(k, r[1]) < r[1]:
				found = false
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// pseudo gives the text of a pseudo-class or pseudo-element, with :global resolved in its argument.
func (s *Style) pseudo(p simple) string {
	if s.globals[p.j] == s.globals[p.i] {
		return s.slice(p.i, p.j)
	}
	n := p.i
	for s.toks[n].TokenType != css.FunctionToken {
		n++
	}
	start, end := n+1, s.toks[n].match
	if strings.HasPrefix(s.name(n), "nth-") { // nth-child(2n+1 of S)
		for k := start; k < end; k = s.after(k) {
			if s.toks[k].TokenType == css.IdentToken && s.name(k) == "of" {
				start = k + 1
				break
			}
		}
	}
	return s.slice(p.i, start) + s.list(start, end, false) + s.slice(end, p.j)
}

// global appends the argument of :global to out. inner says that something of the compound stands before it.
func (s *Style) global(out alternatives, p simple, inner bool) alternatives {
	n := p.i + 1
	var items []string
	for _, r := range s.split(n+1, s.toks[n].match) {
		i := s.skip(r[0], r[1])
		j := r[1]
		for j > i && blank(s.toks[j-1].TokenType) {
			j--
		}
		if i == j {
			continue
		}
		for _, text := range s.complex(i, j, false) {
			if inner && (isName(s.toks[i].TokenType) || s.delim(i, '*') || s.delim(i, '|')) {
				text = ":is(" + text + ")" // a type selector can only stand first
			}
			items = append(items, text)
		}
	}
	if len(items) == 0 {
		return out
	}
	if len(out)*len(items) > maxAlternatives {
		items = []string{":is(" + strings.Join(items, ", ") + ")"}
	}
	result := make(alternatives, 0, len(out)*len(items))
	for _, o := range out {
		for _, it := range items {
			result = append(result, o+it)
		}
	}
	return result
}
