package lsp

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"sitegen.dev/core/build"
	"sitegen.dev/core/codegen"
	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// site is a folder with a site.yaml that documents are open in.
type site struct {
	server *server
	root   string

	mu     sync.Mutex
	loaded bool
	config *config.Config
	layout *build.Layout // nil where site.yaml or go.mod is wrong and never was right
	setup  *diag.List    // what is wrong with these two
	last   *analysis

	gopls    *gopls // nil where there is none
	restarts int    // of gopls
	checking sync.Mutex
	checked  *analysis // the last that gopls was asked about
	saves    int       // that the build which runs has to answer, 0 while none runs; under mu

	listing  sync.Mutex
	packages []string // that components can import; nil where they were not listed
	told     int      // serial of the last analysis that was published; server.publishing guards it
}

// analysis is what the compiler makes of a site at one moment. It does not change.
type analysis struct {
	serial  int
	program *codegen.Program // nil where the site could not be read
	layout  *build.Layout
	base    string // the prefix of all addresses, from site.yaml
	public  string // the folder whose files are served as they are
	list    *diag.List
	docs    map[string]*document
}

// siteOf gives the site that a file belongs to, or nil.
func (s *server) siteOf(path string) *site {
	root := ""
	if !filepath.IsAbs(path) {
		return nil // never saved
	}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(filepath.Join(dir, "site.yaml")); err == nil && info.Mode().IsRegular() {
			root = dir
			break
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.sites[root]
	if st == nil {
		st = &site{server: s, root: root}
		s.sites[root] = st
	}
	return st
}

// reload makes the next analysis read site.yaml and go.mod again.
func (st *site) reload() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.loaded = false
}

// load reads site.yaml and go.mod; what was right before stays where it is wrong now. st.mu is held.
func (st *site) load() {
	st.loaded, st.setup = true, &diag.List{}
	data, err := os.ReadFile(filepath.Join(st.root, "site.yaml"))
	if err != nil {
		return
	}
	cfg, list := config.Load("site.yaml", data, st.server.Getenv)
	st.setup.Add(list.Sorted()...)
	if list.HasErrors() {
		return
	}
	layout, list := build.FindLayout(st.root, cfg.Src)
	st.setup.Add(list.Sorted()...)
	if list.HasErrors() {
		return
	}
	st.config, st.layout = cfg, layout
	if st.gopls != nil || st.server.Gopls == "off" {
		return
	}
	// gopls needs the source of the runtime, whatever state the components are in.
	if _, err := build.Sync(layout); err != nil {
		fmt.Fprintln(st.server.Log, "sitegen lsp:", err)
	}
	st.gopls = startGopls(st.server, st)
}

// analyze gives what the compiler makes of the documents. Of several that wait, those with the same documents share it, so
// it does not end with the request that was first: half of it would be shown as the whole. It is nil where nobody wants it
// any more when its turn comes.
func (st *site) analyze(ctx context.Context, docs map[string]*document, serial int) *analysis {
	st.mu.Lock()
	defer st.mu.Unlock()
	if ctx.Err() != nil {
		return nil
	}
	if st.last != nil && st.last.serial >= serial {
		return st.last
	}
	if !st.loaded {
		st.load()
	}
	st.revive()
	st.last = st.make(st.server.ctx, docs, serial)
	return st.last
}

// analyzeAgain gives what the compiler makes of documents that have been edited since.
func (st *site) analyzeAgain(ctx context.Context, docs map[string]*document, serial int) *analysis {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.make(ctx, docs, serial)
}

func (st *site) make(ctx context.Context, docs map[string]*document, serial int) *analysis {
	a := &analysis{serial: serial, layout: st.layout, list: &diag.List{}, docs: docs}
	a.list.Add(st.setup.Sorted()...)
	if st.layout == nil {
		return a
	}
	a.base, a.public = st.config.Base, filepath.Join(st.layout.Root, filepath.FromSlash(st.config.Public))
	program, list, err := build.Analyze(ctx, build.Options{Layout: st.layout, Config: st.config, Open: a.open(), Access: true})
	a.list.Add(list.Sorted()...)
	if err != nil {
		fmt.Fprintln(st.server.Log, "sitegen lsp:", err)
	}
	a.program = program
	return a
}

