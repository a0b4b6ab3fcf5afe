package site

import (
	"context"
	"net/url"
	"strings"
)

// Page is one request, or one page being prerendered, as components, endpoints and the middleware see it. It belongs to
// that request alone and must not be kept beyond it.
type Page struct {
	// URL is the address asked for. Its Path is decoded once and clean: no empty or dot segments, no backslashes.
	// A segment that held an encoded slash shows it as a slash in Path and keeps it encoded in RawPath; to decide what
	// may be seen, ask Pattern, which says what will answer.
	URL *url.URL
	// Site is the public origin of the site; it is empty, but never nil, when site.yaml names none.
	Site *url.URL
	// Params are the parameters of the route, decoded.
	Params Params
	// Request is nil while a page is prerendered.
	Request *Request
	// Response is the answer as far as it is known: a page may change it before its output begins, the middleware
	// after next as well.
	Response *Response
	// Cookies are those of the request, and those to be sent.
	Cookies *Cookies
	// Locals carries values from the middleware to the page.
	Locals *Locals
	// Session holds values of the visitor from one request to the next. It is nil, and its methods fail, on a site without
	// `session:` in site.yaml.
	Session *Session
	// Pattern is that of the route that was asked for, "/blog/[slug]"; a rewrite does not change it. It is empty when
	// no route matched.
	Pattern string
	// OriginPath is the path that was asked for; a rewrite does not change it.
	OriginPath string
	// Prerendered says that the page is rendered at build time.
	Prerendered bool
	// Locale is the language that the path is in: the first code of one of `i18n.locales` in site.yaml, that of the default where
	// the path has no prefix. It is empty on a site that names no languages.
	Locale string
	// Generator is the name and version of sitegen, for <meta name="generator">.
	Generator string

	x    *exchange
	part *section // rendered beside the page; nil for the page itself
}

// Param gives a parameter of the route. A rest parameter that matched nothing is not there.
func (p *Page) Param(name string) (string, bool) {
	v, ok := p.Params[name]
	return v, ok
}

// Query gives the first value of a parameter of the query, "" when there is none. page.URL.Query gives all of them, and
// links more into a Worker than all the rest of a small site; Query does not.
func (p *Page) Query(name string) string {
	if p.URL == nil {
		return ""
	}
	for pair := range strings.SplitSeq(p.URL.RawQuery, "&") {
		key, value, _ := strings.Cut(pair, "=")
		if key, err := url.QueryUnescape(key); err != nil || key != name {
			continue
		}
		if value, err := url.QueryUnescape(value); err == nil && !strings.Contains(pair, ";") {
			return value
		}
	}
	return ""
}

// Context ends when the visitor goes away, when the build is given up, or when something else fails that is rendered at
// the same time for the same page.
func (p *Page) Context() context.Context {
	switch {
	case p.x == nil:
		return context.Background()
	case p.x.group != nil:
		return p.x.group.ctx
	}
	return p.x.ctx
}

// ClientAddr is the address of the visitor: that of the connection, or what a trusted proxy says it is. It has no port.
func (p *Page) ClientAddr() string {
	if p.Request == nil {
		panic(&PrerenderError{What: "page.ClientAddr()"})
	}
	if p.x == nil {
		return ""
	}
	return p.x.app.clientOf(p.Request)
}

// Platform is what the adapter offers beyond HTTP; each adapter documents its type. It is nil where there is nothing.
func (p *Page) Platform() any {
	switch {
	case p.Request != nil && p.Request.Platform != nil:
		return p.Request.Platform
	case p.x != nil && p.x.host != nil:
		return p.x.host.Platform
	}
	return nil
}

// Base is the path below which the site lies: "/" or "/docs/".
func (p *Page) Base() string {
	if p.x == nil {
		return "/"
	}
	return p.x.app.base.enc
}

// Err is the error that the 500 page is shown for; nil on other pages.
func (p *Page) Err() error {
	if p.x == nil {
		return nil
	}
	return p.x.failure
}

// Flush sends what has been rendered so far. From then on status, headers and cookies cannot change any more. While a
// page is prerendered, for HEAD, and in a component with server:async, it does nothing visible.
func (p *Page) Flush() error {
	if p.x == nil || p.part != nil {
		return nil
	}
	return p.x.flush()
}

// PrerenderError is what reading request data on a prerendered page panics with: it would be wrong data, as the page is
// rendered once, before anybody asks for it.
type PrerenderError struct {
	What string // "page.Cookies"
}

// Error names what was read, and the remedy.
func (e *PrerenderError) Error() string {
	return e.What + " is not there on a prerendered page; add const prerender = false to render it for every request"
}
