package netlify

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/adapter/redirects"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

const redirectsFile = "_redirects"

// redirect is one line of _redirects.
type redirect struct {
	from, to string
	status   int
}

// planRedirects gives redirects to Netlify. Where there is a function, it keeps those that it alone does as everywhere else:
// behind a middleware, with parameters, with a status that Netlify is not known to send. A function with a path is asked
// before _redirects is looked at, so the sources of all others are taken out of its path.
func (b *builder) planRedirects() {
	routes := b.site.Manifest.Routes
	for i := range routes {
		if r := &routes[i]; r.Type == manifest.Redir {
			b.planRedirect(r)
		}
	}
	for _, p := range b.client.Pages {
		if p.Status < 300 || p.Status >= 400 {
			continue
		}
		// A page that stands for a redirect where nobody can redirect.
		b.private = append(b.private, p.File)
		to := p.Location()
		known := slices.ContainsFunc(routes, func(r manifest.Route) bool { return r.Type == manifest.Redir && r.Pattern == p.Route })
		if to != "" && !known {
			b.add(strings.TrimSuffix(p.Path, "/"), to, statusOf(p.Status))
		}
	}
	if b.site.OnDemand && b.o.Mode == shim && b.base == "/" {
		b.excluded = append(b.excluded, "/.netlify/*") // the platform's own
	}
	b.planTasks()
	b.planFunctions()
	b.planOwn()
	slices.Sort(b.excluded)
	b.excluded = slices.Compact(b.excluded)
}

// planRedirect decides about one redirect of site.yaml.
func (b *builder) planRedirect(r *manifest.Route) {
	status := r.Redirect.Status
	if status == 0 {
		status = 301
	}
	params := slices.ContainsFunc(r.Segments, func(parts []manifest.Part) bool {
		return slices.ContainsFunc(parts, func(p manifest.Part) bool { return p.Param != "" })
	})
	if b.site.OnDemand && (params || b.site.Manifest.Middleware || status != 301 && status != 302) {
		return
	}
	from, rest, problem := b.source(r)
	to := ""
	if problem == "" {
		to, problem = b.target(r, r.Redirect.To)
	}
	if r.FillsTail() {
		problem = "a parameter in the query of its target has to be escaped, which takes a program"
	}
	if problem != "" {
		b.warn("SG6205", diag.Pos{File: r.Source, Line: r.Line}, "the redirect from "+r.Pattern+" does nothing on Netlify: "+problem, "write the redirects out one by one")
		return
	}
	if rest != "" {
		// The star stands for nothing too, and then the slash in front of it would stay in the target.
		if short, problem := b.target(r, redirects.WithoutRest(r.Redirect.To, rest)); problem == "" {
			b.add(strings.TrimSuffix(from, "/*"), short, statusOf(status))
		}
	}
	b.add(from, to, statusOf(status))
}

// statusOf is the status that Netlify is known to send. For visitors who only read, each pair means the same.
func statusOf(status int) int {
	switch status {
	case 303, 307:
		return 302
	case 308:
		return 301
	}
	return status
}

// source writes the pattern of a redirect as Netlify has it. rest is the name of the parameter that became a star.
func (b *builder) source(r *manifest.Route) (from, rest, problem string) {
	s := strings.TrimSuffix(encodePath(b.base), "/")
	names := placeholders(r)
	for i, parts := range r.Segments {
		switch {
		case len(parts) == 1 && parts[0].Rest && i == len(r.Segments)-1:
			return s + "/*", parts[0].Param, ""
		case len(parts) == 1 && parts[0].Rest:
			return "", "", "a rest parameter can stand only at the end there"
		case len(parts) == 1 && parts[0].Param != "":
			s += "/:" + names[parts[0].Param]
		case len(parts) == 1:
			s += "/" + encodePath(parts[0].Text)
		default:
			return "", "", "a parameter must be a whole segment there"
		}
	}
	if s == "" {
		s = "/"
	}
	return s, "", ""
}

// placeholders gives the parameters of a redirect names that Netlify takes, each another one: "a-b" and "a_b" may stand side by side,
// and "splat" is what a star is called.
func placeholders(r *manifest.Route) map[string]string {
	names := map[string]string{}
	taken := map[string]bool{"splat": true}
	for _, parts := range r.Segments {
		for _, p := range parts {
			if p.Param == "" || p.Rest {
				continue
			}
			name := strings.ReplaceAll(p.Param, "-", "_")
			for taken[name] {
				name += "_"
			}
			names[p.Param], taken[name] = name, true
		}
	}
	return names
}

