package site

import (
	"context"
	"errors"
	"net/url"
	"strconv"
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
		return x.refuse(403, "Cross-site form posts are refused: the Origin header has to name "+x.url.Scheme+"://"+x.url.Host+
			". A program sends that header, or a body that is no form, such as JSON; behind a proxy, the site has to know the public origin.")
	case x.file != "":
		return x.serveFile()
	case x.route != nil && x.route.Prerender && x.route.Redirect == nil:
		return x.finish(x.settle(x.static.page(x)))
	}
	return x.finish(x.run())
}

// address works out scheme, host and path of the request; a status other than 0 refuses it.
func (x *exchange) address() (p urlPath, clean bool, status int, reason string) {
	target, host := x.req.Target, x.req.Host
	if target == "*" && x.method == "OPTIONS" {
		return urlPath{}, true, 0, ""
	}
	if target != "" && target[0] != '/' {
		// The absolute form: its authority takes the place of the Host header (RFC 9112, section 3.2.2).
		scheme, rest, ok := strings.Cut(target, "://")
		if !ok || !equalFold(scheme, "http") && !equalFold(scheme, "https") {
			return p, false, 400, "The request target is neither a path nor a URL."
		}
		end := strings.IndexAny(rest, "/?")
		if end < 0 {
			end = len(rest)
		}
		if host, target = rest[:end], rest[end:]; target == "" || target[0] == '?' {
			target = "/" + target
		}
		if host == "" {
			return p, false, 400, "The request target names no host."
		}
	}
	if host != "" {
		if _, _, ok := splitHost(host); !ok {
			return p, false, 400, "The Host header is malformed."
		}
	}
	raw, query, _ := strings.Cut(target, "?")
	p, clean, err := parsePath(raw)
	if err == errLongPath {
		return p, false, 414, ""
	}
	if err != nil || !isQuery(query) {
		return p, false, 400, "The address is malformed."
	}
	if host == "" {
		host = x.app.site.Host // HTTP/1.0
	}
	o := x.app.originOf(x.req, host)
	x.url.Scheme, x.url.Host = o.scheme, o.host
	x.rawQuery = query
	return p, clean, 0, ""
}

// isQuery says whether a query may go into a URL and a Location as it is: control characters may not.
func isQuery(q string) bool {
	for i := range len(q) {
		if c := q[i]; c <= 0x20 || c == 0x7f || c == '#' {
			return false
		}
	}
	return true
}

func (x *exchange) setURL(p *urlPath) {
	x.url.Path, x.url.RawPath, x.url.RawQuery = p.dec, p.enc, x.rawQuery
}

// cleaned gives the address that the visitor should have used: without repeated slashes, and with or without the one at
// the end.
func (x *exchange) cleaned(p *urlPath, clean bool) (to urlPath, ok bool) {
	below, changed := x.app.slashed(&x.path)
	to = x.app.withBase(&below)
	if x.path.enc == "/" && x.app.base.enc != "/" {
		// The root of the base is a path like any other: "/docs" or "/docs/".
		to = *p
		switch x.app.cfg.TrailingSlash {
		case "always":
			to = p.withSlash(true)
		case "never":
			to = p.withSlash(false)
		}
		changed = to.enc != p.enc
	}
	if x.doubled() {
		to, changed = p.withSlash(false), true
	}
	if changed && clean && x.exactFile() {
		return to, false // a public file is what it is, whatever the policy
	}
	return to, changed || !clean
}

// doubled says whether a page whose address ends like the name of a file was asked for with a slash, where no address has
// one. The policy leaves such addresses alone, because most of them are files, for which a slash is 404.
func (x *exchange) doubled() bool {
	return x.app.cfg.TrailingSlash == "never" && x.path.trailing() && hasExtension(x.path.enc) && (x.route != nil || x.file != "")
}

func (x *exchange) moved(to urlPath) bool {
	status := 308
	if x.method == "GET" || x.method == "HEAD" {
		status = 301
	}
	location := to.enc
	if x.rawQuery != "" {
		location += "?" + x.rawQuery
	}
	return x.finish(x.settle(redirect(encodeLocation(location), []int{status})))
}

// find looks for what answers the path: a file, or else a route.
func (x *exchange) find(h *RequestHandler) {
	x.route, x.page.Params, x.file, x.entry, x.findErr, x.island = nil, nil, "", nil, nil, nil
	route, params := x.app.table.find(&x.path, x.path.segments(x.segBuf[:0]), x.capBuf[:0], x.accept)
	if x.host != nil && x.host.Static != nil && (route == nil || h == nil || !h.noFile[route.index]) {
		if x.file = x.findFile(); x.file != "" {
			return
		}
	}
	if x.app.assets != "" && strings.HasPrefix(x.path.enc, x.app.assets) {
		return // a missing asset is not for a catch-all to answer
	}
	x.route, x.page.Params = route, params
	if route != nil && x.rewrites == 0 {
		x.page.Pattern = route.Pattern
	}
}

