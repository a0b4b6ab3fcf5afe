// Package conformance runs the conformance suite against what the Netlify adapter writes, with the preview in Netlify's
// place. It is a package of its own because it builds whole sites, which takes longer than all other tests of the adapter
// together.
package conformance

import (
	"context"
	"encoding/json"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sitegen.dev/adapters/netlify"
	"sitegen.dev/core/adapter"
	"sitegen.dev/core/adapter/adaptertest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	adaptertest.Cleanup()
	os.Exit(code)
}

func TestShim(t *testing.T) {
	adaptertest.Run(t, adaptertest.Target{
		Name:    "netlify shim",
		Adapter: netlify.Adapter{},
		Options: json.RawMessage(`{"rewrites": ["**/*.html", "files/hello.txt", "shared.json"]}`),
		Start:   preview,
		Skip:    differences,
	})
}

func TestLambda(t *testing.T) {
	skip := maps.Clone(differences)
	maps.Copy(skip, lambdaDifferences)
	adaptertest.Run(t, adaptertest.Target{
		Name:    "netlify lambda",
		Adapter: withLambda{},
		Options: json.RawMessage(`{"mode": "lambda", "rewrites": ["**/*.html", "files/hello.txt", "shared.json"]}`),
		Start:   preview,
		Skip:    skip,
	})
}

// preview serves an output as Netlify would.
func preview(t *testing.T, s adaptertest.Site) string {
	t.Helper()
	h, stop, err := netlify.Adapter{}.Preview(context.WithoutCancel(t.Context()), s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(func() {
		srv.Close()
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return srv.URL
}

// withLambda is the adapter on a site whose go.mod has what mode lambda needs.
type withLambda struct{ netlify.Adapter }

// Adapt adds the module, as `go get` would, and goes on.
func (w withLambda) Adapt(ctx context.Context, site *adapter.Site, out *adapter.Out) error {
	cmd := exec.CommandContext(ctx, "go", "mod", "edit", "-require=github.com/aws/aws-lambda-go@v1.55.1")
	cmd.Dir = site.ModuleDir
	if err := cmd.Run(); err != nil {
		return err
	}
	sums, err := os.ReadFile(filepath.Join("..", "go.sum"))
	if err != nil {
		return err
	}
	var lines strings.Builder
	for line := range strings.Lines(string(sums)) {
		if strings.HasPrefix(line, "github.com/aws/aws-lambda-go ") {
			lines.WriteString(line)
		}
	}
	if err := os.WriteFile(filepath.Join(site.ModuleDir, "go.sum"), []byte(lines.String()), 0o666); err != nil {
		return err
	}
	return w.Adapter.Adapt(ctx, site, out)
}

// differences are the cases that Netlify answers otherwise, with the reason.
var differences = map[string]string{}

// lambdaDifferences are those of mode lambda alone.
var lambdaDifferences = map[string]string{}
