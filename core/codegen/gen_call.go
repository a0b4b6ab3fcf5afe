package codegen

import (
	"slices"
	"strconv"
)

// call writes the call of a component.
func (p *printer) call(op Call) {
	// A call among the props may have failed. The component must not run on what it returned then.
	checked := slices.ContainsFunc(op.Props, Field.mayFail) || op.BaseCall
	set := op.Base != nil || slices.ContainsFunc(op.Props, Field.later)
	apart := checked || set || op.Async || op.Defer != nil // the props are made here and now, whoever uses them
	if apart {
		p.stmt(-1, "{")
		p.indent++
		p.open(-1)
		p.raw("_sgProps := ")
		p.mark(op.At)
		p.props(op)
		p.close("")
		p.setProps(op)
	}
	if checked {
		p.stmt(-1, "if ", p.present("_w.Err()"), " {")
		p.stmt(-1, "\treturn _w.Err()")
		p.stmt(-1, "}")
	}
	if op.Defer != nil {
		p.deferred(op)
		return
	}
	if op.Async {
		p.open(-1)
		p.raw("if _err := ")
		p.mark(op.At)
		p.async(op)
	}
	p.open(-1)
	if op.Async {
		p.raw("return ")
	} else {
		p.raw("if _err := ")
	}
	p.mark(op.At)
	p.qualified(op.Package, "Render")
	p.typeArgs(op.TypeArgs, true)
	p.raw("(_w, ", p.page(), ", ")
	if apart {
		p.raw("_sgProps")
	} else {
		p.props(op)
	}
	p.raw(", ")
	p.qualified(op.Package, "Slots")
	p.typeArgs(op.TypeArgs, op.SlotArgs)
	p.raw("{")
	for i, s := range op.slots() {
		if i > 0 {
			p.raw(", ")
		}
		p.raw(s.Name, ": ")
		p.fill(s)
	}
	if op.Async {
		p.close("})")
		p.indent--
		p.tabs(p.indent)
		p.raw("}")
	} else {
		p.raw("}")
	}
	p.close("); " + p.present("_err") + " {")
	p.stmt(-1, "\treturn _err")
	p.stmt(-1, "}")
	if apart {
		p.indent--
		p.stmt(-1, "}")
	}
}

// slots gives the filled slots, those handed on first: gofmt has its own mind about a comment behind a function of
// several lines.
func (op *Call) slots() []SlotFill {
	var out []SlotFill
	for _, forward := range []bool{true, false} {
		for _, s := range op.Slots {
			if (s.Forward != "") == forward {
				out = append(out, s)
			}
		}
	}
	return out
}

// deferred writes what stands for a component that a request of its own renders. The block of the props is open.
func (p *printer) deferred(op Call) {
	p.open(-1)
	p.raw("if _err := ")
	p.mark(op.At)
	p.raw("_sg.Defer(_w, ", p.page(), ", ", strconv.Quote(op.Defer.ID), ", ", strconv.Quote(op.Defer.Props), ", _sgProps, ")
	if len(op.Slots) == 0 && !p.shadowed["nil"] {
		p.raw("nil, ")
	} else {
		p.raw("_sg.Fills{")
		for i, s := range op.slots() {
			if i > 0 {
				p.raw(", ")
			}
			p.raw(strconv.Quote(s.Name), ": ")
			p.fill(s)
		}
		p.raw("}, ")
	}
	if len(op.Defer.Fallback) == 0 && !p.shadowed["nil"] {
		p.raw("nil")
	} else {
		p.closure(op.Defer.Fallback)
	}
	p.close("); " + p.present("_err") + " {")
	p.stmt(-1, "\treturn _err")
	p.stmt(-1, "}")
	p.indent--
	p.stmt(-1, "}")
}

// mayFail says whether the value of a prop comes with an error.
func (f Field) mayFail() bool {
	return f.Call || f.Text != nil || f.Rest != nil && slices.ContainsFunc(f.Rest.Attrs, Field.mayFail)
}

// props writes the props of a component, without those that only setProps can set.
func (p *printer) props(op Call) {
	p.qualified(op.Package, "Props")
	p.typeArgs(op.TypeArgs, op.PropArgs)
	if op.Base != nil {
		p.raw("(")
		if op.BaseCall {
			p.raw("_sg.V(")
		}
		p.code(op.Base, true)
		if op.BaseCall {
			p.raw(").Get(_w)")
		}
		p.raw(")")
		return
	}
	p.raw("{")
	first := true
	for _, f := range op.Props {
		if f.later() {
			continue
		}
		if !first {
			p.raw(", ")
		}
		first = false
		p.field(f)
	}
	p.raw("}")
}

// later says whether a field is, or may be, one of an embedded struct, which a literal cannot name.
func (f Field) later() bool { return f.At > 0 || f.Path != "" }

// setProps writes the assignments of props that a literal cannot hold.
func (p *printer) setProps(op Call) {
	for _, f := range op.Props {
		if op.Base == nil && !f.later() {
			continue
		}
		p.open(-1)
		p.raw("_sgProps.")
		if f.At > 0 { // its name is the author's to get right
			p.raw(" ")
			p.mark(f.At)
		}
		p.raw(f.Path)
		if !f.From.Empty() {
			p.mapped(len(f.Name), f.From, "")
		}
		p.raw(f.Name, " = ")
		p.value(f)
		p.close("")
	}
}

func (p *printer) qualified(pkg, name string) {
	if pkg != "" {
		p.raw(pkg, ".")
	}
	p.raw(name)
}

