package site

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
)

// staticHalf is what renders prerendered routes while somebody waits for them. Only the development server and the prerender
// program link it: it is reached through App.static and through RenderStatic.
type staticHalf struct {
	entry func(x *exchange, r *compiledRoute, params Params) (*PathEntry, error)
	page  func(x *exchange) error
	fails func(x *exchange, page *compiledRoute) error // answers with a prerendered error page
	local func(host string) bool                       // hosts that a development server answers for whatever site.yaml allows
}

func newStaticHalf() *staticHalf {
	return &staticHalf{(*exchange).entryFor, (*exchange).renderForDev, (*exchange).renderErrorForDev, isLocalHost}
}

// isLocalHost says whether a host is this machine or an address: what a development server is asked for. No page of
// somebody else can have such an origin.
func isLocalHost(host string) bool {
	name, _, ok := splitHost(lowerASCII(host))
	if !ok {
		return false
	}
	name = strings.TrimSuffix(name, ".")
	if name == "localhost" || strings.HasSuffix(name, ".localhost") || strings.HasPrefix(name, "[") {
		return true
	}
	digits := strings.Split(name, ".")
	for _, d := range digits {
		if n, err := strconv.Atoi(d); err != nil || n > 255 {
			return false
		}
	}
	return len(digits) == 4
}

// Dev makes app one of the development server: prerendered routes are rendered on demand, and errors are shown to the
// visitor.
func Dev(app *App) *App {
	app.Config.Dev = true
	app.static = newStaticHalf()
	return app
}

// pathCache keeps the lists of GetStaticPaths where pages are rendered without files.
type pathCache struct {
	mu    sync.Mutex
	lists map[*compiledRoute]map[string]*PathEntry
	errs  map[*compiledRoute]error
}

// entryFor gives the entry of a prerendered route for parameters that a path gave, or nil when the route does not list
// them.
func (x *exchange) entryFor(r *compiledRoute, params Params) (*PathEntry, error) {
	c, ctx := x.app, x.ctx
	if r.static() {
		if r.Render == nil && r.Methods == nil {
			return nil, nil
		}
		return &PathEntry{Render: r.Render}, nil
	}
	if r.Paths == nil && r.PathSeq == nil {
		return nil, nil
	}
	want, err := r.path(params)
	if err != nil {
		return nil, nil
	}
	c.paths.mu.Lock()
	defer c.paths.mu.Unlock()
	list, ok := c.paths.lists[r]
	if !ok {
		list = map[string]*PathEntry{}
		var failed error
		for e, err := range c.staticPaths(context.WithoutCancel(ctx), r) {
			if err != nil {
				failed = err
				break
			}
			p, _ := r.path(e.Params) // checked by staticPaths
			if list[p.enc] == nil {
				list[p.enc] = &e
			}
		}
		if c.paths.lists == nil {
			c.paths.lists, c.paths.errs = map[*compiledRoute]map[string]*PathEntry{}, map[*compiledRoute]error{}
		}
		c.paths.lists[r], c.paths.errs[r] = list, failed
	}
	return list[want.enc], c.paths.errs[r]
}

// renderForDev answers a request for a prerendered page in the development server, as the build would render it.
func (x *exchange) renderForDev() error {
	switch x.method {
	case "GET", "HEAD":
	case "OPTIONS":
		x.resp.Header.put("Allow", "GET, HEAD, OPTIONS")
		return &sendError{resp: NewResponse(204, nil)}
	default:
		x.resp.Header.put("Allow", "GET, HEAD, OPTIONS")
		return x.short(405, "")
	}
	if x.findErr != nil {
		return x.findErr
	}
	out, err := x.app.renderStatic(x.ctx, x.route, *x.entry, nil)
	var status *StatusError
	if errors.As(err, &status) {
		return &statusError{status.Status}
	}
	if err != nil {
		return err
	}
	for _, warning := range out.Warnings {
		x.warned(warning)
	}
	r := &Response{Status: out.Status, Header: *out.Header, body: dataBody, data: out.Body, done: true}
	if !r.Header.Has("Content-Type") && x.route.Type == PageRoute {
		r.Header.put("Content-Type", "text/html; charset=utf-8")
	}
	return &sendError{resp: r}
}

// renderErrorForDev answers with a prerendered error page as its file would: the page knows nothing of the request, and
// what the answer has kept of the page that failed stays.
func (x *exchange) renderErrorForDev(page *compiledRoute) error {
	out, err := x.app.renderStatic(x.ctx, page, PathEntry{Render: page.Render}, nil)
	if err != nil {
		return err
	}
	for _, warning := range out.Warnings {
		x.warned(warning)
	}
	for name, value := range out.Header.All() {
		x.resp.Header.put(name, value)
	}
	if !x.resp.Header.Has("Content-Type") {
		x.resp.Header.put("Content-Type", "text/html; charset=utf-8")
	}
	x.resp.body, x.resp.data, x.resp.done = dataBody, out.Body, true
	return nil
}
