package codegen

import (
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// Inline is a script or a style that a template writes into the page as it stands there: what a Content-Security-Policy has to
// allow by its text.
type Inline struct {
	Script bool
	Text   string
}

// Linked is the address of a script or a stylesheet that a template holds as text.
type Linked struct {
	Script bool
	URL    string
}

// Unknown is what a template brings into a page and no Content-Security-Policy can allow: an event handler, or a script or style
// whose text is known only when the page is rendered.
type Unknown struct {
	What string // "onclick", "this <script>"
	Hint string // what to do instead
	At   diag.Range
}

// inline notes what an element that stays in the template brings along.
func (l *lowerer) inline(e *syntax.Element) {
	script := false
	switch strings.ToLower(e.Name) {
	case "script":
		if !l.runs(e) {
			return
		}
		script = true
	case "style":
	case "link":
		rel, _ := l.static(attr(e, "rel"))
		if !strings.EqualFold(rel, "stylesheet") && !strings.EqualFold(rel, "modulepreload") {
			return
		}
		if url, ok := l.static(attr(e, "href")); ok {
			l.c.Linked = append(l.c.Linked, Linked{!strings.EqualFold(rel, "stylesheet"), url})
		}
		return
	default:
		return
	}
	if a := attr(e, "src"); script && a != nil {
		if url, ok := l.static(a); ok {
			l.c.Linked = append(l.c.Linked, Linked{true, url})
		}
		return
	}
	for _, name := range []string{"set:html", "set:text"} {
		if a := attr(e, name); a != nil {
			if text, ok := l.static(a); ok {
				l.c.Inline = append(l.c.Inline, Inline{script, text})
			} else {
				l.c.Unknown = append(l.c.Unknown, Unknown{"this <" + strings.ToLower(e.Name) + ">", "write the text into the template, or hand the values over with define:vars", l.rng(a.Span)})
			}
			return
		}
	}
	l.c.Inline = append(l.c.Inline, Inline{script, l.body(e)})
}

// runs says whether a browser runs a script of this type, or takes it for something else that a policy is asked for, such as an
// import map. Anything else is data.
func (l *lowerer) runs(e *syntax.Element) bool {
	a := attr(e, "type")
	if a == nil {
		return true
	}
	typ, ok := l.static(a)
	typ, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(typ)), ";")
	switch typ {
	case "", "module", "importmap", "speculationrules":
		return true
	}
	return !ok || strings.HasSuffix(typ, "javascript") || strings.HasSuffix(typ, "ecmascript")
}

// body gives what stands between the tags of an element.
func (l *lowerer) body(e *syntax.Element) string {
	span := syntax.Span{Start: e.Open.End, End: e.Open.End}
	for _, n := range e.Children {
		span.End = n.Range().End
	}
	return span.Text(l.src)
}
