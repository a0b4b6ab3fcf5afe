package syntax

import (
	"cmp"
	"errors"
	"go/ast"
	goparser "go/parser"
	"go/scanner"
	"go/token"
	"strings"
)

// checkKind says as what a piece of Go code has to parse.
type checkKind uint8

const (
	checkExpr checkKind = iota
	checkStmt
	checkHeader
	checkLabel
	checkList
	checkTypes
	checkParams
)

const goFileHead = "package p;func _(){"

// wrap gives what goes around a piece of Go code to make a whole of it that go/parser takes.
func (k checkKind) wrap(keyword string) (before, after string) {
	switch k {
	case checkStmt:
		return goFileHead, "\n}"
	case checkHeader:
		return goFileHead + keyword + " ", " {}\n}"
	case checkLabel:
		return goFileHead + "switch{case ", ":}\n}"
	case checkList:
		return "_{", "}"
	case checkTypes:
		return "_[", "]"
	case checkParams:
		return goFileHead + "_=func", "{}\n}"
	}
	return "", ""
}

// goText is Go code taken out of the source for go/parser: between a head and a tail that are not the author's, and
// with a name in the place of each piece of markup.
type goText struct {
	buf  []byte
	segs []goSeg
}

// goSeg says that the bytes of buf from at on stand at off in the source.
type goSeg struct{ at, off int }

// markupName stands for markup. The blanks keep it apart from a name that touches the markup.
const markupName = " markup "

func (p *parser) goText(c *goCode, before, after string) goText {
	t := goText{buf: make([]byte, 0, len(before)+c.span.End-c.span.Start+len(after))}
	t.buf = append(t.buf, before...)
	from := c.span.Start
	for _, n := range c.markup {
		r := n.Range()
		t.segs = append(t.segs, goSeg{len(t.buf), from})
		t.buf = append(t.buf, p.src[from:r.Start]...)
		t.segs = append(t.segs, goSeg{len(t.buf), r.Start})
		t.buf = append(t.buf, markupName...)
		from = r.End
	}
	t.segs = append(t.segs, goSeg{len(t.buf), from})
	t.buf = append(t.buf, p.src[from:c.span.End]...)
	t.segs = append(t.segs, goSeg{len(t.buf), c.span.End})
	t.buf = append(t.buf, after...)
	return t
}

// source maps an offset of buf to one of the source.
func (t *goText) source(at int) int {
	for i := len(t.segs) - 1; i >= 0; i-- {
		if s := t.segs[i]; at >= s.at {
			if i == len(t.segs)-1 { // behind the code
				return s.off
			}
			return min(s.off+at-s.at, t.segs[i+1].off)
		}
	}
	return t.segs[0].off
}

// parse asks go/parser. Everything but expressions is one statement of the one function of a file.
func (t *goText) parse(k checkKind) error {
	fset := token.NewFileSet()
	switch k {
	case checkExpr, checkList, checkTypes:
		_, err := goparser.ParseExprFrom(fset, "", t.buf, goparser.SkipObjectResolution)
		return err
	}
	f, err := goparser.ParseFile(fset, "", t.buf, goparser.SkipObjectResolution)
	if err != nil {
		return err
	}
	if len(f.Decls) != 1 {
		return errNotOne
	}
	if fn, ok := f.Decls[0].(*ast.FuncDecl); !ok || len(fn.Body.List) != 1 {
		return errNotOne
	}
	return nil
}

var errNotOne = errors.New("expected one statement")

// headerParses says whether what has been read of a header is a whole one.
func (p *parser) headerParses(c *goCode, keyword string) bool {
	before, after := checkHeader.wrap(keyword)
	t := p.goText(c, before, after)
	return t.parse(checkHeader) == nil
}

// check reports the syntax errors in c. It is true where there are none.
func (p *parser) check(c *goCode, k checkKind, keyword string) bool {
	if c.broken {
		return false
	}
	// An assignment is simple, and no value; what is simple as an expression may be no parameters.
	if c.simple && c.dots == 0 && k != checkParams && (c.assign == 0 || k == checkStmt || k == checkHeader) {
		return true
	}
	before, after := k.wrap(keyword)
	t := p.goText(c, before, after)
	err := t.parse(k)
	if err == nil {
		return true
	}
	c.broken = true
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		p.error("SG1007", c.span, "Go syntax: "+err.Error(), "")
		return false
	}
	foreign := foreignWord(string(t.buf[len(before):t.segs[len(t.segs)-1].at]), keyword)
	e := list[0] // the others mostly follow from the first
	at := t.source(e.Pos.Offset)
	code := string(p.src[c.span.Start:c.span.End])
	if p.endsForeign(code) {
		return false
	}
	message, habit := codeHabit(code, k)
	p.error("SG1007", p.tokenSpan(at), cmp.Or(message, goMessage(e.Msg, k)), cmp.Or(habit, goHint(p.src, at, e.Msg), foreign))
	return false
}

