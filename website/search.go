package website

import (
	"embed"
	"html"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/feed"
	"sitegen.dev/website/nav"
)

//go:embed src/pages/docs/*.md
var docs embed.FS

// SearchPages gives the pages of the documentation for the search index: running text and headings, without code, which
// would make the index three times as large. Pages that are components are found by title and summary.
func SearchPages() ([]feed.SearchPage, error) {
	var pages []feed.SearchPage
	for _, p := range nav.All() {
		entry := feed.SearchPage{URL: p.Path, Title: p.Title, Description: p.Summary}
		name := "src/pages" + strings.TrimSuffix(p.Path, "/") + ".md"
		if src, err := fs.ReadFile(docs, name); err == nil {
			entry.Headings, entry.Content = prose(string(src))
		} else if !strings.HasPrefix(p.Path, "/docs/errors") {
			return nil, err
		}
		pages = append(pages, entry)
	}
	for _, p := range nav.Demo() {
		pages = append(pages, feed.SearchPage{URL: p.Path, Title: "Demo: " + p.Title, Description: p.Summary})
	}
	return slices.Clip(pages), nil
}

var (
	codeBlock = regexp.MustCompile("(?ms)^(````?).*?^````?$")
	linkText  = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
	emphasis  = regexp.MustCompile("[*`]+")
	tableRule = regexp.MustCompile(`(?m)^\|[-| :]+\|$`)
)

// anchor is the id that Markdown gives to a heading of ASCII letters.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-' || r == '_':
			return '-'
		case r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// prose reads what search needs of a Markdown page; the ids of headings are made as the build makes them.
func prose(src string) (headings []site.Heading, text site.HTML) {
	if rest, ok := strings.CutPrefix(src, "---\n"); ok {
		_, src, _ = strings.Cut(rest, "\n---\n")
	}
	plain := func(s string) string { return emphasis.ReplaceAllString(linkText.ReplaceAllString(s, "$1"), "") }
	src = tableRule.ReplaceAllString(codeBlock.ReplaceAllString(src, ""), "")
	var out strings.Builder
	for line := range strings.Lines(src) {
		if name, ok := strings.CutPrefix(line, "## "); ok {
			name = plain(strings.TrimSpace(name))
			headings = append(headings, site.Heading{Depth: 2, ID: anchor(name), Text: name})
			continue
		}
		line = strings.TrimRight(plain(strings.TrimLeft(line, "#->| ")), "| \n")
		out.WriteString(strings.ReplaceAll(line, " | ", " · ") + "\n")
	}
	return headings, site.Raw(html.EscapeString(out.String()))
}
