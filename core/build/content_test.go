package build

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/site/content/store"
)

const blog = `
-- src/content.go --
package src

import (
	"time"

	"sitegen.dev/core/site/content"
)

var Posts = content.New[Post]("posts").Newest().At("/blog/[slug]")

type Post struct {
	Title  string ` + "`content:\",required\"`" + `
	Date   time.Time
	Tags   []string
	Author content.Ref[Author]
}

var Authors = content.New[Author]("authors")

type Author struct {
	Name string ` + "`content:\",required\"`" + `
	Mail string
}
-- src/content/authors.yaml --
ada:
  name: Ada
  mail: ada@example.com
bob:
  name: Bob
-- src/content/posts/first.md --
---
title: First
date: 2026-01-02
tags: [a, b]
author: ada
---
## Hello
Text with ` + "`code`" + ` and [the second](second.md#part).
-- src/content/posts/second.md --
---
title: Second
date: 2026-02-03
tags: [b]
author: bob
---
A text.
-- src/content/posts/later.md --
---
title: Later
draft: true
---
-- src/pages/index.gosite --
---
import "example.com/site/src"
---
<ul>
  {for _, p := range src.Posts.All(page) {
    <li><a href={p.URL()}>{p.Data.Title}</a> {p.Data.Author.Get(page).Data.Name} {p.Words(page)}</li>
  }}
</ul>
-- src/pages/blog/[slug].gosite --
---
import (
	"sitegen.dev/core/site/content"
	"example.com/site/src"
)

type Props struct { Post *content.Entry[src.Post] }

func GetStaticPaths(b *site.Build) ([]site.Path[Props], error) {
	var paths []site.Path[Props]
	for _, p := range src.Posts.All(b) {
		paths = append(paths, site.Path[Props]{Params: site.Params{"slug": p.Slug}, Props: Props{Post: p}})
	}
	return paths, nil
}
---
<h1>{props.Post.Data.Title}</h1>
{for _, h := range props.Post.Headings(page) { <a href={"#" + h.ID}>{h.Text}</a> }}
{props.Post.HTML(page)}
-- src/pages/tags/[tag].gosite --
---
import (
	"sitegen.dev/core/site/content"
	"example.com/site/src"
)

type Props struct { Tag content.Group[src.Post] }

func GetStaticPaths(b *site.Build) ([]site.Path[Props], error) {
	var paths []site.Path[Props]
	for _, t := range content.GroupBy(src.Posts.All(b), func(e *content.Entry[src.Post]) []string { return e.Data.Tags }) {
		paths = append(paths, site.Path[Props]{Params: site.Params{"tag": t.Slug}, Props: Props{Tag: t}})
	}
	return paths, nil
}
---
<h1>{props.Tag.Name}</h1>
{for _, p := range props.Tag.Entries { <p>{p.Data.Title}</p> }}
`

func read(t *testing.T, s *Site, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.Stage.Out(), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestCollections builds a small blog: lists, references, links between entries, drafts, a taxonomy.
func TestCollections(t *testing.T) {
	s, list := site(t, blog, Options{})
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
	for _, tt := range []struct{ file, want string }{
		{"index.html", `<ul><li><a href="/blog/second/">Second</a> Bob 2</li><li><a href="/blog/first/">First</a> Ada 7</li></ul>`},
		{"blog/first/index.html", `<h1>First</h1><a href="#hello">Hello</a><h2 id="hello">Hello <a class="anchor" href="#hello" aria-label="Link to this section">#</a></h2>
<p>Text with <code>code</code> and <a href="/blog/second/#part">the second</a>.</p>
`},
		{"tags/b/index.html", "<h1>b</h1><p>Second</p><p>First</p>"},
	} {
		if got := read(t, s, tt.file); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s", tt.file, cmp.Diff(tt.want, got))
		}
	}
	if _, err := os.Stat(filepath.Join(s.Stage.Out(), "blog/later")); err == nil {
		t.Error("a draft was built")
	}
}

// TestCollectionKeysInCapitals: Hugo's keys are the same in capitals, and fields of a struct are found in whatever case. So are the keys
// that have a meaning: what says that it is a draft stays one.
func TestCollectionKeysInCapitals(t *testing.T) {
	capitals := "-- src/content/posts/x.md --\n---\nTitle: Capitals\nauthor: ada\nDate: 2027-01-02\nSlug: other\nAliases: [/old]\n---\n" +
		"-- src/content/posts/y.md --\n---\nTitle: Not yet\nauthor: ada\nDraft: true\n---\n-- src/content.go --"
	s, list := site(t, strings.Replace(blog, "-- src/content.go --", capitals, 1), Options{})
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
	if got, want := read(t, s, "index.html"), `<ul><li><a href="/blog/other/">Capitals</a>`; !strings.Contains(got, want) || strings.Contains(got, "Not yet") {
		t.Error(got)
	}
	if got := read(t, s, "old/index.html"); !strings.Contains(got, "/blog/other/") {
		t.Error(got)
	}
}

