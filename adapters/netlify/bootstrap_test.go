package netlify

import (
	"os"
	"path/filepath"
	"testing"
)

// The registry is the one that was named, else the one that npm is set up with.
func TestRegistryAddress(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if got, err := (&functionsAPI{}).address(t.Context()); err == nil {
		t.Errorf("without npm: got %q, want an error", got)
	}
	npm := "#!/bin/sh\n[ \"$*\" = 'config get registry' ] && echo http://mirror.example/npm/\n"
	if err := os.WriteFile(filepath.Join(dir, "npm"), []byte(npm), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ named, want string }{
		{"", "http://mirror.example/npm"},
		{"http://named.example/", "http://named.example"},
	} {
		if got, err := (&functionsAPI{registry: tt.named}).address(t.Context()); got != tt.want || err != nil {
			t.Errorf("named %q: got %q, %v; want %q", tt.named, got, err, tt.want)
		}
	}
}
