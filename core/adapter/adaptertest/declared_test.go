package adaptertest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A declared difference excuses a failure, and only a failure; one of a family excuses those that fail.
func TestDeclared(t *testing.T) {
	r := &Report{Results: []Result{
		{Case: "a/fails", Variant: "default", Outcome: Failed, Problems: []string{"x"}},
		{Case: "a/fails", Variant: "base", Outcome: Failed, Problems: []string{"x"}},
		{Case: "a/passes", Variant: "default", Outcome: Passed},
		{Case: "b/one", Variant: "default", Outcome: Failed, Problems: []string{"x"}},
		{Case: "b/two", Variant: "default", Outcome: Passed},
		{Case: "b/two/deep", Variant: "default", Outcome: Failed, Problems: []string{"x"}},
		{Case: "b/three", Variant: "base", Outcome: Failed, Problems: []string{"x"}},
		{Case: "b/own", Variant: "default", Outcome: Failed, Problems: []string{"x"}},
		{Case: "c/one", Variant: "base", Outcome: Passed},
	}}
	d := differs{"a/fails@base": "cannot", "a/passes": "could not", "b/*@default": "a family", "b/own": "its own", "c/*": "none"}
	d.apply(r)
	for i, want := range []string{"failed: x", "differs: cannot", `failed: passes, but is declared to differ: could not; remove the declaration`,
		"differs: a family", "passed: ", "failed: x", "failed: x", "differs: its own", "passed: "} {
		res := r.Results[i]
		if got := fmt.Sprintf("%s: %s", res.Outcome, strings.Join(append(res.Problems, res.Reason), "")); got != want {
			t.Errorf("%s: %q, want %q", res.Case, got, want)
		}
	}
	d["a/fails@never"], d["a/gone"], d["a/*@never"] = "", "", ""
	if got := d.idle(r); !slices.Equal(got, []string{"a/*@never", "a/fails@never", "a/gone", "c/*"}) {
		t.Errorf("stale declarations: %q", got)
	}
}
