package codegen

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"

	"sitegen.dev/core/syntax"
)

// meanings are the names that generated code says and an author may give a meaning of his own: parameters of Render, and names of
// Go. Where a component does so, the printer says the same in other words, as `page` of a loop is no page and `nil` no nil.
var meanings = []string{"page", "slots", "error", "nil", "string", "true", "false"}

// readShadowed gives those of the meanings that a component declares: at package scope, in the fence, in the template.
func (c *Component) readShadowed() map[string]bool {
	out := map[string]bool{}
	r := &frontReader{f: c.front}
	for _, name := range meanings {
		_, declared := c.front.declared[name]
		if declared || r.declaresVar(name) || r.importsName(name) {
			out[name] = true
		}
	}
	for _, s := range []*structInfo{c.front.props, c.front.slots} {
		if s != nil {
			for _, name := range s.Params {
				out[name] = true
			}
		}
	}
	eachDeclared(c.file.Src, c.file.Nodes, func(name string) { out[name] = true })
	return out
}

// code is Go text of the template with the text that makes a Go file of it.
type code struct{ before, text, after string }

const codeHead = "package p;func _(){"

// exprCode is a value.
func exprCode(src []byte, e *syntax.Expr) code { return code{codeHead + "_=", masked(src, e), "\n}"} }

// headCode is what stands between a keyword and its block.
func headCode(src []byte, keyword string, e *syntax.Expr) code {
	return code{codeHead + keyword + " ", masked(src, e), "{}\n}"}
}

// masked is Go text with a name in the place of each piece of markup.
func masked(src []byte, e *syntax.Expr) string {
	if e == nil {
		return ""
	}
	var b strings.Builder
	at := e.Start
	for _, m := range e.Markup {
		b.Write(src[at:m.Range().Start])
		b.WriteString(" markup ")
		at = m.Range().End
	}
	b.Write(src[at:e.End])
	return b.String()
}

// declared calls fn with those of the meanings that the text declares.
func (c code) declared(fn func(string)) {
	if !slices.ContainsFunc(meanings, func(name string) bool { return strings.Contains(c.text, name) }) ||
		!slices.ContainsFunc([]string{":=", "func", "var", "const", "("}, func(s string) bool { return strings.Contains(c.text, s) }) {
		return
	}
	f, err := parser.ParseFile(token.NewFileSet(), "", c.before+c.text+c.after, parser.SkipObjectResolution)
	if err != nil {
		return
	}
	add := func(x ast.Expr) {
		if id, ok := x.(*ast.Ident); ok && slices.Contains(meanings, id.Name) {
			fn(id.Name)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, x := range n.Lhs {
					add(x)
				}
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				add(n.Key)
				add(n.Value)
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				add(id)
			}
		case *ast.Field:
			for _, id := range n.Names {
				add(id)
			}
		}
		return true
	})
}

// takesPage says whether the text gives the name page another meaning.
func (c code) takesPage() bool {
	found := false
	c.declared(func(name string) { found = found || name == "page" })
	return found
}

// eachDeclared calls fn with those of the meanings that Go in the template declares.
func eachDeclared(src []byte, nodes []syntax.Node, fn func(string)) {
	syntax.Walk(nodes, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Element:
			for i := range n.Attrs {
				a := &n.Attrs[i]
				exprCode(src, a.Expr).declared(fn)
				for _, it := range a.List {
					exprCode(src, it.Key).declared(fn)
					exprCode(src, it.Value).declared(fn)
				}
				for _, p := range a.Parts {
					exprCode(src, p.Expr).declared(fn)
				}
			}
		case *syntax.ExprNode:
			exprCode(src, n.Expr).declared(fn)
		case *syntax.Stmt:
			stmtCode(src, n.Code).declared(fn)
		case *syntax.If:
			for _, b := range n.Branches {
				headCode(src, "if", b.Header).declared(fn)
			}
		case *syntax.For:
			headCode(src, "for", n.Header).declared(fn)
		case *syntax.Switch:
			headCode(src, "switch", n.Header).declared(fn)
		case *syntax.SlotFunc:
			paramsCode(src, n).declared(fn)
		}
		return true
	})
}

// stmtCode is a statement.
func stmtCode(src []byte, e *syntax.Expr) code { return code{codeHead, masked(src, e), "\n}"} }

func paramsCode(src []byte, f *syntax.SlotFunc) code {
	return code{"package p;func _", f.Params.Text(src), "{}"}
}

// The words for what an author may have called otherwise.

func (p *printer) page() string {
	if p.shadowed["page"] {
		return "_sgPage"
	}
	return "page"
}

func (p *printer) slots() string {
	if p.shadowed["slots"] {
		return "_sgSlots"
	}
	return "slots"
}

func (p *printer) errorType() string {
	if p.shadowed["error"] {
		return "_sg.GoError"
	}
	return "error"
}

func (p *printer) stringType() string {
	if p.shadowed["string"] {
		return "_sg.GoString"
	}
	return "string"
}

// async writes the head of the function that renders a component beside the page. What stands in its slots has the page of this part
// for page, unless the author has given the name to something else there.
func (p *printer) async(op Call) {
	name := "page"
	if op.PageTaken {
		name = p.page()
	}
	p.close("_sg.Async(_w, " + p.page() + ", func(_w *_sg.Writer, " + name + " *_sg.Page) " + p.errorType() + " {")
	p.indent++
	if name != p.page() {
		p.stmt(-1, p.page(), " := ", name)
	}
}

// present is the condition that an error, a slot or a Node is not nil.
func (p *printer) present(x string) string {
	if p.shadowed["nil"] {
		return "!_sg.IsNil(" + x + ")"
	}
	return x + " != nil"
}

// constant is true and false in values that the compiler makes; anything else is itself.
func (c *Component) constant(s string) string {
	switch {
	case s == "true" && c.shadowed[s]:
		return "(0 == 0)"
	case s == "false" && c.shadowed[s]:
		return "(0 == 1)"
	}
	return s
}
