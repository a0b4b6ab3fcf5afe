// Package feed writes what programs read of a site: feeds (RSS 2.0 and Atom), sitemaps, robots.txt and an index for
// searching. Each is one call in an endpoint:
//
//	func GET(page *site.Page) error {
//		f := feed.Feed{Title: "Notes", Description: "Notes on tea."}
//		for _, post := range src.Posts.All(page) {
//			f.Items = append(f.Items, feed.Item{
//				Title: post.Title, Link: post.URL(), Published: post.Date, Content: post.HTML(page),
//			})
//		}
//		return f.RSS(page)
//	}
//
// Addresses may be paths; they are written with the origin that `site` in site.yaml says. The package runs in
// WebAssembly and is linked only into sites that import it.
package feed

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sitegen.dev/core/internal/htmlscan"
	"sitegen.dev/core/site"
)

// Feed is a list of things that were published, the newest first.
type Feed struct {
	Title       string
	Description string
	Link        string    // of the page that shows the same; "" is the home page
	Language    string    // "en"
	Author      Person    // of items that name none; Atom asks for one
	Copyright   string    // "© 2026 Ada"
	Image       string    // address of a picture for the whole feed
	Updated     time.Time // zero: when the newest item was
	Items       []Item
}

// Item is one thing that was published.
type Item struct {
	Title       string
	Link        string    // path or full address of its page
	ID          string    // what never changes of it; "" is its address
	Description string    // plain text
	Content     site.HTML // the whole text
	Author      Person
	Categories  []string // tags and the like
	Published   time.Time
	Updated     time.Time  // zero: never since
	Enclosure   *Enclosure // nil for none
}

// Person is an author, of whom any may be missing. Link is the address of a page of his.
type Person struct{ Name, Mail, Link string }

// Enclosure is a file that belongs to an item, such as a recording.
type Enclosure struct {
	URL    string // path or full address
	Type   string // "audio/mpeg"
	Length int64  // in bytes
}

// ErrNoSite says that addresses cannot be written in full.
var ErrNoSite = errors.New("feeds and sitemaps need full addresses: set `site: https://example.com` in site.yaml")

// RSS answers with the feed as RSS 2.0 (https://www.rssboard.org/rss-specification), the text of items as
// content:encoded. What of an item is left out is left out of the feed, too.
func (f Feed) RSS(page *site.Page) error {
	w, err := newWriter(page)
	if err != nil {
		return err
	}
	w.raw(header + `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">` + "\n<channel>\n")
	link := w.address(home(page, f.Link))
	w.element("title", f.Title)
	w.element("link", link)
	w.element("description", or(f.Description, f.Title))
	w.raw(`<atom:link href="`)
	w.text(w.address(page.URL.EscapedPath()))
	w.raw(`" rel="self" type="application/rss+xml"/>` + "\n")
	w.optional("language", f.Language)
	w.optional("copyright", f.Copyright)
	if f.Author.Mail != "" {
		w.element("managingEditor", rssPerson(f.Author))
	}
	w.date("lastBuildDate", f.updated(), time.RFC1123Z)
	if f.Image != "" {
		w.raw("<image>\n")
		w.element("url", w.address(f.Image))
		w.element("title", f.Title)
		w.element("link", link)
		w.raw("</image>\n")
	}
	for _, it := range f.Items {
		w.raw("<item>\n")
		w.optional("title", it.Title)
		to := ""
		if it.Link != "" {
			to = w.address(it.Link)
			w.element("link", to)
		}
		switch {
		case it.ID != "":
			w.raw(`<guid isPermaLink="false">`)
			w.text(it.ID)
			w.raw("</guid>\n")
		case to != "":
			w.element("guid", to)
		}
		w.optional("description", it.Description)
		switch a := it.Author; {
		case a.Mail != "":
			w.element("author", rssPerson(a))
		case a.Name != "":
			w.element("dc:creator", a.Name) // <author> is for addresses
		case f.Author.Name != "" && f.Author.Mail == "":
			w.element("dc:creator", f.Author.Name)
		}
		for _, c := range it.Categories {
			w.element("category", c)
		}
		w.date("pubDate", it.Published, time.RFC1123Z)
		if e := it.Enclosure; e != nil {
			w.raw(`<enclosure url="`)
			w.text(w.address(e.URL))
			w.raw(`" length="` + strconv.FormatInt(e.Length, 10) + `" type="`)
			w.text(or(e.Type, "application/octet-stream"))
			w.raw(`"/>` + "\n")
		}
		if it.Content != "" {
			w.element("content:encoded", w.full(it.Content, or(to, link)))
		}
		w.raw("</item>\n")
	}
	w.raw("</channel>\n</rss>\n")
	return w.send(page, "application/rss+xml; charset=utf-8")
}

