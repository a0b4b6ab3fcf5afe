// Package vercel is the adapter for Vercel: it writes the Build Output API, version 3. Finished files go to static/,
// redirects, headers and the order of everything into the route table of config.json, and what renders on demand into one
// function: a native program that speaks with the platform itself, without a launcher in front of it.
//
// This is the build half, with the preview. The running half is in runtime/, is embedded here as source, and shares no
// file with it.
package vercel

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

//go:embed runtime/*.go
var runtimeSource embed.FS

// Adapter is the Vercel adapter.
type Adapter struct{}

var (
	_ adapter.Adapter   = Adapter{}
	_ adapter.Previewer = Adapter{}
	_ adapter.Detector  = Adapter{}
	_ adapter.Adder     = Adapter{}
)

// The variables of the platform that the build looks at.
const (
	envPlatform   = "VERCEL"
	envDeployment = "VERCEL_DEPLOYMENT_ID"
	envSkew       = "VERCEL_SKEW_PROTECTION_ENABLED"
	envBypass     = "VERCEL_BYPASS_TOKEN" // ours: the secret of ISR; the running half has it too
	// Of the database of sessions, by Vercel's marketplace and by its maker.
	envRedis, envUpstash = "KV_REST_API_URL", "UPSTASH_REDIS_REST_URL"
)

// Info says what the adapter can do.
func (Adapter) Info() adapter.Info {
	stable := adapter.Support{Level: adapter.Stable}
	return adapter.Info{
		Name:     "vercel",
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
		Options:    json.RawMessage(schema),
		OutDir:     outDir,
		DeployWith: "vercel deploy --prebuilt",
		Env:        []string{envPlatform, envDeployment, envSkew, envBypass, envRedis, envUpstash},
		Images:     "vercel",
	}
}

// Detect knows a build on Vercel. `vercel dev` sets the same variable, but runs a development server.
func (Adapter) Detect(getenv func(string) string) string {
	if getenv("VERCEL") == "" || getenv("VERCEL_ENV") == "development" || getenv("VERCEL_REGION") == "dev1" {
		return ""
	}
	return "VERCEL is set"
}

// vercelJSON tells the platform to run the build and to add nothing of its own.
const vercelJSON = `{
  "$schema": "https://openapi.vercel.sh/vercel.json",
  "framework": null,
  "installCommand": "go install sitegen.dev/cli/cmd/sitegen@latest",
  "buildCommand": "PATH=\"$PATH:$(go env GOPATH)/bin\" sitegen build --adapter vercel"
}
`

// configPrograms are the other forms of vercel.json, beside which the platform takes none.
var configPrograms = []string{"vercel.ts", "vercel.mts", "vercel.js", "vercel.mjs", "vercel.cjs"}

// Add gives vercel.json.
func (Adapter) Add(p adapter.Project) (map[string][]byte, error) {
	for _, name := range configPrograms {
		if _, err := fs.Stat(p.Files, name); err == nil {
			return nil, nil
		}
	}
	return map[string][]byte{"vercel.json": []byte(vercelJSON)}, nil
}

// The folders of the output.
const (
	outDir       = ".vercel/output" // below the project root
	staticDir    = "static"
	functionsDir = "functions"
	renderDir    = functionsDir + "/" + renderName + ".func"
)

// maxFunction is what the platform takes as one function, unpacked; maxBody what it lets through as the body of a request.
const (
	maxFunction = 250_000_000
	maxBody     = 4_500_000
)

