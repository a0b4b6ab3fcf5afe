package build

import (
	"context"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/internal/gocmd"
)

// printable finds expressions of types that no page can print: structs, maps, functions; and forms that cannot be ones. The Go
// compiler lets them pass, since what takes them takes any type, and a page that is rendered on demand would fail with its first
// visitor. packages have been compiled before.
func (b *builder) printable(ctx context.Context, packages []string) error {
	return b.typed(ctx, packages, b.program.Components, func(t typedComponent) {
		b.add(t.unprintable()...)
		b.add(t.forms()...)
	})
}

// placeValues gives what pages said of values that cannot be printed the place within the line, where the types tell.
func (b *builder) placeValues(ctx context.Context, ds []diag.Diagnostic) {
	said := func(d diag.Diagnostic) bool { return d.Code == "SG3103" && strings.Contains(d.Message, cannotPrint) }
	var components []*codegen.Component
	var packages []string
	for _, c := range b.program.Components {
		if slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return said(d) && d.File == c.File().Name }) {
			components, packages = append(components, c), append(packages, "./"+c.Dir)
		}
	}
	if len(packages) == 0 {
		return
	}
	var found []diag.Diagnostic
	err := b.typed(ctx, packages, components, func(t typedComponent) { found = append(found, t.unprintable()...) })
	if err != nil {
		return // the lines are known
	}
	for i, d := range ds {
		if !said(d) {
			continue
		}
		_, where, _ := strings.Cut(d.Message, cannotPrint)
		for _, f := range found {
			if f.File == d.File && f.Line == d.Line && strings.HasSuffix(f.Message, cannotPrint+where) {
				ds[i] = f
				break
			}
		}
	}
}

// cannotPrint is what messages about such values say, those of the runtime too.
const cannotPrint = " cannot be printed in "

// typedComponent is the generated package of a component with the types of all expressions.
type typedComponent struct {
	*codegen.Component
	fset *token.FileSet
	file *ast.File
	pkg  *types.Package
	info *types.Info
}

// typed calls see with some components, whose packages have been compiled.
func (b *builder) typed(ctx context.Context, packages []string, components []*codegen.Component, see func(typedComponent)) error {
	args := append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}"}, packages...)
	out, err := gocmd.Run(ctx, b.Layout.ModuleDir, args, nil)
	if err != nil {
		return err
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if name, file, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			exports[name] = file
		}
	}
	fset := token.NewFileSet()
	conf := types.Config{
		Importer: importer.ForCompiler(fset, "gc", func(name string) (io.ReadCloser, error) {
			file, ok := exports[name]
			if !ok {
				return nil, fmt.Errorf("no export data of %s", name)
			}
			return os.Open(file)
		}),
		Error: func(error) {}, // the compiler has had its say
	}
	for _, c := range components {
		data, err := os.ReadFile(filepath.Join(b.Layout.ModuleDir, filepath.FromSlash(c.Dir), "render.go"))
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(fset, "render.go", data, parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Path, err)
		}
		info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
		pkg, _ := conf.Check(c.ImportPath, fset, []*ast.File{file}, info)
		see(typedComponent{c, fset, file, pkg, info})
	}
	return nil
}

// span gives the range of an expression that the author wrote; ok is false for one of the compiler's.
func (t typedComponent) span(x ast.Node) (r diag.Range, ok bool) {
	at := t.fset.Position(x.Pos())
	if path.Clean(filepath.ToSlash(at.Filename)) != t.Path {
		return r, false
	}
	r.File, r.Line, r.Col = t.File().Name, at.Line, at.Column
	if end := t.fset.Position(x.End()); end.Line == at.Line && end.Filename == at.Filename {
		r.End = diag.Pos{File: r.File, Line: end.Line, Col: end.Column}
	}
	return r, true
}

// unprintable looks at the calls that print.
func (c typedComponent) unprintable() []diag.Diagnostic {
	file, pkg, info := c.file, c.pkg, c.info
	var ds []diag.Diagnostic
	report := func(x ast.Expr, where string) {
		x = ast.Unparen(x)
		t := info.Types[x].Type
		if tuple, ok := t.(*types.Tuple); ok && tuple.Len() > 0 {
			t = tuple.At(0).Type()
		}
		if t == nil {
			return
		}
		bad := neverPrinted(t, where, 0)
		if bad == nil {
			return
		}
		at, ok := c.span(x)
		if !ok {
			return
		}
		name := types.TypeString(bad, func(p *types.Package) string {
			if p == pkg {
				return ""
			}
			return p.Name()
		})
		ds = append(ds, diag.Diagnostic{Severity: diag.Error, Code: "SG2047", Range: at, Message: "a value of type " + name + cannotPrint + where, Hint: printHint(bad)})
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if inner, ok := sel.X.(*ast.CallExpr); ok { // _sg.V(x).Text(_w)
			if name := runtimeFunc(inner); (name == "V" || name == "LongV") && len(inner.Args) > 0 {
				if where := printPlace(sel.Sel.Name, call.Args); where != "" {
					report(inner.Args[0], where)
				}
			}
			return true
		}
		switch name := runtimeFunc(call); {
		case name == "LongText" && len(call.Args) > 0:
			report(call.Args[0], placeText)
		case name == "Hole" && len(call.Args) > 0:
			report(call.Args[0], "an attribute")
		case name == "C" && len(call.Args) > 0:
			report(call.Args[0], placeClass)
		case name == "Decls" && len(call.Args) > 0:
			report(call.Args[0], "a style")
		case name == "D" && len(call.Args) > 1:
			report(call.Args[1], "a style")
		}
		return true
	})
	return ds
}

