package lsp

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/syntax"
)

// mention is a place that names a prop or a Go identifier.
type mention struct {
	path string
	text *text
	span syntax.Span
	attr *syntax.Attr // where it is an attribute
	tag  bool         // the name in a tag prop:"…"
}

// propMentions finds every place of the site that names a prop: its declaration, attributes in all components, and Go
// code. gopls finds the Go; without it, props.X in the component's own file and keys of its Props elsewhere are found.
func (s *server) propMentions(ctx context.Context, c *cursor, d *codegen.Component, p codegen.PropInfo) []mention {
	var out []mention
	own := textOf(d)
	out = append(out, mention{path: c.an.path(d), text: own, span: p.At})
	users := []*codegen.Component{d}
	for _, u := range c.an.program.Components {
		t := textOf(u)
		uses := slices.Contains(u.Imports, d)
		syntax.Walk(u.File().Nodes, func(n syntax.Node) bool {
			e, ok := n.(*syntax.Element)
			if !ok || e.Kind != syntax.Component {
				return true
			}
			tag := u.Resolve(e.Name)
			if tag == nil {
				return true
			}
			for i := range e.Attrs {
				a := &e.Attrs[i]
				if q, ok := tag.Prop(a.Name); ok && q.Of == d && q.Field == p.Field && a.Kind != syntax.AttrSpread && a.Kind != syntax.AttrComment {
					out = append(out, mention{path: c.an.path(u), text: t, span: a.NameSpan, attr: a})
				}
			}
			return true
		})
		if uses && u != d {
			users = append(users, u)
		}
	}
	if p.Tag != "" {
		if span, ok := tagName(own, p); ok {
			out = append(out, mention{path: c.an.path(d), text: own, span: span, tag: true})
		}
	}
	if found, ok := s.goMentions(ctx, c, d, p.At.Start, users); ok {
		for _, m := range found {
			if !slices.ContainsFunc(out, func(o mention) bool { return o.path == m.path && o.span == m.span }) {
				out = append(out, m)
			}
		}
	} else {
		for _, u := range users {
			out = append(out, spelled(c.an, d, u, p.Field, "props", "Props")...)
		}
	}
	return sorted(out)
}

// tagName finds the name in prop:"…" behind a field.
func tagName(t *text, p codegen.PropInfo) (syntax.Span, bool) {
	end := p.At.End
	for end < len(t.b) && t.b[end] != '\n' {
		end++
	}
	i := strings.Index(string(t.b[p.At.End:end]), `prop:"`+p.Tag)
	if i < 0 {
		return syntax.Span{}, false
	}
	at := p.At.End + i + len(`prop:"`)
	return syntax.Span{Start: at, End: at + len(p.Tag)}, true
}

func sorted(ms []mention) []mention {
	slices.SortFunc(ms, func(a, b mention) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.span.Start, b.span.Start), cmp.Compare(a.span.End, b.span.End))
	})
	return slices.CompactFunc(ms, func(a, b mention) bool { return a.path == b.path && a.span == b.span })
}

// spelled finds a field of d's Props or Slots in the Go of a component without types: props.Field in d itself, and the keys
// of literals of Props.
func spelled(a *analysis, d, in *codegen.Component, field, variable, typ string) []mention {
	var out []mention
	t := textOf(in)
	v := in.Virtual()
	fset := token.NewFileSet()
	file, _ := parser.ParseFile(fset, "", v.Go, parser.SkipObjectResolution) // half a file will do
	if file == nil {
		return nil
	}
	add := func(id *ast.Ident) {
		at := fset.PositionFor(id.Pos(), false).Offset
		span, ok := v.SpanToSource(syntax.Span{Start: at, End: at + len(id.Name)})
		if ok && id.Name == field && span.Text(t.b) == field {
			out = append(out, mention{path: a.path(in), text: t, span: span})
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == variable && in == d {
				add(n.Sel)
			}
		case *ast.CompositeLit:
			switch x := n.Type.(type) {
			case *ast.Ident:
				if in != d || x.Name != typ {
					return true
				}
			case *ast.SelectorExpr:
				pkg, ok := x.X.(*ast.Ident)
				if !ok || x.Sel.Name != typ || in.Resolve(pkg.Name) != d {
					return true
				}
			default:
				return true
			}
			for _, e := range n.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok {
					if id, ok := kv.Key.(*ast.Ident); ok {
						add(id)
					}
				}
			}
		}
		return true
	})
	return out
}

