//go:build platform

package conformance

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sitegen.dev/adapters/netlify"
	"sitegen.dev/core/adapter"
	"sitegen.dev/core/adapter/adaptertest"
)

func TestLambda(t *testing.T) {
	adaptertest.Run(t, adaptertest.Target{
		Name:    "netlify lambda",
		Adapter: withLambda{},
		Options: json.RawMessage(`{"mode": "lambda", "rewrites": ["**/*.html", "files/hello.txt", "shared.json"]}`),
		Start:   preview,
		Skip:    merge(differences, lambdaDifferences),
	})
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

// Why a function in mode lambda answers otherwise.
const (
	lambdaWhole   = "a Lambda function answers with the whole of an answer at once"
	lambdaVisitor = "a Lambda function is not told that the visitor went away"
	lambdaBody    = "a Lambda function gets the whole body of a request before it begins"
)

// lambdaDifferences are those of mode lambda alone.
var lambdaDifferences = merge(
	in("default server", lambdaWhole, "async/failure-after-the-flush/error", "async/failure-after-the-flush/panic", "async/first-part-goes-out/flushed", "async/first-part-goes-out/unasked", "async/failure-behind-what-went-out/error", "async/failure-behind-what-went-out/panic",
		"stream/endpoint-in-order", "stream/page-in-order", "stream/events", "stream/error-after-the-flush/error", "stream/error-after-the-flush/panic",
		"stream/goes-on-by-itself", "stream/error-after-the-layouts-flush/error", "stream/error-after-the-layouts-flush/panic",
		"stream/error-in-mid-stream/error", "stream/error-in-mid-stream/panic", "stream/server-goes-on",
		"stream/slow-reader-slows-the-producer"),
	in("default", lambdaWhole, "redirect/by-a-component-after-the-flush"),
	in("default base server", lambdaWhole, "body/echo-stream"),
	in("never", lambdaWhole, "whole/endpoint-streams"),
	in("default server", lambdaVisitor, "async/visitor-leaves", "stream/visitor-leaves-a-stream", "stream/visitor-leaves-an-endless-stream",
		"stream/visitor-leaves-before-the-answer", "stream/visitor-leaves-events"),
	in("default base server", lambdaBody, "body/continue-that-nobody-reads"),
	in("default", lambdaBody, "body/limit-announced"),
)
