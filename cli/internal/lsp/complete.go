package lsp

import (
	"cmp"
	"context"
	"fmt"
	"go/token"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/syntax"
)

func (s *server) complete(ctx context.Context, c *cursor) (any, error) {
	if c.an == nil || c.an.component(c.doc.path) == nil {
		return nil, nil
	}
	comp := c.an.component(c.doc.path)
	p := spotAt(comp.File(), c.off)
	list := &completer{server: s, c: c, comp: comp, spot: p, items: []completionItem{}}
	if property, start, ok := styleAt(comp.File(), c.off); ok {
		list.spot = spot{kind: inText, start: start}
		list.styles(property)
		return completionList{Items: list.items}, nil
	}
	switch p.kind {
	case inTagName:
		list.tags()
	case inAttrName:
		list.attributes()
	case inAttrValue:
		list.values()
	case inImport:
		typed := string(comp.File().Src[p.start:c.off])
		if typed == "" || typed[0] == '.' {
			list.imports()
		}
		if typed == "" || typed[0] != '.' {
			list.packages(ctx)
		}
	case inEndTag:
		list.endTag()
	case inGo:
		return s.completeGo(ctx, c, comp)
	case inText:
		if openBrace(comp.File().Src, c.off) {
			return s.completeGo(ctx, c, comp)
		}
	}
	return completionList{Items: list.items}, nil
}

type completer struct {
	server *server
	c      *cursor
	comp   *codegen.Component
	spot   spot
	items  []completionItem
}

func (l *completer) add(i completionItem, insert string) {
	i.TextEdit = &textEdit{l.c.doc.text.span(syntax.Span{Start: l.spot.start, End: l.end()}), insert}
	i.FilterText = i.Label
	l.items = append(l.items, i)
}

// end is where the word that is typed ends.
func (l *completer) end() int {
	switch {
	case l.spot.kind == inTagName && l.spot.elem != nil:
		return max(l.c.off, l.spot.elem.NameSpan.End)
	case l.spot.kind == inAttrName && l.spot.attr != nil:
		return max(l.c.off, l.spot.attr.NameSpan.End)
	case l.spot.kind == inAttrValue:
		return max(l.c.off, l.spot.attr.Value.End)
	}
	return l.c.off
}

// tags offers components: those that are imported, and others with their import.
func (l *completer) tags() {
	known := map[*codegen.Component]bool{}
	for _, tag := range l.comp.Tags() {
		d := l.comp.Resolve(tag)
		known[d] = true
		l.tag(tag, d, nil, "1")
	}
	for _, d := range l.c.an.program.Components {
		switch {
		case known[d] || d == l.comp || d.External || strings.HasSuffix(d.Path, ".md") || strings.HasPrefix(d.Path, l.c.an.layout.Src+"/pages/"):
			continue
		case l.comp.Imported(d.Name) || d.Name == "" || d.Name[0] < 'A' || d.Name[0] > 'Z':
			continue
		}
		edit := importEdit(l.comp.File(), l.c.doc.text, d.Name+" "+fmt.Sprintf("%q", l.comp.ImportPathTo(d)))
		l.tag(d.Name, d, []textEdit{edit}, "2")
	}
	for _, w := range specialTags {
		l.add(completionItem{Label: w.name, Kind: itemKeyword, Documentation: markup{"markdown", w.doc}, SortText: "3" + w.name}, w.name)
	}
	for _, name := range htmlNames {
		l.add(completionItem{Label: name, Kind: itemProperty, Documentation: markup{"markdown", elementDoc(name)}, SortText: "4" + name}, name)
	}
}

// endTag offers the only name that an end tag can have.
func (l *completer) endTag() {
	insert := l.spot.elem.Name
	if src := l.comp.File().Src; l.c.off == len(src) || src[l.c.off] != '>' {
		insert += ">"
	}
	l.add(completionItem{Label: "/" + l.spot.elem.Name, Kind: itemProperty}, insert)
	l.items[0].FilterText = l.spot.elem.Name
}

func (l *completer) tag(name string, d *codegen.Component, more []textEdit, order string) {
	detail := d.Path
	if more != nil {
		detail = "import " + detail
	}
	l.add(completionItem{Label: name, Kind: itemClass, Detail: detail, Documentation: markup{"markdown", describe(name, d)},
		SortText: order + name, AdditionalEdits: more}, name)
}

// importEdit adds an import to the frontmatter, behind the last one, and makes a frontmatter where there is none.
func importEdit(f *syntax.File, t *text, spec string) textEdit {
	c := importChange(f, spec)
	if strings.Contains(string(t.b), "\r\n") {
		c.text = strings.ReplaceAll(c.text, "\n", "\r\n")
	}
	return textEdit{t.span(c.span), c.text}
}

