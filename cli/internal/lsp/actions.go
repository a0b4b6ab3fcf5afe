package lsp

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// codeAction is something that an editor offers to do about a place.
type codeAction struct {
	Title       string        `json:"title"`
	Kind        string        `json:"kind"`
	Diagnostics []diagnostic  `json:"diagnostics,omitempty"`
	Preferred   bool          `json:"isPreferred,omitempty"`
	Edit        workspaceEdit `json:"edit"`
}

// The kinds of actions that are offered, as the specification names them.
const (
	quickFix        = "quickfix"
	organizeImports = "source.organizeImports"
	fixAll          = "source.fixAll.sitegen"
)

// actions offers what mends the diagnostics of a range, and of the whole document to put the imports in order and to mend
// what can be mended in one way only.
func (s *server) actions(ctx context.Context, c *cursor) (any, error) {
	var p struct {
		Range   textRange `json:"range"`
		Context struct {
			Only []string `json:"only"`
		} `json:"context"`
	}
	if err := json.Unmarshal(c.params, &p); err != nil {
		return nil, &rpcError{codeInvalidParams, "the parameters cannot be read"}
	}
	wants := func(kind string) bool {
		return len(p.Context.Only) == 0 || slices.ContainsFunc(p.Context.Only, func(o string) bool { return kind == o || strings.HasPrefix(kind, o+".") })
	}
	out := []codeAction{}
	mistakes := s.mistakes(c)
	if wants(quickFix) {
		at := c.doc.text.offsets(p.Range)
		for _, m := range mistakes {
			if m.at.Start > at.End || at.Start > m.at.End {
				continue
			}
			m.fix()
			for _, f := range m.fixes {
				out = append(out, codeAction{Title: f.title, Kind: quickFix, Diagnostics: []diagnostic{m.shown}, Preferred: f.preferred, Edit: f.edit})
			}
		}
	}
	if wants(organizeImports) {
		if edits := s.organize(ctx, c, mistakes); len(edits) > 0 {
			out = append(out, codeAction{Title: "Organize imports", Kind: organizeImports, Edit: workspaceEdit{map[string][]textEdit{c.doc.uri: edits}}})
		}
	}
	if wants(fixAll) {
		if edits := sureEdits(mistakes); len(edits) > 0 {
			out = append(out, codeAction{Title: "Fix all that is certain", Kind: fixAll, Edit: workspaceEdit{map[string][]textEdit{c.doc.uri: edits}}})
		}
	}
	return slices.CompactFunc(out, func(a, b codeAction) bool { return a.Title == b.Title && a.Kind == b.Kind }), nil
}

// mistakes gives the diagnostics of the document, in its order.
func (s *server) mistakes(c *cursor) []*mistake {
	file, found := syntax.Parse(filepath.Base(c.doc.path), c.doc.text.b)
	var shown []diagnostic
	var comp *codegen.Component
	if c.an == nil || c.an.program == nil {
		for _, d := range found {
			shown = append(shown, one(d, c.doc.text, nil))
		}
	} else {
		for _, d := range c.an.list.Sorted() {
			if c.an.file(d.File) == c.doc.path {
				shown = append(shown, c.an.diagnostic(d))
			}
		}
		c.site.typeCheck() // what is known of types may be about an older text
		s.publishing.Lock()
		shown = append(shown, s.typed[c.doc.path]...)
		s.publishing.Unlock()
		if comp = c.an.component(c.doc.path); comp != nil {
			file = comp.File()
		}
	}
	var out []*mistake
	for _, d := range shown {
		out = append(out, &mistake{an: c.an, doc: c.doc, comp: comp, file: file, shown: d, Diagnostic: d.of, at: c.doc.text.offsets(d.Range)})
	}
	slices.SortStableFunc(out, func(a, b *mistake) int { return a.at.Start - b.at.Start })
	return out
}

// mistake is a diagnostic, and what mends it.
type mistake struct {
	diag.Diagnostic
	an    *analysis          // nil outside of a site
	comp  *codegen.Component // nil likewise
	doc   *document
	file  *syntax.File
	shown diagnostic
	at    syntax.Span
	fixes []fix
}

type fix struct {
	title     string
	preferred bool
	edit      workspaceEdit
}

// change replaces a stretch of a file.
type change struct {
	span syntax.Span
	text string
}

func insert(at int, text string) change { return change{syntax.Span{Start: at, End: at}, text} }

// offer adds a fix of the document itself. The preferred one is what most people want.
func (m *mistake) offer(title string, preferred bool, changes ...change) {
	var edits []textEdit
	for _, c := range changes {
		edits = append(edits, textEdit{m.doc.text.span(c.span), m.lines(c.text)})
	}
	m.fixes = append(m.fixes, fix{title, preferred, workspaceEdit{map[string][]textEdit{m.doc.uri: edits}}})
}

// lines gives a text the line ends of the document.
func (m *mistake) lines(text string) string {
	if strings.Contains(string(m.doc.text.b), "\r\n") {
		return strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// element gives the tag that has its name at a byte, or begins there.
func (m *mistake) element(off int) *syntax.Element {
	var found *syntax.Element
	syntax.Walk(m.file.Nodes, func(n syntax.Node) bool {
		if e, ok := n.(*syntax.Element); ok && (e.Start == off || e.NameSpan.Start <= off && off <= e.NameSpan.End && !e.NameSpan.Empty()) {
			found = e
		}
		return true
	})
	return found
}

// attribute gives the attribute that begins or has its name or value at the mistake, and its tag.
func (m *mistake) attribute() (*syntax.Element, *syntax.Attr) {
	var e *syntax.Element
	var found *syntax.Attr
	syntax.Walk(m.file.Nodes, func(n syntax.Node) bool {
		if in, ok := n.(*syntax.Element); ok {
			for i := range in.Attrs {
				if a := &in.Attrs[i]; a.Start <= m.at.Start && m.at.End <= a.End {
					e, found = in, a
				}
			}
		}
		return true
	})
	return e, found
}

// without removes a stretch and the blanks before it.
func (m *mistake) without(s syntax.Span) change {
	src := m.file.Src
	for s.Start > 0 && strings.IndexByte(" \t\r\n", src[s.Start-1]) >= 0 {
		s.Start--
	}
	return change{s, ""}
}

// behindAttrs is where a tag takes one more attribute.
func behindAttrs(e *syntax.Element) int {
	at := e.NameSpan.End
	if n := len(e.TypeArgs); n > 0 {
		at = e.TypeArgs[n-1].End + 1
	}
	if n := len(e.Attrs); n > 0 {
		at = e.Attrs[n-1].End
	}
	return at
}

// renameTag writes another name into the tags of an element.
func renameTag(e *syntax.Element, name string) []change {
	out := []change{{e.NameSpan, name}}
	if !e.Close.Empty() {
		start := e.Close.Start + len("</")
		out = append(out, change{syntax.Span{Start: start, End: start + len(e.Name)}, name})
	}
	return out
}
