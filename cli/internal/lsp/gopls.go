package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
)

// gopls is the child that knows Go. It is shown the generated Go of the open components and of all they import, as files
// that only it sees and without line directives, which it ignores; positions are mapped both ways (codegen.Virtual).
type gopls struct {
	server *server
	site   *site
	conn   *conn
	cmd    *exec.Cmd
	in     io.WriteCloser
	ready  chan struct{} // closed when initialize was answered, or failed
	gone   chan struct{} // closed when the process has ended

	mu     sync.Mutex
	failed bool
	old    bool // it gives no errors when asked
	serial int
	shown  map[string]*shown // by path of the generated file
}

// shown is a component as gopls has it.
type shown struct {
	version   int
	component *codegen.Component
	virtual   *codegen.Virtual
	text      *text // of the generated Go
	source    *text
	path      string // of the component
	gen       string // of the generated file
}

// findGopls gives the program, or "".
func findGopls(named string) string {
	if named != "" {
		p, err := exec.LookPath(named)
		if err != nil {
			return ""
		}
		return p
	}
	if p, err := exec.LookPath("gopls"); err == nil {
		return p
	}
	// Where `go install` puts programs; people often lack it on the PATH of their editor.
	var dirs []string
	if out, err := exec.Command("go", "env", "-json=false", "GOBIN", "GOPATH").Output(); err == nil {
		lines := strings.Split(strings.TrimRight(string(out), "\r\n"), "\n")
		if lines[0] != "" {
			dirs = append(dirs, lines[0])
		}
		if len(lines) > 1 {
			for _, p := range filepath.SplitList(strings.TrimSpace(lines[1])) {
				dirs = append(dirs, filepath.Join(p, "bin"))
			}
		}
	}
	for _, dir := range dirs {
		name := filepath.Join(dir, "gopls")
		if runtime.GOOS == "windows" {
			name += ".exe"
		}
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			return name
		}
	}
	return ""
}

// startGopls starts the child; nil where there is none.
func startGopls(s *server, st *site) *gopls {
	program := findGopls(s.Gopls)
	if program == "" {
		if s.Gopls != "" {
			s.tell(showWarning, "there is no program "+s.Gopls+" to serve as gopls, so Go in components has no completion and is checked when a file is saved")
			return nil
		}
		s.tell(showInfo, "gopls is not installed, so Go in components has no completion and is checked when a file is saved; "+getGopls)
		return nil
	}
	cmd := exec.Command(program)
	cmd.Dir = st.layout.ModuleDir
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		s.tell(showWarning, "gopls cannot be started: "+err.Error())
		return nil
	}
	fmt.Fprintln(s.Log, "sitegen lsp: Go is served by", program)
	g := &gopls{server: s, site: st, conn: newConn(out, in), cmd: cmd, in: in, ready: make(chan struct{}), gone: make(chan struct{}), shown: map[string]*shown{}}
	g.conn.stuck = func() { cmd.Process.Kill() }
	go g.listen()
	go g.start()
	return g
}

// restarts is how often a gopls that has ended is started again, within a session.
const restarts = 5

// revive starts gopls again where it has ended by itself. What it said is forgotten, for nobody would take it back.
// st.mu is held.
func (st *site) revive() {
	if st.gopls == nil || st.gopls.alive() || st.server.ctx.Err() != nil {
		return
	}
	if st.restarts == restarts {
		st.server.tell(showWarning, fmt.Sprintf("gopls has ended %d times, so Go in components has no completion and is checked when a file is saved, until this language server is restarted", restarts+1))
		return
	}
	st.restarts++
	fmt.Fprintln(st.server.Log, "sitegen lsp: gopls has ended; it is started again")
	st.server.setTyped(st.root, nil)
	st.checked = nil
	if g := startGopls(st.server, st); g != nil {
		st.gopls = g
	}
}

func (g *gopls) alive() bool {
	select {
	case <-g.gone:
		return false
	default:
		return true
	}
}

func (g *gopls) start() {
	defer close(g.ready)
	type options map[string]any
	ctx, cancel := context.WithTimeout(g.server.ctx, 30*time.Second)
	defer cancel()
	root := uriOf(g.site.layout.ModuleDir)
	err := g.conn.call(ctx, "initialize", options{
		"processId": os.Getpid(), "rootUri": root,
		"workspaceFolders": []options{{"uri": root, "name": "site"}},
		"capabilities": options{
			"textDocument": options{
				"completion": options{"completionItem": options{"snippetSupport": g.server.snippets, "documentationFormat": []string{"markdown"}}},
				"hover":      options{"contentFormat": []string{"markdown"}},
				"diagnostic": options{},
			},
			"workspace": options{"configuration": true, "workspaceFolders": true},
		},
	}, nil)
	if err == nil {
		err = g.conn.notify("initialized", options{})
	}
	if err != nil {
		fmt.Fprintln(g.server.Log, "sitegen lsp: gopls:", err)
		g.mu.Lock()
		g.failed = true
		g.mu.Unlock()
	}
}

