package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"sitegen.dev/cli/internal/devserver"
	"sitegen.dev/cli/internal/registry"
	"sitegen.dev/core/adapter"
	"sitegen.dev/core/build"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

type checkOptions struct {
	adapter     string
	mode        string
	strict      bool
	maxWarnings int
	links       bool
	watch       bool
	poll        bool
	json        bool
	sarif       bool
}

func checkCommand(env Env) *cli.Command {
	var o checkOptions
	return &cli.Command{
		Name:  "check",
		Usage: "find errors without building",
		Description: `Reads, type-checks and vets the components and everything they import, looks for what keeps people from using the pages
(missing alternative texts, labels, names of buttons, order of headings), and holds the routes against what the adapter can
do. The output is not touched. Warnings fail only if asked for.

   sitegen check
   sitegen check --links             # render all pages too, and look for links that lead nowhere
   sitegen check --strict            # warnings fail too
   sitegen check --max-warnings 10   # more warnings than these fail
   sitegen check --adapter all       # which adapters can do what the site uses
   sitegen check --watch             # again after every change
   sitegen check --json              # what was found, as JSON on standard output
   sitegen check --sarif >out.sarif  # the same for code hosts, as SARIF 2.1.0
   sitegen check --format github     # as annotations of a workflow`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "adapter", Usage: "check for the platform `NAME` instead of that of site.yaml, or for all", Destination: &o.adapter},
			&cli.BoolFlag{Name: "links", Usage: "render all pages too, and look for links that lead nowhere", Destination: &o.links},
			&cli.BoolFlag{Name: "strict", Usage: "warnings fail too", Destination: &o.strict},
			&cli.IntFlag{Name: "max-warnings", Usage: "fail if there are more than `N` warnings", DefaultText: "any number", Value: -1, Destination: &o.maxWarnings},
			modeFlag(&o.mode, production),
			&cli.BoolFlag{Name: "watch", Aliases: []string{"w"}, Usage: "check again after every change, until Ctrl-C", Destination: &o.watch},
			&cli.BoolFlag{Name: "poll", Usage: "with --watch: look at the files again and again", EnvVars: []string{"SITEGEN_POLL"}, Destination: &o.poll},
			&cli.BoolFlag{Name: "json", Usage: "print what was found as JSON on standard output", Destination: &o.json},
			&cli.BoolFlag{Name: "sarif", Usage: "print what was found as SARIF on standard output", Destination: &o.sarif},
		},
		Action: func(c *cli.Context) error {
			if err := cmp.Or(noArguments(c), checkMode(o.mode)); err != nil {
				return err
			}
			switch {
			case o.watch && (o.json || o.sarif):
				return usage("--watch goes on for ever, and --json and --sarif are one answer; `sitegen check --watch --format json` prints an object each time")
			case o.watch:
				return watchCheck(c, env, o)
			case o.json && o.sarif:
				return usage("--json and --sarif both want standard output; choose one")
			case o.adapter == allAdapters && (o.json || o.sarif):
				return usage("--adapter all prints a table; without --json and --sarif: sitegen check --adapter all")
			}
			p, err := open(c, env)
			if err == nil {
				err = runCheck(c.Context, p, o)
			}
			switch {
			case o.json && p != nil:
				return answer(env.Stdout, findings{Schema: 1, OK: err == nil, Report: diag.NewReport(&p.term.said)}, err)
			case o.sarif && p != nil:
				if werr := diag.SARIF(env.Stdout, below(p.term.folder, &p.term.said), env.Version, func(name string) []byte { return p.read(strings.TrimPrefix(name, p.term.folder)) }); werr != nil && err == nil {
					return werr
				}
			}
			return err
		},
	}
}

// watchCheck checks again after every change, until Ctrl-C.
func watchCheck(c *cli.Context, env Env, o checkOptions) error {
	var edits *devserver.Edits
	for {
		p, err := open(c, env)
		if p == nil || p.root == "" {
			return err // there is nothing to watch
		}
		var now *devserver.Project
		if p.layout != nil {
			now = &devserver.Project{Config: p.config, Layout: p.layout}
		}
		if edits == nil {
			var werr error
			edits, werr = devserver.NewEdits(devserver.Options{Root: p.root, File: filepath.Join(p.root, p.file), Poll: o.poll, Note: p.term.note}, now)
			if werr != nil {
				return werr
			}
			defer edits.Close()
		}
		if err == nil {
			err = runCheck(c.Context, p, o)
		}
		if c.Context.Err() == nil {
			var f *diag.Failure
			if errors.As(err, &f) {
				p.term.print(f.List, p.read)
			} else if err != nil && err.Error() != "" {
				fmt.Fprintln(p.env.Stderr, "sitegen: "+err.Error())
			}
			p.term.flush()
			p.term.forget()
			p.term.note("waiting for changes; Ctrl-C stops it")
		}
		changed, err := edits.Next(c.Context, now)
		switch {
		case c.Context.Err() != nil:
			p.term.note("stopped")
			return nil
		case err != nil:
			return err
		}
		p.term.note("\n%s", several(changed))
	}
}

