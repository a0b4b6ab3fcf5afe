package test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	sitter "github.com/tree-sitter/go-tree-sitter"

	gosite "sitegen.dev/editors/tree-sitter/src"
)

func query(t *testing.T, name string) *sitter.Query {
	t.Helper()
	text, err := os.ReadFile("../queries/" + name)
	if err != nil {
		t.Fatal(err)
	}
	q, qerr := sitter.NewQuery(gosite.Language(), string(text))
	if qerr != nil {
		t.Fatalf("%s: %v", name, qerr)
	}
	t.Cleanup(q.Close)
	return q
}

// TestQueries holds that all queries are of this grammar.
func TestQueries(t *testing.T) {
	files, err := filepath.Glob("../queries/*.scm")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		query(t, filepath.Base(f))
	}
}

// TestHighlights, TestTextObjects and TestInjections hold what the queries find in a component against files.

func TestHighlights(t *testing.T) {
	captured(t, "highlights")
}

func TestTextObjects(t *testing.T) {
	captured(t, "textobjects")
}

// captured holds what a query of names finds against the file of the query's name.
func captured(t *testing.T, name string) {
	t.Helper()
	src, tree := example(t)
	q := query(t, name+".scm")
	cursor := sitter.NewQueryCursor()
	defer cursor.Close()
	var out strings.Builder
	captures := cursor.Captures(q, tree.RootNode(), src)
	for m, i := captures.Next(); m != nil; m, i = captures.Next() {
		c := m.Captures[i]
		fmt.Fprintf(&out, "%s @%s\n", where(src, &c.Node), q.CaptureNames()[c.Index])
	}
	golden(t, "testdata/"+name+".txt", out.String())
}

func TestInjections(t *testing.T) {
	src, tree := example(t)
	golden(t, "testdata/injections.txt", injections(t, src, tree))
}

func injections(t *testing.T, src []byte, tree *sitter.Tree) string {
	q := query(t, "injections.scm")
	cursor := sitter.NewQueryCursor()
	defer cursor.Close()
	var out strings.Builder
	matches := cursor.Matches(q, tree.RootNode(), src)
	for m := matches.Next(); m != nil; m = matches.Next() {
		language := ""
		for _, p := range q.PropertySettings(m.PatternIndex) {
			if p.Key == "injection.language" && p.Value != nil {
				language = *p.Value
			}
		}
		for _, c := range m.Captures {
			if q.CaptureNames()[c.Index] == "injection.content" {
				fmt.Fprintf(&out, "%s %s\n", where(src, &c.Node), language)
			}
		}
	}
	return out.String()
}

func example(t *testing.T) ([]byte, *sitter.Tree) {
	t.Helper()
	src, err := os.ReadFile("testdata/example.gosite")
	if err != nil {
		t.Fatal(err)
	}
	tree := parser(t).Parse(src, nil)
	t.Cleanup(tree.Close)
	if tree.RootNode().HasError() {
		t.Fatal("the example has an error")
	}
	return src, tree
}

// where gives the place of a node and its text, with markup inside of Go left out as injections do.
func where(src []byte, n *sitter.Node) string {
	text := bytes.Clone(src[n.StartByte():n.EndByte()])
	if n.Kind() == "go_code" {
		for i := range n.NamedChildCount() {
			c := n.NamedChild(i)
			for at := c.StartByte(); at < c.EndByte(); at++ {
				text[at-n.StartByte()] = ' '
			}
		}
	}
	p := n.StartPosition()
	return fmt.Sprintf("%d:%d %q", p.Row+1, p.Column+1, text)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		x, y := firstDifference(strings.Split(string(want), "\n"), strings.Split(got, "\n"))
		t.Errorf("%s: want %s\ngot %s", name, x, y)
	}
}
