package app

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"
)

func helpCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:      "help",
		Usage:     "explain a command",
		ArgsUsage: "[COMMAND]",
		Description: `Lists the commands, or explains one of them. So does --help behind any command.

   sitegen help build`,
		Action: func(c *cli.Context) error {
			name := c.Args().First()
			if name == "" {
				return writeHelp(env.Stdout, c.App)
			}
			cmd := c.App.Command(name)
			if cmd == nil {
				return (&arranger{app: c.App}).word(name)
			}
			return writeCommandHelp(env.Stdout, c.App, cmd)
		},
	}
}

// writeHelp explains the program.
func writeHelp(w io.Writer, app *cli.App) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\nUsage:\n  %s [flags] COMMAND [flags] [arguments]\n\nCommands:\n", app.Name, app.Usage, app.Name)
	var rows [][]string
	for _, c := range app.Commands {
		if !c.Hidden {
			rows = append(rows, []string{"  " + c.Name, c.Usage})
		}
	}
	b.WriteString(table(rows, nil))
	b.WriteString("\nFlags of every command:\n" + flagTable(append(app.Flags, cli.HelpFlag)))
	b.WriteString("\nEvery key of site.yaml can be set by a variable too: SITEGEN_SITE, SITEGEN_BASE, … `sitegen info` shows where each\nvalue comes from. `sitegen help COMMAND` explains a command.\n")
	b.WriteString("\nExit codes:\n" + table(exitRows(), nil))
	_, err := io.WriteString(w, b.String())
	return err
}

// writeCommandHelp explains one command. In a description, lines that are indented are examples.
func writeCommandHelp(w io.Writer, app *cli.App, c *cli.Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s\n\nUsage:\n  %s %s", app.Name, c.Name, c.Usage, app.Name, c.Name)
	if len(c.Flags) > 0 {
		b.WriteString(" [flags]")
	}
	if c.ArgsUsage != "" {
		b.WriteString(" " + c.ArgsUsage)
	}
	b.WriteString("\n\n")
	examples := false
	for line := range strings.SplitSeq(strings.TrimSpace(c.Description), "\n") {
		if text, ok := strings.CutPrefix(line, "   "); ok {
			if !examples {
				b.WriteString("Examples:\n")
			}
			examples = true
			line = "  " + text
		}
		b.WriteString(line + "\n")
	}
	if len(c.Flags) > 0 {
		b.WriteString("\nFlags:\n" + flagTable(c.Flags))
	}
	b.WriteString("\nFlags of every command:\n" + flagTable(append(app.Flags, cli.HelpFlag)))
	_, err := io.WriteString(w, b.String())
	return err
}

func flagTable(flags []cli.Flag) string {
	var rows [][]string
	for _, f := range flags {
		if v, ok := f.(cli.VisibleFlag); ok && !v.IsVisible() {
			continue
		}
		var short, long []string
		for _, name := range f.Names() {
			if len(name) == 1 {
				short = append(short, dashed(name))
			} else {
				long = append(long, dashed(name))
			}
		}
		names := strings.Join(append(short, long...), ", ")
		if len(short) == 0 {
			names = "    " + names
		}
		doc, _ := f.(cli.DocGenerationFlag)
		value, text := unquote(doc.GetUsage())
		if doc.TakesValue() {
			names += " " + cmp.Or(value, "VALUE")
		}
		if s, ok := f.(*cli.StringFlag); ok && s.DefaultText != "" {
			text += " (" + s.DefaultText + ")"
		}
		rows = append(rows, []string{"  " + names, text})
	}
	return table(rows, nil)
}

// unquote takes the name of a value, which stands in backticks, out of a usage.
func unquote(usage string) (value, text string) {
	before, rest, ok := strings.Cut(usage, "`")
	value, after, closed := strings.Cut(rest, "`")
	if !ok || !closed {
		return "", usage
	}
	return value, before + value + after
}
