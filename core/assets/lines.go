package assets

import "sort"

// lineIndex finds lines of a text; offsets count bytes from 0, lines and columns from 1.
type lineIndex []int

func newLineIndex(s string) lineIndex {
	lines := lineIndex{0}
	for i := 0; i < len(s); i++ {
		if s[i] == '\n' {
			lines = append(lines, i+1)
		}
	}
	return lines
}

func (l lineIndex) pos(off int) (line, col int) {
	line = sort.SearchInts(l, off+1)
	return line, off - l[line-1] + 1
}

func (l lineIndex) offset(line, col int) int {
	line = min(max(line, 1), len(l))
	return l[line-1] + col - 1
}
