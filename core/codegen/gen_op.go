package codegen

import (
	"slices"
	"strconv"
)

// ops writes operations as statements.
func (p *printer) ops(ops Ops) {
	for _, op := range ops {
		p.op(op)
	}
}

func (p *printer) op(op Op) {
	switch op := op.(type) {
	case Lit:
		p.stmt(-1, p.writes(), p.literal(op.HTML), ")")
	case Value:
		p.hole(op)
	case Attr:
		p.attr(op)
	case AttrTemplate:
		p.template(op)
	case Classes:
		p.open(op.At)
		p.raw("_sg.ClassList(_w,")
		p.classes(op.Items)
		p.close(")")
	case Styles:
		p.open(op.At)
		p.raw("_sg.StyleList(_w,")
		p.styles(op.Items)
		p.close(")")
	case Spread:
		p.spread(op)
	case Let:
		p.open(-1)
		p.raw("var ", op.Name, " ", op.Type, " = ")
		p.code(op.X, false)
		p.close("")
	case Block:
		p.stmt(-1, "{")
		p.indent++
		p.ops(op.Body)
		p.indent--
		p.stmt(-1, "}")
	case If:
		p.ifs(op)
	case For:
		p.loop(op)
	case Switch:
		p.switches(op)
	case Stmt:
		p.statement(op)
	case Call:
		p.call(op)
	case SlotOut:
		p.slotOut(op)
	case Dynamic:
		p.dynamic(op)
	case ScriptVars:
		p.scriptVars(op)
	case Client:
		p.client(op)
	case RunScript:
		if slices.Contains(p.late, op.ID) {
			return // behind everything else
		}
		p.stmt(op.At, "_sg.Script(_w, ", p.page(), ", ", strconv.Quote(op.ID), ")")
	case DoctypeEnd:
		p.stmt(op.At, "_sg.HeadFirst(_w, ", p.page(), ")")
	case HTMLStart:
		p.stmt(op.At, "_sg.HeadHTML(_w, ", p.page(), ")")
	case HeadEnd:
		p.stmt(op.At, "_sg.Head(_w, ", p.page(), ")")
	case Section:
		p.section(op)
	case BodyEnd:
		p.stmt(op.At, "_sg.BodyEnd(_w, ", p.page(), ")")
	}
}

// hole writes the value of an expression as text, or as markup where it is set:html.
func (p *printer) hole(op Value) {
	if html, ok := p.constantHTML(op); ok {
		p.stmt(-1, p.writes(), p.literal(html), ")")
		return
	}
	if p.long && !op.Raw && op.X.single() {
		p.open(op.X[0].At) // the call itself is what can fail
		p.raw("_sg.LongText(")
		p.operand(p.printed(op.X))
		p.close(", _w)")
		return
	}
	p.near(op.At, op.X)
	p.raw(p.takes())
	p.code(p.printed(op.X), true)
	if op.Raw {
		p.close(").HTML(_w)")
	} else {
		p.close(").Text(_w)")
	}
}

// spread writes the attributes of a map into a tag.
func (p *printer) spread(op Spread) {
	p.open(op.At)
	tag := strconv.Quote(op.Tag)
	if op.Tag == "" {
		tag = "_sgTag"
	}
	p.raw("_sg.Spread(_w, ", tag, ",")
	p.arg(op.X)
	for _, s := range op.Skip {
		p.raw(", ", strconv.Quote(s))
	}
	p.close(")")
}

// loop writes a for, which ends when the answer is given up.
func (p *printer) loop(op For) {
	p.near(op.At, op.Head)
	p.raw("for ")
	if op.Head != nil {
		p.code(op.Head, false)
		p.raw(" ")
	}
	p.close("{")
	p.indent++
	p.stmt(-1, "if !_w.Loop() {")
	p.stmt(-1, "\treturn _w.Err()")
	p.stmt(-1, "}")
	p.ops(op.Body)
	p.indent--
	p.stmt(-1, "}")
}

// switches writes a switch with its arms.
func (p *printer) switches(op Switch) {
	p.near(op.At, op.Head)
	p.raw("switch ")
	if op.Head != nil {
		p.code(op.Head, false)
		p.raw(" ")
	}
	p.close("{")
	for _, a := range op.Arms {
		p.open(-1)
		if a.Head == nil {
			p.close("default:")
		} else {
			p.raw("case ")
			p.code(a.Head, false)
			p.close(":")
		}
		p.indent++
		p.ops(a.Body)
		p.indent--
	}
	p.stmt(-1, "}")
}

// scriptVars hands variables to a script: as declarations, or as data behind its element.
func (p *printer) scriptVars(op ScriptVars) {
	p.open(op.At)
	if op.Data {
		p.raw("_sg.ScriptData(_w")
	} else {
		p.raw("_sg.ScriptVars(_w")
	}
	p.indent++
	for _, v := range op.Vars {
		p.raw(",")
		p.close("")
		p.tabs(p.indent)
		p.raw("_sg.Var(", strconv.Quote(v.Name), ",")
		p.arg(v.X)
		p.raw(")")
	}
	p.indent--
	p.close(")")
}

func (p *printer) ifs(op If) {
	p.near(op.At, op.Arms[0].Head)
	for i, a := range op.Arms {
		if i > 0 {
			p.raw(" else ")
		}
		if a.Head != nil {
			p.raw("if ")
			p.code(a.Head, false)
			p.raw(" ")
		}
		p.close("{")
		p.indent++
		p.ops(a.Body)
		p.indent--
		p.tabs(p.indent)
		p.raw("}")
	}
	p.close("")
}

// statement writes a statement in braces so that its first byte has its column. gofmt gives a comment at the start of
// a line a line of its own, so the directive stands above and takes the indentation into account.
func (p *printer) statement(op Stmt) {
	if len(op.X) == 0 {
		return
	}
	if at := op.X[0].At; at >= 0 {
		pos := p.file.Pos(at)
		if pos.Col > p.indent || p.plain {
			p.directive(pos.Line, pos.Col-p.indent)
			p.tabs(p.indent)
		} else {
			p.directive(pos.Line, pos.Col)
		}
		if op.X[0].Markup == nil {
			p.author(op.X[0].Go, at)
			p.code(append(Code{{At: -1}}, op.X[1:]...), false)
		} else {
			p.code(op.X, false)
		}
	}
	p.close("")
	p.discard(op.Vars)
}