// open gives the text of the site's documents by their names below the module root.
func (a *analysis) open() map[string][]byte {
	open := map[string][]byte{}
	for path, d := range a.docs {
		if name, ok := a.name(path); ok {
			open[name] = d.text.b
		}
	}
	return open
}

// name gives the name of a file below the module root.
func (a *analysis) name(path string) (string, bool) {
	if a == nil || a.layout == nil {
		return "", false
	}
	rel, err := filepath.Rel(a.layout.ModuleDir, path)
	rel = filepath.ToSlash(rel)
	return rel, err == nil && rel != ".." && !strings.HasPrefix(rel, "../")
}

// component gives the component of a file, or nil.
func (a *analysis) component(path string) *codegen.Component {
	name, ok := a.name(path)
	if !ok || a.program == nil {
		return nil
	}
	return a.program.Component(name)
}

// path gives the file of a component.
func (a *analysis) path(c *codegen.Component) string {
	if c.External {
		return c.SourceFile()
	}
	return filepath.Join(a.layout.ModuleDir, filepath.FromSlash(c.Path))
}

// uri names a file as the editor does.
func (a *analysis) uri(path string) string {
	if d := a.docs[path]; d != nil {
		return d.uri
	}
	return uriOf(path)
}

// textOf gives the text of a component.
func textOf(c *codegen.Component) *text { return newText(c.File().Src) }

// place gives the location of a span of a component.
func (a *analysis) place(c *codegen.Component, s syntax.Span) location {
	return location{a.uri(a.path(c)), textOf(c).span(s)}
}

// saved has the go command check the types where gopls does not, and writes the generated packages for those who use the
// go command beside the editor. While that runs, it is noted that it has to run again: it may have read the files before they were
// written.
func (st *site) saved() {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.saves++; st.saves > 1 {
		return
	}
	go func() {
		for {
			st.mu.Lock()
			begun := st.saves
			st.mu.Unlock()
			st.build()
			st.mu.Lock()
			st.saves -= begun
			done := st.saves == 0
			st.mu.Unlock()
			if done {
				return
			}
		}
	}()
}

// build does that once.
func (st *site) build() {
	st.server.guard(func() {
		st.server.mu.Lock()
		docs, serial := st.server.docs, st.server.serial
		st.server.mu.Unlock()
		a := st.analyze(st.server.ctx, docs, serial)
		if a == nil || a.layout == nil {
			return
		}
		until := build.Generate
		if g := st.goDiagnostics(); g == nil || !g.checks() {
			until = build.Compile
		}
		ctx, cancel := context.WithTimeout(st.server.ctx, 2*time.Minute)
		defer cancel()
		waiting, stop := context.WithTimeout(ctx, 3*time.Second)
		unlock, err := build.Lock(waiting, a.layout, func() {})
		stop()
		if err != nil {
			return // another build of the site runs, and does the same
		}
		defer unlock()
		_, list, err := build.Run(ctx, build.Options{Layout: a.layout, Config: st.config, Version: st.server.Version,
			Key: st.server.Getenv("SITEGEN_KEY"), Until: until, Server: true, All: true, Access: true})
		if err != nil || until != build.Compile {
			return
		}
		found := map[string][]diagnostic{}
		known := map[string]bool{}
		for _, d := range a.list.Sorted() {
			known[d.Error()] = true
		}
		for _, d := range list.Sorted() {
			if path := a.file(d.File); path != "" && !known[d.Error()] {
				found[path] = append(found[path], a.diagnostic(d))
			}
		}
		st.server.setTyped(st.root, found)
		st.mu.Lock()
		a = st.last
		st.mu.Unlock()
		st.server.publish(st, a)
	})
}

func (st *site) goDiagnostics() *gopls {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.gopls == nil || !st.gopls.alive() {
		return nil
	}
	return st.gopls
}

// goChanged tells gopls of a Go file that changed.
func (st *site) goChanged(e fileEvent) {
	if g := st.goDiagnostics(); g != nil {
		g.conn.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []fileEvent{e}})
	}
}

func (st *site) stop() {
	if g := st.goDiagnostics(); g != nil {
		g.stop()
	}
}
