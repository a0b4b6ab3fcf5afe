package codegen

import (
	"go/ast"
	"go/parser"
	"strconv"
	"strings"
)

// attrFuncs are the methods of Val per context.
var attrFuncs = map[Context]string{CtxPlain: "Attr", CtxEnum: "EnumAttr", CtxURL: "URL", CtxImage: "ImageURL", CtxSrcset: "Srcset"}

func (p *printer) attr(op Attr) {
	p.near(op.At, op.X)
	switch op.Ctx {
	case CtxJS:
		p.raw("_sg.JSAttr(_w, ", strconv.Quote(op.Name), ",")
		p.arg(op.X)
		p.close(")")
		return
	case CtxSrcdoc:
		p.raw("_sg.SrcdocAttr(_w,")
		p.arg(op.X)
		p.close(")")
		return
	}
	p.raw(p.takes())
	p.operand(p.printed(op.X))
	p.attrEnd(op.Name, op.Ctx)
}

// operand writes what V is given where a call with several arguments follows. There gofmt takes the blanks out of an
// expression like a + b, which would move its columns; in parentheses they stay.
func (p *printer) operand(c Code) {
	if len(c) == 1 && c[0].Markup == nil && c[0].At >= 0 && strings.ContainsAny(c[0].Go, " \t") {
		x, err := parser.ParseExpr(c[0].Go)
		_, binary := x.(*ast.BinaryExpr)
		if pos := p.file.Pos(c[0].At); err == nil && binary && pos.Col > 2 {
			if !p.plain {
				start := len(p.b)
				p.raw(" /*line :", strconv.Itoa(pos.Line), ":", strconv.Itoa(pos.Col-2), "*/ ")
				p.line = pos.Line
				p.placed(p.line)
				p.directed(start)
			}
			p.raw("(")
			p.author(c[0].Go, c[0].At)
			p.raw(")")
			return
		}
	}
	p.code(c, true)
}

// printed gives the constant nil a type where Go would have to infer one.
func (p *printer) printed(c Code) Code {
	if s, ok := c.source(); ok && s == "nil" && !p.shadowed["nil"] {
		return made("interface{}(nil)")
	}
	return c
}

func (p *printer) attrEnd(name string, ctx Context) {
	switch ctx {
	case CtxStyle:
		p.close(").Style(_w)")
	case CtxRefresh:
		p.close(").Refresh(_w)")
	default:
		p.close(")." + attrFuncs[ctx] + "(_w, " + strconv.Quote(name) + ")")
	}
}

func (p *printer) template(op AttrTemplate) {
	p.open(op.At)
	switch op.Ctx {
	case CtxURL, CtxImage:
		p.raw("_sg.URLTmpl(_w, ", strconv.Quote(op.Name), ", ", p.comp.constant(strconv.FormatBool(op.Ctx == CtxImage)), ",")
		p.parts(op.Parts)
		p.close(")")
	case CtxPlain, CtxEnum:
		p.raw("_sg.Tmpl(_w, ", strconv.Quote(op.Name), ",")
		p.parts(op.Parts)
		p.close(")")
	default:
		p.raw("_sg.V(_sg.Concat(_w,")
		p.parts(op.Parts)
		p.raw(")")
		p.attrEnd(op.Name, op.Ctx)
	}
}

// parts writes the pieces of a backtick attribute, separated by commas.
func (p *printer) parts(parts []Part) {
	for i, part := range parts {
		if i > 0 {
			p.raw(",")
		}
		if last := len(p.b) - 1; p.b[last] == ',' {
			p.raw(" ")
		}
		if part.X == nil {
			p.raw("_sg.Lit(", p.literal(part.Lit), ")")
			continue
		}
		p.raw("_sg.Hole(")
		p.code(p.printed(part.X), true)
		p.raw(")")
	}
}

// classes writes the entries of a class list, one a line.
func (p *printer) classes(items []ClassItem) {
	p.indent++
	for i, it := range items {
		if i > 0 {
			p.raw(",")
		}
		p.close("")
		p.tabs(p.indent)
		p.entry(it.X)
		if it.If == nil {
			p.raw("_sg.C(")
			p.code(p.printed(it.X), true)
			p.raw(")")
			continue
		}
		p.raw("_sg.CIf(")
		p.code(it.X, true)
		p.raw(",")
		p.arg(it.If)
		p.raw(")")
	}
	p.indent--
}

// entry gives the call that begins a line of a list the line of the first of what it is made of, for what is said of values at run time.
func (p *printer) entry(of ...Code) {
	for _, c := range of {
		if len(c) > 0 && c[0].At >= 0 {
			p.mark(c[0].At)
			return
		}
	}
}

// styles writes the entries of a style list, one a line.
func (p *printer) styles(items []StyleItem) {
	p.indent++
	for i, it := range items {
		if i > 0 {
			p.raw(",")
		}
		p.close("")
		p.tabs(p.indent)
		p.entry(it.Prop, it.X)
		switch {
		case it.X == nil:
			p.raw("_sg.StyleLit(", p.literal(it.Lit), ")")
		case it.Prop == nil:
			p.raw("_sg.Decls(")
			p.code(it.X, true)
			p.raw(")")
		default:
			p.raw("_sg.D(")
			p.code(it.Prop, true)
			p.raw(",")
			p.arg(p.printed(it.X))
			p.raw(")")
		}
	}
	p.indent--
}
