package build

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// placeReturned says where an error was returned of which the prerender program knows the function alone, or the page.
func (b *builder) placeReturned(d *diag.Diagnostic) {
	if d.Code != "SG3103" && d.Code != "SG3104" {
		return
	}
	switch c := b.program.Component(b.Layout.relModule(d.File)); {
	case d.Line > 0 && d.Col == 0:
		if src, err := os.ReadFile(filepath.Join(b.Layout.Root, filepath.FromSlash(d.File))); err == nil {
			d.Range = ReturnOf(src, d.Range)
		}
	case d.Line > 0 || c == nil:
	case d.Code == "SG3104":
		if at := c.Flags.StaticPaths; at != nil {
			d.Range = b.place(*at)
		}
	default:
		b.placeOnPage(d, c)
	}
}

// PlaceReturned says where the error was returned that a page returned, as far as the sources tell.
func (d *DevSite) PlaceReturned(e *diag.Diagnostic) {
	if c := d.b.program.Component(d.b.Layout.relModule(e.File)); c != nil {
		d.b.placeOnPage(e, c)
	}
}

// placeOnPage places what a page has returned, if one component of it alone returns something, and in one place.
func (b *builder) placeOnPage(d *diag.Diagnostic, page *codegen.Component) {
	counts := mayFail
	if strings.HasSuffix(d.Message, " while it is prerendered") {
		counts = answersStatus
	}
	var found []diag.Range
	for _, c := range page.Closure() {
		if c.External || c.Builtin {
			continue
		}
		in, ok := returnsOf(c.File(), counts)
		if !ok {
			return
		}
		found = append(found, in...)
	}
	if len(found) != 1 {
		return
	}
	if found[0].File != page.Path {
		d.Notes = append(d.Notes, diag.Note{Range: b.place(diag.Range{Pos: diag.Pos{File: page.Path}}), Message: "on this page"})
	}
	d.Range = b.place(found[0])
}

// ReturnOf gives the place of the error that a function returns, of which src has a line, if it returns one in one place, and
// otherwise that of its name. src is Go, or a component. The line is where the code of the function begins: that of its first
// statement where it is very small.
func ReturnOf(src []byte, at diag.Range) diag.Range {
	starts := []int{0}
	for i, c := range src {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	line := min(at.Line, len(starts))
	for line > 0 && !bytes.HasPrefix(bytes.TrimLeft(src[starts[line-1]:], " \t"), []byte("func ")) {
		line--
	}
	if line == 0 {
		return at
	}
	const head = "package p;"
	fset := token.NewFileSet()
	// What follows the function is not Go in a component: of the errors there, the function knows nothing.
	file, _ := parser.ParseFile(fset, "", head+string(src[starts[line-1]:]), parser.SkipObjectResolution)
	if file == nil || len(file.Decls) == 0 {
		return at
	}
	fn, ok := file.Decls[0].(*ast.FuncDecl)
	if !ok || fn.Body == nil || fset.Position(fn.Pos()).Line != 1 || fset.Position(fn.End()).Line < at.Line-line+1 {
		return at
	}
	place := func(n ast.Node) diag.Range {
		pos := func(p token.Pos) diag.Pos {
			q := fset.Position(p)
			if q.Line == 1 {
				q.Column -= len(head)
			}
			return diag.Pos{File: at.File, Line: line + q.Line - 1, Col: q.Column}
		}
		return diag.Range{Pos: pos(n.Pos()), End: pos(n.End())}
	}
	if found := returns(fn.Body, mayFail); len(found) == 1 {
		return place(found[0])
	}
	return place(fn.Name)
}

// returnsOf gives the errors that the statements of a fence return, and its handler of GET. It is not ok where the template
// may return some too.
func returnsOf(f *syntax.File, counts func(ast.Expr) bool) (out []diag.Range, ok bool) {
	if f == nil {
		return nil, true
	}
	if f.Fence == nil {
		return nil, !bytes.Contains(f.Src, []byte("return"))
	}
	if bytes.Contains(f.Src[f.Fence.End:], []byte("return")) {
		return nil, false
	}
	for _, item := range f.Fence.Items {
		head, tail := "package p; func _() { ", "\n}"
		switch {
		case item.Kind == syntax.ItemFunc && (item.Name == "GET" || item.Name == "ALL"):
			head, tail = "package p; ", ""
		case item.Kind != syntax.ItemStmt:
			continue
		}
		fset := token.NewFileSet()
		file, _ := parser.ParseFile(fset, "", head+item.Text(f.Src)+tail, parser.SkipObjectResolution)
		if file == nil {
			continue
		}
		for _, n := range returns(file, counts) {
			offset := func(p token.Pos) int { return item.Start + fset.Position(p).Offset - len(head) }
			out = append(out, f.Range(syntax.Span{Start: offset(n.Pos()), End: offset(n.End())}))
		}
	}
	return out, true
}

// returns gives the expressions whose value a function returns last, as far as they count.
func returns(n ast.Node, counts func(ast.Expr) bool) []ast.Expr {
	var out []ast.Expr
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if len(n.Results) == 0 {
				return false
			}
			if last := n.Results[len(n.Results)-1]; counts(last) {
				out = append(out, last)
			}
		}
		return true
	})
	return out
}

// mayFail says whether an expression may be a failure: it is neither nil nor an iterator, nor what next gives, nor an answer, as
// the methods of the page give.
func mayFail(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.FuncLit:
		return false
	case *ast.Ident:
		return e.Name != "nil"
	case *ast.CallExpr:
		if fn, ok := e.Fun.(*ast.Ident); ok && fn.Name == "next" {
			return false
		}
		return methodOfPage(e) == ""
	}
	return true
}

// answersStatus says whether an expression may be an answer without a page: page.NotFound() or page.Send(…).
func answersStatus(e ast.Expr) bool {
	method := methodOfPage(e)
	return method == "NotFound" || method == "Send"
}

// methodOfPage gives the name of the method in page.Method(…), or "".
func methodOfPage(e ast.Expr) string {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return ""
	}
	fn, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if of, ok := fn.X.(*ast.Ident); !ok || of.Name != "page" {
		return ""
	}
	return fn.Sel.Name
}
