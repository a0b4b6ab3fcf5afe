// Package collections is what the development server's program of a site with content knows of it. A site without does
// not link it.
package collections

import (
	pwire "sitegen.dev/core/prerender/runtime/wire"

	"sitegen.dev/core/dev/runtime/wire"
	"sitegen.dev/core/site/content"
	"sitegen.dev/core/site/content/storefile"
)

// Load gives the function that makes the store with an index the one that is read, if it holds what the types of the
// program and the layouts of its Markdown pages ask for. What it does not is given; then the store that was read before
// goes on being read.
func Load(layouts []content.Layout) func(index string) ([]wire.ContentProblem, error) {
	return func(index string) ([]wire.ContentProblem, error) {
		s, err := storefile.Open(index)
		if err != nil {
			return nil, err
		}
		var problems []wire.ContentProblem
		tell := func(p content.Problem) {
			problems = append(problems, wire.ContentProblem{Message: p.Message, File: p.File, Problem: pwire.Problem{
				Kind: string(p.Kind), Collection: p.Collection, Slug: p.Slug, Path: p.Path, Hint: p.Hint, Name: p.Name, Known: p.Known,
			}})
		}
		content.Check(s, tell)
		content.CheckPages(s, layouts, tell)
		if len(problems) == 0 {
			content.Use(s)
		}
		return problems, nil
	}
}
