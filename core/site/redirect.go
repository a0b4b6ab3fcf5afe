package site

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
)

// Redirect answers with a redirect inside the site: to a path ("/login", with the base), something relative to the page
// ("?page=2", "../a"), or an absolute URL of the site's own origin. The status is 302 unless another is given. Whatever
// could lead to another host is refused with an error, so a target may come from the visitor; to lead elsewhere on
// purpose, use RedirectExternal.
func (p *Page) Redirect(to string, status ...int) error {
	location, problem := p.ownLocation(to)
	if problem != "" {
		return misuse("page.Redirect(" + quoteShort(to) + "): " + problem)
	}
	return p.placed(redirect(location, status))
}

// RedirectExternal answers with a redirect to any http or https URL. The status is 302 unless another is given. Do not
// give it a target that comes from the visitor.
func (p *Page) RedirectExternal(to string, status ...int) error {
	if problem := externalProblem(to); problem != "" {
		return misuse("page.RedirectExternal(" + quoteShort(to) + "): " + problem)
	}
	return p.placed(redirect(encodeLocation(to), status))
}

// placed notes where a redirect comes that is too late, for the log.
func (p *Page) placed(err error) error {
	if send, ok := err.(*sendError); ok && p.Response != nil && p.Response.Header.sent != nil {
		send.at = callerOutside()
	}
	return err
}

func redirect(location string, status []int) error {
	code := 302
	if len(status) > 0 {
		code = status[0]
	}
	if !isRedirect(code) {
		return misuse(strconv.Itoa(code) + " is no status of a redirect: use 301, 302, 303, 307 or 308")
	}
	r := &Response{Status: code, done: true}
	r.Header.put("Location", location)
	return &sendError{resp: r}
}

func isRedirect(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// ownLocation gives the Location of a redirect that stays on the site: one slash and no second one behind it.
func (p *Page) ownLocation(to string) (location, problem string) {
	if problem := unprintable(to); problem != "" {
		return "", problem
	}
	const elsewhere = "the target is not on this site; if that is meant, use page.RedirectExternal"
	switch {
	case to == "":
		return "", "the target is empty"
	case to[0] == '/':
		if len(to) > 1 && (to[1] == '/' || to[1] == '\\') {
			return "", elsewhere
		}
	case to[0] == '?' || to[0] == '#':
		to = p.URL.EscapedPath() + to
	case foldPrefix(to, "http://") || foldPrefix(to, "https://"):
		if to = p.cutOrigin(to); to == "" {
			return "", elsewhere
		}
	default:
		if to = p.relative(to); to == "" {
			return "", elsewhere
		}
	}
	if len(to) > 1 && (to[1] == '/' || to[1] == '\\') || to[0] != '/' {
		return "", elsewhere
	}
	return encodeLocation(p.slashedTarget(to)), ""
}

// cutOrigin gives what stands behind the site's own origin, or "".
func (p *Page) cutOrigin(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.User != nil || strings.ContainsRune(to, '\\') {
		return ""
	}
	for _, own := range []*url.URL{p.URL, p.Site} {
		if own != nil && own.Host != "" && u.Scheme == own.Scheme && equalFold(u.Host, own.Host) {
			rest := url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery, ForceQuery: u.ForceQuery, Fragment: u.Fragment, RawFragment: u.RawFragment}
			if rest.Path == "" {
				rest.Path = "/"
			}
			return rest.String()
		}
	}
	return ""
}

// relative resolves a target like "../a" against the page, or gives "".
func (p *Page) relative(to string) string {
	first, _, _ := strings.Cut(to, "/")
	if strings.ContainsAny(first, ":\\ ") || strings.ContainsRune(to, '\\') {
		return ""
	}
	ref, err := url.Parse(to)
	if err != nil || ref.Host != "" || ref.Scheme != "" {
		return ""
	}
	u := (&url.URL{Path: p.URL.Path, RawPath: p.URL.RawPath}).ResolveReference(ref)
	return u.String()
}

// slashedTarget applies the slash policy to the path of a redirect's target.
func (p *Page) slashedTarget(to string) string {
	if p.x == nil {
		return to
	}
	return p.x.app.slashedTarget(to)
}

func (c *compiledApp) slashedTarget(to string) string {
	end := strings.IndexAny(to, "?#")
	if end < 0 {
		end = len(to)
	}
	path, _, err := parsePath(to[:end])
	if err != nil {
		return to
	}
	if path, changed := c.slashed(&path); changed {
		return path.enc + to[end:]
	}
	return to
}

func externalProblem(to string) string {
	if problem := unprintable(to); problem != "" {
		return problem
	}
	if !foldPrefix(to, "http://") && !foldPrefix(to, "https://") {
		return "the target does not begin with http:// or https://"
	}
	u, err := url.Parse(to)
	if err != nil || u.Host == "" || strings.ContainsRune(to, '\\') {
		return "the target is no URL"
	}
	for i := range len(u.Host) {
		if u.Host[i] >= 0x80 {
			return "the host is not ASCII; write it in punycode (xn--…)"
		}
	}
	return ""
}

