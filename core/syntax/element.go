package syntax

import (
	"bytes"
	"strings"
)

// IsVoid says whether an HTML element of this name never has content, nor an end tag.
func IsVoid(name string) bool {
	switch name {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr":
		return true
	}
	return false
}

// isRaw says whether braces and angles are literal in an element of this name.
func isRaw(name string) bool {
	switch name {
	case "script", "style", "math", "iframe", "noembed", "noframes", "xmp", "plaintext":
		return true
	}
	return false
}

// isNameByte says whether c can be part of the name of an element.
func isNameByte(c byte) bool {
	switch c {
	case '/', '>', '<', '{', '}', '[', ']', '=', '"', '\'', '`', '(', ')', ',', ';':
		return false
	}
	return !isBlank(c)
}

// isAttrByte says whether c can be part of the name of an attribute.
func isAttrByte(c byte) bool {
	switch c {
	case '"', '\'', '>', '/', '=', '{', '}', '<', '`':
		return false
	}
	return !isBlank(c)
}

// element reads an element or a fragment from the < of its start tag.
func (p *parser) element() *Element {
	start := p.pos
	e := &Element{}
	defer func() { p.depth-- }()
	if !p.enter(Span{start, start + 1}) {
		e.Span = Span{start, p.pos}
		e.Open, e.Close, e.NameSpan = e.Span, Span{p.pos, p.pos}, Span{start + 1, start + 1}
		return e
	}
	p.pos++
	for p.pos < len(p.src) && isNameByte(p.src[p.pos]) {
		p.pos++
	}
	e.NameSpan = Span{start + 1, p.pos}
	e.Name = e.NameSpan.Text(p.src)
	p.classify(e)
	if p.at('[') {
		p.typeArgs(e)
	}
	open := p.attributes(e)
	e.Open = Span{start, p.pos}
	e.Close = Span{p.pos, p.pos}
	if e.Void = e.Kind == HTML && IsVoid(e.Name); open && !e.Void && !e.SelfClosed {
		if e.Raw {
			p.rawContent(e)
		} else {
			p.push(frame{kind: inElement, name: e.Name, open: Span{start, e.NameSpan.End}})
			e.Children = p.nodes(false)
			e.Close = p.closeElement(p.pop())
		}
	}
	e.Span = Span{start, p.pos}
	return e
}

// classify finds out what sort of element the name makes of e.
func (p *parser) classify(e *Element) {
	name := e.Name
	switch {
	case name == "" || name == "Fragment":
		e.Kind = Fragment
		return
	case name == "slot":
		e.Kind = Slot
		return
	}
	dot := strings.LastIndexByte(name, '.')
	switch {
	case p.upperAt(e.NameSpan.Start):
		e.Kind = Component
		if !goName(name) {
			p.error("SG1029", e.NameSpan, "<"+name+"> is no component name",
				"component names are Go names: letters, digits and _, with a dot after a package")
		}
	case dot > 0 && dot+1 < len(name) && p.upperAt(e.NameSpan.Start+dot+1) && goName(name):
		e.Kind = Component
	case dot > 0 && strings.IndexByte(name, '-') < 0:
		e.Kind = Component
		p.error("SG1029", e.NameSpan, "<"+name+"> is neither an element nor a component",
			"only exported components can be used: the part behind the dot starts with a capital letter")
	default:
		e.Kind = HTML
		e.Raw = isRaw(name)
	}
}

// goName says whether s is made of Go identifiers with dots between them.
func goName(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if !isIdent(part) {
			return false
		}
	}
	return true
}

