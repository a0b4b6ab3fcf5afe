package app

import (
	"github.com/urfave/cli/v2"

	"sitegen.dev/cli/internal/lsp"
)

func lspCommand(env Env) *cli.Command {
	var gopls string
	return &cli.Command{
		Name:  "lsp",
		Usage: "serve editors with the Language Server Protocol",
		Description: `Speaks the Language Server Protocol on standard input and output; editors start it themselves. It finds errors while
you type, formats, completes components, props and slots, shows what they take, leads to where they are declared and
renames props in all files. With gopls on PATH or where go install puts it, Go in components is as well served as in Go
files; without it, types are checked when a file is saved.

   sitegen lsp
   sitegen lsp --gopls off  # do not look for gopls`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "gopls", Usage: "the `PROGRAM` that knows Go, or off", DefaultText: "gopls, if it is found", Destination: &gopls},
			&cli.BoolFlag{Name: "stdio", Usage: "what editors like to say; there is no other way", Hidden: true},
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			err := lsp.Serve(c.Context, lsp.Options{
				In: env.Stdin, Out: env.Stdout, Log: env.Stderr, Getenv: env.Getenv, Version: env.Version, Gopls: gopls,
			})
			if err != nil {
				return &exit{exitFailed, err}
			}
			return nil
		},
	}
}
