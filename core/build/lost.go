package build

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/prerender/runtime/wire"
)

// lost is what prerendered pages say beside their bodies, where all that becomes of them is a file.
type lost map[lostKey]*lostPages

type lostKey struct {
	header string // or the status
	status int
	source string // of the route
}

type lostPages struct {
	first string // path of the first page
	count int
}

// page notes what of a page gets lost. A redirect is a page that sends the visitor on, an error page is sent with its status by
// whoever serves the files, and the type of a file goes by its name.
func (l lost) page(e wire.Event, isError bool) {
	if e.Status >= 300 && e.Status < 400 && slices.ContainsFunc(e.Headers, func(h [2]string) bool { return strings.EqualFold(h[0], "Location") }) {
		return
	}
	note := func(key lostKey) {
		key.source = e.Source
		if l[key] == nil {
			l[key] = &lostPages{first: e.Path}
		}
		l[key].count++
	}
	if e.Status != 0 && e.Status != http.StatusOK && !isError {
		note(lostKey{status: e.Status})
	}
	seen := map[string]bool{}
	for _, h := range e.Headers {
		name := http.CanonicalHeaderKey(h[0])
		if name != "Content-Type" && !seen[name] {
			seen[name] = true
			note(lostKey{header: name})
		}
	}
}

// reportLost warns of it, once for what one line says of any number of pages.
func (b *builder) reportLost(l lost) {
	type said struct {
		header string
		status int
		at     diag.Range
	}
	pages := map[said]*lostPages{}
	var order []said
	keys := slices.SortedFunc(maps.Keys(l), func(a, b lostKey) int {
		return strings.Compare(l[a].first+a.header, l[b].first+b.header)
	})
	for _, key := range keys {
		s := said{key.header, key.status, b.placeOfLost(key)}
		if pages[s] == nil {
			pages[s] = &lostPages{first: l[key].first}
			order = append(order, s)
		}
		pages[s].count += l[key].count
	}
	for _, s := range order {
		of := pages[s].first
		switch n := pages[s].count - 1; {
		case n == 1:
			of += " and 1 more page"
		case n > 1:
			of += fmt.Sprintf(" and %d more pages", n)
		}
		if s.header != "" {
			b.list.Warn("SG3117", s.at, "the header "+s.header+" of "+of+" is lost: a file has none",
				"build with an adapter, which has the platform send it, or set it where the files are served")
			continue
		}
		b.list.Warn("SG3117", s.at, fmt.Sprintf("the status %d of %s is lost: a file is answered with 200", s.status, of),
			"write `const prerender = false` in the frontmatter and build with an adapter, which renders it on demand")
	}
}

// placeOfLost finds the line that sets a header or a status, where there is one alone, and otherwise gives the file of the page.
func (b *builder) placeOfLost(key lostKey) diag.Range {
	var found []diag.Range
	search := func(name string, src []byte) {
		each := func(words string) {
			lower, words := lowerASCII(src), strings.ToLower(words)
			for from := 0; ; {
				i := bytes.Index(lower[from:], []byte(words))
				if i < 0 {
					return
				}
				i += from
				from = i + len(words)
				at := diag.Pos{File: name, Line: 1 + bytes.Count(src[:i], []byte("\n")), Col: i - bytes.LastIndexByte(src[:i], '\n')}
				found = append(found, diag.Range{Pos: at, End: diag.Pos{File: name, Line: at.Line, Col: at.Col + len(words)}})
			}
		}
		if key.header != "" {
			each(strconv.Quote(key.header))
			return
		}
		each("Response.Status")
		each("NewResponse(")
	}
	if c := b.pages[key.source]; c != nil {
		for _, d := range c.Closure() {
			if !d.External && !d.Builtin {
				search(d.File().Name, d.File().Src)
			}
		}
	}
	if b.middleware != "" {
		name := path.Join(b.Layout.Src, middlewareFile)
		if src, err := os.ReadFile(b.Layout.abs(name)); err == nil {
			search(name, src)
		}
	}
	if len(found) != 1 {
		return diag.Range{Pos: diag.Pos{File: key.source}}
	}
	return b.place(found[0])
}

// lowerASCII changes no length, as bytes.ToLower does.
func lowerASCII(b []byte) []byte {
	out := bytes.Clone(b)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return out
}
