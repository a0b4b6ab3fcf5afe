package feed

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/site"
)

// serve renders an endpoint at a path of https://example.com with base /docs/.
func serve(t *testing.T, path string, params site.Params, get site.Handler) (body, contentType string, err error) {
	t.Helper()
	pattern := path
	for name, value := range params {
		pattern = strings.Replace(pattern, value, "["+name+"]", 1)
	}
	r := &site.Route{Pattern: pattern, Type: site.EndpointRoute, Prerender: true, Methods: map[string]site.Handler{"GET": get}}
	if len(params) > 0 {
		r.Paths = func(*site.Build) ([]site.PathEntry, error) { return []site.PathEntry{{Params: params}}, nil }
	}
	app := &site.App{Routes: []*site.Route{r}, Config: site.Config{Site: "https://example.com", Base: "/docs/"}}
	got, err := app.RenderStatic(t.Context(), r, site.PathEntry{Params: params}, nil)
	if err != nil {
		return "", "", err
	}
	return string(got.Body), got.Header.Get("Content-Type"), nil
}

var day = time.Date(2026, 4, 2, 12, 0, 0, 0, time.FixedZone("", 3600))

const nasty = `<b>"R&D"</b> ]]> 'é' ` + "\u2028"

func sample() Feed {
	return Feed{
		Title: nasty, Description: "About " + nasty, Language: "en", Author: Person{Name: "Ada " + nasty, Link: "/ada/"}, Image: "/logo.png",
		Items: []Item{
			{
				Title: nasty, Link: "/docs/one/?a=1&b=2", Description: nasty, Categories: []string{"a&b", "ü"}, Published: day, Updated: day.Add(time.Hour),
				Content:   `<p>R&amp;D <a href="../two/#x">two</a> <a href="https://other.example/">o</a> <a href="#s">s</a> <img src="pic.png" srcset="/a.png 1x, b.png 2x" alt="a &lt; b"></p>`,
				Enclosure: &Enclosure{"/one.mp3", "audio/mpeg", 123},
			},
			{Title: "Two", Link: "/docs/two/", ID: "urn:two", Published: day.AddDate(0, 0, -1), Author: Person{Name: "Bo", Mail: "bo@example.com"}},
		},
	}
}

const full = `<p>R&amp;D <a href="https://example.com/docs/two/#x">two</a> <a href="https://other.example/">o</a> <a href="https://example.com/docs/one/?a=1&amp;b=2#s">s</a> <img src="https://example.com/docs/one/pic.png" srcset="https://example.com/a.png 1x, https://example.com/docs/one/b.png 2x" alt="a &lt; b"></p>`

