package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	sitter "github.com/tree-sitter/go-tree-sitter"
	css "github.com/tree-sitter/tree-sitter-css/bindings/go"
	golang "github.com/tree-sitter/tree-sitter-go/bindings/go"
	javascript "github.com/tree-sitter/tree-sitter-javascript/bindings/go"
	typescript "github.com/tree-sitter/tree-sitter-typescript/bindings/go"
)

// other is the grammar of a language that is injected, with the query that its authors colour it by.
type other struct {
	language *sitter.Language
	query    *sitter.Query
}

// others gives the grammars by the names that the injections use. Their queries lie beside them, outside of what Go embeds.
func others(t *testing.T) map[string]other {
	t.Helper()
	query := func(l *sitter.Language, modules ...string) *sitter.Query {
		var text strings.Builder
		for _, m := range modules {
			out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/tree-sitter/tree-sitter-"+m).Output()
			if err != nil {
				t.Fatal(m, err)
			}
			data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "queries", "highlights.scm"))
			if err != nil {
				t.Fatal(err)
			}
			text.Write(data)
			text.WriteByte('\n')
		}
		q, err := sitter.NewQuery(l, text.String())
		if err != nil {
			t.Fatal(modules, err)
		}
		t.Cleanup(q.Close)
		return q
	}
	g, c, j, ts := sitter.NewLanguage(golang.Language()), sitter.NewLanguage(css.Language()), sitter.NewLanguage(javascript.Language()), sitter.NewLanguage(typescript.LanguageTypescript())
	return map[string]other{
		"go": {g, query(g, "go")}, "css": {c, query(c, "css")},
		"javascript": {j, query(j, "javascript")}, "typescript": {ts, query(ts, "javascript", "typescript")},
	}
}

// TestInjected colours the pieces of other languages with their own grammars, as an editor does, and holds the colours
// against a file: an injection that finds its piece and yields nothing is none.
func TestInjected(t *testing.T) {
	src, tree := example(t)
	q := query(t, "injections.scm")
	cursor := sitter.NewQueryCursor()
	defer cursor.Close()
	languages := others(t)
	var out strings.Builder
	matches := cursor.Matches(q, tree.RootNode(), src)
	for m := matches.Next(); m != nil; m = matches.Next() {
		name := ""
		for _, p := range q.PropertySettings(m.PatternIndex) {
			if p.Key == "injection.language" && p.Value != nil {
				name = *p.Value
			}
		}
		l, ok := languages[name]
		if !ok {
			continue // json and comment, which have nothing to get wrong
		}
		for _, c := range m.Captures {
			if q.CaptureNames()[c.Index] != "injection.content" {
				continue
			}
			colours := coloured(t, l, &c.Node, src)
			if len(colours) == 0 && strings.ContainsFunc(c.Node.Utf8Text(src), unicode.IsLetter) {
				t.Errorf("%s has no colours as %s", where(src, &c.Node), name)
			}
			fmt.Fprintf(&out, "%s %s\n\t%s\n", where(src, &c.Node), name, strings.Join(colours, " "))
		}
	}
	golden(t, "testdata/injected.txt", out.String())
}

// coloured gives the captures within a node in the order of the text, the node's own children left out, as editors do
// where a query does not say injection.include-children.
func coloured(t *testing.T, l other, node *sitter.Node, src []byte) []string {
	t.Helper()
	parser := sitter.NewParser()
	defer parser.Close()
	if err := parser.SetLanguage(l.language); err != nil {
		t.Fatal(err)
	}
	r := node.Range()
	var ranges []sitter.Range
	for i := range node.ChildCount() {
		child := node.Child(i).Range()
		ranges = append(ranges, sitter.Range{StartByte: r.StartByte, StartPoint: r.StartPoint, EndByte: child.StartByte, EndPoint: child.StartPoint})
		r.StartByte, r.StartPoint = child.EndByte, child.EndPoint
	}
	if err := parser.SetIncludedRanges(append(ranges, r)); err != nil {
		t.Fatal(err)
	}
	tree := parser.Parse(src, nil)
	defer tree.Close()
	cursor := sitter.NewQueryCursor()
	defer cursor.Close()
	var out []string
	captures := cursor.Captures(l.query, tree.RootNode(), src)
	for m, i := captures.Next(); m != nil; m, i = captures.Next() {
		c := m.Captures[i]
		out = append(out, fmt.Sprintf("%q@%s", c.Node.Utf8Text(src), l.query.CaptureNames()[c.Index]))
	}
	return out
}
