package syntax

import (
	"testing"

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
