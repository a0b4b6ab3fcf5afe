package netlify

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// The places of the function. Its name is part of an address in mode lambda, and must have no dot.
const (
	functionName = "ssr"
	functionsDir = frameworkDir + "/functions"
	shimFile     = functionsDir + "/" + functionName + "/" + functionName + ".mjs"
	serverFile   = functionsDir + "/" + functionName + "/server"
	lambdaFile   = functionsDir + "/" + functionName
	// previewFile is the program for the machine of the build, where that is not what the function runs on.
	previewFile = frameworkDir + "/preview/server"
)

//go:embed shim/ssr.mjs
var shimSource string

// configMark is replaced by the settings of the function, which Netlify reads without running the file.
const configMark = "__CONFIG__"

// taskMark is replaced by what the function is for beside requests of visitors.
const taskMark = "__TASK__"

// functionConfig is what the shim exports as config.
type functionConfig struct {
	Name          string           `json:"name"`
	Generator     string           `json:"generator"`
	Path          []string         `json:"path,omitempty"`
	ExcludedPath  []string         `json:"excludedPath,omitempty"`
	Method        []string         `json:"method,omitempty"`
	PreferStatic  bool             `json:"preferStatic,omitempty"`
	Schedule      string           `json:"schedule,omitempty"`   // of cron; then without a path
	Background    bool             `json:"background,omitempty"` // answers at once, and goes on for 15 minutes
	NodeBundler   string           `json:"nodeBundler"`
	IncludedFiles []string         `json:"includedFiles"`
	RateLimit     *rateLimitConfig `json:"rateLimit,omitempty"`
}

type rateLimitConfig struct {
	WindowLimit int      `json:"windowLimit"`
	WindowSize  int      `json:"windowSize"`
	AggregateBy []string `json:"aggregateBy,omitempty"`
}

// file is a finished file that goes into the program. runtime.File is its other half.
type file struct {
	Data   []byte            `json:"data"`
	Status int               `json:"status,omitempty"`
	Header []manifest.Header `json:"header,omitempty"`
}

// carry gathers the files that the function answers with itself: error pages, targets of rewrites, and prerendered pages
// whose status no file server sends.
func (b *builder) carry() error {
	b.carried = map[string]file{}
	for i, pattern := range b.o.Rewrites {
		if !slices.ContainsFunc(b.client.Names, func(name string) bool { return adapter.Match(pattern, name) }) {
			b.matchesNothing(fmt.Sprintf("rewrites.%d", i), pattern, "patterns begin at the output: about/index.html")
		}
	}
	status := map[string]manifest.Prerendered{}
	for _, p := range b.client.Pages {
		status[p.File] = p
	}
	for _, name := range b.client.Names {
		p := status[name]
		odd := p.Status != 0 && p.Status != 200 && (p.Status < 300 || p.Status >= 400) && name != "404.html" && name != "500.html"
		if odd {
			if !b.site.OnDemand {
				b.warn("SG6203", diag.Pos{File: routeSource(b.site.Manifest, p.Route)}, fmt.Sprintf("%s is prerendered with status %d, which Netlify answers 200", p.Path, p.Status),
					"render it on demand: `const prerender = false`")
				continue
			}
			b.private = append(b.private, name)
		}
		if !odd && name != "404.html" && name != "500.html" && !slices.ContainsFunc(b.o.Rewrites, func(pattern string) bool { return adapter.Match(pattern, name) }) {
			continue
		}
		data, err := b.read(name)
		if err != nil {
			return err
		}
		b.carried[name] = file{Data: data, Status: p.Status, Header: p.Headers}
	}
	return nil
}

// routeSource names the file that made a route.
func routeSource(m *manifest.Manifest, pattern string) string {
	for _, r := range m.Routes {
		if r.Pattern == pattern {
			return r.Source
		}
	}
	return ""
}

