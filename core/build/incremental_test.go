package build

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"sitegen.dev/core/config"
)

// incremental is a site that is built again and again. After every change, what the next build makes of the last output
// must be what a build makes that knows of none, byte by byte.
type incremental struct {
	t    *testing.T
	root string
	o    Options
}

func newIncremental(t *testing.T, archive string) *incremental {
	t.Helper()
	t.Setenv("GOWORK", "off")
	x := &incremental{t: t, root: t.TempDir(), o: Options{Version: "test"}}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		x.put(f.Name, string(f.Data))
	}
	x.put("go.mod", "module example.com/site\n\ngo 1.26\n\nrequire sitegen.dev/core v0.0.0\n\nreplace sitegen.dev/core => ./.sitegen/src/core\n")
	return x
}

func (x *incremental) put(name, text string) {
	put(x.t, filepath.Join(x.root, filepath.FromSlash(name)), text)
}

func (x *incremental) read(name string) string {
	return get(x.t, filepath.Join(x.root, filepath.FromSlash(name)))
}

func (x *incremental) replace(name, old, text string) {
	x.t.Helper()
	s := x.read(name)
	if !strings.Contains(s, old) {
		x.t.Fatalf("%s does not hold %q", name, old)
	}
	x.put(name, strings.ReplaceAll(s, old, text))
}

func (x *incremental) remove(name string) {
	if err := os.RemoveAll(filepath.Join(x.root, filepath.FromSlash(name))); err != nil {
		x.t.Fatal(err)
	}
}

func (x *incremental) build(out string, clean bool) *Site {
	x.t.Helper()
	yaml, _ := os.ReadFile(filepath.Join(x.root, "site.yaml"))
	cfg, list := config.Load("site.yaml", yaml, func(string) string { return "" })
	if list.HasErrors() {
		x.t.Fatal(list.Err())
	}
	cfg.Out = out
	layout, list := FindLayout(x.root, cfg.Src)
	if list.HasErrors() {
		x.t.Fatal(list.Err())
	}
	o := x.o
	o.Layout, o.Config, o.Clean = layout, cfg, clean
	s, list, err := Run(x.t.Context(), o)
	if err != nil || list.HasErrors() {
		x.t.Fatal(err, list.Err())
	}
	if err := s.Publish(""); err != nil {
		x.t.Fatal(err)
	}
	return s
}

func (x *incremental) tree(dir string) map[string]string {
	files := map[string]string{}
	root := filepath.Join(x.root, dir)
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(root, name)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return files
}

// check builds after a change and compares with a clean build. rendered is how many pages have to be made anew; -1 is
// any number.
func (x *incremental) check(name string, rendered int) {
	x.t.Helper()
	x.t.Run(name, func(t *testing.T) {
		before := x.t
		x.t = t
		defer func() { x.t = before }()
		s := x.build("dist", false)
		if n := s.Pages.Pages - s.Pages.Kept; rendered >= 0 && n != rendered {
			t.Errorf("%d pages were rendered, want %d of %d", n, rendered, s.Pages.Pages)
		}
		got := x.tree("dist")
		x.build("clean", true)
		if diff := cmp.Diff(x.tree("clean"), got); diff != "" {
			t.Errorf("not what a clean build makes:\n%s", diff)
		}
	})
}

const incrementalSite = blog + `
-- site.yaml --
site: https://example.com
-- data/notice.txt --
Welcome.
-- public/robots.txt --
User-agent: *
-- public/logo.svg --
<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"></svg>
-- src/words/words.go --
package words

const Motto = "slow"
-- src/layouts/Base.gosite --
---
import "example.com/site/src/words"

type Props struct {
	Title string
}
---
<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>{props.Title}</title></head>
  <body><slot /><footer>{words.Motto}</footer></body>
</html>
<style>
footer { color: red }
</style>
-- src/components/Box.gosite --
<div class="box"><slot /></div>
<script>
document.title += "!"
</script>
-- src/pages/box.gosite --
---
import (
	Box "../components/Box.gosite"
	Base "../layouts/Base.gosite"
	dot "../dot.svg"
)
---
<Base title="Box"><Box>boxed <img src={dot.Src} alt=""></Box></Base>
-- src/dot.svg --
<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"></svg>
-- src/pages/plain.gosite --
<p>plain</p>
-- src/pages/about.md --
---
layout: ../layouts/Base.gosite
title: About
---
About [the plain note](note.md).
-- src/pages/note.md --
---
title: Note
---
A note.
-- src/pages/old.html --
<p>old</p>
`

