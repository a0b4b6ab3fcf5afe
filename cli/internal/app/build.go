package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sitegen.dev/cli/internal/registry"
	"sitegen.dev/core/adapter"
	"sitegen.dev/core/build"
	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

type buildOptions struct {
	adapter string
	out     string
	site    string
	base    string
	mode    string
	strict  bool
	force   bool
	clean   bool
	json    bool
}

func buildCommand(env Env) *cli.Command {
	var o buildOptions
	return &cli.Command{
		Name:  "build",
		Usage: "build the site for production",
		Description: `Compiles the site of the nearest site.yaml, renders its pages, runs the adapter and puts the result in place of the last
one. If anything fails, the last output stays as it is.

   sitegen build                 # as site.yaml says
   sitegen build --adapter node  # a server for the routes that render on demand
   sitegen build --adapter auto  # for the platform whose CI this is
   sitegen build --json          # the report as JSON on standard output`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "adapter", Usage: "build for the platform `NAME`: " + strings.Join(registry.Names(), ", ") + "; none, or auto for the one whose CI this is", Destination: &o.adapter},
			&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Usage: "write to `DIR`", Destination: &o.out},
			&cli.StringFlag{Name: "site", Usage: "the public `ORIGIN` of the site, https://example.com", Destination: &o.site},
			&cli.StringFlag{Name: "base", Usage: "the `PATH` below which the site lives", Destination: &o.base},
			modeFlag(&o.mode, production),
			&cli.BoolFlag{Name: "strict", Usage: "treat warnings as errors and run go vet", Destination: &o.strict},
			&cli.BoolFlag{Name: "clean", Usage: "render every page, also those that have not changed since the last build", Destination: &o.clean},
			&cli.BoolFlag{Name: "force", Usage: "replace an output folder that sitegen did not make", Destination: &o.force},
			&cli.BoolFlag{Name: "json", Usage: "print the report as JSON on standard output", Destination: &o.json},
		},
		Action: func(c *cli.Context) error {
			if err := cmp.Or(noArguments(c), checkMode(o.mode)); err != nil {
				return err
			}
			p, err := open(c, env, overrides(map[string]string{"out": o.out, "site": o.site, "base": o.base})...)
			var r report
			if err == nil {
				r, err = runBuild(c.Context, p, o)
			}
			if err != nil && c.Context.Err() != nil {
				err = &exit{exitInterrupted, errors.New("interrupted; the last output is untouched")}
			}
			if err == nil {
				r.summarize(env.Getenv, p.config.Out)
			}
			if o.json && p != nil {
				r.Schema, r.OK, r.Diagnostics = 1, err == nil, diag.NewReport(&p.term.said).Diagnostics
				if p.config != nil {
					r.Out = p.config.Out
				}
				return answer(env.Stdout, r, err)
			}
			if err == nil && !p.term.quiet {
				r.print(p.term)
				p.term.note("\nbuilt %s in %.2fs", p.config.Out, time.Since(p.term.start).Seconds())
			}
			return err
		},
	}
}

// errStrict is for warnings where --strict was given.
var errStrict = &exit{exitFailed, errors.New("warnings are errors with --strict")}

func runBuild(ctx context.Context, p *project, o buildOptions) (report, error) {
	if p.env.Getenv("GOGC") == "" && p.env.Getenv("GOMEMLIMIT") == "" {
		// A build makes much that is garbage at once. The limit is a soft one: beyond it, memory is looked after as usual.
		defer debug.SetGCPercent(debug.SetGCPercent(250))
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(512 << 20))
	}
	var r report
	chosen, err := openAdapter(ctx, p, o.adapter)
	if err != nil {
		return r, err
	}
	if chosen.adapter != nil || chosen.auto {
		p.term.note("adapter %s: %s", cmp.Or(chosen.name, noAdapter), chosen.reason)
	}
	platform := p.useOutDir(chosen)
	unlock, err := p.lock(ctx)
	if err != nil {
		return r, err
	}
	defer unlock()
	defer p.term.progress("", "")
	vars, err := p.environ(o.mode)
	if err != nil {
		return r, err
	}
	var beside []string
	images := ""
	if chosen.adapter != nil {
		beside, images = chosen.adapter.Info().Beside, chosen.adapter.Info().Images
	}
	options := build.Options{
		Layout: p.layout, Config: p.config, Version: p.env.Version, Key: p.env.Getenv(keyVariable),
		Server: chosen.adapter != nil, Vet: o.strict, All: true, Clean: o.clean, Force: o.force || platform, Beside: beside, Images: images, Getenv: vars.get, Output: p.term,
		Progress: p.progress,
	}
	before := options
	before.Force = o.force // what lies in a platform's own folder may be replaced, but need not be
	snapshot, err := build.TakeSnapshot(ctx, before, adapterState(p, chosen)+"\x00"+o.mode)
	if err != nil {
		return r, err
	}
	if last, ok := snapshot.Last(); ok && !o.strict && chosen.program == nil && json.Unmarshal(last, &r) == nil {
		p.term.note("nothing has changed")
		return r, nil
	}
	r = report{}
	options.Snapshot = snapshot
	site, list, err := build.Run(ctx, options)
	p.term.print(list, p.read)
	switch {
	case err != nil:
		return r, err
	case list.HasErrors():
		return r, &exit{code: exitFailed}
	}
	defer site.Stage.Discard() // after Publish there is nothing to discard
	warned := list.Len()
	list, volatile, err := adapt(ctx, p, site, chosen)
	switch {
	case err != nil:
		return r, p.disk(err)
	case list.HasErrors():
		return r, &exit{code: exitFailed}
	case o.strict && (warned+list.Len() > 0 || chosen.warning != nil):
		return r, errStrict
	}
	r = newReport(p, site, chosen)
	if err := ctx.Err(); err != nil {
		return r, err
	}
	snapshot.Forget()
	done := whole()
	err = site.Publish(r.Adapter)
	done()
	if err != nil {
		return r, p.disk(err)
	}
	if volatile || p.term.said.Len() > 0 {
		return r, nil // what there was to say is to be said again
	}
	data, err := json.Marshal(r)
	if err != nil {
		return r, err
	}
	return r, snapshot.Keep(site, data)
}

