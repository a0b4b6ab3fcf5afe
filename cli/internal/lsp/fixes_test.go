package lsp

import (
	"slices"
	"strings"
	"testing"

	"sitegen.dev/core/a11y"
	"sitegen.dev/core/syntax"
)

// mistakesOf gives the diagnostics of a file on its own.
func mistakesOf(src string) (*text, []*mistake) {
	d := &document{uri: "file:///a.gosite", path: "/a.gosite", text: newText([]byte(src))}
	f, found := syntax.Parse("a.gosite", d.text.b)
	if len(found) == 0 {
		found = a11y.Check(f)
	}
	var out []*mistake
	for _, g := range found {
		shown := one(g, d.text, nil)
		out = append(out, &mistake{doc: d, file: f, shown: shown, Diagnostic: g, at: d.text.offsets(shown.Range)})
	}
	return d.text, out
}

// fixesOf gives the fixes of all diagnostics of a file on its own.
func fixesOf(src string) (*text, []fix) {
	t, mistakes := mistakesOf(src)
	var out []fix
	for _, m := range mistakes {
		m.fix()
		out = append(out, m.fixes...)
	}
	return t, out
}

func apply(t *text, edits []textEdit) string {
	var changes []change
	for _, e := range edits {
		changes = append(changes, change{t.offsets(e.Range), e.NewText})
	}
	return string(changed(t.b, changes))
}

func TestFixes(t *testing.T) {
	for _, tt := range []struct{ in, title, want string }{
		{"<ul>\n  <li>tea\n</ul>", "Add </li>", "<ul>\n  <li>tea</li>\n</ul>"},
		{"<ul>\r\n  <li>🍃</li>\r\n", "Add </ul>", "<ul>\r\n  <li>🍃</li>\r\n</ul>\r\n"},
		{"<main>\n\t<ul>\n\t\t<li>tea</li>\n</main>", "Add </ul>", "<main>\n\t<ul>\n\t\t<li>tea</li>\n\t</ul>\n</main>"},
		{"<>tea", "Add </>", "<>tea</>"},
		{"<p>tea</b>", "Write </p>", "<p>tea</p>"},
		{"tea</p>", "Remove the end tag", "tea"},
		{"<br></br>", "Remove the end tag", "<br>"},
		{"<p>a } b</p>", `Print the brace: {"}"}`, `<p>a {"}"} b</p>`},
		{"---\nimport Card from \"../components/Card.astro\"\n---\n", `Write import Card "../components/Card.gosite"`, "---\nimport Card \"../components/Card.gosite\"\n---\n"},
		{"---\nexport const prerender = false;\n---\n", "Write const prerender = false", "---\nconst prerender = false\n---\n"},
		{"---\nconst { slug } = Astro.params;\n---\n", `Write slug := page.Params["slug"]`, "---\nslug := page.Params[\"slug\"]\n---\n"},
		{"{if a { <p>a</p> } elseif b { <p>b</p> }}", "Write else if", "{if a { <p>a</p> } else if b { <p>b</p> }}"},
		{"{switch 1 {\ncase 1:\n  tea\n}}", "Wrap it in <>…</>", "{switch 1 {\ncase 1:\n  <>tea</>\n}}"},
		{"<p class=\"a\"\n<b>tea</b></p>", "Add >", "<p class=\"a\">\n<b>tea</b></p>"},
		{"<p>tea</p\n", "Write </p>", "<p>tea</p>\n"},
		{`<p class="a" class="b">tea</p>`, "Remove class", `<p class="a">tea</p>`},
		{"<p {...props}>tea</p>", "Write {props...}", "<p {props...}>tea</p>"},
		{"<p {post.Title}>tea</p>", "Write title={post.Title}", "<p title={post.Title}>tea</p>"},
		{"<p {post.Attrs}>tea</p>", "Spread it: {post.Attrs...}", "<p {post.Attrs...}>tea</p>"},
		{"<p>{}</p>", "Remove the braces", "<p></p>"},
		{"<p>{}</p>", `Print them: {"{}"}`, `<p>{"{}"}</p>`},
		{"<a href=/tea?a=b>tea</a>", "Put the value in quotes", `<a href="/tea?a=b">tea</a>`},
		{`<p>tea</p class="a">`, "Remove what stands behind the name", "<p>tea</p>"},
		{`<img src="/a.png">`, `Add alt=""`, `<img src="/a.png" alt="">`},
		{`<img src={f("🍃")} />`, `Add alt=""`, `<img src={f("🍃")} alt="" />`},
		{`<html><head><title>x</title></head></html>`, `Add lang="en"`, `<html lang="en"><head><title>x</title></head></html>`},
		{`<html lang=""><head><title>x</title></head></html>`, `Write lang="en"`, `<html lang="en"><head><title>x</title></head></html>`},
		{"<html lang=\"en\">\n  <head>\n  </head>\n</html>", "Add <title>", "<html lang=\"en\">\n  <head>\n    <title></title>\n  </head>\n</html>"},
		{"<h1>a</h1><h3 class=\"x\">b</h3>", "Make it <h2>", "<h1>a</h1><h2 class=\"x\">b</h2>"},
		{`<p tabindex="3">x</p>`, `Write tabindex="0"`, `<p tabindex="0">x</p>`},
		{`<iframe src="/x"></iframe>`, `Add title=""`, `<iframe src="/x" title=""></iframe>`},
		{`<button><i></i></button>`, `Add aria-label=""`, `<button aria-label=""><i></i></button>`},
		{`<p aria-labeledby="x">x</p>`, "Change to aria-labelledby", `<p aria-labelledby="x">x</p>`},
	} {
		text, fixes := fixesOf(tt.in)
		i := slices.IndexFunc(fixes, func(f fix) bool { return f.title == tt.title })
		if i < 0 {
			var titles []string
			for _, f := range fixes {
				titles = append(titles, f.title)
			}
			t.Errorf("%q: nobody offers to %s, but to %q", tt.in, tt.title, titles)
			continue
		}
		if got := apply(text, fixes[i].edit.Changes["file:///a.gosite"]); got != tt.want {
			t.Errorf("%q: %s gives\n%q, want\n%q", tt.in, tt.title, got, tt.want)
		}
	}
}