// Adapt writes config.json, static/ and, where anything renders on demand, functions/.
func (Adapter) Adapt(ctx context.Context, site *adapter.Site, out *adapter.Out) error {
	o, problems := decode(site)
	b := &builder{site: site, out: out, o: &o, problems: problems}
	if err := b.plan(ctx); err != nil {
		return err
	}
	out.Report(b.problems...)
	if slices.ContainsFunc(b.problems, func(d diag.Diagnostic) bool { return d.Severity == diag.Error }) {
		return nil
	}
	if err := b.static(ctx); err != nil {
		return err
	}
	if site.OnDemand {
		if err := b.function(ctx); err != nil {
			return err
		}
	}
	data, err := encode(b.config)
	if err != nil {
		return err
	}
	if err := out.Write("config.json", data, 0o644); err != nil {
		return err
	}
	// The list was for us; the platform would only store it.
	if name := filepath.Base(site.Prerendered); site.Prerendered != "" {
		return out.Remove(name)
	}
	return nil
}

// builder makes one output.
type builder struct {
	site     *adapter.Site
	out      *adapter.Out
	o        *Options
	pages    *pageList
	own      ownFunctions
	isr      []isrRoute
	config   outputConfig
	insert   string
	problems []diag.Diagnostic
}

func (b *builder) report(at, problem, hint string) {
	b.problems = append(b.problems, diag.Diagnostic{Code: "SG6006", Range: b.site.At(at), Message: "option " + at + " of adapter vercel " + problem, Hint: hint})
}

// plan decides everything and finds everything that is wrong, before anything is written or compiled.
func (b *builder) plan(ctx context.Context) error {
	m := b.site.Manifest
	if b.o.WebAnalytics {
		b.insert += `<script defer src="/_vercel/insights/script.js"></script>`
	}
	if b.o.SpeedInsights {
		b.insert += `<script defer src="/_vercel/speed-insights/script.js"></script>`
	}
	var err error
	if b.pages, err = readPages(ctx, b.site); err != nil {
		return err
	}
	if b.site.OnDemand {
		b.own = b.ownFunctions()
		b.isr = b.isrRoutes()
	}
	t := &table{m: m, o: b.o, pages: b.pages, own: &b.own, isr: b.isr, onDemand: b.site.OnDemand, cookie: b.skewCookie()}
	b.config = outputConfig{
		Version:      3,
		Framework:    b.framework(),
		DeploymentID: b.o.DeploymentID,
		Routes:       t.build(),
		Images:       b.images(),
		Overrides:    b.pages.overrides(m.Base),
		Flags:        b.flags(),
	}
	b.problems = append(b.problems, t.problems...)
	if n := len(b.config.Routes); n > maxRoutes {
		b.problems = append(b.problems, diag.Diagnostic{Code: "SG6104", Range: diag.Range{Pos: b.site.OptionsAt},
			Message: fmt.Sprintf("the site needs %d routes, and Vercel takes %d", n, maxRoutes),
			Hint:    "use redirects with parameters instead of many single ones"})
	}
	for i, c := range b.o.Crons {
		b.cron(fmt.Sprintf("crons.%d.path", i), c)
	}
	if max := b.site.BodyLimit; b.site.OnDemand && (max > maxBody || max == 0) {
		limit := "any size"
		if max > 0 {
			limit = adapter.Size(max)
		}
		b.problems = append(b.problems, diag.Diagnostic{Severity: diag.Info, Code: "SG6105", Range: b.site.BodyLimitAt,
			Message: "security.bodyLimit allows " + limit + ", but Vercel refuses bodies over 4.5 MB before the function sees them",
			Hint:    "let visitors upload large files to a store directly"})
	}
	if out := filepath.ToSlash(b.site.OutDir); out != "" && !strings.HasSuffix(out, "/"+outDir) && b.site.Env[envPlatform] != "" {
		b.problems = append(b.problems, diag.Diagnostic{Severity: diag.Warning, Code: "SG6110", Range: diag.Range{Pos: diag.Pos{File: b.site.OptionsAt.File}},
			Message: "the output does not go to " + outDir + ", where alone Vercel looks for it",
			Hint:    "remove `out:` from site.yaml, and --out from the command"})
	}
	if at := b.sessions(); at != nil && b.site.Env[envPlatform] != "" && b.site.Env[envRedis]+b.site.Env[envUpstash] == "" {
		b.problems = append(b.problems, diag.Diagnostic{Severity: diag.Warning, Code: "SG6113", Range: diag.Range{Pos: diag.Pos{File: at.File, Line: at.Line, Col: at.Col}},
			Message: "the site has sessions, and the project has no Redis database to keep them in: " + envRedis + " is not set",
			Hint:    "connect one to the project on Vercel's marketplace"})
	}
	b.projectFile()
	if b.o.Mode == lambda {
		b.streams()
	}
	if d, ok := b.lambdaModule(); !ok {
		b.problems = append(b.problems, d)
	}
	return nil
}

