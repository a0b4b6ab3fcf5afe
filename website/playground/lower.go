package playground

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ast/astutil"
)

// helpers is the package of functions that lowered code calls; package symbols has it.
const helpers = "sitegen.dev/website/playground/generic"

// lowerer rewrites type-checked Go in terms of what the interpreter knows, which is Go of some years ago without type
// parameters of other packages:
//
//   - functions with type parameters become ones that take and give any value, with an assertion of the type behind them,
//   - loops over numbers get a counter, loops over functions run over what the function has yielded,
//   - min and max become functions,
//   - fields of types that hold themselves are of any type, with an assertion where they are read.
type lowerer struct {
	pkg   *types.Package
	info  *types.Info
	names map[string]string // of imported packages, by path
	over  map[*ast.RangeStmt]types.Type
	n     int
}

// lower rewrites the file. It has to be printed afterwards: positions are no longer true.
func lower(file *ast.File, pkg *types.Package, info *types.Info) {
	l := &lowerer{pkg: pkg, info: info, names: map[string]string{}, over: map[*ast.RangeStmt]types.Type{}}
	for _, imp := range file.Imports {
		if importPath, err := strconv.Unquote(imp.Path.Value); err == nil && imp.Name != nil {
			l.names[importPath] = imp.Name.Name
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if r, ok := n.(*ast.RangeStmt); ok {
			l.over[r] = info.TypeOf(r.X) // before it is rewritten itself
		}
		return true
	})
	astutil.Apply(file, nil, func(c *astutil.Cursor) bool {
		switch n := c.Node().(type) {
		case *ast.Field:
			if len(n.Names) > 0 && l.circular(l.info.Defs[n.Names[0]]) {
				n.Type = ast.NewIdent("any")
			}
		case *ast.SelectorExpr:
			assign, ok := c.Parent().(*ast.AssignStmt)
			written := ok && slices.Contains(assign.Lhs, ast.Expr(n))
			if s := l.info.Selections[n]; s != nil && !written && l.circular(s.Obj()) {
				c.Replace(l.read(n, s.Obj().Type()))
			}
		case *ast.CallExpr:
			if e := l.call(n); e != nil {
				c.Replace(e)
			}
		case *ast.RangeStmt:
			if s := l.loop(n); s != nil {
				c.Replace(s)
			}
		}
		return true
	})
	used := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok {
				used[id.Name] = true
			}
		}
		return true
	})
	for _, name := range []string{"slices", "maps", "cmp"} {
		if local := l.names[name]; local != "" && !used[local] {
			astutil.DeleteNamedImport(token.NewFileSet(), file, local, name)
		} else if local == "" && !used[name] {
			astutil.DeleteImport(token.NewFileSet(), file, name)
		}
	}
	if used[helpersName] {
		decl := &ast.GenDecl{Tok: token.IMPORT, Specs: []ast.Spec{&ast.ImportSpec{
			Name: ast.NewIdent(helpersName), Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(helpers)},
		}}}
		file.Decls = append([]ast.Decl{decl}, file.Decls...)
	}
}

const helpersName = "_generic"

func helper(name string) ast.Expr {
	return &ast.SelectorExpr{X: ast.NewIdent(helpersName), Sel: ast.NewIdent(name)}
}

