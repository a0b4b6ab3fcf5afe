// Package search gathers what the search of the documentation looks through. It is a package of its own, so that the texts of the
// Markdown pages do not go into the server: only packages that pages on demand import can read them there.
package search

import (
	"regexp"
	"strings"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/content"
	"sitegen.dev/core/site/feed"
	"sitegen.dev/website/nav"
)

// Pages gives the pages of the documentation for the search index: running text and headings, without code, which
// would make the index three times as large. Pages that are components are found by title and summary.
func Pages(by content.Reader) []feed.SearchPage {
	texts := map[string]*content.MarkdownPage{}
	for _, p := range content.MarkdownPages(by) {
		texts[p.URL] = p
	}
	var pages []feed.SearchPage
	for _, p := range nav.All() {
		entry := feed.SearchPage{URL: p.Path, Title: p.Title, Description: p.Summary}
		if text := texts[p.Path]; text != nil {
			for _, h := range text.Headings(by) {
				if h.Depth == 2 {
					entry.Headings = append(entry.Headings, h)
				}
			}
			entry.Content = prose(text.HTML(by))
		}
		pages = append(pages, entry)
	}
	for _, p := range nav.Demo() {
		pages = append(pages, feed.SearchPage{URL: p.Path, Title: "Demo: " + p.Title, Description: p.Summary})
	}
	return pages
}

var (
	code  = regexp.MustCompile(`(?s)<pre\b.*?</pre>`)
	title = regexp.MustCompile(`(?s)<h[12]\b.*?</h[12]>`) // they are in the index on their own
	cells = regexp.MustCompile(`</t[dh]>\s*<t[dh]\b`)
)

// prose leaves out of a text what search does not look through, and sets the cells of tables apart.
func prose(text site.HTML) site.HTML {
	s := title.ReplaceAllString(code.ReplaceAllString(string(text), ""), "")
	return site.Raw(cells.ReplaceAllStringFunc(s, func(m string) string { return " · " + strings.TrimLeft(m, " ") }))
}
