package lsp

import (
	"net/url"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"unicode/utf8"

	"sitegen.dev/core/syntax"
)

// text is a document with its line starts. The protocol counts lines from 0 and columns in UTF-16 code units; the
// compiler counts bytes.
type text struct {
	b     []byte
	lines []int
}

func newText(b []byte) *text {
	t := &text{b: b, lines: []int{0}}
	for i, c := range b {
		if c == '\n' {
			t.lines = append(t.lines, i+1)
		}
	}
	return t
}

// offset gives the byte of a position; what lies outside of the document is moved to its nearest place.
func (t *text) offset(p position) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= len(t.lines) {
		return len(t.b)
	}
	start, end := t.lines[p.Line], len(t.b)
	if p.Line+1 < len(t.lines) {
		end = t.lines[p.Line+1] - 1
	}
	units := 0
	for off := start; off < end; {
		if units >= p.Character {
			return off
		}
		r, size := utf8.DecodeRune(t.b[off:end])
		units++
		if r > 0xFFFF {
			units++
		}
		off += size
	}
	return end
}

// position gives the place of a byte.
func (t *text) position(off int) position {
	off = max(0, min(off, len(t.b)))
	line := sort.SearchInts(t.lines, off+1) - 1
	units := 0
	for i := t.lines[line]; i < off; {
		r, size := utf8.DecodeRune(t.b[i:])
		units++
		if r > 0xFFFF {
			units++
		}
		i += size
	}
	return position{line, units}
}

func (t *text) span(s syntax.Span) textRange {
	return textRange{t.position(s.Start), t.position(s.End)}
}

func (t *text) offsets(r textRange) syntax.Span {
	return syntax.Span{Start: t.offset(r.Start), End: t.offset(r.End)}
}

// byteAt gives the byte of a line and column that both count from 1, the column in bytes, as diagnostics do.
func (t *text) byteAt(line, col int) int {
	if line < 1 {
		return 0
	}
	if line > len(t.lines) {
		return len(t.b)
	}
	return min(t.lines[line-1]+max(col, 1)-1, len(t.b))
}

// word gives the identifier around a byte; empty at off where there is none. The letters of attributes, - and :, do not
// belong to it.
func (t *text) word(off int) syntax.Span {
	s := syntax.Span{Start: off, End: off}
	for s.Start > 0 && isWord(t.b[s.Start-1]) {
		s.Start--
	}
	for s.End < len(t.b) && isWord(t.b[s.End]) {
		s.End++
	}
	return s
}

func isWord(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= utf8.RuneSelf
}

// pathOf gives the file of a URI; for a document that is none, such as one that was never saved, the URI itself.
func pathOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Path == "" {
		return uri
	}
	p := u.Path
	if runtime.GOOS == "windows" {
		p = strings.TrimPrefix(p, "/")
	}
	p = filepath.Clean(filepath.FromSlash(p))
	// The site is found by its real path, so documents are too. The file itself may not exist.
	if dir, err := filepath.EvalSymlinks(filepath.Dir(p)); err == nil {
		p = filepath.Join(dir, filepath.Base(p))
	}
	return p
}

// uriOf names a file.
func uriOf(file string) string {
	p := filepath.ToSlash(file)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return (&url.URL{Scheme: "file", Path: p}).String()
}
