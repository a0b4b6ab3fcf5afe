package site

import (
	"math"
	"math/bits"
	"slices"
	"unsafe"
)

// Text and double-quoted attribute values need different bytes replaced, and only those are: & < > in text, and the
// double quote too in attributes. U+0000 has no representation in HTML and becomes U+FFFD in both.

// appendText appends s as text, also that of title and textarea.
func appendText(b []byte, s string) []byte { return appendEscaped(b, s, 0) }

// appendAttr appends s as a part of an attribute value in double quotes.
func appendAttr(b []byte, s string) []byte { return appendEscaped(b, s, quotes) }

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080

	quotes = 4 * ones // the bit in which & and the double quote differ
)

// zeroBytes has the high bit set in the lowest byte of x that is zero, and none below; bits above it and those that are
// not in highs mean nothing.
func zeroBytes(x uint64) uint64 { return (x - ones) &^ x }

// specials has the high bit set in the lowest byte of x that is to be replaced. < and > differ in one bit, which is
// set before they are compared; & and the double quote too if it is asked for.
func specials(x, quote uint64) uint64 {
	return (zeroBytes(x) | zeroBytes((x|quote)^'&'*ones) | zeroBytes((x|2*ones)^'>'*ones)) & highs
}

// appendEscaped copies s eight bytes at a time and stops for those that are to be replaced. Copying while looking
// costs less than looking first, because most values are a few words at most. The buffer always has room for all of s
// that is left and eight bytes more, so that whole words can be stored and the surplus is overwritten later.
func appendEscaped(b []byte, s string, quote uint64) []byte {
	n := len(b)
	b = slices.Grow(b, len(s)+8)
	b = b[:cap(b)]
	i := 0
	for {
		var m uint64
		for len(s)-i >= 8 {
			x := load(s[i:])
			store(b[n:], x)
			if m = specials(x, quote); m != 0 {
				break
			}
			i += 8
			n += 8
		}
		if m == 0 {
			if i == len(s) {
				return b[:n]
			}
			x := tail(s, i)
			store(b[n:], x)
			if m = specials(x, quote); m == 0 {
				return b[:n+len(s)-i]
			}
		}
		k := bits.TrailingZeros64(m) / 8
		i += k
		n += k
		e, width := entity(s[i])
		i++
		store(b[n:], e)
		n += width
		if len(b)-n < len(s)-i+8 {
			b = slices.Grow(b[:n], len(s)-i+8)
			b = b[:cap(b)]
		}
	}
}

// tail reads the last one to seven bytes of s, those from i on. What is left of the word are bytes that are never
// special.
func tail(s string, i int) uint64 {
	n := uint(len(s) - i)
	var x uint64
	switch {
	case len(s) >= 8: // the last word of s, without what has been done
		x = load(s[len(s)-8:]) >> (64 - 8*n)
	case n >= 4:
		x = uint64(half(s[i:])) | uint64(half(s[len(s)-4:]))<<(8*n-32)
	case n >= 2:
		x = uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[len(s)-1])<<(8*n-8)
	default:
		x = uint64(s[i])
	}
	return x | math.MaxUint64<<(8*n)
}

// load reads the first eight bytes of s. Compilers make one instruction of it, and of half and store.
func load(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// half reads the first four bytes of s.
func half(s string) uint32 {
	_ = s[3]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

func store(b []byte, x uint64) {
	_ = b[7]
	b[0], b[1], b[2], b[3] = byte(x), byte(x>>8), byte(x>>16), byte(x>>24)
	b[4], b[5], b[6], b[7] = byte(x>>32), byte(x>>40), byte(x>>48), byte(x>>56)
}

// entity returns what stands for c, as a word, and its length.
func entity(c byte) (uint64, int) {
	switch c {
	case '&':
		return '&' | 'a'<<8 | 'm'<<16 | 'p'<<24 | ';'<<32, len("&amp;")
	case '<':
		return '&' | 'l'<<8 | 't'<<16 | ';'<<24, len("&lt;")
	case '>':
		return '&' | 'g'<<8 | 't'<<16 | ';'<<24, len("&gt;")
	case '"':
		return '&' | '#'<<8 | '3'<<16 | '4'<<24 | ';'<<32, len("&#34;")
	}
	return 0xBDBFEF, len("\uFFFD")
}

// attrSpecial returns the index of the first byte of s that appendAttr replaces, or len(s).
func attrSpecial(s string) int {
	for i := range len(s) {
		switch s[i] {
		case '&', '<', '>', '"', 0:
			return i
		}
	}
	return len(s)
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
