package codegen

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// front is what a fence declares, read without types.
type front struct {
	imports  []importSpec
	hoisted  []syntax.FenceItem // const, type, func, method
	stmts    []syntax.FenceItem
	declared map[string]syntax.Span // names at package scope that the author declares
	vars     []variable             // declared at the top level of the statements, each name once
	props    *structInfo            // nil: none declared
	slots    *structInfo
	useSite  bool // the file says site. and does not declare it: import it
	useEnv   bool // likewise, of env.
	idents   map[string]int
	bare     map[string]bool // names that stand somewhere without a dot behind them, as where they are declared
}

// importSpec is one line of an import declaration.
type importSpec struct {
	Name string // as written; "" where there is none
	Path string
	At   syntax.Span // the whole spec
	Lit  syntax.Span // the path with its quotes
}

// variable is one that the author declared.
type variable struct {
	Name string
	At   syntax.Span
}

// structInfo is what can be seen of type Props or type Slots.
type structInfo struct {
	At        syntax.Span // the name
	Params    []string    // names of the type parameters
	ParamText string      // "[T any]", or ""
	Fields    []fieldInfo
	Embedded  []embedded
	Same      string // the type that this one is another name of
	Open      bool   // there may be more fields: embedded ones', or those of another type that this one is
}

// embedded is an embedded field of Props or Slots.
type embedded struct {
	Type string
	At   syntax.Span
}

// fieldInfo is a field of Props or Slots.
type fieldInfo struct {
	Name     string
	At       syntax.Span // the name
	Type     string
	Prop     string // name given by the tag
	Required bool
	Rest     bool
	Default  string // Go expression
	HasDef   bool
	Params   string // of a slot with arguments: "row T, n int"
	Func     bool
	Path     string     // of an embedded Props: "Props."
	Of       *Component // that declares it
}

// httpMethods are the names of functions that answer requests.
var httpMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ALL"}

// generatedNames cannot be declared in a fence.
var generatedNames = map[string]string{
	"Render": "the compiler generates a function of this name for every component",
	"page":   "it is the request's *site.Page in every component",
	"props":  "it holds the component's Props",
	"slots":  "it holds the component's Slots",
}

// frontReader reads one fence.
type frontReader struct {
	c     *Component
	f     *front
	src   []byte
	diags *diag.List
	types map[string]*ast.TypeSpec // those of the fence
	near  []nearMiss
}

// readFront fills c.front and c.Flags. Syntax errors in the Go were reported by the parser; items that do not parse are
// left out of what is read here.
func readFront(c *Component, diags *diag.List) {
	r := &frontReader{
		c: c, f: &front{declared: map[string]syntax.Span{}, idents: map[string]int{}, bare: map[string]bool{}}, src: c.file.Src, diags: diags,
		types: map[string]*ast.TypeSpec{},
	}
	c.front = r.f
	if c.file.Fence == nil {
		r.countTemplate()
		r.f.useSite, r.f.useEnv = r.f.idents["site"] > 0, r.f.idents["env"] > 0
		return
	}
	var trees []declTree
	for _, it := range c.file.Fence.Items {
		if it.Kind != syntax.ItemImport { // an import does not use the name that it gives
			r.count(it.Span)
		}
		switch it.Kind {
		case syntax.ItemImport:
			r.imports(it)
		case syntax.ItemStmt:
			r.f.stmts = append(r.f.stmts, it)
		default:
			r.f.hoisted = append(r.f.hoisted, it)
			if t, ok := r.parseDecl(it); ok {
				trees = append(trees, t)
				r.declare(t)
			}
		}
	}
	for _, it := range r.f.stmts {
		r.statement(it)
	}
	r.structs()
	r.countTemplate()
	r.nearMisses()
	r.f.useSite, r.f.useEnv = r.implied("site"), r.implied("env")
	r.requestNames(trees)
	r.reserved()
}

