package app

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aymanbagabas/go-udiff"
	"github.com/urfave/cli/v2"
	"golang.org/x/mod/module"

	"sitegen.dev/cli/internal/registry"
	"sitegen.dev/core/adapter"
	"sitegen.dev/core/build"
	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
)

type addOptions struct {
	yes     bool
	dryRun  bool
	noInput bool
}

func addCommand(env Env) *cli.Command {
	var o addOptions
	return &cli.Command{
		Name:      "add",
		Usage:     "set the site up for a platform",
		ArgsUsage: "NAME [NAME …]",
		Description: `Names the adapter in site.yaml and writes the files that its platform wants, where they are missing. It shows what it is
about to change and asks; nothing is changed unless everything can be. What is set up already stays as it is.

What a NAME can be:

` + addable() + `
Of several names the first is what site.yaml gets; of the others only the files are written.

   sitegen add netlify
   sitegen add vercel --yes          # without asking
   sitegen add cloudflare --dry-run  # show the changes and stop
   sitegen add example.com/their/adapter@latest`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "do not ask", Destination: &o.yes},
			&cli.BoolFlag{Name: "dry-run", Aliases: []string{"n"}, Usage: "print what would change, change nothing", Destination: &o.dryRun},
			&cli.BoolFlag{Name: "no-input", Usage: "never ask: without --yes, print what would change and exit with 1", Destination: &o.noInput},
		},
		Action: func(c *cli.Context) error {
			names := c.Args().Slice()
			if len(names) == 0 {
				return usage("name what to add: sitegen add NAME\n\n%s", addable())
			}
			a := &adding{addOptions: o, names: names}
			defer a.clean()
			return a.run(c, env)
		},
	}
}

// addable explains the names.
func addable() string {
	return table([][]string{
		{"  " + strings.Join(registry.Names(), ", "), "platforms"},
		{"  " + noAdapter, "no adapter: the site is files"},
		{"  " + autoAdapter, "the platform whose CI a build runs in"},
		{"  example.com/their/adapter", "the Go module of an adapter by others"},
	}, nil)
}

// adding is one run of the command.
type adding struct {
	addOptions
	names []string

	p       *project
	targets []target
	changes []*change
	notes   []string
	temp    string // folder of the go.mod that is tried out; "" where there is none
}

// target is one of the names.
type target struct {
	name    string          // for site.yaml
	adapter adapter.Adapter // nil for none and auto
}

func (a *adding) clean() {
	if a.temp != "" {
		os.RemoveAll(a.temp)
	}
}

func (a *adding) run(c *cli.Context, env Env) error {
	if err := a.open(c, env); err != nil {
		return err
	}
	ctx := c.Context
	if err := a.known(); err != nil {
		return err
	}
	for _, name := range a.names {
		if err := a.target(ctx, name); err != nil {
			return err
		}
	}
	if err := a.plan(); err != nil {
		return err
	}
	term := a.p.term
	for _, n := range a.notes {
		term.note("%s", n)
	}
	if len(a.changes) == 0 {
		term.note("%s set up already; nothing to do", a.are())
		return nil
	}
	if err := a.show(env.Stdout); err != nil {
		return err
	}
	if a.dryRun {
		return nil
	}
	if err := a.consent(ctx, env); err != nil {
		return err
	}
	if err := writeAll(ctx, a.changes); err != nil {
		if ctx.Err() != nil {
			return &exit{exitInterrupted, errors.New("interrupted; nothing was changed")}
		}
		return &exit{exitFailed, fmt.Errorf("%w; nothing was changed", err)}
	}
	for _, ch := range a.changes {
		term.note("%s %s", map[bool]string{true: "created", false: "changed"}[ch.isNew], ch.name)
	}
	term.note("\n%s set up. Next:\n\n  %s", a.are(), strings.Join(a.next(), "\n  "))
	return nil
}

// open finds the site. There may be no site.yaml yet, where there is the rest of a site.
func (a *adding) open(c *cli.Context, env Env) error {
	p, err := openConfig(c, env)
	if p == nil || err != nil && p.root != "" {
		return err
	}
	if err != nil {
		dir, failed := startDir(c, env)
		if failed != nil {
			return failed
		}
		if _, missing := os.Stat(filepath.Join(dir, "src", "pages")); missing != nil {
			return err
		}
		p.root = dir
		p.config, _ = config.Load(p.file, nil, nil)
	}
	a.p = p
	if layout, list := build.FindLayout(p.root, p.config.Src); !list.HasErrors() {
		p.layout = layout
	}
	return nil
}

// isModule says whether a name is meant as the path of a Go package.
func isModule(name string) bool {
	first, _, ok := strings.Cut(name, "/")
	return ok && strings.Contains(first, ".") || strings.Contains(name, "@")
}

