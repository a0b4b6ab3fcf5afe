package main

import (
	"strings"
	"testing"

	"sitegen.dev/core/adapter/adaptertest"
)

func TestPage(t *testing.T) {
	result := func(id, variant, source string, o adaptertest.Outcome, reason string) adaptertest.Result {
		return adaptertest.Result{Case: id, Variant: variant, Priority: "P0", Source: source, Outcome: o, Reason: reason}
	}
	text := page([]*adaptertest.Report{
		{Target: "one", Results: []adaptertest.Result{
			result("b/x", "default", "behaviour 10", adaptertest.Passed, ""),
			result("b/x", "base", "behaviour 10", adaptertest.Passed, ""),
			result("a/y", "default", "behaviour 2", adaptertest.Failed, ""),
		}},
		{Target: "two", Results: []adaptertest.Result{
			result("b/x", "default", "behaviour 10", adaptertest.Differs, "a | b"),
			result("b/x", "base", "behaviour 10", adaptertest.Differs, "a | b"),
		}},
	})
	for _, want := range []string{
		"the same 2 raw HTTP cases",
		"| group | one | two |\n|---|---|---|\n| a | 0/1, **1 failed** | – |\n| b | 2/2 | 0/2 |\n",
		"| behaviour 2: prerendered pages beside pages on demand | 0/1, **1 failed** | – |\n| behaviour 10: error pages | 2/2 | 0/2 |\n",
		"| two | b/x | default, base | a \\| b |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no\n%s\nin\n%s", want, text)
		}
	}
}
