// Package node is the adapter for a server of one's own: it compiles a site into one static program that answers
// everything, finished files and routes rendered on demand alike, or into a package that other Go programs mount as an
// http.Handler. The name is the one that users of other generators look for; nothing of Node.js is involved.
//
// This is the build half. The running half is in runtime/, is embedded here as source, and shares no file with it.
package node

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
)

//go:embed runtime/*.go
var runtimeSource embed.FS

// imagesSource is the image endpoint, for sites whose pages ask for it.
//
//go:embed images/*.go
var imagesSource embed.FS

// Adapter is the node adapter.
type Adapter struct{}

var _ adapter.Adapter = Adapter{}

// The modes.
const (
	standalone = "standalone"
	middleware = "middleware"
)

// Options is the adapter's block of site.yaml.
type Options struct {
	Mode        string `json:"mode"`        // standalone or middleware
	Embed       bool   `json:"embed"`       // client files inside the program
	Program     string `json:"program"`     // its file name
	Precompress string `json:"precompress"` // auto, best, fast or off
	Target      string `json:"target"`      // "linux/arm64"; "" for the system of the build
}

// schema describes Options; keep the two together.
const schema = `{
	"$schema": "https://json-schema.org/draft/2020-12/schema",
	"title": "options of the node adapter",
	"type": "object",
	"additionalProperties": false,
	"properties": {
		"mode": {
			"enum": ["standalone", "middleware"],
			"default": "standalone",
			"description": "standalone makes a program that listens by itself, middleware a Go package to mount in a server of your own"
		},
		"embed": {
			"type": "boolean",
			"default": false,
			"description": "put the client files inside the program, so that one single file is everything"
		},
		"program": {
			"type": "string",
			"pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
			"default": "server",
			"description": "file name of the program"
		},
		"precompress": {
			"enum": ["auto", "best", "fast", "off"],
			"default": "auto",
			"description": "how hard to compress files at build (brotli, zstd, gzip); auto takes best up to 32 MiB of files and fast for the pages beyond"
		},
		"target": {
			"type": "string",
			"pattern": "^[a-z0-9]+/[a-z0-9]+$",
			"description": "system and processor that the program runs on, such as linux/arm64; without it, those of the build"
		}
	}
}`

// Info says what the adapter can do.
func (Adapter) Info() adapter.Info {
	stable := adapter.Support{Level: adapter.Stable}
	return adapter.Info{
		Name:     "node",
		Protocol: adapter.Protocol,
		Supports: map[string]adapter.Support{
			adapter.OnDemand:     stable,
			adapter.Streaming:    stable,
			adapter.Middleware:   stable,
			adapter.PageHeaders:  stable,
			adapter.ServerIsland: stable,
			adapter.Revalidate:   {Level: adapter.Limited, Message: "the server keeps nothing itself; it tells the cache in front of it, with CDN-Cache-Control"},
			adapter.Sessions:     stable,
		},
		Options: json.RawMessage(schema),
		Images:  "endpoint",
	}
}

// clientDir and serverDir are the two halves of the output.
const (
	clientDir = "client"
	serverDir = "server"
)

// maxPack is what a program can hold: the Go linker gives up on data of 2 GB.
const maxPack = 1_900_000_000

// Adapt writes client/ with the finished files, their compressed forms beside them, and server/ with the program or the
// package.
func (Adapter) Adapt(ctx context.Context, site *adapter.Site, out *adapter.Out) error {
	o, problems := decode(site)
	if len(problems) > 0 {
		out.Report(problems...)
		return nil
	}
	source := adapter.Files{}
	if o.Mode == middleware {
		if d, ok := importable(site); !ok {
			out.Report(d)
			return nil
		}
	}
	st := &store{out: out, level: o.Precompress}
	if o.Embed {
		tmp, err := os.MkdirTemp("", "sitegen")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		st.tmp = tmp
	} else if err := out.CopyDir(ctx, clientDir, site.ClientDir); err != nil {
		return err
	}
	list, err := st.files(ctx, site)
	if err != nil {
		return err
	}
	source["files.txt"] = encodeList(list)
	if size := packSize(list); o.Embed && size > maxPack {
		out.Report(diag.Diagnostic{
			Code:    "SG6020",
			Range:   diag.Range{Pos: site.OptionsAt},
			Message: fmt.Sprintf("the client files are %d MB, more than a program can hold", size/1_000_000),
			Hint:    "leave out `embed: true`; the client folder then stays beside the program",
		})
		return nil
	}
	runtime, err := fs.Sub(runtimeSource, "runtime")
	if err != nil {
		return err
	}
	p := program{Site: site, Options: o}
	if p.Runtime, err = out.Source("adapter/node", runtime); err != nil {
		return err
	}
	if site.Images.Service != "" {
		images, err := fs.Sub(imagesSource, "images")
		if err != nil {
			return err
		}
		if p.Images, err = out.Source("adapter/node-images", images); err != nil {
			return err
		}
	}
	if o.Mode == middleware {
		err = p.middleware(ctx, out, source, st, list)
	} else {
		err = p.standalone(ctx, out, source, st, list)
	}
	if err == nil && o.Embed {
		err = out.Remove(clientDir)
	}
	return err
}