func (p *parser) typeArgs(e *Element) {
	open := p.pos
	p.pos++
	c := p.goCode(goTypes, "")
	switch c.end {
	case endBracket:
		p.pos++
	default:
		for i := open; i < p.pos; i++ {
			if isBlank(p.src[i]) || p.src[i] == '>' {
				p.rewind(i)
				break
			}
		}
		p.diags = p.diags[:min(c.diags, len(p.diags))]
		p.unclosed("SG1005", Span{open, open + 1}, "[", "add ] behind the type arguments")
		return
	}
	if e.Kind != Component {
		p.error("SG1016", Span{open, p.pos}, "<"+e.Name+"> takes no type arguments", "only components do: remove them")
		return
	}
	if len(c.items) == 0 {
		p.error("SG1016", Span{open, p.pos}, "the type arguments of <"+e.Name+"> are empty", "write <"+e.Name+"> or <"+e.Name+"[T]>")
		return
	}
	for _, it := range c.items {
		e.TypeArgs = append(e.TypeArgs, it.span)
	}
	p.check(&c, checkTypes, "")
	p.noMarkup(&c, "a type")
}

// noMarkup reports markup in Go code that cannot hold it.
func (p *parser) noMarkup(c *goCode, where string) {
	for _, n := range c.markup {
		p.error("SG1028", n.Range(), "markup cannot be part of "+where, "")
	}
}

// attributes reads the attributes and the end of a start tag. It is false where the tag breaks off for good.
func (p *parser) attributes(e *Element) bool {
	var seen map[string]Span
	for {
		blank := p.pos
		p.skipBlanks()
		tight := p.pos == blank
		if p.pos >= len(p.src) {
			p.tagOpen(e)
			return false
		}
		start := p.pos
		switch c := p.src[p.pos]; {
		case c == '>':
			p.pos++
			return true
		case c == '/':
			p.pos++
			if p.at('>') {
				p.pos++
				e.SelfClosed = true
				return true
			}
			if p.at('/') || p.at('*') {
				p.commentInTag(start)
				continue
			}
			p.error("SG1016", Span{start, p.pos}, "/ stands alone in a tag", "write /> to close the element, or remove the /")
			continue
		case c == '<':
			p.tagOpen(e)
			return !p.has("</") || string(p.endTagAt(p.pos).name) == e.Name
		case c == '}':
			p.tagOpen(e)
			if p.braces > 0 {
				return false
			}
			p.pos++
			continue
		case c == '{':
			a := Attr{}
			p.braceAttr(&a)
			a.Span = Span{start, p.pos}
			e.Attrs = append(e.Attrs, a)
		case isAttrByte(c):
			a := Attr{}
			p.attribute(e, &a)
			a.Span = Span{start, p.pos}
			e.Attrs = append(e.Attrs, a)
		default: // a quote, or = without a name
			p.pos++
			if c == '=' && p.pos < len(p.src) {
				if c = p.src[p.pos]; c == '"' || c == '\'' {
					p.pos++
				}
			}
			if n := bytes.IndexByte(p.src[p.pos:p.lineEnd(start)], c); n >= 0 && (c == '"' || c == '\'' || c == '`') {
				p.pos += n + 1
			}
			p.error("SG1016", Span{start, p.pos}, clip(string(p.src[start:p.pos]))+" is no attribute", "write name=\"value\"")
			continue
		}
		if tight && len(e.Attrs) > 1 {
			p.error("SG1016", Span{start, start + 1}, "attributes need a blank between them", "add a blank")
		}
		a := &e.Attrs[len(e.Attrs)-1]
		if a.Kind == AttrBare && a.Name == "is:raw" {
			e.Raw = true
		}
		if a.Name != "" && len(e.Attrs) > 1 {
			seen = p.twice(e, seen)
		}
	}
}

// twice complains of the last attribute of a tag if one before it has its name. seen is what the call before it gave, nil for the
// first: most tags have one attribute, and need no map.
func (p *parser) twice(e *Element, seen map[string]Span) map[string]Span {
	key := func(a *Attr) string {
		if e.Kind == HTML {
			return strings.ToLower(a.Name)
		}
		return a.Name
	}
	last := len(e.Attrs) - 1
	if seen == nil {
		seen = make(map[string]Span, 8)
		for i := range e.Attrs[:last] {
			b := &e.Attrs[i]
			if _, dup := seen[key(b)]; !dup {
				seen[key(b)] = b.NameSpan
			}
		}
	}
	a := &e.Attrs[last]
	if first, dup := seen[key(a)]; dup {
		p.error("SG1017", a.NameSpan, "attribute "+a.Name+" is set twice", "remove one of them", p.note(first, "first set here"))
	}
	seen[key(a)] = a.NameSpan
	return seen
}

