//go:build platform

package cloudflare

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"sitegen.dev/core/adapter/adaptertest"
)

// The tests in this file run outputs in workerd, which scripts/platform-cloudflare installs.

func TestMain(m *testing.M) {
	code := m.Run()
	adaptertest.Cleanup()
	os.Exit(code)
}

// serve runs an output as `sitegen preview` does and gives its origin.
func serve(t *testing.T, dir string) string {
	t.Helper()
	modules, err := filepath.Abs("testdata/npm/node_modules/miniflare")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SITEGEN_MINIFLARE", modules)
	origin, stop, err := start(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return origin.String()
}

func TestConformance(t *testing.T) {
	adaptertest.Run(t, adaptertest.Target{
		Name:    "cloudflare",
		Adapter: Adapter{},
		Start:   func(t *testing.T, s adaptertest.Site) string { return serve(t, s.Dir) },
		Skip:    differences,
	})
}

// differences are the cases that Cloudflare answers otherwise, and why.
var differences = map[string]string{}
