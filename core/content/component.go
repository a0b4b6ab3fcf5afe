package content

import (
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"sitegen.dev/core/diag"
)

// Props tells what a layout accepts: the Go type of the prop that an attribute sets, as its source spells it ("string",
// "[]string", "time.Time"; "" where that is not known), and whether there is one.
type Props func(attribute string) (goType string, ok bool)

// Page is a Markdown document as a component.
type Page struct {
	Source []byte // .gosite text

	name  string
	lines []origin // of each line of Source
}

// origin says what of the Markdown file a line of a Page comes from.
type origin struct {
	col   int        // where the value begins in the line; what stands before it is the key's
	key   diag.Range // zero: nothing the author wrote
	value diag.Range
}

// Component makes a component of d. The keys of the front matter become attributes of the layout with Go literals as
// values, so that the compiler checks them against its props: texts, numbers, booleans, lists and maps of them; a date is
// passed as time.Time where the prop is one, else as it was written. A prop Headings gets []site.Heading, a prop
// Frontmatter gets everything as map[string]any, and only then are keys without a prop left out: otherwise they are passed
// as well, for the compiler to refuse them by name. The content goes into the default slot.
//
// Without a layout the page is a small HTML document. The key layout itself and draft are never passed on.
func Component(d *Document, props Props) (*Page, []diag.Diagnostic) {
	if props == nil {
		props = func(string) (string, bool) { return "", false }
	}
	b := &builder{page: &Page{name: d.Name}}
	if d.Layout == "" {
		b.document(d)
	} else {
		b.layout(d, props)
	}
	b.page.Source = []byte(b.text.String())
	return b.page, b.list.Sorted()
}

// Range gives the place in the Markdown file that a place in Source comes from: the key or value of the front matter, the
// value of layout, or the beginning of the text. What is not of this file comes back as it is, so that every diagnostic
// of a build can be passed through.
func (p *Page) Range(r diag.Range) diag.Range {
	if r.File != p.name || r.Line < 1 || r.Line > len(p.lines) {
		return r
	}
	o := p.lines[r.Line-1]
	if o.key == o.value || r.Col >= o.col {
		return o.value
	}
	return o.key
}

type builder struct {
	page *Page
	text strings.Builder
	list diag.List
}

// line appends a line that comes from one place.
func (b *builder) line(at diag.Range, text string) {
	b.text.WriteString(text + "\n")
	b.page.lines = append(b.page.lines, origin{key: at, value: at})
}

// attribute appends a line name={value}.
func (b *builder) attribute(key, value diag.Range, name, code string) {
	b.text.WriteString("\t" + name + "={" + code + "}\n")
	b.page.lines = append(b.page.lines, origin{col: len(name) + 4, key: key, value: value})
}

func (b *builder) layout(d *Document, props Props) {
	at, body := diag.Range{Pos: diag.Pos{File: d.Name, Line: 1}}, diag.Range{Pos: d.body}
	if f := d.Field("layout"); f != nil {
		at = f.ValueAt
	}
	_, all := props("Frontmatter")
	type attribute struct {
		f    *Field
		code string
	}
	var attributes []attribute
	usesTime := false
	for i := range d.Front {
		f := &d.Front[i]
		if f.Key == "layout" || f.Key == "draft" || f.Value == nil {
			continue
		}
		typ, ok := props(f.Key)
		if !ok && all {
			continue
		}
		if !attributeName(f.Key) {
			b.list.Error("SG5023", f.KeyAt, fmt.Sprintf("%q cannot be the name of a prop", f.Key), "rename the key, or declare a prop Frontmatter map[string]any in the layout")
			continue
		}
		l := literal{}
		code := l.write(f.Node, typ)
		if l.problem != "" {
			b.list.Error("SG5023", f.ValueAt, f.Key+" "+l.problem, "declare a prop Frontmatter map[string]any in the layout to pass it on as it is")
			continue
		}
		usesTime = usesTime || l.usesTime
		attributes = append(attributes, attribute{f, code})
	}

	b.line(at, "---")
	b.line(at, "import Layout "+strconv.Quote(d.Layout))
	if usesTime {
		b.line(at, `import "time"`)
	}
	b.line(at, "---")
	b.line(at, "<Layout")
	for _, a := range attributes {
		b.attribute(a.f.KeyAt, a.f.ValueAt, a.f.Key, a.code)
	}
	if _, ok := props("Headings"); ok && d.Field("headings") == nil {
		var list strings.Builder
		for _, h := range d.Headings {
			fmt.Fprintf(&list, "{Depth: %d, ID: %s, Text: %s}, ", h.Depth, strconv.Quote(h.ID), strconv.Quote(h.Text))
		}
		b.attribute(at, at, "headings", "[]site.Heading{"+strings.TrimSuffix(list.String(), ", ")+"}")
	}
	if all {
		var list strings.Builder
		for i := range d.Front {
			f := &d.Front[i]
			l := literal{}
			fmt.Fprintf(&list, "%s: %s, ", strconv.Quote(f.Key), l.write(f.Node, "any"))
			if l.problem != "" {
				b.list.Error("SG5023", f.ValueAt, f.Key+" "+l.problem, "write it as a text, in quotes")
			}
		}
		b.attribute(at, at, "frontmatter", "map[string]any{"+strings.TrimSuffix(list.String(), ", ")+"}")
	}
	b.line(at, ">")
	b.line(body, "<Fragment set:html={site.Raw("+strconv.Quote(d.HTML)+")} />")
	b.line(at, "</Layout>")
}

