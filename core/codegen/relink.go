package codegen

import (
	"reflect"
	"sort"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// Relink is Link for a site that was linked before: components whose File is the same as then are taken over, unless
// something that they import shows itself differently. It changes prev and may give it back; a Program that was linked
// with errors will do as well. Without prev it is Link.
func Relink(prev *Program, in Input) (*Program, *diag.List) {
	if prev == nil || prev.in.ModulePath != in.ModulePath || prev.in.SrcDir != in.SrcDir || prev.in.GenDir != in.GenDir || prev.in.CSP != in.CSP ||
		!reflect.DeepEqual(prev.in.Env, in.Env) {
		return Link(in)
	}
	var changed []*Component
	own := 0
	for _, s := range in.Sources {
		c := prev.byPath[s.Path]
		if c == nil || c.External {
			return Link(in)
		}
		own++
		if c.file != s.File {
			before := *c
			c.renew(s.File)
			changed = append(changed, c)
			if c.shown() == before.shown() {
				continue
			}
			prev.spoil(c)
		}
	}
	for _, c := range prev.Components {
		if !c.External {
			own--
		}
	}
	if own != 0 {
		return Link(in) // files are gone
	}
	for _, c := range changed {
		c.dirty = false
	}
	for _, c := range prev.Components {
		if c.dirty {
			c.renew(c.file)
			changed = append(changed, c)
		}
	}
	prev.in, prev.layouts = in, map[string]*Component{}
	list := &diag.List{}
	l := &linker{p: prev, in: in, diags: list, dirs: prev.dirs}
	count := len(prev.Components)
	for _, i := range in.Layouts {
		l.layout(i)
	}
	sort.Slice(changed, func(i, j int) bool { return changed[i].Path < changed[j].Path })
	for _, c := range changed {
		l.diags = &c.said
		l.imports(c)
	}
	if len(l.queue) > 0 || len(prev.Components) > count {
		return Link(in) // components of other modules come in their order
	}
	for _, c := range changed {
		l.finish(c)
	}
	l.whole(list)
	return prev, list
}

// spoil marks what has to be linked again because c shows itself differently.
func (p *Program) spoil(c *Component) {
	for _, d := range p.Components {
		if d == c || d.dirty || !d.imports(c) {
			continue
		}
		d.dirty = true
		if own := d.front.props; own != nil && (own.Same != "" || len(own.Embedded) > 0) {
			p.spoil(d) // what c takes may be what d takes
		}
	}
}

// renew makes c the component of a file, as if it had not been linked. Who points at it sees the new one.
func (c *Component) renew(file *syntax.File) {
	*c = Component{
		Path: c.Path, ImportPath: c.ImportPath, Dir: c.Dir, Package: c.Package, Name: c.Name, External: c.External, Text: c.Text, Builtin: c.Builtin,
		env: c.env, file: file, dir: c.dir, assetFS: c.assetFS, faceDir: c.faceDir,
	}
	readFront(c, &c.said)
}

// imports says whether c mentions d, used or not.
func (c *Component) imports(d *Component) bool {
	if c.links == nil {
		return true
	}
	for _, k := range c.links.comps {
		if k.c == d {
			return true
		}
	}
	for _, f := range c.links.dirs {
		for _, k := range f.comps {
			if k.c == d {
				return true
			}
		}
	}
	return false
}

// shown is all of a component that others see when they are linked: its fence, and the slots of its template.
func (c *Component) shown() string {
	var b strings.Builder
	if f := c.file.Fence; f != nil {
		b.WriteString(f.Body.Text(c.file.Src))
	}
	for _, s := range c.slotInfo().Fields {
		b.WriteString("\x00" + s.Name)
		if s.Func {
			b.WriteString("()")
		}
	}
	return b.String()
}
