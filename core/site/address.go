package site

import (
	"strings"
)

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

// withBase gives the path of the URL of a path below the base.
func (c *compiledApp) withBase(p *urlPath) urlPath {
	if c.base.enc == "/" {
		return *p
	}
	n := len(c.base.enc) - 1
	return urlPath{dec: c.base.dec[:len(c.base.dec)-1] + p.dec, enc: c.base.enc[:n] + p.enc, inner: p.inner}
}

// slashed applies the slash policy to a path: changed is false when it is right as it stands.
func (c *compiledApp) slashed(p *urlPath) (q urlPath, changed bool) {
	if p.enc == "/" || hasExtension(p.enc) {
		return *p, false
	}
	switch c.cfg.TrailingSlash {
	case "always":
		return p.withSlash(true), !p.trailing()
	case "never":
		return p.withSlash(false), p.trailing()
	}
	return *p, false
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
