package content

import (
	"bytes"
	"strconv"
	"strings"

	"sitegen.dev/core/site/content/store"
)

// put gives a text that stands, while a page is rendered, for an address that is known when the site runs: that of an
// entry, or of a picture in the sizes that the page asks for. It does not occur otherwise.
func (p *page) put(l store.Link) string {
	if p.mark == "" {
		p.mark = "sitegen-entry-"
		for bytes.Contains(p.text, []byte(p.mark)) {
			p.mark += "x-"
		}
	}
	p.marked = append(p.marked, l)
	return p.mark + strconv.Itoa(len(p.marked)-1) + "."
}

// takeMarks takes the marks out of HTML and notes where they stood.
func (p *page) takeMarks(html string) string {
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
		if err != nil || i >= len(p.marked) {
			continue
		}
		l := p.marked[i]
		l.Offset = out.Len()
		p.doc.Links = append(p.doc.Links, l)
	}
}
