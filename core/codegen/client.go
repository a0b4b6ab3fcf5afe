package codegen

import (
	"html"
	"path"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// ClientLoader is the id of the script that starts islands of the browser.
const ClientLoader = builtinDir + "/islands.js"

// ClientModule is a script that runs in the browser for one part of a page.
type ClientModule struct {
	ID      string     // for the table of assets
	Path    string     // below the module root
	Element bool       // it defines a custom element; else its default export is a function
	At      diag.Range // where the component names it
}

// scriptTypes are what a component can import as a module for the browser, under a name with a capital.
var scriptTypes = map[string]bool{".ts": true, ".js": true, ".mts": true, ".mjs": true, ".tsx": true, ".jsx": true}

// clientDirectives say when an island of the browser is started.
var clientDirectives = []string{"client:load", "client:idle", "client:visible", "client:media", "client:only"}

type moduleLink struct {
	name string
	spec importSpec
	path string
	used bool
}

// module makes a module for the browser known under the name of its tag.
func (l *linker) module(c *Component, s importSpec, name, target string, fail func(diag.Code, string, string)) {
	switch {
	case c.External:
		fail("SG2041", "modules for the browser in components of other Go modules are not part of this version of sitegen", "copy the component into the site")
	case slices.Contains(tagNames, name):
		fail("SG2005", "<"+name+"> has a meaning of its own", "import the module under another name: "+name+"Box "+strconv.Quote(s.Path))
	default:
		c.links.modules[name] = &moduleLink{name: name, spec: s, path: target}
	}
}

func isClient(a *syntax.Attr) bool {
	return a.Kind != syntax.AttrSpread && a.Kind != syntax.AttrComment && strings.HasPrefix(a.Name, "client:")
}

// clientDirective gives the first client: directive of a tag, or nil.
func clientDirective(e *syntax.Element) *syntax.Attr {
	for i := range e.Attrs {
		if isClient(&e.Attrs[i]) {
			return &e.Attrs[i]
		}
	}
	return nil
}

// when reads the directives of a tag into op; it is false where something is wrong.
func (l *lowerer) when(e *syntax.Element, op *Client) bool {
	var found *syntax.Attr
	for i := range e.Attrs {
		a := &e.Attrs[i]
		if !isClient(a) {
			continue
		}
		if found != nil {
			l.err("SG2040", a.Span, found.Name+" and "+a.Name+" exclude each other", "keep one of them")
			return false
		}
		found = a
		if !slices.Contains(clientDirectives, a.Name) {
			hint := "the directives are " + strings.Join(clientDirectives, ", ")
			if s := suggest(a.Name, clientDirectives); s != "" {
				hint = "did you mean " + s + "?"
			}
			l.err("SG2040", a.NameSpan, "directive "+a.Name+" is not known", hint)
			return false
		}
		op.When = strings.TrimPrefix(a.Name, "client:")
		switch {
		case op.When != "media" && a.Kind != syntax.AttrBare:
			l.err("SG2040", a.Span, a.Name+" takes no value", "write "+a.Name)
			return false
		case op.When == "media" && a.Kind == syntax.AttrExpr:
			op.Media = l.code(a.Expr)
		case op.When == "media" && a.Kind == syntax.AttrStatic && !blank(a.Value.Text(l.src)):
			op.Media = made(strconv.Quote(a.Value.Text(l.src)))
		case op.When == "media":
			l.err("SG2040", a.Span, "client:media needs a media query", `write client:media="(min-width: 50em)"`)
			return false
		}
	}
	return found != nil
}

// needs adds a module to those of the component.
func (l *lowerer) needs(m ClientModule) {
	if !slices.ContainsFunc(l.c.Modules, func(have ClientModule) bool { return have.ID == m.ID }) {
		l.c.Modules = append(l.c.Modules, m)
	}
}

// moduleIsland lowers <Gallery client:visible …> where Gallery is a module for the browser.
func (l *lowerer) moduleIsland(e *syntax.Element, m *moduleLink, in place) Ops {
	op := Client{At: e.NameSpan.Start, ID: "module:" + m.path, Module: true}
	if clientDirective(e) == nil {
		l.err("SG2040", e.NameSpan, "<"+e.Name+"> is a module for the browser, and nothing says when it starts", `add client:load, client:idle, client:visible, client:media="…" or client:only`)
		return nil
	}
	if !l.when(e, &op) {
		return nil
	}
	if len(e.TypeArgs) > 0 {
		l.err("SG2015", e.NameSpan, e.Name+" takes no type arguments", "write <"+e.Name+">")
	}
	l.needs(ClientModule{ID: op.ID, Path: m.path, At: l.rng(m.spec.Lit)})
	op.Props = l.clientProps(e)
	out := Ops{}.add(clientScripts(e.Start, op.ID)...).add(op)
	inner := place{comp: e.Name, verbatim: in.verbatim || e.Raw, top: in.top}
	var rest []syntax.Node
	named := map[string][]syntax.Node{}
	var names []string
	for _, n := range e.Children {
		name, ok := l.slotOf(n)
		switch {
		case !ok:
			continue
		case name == "" || name == "default":
			rest = append(rest, n)
			continue
		case named[name] == nil:
			names = append(names, name)
		}
		named[name] = append(named[name], n)
	}
	template := func(name string, nodes []syntax.Node) {
		out = out.add(Lit{e.Start, `<template data-slot="` + html.EscapeString(name) + `">`}).
			add(l.nodes(stripSlot(nodes), inner)...).add(Lit{e.Start, "</template>"})
	}
	if filled(rest, l.src) {
		if op.When == "only" {
			template("default", rest)
		} else {
			out = out.add(l.nodes(stripSlot(rest), inner)...)
		}
	}
	for _, name := range names {
		if op.When == "only" && name == "fallback" {
			out = out.add(l.nodes(stripSlot(named[name]), inner)...)
			continue
		}
		template(name, named[name])
	}
	return out.add(Lit{e.End, "</sg-island>"})
}

// clientScripts writes the loader in front of the first island, so that islands of a page that streams start while it
// does, and the styles that a module imports.
func clientScripts(at int, id string) Ops {
	return Ops{RunScript{At: at, ID: ClientLoader, Here: true}, RunScript{At: at, ID: id, Here: true}}
}

// clientProps reads the attributes that are sent to a module under their names.
func (l *lowerer) clientProps(e *syntax.Element) []Field {
	var out []Field
	given := map[string]bool{}
	for i := range e.Attrs {
		a := &e.Attrs[i]
		switch {
		case a.Kind == syntax.AttrComment, isClient(a), a.Name == "slot" && a.Kind != syntax.AttrShorthand:
		case a.Kind == syntax.AttrSpread:
			l.err("SG2014", a.Span, "<"+e.Name+"> takes no spread: its props are sent to the browser by name", "write the props out, or hand over one: props={…}")
		case strings.Contains(a.Name, ":"):
			l.err("SG2040", a.Span, a.Name+" does not belong on a module for the browser", "remove it")
		case given[a.Name]:
			l.err("SG2012", a.NameSpan, "prop "+a.Name+" is given twice", "remove one of them")
		default:
			given[a.Name] = true
			v, ok := l.propValue(a)
			if !ok || (a.Kind == syntax.AttrExpr || a.Kind == syntax.AttrShorthand) && l.leaks(a.Expr) {
				continue
			}
			v.Name = a.Name
			if s, ok := v.X.source(); ok && s == "nil" && !l.c.shadowed["nil"] {
				v.X = made("interface{}(nil)") // has no type that Go could infer
			}
			if v.Text != nil {
				v.Text.String = true
			}
			out = append(out, v)
		}
	}
	return out
}

// slotOf gives the name of the slot that a child goes to.
func (l *lowerer) slotOf(n syntax.Node) (name string, ok bool) {
	e, isElement := n.(*syntax.Element)
	if !isElement {
		return "", true
	}
	a := attr(e, "slot")
	if a == nil {
		return "", true
	}
	if name, ok = l.static(a); !ok {
		l.err("SG2022", a.Span, "slot must be a constant name: it is sent to the browser under it", `write slot="name"`)
	}
	return name, ok
}

// elementIsland reads the directive of a custom element; nil where there is none. e becomes the element without what is
// not for the browser.
func (l *lowerer) elementIsland(e **syntax.Element, name string) *Client {
	directive := clientDirective(*e)
	if directive == nil || !strings.Contains(name, "-") {
		if directive == nil && strings.Contains(name, "-") {
			l.neverStarts(*e)
		}
		return nil // without a hyphen, attrs reports it
	}
	kept := **e
	kept.Attrs = slices.DeleteFunc(slices.Clone(kept.Attrs), func(a syntax.Attr) bool {
		return isClient(&a) || a.Name == "src" && a.Kind != syntax.AttrSpread
	})
	op := &Client{At: kept.NameSpan.Start}
	src := attr(*e, "src")
	ok := l.when(*e, op)
	*e = &kept
	if !ok {
		return nil
	}
	target, ok := l.static(src)
	if !ok || target == "" {
		at := directive.Span
		if src != nil {
			at = src.Span
		}
		l.err("SG2040", at, "<"+kept.Name+"> needs the script that defines it, as constant text", `write src="../islands/`+name+`.ts"`)
		return nil
	}
	file := path.Join(l.c.dir, target)
	switch {
	case !strings.HasPrefix(target, "./") && !strings.HasPrefix(target, "../"), !scriptTypes[path.Ext(target)]:
		l.err("SG2002", src.Span, strconv.Quote(target)+" is no script that can be bundled", "write the path relative to this file, with its extension: ./timer.ts")
		return nil
	case strings.HasPrefix(file, "../"):
		l.err("SG2002", src.Span, strconv.Quote(target)+" leads out of the module", "move the file into "+l.p.in.SrcDir+"/")
		return nil
	case l.c.External:
		l.err("SG2041", src.Span, "modules for the browser in components of other Go modules are not part of this version of sitegen", "copy the component into the site")
		return nil
	}
	op.ID = "element:" + file
	l.needs(ClientModule{ID: op.ID, Path: file, Element: true, At: l.rng(src.Value)})
	return op
}

// neverStarts reports a custom element whose src is a module of the site, which no browser could load from there: the directive was
// forgotten.
func (l *lowerer) neverStarts(e *syntax.Element) {
	src := attr(e, "src")
	target, ok := l.static(src)
	if !ok || !strings.HasPrefix(target, "./") && !strings.HasPrefix(target, "../") || !scriptTypes[path.Ext(target)] {
		return
	}
	if l.p.in.ReadFile == nil {
		return
	}
	if _, err := l.p.in.ReadFile(path.Join(l.p.in.ModuleDir, l.c.dir, target)); err != nil {
		return // it may be a file of the public folder
	}
	l.err("SG2040", src.Span, "nothing says when the script of <"+e.Name+"> starts", `add client:load, client:idle, client:visible, client:media="…" or client:only`)
}

// client writes the call that says what an island of the browser needs.
func (p *printer) client(op Client) {
	p.open(op.At)
	fn := "ClientElement"
	if op.Module {
		fn = "ClientModule"
	}
	p.raw("_sg.", fn, "(_w, ", p.page(), ", ", strconv.Quote(op.ID), ", ", strconv.Quote(op.When), ",")
	if op.Media == nil {
		p.raw(` ""`)
	} else {
		p.arg(op.Media)
	}
	p.indent++
	for _, f := range op.Props {
		p.raw(",")
		p.close("")
		p.tabs(p.indent)
		p.raw("_sg.Prop(", strconv.Quote(f.Name), ",")
		if f.Text == nil && !f.Call {
			p.arg(f.X)
		} else {
			p.raw(" ")
			p.value(f)
		}
		p.raw(")")
	}
	p.indent--
	p.close(")")
}
