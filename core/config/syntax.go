package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"sitegen.dev/core/diag"
)

// yamlProblems says in an author's words what the YAML parser means.
var yamlProblems = []struct{ parser, message, hint string }{
	{"mapping values are not allowed", "a second colon, or a line that is indented too far", "indent keys of one mapping alike, and quote text that holds a colon and a blank"},
	{"did not find expected key", "this line does not fit the lines above it", "indent keys of one mapping alike, and close every bracket and quote"},
	{"did not find expected '-' indicator", "this line does not fit the list above it", "begin every entry of a list with - at the same column"},
	{"did not find expected ',' or ']'", "[ is never closed", "close it with ]"},
	{"did not find expected ',' or '}'", "{ is never closed", "close it with }"},
	{"did not find expected node content", "a value is missing here", ""},
	{"found character that cannot start any token", "a value cannot begin with this character", "put the value into quotes"},
	{"could not find expected ':'", "a colon is missing behind a key", "write key: value, with a blank behind the colon"},
	{"found unexpected end of stream", "a quote is never closed", "close it with the same quote"},
	{"found unknown escape character", "unknown escape in a text in double quotes", `use single quotes, or write \\ for a backslash`},
	{"unknown anchor", "an alias names an anchor that is not there", "write the value out"},
	{"found a tab character", "a tab cannot indent YAML", "indent with blanks: YAML knows no tabs"},
	{"control characters are not allowed", "a control character", "remove it"},
	{"block sequence entries are not allowed", "a list cannot begin here", "begin the list on a line of its own"},
	{"exceeded max depth", "nested too deeply", ""},
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// bracketInValue is a route's parameter between braces, where YAML takes the bracket for the beginning of a list.
var bracketInValue = regexp.MustCompile(`\{[^}"']*[^\s,:\[{"'][\[]`)

// colonInValue is a title like "Tea: an introduction" without quotes.
var colonInValue = regexp.MustCompile(`^\s*[^:#"'\s]+:\s+[^"'#{\[].*:\s`)

// syntaxError reports what the parser says.
func (l *loader) syntaxError(err error) {
	line, message, hint := l.src.explain(err)
	l.list.Error("SG4001", l.src.lineRange(line), message, hint)
}

// ExplainYAML says in an author's words what the YAML parser has against a text: the offset of the line that is wrong, in
// bytes, the message and the hint.
func ExplainYAML(text []byte, err error) (offset int, message, hint string) {
	s := newSource("", text)
	line, message, hint := s.explain(err)
	return s.bom + s.lines[line-1], message, hint
}

// explain is ExplainYAML. The parser's line is that of the block in which it noticed, and off by one for some errors, so
// the line is found anew.
func (s *source) explain(err error) (line int, message, hint string) {
	text := err.Error()
	m := yamlLine.FindStringSubmatch(text)
	line = 1
	if m != nil {
		text = text[len(m[0]):]
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
	}
	line = s.brokenLine(line)
	message = "not valid YAML: " + text
	for _, p := range yamlProblems {
		if strings.Contains(text, p.parser) {
			message, hint = p.message, p.hint
			break
		}
	}
	if n := s.tabLine(line); n > 0 {
		line, message, hint = n, "a tab cannot indent YAML", "indent with blanks: YAML knows no tabs"
	}
	if strings.HasPrefix(message, "a second colon") && colonInValue.Match(s.line(line)) {
		message, hint = "a value that is not quoted holds a colon and a blank", "put the value in quotation marks"
	}
	if strings.HasPrefix(message, "{ is") && bracketInValue.Match(s.line(line)) {
		message, hint = "a bracket in a value ends the value here", `put the value into quotes: {to: "/blog/[slug]"}`
	}
	return line, message, hint
}

// brokenLine finds the line that makes the text invalid: the first one behind the longest beginning that is valid.
// Where a bracket or a quote is never closed, this is the line that opens it.
func (s *source) brokenLine(guess int) int {
	// Each line is tried in turn, which is not worth it for files that nobody writes by hand.
	if len(s.lines) > 500 || len(s.text) > 64<<10 {
		return min(max(guess, 1), len(s.lines))
	}
	for n := len(s.lines) - 1; n > 0; n-- {
		if validYAML(s.text[:s.lines[n]]) {
			return n + 1
		}
	}
	return 1
}

func validYAML(text []byte) bool {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var n yaml.Node
		if err := dec.Decode(&n); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// tabLine gives the line, the broken one or the one before, that is indented with a tab; 0 where there is none.
func (s *source) tabLine(broken int) int {
	for _, n := range []int{broken, broken - 1} {
		if n < 1 {
			continue
		}
		line := s.line(n)
		if indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]; bytes.IndexByte(indent, '\t') >= 0 && len(bytes.TrimSpace(line)) > 0 {
			return n
		}
	}
	return 0
}

func (s *source) line(n int) []byte {
	end := len(s.text)
	if n < len(s.lines) {
		end = s.lines[n]
	}
	return s.text[s.lines[n-1]:end]
}

// lineRange covers what is written on a line.
func (s *source) lineRange(n int) diag.Range {
	line := s.line(n)
	start := s.lines[n-1] + len(line) - len(bytes.TrimLeft(line, " \t"))
	end := s.lines[n-1] + len(bytes.TrimRight(line, " \t\r\n"))
	at := diag.Range{Pos: s.pos(start)}
	if end > start {
		at.End = s.pos(end)
	}
	return at
}
