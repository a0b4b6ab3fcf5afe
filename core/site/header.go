package site

import (
	"iter"
	"slices"
	"strings"
)

// HeaderLine is one header line.
type HeaderLine struct{ Name, Value string }

// Header holds the header lines of a request or a response in the order in which they were added. Names are compared
// without regard to case. The zero Header is empty and ready to use.
//
// Set and Add check what they are given: a name that is no token, or a value with a line break, a NUL or a byte that is
// not ASCII, is not stored. The page that did it is answered with the 500 page, and the log names its file and line.
type Header struct {
	lines []HeaderLine
	err   error
	sent  refuser // told of changes that come too late; nil before that
}

// refuser is told what cannot be set any more, and where somebody tried.
type refuser interface{ late(what, at string) }

// Get gives the value of the header, "" when there is none. Lines that are repeated are joined with ", " (those of
// Cookie with "; "); of Set-Cookie, which cannot be joined, Get gives the first.
func (h *Header) Get(name string) string {
	first := -1
	for i := range h.lines {
		if !equalFold(h.lines[i].Name, name) {
			continue
		}
		if first >= 0 {
			return h.joined(name, first)
		}
		first = i
	}
	if first < 0 {
		return ""
	}
	return h.lines[first].Value
}

func (h *Header) joined(name string, first int) string {
	if equalFold(name, "Set-Cookie") {
		return h.lines[first].Value
	}
	sep := ", "
	if equalFold(name, "Cookie") {
		sep = "; "
	}
	return strings.Join(h.Values(name), sep)
}

// Values gives the value of each line of that name.
func (h *Header) Values(name string) []string {
	var out []string
	for i := range h.lines {
		if equalFold(h.lines[i].Name, name) {
			out = append(out, h.lines[i].Value)
		}
	}
	return out
}

// Has says whether there is a line of that name.
func (h *Header) Has(name string) bool {
	return slices.ContainsFunc(h.lines, func(l HeaderLine) bool { return equalFold(l.Name, name) })
}

// Set makes value the only line of that name. It takes the place of the first one there was.
func (h *Header) Set(name, value string) {
	value, ok := h.check(name, value)
	if !ok {
		return
	}
	for i := range h.lines {
		if equalFold(h.lines[i].Name, name) {
			h.lines[i].Value = value
			h.drop(name, i+1)
			return
		}
	}
	h.lines = append(h.lines, HeaderLine{name, value})
}

// Add appends a line beside those of the same name.
func (h *Header) Add(name, value string) {
	if value, ok := h.check(name, value); ok {
		h.lines = append(h.lines, HeaderLine{name, value})
	}
}

// AddReceived appends a line as a platform received it, without the checks of Add. It is for those who build a Request.
func (h *Header) AddReceived(name, value string) {
	h.lines = append(h.lines, HeaderLine{name, value})
}

// Del removes every line of that name.
func (h *Header) Del(name string) {
	if h.sent != nil {
		h.sent.late("header "+name, callerOutside())
		return
	}
	h.drop(name, 0)
}

// All gives the lines in order.
func (h *Header) All() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for _, l := range h.lines {
			if !yield(l.Name, l.Value) {
				return
			}
		}
	}
}

// Len is the number of lines.
func (h *Header) Len() int { return len(h.lines) }

// Reset removes every line and keeps the memory, for platforms that use a Request again.
func (h *Header) Reset() {
	clear(h.lines)
	*h = Header{lines: h.lines[:0]}
}

// Err gives the first line that Set or Add refused.
func (h *Header) Err() error { return h.err }

func (h *Header) drop(name string, from int) {
	kept := slices.DeleteFunc(h.lines[from:], func(l HeaderLine) bool { return equalFold(l.Name, name) })
	h.lines = h.lines[:from+len(kept)]
}

// put sets a line of our own making, which needs no check.
func (h *Header) put(name, value string) {
	for i := range h.lines {
		if equalFold(h.lines[i].Name, name) {
			h.lines[i].Value = value
			h.drop(name, i+1)
			return
		}
	}
	h.lines = append(h.lines, HeaderLine{name, value})
}

func (h *Header) check(name, value string) (string, bool) {
	if h.sent != nil {
		h.sent.late("header "+name, callerOutside())
		return "", false
	}
	value = strings.Trim(value, " \t")
	problem := ""
	switch {
	case !isToken(name):
		problem = "header " + quoteShort(name) + ": the name is no token (letters, digits, hyphens)"
	case strings.ContainsAny(value, "\r\n"):
		problem = "header " + name + ": the value holds a line break"
	case !isFieldValue(value):
		problem = "header " + name + ": the value holds a control character or a letter that is not ASCII; encode it first"
	default:
		return value, true
	}
	if h.err == nil {
		h.err = misuse(problem)
	}
	return "", false
}

// isToken says whether s is a token of RFC 9110: what names of headers, cookies and methods may be.
func isToken(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0:
		default:
			return false
		}
	}
	return true
}

// isFieldValue says whether s can be sent as the value of a header on every platform: printable ASCII, blanks and tabs.
// Bytes from 0x80 are legal in HTTP/1.1 but refused by runtimes whose headers are texts.
func isFieldValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '\t' && (c < 0x20 || c > 0x7e) {
			return false
		}
	}
	return true
}

// equalFold compares ASCII without case. strings.EqualFold would also take U+212A for k.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lowerASCII(s string) string {
	for i := range len(s) {
		if c := s[i]; 'A' <= c && c <= 'Z' {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				b[j] = lower(b[j])
			}
			return string(b)
		}
	}
	return s
}