// implied says whether the file mentions a package that it need not import.
func (r *frontReader) implied(name string) bool {
	_, own := r.f.declared[name]
	return r.f.idents[name] > 0 && !own && !r.declaresVar(name) && !r.importsName(name)
}

// declTree is a parsed hoisted item; base turns its offsets into those of the source.
type declTree struct {
	file *ast.File
	fset *token.FileSet
	base int
	item syntax.FenceItem
}

func (t declTree) span(n ast.Node) syntax.Span {
	off := func(p token.Pos) int { return t.fset.PositionFor(p, false).Offset + t.base }
	return syntax.Span{Start: off(n.Pos()), End: off(n.End())}
}

const declPrefix = "package p;"

func (r *frontReader) parseDecl(it syntax.FenceItem) (declTree, bool) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", declPrefix+it.Text(r.src), 0)
	if err != nil || f == nil {
		return declTree{}, false
	}
	return declTree{file: f, fset: fset, base: it.Start - len(declPrefix), item: it}, true
}

func (r *frontReader) imports(it syntax.FenceItem) {
	t, ok := r.parseDecl(it)
	if !ok {
		return
	}
	for _, s := range t.file.Imports {
		p, err := strconv.Unquote(s.Path.Value)
		if err != nil {
			continue
		}
		spec := importSpec{Path: p, At: t.span(s), Lit: t.span(s.Path)}
		spec.At.End = spec.Lit.End
		if s.Name != nil {
			spec.Name = s.Name.Name
		}
		if p == "C" {
			r.diags.Error("SG2041", r.c.file.Range(spec.Lit), "a component cannot call C", "call it in a Go package of the site, and import that")
			continue
		}
		r.f.imports = append(r.f.imports, spec)
	}
}

func (r *frontReader) declare(t declTree) {
	for _, d := range t.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil {
				continue
			}
			r.f.declared[d.Name.Name] = t.span(d.Name)
			r.function(t, d)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					r.f.declared[s.Name.Name] = t.span(s.Name)
					r.types[s.Name.Name] = s
					r.typeOf(t, s)
				case *ast.ValueSpec:
					for i, n := range s.Names {
						r.f.declared[n.Name] = t.span(n)
						var v ast.Expr
						if i < len(s.Values) {
							v = s.Values[i]
						}
						r.flag(t, n, v)
					}
				}
			}
		}
	}
}

// isFlag says whether a constant of that name is for the route table.
func isFlag(name string) bool {
	return name == "prerender" || name == "partial" || name == "revalidate"
}

// exampleFlag is how the constant of that name is written.
func exampleFlag(name string) string {
	switch name {
	case "partial":
		return "write const partial = true"
	case "revalidate":
		return "write const revalidate = 60, in seconds"
	}
	return "write const prerender = false"
}

// flag reads the constants that the route table wants.
func (r *frontReader) flag(t declTree, name *ast.Ident, v ast.Expr) {
	if !isFlag(name.Name) {
		r.nearFlag(r.c.file.Range(t.span(name)), name.Name, v)
		return
	}
	if name.Name == "revalidate" {
		r.revalidate(t, name, v)
		return
	}
	id, ok := v.(*ast.Ident)
	if !ok || id.Name != "true" && id.Name != "false" {
		at := t.span(name)
		if v != nil {
			at = t.span(v)
		}
		r.diags.Error("SG2032", r.c.file.Range(at), name.Name+" must be the literal true or false", exampleFlag(name.Name))
		return
	}
	if name.Name == "partial" {
		r.c.Flags.Partial = id.Name == "true"
		return
	}
	r.c.Flags.Prerender = &BoolFlag{Value: id.Name == "true", At: r.c.file.Range(t.span(name))}
}

