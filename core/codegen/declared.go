package codegen

import (
	"path"
	"slices"
	"sort"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/internal/attrname"
	"sitegen.dev/core/syntax"
)

// PropInfo is a prop that a component declares, for editors and documentation.
type PropInfo struct {
	Name     string // as an attribute: "imageUrl"
	Field    string // of Props: "ImageURL"
	Type     string // as the source writes it
	Default  string // as a Go expression, "" where there is none
	Tag      string // the name that a prop tag gives, or ""
	Required bool
	Rest     bool
	Doc      string      // the comment above or behind the field
	At       syntax.Span // the name of the field
	Of       *Component  // that declares it: another one where Props embeds its Props
}

// propsInfo gives the fields of Props, behind them those of the Props of another component that it embeds or is.
func (c *Component) propsInfo() *structInfo {
	if c.flat != nil {
		return c.flat
	}
	c.flat = &structInfo{}
	own := c.front.props
	if own == nil {
		return c.flat
	}
	*c.flat = *own
	c.flat.Fields = nil
	for _, f := range own.Fields {
		f.Of = c
		c.flat.Fields = append(c.flat.Fields, f)
	}
	c.flat.Open = false
	types, path := own.Embedded, "Props."
	if own.Same != "" {
		types, path = []embedded{{Type: own.Same}}, ""
	}
	for _, t := range types {
		from := c.propsOf(t)
		if from == nil {
			c.flat.Open = true // the struct of a Go package
			continue
		}
		inner := from.propsInfo()
		c.flat.Open = c.flat.Open || inner.Open
		for _, f := range inner.Fields {
			hidden := func(o fieldInfo) bool {
				return o.Rest && f.Rest || !o.Rest && !f.Rest && foldName(o.attr()) == foldName(f.attr())
			}
			if !slices.ContainsFunc(c.flat.Fields, hidden) {
				f.Path = path + f.Path
				c.flat.Fields = append(c.flat.Fields, f)
			}
		}
	}
	return c.flat
}

// propsOf gives the component whose Props an embedded field is, or nil where it is another struct.
func (c *Component) propsOf(t embedded) *Component {
	name, isProps := strings.CutSuffix(t.Type, ".Props")
	link := c.links.comps[name]
	if !isProps || link == nil || link.c == nil || link.c == c {
		return nil
	}
	return link.c
}

// Props lists the props that a component declares in the order of the source.
func (c *Component) Props() []PropInfo {
	all := c.AllProps()
	return slices.DeleteFunc(all, func(p PropInfo) bool { return p.Of != c })
}

// AllProps lists the props of a component, and behind them those of other components whose Props it embeds.
func (c *Component) AllProps() []PropInfo {
	var out []PropInfo
	for _, f := range c.propsInfo().Fields {
		out = append(out, PropInfo{
			Name: f.attr(), Field: f.Name, Type: f.Type, Default: f.Default, Tag: f.Prop, Required: f.Required, Rest: f.Rest,
			Doc: docOf(f.Of.file.Src, f.At), At: f.At, Of: f.Of,
		})
	}
	return out
}

// Prop finds the prop that an attribute of any spelling sets.
func (c *Component) Prop(attribute string) (PropInfo, bool) {
	switch attribute {
	case "class:list":
		attribute = "class"
	case "style:list":
		attribute = "style"
	}
	f := c.propsInfo().field(attribute)
	if f == nil || f.Rest {
		return PropInfo{}, false
	}
	for _, p := range c.AllProps() {
		if p.Field == f.Name && p.Of == f.Of {
			return p, true
		}
	}
	return PropInfo{}, false
}

// OpenProps says whether the component may have props that its source does not show: its Props embed or name another
// type, or a rest prop takes any attribute.
func (c *Component) OpenProps() bool {
	info := c.front.props
	return info != nil && (info.Open || slices.ContainsFunc(info.Fields, func(f fieldInfo) bool { return f.Rest }))
}

// SlotInfo is a slot of a component, for editors and documentation.
type SlotInfo struct {
	Name   string // as slot="…" has it; "" for the default slot
	Field  string // of Slots
	Params string // of a slot with arguments, "row T, n int"; "" without
	Doc    string
	At     syntax.Span // where it is declared: a field of Slots, or the first <slot>; may be empty
}

// Slots lists the slots of a component.
func (c *Component) Slots() []SlotInfo {
	var out []SlotInfo
	for _, f := range c.slotInfo().Fields {
		s := SlotInfo{Name: attrname.Of(f.Name), Field: f.Name, Params: f.Params, At: f.At}
		if f.Name == "Default" {
			s.Name = ""
		}
		if c.front.slots != nil {
			s.Doc = docOf(c.file.Src, f.At)
		}
		if s.At.Empty() {
			eachElement(c.file.Nodes, func(e *syntax.Element) {
				if a := attr(e, "name"); e.Kind == syntax.Slot && s.At.Empty() &&
					(a == nil && s.Name == "" || a != nil && exportName(a.Value.Text(c.file.Src)) == f.Name) {
					s.At = e.NameSpan
				}
			})
		}
		out = append(out, s)
	}
	return out
}

// Slot finds the slot that slot="name" fills; "" is the default slot.
func (c *Component) Slot(name string) (SlotInfo, bool) {
	for _, s := range c.Slots() {
		if s.Name == name || name != "" && foldName(s.Field) == foldName(name) {
			return s, true
		}
	}
	return SlotInfo{}, false
}

