package vercel

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

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
			if matchName(g, name) {
				found, used[i] = true, true
			}
		}
		if !found || slices.ContainsFunc(b.o.Exclude, func(g string) bool { return matchName(g, name) }) || !d.Type().IsRegular() {
			return nil
		}
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		total += int64(len(data))
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

func matchName(glob, name string) bool {
	return match(strings.Split(glob, "/"), strings.Split(name, "/"))
}

// match matches a name against a pattern in which ** stands for any number of folders.
func match(pattern, name []string) bool {
	switch {
	case len(pattern) == 0:
		return len(name) == 0
	case pattern[0] == "**":
		for i := range len(name) + 1 {
			if match(pattern[1:], name[i:]) {
				return true
			}
		}
		return false
	case len(name) == 0:
		return false
	}
	ok, err := path.Match(pattern[0], name[0])
	return err == nil && ok && match(pattern[1:], name[1:])
}
