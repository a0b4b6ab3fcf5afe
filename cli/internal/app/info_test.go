package app

import "testing"

func TestMasked(t *testing.T) {
	for _, tt := range []struct{ key, value, want string }{
		{"site", "https://example.com/a", "https://example.com/a"},
		{"session.url", "redis://ada:tea@host:6379/0", "redis://***@host:6379/0"},
		{"adapter.token", "abc", "***"},
		{"adapter.token", "", ""},
		{"headers", `{/*: {Link: "<https://x@example.com>"}}`, `{/*: {Link: "<https://***@example.com>"}}`},
		{"out", "a@b", "a@b"},
		{"", "run by `prog --token abc --mode x`", "run by `prog --token *** --mode x`"},
		{"", "run by `prog --api-key=abc`", "run by `prog --api-key=***`"},
		{"redirects", "https://example.com/x?token=abc&a=b", "https://example.com/x?token=***&a=b"},
		{"out", "dist/keys", "dist/keys"},
	} {
		if got := masked(tt.key, tt.value); got != tt.want {
			t.Errorf("masked(%q, %q) = %q, want %q", tt.key, tt.value, got, tt.want)
		}
	}
}
