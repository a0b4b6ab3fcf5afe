package cloudflare

import (
	"fmt"
	"strings"

	"sitegen.dev/core/adapter/redirects"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// redirectLine is a line of _redirects.
type redirectLine struct {
	from, to string
	status   int
}

// dynamic says whether Cloudflare counts the line among those with a wildcard.
func (l redirectLine) dynamic() bool { return strings.ContainsAny(l.from, ":*") }

// redirectRules writes _redirects for a site without a Worker; with one, the Worker redirects in the order of the routes.
func (b *builder) redirectRules() {
	if b.site.OnDemand {
		return
	}
	var lines []redirectLine
	for i := range b.site.Manifest.Routes {
		r := &b.site.Manifest.Routes[i]
		if r.Redirect == nil {
			continue
		}
		more, problem := b.redirect(r)
		if problem != "" {
			b.report(diag.Warning, "SG6306", diag.Range{Pos: diag.Pos{File: r.Source, Line: r.Line}},
				"the redirect from "+r.Pattern+" does nothing on Cloudflare: "+problem, "write the redirects out one by one")
		}
		lines = append(lines, more...)
	}
	for _, p := range b.list.pages {
		switch to := p.Location(); {
		case !odd(p) || b.isRedirect(p.Route):
		case p.Status >= 300 && p.Status < 400 && to != "":
			lines = append(lines, redirectLine{p.Path, to, p.Status})
			if other := otherSlash(p.Path); other != "" {
				lines = append(lines, redirectLine{other, to, p.Status})
			}
		default:
			b.report(diag.Warning, "SG6306", diag.Range{Pos: diag.Pos{File: b.sourceOf(p.Route)}},
				fmt.Sprintf("%s was prerendered with status %d, and Cloudflare answers 200 for static files", p.Path, p.Status), "render it on demand: `const prerender = false`")
		}
	}
	var w strings.Builder
	static, dynamic := 0, 0
	for _, l := range lines {
		if l.dynamic() {
			dynamic++
		} else {
			static++
		}
		fmt.Fprintf(&w, "%s %s %d\n", l.from, l.to, l.status)
	}
	if static > maxRedirects || dynamic > maxRules {
		b.report(diag.Error, "SG6306", diag.Range{}, fmt.Sprintf("the site has %d redirects and %d with parameters, each with a slash at its end and without, and Cloudflare takes %d and %d",
			static, dynamic, maxRedirects, maxRules), "join some with a rest parameter, [...rest]")
	}
	b.redirects = w.String()
}

// redirect gives the lines for a redirect of site.yaml. Cloudflare compares whole paths, so there is one line for the path with a slash
// at its end, and one for a rest parameter that is empty.
func (b *builder) redirect(r *manifest.Route) (lines []redirectLine, problem string) {
	if r.FillsTail() {
		return nil, "a parameter in the query of its target has to be escaped, which takes a Worker"
	}
	from, rest, names, problem := b.redirectSource(r.Segments)
	if problem != "" {
		return nil, problem
	}
	add := func(from, to string) {
		from, to = b.underBase(from), redirectTarget(to, names)
		if strings.HasPrefix(to, "/") {
			to = b.underBase(to)
		}
		lines = append(lines, redirectLine{from, to, r.Redirect.Status})
		if other := otherSlash(from); other != "" && !strings.HasSuffix(from, "*") && !manifest.EndsInFile(r.Segments) {
			lines = append(lines, redirectLine{other, to, r.Redirect.Status})
		}
	}
	if rest != "" {
		add("/"+strings.TrimLeft(strings.ReplaceAll(from, "/*", ""), "/"), redirects.WithoutRest(r.Redirect.To, rest))
	}
	add(from, r.Redirect.To)
	return lines, ""
}

// redirectSource writes a pattern for _redirects. names says what its parameters are called there: a name may only have letters, digits
// and underscores, begin with a letter, and none may begin like another one, since they are replaced as text.
func (b *builder) redirectSource(segs [][]manifest.Part) (from, rest string, names map[string]string, problem string) {
	names = map[string]string{}
	var w strings.Builder
	for _, parts := range segs {
		w.WriteByte('/')
		for i, p := range parts {
			switch {
			case p.Rest:
				rest = p.Param
				names["..."+p.Param] = ":splat"
				w.WriteByte('*')
			case p.Param != "":
				if len(names) == 26 {
					return "", "", nil, "it has too many parameters"
				}
				name := ":p" + string(rune('a'+len(names)))
				names[p.Param] = name
				w.WriteString(name)
				if i+1 < len(parts) && parts[i+1].Text != "" && inName(parts[i+1].Text[0]) {
					return "", "", nil, "the text behind [" + p.Param + "] would be read as a part of its name"
				}
			case readAsName(p.Text):
				return "", "", nil, "a colon in front of a letter means a parameter there"
			default:
				w.WriteString(escapePath(p.Text))
			}
		}
	}
	if w.Len() == 0 {
		return "/", rest, names, ""
	}
	return w.String(), rest, names, ""
}

// inName says whether a byte belongs to the name of a placeholder.
func inName(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// readAsName says whether Cloudflare finds a placeholder in a text.
func readAsName(s string) bool {
	for i := range len(s) - 1 {
		if c := s[i+1] | 0x20; s[i] == ':' && 'a' <= c && c <= 'z' {
			return true
		}
	}
	return false
}

// redirectTarget writes a target for _redirects. Brackets in its query are text, and so are its colons.
func redirectTarget(to string, names map[string]string) string {
	var w strings.Builder
	if scheme, host, ok := strings.Cut(to, "://"); ok && !strings.HasPrefix(to, "/") {
		end := strings.IndexAny(host+"/", "/?#")
		w.WriteString(scheme + "://" + host[:end])
		to = host[end:]
	}
	text := func(s string) {
		for i := range len(s) {
			switch c := s[i]; {
			case c == ':':
				w.WriteString("%3A")
			case c == '%' && !redirects.IsEscape(s[i:]):
				w.WriteString("%25")
			default:
				w.WriteString(escapePath(s[i : i+1]))
			}
		}
	}
	end := strings.IndexAny(to+"?", "?#")
	for rest := to[:end]; rest != ""; {
		open := strings.IndexByte(rest, '[')
		if open < 0 {
			text(rest)
			break
		}
		text(rest[:open])
		name, after, _ := strings.Cut(rest[open+1:], "]")
		w.WriteString(names[name])
		rest = after
	}
	text(to[end:])
	return w.String()
}
