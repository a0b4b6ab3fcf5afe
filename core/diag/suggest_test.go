package diag

import "testing"

func TestSuggest(t *testing.T) {
	known := []string{"site", "base", "output", "adapter", "trailingSlash", "out", "to", "src", "--root", "--base", "/other", "/others"}
	for _, tt := range []struct{ in, want string }{
		{"sit", "site"},
		{"Site", "site"},
		{"basse", "base"},
		{"outptu", "output"},
		{"trailing_slash", "trailingSlash"},
		{"trailingslash", "trailingSlash"},
		{"adaptor", "adapter"},
		{"scr", "src"},
		{"xyz", ""},
		{"", ""},
		{"a", ""},
		{"integrations", ""},
		{"site", ""},
		{"tip", "to"},
		{"prt", ""}, // two of three letters are others
		{"--baes", "--base"},
		{"/nowhere", ""},
		{"/tohers", "/others"},
	} {
		if got := Suggest(tt.in, known); got != tt.want {
			t.Errorf("Suggest(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}