func importChange(f *syntax.File, spec string) change {
	if f.Fence == nil {
		return insert(byteOrderMark(f.Src), "---\nimport "+spec+"\n---\n\n")
	}
	at := f.Fence.Body.Start
	for _, it := range f.Fence.Items {
		if it.Kind == syntax.ItemImport {
			at = it.End
			for at < len(f.Src) && f.Src[at] != '\n' {
				at++
			}
			at = min(at+1, len(f.Src))
		}
	}
	for at < len(f.Src) && at > 0 && f.Src[at-1] != '\n' && f.Src[at] != '\n' {
		at++
	}
	if at > 0 && at < len(f.Src) && f.Src[at-1] != '\n' {
		at++
	}
	return insert(at, "import "+spec+"\n")
}

// byteOrderMark is how many bytes of a text are the mark that some editors put in front.
func byteOrderMark(src []byte) int {
	if strings.HasPrefix(string(src[:min(3, len(src))]), "\ufeff") {
		return 3
	}
	return 0
}

// attributes offers the props of a component, and what the language has of its own.
func (l *completer) attributes() {
	e := l.spot.elem
	given := map[string]bool{}
	for i := range e.Attrs {
		if a := &e.Attrs[i]; a != l.spot.attr {
			given[a.Name] = true
		}
	}
	hasValue := l.spot.attr != nil && l.spot.attr.Kind != syntax.AttrBare
	if e.Kind == syntax.Component {
		if d := l.comp.Resolve(e.Name); d != nil {
			l.props(d, given, hasValue)
		}
		if l.isModule(e.Name) {
			for _, when := range []string{"client:load", "client:idle", "client:visible", "client:only"} {
				l.directive(given, hasValue, when, "")
			}
			l.directive(given, hasValue, "client:media", `="($1)"`)
		} else {
			l.directive(given, hasValue, "server:defer", "")
			l.directive(given, hasValue, "server:async", "")
		}
		if e.Name == "Element" {
			l.directive(given, hasValue, "is", `={$1}`)
		}
	} else {
		l.directive(given, hasValue, "class:list", `{"${1:name}"}`)
		l.directive(given, hasValue, "style:list", `{"${1:property}": ${2:value}}`)
		l.directive(given, hasValue, "set:html", `{$1}`)
		l.directive(given, hasValue, "set:text", `{$1}`)
		if strings.Contains(e.Name, "-") { // a custom element that a script of the site defines
			for _, when := range []string{"client:load", "client:idle", "client:visible"} {
				l.directive(given, hasValue, when, "")
			}
		}
		for _, name := range slices.Concat(htmlAttributes[e.Name], htmlAttributes[""]) {
			if given[name] {
				continue
			}
			insert := name
			if !hasValue && !bareAttributes[name] {
				insert += l.snippet(`="$1"`, "")
			}
			i := completionItem{Label: name, Kind: itemProperty, SortText: "5" + name}
			if doc := directiveDocs[name]; doc != "" {
				i.Documentation = markup{"markdown", doc}
			}
			l.add(l.formatted(i), insert)
		}
	}
	if e.Kind == syntax.Slot {
		l.directive(given, hasValue, "name", `="$1"`)
		l.directive(given, hasValue, "args", `={$1}`)
	}
	if l.spot.outer != nil {
		l.directive(given, hasValue, "slot", `="$1"`)
	}
}

// isModule says whether a tag means a module for the browser: an import of a script under a name.
func (l *completer) isModule(tag string) bool {
	for _, lit := range l.comp.ImportSpecs() {
		if name := importName(l.comp.File().Src, lit); name.Text(l.comp.File().Src) == tag {
			switch path.Ext(strings.Trim(lit.Text(l.comp.File().Src), "\"`")) {
			case ".ts", ".tsx", ".js", ".jsx", ".mjs":
				return true
			}
		}
	}
	return false
}

// constantsOf gives the texts that a prop's type has names for: const Loud Tone = "loud" beside type Tone string.
func constantsOf(p codegen.PropInfo) []string {
	var out []string
	src := p.Of.File().Src
	for _, it := range fenceItems(p.Of.File()) {
		if it.Kind == syntax.ItemConst && token.IsIdentifier(p.Type) {
			for _, m := range regexp.MustCompile(`(?m)\b\w+\s+`+p.Type+`\s*=\s*"([^"\n\\]*)"`).FindAllStringSubmatch(it.Text(src), -1) {
				out = append(out, m[1])
			}
		}
	}
	return out
}