// TestIncremental changes every kind of input. The pages are: index, plain, box, about, note, two posts, two tags.
func TestIncremental(t *testing.T) {
	x := newIncremental(t, incrementalSite)
	x.check("first", 9)
	x.check("nothing", 0)

	// Content. The index shows words and names, the tags show titles.
	x.replace("src/content/posts/second.md", "A text.", "Another text.")
	x.check("text of a post", 2) // it and the index, which shows the number of words
	x.replace("src/content/posts/second.md", "title: Second", "title: The second")
	x.check("title of a post", 3) // it, its tag, the index
	x.replace("src/content/posts/first.md", "tags: [a, b]", "tags: [a, c]")
	x.check("tags of a post", -1)
	x.put("src/content/posts/third.md", "---\ntitle: Third\ndate: 2026-03-04\nauthor: ada\n---\nx\n")
	x.check("new post", 2)
	x.remove("src/content/posts/third.md")
	x.check("post removed", 1)
	if err := os.Rename(filepath.Join(x.root, "src/content/posts/second.md"), filepath.Join(x.root, "src/content/posts/two.md")); err != nil {
		t.Fatal(err)
	}
	x.replace("src/content/posts/first.md", "second.md", "two.md")
	x.check("post renamed", -1)
	x.replace("src/content/posts/later.md", "draft: true", "draft: false\nauthor: ada")
	x.check("draft finished", -1)
	x.replace("src/content/posts/later.md", "draft: false", "draft: true")
	x.check("draft again", -1)
	x.replace("src/content/authors.yaml", "name: Ada", "name: Ada L.")
	x.check("entry that another refers to", 1)
	x.replace("src/pages/note.md", "A note.", "Another note.")
	x.check("text of a page", 1)
	x.replace("src/pages/about.md", "title: About", "title: About us")
	x.check("front matter of a page", 1)
	x.put("src/pages/deep/new.md", "---\nlayout: ../../layouts/Base.gosite\ntitle: New\n---\nx\n")
	x.check("new page", 1)
	x.remove("src/pages/deep")
	x.check("page removed", 0)
	x.put("src/content/posts/shot.svg", `<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"></svg>`)
	x.replace("src/content/posts/first.md", "Text with", "![shot](shot.svg)\n\nText with")
	x.check("picture in a post", -1)
	x.put("src/content/posts/shot.svg", `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"></svg>`)
	x.check("picture changed", 2)

	// Components, styles, scripts, files.
	x.replace("src/pages/plain.gosite", "plain", "very plain")
	x.check("page component", 1)
	x.replace("src/components/Box.gosite", `class="box"`, `class="crate"`)
	x.check("component", 1)
	x.replace("src/layouts/Base.gosite", "<slot />", "<main><slot /></main>")
	x.check("layout", 2)
	x.replace("src/layouts/Base.gosite", "color: red", "color: blue")
	x.check("style", 2)
	x.replace("src/components/Box.gosite", `"!"`, `"?"`)
	x.check("script", 1)
	x.put("src/dot.svg", `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="6"></svg>`)
	x.check("imported picture", 1)
	x.put("public/robots.txt", "User-agent: x\n")
	x.check("public file", 0)
	x.put("public/a/b/new.txt", "new")
	x.check("new public file", 0)
	x.remove("public/a")
	x.check("public file removed", 0)
	x.put("src/pages/old.html", "<p>older</p>\n")
	x.check("plain HTML", 0)

	// Code and configuration: these concern every page.
	x.replace("src/words/words.go", "slow", "slower")
	x.check("Go package", -1)
	x.put("src/middleware.go", "package src\n\nimport \"sitegen.dev/core/site\"\n\nfunc OnRequest(page *site.Page, next site.Handler) error {\n\tpage.Response.Header.Set(\"X-A\", \"b\")\n\treturn next(page)\n}\n")
	x.check("middleware", -1)
	x.put("site.yaml", "site: https://example.com\nbase: /docs/\n")
	x.check("base", -1)
	x.put("site.yaml", "site: https://example.com\nbuild: {format: file}\n")
	x.check("format", -1)
	x.put("site.yaml", "site: https://example.com\ntrailingSlash: never\n")
	x.check("trailing slash", -1)
	x.put("site.yaml", "site: https://example.com\nredirects:\n  /gone: /plain\n")
	x.check("redirect", -1)
	x.o.Version = "test2"
	x.check("version of sitegen", -1)
	x.o.Drafts = true
	x.check("drafts", -1)
	x.o.Drafts = false
	t.Setenv("TZ", "Asia/Tokyo")
	x.check("time zone", 11)
	t.Setenv("FLAVOUR", "mint")
	x.check("environment that no code reads", 0)

	// A file that Go code opens.
	x.put("src/pages/notice.gosite", "---\nimport \"os\"\n\ntext, err := os.ReadFile(\"data/notice.txt\")\nif err != nil {\n\treturn err\n}\n---\n<p>{string(text)}</p>\n")
	x.check("page that opens a file", -1)
	x.put("data/notice.txt", "Hello.\n")
	x.check("file that code opens", -1)
	t.Setenv("FLAVOUR", "sage")
	x.check("environment that code may read", 12)
	x.check("nothing at the end", 0)
}

