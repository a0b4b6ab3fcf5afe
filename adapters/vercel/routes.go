package vercel

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"sitegen.dev/core/adapter/redirects"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// renderName is the function that everything on demand leads to.
const renderName = "_render"

// assetName ends the name of a file that changes with its bytes, as the compiler's asset step makes them.
const assetName = `[^/]+\.(?:[0-9a-f]{8}|[0-9A-Z]{8})(?:\.[A-Za-z0-9]+)*`

const (
	cacheForever = "public, max-age=31536000, immutable"
	cacheNever   = "no-store"
)

// maxRoutes is how many routes the platform takes, maxCaptures how many values a redirect can take over: $1 to $9.
const (
	maxRoutes   = 2048
	maxCaptures = 9
)

// table writes the route table. The order of its phases is that of package site for a request: slashes, then files, then
// routes by priority, then the 404 page. Within a phase rules with Continue come first, where the platform's own tools
// would move them anyway.
type table struct {
	m        *manifest.Manifest
	o        *Options
	pages    *pageList
	own      *ownFunctions
	isr      []isrRoute
	onDemand bool
	cookie   string // of skew protection; "" without it
	routes   []route
	problems []diag.Diagnostic
}

func (t *table) add(r route) { t.routes = append(t.routes, r) }

// build gives the routes.
func (t *table) build() []route {
	t.firewall()
	t.headers()
	t.slashes()
	t.statuses()
	t.add(route{Handle: "filesystem"})
	t.wholeNames()
	t.missingAssets()
	t.byPriority()
	t.rest()
	t.add(route{Handle: "hit"})
	t.immutable()
	t.errors()
	return t.routes
}

// base is the base without its slash at the end.
func (t *table) base() string { return strings.TrimSuffix(t.m.Base, "/") }

// below is an expression for everything below the base.
func (t *table) below(expr string) string { return literal(t.base()) + expr }

// headers adds what goes on from rule to rule: headers for all answers, and the removal of keys that are ours.
func (t *table) headers() {
	if len(t.isr) > 0 {
		for _, key := range []string{pathKey, tokenKey} {
			t.add(route{Src: "^/.*$", Transforms: []transform{{Type: "request.query", Op: "delete", Target: target{key}}}, Continue: true})
		}
	}
	t.add(route{Src: "^/.*$", Headers: map[string]string{"X-Content-Type-Options": "nosniff"}, Continue: true})
	if t.cookie != "" {
		t.add(route{Src: "^/.*$", Has: []condition{{Type: "header", Key: "Sec-Fetch-Dest", Value: "document"}},
			Headers: map[string]string{"Set-Cookie": t.cookie}, Continue: true})
	}
	// A page's own header comes before a rule's, and of the rules the first that names it: so the last is written first.
	for _, h := range slices.Backward(t.m.Headers) {
		t.add(route{Src: glob(t.m.Base, h.Pattern), Headers: headerMap(h.Set), CaseSensitive: true, Continue: true})
	}
	for _, g := range t.pages.groups() {
		t.add(route{Src: alternatives(g.paths), Headers: headerMap(g.headers), CaseSensitive: true, Continue: true})
	}
}

func headerMap(lines []manifest.Header) map[string]string {
	m := map[string]string{}
	for _, l := range lines {
		if old, ok := m[l.Name]; ok {
			m[l.Name] = old + ", " + l.Value
			continue
		}
		m[l.Name] = l.Value
	}
	return m
}

// permanent adds a redirect that changes no method: 301 for those who only read, 308 for the others.
func (t *table) permanent(src, location string) {
	t.moved(src, location, http.StatusMovedPermanently)
}

func (t *table) moved(src, location string, status int) {
	to := map[string]string{"Location": location}
	if status == http.StatusMovedPermanently {
		t.add(route{Src: src, Methods: []string{"GET", "HEAD"}, Headers: to, Status: status, CaseSensitive: true})
		status = http.StatusPermanentRedirect
	}
	t.add(route{Src: src, Headers: to, Status: status, CaseSensitive: true})
}

