package config

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"sitegen.dev/core/diag"
)

// source turns the lines and columns of the YAML parser into those of diagnostics. The parser counts columns in
// characters and takes more than \n for the end of a line; diagnostics count bytes and end lines at \n only.
type source struct {
	name  string
	bom   int    // bytes in front of text
	text  []byte // without a byte order mark
	lines []int  // offsets of the starts of the parser's lines
}

var byteOrderMark = []byte("\ufeff")

func newSource(name string, data []byte) source {
	s := source{name: name, text: data, lines: []int{0}}
	if after, ok := bytes.CutPrefix(data, byteOrderMark); ok {
		s.bom, s.text = len(byteOrderMark), after
	}
	for i := 0; i < len(s.text); {
		r, size := utf8.DecodeRune(s.text[i:])
		i += size
		switch r {
		case '\r':
			if i < len(s.text) && s.text[i] == '\n' {
				i++
			}
			s.lines = append(s.lines, i)
		case '\n', '\u0085', '\u2028', '\u2029':
			s.lines = append(s.lines, i)
		}
	}
	return s
}

// offset of a place as the parser counts it.
func (s *source) offset(line, col int) int {
	if line < 1 || line > len(s.lines) {
		return len(s.text)
	}
	off := s.lines[line-1]
	for ; col > 1 && off < len(s.text); col-- {
		_, size := utf8.DecodeRune(s.text[off:])
		off += size
	}
	return off
}

func (s *source) pos(off int) diag.Pos {
	before := s.text[:off]
	start := bytes.LastIndexByte(before, '\n') + 1
	col := off - start + 1
	if start == 0 {
		col += s.bom
	}
	return diag.Pos{File: s.name, Line: bytes.Count(before, []byte{'\n'}) + 1, Col: col}
}

// node gives the range of a scalar; of anything else only where it begins.
func (s *source) node(n *yaml.Node) diag.Range {
	off := s.offset(n.Line, n.Column)
	at := diag.Range{Pos: s.pos(off)}
	if n.Kind != yaml.ScalarNode {
		return at
	}
	if size := scalarSize(s.text[off:], n); size > 0 {
		at.End = s.pos(off + size)
	}
	return at
}

// scalarSize is how many bytes a scalar on one line takes at the beginning of text; 0 where that is not clear.
func scalarSize(text []byte, n *yaml.Node) int {
	line, _, _ := strings.Cut(string(text[:min(len(text), 1000)]), "\n")
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		for i := 1; i < len(line); i++ {
			switch line[i] {
			case '\\':
				i++
			case '"':
				return i + 1
			}
		}
	case n.Style&yaml.SingleQuotedStyle != 0:
		for i := 1; i < len(line); i++ {
			if line[i] != '\'' {
				continue
			}
			if i+1 < len(line) && line[i+1] == '\'' {
				i++
				continue
			}
			return i + 1
		}
	case n.Value != "" && strings.HasPrefix(line, n.Value):
		return len(n.Value)
	}
	return 0
}
