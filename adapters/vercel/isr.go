package vercel

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// The keys of the query by which a cached function is told the path; the running half has the same.
const (
	pathKey  = "__sg_path"
	tokenKey = "__sg_token"
)

// isrRoute is one route with a cache in front of it.
type isrRoute struct {
	route  *manifest.Route
	name   string // of its function: "_isr/blog-slug"
	src    string // which paths are cached
	dest   string
	path   string // what the running half believes to be asked for, an expression
	config prerenderConfig
	first  string // the path that is rendered when the site is built, "" for none
}

// isrToken is what the routes of this build carry. It depends on all that the build was made from, and is known to
// nobody who does not have that.
func isrToken(m *manifest.Manifest) string {
	mac := hmac.New(sha256.New, []byte(m.BuildID))
	mac.Write([]byte("sitegen vercel isr"))
	return hex.EncodeToString(mac.Sum(nil))
}

// isrRoutes finds the routes that are cached, with the rule of each.
func (b *builder) isrRoutes() []isrRoute {
	var out []isrRoute
	names := map[string]bool{}
	for i := range b.site.Manifest.Routes {
		r := &b.site.Manifest.Routes[i]
		rule, ok := isrRuleOf(r, &b.o.ISR)
		if !ok {
			continue
		}
		if c, ok := b.isrRoute(r, rule, names); ok {
			out = append(out, c)
		}
	}
	b.checkISR()
	return out
}

// isrRoute puts a cache in front of a route; names are those that are taken. Only paths with one spelling are cached, so that
// nobody can fill the cache with spellings of one page; the others go to the function.
func (b *builder) isrRoute(r *manifest.Route, rule isrRule, names map[string]bool) (isrRoute, bool) {
	m := b.site.Manifest
	expr, plain := plainExpression(m.Base, r.Segments)
	if !plain {
		b.problems = append(b.problems, diag.Diagnostic{Severity: diag.Warning, Code: "SG6102", Range: diag.Range{Pos: diag.Pos{File: r.Source, Line: r.Line}},
			Message: r.Source + " is rendered for every request: its path holds letters that have more than one spelling in a URL",
			Hint:    "give the route a path of plain letters, digits and hyphens"})
		return isrRoute{}, false
	}
	name := isrName(r.Pattern)
	for n := 2; names[name]; n++ {
		name = fmt.Sprintf("%s-%d", isrName(r.Pattern), n)
	}
	names[name] = true
	slash := ""
	c := isrRoute{route: r, name: "_isr/" + name}
	c.src, c.path = whole("("+expr+")", manifest.EndsInFile(r.Segments)), whole(expr, manifest.EndsInFile(r.Segments))
	value := "$1"
	if m.TrailingSlash == "always" && !manifest.EndsInFile(r.Segments) {
		// By now a slash is where it belongs: everywhere but behind a value that is a file's name.
		slash, c.src = "/", "^("+expr+"/?)$"
	}
	if expr == "" { // the root
		c.src, c.path, value = "^/$", "^/$", "/"
	}
	c.dest = c.target(m, value)
	c.config = prerenderConfig{
		Expiration:      cmp.Or[any](rule.expiration, false),
		StaleExpiration: rule.staleExpiration,
		Group:           rule.group,
		BypassToken:     rule.bypassToken,
		AllowQuery:      append([]string{pathKey, tokenKey}, rule.allowQuery...),
		AllowHeader:     rule.allowHeader,
		PassQuery:       true,
		ExposeErrBody:   true,
	}
	if b.isFirst(r, rule) {
		c.first = cmp.Or(strings.TrimSuffix(m.Base, "/")+strings.TrimSuffix(r.Pattern, "/")+slash, "/")
	}
	return c, true
}

// target is how the cached function is asked for a path.
func (c *isrRoute) target(m *manifest.Manifest, path string) string {
	return "/" + c.name + "?" + pathKey + "=" + path + "&" + tokenKey + "=" + isrToken(m)
}

// isFirst says whether a route is rendered when the site is built. The platform answers all that was not asked for yet with the one
// file, so there must be nothing that makes a difference.
func (b *builder) isFirst(r *manifest.Route, rule isrRule) bool {
	own := b.o.ISR.routes[r.Pattern].fallback
	if rule.fallback == nil || !*rule.fallback {
		return false
	}
	names, _ := params(r.Segments)
	why := ""
	switch {
	case len(names) > 0:
		why = "it has parameters"
	case len(rule.allowQuery) > 0:
		why = "keys of the query make a difference (allowQuery)"
	case len(rule.allowHeader) > 0:
		why = "headers make a difference (allowHeader)"
	default:
		return true
	}
	if own != nil {
		b.report("isr.routes."+r.Pattern+".fallback", "cannot be: "+why+", so there is no one page to begin with", "remove fallback from this route")
	}
	return false
}