// call gives what a call becomes, nil for itself.
func (l *lowerer) call(e *ast.CallExpr) ast.Expr {
	if isGet(e) {
		return l.asserted(e, l.info.TypeOf(e))
	}
	fun := ast.Unparen(e.Fun)
	if id, ok := fun.(*ast.Ident); ok && (id.Name == "min" || id.Name == "max") {
		if _, ok := l.info.Uses[id].(*types.Builtin); ok {
			if v := l.info.Types[e].Value; v != nil {
				return l.typed(&ast.BasicLit{Kind: token.INT, Value: v.ExactString()}, types.Default(l.info.TypeOf(e)))
			}
			return l.asserted(&ast.CallExpr{Fun: helper(title(id.Name)), Args: l.typedAll(e.Args, l.info.TypeOf(e))}, l.info.TypeOf(e))
		}
	}
	if index, ok := fun.(*ast.IndexExpr); ok {
		fun = index.X
	}
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	f, ok := l.info.Uses[sel.Sel].(*types.Func)
	if !ok || f.Pkg() == nil {
		return nil
	}
	switch f.Pkg().Path() {
	case "slices", "maps", "cmp":
	default:
		return nil
	}
	sig, ok := l.info.TypeOf(e.Fun).(*types.Signature)
	if !ok {
		return nil
	}
	args := make([]ast.Expr, len(e.Args))
	for i, arg := range e.Args {
		args[i] = arg
		if tv := l.info.Types[arg]; tv.Value != nil { // a constant has the type of the parameter
			p := sig.Params().At(min(i, sig.Params().Len()-1)).Type()
			if s, ok := p.(*types.Slice); ok && sig.Variadic() && i >= sig.Params().Len()-1 {
				p = s.Elem()
			}
			args[i] = l.typed(arg, p)
		}
	}
	call := &ast.CallExpr{Fun: helper(title(f.Pkg().Path()) + f.Name()), Args: args, Ellipsis: e.Ellipsis}
	if sig.Results().Len() != 1 {
		return call
	}
	switch res := sig.Results().At(0).Type(); {
	case types.Identical(res, types.Typ[types.Bool]), types.Identical(res, types.Typ[types.Int]):
		return call // the helper gives it as it is
	case isSeq(res):
		return call // only loops and other helpers take it
	default:
		return l.asserted(call, res)
	}
}

// circular says whether an object is a field through which its own struct can be reached.
func (l *lowerer) circular(o types.Object) bool {
	field, ok := o.(*types.Var)
	if !ok || !field.IsField() || field.Pkg() == nil || !strings.HasPrefix(field.Pkg().Path(), module+"/") {
		return false
	}
	seen := map[types.Type]bool{}
	var reaches func(t types.Type) bool
	reaches = func(t types.Type) bool {
		if seen[t] {
			return false
		}
		seen[t] = true
		switch t := t.(type) {
		case *types.Named:
			return reaches(t.Underlying())
		case *types.Pointer:
			return reaches(t.Elem())
		case *types.Slice:
			return reaches(t.Elem())
		case *types.Array:
			return reaches(t.Elem())
		case *types.Map:
			return reaches(t.Key()) || reaches(t.Elem())
		case *types.Struct:
			for f := range t.Fields() {
				if f == field || reaches(f.Type()) {
					return true
				}
			}
		}
		return false
	}
	return reaches(field.Type())
}

// read gives the value of a field that is of any type now; one that nobody has set is a zero value.
func (l *lowerer) read(e ast.Expr, t types.Type) ast.Expr {
	typ := l.typeExpr(t)
	if typ == nil {
		return e
	}
	v := ast.NewIdent("_v")
	return &ast.CallExpr{Fun: &ast.FuncLit{
		Type: &ast.FuncType{Params: &ast.FieldList{}, Results: &ast.FieldList{List: []*ast.Field{{Type: typ}}}},
		Body: &ast.BlockStmt{List: []ast.Stmt{
			&ast.AssignStmt{Lhs: []ast.Expr{v, ast.NewIdent("_")}, Tok: token.DEFINE, Rhs: []ast.Expr{&ast.TypeAssertExpr{X: e, Type: typ}}},
			&ast.ReturnStmt{Results: []ast.Expr{v}},
		}},
	}}
}

// typed converts an expression whose type would be another one in the interpreter.
func (l *lowerer) typed(e ast.Expr, t types.Type) ast.Expr {
	typ := l.typeExpr(t)
	if typ == nil {
		return e
	}
	return &ast.CallExpr{Fun: &ast.ParenExpr{X: typ}, Args: []ast.Expr{e}}
}

func (l *lowerer) typedAll(es []ast.Expr, t types.Type) []ast.Expr {
	out := make([]ast.Expr, len(es))
	for i, e := range es {
		out[i] = l.typed(e, t)
	}
	return out
}

