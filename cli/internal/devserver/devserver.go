// Package devserver is the development server: it watches the files of a site, builds what has changed, keeps a program
// running that renders every page on demand, and tells the browsers that look at one. A person sees one process and one
// port. What is served is what a build would write: the same router, endpoints, middleware, islands and files decide.
//
//	files ─ watch.go ─ build.Session ─ child.go ─ handler.go ─ browser
//	                        │                         │
//	                    problems.go ───────────── hub.go (live reload, overlay: client.js)
//
// A broken edit leaves what ran last running. The package knows no flags and prints nothing; the command does that.
package devserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"sitegen.dev/core/build"
	"sitegen.dev/core/config"
	"sitegen.dev/core/dev/runtime/wire"
	"sitegen.dev/core/diag"
)

// Project is a site as its configuration describes it.
type Project struct {
	Config *config.Config
	Layout *build.Layout
	Getenv func(string) string // environment, with the files .env
}

// Options say what to serve and how.
type Options struct {
	Root    string                                 // of the project, absolute: where site.yaml is
	File    string                                 // site.yaml, absolute
	Load    func() (*Project, *diag.List, error)   // reads site.yaml and go.mod
	Allowed func(host string, names []string) bool // whether a Host header is one of ours; names are those of the author
	Type    func(name string) string               // content type of a file
	Version string                                 // of sitegen
	Key     string                                 // what SITEGEN_KEY holds
	Poll    bool                                   // look at the files instead of waiting for the system to tell
	Editor  string                                 // URL that opens a file, with {file}, {line} and {column}

	Output io.Writer        // what the site prints
	Report func(Report)     // what a build came to
	Failed func(*diag.List) // what went wrong with a request
	Note   func(format string, args ...any)
}

// Report is what a build came to.
type Report struct {
	First   bool
	Changed []string // names below the project root; empty when it is not known or the first time
	List    *diag.List
	Took    time.Duration
	Linked  bool // a new program was linked and started
	Nothing bool // the change was none to the site
	Mended  bool // the build before had errors, and this one has none
}

// Server is a development server.
type Server struct {
	o   Options
	hub *hub

	// Of the goroutine that builds.
	project *Project
	session *build.Session
	watcher *watcher
	trees   []tree
	noisy   map[string]*noise
	missed  changes // since the last build without errors

	reviving sync.Mutex

	mu       sync.Mutex
	building chan struct{} // closed when the build that is going on has ended; nil while there is none
	config   *config.Config
	child    *child
	site     *build.DevSite
	version  int // of what is served; the browsers compare it
	problems []problem
	failures map[string]*failures // by the path of the page
}

// New makes a server that has nothing to serve yet.
func New(o Options) *Server {
	return &Server{o: o, hub: newHub(), noisy: map[string]*noise{}, failures: map[string]*failures{}, building: make(chan struct{}), version: int(time.Now().UnixMilli())} // a page of an earlier server is older
}

// maxHeader is how many bytes the head of a request may have, as in a site that is built.
const maxHeader = 64 << 10

// Run serves on l until ctx ends. The first build has its own time: requests that come sooner wait for it.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	srv := &http.Server{
		Handler:                      s,
		ReadHeaderTimeout:            10 * time.Second,
		MaxHeaderBytes:               maxHeader,
		DisableGeneralOptionsHandler: true,
		BaseContext:                  func(net.Listener) context.Context { return ctx },
		ErrorLog:                     log.New(io.Discard, "", 0), // a browser that goes away in the middle is no news
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	built := make(chan error, 1)
	go func() { built <- s.build(ctx) }()
	var err error
	select {
	case err = <-served:
		cancel()
		<-built
	case err = <-built:
	}
	s.hub.close()
	// Who is being answered may finish, but not for long: there is somebody at the keyboard.
	end, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer stop()
	if srv.Shutdown(end) != nil {
		srv.Close()
	}
	s.mu.Lock()
	c := s.child
	s.mu.Unlock()
	if c != nil {
		c.stop()
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// build builds whenever something changes, until ctx ends.
func (s *Server) build(ctx context.Context) error {
	defer func() {
		if s.watcher != nil {
			s.watcher.close()
		}
	}()
	now := changes{all: true}
	first := true
	for {
		s.begin()
		r, err := s.attempt(ctx, &now, first)
		if err != nil {
			return err
		}
		s.finish(r, now)
		first = false
		for now = (changes{}); now.empty(); {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case c := <-s.watcher.batch:
				now = s.relevant(c)
			}
		}
	}
}

// most is how often a build is given up for a newer state of the files before it is let through.
const most = 5

// hold is how long errors wait for the files to come to rest: they may be of a file that is half written, or of a branch that is
// half checked out.
const hold = 3 * time.Second

