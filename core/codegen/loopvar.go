package codegen

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// loopVar is the one variable of a loop over something: what counts, where other languages give the element.
type loopVar struct {
	name string
	over string
	at   syntax.Span // of the loop
}

var (
	oneVar     = regexp.MustCompile(`^(\w+)\s*:=\s*range\s+(?s:(.+))$`)
	countsOver = regexp.MustCompile(`^(?:[0-9]|(?:len|cap|min|max|int)\s*\()`)
)

// indexHint says how to loop over elements where a message is about the index of a loop that is used as if it were one, or "".
func (c *Component) indexHint(d *diag.Diagnostic) string {
	hint := ""
	for _, v := range c.loopVars(d.Pos) {
		if countsOver.MatchString(v.over) || c.isNumber(v.over) {
			continue
		}
		name := regexp.QuoteMeta(v.name)
		what := "index"
		switch {
		case mentions(d.Message, `^`+name+`\.\w+ undefined \(type int has`), mentions(d.Message, `(?:^|\W)`+name+` \(variable of type int\)`):
		case mentions(d.Message, `^invalid operation: (?:`+name+` .*|.* `+name+` )\(mismatched types (?:int and|.* and int\))`):
		case mentions(d.Message, `^`+name+`\.\w+ undefined \(type .* has no field`) && !strings.HasSuffix(v.over, ")"):
			what = "key"
		default:
			continue
		}
		hint = v.name + " is the " + what + ": write for _, " + v.name + " := range " + v.over // of the innermost loop
	}
	return hint
}

func mentions(message, re string) bool { return regexp.MustCompile(re).MatchString(message) }

// isNumber says whether what a loop goes over is a number, as far as the component tells.
func (c *Component) isNumber(over string) bool {
	if name, ok := strings.CutPrefix(over, "props."); ok && c.front.props != nil {
		for _, f := range c.front.props.Fields {
			if f.Name == name {
				return basicTypes[f.Type] || strings.HasPrefix(f.Type, "int") || strings.HasPrefix(f.Type, "uint")
			}
		}
	}
	for _, it := range c.front.stmts {
		if m := numberVar.FindStringSubmatch(it.Text(c.file.Src)); m != nil && (m[1] == over || m[2] == over) {
			return true
		}
	}
	return false
}

// numberVar is the declaration of a number.
var numberVar = regexp.MustCompile(`^(?:(\w+)\s*:=\s*(?:[0-9]|(?:len|cap|min|max|int)\s*\()|var\s+(\w+)\s+(?:int|=\s*[0-9]))`)

// loopVars gives those of the loops around a place, from the outermost on.
func (c *Component) loopVars(at diag.Pos) []loopVar {
	within := func(s syntax.Span) bool {
		start, end := c.file.Pos(s.Start), c.file.Pos(s.End)
		return (start.Line < at.Line || start.Line == at.Line && start.Col <= at.Col) && (at.Line < end.Line || at.Line == end.Line && at.Col < end.Col)
	}
	var out []loopVar
	add := func(v loopVar) {
		if within(v.at) {
			out = append(out, v)
		}
	}
	for _, it := range c.front.stmts {
		c.goLoops(it, stmtPrefix, add)
	}
	for _, it := range c.front.hoisted {
		c.goLoops(it, declPrefix, add)
	}
	syntax.Walk(c.file.Nodes, func(n syntax.Node) bool {
		if !within(n.Range()) {
			return false
		}
		if loop, ok := n.(*syntax.For); ok && loop.Header != nil {
			if m := oneVar.FindStringSubmatch(loop.Header.Text(c.file.Src)); m != nil {
				add(loopVar{m[1], m[2], loop.Span})
			}
		}
		return true
	})
	return out
}

// goLoops calls add with those in an item of the fence.
func (c *Component) goLoops(it syntax.FenceItem, prefix string, add func(loopVar)) {
	text := it.Text(c.file.Src)
	if !strings.Contains(text, "range") {
		return
	}
	fset := token.NewFileSet()
	tail := ""
	if prefix == stmtPrefix {
		tail = "\n}"
	}
	f, err := parser.ParseFile(fset, "", prefix+text+tail, parser.SkipObjectResolution)
	if err != nil {
		return
	}
	span := func(n ast.Node) syntax.Span {
		off := func(p token.Pos) int { return fset.PositionFor(p, false).Offset - len(prefix) + it.Start }
		return syntax.Span{Start: off(n.Pos()), End: off(n.End())}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if r, ok := n.(*ast.RangeStmt); ok && r.Tok == token.DEFINE && r.Value == nil {
			add(loopVar{span(r.Key).Text(c.file.Src), span(r.X).Text(c.file.Src), span(r)})
		}
		return true
	})
}