// snippet gives the text to insert where the editor understands snippets, else the plain one.
func (l *completer) snippet(snippet, plain string) string {
	if l.server.snippets {
		return snippet
	}
	return plain
}

func (l *completer) formatted(i completionItem) completionItem {
	if l.server.snippets {
		i.InsertFormat = snippetFormat
	}
	return i
}

func (l *completer) directive(given map[string]bool, hasValue bool, name, value string) {
	if given[name] {
		return
	}
	if strings.HasPrefix(value, "{") {
		value = "=" + value
	}
	if hasValue {
		value = ""
	}
	l.add(l.formatted(completionItem{Label: name, Kind: itemKeyword, Documentation: markup{"markdown", directiveDocs[name]}, SortText: "3" + name}), name+l.snippet(value, ""))
}

func (l *completer) props(d *codegen.Component, given map[string]bool, hasValue bool) {
	set := map[string]bool{}
	for name := range given {
		if p, ok := d.Prop(name); ok {
			set[p.Name] = true
		}
	}
	for _, p := range d.AllProps() {
		if p.Rest || set[p.Name] || p.Field == "" || p.Field[0] >= 'a' && p.Field[0] <= 'z' {
			continue
		}
		order := "2"
		if p.Required {
			order = "1"
		}
		value := `={$1}`
		switch {
		case hasValue:
			value = ""
		case p.Type == "string":
			value = `="$1"`
		case p.Type == "bool":
			value = ""
		}
		l.add(l.formatted(completionItem{Label: p.Name, Kind: itemField, Detail: propLine(p), Documentation: markup{"markdown", p.Doc}, SortText: order + p.Name, Preselect: p.Required}),
			p.Name+l.snippet(value, ""))
	}
}

// values offers the slots of a component, and names for the tags that take one.
func (l *completer) values() {
	a := l.spot.attr
	if isAddressName(a.Name) {
		for _, i := range l.c.an.addresses() {
			l.add(i, i.Label)
		}
		return
	}
	switch {
	case a.Name == "slot" && l.spot.outer != nil:
		if d := l.comp.Resolve(l.spot.outer.Name); d != nil {
			for _, s := range d.Slots() {
				if s.Name != "" {
					l.add(completionItem{Label: s.Name, Kind: itemValue, Detail: slotLine(s), Documentation: markup{"markdown", s.Doc}}, s.Name)
				}
			}
		}
	case l.spot.elem.Kind == syntax.HTML:
		for _, v := range valuesOf(l.spot.elem.Name, a.Name) {
			l.add(completionItem{Label: v, Kind: itemValue}, v)
		}
	case l.spot.elem.Kind == syntax.Component:
		if d := l.comp.Resolve(l.spot.elem.Name); d != nil {
			if p, ok := d.Prop(a.Name); ok {
				for _, v := range constantsOf(p) {
					l.add(completionItem{Label: v, Kind: itemValue, Detail: p.Type}, v)
				}
			}
		}
	case a.Name == "name" && l.spot.elem.Kind == syntax.Slot:
		for _, s := range l.comp.Slots() {
			if s.Name != "" {
				l.add(completionItem{Label: s.Name, Kind: itemValue, Detail: slotLine(s)}, s.Name)
			}
		}
	}
}

// imports offers the components of the site by their relative paths.
func (l *completer) imports() {
	end := l.c.off
	src := l.comp.File().Src
	for end < len(src) && src[end] != '"' && src[end] != '\n' {
		end++
	}
	for _, d := range l.c.an.program.Components {
		if d == l.comp || d.External || strings.HasSuffix(d.Path, ".md") || strings.HasPrefix(d.Path, l.c.an.layout.Src+"/pages/") {
			continue
		}
		p := l.comp.ImportPathTo(d)
		l.items = append(l.items, completionItem{Label: p, Kind: itemFile, FilterText: p, SortText: strings.Repeat("~", strings.Count(p, "../")) + p,
			Documentation: markup{"markdown", describe(d.Name, d)},
			TextEdit:      &textEdit{l.c.doc.text.span(syntax.Span{Start: l.spot.start, End: end}), p}})
	}
}