// inPlaceholder says whether a byte belongs to the name of a placeholder.
func inPlaceholder(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// target writes the target to of a redirect.
func (b *builder) target(r *manifest.Route, to string) (_, problem string) {
	names := placeholders(r)
	for _, parts := range r.Segments {
		for _, p := range parts {
			switch {
			case p.Param == "":
			case p.Rest:
				to = strings.ReplaceAll(to, "[..."+p.Param+"]", "\x00splat")
			default:
				pieces := strings.Split(to, "["+p.Param+"]")
				for i, after := range pieces[1:] {
					if after != "" && inPlaceholder(after[0]) { // or it would be read as a part of the name
						pieces[i+1] = fmt.Sprintf("%%%02X", after[0]) + after[1:]
					}
				}
				to = strings.Join(pieces, "\x00"+names[p.Param])
			}
		}
	}
	if strings.HasPrefix(to, "/") {
		// What a star stands for may begin with a slash, and two of them lead to another host; what a placeholder stands for
		// may, if it is decoded.
		if strings.HasPrefix(to[1:], "\x00") && b.base == "/" {
			if b.site.Manifest.Site == "" {
				return "", "its target begins with what the visitor sends, so it needs `site:` in site.yaml"
			}
			to = strings.TrimSuffix(b.site.Manifest.Site, "/") + to
		} else {
			to = strings.TrimSuffix(b.base, "/") + b.slashed(to)
		}
	}
	// A colon of the author's own would be a placeholder too.
	head, tail := "", to
	if i := strings.Index(to, "://"); i >= 0 {
		end := i + 3 + max(strings.IndexByte(to[i+3:], '/'), 0)
		head, tail = to[:end], to[end:]
	}
	tail = strings.ReplaceAll(encodeTarget(tail), ":", "%3A")
	return head + strings.ReplaceAll(tail, "%00", ":"), ""
}

// slashed applies the slash policy to a path of the site's own.
func (b *builder) slashed(to string) string {
	p, tail := to, ""
	if i := strings.IndexAny(to, "?#"); i >= 0 {
		p, tail = to[:i], to[i:]
	}
	last := path.Base(p)
	if p == "/" || strings.Contains(last, "\x00") {
		return to
	}
	switch b.site.Manifest.TrailingSlash {
	case "always":
		if !strings.HasSuffix(p, "/") && !strings.Contains(last, ".") {
			p += "/"
		}
	case "never":
		p = strings.TrimSuffix(p, "/")
	}
	return p + tail
}

// add takes a redirect to the list, and out of the path of the function.
func (b *builder) add(from, to string, status int) {
	if from == "" {
		from = "/"
	}
	b.redirects = append(b.redirects, redirect{from, to, status})
	b.exclude(from)
}

// exclude takes the source of a redirect out of the path of the function, in the forms that Netlify's rule matches.
func (b *builder) exclude(from string) {
	if !b.site.OnDemand || b.o.Mode == lambda {
		return
	}
	pattern := patternOf(from)
	b.excluded = append(b.excluded, pattern)
	switch short, star := strings.CutSuffix(pattern, "/*"); {
	case star && short != "":
		b.excluded = append(b.excluded, short)
	case !star && pattern != "/":
		b.excluded = append(b.excluded, strings.TrimSuffix(pattern, "/")+"/")
	}
}

// patternOf is the source of a rule as a path of a function: stars and placeholders mean the same in both. Netlify takes a
// path with none of its own signs in it for text, and all others for a URL pattern, where text that means something must be
// escaped (getRoute in @netlify/zip-it-and-ship-it).
func patternOf(from string) string {
	if isText(from) {
		return from
	}
	segments := strings.Split(from, "/")
	for i, s := range segments {
		if s != "*" && !strings.HasPrefix(s, ":") {
			segments[i] = escapePattern(s)
		}
	}
	return strings.Join(segments, "/")
}

// isText says whether Netlify takes the path of a function for text.
func isText(path string) bool {
	return !strings.ContainsAny(path, "*{[(") && !strings.Contains(path, "/:")
}

// escapePattern makes text that stands for itself in a URL pattern.
func escapePattern(s string) string {
	var b strings.Builder
	for _, c := range s {
		if strings.ContainsRune(`:*?+(){}[]\|^$`, c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// planOwn looks at the author's own rules: the function must leave their sources alone, or they never apply.
func (b *builder) planOwn() {
	if !b.site.OnDemand || b.o.Mode == lambda {
		return
	}
	number := 0
	for line := range strings.Lines(string(b.own[redirectsFile])) {
		number++
		fields := strings.Fields(line)
		if len(fields) < 2 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		from := fields[0]
		if u, err := url.Parse(from); err == nil && u.Host != "" {
			from = u.Path // of one domain among several
		}
		if !strings.HasPrefix(from, "/") {
			continue
		}
		if from == "/*" || from == b.base+"*" || from == "/" {
			b.warn("SG6206", diag.Pos{File: "public/" + redirectsFile, Line: number},
				fmt.Sprintf("the rule for %s never applies: the function answers there first", from),
				"do it in the middleware, or use `mode: lambda`, which comes after all rules")
			continue
		}
		b.exclude(from)
	}
}

// redirectsText is the file: the author's rules first, then ours, then, in mode lambda, the function for all the rest.
func (b *builder) redirectsText() []byte {
	text := string(b.own[redirectsFile])
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	for _, r := range b.redirects {
		text += r.from + " " + r.to + " " + strconv.Itoa(r.status) + "\n"
	}
	if b.site.OnDemand && b.o.Mode == lambda {
		text += encodePath(b.base) + "* /.netlify/functions/" + functionName + " 200\n"
	}
	return []byte(text)
}

// encodePath writes a decoded path, or a piece of one, for a URL.
func encodePath(s string) string { return encodeBytes(s, "-._~!$&'()+,;=@/") }

// encodeTarget is encodePath for what may hold a query, a fragment and escapes. A percent sign that begins none is escaped.
func encodeTarget(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if b.WriteByte(s[i]); s[i] == '%' && !redirects.IsEscape(s[i:]) {
			b.WriteString("25")
		}
	}
	s = b.String()
	return strings.ReplaceAll(encodeBytes(s, "-._~!$&'()*+,;=:@/?#[]%"), "[", "%5B")
}

func encodeBytes(s, plain string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