// function looks for the reserved functions.
func (r *frontReader) function(t declTree, d *ast.FuncDecl) {
	name := d.Name.Name
	at := r.c.file.Range(t.span(d.Name))
	if name == "GetStaticPaths" {
		r.c.Flags.StaticPaths = &at
		// One result is the form that gives one path at a time: iter.Seq2[site.Path[Props], error].
		p, res := d.Type.Params, d.Type.Results
		r.c.Flags.PathSeq = res.NumFields() == 1
		if p.NumFields() != 1 || res.NumFields() != 1 && res.NumFields() != 2 {
			r.diags.Error("SG2035", at, "GetStaticPaths takes a *site.Build and returns the paths and an error",
				"write func GetStaticPaths(b *site.Build) ([]site.Path[Props], error)")
		}
		return
	}
	if strings.EqualFold(name, "GetStaticPaths") {
		r.near = append(r.near, nearMiss{name, "GetStaticPaths", at, name + " lists no paths: the function is called GetStaticPaths"})
		return
	}
	if slices.Contains(httpMethods, name) {
		wrong := !isEndpointFunc(d.Type)
		if wrong {
			r.diags.Error("SG2033", at, name+" takes a *site.Page and returns an error", "write func "+name+"(page *site.Page) error")
		}
		r.c.Flags.Methods = append(r.c.Flags.Methods, Method{Name: name, At: at, Wrong: wrong})
		return
	}
	if up := strings.ToUpper(name); slices.Contains(httpMethods, up) && isEndpointFunc(d.Type) {
		r.diags.Warn("SG2034", at, name+" answers no requests: methods are written in capitals", "rename it to "+up)
		return
	}
	r.nearFunction(at, d)
}

// isEndpointFunc says whether a function has the shape func(*site.Page) error.
func isEndpointFunc(t *ast.FuncType) bool {
	if t.TypeParams.NumFields() != 0 || t.Params.NumFields() != 1 || t.Results.NumFields() != 1 {
		return false
	}
	ptr, ok := t.Params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	sel, ok := ptr.X.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Page" {
		return false
	}
	res, ok := t.Results.List[0].Type.(*ast.Ident)
	return ok && res.Name == "error"
}

// typeOf remembers type Props and type Slots.
func (r *frontReader) typeOf(t declTree, s *ast.TypeSpec) {
	if s.Name.Name != "Props" && s.Name.Name != "Slots" {
		return
	}
	info := &structInfo{At: t.span(s.Name)}
	if s.TypeParams != nil {
		info.ParamText = t.span(s.TypeParams).Text(r.src)
		for _, f := range s.TypeParams.List {
			for _, n := range f.Names {
				info.Params = append(info.Params, n.Name)
			}
		}
	}
	st, ok := s.Type.(*ast.StructType)
	if !ok {
		info.Open = true
		info.Same = t.span(s.Type).Text(r.src)
	} else {
		r.fields(t, st, info, s.Name.Name == "Props")
	}
	if s.Name.Name == "Props" {
		r.f.props = info
		r.c.Flags.HasProps = true
		return
	}
	r.f.slots = info
}

func (r *frontReader) fields(t declTree, st *ast.StructType, info *structInfo, props bool) {
	for _, f := range st.Fields.List {
		if len(f.Names) == 0 {
			info.Open = true
			info.Embedded = append(info.Embedded, embedded{t.span(f.Type).Text(r.src), t.span(f.Type)})
			continue
		}
		for _, n := range f.Names {
			if n.Name == "_" {
				continue
			}
			fi := fieldInfo{Name: n.Name, At: t.span(n), Type: t.span(f.Type).Text(r.src)}
			if ft, ok := f.Type.(*ast.FuncType); ok {
				fi.Func = true
				p := t.span(ft.Params)
				fi.Params = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(p.Text(r.src), "("), ")"))
			}
			if !isExported(n.Name) {
				what := "prop"
				if !props {
					what = "slot"
				}
				r.diags.Warn("SG2013", r.c.file.Range(fi.At), what+" "+n.Name+" cannot be set from outside: its name is not exported",
					"rename it to "+exportName(n.Name))
			}
			if f.Tag != nil && props {
				r.tag(t, f, &fi)
			}
			info.Fields = append(info.Fields, fi)
		}
	}
}

