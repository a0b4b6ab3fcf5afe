package content

import (
	"bytes"
	"strconv"
	"strings"

	"sitegen.dev/core/site/content/store"
)

// entryMark gives a text that stands for the address of an entry while a page is rendered. It does not occur otherwise.
func (p *page) entryMark(ref EntryRef) string {
	if p.mark == "" {
		p.mark = "sitegen-entry-"
		for bytes.Contains(p.text, []byte(p.mark)) {
			p.mark += "x-"
		}
	}
	p.entries = append(p.entries, ref)
	return p.mark + strconv.Itoa(len(p.entries)-1) + "."
}

// entryLinks takes the marks out of HTML and notes where they stood.
func (p *page) entryLinks(html string) string {
	if p.mark == "" {
		return html
	}
	var out strings.Builder
	for {
		before, after, ok := strings.Cut(html, p.mark)
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		number, rest, _ := strings.Cut(after, ".")
		html = rest
		i, err := strconv.Atoi(number)
		if err != nil || i >= len(p.entries) {
			continue
		}
		ref := p.entries[i]
		p.doc.Links = append(p.doc.Links, store.Link{Offset: out.Len(), Collection: ref.Collection, Slug: ref.Slug, Tail: ref.Tail})
	}
}
