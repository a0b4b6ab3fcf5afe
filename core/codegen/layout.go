package codegen

import (
	"path"
	"strconv"
	"strings"

	"sitegen.dev/core/diag"
)

// A LayoutImport is a file that is no component and is rendered within one: a Markdown page that names its layout. Its
// text goes into the default slot; what its front matter gives to the props is decided when the program runs.
type LayoutImport struct {
	From string     // the file, below the module root
	Path string     // as written, relative to the file or an import path
	At   diag.Range // of Path
	Text diag.Range // where the text begins
	Has  bool       // there is text
	Page bool       // it is no layout but what a route of site.yaml renders
}

// Layout gives the component that an import of a layout led to, or nil.
func (p *Program) Layout(from, as string) *Component { return p.layouts[layoutKey(from, as)] }

func layoutKey(from, as string) string {
	if strings.HasPrefix(as, ".") {
		return path.Join(path.Dir(from), as)
	}
	return as
}

// layout resolves one import of a layout. Each is looked at once, however many files name it.
func (l *linker) layout(in LayoutImport) {
	key := layoutKey(in.From, in.Path)
	if _, done := l.p.layouts[key]; done {
		return
	}
	l.p.layouts[key] = nil
	fail := func(code diag.Code, msg, hint string) { l.diags.Error(code, in.At, msg, hint) }
	target := key
	if rel, ok := strings.CutPrefix(target, l.in.ModulePath+"/"); ok {
		target = rel
	}
	if strings.HasPrefix(target, "../") || path.Ext(target) != ".gosite" {
		fail("SG2002", strconv.Quote(in.Path)+" is no component", "name a .gosite file by its path from this file")
		return
	}
	c := l.p.byPath[target]
	if c == nil && !strings.HasPrefix(in.Path, ".") && strings.Contains(target, "/") {
		if c = l.external(target, fail); c == nil {
			return
		}
		l.p.Components = append(l.p.Components, l.queue...)
		l.queue = nil
	}
	if c == nil {
		fail("SG2001", "no component "+target, l.nearest(&Component{dir: path.Dir(in.From)}, target))
		return
	}
	l.p.layouts[key] = c
}

// checkLayout says whether a component can be the layout of a text.
func (l *linker) checkLayout(in LayoutImport) {
	c := l.p.Layout(in.From, in.Path)
	if c != nil && in.Page {
		if len(c.typeParams()) > 0 {
			l.diags.Error("SG2015", in.At, "a page has no type parameters: nothing could give "+c.Name+" the types", "name the types in a component around it, and give that the route")
		}
		return
	}
	if c == nil || l.checked[c] {
		return
	}
	l.checked[c] = true
	if params := c.typeParams(); len(params) > 0 {
		l.diags.Error("SG2015", in.At, c.Name+" has type parameters, so it cannot be the layout of a text", "name the types in a component around it, and make that the layout")
		return
	}
	switch f := c.slotInfo().field("Default"); {
	case f == nil && in.Has && !c.slotInfo().Open:
		l.diags.Error("SG2020", in.Text, c.Name+" has no default slot for this text", "add <slot /> to "+c.Path)
	case f != nil && f.Func && f.Params != "":
		l.diags.Error("SG2023", in.Text, "the default slot of "+c.Name+" hands over arguments, which a text cannot take", "")
	}
}

// Layout is a component that Markdown pages are rendered in, as the bundle needs it. Component is nil for pages without
// a layout.
type Layout struct {
	Component *Component
	Head      string
	Policy    string // Content-Security-Policy
	Prerender bool
}

// name is the name that the store has for a layout.
func (l Layout) name() string {
	if l.Component == nil {
		return ""
	}
	return l.Component.Path
}

// literal is the expression that makes the layout of the runtime.
func (l Layout) literal(alias string) string {
	var route fields
	route.str("Head", l.Head)
	route.str("Policy", l.Policy)
	route.flag("Prerender", l.Prerender)
	c := l.Component
	if c == nil {
		return "_content.Bare(_sg.Route{" + route.String() + "})"
	}
	route.flag("Doctype", !c.Doctype())
	route.flag("HeadFirst", !c.Head() && !c.HTML())
	route.flag("HeadHTML", !c.Head() && c.HTML())
	var defaults fields
	if c.front.props != nil {
		for _, f := range c.front.props.Fields {
			if f.HasDef {
				defaults = append(defaults, f.Name+": "+f.Default)
			}
		}
	}
	slot := "func(_sg.Node) " + alias + ".Slots { return " + alias + ".Slots{} }"
	if c.slotInfo().field("Default") != nil {
		slot = "func(n _sg.Node) " + alias + ".Slots { return " + alias + ".Slots{Default: n} }"
	}
	return "_content.NewLayout(" + strconv.Quote(l.name()) + ", _sg.Route{" + route.String() + "}, " + alias + ".Render, " + alias + ".Props{" + defaults.String() + "}, " + slot + ")"
}