// FuzzFixes wants no fix to go beyond the document, and every one to change it.
func FuzzFixes(f *testing.F) {
	for _, s := range []string{"<ul><li>", "<a href=/x?y", "{}", "<p {a.b} {...c}", "</", "<b></i>", "---\nimport x from 'y'\n---\n<img>", "\ufeff<p>}", "<h1>a</h1><h3>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		text, fixes := fixesOf(in)
		for _, x := range fixes {
			edits := x.edit.Changes["file:///a.gosite"]
			for _, e := range edits {
				if s := text.offsets(e.Range); s.End < s.Start {
					t.Fatalf("%s: %v", x.title, e)
				}
			}
			if got := apply(text, edits); got == in && strings.ToValidUTF8(in, "") == in {
				t.Fatalf("%s changes nothing in %q", x.title, in)
			}
		}
	})
}

func TestFixAll(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"<p {...props}>tea</p>\n<a href=/tea?a=b tabindex=\"3\">tea</a>", "<p {props...}>tea</p>\n<a href=\"/tea?a=b\" tabindex=\"3\">tea</a>"},
		{"<a href=\"/\" tabindex=\"3\">tea</a><i tabindex=\"2\">x</i>", "<a href=\"/\" tabindex=\"0\">tea</a><i tabindex=\"0\">x</i>"},
		{"<p {...a} {...b}>tea</p>", "<p {a...} {b...}>tea</p>"},
		{"<ul>\n  <li>tea\n</ul>\n<img src=\"/a.png\">", ""}, // what is missing is for the author to say
	} {
		d, mistakes := mistakesOf(tt.in)
		for range 2 { // the fixes may have been asked for before
			if got := apply(d, sureEdits(mistakes)); got != tt.want && (tt.want != "" || got != tt.in) {
				t.Errorf("%q becomes\n%q, want\n%q", tt.in, got, tt.want)
			}
		}
	}
}
