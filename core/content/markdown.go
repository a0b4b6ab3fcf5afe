package content

import (
	"bytes"
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	ghtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/site/content/store"
)

// Markdown reads front matter and renders what follows. The Document is there in spite of errors, as far as it could be
// read.
//
// Code blocks have classes, never inline styles; HighlightCSS is the sheet for them. Behind the language may stand the
// lines to mark and a title: ```go {1,3-4} title="main.go". A language that is not known is shown as plain text.
func Markdown(name string, src []byte, o MarkdownOptions) (*Document, []diag.Diagnostic) {
	var list diag.List
	s := newSource(name, string(bytes.TrimPrefix(src, bom)))
	d := &Document{Name: name}
	if !s.utf8(&list) {
		return d, list.Sorted()
	}
	line, yamlText, body := cut(s, &list)
	if line > 0 {
		d.Front = front(s, line, yamlText, &list)
		d.known(&list)
	}
	d.body = s.pos(body)
	if off, ok := nested(s.text[body:]); !ok {
		list.Error("SG5059", diag.Range{Pos: s.pos(body + off)}, fmt.Sprintf("blocks are nested more than %d deep", maxNesting), "write the text in fewer quotations and lists")
		return d, list.Sorted()
	}

	if off, ok := padded(s.text[body:]); !ok {
		list.Error("SG5059", diag.Range{Pos: s.pos(body + off)}, fmt.Sprintf("the rows of tables lack more than %d cells in all", maxPadding), "write a table with fewer columns")
		return d, list.Sorted()
	}

	p := &page{doc: d, src: s, base: body, text: []byte(s.text[body:]), options: o, list: &list}
	m := machines(o)
	m.page = p
	defer m.free()
	md := m.md
	root := md.Parser().Parse(text.NewReader(p.text))
	p.headings(root)
	p.links(root)
	var out bytes.Buffer
	if err := md.Renderer().Render(&out, p.text, root); err != nil {
		list.Error("SG5020", diag.Range{Pos: d.body}, err.Error(), "")
	}
	d.HTML = p.takeMarks(out.String())
	p.takeTags()
	p.tellHTML()
	p.tellShortcodes(root)
	return d, list.Sorted()
}

// maxNesting bounds quotations and lists within each other. The parser's time grows with the cube of their number.
const maxNesting = 200

// nested looks at what lines begin with and gives the offset of one that opens too many blocks; ok is true where none does.
func nested(text string) (off int, ok bool) {
	for line := range strings.Lines(text) {
		n := 0
	marks:
		for i := 0; i < len(line); i++ {
			switch c := line[i]; c {
			case ' ', '\t':
			case '>':
				n++
			case '-', '+', '*':
				if i+1 < len(line) && (line[i+1] == ' ' || line[i+1] == '\t') {
					n++
					continue
				}
				break marks
			default:
				break marks
			}
		}
		if n > maxNesting {
			return off, false
		}
		off += len(line)
	}
	return 0, true
}

// maxPadding bounds the cells that rows of tables lack. Each of them is made, so that a few kilobytes would become gigabytes.
const maxPadding = 200_000

// padded looks for tables and gives the offset of the row with which too many cells are lacking; ok is true where none does.
func padded(text string) (off int, ok bool) {
	columns, lacking := 0, 0
	for line := range strings.Lines(text) {
		row := strings.TrimSpace(line)
		switch {
		case row == "":
			columns = 0
		case strings.Trim(row, "|-: \t>") == "" && strings.Contains(row, "-"):
			columns = strings.Count(row, "|")
		case columns > 0:
			lacking += max(0, columns-strings.Count(row, "|")-1)
		}
		if lacking > maxPadding {
			return off, false
		}
		off += len(line)
	}
	return 0, true
}

// page is a Markdown text on its way to HTML.
type page struct {
	doc     *Document
	src     *source
	base    int    // offset of text in the file
	text    []byte // without front matter
	options MarkdownOptions
	list    *diag.List
	marked  []store.Link    // what the marks in the text stand for, in their order
	raw     []int           // offsets in text of HTML that was not kept
	unknown map[string]bool // languages that were told of
	tagged  string          // stands for a tag meanwhile
	mark    string          // stands for the address of one of them while the text is rendered
}

// machine is a goldmark with our renderers, which write for one page at a time. To put one together costs as much as to
// read a page.
type machine struct {
	md    goldmark.Markdown
	page  *page
	shown bool // HTML is shown as text
	pool  *sync.Pool
}

// pools holds idle machines by the options that make a difference: Typographer, Untrusted, HTML, Components.
var pools [2][2][2][2]sync.Pool

