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
}

// isrToken is what the routes of this build carry. It depends on all that the build was made from, and is known to
// nobody who does not have that.
func isrToken(m *manifest.Manifest) string {
	mac := hmac.New(sha256.New, []byte(m.BuildID))
	mac.Write([]byte("sitegen vercel isr"))
	return hex.EncodeToString(mac.Sum(nil))
}

// isrRoutes finds the routes that are cached, with the rule of each. Only paths with one spelling are, so that nobody can
// fill the cache with spellings of one page; the others go to the function.
func isrRoutes(m *manifest.Manifest, o *Options, report func(at, problem, hint string), warn func(diag.Diagnostic)) []isrRoute {
	var out []isrRoute
	taken := map[string]bool{}
	token := isrToken(m)
	known := map[string]bool{}
	for i := range m.Routes {
		r := &m.Routes[i]
		known[r.Pattern] = true
		rule, ok := isrRuleOf(r, &o.ISR)
		if !ok {
			continue
		}
		expr, plain := plainExpression(m.Base, r.Segments)
		if !plain {
			warn(diag.Diagnostic{Severity: diag.Warning, Code: "SG6102", Range: diag.Range{Pos: diag.Pos{File: r.Source, Line: r.Line}},
				Message: r.Source + " is rendered for every request: its path holds letters that have more than one spelling in a URL",
				Hint:    "give the route a path of plain letters, digits and hyphens"})
			continue
		}
		name := isrName(r.Pattern)
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s-%d", isrName(r.Pattern), n)
		}
		taken[name] = true
		slash := ""
		if m.TrailingSlash == "always" && !isFile(r.Segments) {
			slash = "/"
		}
		c := isrRoute{route: r, name: "_isr/" + name}
		c.src, c.path = whole("("+expr+")", isFile(r.Segments)), whole(expr, isFile(r.Segments))
		value := "$1" + slash
		if expr == "" { // the root
			c.src, c.path, value = "^/$", "^/$", "/"
		}
		c.dest = "/" + c.name + "?" + pathKey + "=" + value + "&" + tokenKey + "=" + token
		c.config = prerenderConfig{
			Expiration:      cmp.Or[any](rule.expiration, false),
			StaleExpiration: rule.staleExpiration,
			Group:           rule.group,
			BypassToken:     rule.bypassToken,
			AllowQuery:      append([]string{pathKey, tokenKey}, rule.allowQuery...),
			AllowHeader:     rule.allowHeader,
			PassQuery:       true,
		}
		out = append(out, c)
	}
	for _, pattern := range slices.Sorted(maps.Keys(o.ISR.routes)) {
		i := slices.IndexFunc(m.Routes, func(r manifest.Route) bool { return r.Pattern == pattern })
		switch {
		case i < 0:
			report("isr.routes."+pattern, "names no route of the site", suggest(pattern, known))
		case m.Routes[i].Prerender || !answersGet(&m.Routes[i]):
			report("isr.routes."+pattern, "names a route that does not render on demand, so there is nothing to keep", "")
		}
	}
	for i, pattern := range o.ISR.exclude {
		if !known[pattern] {
			report(fmt.Sprintf("isr.exclude.%d", i), fmt.Sprintf("names no route of the site: %q", pattern), suggest(pattern, known))
		}
	}
	return out
}

func suggest(name string, known map[string]bool) string {
	if s := diag.Suggest(name, slices.Sorted(maps.Keys(known))); s != "" {
		return "did you mean " + s + "?"
	}
	return "patterns are written as `sitegen routes` lists them: /blog/[slug]"
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

// isrRuleOf gives the rule of a route: that of its own in site.yaml, that of its page, or the one for all.
func isrRuleOf(r *manifest.Route, o *isrOptions) (isrRule, bool) {
	if r.Prerender || r.Error != 0 || !answersGet(r) || slices.Contains(o.exclude, r.Pattern) {
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
	if own.allowQuery != nil {
		rule.allowQuery = own.allowQuery
	}
	if own.allowHeader != nil {
		rule.allowHeader = own.allowHeader
	}
	return rule, true
}

// uncached are the patterns of routes whose page asks for a cache, while site.yaml has none for them.
func uncached(m *manifest.Manifest, o *Options) []string {
	var out []string
	for i := range m.Routes {
		r := &m.Routes[i]
		if r.Revalidate > 0 && (slices.Contains(o.ISR.exclude, r.Pattern) || o.ISR.routes[r.Pattern].off) {
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
