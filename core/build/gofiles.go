package build

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sitegen.dev/core/internal/gocmd"
)

// listTime is how long the go command may take to say where a package is. It is asked for a hint alone.
const listTime = 5 * time.Second

// goFiles reads the Go files of a package that a component imports: one of the site, of another module or of Go itself.
func (b *builder) goFiles(ctx context.Context, importPath string) [][]byte {
	if files, ok := b.packages[importPath]; ok {
		return files
	}
	// A link of an earlier state of the site may still be in use when its context has ended.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), listTime)
	defer cancel()
	out, err := gocmd.Run(ctx, b.Layout.ModuleDir, []string{"list", "-e", "-f", "{{.Dir}}{{range .GoFiles}}\n{{.}}{{end}}", "--", importPath}, []string{"GOPROXY=off"})
	var files [][]byte
	if lines := strings.Split(strings.TrimSpace(string(out)), "\n"); err == nil && lines[0] != "" {
		for _, name := range lines[1:] {
			if data, err := os.ReadFile(filepath.Join(lines[0], name)); err == nil {
				files = append(files, data)
			}
		}
	}
	if b.packages == nil {
		b.packages = map[string][][]byte{}
	}
	b.packages[importPath] = files
	return files
}
