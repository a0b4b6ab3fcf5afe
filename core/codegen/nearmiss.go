package codegen

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"

	"sitegen.dev/core/diag"
)

// nearMiss is a declaration of the fence that means nothing to the route, and whose name is almost one that does.
type nearMiss struct {
	name, meant string
	at          diag.Range
	message     string
}

// nearFlag notes a constant such as prerendr.
func (r *frontReader) nearFlag(at diag.Range, name string, v ast.Expr) {
	var known []string
	switch v := v.(type) {
	case *ast.Ident:
		if v.Name == "true" || v.Name == "false" {
			known = []string{"prerender", "partial"}
		}
	case *ast.BasicLit:
		if v.Kind == token.INT {
			known = []string{"revalidate"}
		}
	}
	s := diag.Suggest(name, known)
	if low := strings.ToLower(name); slices.Contains(known, low) {
		s = low
	}
	if s != "" && sameInitial(s, name) {
		r.near = append(r.near, nearMiss{name, s, at, name + " says nothing about the route: its constant is called " + s})
	}
}

// nearFunction notes a function such as GetStaticPath or Pots.
func (r *frontReader) nearFunction(at diag.Range, d *ast.FuncDecl) {
	name := d.Name.Name
	if takesBuild(d.Type) && diag.Suggest(name, []string{"GetStaticPaths"}) != "" {
		r.near = append(r.near, nearMiss{name, "GetStaticPaths", at, name + " lists no paths: the function is called GetStaticPaths"})
		return
	}
	if !isEndpointFunc(d.Type) || !ast.IsExported(name) || strings.ContainsAny(name, "0123456789") {
		return
	}
	if s := diag.Suggest(name, httpMethods); s != "" && sameInitial(s, name) {
		r.near = append(r.near, nearMiss{name, s, at, name + " answers no requests: there is no such method"})
	}
}

// nearMisses warns of what was noted, where nothing else in the file names it: what is called has its name for a reason. Others
// may name what a component shows that is no page.
func (r *frontReader) nearMisses() {
	page := strings.Contains(path.Join("/", r.c.Path), "/pages/")
	for _, n := range r.near {
		if r.f.idents[n.name] > 1 || !page && ast.IsExported(n.name) {
			continue
		}
		if slices.ContainsFunc(r.c.Flags.Methods, func(m Method) bool { return m.Name == n.meant }) {
			continue
		}
		if n.meant == "GetStaticPaths" && r.c.Flags.StaticPaths != nil {
			continue
		}
		hint := "did you mean " + n.meant + "?"
		if strings.EqualFold(n.name, n.meant) {
			hint = "rename it to " + n.meant
		}
		r.diags.Warn("SG2034", n.at, n.message, hint)
	}
}

func sameInitial(a, b string) bool { return strings.EqualFold(a[:1], b[:1]) }

// takesBuild says whether a function has the parameter of GetStaticPaths.
func takesBuild(t *ast.FuncType) bool {
	if t.Params.NumFields() != 1 {
		return false
	}
	ptr, ok := t.Params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	sel, ok := ptr.X.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Build"
}
