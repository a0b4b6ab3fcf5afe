package app

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"sitegen.dev/core/diag"
)

// arrange brings a command line into the order that the flag parser understands: flags of the program, the command, its
// flags, and what is left behind "--". People write flags anywhere, `sitegen new tea --template blog -q`, and the parser
// stops at the first word that is none. What no flag or command fits is told here, with the nearest one that does.
func arrange(app *cli.App, args []string) ([]string, error) {
	a := arranger{app: app, global: append(slices.Clone(app.Flags), cli.HelpFlag)}
	if err := a.read(args[1:]); err != nil {
		return nil, err
	}
	if a.help {
		a.words = nil
		if a.command != nil && a.command.Name != "help" {
			a.words = []string{a.command.Name}
		}
		return slices.Concat(args[:1], a.before, []string{"help", "--"}, a.words), nil
	}
	out := slices.Concat(args[:1], a.before)
	if a.command == nil {
		return out, nil
	}
	for _, f := range a.early {
		if find(a.command.Flags, f.name) == nil {
			return nil, a.unknown(f.name)
		}
		a.own = append(a.own, f.text)
	}
	return slices.Concat(out, []string{a.command.Name}, a.own, []string{"--"}, a.words), nil
}

type arranger struct {
	app    *cli.App
	global []cli.Flag

	command *cli.Command
	before  []string    // flags of the program
	early   []earlyFlag // flags that stand before the command and may be its own
	own     []string    // flags of the command
	words   []string
	help    bool
}

type earlyFlag struct{ name, text string }

func (a *arranger) read(args []string) error {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			if a.command == nil && i+1 < len(args) {
				if err := a.word(args[i+1]); err != nil {
					return err
				}
				i++
			}
			a.words = append(a.words, args[i+1:]...)
			return nil
		case len(arg) < 2 || arg[0] != '-':
			if err := a.word(arg); err != nil {
				return err
			}
			continue
		}
		name, value, hasValue := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if !strings.HasPrefix(arg, "--") && !hasValue && len(name) > 1 && a.lookup(name) == nil {
			if letters := a.cluster(name); letters != nil {
				args = slices.Replace(slices.Clone(args), i, i+1, letters...)
				i--
				continue
			}
		}
		f := a.lookup(name)
		if f == nil {
			return a.unknown(name)
		}
		if f == cli.HelpFlag {
			a.help = true
			continue
		}
		if !stands(f) && !hasValue {
			i++
			if i == len(args) {
				return usage("%s needs a value", dashed(name))
			}
			value, hasValue = args[i], true
		}
		text := "--" + name
		if hasValue {
			text += "=" + value
		}
		switch {
		case find(a.global, name) != nil:
			a.before = append(a.before, text)
		case a.command == nil:
			a.early = append(a.early, earlyFlag{name, text})
		default:
			a.own = append(a.own, text)
		}
	}
	return nil
}

// word takes the command, or what comes behind it.
func (a *arranger) word(arg string) error {
	if a.command != nil {
		a.words = append(a.words, arg)
		return nil
	}
	if a.command = a.app.Command(arg); a.command == nil {
		var names []string
		for _, c := range a.app.Commands {
			if !c.Hidden {
				names = append(names, c.Name)
			}
		}
		if why := elsewhere[arg]; why != "" {
			return usage("%s", why)
		}
		if s := diag.Suggest(arg, names); s != "" {
			return usage("unknown command %q, did you mean %q?", arg, s)
		}
		return usage("unknown command %q; `sitegen help` lists the commands", arg)
	}
	return nil
}

// elsewhere are commands that similar programs have.
var elsewhere = map[string]string{
	"telemetry":   "there is no telemetry to switch off: sitegen sends nothing anywhere",
	"preferences": "there are no preferences: what a site wants stands in site.yaml, what you want in variables; `sitegen info` prints both",
	"docs":        "the documentation is on the website; `sitegen help` explains the commands, and docs/errors every code",
	"serve":       "`sitegen dev` serves the site while you work on it, `sitegen preview` what was built",
	"start":       "`sitegen dev` serves the site while you work on it, `sitegen preview` what was built",
	"init":        "`sitegen new` makes a site; `sitegen sync --init` makes a folder the module of one",
	"explain":     "docs/errors on the website explains every code; `sitegen help COMMAND` explains a command",
	"create":      "`sitegen new` makes a site",
}

// lookup finds a flag of the program or of the command; before the command, one of any command.
func (a *arranger) lookup(name string) cli.Flag { return find(a.candidates(), name) }

func (a *arranger) candidates() []cli.Flag {
	flags := slices.Clone(a.global)
	if a.command != nil {
		return append(flags, a.command.Flags...)
	}
	for _, c := range a.app.Commands {
		flags = append(flags, c.Flags...)
	}
	return flags
}

// cluster splits "qv" into "-q" and "-v", if each letter is a flag without a value.
func (a *arranger) cluster(name string) []string {
	var out []string
	for _, r := range name {
		if !stands(a.lookup(string(r))) {
			return nil
		}
		out = append(out, "-"+string(r))
	}
	return out
}

func (a *arranger) unknown(name string) error {
	if a.command != nil {
		var of []string
		for _, c := range a.app.Commands {
			if !c.Hidden && find(c.Flags, name) != nil {
				of = append(of, c.Name)
			}
		}
		if len(of) > 0 {
			return usage("`sitegen %s` has no flag %s, which belongs to %s; `sitegen help %s` lists its flags",
				a.command.Name, dashed(name), strings.Join(of, ", "), a.command.Name)
		}
	}
	var names []string
	for _, f := range a.candidates() {
		names = append(names, f.Names()...)
	}
	if s := diag.Suggest(name, names); s != "" {
		return usage("unknown flag %s, did you mean %s?", dashed(name), dashed(s))
	}
	where := ""
	if a.command != nil {
		where = " " + a.command.Name
	}
	return usage("unknown flag %s; `sitegen help%s` lists the flags", dashed(name), where)
}

func find(flags []cli.Flag, name string) cli.Flag {
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

// dashed writes the name of a flag as people type it.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// orRather gives the one of known that was probably meant, as the end of a clause, or "".
func orRather(value string, known []string) string {
	if s := diag.Suggest(value, known); s != "" {
		return fmt.Sprintf(", did you mean %q?", s)
	}
	return ""
}
