// Package cloudflare is the adapter for Cloudflare Workers. Finished files become static assets, which Cloudflare serves
// without asking anybody; what renders on demand becomes one Worker: the site's Go, compiled to WebAssembly, and a module
// that runs a pool of instances of it. A site without routes on demand has no Worker at all.
//
// This is the build half, with the preview. The running half is in runtime/ and files/, is embedded here as source, and
// shares no file with it.
package cloudflare

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
)

//go:embed runtime/*.go
var runtimeSource embed.FS

// The modules of the Worker that are the same for every site.
var (
	//go:embed files/worker.mjs
	workerSource []byte
	//go:embed files/bindings.mjs
	bindingsSource []byte
)

// Adapter is the Cloudflare adapter.
type Adapter struct{}

var (
	_ adapter.Adapter   = Adapter{}
	_ adapter.Previewer = Adapter{}
	_ adapter.Detector  = Adapter{}
	_ adapter.Adder     = Adapter{}
)

// deployDir is where wrangler looks for a configuration that a build has made.
const deployDir = ".wrangler/deploy"

// Info says what the adapter can do.
func (Adapter) Info() adapter.Info {
	stable := adapter.Support{Level: adapter.Stable}
	return adapter.Info{
		Name:     "cloudflare",
		Protocol: adapter.Protocol,
		Supports: map[string]adapter.Support{
			adapter.OnDemand:     stable,
			adapter.Streaming:    stable,
			adapter.Middleware:   stable,
			adapter.PageHeaders:  stable,
			adapter.ServerIsland: stable,
			adapter.Sessions:     stable,
			adapter.Revalidate:   {Level: adapter.Limited, Message: "Cloudflare asks the Worker for every request; other caches are told with CDN-Cache-Control"},
		},
		Options:    json.RawMessage(schema),
		DeployWith: "npx wrangler deploy",
		Beside:     []string{deployDir},
		Images:     "cloudflare",
	}
}

// Detect knows a build on Cloudflare.
func (Adapter) Detect(getenv func(string) string) string {
	for _, name := range []string{"WORKERS_CI", "CF_PAGES"} {
		if getenv(name) != "" {
			return name + " is set"
		}
	}
	return ""
}

// The folders of the output.
const (
	assetsDir = "assets"
	workerDir = "worker"
)

// Adapt writes assets/ with the finished files and their rules, worker/ where anything renders on demand, and
// wrangler.json, which names both.
func (Adapter) Adapt(ctx context.Context, site *adapter.Site, out *adapter.Out) error {
	o, problems := decode(site)
	b := &builder{site: site, out: out, o: &o, problems: problems}
	if !b.failed() {
		if err := b.plan(ctx); err != nil {
			return err
		}
		if err := b.loadConfig(); err != nil {
			return err
		}
	}
	if !b.failed() && site.OnDemand {
		if err := b.check(ctx); err != nil {
			return err
		}
	}
	out.Report(b.problems...)
	if b.failed() {
		return nil
	}
	if err := b.assets(ctx); err != nil {
		return err
	}
	if site.OnDemand {
		if err := b.worker(ctx); err != nil {
			return err
		}
	}
	return b.wrangler()
}

// builder makes one output.
type builder struct {
	site     *adapter.Site
	out      *adapter.Out
	o        *Options
	problems []diag.Diagnostic

	list      fileList
	headers   string // the file _headers
	redirects string // the file _redirects
	first     []string
	html      string // html_handling
	runtime   string // import path
	program   string // import path
	packages  graph
	unable    []unable
	copy      *copyOf // of the started program, nil where there is none
	noCopy    string  // why
	startsIn  string  // how long a copy takes to go on

	config     map[string]any // the project's own for wrangler
	configName string
	configText []byte
}

func (b *builder) failed() bool {
	return slices.ContainsFunc(b.problems, func(d diag.Diagnostic) bool { return d.Severity == diag.Error })
}

func (b *builder) report(severity diag.Severity, code diag.Code, at diag.Range, message, hint string) {
	b.problems = append(b.problems, diag.Diagnostic{Severity: severity, Code: code, Range: at, Message: message, Hint: hint})
}

// base is the path below which the site lies, without slashes at its ends.
func (b *builder) base() string { return strings.Trim(b.site.Manifest.Base, "/") }