// tokenSpan covers the word at off, or the byte.
func (p *parser) tokenSpan(off int) Span {
	off = min(off, len(p.src))
	end := off
	for end < len(p.src) && isIdentByte(p.src[end]) {
		end++
	}
	if end == off && end < len(p.src) && p.src[end] != '\n' {
		end++
	}
	return Span{off, end}
}

// goMessage puts a message of go/parser into the terms of the author, who has not written what stands around the code.
func goMessage(msg string, k checkKind) string {
	msg = strings.Replace(msg, "expected ';', found", "unexpected", 1)
	msg = strings.Replace(msg, "expected 'EOF', found", "unexpected", 1)
	closer := "'}'"
	if k == checkTypes {
		closer = "']'"
	}
	msg = strings.Replace(msg, "found 'EOF'", "found "+closer, 1)
	msg = strings.Replace(msg, " (missing parentheses around composite literal?)", "", 1)
	return "Go syntax: " + msg
}

// goHint knows what people bring from other languages.
func goHint(src []byte, at int, msg string) string {
	rest := src[min(at, len(src)):]
	has := func(s string) bool { return strings.HasPrefix(string(rest[:min(len(rest), len(s))]), s) }
	switch {
	case has(") =>"):
		return `a function of Go is func() { … }; what runs in the browser is text, onclick="…", or stands in a <script>`
	case has("=>"):
		return "Go has no arrow functions: use {for _, x := range xs { … }}"
	case strings.Contains(msg, "found 'map'"):
		return "Go slices have no methods: use {for _, x := range xs { … }}"
	case strings.Contains(msg, "found 'default'") && strings.HasSuffix(string(src[:min(at, len(src))]), "slots."):
		return "write <slot /> where the content goes; slots.Default != nil says whether there is any"
	case strings.Contains(msg, "expected operand, found 'if'"):
		return `if is no value: an attribute takes site.When(cond, value), and classes class:list={"name": cond}`
	case has("?"):
		return "Go has no ?: and no optional chaining: use {if cond { … } else { … }}"
	case has("==="):
		return "Go compares with =="
	case strings.Contains(msg, "expected operand, found '='"):
		return "Go compares with =="
	case strings.Contains(msg, "found assignment"):
		return "Go compares with =="
	case strings.Contains(msg, "illegal rune literal"), strings.Contains(msg, "rune literal not terminated"):
		return `Go writes strings with double quotes: "text"`
	}
	before := strings.TrimRight(string(src[max(0, at-12):min(at, len(src))]), blanks)
	return foreignWord(before[strings.LastIndexAny(before, blanks+"{(=")+1:], "")
}

// foreignWord knows the words that other template languages start with.
func foreignWord(code, keyword string) string {
	word := code
	for i := 0; i < len(code); i++ {
		if !isIdentByte(code[i]) {
			word = code[:i]
			break
		}
	}
	switch word {
	case "while":
		return "Go loops with for: {for cond { … }}"
	case "foreach", "each":
		return "Go loops with for: {for _, x := range xs { … }}"
	case "unless":
		return "write {if cond { … } else { … }}"
	case "elseif", "elif":
		return "write {if cond { … } else { … }}"
	case "let":
		return "Go declares variables with x := …"
	case "await", "async", "function", "new", "typeof":
		return word + " is JavaScript: write Go here"
	}
	if keyword == "for" && (strings.Contains(code, " of ") || strings.Contains(code, " in ")) {
		return "Go loops with range: {for _, x := range xs { … }}"
	}
	return ""
}

// declared gives the names that a var or const statement declares, without _.
func (p *parser) declared(c *goCode) []string {
	before, after := checkStmt.wrap("")
	t := p.goText(c, before, after)
	f, err := goparser.ParseFile(token.NewFileSet(), "", t.buf, goparser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			_, lit := n.(*ast.FuncLit)
			return !lit
		}
		for _, id := range spec.Names {
			if id.Name != "_" {
				out = append(out, id.Name)
			}
		}
		return false
	})
	return out
}
