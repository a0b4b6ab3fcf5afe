package app

import (
	_ "embed"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"sitegen.dev/cli/internal/scaffold"
	"sitegen.dev/core/diag"
)

// shells are the scripts by shell. Each asks `sitegen __complete` for the candidates, so that they know nothing of
// commands and flags themselves.
var shells = map[string]string{"bash": bashScript, "zsh": zshScript, "fish": fishScript, "pwsh": pwshScript}

var (
	//go:embed completion/bash
	bashScript string
	//go:embed completion/zsh
	zshScript string
	//go:embed completion/fish
	fishScript string
	//go:embed completion/pwsh
	pwshScript string
)

func completionCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a script that completes commands and flags",
		ArgsUsage: "bash|zsh|fish|pwsh",
		Description: `Prints a script for a shell, which then completes commands, flags and their values.

   source <(sitegen completion bash)      in ~/.bashrc
   source <(sitegen completion zsh)       in ~/.zshrc, behind compinit
   sitegen completion fish | source       in ~/.config/fish/config.fish
   sitegen completion pwsh | Out-String | Invoke-Expression`,
		Action: func(c *cli.Context) error {
			names := slices.Sorted(maps.Keys(shells))
			script, ok := shells[c.Args().First()]
			switch {
			case c.Args().Len() != 1:
				return usage("name one shell of %s: sitegen completion bash", strings.Join(names, ", "))
			case !ok:
				hint := ""
				if s := diag.Suggest(c.Args().First(), names); s != "" {
					hint = fmt.Sprintf(", did you mean %q?", s)
				}
				return usage("there is no completion for %q%s (there are: %s)", c.Args().First(), hint, strings.Join(names, ", "))
			}
			_, err := io.WriteString(env.Stdout, script)
			return err
		},
	}
}

// candidatesCommand is what the scripts call: with the words of the line behind "sitegen", of which the last one is
// being typed. It prints one candidate a line; none means that the shell completes file names.
func candidatesCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "__complete", Hidden: true,
		Usage: "print candidates for the last of the words",
		Action: func(c *cli.Context) error {
			for _, s := range candidates(c.App, c.Args().Slice()) {
				fmt.Fprintln(env.Stdout, s)
			}
			return nil
		},
	}
}

func candidates(app *cli.App, words []string) []string {
	if len(words) == 0 {
		words = []string{""}
	}
	last := words[len(words)-1]
	a := arranger{app: app, global: append(slices.Clone(app.Flags), cli.HelpFlag)}
	if a.read(words[:len(words)-1]) != nil {
		// The line ends with a flag that waits for its value, or is wrong.
		before := words[len(words)-2]
		return startingWith(last, values(strings.TrimLeft(before, "-")))
	}
	if name, typed, ok := strings.Cut(last, "="); ok && strings.HasPrefix(last, "-") {
		var out []string
		for _, v := range startingWith(typed, values(strings.TrimLeft(name, "-"))) {
			out = append(out, name+"="+v)
		}
		return out
	}
	var all []string
	switch {
	case strings.HasPrefix(last, "-"):
		flags := a.global
		if a.command != nil {
			flags = append(slices.Clone(a.command.Flags), flags...)
		}
		for _, f := range flags {
			for _, n := range f.Names() {
				if len(n) > 1 {
					all = append(all, dashed(n))
				}
			}
		}
	case a.command == nil || a.command.Name == "help" && len(a.words) == 0:
		for _, c := range app.Commands {
			if !c.Hidden {
				all = append(all, c.Name)
			}
		}
	case a.command.Name == "add":
		all = adapterNames()
	case a.command.Name == "completion" && len(a.words) == 0:
		all = slices.Sorted(maps.Keys(shells))
	}
	return startingWith(last, all)
}

// values gives what may follow a flag.
func values(flag string) []string {
	switch flag {
	case "adapter":
		return adapterNames()
	case "template":
		return scaffold.Names()
	case "format":
		return []string{"text", "json", "github"}
	}
	return nil
}

func startingWith(prefix string, all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return !strings.HasPrefix(s, prefix) })
}
