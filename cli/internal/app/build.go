package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sitegen.dev/cli/internal/registry"
	"sitegen.dev/core/adapter"
	"sitegen.dev/core/build"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

type buildOptions struct {
	adapter string
	out     string
	site    string
	base    string
	strict  bool
	force   bool
	json    bool
}

func buildCommand(env Env) *cli.Command {
	var o buildOptions
	return &cli.Command{
		Name:  "build",
		Usage: "build the site for production",
		Description: `Builds the site of the nearest site.yaml into its output directory.

   sitegen build                    as site.yaml says
   sitegen build --adapter node     a server for the routes that render on demand
   sitegen build --json             the report as JSON on standard output`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "adapter", Usage: "the platform to build for: " + strings.Join(registry.Names(), ", ") + ", or none", Destination: &o.adapter},
			&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Usage: "the output `DIR`", Destination: &o.out},
			&cli.StringFlag{Name: "site", Usage: "the public `ORIGIN`", Destination: &o.site},
			&cli.StringFlag{Name: "base", Usage: "the `PATH` that the site lives below", Destination: &o.base},
			&cli.BoolFlag{Name: "strict", Usage: "treat warnings as errors and run go vet", Destination: &o.strict},
			&cli.BoolFlag{Name: "force", Usage: "replace an output directory that sitegen did not make", Destination: &o.force},
			&cli.BoolFlag{Name: "json", Usage: "print the report as JSON on standard output", Destination: &o.json},
		},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usage("build takes no arguments; did you mean `sitegen -C %s build`?", c.Args().First())
			}
			p, err := open(c, env, overrides(map[string]string{"out": o.out, "site": o.site, "base": o.base})...)
			if err != nil {
				return err
			}
			return runBuild(c.Context, p, o)
		},
	}
}

func runBuild(ctx context.Context, p *project, o buildOptions) error {
	chosen, err := chooseAdapter(p, o.adapter)
	if err != nil {
		return err
	}
	if chosen.adapter != nil {
		p.term.note("adapter %s: %s", chosen.name, chosen.reason)
	}
	unlock, err := build.Lock(ctx, p.layout)
	if err != nil {
		return err
	}
	defer unlock()
	site, list, err := build.Run(ctx, build.Options{
		Layout: p.layout, Config: p.config, Version: p.env.Version,
		Server: chosen.adapter != nil, Vet: o.strict, Force: o.force, Output: p.term,
		Progress: p.progress,
	})
	p.term.print(list, p.read)
	switch {
	case err != nil:
		return err
	case list.HasErrors():
		return &exit{code: exitFailed}
	case o.strict && list.Len() > 0:
		site.Stage.Discard()
		return &exit{exitFailed, errors.New("--strict: warnings are errors")}
	}
	defer site.Stage.Discard() // after Publish there is nothing to discard
	code, err := adapt(ctx, p, site, chosen)
	if err != nil {
		return err
	}
	if code != exitOK {
		return &exit{code: code}
	}
	if err := site.Stage.Publish(); err != nil {
		return err
	}
	r := newReport(p, site, chosen)
	if o.json {
		return json.NewEncoder(p.env.Stdout).Encode(r)
	}
	p.term.clear()
	if !p.term.quiet {
		r.print(p.env.Stderr)
		p.term.note("\nbuilt %s in %.2fs", p.config.Out, time.Since(p.term.start).Seconds())
	}
	return nil
}

// adapt runs the feature check and the adapter, and gives the exit code of what they report.
func adapt(ctx context.Context, p *project, site *build.Site, c choice) (int, error) {
	if c.adapter == nil {
		if site.OnDemand {
			p.term.print(adapter.CheckNone(site.Manifest, registry.Infos()), p.read)
			return exitCapability, nil
		}
		return exitOK, nil
	}
	info := c.adapter.Info()
	if list := adapter.Check(info, site.Manifest, registry.Infos()); list.Len() > 0 {
		p.term.print(list, p.read)
		if list.HasErrors() {
			return exitCapability, nil
		}
	}
	p.progress("adapt", 0)
	seam := &adapter.Site{
		Manifest: site.Manifest, Options: c.options, OptionsAt: c.at,
		ClientDir: site.ClientDir, Prerendered: site.Prerendered,
		ModuleDir: p.layout.ModuleDir, ModulePath: p.layout.ModulePath, Bundle: site.Bundle, OnDemand: site.OnDemand,
		Server: adapter.Server{Host: p.config.Server.Host, Port: p.config.Server.Port},
	}
	out, err := adapter.NewOut(site.Stage.Dir, seam)
	if err != nil {
		return 0, err
	}
	defer out.Close()
	if err := c.adapter.Adapt(ctx, seam, out); err != nil {
		return 0, err
	}
	list := out.Diagnostics()
	p.term.print(list, p.read)
	if list.HasErrors() {
		return exitFailed, nil
	}
	return exitOK, nil
}

