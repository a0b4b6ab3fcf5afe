package codegen

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/syntax"
)

// svg makes the tag of an imported drawing known in c: <Logo class="big" /> is the drawing itself, in the page, where
// styles reach it. The import stays an image for everything else.
func (l *linker) svg(c *Component, e *syntax.Element) {
	i := slices.IndexFunc(c.links.assets, func(a assetVar) bool { return a.Name == e.Name && path.Ext(a.ID) == ".svg" })
	if i < 0 || c.links.comps[e.Name] != nil || c.links.broken[e.Name] {
		return
	}
	v := c.links.assets[i]
	d := l.p.byPath[v.ID]
	if d == nil {
		if d = l.drawing(c, v); d == nil {
			c.links.broken[e.Name] = true
			return
		}
	}
	c.links.comps[e.Name] = &compLink{name: e.Name, spec: importSpec{At: v.At, Lit: v.At}, c: d, pkg: "_sgDrawing" + e.Name, used: true}
}

// hasTag says whether the template has a tag of that name.
func (c *Component) hasTag(name string) bool {
	found := false
	eachElement(c.file.Nodes, func(e *syntax.Element) { found = found || e.Kind == syntax.Component && e.Name == name })
	return found
}

// drawing makes a component of an SVG file; nil where it is none that can be part of a page, which is reported.
func (l *linker) drawing(c *Component, v assetVar) *Component {
	at := c.file.Range(v.At)
	if l.in.ReadFile == nil || c.External {
		l.diags.Error("SG2041", at, "drawings of components in other Go modules cannot be tags in this version of sitegen", "write <img src={"+v.Name+".Src}>")
		return nil
	}
	data, err := l.in.ReadFile(l.in.ModuleDir + "/" + v.ID)
	if err != nil {
		l.diags.Error("SG7007", at, v.ID+" cannot be read", "correct the import, or create the file")
		return nil
	}
	source, err := inlineSVG(data, "s"+hash(v.ID, 3)+"-")
	if err != nil {
		l.diags.Error("SG5032", at, v.ID+" cannot be part of a page: "+err.Error(), "mend the drawing, or show it as a picture: <Image src={"+v.Name+"} alt=\"…\" />")
		return nil
	}
	tree, diags := syntax.Parse(v.ID, []byte(source))
	if len(diags) > 0 {
		l.diags.Error("SG5032", at, v.ID+" cannot be part of a page: "+diags[0].Message, "show it as a picture: <Image src={"+v.Name+"} alt=\"…\" />")
		return nil
	}
	enc := encodePath(v.ID, false)
	d := &Component{
		Path: v.ID, Dir: path.Join(l.in.GenDir, "ext", "svg", enc), ImportPath: path.Join(l.in.ModulePath, l.in.GenDir, "ext", "svg", enc),
		Name: v.Name, External: true, file: tree, dir: path.Dir(v.ID),
	}
	l.add(d)
	d.Package = packageName("svg" + path.Base(v.ID))
	return d
}

const (
	maxSVG      = 1 << 20 // bytes
	maxSVGDepth = 200
)

var (
	// svgURL is a reference to an id in the value of an attribute, svgEvent the element that an animation waits for.
	svgURL   = regexp.MustCompile(`url\(\s*(["']?)#([^"')]+)(["']?)\s*\)`)
	svgEvent = regexp.MustCompile(`([A-Za-z_][\w-]*)(\.[A-Za-z])`)
	// svgToken is what counts in a style for prefixIDs: comments and texts, addresses, hashes, and where selectors end.
	svgToken = regexp.MustCompile(`(?s)/\*.*?(?:\*/|$)|(?i:url)\(\s*(?:` + cssText + `|[^"')]*)\s*\)|` + cssText + `|[#{};]`)
)

const cssText = `"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'`

// inlineSVG writes an SVG file as the source of a component. What can run code is refused, what a page has no use for is left
// out: the XML declaration, comments, metadata, namespaces of drawing programs. Ids get a prefix, so that those of two drawings never
// meet, and so do the references to them. Styles of the drawing are scoped like those of any component. The attributes
// of the root can be set at the tag.
func inlineSVG(data []byte, prefix string) (string, error) {
	if len(data) > maxSVG {
		return "", errors.New("it is larger than a megabyte")
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Entity = map[string]string{} // none but those of XML: a file must not grow
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("it is not UTF-8") }
	w := &svgWriter{prefix: prefix}
	for {
		t, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", fmt.Errorf("it is no XML: %s", strings.TrimPrefix(err.Error(), "XML syntax error on "))
		}
		if err := w.token(t); err != nil {
			return "", err
		}
	}
	if !w.seen {
		return "", errors.New("it holds no <svg>")
	}
	return "---\ntype Props struct {\n\tRest site.Attrs `prop:\",rest\"`\n}\n---\n<svg {site.Merge(site.Attrs{" + strings.Join(w.root, ", ") + "}, props.Rest)...}>" +
		w.body.String() + "</svg>\n" + w.styles.String(), nil
}

type svgWriter struct {
	prefix string
	root   []string // entries of a Go map
	body   strings.Builder
	styles strings.Builder
	seen   bool
	open   []string // names of elements
	skip   int      // depth of an element that is left out
	style  bool     // inside <style>
	css    []byte   // of that <style>
}

// svgNamespace is the one that counts; files without any are taken as well.
const svgNamespace = "http://www.w3.org/2000/svg"

var errSVGStyle = errors.New("its style holds a tag")

