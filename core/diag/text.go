package diag

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// TextOptions say how Text writes.
type TextOptions struct {
	Color  bool
	Source func(file string) []byte // for the lines that are shown; nil, or nil for a file: none
	Path   func(file string) string // how to show a file, for who works in another folder; nil: as it is
}

// Text writes a List for people: each diagnostic on a line that editors and terminals can jump from, with the source
// line, a mark below the range, the hint and the notes; at the end a line that counts. Nothing for an empty List.
//
//	src/pages/index.gosite:7:10: error: unknown component Crad [SG2001]
//	    7 |   <main><Crad title="x"/></main>
//	      |          ^^^^
//	  hint: did you mean Card?
//
// Whatever a file or a message holds, the output has no control characters of theirs.
func Text(w io.Writer, l *List, o TextOptions) error {
	p := &textPrinter{o: o, lines: map[string][][]byte{}}
	for i, d := range l.Sorted() {
		if i > 0 {
			p.b.WriteByte('\n')
		}
		p.diagnostic(d)
	}
	if s := Summary(l); s != "" {
		p.b.WriteByte('\n')
		p.paint(summaryColor(l), s)
		p.b.WriteByte('\n')
	}
	_, err := w.Write(p.b.Bytes())
	return err
}

// Summary counts: "3 errors, 1 warning". It is empty for an empty List.
func Summary(l *List) string {
	var n [3]int
	for _, d := range l.Sorted() {
		n[min(max(d.Severity, Error), Info)]++
	}
	var parts []string
	for i, word := range []string{"error", "warning", "note"} {
		switch {
		case n[i] == 1:
			parts = append(parts, "1 "+word)
		case n[i] > 1:
			parts = append(parts, strconv.Itoa(n[i])+" "+word+"s")
		}
	}
	return strings.Join(parts, ", ")
}

// Terminal colours, as parameters of the SGR sequence.
const (
	red    = "1;31"
	yellow = "1;33"
	blue   = "1;34"
	bold   = "1"
	faint  = "2"
)

func color(s Severity) string {
	switch s {
	case Error:
		return red
	case Warning:
		return yellow
	}
	return blue
}

func summaryColor(l *List) string {
	worst := Info
	for _, d := range l.items {
		worst = min(worst, d.Severity)
	}
	return color(worst)
}

type textPrinter struct {
	o     TextOptions
	b     bytes.Buffer
	lines map[string][][]byte // source files that were shown already
}

// paint writes s, which must be clean, in a colour.
func (p *textPrinter) paint(color, s string) {
	if !p.o.Color || color == "" {
		p.b.WriteString(s)
		return
	}
	p.b.WriteString("\x1b[" + color + "m" + s + "\x1b[0m")
}

func (p *textPrinter) diagnostic(d Diagnostic) {
	p.place("", d.Pos)
	p.paint(color(d.Severity), d.Severity.String()+":")
	p.b.WriteByte(' ')
	p.paint(bold, cleanText(d.Message, "    "))
	if d.Code != "" {
		p.paint(faint, " ["+cleanText(string(d.Code), "")+"]")
	}
	p.b.WriteByte('\n')
	p.frame(d.Range, color(d.Severity))
	if d.Hint != "" {
		p.b.WriteString("  ")
		p.paint(blue, "hint:")
		p.b.WriteString(" " + cleanText(d.Hint, "        ") + "\n")
	}
	for _, n := range d.Notes {
		p.place("  ", n.Pos)
		p.paint(blue, "note:")
		p.b.WriteString(" " + cleanText(n.Message, "        ") + "\n")
		p.frame(n.Range, blue)
	}
}

func (p *textPrinter) place(indent string, at Pos) {
	p.b.WriteString(indent)
	if at.File == "" {
		return
	}
	if p.o.Path != nil {
		at.File = p.o.Path(at.File)
	}
	p.paint(bold, strings.ReplaceAll(cleanText(at.String(), ""), "\n", " ")+":")
	p.b.WriteByte(' ')
}

// frame shows the line of a range with a mark below it.
func (p *textPrinter) frame(at Range, color string) {
	line, ok := p.line(at.Pos)
	if !ok || at.Line == 0 {
		return
	}
	number := strconv.Itoa(at.Line)
	margin := strings.Repeat(" ", max(5-len(number), 0))
	start, end := 0, 0
	if at.Col > 0 {
		start = min(at.Col-1, len(line))
		end = markEnd(at, line, start)
	}
	text, from, to := window(line, start, end)
	p.paint(faint, margin+number+" | ")
	p.b.WriteString(text + "\n")
	if at.Col == 0 {
		return
	}
	p.paint(faint, strings.Repeat(" ", len(margin)+len(number))+" | ")
	p.b.WriteString(strings.Repeat(" ", from))
	p.paint(color, strings.Repeat("^", max(to-from, 1)))
	p.b.WriteByte('\n')
}

