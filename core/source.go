// Package core hands out the source of what a site is compiled against: the runtime packages that generated code and
// components import, and the package that adapters by others are made with. The command line carries this source, so that a site builds without network and without a checkout
// of sitegen.
//
// It lies at the root of the module because go:embed reaches only downwards.
package core

import (
	"embed"
	"io/fs"
	"path"
	"strings"

	"golang.org/x/mod/modfile"

	"sitegen.dev/core/internal/gocmd"
)

//go:embed go.mod site/*.go site/seal/*.go site/csp/*.go site/raster/*.go site/nethttp/*.go site/cloudflare/*.go site/netlify/*.go site/vercel/*.go site/feed/*.go site/form/*.go internal/htmlscan/*.go internal/attrname/*.go prerender/runtime/*.go prerender/runtime/wire/*.go
//go:embed site/content/*.go site/content/store/*.go site/content/storefile/*.go site/content/contenttest/*.go site/sitetest/*.go site/content/loader/*.go prerender/runtime/collections/*.go
//go:embed dev/runtime/*.go dev/runtime/wire/*.go dev/runtime/collections/*.go
//go:embed adapter/*.go adapter/orphan/*.go adapter/fileserver/*.go adapter/redirects/*.go diag/*.go manifest/*.go manifest/schema.json process/*.go internal/gocmd/*.go internal/cachedir/*.go
var source embed.FS

// Runtime gives the runtime as a Go module of its own: packages site and prerender/runtime without their tests, package
// adapter, so that a tool of the site's go.mod speaks the protocol of this very version, and a go.mod with the path and
// the go version of this module, which needs nothing else.
func Runtime() fs.FS {
	out := gocmd.Files{}
	err := fs.WalkDir(source, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") {
			return err
		}
		data, err := source.ReadFile(name)
		if name == "go.mod" {
			data = strip(data)
		}
		out[path.Clean(name)] = data
		return err
	})
	if err != nil {
		panic(err) // the files are part of this program
	}
	return out
}

// strip keeps of a go.mod the lines module and go, the latter without a patch release.
func strip(data []byte) []byte {
	m, err := modfile.ParseLax("go.mod", data, nil)
	if err != nil {
		panic(err) // part of this program, as above
	}
	version := strings.Join(strings.SplitN(m.Go.Version, ".", 3)[:2], ".") // "1.26.0" would be more than a site that says 1.26
	return []byte("module " + m.Module.Mod.Path + "\n\ngo " + version + "\n")
}

// GoVersion is the oldest version of Go that the runtime can be compiled with, "1.26.0".
func GoVersion() string {
	data, err := source.ReadFile("go.mod")
	if err != nil {
		panic(err) // the files are part of this program
	}
	m, err := modfile.ParseLax("go.mod", data, nil)
	if err != nil {
		panic(err) // as above
	}
	return m.Go.Version
}
