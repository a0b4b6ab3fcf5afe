package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"sitegen.dev/core/syntax"
)

// symbols gives the outline of a document: what the frontmatter declares, and the landmarks of the template.
func (s *server) symbols(_ context.Context, c *cursor) (any, error) {
	file, _ := syntax.Parse(filepath.Base(c.doc.path), c.doc.text.b)
	out := []symbol{}
	add := func(name, detail string, kind int, whole, at syntax.Span) {
		if name == "" {
			return
		}
		if at.Start < whole.Start || at.End > whole.End {
			at = whole
		}
		out = append(out, symbol{Name: name, Detail: detail, Kind: kind, Range: c.doc.text.span(whole), Selection: c.doc.text.span(at)})
	}
	if file.Fence != nil {
		for _, it := range file.Fence.Items {
			text := it.Text(file.Src)
			at := it.Span
			if i := strings.Index(text, it.Name); it.Name != "" && i >= 0 {
				at = syntax.Span{Start: it.Start + i, End: it.Start + i + len(it.Name)}
			}
			switch it.Kind {
			case syntax.ItemConst:
				add(it.Name, "const", symbolConstant, it.Span, at)
			case syntax.ItemType:
				add(it.Name, "type", symbolStruct, it.Span, at)
			case syntax.ItemFunc:
				add(it.Name, "func", symbolFunction, it.Span, at)
			case syntax.ItemMethod:
				add(it.Name, "method", symbolMethod, it.Span, at)
			case syntax.ItemStmt:
				if name, _, ok := strings.Cut(text, ":="); ok && !strings.ContainsAny(name, "\n({") {
					name = strings.TrimSpace(name)
					add(name, "variable", symbolVariable, it.Span, syntax.Span{Start: it.Start, End: it.Start + len(name)})
				}
			}
		}
	}
	return append(out, elements(file, c.doc.text, file.Nodes)...), nil
}

// elements gives the components, slots, landmarks, headings and elements with an id, with those inside as children.
func elements(f *syntax.File, t *text, nodes []syntax.Node) []symbol {
	var out []symbol
	syntax.Walk(nodes, func(n syntax.Node) bool {
		e, ok := n.(*syntax.Element)
		if !ok {
			return true
		}
		name, kind := landmark(f, e)
		if name == "" {
			return true
		}
		at := e.NameSpan
		if at.Empty() {
			at = e.Span
		}
		out = append(out, symbol{Name: name, Kind: kind, Range: t.span(e.Span), Selection: t.span(at), Children: elements(f, t, e.Children)})
		return false
	})
	return out
}

func landmark(f *syntax.File, e *syntax.Element) (string, int) {
	id := ""
	for _, a := range e.Attrs {
		if a.Kind == syntax.AttrStatic && (a.Name == "id" || e.Kind == syntax.Slot && a.Name == "name") {
			id = a.Value.Text(f.Src)
		}
	}
	switch {
	case e.Kind == syntax.Component:
		return e.Name, symbolClass
	case e.Kind == syntax.Slot:
		return strings.TrimSpace("slot " + id), symbolInterface
	case e.Kind != syntax.HTML:
		return "", 0
	case id != "":
		return e.Name + "#" + id, symbolField
	}
	switch e.Name {
	case "header", "main", "nav", "aside", "footer", "article", "section", "form", "head", "body", "style", "script":
		return e.Name, symbolModule
	case "h1", "h2", "h3", "h4", "h5", "h6", "title":
		text := ""
		for _, n := range e.Children {
			text += n.Range().Text(f.Src)
		}
		text = strings.Join(strings.Fields(text), " ")
		if r := []rune(text); len(r) > 60 {
			text = string(r[:60]) + "…"
		}
		return strings.TrimSpace(e.Name + " " + text), symbolString
	}
	return "", 0
}

// format gives the edits that lay a document out as `sitegen fmt` does: one, of the lines that differ. A document that
// does not parse is left as it is.
func (s *server) format(_ context.Context, c *cursor) (any, error) {
	old := c.doc.text.b
	formatted, diags := syntax.Format(filepath.Base(c.doc.path), old)
	if len(diags) > 0 && formatted == nil {
		return []textEdit{}, nil
	}
	if bytes.Contains(old, []byte("\r\n")) { // the editor wants lines to end as those of the document do
		formatted = bytes.ReplaceAll(formatted, []byte("\n"), []byte("\r\n"))
	}
	if edits := difference(c.doc.text, formatted); edits != nil {
		return edits, nil
	}
	return []textEdit{}, nil
}

// workspaceSymbol is a name of the site for the search of an editor.
type workspaceSymbol struct {
	Name      string   `json:"name"`
	Kind      int      `json:"kind"`
	Container string   `json:"containerName,omitempty"`
	Location  location `json:"location"`
}

// maxSymbols is how many names a search gives.
const maxSymbols = 200

// workspaceSymbols finds components, what their frontmatter declares, and their props and slots, in all sites.
func (s *server) workspaceSymbols(r *request) (any, error) {
	var p struct {
		Query string `json:"query"`
	}
	if json.Unmarshal(r.params, &p) != nil {
		return nil, &rpcError{codeInvalidParams, "the parameters cannot be read"}
	}
	for _, dir := range s.folders {
		s.siteOf(filepath.Join(dir, "site.yaml")) // where nothing is open yet
	}
	s.mu.Lock()
	sites := slices.SortedFunc(maps.Values(s.sites), func(a, b *site) int { return strings.Compare(a.root, b.root) })
	s.mu.Unlock()
	out := []workspaceSymbol{}
	for _, st := range sites {
		a := st.analyze(r, r.docs, r.serial)
		if a == nil || a.program == nil {
			continue
		}
		for _, c := range a.program.Components {
			if c.External || c.Builtin {
				continue
			}
			add := func(name, container string, kind int, at syntax.Span) {
				if len(out) < maxSymbols && fuzzy(p.Query, name) {
					out = append(out, workspaceSymbol{name, kind, container, a.place(c, at)})
				}
			}
			add(c.Name, c.Path, symbolClass, syntax.Span{})
			if c.Text {
				continue
			}
			for _, pr := range c.Props() {
				add(pr.Field, c.Name, symbolField, pr.At)
			}
			for _, sl := range c.Slots() {
				if sl.Name != "" {
					add(sl.Name, c.Name, symbolInterface, sl.At)
				}
			}
			for _, it := range fenceItems(c.File()) {
				text := it.Text(c.File().Src)
				i := strings.Index(text, it.Name)
				if it.Name == "" || i < 0 || it.Name == "Props" || it.Name == "Slots" {
					continue
				}
				kind := map[syntax.ItemKind]int{syntax.ItemConst: symbolConstant, syntax.ItemType: symbolStruct, syntax.ItemFunc: symbolFunction, syntax.ItemMethod: symbolMethod}[it.Kind]
				if kind != 0 {
					add(it.Name, c.Name, kind, syntax.Span{Start: it.Start + i, End: it.Start + i + len(it.Name)})
				}
			}
		}
	}
	return out, nil
}

// fuzzy says whether the letters of query stand in name in this order, whatever their case.
func fuzzy(query, name string) bool {
	rest := []rune(strings.ToLower(query))
	for _, r := range strings.ToLower(name) {
		if len(rest) > 0 && r == rest[0] {
			rest = rest[1:]
		}
	}
	return len(rest) == 0
}
