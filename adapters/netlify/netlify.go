// Package netlify is the adapter for Netlify: it writes the folder that Netlify publishes, with _redirects and _headers in
// it, and beside it .netlify/v1 as the Frameworks API has it, with one function for what renders on demand. The function is
// a native program: in mode shim a few lines of JavaScript start it and stream through it (shim/ssr.mjs), in mode lambda it
// is a Lambda function by itself.
//
// This is the build half, with the preview. The running half is in runtime/, is embedded here as source, and shares no
// file with it.
package netlify

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

//go:embed runtime/*.go
var runtimeSource embed.FS

// Adapter is the Netlify adapter.
type Adapter struct{}

var (
	_ adapter.Adapter   = Adapter{}
	_ adapter.Previewer = Adapter{}
	_ adapter.Detector  = Adapter{}
	_ adapter.Adder     = Adapter{}
	_ adapter.Deployer  = Adapter{}
)

// frameworkDir is where Netlify looks for what a framework adds to the published folder.
const frameworkDir = ".netlify/v1"

// skewFile is where, in that directory, Netlify looks for what keeps a visitor on the deploy whose page he has open.
const skewFile = "skew-protection.json"

// Info says what the adapter can do.
func (Adapter) Info() adapter.Info {
	stable := adapter.Support{Level: adapter.Stable}
	return adapter.Info{
		Name:     "netlify",
		Protocol: adapter.Protocol,
		Supports: map[string]adapter.Support{
			adapter.OnDemand:     stable,
			adapter.Streaming:    stable,
			adapter.Middleware:   stable,
			adapter.PageHeaders:  stable,
			adapter.ServerIsland: stable,
			adapter.Revalidate:   stable,
			adapter.Sessions:     stable,
		},
		Options: json.RawMessage(schema),
		Beside:  []string{frameworkDir},
		Images:  "netlify",
	}
}

// Detect knows a build on Netlify. `netlify dev` and `netlify build` on one's own machine set the same variable; there the
// author chooses.
func (Adapter) Detect(getenv func(string) string) string {
	if getenv("NETLIFY") == "" || getenv("NETLIFY_LOCAL") != "" || getenv("NETLIFY_DEV") != "" {
		return ""
	}
	return "NETLIFY is set"
}

// netlifyTOML tells Netlify what to run and what to publish.
const netlifyTOML = `# What Netlify runs for each deploy, and the folder that it publishes.
[build]
  command = "go install sitegen.dev/cli/cmd/sitegen@latest && PATH=\"$PATH:$(go env GOPATH)/bin\" sitegen build --adapter netlify"
  publish = %s
`

// Add gives netlify.toml.
func (Adapter) Add(p adapter.Project) (map[string][]byte, error) {
	publish, err := json.Marshal(p.OutDir) // a string of TOML too
	if err != nil {
		return nil, err
	}
	return map[string][]byte{"netlify.toml": fmt.Appendf(nil, netlifyTOML, publish)}, nil
}

// Adapt writes the published files, and functions and configuration below .netlify/v1.
func (Adapter) Adapt(ctx context.Context, site *adapter.Site, out *adapter.Out) error {
	o, problems := decode(site)
	if len(problems) > 0 {
		out.Report(problems...)
		return nil
	}
	client, err := adapter.ReadClient(ctx, site)
	if err != nil {
		return err
	}
	b := &builder{site: site, out: out, o: o, client: client, base: site.Manifest.Base}
	if err := b.plan(); err != nil {
		return err
	}
	if out.Diagnostics().HasErrors() {
		return nil
	}
	if site.OnDemand {
		if err := b.function(ctx); err != nil || out.Diagnostics().HasErrors() {
			return err
		}
	}
	if err := b.publish(ctx); err != nil {
		return err
	}
	return b.framework()
}

// builder makes one output.
type builder struct {
	site   *adapter.Site
	out    *adapter.Out
	o      Options
	client *adapter.Client
	base   string // "/" or "/docs/"

	redirects []redirect
	excluded  []string          // patterns of paths that do not reach the function
	headers   []headerRule      // of _headers
	carried   map[string]file   // files inside the function
	included  []string          // files beside the program
	schedules []schedule        // by their times
	functions []ownFunction     // of routes with options of their own
	slow      []string          // paths of routes that run in the background, as Netlify writes patterns
	private   []string          // files that only the function may answer with, or nobody
	own       map[string][]byte // _redirects and _headers of the author
}

// plan decides everything and finds everything that is wrong, before anything is written or compiled.
func (b *builder) plan() error {
	b.own = map[string][]byte{}
	for _, name := range []string{redirectsFile, headersFile} {
		if !b.client.Has(name) {
			continue
		}
		data, err := b.read(name)
		if err != nil {
			return err
		}
		b.own[name] = data
		b.private = append(b.private, name) // it is published once more, with ours
	}
	b.planRedirects()
	b.planHeaders()
	b.bodyLimit()
	return b.carry()
}

// maxBody is the largest body of a request that reaches a function, in bytes. What is no text is sent as base64, which leaves
// three quarters of it.
const maxBody = 6 << 20