const (
	placeText  = "text"
	placeHTML  = "set:html"
	placeClass = "a class list"
)

// runtimeFunc gives the name of the function of the runtime that a call of generated code is of, or "".
func runtimeFunc(call *ast.CallExpr) string {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if id, ok := sel.X.(*ast.Ident); !ok || id.Name != "_sg" {
		return ""
	}
	return sel.Sel.Name
}

// printPlace says where a method of Val writes, as messages call it; "" for one that does not write.
func printPlace(method string, args []ast.Expr) string {
	switch method {
	case "Text":
		return placeText
	case "HTML":
		return placeHTML
	case "Style":
		return "a style"
	case "Refresh":
		return "the attribute content"
	case "Attr", "EnumAttr", "URL", "ImageURL", "Srcset":
		if len(args) == 2 {
			if lit, ok := args[1].(*ast.BasicLit); ok {
				if name, err := strconv.Unquote(lit.Value); err == nil {
					return "the attribute " + name
				}
			}
		}
		return "an attribute"
	}
	return ""
}

// neverPrinted gives the type within t for which the runtime has no text, whatever the value, or nil. It follows Writer.anyText
// and anyScalar of package site; nil pointers and empty slices, which print nothing, do not make a type printable.
func neverPrinted(t types.Type, where string, depth int) types.Type {
	t = types.Unalias(t)
	if depth > 32 || saysText(t) {
		return nil
	}
	switch t := t.(type) {
	case *types.TypeParam:
		return nil
	case *types.Named:
		if o := t.Obj(); o.Pkg() != nil && o.Pkg().Path() == runtimePath && o.Name() == "Opt" && t.TypeArgs().Len() == 1 {
			return neverPrinted(t.TypeArgs().At(0), where, depth+1)
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return neverPrinted(u.Elem(), where, depth+1)
	case *types.Slice:
		if isByte(u.Elem()) {
			return nil
		}
		return neverPrinted(u.Elem(), where, depth+1)
	case *types.Array:
		if isByte(u.Elem()) {
			return t
		}
		return neverPrinted(u.Elem(), where, depth+1)
	case *types.Map:
		switch {
		case where == placeClass && depth == 0 && types.TypeString(t, nil) == "map[string]bool":
			return nil
		case where == "an attribute" && depth == 0 && hasMethod(t, "Encode"):
			return nil
		}
		return t
	case *types.Signature:
		if (where == placeText || where == placeHTML) && isMarkup(u) {
			return nil
		}
		return t
	case *types.Struct, *types.Chan:
		return t
	case *types.Basic:
		if u.Kind() == types.UnsafePointer {
			return t
		}
	}
	return nil
}

const runtimePath = "sitegen.dev/core/site"

func isByte(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.Uint8
}

// saysText says whether a type has a method that gives its text.
func saysText(t types.Type) bool {
	if _, ok := t.Underlying().(*types.Interface); ok {
		return true // whatever is in it
	}
	return hasMethod(t, "Error") || hasMethod(t, "String") || hasMethod(t, "MarshalText")
}

// hasMethod says whether values of t have a method of that name, which is exported and gives a string, or bytes and an error.
func hasMethod(t types.Type, name string) bool {
	sel := types.NewMethodSet(t).Lookup(nil, name)
	if sel == nil {
		return false
	}
	sig, ok := sel.Type().(*types.Signature)
	if !ok || sig.Params().Len() != 0 {
		return false
	}
	var results []string
	for v := range sig.Results().Variables() {
		results = append(results, types.TypeString(types.Unalias(v.Type()), nil))
	}
	got := strings.Join(results, ",")
	if name == "MarshalText" {
		return got == "[]byte,error" || got == "[]uint8,error"
	}
	return got == "string"
}

// isMarkup says whether a function is a site.Node or an iter.Seq of them.
func isMarkup(s *types.Signature) bool {
	if s.Params().Len() != 1 || s.Variadic() {
		return false
	}
	in := types.TypeString(types.Unalias(s.Params().At(0).Type()), nil)
	switch s.Results().Len() {
	case 0:
		return in == "func("+runtimePath+".Node) bool" || strings.HasPrefix(in, "func(") && strings.HasSuffix(in, " "+runtimePath+".Node) bool") // the parameter may have a name
	case 1:
		return in == "*"+runtimePath+".Writer" && types.TypeString(s.Results().At(0).Type(), nil) == "error"
	}
	return false
}

// printHint says what to do, as the runtime does for a value.
func printHint(t types.Type) string {
	switch u := t.Underlying().(type) {
	case *types.Signature:
		if isMarkup(u) {
			return "use site.String(node) where markup is needed as a string"
		}
		return "call the function"
	case *types.Struct:
		if hasMethod(types.NewPointer(t), "String") {
			return "its String method needs a pointer: call x.String()"
		}
		return "print one of its fields, or give the type a String method"
	case *types.Map:
		return "print one of its values, or loop over it: {for key, value := range m { … }}"
	}
	return ""
}
