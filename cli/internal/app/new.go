package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"sitegen.dev/cli/internal/registry"
	"sitegen.dev/cli/internal/scaffold"
	"sitegen.dev/core/build"
	"sitegen.dev/core/config"
)

type newOptions struct {
	template string
	adapter  string
	module   string
	inModule bool
	yes      bool
}

func newCommand(env Env) *cli.Command {
	var o newOptions
	var kinds strings.Builder
	for _, t := range scaffold.Templates() {
		fmt.Fprintf(&kinds, "\n   sitegen new tea --template %-7s  # %s", t.Name, t.Summary)
	}
	return &cli.Command{
		Name:      "new",
		Usage:     "create a site",
		ArgsUsage: "[DIR]",
		Description: `Writes a new site into DIR, or into the current folder, which must be empty. It needs no network. On a terminal it asks
for what is not said: the folder, the template and the platform.

   sitegen new tea                     # asks for the template and the platform
   sitegen new tea --yes               # asks nothing: the template minimal, no platform
   sitegen new web --in-module         # part of the Go module around it
   sitegen new tea --adapter netlify   # for a platform, as ` + "`sitegen add`" + ` would do it` + kinds.String(),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "template", Aliases: []string{"t"}, Usage: "begin with the template `NAME`: " + strings.Join(scaffold.Names(), ", "), DefaultText: "asks, or minimal without a terminal", Destination: &o.template},
			&cli.StringFlag{Name: "adapter", Usage: "set the site up for the platform `NAME`, as add does", DefaultText: "asks, or none without a terminal", Destination: &o.adapter},
			&cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "ask nothing", Destination: &o.yes},
			&cli.BoolFlag{Name: "in-module", Usage: "make it a part of the Go module around it, whose packages it can import, instead of a module of its own", Destination: &o.inModule},
			&cli.StringFlag{Name: "module", Usage: "the `PATH` of the site's Go module", DefaultText: "example.com/ and the name of the folder", Destination: &o.module},
		},
		Action: func(c *cli.Context) error {
			if c.Args().Len() > 1 {
				return usage("`sitegen new` makes one site, and %q is a second folder", c.Args().Get(1))
			}
			if o.inModule && o.module != "" {
				return usage("--module names a module of its own, and --in-module makes none")
			}
			term, err := newTerminal(c, env)
			if err != nil {
				return err
			}
			dir, err := startDir(c, env)
			if err != nil {
				return err
			}
			shown := c.Args().First()
			var q *questions
			if term.interactive() && env.InTTY && !o.yes {
				q = newQuestions(env)
				if shown == "" {
					if shown, err = q.line(c.Context, "Which folder?", "."); err != nil {
						return err
					}
				}
			}
			if filepath.IsAbs(shown) {
				dir = shown
			} else {
				dir = filepath.Join(dir, shown)
			}
			return runNew(c.Context, env, term, q, dir, shown, o)
		},
	}
}

// runNew writes a site; q asks for what is not said, and is nil where nobody can answer.
func runNew(ctx context.Context, env Env, term *terminal, q *questions, dir, shown string, o newOptions) error {
	if err := vacant(dir, shown); err != nil {
		return err
	}
	if err := o.complete(ctx, q); err != nil {
		return err
	}
	around, err := o.place(ctx, q, dir, shown)
	if err != nil {
		return err
	}
	goVersion, noGo := build.GoVersion(ctx, "")
	mod, err := build.NewModule(o.module, goVersion)
	if err != nil {
		return &exit{exitUsage, err}
	}
	files, err := scaffold.Files(o.template, o.module)
	if err != nil {
		return err
	}
	files["go.mod"] = mod
	if o.inModule {
		around.adopt(files)
	}
	defer whole()()
	err = writeNew(ctx, dir, files)
	if err == nil && o.inModule {
		err = around.save()
	}
	if err == nil {
		err = syncNew(ctx, env, term, dir)
	}
	if err == nil && o.adapter != "" {
		err = addNew(ctx, env, dir, o.adapter)
	}
	if err != nil {
		clearNew(dir)
		if o.inModule {
			around.undo()
		}
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		term.note("  %s", name)
	}
	switch {
	case o.inModule:
		term.note("  and in the module around it, two lines of go.mod")
	case around != nil && q == nil:
		term.note("\nThis is a module of its own. With --in-module it would be a part of %s, and could import its packages.", around.path)
	}
	term.note("\na site from the template %s. Next:\n\n  %s", o.template, strings.Join(nextSteps(dir, shown, noGo != nil), "\n  "))
	return nil
}

// complete asks for the template and the adapter where they are not said, and checks them.
func (o *newOptions) complete(ctx context.Context, q *questions) (err error) {
	if o.template == "" {
		o.template = scaffold.Names()[0]
		if q != nil {
			var all []option
			for _, t := range scaffold.Templates() {
				all = append(all, option{t.Name, t.Summary})
			}
			if o.template, err = q.choice(ctx, "Which template?", all); err != nil {
				return err
			}
		}
	}
	if o.adapter == "" && q != nil {
		all := []option{{"none", "files alone, or decide later with `sitegen add`"}}
		for _, i := range registry.Infos() {
			all = append(all, option{i.Name, platforms[i.Name]})
		}
		if o.adapter, err = q.choice(ctx, "Where will it run?", all); err != nil {
			return err
		}
	}
	if o.adapter == "none" {
		o.adapter = ""
	}
	if o.adapter != "" && !slices.Contains(platformNames(), o.adapter) {
		return usage("there is no adapter %q%s (there are: %s)", o.adapter, orRather(o.adapter, platformNames()), strings.Join(platformNames(), ", "))
	}
	if !slices.Contains(scaffold.Names(), o.template) {
		return usage("there is no template %q%s (there are: %s)", o.template, orRather(o.template, scaffold.Names()), strings.Join(scaffold.Names(), ", "))
	}
	return nil
}

