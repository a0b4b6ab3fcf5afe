package lsp

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/syntax"
)

// tagAt gives the component whose tag, start or end, or whose name in an import stands at the cursor, and where.
func tagAt(c *codegen.Component, off int) (*codegen.Component, syntax.Span, bool) {
	f := c.File()
	var d *codegen.Component
	var at syntax.Span
	syntax.Walk(f.Nodes, func(n syntax.Node) bool {
		e, ok := n.(*syntax.Element)
		if !ok || e.Kind != syntax.Component {
			return true
		}
		for _, s := range tagNames(e) {
			if s.Start <= off && off <= s.End {
				if r := c.Resolve(e.Name); r != nil {
					d, at = r, s
				}
			}
		}
		return true
	})
	if d != nil {
		return d, at, true
	}
	for _, lit := range c.ImportSpecs() {
		if r, _ := c.ImportAt(lit.Start); r != nil {
			if s := importName(f.Src, lit); !s.Empty() && s.Start <= off && off <= s.End {
				return r, s, true
			}
		}
	}
	return nil, syntax.Span{}, false
}

// tagNames gives where the name of an element stands: in its start tag, and in its end tag where it has one.
func tagNames(e *syntax.Element) []syntax.Span {
	out := []syntax.Span{e.NameSpan}
	if start := e.Close.Start + len("</"); e.Close.End >= start+len(e.Name)+len(">") {
		out = append(out, syntax.Span{Start: start, End: start + len(e.Name)})
	}
	return out
}

// importName gives the name in front of the path of an import; empty where it has none.
func importName(src []byte, lit syntax.Span) syntax.Span {
	end := lit.Start
	for end > 0 && (src[end-1] == ' ' || src[end-1] == '\t') {
		end--
	}
	s := syntax.Span{Start: wordStart(src, end), End: end}
	if s.Text(src) == "import" {
		return syntax.Span{}
	}
	return s
}

// named finds what a component u calls by the name of an import: the import itself, tags, and Go in the fence and in braces.
func named(a *analysis, u *codegen.Component, name string) []mention {
	t := textOf(u)
	file := a.path(u)
	var out []mention
	for _, lit := range u.ImportSpecs() {
		if s := importName(t.b, lit); s.Text(t.b) == name {
			out = append(out, mention{path: file, text: t, span: s})
		}
	}
	syntax.Walk(u.File().Nodes, func(n syntax.Node) bool {
		if e, ok := n.(*syntax.Element); ok && e.Kind == syntax.Component && e.Name == name {
			for _, s := range tagNames(e) {
				out = append(out, mention{path: file, text: t, span: s})
			}
		}
		return true
	})
	v := u.Virtual()
	fset := token.NewFileSet()
	tree, _ := parser.ParseFile(fset, "", v.Go, parser.SkipObjectResolution)
	if tree == nil {
		return sorted(out)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if id, ok := sel.X.(*ast.Ident); ok && id.Name == name {
			at := fset.PositionFor(id.Pos(), false).Offset
			if s, ok := v.SpanToSource(syntax.Span{Start: at, End: at + len(name)}); ok && s.Text(t.b) == name {
				out = append(out, mention{path: file, text: t, span: s})
			}
		}
		return true
	})
	return sorted(out)
}

// tagMentions finds all tags of a component in the site, and its names in imports.
func tagMentions(a *analysis, d *codegen.Component) []mention {
	var out []mention
	for _, u := range a.program.Components {
		if u.External {
			continue
		}
		t := textOf(u)
		for _, lit := range u.ImportSpecs() {
			if r, _ := u.ImportAt(lit.Start); r == d {
				if s := importName(t.b, lit); !s.Empty() {
					out = append(out, mention{path: a.path(u), text: t, span: s})
				}
			}
		}
		syntax.Walk(u.File().Nodes, func(n syntax.Node) bool {
			if e, ok := n.(*syntax.Element); ok && e.Kind == syntax.Component && u.Resolve(e.Name) == d {
				out = append(out, mention{path: a.path(u), text: t, span: e.NameSpan})
			}
			return true
		})
	}
	return sorted(out)
}

// renameComponent gives a component another name: its file where the editor can rename files and the name is that of the
// file, with all imports and tags; else the name that this document gives it.
func (s *server) renameComponent(c *cursor, d *codegen.Component, old string) (any, error) {
	name := c.NewName
	if !token.IsIdentifier(name) || !token.IsExported(name) {
		return nil, &rpcError{codeFailed, strconv.Quote(name) + " cannot be a component: its name begins with a capital letter"}
	}
	comp := c.an.component(c.doc.path)
	edit := workspaceEdit{Changes: map[string][]textEdit{}}
	within := func(u *codegen.Component) error {
		if u.Imported(name) || slices.Contains(u.Tags(), name) {
			return &rpcError{codeFailed, u.Path + " has something named " + name + " already"}
		}
		for _, m := range named(c.an, u, old) {
			edit.add(c.an, m, m.span, name)
		}
		return nil
	}
	if !s.renames || d.Name != old || d.External || d.Builtin || d.Text || d == comp || strings.HasPrefix(d.Path, c.an.layout.Src+"/pages/") {
		return edit, within(comp)
	}
	file := path.Join(path.Dir(d.Path), name+path.Ext(d.Path))
	if c.an.program.Component(file) != nil {
		return nil, &rpcError{codeFailed, "there is a component " + file + " already"}
	}
	for _, u := range c.an.program.Components {
		if u.External || u.Text {
			continue
		}
		t := textOf(u)
		for _, lit := range u.ImportSpecs() {
			r, _ := u.ImportAt(lit.Start)
			if r != d {
				continue
			}
			value := strings.Trim(lit.Text(t.b), "\"`")
			edit.add(c.an, mention{path: c.an.path(u), text: t}, lit, strconv.Quote(value[:len(value)-len(path.Base(value))]+path.Base(file)))
			if u.Resolve(old) == d {
				if err := within(u); err != nil {
					return nil, err
				}
			}
		}
	}
	from := c.an.path(d)
	to := filepath.Join(filepath.Dir(from), name+filepath.Ext(from))
	c.an.layouts(map[string]string{from: to}, edit)
	return edit.withFile(c.an.uri(from), uriOf(to)), nil
}

