package site

import (
	"errors"
	"strings"
)

// Rewrite lets another route of the site answer, under the address that was asked for. Method, header, body, cookies and
// Locals go along; page.URL, Params and the query become those of the target, page.OriginPath and page.Pattern stay. The
// target is a path, with or without the base; a target that no route matches shows the 404 page. The middleware runs
// again for it. After four rewrites the answer is 508.
func (p *Page) Rewrite(target string) error { return &rewriteError{target} }

// Reroute is Rewrite for a middleware: it changes what next will run, and continues instead of starting over.
//
//	if err := page.Reroute("/maintenance"); err != nil {
//		return err
//	}
//	return next(page)
func (p *Page) Reroute(target string) error {
	if p.x == nil || p.part != nil {
		return errors.New("page.Reroute needs the page of a request")
	}
	return p.x.rewriteTo(target)
}

// rewriteTo makes target what the exchange is about.
func (x *exchange) rewriteTo(target string) error {
	if x.committed {
		return misuse("page.Rewrite(" + quoteShort(target) + "): the output has begun")
	}
	if x.req != nil && x.req.spent() {
		return misuse("page.Rewrite(" + quoteShort(target) + "): " + errBodyRead.Error())
	}
	if x.inputs != nil {
		x.inputs.note(ProgramInput, "")
	}
	if x.rewrites++; x.rewrites > maxRewrites {
		return &statusError{508}
	}
	path, query, problem := x.rewriteTarget(target)
	if problem != "" {
		return misuse("page.Rewrite(" + quoteShort(target) + "): " + problem)
	}
	x.path = path
	full := x.app.withBase(&path)
	x.rawQuery = query
	x.setURL(&full)
	x.localize()
	x.resp.clearBody()
	x.resp.Status, x.resp.StatusText, x.resp.done = 0, "", false
	x.isPage, x.policy = false, nil
	if x.island != nil {
		x.resp.Header.drop(islandHeader, 0) // what answers now is none
	}
	x.find(nil)
	return nil
}

func (x *exchange) rewriteTarget(target string) (path urlPath, query, problem string) {
	if foldPrefix(target, "http://") || foldPrefix(target, "https://") {
		own := x.url.Scheme + "://" + x.url.Host
		if !foldPrefix(target, own) {
			return path, "", "the target is not on this site"
		}
		if target = target[len(own):]; target == "" || target[0] == '?' || target[0] == '#' {
			target = "/" + target
		}
	}
	target, _, _ = strings.Cut(target, "#")
	raw, query, _ := strings.Cut(target, "?")
	p, _, err := parsePath(raw)
	if err != nil || !isQuery(query) {
		return path, "", "the target has to be a path that begins with a slash and is encoded as in a link"
	}
	if below, ok := p.below(&x.app.base); ok {
		p = below
	}
	return p, query, ""
}
