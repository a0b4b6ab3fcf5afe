package codegen

import (
	"strconv"
	"strings"

	"sitegen.dev/core/syntax"
)

// printer writes Go whose positions are those of the author's file.
//
// The author's Go is copied byte for byte. In front of each stretch stands a line directive such that its first byte
// has its own line and column: //line before items and statements, /*line*/ within a line. gofmt wants a blank behind
// such a comment, so the directive names the column before. Statements of the compiler's own get a //line where the
// line that the Go compiler counts has left the line of the tag they come from, so that stack traces name no other.
type printer struct {
	b      []byte
	comp   *Component
	file   *syntax.File
	path   string // in line directives
	indent int
	line   int // of the author's file that the current line of output counts as; 0 is unknown

	shifted map[int]int // see Component.shifted
	dev     *devPrinter // nil unless it prints for the development server
	face    *devFace    // of the component, where others import that
	late    []string    // scripts of the component that are written behind the rest

	splitter splitter
	long     bool // what is printed belongs to a function that was divided

	shadowed map[string]bool // names that do not mean here what they usually do

	plain  bool // no line directives: for Virtual
	ranges []Mapped
}

func (p *printer) raw(ss ...string) {
	for _, s := range ss {
		p.b = append(p.b, s...)
	}
}

func (p *printer) tabs(n int) {
	for range n {
		p.b = append(p.b, '\t')
	}
}

// open begins a line that stands for the byte at in the source; a negative at is the compiler's and takes any line.
func (p *printer) open(at int) {
	if at >= 0 {
		pos := p.file.Pos(at)
		p.placed(pos.Line)
		if pos.Line != p.line {
			p.lineDirective(pos.Line, pos.Col)
		}
	}
	p.tabs(p.indent)
}

// near begins a line with code of the author, whose own directive comes in time for all that can fail in the line.
func (p *printer) near(at int, c Code) {
	if len(c) > 0 && c[0].At >= 0 && c[0].Markup == nil {
		at = -1
	}
	p.open(at)
}

// directive makes the next line of output count as the given one.
func (p *printer) directive(line, col int) {
	p.placed(line)
	p.lineDirective(line, col)
}

func (p *printer) lineDirective(line, col int) {
	if p.plain {
		return
	}
	start := len(p.b)
	p.raw("//line ", p.path, ":", strconv.Itoa(line), ":", strconv.Itoa(max(col, 1)), "\n")
	p.line = line
	p.directed(start)
}

// close ends a line.
func (p *printer) close(s string) {
	p.raw(s, "\n")
	if p.line > 0 {
		p.line++
	}
}

// stmt writes a line of the compiler's own.
func (p *printer) stmt(at int, ss ...string) {
	p.open(at)
	p.raw(ss...)
	p.close("")
}

// mark makes the next byte count as the one at in the source.
func (p *printer) mark(at int) {
	if p.plain {
		return
	}
	pos := p.file.Pos(at)
	start := len(p.b)
	if pos.Col > 1 {
		p.raw("/*line :", strconv.Itoa(pos.Line), ":", strconv.Itoa(pos.Col-1), "*/ ")
	} else {
		p.raw("/*line :", strconv.Itoa(pos.Line), ":1*/")
	}
	p.line = pos.Line
	p.placed(p.line)
	p.directed(start)
}

// author writes Go that stands at the byte at of the source, the place of which is set already.
func (p *printer) author(s string, at int) {
	p.mapped(len(s), syntax.Span{Start: at, End: at + len(s)}, s)
	p.verbatim(s)
}

// mapped remembers that the next n bytes of output stand for a span of the source. Where text is not empty and the span
// holds something else, it is the compiler's own and stands for nothing.
func (p *printer) mapped(n int, from syntax.Span, text string) {
	if from.Start < 0 || from.End > len(p.file.Src) || text != "" && from.Text(p.file.Src) != text {
		return
	}
	p.ranges = append(p.ranges, Mapped{Go: syntax.Span{Start: len(p.b), End: len(p.b) + n}, Source: from})
}

// verbatim writes Go of the author, the place of which is set already.
func (p *printer) verbatim(s string) {
	p.raw(s)
	if p.line > 0 {
		p.line += strings.Count(s, "\n")
	}
}

// code writes an expression. After an opening bracket gofmt wants a blank before the comment: pass blank there.
func (p *printer) code(c Code, blank bool) {
	for i, piece := range c {
		switch {
		case piece.Markup != nil:
			if last := p.b[len(p.b)-1]; isLetter(last) || last == '_' {
				p.raw(" ") // return<b/>
			}
			p.raw("_sg.Node(")
			p.closure(piece.Markup)
			p.raw(")")
		case piece.At < 0:
			p.verbatim(piece.Go)
		case i == 0:
			if blank {
				p.raw(" ")
			}
			p.mark(piece.At)
			p.author(piece.Go, piece.At)
		default: // behind markup: no blank, the text may begin with anything
			if !p.plain {
				pos := p.file.Pos(piece.At)
				start := len(p.b)
				p.raw("/*line :", strconv.Itoa(pos.Line), ":", strconv.Itoa(pos.Col), "*/")
				p.line = pos.Line
				p.placed(p.line)
				p.directed(start)
			}
			p.author(piece.Go, piece.At)
		}
	}
}

// arg writes an expression behind a comma. gofmt would move a comment there to before the comma, so that code of the
// author begins a new line.
func (p *printer) arg(c Code) {
	if len(c) == 0 || c[0].At < 0 || c[0].Markup != nil {
		p.raw(" ")
		p.code(c, false)
		return
	}
	p.close("")
	p.tabs(p.indent + 1)
	p.code(c, false)
}

// closure writes a function that writes ops.
func (p *printer) closure(ops Ops) {
	p.raw("func(_w *_sg.Writer) ", p.errorType(), " {")
	p.close("")
	p.indent++
	p.function(ops)
	p.stmt(-1, "return _w.Err()")
	p.indent--
	p.tabs(p.indent)
	p.raw("}")
}