// CheckOptions says what is wrong with the options.
func (Adapter) CheckOptions(site *adapter.Site) []diag.Diagnostic {
	_, problems := decode(site)
	return problems
}

// decode reads the options.
func decode(site *adapter.Site) (Options, []diag.Diagnostic) {
	o := Options{Mode: standalone, Program: "server", Precompress: "auto"}
	var ds []diag.Diagnostic
	report := func(code diag.Code, option, message, hint string) {
		ds = append(ds, diag.Diagnostic{Code: code, Range: site.At(option), Message: message, Hint: hint})
	}
	raw := bytes.TrimSpace(site.Options)
	if len(raw) == 0 || string(raw) == "null" {
		raw = []byte("{}")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		report("SG6006", "", "the options of adapter node must be a map", "adapter: {name: node, mode: standalone}")
		return o, ds
	}
	known := map[string]any{"mode": &o.Mode, "embed": &o.Embed, "program": &o.Program, "precompress": &o.Precompress, "target": &o.Target}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		target, ok := known[name]
		if !ok {
			names := slices.Sorted(maps.Keys(known))
			hint := "its options are " + strings.Join(names, ", ")
			if near := diag.Suggest(name, names); near != "" {
				hint = "did you mean " + near + "?"
			}
			report("SG6005", name, fmt.Sprintf("adapter node has no option %q", name), hint)
			continue
		}
		if err := json.Unmarshal(fields[name], target); err != nil {
			kind := "a text"
			if _, ok := target.(*bool); ok {
				kind = "true or false"
			}
			report("SG6006", name, fmt.Sprintf("option %s of adapter node must be %s, not %s", name, kind, fields[name]), "")
		}
	}
	oneOf := func(name, value string, allowed ...string) {
		if !slices.Contains(allowed, value) {
			report("SG6006", name, fmt.Sprintf("option %s of adapter node must be %s, not %q", name, strings.Join(allowed, " or "), value), "")
		}
	}
	oneOf("mode", o.Mode, standalone, middleware)
	oneOf("precompress", o.Precompress, "auto", "best", "fast", "off")
	if !programName.MatchString(o.Program) {
		report("SG6006", "program", fmt.Sprintf("option program of adapter node must be a file name of letters, digits, dots and hyphens, not %q", o.Program), "")
	}
	if o.Target != "" && !targetName.MatchString(o.Target) {
		report("SG6006", "target", fmt.Sprintf("option target of adapter node must be a system and a processor, not %q", o.Target), "target: linux/arm64")
	}
	return o, ds
}

var (
	programName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	targetName  = regexp.MustCompile(`^[a-z0-9]+/[a-z0-9]+$`)
)

// importable says whether the package of mode middleware will have an import path.
func importable(site *adapter.Site) (diag.Diagnostic, bool) {
	if site.OutDir == "" {
		return diag.Diagnostic{}, true
	}
	rel, err := filepath.Rel(site.ModuleDir, site.OutDir)
	if err == nil && filepath.IsLocal(rel) {
		return diag.Diagnostic{}, true
	}
	return diag.Diagnostic{
		Code:    "SG6021",
		Range:   diag.Range{Pos: site.OptionsAt},
		Message: "the output is outside the site's Go module, so no program could import it in mode middleware",
		Hint:    "set `out:` in site.yaml to a folder below the folder of go.mod",
	}, false
}

// program is what the generated Go is made from.
type program struct {
	Site    *adapter.Site
	Options Options
	Runtime string // import path
	Images  string // likewise, of the image endpoint; "" without
}

// literal is the node.Program that both modes hand to the runtime.
func (p *program) literal() string {
	var b strings.Builder
	b.WriteString("node.Program{\n")
	field := func(name, value string) { fmt.Fprintf(&b, "\t%s: %s,\n", name, value) }
	field("App", "bundle.App")
	field("Name", strconv.Quote(p.Options.Program))
	field("Generator", strconv.Quote(p.Site.Manifest.Generator))
	field("Host", strconv.Quote(p.Site.Server.Host))
	field("Port", strconv.Itoa(p.Site.Server.Port))
	field("Files", "files")
	if p.Options.Embed {
		field("Pack", "pack")
	}
	if p.Images != "" {
		field("Images", "pictures")
	}
	b.WriteString("}")
	return b.String()
}

// embeds declares the variables that the literal names.
func (p *program) embeds() string {
	s := "//go:embed files.txt\nvar files string\n"
	if p.Options.Embed {
		s += "\n//go:embed client.pack\nvar pack []byte\n"
	}
	return s + p.pictures()
}