func unprintable(to string) string {
	for i := range len(to) {
		if c := to[i]; c < 0x20 || c == 0x7f {
			return "the target holds a line break or another control character"
		}
	}
	return ""
}

// encodeLocation makes a URL printable ASCII. Escapes that are there stay; nothing is escaped twice.
func encodeLocation(s string) string {
	plain := true
	for i := range len(s) {
		plain = plain && locationByte(s, i)
	}
	if plain {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		writeEscaped(&b, s[i], locationByte(s, i))
	}
	return b.String()
}

func locationByte(s string, i int) bool {
	c := s[i]
	if c == '%' {
		if i+2 >= len(s) {
			return false
		}
		_, ok := unhex2(s[i+1], s[i+2])
		return ok
	}
	return segmentByte[c] || c == '/' || c == '?' || c == '#' || c == '[' || c == ']'
}

// configured gives the Location and status of a redirect of site.yaml.
func (x *exchange) configured(r *compiledRoute) error {
	to := r.Redirect.To
	status := r.Redirect.Status
	if status == 0 {
		status = 301
	}
	if m := x.method; status == 301 && m != "GET" && m != "HEAD" {
		status = 308
	}
	own := strings.HasPrefix(to, "/")
	location, err := fillTarget(to, x.page.Params)
	if err != nil {
		return err
	}
	if own {
		for strings.HasPrefix(location, "//") || strings.HasPrefix(location, `/\`) {
			location = "/" + location[2:]
		}
		location = x.app.slashedTarget(encodeLocation(location))
		if base := x.app.base.enc; base != "/" {
			location = base[:len(base)-1] + location
		}
	}
	if x.rawQuery != "" && !strings.ContainsAny(location, "?#") {
		location += "?" + x.rawQuery
	}
	return redirect(encodeLocation(location), []int{status})
}

// fillTarget puts parameters into a target such as "/blog/[...slug]?from=[tag]", each encoded once. Parameters never reach the host of a
// URL; brackets in the query that name none are text.
func fillTarget(to string, params Params) (string, error) {
	path, tail := to, ""
	if i := strings.IndexAny(to, "?#"); i >= 0 {
		path, tail = to[:i], to[i:]
	}
	path, err := fillPath(path, params)
	return path + fillTail(tail, params), err
}

// fillPath is fillTarget for what stands before the query. A rest parameter without a value leaves no second slash behind.
func fillPath(to string, params Params) (string, error) {
	if strings.IndexByte(to, '[') < 0 {
		return to, nil
	}
	start := 0
	if i := strings.Index(to, "://"); i >= 0 {
		slash := strings.IndexByte(to[i+3:], '/')
		if slash < 0 || strings.IndexByte(to[:i+3+slash], '[') >= 0 {
			return "", errors.New("the redirect to " + strconv.Quote(to) + " has a parameter in its host")
		}
		start = i + 3 + slash
	}
	var b strings.Builder
	b.WriteString(to[:start])
	for rest := to[start:]; rest != ""; {
		open := strings.IndexByte(rest, '[')
		end := strings.IndexByte(rest, ']')
		if open < 0 || end < open {
			b.WriteString(rest)
			break
		}
		b.WriteString(encodeLocation(rest[:open])) // or a percent sign at its end would make an escape of the value
		name, isRest := strings.CutPrefix(rest[open+1:end], "...")
		rest = rest[end+1:]
		value, ok := params[name]
		if !ok && !isRest {
			return "", errors.New("the redirect to " + strconv.Quote(to) + " lacks the parameter " + strconv.Quote(name))
		}
		if !ok {
			s := strings.TrimSuffix(b.String(), "/")
			b.Reset()
			b.WriteString(s)
			if s == "" && !strings.HasPrefix(rest, "/") {
				b.WriteByte('/')
			}
			continue
		}
		writeParam(&b, value, isRest)
	}
	return b.String(), nil
}

// fillTail is fillTarget for the query and the fragment. A rest parameter without a value is empty there.
func fillTail(s string, params Params) string {
	if strings.IndexByte(s, '[') < 0 {
		return s
	}
	var b strings.Builder
	for {
		text, after, ok := strings.Cut(s, "[")
		inside, rest, closed := strings.Cut(after, "]")
		if !ok || !closed {
			b.WriteString(s)
			return b.String()
		}
		name, isRest := strings.CutPrefix(inside, "...")
		value, known := params[name]
		if !known && !isRest {
			b.WriteString(text + "[")
			s = after
			continue
		}
		b.WriteString(encodeLocation(text))
		writeParam(&b, value, isRest)
		s = rest
	}
}

// writeParam writes the value of a parameter into a target, with nothing in it that means something there.
func writeParam(b *strings.Builder, value string, isRest bool) {
	for i := range len(value) {
		writeEscaped(b, value[i], unreservedByte(value[i]) || isRest && value[i] == '/')
	}
}
