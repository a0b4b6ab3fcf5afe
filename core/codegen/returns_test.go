package codegen

import "testing"

func TestReturnsSomething(t *testing.T) {
	for stmt, want := range map[string]bool{
		`return page.Redirect("/")`: true,
		"return (err)":              true,
		"return(err)":               true,
		"return\tnilable":           true,
		"return":                    false,
		"return nil":                false,
		"returned(err)":             false,
		"x := 1":                    false,
	} {
		if got := returnsSomething(stmt); got != want {
			t.Errorf("returnsSomething(%q) = %v", stmt, got)
		}
	}
}
