package conformance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"sitegen.dev/adapters/node"
	"sitegen.dev/core/adapter"
	"sitegen.dev/core/adapter/adaptertest"
)

const asAdapter = "SITEGEN_TEST_ADAPTER"

// This test program is an adapter by others too, if the variable says so, before any test is thought of.
func init() {
	if os.Getenv(asAdapter) != "" {
		adapter.Main(node.Adapter{})
	}
}

// TestProgram sees to it that an adapter loses nothing by being a program that is asked in JSON.
func TestProgram(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	a, err := adapter.Open(t.Context(), adapter.Program{Args: []string{self}, Dir: t.TempDir(), Env: []string{asAdapter + "=1"}, Stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	adaptertest.Run(t, adaptertest.Target{
		Name:    "node as a program",
		Adapter: a,
		Options: json.RawMessage(`{"precompress": "fast"}`),
		Start: func(t *testing.T, s adaptertest.Site) string {
			return serve(t, filepath.Join(s.Dir, "server", "server"))
		},
	})
}
