package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"sitegen.dev/core/build"
	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
)

// globalFlags stand before or behind every command.
func globalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "root", Aliases: []string{"C"}, Usage: "run as if started in `DIR`"},
		&cli.StringFlag{Name: "config", Usage: "read `FILE` instead of site.yaml", EnvVars: []string{"SITEGEN_CONFIG"}},
		&cli.StringFlag{Name: "format", Usage: "print errors and warnings as `FORMAT`: text, json or github", DefaultText: "text; github in GitHub Actions"},
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "print errors and warnings only"},
		&cli.BoolFlag{Name: "silent", Usage: "print nothing but answers; the exit code says the rest"},
		&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "print what is done and how long it takes"},
		&cli.BoolFlag{Name: "no-color", Usage: "print without colours, as with NO_COLOR"},
		&cli.BoolFlag{Name: "version", Usage: "print the version"},
	}
}

// project is the site that a command works on.
type project struct {
	env    Env
	term   *terminal
	root   string // absolute directory of site.yaml
	file   string // site.yaml, relative to root
	config *config.Config
	layout *build.Layout

	unexport func() // takes back what .env files gave to the process; of the development server
}

// open finds the site and reads its configuration and its module. Flags go over the file. The project is nil only for
// wrong usage; with any other error it still holds what was said, for --json.
func open(c *cli.Context, env Env, flags ...config.Override) (*project, error) {
	p, err := openConfig(c, env, flags...)
	if err != nil {
		return p, err
	}
	layout, list := build.FindLayout(p.root, p.config.Src)
	p.term.print(list, p.read)
	if list.HasErrors() {
		return p, &exit{code: exitFailed}
	}
	p.layout = layout
	return p, nil
}

// openConfig finds site.yaml in the working directory or above and reads it.
func openConfig(c *cli.Context, env Env, flags ...config.Override) (*project, error) {
	term, err := newTerminal(c, env)
	if err != nil {
		return nil, err
	}
	dir, err := startDir(c, env)
	if err != nil {
		return nil, err
	}
	p := &project{env: term.env, term: term, file: "site.yaml"}
	if name := c.String("config"); name != "" {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		p.root, p.file = filepath.Dir(name), filepath.Base(name)
	} else if p.root, err = findRoot(dir); err != nil {
		return p, err
	}
	if real, err := filepath.EvalSymlinks(p.root); err == nil {
		p.root = real // as everything below it will be called
	}
	term.folder = checkout(env.Getenv, p.root)
	cfg, list, err := readConfig(p, flags)
	if err != nil {
		return p, err
	}
	p.term.print(list, p.read)
	if list.HasErrors() {
		if flagsAlone(list) {
			return p, &exit{code: exitUsage}
		}
		return p, &exit{code: exitConfig}
	}
	p.config = cfg
	if env.Environ != nil {
		for _, v := range misspelt(env.Environ(), cfg.Env) {
			term.note("the variable %s means nothing to sitegen; did you mean %s?", v[0], v[1])
		}
	}
	return p, nil
}

// readConfig reads site.yaml. Flags go over the file.
func readConfig(p *project, flags []config.Override) (*config.Config, *diag.List, error) {
	data, err := os.ReadFile(filepath.Join(p.root, p.file))
	if err != nil {
		return nil, nil, &exit{exitConfig, errors.New(p.file + " cannot be read: " + reason(err))}
	}
	cfg, list := config.Load(p.file, data, p.env.Getenv, flags...)
	return cfg, list, nil
}

// flagsAlone says whether all errors are those of values that flags gave.
func flagsAlone(list *diag.List) bool {
	return !slices.ContainsFunc(list.Sorted(), func(d diag.Diagnostic) bool {
		return d.Severity == diag.Error && !(d.Pos.File == "" && strings.HasPrefix(d.Message, "--"))
	})
}

// lock keeps other builds of the site out until unlock is called.
func (p *project) lock(ctx context.Context) (unlock func(), err error) {
	unlock, err = build.Lock(ctx, p.layout, func() { p.term.note("waiting for another build of this site") })
	if err == nil || ctx.Err() != nil {
		return unlock, err
	}
	told := p.disk(err)
	if told == err { // nothing that is known to be the disk's fault
		return nil, fmt.Errorf("%s cannot be made: %w", p.layout.Rel(build.LockName(p.layout)), bare(err))
	}
	return nil, told
}

// startDir is the directory that a command starts in.
func startDir(c *cli.Context, env Env) (string, error) {
	dir := env.Dir
	if at := c.String("root"); at != "" {
		if !filepath.IsAbs(at) {
			at = filepath.Join(dir, at)
		}
		if info, err := os.Stat(at); err != nil || !info.IsDir() {
			return "", usage("-C %s: no such folder", c.String("root"))
		}
		dir = at
	}
	return dir, nil
}

func findRoot(dir string) (string, error) {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "site.yaml")); err == nil {
			return d, nil
		}
		if d == filepath.Dir(d) {
			if _, err := os.Stat(filepath.Join(dir, "site.yml")); err == nil {
				return dir, &exit{exitConfig, errors.New("there is a site.yml here, and sitegen reads site.yaml; rename it")}
			}
			return "", &exit{exitConfig, errors.New("there is no site.yaml here or above; `sitegen new mysite` makes a site")}
		}
	}
}

// read gives the text of a project file for a code frame.
func (p *project) read(file string) []byte {
	data, err := os.ReadFile(filepath.Join(p.root, filepath.FromSlash(file)))
	if err != nil {
		return nil
	}
	return data
}

// reason is the bare cause of a file error.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// overrides turns flags, by the keys of site.yaml that they stand for, into what config.Load takes. Empty ones are left
// out.
func overrides(flags map[string]string) []config.Override {
	var out []config.Override
	for _, key := range slices.Sorted(maps.Keys(flags)) {
		if v := flags[key]; v != "" {
			out = append(out, config.Override{Key: key, Value: v, Name: "--" + path.Base(strings.ReplaceAll(key, ".", "/"))})
		}
	}
	return out
}