// adapterState names what a build depends on beside the site and the command: the adapter, its options and its part of the
// environment.
func adapterState(p *project, c choice) string {
	if c.adapter == nil {
		return ""
	}
	return fmt.Sprintf("%s %q %v", c.name, c.options, environment(c.adapter.Info().Env, p.env.Getenv))
}

// disk prints a trouble with the disk that the author can mend, and gives any other error back.
func (p *project) disk(err error) error {
	d, ok := build.DiskProblem(p.layout, err)
	if !ok {
		return err
	}
	var list diag.List
	list.Add(d)
	p.term.print(&list, p.read)
	return &exit{code: exitFailed}
}

// adapt runs the feature check and the adapter. What they report is printed; the list is given for its length. volatile says that
// another run might write something else.
func adapt(ctx context.Context, p *project, site *build.Site, c choice) (said *diag.List, volatile bool, err error) {
	list := capabilities(site, c)
	p.term.print(list, p.read)
	if list.HasErrors() {
		return nil, false, &exit{code: exitCapability}
	}
	if c.adapter == nil {
		return list, false, nil
	}
	p.progress("adapt", 0)
	seam := optionsOf(p, c)
	seam.Manifest, seam.ClientDir, seam.Prerendered = site.Manifest, site.ClientDir, site.Prerendered
	seam.BodyLimit, seam.BodyLimitAt = p.config.Security.BodyLimit, p.config.At("security.bodyLimit")
	seam.ModuleDir, seam.ModulePath, seam.Bundle, seam.OnDemand = p.layout.ModuleDir, p.layout.ModulePath, site.Bundle, site.OnDemand
	seam.Images, seam.OutDir = imageService(p, site, c), site.Stage.Out()
	seam.Server = adapter.Server{Host: p.config.Server.Host, Port: p.config.Server.Port}
	out, err := adapter.NewOut(site.Stage.Dir, seam)
	if err != nil {
		return nil, false, err
	}
	defer out.Close()
	if err := c.adapter.Adapt(ctx, seam, out); err != nil {
		return nil, false, err
	}
	said = out.Diagnostics()
	p.term.print(said, p.read)
	list.Add(said.Sorted()...)
	return list, out.IsVolatile(), nil
}

// optionsOf is what an adapter is told of its options and the environment, before there is anything to adapt.
func optionsOf(p *project, c choice) *adapter.Site {
	return &adapter.Site{Options: c.options, OptionsAt: c.at, OptionPlaces: p.config.Places("adapter"), Env: environment(c.adapter.Info().Env, p.env.Getenv)}
}

// environment gives those of the variables that are set.
func environment(names []string, getenv func(string) string) map[string]string {
	env := map[string]string{}
	for _, name := range names {
		if v := getenv(name); v != "" {
			env[name] = v
		}
	}
	return env
}

func (p *project) progress(phase build.Phase, done int) {
	detail := ""
	if done > 0 {
		detail = plural(done, "page")
	}
	p.term.progress(string(phase), detail)
}

// useOutDir sends the output to where the adapter's platform looks for it, unless somebody says where it goes, and says
// whether it did. Such a folder is the platform's, and replaced whoever made it.
func (p *project) useOutDir(c choice) bool {
	if c.adapter == nil || p.config.Origin("out").Layer != config.Default {
		return false
	}
	dir := c.adapter.Info().OutDir
	if dir == "" {
		return false
	}
	p.config.Out = dir
	return true
}

// report is what a build says at its end; its JSON form is versioned.
type report struct {
	Schema      int               `json:"schema"`
	OK          bool              `json:"ok"`
	Adapter     string            `json:"adapter,omitempty"`
	Out         string            `json:"out"`
	BuildID     string            `json:"buildId,omitempty"`
	Routes      []routeReport     `json:"routes,omitempty"`
	Pages       int               `json:"pages"`
	Bytes       int64             `json:"bytes"`
	Assets      int64             `json:"assetBytes"`
	Public      int64             `json:"publicBytes"`
	Images      *imagesReport     `json:"images,omitempty"`
	Output      []outputReport    `json:"output,omitempty"` // of an adapter
	Diagnostics []diag.Diagnostic `json:"diagnostics"`
}

// outputReport is one file or folder at the top of what an adapter wrote.
type outputReport struct {
	Name  string `json:"name"`
	Files int    `json:"files"`
	Bytes int64  `json:"bytes"`
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
	r := report{BuildID: site.Manifest.BuildID, Public: site.PublicBytes}
	if c.adapter != nil {
		r.Adapter, r.Output = c.name, outputReports(site.Stage.Dir)
	}
	for _, a := range site.Assets {
		r.Assets += a.Size
	}
	r.Images = newImagesReport(site)
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

// outputReports measures what lies in dir. What cannot be read counts as nothing; the build is about to say so.
func outputReports(dir string) []outputReport {
	entries, _ := os.ReadDir(dir)
	var out []outputReport
	for _, e := range entries {
		r := outputReport{Name: e.Name()}
		if e.IsDir() {
			r.Name += "/"
		}
		filepath.WalkDir(filepath.Join(dir, e.Name()), func(_ string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil
			}
			if info, err := d.Info(); err == nil {
				r.Files++
				r.Bytes += info.Size()
			}
			return nil
		})
		out = append(out, r)
	}
	return out
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
