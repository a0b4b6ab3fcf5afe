package diag

import (
	"strings"
	"unicode"
)

// Suggest gives the one of known that somebody who wrote name most likely meant, or "" where none is near. Of two that
// are equally near the earlier one wins.
func Suggest(name string, known []string) string {
	for _, k := range known {
		if k != name && strings.EqualFold(k, name) {
			return k
		}
	}
	a := []rune(strings.ToLower(name))
	if len(a) > 64 {
		return ""
	}
	best, bestAt := "", len(a)/3+1
	if len(a) < 3 {
		bestAt = 1 // of two letters, one wrong is half the word
	}
	for _, k := range known {
		b := []rune(strings.ToLower(k))
		if k == name || len(b) > 64 {
			continue
		}
		// What is barely near has to begin alike: --port is not --root, and /nowhere not /other.
		if d := distance(a, b); d < bestAt || d == bestAt && best == "" && d < len(a) && initial(a) == initial(b) {
			best, bestAt = k, d
		}
	}
	return best
}

// initial gives the first letter or digit.
func initial(name []rune) rune {
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
	}
	return 0
}

// distance counts the letters to insert, remove, replace or swap with their neighbour to get from a to b (optimal
// string alignment).
func distance(a, b []rune) int {
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range b {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+change)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
