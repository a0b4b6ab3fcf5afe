package diag

import (
	"bytes"
	"io"
	"strconv"
	"strings"
)

// GitHub writes a List as workflow commands, which GitHub Actions shows beside the changed lines of a pull request.
func GitHub(w io.Writer, l *List) error {
	var b bytes.Buffer
	for _, d := range l.Sorted() {
		command := map[Severity]string{Error: "error", Warning: "warning"}[d.Severity]
		if command == "" {
			command = "notice"
		}
		b.WriteString("::" + command)
		sep := " "
		property := func(name, value string) {
			b.WriteString(sep + name + "=" + escapeProperty(value))
			sep = ","
		}
		number := func(name string, n int) {
			if n > 0 {
				property(name, strconv.Itoa(n))
			}
		}
		if d.File != "" {
			property("file", d.File)
			number("line", d.Line)
			number("endLine", d.End.Line)
			number("col", d.Col)
			// GitHub's end column is the last one that is marked, and only counts within one line.
			if d.End.Line == d.Line && d.End.Col > d.Col {
				number("endColumn", d.End.Col-1)
			}
		}
		if d.Code != "" {
			property("title", string(d.Code))
		}
		message := d.Message
		if d.Hint != "" {
			message += "\nhint: " + d.Hint
		}
		for _, n := range d.Notes {
			message += "\n" + n.Pos.String() + ": " + n.Message
		}
		b.WriteString("::" + escapeData(message) + "\n")
	}
	_, err := w.Write(b.Bytes())
	return err
}

// escapeData makes any text one line of a workflow command's message. A line break would begin a new line of the log,
// and with it perhaps a command.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(cleanText(s, ""))
}

// escapeProperty does the same for a property, which also ends at a comma or a colon.
func escapeProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeData(s))
}
