package build

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/prerender"
	"sitegen.dev/core/routes"
)

// middlewareFile declares OnRequest and Guards, in the package of the source directory.
const middlewareFile = "middleware.go"

// findMiddleware finds out whether the package of the source directory declares OnRequest and Guards, and reads the paths
// of the guards.
func (b *builder) findMiddleware() error {
	name := path.Join(b.Layout.Src, middlewareFile)
	src, err := os.ReadFile(b.Layout.abs(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	pkg := path.Join(b.Layout.ModulePath, b.Layout.Src)
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		b.middleware = pkg // the go command reports it better
		return nil
	}
	at := func(n ast.Node) diag.Range {
		from, to := fset.Position(n.Pos()), fset.Position(n.End())
		return diag.Range{Pos: diag.Pos{File: b.Layout.Rel(name), Line: from.Line, Col: from.Column},
			End: diag.Pos{File: b.Layout.Rel(name), Line: to.Line, Col: to.Column}}
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "OnRequest" {
			b.middleware = pkg
			b.runs("OnRequest", at(f.Name))
		}
		if value, found := guardsOf(d); found {
			b.guards = pkg
			b.runs("Guards", at(d))
			b.readGuards(value, d, at)
		}
	}
	switch {
	case b.middleware == "" && b.guards == "":
		b.list.Warn("SG3109", diag.Range{Pos: diag.Pos{File: b.Layout.Rel(name)}}, "middleware.go declares neither OnRequest nor Guards, so nothing of it runs",
			"declare `func OnRequest(page *site.Page, next site.Handler) error`")
	case file.Name.Name == "main":
		r := at(file.Name)
		r.End = diag.Pos{}
		b.list.Error("SG3108", r, "package main cannot be imported, so OnRequest cannot be called", "write `package "+path.Base(b.Layout.Src)+"`")
	}
	b.guardPages()
	return nil
}

// middlewareFeature is the feature of OnRequest and Guards, as package adapter calls it.
const middlewareFeature = "middleware"

// runs notes where a declaration is that makes requests run through the middleware.
func (b *builder) runs(name string, at diag.Range) {
	if b.joints == nil {
		b.joints = map[string]diag.Range{}
	}
	b.joints[name] = at
}

// placeJoints gives errors about what generated code takes from the middleware the place of its declaration.
func (b *builder) placeJoints(ds []diag.Diagnostic) {
	for i := range ds {
		for _, name := range slices.Sorted(maps.Keys(b.joints)) {
			if ds[i].File == "" && strings.Contains(ds[i].Message, name) {
				ds[i].Range = b.joints[name]
			}
		}
	}
}

// middlewareFeatures is what an adapter has to be able to do for the middleware. That of a site of files alone runs while it is built.
func (b *builder) middlewareFeatures() []manifest.Feature {
	runs := len(b.islands) > 0 || slices.ContainsFunc(b.routes, func(r manifest.Route) bool { return !r.Prerender && r.Type != manifest.Redir })
	at, found := b.joints["OnRequest"]
	if !found {
		at, found = b.joints["Guards"]
	}
	if !found || !runs {
		return nil
	}
	return []manifest.Feature{{Name: middlewareFeature, File: at.File, Line: at.Line, Col: at.Col}}
}

// guardsOf gives the value of the declaration of Guards; nil when it has none.
func guardsOf(d ast.Decl) (value ast.Expr, found bool) {
	g, ok := d.(*ast.GenDecl)
	if !ok || g.Tok != token.VAR {
		return nil, false
	}
	for _, s := range g.Specs {
		v := s.(*ast.ValueSpec)
		for i, n := range v.Names {
			if n.Name != "Guards" {
				continue
			}
			if i < len(v.Values) {
				return v.Values[i], true
			}
			return nil, true
		}
	}
	return nil, false
}

// guard is one entry of Guards, as far as it can be read without running it.
type guard struct {
	path  string
	route manifest.Route // matches what the guard covers
	at    diag.Range     // of its path
}

// readGuards reads the paths of the guards. They have to be written out, so that what they cover is known before anything
// runs, and a guard that would not run is an error of the build.
func (b *builder) readGuards(value ast.Expr, decl ast.Node, at func(ast.Node) diag.Range) {
	const hint = "write `var Guards = []site.Guard{{Path: \"/admin\", Check: signedIn}}`"
	list, ok := value.(*ast.CompositeLit)
	if !ok {
		node := decl
		if value != nil {
			node = value
		}
		b.list.Error("SG3111", at(node), "Guards is no list that is written out", hint)
		return
	}
	for _, e := range list.Elts {
		entry, ok := e.(*ast.CompositeLit)
		var path ast.Expr
		if ok {
			for i, f := range entry.Elts {
				kv, named := f.(*ast.KeyValueExpr)
				if named && isName(kv.Key, "Path") {
					path = kv.Value
				} else if !named && i == 0 {
					path = f
				}
			}
		}
		lit, ok := path.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			var node ast.Node = e
			if path != nil {
				node = path
			}
			b.list.Error("SG3111", at(node), "the path of this guard is no text that is written out", hint)
			continue
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil {
			continue // the go command reports it
		}
		_, segments, err := routes.ParsePattern(text)
		var d diag.Diagnostic
		if errors.As(err, &d) {
			b.list.Error("SG3111", at(lit), "the path of this guard is no pattern: "+d.Message, d.Hint)
			continue
		}
		if n := len(segments); n == 0 || !segments[n-1][0].Rest {
			segments = append(segments, []manifest.Part{{Param: "below", Rest: true}})
		}
		b.guarded = append(b.guarded, guard{text, manifest.Route{Segments: segments}, at(lit)})
	}
}

func isName(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// guardOf gives the guard that covers a path below the base, or nil.
func (b *builder) guardOf(path string) *guard {
	for i := range b.guarded {
		if r, _ := routes.Match([]manifest.Route{b.guarded[i].route}, path); r != nil {
			return &b.guarded[i]
		}
	}
	return nil
}

// guardOfSome gives a guard that covers some of the paths of a pattern, or nil.
func (b *builder) guardOfSome(segments [][]manifest.Part) *guard {
	for i := range b.guarded {
		if meet(b.guarded[i].route.Segments, segments) {
			return &b.guarded[i]
		}
	}
	return nil
}

// meet says whether a path can match both patterns. Of segments with a parameter it takes that for granted.
func meet(a, b [][]manifest.Part) bool {
	switch {
	case len(a) > 0 && a[0][0].Rest, len(b) > 0 && b[0][0].Rest:
		return true
	case len(a) == 0 || len(b) == 0:
		return len(a) == len(b)
	}
	fixed := len(a[0]) == 1 && len(b[0]) == 1 && a[0][0].Param == "" && b[0][0].Param == ""
	return (!fixed || a[0][0].Text == b[0][0].Text) && meet(a[1:], b[1:])
}

// guardPages notes which routes on demand a guard covers, and reports pages that are answered without it: prerendered ones, and
// those that caches are to keep. Prerendered ones with parameters are checked when they are rendered.
func (b *builder) guardPages() {
	for i, r := range b.routes {
		if !r.Prerender && r.Type != manifest.Redir {
			g := b.guardOfSome(r.Segments)
			b.routes[i].Guarded = g != nil
			if g != nil && r.Revalidate > 0 {
				b.list.Add(diag.Diagnostic{Severity: diag.Error, Code: "SG3112", Range: diag.Range{Pos: diag.Pos{File: r.Source, Line: 1, Col: 1}},
					Message: r.Pattern + " is kept by caches, and they give it to everybody: the guard of " + g.path + " would not run for it",
					Hint:    "remove `const revalidate`, or move the page out of " + g.path,
					Notes:   []diag.Note{{Range: g.at, Message: "the guard is declared here"}}})
			}
		}
		if !r.Prerender || r.Error != 0 || r.Type == manifest.Redir || strings.Contains(r.Pattern, "[") {
			continue
		}
		if g := b.guardOf(r.Pattern); g != nil {
			d := prerender.Guarded(diag.Range{Pos: diag.Pos{File: r.Source}}, r.Pattern, g.path)
			d.Notes = []diag.Note{{Range: g.at, Message: "the guard is declared here"}}
			b.list.Add(d)
		}
	}
}

// guardPublic reports files of the public folder that a guard covers. One of the whole site is taken to mean pages: those
// who have to sign in need the stylesheet of the page where they do.
func (b *builder) guardPublic() error {
	if len(b.guarded) == 0 {
		return nil
	}
	root := filepath.Join(b.Layout.Root, filepath.FromSlash(b.Config.Public))
	return filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		path := "/" + filepath.ToSlash(rel)
		if g := b.guardOf(path); g != nil && len(g.route.Segments) > 1 {
			d := diag.Diagnostic{Severity: diag.Error, Code: "SG3112", Range: diag.Range{Pos: diag.Pos{File: b.Layout.Rel(name), Line: 1, Col: 1}},
				Message: path + " is a file of the public folder, which is given to everybody: the guard of " + g.path + " would not run for it",
				Hint:    "move it out of " + b.Config.Public + " and answer it from an endpoint, or move it out of " + g.path,
				Notes:   []diag.Note{{Range: g.at, Message: "the guard is declared here"}}}
			b.list.Add(d)
		}
		return nil
	})
}
