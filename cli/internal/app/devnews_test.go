package app

import (
	"slices"
	"testing"

	"sitegen.dev/core/diag"
)

// Errors are told each time, and a warning when it comes: not again with each edit, though its line has moved, but again when it
// has been mended in between.
func TestDevNews(t *testing.T) {
	d := &devTerminal{}
	warning := func(line int, text string) diag.Diagnostic {
		return diag.Diagnostic{Severity: diag.Warning, Code: "SG2070", Range: diag.Range{Pos: diag.Pos{File: "a.gosite", Line: line, Col: 1}}, Message: text}
	}
	failure := diag.Diagnostic{Severity: diag.Error, Code: "SG2011", Message: "an error"}
	for i, step := range []struct {
		list   []diag.Diagnostic
		want   []string
		before int
	}{
		{[]diag.Diagnostic{warning(1, "one"), warning(2, "two")}, []string{"one", "two"}, 0},
		{[]diag.Diagnostic{warning(4, "one"), warning(5, "two"), failure}, []string{"an error"}, 2},
		{[]diag.Diagnostic{warning(4, "one"), warning(6, "three"), failure}, []string{"an error", "three"}, 1},
		{[]diag.Diagnostic{warning(4, "one")}, nil, 1},
		{[]diag.Diagnostic{warning(4, "one"), warning(6, "three")}, []string{"three"}, 1},
		{[]diag.Diagnostic{failure}, []string{"an error"}, 0},
		{[]diag.Diagnostic{warning(4, "one")}, nil, 1},
		{nil, nil, 0},
		{[]diag.Diagnostic{warning(4, "one")}, []string{"one"}, 0},
	} {
		list := &diag.List{}
		list.Add(step.list...)
		news, before := d.news(list)
		var got []string
		for _, x := range news.Sorted() {
			got = append(got, x.Message)
		}
		if !slices.Equal(got, step.want) || before != step.before {
			t.Errorf("step %d: got %q and %d as before, want %q and %d", i, got, before, step.want, step.before)
		}
	}
}
