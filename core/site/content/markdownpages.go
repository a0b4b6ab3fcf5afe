package content

import (
	"strings"
	"time"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/content/store"
)

// MarkdownPage is a Markdown file below src/pages, as a list of pages, a feed or a search index wants it.
type MarkdownPage struct {
	URL   string // of the page, with the base of the site
	File  string // of the author, "src/pages/docs/start.md"
	Title string // that of the front matter; without one, the first heading of the text
	Date  time.Time
	Front map[string]any // the front matter, with the keys as they are written

	page page
}

// MarkdownPages gives the Markdown pages of the site in the order of their files, without drafts in a build. It is for
// sites whose texts are pages; texts that are shown in more than one way are better off in a collection.
func MarkdownPages(r Reader) []*MarkdownPage {
	s := Store()
	if s == nil {
		panic("there is no content; in a test, call contenttest.Load")
	}
	from := s.Collection(store.Pages)
	digest := ""
	if from != nil {
		digest = from.Digest
	}
	depends(r, "collection "+store.Pages, digest)
	out := make([]*MarkdownPage, 0, from.Len())
	for p := range pagesIn(s) {
		m := &MarkdownPage{URL: p.url(), File: p.File, Title: p.Title, Date: p.Date, Front: map[string]any{}, page: p}
		if p.front != "" {
			x, _, err := plain(p.front, 0)
			if err != nil {
				panic(errDamaged)
			}
			if front, ok := x.(map[string]any); ok {
				m.Front = front
			}
		}
		out = append(out, m)
	}
	return out
}

// url is the address of the page.
func (p page) url() string {
	url := site.PathEscape(strings.Trim(p.pattern, "/"))
	if p.store.Slash && url != "" {
		url += "/"
	}
	return p.store.Base + url
}

// HTML is the rendered text. One with components in it is rendered for the page that reads it.
func (m *MarkdownPage) HTML(r Reader) site.HTML {
	return rendered(r, m.File, m.page.body(r))
}

// Headings are the headings of the text in their order.
func (m *MarkdownPage) Headings(r Reader) []site.Heading { return headingsOf(m.page.body(r)) }

// Words is the number of words of the text.
func (m *MarkdownPage) Words(r Reader) int {
	depends(r, bodyInput(store.Pages, m.page.Slug), m.page.Entry.Body.Digest)
	return m.page.Entry.Words
}
