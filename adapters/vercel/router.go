package vercel

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// router follows the route table of config.json as the platform does, by the rules of its published router: phases, rules
// that go on, values of groups, conditions, changes of the query.
type router struct {
	phases map[string][]compiledRoute // by handle; "" is what comes first
}

type compiledRoute struct {
	route
	src *regexp.Regexp
	has []compiledCondition // conditions that must hold, and those that must not
}

type compiledCondition struct {
	condition
	value  *regexp.Regexp
	negate bool
}

var handles = []string{"filesystem", "hit", "miss", "rewrite", "error", "resource"}

// newRouter compiles a route table, and refuses what the platform would refuse.
func newRouter(routes []route) (*router, error) {
	r := &router{phases: map[string][]compiledRoute{}}
	phase, seen := "", map[string]bool{}
	for i, c := range routes {
		if c.Handle != "" {
			if !slices.Contains(handles, c.Handle) || seen[c.Handle] {
				return nil, fmt.Errorf("route %d: the phase %q is unknown or comes twice", i, c.Handle)
			}
			phase, seen[c.Handle] = c.Handle, true
			continue
		}
		if c.Src == "" || phase == "hit" && (c.Dest != "" || c.Status != 0 || !c.Continue) {
			return nil, fmt.Errorf("route %d cannot stand in the phase %q", i, phase)
		}
		flags := "(?s)"
		if !c.CaseSensitive {
			flags = "(?si)"
		}
		src := strings.TrimSuffix(strings.TrimPrefix(c.Src, "^"), "$")
		re, err := regexp.Compile(flags + "^(?:" + src + ")$")
		if err != nil {
			return nil, fmt.Errorf("route %d: %w", i, err)
		}
		cr := compiledRoute{route: c, src: re}
		for n, list := range [][]condition{c.Has, c.Missing} {
			for _, cond := range list {
				v, err := regexp.Compile("^(?:" + cond.Value + ")$")
				if err != nil {
					return nil, fmt.Errorf("route %d: %w", i, err)
				}
				cr.has = append(cr.has, compiledCondition{cond, v, n == 1})
			}
		}
		r.phases[phase] = append(r.phases[phase], cr)
	}
	return r, nil
}

// passage is one request on its way through the table.
type passage struct {
	req     *http.Request
	path    string // as it was sent, or as a rule has it
	query   string // raw
	headers http.Header
	status  int
	dest    bool // the path is one that a rule leads to
	denied  bool // by the firewall
}

// run goes through the rules of one phase, and says whether one of them ended it.
func (r *router) run(phase string, p *passage) bool {
	keep := phase == "hit" || phase == "miss"
	for _, c := range r.phases[phase] {
		if len(c.Methods) > 0 && !slices.Contains(c.Methods, p.req.Method) {
			continue
		}
		if phase == "error" && c.Status != 0 && c.Status != p.status {
			continue
		}
		m := c.src.FindStringSubmatch(p.path)
		if m == nil || !c.holds(p) {
			continue
		}
		if c.Mitigate != nil && c.Mitigate.Action == "deny" {
			p.denied = true
			return true
		} else if c.Mitigate != nil {
			p.headers.Set("X-Vercel-Mitigated", c.Mitigate.Action) // every visitor is taken for one who has passed
		}
		for name, value := range c.Headers {
			if keep && p.headers.Get(name) != "" {
				continue
			}
			p.headers.Set(name, substitute(value, m, c.src.SubexpNames()))
		}
		for _, t := range c.Transforms {
			if t.Type == "request.query" && t.Op == "delete" {
				p.query = withoutKey(p.query, t.Target.Key)
			}
		}
		if c.Status != 0 {
			p.status = c.Status
		}
		if c.Dest != "" {
			to, query, _ := strings.Cut(substitute(c.Dest, m, c.src.SubexpNames()), "?")
			p.path, p.query, p.dest = to, mergeQuery(query, p.query), true
		}
		if !c.Continue {
			return true
		}
	}
	return false
}

func (c *compiledRoute) holds(p *passage) bool {
	for _, cond := range c.has {
		value, ok := "", false
		switch cond.Type {
		case "host":
			value, ok = p.req.Host, true
		case "header":
			value = p.req.Header.Get(cond.Key)
			ok = len(p.req.Header.Values(cond.Key)) > 0
		case "cookie":
			if cookie, err := p.req.Cookie(cond.Key); err == nil {
				value, ok = cookie.Value, true
			}
		case "query":
			values, err := url.ParseQuery(p.query)
			value, ok = values.Get(cond.Key), err == nil && values.Has(cond.Key)
		}
		if cond.Value != "" {
			ok = ok && cond.value.MatchString(value)
		}
		if ok == cond.negate {
			return false
		}
	}
	return true
}

var reference = regexp.MustCompile(`\$([1-9a-zA-Z]+)`)

// substitute puts the values of groups into a text. The platform takes all letters and digits behind a dollar sign for a
// name, and falls back to the number that they begin with.
func substitute(s string, groups, names []string) string {
	return reference.ReplaceAllStringFunc(s, func(ref string) string {
		if i := slices.Index(names, ref[1:]); i > 0 {
			return groups[i]
		}
		digits := ref[1:]
		if i := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
			digits = digits[:i]
		}
		if n, err := strconv.Atoi(digits); err == nil && n < len(groups) {
			return groups[n]
		}
		return ""
	})
}

// withoutKey removes a key from a raw query, in whatever spelling.
func withoutKey(query, key string) string {
	if query == "" {
		return ""
	}
	pairs := slices.DeleteFunc(strings.Split(query, "&"), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		decoded, err := url.QueryUnescape(name)
		return err == nil && decoded == key
	})
	return strings.Join(pairs, "&")
}

// mergeQuery joins the query of a destination with that of the request. A key of the request takes the place of the same
// key of the destination.
func mergeQuery(dest, request string) string {
	if dest == "" || request == "" {
		return dest + request
	}
	for pair := range strings.SplitSeq(request, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(name); err == nil {
			dest = withoutKey(dest, decoded)
		}
	}
	return strings.Trim(dest+"&"+request, "&")
}
