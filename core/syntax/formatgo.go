package syntax

import (
	"bytes"
	goformat "go/format"
	"go/scanner"
	"go/token"
	"strconv"
	"strings"
)

// goLines is formatted Go code, ready to be indented: the first line continues the line it is printed on.
type goLines struct {
	lines  []goLine
	markup []Node // what goes where markupMark stands
}

type goLine struct {
	tabs     int
	text     string
	verbatim bool // starts within a raw string or a comment
}

// markupMark begins the name that stands for the markup of that number while gofmt is at work; a _ ends it.
const markupMark = "_sgmarkup"

// goWrap says what goes around Go code to make it a statement that gofmt takes.
type goWrap struct{ before, after string }

var (
	wrapExpr   = goWrap{"_ = ", ""}
	wrapStmt   = goWrap{}
	wrapIf     = goWrap{"if ", " {\n\t}"}
	wrapFor    = goWrap{"for ", " {\n\t}"}
	wrapSwitch = goWrap{"switch ", " {\n\t}"}
	wrapLabel  = goWrap{"switch {\n\tcase ", ":\n\t}"}
	wrapParams = goWrap{"_ = func", " {}"}
)

const (
	gofmtHead = "package p\n\nfunc _() {\n"
	gofmtTail = "\n}\n"
)

// gofmt formats the code of whole, in which the nodes of markup stand. Where gofmt cannot do it without moving
// comments about, the code stays as it is.
func gofmt(src []byte, whole Span, markup []Node, w goWrap) goLines {
	text := whole.Text(src)
	if plainGo(text) {
		return goLines{lines: []goLine{{text: text}}}
	}
	if strings.Contains(text, markupMark) || strings.Contains(text, "/*") && strings.Contains(text, "\n") {
		return verbatimGo(text)
	}
	var b strings.Builder
	at := whole.Start
	for i, n := range markup {
		r := n.Range()
		b.Write(src[at:r.Start])
		b.WriteString(" " + markupMark + strconv.Itoa(i) + "_ ") // the blanks keep it apart from return<b>
		at = r.End
	}
	b.Write(src[at:whole.End])
	out, ok := gofmtOnce(b.String(), w)
	if !ok {
		return verbatimGo(text)
	}
	if again, ok := gofmtOnce(out, w); !ok || again != out {
		return verbatimGo(text)
	}
	return goLines{lines: splitGoLines(out), markup: markup}
}

// plainGo knows the code that gofmt has nothing to do with: names and selectors.
func plainGo(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !isLetter(c) && c != '_' && c != '.' && (c < '0' || '9' < c) {
			return false
		}
	}
	return true
}

func verbatimGo(text string) goLines {
	var out goLines
	for i, line := range strings.Split(text, "\n") {
		out.lines = append(out.lines, goLine{text: line, verbatim: i > 0})
	}
	return out
}

func gofmtOnce(code string, w goWrap) (string, bool) {
	out, err := goformat.Source([]byte(gofmtHead + w.before + code + w.after + gofmtTail))
	if err != nil {
		return "", false
	}
	s, ok := strings.CutPrefix(string(out), gofmtHead+"\t"+w.before)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(s, w.after+gofmtTail)
}

// splitGoLines cuts code out of a function body into lines, without the tab that the body adds.
func splitGoLines(code string) []goLine {
	inside := multiLine(code)
	var out []goLine
	for i, line := range strings.Split(code, "\n") {
		if i == 0 || inside[i] != 0 {
			out = append(out, goLine{text: line, verbatim: inside[i] != 0})
			continue
		}
		text := strings.TrimLeft(line, "\t")
		out = append(out, goLine{tabs: max(0, len(line)-len(text)-1), text: text})
	}
	return out
}

// multiLine says which lines of code start within a raw string (token.STRING) or a comment (token.COMMENT).
func multiLine(code string) map[int]token.Token {
	if strings.IndexByte(code, '`') < 0 && !strings.Contains(code, "/*") {
		return nil
	}
	src := []byte(code)
	file := token.NewFileSet().AddFile("", -1, len(src))
	var s scanner.Scanner
	s.Init(file, src, func(token.Position, string) {}, scanner.ScanComments)
	inside := map[int]token.Token{}
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return inside
		}
		if tok != token.STRING && tok != token.COMMENT {
			continue
		}
		first := bytes.Count(src[:int(pos)-1], []byte("\n"))
		for i := range strings.Count(lit, "\n") {
			inside[first+1+i] = tok
		}
	}
}
