package build

import (
	"path"
	"strconv"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/content"
	"sitegen.dev/core/syntax"
)

// Markdown with components in it becomes a component, too: the tags as they are written, each at the line it is at in the
// file, and a slot for each piece of HTML between them. So the compiler checks props and slots as in any template and
// tells errors at the author's lines, and a change of the text alone compiles nothing.

// addTexts adds such components to the sources.
func (b *builder) addTexts() {
	for _, f := range b.contents.files {
		if f.several || len(f.entries) != 1 || len(f.entries[0].tags) == 0 || f.entries[0].draft && !b.Drafts {
			continue
		}
		file, diags := syntax.Parse(f.name, []byte(textSource(f.entries[0].tags)))
		b.add(diags...)
		b.sources = append(b.sources, codegen.Source{Path: f.name, File: file})
	}
}

// textSource writes the component of a text.
func textSource(tags []content.Tag) string {
	var out strings.Builder
	line, col := 1, 1
	slot := func(i int) {
		s := `<slot name="p` + strconv.Itoa(i) + `" />`
		out.WriteString(s)
		col += len(s)
	}
	for i, t := range tags {
		slot(i)
		if line < t.Line {
			out.WriteString(strings.Repeat("\n", t.Line-line))
			line, col = t.Line, 1
		}
		if out.Len() > 0 && col == 1 && t.Col > 1 {
			out.WriteString(strings.Repeat(" ", t.Col-1))
			col = t.Col
		}
		out.WriteString(t.Text)
		if n := strings.Count(t.Text, "\n"); n > 0 {
			line += n
			col = len(t.Text) - strings.LastIndexByte(t.Text, '\n')
		} else {
			col += len(t.Text)
		}
	}
	slot(len(tags))
	out.WriteString("\n")
	return out.String()
}

// useTexts makes what the components in texts bring along, styles and scripts, part of the pages that may show them: all
// pages and the layouts of Markdown pages, as which page shows which entry is known when it is rendered.
func (b *builder) useTexts() {
	var texts []*codegen.Component
	for _, c := range b.program.Components {
		if c.Text {
			texts = append(texts, c)
		}
	}
	pages := path.Join(b.Layout.Src, pagesDir) + "/"
	for _, c := range b.program.Components {
		if !c.Text && !c.External && strings.HasPrefix(c.Path, pages) {
			c.UseTexts(texts)
		}
	}
	for _, f := range b.contents.files {
		if c := b.layoutOf(f); c != nil {
			c.UseTexts(texts)
		}
	}
}

// texts lists them for the bundle.
func (b *builder) texts() []codegen.MarkdownText {
	var out []codegen.MarkdownText
	for _, f := range b.contents.files {
		if len(f.entries) != 1 || len(f.entries[0].tags) == 0 {
			continue
		}
		if c := b.program.Component(f.name); c != nil && c.Text {
			out = append(out, codegen.MarkdownText{File: b.Layout.Rel(f.name), Component: c, Parts: len(f.entries[0].tags) + 1})
		}
	}
	return out
}