// commentInTag reports a comment of Go or JavaScript that stands in a tag without braces, and reads it.
func (p *parser) commentInTag(start int) {
	line := p.at('/')
	p.pos = p.lineEnd(start)
	if n := bytes.Index(p.src[start+2:], []byte("*/")); !line && n >= 0 {
		p.pos = start + 2 + n + 2
	} else if n := bytes.IndexByte(p.src[start:p.pos], '>'); n >= 0 {
		p.pos = start + n
	}
	p.error("SG1016", Span{start, p.pos}, "a comment in a tag stands in braces", "write {/* … */}")
}

// tagOpen reports a start tag that has no >.
func (p *parser) tagOpen(e *Element) {
	at := Span{e.NameSpan.Start - 1, e.NameSpan.End}
	p.error("SG1014", at, "<"+e.Name+" is missing its >", "add > behind the last attribute")
}

// braceAttr reads {name}, {attrs...} or {/* comment */}.
func (p *parser) braceAttr(a *Attr) {
	start := p.pos
	if p.goComment() {
		a.Kind = AttrComment
		return
	}
	p.pos = start + 1
	p.skipBlanks()
	front := p.has("...")
	dots := p.pos
	if front {
		p.pos += 3
	}
	c := p.goCode(goExpr, "")
	if !p.endBraces(start, &c, true) {
		a.Kind, a.Expr = AttrSpread, &Expr{c.span, c.markup}
		return
	}
	text := c.span.Text(p.src)
	a.Expr = &Expr{c.span, c.markup}
	switch {
	case front:
		a.Kind = AttrSpread
		p.error("SG1018", Span{dots, dots + 3}, "Go spreads behind the value", "write {"+clip(text)+"...}")
		return
	case c.dots > 0:
		a.Kind = AttrSpread
		a.Expr.Span = c.beforeDots
		c.span, c.dots = c.beforeDots, 0
	case isIdent(text) && !isKeyword(text):
		a.Kind = AttrShorthand
		a.Name, a.NameSpan = text, c.span
		return
	case c.span.Empty():
		a.Kind = AttrComment
		p.error("SG1025", Span{start, p.pos}, "the braces are empty", "write {name} for name={name}, or {attrs...}")
		return
	case isKeyword(firstWord(text)):
		a.Kind = AttrSpread
		p.error("SG1024", Span{c.span.Start, c.span.Start + len(firstWord(text))}, "a statement cannot stand in a tag",
			"give the attribute its value: name={site.When(cond, value)}")
		return
	default:
		a.Kind = AttrSpread
		p.error("SG1024", c.span, "braces without a name hold a variable or a spread",
			"write name={"+clip(text)+"}, or {"+clip(text)+"...} to spread it")
		return
	}
	p.check(&c, checkExpr, "")
	p.noMarkup(&c, "a spread")
}

