package app

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"sitegen.dev/cli/internal/scaffold"
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
		Description: `Prints a script for a shell, which then completes commands, flags, adapters, templates, the routes of the
site, and whatever else has a list of values.

   source <(sitegen completion bash)  # in ~/.bashrc
   source <(sitegen completion zsh)   # in ~/.zshrc, behind compinit
   sitegen completion fish | source   # in ~/.config/fish/config.fish
   sitegen completion pwsh | Out-String | Invoke-Expression`,
		Action: func(c *cli.Context) error {
			names := slices.Sorted(maps.Keys(shells))
			script, ok := shells[c.Args().First()]
			switch {
			case c.Args().Len() != 1:
				return usage("name one shell of %s: sitegen completion bash", strings.Join(names, ", "))
			case !ok:
				return usage("there is no completion for %q%s (there are: %s)", c.Args().First(), orRather(c.Args().First(), names), strings.Join(names, ", "))
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
			for _, s := range candidates(c.App, c.Args().Slice(), sitePaths(c, env)) {
				fmt.Fprintln(env.Stdout, s)
			}
			return nil
		},
	}
}

// routesOf gives the paths of the site that the flags of a line find.
type routesOf func(global []string) []string

func candidates(app *cli.App, words []string, paths routesOf) []string {
	if len(words) == 0 {
		words = []string{""}
	}
	last := words[len(words)-1]
	a := arranger{app: app, global: append(slices.Clone(app.Flags), cli.HelpFlag)}
	if a.read(words[:len(words)-1]) != nil {
		// The line ends with a flag that waits for its value, or is wrong.
		before := words[len(words)-2]
		return startingWith(last, a.values(strings.TrimLeft(before, "-")))
	}
	if name, typed, ok := strings.Cut(last, "="); ok && strings.HasPrefix(last, "-") {
		var out []string
		for _, v := range startingWith(typed, a.values(strings.TrimLeft(name, "-"))) {
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
	case (a.command.Name == "dev" || a.command.Name == "preview") && len(a.words) == 0:
		all = serverWords
	case a.command.Name == "cache" && len(a.words) == 0:
		all = cacheWords
	case a.command.Name == "completion" && len(a.words) == 0:
		all = slices.Sorted(maps.Keys(shells))
	case a.command.Name == "routes" && len(a.words) == 0:
		all = paths(a.before)
	}
	return startingWith(last, all)
}

// values gives what may follow a flag of the line.
func (a *arranger) values(flag string) []string {
	f := a.lookup(flag)
	if f == nil {
		return nil
	}
	command := ""
	if a.command != nil {
		command = a.command.Name
	}
	switch f.Names()[0] {
	case "adapter":
		switch command {
		case "new":
			return append(platformNames(), noAdapter)
		case "check":
			return append(adapterNames(), allAdapters)
		}
		return adapterNames()
	case "template":
		return scaffold.Names()
	case "format":
		return formats
	case "editor":
		return editorNames()
	case "mode":
		return modes
	case "variant":
		return variantNames()
	case "gopls":
		return []string{"off"}
	}
	return nil
}

// sitePaths gives what may be asked of `sitegen routes`: the path of each route, and of those with parameters what stands
// before the first. It is empty where there is no site, or one whose routes are wrong.
func sitePaths(c *cli.Context, env Env) routesOf {
	return func(global []string) []string {
		var out bytes.Buffer
		env.Stdout, env.Stderr = &out, io.Discard
		if Main(c.Context, slices.Concat([]string{"sitegen"}, global, []string{"routes", "--json"}), env) != exitOK {
			return nil
		}
		var t routeTable
		if json.Unmarshal(out.Bytes(), &t) != nil {
			return nil
		}
		var paths []string
		for _, r := range t.Routes {
			p := r.Pattern
			if i := strings.IndexByte(p, '['); i >= 0 {
				p = p[:strings.LastIndexByte(p[:i], '/')+1]
			} else if t.TrailingSlash == "always" && path.Ext(p) == "" && !strings.HasSuffix(p, "/") {
				p += "/"
			}
			paths = append(paths, strings.TrimSuffix(t.Base, "/")+p)
		}
		slices.Sort(paths)
		return slices.Compact(paths)
	}
}

func startingWith(prefix string, all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return !strings.HasPrefix(s, prefix) })
}
