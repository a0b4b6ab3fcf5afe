package feed

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"sitegen.dev/core/site"
)

// MaxURLs is how many addresses one file of a sitemap may have (https://www.sitemaps.org/protocol.html).
const MaxURLs = 50_000

// Sitemap is a list of pages for search engines. One with more than MaxURLs addresses, counting alternates as such, is cut
// into files: a route sitemap.xml answers with the list of them, and a route sitemap-[part].xml with each.
//
//	// src/pages/sitemap.xml.gosite
//	func GET(page *site.Page) error { return pages(page).Serve(page) }
//
//	// src/pages/sitemap-[part].xml.gosite
//	func GetStaticPaths(b *site.Build) ([]site.Path[Props], error) { return feed.Parts[Props](pages(b)) }
//	func GET(page *site.Page) error { return pages(page).Serve(page) }
type Sitemap []SitemapURL

// SitemapURL is one page.
type SitemapURL struct {
	Loc        string      // path or full address
	LastMod    time.Time   // zero: not said
	Alternates []Alternate // the page in all its languages; nil where it has one
}

// Alternate is the same page in a language. A page lists all its languages, its own among them.
type Alternate struct {
	Lang string // "de", "pt-BR", or "x-default"
	Loc  string // path or full address
}

// parts cuts the list.
func (s Sitemap) parts() []Sitemap {
	var parts []Sitemap
	from, size := 0, 0
	for i, u := range s {
		n := 1 + len(u.Alternates)
		if size+n > MaxURLs && i > from {
			parts = append(parts, s[from:i])
			from, size = i, 0
		}
		size += n
	}
	return append(parts, s[from:])
}

// Parts gives the paths of a route sitemap-[part].xml: none for a sitemap that fits into one file.
func Parts[Props any](s Sitemap) ([]site.Path[Props], error) {
	parts := s.parts()
	if len(parts) == 1 {
		return nil, nil
	}
	var out []site.Path[Props]
	for i := range parts {
		out = append(out, site.Path[Props]{Params: site.Params{"part": strconv.Itoa(i + 1)}})
	}
	return out, nil
}

// Serve answers with the sitemap, with the list of its files where it needs several, or, where the route has a parameter
// named part, with that file.
func (s Sitemap) Serve(page *site.Page) error {
	w, err := newWriter(page)
	if err != nil {
		return err
	}
	parts := s.parts()
	if text, ok := page.Param("part"); ok {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > len(parts) || strconv.Itoa(n) != text {
			return page.NotFound()
		}
		return w.urls(page, parts[n-1])
	}
	if len(parts) == 1 {
		return w.urls(page, s)
	}
	own := page.URL.EscapedPath()
	stem, ok := strings.CutSuffix(own, ".xml")
	if !ok {
		return fmt.Errorf("a sitemap with %d addresses needs several files, whose names come from that of the first: call its route sitemap.xml, not %s", len(s), own)
	}
	w.raw(header + `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	for i, part := range parts {
		w.raw("<sitemap>\n")
		w.element("loc", w.address(stem+"-"+strconv.Itoa(i+1)+".xml"))
		last := time.Time{}
		for _, u := range part {
			if u.LastMod.After(last) {
				last = u.LastMod
			}
		}
		w.date("lastmod", last, time.RFC3339)
		w.raw("</sitemap>\n")
	}
	w.raw("</sitemapindex>\n")
	return w.send(page, "application/xml; charset=utf-8")
}

func (w *writer) urls(page *site.Page, s Sitemap) error {
	w.raw(header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"`)
	for _, u := range s {
		if len(u.Alternates) > 0 {
			w.raw(` xmlns:xhtml="http://www.w3.org/1999/xhtml"`)
			break
		}
	}
	w.raw(">\n")
	for _, u := range s {
		w.raw("<url>\n")
		w.element("loc", w.address(u.Loc))
		w.date("lastmod", u.LastMod, time.RFC3339)
		for _, a := range u.Alternates {
			w.raw(`<xhtml:link rel="alternate" hreflang="`)
			w.text(a.Lang)
			w.raw(`" href="`)
			w.text(w.address(a.Loc))
			w.raw(`"/>` + "\n")
		}
		w.raw("</url>\n")
	}
	w.raw("</urlset>\n")
	return w.send(page, "application/xml; charset=utf-8")
}