// attribute reads an attribute that starts with its name.
func (p *parser) attribute(e *Element, a *Attr) {
	start := p.pos
	for p.pos < len(p.src) && isAttrByte(p.src[p.pos]) {
		p.pos++
	}
	a.NameSpan = Span{start, p.pos}
	a.Name = a.NameSpan.Text(p.src)
	a.Kind = AttrBare
	after := p.pos
	p.skipBlanks()
	if !p.at('=') {
		p.pos = after
		return
	}
	p.pos++
	p.skipBlanks()
	at := p.pos
	if p.pos >= len(p.src) {
		a.Kind = AttrStatic
		a.Value = Span{at, at}
		return // the missing > is reported
	}
	switch c := p.src[p.pos]; c {
	case '"', '\'':
		a.Kind, a.Quote = AttrStatic, c
		p.quoted(a, c)
	case '`':
		a.Kind = AttrTemplate
		p.template(a)
	case '{':
		if isList(e, a.Name) {
			a.Kind = AttrList
			p.list(a)
			return
		}
		a.Kind = AttrExpr
		p.exprAttr(a)
	default:
		a.Kind = AttrStatic
		for p.pos < len(p.src) && !isBlank(p.src[p.pos]) && p.src[p.pos] != '>' &&
			!(p.src[p.pos] == '/' && p.pos+1 < len(p.src) && p.src[p.pos+1] == '>') &&
			strings.IndexByte("\"'<={}`", p.src[p.pos]) < 0 {
			p.pos++
		}
		a.Value = Span{at, p.pos}
		if a.Value.Empty() {
			p.error("SG1016", a.NameSpan, "attribute "+a.Name+" has no value behind the =", "write "+a.Name+`="…" or `+a.Name+"={…}")
			return
		}
		// HTML takes the / for part of the value, JSX for the end of the tag. Where the value is a path, nobody can
		// tell; an element that is void needs no end.
		if value := a.Value.Text(p.src); p.has("/>") && strings.Contains(value, "/") && !IsVoid(e.Name) {
			p.pos++
			a.Value.End = p.pos
			p.error("SG1030", Span{p.pos - 1, p.pos}, "the / before > may belong to the value or close the tag", "write "+a.Name+`="`+value+`/", or a blank before />`)
			return
		}
		if p.pos < len(p.src) && strings.IndexByte("\"'<={}`", p.src[p.pos]) >= 0 {
			bad := Span{p.pos, p.pos + 1}
			hint := `write ` + a.Name + `="…"`
			if p.at('{') {
				hint = "write " + a.Name + "=`" + a.Value.Text(p.src) + "${…}`"
			}
			for depth := 0; p.pos < len(p.src) && !isBlank(p.src[p.pos]) && p.src[p.pos] != '>' && p.src[p.pos] != '<'; p.pos++ {
				if p.at('{') {
					depth++
				} else if p.at('}') {
					if depth--; depth < 0 {
						break
					}
				}
			}
			a.Value.End = p.pos
			p.error("SG1030", bad, bad.Text(p.src)+" in a value without quotes", hint)
		}
	}
}

// isList says whether the braces of an attribute hold a list of Go elements.
func isList(e *Element, name string) bool {
	switch name {
	case "class:list", "style:list", "define:vars":
		return true
	case "args":
		return e.Kind == Slot
	}
	return false
}

func (p *parser) quoted(a *Attr, quote byte) {
	open := p.pos
	p.pos++
	end := bytes.IndexByte(p.src[p.pos:], quote)
	if end >= 0 {
		end += p.pos
		p.pos = end + 1
		a.Value = Span{open + 1, end}
		// A quote that is missing makes the value end at the next attribute's first quote.
		if p.pos >= len(p.src) || isBlank(p.src[p.pos]) || p.src[p.pos] == '>' || p.src[p.pos] == '/' ||
			bytes.IndexByte(p.src[open:end], '>') < 0 {
			return
		}
	} else {
		p.pos = len(p.src)
	}
	p.cut(open, true)
	a.Value = Span{open + 1, max(open+1, p.pos)}
	at := Span{open, open + 1}
	p.error("SG1015", at, "the quote of attribute "+a.Name+" is never closed", "add "+string(quote)+" behind the value")
}

// template reads `text ${expr} text`.
func (p *parser) template(a *Attr) {
	open := p.pos
	p.pos++
	from := p.pos
	text := func() {
		if p.pos > from {
			a.Parts = append(a.Parts, TemplatePart{Span: Span{from, p.pos}})
		}
	}
	for p.pos < len(p.src) {
		switch {
		case p.at('`'):
			text()
			p.pos++
			return
		case p.has("${"):
			text()
			start := p.pos
			p.pos++
			brace := p.pos
			p.pos++
			c := p.goCode(goExpr, "")
			if c.end != endBrace && c.quote > 0 && p.src[c.quote] == '`' && p.rewind(c.quote) {
				c.span.End = max(c.span.Start, c.quote)
				a.Parts = append(a.Parts, TemplatePart{Span{start, c.quote}, &Expr{Span: c.span}})
				p.diags = p.diags[:min(c.diags, len(p.diags))]
				p.unclosed("SG1005", Span{start, start + 2}, "${", "add } before the `")
				p.pos++
				return
			}
			ok := p.endBraces(brace, &c, true)
			a.Parts = append(a.Parts, TemplatePart{Span{start, p.pos}, &Expr{c.span, c.markup}})
			if !ok {
				return
			}
			if c.span.Empty() {
				p.error("SG1025", Span{start, p.pos}, "the braces are empty", "write ${expression}")
			} else {
				p.check(&c, checkExpr, "")
				p.noMarkup(&c, "an attribute with holes")
			}
			from = p.pos
		default:
			p.pos++
		}
	}
	if p.cut(max(open, from-1), true) {
		text()
	}
	p.error("SG1015", Span{open, open + 1}, "the backtick of attribute "+a.Name+" is never closed", "add ` behind the value")
}