// accept says whether a route whose pattern matches can answer. A prerendered one has files, which were looked for
// before; only where pages are rendered without files, it is asked for its paths.
func (x *exchange) accept(r *compiledRoute, params Params) bool {
	if !r.Prerender || r.Redirect != nil {
		return true
	}
	if x.static == nil {
		return false
	}
	entry, err := x.static.entry(x, r, params)
	if err != nil {
		x.findErr = err
		return true // its error is the answer
	}
	x.entry = entry
	return entry != nil
}

// exactFile says whether the path as it stands names a file.
func (x *exchange) exactFile() bool {
	if x.host.Static == nil || x.path.inner || x.path.trailing() {
		return false
	}
	name := x.path.dec[1:]
	return servable(name) && x.host.Static.Has(name)
}

// servable keeps files out of sight that a client folder may hold by accident: everything below a name that begins with
// a dot, except .well-known.
func servable(name string) bool {
	if name == "" {
		return false
	}
	for seg := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(seg, ".") && seg != ".well-known" {
			return false
		}
	}
	return true
}

// findFile gives the name of the file that answers the path, or "".
func (x *exchange) findFile() string {
	static := x.host.Static
	if static == nil || x.path.inner {
		return ""
	}
	name := x.path.dec[1:]
	if name == "" {
		if static.Has("index.html") {
			return "index.html"
		}
		return ""
	}
	if !servable(name) {
		return ""
	}
	if !x.path.trailing() && static.Has(name) {
		return name
	}
	name = strings.TrimSuffix(name, "/")
	inFolder, beside := name+"/index.html", name+".html"
	switch {
	case x.app.cfg.BuildFormat != "" && x.app.cfg.BuildFormat != "directory":
		// A file beside a folder of the same name wins.
		if static.Has(beside) {
			return beside
		}
	case (name == "404" || name == "500") && static.Has(beside):
		return beside
	}
	if static.Has(inFolder) {
		return inFolder
	}
	return ""
}

// serveFile answers with a file; the middleware ran for prerendered pages when they were built.
func (x *exchange) serveFile() bool {
	switch x.method {
	case "GET", "HEAD":
	case "OPTIONS":
		x.resp.Header.put("Allow", "GET, HEAD, OPTIONS")
		return x.refuse(204, "")
	default:
		x.resp.Header.put("Allow", "GET, HEAD, OPTIONS")
		return x.refuse(405, "")
	}
	x.answerFile(x.file)
	return x.finish(nil)
}

func (x *exchange) answerFile(name string) {
	x.resp.clearBody()
	x.resp.body, x.resp.file, x.resp.done = fileBody, name, true
	x.resp.Status = 200
	switch name {
	case "404.html":
		x.resp.Status = 404
	case "500.html":
		x.resp.Status = 500
	}
}