type rssDoc struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Channel struct {
		Title string `xml:"title"`
		Links []struct {
			XMLName xml.Name
			Href    string `xml:"href,attr"`
			Text    string `xml:",chardata"`
		} `xml:"link"`
		Description string `xml:"description"`
		Built       string `xml:"lastBuildDate"`
		Image       string `xml:"image>url"`
		Items       []struct {
			Title       string `xml:"title"`
			Link        string `xml:"link"`
			Description string `xml:"description"`
			GUID        struct {
				Permalink string `xml:"isPermaLink,attr"`
				Text      string `xml:",chardata"`
			} `xml:"guid"`
			Author     string   `xml:"author"`
			Creator    string   `xml:"http://purl.org/dc/elements/1.1/ creator"`
			Categories []string `xml:"category"`
			Date       string   `xml:"pubDate"`
			Content    string   `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
			Enclosure  struct {
				URL    string `xml:"url,attr"`
				Length string `xml:"length,attr"`
				Type   string `xml:"type,attr"`
			} `xml:"enclosure"`
		} `xml:"item"`
	} `xml:"channel"`
}

func TestRSS(t *testing.T) {
	body, kind, err := serve(t, "/rss.xml", nil, sample().RSS)
	if err != nil || kind != "application/rss+xml; charset=utf-8" {
		t.Fatal(kind, err)
	}
	var d rssDoc
	if err := xml.Unmarshal([]byte(body), &d); err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	c := d.Channel
	if d.Version != "2.0" || c.Title != nasty || c.Description != "About "+nasty || c.Image != "https://example.com/logo.png" {
		t.Errorf("%+v", c)
	}
	if c.Links[0].Text != "https://example.com/docs/" || c.Links[1].Href != "https://example.com/docs/rss.xml" || c.Links[1].XMLName.Space != "http://www.w3.org/2005/Atom" {
		t.Error(c.Links)
	}
	one, two := c.Items[0], c.Items[1]
	if one.Title != nasty || one.Description != nasty || one.Link != "https://example.com/docs/one/?a=1&b=2" || one.GUID.Text != one.Link || one.GUID.Permalink != "" || one.Creator != "Ada "+nasty {
		t.Errorf("%+v", one)
	}
	if diff := cmp.Diff(full, one.Content); diff != "" {
		t.Error(diff)
	}
	if at, err := time.Parse(time.RFC1123Z, one.Date); err != nil || !at.Equal(day) {
		t.Error(one.Date, err)
	}
	if at, err := time.Parse(time.RFC1123Z, c.Built); err != nil || !at.Equal(day.Add(time.Hour)) {
		t.Error(c.Built, err)
	}
	if cmp.Diff([]string{"a&b", "ü"}, one.Categories) != "" || one.Enclosure.URL != "https://example.com/one.mp3" || one.Enclosure.Length != "123" || one.Enclosure.Type != "audio/mpeg" {
		t.Errorf("%+v", one)
	}
	if two.GUID.Text != "urn:two" || two.GUID.Permalink != "false" || two.Author != "bo@example.com (Bo)" {
		t.Errorf("%+v", two)
	}
}

type atomDoc struct {
	XMLName xml.Name   `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string     `xml:"id"`
	Title   string     `xml:"title"`
	Updated string     `xml:"updated"`
	Author  string     `xml:"author>name"`
	URI     string     `xml:"author>uri"`
	Links   []atomLink `xml:"link"`
	Entries []struct {
		ID         string     `xml:"id"`
		Title      string     `xml:"title"`
		Published  string     `xml:"published"`
		Updated    string     `xml:"updated"`
		Summary    string     `xml:"summary"`
		Author     string     `xml:"author>name"`
		Links      []atomLink `xml:"link"`
		Categories []struct {
			Term string `xml:"term,attr"`
		} `xml:"category"`
		Content struct {
			Type string `xml:"type,attr"`
			Text string `xml:",chardata"`
		} `xml:"content"`
	} `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

func TestAtom(t *testing.T) {
	body, kind, err := serve(t, "/atom.xml", nil, sample().Atom)
	if err != nil || kind != "application/atom+xml; charset=utf-8" {
		t.Fatal(kind, err)
	}
	var d atomDoc
	if err := xml.Unmarshal([]byte(body), &d); err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	if d.ID != "https://example.com/docs/atom.xml" || d.Title != nasty || d.Author != "Ada "+nasty || d.URI != "https://example.com/ada/" || d.Updated != "2026-04-02T12:00:00Z" {
		t.Errorf("%+v", d)
	}
	if diff := cmp.Diff([]atomLink{{"alternate", "https://example.com/docs/"}, {"self", "https://example.com/docs/atom.xml"}}, d.Links); diff != "" {
		t.Error(diff)
	}
	one, two := d.Entries[0], d.Entries[1]
	if one.ID != "https://example.com/docs/one/?a=1&b=2" || one.Published != "2026-04-02T11:00:00Z" || one.Updated != "2026-04-02T12:00:00Z" || one.Summary != nasty || one.Content.Type != "html" || one.Content.Text != full || one.Categories[0].Term != "a&b" {
		t.Errorf("%+v", one)
	}
	if two.ID != "urn:two" || two.Author != "Bo" || two.Updated != "2026-04-01T11:00:00Z" || two.Content.Text != "" {
		t.Errorf("%+v", two)
	}
	for _, tt := range []struct {
		f    Feed
		want string
	}{
		{Feed{Items: []Item{{Title: "x", Link: "/x", Published: day}}}, `so far neither it nor the item "x"`},
		{Feed{Author: Person{Name: "a"}, Items: []Item{{Title: "x", Published: day}}}, `"x" of an Atom feed has neither Link nor ID`},
		{Feed{Author: Person{Name: "a"}, Items: []Item{{Title: "x", Link: "/x"}}}, "https://example.com/x of an Atom feed has neither Published nor Updated"},
		{Feed{Author: Person{Name: "a"}, Items: []Item{{Title: "x", Link: "http://[x", Published: day}}}, `"http://[x" is no address`},
	} {
		if _, _, err := serve(t, "/a.xml", nil, tt.f.Atom); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}

func TestNoSite(t *testing.T) {
	r := &site.Route{Pattern: "/rss.xml", Type: site.EndpointRoute, Prerender: true, Methods: map[string]site.Handler{"GET": sample().RSS}}
	_, err := (&site.App{Routes: []*site.Route{r}}).RenderStatic(t.Context(), r, site.PathEntry{}, nil)
	if !errors.Is(err, ErrNoSite) {
		t.Error(err)
	}
}

func FuzzText(f *testing.F) {
	f.Add(nasty)
	f.Add("\x00\x1f\ufffe\xff]]>&#0;\r\n")
	f.Fuzz(func(t *testing.T, s string) {
		var w writer
		w.raw(`<a b="`)
		w.text(s)
		w.raw(`">`)
		w.text(s)
		w.raw("</a>")
		var got struct {
			B    string `xml:"b,attr"`
			Text string `xml:",chardata"`
		}
		if err := xml.Unmarshal([]byte(w.b.String()), &got); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		want := strings.Map(func(r rune) rune {
			if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == utf8.RuneError || r == 0xfffe || r == 0xffff {
				return utf8.RuneError
			}
			return r
		}, s)
		if got.B != want || got.Text != want {
			t.Errorf("%q came back as %q and %q", want, got.B, got.Text)
		}
	})
}

