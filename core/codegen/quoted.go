package codegen

import (
	"regexp"
	"strings"

	"sitegen.dev/core/syntax"
)

// quoted warns of {name} in an attribute in quotes, which prints the braces, where there is such a name.
func (l *lowerer) quoted() {
	names := map[string]bool{} // of variables
	for _, v := range l.c.front.vars {
		names[v.Name] = true
	}
	define := func(e *syntax.Expr) { // the header of a statement
		if left, _, ok := strings.Cut(e.Text(l.src), ":="); ok {
			for name := range strings.SplitSeq(left, ",") {
				names[strings.TrimSpace(name)] = true
			}
		}
	}
	syntax.Walk(l.c.file.Nodes, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.For:
			define(n.Header)
		case *syntax.Switch:
			define(n.Header)
		case *syntax.If:
			for _, b := range n.Branches {
				if b.Header != nil {
					define(b.Header)
				}
			}
		case *syntax.Stmt:
			for _, name := range n.Names {
				names[name] = true
			}
		case *syntax.SlotFunc:
			for _, m := range parameter.FindAllStringSubmatch(n.Params.Text(l.src), -1) {
				names[m[1]] = true
			}
		}
		return true
	})
	syntax.Walk(l.c.file.Nodes, func(n syntax.Node) bool {
		if e, ok := n.(*syntax.Element); ok {
			for i := range e.Attrs {
				l.quotedIn(&e.Attrs[i], names)
			}
		}
		return true
	})
}

func (l *lowerer) quotedIn(a *syntax.Attr, names map[string]bool) {
	if a.Kind != syntax.AttrStatic || a.Quote == 0 || scriptAttr.MatchString(a.Name) {
		return
	}
	text := a.Value.Text(l.src)
	m := quotedHole.FindStringSubmatchIndex(text)
	if m == nil {
		return
	}
	name, member := text[m[2]:m[3]], m[4] != m[5]
	if !names[name] && !(member && (name == "props" || name == "page")) {
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
	parameter  = regexp.MustCompile(`[(,]\s*([a-zA-Z_]\w*)`)
	// scriptAttr are the attributes in which libraries for the browser, and browsers, read JavaScript.
	scriptAttr = regexp.MustCompile(`(?i)^(?:on|x-|v-|hx-|data-|ng-|[:@*#(\[])`)
)
