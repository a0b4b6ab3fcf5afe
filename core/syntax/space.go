package syntax

import "strings"

// blanks are the bytes HTML calls white space. A no-break space is not among them: it is text.
const blanks = " \t\r\n\f"

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

// JSXText applies the white space rule to one Text node, whose neighbours are anything but text: lines are trimmed
// where they touch a line break, empty lines vanish, the line breaks that remain become one blank each, and blanks on
// the same line stay. The result is "" where nothing is left to print. Code generator and formatter share it, which is
// what keeps formatting from changing a page; inside pre, textarea and raw elements it does not apply.
func JSXText(s string) string {
	if strings.IndexByte(s, '\n') < 0 {
		return s
	}
	lines := strings.Split(s, "\n")
	out := make([]byte, 0, len(s))
	for i, line := range lines {
		if i > 0 {
			line = strings.TrimLeft(line, blanks)
		}
		if i < len(lines)-1 {
			line = strings.TrimRight(line, blanks)
		}
		if line == "" {
			continue
		}
		if len(out) > 0 {
			out = append(out, ' ')
		}
		out = append(out, line...)
	}
	return string(out)
}

// Verbatim says whether white space counts inside an HTML element of this name.
func Verbatim(name string) bool { return name == "pre" || name == "textarea" || name == "listing" }
