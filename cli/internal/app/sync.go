package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/urfave/cli/v2"

	"sitegen.dev/core/build"
)

type syncOptions struct {
	init   bool
	module string
	dryRun bool
}

func syncCommand(env Env) *cli.Command {
	var o syncOptions
	return &cli.Command{
		Name:  "sync",
		Usage: "write what editors and the go command need",
		Description: `Writes the folder .sitegen of the site: the source of the runtime, the Go that components are compiled to, and the
schema of site.yaml. Afterwards go vet, go test and gopls work in the site. A build does the same; nothing else of
yours is touched.

With --init it first makes the folder a site's module: it creates go.mod, or adds the two lines that name the runtime.

   sitegen sync
   sitegen sync --init
   sitegen sync --init --dry-run  # show what would change in go.mod`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "init", Usage: "create or complete go.mod", Destination: &o.init},
			&cli.StringFlag{Name: "module", Usage: "`PATH` of a module that --init creates", DefaultText: "the name of the folder", Destination: &o.module},
			&cli.BoolFlag{Name: "dry-run", Aliases: []string{"n"}, Usage: "with --init: show the change of go.mod, write nothing", Destination: &o.dryRun},
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			if (o.dryRun || o.module != "") && !o.init {
				return usage("--dry-run and --module belong to --init: sitegen sync --init")
			}
			if o.init {
				p, err := openConfig(c, env)
				if err != nil {
					return err
				}
				if err := initModule(c.Context, p, o); err != nil || o.dryRun {
					return err
				}
			}
			p, err := open(c, env)
			if err != nil {
				return err
			}
			return runSync(c.Context, p)
		},
	}
}

// runSync writes the work directory. What lies there already and does not depend on the components is written even if
// they have errors, so that editors can help to mend them.
func runSync(ctx context.Context, p *project) error {
	unlock, err := p.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	defer p.term.progress("", "")
	list, err := build.Sync(p.layout)
	p.term.print(list, p.read)
	if err != nil || list.HasErrors() {
		return failed(err)
	}
	vars, err := p.environ(production)
	if err != nil {
		return err
	}
	site, list, err := build.Run(ctx, build.Options{
		Getenv: vars.get,
		Layout: p.layout, Config: p.config, Version: p.env.Version, Key: p.env.Getenv(keyVariable), Until: build.Generate, Server: true, Output: p.term, Progress: p.progress,
	})
	p.term.print(list, p.read)
	if err != nil || list.HasErrors() {
		return failed(err)
	}
	p.term.note("%s holds %s, the runtime and the schema of site.yaml", p.layout.Rel(".sitegen"), plural(site.Components, "component"))
	return nil
}

// failed is err, or the exit of diagnostics that were printed.
func failed(err error) error {
	if err != nil {
		return err
	}
	return &exit{code: exitFailed}
}

// initModule creates or completes the go.mod of a site and shows the change.
func initModule(ctx context.Context, p *project, o syncOptions) error {
	name := findModule(filepath.Join(p.root, filepath.FromSlash(p.config.Src)))
	var old []byte
	var text []byte
	var err error
	if name == "" {
		name = filepath.Join(p.root, "go.mod")
		path := o.module
		if path == "" {
			path = modulePath(p.root)
		}
		goVersion, _ := build.GoVersion(ctx, p.root) // without Go, the oldest that will do
		if text, err = build.NewModule(path, goVersion); err != nil {
			return &exit{exitUsage, err}
		}
	} else {
		if old, err = os.ReadFile(name); err != nil {
			return err
		}
		if text, err = build.InitModule(old); err != nil {
			return &exit{exitFailed, fmt.Errorf("go.mod: %w", err)}
		}
	}
	shown := "go.mod"
	if rel, err := filepath.Rel(p.root, name); err == nil {
		shown = filepath.ToSlash(rel)
	}
	if string(old) == string(text) {
		p.term.note("%s has what it needs", shown)
		return nil
	}
	if !p.term.quiet || o.dryRun {
		io.WriteString(p.term, udiff.Unified(shown, shown, string(old), string(text)))
	}
	if o.dryRun {
		return nil
	}
	return replaceFile(name, text)
}

// findModule gives the go.mod in dir or above, or "".
func findModule(dir string) string {
	for ; ; dir = filepath.Dir(dir) {
		name := filepath.Join(dir, "go.mod")
		if _, err := os.Stat(name); err == nil || !errors.Is(err, fs.ErrNotExist) {
			return name
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

var notInPath = regexp.MustCompile(`[^a-z0-9._-]+`)

// modulePath makes a module path of the name of a folder.
func modulePath(dir string) string {
	name := strings.Trim(notInPath.ReplaceAllString(strings.ToLower(filepath.Base(dir)), "-"), "-._")
	if name == "" {
		name = "site"
	}
	return "example.com/" + name
}