// stop ends the child: with its farewell, or without it after a second.
func (g *gopls) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if g.conn.call(ctx, "shutdown", nil, nil) == nil {
		g.conn.notify("exit", nil)
	}
	g.in.Close()
	select {
	case <-g.gone:
	case <-ctx.Done():
		g.cmd.Process.Kill()
		<-g.gone
	}
}

// listen reads what the child says until it ends.
func (g *gopls) listen() {
	defer close(g.gone)
	for {
		m, err := g.conn.read()
		if err != nil {
			g.conn.close()
			g.cmd.Wait()
			g.server.again()
			return
		}
		switch {
		case m.Method == "" && m.ID != nil:
			g.conn.answered(m)
		case m.Method == "workspace/configuration":
			var p struct {
				Items []json.RawMessage `json:"items"`
			}
			json.Unmarshal(m.Params, &p)
			settings := make([]any, len(p.Items))
			for i := range settings {
				// Of the generated code only errors are worth telling.
				settings[i] = map[string]any{"staticcheck": false, "vulncheck": "Off", "analyses": map[string]bool{"simplifycompositelit": false, "unusedparams": false, "unusedfunc": false, "modernize": false}}
			}
			g.conn.reply(m.ID, settings, nil)
		case m.ID != nil:
			g.conn.reply(m.ID, nil, nil)
		}
	}
}

// show brings what gopls sees up to an analysis: the open components, and all they import. More may be given.
func (g *gopls) show(a *analysis, more ...*codegen.Component) bool {
	select {
	case <-g.ready:
	case <-g.server.ctx.Done():
		return false
	}
	if a.program == nil {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failed || a.serial < g.serial {
		return false
	}
	g.serial = a.serial
	want := map[*codegen.Component]bool{}
	add := func(c *codegen.Component) {
		for _, d := range c.Closure() {
			want[d] = true
		}
	}
	for path := range a.docs {
		if c := a.component(path); c != nil {
			add(c)
		}
	}
	for _, c := range more {
		add(c)
	}
	for _, c := range a.program.Components {
		if want[c] {
			g.update(a, c)
		}
	}
	return true
}

// update shows one component. g.mu is held.
func (g *gopls) update(a *analysis, c *codegen.Component) {
	v := c.Virtual()
	path := filepath.Join(a.layout.ModuleDir, filepath.FromSlash(v.Path))
	old := g.shown[path]
	n := &shown{version: 1, component: c, virtual: v, text: newText(v.Go), source: textOf(c), path: a.path(c), gen: path}
	if old != nil {
		n.version = old.version
		if string(old.virtual.Go) == string(v.Go) {
			g.shown[path] = n
			return
		}
		n.version++
	}
	g.shown[path] = n
	uri := uriOf(path)
	if old == nil {
		g.conn.notify("textDocument/didOpen", map[string]any{"textDocument": documentItem{uri, "go", 1, string(v.Go)}})
		return
	}
	g.conn.notify("textDocument/didChange", map[string]any{
		"textDocument": documentID{uri, n.version}, "contentChanges": []any{map[string]string{"text": string(v.Go)}},
	})
}

// checks says whether it gives errors, so that nobody else needs to look for them.
func (g *gopls) checks() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.failed && !g.old
}

// of gives a component as gopls has it.
func (g *gopls) of(c *codegen.Component, a *analysis) *shown {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.shown[filepath.Join(a.layout.ModuleDir, filepath.FromSlash(c.Dir), "render.go")]
	if s == nil || string(s.virtual.Source) != string(c.File().Src) {
		return nil
	}
	return s
}

// at gives the place of gopls for a byte of a component.
func (s *shown) at(off int) (documentID, position, bool) {
	o, ok := s.virtual.ToGo(off)
	if !ok {
		return documentID{}, position{}, false
	}
	return documentID{URI: uriOf(s.gen)}, s.text.position(o), true
}