// sessions is where the site asks for sessions, nil where it does not.
func (b *builder) sessions() *manifest.Feature {
	i := slices.IndexFunc(b.site.Manifest.Features, func(f manifest.Feature) bool { return f.Name == adapter.Sessions })
	if i < 0 {
		return nil
	}
	return &b.site.Manifest.Features[i]
}

// streams tells of routes that stream, which mode lambda does not.
func (b *builder) streams() {
	for _, r := range b.site.Manifest.Routes {
		for _, f := range r.Features {
			if f.Name == adapter.Streaming {
				b.problems = append(b.problems, diag.Diagnostic{Severity: diag.Warning, Code: "SG6109", Range: diag.Range{Pos: diag.Pos{File: f.File, Line: f.Line, Col: f.Col}},
					Message: r.Source + " streams its answer, which mode lambda of adapter vercel sends as a whole when it is done",
					Hint:    "leave out `mode: lambda`"})
			}
		}
	}
}

// framework names us in the platform's reports. Its fields hold at most 50 letters.
func (b *builder) framework() *framework {
	version := strings.TrimPrefix(b.site.Manifest.Generator, "sitegen ")
	return &framework{Slug: "sitegen", Version: version[:min(len(version), 50)]}
}

// skewCookie is what keeps a visitor on the deployment whose page he has open, or "".
func (b *builder) skewCookie() string {
	there := b.site.Env[envSkew] == "1" // switched on in the project's settings, in a build on Vercel
	asked := b.o.SkewProtection
	if asked == nil && !there || asked != nil && !*asked {
		return ""
	}
	id := b.o.DeploymentID
	if id == "" && there {
		id = b.site.Env[envDeployment]
	}
	if !deploymentID.MatchString(id) {
		if asked == nil {
			return ""
		}
		b.problems = append(b.problems, diag.Diagnostic{Severity: diag.Warning, Code: "SG6106", Range: b.site.At("skewProtection"),
			Message: "skewProtection does nothing in this build: the id of the deployment is not known",
			Hint:    "switch Skew Protection on in the project's settings and build on Vercel, or set deploymentId"})
		return ""
	}
	return "__vdpl=" + id + "; Path=" + escapePath(b.site.Manifest.Base) + "; SameSite=Strict; Secure; HttpOnly"
}

// static puts the client files where the platform serves them from, below the base.
func (b *builder) static(ctx context.Context) error {
	dir := path.Join(staticDir, strings.Trim(b.site.Manifest.Base, "/"))
	if err := b.out.MoveDir(ctx, dir, b.site.ClientDir); err != nil {
		return err
	}
	for _, name := range slices.Concat(b.pages.hidden, b.pages.redirectFiles()) {
		if err := b.out.Remove(path.Join(dir, name)); err != nil {
			return err
		}
	}
	if b.insert == "" {
		return nil
	}
	return adapter.Each(ctx, b.pages.all, func(p page) error {
		name := p.File
		if !strings.HasSuffix(name, ".html") {
			return nil
		}
		data, err := b.out.ReadFile(path.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a redirect, which is gone
		}
		if err != nil {
			return err
		}
		before, after, found := strings.Cut(string(data), "</head>")
		if !found {
			return nil
		}
		return b.out.Write(path.Join(dir, name), []byte(before+b.insert+"</head>"+after), 0o644)
	})
}
