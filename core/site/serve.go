package site

import (
	"context"
	"errors"
	"net/url"
	"strings"
)

// RequestHandler answers requests for one App on one platform. It is safe for use by several goroutines.
type RequestHandler struct {
	app  *compiledApp
	host Host
	// noFile marks, by index, the static patterns that no file of the host can answer, so that an on-demand page costs
	// no look-up.
	noFile []bool
}

// NewHandler makes a RequestHandler. It panics when the App is not one that the compiler would make, and when it has
// server islands and no key for them, or variables that are missing; UseKeys and UseEnv say that without a panic.
func NewHandler(app *App, host Host) *RequestHandler {
	c, err := app.compile()
	if err != nil {
		panic("sitegen: " + err.Error())
	}
	if app.Islands != nil {
		keys := ""
		if host.Getenv != nil {
			keys = host.Getenv(keyVariable)
		}
		if err := app.UseKeys(keys); err != nil {
			panic("sitegen: " + err.Error())
		}
	}
	if app.Env != nil {
		if host.Getenv == nil {
			panic("sitegen: the site reads the environment, and the host has none")
		}
		if err := app.UseEnv(host.Getenv); err != nil {
			panic("sitegen: " + err.Error())
		}
		if log := host.Log; log != nil {
			host.Log = func(ctx context.Context, r LogRecord) { log(ctx, app.Env.mask(r)) }
		}
	}
	if host.Getenv != nil && len(app.Config.AllowedHosts) > 0 {
		c.preview = host.Getenv(previewVariable) != ""
	}
	h := &RequestHandler{app: c, host: host, noFile: make([]bool, len(c.routes))}
	if app.Config.Dev {
		return h // files come and go
	}
	for i, r := range c.routes {
		if !r.static() || r.Prerender {
			continue
		}
		name := strings.Trim(r.Pattern, "/")
		h.noFile[i] = true
		for _, file := range []string{name, name + ".html", strings.TrimPrefix(name+"/index.html", "/")} {
			if host.Static != nil && file != "" && host.Static.Has(file) {
				h.noFile[i] = false
			}
		}
	}
	return h
}

const (
	// spillAt is how much of a page is kept before it is sent without being asked to: up to it, status and headers can
	// still change and a failure still shows the error page. With a middleware, which may change them after the whole
	// page, it is spillLate.
	spillAt   = 64 << 10
	spillLate = 1 << 20
	// maxRewrites is how often one request may be rewritten.
	maxRewrites = 4
)

// exchange is one request and its answer, or one page being prerendered. It is one allocation and is never used again,
// so that nothing of a request can be seen by another.
type exchange struct {
	app       *compiledApp
	host      *Host // nil while prerendering
	ctx       context.Context
	req       *Request
	sink      Sink
	method    string
	rawQuery  string
	path      urlPath // below the base
	route     *compiledRoute
	file      string // a static file that answers instead of the route
	entry     *PathEntry
	static    *staticHalf // nil where prerendered routes have their files
	w         *Writer
	findErr   error // of the route's list of paths
	passed    error // what the middleware was given by next
	failure   error // that the 500 page is for
	streamErr error
	group     *group // of the parts that are rendered beside the page; nil without
	pace      *pace  // of a page that was flushed; nil before
	once      once
	island    *Island   // asked for instead of a route
	inputs    *Inputs   // what the page depends on; nil where nobody asks
	variants  []Variant // of images, ordered from the build; under the lock of once
	policy    []string  // directives that the page adds to its policy; under the lock of once

	page    Page
	resp    Response
	cookies Cookies
	locals  Locals
	url     url.URL
	siteURL url.URL
	body    bodyStream
	segBuf  [8]string
	capBuf  [4]capture
	lineBuf [8]HeaderLine

	rewrites    int
	errorPages  []int // the statuses whose page was tried
	prerender   bool
	isPage      bool                     // a component made the answer, whatever the middleware does with it since
	committed   bool                     // status and header were sent
	dropped     bool                     // the Writer gave its buffer away unsent, for HEAD
	keep        func(*exchange, *Header) // of Page.Cache, before the header is sent; nil without
	errorAnswer bool                     // an error page, or a short text in its place, is the answer
	personal    bool                     // a guard has let the visitor pass, so that the answer is not for everybody
	warnings    []Warning
}

