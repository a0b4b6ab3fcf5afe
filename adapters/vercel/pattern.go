package vercel

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sitegen.dev/core/manifest"
)

// The route table knows only regular expressions over the path as it was sent, percent-encoded. What is written here is
// read alike by PCRE, JavaScript and RE2: no look-around, no classes but simple ones.

// unreserved are the bytes that stand for themselves in a path.
func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~!$&'()*+,;=:@", c) >= 0
}

// literal matches a fixed piece of a path, decoded, in the spellings that browsers send.
func literal(text string) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if unreserved(c) || c == '/' {
			b.WriteString(regexp.QuoteMeta(string(c)))
			continue
		}
		for _, d := range "%" + fmt.Sprintf("%02x", c) {
			if 'a' <= d && d <= 'f' {
				fmt.Fprintf(&b, "[%c%c]", d-'a'+'A', d)
				continue
			}
			b.WriteRune(d)
		}
	}
	if raw := regexp.QuoteMeta(text); raw != b.String() {
		return "(?:" + b.String() + "|" + raw + ")"
	}
	return b.String()
}

// anySpelling matches a fixed piece of a path, decoded, in every spelling: what is added to answers must be on all of them, so that
// nobody goes around it.
func anySpelling(text string) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if c == '/' {
			b.WriteByte(c)
			continue
		}
		escape := "%" + fmt.Sprintf("%02x", c)
		for _, d := range "abcdef" {
			escape = strings.ReplaceAll(escape, string(d), fmt.Sprintf("[%c%c]", d-'a'+'A', d))
		}
		if c < 0x80 {
			escape = "(?:" + regexp.QuoteMeta(string(c)) + "|" + escape + ")"
		}
		b.WriteString(escape)
	}
	return b.String()
}

// escapePath is the one way to write a path in a URL. Escapes are not looked for: text is decoded.
func escapePath(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; unreserved(c) || c == '/' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// The pieces that parameters match.
const (
	oneSegment   = `[^/\\\s]+?` // no backslash: browsers take it for a slash, and a redirect must stay on the site
	restSegments = `[^/\\\s][^\\\s]*?`
	restOrMore   = `.*?`
	withSuffix   = `[^/\\\s]+\.[^/.\\\s]+` // a name with a file extension
	restSuffix   = `(?:[^/\\\s][^\\\s]*/)?[^/\\\s]+\.[^/.\\\s]+`

	// Those with one spelling only, and without dot segments. Any other path is for the function to understand.
	plainSegment    = `[A-Za-z0-9_~-][A-Za-z0-9_.~-]*`
	plainOne        = plainSegment + `?`
	plainRest       = `(?:` + plainSegment + `/)*?` + plainSegment + `?`
	plainSuffix     = plainSegment + `\.[A-Za-z0-9_~-]+`
	plainRestSuffix = `(?:` + plainSegment + `/)*?` + plainSuffix
)

// expression is a pattern of a route as a regular expression.
type expression struct {
	segments [][]manifest.Part
	base     string // "/" or "/docs/"
	capture  bool   // put parameters into groups
	noRest   bool   // rest parameters are empty
	suffix   string // the parameter whose value has a file extension
	plain    bool   // values have one spelling only
	order    []string
}

// build gives the expression without its ends, "/blog/[^/]+?". Rest parameters that may be empty take their slash along.
func (e *expression) build() string {
	var b strings.Builder
	b.WriteString(literal(strings.TrimSuffix(e.base, "/")))
	for _, parts := range e.segments {
		if parts[0].Rest {
			if e.noRest {
				continue
			}
			if !e.capture {
				b.WriteString("(?:/" + restOrMore + ")?")
				continue
			}
			b.WriteString("/" + e.group(parts[0].Param, true))
			continue
		}
		b.WriteByte('/')
		for _, p := range parts {
			if p.Param == "" {
				b.WriteString(literal(p.Text))
				continue
			}
			b.WriteString(e.group(p.Param, false))
		}
	}
	return b.String()
}

func (e *expression) group(name string, rest bool) string {
	table := [...]string{oneSegment, restSegments, withSuffix, restSuffix, plainOne, plainRest, plainSuffix, plainRestSuffix}
	i := 0
	if rest {
		i++
	}
	if name == e.suffix {
		i += 2
	}
	if e.plain {
		i += 4
	}
	if !e.capture {
		return table[i]
	}
	e.order = append(e.order, name)
	return "(" + table[i] + ")"
}

// whole puts ends around an expression. A slash at the end of the path matches too, but not behind a file's name.
func whole(expr string, file bool) string {
	if file {
		return "^" + expr + "$"
	}
	return "^" + expr + "/?$"
}

// hasExtension says whether the last piece of a path is the name of a file: "a/b.css", not "a.b/c" or "/.well-known".
func hasExtension(path string) bool {
	name := path[strings.LastIndexByte(path, '/')+1:]
	dot := strings.LastIndexByte(name, '.')
	return dot > 0 && dot < len(name)-1
}

// params lists the names of the parameters in order; rest is that of the rest parameter, "" without one.
func params(segs [][]manifest.Part) (names []string, rest string) {
	for _, parts := range segs {
		for _, p := range parts {
			if p.Param != "" {
				names = append(names, p.Param)
			}
			if p.Rest {
				rest = p.Param
			}
		}
	}
	return names, rest
}

// routeExpression matches the paths of a route.
func routeExpression(m *manifest.Manifest, segs [][]manifest.Part) string {
	if len(segs) == 0 && m.Base == "/" {
		return "^/$"
	}
	e := expression{segments: segs, base: m.Base}
	return whole(e.build(), manifest.EndsInFile(segs))
}

// glob is the pattern of a header rule, in which a star stands for any text, as an expression.
func glob(base, pattern string) string {
	pieces := strings.Split(pattern, "*")
	for i, p := range pieces {
		pieces[i] = anySpelling(p)
	}
	return "^" + anySpelling(strings.TrimSuffix(base, "/")) + strings.Join(pieces, ".*") + "$"
}

// alternatives matches any of the paths, decoded, with or without a slash at the end.
func alternatives(paths []string) string {
	exprs := make([]string, 0, len(paths))
	for _, p := range paths {
		exprs = append(exprs, literal(strings.TrimSuffix(p, "/")))
	}
	slices.Sort(exprs)
	return "^(?:" + strings.Join(exprs, "|") + ")/?$"
}
