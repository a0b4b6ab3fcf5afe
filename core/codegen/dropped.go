package codegen

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"

	"sitegen.dev/core/syntax"
)

// dropped warns of calls in the fence, and in what answers requests, that make an answer and do not return it: such a call does
// nothing. go vet says nothing of it, as any error may be dropped.
func (l *lowerer) dropped() {
	for _, it := range l.c.front.stmts {
		l.droppedIn(it, "func _() error {"+it.Text(l.src)+"\n}")
	}
	for _, it := range l.c.front.hoisted {
		if it.Kind == syntax.ItemFunc && slices.Contains(httpMethods, it.Name) {
			l.droppedIn(it, it.Text(l.src))
		}
	}
}

func (l *lowerer) droppedIn(it syntax.FenceItem, text string) {
	if !strings.Contains(text, "page.") {
		return
	}
	const head = "package p;"
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", head+text, parser.SkipObjectResolution)
	if err != nil {
		return // the parser of the file has reported it
	}
	// What is wrapped around a statement stands in front of it alone.
	shift := it.Start - len(head) - strings.Index(text, it.Text(l.src))
	ast.Inspect(f, func(n ast.Node) bool {
		s, ok := n.(*ast.ExprStmt)
		if !ok {
			return true
		}
		at := syntax.Span{Start: fset.Position(s.Pos()).Offset + shift, End: fset.Position(s.End()).Offset + shift}
		call := at.Text(l.src)
		if m := answers.FindString(call); m != "" {
			l.diags.Warn("SG2048", l.rng(at), strings.TrimSuffix(m, "(")+" answers the request only when it is returned", "write return in front of it")
		}
		return true
	})
}
