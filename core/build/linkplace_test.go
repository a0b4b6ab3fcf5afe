package build

import "testing"

func TestContextOf(t *testing.T) {
	for before, want := range map[string]struct {
		attr   string
		quoted bool
	}{
		"":                {"", false},
		`<a href="`:       {"href", true},
		`<a href={`:       {"href", false},
		`<a href={ `:      {"href", false},
		`<a href=`:        {"href", false},
		`<a href={"`:      {"href", true},
		`<a href = '`:     {"href", true},
		"<a href=`":       {"href", true},
		`<a data-href="`:  {"data-href", true},
		`next := "`:       {"", true},
		`return "`:        {"", true},
		`if n == `:        {"", false},
		`<p>`:             {"", false},
		`[`:               {"", false},
		`f("a", "`:        {"", true},
		`<Card n={`:       {"n", false},
		`a 日本href="`:      {"日本href", true},
		"\xff\xfe href='": {"href", true},
	} {
		if attr, quoted := contextOf(before); attr != want.attr || quoted != want.quoted {
			t.Errorf("%q: %q, %v", before, attr, quoted)
		}
	}
}
