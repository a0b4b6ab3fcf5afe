package lsp

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// organize gives the edits that take out the imports that nothing uses, add those that are missing where only one can be
// meant, and lay them out as `sitegen fmt` does.
func (s *server) organize(ctx context.Context, c *cursor, mistakes []*mistake) []textEdit {
	if c.an == nil {
		return nil
	}
	comp := c.an.component(c.doc.path)
	if comp == nil {
		return nil
	}
	var changes []change
	specs := map[string]bool{}
	for _, m := range mistakes {
		switch m.Code {
		case "SG2003", "SG2052":
			if ch, ok := importAt(m.file, m.comp, m.at); ok && !slices.Contains(changes, ch) {
				changes = append(changes, ch)
			}
		case "SG2006":
			if e := m.element(m.at.Start); e != nil {
				if found := m.candidates(e.Name); len(found) == 1 {
					ch := m.imported(found[0])
					if !specs[ch.text] {
						specs[ch.text] = true
						changes = append(changes, ch)
					}
				}
			}
		}
	}
	for _, spec := range s.missingPackages(ctx, c, comp) {
		ch := importChange(comp.File(), spec)
		if !specs[ch.text] {
			specs[ch.text] = true
			changes = append(changes, ch)
		}
	}
	after := changed(c.doc.text.b, changes)
	if !strings.Contains(string(after), "\r\n") {
		return difference(c.doc.text, sortedImports(after))
	}
	after = sortedImports([]byte(strings.ReplaceAll(string(after), "\r\n", "\n")))
	return difference(c.doc.text, []byte(strings.ReplaceAll(string(after), "\n", "\r\n")))
}

// changed makes changes in a text. Of two at one place the first comes first.
func changed(src []byte, changes []change) []byte {
	changes = slices.Clone(changes)
	slices.SortStableFunc(changes, func(a, b change) int { return a.span.Start - b.span.Start })
	var out []byte
	at := 0
	for _, c := range changes {
		if c.span.Start < at {
			continue
		}
		out = append(out, src[at:c.span.Start]...)
		out = append(out, c.text...)
		at = c.span.End
	}
	return append(out, src[at:]...)
}

// sortedImports lays out the imports of a document where nothing stands between them.
func sortedImports(src []byte) []byte {
	f, diags := syntax.Parse("", src)
	if f.Fence == nil || slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Severity == diag.Error && d.Code == "SG1008" }) {
		return src
	}
	first, last := -1, -1
	for i, it := range f.Fence.Items {
		if it.Kind != syntax.ItemImport {
			continue
		}
		if first < 0 {
			first = i
		}
		if last >= 0 && last != i-1 {
			return src
		}
		last = i
	}
	if first < 0 {
		return src
	}
	s := syntax.Span{Start: f.Fence.Items[first].Start, End: f.Fence.Items[last].End}
	if doc := f.Fence.Items[first].Doc; !doc.Empty() {
		s.Start = doc.Start
	}
	if tail := f.Fence.Items[last].Tail; !tail.Empty() {
		s.End = tail.End
	}
	formatted, _ := syntax.Format("", []byte("---\n"+s.Text(src)+"\n---\n"))
	text, ok := strings.CutPrefix(string(formatted), "---\n")
	if !ok {
		return src
	}
	text, ok = strings.CutSuffix(strings.TrimRight(text, "\n"), "\n---")
	if !ok {
		return src
	}
	return slices.Concat(src[:s.Start], []byte(text), src[s.End:])
}

// difference gives the one edit, of whole lines, that turns a document into another.
func difference(t *text, to []byte) []textEdit {
	old := t.b
	if string(old) == string(to) {
		return nil
	}
	start := 0
	for i := 0; i < min(len(old), len(to)) && old[i] == to[i]; i++ {
		if old[i] == '\n' {
			start = i + 1
		}
	}
	end := 0 // from behind
	for i := 1; i <= min(len(old), len(to))-start && old[len(old)-i] == to[len(to)-i]; i++ {
		if i == min(len(old), len(to))-start || old[len(old)-i-1] == '\n' && to[len(to)-i-1] == '\n' {
			end = i
		}
	}
	return []textEdit{{t.span(syntax.Span{Start: start, End: len(old) - end}), string(to[start : len(to)-end])}}
}

// goAction is an action of gopls.
type goAction struct {
	Edit *struct {
		Changes         map[string][]textEdit `json:"changes"`
		DocumentChanges []struct {
			Document documentID `json:"textDocument"`
			Edits    []textEdit `json:"edits"`
		} `json:"documentChanges"`
	} `json:"edit"`
}

func (a goAction) edits() map[string][]textEdit {
	out := map[string][]textEdit{}
	if a.Edit == nil {
		return out
	}
	for uri, edits := range a.Edit.Changes {
		out[uri] = append(out[uri], edits...)
	}
	for _, d := range a.Edit.DocumentChanges {
		if d.Document.URI != "" {
			out[d.Document.URI] = append(out[d.Document.URI], d.Edits...)
		}
	}
	return out
}

var importSpec = regexp.MustCompile(`^\s*(?:import\s+)?((?:[\w.]+\s+)?"[^"\n]+")\s*(?://.*)?$`)

// missingPackages asks gopls which packages the Go of the document names and does not import.
func (s *server) missingPackages(ctx context.Context, c *cursor, comp *codegen.Component) []string {
	g := c.site.goDiagnostics()
	if g == nil || !g.show(c.an) {
		return nil
	}
	sh := g.of(comp, c.an)
	if sh == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var actions []goAction
	params := map[string]any{"textDocument": documentID{URI: uriOf(sh.gen)}, "range": textRange{}, "context": map[string]any{"diagnostics": []any{}, "only": []string{organizeImports}}}
	if g.conn.call(ctx, "textDocument/codeAction", params, &actions) != nil {
		return nil
	}
	var out []string
	for _, a := range actions {
		out = append(out, addedImports(sh, a.edits()[uriOf(sh.gen)])...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// addedImports gives the imports that edits of the generated Go add to it.
func addedImports(sh *shown, edits []textEdit) []string {
	if len(edits) == 0 {
		return nil
	}
	var changes []change
	head := 0 // what they touch, to the end of its line: files are long, and imports stand at their beginning
	for _, e := range edits {
		c := change{sh.text.offsets(e.Range), e.NewText}
		changes = append(changes, c)
		head = max(head, c.span.End)
	}
	for head < len(sh.text.b) && sh.text.b[head] != '\n' {
		head++
	}
	src := sh.text.b[:head]
	had := importsOf(src)
	var out []string
	for _, spec := range importsOf(changed(src, changes)) {
		if !slices.Contains(had, spec) && !strings.HasPrefix(spec, "_sg") && !strings.Contains(spec, "/.sitegen/") && !strings.Contains(spec, `"sitegen.dev/`) {
			out = append(out, spec)
		}
	}
	return out
}

// importsOf gives the lines of a Go file that import something, as far as they stand in front of the declarations.
func importsOf(src []byte) []string {
	var out []string
	for line := range strings.SplitSeq(string(src), "\n") {
		if strings.HasPrefix(line, "func ") || strings.HasPrefix(line, "type ") {
			break
		}
		if m := importSpec.FindStringSubmatch(line); m != nil {
			out = append(out, m[1])
		}
	}
	return out
}