// withFile gives a workspace edit in the form that can rename a file, behind the edits of texts.
func (w workspaceEdit) withFile(from, to string) any {
	type change map[string]any
	var out []change
	var uris []string
	for uri := range w.Changes {
		uris = append(uris, uri)
	}
	slices.Sort(uris)
	for _, uri := range uris {
		out = append(out, change{"textDocument": change{"uri": uri, "version": nil}, "edits": w.Changes[uri]})
	}
	return change{"documentChanges": append(out, change{"kind": "rename", "oldUri": from, "newUri": to})}
}

// slotOf gives the slot that is named at a byte of a component: as slot="…", as <slot name="…">, as a field of Slots or
// as slots.X.
func slotOf(c *codegen.Component, off int) (*codegen.Component, codegen.SlotInfo, syntax.Span, bool) {
	f := c.File()
	p := spotAt(f, off)
	if p.kind == inAttrValue {
		if d, slot, ok := slotAt(c, p); ok {
			return d, slot, p.attr.Value, true
		}
		if p.elem.Kind == syntax.Slot && p.attr.Name == "name" {
			slot, ok := c.Slot(p.attr.Value.Text(f.Src))
			return c, slot, p.attr.Value, ok
		}
	}
	w := newText(f.Src).word(off)
	for _, slot := range c.Slots() {
		if slot.Name == "" || p.kind != inGo || slot.Field != w.Text(f.Src) {
			continue
		}
		if slot.At == w || strings.HasSuffix(string(f.Src[:w.Start]), "slots.") {
			return c, slot, w, true
		}
	}
	return nil, codegen.SlotInfo{}, syntax.Span{}, false
}

// slotMentions finds where a slot is named; tag says of a mention that it is text of an attribute and not Go.
func slotMentions(a *analysis, d *codegen.Component, slot codegen.SlotInfo) []mention {
	var out []mention
	own := textOf(d)
	if slot.At.Text(own.b) == slot.Field {
		out = append(out, mention{path: a.path(d), text: own, span: slot.At})
	}
	means := func(t *text, at *syntax.Attr) bool {
		return at.Kind == syntax.AttrStatic && !at.Value.Empty() && codegen.SamePropName(at.Value.Text(t.b), slot.Field)
	}
	syntax.Walk(d.File().Nodes, func(n syntax.Node) bool {
		if e, ok := n.(*syntax.Element); ok && e.Kind == syntax.Slot {
			for i := range e.Attrs {
				if at := &e.Attrs[i]; at.Name == "name" && means(own, at) {
					out = append(out, mention{path: a.path(d), text: own, span: at.Value, tag: true})
				}
			}
		}
		return true
	})
	for _, u := range a.program.Components {
		t := textOf(u)
		syntax.Walk(u.File().Nodes, func(n syntax.Node) bool {
			e, ok := n.(*syntax.Element)
			if !ok || e.Kind != syntax.Component || u.Resolve(e.Name) != d {
				return true
			}
			for _, child := range e.Children {
				in, ok := child.(*syntax.Element)
				if !ok {
					continue
				}
				for i := range in.Attrs {
					if at := &in.Attrs[i]; at.Name == "slot" && means(t, at) {
						out = append(out, mention{path: a.path(u), text: t, span: at.Value, tag: true})
					}
				}
			}
			return true
		})
		if u == d || slices.Contains(u.Imports, d) {
			out = append(out, spelled(a, d, u, slot.Field, "slots", "Slots")...)
		}
	}
	return sorted(out)
}

func (s *server) renameSlot(c *cursor, d *codegen.Component, slot codegen.SlotInfo) (any, error) {
	field, attr := codegen.FieldName(c.NewName), codegen.AttributeName(codegen.FieldName(c.NewName))
	if !token.IsExported(c.NewName) { // as an attribute has it
		attr = c.NewName
	}
	switch {
	case d.External || d.Builtin:
		return nil, &rpcError{codeFailed, d.Name + " belongs to another module"}
	case !token.IsIdentifier(field) || !token.IsExported(field) || strings.ContainsAny(attr, " \t\n\"'<>/={}`"):
		return nil, &rpcError{codeFailed, strconv.Quote(c.NewName) + " cannot be a slot"}
	}
	for _, o := range d.Slots() {
		if o.Field != slot.Field && codegen.SamePropName(o.Field, field) {
			return nil, &rpcError{codeFailed, d.Name + " has a slot " + o.Name + " already"}
		}
	}
	edit := workspaceEdit{Changes: map[string][]textEdit{}}
	for _, m := range slotMentions(c.an, d, slot) {
		if m.tag {
			edit.add(c.an, m, m.span, attr)
		} else {
			edit.add(c.an, m, m.span, field)
		}
	}
	return edit, nil
}
