package codegen

import (
	"go/ast"
	"go/parser"
	"slices"
	"strings"

	"sitegen.dev/core/syntax"
)

// The Go compiler takes more than linear time for a function: four times as long for a template of twice the length. So a
// long template becomes several function literals, each called where it stands, which see the variables of the fence and
// allocate nothing. A weight is about the number of statements that an operation becomes.
var sections = splitter{max: 400, section: 200}

// Section is a run of operations that the printer makes a function of its own. Lowering knows nothing of it.
type Section struct {
	Body Ops `json:"body"`
}

func (Section) op() string { return "section" }

// function writes the operations of a function, divided if they are too many.
func (p *printer) function(ops Ops) {
	long := p.long
	if weigh(ops) > p.splitter.max {
		ops, _ = p.splitter.list(ops)
		p.long = true
	}
	p.ops(ops)
	p.long = long
}

func (p *printer) section(op Section) {
	p.stmt(-1, "if _err := func() ", p.errorType(), " {")
	p.indent++
	p.ops(op.Body)
	p.stmt(-1, "return _w.Err()")
	p.indent--
	p.stmt(-1, "}(); ", p.present("_err"), " {")
	p.stmt(-1, "\treturn _err")
	p.stmt(-1, "}")
}

// writes begins a call that writes a text. Where there are very many of them, what the Go compiler makes of each counts.
func (p *printer) writes() string {
	if p.long {
		return "_w.Long("
	}
	return "_w.S("
}

// takes begins a call that takes the value of an expression, likewise.
func (p *printer) takes() string {
	if p.long {
		return "_sg.LongV("
	}
	return "_sg.V("
}

// single says whether code certainly is one value, and not a call that may give an error too.
func (c Code) single() bool {
	src, ok := c.source()
	if !ok {
		return false
	}
	if !strings.HasSuffix(src, ")") {
		return true
	}
	x, err := parser.ParseExpr(src)
	if err != nil {
		return false
	}
	_, call := ast.Unparen(x).(*ast.CallExpr)
	return !call
}

// splitter divides what would become functions too long for the Go compiler.
type splitter struct {
	max     int // weight of a function that is left whole
	section int // weight of the functions that a longer one becomes
}

// list divides siblings, and before that what they hold. It gives their weight too.
func (s *splitter) list(ops Ops) (Ops, int) {
	out := make(Ops, len(ops))
	weights := make([]int, len(ops))
	total := 0
	for i, op := range ops {
		out[i], weights[i] = s.op(op)
		total += weights[i]
	}
	for before := total + 1; total > s.max && total < before; {
		before = total
		out, weights, total = s.group(out, weights)
	}
	if total > s.max {
		out, total = s.nest(out, weights)
	}
	return out, total
}

// op divides what an operation holds, as far as it is part of the same function.
func (s *splitter) op(op Op) (Op, int) {
	arms := func(in []Arm) ([]Arm, int) {
		out, total := slices.Clone(in), 0
		for i := range out {
			var n int
			out[i].Body, n = s.list(out[i].Body)
			total += n + 1
		}
		return out, total
	}
	n := 0
	switch o := op.(type) {
	case If:
		o.Arms, n = arms(o.Arms)
		return o, n
	case Switch:
		o.Arms, n = arms(o.Arms)
		return o, n + 1
	case For:
		o.Body, n = s.list(o.Body)
		return o, n + 2
	case Block:
		o.Body, n = s.list(o.Body)
		return o, n
	case SlotOut:
		o.Fallback, n = s.list(o.Fallback)
		return o, n + 3
	case Dynamic:
		var attrs int
		o.Attrs, attrs = s.list(o.Attrs)
		o.Body, n = s.list(o.Body)
		return o, n + attrs + 8
	}
	return op, weight(op)
}