// attempt builds, and begins again when files change meanwhile: nobody wants to see what is old already.
func (s *Server) attempt(ctx context.Context, now *changes, first bool) (*outcome, error) {
	if s.watcher == nil {
		if err := s.watch(nil); err != nil {
			return nil, err
		}
	}
	attempted := time.Now()
	for try := 1; ; try++ {
		inner, cancel := context.WithCancel(ctx)
		done := make(chan *outcome, 1)
		begin := time.Now()
		go func(now changes) { done <- s.once(inner, now, try <= most) }(*now)
		var r *outcome
		for r == nil {
			batch := s.watcher.batch
			if try > most {
				batch = nil
			}
			select {
			case r = <-done:
			case c := <-batch:
				c = s.relevant(c)
				if c.empty() {
					continue
				}
				cancel()
				s.discard(<-done)
				now.merge(c)
				r = &outcome{again: true}
			}
		}
		cancel()
		if ctx.Err() != nil {
			s.discard(r)
			return nil, ctx.Err()
		}
		if r.again {
			continue
		}
		r.report.First, r.report.Took = first, time.Since(begin)
		if r.report.List.HasErrors() && time.Since(attempted) < hold && s.changesSoon(ctx, now) {
			s.discard(r)
			continue
		}
		if r.project != nil {
			if err := s.watch(r.project); err != nil {
				return nil, err
			}
		}
		if !now.all {
			for path := range now.paths {
				if rel, err := filepath.Rel(s.o.Root, path); err == nil {
					r.report.Changed = append(r.report.Changed, filepath.ToSlash(rel))
				}
			}
			slices.Sort(r.report.Changed)
		}
		return r, nil
	}
}

// changesSoon waits as long as errors are in doubt, and says whether something has changed; now has it then.
func (s *Server) changesSoon(ctx context.Context, now *changes) bool {
	wait := doubt
	if s.watcher.polls() {
		wait += pollEvery
	}
	rest := time.NewTimer(wait)
	defer rest.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-rest.C:
			return false
		case c := <-s.watcher.batch:
			if c = s.relevant(c); c.empty() {
				continue
			}
			now.merge(c)
			return true
		}
	}
}

// discard ends the program of an attempt that is not taken over.
func (s *Server) discard(r *outcome) {
	s.mu.Lock()
	runs := s.child
	s.mu.Unlock()
	if r.child != nil && r.child != runs {
		r.child.stop()
	}
}

// outcome is what one attempt to build came to.
type outcome struct {
	again   bool     // the files have changed meanwhile
	project *Project // that was read anew
	site    *build.DevSite
	child   *child // that runs it
	news    news   // for the browsers
	report  Report
}

// once builds the site as it is. A file that goes while it is read is reason to begin again, if retry says so. It keeps its bugs to itself, since what runs can go on running.
func (s *Server) once(ctx context.Context, now changes, retry bool) (r *outcome) {
	r = &outcome{report: Report{List: &diag.List{}}}
	defer func() {
		if v := recover(); v != nil {
			s.session = nil
			r.site = nil
			r.report.List.Add(diag.Diagnostic{Message: fmt.Sprintf("sitegen %s has a bug: %v", s.o.Version, v), Hint: "please report it with what the terminal shows"})
			s.o.Note("%s", debug.Stack())
		}
	}()
	fail := func(err error) *outcome {
		var f *diag.Failure
		var file *fs.PathError
		switch {
		case ctx.Err() != nil:
			r.again = true
		case retry && errors.Is(err, fs.ErrNotExist):
			time.Sleep(quiet) // the watcher is about to tell of it
			r.again = true
		case errors.As(err, &f):
			r.report.List.Add(f.List.Sorted()...)
		case s.project != nil && s.disk(r, err):
		case errors.As(err, &file):
			r.report.List.Add(diag.Diagnostic{Message: rel(s.o.Root, file.Path) + " cannot be read or written: " + file.Err.Error()})
		default:
			r.report.List.Add(diag.Diagnostic{Message: err.Error()})
		}
		return r
	}
	var names []string // nil: all
	if s.session == nil || now.all || s.isConfig(now) {
		s.session = nil
		p, list, err := s.o.Load()
		if err != nil {
			return fail(err)
		}
		r.report.List.Add(list.Sorted()...)
		if list.HasErrors() {
			return r
		}
		s.project, r.project = p, p
		s.session = build.NewSession(build.Options{Layout: p.Layout, Config: p.Config, Version: s.o.Version, Key: s.o.Key, Getenv: p.Getenv, Output: s.o.Output})
	} else {
		names = []string{}
		for path := range now.paths {
			if rel, err := filepath.Rel(s.project.Layout.ModuleDir, path); err == nil {
				names = append(names, filepath.ToSlash(rel))
			}
		}
		slices.Sort(names)
	}
	site, list, err := s.update(ctx, names)
	r.report.List.Add(list.Sorted()...)
	if err != nil {
		return fail(err)
	}
	if ctx.Err() != nil {
		return fail(ctx.Err())
	}
	if site == nil {
		return r
	}
	s.mu.Lock()
	old, before := s.child, s.site
	s.mu.Unlock()
	r.child = old
	if old == nil || !old.alive() || before == nil || before.Sum != site.Sum {
		r.report.Linked = true
		if r.child, err = start(ctx, site.Program, s.project.Layout.Root, s.o.Output, s.said); err != nil {
			return fail(err)
		}
	}
	if err := r.child.commit(ctx, site, clientTag); err != nil {
		if r.report.Linked {
			r.child.stop()
		}
		r.child = nil
		var died *deathError
		if errors.As(err, &died) {
			d := diag.Diagnostic{Code: "SG3151", Message: died.Error()}
			d.Range = firstPlace(died.output, site)
			r.report.List.Add(d)
			return r
		}
		var refused *stateError
		if errors.As(err, &refused) && len(refused.Content) > 0 {
			for _, p := range refused.Content {
				r.report.List.Add(site.ContentProblem(p))
			}
			return r
		}
		return fail(err)
	}
	r.site = site
	s.mu.Lock()
	s.missed.merge(now)
	s.mu.Unlock()
	r.news = compare(before, site, r.report.Linked, s.public(s.missed))
	return r
}

