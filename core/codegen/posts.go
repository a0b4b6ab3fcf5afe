package codegen

import (
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// PostsToItself gives the place of a form of the template that posts to the page it is on, as a page that is prerendered
// answers no POST. Forms that a script may send, or whose attributes are not all known, or that are the platform's to answer,
// are none.
func (c *Component) PostsToItself() (at diag.Range, ok bool) {
	scripted := len(c.Scripts) > 0
	eachElement(c.file.Nodes, func(e *syntax.Element) {
		scripted = scripted || e.Kind == syntax.HTML && strings.EqualFold(e.Name, "script")
	})
	if scripted {
		return at, false
	}
	eachElement(c.file.Nodes, func(e *syntax.Element) {
		if !ok && e.Kind == syntax.HTML && strings.EqualFold(e.Name, "form") && c.postsHere(e) {
			at, ok = c.file.Range(e.Open), true
		}
	})
	return at, ok
}

// postsHere says whether a form has method="post" and no action.
func (c *Component) postsHere(e *syntax.Element) bool {
	post := false
	for i := range e.Attrs {
		a := &e.Attrs[i]
		name := strings.ToLower(a.Name)
		switch {
		case a.Kind == syntax.AttrComment:
		case a.Kind == syntax.AttrSpread, name == "action", strings.HasPrefix(name, "on"):
			return false
		case strings.HasPrefix(name, "netlify"), strings.HasPrefix(name, "data-netlify"): // Netlify Forms takes it
			return false
		case name == "method":
			post = a.Kind == syntax.AttrStatic && strings.EqualFold(a.Value.Text(c.file.Src), "post")
		}
	}
	return post
}
