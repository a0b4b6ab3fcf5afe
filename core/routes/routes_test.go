package routes

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

func TestClassify(t *testing.T) {
	for _, tt := range []struct {
		file string
		want Kind
	}{
		{"index.gosite", Component},
		{"a/b c.md", Markdown},
		{"x.html", HTML},
		{"feed.xml.gosite", Component},
		{"_x.gosite", Skipped},
		{"_x/a.gosite", Skipped},
		{"a/_x.gosite", Skipped},
		{"a_x.gosite", Component},
		{".x.gosite", Skipped},
		{".git/a.gosite", Skipped},
		{".well-known/a.json.gosite", Component},
		{"a/.well-known/b.gosite", Component},
		{".well-known/.x.gosite", Skipped},
		{".well-known", Skipped},
		{".DS_Store", Skipped},
		{"a.png", Unknown},
		{"a.go", Unknown},
		{"gosite", Unknown},
		{"a.GOSITE", Unknown},
	} {
		if got := Classify(tt.file); got != tt.want {
			t.Errorf("Classify(%q) = %d, want %d", tt.file, got, tt.want)
		}
	}
}

func TestPattern(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"index.gosite", "/"},
		{"about.gosite", "/about"},
		{"blog/index.md", "/blog"},
		{"index/index.gosite", "/index"},
		{"blog/[slug].gosite", "/blog/[slug]"},
		{"[...path].gosite", "/[...path]"},
		{"[...path]/edit.gosite", "/[...path]/edit"},
		{"[lang]/index.gosite", "/[lang]"},
		{"shop/[cat]-[id].gosite", "/shop/[cat]-[id]"},
		{"v[major].[minor].gosite", "/v[major].[minor]"},
		{"feed.xml.gosite", "/feed.xml"},
		{"[id].json.gosite", "/[id].json"},
		{"index.xml.gosite", "/index.xml"},
		{"page.html", "/page"},
		{"page.html.gosite", "/page.html"},
		{"über uns/größe.gosite", "/über uns/größe"},
		{"a.b/c.gosite", "/a.b/c"},
		{".well-known/x.gosite", "/.well-known/x"},
		{"Special:Search.gosite", "/Special:Search"},
	} {
		got, segments, err := Pattern(tt.file)
		if err != nil || got != tt.want {
			t.Errorf("Pattern(%q) = %q, %v; want %q", tt.file, got, err, tt.want)
		}
		if n := strings.Count(strings.TrimSuffix(tt.want, "/"), "/"); n != len(segments) {
			t.Errorf("Pattern(%q) has %d segments, want %d", tt.file, len(segments), n)
		}
	}
	_, segments, err := Pattern("a/x-[b].[c]/[...d].gosite")
	want := [][]manifest.Part{{{Text: "a"}}, {{Text: "x-"}, {Param: "b"}, {Text: "."}, {Param: "c"}}, {{Param: "d", Rest: true}}}
	if d := cmp.Diff(want, segments); d != "" || err != nil {
		t.Errorf("%v, -want +got\n%s", err, d)
	}
}