// goMentions finds with the help of gopls where the identifier at a byte of d is named, in d and in components that use
// it. What gopls itself lists as references is only part of that: it looks for them in the packages of its workspace, and
// generated ones are none. So each identifier of the same name is asked for its definition.
func (s *server) goMentions(ctx context.Context, c *cursor, d *codegen.Component, off int, users []*codegen.Component) ([]mention, bool) {
	g := c.site.goDiagnostics()
	if g == nil || !g.show(c.an, users...) {
		return nil, false
	}
	sh := g.of(d, c.an)
	if sh == nil {
		return nil, false
	}
	doc, pos, ok := sh.at(off)
	if !ok {
		return nil, false
	}
	defines := func(doc documentID, pos position) (location, bool) {
		var found []location
		err := g.askAt(ctx, "textDocument/definition", doc, pos, nil, &found)
		if err != nil || len(found) == 0 {
			return location{}, false
		}
		return found[0], true
	}
	what, ok := defines(doc, pos)
	if !ok {
		return nil, false
	}
	name := textOf(d).word(off).Text(d.File().Src)
	if path := pathOf(what.URI); path != sh.gen && token.IsExported(name) {
		// Declared elsewhere, so any component may name it. gopls lists those that it was shown, and only with them it
		// renames: in packages of its workspace, and in what is open.
		users = naming(c.an, name)
		if !g.show(c.an, users...) {
			return nil, false
		}
	}
	var out []mention
	for _, u := range slices.Compact(append([]*codegen.Component{d}, slices.DeleteFunc(slices.Clone(users), func(u *codegen.Component) bool { return u == d })...)) {
		sh := g.of(u, c.an)
		if sh == nil {
			continue
		}
		t := textOf(u)
		for _, at := range identifiers(sh.virtual.Go, name) {
			span, ok := sh.virtual.SpanToSource(syntax.Span{Start: at, End: at + len(name)})
			if !ok || span.Text(t.b) != name {
				continue
			}
			if l, ok := defines(documentID{URI: uriOf(sh.gen)}, sh.text.position(at)); ok && l == what {
				out = append(out, mention{path: c.an.path(u), text: t, span: span})
			}
		}
	}
	// Go files of the site's own packages are the business of gopls.
	var found []location
	if g.askAt(ctx, "textDocument/references", doc, pos, map[string]any{"context": map[string]bool{"includeDeclaration": true}}, &found) == nil {
		for _, l := range found {
			path := pathOf(l.URI)
			if below, ok := c.an.name(path); ok && !strings.HasPrefix(below, ".sitegen/") {
				t := c.an.read(path)
				out = append(out, mention{path: path, text: t, span: t.offsets(l.Range)})
			}
		}
	}
	return out, len(out) > 0
}

// identifiers gives where a name stands in Go, in code and not in comments or strings.
func identifiers(src []byte, name string) []int {
	var out []int
	var sc scanner.Scanner
	fset := token.NewFileSet()
	f := fset.AddFile("", fset.Base(), len(src))
	sc.Init(f, src, nil, 0)
	for {
		pos, tok, lit := sc.Scan()
		if tok == token.EOF {
			return out
		}
		if tok == token.IDENT && lit == name {
			out = append(out, f.Offset(pos))
		}
	}
}

// naming gives the components that have a name in their text.
func naming(a *analysis, name string) []*codegen.Component {
	var out []*codegen.Component
	for _, u := range a.program.Components {
		if !u.External && !strings.HasSuffix(u.Path, ".md") && bytes.Contains(u.File().Src, []byte(name)) {
			out = append(out, u)
		}
	}
	return out
}

// usersOf gives the components that import d.
func usersOf(a *analysis, d *codegen.Component) []*codegen.Component {
	var out []*codegen.Component
	for _, u := range a.program.Components {
		if slices.Contains(u.Imports, d) {
			out = append(out, u)
		}
	}
	return out
}

