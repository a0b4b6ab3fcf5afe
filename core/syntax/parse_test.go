package syntax

import (
	"testing"

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
		}
	})
}
