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
	if len(b.o.Include) == 0 {
		return 0, nil
	}
	var total int64
	dir := os.DirFS(b.site.ModuleDir)
	used := make([]bool, len(b.o.Include))
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && strings.HasPrefix(d.Name(), ".") && !slices.ContainsFunc(b.o.Include, func(g string) bool { return strings.HasPrefix(g, name) }) {
				return fs.SkipDir
			}
			return ctx.Err()
		}
		found := false
		for i, g := range b.o.Include {
			if adapter.Match(g, name) {
				found, used[i] = true, true
			}
		}
		if !found || slices.ContainsFunc(b.o.Exclude, func(g string) bool { return adapter.Match(g, name) }) || !d.Type().IsRegular() {
			return nil
		}
		if b.ownFile(name) {
			b.out.Report(diag.Diagnostic{Code: "SG6117", Range: b.site.At("include"),
				Message: "the function has a file " + name + " of its own, so the site's cannot be included", Hint: "rename it, or exclude it"})
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
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
	for i, was := range used {
		if at := fmt.Sprintf("include.%d", i); !was && err == nil {
			b.out.Report(diag.Diagnostic{Severity: diag.Warning, Code: "SG6115", Range: b.site.At(at),
				Message: fmt.Sprintf("option %s of adapter vercel matches no file: %q", at, b.o.Include[i]),
				Hint:    "patterns begin at the folder of go.mod"})
		}
	}
	return total, err
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