// slashes brings paths into their one form: no empty segments, and with or without a slash at the end.
func (t *table) slashes() {
	if t.m.TrailingSlash == "never" {
		t.permanent(`^(/[^/\\\s][^\\\s]*?)/{2,}$`, "$1")
	}
	t.permanent(`^/{2,}([^/\\\s][^\\\s]*?)/{2,}([^\\\s]*)$`, "/$1/$2")
	t.permanent(`^/{2,}([^/\\\s][^\\\s]*)?$`, "/$1")
	t.permanent(`^(/[^/\\\s][^\\\s]*?)/{2,}([^\\\s]*)$`, "$1/$2")
	for i := range t.m.Routes {
		if r := &t.m.Routes[i]; r.Pattern == manifest.IslandPattern {
			// Islands have one address, without a slash, whatever the policy.
			e := expression{segments: r.Segments, base: t.m.Base}
			t.add(route{Src: whole(e.build(), true), Dest: "/" + renderName, CaseSensitive: true})
		}
	}
	base := t.base()
	switch t.m.TrailingSlash {
	case "always":
		if base != "" {
			t.permanent("^"+literal(base)+"$", escapePath(base)+"/")
		}
		if files := t.extensionless(); files != "" {
			t.add(route{Src: "^(" + t.below("/(?:"+files+")") + ")$", Dest: "$1", CaseSensitive: true})
		}
		t.permanent("^("+t.below(plainSegments+notAFile)+")$", "$1/")
	case "never":
		if base != "" {
			t.permanent("^"+literal(base)+"/$", escapePath(base))
		}
		t.permanent("^("+t.below(plainSegments+notAFile)+")/$", "$1")
	}
}

// The pieces of a path that the slash policy is for: segments that are no dot segments, then a last one that is no file's name,
// since it has no dot, or begins with its only one, or ends in one. Escapes have to be those of letters: what could be taken for a part of
// the path's structure (%2E, %2F, %5C, %25), control characters, and bytes that are no UTF-8 are for the function to see to.
const (
	asciiEscape = `%(?:2[0-46-9A-Da-d]|[346][0-9A-Fa-f]|5[0-9ABDEFabdef]|7[0-9A-Ea-e])`
	tail        = `%[89ABab][0-9A-Fa-f]`
	utf8Escape  = `%(?:[Cc][2-9A-Fa-f]|[Dd][0-9A-Fa-f])` + tail +
		`|%(?:[Ee]0%[ABab][0-9A-Fa-f]|[Ee][Dd]%[89][0-9A-Fa-f]|[Ee][1-9A-CEFa-cef]` + tail + `)` + tail +
		`|%(?:[Ff]0%[9ABab][0-9A-Fa-f]|[Ff]4%8[0-9A-Fa-f]|[Ff][1-3]` + tail + `)` + tail + tail
	letter        = `(?:[^/.%\\\s]|` + asciiEscape + `|` + utf8Escape + `)`
	plainSegments = `(?:/\.*` + letter + `(?:\.|` + letter + `)*)*`
	notAFile      = `/(?:\.?` + letter + `+|\.*` + letter + `(?:\.|` + letter + `)*\.)`
)

// extensionless matches the names, below the base, of public files without an extension: they are what they are,
// whatever the policy.
func (t *table) extensionless() string {
	var names []string
	for _, name := range t.pages.names {
		if !hasExtension(name) && plainText(name) {
			names = append(names, literal(name))
		}
	}
	return strings.Join(names, "|")
}

// statuses serves finished pages with a status of their own, 404.html first of all.
func (t *table) statuses() {
	for _, p := range t.pages.list {
		switch {
		case p.Status >= 300 && p.Status < 400:
			if to := p.Location(); to != "" && !t.redirects(p.Route) {
				t.moved(alternatives([]string{p.path()}), to, p.Status)
			}
		case p.Status != 0 && p.Status != http.StatusOK:
			t.add(route{Src: alternatives([]string{p.path(), t.base() + "/" + p.File}), Dest: t.static(p.File), Status: p.Status, CaseSensitive: true})
		}
	}
}

// wholeNames serves HTML files of the public folder by their whole names too, where pages are served without their ending: somebody has
// put them there for a name that others know.
func (t *table) wholeNames() {
	var exprs []string
	size := 0
	flush := func() {
		if len(exprs) > 0 {
			t.add(route{Src: `^(` + t.below(`/(?:`+strings.Join(exprs, "|")+`)`) + `)\.html$`, Dest: "$1", CaseSensitive: true})
		}
		exprs, size = nil, 0
	}
	for _, name := range t.pages.shortened() {
		e := literal(strings.TrimSuffix(name, ".html"))
		if size += len(e); size > maxGroup {
			flush()
			size = len(e)
		}
		exprs = append(exprs, e)
	}
	flush()
}

// redirects says whether a pattern is that of a redirect, which has a rule already.
func (t *table) redirects(pattern string) bool {
	return slices.ContainsFunc(t.m.Routes, func(r manifest.Route) bool { return r.Pattern == pattern && r.Redirect != nil })
}

