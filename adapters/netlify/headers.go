package netlify

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

const headersFile = "_headers"

// headerRule is one block of _headers.
type headerRule struct {
	path string
	set  []manifest.Header
}

// ignored are the headers that Netlify takes from nobody.
var ignored = []string{"Accept-Ranges", "Age", "Allow", "Alt-Svc", "Connection", "Content-Encoding", "Content-Length", "Content-Range", "Date",
	"Location", "Server", "Set-Cookie", "Trailer", "Transfer-Encoding", "Upgrade"}

// planHeaders says which headers Netlify adds to the files: those that every file has, those of hashed files, the rules of
// site.yaml, and those of single pages. The function sends its own.
func (b *builder) planHeaders() {
	m := b.site.Manifest
	b.rule("", "/*", manifest.Header{Name: "X-Content-Type-Options", Value: "nosniff"})
	if dir := strings.Trim(m.AssetsDir, "/"); dir != "" && slices.ContainsFunc(b.client.Names, func(n string) bool { return strings.HasPrefix(n, dir+"/") }) {
		b.rule("", encodePath(b.base+dir)+"/*", manifest.Header{Name: "Cache-Control", Value: "public, max-age=31536000, immutable"})
	}
	for _, h := range m.Headers {
		for _, p := range b.paths(h.Pattern) {
			b.rule("site.yaml", p, h.Set...)
		}
	}
	for _, p := range b.client.Pages {
		if p.Status == 0 || p.Status == 200 || p.File == "404.html" {
			at := p.Path
			if s, err := url.PathUnescape(at); err == nil {
				at = s
			}
			b.rule(routeSource(m, p.Route), encodePath(at), p.Headers...)
		}
	}
}

// rule adds a block, without the headers that Netlify ignores; source is the file that sets them.
func (b *builder) rule(source, path string, set ...manifest.Header) {
	r := headerRule{path: path}
	for _, h := range set {
		if slices.ContainsFunc(ignored, func(name string) bool { return strings.EqualFold(name, h.Name) }) {
			b.warn("SG6207", diag.Pos{File: source}, "Netlify does not take the header "+h.Name+" for the files of "+path, "set it on pages that render on demand")
			continue
		}
		r.set = append(r.set, h)
	}
	if len(r.set) > 0 {
		b.headers = append(b.headers, r)
	}
}

// paths are the paths of _headers for the pattern of a rule, in which a star stands for any text. Netlify knows it only at
// the end, behind a slash; for anything else the files that match are listed.
func (b *builder) paths(pattern string) []string {
	base := strings.TrimSuffix(b.base, "/")
	stem, star := strings.CutSuffix(pattern, "*")
	if !strings.Contains(stem, "*") && (!star || strings.HasSuffix(stem, "/")) {
		p := encodePath(base + stem)
		if star {
			p += "*"
		}
		return []string{p}
	}
	pieces := strings.Split(pattern, "*")
	for i := range pieces {
		pieces[i] = regexp.QuoteMeta(pieces[i])
	}
	match := regexp.MustCompile("^" + strings.Join(pieces, "(?s:.*)") + "$")
	var out []string
	for _, name := range b.client.Names {
		for _, p := range b.served(name) {
			if match.MatchString(p) {
				out = append(out, encodePath(base+p))
				break
			}
		}
	}
	return out
}

// served lists the paths, below the base, at which visitors find a file; the usual one first.
func (b *builder) served(name string) []string {
	if dir, ok := strings.CutSuffix(name, "index.html"); ok && (dir == "" || strings.HasSuffix(dir, "/")) {
		return []string{"/" + dir, strings.TrimSuffix("/"+dir, "/")}
	}
	if stem, ok := strings.CutSuffix(name, ".html"); ok {
		return []string{"/" + stem, "/" + name}
	}
	return []string{"/" + name}
}

// headersText is the file: the author's blocks first, then ours.
func (b *builder) headersText() []byte {
	text := string(b.own[headersFile])
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	for _, r := range b.headers {
		text += r.path + "\n"
		for _, h := range r.set {
			text += "  " + h.Name + ": " + h.Value + "\n"
		}
	}
	return []byte(text)
}