func machines(o MarkdownOptions) *machine {
	pool := &pools[index(o.Typographer)][index(o.Untrusted)][index(o.HTML)][index(o.Components)]
	if m, ok := pool.Get().(*machine); ok {
		return m
	}
	m := &machine{pool: pool, shown: !o.HTML || o.Untrusted}
	m.md = m.goldmark(o)
	return m
}

func index(on bool) int {
	if on {
		return 1
	}
	return 0
}

func (m *machine) free() {
	m.page = nil
	m.pool.Put(m)
}

func (m *machine) goldmark(o MarkdownOptions) goldmark.Markdown {
	extensions := []goldmark.Extender{
		// The align attribute instead of a style: a content security policy without unsafe-inline refuses styles.
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
		extension.Strikethrough, extension.Linkify, extension.TaskList, extension.Footnote,
	}
	if o.Typographer {
		extensions = append(extensions, extension.Typographer)
	}
	options := []goldmark.Option{
		goldmark.WithExtensions(extensions...),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(m, 100))),
	}
	if !o.Untrusted {
		options = append(options, goldmark.WithParserOptions(parser.WithAttribute()), goldmark.WithRendererOptions(ghtml.WithUnsafe()))
	}
	if o.Components && !o.Untrusted {
		options = append(options, goldmark.WithParserOptions(tagOptions...))
	}
	return goldmark.New(options...)
}

// RegisterFuncs takes over code blocks and headings from goldmark's renderer, and HTML where it is not kept.
func (m *machine) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	register := func(kind ast.NodeKind, render func(*page, util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error)) {
		r.Register(kind, func(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
			return render(m.page, w, src, node, entering)
		})
	}
	register(ast.KindFencedCodeBlock, (*page).renderCode)
	register(ast.KindCodeBlock, (*page).renderCode)
	register(ast.KindHeading, (*page).renderHeading)
	register(kindTag, (*page).renderTag)
	if m.shown {
		register(ast.KindRawHTML, (*page).renderInlineHTML)
		register(ast.KindHTMLBlock, (*page).renderHTMLBlock)
	}
}

func (p *page) renderCode(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var code strings.Builder
	for i := range node.Lines().Len() {
		line := node.Lines().At(i)
		code.Write(line.Value(src))
	}
	var opts codeOptions
	if n, ok := node.(*ast.FencedCodeBlock); ok && n.Info != nil {
		var problem string
		at := p.base + n.Info.Segment.Start
		if opts, problem = parseInfo(string(n.Info.Segment.Value(src))); problem != "" {
			p.list.Warn("SG5027", p.src.rng(at, p.base+n.Info.Segment.Stop), problem, "write {1,3-4} to mark lines and title=\"…\" for a title")
		}
	}
	if !known(opts.lang) && !p.unknown[opts.lang] {
		if p.unknown == nil {
			p.unknown = map[string]bool{}
		}
		p.unknown[opts.lang] = true
		at := p.base + node.(*ast.FencedCodeBlock).Info.Segment.Start
		p.list.Warn("SG5029", p.src.rng(at, at+len(opts.lang)), fmt.Sprintf("the language %q is not known, so the code has no colours", opts.lang), "write text for code of no language")
	}
	_, err := w.WriteString(highlight(code.String(), opts))
	return ast.WalkSkipChildren, err
}

// renderInlineHTML shows a tag as text. A comment is left out.
func (p *page) renderInlineHTML(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if n := node.(*ast.RawHTML); entering && n.Segments.Len() > 0 {
		p.showHTML(w, string(n.Segments.Value(src)), n.Segments.At(0).Start)
	}
	return ast.WalkSkipChildren, nil
}

// renderHTMLBlock shows a block of HTML as a paragraph of text.
func (p *page) renderHTMLBlock(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.HTMLBlock)
	if !entering || n.Lines().Len() == 0 {
		return ast.WalkContinue, nil
	}
	code := string(n.Lines().Value(src))
	if n.HasClosure() {
		code += string(n.ClosureLine.Value(src))
	}
	if comment(code) {
		return ast.WalkContinue, nil
	}
	w.WriteString("<p>")
	p.showHTML(w, strings.TrimSpace(code), n.Lines().At(0).Start)
	w.WriteString("</p>\n")
	return ast.WalkContinue, nil
}

func (p *page) showHTML(w util.BufWriter, code string, at int) {
	if !comment(code) {
		w.WriteString(html.EscapeString(code))
		if !strings.HasPrefix(code, "</") || len(p.raw) == 0 {
			p.raw = append(p.raw, at)
		}
	}
}

func comment(code string) bool {
	code = strings.TrimSpace(code)
	return strings.HasPrefix(code, "<!--") && strings.HasSuffix(code, "-->") && strings.Index(code, "-->") == len(code)-3
}

