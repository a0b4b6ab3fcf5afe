//go:build platform

package vercel

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/adapter/adaptertest"
)

func TestConformanceLambda(t *testing.T) {
	defer func(d time.Duration) { invokeTimeout = d }(invokeTimeout)
	invokeTimeout = 5 * time.Second
	skip := maps.Clone(differences)
	maps.Copy(skip, lambdaDifferences)
	adaptertest.Run(t, adaptertest.Target{
		Name:    "vercel, lambda",
		Adapter: withLambda{},
		Options: json.RawMessage(`{"mode":"lambda","rewrites":["files/*.txt"]}`),
		Start:   func(t *testing.T, s adaptertest.Site) string { return startPreview(t, s.Dir) },
		Skip:    skip,
	})
}

// withLambda is the adapter on a site whose go.mod has what mode lambda needs.
type withLambda struct{ Adapter }

// Adapt adds the module, as `go get` would, and goes on.
func (withLambda) Adapt(ctx context.Context, site *adapter.Site, out *adapter.Out) error {
	if err := addLambdaModule(site.ModuleDir); err != nil {
		return err
	}
	return Adapter{}.Adapt(ctx, site, out)
}

func addLambdaModule(dir string) error {
	cmd := exec.Command("go", "mod", "edit", "-require="+lambdaModule+"@"+lambdaVersion)
	cmd.Dir = dir
	if err := cmd.Run(); err != nil {
		return err
	}
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		return err
	}
	var lines strings.Builder
	for line := range strings.Lines(string(sums)) {
		if strings.HasPrefix(line, lambdaModule+" ") {
			lines.WriteString(line)
		}
	}
	return os.WriteFile(filepath.Join(dir, "go.sum"), []byte(lines.String()), 0o666)
}

const (
	streamsNot = "a function of this mode sends its answer as a whole"
	bodyFirst  = "a function of this mode is called when the body is there"
)

// lambdaDifferences are the cases that differ in mode lambda alone.
var lambdaDifferences = map[string]string{
	"body/continue-that-nobody-reads":            bodyFirst,
	"redirect/by-a-component-after-the-flush":    streamsNot,
	"async/first-part-goes-out/flushed":          streamsNot,
	"async/first-part-goes-out/unasked":          streamsNot,
	"async/failure-behind-what-went-out/error":   streamsNot,
	"async/failure-behind-what-went-out/panic":   streamsNot,
	"async/failure-after-the-flush/error":        streamsNot,
	"async/failure-after-the-flush/panic":        streamsNot,
	"async/visitor-leaves":                       streamsNot,
	"whole/endpoint-streams":                     streamsNot,
	"stream/page-in-order":                       streamsNot,
	"stream/goes-on-by-itself":                   streamsNot,
	"stream/error-after-the-layouts-flush/error": streamsNot,
	"stream/error-after-the-layouts-flush/panic": streamsNot,
	"stream/endpoint-in-order":                   streamsNot,
	"stream/events":                              streamsNot,
	"stream/error-in-mid-stream/error":           streamsNot,
	"stream/error-in-mid-stream/panic":           streamsNot,
	"stream/error-after-the-flush/error":         streamsNot,
	"stream/error-after-the-flush/panic":         streamsNot,
	"stream/server-goes-on":                      streamsNot,
	"stream/visitor-leaves-a-stream":             streamsNot,
	"stream/visitor-leaves-an-endless-stream":    streamsNot,
	"stream/visitor-leaves-events":               streamsNot,
	"stream/visitor-leaves-before-the-answer":    streamsNot,
	"stream/slow-reader-slows-the-producer":      streamsNot,
}