// several names changed files in a line.
func several(names []string) string {
	switch n := len(names); {
	case n == 0:
		return "the site has changed"
	case n == 1:
		return names[0] + " has changed"
	default:
		return fmt.Sprintf("%s and %d more have changed", names[0], n-1)
	}
}

// allAdapters is what --adapter says instead of a name.
const allAdapters = "all"

// findings is the JSON form of a check.
type findings struct {
	Schema int  `json:"schema"`
	OK     bool `json:"ok"`
	diag.Report
}

func runCheck(ctx context.Context, p *project, o checkOptions) error {
	var chosen choice
	if o.adapter != allAdapters {
		var err error
		if chosen, err = openAdapter(ctx, p, o.adapter); err != nil {
			if diag.Suggest(o.adapter, append(adapterNames(), allAdapters)) == allAdapters {
				return usage("there is no adapter %q, did you mean %q?", o.adapter, allAdapters)
			}
			return err
		}
	}
	unlock, err := p.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	defer p.term.progress("", "")
	until := build.Entries
	if o.links {
		until = build.Links
	}
	vars, err := p.environ(o.mode)
	if err != nil {
		return err
	}
	site, list, err := build.Run(ctx, build.Options{
		Getenv: vars.get,
		Layout: p.layout, Config: p.config, Version: p.env.Version, Key: p.env.Getenv(keyVariable),
		Until: until, Server: chosen.adapter != nil || o.adapter == allAdapters, Vet: true, All: true, Access: true, Output: p.term, Progress: p.progress,
	})
	p.term.print(list, p.read)
	switch {
	case err != nil:
		return err
	case list.HasErrors():
		return &exit{code: exitFailed}
	}
	if o.adapter == allAdapters {
		_, err := io.WriteString(p.env.Stdout, abilities(site.Manifest))
		return err
	}
	able, options := capabilities(site, chosen), &diag.List{}
	p.term.print(able, p.read)
	if a, ok := chosen.adapter.(adapter.OptionChecker); ok {
		options.Add(a.CheckOptions(optionsOf(p, chosen))...)
	}
	p.term.print(options, p.read)
	switch {
	case able.HasErrors():
		return &exit{code: exitCapability}
	case options.HasErrors():
		return &exit{code: exitFailed}
	case o.strict && (list.Len()+able.Len()+options.Len() > 0 || chosen.warning != nil):
		return errStrict
	}
	if n := diag.NewReport(&p.term.said).Warnings; o.maxWarnings >= 0 && n > o.maxWarnings {
		return &exit{exitFailed, fmt.Errorf("%d warnings are more than the %d of --max-warnings", n, o.maxWarnings)}
	}
	p.term.note("no errors in %s, %s", plural(site.Components, "component"), plural(len(site.Routes), "route"))
	return nil
}

// abilities is a table of what the site uses and which adapters can do it.
func abilities(m *manifest.Manifest) string {
	infos := registry.Infos()
	head := []string{"uses", "at"}
	for _, i := range infos {
		head = append(head, i.Name)
	}
	rows := [][]string{head}
	seen := map[string]bool{}
	var notes []string
	for _, f := range adapter.Uses(m) {
		if seen[f.Name] {
			continue
		}
		seen[f.Name] = true
		at := diag.Pos{File: f.File, Line: f.Line, Col: f.Col}
		row := []string{adapter.Phrase(f.Name), at.String()}
		for _, i := range infos {
			s := i.Supports[f.Name]
			word := "no"
			switch s.Level {
			case adapter.Stable:
				word = "yes"
			case adapter.Limited:
				word = "limited"
			case adapter.Experimental:
				word = "experimental"
			}
			row = append(row, word)
			if s.Level != adapter.Stable && s.Message != "" {
				notes = append(notes, fmt.Sprintf("%s, %s: %s", adapter.Phrase(f.Name), i.Name, s.Message))
			}
		}
		rows = append(rows, row)
	}
	if len(rows) == 1 {
		return "everything is prerendered; any adapter will do, and none is needed\n"
	}
	out := table(rows, nil)
	if len(notes) > 0 {
		out += "\n" + strings.Join(notes, "\n") + "\n"
	}
	return out
}

// capabilities holds what the site uses against what its adapter can do.
func capabilities(site *build.Site, c choice) *diag.List {
	switch {
	case c.adapter != nil:
		return adapter.Check(c.adapter.Info(), site.Manifest, registry.Infos())
	case site.OnDemand:
		return adapter.CheckNone(site.Manifest, registry.Infos())
	}
	return &diag.List{}
}