func TestPatternErrors(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"[].gosite", "SG3001 [] has no parameter name | write [slug], or [...path] for several segments"},
		{"[...].gosite", "SG3001 [...] has no parameter name | write [slug], or [...path] for several segments"},
		{"[a.gosite", "SG3001 [ in [a is never closed | write a parameter as [name]"},
		{"a].gosite", "SG3001 ] in a] closes nothing | write a parameter as [name]"},
		{"[[a]].gosite", "SG3001 [ in [[a]] is never closed | write a parameter as [name]"},
		{"[a b].gosite", "SG3001 [a b] is not a parameter name | use letters, digits, - and _, and begin with a letter"},
		{"[1].gosite", "SG3001 [1] is not a parameter name | use letters, digits, - and _, and begin with a letter"},
		{"[ü].gosite", "SG3001 [ü] is not a parameter name | use letters, digits, - and _, and begin with a letter"},
		{"[....a].gosite", "SG3001 [....a] is not a parameter name | use letters, digits, - and _, and begin with a letter"},
		{"[a][b].gosite", "SG3001 the parameters a and b need fixed text between them | write [a]-[b]"},
		{"x-[...a].gosite", "SG3001 [...a] must be a whole segment | put it into a folder of its own, or write [a]"},
		{"[...a].json.gosite", "SG3001 [...a] must be a whole segment | put it into a folder of its own, or write [a]"},
		{"[...a][...b].gosite", "SG3001 [...a] must be a whole segment | put it into a folder of its own, or write [a]"},
		{"[...a]/[...b].gosite", "SG3001 /[...a]/[...b] has two rest parameters, a and b, so it is not clear which takes what | keep one of them"},
		{"[a]/[a].gosite", "SG3003 parameter a occurs twice in /[a]/[a] | give one of them another name"},
		{"[a]-[a].gosite", "SG3003 parameter a occurs twice in /[a]-[a] | give one of them another name"},
		{"[a]/[...a].gosite", "SG3003 parameter a occurs twice in /[a]/[...a] | give one of them another name"},
		{"...gosite", "SG3001 the segment .. would be taken for a folder | choose another name"},
		{"a?b.gosite", "SG3001 ? cannot be part of a route | choose another name"},
		{"100%.gosite", "SG3001 % cannot be part of a route | choose another name"},
		{`a\b.gosite`, `SG3001 \ cannot be part of a route | choose another name`},
		{"a\nb.gosite", "SG3001 a control character cannot be part of a URL | choose another name"},
		{"a\xff.gosite", "SG3001 the name is not UTF-8 text | choose another name"},
		{"a//b.gosite", "SG3001 a segment of the path is empty"},
	} {
		_, _, err := Pattern(tt.file)
		d, ok := err.(diag.Diagnostic)
		if !ok {
			t.Errorf("Pattern(%q): %v", tt.file, err)
			continue
		}
		got := string(d.Code) + " " + d.Message
		if d.Hint != "" {
			got += " | " + d.Hint
		}
		if got != tt.want || d.File != tt.file {
			t.Errorf("Pattern(%q)\n got %s: %s\nwant %s", tt.file, d.File, got, tt.want)
		}
	}
}

// build gives the table as "pattern type source" lines and the diagnostics as "place severity code message | hint".
func build(t *testing.T, files []Page, cfg Config) (table, messages string) {
	t.Helper()
	routes, list := Build(files, cfg)
	var lines []string
	for _, r := range routes {
		how := "on demand"
		if r.Prerender {
			how = "prerendered"
		}
		if r.Revalidate > 0 {
			how += fmt.Sprintf(" for %ds", r.Revalidate)
		}
		if r.Type == manifest.Redir {
			how = fmt.Sprint("to ", r.Redirect.To, " ", r.Redirect.Status)
		}
		lines = append(lines, fmt.Sprintf("%s %s %s", r.Pattern, r.Type, how))
	}
	var said []string
	for _, d := range list.Sorted() {
		s := fmt.Sprintf("%s %s %s %s", d.Pos, d.Severity, d.Code, d.Message)
		if d.Hint != "" {
			s += " | " + d.Hint
		}
		for _, n := range d.Notes {
			s += fmt.Sprintf(" (%s %s)", n.Pos, n.Message)
		}
		said = append(said, s)
	}
	return strings.Join(lines, "\n"), strings.Join(said, "\n")
}

// page gives a Page from a short text: a path, then flags. "GET" and the like are methods, "on" and "pre" the prerender
// flag, "paths" GetStaticPaths, "60s" revalidate; a component without methods has a template, one with "tpl" has both.
func page(s string) Page {
	f := strings.Fields(s)
	source := "src/pages/" + f[0]
	at := func(line int) diag.Range { return diag.Range{Pos: diag.Pos{File: source, Line: line, Col: 1}} }
	p := Page{Path: f[0], Source: source, HasTemplate: true}
	for i, flag := range f[1:] {
		switch v := flag == "pre"; flag {
		case "on", "pre":
			p.Prerender, p.PrerenderAt = &v, at(i+2)
		case "paths":
			r := at(i + 2)
			p.StaticPaths = &r
		case "tpl":
		case "60s":
			p.Revalidate, p.RevalidateAt = 60, at(i+2)
		case "empty":
			p.HasTemplate = false
		default:
			p.Methods = append(p.Methods, Method{flag, at(i + 2)})
			p.HasTemplate = strings.Contains(s, " tpl")
		}
	}
	return p
}

