package codegen

import (
	"slices"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// PostsToItself gives the place of a form of the template that posts to the page it is on, as a page that is prerendered
// answers no POST. Forms that a script may send, or whose attributes are not all known, or that are the platform's to answer,
// are none.
func (c *Component) PostsToItself() (at diag.Range, ok bool) {
	if c.scripted() || c.buttonsDecide() {
		return at, false
	}
	elsewhere := slices.ContainsFunc(c.Closure(), (*Component).scripted)
	eachElement(c.file.Nodes, func(e *syntax.Element) {
		if !ok && e.Kind == syntax.HTML && strings.EqualFold(e.Name, "form") && c.postsHere(e) && !(elsewhere && found(e)) {
			at, ok = c.file.Range(e.Open), true
		}
	})
	return at, ok
}

// scripted says whether a template brings scripts: its own, those of libraries, or those of custom elements.
func (c *Component) scripted() bool {
	scripted := len(c.Scripts) > 0
	eachElement(c.file.Nodes, func(e *syntax.Element) {
		scripted = scripted || clientDirective(e) != nil ||
			e.Kind == syntax.HTML && (strings.EqualFold(e.Name, "script") || strings.Contains(e.Name, "-"))
	})
	return scripted
}

// buttonsDecide says whether a button of the template may send a form to somewhere else, or in another way.
func (c *Component) buttonsDecide() (decide bool) {
	eachElement(c.file.Nodes, func(e *syntax.Element) {
		decide = decide || slices.ContainsFunc(e.Attrs, func(a syntax.Attr) bool {
			return strings.EqualFold(a.Name, "formaction") || strings.EqualFold(a.Name, "formmethod")
		})
	})
	return decide
}

// found says whether a form has something by which the script of a layout may know it.
func found(e *syntax.Element) bool {
	return slices.ContainsFunc(e.Attrs, func(a syntax.Attr) bool {
		return a.Kind != syntax.AttrComment && !slices.Contains([]string{"method", "enctype", "accept-charset", "autocomplete"}, strings.ToLower(a.Name))
	})
}

// postsHere says whether a form has method="post" and no action.
func (c *Component) postsHere(e *syntax.Element) bool {
	post := false
	for i := range e.Attrs {
		a := &e.Attrs[i]
		name := strings.ToLower(a.Name)
		switch {
		case a.Kind == syntax.AttrComment:
		case a.Kind == syntax.AttrSpread, name == "action", scriptAttr.MatchString(name):
			return false
		case strings.HasPrefix(name, "netlify"): // Netlify Forms takes it, as it does with data-netlify
			return false
		case name == "method":
			post = a.Kind == syntax.AttrStatic && strings.EqualFold(a.Value.Text(c.file.Src), "post")
		}
	}
	return post
}
