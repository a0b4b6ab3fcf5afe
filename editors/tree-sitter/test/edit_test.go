package test

import (
	"bytes"
	"fmt"
	"math/rand"
	"testing"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// TestEdits holds that parsing again after edits gives the tree of a whole parse, as long as nothing is wrong: how the
// parser finds back behind a mistake depends on what it had before. It is also what is run with sanitizers.
func TestEdits(t *testing.T) {
	r := rand.New(rand.NewSource(seed()))
	all := sources(t)
	p := parser(t)
	right := 0
	for i, s := range all {
		text := s.text
		tree := p.Parse(text, nil)
		for range 12 {
			next := mutate(r, text, all[r.Intn(len(all))].text)
			if r.Intn(3) == 0 {
				next = s.text // what an undo does
			}
			edit := difference(text, next)
			tree.Edit(&edit)
			again := p.Parse(next, tree)
			tree.Close()
			tree, text = again, next
			whole := p.Parse(text, nil)
			if !whole.RootNode().HasError() {
				right++
				if want, got := spans(whole), spans(tree); want != got {
					t.Fatalf("%s (%d): the tree after an edit is not that of the text\n%s\nwant\n%s\ngot\n%s", s.name, i, text, want, got)
				}
			}
			whole.Close()
		}
		tree.Close()
	}
	if right < 1000 {
		t.Errorf("only %d edits left something without mistakes", right)
	}
}

// spans writes a tree down with the place of every node.
func spans(tree *sitter.Tree) string {
	var out bytes.Buffer
	walk(tree.RootNode(), func(n *sitter.Node) {
		fmt.Fprintf(&out, "%s %d-%d %v\n", n.Kind(), n.StartByte(), n.EndByte(), n.EndPosition())
	})
	return out.String()
}

// difference gives the edit that turns one text into another: all between what they have in common at both ends.
func difference(before, after []byte) sitter.InputEdit {
	start := 0
	for start < min(len(before), len(after)) && before[start] == after[start] {
		start++
	}
	a, b := len(before), len(after)
	for a > start && b > start && before[a-1] == after[b-1] {
		a, b = a-1, b-1
	}
	return sitter.InputEdit{
		StartByte: uint(start), OldEndByte: uint(a), NewEndByte: uint(b),
		StartPosition: point(before, start), OldEndPosition: point(before, a), NewEndPosition: point(after, b),
	}
}

func point(text []byte, at int) sitter.Point {
	return sitter.Point{
		Row:    uint(bytes.Count(text[:at], []byte("\n"))),
		Column: uint(at - 1 - bytes.LastIndexByte(text[:at], '\n')),
	}
}

// TestHostile holds that whatever the input, parsing ends and reads nothing beyond its end.
func TestHostile(t *testing.T) {
	p := parser(t)
	for _, unit := range []string{
		"<a>", "</a>", "{", "{a\n", "}", "{(", "{if x {", "{if []int{", "{for ", "{func(", "{switch x { case ", "case x\n", "{f(<a>",
		"<a b={<a b={", "<a b=\"", "{'", "<a b=`", "<a b=`${", "<!--", "<!-- -- ", "{/*", "{//\n", "<script>", "<script></scrip",
		"<a b c d ", "<T[", "<a {...", "<a class:list={a, ", "{\"", "{`a", "---\n", "---\n`", "<p is:raw>", "<slot args={", "<", "\x00", "\xff",
		"{\x00", "<a \xff=", "{if func() struct{}", "{if map[", "{func(a<b", "<Ä", "&", "<a/", "{x...", "\t\n ", "{case a:", "{if a { } else ",
	} {
		for _, head := range []string{"", "---\n", "---\n---\n<a", "<p>{", "<p a={", "{switch x { case 1: "} {
			text := append([]byte(head), bytes.Repeat([]byte(unit), 1<<11/len(unit))...)
			tree := p.Parse(text, nil)
			if end := tree.RootNode().EndByte(); end > uint(len(text)) {
				t.Errorf("%q behind %q ends at %d", unit, head, end)
			}
			tree.Close()
		}
	}
}