// static is where a file of the client directory is found in the phase after filesystem.
func (t *table) static(file string) string { return t.base() + "/" + t.pages.served(file) }

// assets is an expression for the folder of the hashed files; "" where they have none of their own.
func (t *table) assets() string {
	dir := strings.Trim(t.m.AssetsDir, "/")
	if dir == "" {
		return ""
	}
	return t.below("/" + literal(dir) + "/")
}

// missingAssets keeps answers for files that are no longer there out of every cache: their names come back with the
// next deployment, or belong to the one before.
func (t *table) missingAssets() {
	if dir := t.assets(); dir != "" {
		r := route{Src: "^" + dir + ".*$", Headers: map[string]string{"Cache-Control": cacheNever}, Status: http.StatusNotFound}
		if t.through() {
			t.add(route{Src: r.Src, Dest: "/" + renderName})
			return
		}
		if t.pages.has("404.html") {
			r.Dest = t.static("404.html")
		} else if notFound := t.errorRoute(404); t.onDemand && notFound != nil {
			r.Dest = "/" + renderName
		}
		t.add(r)
	}
}

// immutable lets files whose name changes with their bytes be kept for good. In the phase hit it is only said of files
// that are there.
func (t *table) immutable() {
	if dir := t.assets(); dir != "" {
		t.add(route{Src: "^" + dir + "(?:.*/)?" + assetName + "$", Headers: map[string]string{"Cache-Control": cacheForever}, CaseSensitive: true, Continue: true})
	}
}

// through says whether the function answers for whatever is no file, because the middleware is to see it.
func (t *table) through() bool { return t.onDemand && t.m.Middleware }

// byPriority adds redirects and routes that render on demand. A static pattern comes before every dynamic one.
func (t *table) byPriority() {
	for _, dynamic := range []bool{false, true} {
		for i := range t.m.Routes {
			r := &t.m.Routes[i]
			names, _ := params(r.Segments)
			if (len(names) > 0) != dynamic {
				continue
			}
			switch {
			case r.Redirect != nil:
				t.redirect(r)
			case !r.Prerender:
				t.onDemandRoute(r)
			}
		}
	}
}

func (t *table) onDemandRoute(r *manifest.Route) {
	for _, c := range t.isr {
		if c.route == r {
			t.add(route{Src: c.src, Methods: []string{"GET", "HEAD"}, Dest: c.dest, CaseSensitive: true})
		}
	}
	t.add(route{Src: routeExpression(t.m, r.Segments), Dest: "/" + t.own.name(r), CaseSensitive: true})
}

// rest adds what answers where nothing else does.
func (t *table) rest() {
	if t.onDemand {
		// A path in an unusual spelling may be that of a route; the function knows.
		t.add(route{Src: `^/.*%.*$`, Dest: "/" + renderName})
	}
	notFound := t.errorRoute(404)
	if t.through() || t.onDemand && notFound != nil && !notFound.Prerender {
		t.add(route{Src: "^/.*$", Dest: "/" + renderName})
		return
	}
	if t.pages.has("404.html") {
		t.add(route{Src: "^/.*$", Dest: t.static("404.html"), Status: http.StatusNotFound})
	}
}

func (t *table) errorRoute(status int) *manifest.Route {
	for i := range t.m.Routes {
		if t.m.Routes[i].Error == status {
			return &t.m.Routes[i]
		}
	}
	return nil
}

// errors names the pages for what goes wrong in the platform itself.
func (t *table) errors() {
	var routes []route
	for _, status := range []int{404, 500} {
		if file := fmt.Sprintf("%d.html", status); t.pages.has(file) {
			routes = append(routes, route{Src: "^/.*$", Dest: t.static(file), Status: status})
		}
	}
	if len(routes) > 0 {
		t.add(route{Handle: "error"})
		t.routes = append(t.routes, routes...)
	}
}