// pictures declares the image endpoint.
func (p *program) pictures() string {
	if p.Images == "" {
		return ""
	}
	m := p.Site.Images
	var b strings.Builder
	fmt.Fprintf(&b, "\nvar imageService = images.New(images.Config{\n\tBase: %q,\n\tWidths: %#v,\n\tQualities: %#v,\n", p.Site.Manifest.Base, m.Widths, m.Qualities)
	if len(m.Remote) > 0 {
		b.WriteString("\tRemote: []site.ImageSource{\n")
		for _, s := range m.Remote {
			fmt.Fprintf(&b, "\t\t{Scheme: %q, Host: %q, Port: %q, Path: %q},\n", s.Scheme, s.Host, s.Port, s.Path)
		}
		b.WriteString("\t},\n")
	}
	b.WriteString("})\n\n" +
		"func pictures(w http.ResponseWriter, r *http.Request, open func(string, int64) ([]byte, bool, bool)) {\n\timageService.ServeImage(w, r, open)\n}\n")
	return b.String()
}

// imports gives the imports that pictures needs, beside net/http where have is not set.
func (p *program) imports(have bool) string {
	if p.Images == "" {
		return ""
	}
	s := "\timages \"" + p.Images + "\"\n"
	if len(p.Site.Images.Remote) > 0 {
		s += "\t\"sitegen.dev/core/site\"\n"
	}
	if !have {
		s += "\t\"net/http\"\n"
	}
	return s
}

const head = `// Code generated by sitegen. DO NOT EDIT.

`

func (p *program) main() string {
	return head + `// Command ` + p.Options.Program + ` serves the site; --help says how.
package main

import (
	_ "embed"
	"os"

	node "` + p.Runtime + `"
	bundle "` + p.Site.Bundle + `"
` + p.imports(false) + `)

` + p.embeds() + `
func main() {
	os.Exit(node.Main(&` + p.literal() + `))
}
`
}

func (p *program) mount() string {
	return head + `// Package server is the site as an http.Handler, to be mounted in a program of your own.
package server

import (
	_ "embed"
	"net/http"

	node "` + p.Runtime + `"
	bundle "` + p.Site.Bundle + `"
` + p.imports(true) + `)

// Options says how the site is mounted.
type Options = node.Options

` + p.embeds() + `
var program = ` + p.literal() + `

// New gives the site as a handler. It fails when the client folder that the options name is not the one of this build.
func New(o Options) (http.Handler, error) { return node.New(&program, o) }

// Handler is New for programs that cannot go on without the site: it panics where New fails.
func Handler(o Options) http.Handler {
	h, err := New(o)
	if err != nil {
		panic(err)
	}
	return h
}
`
}

// standalone compiles the program.
func (p *program) standalone(ctx context.Context, out *adapter.Out, source adapter.Files, st *store, list []entry) error {
	code, err := gofmt(p.main())
	if err != nil {
		return err
	}
	source["main.go"] = code
	files := fs.FS(source)
	if p.Options.Embed {
		if err := st.pack(ctx, list); err != nil {
			return err
		}
		files = with{source, st.packFS()}
	}
	pkg, err := out.Source("cmd/node", files)
	if err != nil {
		return err
	}
	goos, goarch, _ := strings.Cut(p.Options.Target, "/")
	name := p.Options.Program
	if goos == "windows" && filepath.Ext(name) != ".exe" {
		name += ".exe"
	}
	return p.unknownTarget(out, out.Go(ctx, adapter.GoBuild{
		Package: pkg,
		Output:  serverDir + "/" + name,
		GOOS:    goos,
		GOARCH:  goarch,
		LDFlags: []string{"-s", "-w"},
	}))
}

// unknownTarget turns the go command's word for a target that does not exist into a diagnostic.
func (p *program) unknownTarget(out *adapter.Out, err error) error {
	var failed *adapter.BuildError
	if p.Options.Target != "" && errors.As(err, &failed) && strings.Contains(failed.Output, "unsupported GOOS/GOARCH pair") {
		out.Report(diag.Diagnostic{
			Code:    "SG6006",
			Range:   diag.Range{Pos: p.Site.OptionsAt},
			Message: fmt.Sprintf("option target of adapter node names no system that Go compiles for: %q", p.Options.Target),
			Hint:    "`go tool dist list` prints them",
		})
		return nil
	}
	return err
}

// middleware writes the package and compiles what it imports, so that trouble shows now and not in the program around.
func (p *program) middleware(ctx context.Context, out *adapter.Out, source adapter.Files, st *store, list []entry) error {
	code, err := gofmt(p.mount())
	if err != nil {
		return err
	}
	source["server.go"] = code
	files := fs.FS(source)
	if p.Options.Embed {
		if err := st.pack(ctx, list); err != nil {
			return err
		}
		files = with{source, st.packFS()}
	}
	if err := out.CopyFS(ctx, serverDir, files); err != nil {
		return err
	}
	for _, pkg := range []string{p.Runtime, p.Site.Bundle} {
		if err := out.Go(ctx, adapter.GoBuild{Package: pkg}); err != nil {
			return err
		}
	}
	return nil
}