// rssPerson writes an author as the specification asks for: address (name).
func rssPerson(p Person) string {
	if p.Name == "" {
		return p.Mail
	}
	return p.Mail + " (" + p.Name + ")"
}

// Atom answers with the feed as Atom (RFC 4287). It wants every item to have an address or an ID and a time, and the feed or
// each item an author.
func (f Feed) Atom(page *site.Page) error {
	w, err := newWriter(page)
	if err != nil {
		return err
	}
	if f.Author.Name == "" {
		for _, it := range f.Items {
			if it.Author.Name == "" {
				return fmt.Errorf("an Atom feed has an author, and so far neither it nor the item %q has one", it.Title)
			}
		}
	}
	self := w.address(page.URL.EscapedPath())
	w.raw(header + `<feed xmlns="http://www.w3.org/2005/Atom"`)
	if f.Language != "" {
		w.raw(` xml:lang="`)
		w.text(f.Language)
		w.raw(`"`)
	}
	w.raw(">\n")
	w.element("id", self)
	w.element("title", f.Title)
	w.optional("subtitle", f.Description)
	w.link(w.address(home(page, f.Link)), "alternate", "")
	w.link(self, "self", "application/atom+xml")
	updated := f.updated()
	if updated.IsZero() {
		updated = time.Unix(0, 0) // there has to be one, and it must not be that of the build
	}
	w.date("updated", updated, time.RFC3339)
	w.person(f.Author)
	w.optional("rights", f.Copyright)
	if f.Image != "" {
		w.element("logo", w.address(f.Image))
	}
	for _, it := range f.Items {
		to := ""
		if it.Link != "" {
			to = w.address(it.Link)
		}
		id := or(it.ID, to)
		switch {
		case w.err != nil:
			return w.err
		case id == "":
			return fmt.Errorf("the item %q of an Atom feed has neither Link nor ID", it.Title)
		case it.last().IsZero():
			return fmt.Errorf("the item %s of an Atom feed has neither Published nor Updated", id)
		}
		w.raw("<entry>\n")
		w.element("id", id)
		w.element("title", it.Title)
		if to != "" {
			w.link(to, "alternate", "")
		}
		w.date("published", it.Published, time.RFC3339)
		w.date("updated", it.last(), time.RFC3339)
		w.person(it.Author)
		for _, c := range it.Categories {
			w.raw(`<category term="`)
			w.text(c)
			w.raw(`"/>` + "\n")
		}
		w.optional("summary", it.Description)
		if it.Content != "" {
			w.raw(`<content type="html">`)
			w.text(w.full(it.Content, or(to, self)))
			w.raw("</content>\n")
		}
		if e := it.Enclosure; e != nil {
			w.raw(`<link rel="enclosure" href="`)
			w.text(w.address(e.URL))
			w.raw(`" length="` + strconv.FormatInt(e.Length, 10) + `" type="`)
			w.text(or(e.Type, "application/octet-stream"))
			w.raw(`"/>` + "\n")
		}
		w.raw("</entry>\n")
	}
	w.raw("</feed>\n")
	return w.send(page, "application/atom+xml; charset=utf-8")
}

func (f Feed) updated() time.Time {
	at := f.Updated
	if at.IsZero() {
		for _, it := range f.Items {
			if t := it.last(); t.After(at) {
				at = t
			}
		}
	}
	return at
}

func (i Item) last() time.Time {
	if i.Updated.IsZero() {
		return i.Published
	}
	return i.Updated
}

// home gives an address, that of the home page where there is none.
func home(page *site.Page, link string) string { return or(link, page.Base()) }

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

const header = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// writer writes XML with full addresses.
type writer struct {
	b    strings.Builder
	site *url.URL
	err  error
}

