package devserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"sitegen.dev/core/build"
	"sitegen.dev/core/diag"
)

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
	site, err := s.compile(ctx, now, r)
	if err == nil && site != nil {
		err = s.serve(ctx, now, site, r)
	}
	if err != nil {
		s.unbuilt(ctx, err, retry, r)
	}
	return r
}

// compile brings the session up to date, or begins one. There is no site where something is wrong with it, which r has then.
func (s *Server) compile(ctx context.Context, now changes, r *outcome) (*build.DevSite, error) {
	var names []string // nil: all
	if s.session == nil || now.all || s.isConfig(now) {
		s.session = nil
		p, list, err := s.o.Load()
		if err != nil {
			return nil, err
		}
		r.report.List.Add(list.Sorted()...)
		if list.HasErrors() {
			return nil, nil
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
	if err == nil {
		err = ctx.Err()
	}
	return site, err
}

// serve hands a site to the program that runs, or starts it where the program is another one.
func (s *Server) serve(ctx context.Context, now changes, site *build.DevSite, r *outcome) (err error) {
	s.mu.Lock()
	old, before := s.child, s.site
	s.mu.Unlock()
	r.child = old
	if old == nil || !old.alive() || before == nil || before.Sum != site.Sum {
		r.report.Linked = true
		if r.child, err = start(ctx, site.Program, s.project.Layout.Root, s.o.Output, s.said); err != nil {
			return err
		}
	}
	if err := r.child.commit(ctx, site, clientTag); err != nil {
		if r.report.Linked {
			r.child.stop()
		}
		r.child = nil
		return placed(err, site)
	}
	r.site = site
	s.mu.Lock()
	s.missed.merge(now)
	s.mu.Unlock()
	r.news = compare(before, site, r.report.Linked, s.public(s.missed))
	return nil
}

// placed tells where in the site it lies that its program does not take it, if that can be said.
func placed(err error, site *build.DevSite) error {
	list := &diag.List{}
	var died *deathError
	var refused *stateError
	switch {
	case errors.As(err, &died):
		list.Add(diag.Diagnostic{Code: "SG3151", Message: died.Error(), Range: firstPlace(died.output, site)})
	case errors.As(err, &refused) && len(refused.Content) > 0:
		for _, p := range refused.Content {
			list.Add(site.ContentProblem(p))
		}
	default:
		return err
	}
	return &diag.Failure{List: list}
}

// unbuilt says what has kept the site from being built, or that it is to be built again.
func (s *Server) unbuilt(ctx context.Context, err error, retry bool, r *outcome) {
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