// assets writes the finished files below their base, and the rules for them.
func (b *builder) assets(ctx context.Context) error {
	dir := assetsDir
	if base := b.base(); base != "" {
		dir += "/" + base
	}
	if err := b.out.MoveDir(ctx, dir, b.site.ClientDir); err != nil {
		return err
	}
	for _, name := range b.list.hidden {
		if err := b.out.Remove(dir + "/" + name); err != nil {
			return err
		}
	}
	for _, f := range []struct{ name, text string }{
		{"_headers", b.headers},
		{"_redirects", b.redirects},
		{".assetsignore", assetsIgnore},
	} {
		own, err := b.taken(dir, f.name)
		if err != nil {
			return err
		}
		if f.text+own == "" {
			continue
		}
		if err := b.out.Write(assetsDir+"/"+f.name, []byte(f.text+own), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// assetsIgnore keeps out of sight what the build leaves out already, should somebody put it there afterwards.
const assetsIgnore = ".*\n!.well-known\n_worker.js\n"

// taken gives what the author has put into a file of the public folder that is ours to write, and removes it where it
// would lie below the base.
func (b *builder) taken(dir, name string) (string, error) {
	own := b.list.own[name]
	if own != "" && dir != assetsDir {
		return own, b.out.Remove(dir + "/" + name)
	}
	return own, nil
}

// worker writes the Worker: its module, the program, and what the module has to know of the site.
func (b *builder) worker(ctx context.Context) error {
	if err := b.out.Go(ctx, adapter.GoBuild{
		Package: b.program,
		Output:  workerDir + "/site.wasm",
		GOOS:    "js",
		GOARCH:  "wasm",
		LDFlags: []string{"-w"}, // the names of functions are wanted once, and go then
	}); err != nil {
		return err
	}
	support, err := b.wasmExec(ctx)
	if err != nil {
		return err
	}
	functions, err := b.finish(ctx, support)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		data []byte
	}{
		{"index.mjs", compact(workerSource)},
		{"bindings.mjs", compact(bindingsSource)},
		{"wasm_exec.js", support}, // with its licence,
		{"start.mjs", compact(startSource)},
		{"site.mjs", b.siteModule(b.copy)},
	} {
		if err := b.out.Write(workerDir+"/"+f.name, f.data, 0o644); err != nil {
			return err
		}
	}
	return b.size(ctx, functions)
}

// finish takes out of the program what it does not need to run, and starts it as far as can be done here.
func (b *builder) finish(ctx context.Context, support []byte) ([]function, error) {
	const name = workerDir + "/site.wasm"
	module, err := b.out.ReadFile(name)
	if err != nil {
		return nil, err
	}
	b.reportUnable(linkedNames(module))
	// Lines of the standard library and of our own runtime help no author.
	module, functions, err := strip(module, func(path string) bool {
		p := b.packages[path]
		return p != nil && (p.Standard || path == b.runtime || p.Module != nil && p.Module.Path == "sitegen.dev/core")
	})
	if err != nil {
		return nil, err
	}
	if module, b.copy, b.noCopy, err = b.started(ctx, module, support); err != nil {
		return nil, err
	}
	if err := b.out.Remove(name); err != nil {
		return nil, err
	}
	return functions, b.out.Write(name, bound(module), 0o644)
}

// compact takes lines that are comments, and the indentation, out of a module that we know: nothing in it spans lines
// but code.
func compact(src []byte) []byte {
	var out []byte
	for line := range bytes.Lines(src) {
		line = bytes.TrimLeft(line, " \t")
		if len(bytes.TrimSpace(line)) > 0 && !bytes.HasPrefix(line, []byte("//")) {
			out = append(out, line...)
		}
	}
	return out
}

// wasmExec gives the half of Go's WebAssembly support that is JavaScript, of the Go that compiles the site.
func (b *builder) wasmExec(ctx context.Context) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", "env", "-json=false", "GOROOT") // whatever GOFLAGS says
	cmd.Dir = b.site.ModuleDir
	root, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOROOT: %w", err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("this installation of Go lacks lib/wasm/wasm_exec.js, which Go's own archives have: %w", err)
	}
	return data, err
}

// siteModule is what files/worker.mjs imports as site.mjs.
func (b *builder) siteModule(of *copyOf) []byte {
	base := "/"
	if s := b.base(); s != "" {
		base = "/" + s + "/"
	}
	config, err := json.Marshal(struct {
		Base      string `json:"base"`
		HTML      string `json:"html"`
		Instances int    `json:"instances"`
		Memory    int    `json:"memory"`  // MB
		Timeout   int    `json:"timeout"` // seconds
	}{base, b.html, b.o.Instances, b.o.Memory, b.o.Timeout})
	if err != nil {
		panic(err) // texts and numbers
	}
	// Files whose answer has another status than 200, with its header lines.
	special := map[string][]any{}
	for _, p := range b.list.pages {
		if odd(p) {
			lines := []string{}
			for _, h := range p.Headers {
				lines = append(lines, h.Name, h.Value)
			}
			special[p.File] = []any{p.Status, lines}
		}
	}
	table, err := json.Marshal(special)
	if err != nil {
		panic(err) // texts and numbers
	}
	names, err := json.Marshal(strings.Join(b.list.names, "\n"))
	if err != nil {
		panic(err) // a text
	}
	return []byte("// What the Worker has to know of the site.\nexport const config = " + string(config) + ";\nexport const copy = " + of.script() + ";\nexport const special = " + string(table) + ";\nexport const names = " + string(names) + ";\n")
}

// source writes the running half and the program into the site's module.
func (b *builder) source() error {
	files, err := fs.Sub(runtimeSource, "runtime")
	if err != nil {
		return err
	}
	if b.runtime, err = b.out.Source("adapter/cloudflare", files); err != nil {
		return err
	}
	sessions, more := "nil", ""
	if b.sessions() {
		sessions = "platform.Sessions{KV: " + strconv.Quote(b.o.Sessions) + "}"
		more = "\n\tplatform \"sitegen.dev/core/site/cloudflare\""
	}
	b.program, err = b.out.Source("cmd/cloudflare", adapter.Files{"main.go": []byte(`// Code generated by sitegen. DO NOT EDIT.

//go:build js && wasm

// Command cloudflare is the program inside the Worker.
package main

import (
	cloudflare ` + strconv.Quote(b.runtime) + `
	bundle ` + strconv.Quote(b.site.Bundle) + more + `
)

func main() { cloudflare.Main(bundle.App(), ` + strconv.Itoa(b.o.Memory) + `<<20, ` + sessions + `) }
`)})
	return err
}
