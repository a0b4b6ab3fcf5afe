package site

import (
	"math/bits"
	"unsafe"
)

// Text and double-quoted attribute values need different bytes replaced, and only those are: & < > in text, and the
// double quote too in attributes. U+0000 has no representation in HTML and becomes U+FFFD in both.
const (
	inText = 1 << iota
	inAttr
)

var special = [256]uint8{
	0:   inText | inAttr,
	'&': inText | inAttr,
	'<': inText | inAttr,
	'>': inText | inAttr,
	'"': inAttr,
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// zeros has the high bit set in the lowest byte of x that is zero; bits above that one mean nothing.
func zeros(x uint64) uint64 { return (x - ones) &^ x & highs }

// load reads the eight bytes of s from i on.
func load(s string, i int) uint64 {
	_ = s[i+7]
	return uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
		uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
}

// textSpecial returns the index of the first byte at or behind i that text cannot hold, or len(s).
// It looks at eight bytes at a time: < and > differ in one bit, which is set before they are compared.
func textSpecial(s string, i int) int {
	for ; i+8 <= len(s); i += 8 {
		x := load(s, i)
		if m := zeros(x) | zeros(x^'&'*ones) | zeros(x|2*ones^'>'*ones); m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for ; i < len(s); i++ {
		if special[s[i]]&inText != 0 {
			return i
		}
	}
	return i
}

// attrSpecial is textSpecial for attribute values. & and the double quote, too, differ in one bit.
func attrSpecial(s string, i int) int {
	for ; i+8 <= len(s); i += 8 {
		x := load(s, i)
		if m := zeros(x) | zeros((x|4*ones)^'&'*ones) | zeros((x|2*ones)^'>'*ones); m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for ; i < len(s); i++ {
		if special[s[i]]&inAttr != 0 {
			return i
		}
	}
	return i
}

func appendText(b []byte, s string) []byte {
	start := 0
	for {
		i := textSpecial(s, start)
		b = append(b, s[start:i]...)
		if i == len(s) {
			return b
		}
		b = append(b, entity(s[i])...)
		start = i + 1
	}
}

func appendAttr(b []byte, s string) []byte {
	start := 0
	for {
		i := attrSpecial(s, start)
		b = append(b, s[start:i]...)
		if i == len(s) {
			return b
		}
		b = append(b, entity(s[i])...)
		start = i + 1
	}
}

func entity(c byte) string {
	switch c {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '"':
		return "&#34;"
	}
	return "\uFFFD"
}

// stringOf returns b as a string without a copy. The caller must be done with it before b changes.
func stringOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

func isLetter(c byte) bool { c = lower(c); return 'a' <= c && c <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isBlank tells what HTML calls ASCII whitespace.
func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' }

// foldPrefix reports whether s begins with prefix, as equalFold compares.
func foldPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && equalFold(s[:len(prefix)], prefix)
}

// trimBlanks is strings.TrimSpace for the blanks of HTML.
func trimBlanks(s string) string {
	for s != "" && isBlank(s[0]) {
		s = s[1:]
	}
	for s != "" && isBlank(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}