// check asks for the errors of the open components and says whether the answer is about this analysis. The generated
// files lie in a folder that the go command skips for its dot, so gopls tells of them only when asked.
func (g *gopls) check(a *analysis) bool {
	for path := range a.docs {
		c := a.component(path)
		if c == nil {
			continue
		}
		sh := g.of(c, a)
		if sh == nil {
			return false
		}
		ctx, cancel := context.WithTimeout(g.server.ctx, 30*time.Second)
		var report struct {
			Items []diagnostic `json:"items"`
		}
		err := g.conn.call(ctx, "textDocument/diagnostic", map[string]any{"textDocument": documentID{URI: uriOf(sh.gen)}}, &report)
		cancel()
		var unknown *rpcError
		if errors.As(err, &unknown) && unknown.Code == codeUnknownMethod {
			g.mu.Lock()
			g.old = true
			g.mu.Unlock()
			g.server.tell(showWarning, "gopls is too old to be asked for errors, so Go in components is checked when a file is saved; "+getGopls)
			return false
		}
		if err != nil {
			fmt.Fprintln(g.server.Log, "sitegen lsp: gopls:", err)
			return false
		}
		g.diagnosed(a, sh, report.Items)
	}
	// What was said of documents that are closed by now would stay for good.
	g.server.publishing.Lock()
	defer g.server.publishing.Unlock()
	for path := range g.server.typed {
		if strings.HasPrefix(path, g.site.root+string(filepath.Separator)) && a.docs[path] == nil {
			delete(g.server.typed, path)
		}
	}
	return true
}

// diagnosed takes over what gopls says about a component.
func (g *gopls) diagnosed(a *analysis, s *shown, found []diagnostic) {
	var out []diagnostic
	for _, d := range found {
		if d.Severity != 1 || strings.Contains(d.Message, placeholder) {
			continue // hints about style, for the code is generated; and what completion had put there for a moment
		}
		span, ok := s.virtual.SpanToSource(s.text.offsets(d.Range))
		if !ok {
			at := s.text.offset(d.Range.Start)
			if span.Start, ok = s.virtual.ToSource(at); !ok {
				continue
			}
			span.End = span.Start
		}
		file := s.component.File()
		e := a.program.ExplainGo(diag.Diagnostic{Severity: diag.Error, Range: file.Range(span), Message: d.Message})
		e.File = a.layout.Rel(e.File)
		for i := range e.Notes {
			e.Notes[i].File = a.layout.Rel(e.Notes[i].File)
		}
		out = append(out, one(e, s.source, a))
	}
	g.server.publishing.Lock()
	if len(out) == 0 {
		delete(g.server.typed, s.path)
	} else {
		g.server.typed[s.path] = out
	}
	g.server.publishing.Unlock()
}

// ownLink is a link to the documentation of what has none on pkg.go.dev: gopls takes the runtime for a public module.
var ownLink = regexp.MustCompile(`\n*(---\n+)?\[[^\]\n]*\]\(https://pkg\.go\.dev/[^)\n]*\.sitegen/[^)\n]*\)`)

// plainGo takes generated names, and what leads nowhere, out of what gopls says.
func plainGo(s string) string {
	return ownLink.ReplaceAllString(strings.ReplaceAll(s, "_sg.", "site."), "")
}

// ask sends a request about a byte of a component and decodes the answer. It is false where gopls cannot help.
func (g *gopls) ask(ctx context.Context, method string, s *shown, off int, extra map[string]any, result any) bool {
	doc, pos, ok := s.at(off)
	if !ok {
		return false
	}
	return g.askAt(ctx, method, doc, pos, extra, result) == nil
}

func (g *gopls) askAt(ctx context.Context, method string, doc documentID, pos position, extra map[string]any, result any) error {
	params := map[string]any{"textDocument": doc, "position": pos}
	for k, v := range extra {
		params[k] = v
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return g.conn.call(ctx, method, params, result)
}

// home turns a location of gopls into one for the editor. It is false for what is no author's.
func (g *gopls) home(a *analysis, l location) (location, bool) {
	path := pathOf(l.URI)
	name, ok := a.name(path)
	if !ok || !strings.HasPrefix(name, ".sitegen/gen/") {
		return l, true
	}
	g.mu.Lock()
	s := g.shown[path]
	g.mu.Unlock()
	if s == nil {
		c := a.program.BySourceDir(filepath.ToSlash(filepath.Dir(name)))
		if c == nil || filepath.Base(name) != "render.go" {
			return l, false
		}
		v := c.Written()
		s = &shown{component: c, virtual: v, text: newText(v.Go), source: textOf(c), path: a.path(c)}
	}
	span, ok := s.virtual.SpanToSource(s.text.offsets(l.Range))
	if !ok {
		return l, false
	}
	return location{a.uri(s.path), s.source.span(span)}, true
}
