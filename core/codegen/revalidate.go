package codegen

import (
	"go/ast"
	"go/constant"
	"go/token"
	"slices"
	"strconv"
)

// maxRevalidate is a year in seconds: nothing may be kept for longer (RFC 9111 leaves it open, platforms do not).
const maxRevalidate = 31536000

// revalidate reads the constant of that name: a number of seconds, written as numbers and what is made of them.
func (r *frontReader) revalidate(t declTree, name *ast.Ident, v ast.Expr) {
	at := t.span(name)
	n, ok := 0, false
	if v != nil {
		at = t.span(v)
		n, ok = seconds(v)
	}
	if !ok || n < 1 || n > maxRevalidate {
		r.diags.Error("SG2036", r.c.file.Range(at), "revalidate must be a number of seconds from 1 to "+strconv.Itoa(maxRevalidate), exampleFlag(name.Name))
		return
	}
	r.c.Flags.Revalidate = &SecondsFlag{Value: n, At: r.c.file.Range(at)}
}

// seconds works out numbers and sums and products of them; ok is false for anything else.
func seconds(e ast.Expr) (n int, ok bool) {
	v := number(e)
	if v == nil {
		return 0, false
	}
	n64, exact := constant.Int64Val(v)
	return int(n64), exact && int64(int(n64)) == n64
}

func number(e ast.Expr) constant.Value {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return number(e.X)
	case *ast.BasicLit:
		if e.Kind == token.INT {
			return constant.MakeFromLiteral(e.Value, token.INT, 0)
		}
	case *ast.BinaryExpr:
		if !slices.Contains([]token.Token{token.ADD, token.SUB, token.MUL}, e.Op) {
			return nil
		}
		x, y := number(e.X), number(e.Y)
		if x != nil && y != nil {
			return constant.BinaryOp(x, e.Op, y)
		}
	}
	return nil
}

// revalidated wraps what answers a route that is rendered per request so that caches keep it; f is the function of core/site that
// does it.
func (c *Component) revalidated(f, code string) string {
	if c.Flags.Revalidate == nil {
		return code
	}
	return "_sg." + f + "(" + strconv.Itoa(c.Flags.Revalidate.Value) + ", " + code + ")"
}
