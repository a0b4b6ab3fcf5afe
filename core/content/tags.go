package content

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Tag is the tag of a component in Markdown: <Card title="x">, </Card> or <Card />. The text between two tags is Markdown.
type Tag struct {
	Offset    int    // in the HTML, from which the tag itself was taken out
	Text      string // as written
	Line, Col int    // in the file
}

// kindTag is the kind of nodes that are tags.
var kindTag = ast.NewNodeKind("ComponentTag")

// tagBlock is a tag that has lines of its own, tagInline one within a line.
type tagBlock struct {
	ast.BaseBlock
	tag text.Segment
}

type tagInline struct {
	ast.BaseInline
	tag text.Segment
}

func (*tagBlock) Kind() ast.NodeKind              { return kindTag }
func (n *tagBlock) Dump(src []byte, level int)    { ast.DumpHelper(n, src, level, nil, nil) }
func (*tagBlock) IsRaw() bool                     { return true }
func (*tagInline) Kind() ast.NodeKind             { return kindTag }
func (n *tagInline) Dump(src []byte, level int)   { ast.DumpHelper(n, src, level, nil, nil) }
func (n *tagInline) Segments() (s *text.Segments) { return nil }

// maxTag bounds the length of one tag.
const maxTag = 16 << 10

// scanTag gives the length of a tag of a component that src begins with, 0 where it begins with none. Braces hold Go, whose
// texts may hold anything.
func scanTag(src []byte) int {
	i := 1
	if len(src) > 1 && src[1] == '/' {
		i++
	}
	if len(src) < i+2 || src[0] != '<' || src[i] < 'A' || 'Z' < src[i] {
		return 0
	}
	for i < len(src) && (word(src[i]) || src[i] == '.') {
		i++
	}
	if i < len(src) && src[i] != '>' && src[i] != '/' && src[i] != ' ' && src[i] != '\t' && src[i] != '\n' && src[i] != '\r' && src[i] != '[' {
		return 0
	}
	depth := 0
	for ; i < len(src) && i < maxTag; i++ {
		switch c := src[i]; c {
		case '"', '\'', '`':
			end := i + 1
			for end < len(src) && src[end] != c {
				if src[end] == '\\' && depth > 0 && c != '`' {
					end++
				}
				end++
			}
			i = end
		case '{':
			depth++
		case '}':
			depth--
		case '<':
			if depth <= 0 {
				return 0
			}
		case '>':
			if depth <= 0 {
				return i + 1
			}
		}
	}
	return 0
}

type tagBlocks struct{}

func (tagBlocks) Trigger() []byte                             { return []byte{'<'} }
func (tagBlocks) CanInterruptParagraph() bool                 { return true }
func (tagBlocks) CanAcceptIndentedLine() bool                 { return false }
func (tagBlocks) Close(ast.Node, text.Reader, parser.Context) {}

func (tagBlocks) Open(_ ast.Node, r text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, seg := r.PeekLine()
	start := seg.Start + pc.BlockOffset() - seg.Padding
	if pc.BlockOffset() < 0 || start >= len(r.Source()) || r.Source()[start] != '<' {
		return nil, parser.NoChildren
	}
	n := scanTag(r.Source()[start:])
	if n == 0 {
		return nil, parser.NoChildren
	}
	after := r.Source()[start+n:]
	for _, c := range after {
		if c == '\n' {
			break
		}
		if c != ' ' && c != '\t' && c != '\r' {
			return nil, parser.NoChildren
		}
	}
	node := &tagBlock{tag: text.NewSegment(start, start+n)}
	r.Advance(len(line) - 1)
	return node, parser.NoChildren
}

func (tagBlocks) Continue(n ast.Node, r text.Reader, _ parser.Context) parser.State {
	line, seg := r.PeekLine()
	if seg.Start >= n.(*tagBlock).tag.Stop {
		return parser.Close
	}
	r.Advance(len(line) - 1)
	return parser.Continue | parser.NoChildren
}

type tagInlines struct{}

func (tagInlines) Trigger() []byte { return []byte{'<'} }

