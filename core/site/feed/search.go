package feed

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"sitegen.dev/core/internal/htmlscan"
	"sitegen.dev/core/site"
)

// SearchIndex is what a script in the browser searches: the pages with their plain text, as JSON.
type SearchIndex struct {
	Pages []SearchPage
	// MaxText is how many characters of a page's text go into the index; 0 is all of it. The whole index is loaded by
	// whoever searches, so it has to stay small: a thousand pages of 500 characters are half a megabyte.
	MaxText int
}

// SearchPage is one page.
type SearchPage struct {
	URL         string // as a link in the site has it
	Title       string
	Description string
	Tags        []string
	Headings    []site.Heading
	Content     site.HTML // its text goes into the index
}

// Serve answers with {"version": 1, "pages": [{"url", "title", "description", "tags", "headings": [{"id", "text"}],
// "text"}]}; what is empty is left out.
func (s SearchIndex) Serve(page *site.Page) error {
	type heading struct {
		ID   string `json:"id"`
		Text string `json:"text"`
	}
	type entry struct {
		URL         string    `json:"url"`
		Title       string    `json:"title"`
		Description string    `json:"description,omitempty"`
		Tags        []string  `json:"tags,omitempty"`
		Headings    []heading `json:"headings,omitempty"`
		Text        string    `json:"text,omitempty"`
	}
	index := struct {
		Version int     `json:"version"`
		Pages   []entry `json:"pages"`
	}{1, make([]entry, 0, len(s.Pages))}
	for _, p := range s.Pages {
		e := entry{URL: p.URL, Title: p.Title, Description: p.Description, Tags: p.Tags, Text: cut(Text(p.Content), s.MaxText)}
		for _, h := range p.Headings {
			e.Headings = append(e.Headings, heading{h.ID, h.Text})
		}
		index.Pages = append(index.Pages, e)
	}
	data, err := json.Marshal(index)
	if err != nil {
		return err
	}
	return send(page, string(data), "application/json; charset=utf-8")
}

// Text gives the text of HTML without markup, scripts and styles, one blank between words. It is no HTML: what looks like a
// tag in it was text.
func Text(h site.HTML) string {
	var b strings.Builder
	gap := false // a blank belongs before the next word
	separate := func(name []byte) { gap = gap || !inline[strings.ToLower(string(name))] }
	htmlscan.Walk([]byte(h), func(t *htmlscan.Tag) { separate(t.Name) }, separate, func(text []byte) {
		s := htmlscan.Unescape(text)
		gap = gap || s != "" && blank(s[0])
		for field := range strings.FieldsSeq(s) {
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(field)
			gap = true
		}
		gap = s != "" && blank(s[len(s)-1])
	})
	return b.String()
}

// inline are the elements that stand within a word or sentence.
var inline = map[string]bool{
	"a": true, "abbr": true, "b": true, "bdi": true, "bdo": true, "cite": true, "code": true, "data": true, "del": true, "dfn": true,
	"em": true, "i": true, "ins": true, "kbd": true, "mark": true, "q": true, "s": true, "samp": true, "small": true, "span": true,
	"strong": true, "sub": true, "sup": true, "time": true, "u": true, "var": true, "wbr": true,
}

func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// cut shortens a text to so many characters, at a blank.
func cut(s string, n int) string {
	if n <= 0 || utf8.RuneCountInString(s) <= n {
		return s
	}
	i := 0
	for range n {
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	if at := strings.LastIndexByte(s[:i], ' '); at > 0 && s[i] != ' ' {
		i = at
	}
	return strings.TrimRight(s[:i], " ")
}