func (c *compiledApp) newExchange(ctx context.Context) *exchange {
	x := &exchange{app: c, ctx: ctx, static: c.app.static}
	x.siteURL = c.site
	x.resp.Header.lines = x.lineBuf[:0]
	x.page = Page{URL: &x.url, Site: &x.siteURL, Response: &x.resp, Cookies: &x.cookies, Locals: &x.locals, Generator: c.cfg.Generator, x: x}
	if s := c.app.Sessions; s != nil {
		x.page.Session = s.open(s, x)
	}
	if given, ok := ctx.Value(localsKey{}).(*Locals); ok {
		x.locals.values = append(x.locals.values, given.values...)
	}
	return x
}

// Serve answers a request. It returns false, having written nothing, only with Host.PassThrough, when the site has no
// answer.
//
// The order is: canonical path (400), base (404), slash policy (redirect), allowed hosts (421) and origin check (403),
// static file or prerendered page, middleware, guards, route, error page. All of it sees the same path.
func (h *RequestHandler) Serve(ctx context.Context, req *Request, sink Sink) (served bool) {
	x := h.app.newExchange(ctx)
	x.host, x.req, x.sink, x.method = &h.host, req, sink, req.Method
	x.page.Request = req
	x.cookies.req = req
	req.URL = &x.url
	req.limitBody(h.app.cfg.BodyLimit, &x.body)
	served = x.serve(h)
	if x.group != nil {
		x.endParts(nil)
	}
	if x.pace != nil {
		x.pace.end()
	}
	if x.w != nil {
		putWriter(x.w)
	}
	return served
}

// Answers says whether the site answers for the host that a request names, with the status to refuse it otherwise: for what a
// platform answers itself in the name of the site.
func (h *RequestHandler) Answers(req *Request) (status int, ok bool) {
	x := &exchange{app: h.app, req: req, static: h.app.app.static}
	if _, _, status, _ := x.address(); status != 0 {
		return status, false
	}
	return 421, x.hostAllowed()
}

func (x *exchange) serve(h *RequestHandler) bool {
	pass := x.host.PassThrough
	p, clean, status, reason := x.address()
	if status != 0 {
		return !pass && x.refuse(status, reason)
	}
	if x.req.Target == "*" {
		return !pass && x.refuse(204, "")
	}
	x.setURL(&p)
	x.page.OriginPath = p.dec
	below, ok := p.below(&x.app.base)
	if !ok {
		return !pass && x.finish(x.settle(&statusError{404}))
	}
	x.path = below
	x.localize()
	if x.app.islands != nil && strings.HasPrefix(below.enc, islandPath) {
		return x.app.app.Islands.serve(x, clean, p)
	}
	x.find(h)
	if pass && x.route == nil && x.file == "" {
		return false
	}
	if to, ok := x.cleaned(&p, clean); ok {
		return x.moved(to)
	}
	if !x.hostAllowed() {
		return x.refuse(421, "This host is not one that the site answers for.")
	}
	switch {
	case x.method == "TRACE" || x.method == "CONNECT" || !isToken(x.method):
		x.resp.Header.put("Allow", "GET, HEAD")
		return x.refuse(405, "")
	case x.app.cfg.CheckOrigin && x.crossOrigin():
		return x.refuseOrigin()
	case x.file != "":
		return x.serveFile()
	case x.route != nil && x.route.Prerender && x.route.Redirect == nil:
		return x.finish(x.settle(x.static.page(x)))
	}
	return x.finish(x.run())
}

// run is the middleware around the route.
func (x *exchange) run() error {
	if m := x.app.app.Middleware; m != nil {
		err := x.settle(x.guard(m))
		if err == nil || errors.Is(err, x.passed) { // passed on from the page
			return err
		}
		return returnedBy(m, true, err)
	}
	return x.dispatch()
}

func (x *exchange) guard(m func(*Page, Handler) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = NewPanicError(v)
		}
	}()
	return m(&x.page, next)
}

// next is what the middleware calls. It gives only errors that are failures: redirects and the like are in
// page.Response by then.
func next(page *Page) error {
	if page == nil || page.x == nil {
		return errors.New("next was called with a page that is not the one of the request")
	}
	page.x.passed = page.x.dispatch()
	return page.x.passed
}

