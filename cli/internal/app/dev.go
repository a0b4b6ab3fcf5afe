package app

import (
	"fmt"
	"maps"
	"net"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"sitegen.dev/cli/internal/devserver"
	"sitegen.dev/cli/internal/registry"
	"sitegen.dev/core/build"
	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
)

type devOptions struct {
	host    string
	port    string
	site    string
	base    string
	mode    string
	allowed string
	open    maybe
	poll    bool
	editor  string
}

func devCommand(env Env) *cli.Command {
	var o devOptions
	s := &server{kind: build.DevServer}
	return &cli.Command{
		Name:      "dev",
		Usage:     "serve the site while you work on it",
		ArgsUsage: "[stop|status|logs]",
		Description: `Watches the files, builds what has changed and shows it in the browser at once; errors appear there too, with a link that
opens the editor. Pages, endpoints, middleware and islands behave as in the site that is built. Requests must name this
machine, an IP address, or a host of security.allowedHosts. With --background it does so without a terminal, until it is
told to stop.

   sitegen dev
   sitegen dev --port 8080 --open=/about/
   sitegen dev --host 0.0.0.0     # for other machines too
   sitegen dev --editor idea      # links of errors open IntelliJ IDEA
   sitegen dev --background       # comes back when the site is there, and prints its address
   sitegen dev status             # the address of the server of this site, if it runs
   sitegen dev logs               # what it has said so far; --follow goes on
   sitegen dev stop`,
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "port", Aliases: []string{"p"}, Usage: "listen on port `NUMBER`, or the next one that is free; 0 for any", DefaultText: "server.port of site.yaml", Destination: &o.port},
			&cli.StringFlag{Name: "host", Usage: "listen on `ADDRESS`", DefaultText: "server.host of site.yaml", Destination: &o.host},
			openFlag(&o.open),
			hostsFlag(&o.allowed),
			&cli.StringFlag{Name: "site", Usage: "the public `ORIGIN` of the site, https://example.com", Destination: &o.site},
			&cli.StringFlag{Name: "base", Usage: "the `PATH` below which the site lives", Destination: &o.base},
			modeFlag(&o.mode, development),
			&cli.StringFlag{Name: "editor", Usage: "links open `EDITOR`: " + strings.Join(editorNames(), ", ") + ", or a URL with {file}, {line}, {column}", DefaultText: "vscode", EnvVars: []string{"SITEGEN_EDITOR"}, Destination: &o.editor},
			&cli.BoolFlag{Name: "poll", Usage: "look at the files again and again, where the system does not tell of changes", EnvVars: []string{"SITEGEN_POLL"}, Destination: &o.poll},
		}, s.flags()...),
		Action: func(c *cli.Context) error { return s.run(c, env, func() error { return runDev(c, env, s, o) }) },
	}
}

// editors are the URLs that open a file at a line.
var editors = []struct{ name, url string }{
	{"vscode", "vscode://file{file}:{line}:{column}"},
	{"cursor", "cursor://file{file}:{line}:{column}"},
	{"idea", "idea://open?file={file}&line={line}&column={column}"},
	{"sublime", "subl://open?url=file://{file}&line={line}&column={column}"},
	{"zed", "zed://file{file}:{line}:{column}"},
	{"none", ""},
}

func editorNames() []string {
	var names []string
	for _, e := range editors {
		names = append(names, e.name)
	}
	return names
}

// editorURL gives the URL for a name, or the value itself when it is one.
func editorURL(value string) (string, error) {
	if value == "" {
		value = "vscode"
	}
	for _, e := range editors {
		if e.name == value {
			return e.url, nil
		}
	}
	scheme, _, ok := strings.Cut(value, ":")
	if !ok || !strings.Contains(value, "{file}") || strings.EqualFold(scheme, "javascript") || strings.EqualFold(scheme, "data") {
		return "", usage("--editor is %s, or a URL such as myeditor://open{file}:{line}, not %q%s", strings.Join(editorNames(), ", "), value, orRather(value, editorNames()))
	}
	return value, nil
}

func runDev(c *cli.Context, env Env, s *server, o devOptions) error {
	editor, err := editorURL(o.editor)
	if err != nil {
		return err
	}
	if err := checkMode(o.mode); err != nil {
		return err
	}
	flags := overrides(map[string]string{"server.host": o.host, "server.port": o.port, "security.allowedHosts": o.allowed, "site": o.site, "base": o.base})
	p, err := openConfig(c, env, flags...)
	if err != nil {
		return err
	}
	host, port := p.config.Server.Host, p.config.Server.Port
	l, err := listen(host, port)
	if err != nil {
		return err
	}
	defer l.Close()
	wanted := port
	port = l.Addr().(*net.TCPAddr).Port
	d := &devTerminal{p: p, host: host, port: port, open: o.open, ready: func() {}}
	if layout, list := build.FindLayout(p.root, p.config.Src); !list.HasErrors() { // else the server says so, and that it is mended
		p.layout = layout
		me, unlock, other, err := s.lock(p, addresses(host, port, p.config.Base)[0])
		if err != nil {
			return p.disk(err)
		}
		if unlock == nil {
			return s.taken(p, other)
		}
		defer unlock()
		d.ready = func() { s.ready(p, me) }
	}
	if wanted != 0 && port != wanted {
		p.term.note("port %d is taken, so this is on %d", wanted, port)
	}
	p.unexport = func() {}
	dev := devserver.New(devserver.Options{
		Root: p.root, File: filepath.Join(p.root, p.file),
		Load:    func() (*devserver.Project, *diag.List, error) { return load(p, o.mode, flags) },
		Allowed: hostAllowed, Type: registry.ContentType, Version: env.Version, Key: env.Getenv("SITEGEN_KEY"),
		Poll: o.poll, Editor: editor,
		Output: p.term, Report: d.report, Failed: d.failed, Note: p.term.note,
	})
	if err := dev.Run(c.Context, l); err != nil {
		return err
	}
	p.term.progress("", "")
	p.term.note("stopped")
	return nil
}