// Resolve gives the component that a tag of c means, or nil.
func (c *Component) Resolve(tag string) *Component {
	if tag == "Self" {
		return c
	}
	dir, name, ok := strings.Cut(tag, ".")
	if !ok {
		if k := c.links.comps[tag]; k != nil {
			return k.c
		}
		return nil
	}
	if d := c.links.dirs[dir]; d != nil && d.comps[name] != nil {
		return d.comps[name].c
	}
	return nil
}

// Tags lists the tags that mean a component in c, sorted.
func (c *Component) Tags() []string {
	var out []string
	for name := range c.links.comps {
		out = append(out, name)
	}
	for dir, d := range c.links.dirs {
		for name := range d.comps {
			out = append(out, dir+"."+name)
		}
	}
	sort.Strings(out)
	return out
}

// ImportAt gives the component whose import path stands at the byte off of the fence, and the span of the path with its
// quotes.
func (c *Component) ImportAt(off int) (*Component, syntax.Span) {
	for _, s := range c.front.imports {
		if off < s.At.Start || s.At.End < off {
			continue
		}
		for _, k := range c.links.comps {
			if k.spec == s {
				return k.c, s.Lit
			}
		}
	}
	return nil, syntax.Span{}
}

// ImportSpecs lists the spans of the import paths of the fence, with their quotes, and their values.
func (c *Component) ImportSpecs() []syntax.Span {
	var out []syntax.Span
	for _, s := range c.front.imports {
		out = append(out, s.Lit)
	}
	return out
}

// ImportPathTo gives the path by which c would import another component.
func (c *Component) ImportPathTo(d *Component) string {
	if d.External {
		return d.Path
	}
	return relPath(c.dir, d.Path)
}

// Imported says whether a name is taken by an import of the fence.
func (c *Component) Imported(name string) bool {
	return (&frontReader{c: c, f: c.front}).importsName(name)
}

// Names lists what the fence declares, each with the place of its name: package scope first, then variables.
func (c *Component) Names() map[string]syntax.Span {
	out := map[string]syntax.Span{}
	for _, v := range c.front.vars {
		out[v.Name] = v.At
	}
	for name, at := range c.front.declared {
		out[name] = at
	}
	return out
}

// SamePropName says whether an attribute means the prop field, by the rule of the language: without case, - and _.
func SamePropName(attribute, field string) bool { return foldName(attribute) == foldName(field) }

// AttributeName is how the field of a prop is written as an attribute: "ImageURL" becomes "imageURL".
func AttributeName(field string) string { return attrname.Of(field) }

// FieldName is the field that an attribute of this name sets where nothing else says so: "image-url" becomes "ImageUrl".
func FieldName(attribute string) string { return exportName(attribute) }

// BySourceDir gives the component whose generated package lies in a directory below the module root, or nil.
func (p *Program) BySourceDir(dir string) *Component {
	for _, c := range p.Components {
		if c.Dir == path.Clean(dir) {
			return c
		}
	}
	return nil
}

// ExplainGo gives a message of a Go type checker, of which only the place and the text are known, the code, wording and
// hint that it has in MapGoOutput.
func (p *Program) ExplainGo(d diag.Diagnostic) diag.Diagnostic {
	if d.Code == "" {
		d.Code = "SG2050"
	}
	text, more, _ := strings.Cut(d.Message, "\n")
	d.Message = text
	var lines []string
	for l := range strings.SplitSeq(more, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	classify(&d, lines)
	p.explain(&d)
	return d
}

// Doc is what the author says of the component: the comment above its Props, or the one that the fence begins with if it
// stands above the imports or for itself.
func (c *Component) Doc() string {
	if c.file.Fence == nil {
		return ""
	}
	for _, it := range c.file.Fence.Items {
		if it.Kind == syntax.ItemType && it.Name == "Props" && !it.Doc.Empty() {
			return docOf(c.file.Src, it.Span)
		}
	}
	body := strings.TrimLeft(c.file.Fence.Body.Text(c.file.Src), " \t\r\n")
	var doc []string
	for line := range strings.Lines(body) {
		text, ok := strings.CutPrefix(strings.TrimSpace(line), "//")
		if !ok {
			if text != "" && !strings.HasPrefix(text, "import") {
				return "" // the comment is about what follows
			}
			break
		}
		doc = append(doc, strings.TrimSpace(text))
	}
	return strings.Join(doc, "\n")
}

// docOf gives the comment above a name, which stands alone on its lines, or the one behind it on its line.
func docOf(src []byte, name syntax.Span) string {
	start := name.Start
	for start > 0 && src[start-1] != '\n' {
		start--
	}
	var doc []string
	for end := start; end > 0; {
		line := end - 1
		for line > 0 && src[line-1] != '\n' {
			line--
		}
		text, ok := strings.CutPrefix(strings.TrimSpace(string(src[line:end])), "//")
		if !ok {
			break
		}
		doc = append([]string{strings.TrimSpace(text)}, doc...)
		end = line
	}
	if len(doc) > 0 {
		return strings.Join(doc, "\n")
	}
	end := name.End
	for end < len(src) && src[end] != '\n' {
		end++
	}
	line, comment := string(src[name.End:end]), ""
	if i := strings.LastIndex(line, "//"); i >= 0 && strings.Count(line[:i], "`")%2 == 0 && strings.Count(line[:i], `"`)%2 == 0 {
		comment = strings.TrimSpace(line[i+2:])
	}
	return comment
}

// SourceFile gives the file of another module's component on disk; for the site's own components it is "".
func (c *Component) SourceFile() string {
	if !c.External {
		return ""
	}
	return c.assetFS + "/" + path.Base(c.Path)
}
