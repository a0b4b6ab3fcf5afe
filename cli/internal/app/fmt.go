package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/urfave/cli/v2"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

type fmtOptions struct {
	list  bool
	diff  bool
	check bool
	stdin bool
	path  string // what standard input is called in messages
}

func fmtCommand(env Env) *cli.Command {
	var o fmtOptions
	return &cli.Command{
		Name:      "fmt",
		Usage:     "format components",
		ArgsUsage: "[PATH …]",
		Description: `Formats the .gosite files below the paths, or all of the site, in place. A file with a syntax error is left as it is.
With --stdin, or a single "-" for the paths, standard input is formatted to standard output, as editors want it.

   sitegen fmt
   sitegen fmt src/pages
   sitegen fmt --check                          # exit with 1 if a file is not formatted
   sitegen fmt -d                               # show what would change
   sitegen fmt --stdin <a.gosite
   sitegen fmt --stdin-path a.gosite <a.gosite  # messages name the file`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "list", Aliases: []string{"l"}, Usage: "print the names of files that are not formatted, change nothing", Destination: &o.list},
			&cli.BoolFlag{Name: "diff", Aliases: []string{"d"}, Usage: "print what would change, change nothing", Destination: &o.diff},
			&cli.BoolFlag{Name: "check", Usage: "change nothing, exit with 1 if a file is not formatted", Destination: &o.check},
			&cli.BoolFlag{Name: "stdin", Usage: "format standard input to standard output", Destination: &o.stdin},
			&cli.StringFlag{Name: "stdin-path", Usage: "the same, and call it `FILE` in messages", Destination: &o.path},
		},
		Action: func(c *cli.Context) error {
			term, err := newTerminal(c, env)
			if err != nil {
				return err
			}
			dir, err := startDir(c, env)
			if err != nil {
				return err
			}
			f := &formatter{fmtOptions: o, env: env, term: term, dir: dir}
			paths := c.Args().Slice()
			switch {
			case o.stdin || c.IsSet("stdin-path"):
				if len(paths) > 0 && !slices.Equal(paths, []string{"-"}) {
					return usage("standard input and %q cannot both be formatted; leave one out", paths[0])
				}
				return f.input()
			case len(paths) == 1 && paths[0] == "-":
				return f.input()
			case len(paths) == 0:
				p, err := openConfig(c, env)
				if err != nil {
					return err
				}
				paths = []string{filepath.Join(p.root, filepath.FromSlash(p.config.Src))}
			}
			return f.run(c.Context, paths)
		},
	}
}

type formatter struct {
	fmtOptions
	env  Env
	term *terminal
	dir  string

	files, changed int
	errors         diag.List
}

// input formats standard input.
func (f *formatter) input() error {
	src, err := io.ReadAll(f.env.Stdin)
	if err != nil {
		return err
	}
	name := "<stdin>"
	if f.path != "" {
		name = filepath.ToSlash(f.path)
	}
	out, diags := syntax.Format(name, src)
	f.errors.Add(diags...)
	if f.errors.HasErrors() {
		f.term.print(&f.errors, func(string) []byte { return src })
		return &exit{code: exitFailed}
	}
	if f.list || f.diff || f.check {
		return f.tell(name, src, out)
	}
	_, err = f.env.Stdout.Write(out)
	return err
}

func (f *formatter) run(ctx context.Context, paths []string) error {
	for _, p := range paths {
		if err := f.below(ctx, p); err != nil {
			return err
		}
	}
	f.term.print(&f.errors, func(name string) []byte {
		data, _ := os.ReadFile(filepath.Join(f.dir, name))
		return data
	})
	switch {
	case f.errors.HasErrors():
		return &exit{code: exitFailed}
	case f.check && f.changed > 0:
		return &exit{exitFailed, fmt.Errorf("%d of %d files not formatted; run `sitegen fmt`", f.changed, f.files)}
	case !f.list && !f.diff && !f.check:
		f.term.note("%d of %d files changed", f.changed, f.files)
	}
	return nil
}

// below formats one file, or all below a folder.
func (f *formatter) below(ctx context.Context, name string) error {
	if !filepath.IsAbs(name) {
		name = filepath.Join(f.dir, name)
	}
	info, err := os.Stat(name)
	if err != nil {
		return usage("%s: %s", f.shown(name), reason(err))
	}
	if !info.IsDir() {
		if filepath.Ext(name) != ".gosite" { // it may well parse as one, and lose its indents
			return usage("%s: only .gosite files are formatted", f.shown(name))
		}
		return f.file(name)
	}
	return filepath.WalkDir(name, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() && p != name && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && d.Name() != ".well-known"):
			return fs.SkipDir
		case d.IsDir() || !d.Type().IsRegular() || filepath.Ext(p) != ".gosite":
			return nil
		}
		return f.file(p)
	})
}

func (f *formatter) file(name string) error {
	src, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("%s: %s", f.shown(name), reason(err))
	}
	f.files++
	out, diags := syntax.Format(f.shown(name), src)
	f.errors.Add(diags...)
	if len(diags) > 0 || bytes.Equal(src, out) {
		return nil
	}
	f.changed++
	if f.list || f.diff || f.check {
		return f.tell(f.shown(name), src, out)
	}
	if err := replaceFile(name, out); err != nil {
		return fmt.Errorf("%s cannot be written: %w", f.shown(name), bare(err))
	}
	return nil
}

// tell says that a file is not formatted.
func (f *formatter) tell(name string, src, out []byte) error {
	var err error
	switch {
	case bytes.Equal(src, out):
	case f.diff:
		_, err = io.WriteString(f.env.Stdout, udiff.Unified(name, name, string(src), string(out)))
	default:
		_, err = fmt.Fprintln(f.env.Stdout, name)
	}
	if err == nil && f.check && f.files == 0 && !bytes.Equal(src, out) { // standard input
		return &exit{code: exitFailed}
	}
	return err
}

// shown names a file as the user would, from where they are.
func (f *formatter) shown(name string) string {
	rel, err := filepath.Rel(f.dir, name)
	if err != nil || strings.HasPrefix(rel, "..") {
		return filepath.ToSlash(name)
	}
	return filepath.ToSlash(rel)
}

// replaceFile gives a file other bytes in one step, so that no reader and no crash sees half of them. Its permissions
// stay, and a link stays a link.
func replaceFile(name string, data []byte) error {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".sitegen-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err := errors.Join(err, tmp.Chmod(mode), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}
