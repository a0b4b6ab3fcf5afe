package codegen

import (
	"regexp"
	"slices"

	"sitegen.dev/core/syntax"
)

// quoted warns of {name} in an attribute in quotes, which prints the braces, where there is such a name.
func (l *lowerer) quoted() {
	syntax.Walk(l.c.file.Nodes, func(n syntax.Node) bool {
		if e, ok := n.(*syntax.Element); ok {
			for i := range e.Attrs {
				l.quotedIn(&e.Attrs[i])
			}
		}
		return true
	})
}

func (l *lowerer) quotedIn(a *syntax.Attr) {
	if a.Kind != syntax.AttrStatic || a.Quote == 0 || scriptAttr.MatchString(a.Name) {
		return
	}
	text := a.Value.Text(l.src)
	m := quotedHole.FindStringSubmatchIndex(text)
	if m == nil {
		return
	}
	name, member := text[m[2]:m[3]], m[4] != m[5]
	known := slices.ContainsFunc(l.c.front.vars, func(v variable) bool { return v.Name == name })
	if !known && !(member && (name == "props" || name == "page")) {
		return
	}
	hint := "write " + a.Name + "=" + text
	if m[0] > 0 || m[1] < len(text) {
		hint = "write " + a.Name + "=`" + text[:m[0]] + "$" + text[m[0]:] + "`"
	}
	at := syntax.Span{Start: a.Value.Start + m[0], End: a.Value.Start + m[1]}
	l.diags.Warn("SG2060", l.rng(at), "an attribute in quotes prints "+text[m[0]:m[1]]+" as it stands", hint)
}

var (
	quotedHole = regexp.MustCompile(`\{([a-zA-Z_]\w*)((?:\.[a-zA-Z_]\w*)*)\}`)
	// scriptAttr are the attributes in which libraries for the browser, and browsers, read JavaScript.
	scriptAttr = regexp.MustCompile(`(?i)^(?:on|x-|v-|hx-|data-|ng-|[:@*#(\[])`)
)