// checkISR reports rules for what is not there, or cannot be kept.
func (b *builder) checkISR() {
	m, o := b.site.Manifest, &b.o.ISR
	known := map[string]bool{}
	for i := range m.Routes {
		known[m.Routes[i].Pattern] = true
	}
	for _, pattern := range slices.Sorted(maps.Keys(o.routes)) {
		at := "isr.routes." + pattern
		i := slices.IndexFunc(m.Routes, func(r manifest.Route) bool { return r.Pattern == pattern })
		switch {
		case i < 0:
			b.report(at, "names no route of the site", suggest(pattern, known))
		case m.Routes[i].Prerender || !answersGet(&m.Routes[i]):
			b.report(at, "names a route that does not render on demand, so there is nothing to keep", "")
		case o.routes[pattern].off:
		case m.Routes[i].Guarded:
			b.report(at, "would keep a page behind a guard of the middleware and give it to everybody", "remove it")
		case personal(&m.Routes[i]):
			b.report(at, "would keep a page that asks the session and give it to everybody", "remove it")
		}
	}
	for i, pattern := range o.exclude {
		if !slices.ContainsFunc(m.Routes, func(r manifest.Route) bool { return covers(pattern, r.Pattern) }) {
			b.report(fmt.Sprintf("isr.exclude.%d", i), fmt.Sprintf("names no route of the site: %q", pattern), suggest(pattern, known))
		}
	}
}

func suggest(name string, known map[string]bool) string {
	if s := diag.Suggest(name, slices.Sorted(maps.Keys(known))); s != "" {
		return "did you mean " + s + "?"
	}
	return "patterns are written as `sitegen routes` lists them: /blog/[slug]"
}

// covers says whether an entry of exclude is for a route: it is the pattern, or has stars that stand for any text.
func covers(entry, pattern string) bool {
	pieces := strings.Split(entry, "*")
	last := len(pieces) - 1
	if last == 0 {
		return entry == pattern
	}
	rest, ok := strings.CutPrefix(pattern, pieces[0])
	for _, p := range pieces[1:last] {
		i := strings.Index(rest, p)
		if !ok || i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	return ok && strings.HasSuffix(rest, pieces[last])
}

// excludes says whether site.yaml takes a route out of what is kept.
func (o *isrOptions) excludes(pattern string) bool {
	return slices.ContainsFunc(o.exclude, func(entry string) bool { return covers(entry, pattern) })
}

// answersGet says whether a route can be read at all.
func answersGet(r *manifest.Route) bool {
	switch {
	case r.Redirect != nil:
		return false
	case r.Type == manifest.Endpoint:
		return slices.Contains(r.Methods, "GET") || slices.Contains(r.Methods, "ALL")
	}
	return true
}

// isrRuleOf gives the rule of a route: that of its own in site.yaml, that of its page, or the one for all. What is for one visitor
// alone, behind a guard or with a session, is never kept.
func isrRuleOf(r *manifest.Route, o *isrOptions) (isrRule, bool) {
	if r.Prerender || r.Error != 0 || !answersGet(r) || o.excludes(r.Pattern) || personal(r) {
		return isrRule{}, false
	}
	own, named := o.routes[r.Pattern]
	if named && own.off {
		return isrRule{}, false
	}
	if !named && r.Revalidate == 0 && !(o.all && r.Type == manifest.Page) {
		return isrRule{}, false
	}
	rule := o.rule
	if r.Revalidate > 0 {
		rule.expiration = r.Revalidate
	}
	rule.expiration = cmp.Or(own.expiration, rule.expiration)
	rule.staleExpiration = cmp.Or(own.staleExpiration, rule.staleExpiration)
	rule.group = cmp.Or(own.group, rule.group)
	rule.bypassToken = cmp.Or(own.bypassToken, rule.bypassToken)
	rule.fallback = cmp.Or(own.fallback, rule.fallback)
	if own.allowQuery != nil {
		rule.allowQuery = own.allowQuery
	}
	if own.allowHeader != nil {
		rule.allowHeader = own.allowHeader
	}
	return rule, true
}

// personal says whether the answers of a route are for one visitor alone.
func personal(r *manifest.Route) bool {
	return r.Guarded || slices.ContainsFunc(r.Features, func(f manifest.Feature) bool { return f.Name == adapter.Sessions })
}

// uncached are the patterns of routes whose page asks for a cache, while site.yaml has none for them.
func uncached(m *manifest.Manifest, o *Options) []string {
	var out []string
	for i := range m.Routes {
		r := &m.Routes[i]
		if r.Revalidate > 0 && (o.ISR.excludes(r.Pattern) || o.ISR.routes[r.Pattern].off) {
			out = append(out, r.Pattern)
		}
	}
	return out
}

// plainExpression matches the paths of a route that have one spelling only; ok is false when it has none.
func plainExpression(base string, segs [][]manifest.Part) (expr string, ok bool) {
	var b strings.Builder
	ok = plainText(strings.Trim(base, "/"))
	b.WriteString(literal(strings.TrimSuffix(base, "/")))
	for _, parts := range segs {
		if parts[0].Rest {
			b.WriteString("(?:/" + plainSegment + ")*")
			continue
		}
		b.WriteByte('/')
		for _, p := range parts {
			if p.Param != "" {
				b.WriteString(plainSegment)
				continue
			}
			ok = ok && plainText(p.Text)
			b.WriteString(literal(p.Text))
		}
	}
	return b.String(), ok
}

func plainText(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_.~-/", c) >= 0) {
			return false
		}
	}
	return true
}

// isrName makes the name of a function of a pattern: "/blog/[slug]" is blog-slug.
func isrName(pattern string) string {
	var b strings.Builder
	for i := range len(pattern) {
		c := pattern[i]
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_':
			b.WriteByte(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	const most = 100 // of the 128 that the platform allows
	name := strings.TrimSuffix(b.String(), "-")
	return cmp.Or(name[:min(len(name), most)], "index")
}
