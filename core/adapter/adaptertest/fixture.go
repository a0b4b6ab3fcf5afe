package adaptertest

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/build"
	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
)

// The fixture lies in testdata so that the go command takes its Go files for data: they belong to a module of their own,
// whose go.mod is written when the fixture is.
//
//go:embed all:testdata variants/*.yaml
var fixture embed.FS

const goMod = `module example.com/conformance

go 1.26.0

require sitegen.dev/core v0.0.0

replace sitegen.dev/core => ./.sitegen/src/core
`

// made are files of the fixture that are too large, or whose names are too odd, to be kept in a repository.
func made() map[string][]byte {
	var large bytes.Buffer
	for i := range 40000 {
		fmt.Fprintf(&large, "%07d\n", i)
	}
	return map[string][]byte{
		"public/files/large.txt": large.Bytes(),
		"public/.env":            []byte("KEY=hidden content\n"),
		"public/.git/config":     []byte("hidden content"),
	}
}

// WriteSite writes the fixture with the configuration of a variant into an empty directory: a site like any other.
func WriteSite(dir, variant string) error {
	if _, ok := findVariant(variant); !ok {
		return fmt.Errorf("there is no variant %q of the fixture", variant)
	}
	site, err := fs.Sub(fixture, "testdata/site")
	if err != nil {
		return err
	}
	if err := os.CopyFS(dir, site); err != nil {
		return err
	}
	if more, err := fs.Sub(fixture, "testdata/"+variant); err == nil {
		if _, err := fs.Stat(more, "."); err == nil {
			if err := os.CopyFS(dir, more); err != nil {
				return err
			}
		}
	}
	files := made()
	files["go.mod"] = []byte(goMod)
	if files["site.yaml"], err = fixture.ReadFile("variants/" + variant + ".yaml"); err != nil {
		return err
	}
	for name, data := range files {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(to, data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// Built is a variant of the fixture, compiled up to where adapters begin.
type Built struct {
	Variant Variant
	Dir     string // of the site, which is also that of its module

	site *build.Site
	cfg  *config.Config
}

// Build compiles a variant in an empty directory.
func Build(ctx context.Context, dir, variant string) (*Built, error) {
	if err := WriteSite(dir, variant); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(dir, "site.yaml"))
	if err != nil {
		return nil, err
	}
	cfg, list := config.Load("site.yaml", data, func(string) string { return "" })
	if err := broken(list); err != nil {
		return nil, err
	}
	layout, list := build.FindLayout(dir, cfg.Src)
	if err := broken(list); err != nil {
		return nil, err
	}
	site, list, err := build.Run(ctx, build.Options{Layout: layout, Config: cfg, Version: "conformance", Server: true})
	if err := errors.Join(err, broken(list)); err != nil {
		return nil, err
	}
	v, _ := findVariant(variant)
	return &Built{Variant: v, Dir: dir, site: site, cfg: cfg}, nil
}

// Adapt lets an adapter write its output into dir.
func (b *Built) Adapt(ctx context.Context, a adapter.Adapter, options json.RawMessage, dir string) error {
	if err := broken(adapter.Check(a.Info(), b.site.Manifest, nil)); err != nil {
		return err
	}
	seam := &adapter.Site{
		Manifest: b.site.Manifest, Options: options, OptionsAt: diag.Pos{File: "site.yaml"},
		ClientDir: b.site.ClientDir, Prerendered: b.site.Prerendered,
		ModuleDir: b.Dir, ModulePath: b.site.Layout.ModulePath, Bundle: b.site.Bundle, OnDemand: b.site.OnDemand, OutDir: dir,
		Server: adapter.Server{Host: b.cfg.Server.Host, Port: b.cfg.Server.Port},
	}
	out, err := adapter.NewOut(dir, seam)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := a.Adapt(ctx, seam, out); err != nil {
		return err
	}
	return broken(out.Diagnostics())
}

// broken makes an error of the errors in a list.
func broken(list *diag.List) error {
	if !list.HasErrors() {
		return nil
	}
	var b strings.Builder
	for _, d := range list.Sorted() {
		if d.Severity == diag.Error {
			fmt.Fprintf(&b, "\n%s", d.Error())
		}
	}
	return errors.New("the fixture does not build:" + b.String())
}