// TestCollectionProblems holds what can be wrong with an entry against the message and its place.
func TestCollectionProblems(t *testing.T) {
	for _, tt := range []struct{ name, file, text, want string }{
		{"unknown key", "posts/x.md", "---\ntitle: X\nauthr: ada\n---\n", "SG5061 src/content/posts/x.md:3:1 nothing takes the key authr (did you mean author?)"},
		{"missing", "posts/x.md", "---\ntags: [a]\n---\n", "SG5063 src/content/posts/x.md:1 title is missing (add title: …)"},
		{"wrong date", "posts/x.md", "---\ntitle: X\ndate: yesterday\n---\n", `SG5062 src/content/posts/x.md:3:7 date must be a date, not "yesterday" (write it as 2026-01-31 or 2026-01-31T15:04:05Z)`},
		{"no list", "posts/x.md", "---\ntitle: X\ntags: a\n---\n", `SG5062 src/content/posts/x.md:3:7 tags must be a list, not "a" (put it into brackets, as a list of one)`},
		{"in a list", "posts/x.md", "---\ntitle: X\ntags:\n  - a\n  - {b: c}\n---\n", `SG5062 src/content/posts/x.md:5:5 tags[1] must be a text, not a group of keys`},
		{"reference", "posts/x.md", "---\ntitle: X\nauthor: adda\n---\n", `SG5064 src/content/posts/x.md:3:9 author refers to "adda", which is not in the collection authors (did you mean ada?)`},
		{"json", "posts/x.json", "{\n\t\"title\": \"X\",\n\t\"tags\": [\"a\", {\"b\": 1}]\n}\n", `SG5062 src/content/posts/x.json:3:16 tags[1] must be a text, not a group of keys`},
		{"broken json", "posts/x.json", "{\n\t\"title\": X\n}\n", "SG5067 src/content/posts/x.json:2:11 invalid character 'X' looking for beginning of value"},
		{"not UTF-8", "posts/x.md", "---\ntitle: \xff\n---\n", "SG5060 src/content/posts/x.md:2:8 the file is not UTF-8: byte 0xff (save it as UTF-8)"},
		{"in a file of several", "authors.yaml", "ada:\n  name: Ada\nbob:\n  name: [x]\n", "SG5062 src/content/authors.yaml:4:9 name must be a text, not a list"},
		{"same slug", "posts/x.md", "---\ntitle: X\nslug: first\n---\n", "SG5065 src/content/posts/x.md:3:7 the collection posts has an entry first already (rename one of the files, or give it a `slug:` of its own)"},
		{"link to a draft", "posts/x.md", "---\ntitle: X\n---\n[x](later.md)\n", "SG5026 src/content/posts/x.md:4:5 later.md leads nowhere (write the path relative to this file)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			archive := strings.Replace(blog, "-- src/content.go --", "-- src/content/"+tt.file+" --\n"+tt.text+"-- src/content.go --", 1)
			if tt.file == "authors.yaml" {
				archive = blog[:strings.Index(blog, "-- src/content/authors")] + "-- src/content/authors.yaml --\n" + tt.text + blog[strings.Index(blog, "-- src/content/posts/first"):]
			}
			_, list := site(t, archive, Options{Until: Entries})
			checkList(t, list, tt.want)
		})
	}
}