func (b *builder) document(d *Document) {
	at, body := diag.Range{Pos: diag.Pos{File: d.Name, Line: 1}}, diag.Range{Pos: d.body}
	lang, title := d.Lang, d.Title
	if lang == "" {
		lang = "en"
	}
	if title == "" && len(d.Headings) > 0 {
		title = d.Headings[0].Text
	}
	if title == "" {
		title = strings.TrimSuffix(path.Base(d.Name), path.Ext(d.Name))
	}
	b.line(at, "<!doctype html>")
	b.line(at, "<html lang={"+strconv.Quote(lang)+"}>")
	b.line(at, "<head>")
	b.line(at, `<meta charset="utf-8">`)
	b.line(at, `<meta name="viewport" content="width=device-width, initial-scale=1">`)
	b.line(at, "<title>{"+strconv.Quote(title)+"}</title>")
	if d.Description != "" {
		b.line(at, `<meta name="description" content={`+strconv.Quote(d.Description)+"}>")
	}
	b.line(at, "</head>")
	b.line(at, "<body>")
	b.line(body, "<main set:html={site.Raw("+strconv.Quote(d.HTML)+")} />")
	b.line(at, "</body>")
	b.line(at, "</html>")
}

// attributeName says whether a key can stand as an attribute.
func attributeName(key string) bool {
	for i := 0; i < len(key); i++ {
		if c := key[i]; !word(c) && c != '-' || c >= 0x80 || i == 0 && !letter(c) {
			return false
		}
	}
	return key != ""
}

// literal writes YAML values as Go.
type literal struct {
	usesTime bool
	problem  string // what cannot be written
}

// write gives a value of Go type typ; "" means the type that suits the value best.
func (l *literal) write(n *yaml.Node, typ string) string {
	for n.Kind == yaml.AliasNode {
		n = n.Alias // yaml.v3 has refused those that contain themselves
	}
	switch n.Kind {
	case yaml.SequenceNode:
		return l.list(n, typ)
	case yaml.MappingNode:
		return l.mapping(n, typ)
	}
	switch {
	case typ == "string" || n.Tag == "!!str" || n.Tag == "!!binary":
		return strconv.Quote(n.Value)
	case n.Tag == "!!null":
		return "nil"
	case n.Tag == "!!bool":
		var v bool
		n.Decode(&v)
		return strconv.FormatBool(v)
	case n.Tag == "!!int":
		var v any
		n.Decode(&v)
		switch v := v.(type) {
		case int, int64, uint64:
			return fmt.Sprint(v)
		}
		return l.fail("is a number that Go cannot hold")
	case n.Tag == "!!float":
		var v float64
		n.Decode(&v)
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return l.fail("is no finite number")
		}
		s := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s
	case n.Tag == "!!timestamp":
		var v time.Time
		if err := n.Decode(&v); err != nil || typ != "time.Time" {
			return strconv.Quote(n.Value)
		}
		l.usesTime = true
		v = v.UTC()
		return fmt.Sprintf("time.Date(%d, %d, %d, %d, %d, %d, %d, time.UTC)", v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), v.Nanosecond())
	}
	return l.fail("has the type " + n.Tag + ", which a prop cannot have")
}

func (l *literal) fail(problem string) string {
	l.problem = problem
	return "nil"
}

func (l *literal) list(n *yaml.Node, typ string) string {
	elem, ok := element(typ, "[]")
	if !ok {
		elem = common(n.Content)
	}
	parts := make([]string, len(n.Content))
	for i, c := range n.Content {
		parts[i] = l.write(c, elem)
	}
	return "[]" + elem + "{" + strings.Join(parts, ", ") + "}"
}

// element gives the element type of a list or map as the page can write it: a type of the layout's own is qualified, one
// of a package that only the layout imports is not to be had.
func element(typ, prefix string) (string, bool) {
	elem, ok := strings.CutPrefix(typ, prefix)
	name := strings.TrimLeft(elem, "*[]")
	switch {
	case !ok || name == "":
		return "", false
	case 'A' <= name[0] && name[0] <= 'Z' && !strings.Contains(name, "."):
		return strings.TrimSuffix(elem, name) + "Layout." + name, true
	case strings.Contains(name, ".") && name != "time.Time", strings.HasPrefix(elem, "*"):
		return "", false
	}
	return elem, true
}

// common gives the Go type that all of a list's values have.
func common(nodes []*yaml.Node) string {
	typ := ""
	for _, n := range nodes {
		t := map[string]string{"!!str": "string", "!!timestamp": "string", "!!int": "int", "!!float": "float64", "!!bool": "bool"}[n.Tag]
		switch {
		case n.Kind != yaml.ScalarNode || t == "":
			return "any"
		case typ == "" || typ == t:
			typ = t
		case typ == "int" && t == "float64" || typ == "float64" && t == "int":
			typ = "float64"
		default:
			return "any"
		}
	}
	if typ == "" {
		return "string" // an empty list
	}
	return typ
}

func (l *literal) mapping(n *yaml.Node, typ string) string {
	elem, ok := element(typ, "map[string]")
	if !ok {
		elem = "any"
	}
	var parts []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind != yaml.ScalarNode || k.Tag == "!!merge" {
			return l.fail("has a key that is no text")
		}
		parts = append(parts, strconv.Quote(k.Value)+": "+l.write(n.Content[i+1], elem))
	}
	return "map[string]" + elem + "{" + strings.Join(parts, ", ") + "}"
}
