package examples

import (
	"testing"

	"sitegen.dev/core/diag"
)

// TestComplete holds that every code has an example, or a reason why it has none. That examples do what they say is
// tested by the command line, which runs them.
func TestComplete(t *testing.T) {
	known := map[diag.Code]bool{}
	for _, c := range diag.Codes() {
		known[c.Code] = true
		e, ok := Of(c.Code)
		switch reason := Reason(c.Code); {
		case !ok && reason == "":
			t.Errorf("%s has neither an example in examples.txt nor a reason in without", c.Code)
		case ok && reason != "":
			t.Errorf("%s has an example, and a reason why it has none", c.Code)
		case ok && len(e.Files) == 0:
			t.Errorf("%s has an example without files", c.Code)
		}
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
