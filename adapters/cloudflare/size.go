package cloudflare

import (
	"compress/gzip"
	"fmt"
	"io"

	"sitegen.dev/core/diag"
)

// maxWorker is what Cloudflare takes as one Worker, uncompressed.
const maxWorker = 64 << 20

// size reports how large the Worker is, and fails above the budget.
func (b *builder) size() error {
	raw, packed := 0, countWriter(0)
	for _, name := range []string{"site.wasm", "index.mjs", "bindings.mjs", "wasm_exec.js", "site.mjs"} {
		data, err := b.out.ReadFile(workerDir + "/" + name)
		if err != nil {
			return err
		}
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
		b.out.Report(diag.Diagnostic{Code: "SG6304", Message: size + ", and Cloudflare takes 64 MiB", Hint: "find out what is so large with `go tool nm -size -sort size`"})
	case b.o.Budget > 0 && int64(packed) > int64(b.o.Budget):
		b.out.Report(diag.Diagnostic{Code: "SG6304", Range: b.site.At("budget"), Message: size + ", more than the budget of " + megabytes(int64(b.o.Budget)),
			Hint: b.heaviest()})
	default:
		b.out.Report(diag.Diagnostic{Severity: diag.Info, Code: "SG6305", Message: size, Hint: b.heaviest()})
	}
	return nil
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
