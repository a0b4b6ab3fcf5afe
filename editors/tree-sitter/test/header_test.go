package test

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
)

// TestHeaders holds that the block of a statement opens where go/parser, which core/syntax asks, says that it does, on
// headers made at random of types, literals, functions, conversions and markup.
func TestHeaders(t *testing.T) {
	p := parser(t)
	g := &headers{rand.New(rand.NewSource(seed()))}
	accepted := 0
	for i := 0; i < 4000 && !t.Failed(); i++ {
		text := g.pick(
			"{if "+g.expr(3)+" { <p/> }}",
			"{if x := "+g.expr(3)+"; "+g.expr(2)+" { <p/> } else if "+g.expr(2)+" { a }}",
			"{for "+g.expr(3)+" { <p/> }}",
			"{for i, v := range "+g.expr(3)+" { {v} }}",
			"{for range "+g.expr(3)+" { a }}",
			"{for x := "+g.expr(2)+"; "+g.expr(2)+"; x++ { a }}",
			"{switch "+g.expr(3)+" { case "+g.expr(2)+", "+g.typ(2)+": <p/> case "+g.expr(2)+": default: }}",
			"{switch v := "+g.expr(2)+".(type) { case "+g.typ(2)+": {v} }}",
			"{"+g.expr(3)+"}",
			"{x := "+g.expr(3)+"}",
			"<p a={"+g.expr(2)+"} {"+g.expr(2)+"...} class:list={"+g.expr(2)+", "+g.expr(1)+": "+g.expr(2)+"} b=`${"+g.expr(2)+"}`/>",
			"<T["+g.typ(2)+", "+g.typ(2)+"] />",
		)
		if agree(t, p, fmt.Sprint(i), []byte(text)) {
			accepted++
		}
	}
	if accepted < 2000 {
		t.Errorf("core/syntax accepted %d headers only", accepted)
	}
}

type headers struct{ *rand.Rand }

func (g *headers) pick(list ...string) string { return list[g.Intn(len(list))] }

// list gives up to two of what one gives.
func (g *headers) list(one func() string) string {
	var out []string
	for range g.Intn(3) {
		out = append(out, one())
	}
	return strings.Join(out, ", ")
}

func (g *headers) typ(depth int) string {
	if depth == 0 {
		return g.pick("T", "int", "pkg.T", "G[int]")
	}
	sub := func() string { return g.typ(depth - 1) }
	switch g.Intn(12) {
	case 0:
		return "[]" + sub()
	case 1:
		return g.pick("[3]", "[...]", "[len(a)]") + sub()
	case 2:
		return "map[" + sub() + "]" + sub()
	case 3:
		return "*" + sub()
	case 4:
		return g.pick("chan ", "<-chan ", "chan<- ") + sub()
	case 5:
		return g.signature(depth)
	case 6:
		return g.pick("struct{}", "struct{ a int }", "struct { b "+sub()+"; c string `d` }")
	case 7:
		return g.pick("interface{}", "interface{ F() }", "interface { G("+sub()+") "+sub()+" }")
	case 8:
		return "G[" + sub() + ", " + sub() + "]"
	case 9:
		return "(" + sub() + ")"
	}
	return g.typ(0)
}

func (g *headers) signature(depth int) string {
	sub := func() string { return g.typ(depth - 1) }
	return "func(" + g.list(sub) + ")" + g.pick("", " "+sub(), " ("+sub()+")", " (a "+sub()+", b "+sub()+")")
}

func (g *headers) expr(depth int) string {
	if depth == 0 {
		return g.pick("a", "b.c", "1", `"}"`, "'{'", "`{`", "nil", "0x1e+2", "f()", ".5")
	}
	sub := func() string { return g.expr(depth - 1) }
	typ := func() string { return g.typ(2) }
	switch g.Intn(18) {
	case 0, 1:
		return typ() + "{" + g.list(sub) + "}"
	case 2:
		return typ() + "{" + sub() + ": " + sub() + "}"
	case 3:
		return "(" + g.pick("T", "pkg.T", "G[int]") + "{" + g.list(sub) + "})"
	case 4:
		return g.signature(2) + " { " + g.pick("", "return "+sub(), "if a { b() }", "for range x { }\n") + " }" + g.pick("", "()")
	case 5:
		return "(" + typ() + ")(" + sub() + ")"
	case 6:
		return typ() + "(" + sub() + ")"
	case 7:
		return sub() + ".(" + typ() + ")"
	case 8:
		return sub() + "[" + sub() + g.pick("", ":", ":"+sub()) + "]"
	case 9:
		return sub() + "." + g.pick("x", "F("+g.list(sub)+")")
	case 10, 11:
		return sub() + g.pick(" + ", " < ", "<", " && ", " == ", "-", " &^ ", "<<", " <= ", "|") + sub()
	case 12:
		return g.pick("!", "-", "&", "*", "<-", "^") + sub()
	case 13:
		return "f(" + g.pick("<b>"+g.pick("x", "{"+sub()+"}")+"</b>", "<br>", "<i/>", "<></>") + g.pick("", ", "+sub(), ", <i a={"+sub()+"}/>") + ")"
	case 14:
		return "(" + sub() + ")"
	case 15:
		return "make(" + typ() + ", " + sub() + ")"
	case 16:
		return sub() + g.pick(" /* { */ ", "/**/", " ") + g.pick("+", "/", "*") + g.pick(" /* } */ ", "") + sub()
	}
	return g.expr(0)
}