// load reads the configuration and finds the module, as they are now.
func load(p *project, mode string, flags []config.Override) (*devserver.Project, *diag.List, error) {
	all := &diag.List{}
	cfg, list, err := readConfig(p, flags)
	if err != nil {
		return nil, all, err
	}
	all.Add(list.Sorted()...)
	if all.HasErrors() {
		return nil, all, nil
	}
	layout, list := build.FindLayout(p.root, cfg.Src)
	all.Add(list.Sorted()...)
	if all.HasErrors() {
		return nil, all, nil
	}
	// The program that renders the site gets them from the process.
	now := &project{env: p.env, root: p.root, config: cfg, layout: layout}
	now.checkAdapter(all)
	vars, list := readVariables(now, mode)
	all.Add(list.Sorted()...)
	if all.HasErrors() {
		return nil, all, nil
	}
	p.unexport()
	if p.unexport, err = vars.export(cfg.Env); err != nil {
		return nil, all, err
	}
	return &devserver.Project{Config: cfg, Layout: layout, Getenv: vars.get}, all, nil
}

// devTerminal tells what the development server does.
type devTerminal struct {
	p     *project
	host  string
	port  int
	open  maybe
	ready func()

	warned map[string]bool // what the last build has warned of
}

// news leaves out the warnings that the build before gave too: with each edit they would bury what it has come to.
func (d *devTerminal) news(list *diag.List) (news *diag.List, before int) {
	news = &diag.List{}
	warned := map[string]bool{}
	for _, x := range list.Sorted() {
		if x.Severity == diag.Error {
			news.Add(x)
			continue
		}
		key := x.File + "\x00" + string(x.Code) + "\x00" + x.Message // its line may have moved
		if warned[key] = true; d.warned[key] {
			before++
			continue
		}
		news.Add(x)
	}
	if list.HasErrors() { // it may not have come to the others
		maps.Copy(warned, d.warned)
	}
	d.warned = warned
	return news, before
}

func (d *devTerminal) report(r devserver.Report) {
	t := d.p.term
	if t.format == "text" {
		news, before := d.news(r.List)
		d.failed(news)
		if before > 0 && r.List.HasErrors() {
			t.note("%s as before", plural(before, "warning"))
		}
	} else {
		d.failed(r.List)
	}
	took := r.Took.Round(time.Millisecond)
	if r.First {
		for _, url := range addresses(d.host, d.port, d.p.config.Base) {
			t.note("%s", url)
		}
		if r.List.HasErrors() {
			t.note("the errors above are in the browser too; save the file to try again, Ctrl-C to stop")
		} else {
			t.note("ready in %v; Ctrl-C stops it", since(t))
		}
		d.ready()
		if d.open.given {
			openBrowser(addresses(d.host, d.port, d.p.config.Base)[0], d.open.value)
		}
		return
	}
	if r.Nothing && len(r.List.Sorted()) == 0 {
		return
	}
	what := "the site"
	switch n := len(r.Changed); {
	case n == 1:
		what = r.Changed[0]
	case n > 1:
		what = fmt.Sprintf("%s and %d more", r.Changed[0], n-1)
	}
	switch {
	case r.List.HasErrors():
		t.note("%s: what ran last goes on running", what)
	case r.Mended:
		t.note("%s: mended, shown after %v", what, took)
	case r.Linked:
		t.note("%s: compiled, shown after %v", what, took)
	default:
		t.note("%s: shown after %v", what, took)
	}
}

func since(t *terminal) time.Duration { return t.now().Sub(t.start).Round(time.Millisecond) }

// failed prints what went wrong; as JSON it is one object each time.
func (d *devTerminal) failed(list *diag.List) {
	d.p.term.print(list, d.p.read)
	d.p.term.flush()
	d.p.term.forget()
}

// openBrowser opens the site, or a page of it, if the system knows how; nothing is lost if it does not.
func openBrowser(url, page string) {
	if page != "" {
		url = strings.TrimSuffix(url, "/") + "/" + strings.TrimPrefix(page, "/")
	}
	var cmd *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		cmd = exec.Command("open", url)
	case "windows":
		cmd = exec.Command("rundll32", "url.dll,FileProtocolHandler", url)
	default:
		cmd = exec.Command("xdg-open", url)
	}
	if cmd.Start() == nil {
		go cmd.Wait()
	}
}
