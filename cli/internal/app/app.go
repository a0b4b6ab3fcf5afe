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
	"strconv"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/urfave/cli/v2"

	"sitegen.dev/core/diag"
)

// The exit codes, as documented in the command reference and in `sitegen help`.
const (
	exitOK          = 0
	exitFailed      = 1   // diagnostics, or something could not be done
	exitUsage       = 2   // wrong flags or arguments
	exitConfig      = 3   // site.yaml is wrong or missing
	exitCapability  = 4   // the adapter cannot do what the site uses
	exitInternal    = 6   // a bug of sitegen
	exitInterrupted = 130 // Ctrl-C
)

func exitRows() [][]string {
	var rows [][]string
	for _, e := range []struct {
		code int
		text string
	}{
		{exitOK, "done"},
		{exitFailed, "errors were found, or something could not be done"},
		{exitUsage, "wrong flags or arguments"},
		{exitConfig, "site.yaml is wrong or missing"},
		{exitCapability, "the adapter cannot do what the site uses"},
		{exitInternal, "a bug of sitegen"},
		{exitInterrupted, "interrupted"},
	} {
		rows = append(rows, []string{"  " + strconv.Itoa(e.code), e.text})
	}
	return rows
}

// Env is what the command line has from its process. Tests make their own.
type Env struct {
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Getenv  func(string) string
	Environ func() []string // all of it, as "NAME=value"; may be nil
	Dir     string          // working directory
	TTY     bool            // standard error is a terminal
	InTTY   bool            // standard input is a terminal
	Version string          // "1.2.3", or as the build info has it
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
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Environ: os.Environ, Dir: dir,
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
	app := newApp(env)
	err := run(ctx, app, args)
	if err == nil {
		return exitOK
	}
	if t, ok := app.Metadata[terminalKey].(*terminal); ok && t.silent {
		env.Stderr = io.Discard
	}
	var e *exit
	if errors.As(err, &e) {
		if text := e.Error(); text != "" {
			fmt.Fprintln(env.Stderr, "sitegen: "+text)
		}
		return e.code
	}
	if ctx.Err() != nil {
		fmt.Fprintln(env.Stderr, "sitegen: interrupted")
		return exitInterrupted
	}
	var f *diag.Failure
	if errors.As(err, &f) {
		(&terminal{env: env}).print(f.List, nil)
		return exitFailed
	}
	fmt.Fprintln(env.Stderr, "sitegen: "+err.Error())
	return exitFailed
}

func run(ctx context.Context, app *cli.App, args []string) error {
	arranged, err := arrange(app, args)
	if err != nil {
		return err
	}
	app.Metadata = map[string]any{argsKey: args}
	err = app.RunContext(ctx, arranged)
	if t, ok := app.Metadata[terminalKey].(*terminal); ok {
		t.flush()
	}
	return err
}

// argsKey is where commands find the command line as it was typed.
const argsKey = "args"

// newApp lists the commands.
func newApp(env Env) *cli.App {
	app := &cli.App{
		Name:            "sitegen",
		Usage:           "build websites from Go components and deploy them anywhere",
		HideVersion:     true, // a command, and a flag of ours
		HideHelp:        true, // help.go
		HideHelpCommand: true,
		Reader:          env.Stdin,
		Writer:          env.Stdout,
		ErrWriter:       env.Stderr,
		ExitErrHandler:  func(*cli.Context, error) {}, // Main decides
		OnUsageError:    wrongUsage,
		Flags:           globalFlags(),
		Action: func(c *cli.Context) error {
			if c.Bool("version") {
				fmt.Fprintln(env.Stdout, "sitegen "+env.Version)
				return nil
			}
			return writeHelp(env.Stdout, c.App)
		},
		Commands: []*cli.Command{
			newCommand(env),
			addCommand(env),
			devCommand(env),
			buildCommand(env),
			previewCommand(env),
			deployCommand(env),
			checkCommand(env),
			testCommand(env),
			fmtCommand(env),
			routesCommand(env),
			syncCommand(env),
			lspCommand(env),
			infoCommand(env),
			envCommand(env),
			cacheCommand(env),
			createKeyCommand(env),
			versionCommand(env),
			completionCommand(env),
			helpCommand(env),
			candidatesCommand(env),
		},
	}
	for _, c := range app.Commands {
		c.HideHelp, c.HideHelpCommand, c.OnUsageError = true, true, wrongUsage
	}
	return app
}

// wrongUsage tells of a value that the flag parser could not read: invalid value "x" for flag -port: parse error.
func wrongUsage(c *cli.Context, err error, _ bool) error {
	text := err.Error()
	if before, after, ok := strings.Cut(text, " for flag -"); ok {
		name, _, _ := strings.Cut(after, ":")
		text = before + " for flag " + dashed(name)
		if _, ok := find(c.Command.Flags, name).(*cli.IntFlag); ok {
			text += ", which takes a whole number"
		}
	}
	return usage("%s", text)
}

// noArguments is for commands that take none.
func noArguments(c *cli.Context) error {
	if c.Args().Present() {
		return usage("`sitegen %s` takes no arguments, and %q is one; the folder of a site is given with `-C %s`", c.Command.Name, c.Args().First(), c.Args().First())
	}
	return nil
}
