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
	"io"
	"log"
	"net"
	"net/http"
	"path/filepath"
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
