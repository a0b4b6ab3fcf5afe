package site

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Rendered is one finished file.
type Rendered struct {
	Path     string  // as a visitor asks for it: with the base, encoded, with or without a slash as the policy has it
	File     string  // below the client directory
	Status   int     // 200, or what the page set
	Header   *Header // beside the content type that the file name implies; Location of a redirect
	Body     []byte  // valid until the buffer that RenderStatic was given is used again
	Warnings []Warning
	Variants []Variant // of imported images that the page shows: files that the build is to make
	Buffer   []byte    // what to hand to the next RenderStatic, once Body has been used
}

// StatusError says that a page that is being prerendered answers with a status for which there is no file.
type StatusError struct{ Status int }

// Error says so.
func (e *StatusError) Error() string {
	return "the page answers " + strconv.Itoa(e.Status) + " while it is prerendered"
}

// StaticPaths gives the pages of a prerendered route one by one: one without parameters for a static pattern, what
// GetStaticPaths gives for a dynamic one. It checks that every entry has exactly the parameters of the route and that its
// path can be asked for. The first error is the last thing it gives.
func (a *App) StaticPaths(ctx context.Context, r *Route) iter.Seq2[PathEntry, error] {
	return func(yield func(PathEntry, error) bool) {
		c, err := a.compile()
		if err != nil {
			yield(PathEntry{}, err)
			return
		}
		route := c.byRoute[r]
		if route == nil {
			yield(PathEntry{}, errors.New("the route is not one of the App"))
			return
		}
		c.staticPaths(ctx, route)(yield)
	}
}

func (c *compiledApp) staticPaths(ctx context.Context, r *compiledRoute) iter.Seq2[PathEntry, error] {
	return func(yield func(PathEntry, error) bool) {
		if r.static() {
			yield(PathEntry{Render: r.Render}, nil)
			return
		}
		theirs := true // whether a panic is one of GetStaticPaths and not of who takes the entries
		defer func() {
			if !theirs {
				return
			}
			if v := recover(); v != nil {
				yield(PathEntry{}, NewPanicError(v))
			}
		}()
		i := 0
		for e, err := range r.paths(c.build(ctx, r)) {
			if err == nil {
				path, bad := r.path(e.Params)
				if bad == nil && c.misplaced(r, path.enc) {
					bad = fmt.Errorf("%s is the path of no page: those of the default language %s have no prefix; leave it out, or set i18n.routing.prefixDefault", path.enc, c.cfg.Locales.Default)
				}
				if bad != nil {
					err = fmt.Errorf("entry %d of GetStaticPaths of %s: %w", i, r.Pattern, bad)
				}
			}
			theirs = false
			if !yield(e, err) || err != nil {
				return
			}
			theirs = true
			i++
		}
	}
}

// paths calls GetStaticPaths, whichever of its two forms the route has.
func (r *compiledRoute) paths(b *Build) iter.Seq2[PathEntry, error] {
	return func(yield func(PathEntry, error) bool) {
		switch {
		case r.PathSeq != nil:
			r.PathSeq(b)(yield)
		case r.Paths != nil:
			list, err := r.Paths(b)
			if err != nil {
				yield(PathEntry{}, err)
				return
			}
			for _, e := range list {
				if !yield(e, nil) {
					return
				}
			}
		default:
			yield(PathEntry{}, fmt.Errorf("%s has parameters but no GetStaticPaths", r.Pattern))
		}
	}
}

func (c *compiledApp) build(ctx context.Context, r *compiledRoute) *Build {
	u := c.site
	return &Build{Site: &u, Base: c.base.enc, Pattern: r.Pattern, ctx: ctx, app: c, route: r}
}