// bodyLimit tells of a limit in site.yaml that Netlify never lets a request come near.
func (b *builder) bodyLimit() {
	most := b.site.BodyLimit
	if !b.site.OnDemand || most > 0 && most <= maxBody {
		return
	}
	limit := "any size"
	if most > 0 {
		limit = adapter.Size(most)
	}
	b.out.Report(diag.Diagnostic{Severity: diag.Info, Code: "SG6216", Range: b.site.BodyLimitAt,
		Message: "security.bodyLimit allows " + limit + ", but Netlify refuses bodies over 6 MB, and over 4.5 MB where they are no text, before the function sees them",
		Hint:    "let visitors upload large files to a store directly"})
}

// read reads a client file.
func (b *builder) read(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(b.site.ClientDir, filepath.FromSlash(name)))
}

func (b *builder) warn(code diag.Code, at diag.Pos, message, hint string) {
	b.out.Report(diag.Diagnostic{Severity: diag.Warning, Code: code, Range: diag.Range{Pos: at}, Message: message, Hint: hint})
}

// publish puts the client files where Netlify serves them from, below the base, with _redirects and _headers.
func (b *builder) publish(ctx context.Context) error {
	// What the build put there for itself: its manifest, which framework writes again elsewhere, and its list.
	for _, name := range []string{"manifest.json", filepath.Base(b.site.Prerendered)} {
		if name == "." {
			continue
		}
		if err := b.out.Remove(name); err != nil {
			return err
		}
	}
	dir := strings.Trim(b.base, "/")
	if dir == "" {
		dir = "."
	}
	if err := b.out.MoveDir(ctx, dir, b.site.ClientDir); err != nil {
		return err
	}
	for _, name := range append(b.client.Hidden, b.private...) {
		if err := b.out.Remove(path.Join(dir, name)); err != nil {
			return err
		}
	}
	// Netlify looks for its page of 404 at the top only.
	if page, ok := b.carried["404.html"]; ok && dir != "." {
		if err := b.out.Write("404.html", page.Data, 0o644); err != nil {
			return err
		}
	}
	if text := b.redirectsText(); len(text) > 0 {
		if err := b.out.Write(redirectsFile, text, 0o644); err != nil {
			return err
		}
	}
	return b.out.Write(headersFile, b.headersText(), 0o644)
}

// frameworkConfig is config.json of the Frameworks API, as far as it is written. Redirects and headers are in files of the
// published folder, where every tool of Netlify's reads them.
type frameworkConfig struct {
	Images    *imagesConfig              `json:"images,omitempty"`
	Functions map[string]functionSetting `json:"functions,omitempty"`
}

type imagesConfig struct {
	RemoteImages []string `json:"remote_images"`
}

type functionSetting struct {
	Memory int     `json:"memory,omitempty"` // MB
	VCPU   float64 `json:"vcpu,omitempty"`
	Region string  `json:"region,omitempty"`
}

// settings are those of the functions that have some.
func (b *builder) settings() map[string]functionSetting {
	all := map[string]functionSetting{}
	set := func(name string, o functionOptions) {
		if s := o.setting(); s != (functionSetting{}) {
			all[name] = s
		}
	}
	for _, name := range append(b.taskNames(), functionName) {
		set(name, b.o.common())
	}
	for _, f := range b.functions {
		set(f.name, f.options)
	}
	return all
}

// framework writes the configuration, and the manifest for the preview.
func (b *builder) framework() error {
	var c frameworkConfig
	remote := slices.Clone(b.o.Images.Remote)
	if b.site.Images.Service != "" {
		for _, s := range b.site.Images.Remote {
			remote = append(remote, s.Expr())
		}
	}
	if len(remote) > 0 {
		c.Images = &imagesConfig{remote}
	}
	if b.site.OnDemand {
		c.Functions = b.settings()
	}
	data, err := encode(c)
	if err != nil {
		return err
	}
	if err := b.out.Write(frameworkDir+"/config.json", data, 0o644); err != nil {
		return err
	}
	if b.o.Skew && b.site.OnDemand {
		if data, err = encode(b.skew()); err != nil {
			return err
		}
		if err := b.out.Write(frameworkDir+"/"+skewFile, data, 0o644); err != nil {
			return err
		}
	}
	if data, err = manifest.Encode(b.site.Manifest); err != nil {
		return err
	}
	return b.out.Write(frameworkDir+"/manifest.json", data, 0o644)
}

// skewConfig is skew-protection.json: which paths are answered by the deploy that a request names, and where it does.
type skewConfig struct {
	Patterns []string     `json:"patterns"` // regular expressions
	Sources  []skewSource `json:"sources"`
}

type skewSource struct {
	Type string `json:"type"` // cookie, header or query
	Name string `json:"name"`
}

// skewCookie is the cookie by which pages on demand name their deploy; the running half has the same.
const skewCookie = "__nf_skew"

// skew is for what a page loads later, and never for pages: who asks for one gets the newest. Scripts may name the deploy in a
// header or in the query, by the names that frameworks of Netlify's have in common.
func (b *builder) skew() skewConfig {
	base := regexp.QuoteMeta(b.base)
	c := skewConfig{
		Patterns: []string{base + "_island/.*"},
		Sources:  []skewSource{{"cookie", skewCookie}, {"header", "X-Netlify-Deploy-ID"}, {"query", "dpl"}},
	}
	if dir := strings.Trim(b.site.Manifest.AssetsDir, "/"); dir != "" {
		c.Patterns = append(c.Patterns, base+regexp.QuoteMeta(dir)+"/.*")
	}
	return c
}

// encode writes JSON for people too: indented, without needless escapes, ended by a line break.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return b.Bytes(), nil
}
