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
	b.WriteString("\n" + wrapped("", "Many keys of site.yaml can be set by a variable too: SITEGEN_SITE, SITEGEN_BASE, … `sitegen info` shows where each "+
		"value comes from. `sitegen help COMMAND` explains a command."))
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
	var text []string
	for line := range strings.SplitSeq(strings.TrimSpace(c.Description), "\n") {
		if line != "" && !strings.HasPrefix(line, " ") {
			text = append(text, line)
			continue
		}
		b.WriteString(wrapped("", strings.Join(text, " ")))
		text = nil
		if example, ok := strings.CutPrefix(line, "   "); ok {
			if !examples {
				b.WriteString("Examples:\n")
			}
			examples = true
			line = "  " + example
		}
		b.WriteString(line + "\n")
	}
	b.WriteString(wrapped("", strings.Join(text, " ")))
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
	indent := 0
	for _, r := range rows {
		indent = max(indent, len([]rune(r[0]))+2)
	}
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(wrapped(r[0]+strings.Repeat(" ", indent-len([]rune(r[0]))), r[1]))
	}
	return b.String()
}

// helpWidth is how many columns a line of a help has at most; examples are lines to paste and keep theirs.
const helpWidth = 100

// wrapped writes text behind a prefix, and goes on in lines that begin where the text did.
func wrapped(prefix, text string) string {
	var b strings.Builder
	indent := len([]rune(prefix))
	line, column := prefix, indent
	for i, word := range strings.Fields(text) {
		n := len([]rune(word))
		switch {
		case i == 0:
		case column+1+n > helpWidth:
			b.WriteString(line + "\n")
			line, column = strings.Repeat(" ", indent), indent
		default:
			line, column = line+" ", column+1
		}
		line, column = line+word, column+n
	}
	if line = strings.TrimRight(line, " "); line != "" {
		b.WriteString(line + "\n")
	}
	return b.String()
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
