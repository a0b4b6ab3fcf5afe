package site

import (
	"strings"
)

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
	if x.app.misplaced(r, x.path.enc) {
		return false
	}
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
