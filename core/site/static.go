package site

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
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
