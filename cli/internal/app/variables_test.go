package app

import (
	"slices"
	"strings"
	"testing"

	"sitegen.dev/core/config"
)

func TestMisspelt(t *testing.T) {
	own := []config.EnvVar{{Name: "SITEGEN_BASES"}}
	for _, tt := range []struct{ line, want string }{
		{"SITEGEN_PORT=1", "SITEGEN_SERVER_PORT"},
		{"SITEGEN_HOST=::", "SITEGEN_SERVER_HOST"},
		{"SITEGEN_ADAPTR=node", "SITEGEN_ADAPTER"},
		{"SITEGEN_TRAILINGSLASH=always", "SITEGEN_TRAILING_SLASH"},
		{"SITEGEN_SERVER_PORT=1", ""},
		{"SITEGEN_KEY=abc", ""},
		{"SITEGEN_PORT=", ""},
		{"SITEGEN_BASES=/x", ""}, // the site's own
		{"SITEGEN_MINIFLARE=/x", ""},
		{"OTHER_PORT=1", ""},
	} {
		var want [][2]string
		if tt.want != "" {
			name, _, _ := strings.Cut(tt.line, "=")
			want = [][2]string{{name, tt.want}}
		}
		if got := misspelt([]string{tt.line}, own); !slices.Equal(got, want) {
			t.Errorf("misspelt(%q) = %v; want %v", tt.line, got, want)
		}
	}
}
