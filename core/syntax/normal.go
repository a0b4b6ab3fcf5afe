package syntax

import (
	"go/scanner"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// normal writes down what a file means, without what layout may change: white space that the rule of JSXText takes
// away, the quotes of attributes, blanks and parentheses of Go code, and the places of imports. Two files with the
// same normal form render the same.
func normal(f *File) string {
	n := &normalizer{src: f.Src}
	if f.Fence != nil {
		n.fence(f.Fence)
	}
	n.nodes(f.Nodes, false)
	return n.b.String()
}

type normalizer struct {
	src []byte
	b   strings.Builder
}

func (n *normalizer) line(kind, text string) {
	n.b.WriteString(kind)
	n.b.WriteByte(' ')
	n.b.WriteString(strconv.Quote(text))
	n.b.WriteByte('\n')
}

// goTokens writes the tokens of Go code that matter, with markup in its place. Where comments is not set, they do not.
func (n *normalizer) goTokens(kind string, s Span, markup []Node, comments bool) {
	var out []string
	at := s.Start
	for _, m := range markup {
		out = append(out, goTokens(string(n.src[at:m.Range().Start]), comments)...)
		out = append(out, "<>")
		at = m.Range().End
	}
	out = append(out, goTokens(string(n.src[at:s.End]), comments)...)
	n.line(kind, strings.Join(out, " "))
	n.nodes(markup, false)
}

func goTokens(code string, comments bool) []string {
	var out []string
	var s scanner.Scanner
	src := []byte(code)
	s.Init(token.NewFileSet().AddFile("", -1, len(src)), src, func(token.Position, string) {}, scanner.ScanComments)
	for {
		_, tok, lit := s.Scan()
		switch tok {
		case token.EOF:
			return out
		case token.SEMICOLON, token.LPAREN:
		case token.ILLEGAL:
			if lit != "\f" { // a blank of the template's
				out = append(out, lit)
			}
		case token.COMMENT:
			if comments {
				out = append(out, strings.Join(strings.Fields(lit), " "))
			}
		case token.INT, token.FLOAT, token.IMAG: // gofmt writes 0X1 as 0x1 and 01i as 1i
			lit = strings.ToLower(lit)
			if tok == token.IMAG {
				lit = strings.TrimLeft(lit, "0_")
			}
			out = append(out, lit)
		case token.COMMA: // the last one of a list depends on its layout
			if len(out) > 0 && out[len(out)-1] != "," {
				out = append(out, ",")
			}
		case token.RBRACE, token.RBRACK, token.RPAREN:
			if len(out) > 0 && out[len(out)-1] == "," {
				out = out[:len(out)-1]
			}
			if tok != token.RPAREN {
				out = append(out, tok.String())
			}
		default:
			if lit == "" || tok.IsOperator() {
				lit = tok.String()
			}
			out = append(out, lit)
		}
	}
}

func (n *normalizer) fence(f *Fence) {
	var free []string // imports whose order does not matter
	for _, it := range f.Items {
		if it.Kind != ItemImport {
			continue
		}
		specs, ok := importSpecs(it.Span.Text(n.src))
		if !ok {
			if decl := strings.Join(goTokens(it.Span.Text(n.src), false), " "); decl != "import" { // of nothing
				free = append(free, decl)
			}
			continue
		}
		for _, s := range specs {
			if s.group < groupComponent {
				free = append(free, s.text)
			} else {
				n.line("import", s.text)
			}
		}
	}
	slices.Sort(free)
	n.line("imports", strings.Join(free, "\n"))
	for _, it := range f.Items {
		if it.Kind != ItemImport {
			n.goTokens("item "+strconv.Itoa(int(it.Kind)), it.Span, nil, false)
		}
	}
	comments := goTokens(f.Body.Text(n.src), true)
	var words []string // gofmt lays out doc comments, with other bullets for example
	for _, c := range comments {
		if strings.HasPrefix(c, "//") || strings.HasPrefix(c, "/*") {
			words = append(words, strings.FieldsFunc(c, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
		}
	}
	slices.Sort(words)
	n.line("comments", strings.Join(words, " "))
}

func (n *normalizer) expr(kind string, e *Expr) {
	if e == nil {
		n.line(kind, "none")
		return
	}
	n.goTokens(kind, e.Span, e.Markup, true)
}

func (n *normalizer) nodes(nodes []Node, verbatim bool) {
	for _, node := range nodes {
		n.node(node, verbatim)
	}
}

func (n *normalizer) node(node Node, verbatim bool) {
	r := node.Range()
	switch node := node.(type) {
	case *Text:
		text := r.Text(n.src)
		if !verbatim {
			text = JSXText(text)
		}
		if text != "" {
			n.line("text", text)
		}
	case *Element:
		n.element(node, verbatim)
	case *ExprNode:
		n.goTokens("expr", Span{r.Start + 1, r.End - 1}, node.Expr.Markup, true)
	case *Stmt:
		n.goTokens("stmt "+strconv.Itoa(int(node.Kind)), Span{r.Start + 1, r.End - 1}, node.Code.Markup, true)
	case *If:
		n.line("if", "")
		for _, b := range node.Branches {
			n.expr("branch", b.Header)
			n.nodes(b.Body, verbatim)
		}
		n.line("end", "")
	case *For:
		n.expr("for", node.Header)
		n.nodes(node.Body, verbatim)
		n.line("end", "")
	case *Switch:
		n.expr("switch", node.Header)
		for _, c := range node.Cases {
			n.expr("case", c.Label)
			n.nodes(c.Body, verbatim)
		}
		n.line("end", "")
	case *SlotFunc:
		n.goTokens("func", node.Params, nil, true)
		n.nodes(node.Body, verbatim)
		n.line("end", "")
	case *GoComment:
		n.line("comment", goCommentText(r.Text(n.src)))
	default:
		n.line("verbatim", r.Text(n.src))
	}
}

func (n *normalizer) element(e *Element, verbatim bool) {
	n.line("<"+e.Name, strconv.FormatBool(e.SelfClosed))
	if len(e.TypeArgs) > 0 {
		end := e.TypeArgs[len(e.TypeArgs)-1].End
		n.goTokens("types", Span{e.NameSpan.End, end}, nil, true)
	}
	for i := range e.Attrs {
		a := &e.Attrs[i]
		n.line("@"+a.Name, strconv.Itoa(int(a.Kind)))
		switch a.Kind {
		case AttrStatic:
			n.line("value", a.Value.Text(n.src))
		case AttrExpr, AttrList, AttrShorthand, AttrSpread:
			start := a.Start
			if !a.NameSpan.Empty() && a.Kind != AttrShorthand {
				start = a.NameSpan.End
			}
			markup := a.markup()
			n.goTokens("go", Span{start, a.End}, markup, true)
		case AttrTemplate:
			for _, part := range a.Parts {
				if part.Expr == nil {
					n.line("text", part.Span.Text(n.src))
				} else {
					n.goTokens("hole", part.Span, part.Expr.Markup, true)
				}
			}
		case AttrComment:
			n.line("comment", goCommentText(a.Span.Text(n.src)))
		}
	}
	n.nodes(e.Children, verbatim || e.Raw || e.Kind == HTML && Verbatim(e.Name))
	n.line("</", "")
}

// markup gives the markup in the Go code of an attribute.
func (a *Attr) markup() []Node {
	if a.Expr != nil {
		return a.Expr.Markup
	}
	var out []Node
	for _, it := range a.List {
		if it.Key != nil {
			out = append(out, it.Key.Markup...)
		}
		out = append(out, it.Value.Markup...)
	}
	return out
}

// goCommentText is a comment in braces without what layout may change.
func goCommentText(s string) string {
	return strings.Join(strings.Fields(strings.TrimSuffix(strings.TrimPrefix(s, "{"), "}")), " ")
}
