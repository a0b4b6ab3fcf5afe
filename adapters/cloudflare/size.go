package cloudflare

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"sitegen.dev/core/diag"
)

// What Cloudflare takes as one Worker: its size before it is compressed, and how long it may take to start.
const (
	maxWorker  = 64 << 20
	maxStartup = time.Second
)

// modules are the files of the Worker.
var modules = []string{"site.wasm", "index.mjs", "bindings.mjs", "wasm_exec.js", "start.mjs", "site.mjs"}

// size reports how large the Worker is and why, and fails above the budget.
func (b *builder) size(ctx context.Context, functions []function) error {
	raw, packed := 0, countWriter(0)
	files := map[string][]byte{}
	for _, name := range modules {
		data, err := b.out.ReadFile(workerDir + "/" + name)
		if err != nil {
			return err
		}
		files[name] = data
		raw += len(data)
		z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := z.Write(data); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
	}
	size := fmt.Sprintf("the Worker has %s, %s compressed", megabytes(int64(raw)), megabytes(int64(packed)))
	switch {
	case raw > maxWorker:
		b.out.Report(diag.Diagnostic{Code: "SG6304", Message: size + ", and Cloudflare takes 64 MiB before it is compressed", Hint: b.heaviest(functions)})
	case b.o.Budget > 0 && int64(packed) > int64(b.o.Budget):
		b.out.Report(diag.Diagnostic{Code: "SG6304", Range: b.site.At("budget"), Message: size + ", more than the budget of " + megabytes(int64(b.o.Budget)),
			Hint: b.heaviest(functions)})
	default:
		start := b.startsIn
		if start == "" {
			start = startup(ctx, files)
		}
		if start != "" {
			size += ", and starts within " + start + " of processor time"
		}
		if b.noCopy != "" {
			size += ", from the beginning because " + b.noCopy
		}
		b.out.Report(diag.Diagnostic{Severity: diag.Info, Code: "SG6305", Message: size + " (Cloudflare takes 64 MiB and " + maxStartup.String() + ")", Hint: b.heaviest(functions)})
	}
	return nil
}

// heaviest names the packages with the most code, and for those that not every Worker has, the imports that brought
// them.
func (b *builder) heaviest(functions []function) string {
	const most = 5
	own, everybodys := 0, 0
	var parts []string
	base := b.packages.reach(b.runtime)
	for _, w := range weigh(functions, b.packages.paths()) {
		if base[w.path] {
			everybodys += w.size
			continue
		}
		own += w.size
		if len(parts) < most {
			chain := b.packages.chain(b.site.Bundle, w.path)
			text := b.displayName(b.packages, w.path) + " " + megabytes(int64(w.size))
			if len(chain) > 2 {
				text += " (by " + strings.Join(b.importers(b.packages, chain), ", ") + ")"
			}
			parts = append(parts, text)
		}
	}
	text := fmt.Sprintf("of its code, %s are Go's runtime and what every site has, %s the site's own", megabytes(int64(everybodys)), megabytes(int64(own)))
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return text
}

// reach gives the packages that a package is linked with, itself included.
func (g graph) reach(from string) map[string]bool {
	seen := map[string]bool{from: true}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		if p := g[queue[0]]; p != nil {
			for _, next := range p.Imports {
				if !seen[next] {
					seen[next] = true
					queue = append(queue, next)
				}
			}
		}
	}
	return seen
}

//go:embed files/startup.mjs
var startupScript []byte

// startup measures how long an instance takes to start on this machine, "" where there is no Node to tell.
func startup(ctx context.Context, files map[string][]byte) string {
	node, err := exec.LookPath("node")
	if err != nil {
		return ""
	}
	dir, err := os.MkdirTemp("", "sitegen")
	if err != nil {
		return ""
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"site.wasm", "wasm_exec.js", "start.mjs", "site.mjs"} {
		if os.WriteFile(filepath.Join(dir, name), files[name], 0o600) != nil {
			return ""
		}
	}
	if os.WriteFile(filepath.Join(dir, "startup.mjs"), startupScript, 0o600) != nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	var took []float64
	for range 3 {
		out, err := exec.CommandContext(ctx, node, filepath.Join(dir, "startup.mjs"), dir).Output()
		if err != nil {
			return ""
		}
		ms, err := strconv.ParseFloat(string(bytes.TrimSpace(out)), 64)
		if err != nil {
			return ""
		}
		took = append(took, ms)
	}
	return strconv.FormatFloat(slices.Min(took), 'f', 0, 64) + " ms"
}

// countWriter counts bytes.
type countWriter int64

var _ io.Writer = (*countWriter)(nil)

// Write counts.
func (c *countWriter) Write(p []byte) (int, error) {
	*c += countWriter(len(p))
	return len(p), nil
}

func megabytes(n int64) string {
	if n < 1_000_000 {
		return fmt.Sprintf("%d kB", (n+500)/1000)
	}
	return fmt.Sprintf("%.2f MB", float64(n)/1e6)
}
