package build

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"sitegen.dev/core/assets"
	"sitegen.dev/core/codegen"
	"sitegen.dev/core/content"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// readMarkdown makes a component of every Markdown page. It needs the layouts parsed, because the front matter becomes
// their props.
func (b *builder) readMarkdown(parsed []*parsedSource) error {
	layouts := map[string]*syntax.File{}
	for _, s := range b.sources {
		layouts[s.Path] = s.File
	}
	b.markdown = map[string]*content.Page{}
	for _, p := range parsed {
		if !strings.HasSuffix(p.name, ".md") {
			continue
		}
		doc, diags := b.document(p)
		b.add(diags...)
		if doc.Draft {
			continue
		}
		var props content.Props
		if file := layouts[path.Join(path.Dir(p.name), doc.Layout)]; doc.Layout != "" && file != nil {
			props = codegen.PropTypes(file)
		}
		page, diags := content.Component(doc, props)
		b.add(diags...)
		file, diags := syntax.Parse(p.name, page.Source)
		b.markdown[p.name] = page
		b.add(diags...)
		b.sources = append(b.sources, codegen.Source{Path: p.name, File: file})
	}
	return nil
}

// resolve says where a relative link or image of a Markdown file leads: another page, or an image, which is emitted.
func (b *builder) resolve(from string, ref content.Ref) (content.Target, bool) {
	dest, tail := ref.Dest, ""
	if i := strings.IndexAny(dest, "?#"); i >= 0 {
		dest, tail = dest[:i], dest[i:]
	}
	name := path.Join(path.Dir(from), dest)
	if !ref.Image && path.Ext(dest) == ".md" {
		page, ok := b.page(name)
		if _, err := os.Stat(b.Layout.abs(name)); !ok || err != nil {
			return content.Target{}, false
		}
		return content.Target{URL: b.pageURL(strings.TrimSuffix(page, ".md")) + tail}, true
	}
	if !ref.Image {
		return content.Target{URL: ref.Dest}, true // relative to the page, as in a browser
	}
	file := b.Layout.abs(name)
	if !inside(file, b.Layout.Root) {
		return content.Target{}, false
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return content.Target{}, false
	}
	target := content.Target{URL: b.publicPath() + assets.HashName(filepath.Base(file), data) + tail}
	target.Width, target.Height, _, _ = assets.ImageInfo(data) // an image of a kind we cannot measure is shown all the same
	b.emit([]assets.File{{Name: assets.HashName(filepath.Base(file), data), Data: data}}, "")
	return target, true
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

// place turns a position in a source, which for a Markdown page is one in the component made of it, into what the author
// is shown.
func (b *builder) place(r diag.Range) diag.Range {
	if page := b.markdown[r.File]; page != nil {
		r = page.Range(r)
	}
	r.File = b.Layout.Rel(r.File)
	if r.End.File != "" {
		r.End.File = r.File
	}
	return r
}