// place decides which Go module the site belongs to, and gives the one around it, nil where there is none.
func (o *newOptions) place(ctx context.Context, q *questions, dir, shown string) (*aroundModule, error) {
	a, err := findAround(dir)
	switch {
	case err != nil && o.inModule:
		return nil, &exit{exitFailed, err}
	case o.inModule && a == nil:
		return nil, usage("there is no go.mod above %s, so --in-module has nothing to make it a part of", shown)
	case a != nil && q != nil && o.module == "" && !o.inModule:
		answer, err := q.choice(ctx, "Which module?", []option{{"own", "a module of its own"}, {"part", "a part of " + a.path + ", whose packages it can import then"}})
		if err != nil {
			return nil, err
		}
		o.inModule = answer == "part"
	}
	if o.inModule {
		if err := a.prepare(); err != nil {
			return nil, &exit{exitFailed, err}
		}
		o.module = a.sitePath()
	}
	if o.module == "" {
		o.module = modulePath(dir)
	}
	return a, nil
}

// addNew sets a new site up for a platform, as `sitegen add` does it.
func addNew(ctx context.Context, env Env, dir, adapter string) error {
	env.InTTY, env.Stdout, env.Stderr = false, io.Discard, io.Discard
	err := run(ctx, newApp(env), []string{"sitegen", "-C", dir, "--quiet", "add", adapter, "--yes"})
	if err != nil {
		return fmt.Errorf("the site could not be set up for %s: %w; try `sitegen new` without --adapter, then `sitegen add %s`", adapter, err, adapter)
	}
	return nil
}

// nextSteps are the commands with which it goes on.
func nextSteps(dir, shown string, noGo bool) []string {
	steps := []string{"sitegen dev", "sitegen build", "sitegen preview"}
	if shown != "" && shown != "." {
		steps = slices.Insert(steps, 0, "cd "+quoteWord(shown))
	}
	if build.OutsideWorkspace(dir) != "" {
		steps = slices.Insert(steps, len(steps)-3, "go work use .    # there is a go.work above, which has to list the site, or else GOWORK=off")
	}
	if noGo {
		steps = slices.Insert(steps, 0, "install Go from https://go.dev/dl/, which compiles the site")
	}
	return steps
}

// vacant says whether a site may be written to dir: it is not there, or holds nothing but a repository without files.
func vacant(dir, shown string) error {
	if shown == "" {
		shown = "this folder"
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return &exit{exitFailed, fmt.Errorf("%s: %s", shown, reason(err))}
	}
	for _, e := range entries {
		if e.Name() != ".git" {
			return &exit{exitFailed, fmt.Errorf("%s is not empty, it holds %s; name a new folder: sitegen new mysite", shown, e.Name())}
		}
	}
	return nil
}

// platforms says in a few words what the adapters are for.
var platforms = map[string]string{
	"node":       "a server of your own: one program and a folder",
	"netlify":    "Netlify",
	"vercel":     "Vercel",
	"cloudflare": "Cloudflare Workers",
}

func platformNames() []string {
	var names []string
	for _, i := range registry.Infos() {
		names = append(names, i.Name)
	}
	return names
}

// writeNew writes the files of a new site.
func writeNew(ctx context.Context, dir string, files map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		full := filepath.Join(dir, filepath.FromSlash(name))
		err := os.MkdirAll(filepath.Dir(full), 0o777)
		if err == nil {
			err = os.WriteFile(full, files[name], 0o666)
		}
		if err != nil {
			return fmt.Errorf("%s cannot be written: %w", filepath.Join(filepath.Base(dir), filepath.FromSlash(name)), bare(err))
		}
	}
	return nil
}

// clearNew takes away the half of a site that could not be finished, so that it can be tried again. The folder was vacant
// before.
func clearNew(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if e.Name() != ".git" {
			os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
	os.Remove(dir) // if it is empty
}

// syncNew makes the new site complete, so that editors and the go command know everything at once.
func syncNew(ctx context.Context, env Env, term *terminal, dir string) error {
	p := &project{env: env, term: &terminal{env: env, format: term.format, color: term.color, quiet: true, now: term.now}, root: dir, file: "site.yaml"}
	data, err := os.ReadFile(filepath.Join(dir, p.file))
	if err != nil {
		return err
	}
	cfg, list := config.Load(p.file, data, func(string) string { return "" })
	p.config = cfg
	if list.HasErrors() {
		return list.Err()
	}
	if p.layout, list = build.FindLayout(dir, cfg.Src); list.HasErrors() {
		return list.Err()
	}
	if build.OutsideWorkspace(dir) != "" {
		list, err := build.Sync(p.layout) // nothing more before the workspace lists it
		return errors.Join(err, list.Err())
	}
	return runSync(ctx, p)
}

// quoteWord writes a name the way a shell takes it as one word.
func quoteWord(s string) string {
	if strings.ContainsAny(s, " \t'\"\\$&;|<>*?()[]{}`!#~") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}