// TestEmbeddedCollections looks at what is compiled into the program of a site that reads content on demand: the
// collections that its on-demand routes mention, those they refer to, and no others.
func TestEmbeddedCollections(t *testing.T) {
	s, list := site(t, blog+`
-- src/content/secrets/x.md --
---
name: X
---
-- src/other.go --
package src

import "sitegen.dev/core/site/content"

var Secrets = content.New[Secret]("secrets")

type Secret struct{ Name string }
-- src/pages/latest.gosite --
---
import "example.com/site/src"

const prerender = false

posts := src.Posts.All(page)
---
<p>{posts[0].Data.Author.Get(page).Data.Name} {posts[0].HTML(page)}</p>
`, Options{Server: true})
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
	data, err := os.ReadFile(s.Layout.abs(".sitegen/gen/bundle/content.bin"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := store.Embedded(string(data))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range c.Collections() {
		names = append(names, c.Name)
	}
	if diff := cmp.Diff([]string{"authors", "posts"}, names); diff != "" {
		t.Error(diff)
	}
	e, err := c.Collection("posts").Entry(1)
	if err != nil || e.Slug != "second" {
		t.Fatal(e, err)
	}
	if b, err := c.Body(e.Body); err != nil || b.HTML != "<p>A text.</p>\n" {
		t.Error(b, err)
	}
}

// A collection without a single file, and without a folder, is told where everything of it is missing: not by a page that
// panics, and also by a check.
func TestNoContent(t *testing.T) {
	const archive = `
-- src/content.go --
package src

import "sitegen.dev/core/site/content"

// Posts are the posts.
var Posts = content.New[Post]("posts")

// Post is one.
type Post struct{ Title string }
-- src/pages/index.gosite --
---
import "example.com/site/src"
---
{for _, p := range src.Posts.All(page) {<p>{p.Title}</p>}}
`
	for _, until := range []Phase{"", Entries} {
		_, list := site(t, archive, Options{Until: until})
		if ds := list.Sorted(); len(ds) != 1 || ds[0].Code != "SG5066" || !strings.Contains(ds[0].Hint, "src/content/posts") {
			t.Errorf("until %q: %v", until, list.Err())
		}
	}
	// One whose name is misspelt names the one that is there; a name far from it names none.
	for folder, hint := range map[string]string{"psots": `did you mean "psots"?`, "tea": "create the folder"} {
		_, list := site(t, archive+"-- src/content/"+folder+"/x.md --\n---\ntitle: X\n---\n", Options{Until: Entries})
		if ds := list.Sorted(); len(ds) == 0 || ds[0].Code != "SG5066" || !strings.HasPrefix(ds[0].Hint, hint) || ds[0].Range.String() != "src/content.go:6:31" {
			t.Errorf("folder %s: %v", folder, list.Err())
		}
	}
	twice := strings.Replace(archive, "-- src/pages", "-- src/other.go --\npackage src\n\nimport \"sitegen.dev/core/site/content\"\n\n// More are more.\nvar More = content.New[struct{ Text string }](\"posts\")\n-- src/pages", 1)
	_, list := site(t, twice+"-- src/content/posts/x.md --\n---\ntitle: X\n---\n", Options{Until: Entries})
	if !slices.ContainsFunc(list.Sorted(), func(d diag.Diagnostic) bool {
		return d.Code == "SG5066" && d.Range.String() == "src/other.go:6:47" && len(d.Notes) == 1 && d.Notes[0].Range.String() == "src/content.go:6:31"
	}) {
		t.Errorf("declared twice: %+v", list.Sorted())
	}
	const pages = "-- src/pages/index.gosite --\n---\nimport \"sitegen.dev/core/site/content\"\n---\n<p>{len(content.MarkdownPages(page))} pages</p>\n"
	if _, list := site(t, pages, Options{}); list.HasErrors() {
		t.Error("a list of no Markdown pages:", list.Err())
	}
}

// TestBadFiles builds what nobody means to write, and wants an answer for it.
func TestBadFiles(t *testing.T) {
	deep := "title: X\ndeep: " + strings.Repeat("[", 200) + strings.Repeat("]", 200)
	bomb := "title: X\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n"
	_, list := site(t, blog+
		"-- src/content/posts/deep.md --\n---\n"+deep+"\n---\n"+
		"-- src/content/posts/bomb.md --\n---\n"+bomb+"---\n"+
		"-- src/content/posts/open.md --\n---\ntitle: X\n"+
		"-- src/content/posts/deep.json --\n{\"title\": "+strings.Repeat("[", 100000)+"\n", Options{Until: Content})
	var got []string
	for _, d := range list.Sorted() {
		got = append(got, string(d.Code)+" "+d.Pos.String())
	}
	want := []string{
		"SG5020 src/content/posts/bomb.md:6:4", "SG5020 src/content/posts/bomb.md:7:4", "SG5020 src/content/posts/bomb.md:8:4", "SG5020 src/content/posts/bomb.md:9:4",
		"SG5067 src/content/posts/deep.json:1:211", "SG5062 src/content/posts/deep.md:3:107", "SG5021 src/content/posts/open.md:1:1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff, list.Err())
	}
}

// TestOddNames builds entries whose names hold blanks, letters of other scripts and signs that mean something in URLs.
func TestOddNames(t *testing.T) {
	s, list := site(t, blog+
		"-- src/content/posts/a b.md --\n---\ntitle: A\nauthor: ada\n---\n[x](./%C3%A9t%C3%A9%20&%20co.md)\n"+
		"-- src/content/posts/été & co.md --\n---\ntitle: B\nauthor: ada\n---\n", Options{})
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
	if got := read(t, s, "blog/a b/index.html"); !strings.Contains(got, `<a href="/blog/%C3%A9t%C3%A9%20&amp;%20co/">x</a>`) {
		t.Error(got)
	}
	if got := read(t, s, "blog/été & co/index.html"); !strings.Contains(got, "<h1>B</h1>") {
		t.Error(got)
	}
}

// TestLinksOutOfTheProject does not publish what a symbolic link leads to.
func TestLinksOutOfTheProject(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret.md")
	put(t, secret, "---\ntitle: S\n---\n")
	root := t.TempDir()
	put(t, filepath.Join(root, "go.mod"), "module example.com/site\n\ngo 1.26\n")
	put(t, filepath.Join(root, "src/content/posts/a.md"), "---\ntitle: A\n---\n")
	put(t, filepath.Join(root, "src/pages/index.gosite"), "<p>x</p>\n")
	for name, to := range map[string]string{"out.md": secret, "lost.md": "nowhere.md", "in.md": "a.md"} {
		if err := os.Symlink(to, filepath.Join(root, "src/content/posts", name)); err != nil {
			t.Skip(err)
		}
	}
	cfg, _ := config.Load("site.yaml", nil, func(string) string { return "" })
	layout, _ := FindLayout(root, "src")
	_, list, err := Run(t.Context(), Options{Layout: layout, Config: cfg, Version: "test", Until: Content})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range list.Sorted() {
		got = append(got, string(d.Code)+" "+d.Pos.String()+" "+d.Message)
	}
	want := []string{"SG5068 src/content/posts/lost.md this link leads nowhere", "SG5068 src/content/posts/out.md this link leads out of the project, so its target would be published"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestPageProblems holds what can be wrong with the front matter of a Markdown page against the message and its place.
func TestPageProblems(t *testing.T) {
	const layout = "-- src/layouts/Doc.gosite --\n---\ntype Props struct {\n\tTitle    string `prop:\",required\"`\n\tDate     time.Time\n\tOrder    int\n\tHeadings []site.Heading\n}\n---\n<h1>{props.Title}</h1>\n<slot />\n"
	for _, tt := range []struct{ name, front, want string }{
		{"unknown key", "title: X\nordr: 1", "SG2011 src/pages/x.md:4:1 nothing takes the key ordr (did you mean order?)"},
		{"missing", "order: 1", "SG2010 src/pages/x.md:1 title is missing (add title: …)"},
		{"type", "title: X\norder: one", `SG5023 src/pages/x.md:4:8 order must be a whole number, not "one"`},
		{"no layout", "title: X\nlayout: ./Dok.gosite", `SG5020 src/pages/x.md:4:1 layout is set twice (remove one of them)`},
		{"fine", "title: X\norder: 3", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, list := site(t, strings.Replace(layout, "---\ntype", "---\nimport \"time\"\n\ntype", 1)+"-- src/pages/x.md --\n---\nlayout: ../layouts/Doc.gosite\n"+tt.front+"\n---\n# Hello\n", Options{Until: Entries})
			checkList(t, list, tt.want)
		})
	}
	for _, tt := range []struct{ name, layout, want string }{
		{"lost layout", "../layouts/Dok.gosite", `SG2001 src/pages/x.md:2:9 no component src/layouts/Dok.gosite (did you mean "../layouts/Doc.gosite"?)`},
		{"no component", "../layouts/Doc.txt", `SG2002 src/pages/x.md:2:9 "../layouts/Doc.txt" is no component (name a .gosite file by its path from this file)`},
		{"no slot", "../layouts/Flat.gosite", `SG2020 src/pages/x.md:5:1 Flat has no default slot for this text (add <slot /> to src/layouts/Flat.gosite)`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, list := site(t, "-- src/layouts/Doc.gosite --\n<slot />\n-- src/layouts/Flat.gosite --\n<p>flat</p>\n-- src/pages/x.md --\n---\nlayout: "+tt.layout+"\n---\n\n# Hello\n", Options{Until: Entries})
			checkList(t, list, tt.want)
		})
	}
}

func checkList(t *testing.T, list *diag.List, want string) {
	t.Helper()
	var got []string
	for _, d := range list.Sorted() {
		if d.Severity == diag.Error {
			line := string(d.Code) + " " + d.Pos.String() + " " + d.Message
			if d.Hint != "" {
				line += " (" + d.Hint + ")"
			}
			got = append(got, line)
		}
	}
	if strings.Join(got, "\n") != want {
		t.Error(cmp.Diff(want, strings.Join(got, "\n")))
	}
}