func (tagInlines) Parse(_ ast.Node, r text.Reader, _ parser.Context) ast.Node {
	_, seg := r.PeekLine()
	n := scanTag(r.Source()[seg.Start:])
	if n == 0 {
		return nil
	}
	for left := n; left > 0; { // it may go over several lines
		line, at := r.PeekLine()
		if line == nil || at.Start > seg.Start+n {
			break
		}
		step := min(left, len(line))
		r.Advance(step)
		left = seg.Start + n - (at.Start + step)
	}
	return &tagInline{tag: text.NewSegment(seg.Start, seg.Start+n)}
}

// tagTexts takes paragraphs apart that are one component, written on one line: they are no paragraphs.
type tagTexts struct{}

func (tagTexts) Transform(doc *ast.Document, r text.Reader, _ parser.Context) {
	var alone []*ast.Paragraph
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if p, ok := n.(*ast.Paragraph); ok && entering {
			if n.FirstChild() != nil && n.FirstChild().Kind() == kindTag && n.LastChild().Kind() == kindTag && whole(n, r.Source()) {
				alone = append(alone, p)
			}
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	for _, p := range alone {
		block := ast.NewTextBlock()
		for c := p.FirstChild(); c != nil; {
			next := c.NextSibling()
			p.RemoveChild(p, c)
			block.AppendChild(block, c)
			c = next
		}
		p.Parent().ReplaceChild(p.Parent(), p, block)
	}
}

// whole says whether the tags of a paragraph are closed by its last child, and not before.
func whole(p ast.Node, src []byte) bool {
	depth := 0
	for c := p.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*tagInline); ok {
			s := string(t.tag.Value(src))
			switch {
			case strings.HasPrefix(s, "</"):
				depth--
			case !strings.HasSuffix(s, "/>"):
				depth++
			}
		}
		if depth == 0 && c.NextSibling() != nil {
			return false
		}
	}
	return depth == 0
}

// tagOptions make a parser know tags.
var tagOptions = []parser.Option{
	parser.WithBlockParsers(util.Prioritized(tagBlocks{}, 850)),
	parser.WithInlineParsers(util.Prioritized(tagInlines{}, 250)),
	parser.WithASTTransformers(util.Prioritized(tagTexts{}, 900)),
}

// renderTag writes a mark where a tag stands.
func (p *page) renderTag(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var seg text.Segment
	switch n := node.(type) {
	case *tagBlock:
		seg = n.tag
	case *tagInline:
		seg = n.tag
	}
	at := p.src.pos(p.base + seg.Start)
	p.doc.Tags = append(p.doc.Tags, Tag{Text: string(seg.Value(p.text)), Line: at.Line, Col: at.Col})
	_, err := w.WriteString(p.tagMark() + strconv.Itoa(len(p.doc.Tags)-1) + ".")
	return ast.WalkSkipChildren, err
}

// tagMark stands for a tag. It does not occur in the text.
func (p *page) tagMark() string {
	if p.tagged == "" {
		p.tagged = "sitegen-tag-"
		for strings.Contains(string(p.text), p.tagged) {
			p.tagged += "x-"
		}
	}
	return p.tagged
}

// takeTags takes the marks out of the HTML and notes where they stood; the places of addresses move with them.
func (p *page) takeTags() {
	if len(p.doc.Tags) == 0 {
		return
	}
	html := p.doc.HTML
	var out strings.Builder
	links, from := 0, 0
	for {
		n := strings.Index(html[from:], p.tagged)
		end := len(html)
		if n >= 0 {
			end = from + n
		}
		for links < len(p.doc.Links) && p.doc.Links[links].Offset <= end {
			p.doc.Links[links].Offset += out.Len() - from
			links++
		}
		out.WriteString(html[from:end])
		if n < 0 {
			break
		}
		number, _, _ := strings.Cut(html[end+len(p.tagged):], ".")
		if i, err := strconv.Atoi(number); err == nil && i < len(p.doc.Tags) {
			p.doc.Tags[i].Offset = out.Len()
		}
		from = end + len(p.tagged) + len(number) + 1
	}
	p.doc.HTML = out.String()
}
