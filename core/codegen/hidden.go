package codegen

import (
	"regexp"
	"slices"
	"strconv"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// What the go command says of a tag whose component is hidden by a variable of the same name: one message for each name of the
// component's package that the generated code mentions, and none of them is about what the author wrote.
var (
	hiddenRender = regexp.MustCompile(`^(\w+)\.Render undefined \(type (.+) has no field or method Render\)$`)
	hiddenRest   = regexp.MustCompile(`^(\w+)\.(?:Props|Slots) (?:is not a type$|undefined \()`)
)

// explainHidden makes one message of those about a tag whose component is hidden by a variable.
func (p *Program) explainHidden(ds []diag.Diagnostic) []diag.Diagnostic {
	type name struct{ file, name string }
	hidden := map[name]*Component{}
	for i := range ds {
		d := &ds[i]
		c := p.byPath[d.File]
		m := hiddenRender.FindStringSubmatch(d.Message)
		if c == nil || m == nil {
			continue
		}
		tag, ok := tagBefore(c.file, m[1], d.Pos)
		if !ok {
			continue // what the author wrote
		}
		for _, s := range c.front.imports {
			if s.Name != m[1] {
				continue
			}
			hidden[name{d.File, m[1]}] = c
			d.Range = c.file.Range(tag)
			d.Message = m[1] + " is a variable of type " + m[2] + " here, and hides the component"
			d.Hint = "give the variable another name; " + m[1] + " is imported from " + strconv.Quote(s.Path)
		}
	}
	if len(hidden) == 0 {
		return ds
	}
	return slices.DeleteFunc(ds, func(d diag.Diagnostic) bool {
		if m := hiddenRest.FindStringSubmatch(d.Message); m != nil {
			return hidden[name{d.File, m[1]}] != nil
		}
		if d.Code != "SG2052" {
			return false
		}
		for n, c := range hidden {
			for _, s := range c.front.imports {
				if at := c.file.Pos(s.At.Start); n.file == d.File && n.name == s.Name && at.Line == d.Line {
					return true
				}
			}
		}
		return false
	})
}

// tagBefore gives the name of the component's tag that the go command means with a place: that of what follows the name and a dot.
func tagBefore(f *syntax.File, name string, at diag.Pos) (tag syntax.Span, found bool) {
	eachElement(f.Nodes, func(e *syntax.Element) {
		if e.Kind != syntax.Component || e.Name != name {
			return
		}
		start := e.Start + len("<")
		if q := f.Pos(start); q.Line == at.Line && q.Col+len(name+".") == at.Col {
			tag, found = syntax.Span{Start: start, End: start + len(name)}, true
		}
	})
	return tag, found
}