// TestOutputTouched brings back what somebody has changed in the output.
func TestOutputTouched(t *testing.T) {
	x := newIncremental(t, incrementalSite)
	x.check("first", 9)
	x.put("dist/plain/index.html", "vandals")
	x.check("page", 1)
	x.put("dist/robots.txt", "vandals")
	x.check("public file", 0)
	x.remove("dist/note")
	x.check("page removed", 1)
	x.put("dist/extra/file.txt", "extra")
	x.check("file added", 0)
	if _, err := os.Stat(filepath.Join(x.root, "dist/extra")); err == nil {
		t.Error("the folder is still there")
	}
	x.remove("dist")
	x.check("all removed", 9)
	x.remove(".sitegen/cache")
	x.check("cache removed", 0)
	for _, name := range x.outputs() {
		x.put(".sitegen/output/"+name+"/pages", "rubbish")
	}
	x.check("record damaged", 9)
	for _, name := range x.outputs() {
		x.put(".sitegen/output/"+name+"/busy", "")
	}
	x.check("cut off while the output was changed", 9)
}

func (x *incremental) outputs() []string {
	list, err := os.ReadDir(filepath.Join(x.root, ".sitegen/output"))
	if err != nil {
		x.t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	if len(names) == 0 {
		x.t.Fatal("no output is remembered")
	}
	return names
}

// TestPackDamaged reads a cache whose bytes were changed, or that was cut off.
func TestPackDamaged(t *testing.T) {
	x := newIncremental(t, incrementalSite)
	x.check("first", 9)
	packs, _ := filepath.Glob(filepath.Join(x.root, ".sitegen/cache/content/*.pack"))
	if len(packs) != 1 {
		t.Fatal(packs)
	}
	data, err := os.ReadFile(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(x.root, ".sitegen/files")) // so that nothing is trusted
	bad := []byte(strings.ReplaceAll(string(data), "A text.", "B text."))
	if err := os.WriteFile(packs[0], bad, 0o666); err != nil {
		t.Fatal(err)
	}
	x.check("changed", -1)
	if got := x.read("dist/blog/second/index.html"); !strings.Contains(got, "A text.") {
		t.Error(got)
	}
	if err := os.WriteFile(packs[0], data[:len(data)/2], 0o666); err != nil {
		t.Fatal(err)
	}
	x.check("cut off", -1)
}

// TestIncrementalLinks finds a link that is broken by a change elsewhere: the page that holds it is not rendered again.
func TestIncrementalLinks(t *testing.T) {
	x := newIncremental(t, `
-- src/pages/index.gosite --
<p><a href="/other#part">part</a> <a href="/file.txt">file</a></p>
-- src/pages/other.gosite --
<h2 id="part">Part</h2>
-- public/file.txt --
text
`)
	warnings := func(want ...string) {
		t.Helper()
		yaml, _ := os.ReadFile(filepath.Join(x.root, "site.yaml"))
		cfg, _ := config.Load("site.yaml", yaml, func(string) string { return "" })
		layout, _ := FindLayout(x.root, cfg.Src)
		s, list, err := Run(t.Context(), Options{Layout: layout, Config: cfg, Version: "test"})
		if err != nil || list.HasErrors() {
			t.Fatal(err, list.Err())
		}
		if err := s.Publish(""); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range list.Sorted() {
			got = append(got, d.Message)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	warnings()
	warnings()
	x.put("src/pages/other.gosite", "<h2 id=\"teil\">Part</h2>\n")
	warnings("/other#part leads to an id that the page does not have, on /")
	warnings("/other#part leads to an id that the page does not have, on /")
	x.put("src/pages/other.gosite", "<h2 id=\"part\">Part</h2>\n")
	warnings()
	x.remove("public/file.txt")
	warnings("/file.txt leads nowhere, on /")
	x.put("public/file.txt", "text")
	warnings()
	x.remove("src/pages/other.gosite")
	warnings("/other#part leads nowhere, on /")
}

// TestUnknownDependencies renders again whatever cannot be told: props with functions, and content that was read for no
// page.
func TestUnknownDependencies(t *testing.T) {
	x := newIncremental(t, `
-- src/src.go --
package src

import "sitegen.dev/core/site/content"

var Things = content.New[Thing]("things")

type Thing struct{ Name string }
-- src/content/things/a.md --
---
name: A
---
-- src/pages/f/[x].gosite --
---
type Props struct { F func() string }

func GetStaticPaths(b *site.Build) ([]site.Path[Props], error) {
	return []site.Path[Props]{{Params: site.Params{"x": "x"}, Props: Props{F: func() string { return "f" }}}}, nil
}
---
<p>{props.F()}</p>
-- src/pages/plain.gosite --
<p>plain</p>
-- src/pages/nobody.gosite --
---
import "example.com/site/src"
---
{for _, t := range src.Things.All(nil) { <p>{t.Data.Name}</p> }}
`)
	x.check("first", 3)
	x.check("nothing", 1)
	x.put("src/content/things/a.md", "---\nname: B\n---\n")
	x.check("content read for nobody", 3)
	x.check("nothing again", 1)
}
