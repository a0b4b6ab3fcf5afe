package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"sitegen.dev/cli/internal/registry"
	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
)

type deployOptions struct {
	adapter string
	out     string
	project string
	alias   string
	message string
	prod    bool
	dryRun  bool
	json    bool
}

func deployCommand(env Env) *cli.Command {
	var o deployOptions
	return &cli.Command{
		Name:  "deploy",
		Usage: "send what was built to its platform",
		Description: `Sends the last build to the platform that it was built for, as a preview unless --prod says otherwise, and waits until it
is online. It never builds. Only what the platform does not have yet is sent; after a failure the same command goes on where
the last one stopped. ` + deployers() + `

   sitegen deploy               # a preview with an address of its own
   sitegen deploy --prod        # for everybody
   sitegen deploy --alias next  # a preview that keeps its address
   sitegen deploy --dry-run     # what would be sent, without any network`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "prod", Usage: "publish for everybody", Destination: &o.prod},
			&cli.StringFlag{Name: "alias", Usage: "deploy a preview that is found as `NAME`", Destination: &o.alias},
			&cli.StringFlag{Name: "project", Usage: "the `NAME` or id of the platform's project", DefaultText: "what the environment or the adapter's options say", Destination: &o.project},
			&cli.StringFlag{Name: "message", Aliases: []string{"m"}, Usage: "a `TEXT` for the platform's list of deploys", Destination: &o.message},
			&cli.BoolFlag{Name: "dry-run", Aliases: []string{"n"}, Usage: "print what would be sent, send nothing", Destination: &o.dryRun},
			&cli.StringFlag{Name: "adapter", Usage: "the `NAME` that --adapter of the build gave", Destination: &o.adapter},
			&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Usage: "the `DIR` that --out of the build gave", Destination: &o.out},
			&cli.BoolFlag{Name: "json", Usage: "print the report as JSON on standard output", Destination: &o.json},
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			if o.prod && o.alias != "" {
				return usage("--prod publishes for everybody and --alias makes a preview; give one of them")
			}
			p, err := open(c, env, overrides(map[string]string{"out": o.out})...)
			var done *adapter.Deployed
			if err == nil {
				done, err = runDeploy(c.Context, p, o)
			}
			if err != nil && c.Context.Err() != nil {
				err = &exit{exitInterrupted, errors.New("interrupted; the same command goes on where this one stopped")}
			}
			var f *diag.Failure
			if errors.As(err, &f) {
				p.term.print(f.List, p.read)
				err = &exit{code: exitFailed}
			}
			if o.json && p != nil {
				r := deployReport{Schema: 1, OK: err == nil, DryRun: o.dryRun, Deployed: done}
				r.Diagnostics = diag.NewReport(&p.term.said).Diagnostics
				return answer(env.Stdout, r, err)
			}
			if err != nil {
				return err
			}
			p.deployed(o, done)
			return nil
		},
	}
}

// deployReport is what --json prints; it is versioned.
type deployReport struct {
	Schema int  `json:"schema"`
	OK     bool `json:"ok"`
	DryRun bool `json:"dryRun,omitempty"`
	*adapter.Deployed
	Diagnostics []diag.Diagnostic `json:"diagnostics"`
}

// deployers says which adapters deploy, and what does it for the others.
func deployers() string {
	var can, other []string
	for _, a := range registry.Adapters {
		switch info := a.Info(); {
		case isDeployer(a):
			can = append(can, info.Name)
		case info.DeployWith != "":
			other = append(other, "`"+info.DeployWith+"` for "+info.Name)
		}
	}
	return "It knows " + strings.Join(can, ", ") + "; use " + strings.Join(other, ", ") + "."
}

func isDeployer(a adapter.Adapter) bool {
	_, ok := a.(adapter.Deployer)
	return ok
}

func runDeploy(ctx context.Context, p *project, o deployOptions) (*adapter.Deployed, error) {
	out, record, err := p.built(ctx, o.adapter, "deploy")
	if err != nil {
		return nil, err
	}
	if record.Adapter == "" {
		return nil, fmt.Errorf("%s was built without an adapter: it is files, which go to any web server; for a platform run `sitegen build --adapter NAME`", p.config.Out)
	}
	chosen, err := p.builtBy(ctx, record)
	if err != nil {
		return nil, err
	}
	runner, ok := chosen.adapter.(adapter.Deployer)
	if !ok {
		hint := "its platform's own tools do that"
		if with := chosen.adapter.Info().DeployWith; with != "" {
			hint = "run `" + with + "`"
		}
		return nil, fmt.Errorf("adapter %s does not deploy by itself; %s", record.Adapter, hint)
	}
	d := &adapter.Deployment{
		Dir: out, Getenv: p.env.Getenv,
		State:   filepath.Join(p.root, ".sitegen", "deploy-"+record.Adapter+".json"),
		Cache:   filepath.Join(p.root, ".sitegen", "cache"),
		Project: o.project, Production: o.prod, Alias: o.alias, Message: o.message, DryRun: o.dryRun,
		Note: func(text string) { p.term.note("%s", text) },
		Progress: func(phase string, done, total int) {
			detail := ""
			if total > 0 {
				detail = fmt.Sprintf("%d of %d", done, total)
			}
			p.term.progress(phase, detail)
		},
	}
	if p.config.Adapter.Name == record.Adapter {
		d.Options, d.OptionsAt, d.OptionPlaces = p.config.Adapter.Options, p.config.At("adapter").Pos, p.config.Places("adapter")
	}
	done, err := runner.Deploy(ctx, d)
	p.term.progress("", "")
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%s holds no output of adapter %s; run `sitegen build` first", p.config.Out, record.Adapter)
	}
	return done, err
}

// deployed tells a person what became of it; the address is the answer.
func (p *project) deployed(o deployOptions, d *adapter.Deployed) {
	files, functions := 0, 0
	var total int64
	for _, part := range d.Parts {
		total += part.Size
		if part.Kind == "function" {
			functions++
		} else {
			files++
		}
	}
	has := plural(files, "file")
	if functions > 0 {
		has += " and " + plural(functions, "function")
	}
	if o.dryRun {
		rows := [][]string{{"kind", "name", "size"}}
		for _, part := range d.Parts {
			rows = append(rows, []string{part.Kind, part.Name, size(part.Size)})
		}
		fmt.Fprint(p.env.Stdout, table(rows, map[int]bool{2: true}))
		to := ""
		if d.Project != "" {
			to = " to " + d.Project
		}
		p.term.note("\nwould deploy %s, %s%s; what is there already is not sent again", has, size(total), to)
		return
	}
	p.term.note("deployed %s; %d of them had to be sent, %s", has, d.Sent, size(d.Bytes))
	if d.AdminURL != "" {
		p.term.note("project   %s", d.AdminURL)
	}
	if d.LiveURL != "" {
		p.term.note("deploy    %s", d.URL)
		fmt.Fprintln(p.env.Stdout, d.LiveURL)
		return
	}
	fmt.Fprintln(p.env.Stdout, d.URL)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
