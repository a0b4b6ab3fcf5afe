// Package collections is what the prerender program of a site with content knows of it. A site without does not link it.
package collections

import (
	"sitegen.dev/core/prerender/runtime"
	"sitegen.dev/core/prerender/runtime/wire"
	"sitegen.dev/core/site"
	"sitegen.dev/core/site/content"
	"sitegen.dev/core/site/content/storefile"
)

// Content is the runtime.Content of package content.
type Content struct {
	Layouts []content.Layout // of the Markdown pages
}

var _ runtime.Content = Content{}

// Open makes the store with this index the one that is read, and gives the routes of its pages.
func (c Content) Open(index string) ([]*site.Route, error) {
	s, err := storefile.Open(index)
	if err != nil {
		return nil, err
	}
	content.Use(s)
	return content.Pages(s, c.Layouts), nil
}

// Check holds the store against the types of the program.
func (c Content) Check(report func(message, file string, p wire.Problem)) {
	tell := func(p content.Problem) {
		report(p.Message, p.File, wire.Problem{
			Kind: string(p.Kind), Collection: p.Collection, Slug: p.Slug, Path: p.Path, Hint: p.Hint, Name: p.Name, Known: p.Known,
		})
	}
	content.Check(content.Store(), tell)
	content.CheckPages(content.Store(), c.Layouts, tell)
}

// Current gives the digest that an input has now.
func (Content) Current(input string) string { return content.Current(content.Store(), input) }

// Digest names the whole store.
func (Content) Digest() string { return content.Store().Digest() }

// Untracked says whether content was read without a page.
func (Content) Untracked() bool { return content.Untracked() }