// redirect adds a redirect of site.yaml. Where there is a middleware the function does it, behind it. One with parameters becomes
// several rules, because the target has no slash for a rest parameter that is empty, and the slash at its end depends on whether the
// last value is a file's name.
func (t *table) redirect(r *manifest.Route) {
	if t.through() || t.onDemand && (ambiguous(r.Segments) || r.FillsTail()) {
		t.add(route{Src: routeExpression(t.m, r.Segments), Dest: "/" + renderName, CaseSensitive: true})
		return
	}
	names, rest := params(r.Segments)
	if len(names) > maxCaptures {
		t.problems = append(t.problems, diag.Diagnostic{Code: "SG6103", Range: diag.Range{Pos: diag.Pos{File: r.Source, Line: r.Line}},
			Message: fmt.Sprintf("the redirect from %s has %d parameters, and Vercel takes over %d at most", r.Pattern, len(names), maxCaptures),
			Hint:    "use a rest parameter: [...path]"})
		return
	}
	if r.FillsTail() {
		t.problems = append(t.problems, diag.Diagnostic{Code: "SG6103", Range: diag.Range{Pos: diag.Pos{File: r.Source, Line: r.Line}},
			Message: "the redirect from " + r.Pattern + " has a parameter in the query of its target, which has to be escaped, and that takes a function",
			Hint:    "write the redirects out one by one, or render a page on demand"})
		return
	}
	if len(names) > 0 && t.onDemand {
		defer t.add(route{Src: routeExpression(t.m, r.Segments), Dest: "/" + renderName, CaseSensitive: true})
	}
	t.redirectRules(r, r.Redirect.To, false)
	if rest != "" {
		t.redirectRules(r, redirects.WithoutRest(r.Redirect.To, rest), true)
	}
}

// ambiguous says whether a segment has two parameters, so that the one may take what is not plain from the other.
func ambiguous(segs [][]manifest.Part) bool {
	return slices.ContainsFunc(segs, func(parts []manifest.Part) bool {
		names, _ := params([][]manifest.Part{parts})
		return len(names) > 1
	})
}

// redirectRules adds the rules for a target, which ends in a slash or not by what its last value is.
func (t *table) redirectRules(r *manifest.Route, to string, noRest bool) {
	suffixes := []string{""}
	if last := lastParam(to); last != "" && t.m.TrailingSlash == "always" {
		suffixes = []string{last, ""}
	}
	for _, suffix := range suffixes {
		e := expression{segments: r.Segments, base: t.m.Base, capture: true, noRest: noRest, suffix: suffix, plain: t.onDemand}
		src := whole(e.build(), manifest.EndsInFile(r.Segments))
		if src == "^/?$" {
			src = "^/$"
		}
		t.moved(src, t.location(to, &e), r.Redirect.Status)
	}
}

// lastParam is the name of the parameter that the path of a target ends with, or "".
func lastParam(to string) string {
	to, _ = cutTail(to)
	if !strings.HasPrefix(to, "/") || !strings.HasSuffix(to, "]") {
		return ""
	}
	return strings.TrimPrefix(to[strings.LastIndexByte(to, '[')+1:len(to)-1], "...")
}

// cutTail cuts a target before its query and fragment, where brackets are text.
func cutTail(to string) (path, tail string) {
	i := strings.IndexAny(to+"?", "?#")
	return to[:i], to[i:]
}

// location writes the target of a redirect with $1 for values.
func (t *table) location(to string, e *expression) string {
	path, tail := cutTail(to)
	var b strings.Builder
	lastIsParam := false
	for rest := path; rest != ""; {
		open := strings.IndexByte(rest, '[')
		if open < 0 {
			text(&b, rest, lastIsParam)
			lastIsParam = false
			break
		}
		if open > 0 {
			text(&b, rest[:open], lastIsParam)
		}
		end := strings.IndexByte(rest, ']')
		fmt.Fprintf(&b, "$%d", slices.Index(e.order, strings.TrimPrefix(rest[open+1:end], "..."))+1)
		rest, lastIsParam = rest[end+1:], true
	}
	after := b.String()
	b.Reset()
	text(&b, tail, false)
	tail = b.String()
	if !strings.HasPrefix(to, "/") {
		return after + tail
	}
	path = after
	for strings.HasPrefix(path, "//") {
		path = path[1:]
	}
	switch {
	case path == "/" || hasExtension(path) || lastIsParam && e.suffix != "":
	case t.m.TrailingSlash == "always" && !strings.HasSuffix(path, "/"):
		path += "/"
	case t.m.TrailingSlash == "never":
		path = strings.TrimSuffix(path, "/")
	}
	return escapePath(t.base()) + path + tail
}

// text writes fixed text of a target: printable ASCII, with nothing in it that would read as a value, or as part of the
// number of the value before it. A percent sign that begins no escape is escaped.
func text(b *strings.Builder, s string, afterParam bool) {
	for i := range len(s) {
		c := s[i]
		alnum := '1' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		switch {
		case c == '$' || i == 0 && afterParam && alnum || c == '%' && !redirects.IsEscape(s[i:]):
			fmt.Fprintf(b, "%%%02X", c)
		case c > ' ' && c < 0x7f && !strings.ContainsRune("\"<>\\^`{|}", rune(c)):
			b.WriteByte(c)
		default:
			fmt.Fprintf(b, "%%%02X", c)
		}
	}
}