// markEnd is where the mark ends on the line of its beginning: with the range, with the line where the range goes on
// below, or behind the word where only the beginning is known.
func markEnd(at Range, line []byte, start int) int {
	switch {
	case at.End.Line == at.Line && at.End.Col > at.Col:
		return min(at.End.Col-1, len(line))
	case at.End.Line > at.Line:
		return max(len(bytes.TrimRightFunc(line, unicode.IsSpace)), start)
	case at.End.Line != 0:
		return start
	}
	end := start
	for end < len(line) {
		r, size := utf8.DecodeRune(line[end:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' {
			break
		}
		end += size
	}
	return end
}

func (p *textPrinter) line(at Pos) ([]byte, bool) {
	if p.o.Source == nil || at.File == "" || at.Line < 1 {
		return nil, false
	}
	lines, ok := p.lines[at.File]
	if !ok {
		if src := p.o.Source(at.File); src != nil {
			lines = bytes.Split(src, []byte{'\n'})
		}
		p.lines[at.File] = lines
	}
	if at.Line > len(lines) {
		return nil, false
	}
	return bytes.TrimSuffix(lines[at.Line-1], []byte{'\r'}), true
}

// Of a long line only what is near the mark is shown, in columns.
const (
	maxWidth   = 120
	leadBefore = 40
)

// window gives the part of a line that is shown and the columns in it between which the mark stands. Tabs become
// blanks, and what cannot be shown becomes U+FFFD.
func window(line []byte, start, end int) (text string, from, to int) {
	type cell struct {
		s           string
		width, byte int
	}
	var cells []cell
	col := 0
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRune(line[i:])
		c := cell{s: string(line[i : i+size]), width: runeWidth(r), byte: i}
		switch {
		case r == '\t':
			c.width = 4 - col%4
			c.s = strings.Repeat(" ", c.width)
		case !shown(r) || r == utf8.RuneError:
			c.s, c.width = "\ufffd", 1
		}
		col += c.width
		cells = append(cells, c)
		i += size
	}
	// Columns of the mark, before anything is cut off.
	column := func(off int) int {
		n := 0
		for _, c := range cells {
			if c.byte >= off {
				break
			}
			n += c.width
		}
		return n
	}
	from, to = column(start), column(end)
	skip := 0
	if col > maxWidth && from > maxWidth-leadBefore {
		skip = from - leadBefore
	}
	var b strings.Builder
	n, cut := 0, 0
	for _, c := range cells {
		switch {
		case n < skip:
			cut += c.width
		case n+c.width-cut > maxWidth:
			b.WriteString("…")
			return b.String(), from - cut, min(to-cut, maxWidth)
		default:
			if b.Len() == 0 && cut > 0 {
				b.WriteString("…")
				cut--
			}
			b.WriteString(c.s)
		}
		n += c.width
	}
	return b.String(), from - cut, to - cut
}

// cleanText makes text from files harmless for a terminal: lines after the first are indented, tabs become blanks, and
// everything that would move the cursor, colour or turn round the text is written as an escape.
func cleanText(s, indent string) string {
	clean := true
	for _, r := range s {
		if r == '\n' || r == '\t' || r == utf8.RuneError || !shown(r) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\n':
			b.WriteString("\n" + indent)
		case r == '\t':
			b.WriteString("    ")
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd"):
			b.WriteString("\ufffd")
		case !shown(r):
			q := strconv.QuoteRuneToASCII(r)
			b.WriteString(q[1 : len(q)-1])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// shown says whether a character may go to a terminal as it is: no control characters, and none that change the
// direction of the text or the lines.
func shown(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == '\ufeff':
		return false
	case r == '\u200e', r == '\u200f', r == '\u061c', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
		return false
	}
	return true
}

// runeWidth is how many columns a terminal gives a character: none for marks, two for the wide ones of East Asia and
// for emoji. The ranges are coarse: being wrong moves a mark by a column, nothing more.
func runeWidth(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r < 0x1100:
		return 1
	case r <= 0x115f, // Hangul
		r >= 0x2e80 && r <= 0x303e,   // CJK radicals and punctuation
		r >= 0x3041 && r <= 0xa4cf,   // kana to Yi
		r >= 0xac00 && r <= 0xd7a3,   // Hangul syllables
		r >= 0xf900 && r <= 0xfaff,   // CJK compatibility
		r >= 0xfe30 && r <= 0xfe6f,   // CJK forms
		r >= 0xff00 && r <= 0xff60,   // full width
		r >= 0xffe0 && r <= 0xffe6,   // full width signs
		r >= 0x1f300 && r <= 0x1f64f, // pictographs
		r >= 0x1f680 && r <= 0x1f6ff, // transport
		r >= 0x1f900 && r <= 0x1f9ff, // more pictographs
		r >= 0x20000 && r <= 0x3fffd: // CJK extensions
		return 2
	}
	return 1
}