// tellHTML warns of HTML that was not kept, once a file.
func (p *page) tellHTML() {
	if len(p.raw) == 0 || p.options.Untrusted {
		return
	}
	message := "HTML in Markdown is shown as text"
	switch n := len(p.raw) - 1; n {
	case 0:
	case 1:
		message += ", here and in one more place of the file"
	default:
		message += fmt.Sprintf(", here and in %d more places of the file", n)
	}
	p.list.Warn("SG5028", diag.Range{Pos: p.src.pos(p.base + slices.Min(p.raw))}, message, "write Markdown, or keep HTML with `markdown: {html: true}` in site.yaml")
}

func (p *page) renderHeading(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Heading)
	level := strconv.Itoa(n.Level)
	if entering {
		w.WriteString("<h" + level)
		ghtml.RenderAttributes(w, node, ghtml.HeadingAttributeFilter)
		return ast.WalkContinue, w.WriteByte('>')
	}
	if p.options.Anchors {
		if id, ok := node.AttributeString("id"); ok {
			w.WriteString(` <a class="anchor" href="#` + html.EscapeString(string(id.([]byte))) + `" aria-label="Link to this section">#</a>`)
		}
	}
	_, err := w.WriteString("</h" + level + ">\n")
	return ast.WalkContinue, err
}

// headings gives every heading an id of its own and collects them.
func (p *page) headings(root ast.Node) {
	var all []*ast.Heading
	ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			all = append(all, h)
		}
		return ast.WalkContinue, nil
	})
	ids := slugs{}
	for _, h := range all { // the author's own first, so that no made-up one takes their place
		v, ok := h.AttributeString("id")
		if !ok {
			continue
		}
		id, _ := v.([]byte)
		if len(id) == 0 {
			h.SetAttributeString("id", []byte(ids.unique("section")))
			continue
		}
		if _, taken := ids[string(id)]; taken {
			p.list.Warn("SG5024", diag.Range{Pos: p.src.pos(p.base + p.start(h))}, fmt.Sprintf("two headings have the id %q", id), "give one of them another")
		}
		ids[string(id)] = 0
	}
	for _, h := range all {
		title := plain(h, p.text)
		v, ok := h.AttributeString("id")
		if !ok {
			v = []byte(ids.unique(slug(title)))
			h.SetAttributeString("id", v)
		}
		p.doc.Headings = append(p.doc.Headings, Heading{Depth: h.Level, ID: string(v.([]byte)), Text: title})
	}
}

// start gives the offset in the text of the first thing that a node consists of.
func (p *page) start(n ast.Node) int {
	for c := n; c != nil; c = c.FirstChild() {
		if t, ok := c.(*ast.Text); ok {
			return t.Segment.Start
		}
	}
	for c := n; c != nil; c = c.Parent() {
		if c.Type() == ast.TypeBlock && c.Lines() != nil && c.Lines().Len() > 0 {
			return c.Lines().At(0).Start
		}
	}
	return 0
}

// plain gives the text of a node without markup.
func plain(n ast.Node, src []byte) string {
	var b strings.Builder
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			if _, code := n.Parent().(*ast.CodeSpan); code || n.IsRaw() {
				b.Write(n.Segment.Value(src))
			} else {
				b.WriteString(unescape(string(n.Segment.Value(src))))
			}
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.WriteString(html.UnescapeString(string(n.Value)))
		case *ast.AutoLink:
			b.Write(n.Label(src))
		case *ast.RawHTML:
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}

// unescape resolves backslash escapes and entities.
func unescape(s string) string {
	var b strings.Builder
	start := 0
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '\\' && util.IsPunct(s[i+1]) {
			b.WriteString(html.UnescapeString(s[start:i]))
			b.WriteByte(s[i+1])
			i++
			start = i + 1
		}
	}
	b.WriteString(html.UnescapeString(s[start:]))
	return b.String()
}

// slug makes an id of a heading as GitHub does: lower case, letters, digits, - and _ stay, blanks become -, all else goes.
func slug(title string) string {
	s := strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '\t':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			return r
		}
		return -1
	}, strings.ToLower(title))
	if s == "" {
		return "section"
	}
	return s
}

// slugs counts how often an id was asked for.
type slugs map[string]int

func (s slugs) unique(id string) string {
	out := id
	for {
		if _, taken := s[out]; !taken {
			s[out] = 0
			return out
		}
		s[id]++
		out = id + "-" + strconv.Itoa(s[id])
	}
}