// run is the middleware around the route.
func (x *exchange) run() error {
	if m := x.app.app.Middleware; m != nil {
		return x.settle(x.guard(m))
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
	return page.x.dispatch()
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

// The methods in the order in which Allow lists them.
var methods = [...]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// endpoint calls the handler of the method: HEAD falls back to GET, everything to ALL.
func (x *exchange) endpoint() error {
	r := x.route
	handler := r.Methods[x.method]
	if handler == nil && x.method == "HEAD" {
		handler = r.Methods["GET"]
	}
	if x.method == "ALL" {
		handler = nil // a name of ours, not a method
	}
	if handler == nil {
		handler = r.Methods["ALL"]
	}
	if handler == nil {
		return x.notAllowed(r.Methods["HEAD"] != nil, false)
	}
	if err := handler(&x.page); err != nil {
		return err
	}
	if x.resp.Status == 0 && !x.committed {
		return errors.New(x.method + " of the endpoint " + r.Pattern + " answered nothing: return page.JSON(…), page.Text(…) or page.Send(…), or set page.Response.Status")
	}
	x.resp.clearBody()
	x.resp.done = true
	return nil
}

// notAllowed answers OPTIONS, and methods that nobody handles, with the list of those that somebody does.
func (x *exchange) notAllowed(head, page bool) error {
	var allow []string
	for _, m := range methods {
		_, ok := x.route.Methods[m]
		switch m {
		case "GET":
			ok = ok || page
		case "HEAD":
			ok = ok || head || page || x.route.Methods["GET"] != nil
		case "OPTIONS":
			ok = true
		default:
			ok = ok || page && len(x.route.Methods) == 0
		}
		if ok {
			allow = append(allow, m)
		}
	}
	x.resp.Header.put("Allow", strings.Join(allow, ", "))
	if x.method == "OPTIONS" {
		return &sendError{NewResponse(204, nil)}
	}
	return &statusError{405}
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

// settle turns what a page returned into page.Response. What is left is a failure.
func (x *exchange) settle(err error) error {
	if err == nil {
		return nil
	}
	if x.committed {
		return x.tooLate(err)
	}
	var (
		send    *sendError
		status  *statusError
		rewrite *rewriteError
		fault   *RequestError
	)
	switch {
	case errors.As(err, &send):
		return x.settleSend(send)
	case errors.As(err, &status):
		if status.status == 508 {
			x.log(LevelError, "the request was rewritten more than "+strconv.Itoa(maxRewrites)+" times", nil)
		}
		return x.settleStatus(status.status)
	case errors.As(err, &rewrite):
		if err := x.rewriteTo(rewrite.target); err != nil {
			return x.settle(err)
		}
		return x.run()
	case errors.As(err, &fault):
		return x.short(fault.Status, fault.Reason)
	}
	return err
}

func (x *exchange) settleSend(send *sendError) error {
	r := send.resp
	if (r.Status == 404 || r.Status == 500) && r.body == noBody && !x.isEndpoint() && r.err == nil {
		// An empty answer asks for the error page; its headers are kept.
		x.resp.take(r)
		return x.errorPage(r.Status, nil)
	}
	if r.err != nil {
		return r.err
	}
	x.resp.take(r)
	if x.resp.Status == 0 {
		x.resp.Status = 200
	}
	return nil
}

func (x *exchange) settleStatus(status int) error {
	if x.isEndpoint() && !x.prerender {
		x.resp.clearBody()
		x.resp.Header.drop("Content-Type", 0)
		x.resp.Status, x.resp.done = status, true
		return nil
	}
	return x.errorPage(status, nil)
}

// isEndpoint says whether no person looks at the answer as a page: its errors are no pages either.
func (x *exchange) isEndpoint() bool {
	return x.island != nil || x.route != nil && x.route.Type == EndpointRoute
}

// tooLate is for what a page returns when its output has begun: it can only be broken off, even if the middleware does
// not pass the error on.
func (x *exchange) tooLate(err error) error {
	var send *sendError
	var status *statusError
	var rewrite *rewriteError
	if errors.As(err, &send) {
		send.resp.closeBody()
	}
	if send != nil || errors.As(err, &status) || errors.As(err, &rewrite) {
		err = &wrapError{"", err, ", but its output had begun"}
	}
	if x.streamErr == nil {
		x.streamErr = err
	}
	return err
}

// finish sends the answer. err is a failure of the whole chain.
func (x *exchange) finish(err error) bool {
	if err != nil {
		x.fail(err)
	} else if !x.resp.done {
		x.fail(errors.New("the middleware neither called next nor answered: return next(page)"))
	}
	if x.committed {
		x.finishStream()
		return true
	}
	for x.pending() && !bodiless(x.resp.Status) {
		err := x.stream()
		if x.committed {
			x.streamErr = err
			x.finishStream()
			return true
		}
		if err = x.settle(err); err != nil {
			x.fail(err)
		}
	}
	if x.group != nil {
		x.endParts(nil)
	}
	if err := x.saveSession(); err != nil {
		x.fail(err)
	}
	if err := x.refused(); err != nil {
		x.fail(err)
		if x.refused() != nil { // the 500 page does it too
			x.scrub(true)
			x.builtin(500, err)
		}
	}
	x.send()
	return true
}

// saveSession stores what the page has changed of the session. It has to come before the header.
func (x *exchange) saveSession() error {
	if s := x.app.app.Sessions; s != nil {
		return s.commit(s, x)
	}
	return nil
}

// refused gives the header line or cookie that could not be taken, or a status that cannot be sent.
func (x *exchange) refused() error {
	switch {
	case x.resp.Header.err != nil:
		return x.resp.Header.err
	case x.cookies.err != nil:
		return x.cookies.err
	case x.resp.Status != 0 && (x.resp.Status < 200 || x.resp.Status > 599):
		return errors.New(strconv.Itoa(x.resp.Status) + " is no status that a page can answer with: use 200 to 599")
	case strings.ContainsAny(x.resp.StatusText, "\r\n\x00"):
		return errors.New("page.Response.StatusText holds a line break")
	}
	return nil
}

// fail answers a failure with the 500 page, or, when the answer has begun, breaks it off.
func (x *exchange) fail(err error) {
	if x.committed {
		if x.streamErr == nil {
			x.streamErr = err
		}
		return
	}
	if left := x.settle(x.errorPage(500, err)); left != nil {
		x.builtin(500, left)
	}
}

func (x *exchange) log(level Level, message string, err error) {
	if x.host == nil || x.host.Log == nil {
		return
	}
	r := LogRecord{Level: level, Message: message, Err: err, Method: x.method, Path: x.url.Path, Status: x.resp.Status}
	switch {
	case x.island != nil:
		r.Route = islandPath + x.island.ID
	case x.route != nil:
		r.Route = x.route.Pattern
	}
	var panicked *PanicError
	var misused *misuseError
	var value *ValueError
	switch {
	case errors.As(err, &panicked):
		r.At, r.Stack = panicked.At().String(), panicked.Stack
	case errors.As(err, &misused):
		r.At = misused.at
	case errors.As(err, &value):
		r.At = Frame{File: value.File, Line: value.Line}.String()
	}
	x.host.Log(x.ctx, r)
}

func (x *exchange) warned(w Warning) {
	if x.prerender {
		x.warnings = append(x.warnings, w)
		return
	}
	if x.host != nil && x.host.Log != nil {
		x.host.Log(x.ctx, LogRecord{Level: LevelWarn, Message: w.Message + "; " + w.Hint, At: Frame{File: w.File, Line: w.Line}.String(), Method: x.method, Path: x.url.Path})
	}
}