// function compiles the program and puts it where its mode wants it.
func (b *builder) function(ctx context.Context) error {
	sub, err := fs.Sub(runtimeSource, "runtime")
	if err != nil {
		return err
	}
	pkg, err := b.out.Source("adapter/netlify", sub)
	if err != nil {
		return err
	}
	source := adapter.Files{}
	if source["main.go"], err = b.main(pkg); err != nil {
		return err
	}
	if source["files.json"], err = json.Marshal(b.carried); err != nil {
		return err
	}
	cmd, err := b.out.Source("cmd/netlify", source)
	if err != nil {
		return err
	}
	build := adapter.GoBuild{Package: cmd, Output: serverFile, GOOS: "linux", GOARCH: "amd64", LDFlags: []string{"-s", "-w"}}
	if b.o.Mode == lambda {
		build.Output, build.Tags = lambdaFile, []string{"lambda.norpc"}
	}
	if err := b.out.Go(ctx, build); err != nil {
		return b.lacksModule(err)
	}
	if runtime.GOOS != build.GOOS || runtime.GOARCH != build.GOARCH {
		build.Output, build.GOOS, build.GOARCH = previewFile, "", ""
		if err := b.out.Go(ctx, build); err != nil {
			return err
		}
	}
	program, err := b.out.ReadFile(build.Output)
	if err != nil {
		return err
	}
	// Files for rewrites and errors are inside.
	if len(program) > maxFunction {
		b.tooLarge("rewrites", "name fewer files in rewrites, or render their pages on demand")
		return nil
	}
	if b.o.Mode == lambda {
		return nil
	}
	if err := b.include(ctx, int64(len(program))); err != nil {
		return err
	}
	if err := b.script(shimFile, b.functionConfig(), nil); err != nil {
		return err
	}
	return b.tasks()
}

// script writes the JavaScript of a function.
func (b *builder) script(name string, c functionConfig, t *task) error {
	config, err := encode(c)
	if err != nil {
		return err
	}
	what, err := json.Marshal(t)
	if err != nil {
		return err
	}
	code := strings.Replace(shimSource, taskMark, string(what), 1)
	code = strings.Replace(code, configMark, strings.TrimSpace(string(config)), 1)
	return b.out.Write(name, []byte(code), 0o644)
}

func (b *builder) functionConfig() functionConfig {
	c := functionConfig{
		Name:          "sitegen server",
		Generator:     b.site.Manifest.Generator,
		Path:          []string{b.base + "*"},
		ExcludedPath:  b.excluded,
		PreferStatic:  true,
		NodeBundler:   "none",
		IncludedFiles: []string{"**/*"},
	}
	if b.base != "/" {
		base := encodePath(b.base)
		c.Path = []string{patternOf(strings.TrimSuffix(base, "/")), patternOf(base + "*")}
	}
	c.RateLimit = b.o.RateLimit.config()
	return c
}

// config is the limit as Netlify writes it, nil for none.
func (r rateLimit) config() *rateLimitConfig {
	if r.Requests == 0 {
		return nil
	}
	return &rateLimitConfig{r.Requests, r.Seconds, r.By}
}

// main writes the program.
func (b *builder) main(runtime string) ([]byte, error) {
	imports, run := `"os"`, "os.Exit(netlify.Main(&program))"
	if b.o.Mode == lambda {
		imports, run = `"`+lambdaPackage+`"`, "lambda.Start(netlify.Lambda(&program))"
	}
	more := ""
	if b.sessions() {
		imports += "\n\tplatform \"sitegen.dev/core/site/netlify\""
		more = "\nSessions: platform.Sessions{Store: \"" + sessionStore + "\"},"
	}
	if b.o.Skew {
		more += "\nSkew: " + strconv.Quote(encodePath(b.base)) + ","
	}
	if len(b.functions) > 0 {
		more += "\nExact: true,"
	}
	code, err := format.Source([]byte(`// Code generated by sitegen. DO NOT EDIT.

// Command netlify is the function of the site.
package main

import (
	_ "embed"
	` + imports + `

	netlify "` + runtime + `"
	bundle "` + b.site.Bundle + `"
)

//go:embed files.json
var files []byte

var program = netlify.Program{
	App: bundle.App,
	Files: files,
	Cache: ` + strconv.Quote(b.o.Cache.header()) + `,` + more + `
}

func main() { ` + run + ` }
`))
	if err != nil {
		return nil, fmt.Errorf("generated program: %w", err)
	}
	return code, nil
}

