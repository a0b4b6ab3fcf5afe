package app

import (
	"context"

	"github.com/urfave/cli/v2"

	"sitegen.dev/cli/internal/registry"
	"sitegen.dev/core/adapter"
	"sitegen.dev/core/build"
	"sitegen.dev/core/diag"
)

type checkOptions struct {
	adapter string
	strict  bool
	json    bool
}

func checkCommand(env Env) *cli.Command {
	var o checkOptions
	return &cli.Command{
		Name:  "check",
		Usage: "find errors without building",
		Description: `Reads, type-checks and vets the components and everything they import, and holds the routes against what the adapter
can do. The output is not touched.

   sitegen check
   sitegen check --strict           warnings fail too
   sitegen check --json             what was found, as JSON on standard output
   sitegen check --format github    as annotations of a workflow`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "adapter", Usage: "check for the platform `NAME` instead of that of site.yaml", Destination: &o.adapter},
			&cli.BoolFlag{Name: "strict", Usage: "warnings fail too", Destination: &o.strict},
			&cli.BoolFlag{Name: "json", Usage: "print what was found as JSON on standard output", Destination: &o.json},
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			p, err := open(c, env)
			if err == nil {
				err = runCheck(c.Context, p, o)
			}
			if o.json && p != nil {
				return answer(env.Stdout, findings{Schema: 1, OK: err == nil, Report: diag.NewReport(&p.term.said)}, err)
			}
			return err
		},
	}
}

// findings is the JSON form of a check.
type findings struct {
	Schema int  `json:"schema"`
	OK     bool `json:"ok"`
	diag.Report
}

func runCheck(ctx context.Context, p *project, o checkOptions) error {
	chosen, err := openAdapter(ctx, p, o.adapter)
	if err != nil {
		return err
	}
	unlock, err := p.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	defer p.term.progress("", "")
	site, list, err := build.Run(ctx, build.Options{
		Layout: p.layout, Config: p.config, Version: p.env.Version, Key: p.env.Getenv(keyVariable),
		Until: build.Entries, Server: chosen.adapter != nil, Vet: true, All: true, Output: p.term, Progress: p.progress,
	})
	p.term.print(list, p.read)
	switch {
	case err != nil:
		return err
	case list.HasErrors():
		return &exit{code: exitFailed}
	}
	able := capabilities(site, chosen)
	p.term.print(able, p.read)
	switch {
	case able.HasErrors():
		return &exit{code: exitCapability}
	case o.strict && (list.Len()+able.Len() > 0 || chosen.warning != nil):
		return errStrict
	}
	p.term.note("no errors in %d components, %d routes", site.Components, len(site.Routes))
	return nil
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
