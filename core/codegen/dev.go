package codegen

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strconv"
)

// A DevPackage is a component as the development server compiles it: the literal parts of the template are no part of the
// Go text but a table that is handed to the running program. As long as the Logic of its files stays the same, an edit
// needs no compiler: only Texts and Lines have changed.
type DevPackage struct {
	Code  DevFile  // of the package that renders
	Face  *DevFile // of the package that other components import; nil where it is that of Code
	Texts []string // the literals, in the order in which Code numbers them
}

// Files gives the files of both packages.
func (p DevPackage) Files() []DevFile {
	if p.Face == nil {
		return []DevFile{p.Code}
	}
	return []DevFile{*p.Face, p.Code}
}

// DevFile is a file of a package, of which the lines may change without its logic.
type DevFile struct {
	File
	Logic []byte // File.Data without its line directives
	Lines []int  // of the author, for each place of Logic that has one
}

// DevPackages prints all components for the development server, by their paths. The Program must have been linked without
// errors.
func (p *Program) DevPackages() map[string]DevPackage {
	out, faces := make(map[string]DevPackage, len(p.Components)), p.faces()
	for _, c := range p.Components {
		out[c.Path] = c.generateDev(faces[c])
	}
	return out
}

func (c *Component) generateDev(faced bool) DevPackage {
	if c.dev != nil && (c.dev.Face != nil) == faced {
		return *c.dev
	}
	dev := &devPrinter{site: c.front.useSite}
	out, set := DevPackage{}, printer{dev: dev}
	if faced {
		face := c.printFace()
		out.Face, set.face = &face, c.face()
	}
	printed := c.print(set)
	c.shifted = printed.shifted
	out.Code, out.Texts = dev.file(path.Join(c.Dir, "render.go"), printed.b), dev.texts
	c.dev = &out
	return out
}

// file gives what was printed as a file.
func (d *devPrinter) file(name string, data []byte) DevFile {
	return DevFile{File: File{Path: name, Data: data}, Logic: d.logic(data), Lines: d.lines}
}

// DevMain prints the program of the development server, which links every component.
func (p *Program) DevMain(b Bundle) File {
	b.Config.Dev = true
	return File{Path: path.Join(p.in.GenDir, "app", "main.go"), Data: p.bundle(b, all)}
}

// The names of the table in a generated package, and of what a render has of it.
const (
	textVar   = "_sgTexts"
	textTable = "_sgT"
)

// devPrinter is what a printer collects for a DevPackage.
type devPrinter struct {
	site  bool // the name site is that of the runtime
	texts []string
	marks [][2]int // the line directives in the output
	lines []int
}

// literal writes a text of the template: as a Go string, or its place in the table.
func (p *printer) literal(s string) string {
	if p.dev == nil {
		return strconv.Quote(s)
	}
	p.dev.texts = append(p.dev.texts, s)
	return textTable + "[" + strconv.Itoa(len(p.dev.texts)-1) + "]"
}

// directed notes that a directive was written, which began at start.
func (p *printer) directed(start int) {
	if p.dev != nil {
		p.dev.marks = append(p.dev.marks, [2]int{start, len(p.b)})
	}
}

// placed notes that what is printed next stands at a line of the author, whether or not it needs a directive.
func (p *printer) placed(line int) {
	if p.dev != nil {
		p.dev.lines = append(p.dev.lines, line)
	}
}

// constantHTML gives the text of set:html={"…"} and set:html={site.Raw("…")}. It makes a difference to the development
// server alone: Markdown pages are of this form.
func (p *printer) constantHTML(op Value) (string, bool) {
	src, ok := op.X.source()
	if p.dev == nil || !op.Raw || !ok {
		return "", false
	}
	x, err := parser.ParseExpr(src)
	if err != nil {
		return "", false
	}
	if call, ok := x.(*ast.CallExpr); ok && len(call.Args) == 1 {
		f, _ := call.Fun.(*ast.SelectorExpr)
		if f == nil || f.Sel.Name != "Raw" {
			return "", false
		}
		if pkg, _ := f.X.(*ast.Ident); pkg == nil || pkg.Name != "site" || !p.dev.site {
			return "", false
		}
		x = call.Args[0]
	}
	return stringLiteral(x)
}

// constString gives the text of code that is nothing but a string in quotes.
func (c Code) constString() *string {
	src, ok := c.source()
	if !ok || src == "" || src[0] != '"' && src[0] != '`' {
		return nil
	}
	x, err := parser.ParseExpr(src)
	if err != nil {
		return nil
	}
	if s, ok := stringLiteral(x); ok {
		return &s
	}
	return nil
}

func stringLiteral(x ast.Expr) (string, bool) {
	b, ok := x.(*ast.BasicLit)
	if !ok || b.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(b.Value)
	return s, err == nil
}

// logic takes the directives out of what was printed.
func (d *devPrinter) logic(data []byte) []byte {
	out := make([]byte, 0, len(data))
	at := 0
	for _, m := range d.marks {
		out = append(out, data[at:m[0]]...)
		at = m[1]
	}
	return append(out, data[at:]...)
}

// MapLine gives the line of the author that stands now where line stood when the lines were old. Both are Lines of the
// same Logic.
func MapLine(line int, old, now []int) int {
	best := -1
	for i, l := range old {
		if l <= line && i < len(now) && (best < 0 || l > old[best]) {
			best = i
		}
	}
	if best < 0 {
		return line
	}
	return now[best] + line - old[best]
}