func (p *printer) typeArgs(args []Code, on bool) {
	if !on || len(args) == 0 {
		return
	}
	p.raw("[")
	for i, a := range args {
		if i > 0 {
			p.raw(",")
			p.arg(a)
			continue
		}
		p.code(a, true)
	}
	p.raw("]")
}

func (p *printer) field(f Field) {
	if !f.From.Empty() {
		p.mapped(len(f.Name), f.From, "")
	}
	p.raw(f.Name, ": ")
	p.value(f)
}

// value writes what a prop is set to.
func (p *printer) value(f Field) {
	switch {
	case f.Rest != nil:
		p.rest(f.Path, f.Name, f.Rest)
	case f.Text != nil:
		p.text(f.Text)
	case f.Call:
		p.mark(f.X[0].At)
		p.raw("_sg.V(")
		p.code(f.X, true)
		p.raw(").Get(_w)")
	case p.dev != nil && f.Const != nil:
		p.raw(p.literal(*f.Const))
	default:
		p.code(f.X, false)
	}
}

// rest writes the map of the rest prop of that name.
func (p *printer) rest(path, name string, r *Rest) {
	if len(r.Spreads) == 1 && len(r.Attrs) == 0 && !r.Base {
		p.code(r.Spreads[0], false)
		return
	}
	if len(r.Spreads) > 0 || r.Base {
		p.raw("_sg.Merge(")
		if r.Base {
			p.raw("_sgProps.", path, name)
		}
		for i, s := range r.Spreads {
			if i > 0 || r.Base {
				p.raw(",")
				p.arg(s)
				continue
			}
			p.code(s, true)
		}
		if len(r.Attrs) == 0 {
			p.raw(")")
			return
		}
		p.raw(", ")
	}
	p.raw("_sg.Attrs{")
	for i, a := range r.Attrs {
		if i > 0 {
			p.raw(", ")
		}
		p.raw(strconv.Quote(a.Name), ": ")
		p.value(a)
	}
	p.raw("}")
	if len(r.Spreads) > 0 || r.Base {
		p.raw(")")
	}
}

// text writes a string made of parts.
func (p *printer) text(t *Text) {
	switch {
	case t.Classes != nil:
		p.raw("_sg.ClassNames(_w,")
		p.classes(t.Classes)
	case t.Styles != nil && t.String:
		p.raw(p.stringType(), "(_sg.StyleText(_w,")
		p.styles(t.Styles)
		p.raw(")")
	case t.Styles != nil:
		p.raw("_sg.StyleText(_w,")
		p.styles(t.Styles)
	case t.URL != "":
		p.raw("_sg.URLConcat(_w, ", strconv.Quote(t.URL), ",")
		p.parts(t.Parts)
	default:
		p.raw("_sg.Concat(_w,")
		p.parts(t.Parts)
	}
	p.raw(")")
}

// fill writes what goes into a slot.
func (p *printer) fill(s SlotFill) {
	switch {
	case s.Forward != "":
		p.mark(s.At)
		p.raw(p.slots(), ".", s.Forward)
	case s.Func:
		p.mark(s.At)
		p.raw("func(")
		p.code(s.Params, true)
		p.raw(") _sg.Node {")
		p.close("")
		p.indent++
		p.tabs(p.indent)
		p.raw("return ")
		p.closure(s.Body)
		p.close("")
		p.indent--
		p.tabs(p.indent)
		p.raw("}")
	default:
		p.closure(s.Body)
	}
}

// slotOut writes the place of a slot.
func (p *printer) slotOut(op SlotOut) {
	slot := p.slots() + "." + op.Name
	p.stmt(-1, "if ", p.present(slot), " {")
	p.indent++
	if op.Func {
		p.open(-1)
		p.raw("if _n := ", slot, "(")
		for i, a := range op.Args {
			if i > 0 {
				p.raw(",")
				p.arg(a)
				continue
			}
			p.code(a, true)
		}
		p.close("); " + p.present("_n") + " {")
		p.indent++
		p.stmt(op.At, "if _err := _n(_w); ", p.present("_err"), " {")
	} else {
		p.stmt(op.At, "if _err := ", slot, "(_w); ", p.present("_err"), " {")
	}
	p.stmt(-1, "\treturn _err")
	p.stmt(-1, "}")
	if op.Func {
		p.indent--
		p.stmt(-1, "}")
	}
	p.indent--
	if len(op.Fallback) == 0 {
		p.stmt(-1, "}")
		return
	}
	p.stmt(-1, "} else {")
	p.indent++
	p.ops(op.Fallback)
	p.indent--
	p.stmt(-1, "}")
}

// dynamic writes an element whose name is known when it is rendered.
func (p *printer) dynamic(op Dynamic) {
	p.stmt(-1, "{")
	p.indent++
	p.open(-1)
	p.raw("_sgTag := _sg.TagName(_w,")
	p.arg(op.Is)
	p.close(")")
	p.stmt(-1, `_w.S("<")`)
	p.stmt(-1, "_w.S(_sgTag)")
	p.ops(op.Attrs)
	p.stmt(-1, `_w.S(">")`)
	p.stmt(-1, "if !_sg.IsVoid(_sgTag) {")
	p.indent++
	p.ops(op.Body)
	p.stmt(-1, `_w.S("</")`)
	p.stmt(-1, "_w.S(_sgTag)")
	p.stmt(-1, `_w.S(">")`)
	p.indent--
	p.stmt(-1, "}")
	p.indent--
	p.stmt(-1, "}")
}