func (s *server) references(ctx context.Context, c *cursor) (any, error) {
	comp := c.an.component(c.doc.path)
	if comp == nil {
		return nil, nil
	}
	var found []mention
	if d, p, _, ok := propAt(comp, c.off); ok {
		found = s.propMentions(ctx, c, d, p)
	} else if d, slot, _, ok := slotOf(comp, c.off); ok {
		found = slotMentions(c.an, d, slot)
	} else if d, _, ok := tagAt(comp, c.off); ok {
		found = tagMentions(c.an, d)
	} else if spotAt(comp.File(), c.off).kind == inGo {
		found, _ = s.goMentions(ctx, c, comp, c.off, usersOf(c.an, comp))
	}
	out := []location{}
	for _, m := range sorted(found) {
		out = append(out, location{c.an.uri(m.path), m.text.span(m.span)})
	}
	return out, nil
}

// highlights marks where the document names what stands at the cursor.
func (s *server) highlights(ctx context.Context, c *cursor) (any, error) {
	got, err := s.references(ctx, c)
	locations, _ := got.([]location)
	type highlight struct {
		Range textRange `json:"range"`
	}
	out := []highlight{}
	for _, l := range locations {
		if l.URI == c.doc.uri {
			out = append(out, highlight{l.Range})
		}
	}
	return out, err
}

// renamed is what a rename is about: a prop, a slot, a component, or else a Go identifier.
type renamed struct {
	span syntax.Span
	prop *codegen.PropInfo
	slot *codegen.SlotInfo
	of   *codegen.Component
}

func (c *cursor) renamed() (renamed, bool) {
	comp := c.an.component(c.doc.path)
	if comp == nil {
		return renamed{}, false
	}
	if d, p, span, ok := propAt(comp, c.off); ok {
		return renamed{span: span, prop: &p, of: d}, true
	}
	if d, slot, span, ok := slotOf(comp, c.off); ok {
		return renamed{span: span, slot: &slot, of: d}, true
	}
	if d, span, ok := tagAt(comp, c.off); ok {
		if name := span.Text(c.doc.text.b); strings.Contains(name, ".") || name == "Self" || d.Builtin {
			return renamed{}, false // renamed by its file, or by nobody
		}
		return renamed{span: span, of: d}, true
	}
	if spotAt(comp.File(), c.off).kind != inGo {
		return renamed{}, false
	}
	w := c.doc.text.word(c.off)
	name := w.Text(c.doc.text.b)
	if w.Empty() || !token.IsIdentifier(name) || name == "page" || name == "props" || name == "slots" || name == "Props" || name == "Slots" {
		return renamed{}, false
	}
	return renamed{span: w}, true
}

func (s *server) prepareRename(_ context.Context, c *cursor) (any, error) {
	r, ok := c.renamed()
	if !ok {
		return nil, &rpcError{codeFailed, "what stands here cannot be renamed"}
	}
	return map[string]any{"range": c.doc.text.span(r.span), "placeholder": r.span.Text(c.doc.text.b)}, nil
}

func (s *server) rename(ctx context.Context, c *cursor) (any, error) {
	r, ok := c.renamed()
	if !ok {
		return nil, &rpcError{codeFailed, "what stands here cannot be renamed"}
	}
	switch {
	case r.of == nil:
		return s.renameGo(ctx, c, r)
	case r.slot != nil:
		return s.renameSlot(c, r.of, *r.slot)
	case r.prop == nil:
		return s.renameComponent(c, r.of, r.span.Text(c.doc.text.b))
	}
	if r.of.External {
		return nil, &rpcError{codeFailed, r.of.Name + " belongs to another module"}
	}
	return s.renameProp(ctx, c, r)
}