// links resolves relative addresses and takes away those that run code.
func (p *page) links(root ast.Node) {
	from := 0 // addresses are found in the text in the order of the tree
	ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			n.Destination = p.resolve(n, n.Destination, &from)
		case *ast.Image:
			n.Destination = p.resolve(n, n.Destination, &from)
		case *ast.AutoLink:
			if n.AutoLinkType == ast.AutoLinkURL && refused(string(n.URL(p.text)), false, p.options.Untrusted) {
				p.list.Error("SG5025", diag.Range{Pos: p.src.pos(p.base + p.start(n))}, "the link runs code instead of leading somewhere", "")
				parent := n.Parent()
				parent.ReplaceChild(parent, n, ast.NewString(n.Label(p.text)))
				return ast.WalkSkipChildren, nil
			}
		}
		return ast.WalkContinue, nil
	})
}

func (p *page) resolve(n ast.Node, dest []byte, from *int) []byte {
	_, image := n.(*ast.Image)
	at := p.find(n, dest, from)
	// As the renderer will read it: goldmark keeps escapes and entities up to then, java&#115;cript: among them.
	url := string(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(dest))))
	if refused(url, image, p.options.Untrusted) {
		p.list.Error("SG5025", at, fmt.Sprintf("the address %q runs code instead of leading somewhere", url), "link to an address, or write the element as HTML if this is meant")
		return []byte("about:invalid#sitegen")
	}
	if p.options.Resolve == nil || !relative(url) && !(image && strings.HasPrefix(url, "/") && !strings.HasPrefix(url, "//")) {
		return dest
	}
	to, ok := p.options.Resolve(Ref{Dest: url, Image: image, At: at})
	if !ok {
		hint := "write the path relative to this file"
		if to.Near != "" {
			hint = "did you mean " + to.Near + "?"
		}
		p.list.Error("SG5026", at, fmt.Sprintf("%s leads nowhere", url), hint)
		return dest
	}
	if to.Problem != "" {
		p.list.Warn("SG5030", at, url+" "+to.Problem, "replace the file; it is published as it is")
	}
	if to.Entry != nil {
		return []byte(p.put(store.Link{Collection: to.Entry.Collection, Slug: to.Entry.Slug, Tail: to.Entry.Tail}))
	}
	if image && to.Width > 0 && to.Height > 0 {
		for _, a := range [][2]string{{"loading", "lazy"}, {"decoding", "async"}} {
			if _, set := n.AttributeString(a[0]); !set {
				n.SetAttributeString(a[0], []byte(a[1]))
			}
		}
		for _, a := range []struct {
			name  string
			value int
		}{{"width", to.Width}, {"height", to.Height}} {
			if _, set := n.AttributeString(a.name); !set {
				n.SetAttributeString(a.name, []byte(strconv.Itoa(a.value)))
			}
		}
	}
	_, srcset := n.AttributeString("srcset")
	if image && to.Format != "" && to.Width > 0 && to.Height > 0 && !srcset {
		return []byte(p.put(store.Link{Picture: &store.Picture{URL: to.URL, Format: to.Format, Width: to.Width, Height: to.Height}}))
	}
	return []byte(destination.Replace(to.URL))
}

// destination writes an address so that the renderer, which resolves escapes and entities, gets it back.
var destination = strings.NewReplacer("&", "&amp;", `\`, `\\`)

// find gives the place of an address: goldmark does not keep it, so it is looked for behind the text of the link.
func (p *page) find(n ast.Node, dest []byte, from *int) diag.Range {
	start := max(*from, p.start(n))
	i := -1
	if start <= len(p.text) && len(dest) > 0 {
		i = bytes.Index(p.text[start:], dest)
	}
	if i < 0 {
		return diag.Range{Pos: p.src.pos(p.base + min(start, len(p.text)))}
	}
	start += i
	return p.src.rng(p.base+start, p.base+start+len(dest))
}

// relative says whether an address is a path relative to the file.
func relative(url string) bool {
	return url != "" && url[0] != '/' && url[0] != '#' && url[0] != '?' && scheme(url) == ""
}

// scheme gives the scheme of an address in lower case as a browser finds it, which skips blanks and control characters.
func scheme(url string) string {
	url = strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f {
			return -1
		}
		return unicode.ToLower(r)
	}, url)
	i := strings.IndexAny(url, ":/?#")
	if i < 0 || url[i] != ':' {
		return ""
	}
	return url[:i]
}

// refused says whether an address must not be linked to.
func refused(url string, image, untrusted bool) bool {
	switch s := scheme(url); s {
	case "", "http", "https", "mailto", "tel":
		return false
	case "javascript", "vbscript":
		return true
	case "data":
		return !image || !strings.HasPrefix(strings.ToLower(strings.TrimSpace(url)), "data:image/")
	}
	return untrusted
}