// sessionStore is the store of Netlify Blobs that sessions are kept in.
const sessionStore = "sitegen-sessions"

// sessions says whether the site has them.
func (b *builder) sessions() bool {
	return slices.ContainsFunc(b.site.Manifest.Features, func(f manifest.Feature) bool { return f.Name == adapter.Sessions })
}

// The module that mode lambda stands on, and the version that it was tried with.
const (
	lambdaModule  = "github.com/aws/aws-lambda-go"
	lambdaPackage = lambdaModule + "/lambda"
	lambdaVersion = "v1.55.1"
)

// lacksModule turns the go command's word for a module that go.mod does not have into a diagnostic.
func (b *builder) lacksModule(err error) error {
	var failed *adapter.BuildError
	if b.o.Mode != lambda || !errors.As(err, &failed) || !strings.Contains(failed.Output, lambdaModule) ||
		!strings.Contains(failed.Output, "no required module provides") && !strings.Contains(failed.Output, "missing go.sum entry") &&
			!strings.Contains(failed.Output, "cannot find module") {
		return err
	}
	b.out.Report(diag.Diagnostic{Code: "SG6201", Range: b.site.At("mode"),
		Message: "mode lambda needs the module " + lambdaModule + ", and go.mod does not have it",
		Hint:    "run `go get " + lambdaPackage + "@" + lambdaVersion + "` in the folder of go.mod, or leave out `mode: lambda`"})
	return nil
}

// maxFunction is what a function may hold, unpacked, in bytes: Netlify's functions are those of AWS Lambda.
const maxFunction = 250_000_000

func (b *builder) tooLarge(option, hint string) {
	b.out.Report(diag.Diagnostic{Code: "SG6204", Range: b.site.At(option),
		Message: fmt.Sprintf("the function is larger than %s, which is all that Netlify takes", adapter.Size(maxFunction)), Hint: hint})
}

// include copies the author's files beside the program, which has so many bytes.
func (b *builder) include(ctx context.Context, total int64) error {
	dir := os.DirFS(b.site.ModuleDir)
	unused, err := adapter.Include(ctx, b.site, b.o.Include, b.o.Exclude, func(name string, info fs.FileInfo) error {
		if name == "server" || name == functionName+".mjs" {
			b.out.Report(diag.Diagnostic{Code: "SG6202", Range: b.site.At("include"),
				Message: "the function has a file " + name + " of its own, so the site's cannot be included", Hint: "rename it, or exclude it"})
			return nil
		}
		if total += info.Size(); total > maxFunction {
			b.tooLarge("include", "include fewer files, or put them into public/")
			return fs.SkipAll
		}
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		b.included = append(b.included, name)
		return b.out.Write(functionsDir+"/"+functionName+"/"+name, data, 0o644)
	})
	if err == nil && total <= maxFunction {
		for _, i := range unused {
			b.matchesNothing(fmt.Sprintf("include.%d", i), b.o.Include[i], "patterns begin at the folder of go.mod")
		}
	}
	return err
}

// matchesNothing tells of a pattern that was meant for files which are not there.
func (b *builder) matchesNothing(at, pattern, hint string) {
	b.out.Report(diag.Diagnostic{Severity: diag.Warning, Code: "SG6217", Range: b.site.At(at),
		Message: fmt.Sprintf("option %s of adapter netlify matches no file: %q", at, pattern), Hint: hint})
}
