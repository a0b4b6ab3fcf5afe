// Package vercel is the running half of the Vercel adapter: one program that answers the requests of a Vercel function.
// The compiler puts its source into the site, next to the render bundle, and a generated program calls Main, or hands
// Lambda to the Lambda runtime.
//
// Package site decides what answers a request; this package speaks with the platform: HTTP on a local port and messages
// on a Unix socket (server.go, ipc.go), or events (lambda.go). It believes what the platform says about a request and
// takes away what is the platform's own before a page sees it (request.go). It may import the standard library and
// package site, nothing else, because it is compiled where nothing else is.
package vercel

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"sitegen.dev/core/site"
)

// Program is a compiled site with what the build decided about its function.
type Program struct {
	App func() *site.App
	// Pages lists the finished pages that lie beside the program, in the format of parsePages. The platform answers with
	// them before it asks the function; the function has them for errors and for rewrites.
	Pages string
	// Cached are the paths, as regular expressions, that the platform keeps answers for (ISR), and Token is what a request
	// for one of them must carry, so that nobody but the platform's own routes can make one.
	Cached []string
	Token  string
	// Uncached are the patterns of routes that the settings of the adapter keep out of all caches, whatever their pages say
	// with `const revalidate`.
	Uncached []string
	// Sessions opens the store of the sessions of a site that has them; nil on others.
	Sessions func(getenv func(string) string) site.SessionDriver
	// Insert is written at the end of <head> of every page rendered here.
	Insert string
}

// handler answers requests. It is safe for use by several goroutines.
type handler struct {
	site   *site.RequestHandler
	ipc    *ipc
	cached []*regexp.Regexp
	token  string
	insert string
	getenv func(string) string
	bypass string // the token of whoever makes kept answers anew or sees drafts, "" for nobody
}

// newHandler compiles the site. It gives an error where the program is not one that the compiler would make.
func newHandler(p *Program, messages *ipc, getenv func(string) string) (h *handler, err error) {
	defer func() {
		if v := recover(); v != nil {
			h, err = nil, fmt.Errorf("the site cannot start: %v", v)
		}
	}()
	h = &handler{ipc: messages, token: p.Token, insert: p.Insert, getenv: getenv, bypass: getenv("VERCEL_BYPASS_TOKEN")}
	for _, expr := range p.Cached {
		re, err := regexp.Compile(expr)
		if err != nil {
			return nil, err
		}
		h.cached = append(h.cached, re)
	}
	host := site.Host{Log: h.report, Getenv: getenv, Uncached: p.Uncached}
	if p.Pages != "" {
		host.Static, err = parsePages(p.Pages)
		if err != nil {
			return nil, err
		}
	}
	app := p.App()
	if err := errors.Join(app.UseKeys(getenv("SITEGEN_KEY")), app.UseEnv(getenv)); err != nil {
		return nil, err
	}
	if app.Sessions != nil && p.Sessions != nil {
		host.Sessions = p.Sessions(getenv) // whatever site.yaml says: memory and files are those of one instance among many
	}
	h.site = site.NewHandler(app, host)
	return h, nil
}

// report hands on what the site says about a request. The visitor gets none of it.
func (h *handler) report(ctx context.Context, r site.LogRecord) {
	var b strings.Builder
	b.WriteString(r.Message)
	add := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, " %s=%q", name, value)
		}
	}
	add("method", r.Method)
	add("path", r.Path)
	add("route", r.Route)
	if r.Err != nil {
		add("error", r.Err.Error())
	}
	add("at", r.At)
	if len(r.Stack) > 0 {
		var frames []string
		for _, f := range r.Stack {
			frames = append(frames, f.String())
		}
		add("stack", strings.Join(frames, " < "))
	}
	inv, _ := ctx.Value(invocationKey{}).(invocation)
	h.ipc.log(inv, levelName(r.Level), b.String())
}

func levelName(l site.Level) string {
	switch {
	case l >= site.LevelError:
		return "error"
	case l >= site.LevelWarn:
		return "warn"
	}
	return "info"
}