func (l *lowerer) asserted(e ast.Expr, t types.Type) ast.Expr {
	typ := l.typeExpr(t)
	if typ == nil {
		return e
	}
	return &ast.TypeAssertExpr{X: e, Type: typ}
}

// typeExpr writes a type, nil for one that has no name here.
func (l *lowerer) typeExpr(t types.Type) ast.Expr {
	s := types.TypeString(t, func(p *types.Package) string {
		if p == l.pkg {
			return ""
		}
		if name := l.names[p.Path()]; name != "" {
			return name
		}
		return p.Name()
	})
	e, err := parser.ParseExpr(s)
	if err != nil {
		return nil
	}
	return e
}

// loop gives what a loop over a number or a function becomes, nil for other loops.
func (l *lowerer) loop(r *ast.RangeStmt) ast.Stmt {
	t := l.over[r]
	if t == nil {
		return nil
	}
	l.n++
	suffix := strconv.Itoa(l.n)
	id := func(name string) *ast.Ident { return ast.NewIdent("_" + name + suffix) }
	body := &ast.BlockStmt{}
	set := func(to, value ast.Expr) {
		if to == nil {
			return
		}
		if name, ok := to.(*ast.Ident); ok && name.Name == "_" {
			return
		}
		body.List = append(body.List, &ast.AssignStmt{Lhs: []ast.Expr{to}, Tok: r.Tok, Rhs: []ast.Expr{value}})
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		if u.Info()&types.IsInteger == 0 {
			return nil
		}
		typ := t
		if r.Key != nil && r.Tok == token.ASSIGN {
			typ = l.info.TypeOf(r.Key)
		}
		set(r.Key, id("i"))
		body.List = append(body.List, r.Body.List...)
		typ = types.Default(typ)
		return &ast.ForStmt{
			Init: &ast.AssignStmt{Lhs: []ast.Expr{id("i"), id("n")}, Tok: token.DEFINE, Rhs: []ast.Expr{
				l.typed(&ast.BasicLit{Kind: token.INT, Value: "0"}, typ), l.typed(r.X, typ),
			}},
			Cond: &ast.BinaryExpr{X: id("i"), Op: token.LSS, Y: id("n")},
			Post: &ast.IncDecStmt{X: id("i"), Tok: token.INC},
			Body: body,
		}
	case *types.Signature:
		yield := u.Params().At(0).Type().Underlying().(*types.Signature).Params()
		at := func(i int) ast.Expr {
			e := ast.Expr(&ast.IndexExpr{X: id("v"), Index: &ast.BasicLit{Kind: token.INT, Value: strconv.Itoa(i)}})
			return l.asserted(e, yield.At(i).Type())
		}
		if r.Key != nil {
			set(r.Key, at(0))
		}
		if r.Value != nil {
			set(r.Value, at(1))
		}
		body.List = append(body.List, r.Body.List...)
		loop := &ast.RangeStmt{Key: ast.NewIdent("_"), Value: id("v"), Tok: token.DEFINE, X: &ast.CallExpr{Fun: helper("Yielded"), Args: []ast.Expr{r.X}}, Body: body}
		if len(body.List) == len(r.Body.List) {
			loop.Key, loop.Value, loop.Tok = nil, nil, token.ILLEGAL
		}
		return loop
	}
	return nil
}

// isSeq says whether a type is a function that can be ranged over.
func isSeq(t types.Type) bool {
	sig, ok := t.Underlying().(*types.Signature)
	if !ok || sig.Params().Len() != 1 || sig.Results().Len() != 0 {
		return false
	}
	_, ok = sig.Params().At(0).Type().Underlying().(*types.Signature)
	return ok
}

// isGet says whether a call is that of Get in _sg.V(x).Get(_w). In the interpreter Val holds any value.
func isGet(e *ast.CallExpr) bool {
	get, ok := e.Fun.(*ast.SelectorExpr)
	if !ok || get.Sel.Name != "Get" {
		return false
	}
	v, ok := get.X.(*ast.CallExpr)
	return ok && types.ExprString(v.Fun) == "_sg.V"
}

func title(s string) string { return string(s[0]-'a'+'A') + s[1:] }