var versionQuery = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$`)

// known refuses wrong names, all of them before anything is done for the first.
func (a *adding) known() error {
	var list []error
	for _, name := range a.names {
		if isModule(name) {
			tool, version, hasVersion := strings.Cut(name, "@")
			if err := module.CheckPath(tool); err != nil {
				list = append(list, usage("%s: %s", name, strings.TrimPrefix(err.Error(), "malformed module path "+fmt.Sprintf("%q: ", tool))))
			} else if hasVersion && !versionQuery.MatchString(version) {
				list = append(list, usage("%s: %q is no version; write @latest or @v1.2.3", name, version))
			}
			continue
		}
		if slices.Contains(adapterNames(), name) {
			continue
		}
		if _, _, ok := a.p.place().External(name); ok {
			continue
		}
		list = append(list, usage("there is no adapter %q%s\n\n%s", name, didYouMean(name), addable()))
	}
	if len(list) > 0 {
		return list[0]
	}
	return nil
}

// target makes of a name what is to be set up.
func (a *adding) target(ctx context.Context, name string) error {
	if isModule(name) {
		return a.tool(ctx, name)
	}
	t := target{name: name}
	if name != noAdapter && name != autoAdapter {
		c := choice{name: name}
		if err := a.p.find(&c, nil); err != nil {
			return err
		}
		if c.program != nil {
			if err := a.needLayout(); err != nil {
				return err
			}
			if err := a.p.start(ctx, &c); err != nil {
				return err
			}
		}
		t.adapter = c.adapter
	}
	a.targets = append(a.targets, t)
	return nil
}

// needLayout is for what needs the site's Go module.
func (a *adding) needLayout() error {
	if a.p.layout != nil {
		return nil
	}
	_, list := build.FindLayout(a.p.root, a.p.config.Src)
	a.p.term.print(list, a.p.read)
	return &exit{code: exitFailed}
}

// tool adds a tool line to go.mod, in a copy of it, and asks the tool what adapter it is.
func (a *adding) tool(ctx context.Context, arg string) error {
	if err := a.needLayout(); err != nil {
		return err
	}
	p := a.p
	tool, version, _ := strings.Cut(arg, "@")
	place := p.place()
	program := place.Tool(tool)
	if !slices.Contains(place.Tools, tool) || version != "" {
		list, err := build.Sync(p.layout) // go.mod may take the runtime's source from there
		p.term.print(list, p.read)
		if err != nil || list.HasErrors() {
			return cmp.Or[error](err, &exit{code: exitFailed})
		}
		if a.temp == "" {
			if err := a.copyModule(); err != nil {
				return err
			}
		}
		p.term.progress("go get", tool)
		if version == "" {
			arg = tool + a.replaced(tool)
		}
		err = a.goGet(ctx, arg)
		p.term.progress("", "")
		if err != nil {
			return err
		}
		place.Tools = append(place.Tools, tool)
	}
	if a.temp != "" {
		program.Args = slices.Insert(program.Args, 2, "-modfile="+filepath.Join(a.temp, "go.mod"))
		program.Env = append(program.Env, "GOWORK=off") // a workspace takes no other go.mod
	}
	program.Stderr = p.term
	p.term.progress("adapter", tool)
	opened, err := adapter.Open(ctx, program)
	p.term.progress("", "")
	if err != nil {
		return err
	}
	// Its short name will do where that finds this very tool.
	name := opened.Info().Name
	found, _, ok := place.External(name)
	if _, builtIn := registry.Find(name); builtIn || !ok || !slices.Equal(found.Args, place.Tool(tool).Args) {
		name = tool
	}
	a.targets = append(a.targets, target{name: name, adapter: opened})
	return nil
}

// copyModule puts a copy of go.mod and go.sum into a folder of its own.
func (a *adding) copyModule() error {
	dir, err := os.MkdirTemp("", "sitegen")
	if err != nil {
		return err
	}
	a.temp = dir
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(a.p.layout.ModuleDir, name))
		if errors.Is(err, fs.ErrNotExist) && name == "go.sum" {
			continue
		}
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// replaced gives the version of a tool whose module go.mod takes from a folder, as @version. Without one the go command would ask the
// network for the newest, which need not be there while somebody writes an adapter.
func (a *adding) replaced(tool string) string {
	within := func(path string) bool { return tool == path || strings.HasPrefix(tool, path+"/") }
	of, version := "", "v0.0.0"
	for _, q := range a.p.layout.Module.Require {
		if within(q.Mod.Path) && len(q.Mod.Path) > len(of) {
			of, version = q.Mod.Path, q.Mod.Version
		}
	}
	folder := false
	for _, r := range a.p.layout.Module.Replace {
		if within(r.Old.Path) && len(r.Old.Path) >= len(of) {
			if r.Old.Path != of {
				of, version = r.Old.Path, "v0.0.0"
			}
			folder = r.Old.Version == "" && r.New.Version == ""
		}
	}
	if !folder {
		return ""
	}
	return "@" + version
}

// goGet lets the go command add the tool to the copy of go.mod. No shell is involved, and the path was checked: it cannot
// be taken for a flag.
func (a *adding) goGet(ctx context.Context, arg string) error {
	cmd := exec.CommandContext(ctx, "go", "get", "-modfile="+filepath.Join(a.temp, "go.mod"), "-tool", "--", arg)
	cmd.Dir = a.p.layout.ModuleDir
	cmd.Env = append(cmd.Environ(), "GOWORK=off")
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return &exit{exitInterrupted, errors.New("interrupted; nothing was changed")}
	case errors.Is(err, exec.ErrNotFound):
		return &exit{exitFailed, errors.New("the go command is not on PATH; install Go from https://go.dev/dl/")}
	case err != nil:
		text := strings.TrimSpace(strings.ReplaceAll(string(out), a.temp+string(filepath.Separator), ""))
		return &exit{exitFailed, fmt.Errorf("`go get -tool %s` does not work, and nothing was changed:\n%s", arg, text)}
	}
	return nil
}

// plan lists the changes.
func (a *adding) plan() error {
	p := a.p
	if a.temp != "" {
		for _, name := range []string{"go.mod", "go.sum"} {
			data, err := os.ReadFile(filepath.Join(a.temp, name))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return err
			}
			if err := a.change(p.layout.Rel(name), filepath.Join(p.layout.ModuleDir, name), data); err != nil {
				return err
			}
		}
	}
	if err := a.planConfig(); err != nil {
		return err
	}
	files, ignore, err := a.wanted()
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		full := filepath.Join(p.root, filepath.FromSlash(name))
		if _, err := os.Lstat(full); err == nil {
			continue
		}
		if err := a.change(name, full, files[name]); err != nil {
			return err
		}
	}
	return a.planIgnore(ignore)
}

func (a *adding) change(name, path string, data []byte) error {
	c, err := changeOf(name, path, data)
	if c != nil {
		a.changes = append(a.changes, c)
	}
	return err
}

// schemaLine tells editors what site.yaml may say.
const schemaLine = "# yaml-language-server: $schema=./.sitegen/site.schema.json\n"

// planConfig names the first adapter in site.yaml.
func (a *adding) planConfig() error {
	p := a.p
	first := a.targets[0].name
	full := filepath.Join(p.root, p.file)
	data, err := os.ReadFile(full)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		data = []byte(schemaLine)
	case err != nil:
		return err
	}
	edited, err := config.SetAdapter(p.file, data, first)
	var cannot *config.EditError
	if errors.As(err, &cannot) {
		var list diag.List
		list.Error("SG4012", cannot.At, cannot.Error(), "write it yourself, nothing was changed: `"+cannot.Snippet+"`")
		p.term.print(&list, p.read)
		return &exit{code: exitFailed}
	}
	if err != nil {
		return err
	}
	if len(edited.Dropped) > 0 {
		a.notes = append(a.notes, fmt.Sprintf("the options of adapter %s go with it: %s", edited.Before, strings.Join(edited.Dropped, ", ")))
	}
	if len(a.targets) > 1 {
		a.notes = append(a.notes, fmt.Sprintf("%s gets %s; of the others only the files are written", p.file, first))
	}
	if o := p.config.Origin("adapter"); o.Layer == config.Env && p.config.Adapter.Name != first {
		a.notes = append(a.notes, fmt.Sprintf("%s is set to %s, which goes over %s", o.Name, p.config.Adapter.Name, p.file))
	}
	return a.change(p.file, full, edited.Data)
}

const ignoreFile = ".gitignore"

// wanted gathers the files that the platforms want, and what is not for version control: the folders that the adapters
// write, and the lines that they add themselves.
func (a *adding) wanted() (files map[string][]byte, ignore []string, err error) {
	files = map[string][]byte{}
	for _, t := range a.targets {
		if t.adapter == nil {
			continue
		}
		info := t.adapter.Info()
		for _, dir := range append([]string{info.OutDir}, info.Beside...) {
			if first, _, _ := strings.Cut(dir, "/"); first != "" {
				ignore = append(ignore, "/"+first+"/")
			}
		}
		adder, ok := t.adapter.(adapter.Adder)
		if !ok {
			continue
		}
		add, err := adder.Add(adapter.Project{Files: os.DirFS(a.p.root), OutDir: filepath.ToSlash(a.p.config.Out)})
		if err != nil {
			return nil, nil, err
		}
		for name, data := range add {
			switch {
			case name == ignoreFile:
				ignore = append(ignore, strings.Split(string(data), "\n")...)
			case !fs.ValidPath(name) || name == "." || !filepath.IsLocal(filepath.FromSlash(name)):
				return nil, nil, fmt.Errorf("adapter %s wants to write %q, which is no name below the project", t.name, name)
			case !a.inside(name):
				return nil, nil, fmt.Errorf("%s would be written through a link that leads out of the project", name)
			case files[name] == nil:
				files[name] = data
			}
		}
	}
	return files, ignore, nil
}

// inside says whether the folder of a file lies in the project, wherever links lead.
func (a *adding) inside(name string) bool {
	root := real(a.p.root)
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		full := filepath.Join(root, filepath.FromSlash(dir))
		if _, err := os.Lstat(full); err != nil {
			continue
		}
		rel, err := filepath.Rel(root, real(full))
		return err == nil && filepath.IsLocal(rel)
	}
	return true
}

// planIgnore adds lines to .gitignore that are not there yet, in any of the forms in which people write them.
func (a *adding) planIgnore(lines []string) error {
	full := filepath.Join(a.p.root, ignoreFile)
	data, err := os.ReadFile(full)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	bare := func(line string) string { return strings.Trim(strings.TrimSpace(line), "/") }
	have := map[string]bool{"": true}
	for line := range bytes.Lines(data) {
		have[bare(string(line))] = true
	}
	newline := "\n"
	if bytes.Contains(data, []byte("\r\n")) {
		newline = "\r\n"
	}
	out := slices.Clone(data)
	for _, line := range lines {
		if have[bare(line)] {
			continue
		}
		have[bare(line)] = true
		if len(out) > 0 && out[len(out)-1] != '\n' {
			out = append(out, newline...)
		}
		out = append(out, strings.TrimSpace(line)+newline...)
	}
	if len(out) == len(data) {
		return nil
	}
	return a.change(ignoreFile, full, out)
}

// show prints the changes as one diff, which `git apply` and `patch -p1` understand.
func (a *adding) show(w io.Writer) error {
	if a.p.term.quiet && !a.dryRun {
		return nil
	}
	for _, c := range a.changes {
		from := "a/" + c.name
		if c.isNew {
			from = "/dev/null"
		}
		if _, err := io.WriteString(w, udiff.Unified(from, "b/"+c.name, string(c.old), string(c.data))); err != nil {
			return err
		}
	}
	return nil
}

// consent asks, if somebody is there. Nobody's silence is a yes.
func (a *adding) consent(ctx context.Context, env Env) error {
	if a.yes {
		return nil
	}
	again := "sitegen add " + strings.Join(a.names, " ") + " --yes"
	if a.noInput || !env.InTTY || !a.p.term.interactive() {
		return &exit{exitFailed, fmt.Errorf("nothing was changed; to make these changes run `%s`", again)}
	}
	got := make(chan string, 1) // reading cannot be interrupted, so Ctrl-C leaves it behind
	fmt.Fprint(env.Stderr, "Make these changes? [Y/n] ")
	go func() {
		line, err := bufio.NewReader(env.Stdin).ReadString('\n')
		if err != nil && line == "" {
			line = "n"
		}
		got <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(env.Stderr)
		return &exit{exitInterrupted, errors.New("interrupted; nothing was changed")}
	case answer := <-got:
		if answer == "" || answer == "y" || answer == "yes" {
			return nil
		}
	}
	return &exit{exitFailed, fmt.Errorf("nothing was changed; by hand it is `adapter: %s` in %s, and the files above", a.targets[0].name, a.p.file)}
}

// are says of the names, as site.yaml has them, that they are something.
func (a *adding) are() string {
	var names []string
	for _, t := range a.targets {
		names = append(names, t.name)
	}
	last := len(names) - 1
	if last == 0 {
		return names[0] + " is"
	}
	return strings.Join(names[:last], ", ") + " and " + names[last] + " are"
}

// next says what comes after.
func (a *adding) next() []string {
	steps := []string{"sitegen build", "sitegen preview"}
	switch a.targets[0].name {
	case "netlify":
		steps = append(steps, "push to the repository that Netlify builds, or `sitegen deploy`")
	case "vercel":
		steps = append(steps, "push to the repository that Vercel builds, or `vercel deploy --prebuilt`")
	case "cloudflare":
		steps = append(steps, "push to the repository that Cloudflare builds, or `npx wrangler deploy`")
	case autoAdapter:
		steps = []string{"push to the repository that the platform builds; `sitegen build --adapter NAME` builds for it here"}
	}
	return steps
}