// tag reads prop:"…" and default:"…".
func (r *frontReader) tag(t declTree, f *ast.Field, fi *fieldInfo) {
	s, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		return
	}
	at := r.c.file.Range(t.span(f.Tag))
	tag := reflect.StructTag(s)
	if p, ok := tag.Lookup("prop"); ok {
		name, opts, _ := strings.Cut(p, ",")
		fi.Prop = name
		for o := range strings.SplitSeq(opts, ",") {
			switch strings.TrimSpace(o) {
			case "":
			case "required":
				fi.Required = true
			case "rest":
				fi.Rest = true
			default:
				r.diags.Error("SG2013", at, "prop option "+strconv.Quote(o)+" is not known", `use "required" or "rest"`)
			}
		}
	}
	if d, ok := tag.Lookup("default"); ok {
		if fi.Required {
			r.diags.Error("SG2013", at, "prop "+fi.Name+" is required and has a default", "remove one of the two")
			return
		}
		fi.Default, fi.HasDef = d, true
	}
}

// structs turns the defaults into Go, once all types of the fence are known.
func (r *frontReader) structs() {
	p := r.f.props
	if p == nil {
		return
	}
	rest := ""
	for i := range p.Fields {
		f := &p.Fields[i]
		if f.Rest {
			if rest != "" {
				r.diags.Error("SG2013", r.c.file.Range(f.At), "a component has one rest prop, and "+rest+" is one already", "")
			}
			rest = f.Name
		}
		if !f.HasDef {
			continue
		}
		def, msg := r.defaultExpr(f.Type, f.Default, 0)
		if msg != "" {
			r.diags.Error("SG2013", r.c.file.Range(f.At), "the default of prop "+f.Name+" "+msg, "")
			f.HasDef = false
			continue
		}
		f.Default = def
	}
}

// defaultExpr gives the Go constant for a default of a type, or what is wrong with it. Types declared elsewhere are
// taken for strings unless the text is a number or a boolean.
func (r *frontReader) defaultExpr(typ, text string, depth int) (expr, problem string) {
	switch typ {
	case "string":
		return strconv.Quote(text), ""
	case "bool":
		if text == "true" || text == "false" {
			return text, ""
		}
		return "", "must be true or false, not " + strconv.Quote(text)
	case "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr", "byte", "rune":
		if numberToken(text, typ == "rune" || typ == "int32") {
			return text, ""
		}
		return "", "must be a whole number, not " + strconv.Quote(text)
	case "float32", "float64":
		if numberToken(text, false) || floatToken(text) {
			return text, ""
		}
		return "", "must be a number, not " + strconv.Quote(text)
	}
	if s := r.types[typ]; s != nil && depth < 8 {
		if id, ok := s.Type.(*ast.Ident); ok {
			return r.defaultExpr(id.Name, text, depth+1)
		}
		return "", "needs a string, a number or a boolean: give it a value in the fence instead"
	}
	if !isTypeName(typ) {
		return "", "needs a string, a number or a boolean: give it a value in the fence instead"
	}
	if text == "true" || text == "false" || numberToken(text, false) || floatToken(text) {
		return text, ""
	}
	return strconv.Quote(text), ""
}

func isTypeName(s string) bool {
	pkg, name, ok := strings.Cut(s, ".")
	if !ok {
		return token.IsIdentifier(pkg)
	}
	return token.IsIdentifier(pkg) && token.IsIdentifier(name)
}

func numberToken(s string, char bool) bool {
	e, err := parser.ParseExpr(s)
	if err != nil {
		return false
	}
	if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.SUB {
		e = u.X
	}
	l, ok := e.(*ast.BasicLit)
	return ok && (l.Kind == token.INT || char && l.Kind == token.CHAR)
}

func floatToken(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil && s != "" && strings.ContainsAny(s, "0123456789")
}

