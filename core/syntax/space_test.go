package syntax

import "testing"

func TestJSXText(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{" ", " "},
		{"  a  ", "  a  "},
		{"\n", ""},
		{"\n  ", ""},
		{" \n\t\r\n ", ""},
		{"a\n", "a"},
		{" a\n", " a"},
		{"\n a ", "a "},
		{"a \n b", "a b"},
		{"a\r\n\r\n\r\n  b\r\nc", "a b c"},
		{"\n  a b \n\n c  d\n", "a b c  d"},
		{"a \t b", "a \t b"},
		{"\u00a0\na\u00a0\n", "\u00a0 a\u00a0"},
		{" \n ", ""},
	} {
		if got := JSXText(tt.in); got != tt.want {
			t.Errorf("JSXText(%q) = %q; want %q", tt.in, got, tt.want)
		}
	}
}