func (w *svgWriter) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return w.start(t)
	case xml.EndElement:
		if w.skip > 0 {
			w.skip--
			return nil
		}
		name := w.open[len(w.open)-1]
		w.open = w.open[:len(w.open)-1]
		switch {
		case w.style:
			w.style = false
			if bytes.Contains(bytes.ToLower(w.css), []byte("</style")) { // comments may have stood in between
				return errSVGStyle
			}
			w.styles.WriteString("<style>" + prefixIDs(string(w.css), w.prefix) + "</style>\n")
		case len(w.open) > 0:
			w.body.WriteString("</" + name + ">")
		}
	case xml.CharData:
		switch {
		case w.skip > 0 || len(w.open) == 0:
		case w.style:
			w.css = append(w.css, t...)
		default:
			w.body.WriteString(escapeSVG(string(t)))
		}
	}
	return nil
}

func (w *svgWriter) start(t xml.StartElement) error {
	if w.skip > 0 {
		w.skip++
		return nil
	}
	name := t.Name.Local
	switch {
	case len(w.open) == 0 && (w.seen || name != "svg"):
		return errors.New("its root is not <svg>")
	case t.Name.Space != "" && t.Name.Space != svgNamespace, name == "metadata":
		w.skip = 1
		return nil
	case strings.EqualFold(name, "script"):
		return errors.New("it holds a <script>")
	case strings.EqualFold(name, "foreignObject"):
		return errors.New("it holds a <foreignObject>, which may hold anything")
	case w.style:
		return errSVGStyle
	case len(w.open) >= maxSVGDepth:
		return errors.New("its elements are nested too deeply")
	}
	if name == "style" {
		w.open, w.style, w.css = append(w.open, name), true, nil
		return nil
	}
	root := len(w.open) == 0
	w.seen = true
	w.open = append(w.open, name)
	if !root {
		w.body.WriteString("<" + name)
	}
	seen := map[string]bool{}
	for _, a := range t.Attr {
		name, value, keep, err := w.attr(a)
		if err != nil {
			return err
		}
		if !keep || seen[name] {
			continue
		}
		seen[name] = true
		if !root {
			w.body.WriteString(" " + name + `="` + escapeSVG(value) + `"`)
			continue
		}
		v := strconv.Quote(value)
		if name == "style" {
			v = "site.CSS(" + v + ")"
		}
		w.root = append(w.root, strconv.Quote(name)+": "+v)
	}
	if !root {
		w.body.WriteString(">")
	}
	return nil
}

// attr gives an attribute as HTML has it.
func (w *svgWriter) attr(a xml.Attr) (name, value string, keep bool, err error) {
	name, value = a.Name.Local, a.Value
	switch a.Name.Space {
	case "":
	case "http://www.w3.org/1999/xlink", "xlink":
		if name != "href" {
			return "", "", false, nil
		}
	case "xml", "http://www.w3.org/XML/1998/namespace":
		if name != "lang" {
			return "", "", false, nil
		}
	default: // declarations of namespaces, and what drawing programs keep for themselves
		return "", "", false, nil
	}
	lower := strings.ToLower(name)
	switch {
	case lower == "xmlns" || lower == "version":
		return "", "", false, nil
	case strings.HasPrefix(lower, "on"):
		return "", "", false, errors.New("it holds the event handler " + name)
	case lower == "href" || lower == "src":
		if scheme := badURL(value, CtxImage); scheme != "" {
			return "", "", false, errors.New("it holds an address that runs code")
		}
		if id, ok := strings.CutPrefix(value, "#"); ok {
			value = "#" + w.prefix + id
		}
	case name == "id":
		value = w.prefix + value
	case name == "aria-labelledby" || name == "aria-describedby":
		ids := strings.Fields(value)
		for i := range ids {
			ids[i] = w.prefix + ids[i]
		}
		value = strings.Join(ids, " ")
	case lower == "begin" || lower == "end":
		value = svgEvent.ReplaceAllString(value, w.prefix+"$1$2")
	case lower == "attributename" && (strings.EqualFold(value, "href") || strings.EqualFold(value, "xlink:href") || strings.HasPrefix(strings.ToLower(value), "on")):
		return "", "", false, errors.New("it animates an address or an event handler")
	default:
		value = svgURL.ReplaceAllString(value, "url(#"+w.prefix+"$2)")
	}
	return name, value, true, nil
}

// escapeSVG writes a text or value so that neither HTML nor the language of components reads anything else in it.
func escapeSVG(s string) string {
	return strings.NewReplacer("{", "&#123;", "}", "&#125;", "`", "&#96;").Replace(html.EscapeString(s))
}

// prefixIDs puts the prefix before the ids of a style: those in selectors, and those that addresses refer to. A hash in a
// declaration is a colour.
func prefixIDs(css, prefix string) string {
	var at []int       // where an id begins
	var selector []int // the same, should this be a selector
	for _, m := range svgToken.FindAllStringIndex(css, -1) {
		switch token := css[m[0]:m[1]]; token[0] {
		case '#':
			selector = append(selector, m[1])
		case '{':
			at, selector = append(at, selector...), nil
		case '}', ';':
			selector = nil
		case 'u', 'U':
			address := strings.TrimLeft(token[len("url("):], " \t\r\n\f\"'")
			if strings.HasPrefix(address, "#") {
				at = append(at, m[1]-len(address)+1)
			}
		}
	}
	slices.Sort(at)
	var out strings.Builder
	last := 0
	for _, i := range at {
		out.WriteString(css[last:i] + prefix)
		last = i
	}
	out.WriteString(css[last:])
	return out.String()
}
