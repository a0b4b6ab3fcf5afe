// Package collections is what the prerender program of a site with content knows of it. A site without does not link it.
package collections

import (
	"sitegen.dev/core/prerender/runtime"
	"sitegen.dev/core/prerender/runtime/wire"
	"sitegen.dev/core/site/content"
	"sitegen.dev/core/site/content/storefile"
)

// Content is the runtime.Content of package content.
type Content struct{}

var _ runtime.Content = Content{}

// Open makes the store with this index the one that is read.
func (Content) Open(index string) error {
	s, err := storefile.Open(index)
	if err == nil {
		content.Use(s)
	}
	return err
}

// Check holds the store against the types of the program.
func (Content) Check(report func(message, file string, p wire.Problem)) {
	content.Check(content.Store(), func(p content.Problem) {
		report(p.Message, p.File, wire.Problem{
			Kind: string(p.Kind), Collection: p.Collection, Slug: p.Slug, Path: p.Path, Hint: p.Hint, Name: p.Name, Known: p.Known,
		})
	})
}
