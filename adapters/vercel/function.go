package vercel

import (
	"context"
	"fmt"
	"go/format"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
)

// function compiles the program and describes it, with a link for every route that is cached.
func (b *builder) function(ctx context.Context) error {
	runtime, err := fs.Sub(runtimeSource, "runtime")
	if err != nil {
		return err
	}
	pkg, err := b.out.Source("adapter/vercel", runtime)
	if err != nil {
		return err
	}
	source := adapter.Files{}
	size, err := b.copyPages(ctx, source)
	if err != nil {
		return err
	}
	if source["main.go"], err = b.main(pkg, source); err != nil {
		return err
	}
	cmd, err := b.out.Source("cmd/vercel", source)
	if err != nil {
		return err
	}
	fc := b.functionConfig()
	build := adapter.GoBuild{Package: cmd, Output: renderDir + "/" + fc.Handler, GOOS: "linux", GOARCH: "amd64", LDFlags: []string{"-s", "-w"}}
	if fc.Architecture == "arm64" {
		build.GOARCH = "arm64"
	}
	if b.o.Mode == lambda {
		build.Tags = []string{"lambda.norpc"}
	}
	if err := b.out.Go(ctx, build); err != nil {
		return err
	}
	included, err := b.include(ctx)
	if err != nil {
		return err
	}
	size += included
	if program, err := b.out.ReadFile(build.Output); err != nil {
		return err
	} else if size += int64(len(program)); size > maxFunction {
		b.out.Report(diag.Diagnostic{Code: "SG6107", Range: b.site.At("include"),
			Message: fmt.Sprintf("the function has %d MB, and Vercel takes %s", size/1_000_000, adapter.Size(maxFunction)),
			Hint:    "include fewer files, or put them into public/"})
		return nil
	}
	data, err := encode(fc)
	if err != nil {
		return err
	}
	if err := b.out.Write(renderDir+"/.vc-config.json", data, 0o644); err != nil {
		return err
	}
	if err := b.renderFirst(ctx, build, fc); err != nil {
		return err
	}
	if err := b.writeOwn(ctx, fc); err != nil {
		return err
	}
	for _, c := range b.isr {
		if err := b.out.Symlink(functionDir(b.own.name(c.route)), functionDir(c.name)); err != nil {
			return err
		}
		data, err := encode(c.config)
		if err != nil {
			return err
		}
		if err := b.out.Write(functionsDir+"/"+c.name+".prerender-config.json", data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) functionConfig() functionConfig {
	fc := functionConfig{
		Handler:         "executable",
		Runtime:         "executable",
		RuntimeLanguage: "go",
		Architecture:    b.o.Architecture,
		Memory:          b.o.Memory,
		MaxDuration:     b.o.MaxDuration.value,
		MaxConcurrency:  b.o.MaxConcurrency,
		Regions:         b.o.Regions,
		FailoverRegions: b.o.FailoverRegions,
		Streaming:       true,
		Cancellation:    b.o.Cancellation,
		Framework:       b.framework(),
	}
	fc.Environment = maps.Clone(b.o.Environment)
	if fc.Environment == nil {
		fc.Environment = map[string]string{}
	}
	if token := b.o.ISR.rule.bypassToken; token != "" && len(b.isr) > 0 {
		fc.Environment[envBypass] = token // what the cache knows and what the function knows is always the same
	}
	if b.o.Mode == lambda {
		fc.Handler, fc.Runtime, fc.Streaming = "bootstrap", "provided.al2023", false
	}
	return fc
}

// pagesDir holds the pages in the function, where the running half looks for them, and pagesList is the list of them, beside the source
// of the program; maxPages is how much of them the function gets.
const (
	pagesDir  = "pages"
	pagesList = "pages.txt"
	maxPages  = 50_000_000
)

// copyPages puts the finished pages beside the program, which answers errors and rewrites with them. A site with more of
// them than a function should carry gets only those for errors, and those that the options name.
func (b *builder) copyPages(ctx context.Context, source adapter.Files) (int64, error) {
	dir := path.Join(staticDir, strings.Trim(b.site.Manifest.Base, "/"))
	list := b.pages.forFunction(b.o.Rewrites)
	for i, pattern := range b.o.Rewrites {
		if at := fmt.Sprintf("rewrites.%d", i); !slices.ContainsFunc(list, func(p page) bool { return adapter.Match(pattern, p.File) }) {
			b.out.Report(diag.Diagnostic{Severity: diag.Warning, Code: "SG6115", Range: b.site.At(at),
				Message: fmt.Sprintf("option %s of adapter vercel matches no file: %q", at, pattern),
				Hint:    "patterns begin at the public folder"})
		}
	}
	size, err := b.copyList(ctx, dir, list, maxPages)
	if err != nil {
		return 0, err
	}
	if size > maxPages {
		if err := b.out.Remove(renderDir + "/pages"); err != nil {
			return 0, err
		}
		list = slices.DeleteFunc(list, func(p page) bool { return p.File != "404.html" && p.File != "500.html" && !named(b.o.Rewrites, p.File) })
		b.out.Report(diag.Diagnostic{Severity: diag.Info, Code: "SG6108", Range: diag.Range{Pos: b.site.OptionsAt},
			Message: fmt.Sprintf("the prerendered pages have more than %d MB, so the function does without them and a rewrite to one of them finds nothing", maxPages/1_000_000),
			Hint:    "redirect instead of rewriting, render the targets on demand, or name them in rewrites"})
		if size, err = b.copyList(ctx, dir, list, maxFunction); err != nil {
			return 0, err
		}
	}
	if len(list) > 0 {
		source[pagesList] = encodePages(list)
	}
	return size, nil
}

// copyList copies files until they are more than most bytes, and gives how many these were.
func (b *builder) copyList(ctx context.Context, dir string, list []page, most int64) (int64, error) {
	var size atomic.Int64
	err := adapter.Each(ctx, list, func(p page) error {
		if size.Load() > most {
			return nil
		}
		data, err := b.out.ReadFile(path.Join(dir, p.File))
		if err != nil {
			return err
		}
		size.Add(int64(len(data)))
		return b.out.Write(renderDir+"/"+pagesDir+"/"+p.File, data, 0o644)
	})
	return size.Load(), err
}

// main writes the program.
func (b *builder) main(runtime string, source adapter.Files) ([]byte, error) {
	var p strings.Builder
	p.WriteString("vercel.Program{\nApp: bundle.App,\n")
	embeds := ""
	if source[pagesList] != nil {
		embeds = "//go:embed " + pagesList + "\nvar pages string\n\n"
		p.WriteString("Pages: pages,\n")
	}
	if len(b.isr) > 0 {
		p.WriteString("Cached: []string{\n")
		for _, c := range b.isr {
			p.WriteString(strconv.Quote(c.path) + ",\n")
		}
		p.WriteString("},\nToken: " + strconv.Quote(isrToken(b.site.Manifest)) + ",\n")
	}
	if list := uncached(b.site.Manifest, b.o); len(list) > 0 {
		p.WriteString(fmt.Sprintf("Uncached: %#v,\n", list))
	}
	if b.sessions() != nil {
		p.WriteString("Sessions: vercel.Sessions,\n")
	}
	if b.insert != "" {
		p.WriteString("Insert: " + strconv.Quote(b.insert) + ",\n")
	}
	p.WriteString("}")
	imports, run := `"os"`, "os.Exit(vercel.Main(&program))"
	if b.o.Mode == lambda {
		imports, run = `"`+lambdaPackage+`"`, "lambda.Start(vercel.Lambda(&program))"
	}
	if embeds != "" {
		imports = "_ \"embed\"\n" + imports
	}
	code, err := format.Source([]byte(`// Code generated by sitegen. DO NOT EDIT.

// Command vercel is the function of the site.
package main

import (
	` + imports + `

	vercel "` + runtime + `"
	bundle "` + b.site.Bundle + `"
)

` + embeds + `var program = ` + p.String() + `

func main() { ` + run + ` }
`))
	if err != nil {
		return nil, fmt.Errorf("generated program: %w", err)
	}
	return code, nil
}

// The module that mode lambda stands on, and the version that it was tried with.
const (
	lambdaModule  = "github.com/aws/aws-lambda-go"
	lambdaPackage = lambdaModule + "/lambda"
	lambdaVersion = "v1.55.1"
)

// lambdaModule says whether the site's go.mod has the module that mode lambda needs.
func (b *builder) lambdaModule() (diag.Diagnostic, bool) {
	if b.o.Mode != lambda || !b.site.OnDemand {
		return diag.Diagnostic{}, true
	}
	data, err := os.ReadFile(filepath.Join(b.site.ModuleDir, "go.mod"))
	if err == nil && requires(string(data), lambdaModule) {
		return diag.Diagnostic{}, true
	}
	return diag.Diagnostic{Code: "SG6101", Range: b.site.At("mode"),
		Message: "mode lambda needs the module " + lambdaModule + ", and go.mod does not have it",
		Hint:    "run `go get " + lambdaPackage + "@" + lambdaVersion + "` in the folder of go.mod, or leave out `mode: lambda`",
	}, false
}

// requires says whether a go.mod names a module. Whether the line is right is for the go command to say.
func requires(gomod, module string) bool {
	for line := range strings.Lines(gomod) {
		line, _, _ = strings.Cut(line, "//")
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(fields) == 2 && fields[0] == module {
			return true
		}
	}
	return false
}