// completeGo asks gopls. Where the Go is so incomplete that it has no place in the generated code, as in {}, a word is
// put there first.
func (s *server) completeGo(ctx context.Context, c *cursor, comp *codegen.Component) (any, error) {
	g := c.site.goDiagnostics()
	if g == nil || !g.show(c.an) {
		return nil, nil
	}
	an, off := c.an, c.off
	sh := g.of(comp, an)
	if sh == nil {
		return nil, nil
	}
	if _, _, ok := sh.at(off); !ok {
		an, sh = s.withWord(ctx, c, g)
		if sh == nil {
			return nil, nil
		}
		// What the document holds comes back with the next edit, or now.
		defer func() {
			g.show(c.an)
			go s.guard(c.site.typeCheck) // one that ran meanwhile has seen the word
		}()
	}
	var got completionList
	if !g.ask(ctx, "textDocument/completion", sh, off, map[string]any{"context": map[string]any{"triggerKind": 1}}, &got) {
		return nil, nil
	}
	out := completionList{Incomplete: got.Incomplete, Items: []completionItem{}}
	word := syntax.Span{Start: wordStart(c.doc.text.b, off), End: off}
	for _, it := range got.Items {
		if strings.HasPrefix(it.Label, "_sg") || it.Label == "_w" || it.Label == "Render" || it.Label == placeholder {
			continue
		}
		insert := cmp.Or(it.InsertText, it.Label)
		edit := word
		if it.TextEdit != nil {
			insert = it.TextEdit.NewText
			if span, ok := sh.virtual.SpanToSource(sh.text.offsets(it.TextEdit.Range)); ok && an == c.an {
				edit = span
			}
		}
		it.TextEdit = &textEdit{c.doc.text.span(edit), insert}
		it.Detail = plainGo(it.Detail)
		it.Command = nil
		var more []textEdit
		for _, spec := range addedImports(sh, it.AdditionalEdits) {
			more = append(more, importEdit(comp.File(), c.doc.text, spec))
		}
		it.AdditionalEdits = more
		out.Items = append(out.Items, it)
	}
	return out, nil
}

// placeholder is a word that stands for what has not been typed yet.
const placeholder = "sitegenCursor"

// withWord shows gopls the document with a word at the cursor.
func (s *server) withWord(ctx context.Context, c *cursor, g *gopls) (*analysis, *shown) {
	docs := map[string]*document{}
	for p, d := range c.an.docs {
		docs[p] = d
	}
	b := c.doc.text.b
	docs[c.doc.path] = &document{uri: c.doc.uri, path: c.doc.path, text: newText(slices.Concat(b[:c.off], []byte(placeholder), b[c.off:]))}
	c.site.mu.Lock()
	an := c.site.make(ctx, docs, c.an.serial)
	c.site.mu.Unlock()
	comp := an.component(c.doc.path)
	if comp == nil || !g.show(an) {
		return nil, nil
	}
	sh := g.of(comp, an)
	if sh == nil {
		return nil, nil
	}
	if _, _, ok := sh.at(c.off); !ok {
		return nil, nil
	}
	return an, sh
}

// describe tells what a component takes, in Markdown.
func describe(tag string, c *codegen.Component) string {
	var b strings.Builder
	fmt.Fprintf(&b, "```gosite\n<%s", tag)
	props := c.AllProps()
	for _, p := range props {
		if p.Required {
			fmt.Fprintf(&b, " %s", p.Name)
		}
	}
	b.WriteString(">\n```\n")
	if doc := c.Doc(); doc != "" {
		b.WriteString("\n" + doc + "\n")
	}
	for _, p := range props {
		if p.Rest {
			fmt.Fprintf(&b, "\n- any other attribute")
			continue
		}
		fmt.Fprintf(&b, "\n- `%s` `%s`", p.Name, p.Type)
		switch {
		case p.Required:
			b.WriteString(", required")
		case p.Default != "":
			fmt.Fprintf(&b, ", `%s` if not given", p.Default)
		}
		if p.Doc != "" {
			b.WriteString(": " + strings.ReplaceAll(p.Doc, "\n", " "))
		}
	}
	slots := c.Slots()
	sort.SliceStable(slots, func(i, j int) bool { return slots[i].Name < slots[j].Name })
	var names []string
	for _, s := range slots {
		names = append(names, "`"+cmp.Or(s.Name, "default")+"`")
	}
	if len(names) > 0 {
		b.WriteString("\n\nSlots: " + strings.Join(names, ", "))
	}
	b.WriteString("\n\n" + path.Clean(c.Path))
	return b.String()
}

func propLine(p codegen.PropInfo) string {
	s := p.Type
	switch {
	case p.Required:
		s += ", required"
	case p.Default != "":
		s += " = " + p.Default
	}
	return s
}

func slotLine(s codegen.SlotInfo) string {
	if s.Params != "" {
		return "slot with arguments (" + s.Params + ")"
	}
	return "slot"
}
