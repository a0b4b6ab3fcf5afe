package build

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
)

// site writes a txtar archive as a site outside this repository and builds it.
func site(t *testing.T, archive string, options Options) (*Site, *diag.List) {
	t.Helper()
	root := t.TempDir()
	a := txtar.Parse([]byte(archive))
	a.Files = append(a.Files, txtar.File{Name: "go.mod", Data: []byte("module example.com/site\n\ngo 1.26\n\nrequire sitegen.dev/core v0.0.0\n\nreplace sitegen.dev/core => ./.sitegen/src/core\n")})
	yaml := ""
	for _, f := range a.Files {
		put(t, filepath.Join(root, filepath.FromSlash(f.Name)), string(f.Data))
		if f.Name == "site.yaml" {
			yaml = string(f.Data)
		}
	}
	t.Setenv("GOWORK", "off")
	cfg, list := config.Load("site.yaml", []byte(yaml), func(string) string { return "" })
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
	layout, list := FindLayout(root, cfg.Src)
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
	options.Layout, options.Config, options.Version = layout, cfg, "test"
	s, list, err := Run(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	if s != nil && s.Stage != nil {
		if err := s.Stage.Publish(); err != nil {
			t.Fatal(err)
		}
	}
	return s, list
}

// guards is the middleware of a site with guards that have nothing to guard yet.
const guards = `
-- src/middleware.go --
package src

import "sitegen.dev/core/site"

// Guards say who may see what.
var Guards = []site.Guard{
	{Path: "/admin", Check: pass},
	{Path: "/[team]/settings", Check: pass},
}

func pass(*site.Page) error { return nil }
`

// TestGuardsLeaveTheRest builds what lies beside guards, and a guard of everything.
func TestGuardsLeaveTheRest(t *testing.T) {
	s, list := site(t, guards+`
-- src/pages/administrator.gosite --
<p>a</p>
-- src/pages/blog/post/[slug].gosite --
---
const prerender = false
const revalidate = 60
---
<p>kept</p>
-- src/pages/404.gosite --
<p>lost</p>
-- public/report.pdf --
PDF
`, Options{Server: true})
	if list.HasErrors() || s.Pages.Pages != 2 {
		t.Fatal(list.Err())
	}
	_, list = site(t, `
-- src/middleware.go --
package src

import "sitegen.dev/core/site"

var Guards = []site.Guard{{Path: "/", Check: pass}}

func pass(*site.Page) error { return nil }
-- src/pages/404.gosite --
<p>lost</p>
-- src/pages/live.gosite --
---
const prerender = false
---
<p>live</p>
-- public/style.css --
p{}
`, Options{Server: true})
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
}

func TestPostsOfPrerenderedPages(t *testing.T) {
	_, list := site(t, `
-- src/pages/index.gosite --
<main>
  <form class="a" METHOD=Post><button>a</button></form>
  <form method="post"><button>b</button></form>
</main>
-- src/pages/elsewhere.gosite --
<form method="post" action="/live"><button>a</button></form>
<form method="get"><button>b</button></form>
<form><button>c</button></form>
<form method="dialog"><button>d</button></form>
<form method="post" data-netlify="true"><button>e</button></form>
<form method="post" netlify><button>f</button></form>
<form method="post" {site.Attrs{}...}><button>g</button></form>
<form method="post" hx-post="/live"><button>h</button></form>
-- src/pages/buttons.gosite --
<form method="post"><button formaction="/live">a</button></form>
<form method="post" id="f"></form><input type="submit" form="f" FormMethod="get">
-- src/pages/element.gosite --
<form-sender><form method="post"><button>a</button></form></form-sender>
-- src/pages/layout.gosite --
---
import Layout "../layouts/Layout.gosite"
---
<Layout>
  <form method="post" class="sent-by-script"><button>a</button></form>
  <form method="post" enctype="multipart/form-data"><button>b</button></form>
</Layout>
-- src/layouts/Layout.gosite --
<html><head><script is:inline src="/all.js"></script></head><body><slot /></body></html>
-- public/all.js --
console.log("here")
-- src/pages/scripted.gosite --
<form method="post"><button>a</button></form>
<script>document.querySelector("form").onsubmit = (e) => e.preventDefault()</script>
-- src/pages/guarded.gosite --
{if !page.Prerendered { <form method="post"><button>a</button></form> }}
-- src/pages/live.gosite --
---
const prerender = false
---
<form method="post"><button>a</button></form>
-- src/pages/typed.gosite --
---
import "sitegen.dev/core/site/form"

f, err := form.Read(page, struct{ Email string }{"ada@example.com"})
if err != nil {
	return err
}
---
<form method="post" action="/live"><input {f.Input("email")...}>{f.Message("email")}</form>
`, Options{Server: true})
	var got []string
	for _, d := range list.Sorted() {
		if d.Severity == diag.Error {
			t.Fatal(list.Err())
		}
		got = append(got, fmt.Sprintf("%s %s:%d:%d", d.Code, d.File, d.Line, d.Col))
	}
	if want := "SG3118 src/pages/index.gosite:2:3\nSG3118 src/pages/layout.gosite:6:3"; strings.Join(got, "\n") != want {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

func TestQueryOfPrerenderedPages(t *testing.T) {
	_, list := site(t, `
-- src/pages/fence.gosite --
---
// page.URL.Query() in a comment
q := page.URL.Query().Get("q")
---
<p>{q}</p>
-- src/pages/template.gosite --
<p>page.URL.Query() as text, {page.URL.Path} and {page.URL.RawQuery}</p>
-- src/pages/list.json.gosite --
---
func GET(page *site.Page) error { return page.JSON(page.Query("q")) }
---
-- src/pages/guarded.gosite --
---
q := ""
if !page.Prerendered {
	q = page.URL.Query().Get("q")
}
---
<p>{q}</p>
-- src/pages/typed.gosite --
---
import fm "sitegen.dev/core/site/form"

f, err := fm.Query(page, struct{ Q string }{})
if err != nil {
	return err
}
---
<p>{f.Data.Q}</p>
-- src/pages/other.gosite --
---
type own struct{ URL interface{ Query() string } }

var web struct{ page own }
_ = web
---
<p>{func() string { if web.page.URL != nil { return web.page.URL.Query() }; return "" }()}</p>
-- src/pages/live.gosite --
---
const prerender = false
---
<p>{page.URL.Query().Get("q")}</p>
`, Options{Server: true})
	var got []string
	for _, d := range list.Sorted() {
		if d.Severity == diag.Error {
			t.Fatal(list.Err())
		}
		got = append(got, fmt.Sprintf("%s %s:%d:%d", d.Code, d.File, d.Line, d.Col))
	}
	want := "SG3113 src/pages/fence.gosite:3:6\nSG3113 src/pages/list.json.gosite:2:52\nSG3113 src/pages/template.gosite:1:51\nSG3113 src/pages/typed.gosite:4:11"
	if strings.Join(got, "\n") != want {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

func TestStaticSite(t *testing.T) {
	s, list := site(t, `
-- site.yaml --
site: https://example.com
redirects:
  /old: /about
  /posts/[slug]: /blog/[slug]
-- src/layouts/Base.gosite --
---
type Props struct {
	Title string
	Lang  string `+"`default:\"en\"`"+`
}
---
<!doctype html>
<html lang={props.Lang}><head><title>{props.Title}</title></head><body><slot /></body></html>
<style>
  body { margin: 0; }
</style>
-- src/pages/index.gosite --
---
import Base "../layouts/Base.gosite"
---
<Base title="Home"><p>hello</p></Base>
-- src/pages/about.gosite --
---
type Props struct {
	Name string `+"`default:\"nobody\"`"+`
}
---
<p>about {props.Name}</p>
-- src/pages/blog/[slug].gosite --
---
func GetStaticPaths(b *site.Build) ([]site.Path[Props], error) {
	return []site.Path[Props]{{Params: site.Params{"slug": "a"}}, {Params: site.Params{"slug": "b"}}}, nil
}

type Props struct{}
---
<p>{page.Params["slug"]}</p>
-- src/pages/many/[n].gosite --
---
import "strconv"

type Props struct{ N int }

func GetStaticPaths(b *site.Build) site.PathSeq[Props] {
	return func(yield func(site.Path[Props], error) bool) {
		for n := range 3 {
			if !yield(site.Path[Props]{Params: site.Params{"n": strconv.Itoa(n)}, Props: Props{N: n * n}}, nil) {
				return
			}
		}
	}
}
---
<p>{props.N}</p>
-- src/pages/notes/first.md --
---
layout: ../../layouts/Base.gosite
title: First note
---
Read the [second](./second.md#top).
-- src/pages/notes/second.md --
---
layout: ../../layouts/Base.gosite
title: Second note
---
![a dot](./dot.svg)
-- src/pages/notes/dot.svg --
<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"></svg>
-- src/pages/plain.html --
<p>as it is</p>
-- src/pages/_draft.gosite --
<p>draft</p>
-- public/robots.txt --
User-agent: *
`, Options{})
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
	out := s.Stage.Out()
	for name, want := range map[string]string{
		"index.html":              `<title>Home</title><style>body{margin:0}</style></head>`,
		"about/index.html":        "<!DOCTYPE html><p>about nobody</p>",
		"blog/a/index.html":       "<p>a</p>",
		"blog/b/index.html":       "<p>b</p>",
		"notes/first/index.html":  `<a href="/notes/second/#top">second</a>`,
		"notes/second/index.html": `width="4" height="3"`,
		"plain/index.html":        "<p>as it is</p>",
		"robots.txt":              "User-agent: *",
		"old/index.html":          `url=/about`,
	} {
		if got := get(t, filepath.Join(out, filepath.FromSlash(name))); !strings.Contains(got, want) {
			t.Errorf("%s holds\n%s\nwant %s", name, got, want)
		}
	}
	var found []string
	filepath.WalkDir(out, func(name string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, name)
		}
		return err
	})
	if len(found) != 13 {
		t.Errorf("%d files, want 13: %v", len(found), found)
	}
	if n := s.Pages.Pages; n != 10 {
		t.Errorf("%d pages are counted, want 10", n)
	}
	if warnings := list.Sorted(); len(warnings) != 1 || warnings[0].Code != "SG3110" {
		t.Errorf("warnings: %v", warnings)
	}
}

func TestBrokenSites(t *testing.T) {
	for _, tt := range []struct{ name, archive, want string }{
		{"generic page", `
-- src/pages/index.gosite --
---
type Props[T any] struct{ Rows []T }
---
<p>{len(props.Rows)}</p>
`, "src/pages/index.gosite:2:6: a page has no type parameters"},
		{"public and page", `
-- src/pages/a.gosite --
<p>a</p>
-- public/a/index.html --
<p>b</p>
`, "src/pages/a.gosite: /a/ makes the file a/index.html, which another page or the public folder has made already"},
		{"missing image", `
-- src/pages/index.gosite --
---
import hero "./hero.png"
---
<img src={hero.Src} alt="">
`, "src/pages/index.gosite:2:13: src/pages/hero.png does not exist"},
		{"broken image", `
-- src/pages/index.gosite --
---
import hero "./hero.png"
---
<img src={hero.Src} alt="">
-- src/pages/hero.png --
no image
`, "hero.png is no image that sitegen can read"},
		{"middleware in package main", `
-- src/middleware.go --
package main

func OnRequest() {}
-- src/pages/index.gosite --
<p>a</p>
`, "src/middleware.go:1:9: package main cannot be imported"},
		{"sessions that are off", `
-- src/pages/index.gosite --
---
const prerender = false

n, err := page.Session.Has("n")
if err != nil {
	return err
}
---
<p>{n}</p>
`, "src/pages/index.gosite:4:16: page.Session is used, but the site has no sessions"},
		{"a guarded page is prerendered", guards + `
-- src/pages/admin/users.gosite --
<p>users</p>
`, "src/pages/admin/users.gosite:1:1: /admin/users is prerendered, and a file is given to everybody: the guard of /admin would not run for it"},
		{"the front page of guarded pages", guards + `
-- src/pages/admin/index.gosite --
<p>users</p>
`, "src/pages/admin/index.gosite:1:1: /admin is prerendered"},
		{"a guarded page that caches keep", guards + `
-- src/pages/admin/kept.gosite --
---
const prerender = false
const revalidate = 60
---
<p>kept</p>
`, "src/pages/admin/kept.gosite:1:1: /admin/kept is kept by caches"},
		{"guarded pages that caches keep", guards + `
-- src/pages/[team]/[...rest].gosite --
---
const prerender = false
const revalidate = 60
---
<p>kept</p>
`, "src/pages/[team]/[...rest].gosite:1:1: /[team]/[...rest] is kept by caches"},
		{"a guarded page of Markdown", guards + `
-- src/pages/admin/a.md --
text
`, "src/pages/admin/a.md:1:1: /admin/a is prerendered"},
		{"a guarded page of plain HTML", guards + `
-- src/pages/admin/a.html --
<p>text</p>
-- src/pages/index.gosite --
<p>a</p>
`, "src/pages/admin/a.html:1:1: /admin/a is prerendered"},
		{"a guarded endpoint is prerendered", guards + `
-- src/pages/admin/list.json.gosite --
---
func GET(page *site.Page) error { return page.JSON(1) }
---
`, "src/pages/admin/list.json.gosite:1:1: /admin/list.json is prerendered"},
		{"a guarded page with parameters", guards + `
-- src/pages/[...slug].gosite --
---
func GetStaticPaths(b *site.Build) ([]site.Path[Props], error) {
	return []site.Path[Props]{{Params: site.Params{"slug": "a"}}, {Params: site.Params{"slug": "admin/b"}}}, nil
}

type Props struct{}
---
<p>{page.Params["slug"]}</p>
`, "src/pages/[...slug].gosite:1:1: /admin/b is prerendered"},
		{"a guard with parameters", guards + `
-- src/pages/red/settings/index.gosite --
<p>settings</p>
`, "src/pages/red/settings/index.gosite:1:1: /red/settings is prerendered"},
		{"a public file of a guarded folder", guards + `
-- src/pages/a.gosite --
<p>a</p>
-- public/admin/report.pdf --
PDF
`, "public/admin/report.pdf:1:1: /admin/report.pdf is a file of the public folder"},
		{"guards that are not written out", `
-- src/middleware.go --
package src

import "sitegen.dev/core/site"

var Guards = all()

func all() []site.Guard { return nil }
-- src/pages/index.gosite --
<p>a</p>
`, "src/middleware.go:5:14: Guards is no list that is written out"},
		{"a guard whose path is not written out", `
-- src/middleware.go --
package src

import "sitegen.dev/core/site"

const admin = "/admin"

var Guards = []site.Guard{{Path: admin, Check: pass}}

func pass(*site.Page) error { return nil }
-- src/pages/index.gosite --
<p>a</p>
`, "src/middleware.go:7:34: the path of this guard is no text that is written out"},
		{"a guard whose path is no pattern", `
-- src/middleware.go --
package src

import "sitegen.dev/core/site"

var Guards = []site.Guard{{"/[a", pass}}

func pass(*site.Page) error { return nil }
-- src/pages/index.gosite --
<p>a</p>
`, "src/middleware.go:5:28: the path of this guard is no pattern"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, list := site(t, tt.archive, Options{})
			if s != nil || list.Err() == nil || !strings.Contains(list.Err().Error(), tt.want) {
				t.Errorf("%v\nwant %s", list.Err(), tt.want)
			}
		})
	}
}

// A page that looks like the error page of a language is told to be none; with another name, or where there are no languages, it is a
// page like others.
func TestErrorPagesOfLanguages(t *testing.T) {
	_, list := site(t, `
-- site.yaml --
i18n: {default: en, locales: [en, de]}
-- src/pages/index.gosite --
<p>a</p>
-- src/pages/404.gosite --
<p>b</p>
-- src/pages/de/404.gosite --
<p>c</p>
-- src/pages/de/500.md --
d
-- src/pages/de/old/404.gosite --
<p>e</p>
-- src/pages/fr/404.gosite --
<p>f</p>
`, Options{})
	var got []string
	for _, d := range list.Sorted() {
		got = append(got, fmt.Sprintf("%s %s", d.Code, d.File))
	}
	if want := "SG3119 src/pages/de/404.gosite\nSG3119 src/pages/de/500.md"; strings.Join(got, "\n") != want {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}
