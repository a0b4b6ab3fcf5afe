package feed

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"sitegen.dev/core/internal/htmlscan"
	"sitegen.dev/core/site"
)

// anything reads a document of XML as a tree.
type anything struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Items   []anything `xml:",any"`
}

func (a *anything) all(name string) (out []string) {
	for i := range a.Items {
		if a.Items[i].XMLName.Local == name {
			out = append(out, a.Items[i].Text)
		}
		out = append(out, a.Items[i].all(name)...)
	}
	return out
}

// FuzzDocuments writes feeds and sitemaps of any text: they are well-formed, have the elements that they have for harmless text, and the
// texts come back as they were given.
func FuzzDocuments(f *testing.F) {
	f.Add("a", "/x", "<p>a</p>", "b", int64(0))
	f.Add(nasty, "/docs/ü?a=1&b=\"#]]>", `<p title="a&lt;b">`+nasty+`<a href="../x?&amp;y">`, "urn:x\x01", int64(1700000000))
	f.Add("\xff", "https://other.example/<>", "<![CDATA[x]]><!--", "]]>", int64(-1))
	f.Fuzz(func(t *testing.T, text, link, content, id string, at int64) {
		if at < 0 || at > 4e9 || len(text)+len(link)+len(content)+len(id) > 2000 {
			return
		}
		shape := func(text, content, id string) (feed Feed, sitemap Sitemap) {
			date := time.Unix(at, 0)
			return Feed{Title: text, Description: text, Language: "en", Author: Person{Name: "x" + text}, Copyright: text, Items: []Item{
				{Title: text, Link: link, ID: id, Description: text, Categories: []string{text, "b"}, Published: date, Updated: date, Content: site.HTML(content)},
			}}, Sitemap{{Loc: link, LastMod: date, Alternates: []Alternate{{Lang: text, Loc: link}}}}
		}
		feed, sitemap := shape(text, content, id)
		harmlessFor := func(s string) string { return s[:0] + map[bool]string{false: "x"}[s == ""] }
		tame, tameMap := shape(harmlessFor(text), harmlessFor(content), harmlessFor(id))
		for name, pair := range map[string][2]site.Handler{"rss": {feed.RSS, tame.RSS}, "atom": {feed.Atom, tame.Atom}, "sitemap": {sitemap.Serve, tameMap.Serve}} {
			body, _, err := serve(t, "/"+name+".xml", nil, pair[0])
			harmless, _, tameErr := serve(t, "/"+name+".xml", nil, pair[1])
			if err != nil || tameErr != nil {
				continue // a link that is none
			}
			got, want := parsed(t, body), parsed(t, harmless)
			if g, w := got.shape(), want.shape(); g != w {
				t.Fatalf("%s of %q, %q, %q: %s, want %s", name, text, content, id, g, w)
			}
			if !plain(text) || name == "sitemap" {
				continue
			}
			for _, title := range got.all("title") {
				if title != text {
					t.Fatalf("the title %q came back as %q", text, title)
				}
			}
		}
		if body, _, err := serve(t, "/rss.xml", nil, feed.RSS); err == nil && plain(content) && content != "" {
			// Links are made whole; what is no tag stays.
			if in, out := tagless(content), tagless(parsed(t, body).all("encoded")[0]); in != out {
				t.Fatalf("the content %q came back as %q", in, out)
			}
		}
	})
}

func tagless(s string) string {
	var b strings.Builder
	htmlscan.Walk([]byte(s), func(*htmlscan.Tag) {}, func([]byte) {}, func(text []byte) { b.Write(text) })
	return b.String()
}

// plain says whether XML can hold a text as it is.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0xfffd || r == 0xfffe || r == 0xffff })
}

func parsed(t *testing.T, body string) *anything {
	t.Helper()
	var a anything
	if err := xml.Unmarshal([]byte(body), &a); err != nil {
		t.Fatalf("%v in\n%s", err, body)
	}
	return &a
}

// shape gives the elements and their attributes.
func (a *anything) shape() string {
	var b strings.Builder
	b.WriteString("<" + a.XMLName.Local)
	for _, attr := range a.Attrs {
		b.WriteString(" " + attr.Name.Local)
	}
	b.WriteString(">")
	for i := range a.Items {
		b.WriteString(a.Items[i].shape())
	}
	return b.String() + "</>"
}
