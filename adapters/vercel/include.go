package vercel

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
)

// include copies the author's files beside the program and gives their size.
func (b *builder) include(ctx context.Context) (int64, error) {
	var total int64
	dir := os.DirFS(b.site.ModuleDir)
	unused, err := adapter.Include(ctx, b.site, b.o.Include, b.o.Exclude, func(name string, info fs.FileInfo) error {
		if b.ownFile(name) {
			b.out.Report(diag.Diagnostic{Code: "SG6117", Range: b.site.At("include"),
				Message: "the function has a file " + name + " of its own, so the site's cannot be included", Hint: "rename it, or exclude it"})
			return nil
		}
		if total += info.Size(); total > maxFunction {
			return nil // it is only counted: the function will not be
		}
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		return b.out.Write(renderDir+"/"+name, data, 0o644)
	})
	if err != nil {
		return total, err
	}
	for _, i := range unused {
		at := fmt.Sprintf("include.%d", i)
		b.out.Report(diag.Diagnostic{Severity: diag.Warning, Code: "SG6115", Range: b.site.At(at),
			Message: fmt.Sprintf("option %s of adapter vercel matches no file: %q", at, b.o.Include[i]),
			Hint:    "patterns begin at the folder of go.mod"})
	}
	return total, nil
}

// ownFile says whether the adapter writes a file of that name into the function itself: its settings, the program in either mode, and the
// pages that it answers with.
func (b *builder) ownFile(name string) bool {
	switch name {
	case ".vc-config.json", "executable", "bootstrap":
		return true
	}
	file, ok := strings.CutPrefix(name, pagesDir+"/")
	return ok && slices.ContainsFunc(b.pages.forFunction(b.o.Rewrites), func(p page) bool { return p.File == file })
}