func (s *server) renameProp(ctx context.Context, c *cursor, r renamed) (any, error) {
	comp := c.an.component(c.doc.path)
	asAttribute := spotAt(comp.File(), c.off).kind == inAttrName
	field, attr := c.NewName, codegen.AttributeName(c.NewName)
	if asAttribute {
		field, attr = codegen.FieldName(c.NewName), c.NewName
	}
	if r.prop.Tag != "" { // the attribute has a name of its own
		if asAttribute {
			field = r.prop.Field
		} else {
			attr = r.prop.Tag
		}
	}
	switch {
	case !token.IsIdentifier(field) || !token.IsExported(field):
		return nil, &rpcError{codeFailed, strconv.Quote(c.NewName) + " cannot be a prop: fields that others may set begin with a capital letter"}
	case attr == "" || strings.ContainsAny(attr, " \t\n\"'<>/={}`"):
		return nil, &rpcError{codeFailed, strconv.Quote(attr) + " cannot be an attribute"}
	}
	for _, p := range r.of.Props() {
		if p.Field != r.prop.Field && (p.Field == field || codegen.SamePropName(p.Name, attr)) {
			return nil, &rpcError{codeFailed, r.of.Name + " has a prop " + p.Field + " already"}
		}
	}
	edit := workspaceEdit{Changes: map[string][]textEdit{}}
	for _, m := range s.propMentions(ctx, c, r.of, *r.prop) {
		text := field
		switch {
		case m.tag:
			text = attr
		case m.attr != nil && m.attr.Kind == syntax.AttrShorthand: // {title} was short for title={title}
			edit.add(c.an, m, syntax.Span{Start: m.attr.Start, End: m.attr.Start}, attr+"=")
			continue
		case m.attr != nil:
			text = attr
			if before, directive, ok := strings.Cut(m.span.Text(m.text.b), ":list"); ok && directive == "" && before != "" {
				text += ":list"
			}
		}
		edit.add(c.an, m, m.span, text)
	}
	return edit, nil
}

func (w workspaceEdit) add(a *analysis, m mention, s syntax.Span, text string) {
	uri := a.uri(m.path)
	w.Changes[uri] = append(w.Changes[uri], textEdit{m.text.span(s), text})
}

// renameGo renames a Go identifier through gopls, which knows of conflicts; what it changes in generated code only is
// left out, for that is made again.
func (s *server) renameGo(ctx context.Context, c *cursor, r renamed) (any, error) {
	g := c.site.goDiagnostics()
	if g == nil {
		return nil, &rpcError{codeFailed, "renaming Go names needs gopls: go install golang.org/x/tools/gopls@latest"}
	}
	if !token.IsIdentifier(c.NewName) {
		return nil, &rpcError{codeFailed, strconv.Quote(c.NewName) + " is no Go name"}
	}
	comp := c.an.component(c.doc.path)
	var others []*codegen.Component
	if name := r.span.Text(c.doc.text.b); token.IsExported(name) {
		others = naming(c.an, name)
	}
	if !g.show(c.an, others...) {
		return nil, &rpcError{codeFailed, "the document has changed"}
	}
	sh := g.of(comp, c.an)
	if sh == nil {
		return nil, &rpcError{codeFailed, "the document has changed"}
	}
	doc, pos, ok := sh.at(c.off)
	if !ok {
		return nil, &rpcError{codeFailed, "what stands here cannot be renamed"}
	}
	var got struct {
		Changes         map[string][]textEdit `json:"changes"`
		DocumentChanges []struct {
			Document documentID `json:"textDocument"`
			Edits    []textEdit `json:"edits"`
		} `json:"documentChanges"`
	}
	if err := g.askAt(ctx, "textDocument/rename", doc, pos, map[string]any{"newName": c.NewName}, &got); err != nil {
		return nil, &rpcError{codeFailed, plainGo(err.Error())}
	}
	for _, d := range got.DocumentChanges {
		if got.Changes == nil {
			got.Changes = map[string][]textEdit{}
		}
		got.Changes[d.Document.URI] = append(got.Changes[d.Document.URI], d.Edits...)
	}
	edit := workspaceEdit{Changes: map[string][]textEdit{}}
	seen := map[location]bool{}
	for uri, edits := range got.Changes {
		for _, e := range edits {
			h, ok := g.home(c.an, location{uri, e.Range})
			if !ok || seen[h] {
				continue
			}
			seen[h] = true
			if u := c.an.component(pathOf(h.URI)); u != nil { // {title} was short for title={title}
				t := textOf(u)
				span := t.offsets(h.Range)
				if a := u.File().Find(span.Start).Attr; a != nil && a.Kind == syntax.AttrShorthand {
					at := t.position(a.Start)
					edit.Changes[h.URI] = append(edit.Changes[h.URI], textEdit{textRange{at, at}, span.Text(t.b) + "="})
				}
			}
			edit.Changes[h.URI] = append(edit.Changes[h.URI], textEdit{h.Range, e.NewText})
		}
	}
	if token.IsExported(r.span.Text(c.doc.text.b)) { // other components may name it too
		found, _ := s.goMentions(ctx, c, comp, c.off, usersOf(c.an, comp))
		for _, m := range found {
			l := location{c.an.uri(m.path), m.text.span(m.span)}
			if !seen[l] {
				seen[l] = true
				edit.add(c.an, m, m.span, c.NewName)
			}
		}
	}
	return edit, nil
}

