package codegen

import (
	"embed"
	"path"
	"strings"

	"sitegen.dev/core/syntax"
)

// builtinFiles are the components that every site has without importing them. They are written in the language
// themselves; one of the author's own of the same name takes their place.
//
//go:embed builtin/*.gosite
var builtinFiles embed.FS

// builtinDir stands in front of their names in positions. The runtime knows it, and tells errors at the tag instead.
const builtinDir = "sitegen-builtin"

// builtin makes the tag of a component that comes with the compiler known in c, unless an import has that name.
func (l *linker) builtin(c *Component, e *syntax.Element) {
	if c.links.comps[e.Name] != nil || c.links.modules[e.Name] != nil || c.links.broken[e.Name] {
		return
	}
	src, err := builtinFiles.ReadFile("builtin/" + e.Name + ".gosite")
	if err != nil {
		return
	}
	file := path.Join(builtinDir, e.Name+".gosite")
	d := l.p.byPath[file]
	if d == nil {
		tree, diags := syntax.Parse(file, src)
		l.diags.Add(diags...)
		dir := path.Join(l.in.GenDir, "ext", builtinDir, e.Name)
		d = &Component{
			Path: file, Dir: dir, ImportPath: path.Join(l.in.ModulePath, dir), Name: e.Name,
			External: true, Builtin: true, file: tree, dir: builtinDir,
		}
		l.add(d)
	}
	c.links.comps[e.Name] = &compLink{name: e.Name, spec: importSpec{At: e.NameSpan, Lit: e.NameSpan}, c: d, pkg: "_sg" + e.Name, used: true}
}

// builtinNames are the tags that every site has without importing them.
var builtinNames = func() []string {
	files, err := builtinFiles.ReadDir("builtin")
	if err != nil {
		panic(err) // it is embedded
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".gosite"))
	}
	return names
}()

// UsesImages says whether a page is among those that show pictures in several sizes.
func (c *Component) UsesImages() bool {
	for _, d := range c.Closure() {
		if d.Builtin && d.Name == "Image" {
			return true
		}
	}
	return false
}
