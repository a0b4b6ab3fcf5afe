package app

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// documented finds the blocks that show what to type, and commands in the text.
var (
	documented       = regexp.MustCompile("(?ms)^```(?:sh)?\n(.*?)^```$")
	documentedInText = regexp.MustCompile("`(sitegen [^`]+)`")
)

// Every command that the documentation has people type is one that the command line takes: the command, its flags, their
// values, and as many arguments as it has. So is what messages and hints advise.
func TestDocumentedCommands(t *testing.T) {
	pages, err := filepath.Glob("../../../website/src/pages/docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(len(pages), err)
	}
	pages = append(pages, "../../../README.md", "../../../CONTRIBUTING.md", "../../../docs/errors.md", "../../../editors/vscode/README.md",
		"../../../core/adapter/adaptertest/README.md")
	for _, more := range []string{"../../../docs/decisions/*.md", "../../../adapters/*/*.go", "../../../core/*/*.go", "*.go"} {
		files, err := filepath.Glob(more)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, files...)
	}
	seen := map[bool]int{}
	for _, page := range pages {
		if strings.HasSuffix(page, "_test.go") {
			continue
		}
		src, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		check := func(line string, whole bool) {
			for _, words := range commandsOf(line) {
				if !whole && (strings.ContainsAny(strings.Join(words, ""), "%…|[{") || len(words) == 1) {
					continue // a pattern, or a place in a message
				}
				seen[whole]++
				if err := takes(words); err != nil {
					t.Errorf("%s: %s: %v", filepath.Base(page), strings.TrimSpace(line), err)
				}
			}
		}
		if strings.HasSuffix(page, ".md") {
			for _, block := range documented.FindAllSubmatch(src, -1) {
				for line := range strings.Lines(string(block[1])) {
					if !strings.Contains(line, "[flags]") {
						check(line, true)
					}
				}
			}
			src = documented.ReplaceAll(src, nil)
		}
		for _, m := range documentedInText.FindAllSubmatch(src, -1) {
			check(string(m[1]), false)
		}
	}
	if seen[true] < 50 || seen[false] < 100 {
		t.Errorf("only %d commands were found in blocks, and %d in the text", seen[true], seen[false])
	}
}

// commandsOf finds the calls of sitegen in a line of a shell, without redirections and variables of the environment.
func commandsOf(line string) (all [][]string) {
	line, _, _ = strings.Cut(line+" ", " #")
	for _, part := range regexp.MustCompile(`&&|\|\||[|;()]`).Split(line, -1) {
		words := strings.Fields(part)
		for len(words) > 0 && (strings.Contains(words[0], "=") || strings.HasPrefix(words[0], "$") || words[0] == "npx" || words[0] == "source") {
			words = words[1:]
		}
		for i, w := range words {
			if strings.HasPrefix(w, ">") || strings.HasPrefix(w, "<") {
				words = words[:i]
				break
			}
		}
		if len(words) > 0 && words[0] == "sitegen" {
			all = append(all, words)
		}
	}
	return all
}

// takes parses a command line as it would run, and stops before the command does anything.
func takes(words []string) error {
	app := newApp(testEnv())
	for _, c := range app.Commands {
		c.Action = func(c *cli.Context) error {
			if c.Command.ArgsUsage == "" && c.Args().Present() {
				return fmt.Errorf("it takes no arguments, and %q is one", c.Args().First())
			}
			a := arranger{app: app, command: c.Command, global: app.Flags}
			for _, name := range c.FlagNames() {
				value, ok := c.Value(name).(string)
				values := a.values(name)
				if ok && name != "adapter" && name != "gopls" && name != "editor" && values != nil && !slices.Contains(values, value) {
					return fmt.Errorf("--%s is not %s", name, value)
				}
			}
			return nil
		}
	}
	arranged, err := arrange(app, words)
	if err != nil {
		return err
	}
	return app.Run(arranged)
}

func TestTakes(t *testing.T) {
	for _, line := range []string{"sitegen build here", "sitegen env --mode dev", "sitegen build --prot 1", "sitegen check --max-warnings x", "FOO=1 sitegen buidl | cat"} {
		for _, words := range commandsOf(line) {
			if takes(words) == nil {
				t.Errorf("%s is taken", line)
			}
		}
		if len(commandsOf(line)) != 1 {
			t.Errorf("commandsOf(%q) = %q", line, commandsOf(line))
		}
	}
}

// The reference has a section with every flag of every command.
func TestReference(t *testing.T) {
	src, err := os.ReadFile("../../../website/src/pages/docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	app := newApp(testEnv())
	section := func(title string) string {
		_, rest, ok := strings.Cut(string(src), "\n## "+title+"\n")
		if !ok {
			t.Errorf("there is no section %s", title)
		}
		rest, _, _ = strings.Cut(rest, "\n## ")
		return rest
	}
	has := func(title string, flags []cli.Flag) {
		text := section(title)
		for _, f := range flags {
			if v, ok := f.(cli.VisibleFlag); ok && !v.IsVisible() {
				continue
			}
			for _, n := range f.Names() {
				if !strings.Contains(text, dashed(n)+"`") && !strings.Contains(text, dashed(n)+" ") {
					t.Errorf("section %s has no %s", title, dashed(n))
				}
			}
		}
	}
	for _, c := range app.Commands {
		if c.Hidden || c.Name == "help" {
			continue
		}
		has(c.Name, c.Flags)
		if !strings.Contains(string(src), "[`"+c.Name+"`](#"+c.Name+")") {
			t.Errorf("the table of commands has no %s", c.Name)
		}
	}
	has("For all commands", app.Flags)
}
