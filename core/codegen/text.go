package codegen

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/syntax"
)

// MarkdownText is the text of a Markdown file with components in it. Its component has a slot p0, p1, … for each piece of HTML
// before, between and behind the tags.
type MarkdownText struct {
	File      string // as package content knows it
	Component *Component
	Parts     int
}

// textComponent makes a tag known that Markdown uses by the name alone: one of those below src/components, and the built-in ones.
func (l *linker) textComponent(c *Component, e *syntax.Element) {
	if c.links.comps[e.Name] != nil || c.links.broken[e.Name] {
		return
	}
	var found []*Component
	for _, d := range l.p.Components {
		if d.Name == e.Name && !d.External && !d.Text && strings.HasPrefix(d.Path, path.Join(l.in.SrcDir, "components")+"/") {
			found = append(found, d)
		}
	}
	if len(found) == 0 {
		return
	}
	if len(found) > 1 {
		l.diags.Error("SG2006", c.file.Range(e.NameSpan), "<"+e.Name+"> may be "+found[0].Path+" or "+found[1].Path, "give one of them another name")
	}
	c.links.comps[e.Name] = &compLink{name: e.Name, spec: importSpec{At: e.NameSpan, Lit: e.NameSpan}, c: found[0], pkg: "_sg" + e.Name, used: true}
}

// textHint says what to do about a component that Markdown names and that is not there.
func (l *lowerer) textHint(name string) string {
	var names []string
	dir := path.Join(l.p.in.SrcDir, "components")
	for _, d := range l.p.Components {
		if !d.External && !d.Text && strings.HasPrefix(d.Path, dir+"/") {
			names = append(names, d.Name)
		}
	}
	slices.Sort(names)
	names = append(names, builtinNames...)
	if s := suggest(name, names); s != "" {
		return "did you mean <" + s + ">?"
	}
	return "create " + dir + "/" + name + ".gosite, or write it as code: `<" + name + ">`"
}

// UseTexts makes the styles and scripts of texts part of what a component's pages load, in place of those of earlier texts.
func (c *Component) UseTexts(texts []*Component) {
	c.Imports = slices.DeleteFunc(c.Imports, func(d *Component) bool { return d.Text })
	for _, t := range texts {
		c.link(t)
	}
}

// literal is the text as package content takes it.
func (t MarkdownText) literal(alias string) string {
	var slots []string
	for i := range t.Parts {
		n := strconv.Itoa(i)
		slots = append(slots, "P"+n+": part("+n+")")
	}
	return strconv.Quote(t.File) + ": func(w *_sg.Writer, page *_sg.Page, part func(int) _sg.Node) error {\n\t\treturn " + alias + ".Render(w, page, " + alias + ".Props{}, " + alias + ".Slots{" + strings.Join(slots, ", ") + "})\n\t},\n"
}