// dispatch lets the route answer, if the guards of the path let the visitor pass.
func (x *exchange) dispatch() error {
	if g := x.app.app.Guards; g != nil {
		if err := g.pass(g, x); err != nil {
			return x.settle(err)
		}
	}
	return x.settle(x.execute())
}

func (x *exchange) execute() (err error) {
	if x.group != nil {
		x.endParts(nil) // of a page that gives way to another
	}
	defer func() {
		if v := recover(); v != nil {
			err = NewPanicError(v)
		}
		if x.group != nil && (err != nil || !x.pending()) {
			err = x.endParts(err)
		}
	}()
	switch {
	case x.island != nil:
		return x.app.app.Islands.render(x)
	case x.file != "":
		x.answerFile(x.file)
		return nil
	case x.route == nil:
		return &statusError{404}
	case x.findErr != nil:
		return x.findErr
	case x.route.Redirect != nil:
		return x.configured(x.route)
	case x.rewrites > 0 && x.route.Prerender && x.static != nil && x.entry != nil && !x.prerender:
		return x.static.page(x) // where it was built, a file would answer
	case x.route.Type == EndpointRoute:
		return x.endpoint()
	}
	return x.pageRoute()
}

// pageRoute renders a page. A handler of the method runs first; when it does not answer itself, the page is rendered
// behind it.
func (x *exchange) pageRoute() error {
	r := x.route
	handler := r.Methods[x.method]
	if handler == nil && x.method != "GET" && x.method != "HEAD" {
		handler = r.Methods["ALL"]
	}
	if handler == nil && !x.pageTakes(r) {
		return x.notAllowed(true, true)
	}
	if handler != nil {
		if err := handler(&x.page); err != nil {
			return err
		}
	}
	return x.render(r)
}

// pageTakes says whether a page is rendered for the method. One without handlers looks at page.Request.Method itself.
func (x *exchange) pageTakes(r *compiledRoute) bool {
	switch x.method {
	case "GET", "HEAD":
		return true
	case "POST", "PUT", "PATCH", "DELETE":
		return len(r.Methods) == 0
	}
	return false
}

func (x *exchange) render(r *compiledRoute) error {
	render := r.Render
	if x.entry != nil && x.entry.Render != nil {
		render = x.entry.Render
	}
	if render == nil {
		return errors.New("the page " + r.Pattern + " is not part of this program")
	}
	if r.Error != 0 && x.resp.Status == 0 {
		// The page of an error carries its status, also when it is asked for by name, and caches keep it no longer then.
		x.resp.Status, x.errorAnswer = r.Error, !x.prerender
	}
	w := x.writer()
	if !r.Partial {
		if r.Doctype {
			w.S("<!DOCTYPE html>")
			HeadFirst(w, &x.page)
		}
	}
	err := render(w, &x.page)
	if err == nil && !r.Partial {
		Head(w, &x.page) // where the component with the <head> or the doctype was not rendered
	}
	return x.rendered(err)
}

// rendered makes what the Writer holds the answer.
func (x *exchange) rendered(err error) error {
	w := x.w
	later := err == nil && x.defers()
	if err == nil && !later {
		err = w.join()
	}
	if err != nil {
		return err
	}
	x.resp.clearBody()
	x.resp.body, x.resp.done, x.isPage = pageBody, true, true
	if later {
		x.resp.rest = x
	} else {
		x.resp.data = w.Bytes()
	}
	if x.resp.Status == 0 {
		x.resp.Status = 200
	}
	return nil
}

// writer gives an empty Writer for a page.
func (x *exchange) writer() *Writer {
	x.once.head, x.once.ids, x.once.late, x.dropped = false, nil, nil, false
	if x.w == nil {
		x.w = getWriter()
	} else {
		x.w.Reset()
	}
	if !x.prerender && !x.app.cfg.OnePiece {
		limit := spillAt
		if x.app.app.Middleware != nil {
			limit = spillLate
		}
		x.w.onSpill(limit, x.spill)
	}
	if x.app.cfg.Dev || x.prerender {
		x.w.onWarning(x.warned)
	}
	return x.w
}