func newWriter(page *site.Page) (*writer, error) {
	if page.Site.Host == "" {
		return nil, ErrNoSite
	}
	return &writer{site: page.Site}, nil
}

func (w *writer) raw(s string) { w.b.WriteString(s) }

// text writes text, in an element or a quoted attribute. What XML 1.0 cannot hold becomes U+FFFD.
func (w *writer) text(s string) {
	from := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		to := ""
		switch {
		case r == '&':
			to = "&amp;"
		case r == '<':
			to = "&lt;"
		case r == '>':
			to = "&gt;"
		case r == '"':
			to = "&quot;"
		case r == '\r':
			to = "&#13;"
		case r < ' ' && r != '\t' && r != '\n', r == utf8.RuneError && size == 1, r == 0xfffe, r == 0xffff:
			to = "\ufffd"
		default:
			i += size
			continue
		}
		w.b.WriteString(s[from:i] + to)
		i += size
		from = i
	}
	w.b.WriteString(s[from:])
}

func (w *writer) element(name, text string) {
	w.raw("<" + name + ">")
	w.text(text)
	name, _, _ = strings.Cut(name, " ")
	w.raw("</" + name + ">\n")
}

func (w *writer) optional(name, text string) {
	if text != "" {
		w.element(name, text)
	}
}

func (w *writer) date(name string, t time.Time, layout string) {
	if !t.IsZero() {
		w.element(name, t.UTC().Format(layout))
	}
}

func (w *writer) link(to, rel, kind string) {
	w.raw(`<link rel="` + rel + `" href="`)
	w.text(to)
	if kind != "" {
		w.raw(`" type="` + kind)
	}
	w.raw(`"/>` + "\n")
}

func (w *writer) person(p Person) {
	if p.Name == "" {
		return
	}
	w.raw("<author>\n")
	w.element("name", p.Name)
	w.optional("email", p.Mail)
	if p.Link != "" {
		w.element("uri", w.address(p.Link))
	}
	w.raw("</author>\n")
}

// address makes an address a full one.
func (w *writer) address(s string) string {
	to, err := resolve(w.site, s)
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("%q is no address: %w", s, err)
	}
	return to
}

func resolve(base *url.URL, s string) (string, error) {
	u, err := base.Parse(s)
	if err != nil {
		return "", err
	}
	if u.Path == "" && u.Opaque == "" && u.Host != "" {
		u.Path = "/"
	}
	return u.String(), nil
}

// full makes the addresses in HTML full ones, as a reader of feeds does not know where the text stood.
func (w *writer) full(h site.HTML, at string) string {
	base, err := url.Parse(at)
	if err != nil {
		base = w.site
	}
	text := string(h)
	var out strings.Builder
	from := 0
	replace := func(a *htmlscan.Attr, value string) {
		out.WriteString(text[from:a.At])
		out.WriteString(site.AttrEscape(value))
		from = a.At + len(a.Value)
	}
	htmlscan.Tags([]byte(text), func(t *htmlscan.Tag) {
		for i := range t.Attrs {
			a := &t.Attrs[i]
			if len(a.Value) == 0 {
				continue
			}
			value := htmlscan.Unescape(a.Value)
			switch {
			case htmlscan.Is(a.Name, "href"), htmlscan.Is(a.Name, "src"), htmlscan.Is(a.Name, "poster"):
				if to, err := base.Parse(strings.TrimSpace(value)); err == nil && to.String() != value {
					replace(a, to.String())
				}
			case htmlscan.Is(a.Name, "srcset"):
				changed := value
				for _, c := range htmlscan.Candidates(value) {
					if to, err := base.Parse(c); err == nil && to.String() != c {
						changed = strings.Replace(changed, c, to.String(), 1)
					}
				}
				if changed != value {
					replace(a, changed)
				}
			}
		}
	})
	out.WriteString(text[from:])
	return out.String()
}

func (w *writer) send(page *site.Page, contentType string) error {
	if w.err != nil {
		return w.err
	}
	return send(page, w.b.String(), contentType)
}

func send(page *site.Page, body, contentType string) error {
	r := site.NewResponse(200, []byte(body))
	r.Header.Set("Content-Type", contentType)
	return page.Send(r)
}