func pages(specs ...string) []Page {
	var out []Page
	for _, s := range specs {
		out = append(out, page(s))
	}
	return out
}

func redirects(pairs ...string) []Redirect {
	var out []Redirect
	for i := 0; i < len(pairs); i += 2 {
		at := diag.Range{Pos: diag.Pos{File: "site.yaml", Line: i/2 + 1, Col: 1}}
		toAt := diag.Range{Pos: diag.Pos{File: "site.yaml", Line: i/2 + 1, Col: 9}}
		out = append(out, Redirect{From: pairs[i], To: pairs[i+1], Status: 301, At: at, ToAt: toAt})
	}
	return out
}

func TestBuild(t *testing.T) {
	for _, tt := range []struct {
		name     string
		files    []Page
		cfg      Config
		table    string
		messages string
	}{
		{"an ordinary site", pages(
			"index.gosite", "about.gosite", "blog/[slug].gosite paths", "docs/[...path].gosite on", "docs/index.gosite", "shop/[cat]-[id].gosite on",
			"feed.xml.gosite GET", "404.gosite", "500.gosite", "_draft.gosite", "_components/x.gosite", ".git/x.gosite", "notes/first.md", "plain.html", "contact.gosite tpl POST on",
		), Config{Redirects: redirects("/old", "/about", "/posts/[...slug]", "/blog/[...slug]", "/x/[id]", "https://example.org/[id]")}, `
/notes/first page prerendered
/shop/[cat]-[id] page on demand
/blog/[slug] page prerendered
/x/[id] redirect to https://example.org/[id] 301
/docs page prerendered
/feed.xml endpoint prerendered
/404 page prerendered
/500 page prerendered
/about page prerendered
/plain page prerendered
/contact page on demand
/old redirect to /about 301
/docs/[...path] page on demand
/posts/[...slug] redirect to /blog/[...slug] 301
/ page prerendered
`, ""},
		{"server turns the default round", pages("a.gosite", "b.gosite pre", "[c].gosite", "d.html", "e.md"), Config{Output: "server"}, `
/b page prerendered
/d page prerendered
/a page on demand
/e page on demand
/[c] page on demand
`, ""},
		{"priority", pages("[...rest].gosite on", "[a].gosite on", "v[a].gosite on", "x.gosite on", "x/[...rest].gosite on", "[a]/post/[b].gosite on", "x/[b]/y.gosite on", "x/post/[...r].gosite on"), Config{}, `
/x/post/[...r] page on demand
/x/[b]/y page on demand
/x page on demand
/x/[...rest] page on demand
/v[a] page on demand
/[a]/post/[b] page on demand
/[a] page on demand
/[...rest] page on demand
`, ""},
		{"same segments: index, prerendered, endpoint, bytes", pages("[a].gosite on", "[b].gosite paths", "[c]/index.gosite paths", "b/x.gosite on", "a/x.gosite on", "b/y.gosite GET on", "c/x.gosite"), Config{}, `
/c/x page prerendered
/b/y endpoint on demand
/a/x page on demand
/b/x page on demand
/[c] page prerendered
/[b] page prerendered
/[a] page on demand
`, ""},
		{"the same URL twice", pages("a.gosite", "a.md", "a/index.html", "[x].gosite on", "[y].gosite GET on", "404.md", "404.html"), Config{}, `
/a page prerendered
/404 page prerendered
/[y] endpoint on demand
`, `
src/pages/404.md error SG3002 src/pages/404.md answers the same URLs as src/pages/404.html | remove or rename one of the two (src/pages/404.html answered here)
src/pages/[x].gosite error SG3002 src/pages/[x].gosite answers the same URLs as src/pages/[y].gosite | remove or rename one of the two (src/pages/[y].gosite answered here)
src/pages/a.gosite error SG3002 src/pages/a.gosite answers the same URLs as src/pages/a/index.html | remove or rename one of the two (src/pages/a/index.html answered here)
src/pages/a.md error SG3002 src/pages/a.md answers the same URLs as src/pages/a/index.html | remove or rename one of the two (src/pages/a/index.html answered here)
`},
		{"an index on demand hides a prerendered route of its shape", pages("[a]/index.gosite on", "[b].gosite paths"), Config{}, "\n/[a] page on demand\n", `
src/pages/[b].gosite error SG3002 src/pages/[b].gosite answers the same URLs as src/pages/[a]/index.gosite | remove or rename one of the two (src/pages/[a]/index.gosite answered here)
`},
		{"names and kinds", pages("[].gosite", "photo.png", "style.css", "old.mdx", "old.astro", "_x.png", "[id].md", "[id].html", "empty.gosite empty", "both.gosite tpl GET", "404.gosite GET"), Config{}, "\n", `
src/pages/404.gosite:2:1 error SG3013 src/pages/404.gosite is an error page, which needs a template
src/pages/[].gosite error SG3001 [] has no parameter name | write [slug], or [...path] for several segments
src/pages/[id].html error SG3012 src/pages/[id].html has a parameter in its name, which only a .gosite file can fill | make it a .gosite page that declares GetStaticPaths
src/pages/[id].md error SG3012 src/pages/[id].md has a parameter in its name, which only a .gosite file can fill | make it a .gosite page that declares GetStaticPaths
src/pages/both.gosite:3:1 error SG3006 src/pages/both.gosite has a template and also declares GET | remove GET, or remove the template to make it an endpoint
src/pages/empty.gosite error SG3005 src/pages/empty.gosite has neither a template nor a request handler | write the page below the closing ---, or declare a handler:
func GET(page *site.Page) error { return page.JSON(1) }
src/pages/old.astro warning SG3004 old.astro is not a kind of file that makes a page | write the page as old.gosite; scripts for the browser lie outside the pages folder
src/pages/old.mdx warning SG3004 old.mdx is not a kind of file that makes a page | rename it to old.md if it is Markdown; components stand in .gosite files
src/pages/photo.png warning SG3004 photo.png is not a kind of file that makes a page | move it out of the pages folder, or begin its name with an underscore
src/pages/style.css warning SG3004 style.css is not a kind of file that makes a page | move it out of the pages folder, or begin its name with an underscore
`},
		{"static paths", pages("[a].gosite", "b/[c]/[...d].gosite pre", "[e].json.gosite GET", "f.gosite paths", "g/[h].gosite on paths"), Config{}, `
/g/[h] page on demand
/f page prerendered
`, `
src/pages/[a].gosite error SG3007 /[a] is prerendered but does not list its paths | declare in the fence:
func GetStaticPaths(b *site.Build) ([]site.Path[Props], error) {
	return []site.Path[Props]{{Params: site.Params{"a": "…"}}}, nil
}
or render it per request: const prerender = false
src/pages/[e].json.gosite error SG3007 /[e].json is prerendered but does not list its paths | declare in the fence:
func GetStaticPaths(b *site.Build) ([]site.Path[struct{}], error) {
	return []site.Path[struct{}]{{Params: site.Params{"e": "…"}}}, nil
}
or render it per request: const prerender = false
src/pages/b/[c]/[...d].gosite:2:1 error SG3007 /b/[c]/[...d] is prerendered but does not list its paths | declare in the fence:
func GetStaticPaths(b *site.Build) ([]site.Path[Props], error) {
	return []site.Path[Props]{{Params: site.Params{"c": "…", "d": "…"}}}, nil
}
or render it per request: const prerender = false
src/pages/f.gosite:2:1 warning SG3009 GetStaticPaths has no effect: /f has no parameters | remove GetStaticPaths
src/pages/g/[h].gosite:3:1 warning SG3008 GetStaticPaths has no effect: /g/[h] renders on demand | remove GetStaticPaths, or prerender the route with: const prerender = true
`},
		{"methods that nobody can call", pages("a.gosite POST", "b.gosite GET POST", "c.gosite tpl POST", "d.gosite ALL", "e.gosite GET HEAD"), Config{}, `
/b endpoint prerendered
/d endpoint prerendered
/e endpoint prerendered
/c page prerendered
`, `
src/pages/a.gosite:2:1 error SG3010 /a is prerendered but declares no GET | render it per request: const prerender = false
src/pages/b.gosite:3:1 warning SG3011 POST is never called: /b is prerendered | render it per request: const prerender = false
src/pages/c.gosite:3:1 warning SG3011 POST is never called: /c is prerendered | render it per request: const prerender = false
`},
		{"what caches may keep", pages("a.gosite on 60s", "b.gosite 60s", "c.gosite GET on 60s", "d.gosite POST on 60s", "404.gosite on 60s"), Config{}, `
/b page prerendered
/c endpoint on demand for 60s
/d endpoint on demand
/404 page on demand
/a page on demand for 60s
`, `
src/pages/404.gosite:3:1 warning SG3018 revalidate has no effect: the answers of /404 are never kept | remove it
src/pages/b.gosite:2:1 warning SG3018 revalidate has no effect: /b is prerendered, and stays as it is until the next build | render it on demand: const prerender = false
src/pages/d.gosite:4:1 warning SG3018 revalidate has no effect: the answers of /d are never kept | remove it
`},
		{"redirects and files", pages("a.gosite", "b/[x].gosite on", "c/[x].gosite paths"), Config{Redirects: redirects("/a/", "/", "/b/[y]", "/c/[y]", "/c/[z]", "/d/[z]", "/e", "/a", "/e/", "/a")}, `
/c/[x] page prerendered
/b/[x] page on demand
/c/[z] redirect to /d/[z] 301
/a page prerendered
/e redirect to /a 301
`, `
site.yaml:1:1 warning SG3024 the redirect of /a has no effect: src/pages/a.gosite answers it | remove the redirect or the file (src/pages/a.gosite answered here)
site.yaml:2:1 warning SG3024 the redirect of /b/[y] has no effect: src/pages/b/[x].gosite answers it | remove the redirect or the file (src/pages/b/[x].gosite answered here)
site.yaml:5:1 error SG3025 two redirects answer /e | remove one of them (site.yaml:4:1 the other one)
`},
		{"bad redirects", nil, Config{Redirects: redirects(
			"/a/[", "/", "/b/[...x]/[...y]", "/", "/c/[x]", "/d", "/e/[x]", "/f/[y]", "/g", "/h/[x]", "/i/[...x]", "/j/[x]", "/k/[x]", "/l/[...x]",
			"/m/[x]", "/n?[x]", "/o/[x]", "https://[x].example/[x]", "/p/[...x]", "/q-[...x]", "/r/[x]", "/s/[x", "/t/[_x]/[...y]", "/u/[...y]", "/v/[x]", "/caf%C3%A9/[x]-[x]?a=%5B]#b",
			"/w/[...x]", "/w?q=[x]", "/x/[x]", "/x?by[size]=1&tag[]=[y", "/y/[x]/[...y]", "/y?x=[x]#[...y]",
		)}, `
/m/[x] redirect to /n?[x] 301
/v/[x] redirect to /caf%C3%A9/[x]-[x]?a=%5B]#b 301
/t/[_x]/[...y] redirect to /u/[...y] 301
/y/[x]/[...y] redirect to /y?x=[x]#[...y] 301
`, `
site.yaml:1:1 error SG3020 this redirect can match nothing: [ in [ is never closed | write a parameter as [name]
site.yaml:2:1 error SG3020 this redirect can match nothing: /b/[...x]/[...y] has two rest parameters, x and y, so it is not clear which takes what | keep one of them
site.yaml:3:9 error SG3022 the target of /c/[x] loses [x] | use [x] in the target, or say that it is dropped: [_x]
site.yaml:4:9 error SG3021 the target uses y, which /e/[x] does not have | it has x
site.yaml:5:9 error SG3021 the target uses x, which /g does not have | write the target out
site.yaml:6:9 error SG3021 x is written [...x] in /i/[...x] | write [...x] in the target too
site.yaml:7:9 error SG3021 x is written [x] in /k/[x] | write [x] in the target too
site.yaml:9:9 error SG3021 a parameter can only stand in the path and the query of a redirect's target
site.yaml:10:9 error SG3021 [...x] must be a whole segment
site.yaml:11:9 error SG3021 [ in [x is never closed | write a parameter as [name]
site.yaml:14:9 error SG3021 x is written [...x] in /w/[...x] | write [...x] in the target too
site.yaml:15:9 error SG3022 the target of /x/[x] loses [x] | use [x] in the target, or say that it is dropped: [_x]
`},
		{"loops", pages("home.gosite", "p/[x].gosite paths"), Config{
			HasPublic: func(name string) bool { return name == "file.txt" },
			Redirects: redirects(
				"/a", "/b", "/b", "/c/", "/c", "/a?x=1", "/self", "/self#x", "/into", "/b",
				"/grow/[...r]", "/grow/x/[...r]", "/d/[x]", "/e/[x]", "/e/[y]", "/d/[y]", "/shrink/[...r]", "/[...r]", "/chain", "/shrink/shrink/home",
				"/out", "https://example.com/out", "/t", "/p/1", "/%63", "/a",
			)}, `
/p/[x] page prerendered
/d/[x] redirect to /e/[x] 301
/e/[y] redirect to /d/[y] 301
/home page prerendered
/a redirect to /b 301
/b redirect to /c/ 301
/c redirect to /a?x=1 301
/chain redirect to /shrink/shrink/home 301
/into redirect to /b 301
/out redirect to https://example.com/out 301
/self redirect to /self#x 301
/t redirect to /p/1 301
/grow/[...r] redirect to /grow/x/[...r] 301
/shrink/[...r] redirect to /[...r] 301
`, `
site.yaml:1:9 error SG3023 these redirects lead round in a circle: /a → /b → /c → /a | point one of them at a page (site.yaml:2:9 goes on here) (site.yaml:3:9 goes on here)
site.yaml:4:9 error SG3023 /self redirects to itself | point it at a page
site.yaml:6:9 error SG3023 /grow/[...r] redirects to itself | point it at a page
site.yaml:7:9 error SG3023 these redirects lead round in a circle: /d/[x] → /e/[y] → /d/[x] | point one of them at a page (site.yaml:8:9 goes on here)
site.yaml:13:1 error SG3020 this redirect can match nothing: % cannot be part of a route | choose another name
`},
		{"a public file ends a redirect", nil, Config{HasPublic: func(name string) bool { return name == "a.html" }, Redirects: redirects("/[..._r]", "/a.html")},
			"\n/[..._r] redirect to /a.html 301\n", ""},
		{"everything to a page that is not there", nil, Config{Redirects: redirects("/[..._r]", "/gone")},
			"\n/[..._r] redirect to /gone 301\n", "\nsite.yaml:1:9 error SG3023 /[..._r] redirects to itself | point it at a page\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.cfg.Output == "" {
				tt.cfg.Output = "static"
			}
			table, messages := build(t, tt.files, tt.cfg)
			if d := cmp.Diff(strings.Trim(tt.table, "\n"), table); d != "" {
				t.Errorf("table: -want +got\n%s", d)
			}
			if d := cmp.Diff(strings.Trim(tt.messages, "\n"), messages); d != "" {
				t.Errorf("messages: -want +got\n%s", d)
			}
		})
	}
}