// statement finds the variables that a top-level statement declares.
func (r *frontReader) statement(it syntax.FenceItem) {
	for _, v := range stmtVars(it.Text(r.src), it.Start) {
		if isFlag(v.Name) {
			r.diags.Error("SG2032", r.c.file.Range(v.At), v.Name+" must be a constant", exampleFlag(v.Name))
		}
		if !r.declaresVar(v.Name) {
			r.f.vars = append(r.f.vars, v)
		}
	}
}

const stmtPrefix = "package p;func _(){"

// stmtVars gives the variables that Go statements at offset base declare in their own scope.
func stmtVars(text string, base int) []variable {
	if !strings.Contains(text, ":=") && !strings.HasPrefix(text, "var") {
		return nil
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", stmtPrefix+text+"\n}", parser.SkipObjectResolution)
	if err != nil || len(f.Decls) != 1 {
		return nil
	}
	fd, ok := f.Decls[0].(*ast.FuncDecl)
	if !ok {
		return nil
	}
	var out []variable
	add := func(id *ast.Ident) {
		if id.Name != "_" {
			start := fset.PositionFor(id.Pos(), false).Offset - len(stmtPrefix) + base
			out = append(out, variable{Name: id.Name, At: syntax.Span{Start: start, End: start + len(id.Name)}})
		}
	}
	var visit func(s ast.Stmt)
	visit = func(s ast.Stmt) {
		switch s := s.(type) {
		case *ast.LabeledStmt:
			visit(s.Stmt)
		case *ast.AssignStmt:
			if s.Tok != token.DEFINE {
				return
			}
			for _, e := range s.Lhs {
				if id, ok := e.(*ast.Ident); ok {
					add(id)
				}
			}
		case *ast.DeclStmt:
			g, ok := s.Decl.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				return
			}
			for _, sp := range g.Specs {
				for _, id := range sp.(*ast.ValueSpec).Names {
					add(id)
				}
			}
		}
	}
	for _, s := range fd.Body.List {
		visit(s)
	}
	return out
}

func (r *frontReader) declaresVar(name string) bool {
	return slices.ContainsFunc(r.f.vars, func(v variable) bool { return v.Name == name })
}

func (r *frontReader) importsName(name string) bool {
	return slices.ContainsFunc(r.f.imports, func(s importSpec) bool {
		return s.Name == name || s.Name == "" && !isFileImport(s.Path) && importName(s.Path) == name ||
			s.Name == "" && isFileImport(s.Path) && componentBase(pathBase(s.Path)) == name
	})
}

// reserved reports names that the compiler needs for itself.
func (r *frontReader) reserved() {
	for _, v := range r.f.vars {
		if why, ok := generatedNames[v.Name]; ok {
			r.diags.Error("SG2005", r.c.file.Range(v.At), v.Name+" is reserved: "+why, "choose another name")
		}
	}
	for name, at := range r.f.declared {
		why, ok := generatedNames[name]
		if ok && name == "Render" {
			r.diags.Error("SG2005", r.c.file.Range(at), name+" is reserved: "+why, "choose another name")
		}
	}
	for _, it := range append(slices.Clone(r.f.stmts), r.f.hoisted...) {
		scanTokens(it.Text(r.src), func(off int, tok token.Token, lit string) {
			if tok == token.IDENT && (strings.HasPrefix(lit, "_sg") || lit == "_w") {
				at := syntax.Span{Start: it.Start + off, End: it.Start + off + len(lit)}
				r.diags.Error("SG2005", r.c.file.Range(at), "names that begin with _sg or are _w belong to generated code", "choose another name")
			}
		})
	}
}

