package build

import (
	"strings"
	"testing"

	"sitegen.dev/core/diag"
)

const loaded = `
-- src/content.go --
package src

import "sitegen.dev/core/site/content"

var Notes = content.New[Note]("notes")

type Note struct {
	Title string ` + "`content:\",required\"`" + `
	Stars int
}
-- src/content/notes/load.go --
package notes

import (
	"context"
	"os"
	"strings"

	"sitegen.dev/core/site/content/loader"
)

type note struct {
	Title string ` + "`json:\"title\"`" + `
	Stars any    ` + "`json:\"stars\"`" + `
}

func Load(ctx context.Context, l *loader.Loader) error {
	data, err := os.ReadFile("notes.txt")
	if err != nil {
		return err
	}
	if _, ok := l.Cached("n"); !ok {
		os.Stdout.WriteString("nothing is kept\n")
		if err := l.Keep("n", data); err != nil {
			return err
		}
	}
	for line := range strings.Lines(string(data)) {
		title, text, _ := strings.Cut(strings.TrimSpace(line), "|")
		var stars any = len(title)
		if title == "bad" {
			stars = "many"
		}
		if err := l.Add(loader.Entry{Slug: strings.ToLower(title), Data: note{title, stars}, Markdown: text}); err != nil {
			return err
		}
	}
	return nil
}
-- src/content/notes/own.md --
---
title: Own
---
Own text.
-- notes.txt --
One|First <script>alert(1)</script> and [x](javascript:alert(1)) *text*.
Two|Second.
-- src/pages/index.gosite --
---
import "example.com/site/src"
---
{for _, n := range src.Notes.All(page) { <section><h1>{n.Data.Title} {n.Data.Stars}</h1>{n.HTML(page)}</section> }}
`

// TestLoader fills a collection from elsewhere, beside files of its own.
func TestLoader(t *testing.T) {
	x := newIncremental(t, loaded)
	var out strings.Builder
	x.o.Output = &out
	x.o.Links = "off"
	x.replace("notes.txt", "[x](javascript:alert(1)) ", "")
	x.check("first", 1)
	want := "<section><h1>One 3</h1><p>First &lt;script&gt;alert(1)&lt;/script&gt; and <em>text</em>.</p>\n</section><section><h1>Own 0</h1><p>Own text.</p>\n</section><section><h1>Two 3</h1><p>Second.</p>\n</section>"
	if got := x.read("dist/index.html"); !strings.Contains(got, want) {
		t.Error(got)
	}
	if strings.Count(out.String(), "nothing is kept") != 1 {
		t.Errorf("the loader said %q", out.String())
	}
	x.check("nothing", 0)
	x.put("notes.txt", "One|First.\n")
	x.check("entry gone", 1)
	if got := x.read("dist/index.html"); strings.Contains(got, "Second") {
		t.Error(got)
	}
}

func TestLoaderProblems(t *testing.T) {
	for _, tt := range []struct{ name, old, text, want string }{
		{"failed", "notes.txt\")", "nowhere.txt\")", "SG5075 src/content/notes/load.go:16:6 the collection notes cannot be loaded: open nowhere.txt: no such file or directory"},
		{"twice", "Two|", "One|", "SG5075 src/content/notes/load.go:16:6 the collection notes cannot be loaded: there are two entries one"},
		{"slug", "Two|", "../two|", `SG5075 src/content/notes/load.go:16:6 the collection notes cannot be loaded: "../two" is no slug`},
		{"field", "Two|", "bad|", `SG5062 .sitegen/loaded/others/notes/bad.md:2:24 stars must be a whole number, not "many"`},
		{"unsafe", "", "", "SG5025 .sitegen/loaded/others/notes/one.md:"},
		{"does not compile", "strings.ToLower(title)", "strings.Lower(title)", "SG2051 src/content/notes/load.go:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			archive := strings.Replace(loaded, tt.old, tt.text, 1)
			if tt.name != "unsafe" {
				archive = strings.Replace(archive, "[x](javascript:alert(1)) ", "", 1)
			}
			_, list := site(t, archive, Options{Until: Entries, Links: "off"})
			var got []string
			for _, d := range list.Sorted() {
				if d.Severity == diag.Error {
					got = append(got, string(d.Code)+" "+d.Pos.String()+" "+d.Message)
				}
			}
			if !strings.Contains(strings.Join(got, "\n"), tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