func TestSitemap(t *testing.T) {
	s := Sitemap{{Loc: "/docs/a/?x=1&y", LastMod: day, Alternates: []Alternate{{"de", "/docs/de/a/"}, {"x-default", "https://example.com/docs/a/"}}}, {Loc: "https://example.com/docs/ü/"}}
	body, kind, err := serve(t, "/sitemap.xml", nil, s.Serve)
	if err != nil || kind != "application/xml; charset=utf-8" {
		t.Fatal(kind, err)
	}
	want := header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
<url>
<loc>https://example.com/docs/a/?x=1&amp;y</loc>
<lastmod>2026-04-02T11:00:00Z</lastmod>
<xhtml:link rel="alternate" hreflang="de" href="https://example.com/docs/de/a/"/>
<xhtml:link rel="alternate" hreflang="x-default" href="https://example.com/docs/a/"/>
</url>
<url>
<loc>https://example.com/docs/%C3%BC/</loc>
</url>
</urlset>
`
	if diff := cmp.Diff(want, body); diff != "" {
		t.Error(diff)
	}
	if parts, err := Parts[struct{}](s); len(parts) != 0 || err != nil {
		t.Error(parts, err)
	}
}

func TestSitemapParts(t *testing.T) {
	var s Sitemap
	for i := range MaxURLs + 10 {
		s = append(s, SitemapURL{Loc: fmt.Sprintf("/docs/%d/", i), LastMod: day.AddDate(0, 0, -i)})
	}
	s[0].Alternates = make([]Alternate, 5) // counts
	parts, err := Parts[struct{}](s)
	if err != nil || len(parts) != 2 || parts[1].Params["part"] != "2" {
		t.Fatal(parts, err)
	}
	body, _, err := serve(t, "/map/sitemap.xml", nil, s.Serve)
	want := header + `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap>
<loc>https://example.com/docs/map/sitemap-1.xml</loc>
<lastmod>2026-04-02T11:00:00Z</lastmod>
</sitemap>
<sitemap>
<loc>https://example.com/docs/map/sitemap-2.xml</loc>
<lastmod>` + day.AddDate(0, 0, -MaxURLs+5).UTC().Format(time.RFC3339) + `</lastmod>
</sitemap>
</sitemapindex>
`
	if diff := cmp.Diff(want, body); diff != "" || err != nil {
		t.Error(diff, err)
	}
	body, _, err = serve(t, "/map/sitemap-2.xml", site.Params{"part": "2"}, s.Serve)
	if err != nil || strings.Count(body, "<loc>") != 15 || !strings.Contains(body, fmt.Sprintf("/docs/%d/<", MaxURLs+9)) {
		t.Error(err, strings.Count(body, "<loc>"))
	}
	if _, _, err := serve(t, "/map/sitemap-7.xml", site.Params{"part": "7"}, s.Serve); err == nil {
		t.Error("there is no part 7")
	}
}

func TestRobots(t *testing.T) {
	for _, tt := range []struct {
		r    Robots
		want string
	}{
		{Robots{}, "User-agent: *\nDisallow:\n"},
		{Robots{Rules: []RobotsRule{{Agents: []string{"a", "b"}, Disallow: []string{"/"}}, {Allow: []string{"/x$"}, Disallow: []string{"/*.pdf"}}}, Sitemaps: []string{"/docs/sitemap.xml"}},
			"User-agent: a\nUser-agent: b\nDisallow: /\n\nUser-agent: *\nAllow: /x$\nDisallow: /*.pdf\n\nSitemap: https://example.com/docs/sitemap.xml\n"},
	} {
		if got, kind, err := serve(t, "/robots.txt", nil, tt.r.Serve); got != tt.want || err != nil || kind != "text/plain; charset=utf-8" {
			t.Errorf("%q, %v, %s; want %q", got, err, kind, tt.want)
		}
	}
	if _, _, err := serve(t, "/robots.txt", nil, (Robots{Rules: []RobotsRule{{Disallow: []string{"/\nAllow: /"}}}}).Serve); err == nil {
		t.Error("a line break went through")
	}
}

func TestSearchIndex(t *testing.T) {
	s := SearchIndex{MaxText: 12, Pages: []SearchPage{
		{URL: "/docs/a/", Title: "</script>", Tags: []string{"x"}, Headings: []site.Heading{{Depth: 2, ID: "one", Text: "One"}}, Content: "<p>one two three four</p>"},
		{URL: "/docs/b/", Title: "B"},
	}}
	body, kind, err := serve(t, "/search.json", nil, s.Serve)
	want := `{"version":1,"pages":[{"url":"/docs/a/","title":"\u003c/script\u003e","tags":["x"],"headings":[{"id":"one","text":"One"}],"text":"one two"},{"url":"/docs/b/","title":"B"}]}`
	if body != want || err != nil || kind != "application/json; charset=utf-8" || !json.Valid([]byte(body)) {
		t.Error(body, kind, err)
	}
}

func TestPlainText(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"<h1>One</h1><p>two <b>th</b>ree,\n  <i>four</i></p><ul><li>a</li><li>b</li></ul>c", "One two three, four a b c"},
		{"<script>x</script>a<br>b &lt;c&gt; &amp; d<!-- no --><style>p{}</style>", "a b <c> & d"},
		{"a < b", "a < b"}, {"", ""}, {"<p> </p>", ""}, {"x<span> y</span>z", "x yz"},
	} {
		if got := Text(site.HTML(tt.in)); got != tt.want {
			t.Errorf("Text(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}
