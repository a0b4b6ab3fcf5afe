package site

import (
	"fmt"
	"reflect"
	"runtime"
)

// Guard decides who may see a part of the site. The package of the middleware declares them:
//
//	var Guards = []site.Guard{
//		{Path: "/admin", Check: signedIn},
//	}
//
// A guard belongs to what answers, not to an address as it was written: it runs behind the middleware and before the
// page, the endpoint or the 404 page, however a request came there, by a rewrite too. Files are answered without it, so a
// prerendered page that a guard covers fails the build.
type Guard struct {
	// Path is a pattern below the base, "/admin" or "/[team]/settings"; everything below it is covered too.
	Path string
	// Check gives nil to let the visitor pass. Whatever else it returns is the answer, as that of a page is.
	Check func(page *Page) error
}

// Guards is what a site with guards links beside its pages. Everything about them is reached through it, so that they
// cost nothing elsewhere.
type Guards struct {
	list    []Guard
	compile func(*Guards) error
	covers  func(*Guards, *urlPath) *Guard
	pass    func(*Guards, *exchange) error
	segs    [][][]part // of each Path
}

// NewGuards makes the Guards of an App.
func NewGuards(list []Guard) *Guards {
	return &Guards{list: list, compile: (*Guards).compilePaths, covers: (*Guards).covering, pass: (*Guards).run}
}

func (g *Guards) compilePaths() error {
	g.segs = nil
	for i := range g.list {
		if g.list[i].Check == nil {
			return fmt.Errorf("the guard of %s has no Check", g.list[i].Path)
		}
		if g.list[i].Path == "" || g.list[i].Path[0] != '/' {
			return fmt.Errorf("the path of a guard has to begin with a slash, unlike %q", g.list[i].Path)
		}
		segs, _, err := parsePattern(g.list[i].Path)
		if err != nil {
			return fmt.Errorf("the guard of %s: %w", g.list[i].Path, err)
		}
		g.segs = append(g.segs, append(segs, []part{{param: "below", rest: true}}))
	}
	return nil
}

// covering gives the first guard of a path below the base.
func (g *Guards) covering(p *urlPath) *Guard {
	for i := range g.list {
		if g.matches(i, p) {
			return &g.list[i]
		}
	}
	return nil
}

func (g *Guards) matches(i int, p *urlPath) bool {
	_, ok := matchSegments(g.segs[i], p.segments(nil), nil)
	return ok
}

// run asks every guard of the path, in the order of the list.
func (g *Guards) run(x *exchange) (err error) {
	if x.prerender || x.route != nil && x.route.Redirect != nil {
		return nil // checked by renderStatic; what a redirect leads to has guards of its own
	}
	defer func() {
		if v := recover(); v != nil {
			err = NewPanicError(v)
		}
	}()
	for i := range g.list {
		if !g.matches(i, &x.path) {
			continue
		}
		x.personal = true
		if err := g.list[i].Check(&x.page); err != nil {
			return err
		}
	}
	return nil
}

// GuardError says that a guard covers something that is answered from a file, which nobody guards.
type GuardError struct {
	Path  string // of the guard
	Check Frame  // where its function is declared
}

// Error says what is wrong.
func (e *GuardError) Error() string {
	return "the guard of " + e.Path + " would not run: a prerendered page is a file, which everybody can read"
}

// guarded gives a *GuardError for a path that is to become a file though a guard covers it.
func (c *compiledApp) guarded(r *compiledRoute, p *urlPath) error {
	g := c.app.Guards
	if g == nil || r.Error != 0 || r.Redirect != nil {
		return nil // an error page shows nothing of what is guarded
	}
	guard := g.covers(g, p)
	if guard == nil {
		return nil
	}
	e := &GuardError{Path: guard.Path}
	if f := runtime.FuncForPC(reflect.ValueOf(guard.Check).Pointer()); f != nil {
		file, line := f.FileLine(f.Entry())
		e.Check = Frame{File: file, Line: line, Func: f.Name()}
	}
	return e
}
