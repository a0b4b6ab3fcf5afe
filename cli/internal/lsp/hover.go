package lsp

import (
	"context"
	"path/filepath"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/syntax"
)

func (s *server) hover(ctx context.Context, c *cursor) (any, error) {
	comp := c.an.component(c.doc.path)
	if comp == nil {
		return nil, nil
	}
	show := func(span syntax.Span, text string) (any, error) {
		r := c.doc.text.span(span)
		return hover{markup{"markdown", text}, &r}, nil
	}
	if d, lit := comp.ImportAt(c.off); d != nil {
		return show(lit, describe(d.Name, d))
	}
	if _, p, span, ok := propAt(comp, c.off); ok {
		return show(span, describeProp(p))
	}
	f := comp.File()
	p := spotAt(f, c.off)
	switch p.kind {
	case inTagName:
		if p.elem == nil {
			return nil, nil
		}
		for _, w := range specialTags {
			if w.name == p.elem.Name {
				return show(p.elem.NameSpan, w.doc)
			}
		}
		if doc := elementDoc(p.elem.Name); doc != "" && p.elem.Kind == syntax.HTML {
			return show(p.elem.NameSpan, "`<"+p.elem.Name+">` "+doc)
		}
		if d := comp.Resolve(p.elem.Name); d != nil {
			return show(p.elem.NameSpan, describe(p.elem.Name, d))
		}
	case inAttrName:
		if p.attr != nil {
			if doc := directiveDocs[p.attr.Name]; doc != "" {
				return show(p.attr.NameSpan, doc)
			}
		}
	case inAttrValue:
		if d, slot, ok := slotAt(comp, p); ok {
			text := "slot `" + slot.Name + "` of " + d.Name
			if slot.Params != "" {
				text += ", with arguments `(" + slot.Params + ")`"
			}
			if slot.Doc != "" {
				text += "\n\n" + slot.Doc
			}
			return show(p.attr.Value, text)
		}
	case inGo, inImport:
		var h hover
		g := c.site.goDiagnostics()
		if g == nil || !g.show(c.an) {
			return nil, nil
		}
		sh := g.of(comp, c.an)
		if sh == nil || !g.ask(ctx, "textDocument/hover", sh, c.off, nil, &h) || h.Contents.Value == "" {
			return nil, nil
		}
		h.Contents.Value = plainGo(h.Contents.Value)
		if h.Range != nil {
			span, ok := sh.virtual.SpanToSource(sh.text.offsets(*h.Range))
			h.Range = nil
			if ok {
				r := c.doc.text.span(span)
				h.Range = &r
			}
		}
		return h, nil
	}
	return nil, nil
}

func describeProp(p codegen.PropInfo) string {
	s := "```go\n" + p.Field + " " + p.Type + "\n```\nprop `" + p.Name + "`"
	switch {
	case p.Rest:
		s = "```go\n" + p.Field + " " + p.Type + "\n```\ntakes all attributes that are no props"
	case p.Required:
		s += ", required"
	case p.Default != "":
		s += ", `" + p.Default + "` if not given"
	}
	if p.Doc != "" {
		s += "\n\n" + p.Doc
	}
	return s
}

// slotAt gives the slot that an attribute slot="…" names.
func slotAt(c *codegen.Component, p spot) (*codegen.Component, codegen.SlotInfo, bool) {
	if p.attr == nil || p.attr.Name != "slot" || p.outer == nil {
		return nil, codegen.SlotInfo{}, false
	}
	d := c.Resolve(p.outer.Name)
	if d == nil {
		return nil, codegen.SlotInfo{}, false
	}
	slot, ok := d.Slot(p.attr.Value.Text(c.File().Src))
	return d, slot, ok
}

func (s *server) definition(ctx context.Context, c *cursor) (any, error) {
	comp := c.an.component(c.doc.path)
	if comp == nil {
		return nil, nil
	}
	if d, _ := comp.ImportAt(c.off); d != nil {
		return c.an.place(d, syntax.Span{}), nil
	}
	f := comp.File()
	p := spotAt(f, c.off)
	switch p.kind {
	case inTagName:
		if p.elem == nil || p.elem.Kind != syntax.Component {
			return nil, nil
		}
		if d := comp.Resolve(p.elem.Name); d != nil {
			return c.an.place(d, syntax.Span{}), nil
		}
		return nil, nil
	case inAttrName, inAttrValue:
		if d, slot, ok := slotAt(comp, p); ok && !slot.At.Empty() {
			return c.an.place(d, slot.At), nil
		}
		if d, prop, _, ok := propAt(comp, c.off); ok {
			return c.an.place(d, prop.At), nil
		}
		if p.kind == inAttrValue && isAddress(p.attr) {
			if file := c.leadsTo(c.an.routes(), p.attr.Value.Text(f.Src)); file != "" {
				return location{URI: c.an.uri(file)}, nil
			}
		}
		return nil, nil
	case inImport:
		for _, lit := range comp.ImportSpecs() {
			if lit.Start <= c.off && c.off <= lit.End {
				name := strings.Trim(lit.Text(f.Src), "\"`")
				if strings.HasPrefix(name, ".") {
					file := filepath.Join(filepath.Dir(c.doc.path), filepath.FromSlash(name))
					return location{URI: c.an.uri(file)}, nil
				}
			}
		}
	}
	if d, prop, _, ok := propAt(comp, c.off); ok {
		return c.an.place(d, prop.At), nil
	}
	// The fence's own names are found without gopls too.
	g := c.site.goDiagnostics()
	if g != nil && g.show(c.an) {
		if sh := g.of(comp, c.an); sh != nil {
			for _, method := range []string{"textDocument/definition", "textDocument/typeDefinition"} {
				var found []location
				if !g.ask(ctx, method, sh, c.off, nil, &found) {
					continue
				}
				var out []location
				for _, l := range found {
					if h, ok := g.home(c.an, l); ok {
						out = append(out, h)
					}
				}
				if len(out) > 0 {
					return out, nil
				}
			}
		}
	}
	if p.kind == inGo {
		if w := c.doc.text.word(c.off); !w.Empty() {
			if at, ok := comp.Names()[w.Text(f.Src)]; ok && (w.Start == 0 || f.Src[w.Start-1] != '.') {
				return c.an.place(comp, at), nil
			}
		}
	}
	return nil, nil
}

// signatureHelp hands on what gopls says about the call around the cursor; it names no places.
func (s *server) signatureHelp(ctx context.Context, c *cursor) (any, error) {
	comp := c.an.component(c.doc.path)
	if comp == nil {
		return nil, nil
	}
	g := c.site.goDiagnostics()
	if g == nil || !g.show(c.an) {
		return nil, nil
	}
	sh := g.of(comp, c.an)
	var got map[string]any
	if sh == nil || !g.ask(ctx, "textDocument/signatureHelp", sh, c.off, nil, &got) || got == nil {
		return nil, nil
	}
	return got, nil
}
