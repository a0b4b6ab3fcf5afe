package app

import (
	"strings"
	"testing"
)

// TestBug: what we did wrong is told as such, with a code of its own.
func TestBug(t *testing.T) {
	env := testEnv()
	var stderr strings.Builder
	env.Stderr = &stderr
	env.Dir = t.TempDir()
	env.Getenv = func(string) string { panic("no environment") }
	if code := Main(t.Context(), []string{"sitegen", "build"}, env); code != exitInternal {
		t.Errorf("exit code %d; want %d", code, exitInternal)
	}
	for _, want := range []string{"sitegen 1.2.3 has a bug: no environment", "app_test.go", "sitegen info"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("%q is not in:\n%s", want, &stderr)
		}
	}
}