// path fills the parameters into the pattern. The result is below the base, without a slash at its end.
func (r *compiledRoute) path(params Params) (urlPath, error) {
	for name := range params {
		if !r.hasParam(name) {
			return urlPath{}, fmt.Errorf("%q is no parameter of the route, which has %s", name, cmp.Or(strings.Join(r.params, ", "), "none"))
		}
	}
	var enc strings.Builder
	for _, parts := range r.segs {
		var seg strings.Builder
		for _, p := range parts {
			if p.param == "" {
				encodeSegment(&seg, p.text)
				continue
			}
			value, ok := params[p.param]
			switch {
			case !utf8.ValidString(value):
				return urlPath{}, fmt.Errorf("the parameter %q is not UTF-8", p.param)
			case p.rest:
				seg.WriteString(encodePath(strings.Trim(value, "/")))
				continue
			case !ok:
				return urlPath{}, fmt.Errorf("the parameter %q is missing", p.param)
			case value == "":
				return urlPath{}, fmt.Errorf("the parameter %q is empty", p.param)
			case strings.IndexByte(value, '/') >= 0:
				return urlPath{}, fmt.Errorf("the parameter %q is %q: only a rest parameter, [...%s], may hold a slash", p.param, value, p.param)
			}
			encodeSegment(&seg, value)
		}
		if seg.Len() > 0 {
			enc.WriteByte('/')
			enc.WriteString(seg.String())
		}
	}
	raw := enc.String()
	if raw == "" {
		raw = "/"
	}
	p, clean, err := parsePath(raw)
	if err != nil || !clean || p.enc != raw {
		return urlPath{}, fmt.Errorf("nobody could ask for the path %q: dot segments, empty segments, backslashes, control characters and texts that look percent-encoded have no place in it", raw)
	}
	return p, nil
}

func (r *compiledRoute) hasParam(name string) bool {
	for _, p := range r.params {
		if p == name {
			return true
		}
	}
	return false
}

// EntryPath gives the Path that RenderStatic will give for an entry of a route, without rendering it.
func (a *App) EntryPath(r *Route, params Params) (string, error) {
	c, err := a.compile()
	if err != nil {
		return "", err
	}
	route := c.byRoute[r]
	if route == nil {
		return "", errors.New("the route is not one of the App")
	}
	p, err := route.path(params)
	if err != nil {
		return "", err
	}
	return c.canonical(route, &p).enc, nil
}

// canonical is the form of a page's address that needs no redirect anywhere.
func (c *compiledApp) canonical(r *compiledRoute, p *urlPath) urlPath {
	slash := false
	switch {
	case p.enc == "/" && c.base.enc != "/":
		slash = c.cfg.TrailingSlash != "never"
		if !slash {
			return c.base.withSlash(false)
		}
		return c.base
	case r.Type == EndpointRoute || r.Error != 0 || r.file:
	case c.cfg.TrailingSlash == "always":
		slash = true
	case c.cfg.TrailingSlash == "never":
	case c.cfg.BuildFormat == "file":
	case c.cfg.BuildFormat == "preserve":
		slash = r.isIndex()
	default:
		slash = true
	}
	q := p.withSlash(slash)
	return c.withBase(&q)
}

// isIndex says whether the route's source is an index file.
func (r *compiledRoute) isIndex() bool {
	name := r.Source[strings.LastIndexByte(r.Source, '/')+1:]
	return strings.HasPrefix(name, "index.")
}

// fileName is where a rendered path goes below the client directory.
func (c *compiledApp) fileName(r *compiledRoute, p *urlPath) string {
	name := strings.Trim(p.dec, "/")
	switch {
	case r.Error != 0:
		return fmt.Sprintf("%d.html", r.Error)
	case r.Type == EndpointRoute:
		if name == "" {
			return "index"
		}
		return name
	case name == "":
		return "index.html"
	case c.cfg.BuildFormat == "file", c.cfg.BuildFormat == "preserve" && !r.isIndex():
		return name + ".html"
	}
	return name + "/index.html"
}

// RenderStatic prerenders one page or endpoint, the middleware around it, into buf. A page that reads request data gives
// an error that wraps a *PrerenderError; a panic is a *PanicError with its stack; a page that answers with an error
// status and no body is a *StatusError.
func (a *App) RenderStatic(ctx context.Context, r *Route, e PathEntry, buf []byte) (*Rendered, error) {
	c, err := a.compile()
	if err != nil {
		return nil, err
	}
	route := c.byRoute[r]
	if route == nil {
		return nil, errors.New("the route is not one of the App")
	}
	return c.renderStatic(ctx, route, e, buf)
}

