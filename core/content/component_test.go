package content

import (
	"go/parser"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/diag"
)

const docPage = `---
layout: ../layouts/Doc.gosite
title: 'Say "hi"'
order: 0x10
ratio: 2.0
date: 2026-01-02
when: 2026-01-02T03:04:05+01:00
tags: [a, 2026-01-01]
sizes: [1, 2.5]
mixed: [1, x]
kinds: [x]
meta: {a: 1, b: [true]}
lines: [1, 2]
empty:
draft: false
on: yes
---
## One
` + "`x`\n"

var docProps = map[string]string{"title": "string", "order": "int", "date": "string", "when": "time.Time", "kinds": "[]Kind", "lines": "[]float64", "meta": "map[string]any"}

func props(m map[string]string, also ...string) Props {
	return func(name string) (string, bool) {
		for _, a := range also {
			if a == name {
				return "", true
			}
		}
		typ, ok := m[name]
		return typ, ok
	}
}

func TestComponentLayout(t *testing.T) {
	d := render(t, docPage, MarkdownOptions{})
	p, diags := Component(d, props(docProps, "Headings"))
	if len(diags) > 0 {
		t.Fatal(lines(diags))
	}
	want := `---
import Layout "../layouts/Doc.gosite"
import "time"
---
<Layout
	title={"Say \"hi\""}
	order={16}
	ratio={2.0}
	date={"2026-01-02"}
	when={time.Date(2026, 1, 2, 2, 4, 5, 0, time.UTC)}
	tags={[]string{"a", "2026-01-01"}}
	sizes={[]float64{1, 2.5}}
	mixed={[]any{1, "x"}}
	kinds={[]Layout.Kind{"x"}}
	meta={map[string]any{"a": 1, "b": []bool{true}}}
	lines={[]float64{1, 2}}
	on={"yes"}
	headings={[]site.Heading{{Depth: 2, ID: "one", Text: "One"}}}
>
<Fragment set:html={site.Raw("<h2 id=\"one\">One</h2>\n<p><code>x</code></p>\n")} />
</Layout>
`
	if diff := cmp.Diff(want, string(p.Source)); diff != "" {
		t.Error(diff)
	}
	for _, tt := range []struct {
		line, col int
		want      string
	}{
		{2, 15, "a.md:2:9"}, {5, 1, "a.md:2:9"}, {6, 2, "a.md:3:1"}, {6, 9, "a.md:3:8"}, {7, 9, "a.md:4:8"}, {10, 8, "a.md:7:7"}, {18, 3, "a.md:2:9"}, {20, 30, "a.md:18:1"}, {99, 1, "a.md:99:1"},
	} {
		got := p.Range(diag.Range{Pos: diag.Pos{File: "a.md", Line: tt.line, Col: tt.col}})
		if got.Pos.String() != tt.want {
			t.Errorf("%d:%d comes from %s, want %s", tt.line, tt.col, got.Pos, tt.want)
		}
	}
	other := diag.Range{Pos: diag.Pos{File: "b.gosite", Line: 6, Col: 2}}
	if p.Range(other) != other {
		t.Error("a place in another file was moved")
	}
	for line := range strings.Lines(string(p.Source)) {
		if _, value, ok := strings.Cut(strings.TrimSpace(line), "={"); ok && !strings.HasPrefix(line, "<") {
			if _, err := parser.ParseExpr(strings.TrimSuffix(value, "}")); err != nil {
				t.Errorf("%s: %v", value, err)
			}
		}
	}
}

func TestComponentFrontmatter(t *testing.T) {
	d := render(t, "---\nlayout: L.gosite\ntitle: T\nodd key: [1, {a: b}]\nnone:\n---\n", MarkdownOptions{})
	p, diags := Component(d, props(map[string]string{"title": "string"}, "Frontmatter"))
	want := "\ttitle={\"T\"}\n\tfrontmatter={map[string]any{\"layout\": \"L.gosite\", \"title\": \"T\", \"odd key\": []any{1, map[string]any{\"a\": \"b\"}}, \"none\": nil}}\n>\n"
	if len(diags) > 0 || !strings.Contains(string(p.Source), want) {
		t.Errorf("%s%s", p.Source, lines(diags))
	}
}

func TestComponentErrors(t *testing.T) {
	d := render(t, "---\nlayout: L.gosite\nodd key: 1\nbig: 99999999999999999999999\ninf: .inf\n---\n", MarkdownOptions{})
	_, diags := Component(d, nil)
	want := `error SG5023 a.md:3:1-8: "odd key" cannot be the name of a prop
error SG5023 a.md:5:6-10: inf is no finite number
`
	if diff := cmp.Diff(want, lines(diags)); diff != "" {
		t.Error(diff)
	}
}

func TestComponentWithoutLayout(t *testing.T) {
	for _, tt := range []struct{ src, title string }{
		{"---\ntitle: a {b} <c>\ndescription: d\nlang: de\n---\n# x", `{"a {b} <c>"}`},
		{"# From the *heading*", `{"From the heading"}`},
		{"text", `{"a"}`},
	} {
		p, diags := Component(render(t, tt.src, MarkdownOptions{}), nil)
		if len(diags) > 0 || !strings.Contains(string(p.Source), "<title>"+tt.title+"</title>") || !strings.HasPrefix(string(p.Source), "<!doctype html>\n<html lang={") {
			t.Errorf("%s%s", p.Source, lines(diags))
		}
	}
}
