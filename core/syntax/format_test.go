package syntax

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sitegen.dev/core/internal/golden"
)

// TestFormat holds the layout against testdata/format.
func TestFormat(t *testing.T) {
	golden.Run(t, "testdata/format/*.txtar", func(t *testing.T, c *golden.Case) {
		for _, in := range c.Inputs() {
			f, diags := Parse(in.Name, in.Data)
			if len(diags) > 0 {
				t.Errorf("%s: %v", in.Name, diags[0])
				continue
			}
			out := format(f)
			c.Want(t, "want."+in.Name, out)
			checkFormat(t, f, out)
		}
	})
}

// checkFormat holds what formatting promises: the result means the same, and formatting it again changes nothing.
func checkFormat(t *testing.T, f *File, out []byte) {
	t.Helper()
	g, diags := Parse(f.Name, out)
	if len(diags) > 0 {
		t.Errorf("%s: formatting breaks it: %s\n%s", f.Name, dumpDiags(diags), out)
		return
	}
	if diff := cmp.Diff(normal(f), normal(g)); diff != "" {
		t.Errorf("%s: formatting changes it (-before +after):\n%s\n%s", f.Name, diff, out)
	}
	if again := format(g); string(again) != string(out) {
		t.Errorf("%s: formatting again changes it (-once +twice):\n%s", f.Name, cmp.Diff(string(out), string(again)))
	}
}

// TestFormatEnds formats deep and long input, of which a formatter that looks at parts again and again sees no end. It is linear work of
// less than a second; a minute is for the busiest of machines.
func TestFormatEnds(t *testing.T) {
	const size = 1 << 17
	for _, tt := range []struct{ name, open, unit, end string }{
		{"blocks", "<div>", "<p>a</p>", "</div>"},
		{"atoms", "a<b>", "c <i>d</i> ", "\n</b>"},
		{"attributes", "<b><i a={", "f(x, 1), ", "y}/></b>"},
		{"statements", "{if x { ", "<b>c</b>", " }}"},
		{"statement atoms", "a {if x { ", "<b>c</b>", "\n}}"},
		{"operands", "{f(<b>", "a ", "</b>)}"},
		{"operand lines", "{f(<b>", "a ", "\n</b>)}"},
		{"switches", "{switch { case x: ", "<b>c</b>", " }}"},
	} {
		for _, depth := range []int{1, 150} {
			src := strings.Repeat(tt.open, depth) + strings.Repeat(tt.unit, size/len(tt.unit)) + strings.Repeat(tt.end, depth) + "\n"
			if tt.name == "attributes" {
				src = "<b><i a={f(" + strings.Repeat(tt.unit, size/len(tt.unit)) + "y)}/></b>\n"
			}
			start := time.Now()
			out, diags := Format("time.gosite", []byte(src))
			if d := time.Since(start); d > time.Minute {
				t.Errorf("%s, %d deep: %v", tt.name, depth, d)
			} else {
				t.Logf("%s, %d deep: %v", tt.name, depth, d)
			}
			if len(diags) > 0 {
				t.Errorf("%s, %d deep: %v", tt.name, depth, diags[0])
			}
			if len(out) == 0 {
				t.Errorf("%s, %d deep: nothing", tt.name, depth)
			}
		}
	}
}

func BenchmarkFormat(b *testing.B) {
	src := benchPage(b)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		Format("bench.gosite", src)
	}
}
