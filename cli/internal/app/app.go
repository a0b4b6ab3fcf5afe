// Package app is the command line: one file per command, each with its options, its constructor and its run function.
// It is the only place that knows flags, terminals, exit codes and the environment; everything it does is done by core
// and the adapters.
//
// Answers go to standard output, everything else to standard error. There is no colour, no progress line and no question
// unless standard error is a terminal.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/urfave/cli/v2"

	"sitegen.dev/core/diag"
)

// The exit codes, as documented in the command reference.
const (
	exitOK          = 0
	exitFailed      = 1   // diagnostics, or something could not be done
	exitUsage       = 2   // wrong flags or arguments
	exitConfig      = 3   // site.yaml is wrong or missing
	exitCapability  = 4   // the adapter cannot do what the site uses
	exitInternal    = 6   // a bug of sitegen
	exitInterrupted = 130 // Ctrl-C
)

// Env is what the command line has from its process. Tests make their own.
type Env struct {
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Getenv  func(string) string
	Dir     string // working directory
	TTY     bool   // standard error is a terminal
	InTTY   bool   // standard input is a terminal
	Version string // "1.2.3", or as the build info has it
}

// System is the Env of the running process.
func System(version string) Env {
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	if version == "" {
		version = "0.0.0-devel"
		if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
			version = strings.TrimPrefix(info.Main.Version, "v")
		}
	}
	return Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Dir: dir,
		TTY: isatty.IsTerminal(os.Stderr.Fd()), InTTY: isatty.IsTerminal(os.Stdin.Fd()),
		Version: version,
	}
}

// exit is an error that carries its exit code; an empty text prints nothing more.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

func usage(format string, args ...any) error { return &exit{exitUsage, fmt.Errorf(format, args...)} }

// Main runs the command line and gives the exit code.
func Main(ctx context.Context, args []string, env Env) (code int) {
	defer func() {
		if v := recover(); v != nil {
			fmt.Fprintf(env.Stderr, "sitegen %s has a bug: %v\n\n%s\nPlease report it with the text above and the output of `sitegen info`.\n", env.Version, v, debug.Stack())
			code = exitInternal
		}
	}()
	err := newApp(env).RunContext(ctx, args)
	if err == nil {
		return exitOK
	}
	if ctx.Err() != nil {
		fmt.Fprintln(env.Stderr, "interrupted; the last output is untouched")
		return exitInterrupted
	}
	var e *exit
	if errors.As(err, &e) {
		if text := e.Error(); text != "" {
			fmt.Fprintln(env.Stderr, "sitegen: "+text)
		}
		return e.code
	}
	var f *diag.Failure
	if errors.As(err, &f) {
		(&terminal{env: env}).print(f.List, nil)
		return exitFailed
	}
	fmt.Fprintln(env.Stderr, "sitegen: "+err.Error())
	return exitFailed
}

// newApp lists the commands.
func newApp(env Env) *cli.App {
	return &cli.App{
		Name:                   "sitegen",
		Usage:                  "build websites from Go components and deploy them anywhere",
		Version:                env.Version,
		HideVersion:            true,
		EnableBashCompletion:   true,
		Suggest:                true,
		UseShortOptionHandling: true,
		Reader:                 env.Stdin,
		Writer:                 env.Stdout,
		ErrWriter:              env.Stderr,
		ExitErrHandler:         func(*cli.Context, error) {}, // Main decides
		OnUsageError:           func(_ *cli.Context, err error, _ bool) error { return usage("%v", err) },
		Flags:                  globalFlags(),
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usage("there is no command %q%s; `sitegen help` lists them", c.Args().First(), didYouMean(c))
			}
			return cli.ShowAppHelp(c)
		},
		Commands: []*cli.Command{
			buildCommand(env),
		},
	}
}

func didYouMean(c *cli.Context) string {
	if s := cli.SuggestCommand(c.App.Commands, c.Args().First()); s != "" {
		return fmt.Sprintf(", did you mean %q?", s)
	}
	return ""
}