func (p *parser) exprAttr(a *Attr) {
	open := p.pos
	p.pos++
	c := p.goCode(goExpr, "")
	ok := p.endBraces(open, &c, true)
	a.Expr = &Expr{c.span, c.markup}
	switch {
	case !ok:
	case c.span.Empty():
		p.error("SG1025", Span{open, p.pos}, "the braces are empty", "write "+a.Name+"={expression}, or remove the attribute")
	case c.dots > 0:
		p.error("SG1018", c.span, "a spread has no name", "write {"+clip(c.beforeDots.Text(p.src))+"...} without "+a.Name+"=")
	default:
		p.check(&c, checkExpr, "")
	}
}

// list reads the elements of class:list and its like.
func (p *parser) list(a *Attr) {
	open := p.pos
	p.pos++
	c := p.goCode(goList, "")
	ok := p.endBraces(open, &c, true)
	for _, it := range c.items {
		li := ListItem{Span: it.span}
		rest := it.span
		if it.colon > 0 {
			li.Key = c.part(p.src, Span{it.span.Start, it.colon})
			rest.Start = it.colon + 1
		}
		li.Value = c.part(p.src, rest)
		a.List = append(a.List, li)
	}
	if !ok || !p.check(&c, checkList, "") {
		return
	}
	for _, it := range a.List {
		if it.Key == nil && it.Value.Start < it.Value.End && p.src[it.Value.Start] == '{' && strings.HasSuffix(a.Name, ":list") {
			p.error("SG1007", Span{it.Value.Start, it.Value.Start + 1}, "an entry of "+a.Name+" has no braces of its own", "write the entries without inner braces: "+a.Name+`={"name": value}`)
		}
	}
}

// rawContent reads the content of a raw element, up to the first end tag of its name, as browsers do.
func (p *parser) rawContent(e *Element) {
	start := p.pos
	key := strings.ToLower(e.Name)
	end := -1
	none, known := p.noEnd[key]
	ok := !known || start < none
	for i := start; ok; {
		n := bytes.Index(p.src[i:], []byte("</"))
		if n < 0 {
			break
		}
		i += n
		name := p.src[i+2 : min(len(p.src), i+2+len(e.Name))]
		if string(name) == e.Name || e.Kind == HTML && strings.EqualFold(string(name), e.Name) {
			if rest := i + 2 + len(e.Name); rest >= len(p.src) || !isNameByte(p.src[rest]) {
				end = i
				break
			}
		}
		i += 2
	}
	if end >= 0 {
		p.pos = end
		if end > start {
			e.Children = []Node{&Text{Span{start, end}}}
		}
		e.Close = p.readEndTag(p.endTagAt(end))
		return
	}
	if ok {
		if p.noEnd == nil {
			p.noEnd = map[string]int{}
		}
		p.noEnd[key] = start
	}
	p.pos = p.nextOpenEnd(len(p.src))
	if p.pos > start {
		e.Children = []Node{&Text{Span{start, p.pos}}}
	}
	e.Close = Span{p.pos, p.pos}
	p.error("SG1001", Span{e.Open.Start, e.NameSpan.End}, "<"+e.Name+"> is never closed", "add </"+e.Name+">")
}
