package syntax

import (
	"fmt"
	"strings"
	"testing"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/internal/golden"
)

// TestParse holds the tree and the diagnostics of whole files against testdata/parse.
func TestParse(t *testing.T) {
	golden.Run(t, "testdata/parse/*.txtar", func(t *testing.T, c *golden.Case) {
		for _, in := range c.Inputs() {
			f, diags := Parse(in.Name, in.Data)
			c.Want(t, "want.tree", []byte(dump(f)))
			c.Want(t, "want.diag", []byte(dumpDiags(diags)))
			checkTree(t, f)
			if len(diags) == 0 {
				checkGo(t, f)
				checkFormat(t, f, format(f))
			}
		}
	})
}

// TestErrors holds what is said about broken input against testdata/errors.
func TestErrors(t *testing.T) {
	golden.Run(t, "testdata/errors/*.txtar", func(t *testing.T, c *golden.Case) {
		for _, in := range c.Inputs() {
			f, diags := Parse(in.Name, in.Data)
			if len(diags) == 0 {
				t.Errorf("%s: no errors", in.Name)
			}
			c.Want(t, "want."+in.Name, []byte(frames(f, diags)))
			checkTree(t, f)
		}
	})
}

// frames writes diagnostics with the source lines they point at.
func frames(f *File, list []diag.Diagnostic) string {
	var b strings.Builder
	point := func(r diag.Range, text string) {
		fmt.Fprintf(&b, "%d:%d %s\n", r.Line, r.Col, text)
		start := f.lines[r.Line-1]
		end := len(f.Src)
		if r.Line < len(f.lines) {
			end = f.lines[r.Line] - 1
		}
		line := strings.ToValidUTF8(string(f.Src[start:max(start, end)]), "?")
		width := 1
		if r.End.Line == r.Line {
			width = max(1, r.End.Col-r.Col)
		} else {
			width = max(1, len(line)-r.Col+1)
		}
		pad := strings.Map(func(c rune) rune {
			if c == '\t' {
				return c
			}
			return ' '
		}, line[:min(r.Col-1, len(line))])
		fmt.Fprintf(&b, "| %s\n| %s%s\n", line, pad, strings.Repeat("^", width))
	}
	for _, d := range list {
		point(d.Range, string(d.Code)+" "+d.Message)
		for _, n := range d.Notes {
			point(n.Range, "note: "+n.Message)
		}
		if d.Hint != "" {
			fmt.Fprintf(&b, "hint: %s\n", d.Hint)
		}
	}
	return b.String()
}
