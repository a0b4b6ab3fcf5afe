package examples

import (
	"testing"

	"sitegen.dev/core/diag"
)

// TestKnown holds that examples and reasons are about codes that there are. That no code lacks one is tested by package
// diag, and that examples do what they say by the command line, which runs them.
func TestKnown(t *testing.T) {
	known := map[diag.Code]bool{}
	for _, c := range diag.Codes() {
		known[c.Code] = true
	}
	for code := range all {
		if !known[code] {
			t.Errorf("there is an example of %s, and no such code", code)
		}
	}
	for code := range without {
		if !known[code] {
			t.Errorf("there is a reason for %s, and no such code", code)
		}
	}
}
