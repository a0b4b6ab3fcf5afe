package registry

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"

	"sitegen.dev/adapters/node"
	runtime "sitegen.dev/adapters/node/runtime"
	"sitegen.dev/core/site"
)

// ContentType gives the type of a file by its name, as the standalone server has it.
func ContentType(name string) string { return node.ContentType(name) }

// Static serves the finished files of a site without an adapter by the rules of the standalone server: base, slashes,
// header rules, types, conditions, ranges and the 404 page are the same.
func Static(ctx context.Context, dir string, c site.Config, log *slog.Logger) (http.Handler, error) {
	list, err := node.FileList(ctx, dir, c.AssetsDir)
	if err != nil {
		return nil, err
	}
	app := &site.App{Config: c}
	for status, name := range map[int]string{404: "404", 500: "500"} {
		if _, err := os.Stat(filepath.Join(dir, name+".html")); err == nil {
			app.Routes = append(app.Routes, &site.Route{Pattern: "/" + name, Error: status, Prerender: true})
		}
	}
	return runtime.New(&runtime.Program{App: func() *site.App { return app }, Files: list}, runtime.Options{Client: dir, Log: log})
}