// willRename corrects the imports of components that are about to move, those in them and those of them.
func (s *server) willRename(r *request) (any, error) {
	var p struct {
		Files []struct {
			Old string `json:"oldUri"`
			New string `json:"newUri"`
		} `json:"files"`
	}
	if err := json.Unmarshal(r.params, &p); err != nil {
		return nil, &rpcError{codeInvalidParams, "the parameters cannot be read"}
	}
	edit := workspaceEdit{Changes: map[string][]textEdit{}}
	moved := map[string]string{}
	done := map[*site]bool{}
	for _, f := range p.Files {
		moved[pathOf(f.Old)] = pathOf(f.New)
	}
	for old := range moved {
		st := s.siteOf(old)
		if st == nil {
			continue
		}
		a := st.analyze(r, r.docs, r.serial)
		if a == nil || a.program == nil {
			continue
		}
		if done[st] {
			continue
		}
		done[st] = true
		a.layouts(moved, edit)
		for _, c := range a.program.Components {
			if c.External || strings.HasSuffix(c.Path, ".md") {
				continue
			}
			path := a.path(c)
			t := textOf(c)
			for _, lit := range c.ImportSpecs() {
				name := strings.Trim(lit.Text(t.b), "\"`")
				if !strings.HasPrefix(name, ".") {
					continue
				}
				target := filepath.Join(filepath.Dir(path), filepath.FromSlash(name))
				from := cmp.Or(moved[path], path)
				to := cmp.Or(moved[target], target)
				if from == path && to == target {
					continue
				}
				rel, err := filepath.Rel(filepath.Dir(from), to)
				if err != nil {
					continue
				}
				rel = filepath.ToSlash(rel)
				if !strings.HasPrefix(rel, ".") {
					rel = "./" + rel
				}
				if rel != name {
					uri := a.uri(path)
					e := textEdit{t.span(lit), strconv.Quote(rel)}
					if !slices.Contains(edit.Changes[uri], e) {
						edit.Changes[uri] = append(edit.Changes[uri], e)
					}
				}
			}
		}
	}
	return edit, nil
}

// layoutLine is the line of front matter that names the layout of a Markdown file.
var layoutLine = regexp.MustCompile(`(?m)^layout:[ \t]*["']?([^"'\s#]+)`)

// layouts corrects the layouts of Markdown files where one of the two moves.
func (a *analysis) layouts(moved map[string]string, edit workspaceEdit) {
	src := filepath.Join(a.layout.ModuleDir, filepath.FromSlash(a.layout.Src))
	for _, file := range filesBelow(src, maxFiles) {
		if !strings.HasSuffix(file, ".md") {
			continue
		}
		path := filepath.Join(src, filepath.FromSlash(file))
		data, err := os.ReadFile(path)
		if err != nil || !bytes.HasPrefix(data, []byte("---")) {
			continue
		}
		end := bytes.Index(data[3:], []byte("\n---"))
		if end < 0 {
			continue
		}
		m := layoutLine.FindSubmatchIndex(data[:3+end])
		if m == nil || data[m[2]] != '.' {
			continue
		}
		target := filepath.Join(filepath.Dir(path), filepath.FromSlash(string(data[m[2]:m[3]])))
		from, to := cmp.Or(moved[path], path), cmp.Or(moved[target], target)
		if from == path && to == target {
			continue
		}
		if rel, err := filepath.Rel(filepath.Dir(from), to); err == nil {
			rel = filepath.ToSlash(rel)
			if !strings.HasPrefix(rel, ".") {
				rel = "./" + rel
			}
			edit.add(a, mention{path: path, text: newText(data)}, syntax.Span{Start: m[2], End: m[3]}, rel)
		}
	}
}