func (c *compiledApp) renderStatic(ctx context.Context, r *compiledRoute, e PathEntry, buf []byte) (*Rendered, error) {
	p, err := r.path(e.Params)
	if err != nil {
		return nil, err
	}
	if err := c.guarded(r, &p); err != nil {
		return nil, err
	}
	x := c.newExchange(ctx)
	full := c.canonical(r, &p)
	x.static = newStaticHalf()
	x.prerender, x.method, x.path, x.route, x.entry = true, "GET", p, r, &e
	x.inputs = inputsOf(ctx)
	x.cookies.prerendered = true
	x.url.Scheme, x.url.Host = c.site.Scheme, c.site.Host
	x.setURL(&full)
	x.localize()
	x.page.Prerendered, x.page.Pattern, x.page.OriginPath, x.page.Params = true, r.Pattern, full.dec, e.Params
	out := &Rendered{Path: full.enc, File: c.fileName(r, &p)}
	x.w = NewWriter(buf[:0])
	if r.Type == RedirectRoute && !r.static() && e.Params == nil {
		return nil, fmt.Errorf("the redirect %s has parameters and no page of its own", r.Pattern)
	}
	if err := x.run(); err != nil {
		return nil, err
	}
	if !x.resp.done {
		return nil, errors.New("the middleware neither called next nor answered: return next(page)")
	}
	if err := x.refused(); err != nil {
		return nil, err
	}
	return out, x.intoFile(out)
}

// intoFile makes the answer the contents of a file.
func (x *exchange) intoFile(out *Rendered) error {
	r := &x.resp
	if out.Status = r.Status; out.Status == 0 {
		out.Status = 200
	}
	switch {
	case isRedirect(out.Status) && r.Header.Has("Location"):
		if x.isEndpoint() {
			return fmt.Errorf("the endpoint %s answers with a redirect while it is prerendered, and a file cannot; add const prerender = false", x.route.Pattern)
		}
		x.w.Reset()
		redirectPage(x.w, r.Header.Get("Location"), x.page.Site)
		out.Body = x.w.Bytes()
	case r.body == pageBody:
		if out.Body = x.w.Bytes(); x.route.Policy != "" {
			out.Body = x.placePolicy(out.Body)
		}
	case r.body == dataBody:
		out.Body = r.data
	case r.body == textBody:
		out.Body = []byte(r.text)
	case r.body == readerBody || r.body == pourBody:
		x.w.Reset()
		if err := x.pour(writerBytes{x.w}); err != nil {
			return err
		}
		out.Body = x.w.Bytes()
	}
	for _, name := range framing {
		r.Header.drop(name, 0)
	}
	r.Header.drop("Content-Length", 0)
	out.Header = &r.Header
	out.Warnings = x.warnings
	out.Variants = x.variants
	out.Buffer = x.w.Bytes()[:0]
	return nil
}

type writerBytes struct{ w *Writer }

func (b writerBytes) Write(p []byte) (int, error) {
	b.w.buf = append(b.w.buf, p...)
	return len(p), nil
}

// prerenderStatus is errorPage while prerendering: there is nobody to show an error page to.
func (x *exchange) prerenderStatus(status int, cause error) error {
	if cause != nil {
		return cause
	}
	return &prerenderFailure{StatusError{status}}
}

// prerenderFailure is a StatusError that settle takes for a failure.
type prerenderFailure struct{ StatusError }

func (e *prerenderFailure) Unwrap() error { return &e.StatusError }

// redirectPage is what stands in the file of a prerendered page that redirects.
func redirectPage(w *Writer, location string, site *url.URL) {
	canonical := location
	if u, err := url.Parse(location); err == nil && site != nil && site.Host != "" {
		canonical = site.ResolveReference(u).String()
	}
	w.S(`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Redirecting</title><meta name="robots" content="noindex"><meta http-equiv="refresh" content="0;url=`)
	w.buf = appendAttr(w.buf, location)
	w.S(`"><link rel="canonical" href="`)
	w.buf = appendAttr(w.buf, canonical)
	w.S(`"></head><body><a href="`)
	w.buf = appendAttr(w.buf, location)
	w.S(`">`)
	w.buf = appendText(w.buf, location)
	w.S("</a></body></html>\n")
}

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
