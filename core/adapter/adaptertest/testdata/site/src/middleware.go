// Package src holds the middleware of the fixture.
package src

import (
	"errors"
	"strconv"
	"strings"

	"example.com/conformance/probe"

	"sitegen.dev/core/site"
)

// OnRequest runs for everything that is not a file.
func OnRequest(page *site.Page, next site.Handler) error {
	return site.Sequence(outer, guard, inner)(page, next)
}

// Guards keep visitors without a word out of some pages. They see what the middleware has handed on.
var Guards = []site.Guard{
	{Path: "/guarded", Check: word},
	{Path: "/team/[name]/private", Check: word},
}

func word(page *site.Page) error {
	switch probe.User.Get(page.Locals) {
	case nil:
		page.Response.Header.Set("X-Guard", probe.Trace.Get(page.Locals))
		return page.Text("guarded\n", 401)
	}
	switch probe.User.Get(page.Locals).Name {
	case "lost":
		return page.NotFound()
	case "elsewhere":
		return page.Redirect("/live")
	case "error":
		return errors.New("a guard failed with a secret")
	case "panic":
		panic("a guard panicked with a secret")
	}
	return nil
}

func outer(page *site.Page, next site.Handler) error {
	if page.Prerendered {
		return next(page)
	}
	probe.Trace.Set(page.Locals, probe.Trace.Get(page.Locals)+"outer>")
	probe.Mark(page, "outer-in")
	page.Response.Header.Set("X-Middleware", "on")
	err := next(page)
	probe.Mark(page, "outer-out")
	page.Response.Header.Set("X-Order", probe.Order(page))
	return err
}

// guard keeps everything below /admin for those who say the word. It looks at the path, which is what makes it a test of
// the path.
func guard(page *site.Page, next site.Handler) error {
	path := strings.TrimPrefix(page.URL.Path, strings.TrimSuffix(page.Base(), "/"))
	if !page.Prerendered && (path == "/admin" || strings.HasPrefix(path, "/admin/")) && page.Request.Header.Get("X-Admin") != "please" {
		return page.Text("guarded\n", 401)
	}
	return next(page)
}

var errMiddleware = errors.New("the middleware failed with a secret")

func inner(page *site.Page, next site.Handler) error {
	if page.Prerendered {
		return next(page)
	}
	probe.Trace.Set(page.Locals, probe.Trace.Get(page.Locals)+"inner>")
	probe.Mark(page, "inner-in")
	defer probe.Mark(page, "inner-out")
	if page.Request.Header.Get("X-User") != "" {
		probe.User.Set(page.Locals, &probe.Account{Name: page.Request.Header.Get("X-User")})
	}
	if after := page.Request.Header.Get("X-After"); after != "" {
		return change(page, next, after)
	}
	if to := page.Request.Header.Get("X-Reroute"); to != "" {
		if err := page.Reroute(to); err != nil {
			return err
		}
		return next(page)
	}
	path := strings.TrimPrefix(page.URL.Path, strings.TrimSuffix(page.Base(), "/"))
	switch strings.TrimSuffix(path, "/") {
	case "/mw/answer":
		return page.Text("answered by the middleware\n", 202)
	case "/mw/redirect":
		return page.Redirect("/live?from=middleware", 307)
	case "/mw/rewrite":
		return page.Rewrite("/api/echo?by=middleware")
	case "/mw/rewrite-loop":
		return page.Rewrite("/mw/rewrite-loop")
	case "/mw/reroute":
		if err := page.Reroute("/api/echo?by=reroute"); err != nil {
			return err
		}
		return next(page)
	case "/mw/reroute-guarded":
		if err := page.Reroute("/guarded"); err != nil {
			return err
		}
		return next(page)
	case "/mw/reroute-file":
		if err := page.Reroute("/about"); err != nil {
			return err
		}
		return next(page)
	case "/mw/error":
		return errMiddleware
	case "/mw/panic":
		panic("the middleware panicked with a secret")
	case "/mw/none":
		return nil
	case "/mw/not-found":
		return page.NotFound()
	case "/mw/cookie":
		page.Cookies.Set(site.Cookie{Name: "by", Value: "middleware", Plain: true})
		return next(page)
	case "/mw/status":
		err := next(page)
		page.Response.Status = 203
		return err
	case "/mw/header":
		err := next(page)
		page.Response.Header.Set("X-Page", "changed after "+page.Response.Header.Get("X-Page"))
		page.Response.Header.Del("X-Gone")
		return err
	case "/mw/body":
		if err := next(page); err != nil {
			return err
		}
		body, ok := page.Response.Bytes()
		if !ok {
			return errors.New("no body")
		}
		return page.Send(site.NewResponse(page.Response.Status, site.HTML(strings.ToUpper(string(body)))))
	case "/mw/swallow":
		if err := next(page); err != nil {
			return page.Text("swallowed\n", 200)
		}
		return nil
	}
	return next(page)
}

// change does something to an answer, whatever has made it.
func change(page *site.Page, next site.Handler, how string) error {
	if err := next(page); err != nil {
		return err
	}
	switch how {
	case "status":
		page.Response.Status = 203
	case "header":
		page.Response.Header.Set("X-Was", strconv.Itoa(page.Response.Status))
	case "cookie":
		page.Cookies.Set(site.Cookie{Name: "after", Value: "next", Plain: true})
	case "body":
		body, ok := page.Response.Bytes()
		if !ok {
			return errors.New("no body")
		}
		return page.Send(site.NewResponse(page.Response.Status, site.HTML(strings.ToUpper(string(body)))))
	case "replace":
		return page.Text("in its place\n", 202)
	case "not-found":
		return page.NotFound()
	case "redirect":
		return page.Redirect(page.Base() + "live")
	case "fail":
		return errMiddleware
	}
	return nil
}