// disk tells of an error of the file system, with what to do about it.
func (s *Server) disk(r *outcome, err error) bool {
	d, ok := build.DiskProblem(s.project.Layout, err)
	if ok {
		r.report.List.Add(d)
	}
	return ok
}

// update brings the session up to date. A build of the same site works in the same folders, so one waits for the other.
func (s *Server) update(ctx context.Context, names []string) (*build.DevSite, *diag.List, error) {
	unlock, err := build.Lock(ctx, s.project.Layout, func() { s.o.Note("waiting for a build of this site") })
	if err != nil {
		return nil, &diag.List{}, err
	}
	defer unlock()
	return s.session.Update(ctx, names)
}

// public gives the changed files of the public folder, as the browser asks for them, and whether anything else changed
// that pages may show.
func (s *Server) public(now changes) (files []string) {
	dir := filepath.Join(s.project.Layout.Root, filepath.FromSlash(s.project.Config.Public))
	for path := range now.paths {
		if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
			files = append(files, s.project.Config.Base+filepath.ToSlash(rel))
			continue
		}
		if !isSource(path) {
			files = append(files, "") // data that a page may read
		}
	}
	return files
}

// isSource says whether the compiler tells what a change of a file comes to.
func isSource(path string) bool {
	switch filepath.Ext(path) {
	case ".gosite", ".md", ".css", ".go", ".mod", ".sum", ".work", ".ts", ".js", ".tsx", ".jsx", ".mjs", "":
		return true
	}
	return false
}

// isConfig says whether what the site is made of as a whole may have changed.
func (s *Server) isConfig(now changes) bool {
	for path := range now.paths {
		switch {
		case path == s.o.File, filepath.Base(path) == "go.work", filepath.Dir(path) == s.o.Root && strings.HasPrefix(filepath.Base(path), ".env"):
			return true
		case s.project != nil && path == filepath.Join(s.project.Layout.ModuleDir, "go.mod"):
			return true
		case s.project != nil && path == filepath.Join(s.project.Layout.ModuleDir, filepath.FromSlash(s.project.Layout.Src)):
			return true
		}
	}
	return false
}

// begin makes new requests wait.
func (s *Server) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.building == nil {
		s.building = make(chan struct{})
	}
}

// finish takes over what a build came to, lets the requests go on and tells the browsers.
func (s *Server) finish(r *outcome, now changes) {
	s.mu.Lock()
	if s.project != nil {
		s.config = s.project.Config
	}
	var retired *child
	if r.site != nil {
		r.report.Mended = len(s.problems) > 0
		if s.child != r.child {
			retired = s.child
		}
		s.child, s.site, s.problems, s.missed = r.child, r.site, nil, changes{}
		clear(s.failures)
		if !r.news.nothing() {
			s.version++
		}
	} else {
		s.problems = s.describe(r.report.List)
		s.missed.merge(now)
	}
	r.report.Nothing = r.site != nil && !r.report.First && !r.report.Mended && !r.report.Linked && r.news.nothing()
	r.news.Version = s.version
	problems := s.problems
	close(s.building)
	s.building = nil
	s.mu.Unlock()
	if retired != nil {
		retired.retire()
	}
	s.o.Report(r.report)
	if r.site == nil {
		s.hub.send("problems", problems)
		return
	}
	s.hub.send("news", r.news)
}

func rel(root, path string) string {
	if r, err := filepath.Rel(root, path); err == nil {
		return filepath.ToSlash(r)
	}
	return path
}

// said is what a program reports about no request that is known any more, or that a request has too.
func (s *Server) said(rec wire.Record) {
	s.mu.Lock()
	site := s.site
	s.mu.Unlock()
	list := &diag.List{}
	list.Add(s.diagnose(rec, site))
	s.o.Failed(list)
}