func (p *project) progress(phase build.Phase, done int) {
	text := string(phase)
	if done > 0 {
		text = fmt.Sprintf("%s %d pages", phase, done)
	}
	p.term.progress(text)
}

// choice is the adapter of a build and why it was taken.
type choice struct {
	adapter adapter.Adapter // nil for none
	name    string
	reason  string
	options json.RawMessage
	at      diag.Pos
}

// chooseAdapter takes --adapter, then site.yaml, then the platform whose CI this is.
func chooseAdapter(p *project, flag string) (choice, error) {
	cfg := p.config.Adapter
	c := choice{name: flag, reason: "--adapter says so"}
	switch {
	case flag != "" && flag == cfg.Name:
		c.options, c.at = cfg.Options, p.config.At("adapter").Pos
	case flag == "" && cfg.Name != "":
		c = choice{name: cfg.Name, reason: p.file + " says so", options: cfg.Options, at: p.config.At("adapter").Pos}
	case flag == "":
		for _, a := range registry.Adapters {
			if d, ok := a.(adapter.Detector); ok {
				if why := d.Detect(p.env.Getenv); why != "" {
					return choice{adapter: a, name: a.Info().Name, reason: why}, nil
				}
			}
		}
		return choice{}, nil
	}
	if c.name == "none" {
		return choice{}, nil
	}
	a, ok := registry.Find(c.name)
	if !ok {
		hint := ""
		if s := diag.Suggest(c.name, registry.Names()); s != "" {
			hint = fmt.Sprintf("; did you mean %q?", s)
		}
		return c, &exit{exitConfig, fmt.Errorf("there is no adapter %q%s (there are: %s)", c.name, hint, strings.Join(registry.Names(), ", "))}
	}
	c.adapter = a
	return c, nil
}

// report is what a build says at its end; its JSON form is versioned.
type report struct {
	Schema  int           `json:"schema"`
	Adapter string        `json:"adapter,omitempty"`
	Out     string        `json:"out"`
	BuildID string        `json:"buildId"`
	Routes  []routeReport `json:"routes"`
	Pages   int           `json:"pages"`
	Bytes   int64         `json:"bytes"`
	Assets  int64         `json:"assetBytes"`
	Public  int64         `json:"publicBytes"`
}

type routeReport struct {
	Pattern string   `json:"pattern"`
	Type    string   `json:"type"`
	Mode    string   `json:"mode"` // prerendered, on demand
	Methods []string `json:"methods,omitempty"`
	Source  string   `json:"source"`
	Files   int      `json:"files,omitempty"`
	Bytes   int64    `json:"bytes,omitempty"`
}

func newReport(p *project, site *build.Site, c choice) report {
	r := report{Schema: 1, Adapter: c.name, Out: p.config.Out, BuildID: site.Manifest.BuildID, Public: site.PublicBytes}
	if c.adapter == nil {
		r.Adapter = ""
	}
	for _, a := range site.Assets {
		r.Assets += a.Size
	}
	r.Routes = routeReports(site.Manifest.Routes)
	if site.Pages != nil {
		r.Pages, r.Bytes = site.Pages.Pages, site.Pages.Bytes
		for i := range r.Routes {
			n := site.Pages.Routes[r.Routes[i].Pattern]
			r.Routes[i].Files, r.Routes[i].Bytes = n.Pages, n.Bytes
		}
	}
	return r
}

func routeReports(routes []manifest.Route) []routeReport {
	var out []routeReport
	for _, r := range routes {
		mode := "on demand"
		switch {
		case r.Type == manifest.Redir:
			mode = fmt.Sprintf("%d → %s", r.Redirect.Status, r.Redirect.To)
		case r.Prerender:
			mode = "prerendered"
		}
		out = append(out, routeReport{Pattern: r.Pattern, Type: string(r.Type), Mode: mode, Methods: r.Methods, Source: r.Source})
	}
	return out
}