// requestNames reports hoisted declarations that mention what exists only while a request is rendered.
func (r *frontReader) requestNames(trees []declTree) {
	for _, t := range trees {
		if t.item.Kind != syntax.ItemFunc && t.item.Kind != syntax.ItemMethod && t.item.Kind != syntax.ItemConst {
			continue
		}
		for _, id := range t.file.Unresolved {
			n := id.Name
			if _, ok := r.f.declared[n]; ok || r.importsName(n) {
				continue
			}
			if n != "page" && n != "props" && n != "slots" && !r.declaresVar(n) {
				continue
			}
			if types.Universe.Lookup(n) != nil {
				continue // at package scope string, len and max are Go's, whatever a render calls so
			}
			what := "this constant"
			hint := "compute it in a statement: a variable may use " + n
			if t.item.Kind != syntax.ItemConst {
				what = t.item.Name
				hint = "pass " + n + " as a parameter, or write " + t.item.Name + " := func(…) … so that it is made for each render"
				if t.item.Kind == syntax.ItemMethod {
					hint = "pass " + n + " as a parameter"
				}
			}
			d := diag.Diagnostic{Severity: diag.Error, Code: "SG2031", Range: r.c.file.Range(t.span(id)),
				Message: what + " is compiled at package scope and cannot see " + n, Hint: hint}
			for _, v := range r.f.vars {
				if v.Name == n {
					d.Notes = append(d.Notes, diag.Note{Range: r.c.file.Range(v.At), Message: n + " exists for one render only"})
				}
			}
			r.diags.Add(d)
		}
	}
}

// scanTokens calls fn with each token of Go text; broken text ends early or gives what go/scanner makes of it.
func scanTokens(text string, fn func(off int, tok token.Token, lit string)) {
	var s scanner.Scanner
	fset := token.NewFileSet()
	f := fset.AddFile("", fset.Base(), len(text))
	s.Init(f, []byte(text), nil, 0)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return
		}
		fn(f.Offset(pos), tok, lit)
	}
}

// count counts the identifiers in Go text that are no selectors.
func (r *frontReader) count(s syntax.Span) {
	last, dot := "", false
	scanTokens(s.Text(r.src), func(_ int, tok token.Token, lit string) {
		if last != "" && tok != token.PERIOD {
			r.f.bare[last] = true
		}
		last = ""
		if tok == token.IDENT && !dot {
			r.f.idents[lit]++
			last = lit
		}
		dot = tok == token.PERIOD
	})
	if last != "" {
		r.f.bare[last] = true
	}
}

// countTemplate counts the identifiers of all Go in the template.
func (r *frontReader) countTemplate() {
	eachCode(r.c.file.Nodes, func(s syntax.Span) { r.count(s) })
}

// eachCode calls fn with every stretch of Go in the nodes, leaving out the markup within.
func eachCode(nodes []syntax.Node, fn func(syntax.Span)) {
	expr := func(e *syntax.Expr) {
		if e == nil {
			return
		}
		at := e.Start
		for _, m := range e.Markup {
			if s := m.Range(); s.Start >= at {
				fn(syntax.Span{Start: at, End: s.Start})
				at = s.End
			}
		}
		if at < e.End {
			fn(syntax.Span{Start: at, End: e.End})
		}
		eachCode(e.Markup, fn)
	}
	for _, n := range nodes {
		switch n := n.(type) {
		case *syntax.Element:
			for _, t := range n.TypeArgs {
				fn(t)
			}
			for _, a := range n.Attrs {
				expr(a.Expr)
				for _, it := range a.List {
					expr(it.Key)
					expr(it.Value)
				}
				for _, p := range a.Parts {
					expr(p.Expr)
				}
			}
			eachCode(n.Children, fn)
		case *syntax.ExprNode:
			expr(n.Expr)
		case *syntax.Stmt:
			expr(n.Code)
		case *syntax.If:
			for _, b := range n.Branches {
				expr(b.Header)
				eachCode(b.Body, fn)
			}
		case *syntax.For:
			expr(n.Header)
			eachCode(n.Body, fn)
		case *syntax.Switch:
			expr(n.Header)
			for _, c := range n.Cases {
				expr(c.Label)
				eachCode(c.Body, fn)
			}
		case *syntax.SlotFunc:
			fn(n.Params)
			eachCode(n.Body, fn)
		}
	}
}
