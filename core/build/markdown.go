package build

import (
	"os"
	"path"
	"slices"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/content"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/site/content/store"
)

// isPage says whether a file of content is a Markdown page.
func (f *contentFile) isPage() bool { return f.collection == store.Pages }

// addPages adds the Markdown files below the pages folder to the content.
func (b *builder) addPages() {
	for _, name := range b.markdown {
		page, _ := b.page(name)
		f := &contentFile{name: name, collection: store.Pages, slug: page}
		b.contents.files = append(b.contents.files, f)
	}
	if len(b.markdown) > 0 {
		b.contents.names = append(b.contents.names, store.Pages)
	}
}

// pageEntry is the one entry of a Markdown page, nil for one that could not be read or is a draft.
func (b *builder) pageEntry(f *contentFile) *contentEntry {
	if !f.isPage() || len(f.entries) != 1 || f.entries[0].draft && !b.Drafts {
		return nil
	}
	return &f.entries[0]
}

// layoutImports lists the layouts that Markdown pages name.
func (b *builder) layoutImports() []codegen.LayoutImport {
	var out []codegen.LayoutImport
	seen := map[[2]string]bool{}
	for _, f := range b.contents.files {
		e := b.pageEntry(f)
		if e == nil || e.layout == "" {
			continue
		}
		key := [2]string{path.Dir(f.name), e.layout}
		if seen[key] {
			continue
		}
		seen[key] = true
		in := codegen.LayoutImport{From: f.name, Path: e.layout, Has: true}
		in.At, in.Text = b.layoutPlaces(f)
		out = append(out, in)
	}
	return out
}

// layoutPlaces gives the places of the value of layout and of the text, below the module root.
func (b *builder) layoutPlaces(f *contentFile) (at, text diag.Range) {
	data, err := os.ReadFile(b.Layout.abs(f.name))
	if err != nil {
		at.File, text.File = f.name, f.name
		return at, text
	}
	return content.Locate(f.name, data, "", "layout", false), content.LocateText(f.name, data)
}

// layoutOf gives the component that a page is rendered in, nil where it names none.
func (b *builder) layoutOf(f *contentFile) *codegen.Component {
	e := b.pageEntry(f)
	if e == nil || e.layout == "" {
		return nil
	}
	return b.program.Layout(f.name, e.layout)
}

// pageData is what the store keeps of a page: its route, its layout and its front matter.
func pageData(pattern string, layout *codegen.Component, front string) string {
	name := ""
	if layout != nil {
		name = layout.Path
	}
	out := store.AppendText(nil, pattern)
	out = store.AppendText(out, name)
	return string(append(out, front...))
}

// patterns gives the patterns of routes by the files that made them.
func (b *builder) patterns() map[string]string {
	out := make(map[string]string, len(b.routes))
	for _, r := range b.routes {
		if r.Redirect == nil { // an alias has the file of its page
			out[r.Source] = r.Pattern
		}
	}
	return out
}

// layouts lists the layouts of the Markdown routes for the bundle.
func (b *builder) layouts() []codegen.Layout {
	var out []codegen.Layout
	seen := map[*codegen.Component]bool{}
	for _, r := range b.routes {
		if !isMarkdown(r) {
			continue
		}
		c := b.pages[r.Source]
		if !seen[c] {
			seen[c] = true
			out = append(out, codegen.Layout{Component: c, Head: b.table.heads[b.headKey(r)], Policy: b.policyOf(r), Prerender: r.Prerender})
		}
	}
	slices.SortFunc(out, func(x, y codegen.Layout) int { return strings.Compare(layoutName(x), layoutName(y)) })
	return out
}

func layoutName(l codegen.Layout) string {
	if l.Component == nil {
		return ""
	}
	return l.Component.Path
}

func isMarkdown(r manifest.Route) bool { return r.Redirect == nil && content.IsMarkdown(r.Source) }

// headKey is what routes with the same tags for the head have in common: pages of one layout, or the page itself.
func (b *builder) headKey(r manifest.Route) string {
	if c := b.pages[r.Source]; c != nil && isMarkdown(r) {
		return c.Path
	}
	return r.Source
}

// pageURL is the address of a page by its name below the pages folder, in the form that the slash policy asks for.
func (b *builder) pageURL(name string) string {
	if name == "index" {
		return b.Config.Base
	}
	name = strings.TrimSuffix(name, "/index")
	if b.Config.TrailingSlash == "never" || b.Config.TrailingSlash == "ignore" && b.Config.Build.Format != "directory" {
		return b.Config.Base + name
	}
	return b.Config.Base + name + "/"
}

// place turns a position in a source into what the author is shown.
func (b *builder) place(r diag.Range) diag.Range {
	r.File = b.Layout.Rel(r.File)
	if r.End.File != "" {
		r.End.File = r.File
	}
	return r
}