// group makes sections of neighbours that can be moved into a function.
func (s *splitter) group(ops Ops, weights []int) (Ops, []int, int) {
	var out Ops
	var outWeights []int
	total, start, sum := 0, 0, 0
	emit := func(op Op, n int) {
		out, outWeights, total = append(out, op), append(outWeights, n), total+n
	}
	flush := func(end int) {
		if sum > weight(Section{}) && sum > s.section/4 {
			emit(Section{slices.Clip(ops[start:end])}, weight(Section{}))
		} else {
			for i := start; i < end; i++ {
				emit(ops[i], weights[i])
			}
		}
		start, sum = end, 0
	}
	for i, op := range ops {
		if declares(op) || leaves(Ops{op}, false, false) {
			flush(i)
			emit(op, weights[i])
			start = i + 1
			continue
		}
		if sum > 0 && sum+weights[i] > s.section {
			flush(i)
		}
		sum += weights[i]
	}
	flush(len(ops))
	return out, outWeights, total
}

// nest moves the rest of a list into a function, and the rest of that one into another, where declarations stand between
// the operations: what follows a declaration has to see it.
func (s *splitter) nest(ops Ops, weights []int) (Ops, int) {
	var tail Ops // reversed
	sum := 0
	fold := func() Ops {
		list := slices.Clone(tail)
		slices.Reverse(list)
		return list
	}
	for i := len(ops) - 1; i >= 0; i-- {
		if leaves(Ops{ops[i]}, false, false) { // neither it nor what is around it can be in another function
			rest := fold()
			total := sum
			for _, w := range weights[:i+1] {
				total += w
			}
			return append(slices.Clone(ops[:i+1]), rest...), total
		}
		tail, sum = append(tail, ops[i]), sum+weights[i]
		if sum > s.section && i > 0 && len(tail) > 1 {
			tail, sum = Ops{Section{fold()}}, weight(Section{})
		}
	}
	return fold(), sum
}

// declares says whether siblings that follow may use a name that op declares.
func declares(op Op) bool {
	switch op := op.(type) {
	case Let:
		return true
	case Stmt:
		return op.Kind <= syntax.StmtConst
	}
	return false
}

// leaves says whether ops hold a return, or a break or continue whose statement is around them: within says that a loop, or
// for break a switch, is among them.
func leaves(ops Ops, inLoop, inSwitch bool) bool {
	return slices.ContainsFunc(ops, func(op Op) bool {
		arms := func(arms []Arm, inSwitch bool) bool {
			return slices.ContainsFunc(arms, func(a Arm) bool { return leaves(a.Body, inLoop, inSwitch) })
		}
		switch op := op.(type) {
		case Stmt:
			switch op.Kind {
			case syntax.StmtReturn:
				return true
			case syntax.StmtContinue:
				return !inLoop
			case syntax.StmtBreak:
				return !inLoop && !inSwitch
			}
		case If:
			return arms(op.Arms, inSwitch)
		case Switch:
			return arms(op.Arms, true)
		case For:
			return leaves(op.Body, true, false)
		case Block:
			return leaves(op.Body, inLoop, inSwitch)
		case Section:
			return leaves(op.Body, inLoop, inSwitch)
		case SlotOut:
			return leaves(op.Fallback, inLoop, inSwitch)
		case Dynamic:
			return leaves(op.Attrs, inLoop, inSwitch) || leaves(op.Body, inLoop, inSwitch)
		}
		return false
	})
}

func weigh(ops Ops) int {
	n := 0
	for _, op := range ops {
		n += weight(op)
	}
	return n
}

// weight is about how many statements op becomes, without those of functions within.
func weight(op Op) int {
	arms := func(arms []Arm) int {
		n := len(arms)
		for _, a := range arms {
			n += weigh(a.Body)
		}
		return n
	}
	switch op := op.(type) {
	case If:
		return arms(op.Arms)
	case Switch:
		return arms(op.Arms) + 1
	case For:
		return weigh(op.Body) + 2
	case Block:
		return weigh(op.Body)
	case SlotOut:
		return weigh(op.Fallback) + 3
	case Dynamic:
		return weigh(op.Attrs) + weigh(op.Body) + 8
	case Call:
		return len(op.Props) + len(op.Slots) + 3
	case Classes:
		return len(op.Items) + 1
	case Styles:
		return len(op.Items) + 1
	case AttrTemplate:
		return len(op.Parts) + 1
	case ScriptVars:
		return len(op.Vars) + 1
	case Client:
		return len(op.Props) + 2
	case Section:
		return 2
	}
	return 1
}
