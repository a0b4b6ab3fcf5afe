package build

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"sitegen.dev/core/config"
)

// goCommands puts a go command on PATH that writes down what it is asked for. The function gives the subcommands since it
// was called last.
func goCommands(tb testing.TB) (since func() []string) {
	tb.Helper()
	return goScript(tb, `echo "$1" >> "$log"; exec "$go" "$@"`)
}

// compiled puts a go command on PATH that writes down which packages it compiles. The function gives those since it was
// called last, sorted.
func compiled(tb testing.TB) (since func() []string) {
	tb.Helper()
	words := goScript(tb, `shift; for arg do shift; case $arg in -v=*) ;; *) set -- "$@" "$arg" ;; esac; done; "$go" build -v "$@" 2>"$log.new"; code=$?; cat "$log.new" >> "$log"; grep -v '^[a-z]' "$log.new" >&2; exit $code`)
	return func() []string { return slices.Sorted(slices.Values(words())) }
}

// goScript puts a go command on PATH that is a script, for which $go is the real one. The function gives the words that it has
// written to $log since it was called last.
func goScript(tb testing.TB, text string) (since func() []string) {
	tb.Helper()
	if runtime.GOOS == "windows" {
		tb.Skip("the go command of this test is a shell script")
	}
	real, err := exec.LookPath("go")
	if err != nil {
		tb.Fatal(err)
	}
	dir := tb.TempDir()
	log := filepath.Join(dir, "log")
	script := fmt.Sprintf("#!/bin/sh\nlog='%s'\ngo='%s'\n%s\n", log, real, text)
	if err := os.WriteFile(filepath.Join(dir, "go"), []byte(script), 0o777); err != nil {
		tb.Fatal(err)
	}
	tb.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	return func() []string {
		data, _ := os.ReadFile(log) // there is none before the first
		os.Remove(log)
		return strings.Fields(string(data))
	}
}

// session begins a Session of the site in root.
func session(tb testing.TB, root string) (s *Session, update func(changed ...string) *DevSite) {
	tb.Helper()
	tb.Setenv("GOWORK", "off")
	tb.Setenv("GOFLAGS", "")
	data, err := os.ReadFile(filepath.Join(root, "site.yaml"))
	if err != nil {
		tb.Fatal(err)
	}
	cfg, list := config.Load("site.yaml", data, os.Getenv)
	if list.HasErrors() {
		tb.Fatal(list.Err())
	}
	l, list := FindLayout(root, cfg.Src)
	if list.HasErrors() {
		tb.Fatal(list.Err())
	}
	s = NewSession(Options{Layout: l, Config: cfg})
	return s, func(changed ...string) *DevSite {
		tb.Helper()
		d, list, err := s.Update(tb.Context(), changed)
		if err != nil {
			tb.Fatal(err)
		}
		if list.HasErrors() {
			tb.Fatal(list.Err())
		}
		return d
	}
}

// documentation copies the documentation site of this repository into a folder of its own.
func documentation(tb testing.TB) (root string) {
	tb.Helper()
	root = tb.TempDir()
	for _, name := range []string{"site.yaml", "website"} {
		if err := copyFixture(filepath.Join("../..", name), filepath.Join(root, name)); err != nil {
			tb.Fatal(err)
		}
	}
	core, err := filepath.Abs("..")
	if err != nil {
		tb.Fatal(err)
	}
	mod := filepath.Join(root, "website", "go.mod")
	text, err := os.ReadFile(mod)
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(mod, []byte(strings.Replace(string(text), "../core", core, 1)), 0o666); err != nil {
		tb.Fatal(err)
	}
	return root
}

// edit is a change of one file, and how many go commands it needs.
type edit struct {
	what     string
	file     string // below the module
	old, new string
	goes     int // go commands
}

// run makes the edits one after the other, each twice: what the first may have to link for another kind of edit before it,
// the second does not.
func runEdits(t *testing.T, module string, since func() []string, update func(...string) *DevSite, edits []edit) {
	for _, e := range edits {
		name := filepath.Join(module, filepath.FromSlash(e.file))
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), e.old) {
			t.Errorf("%s: %s does not hold %q", e.what, e.file, e.old)
			continue
		}
		for i := range 2 {
			now := strings.Replace(string(text), e.old, fmt.Sprintf(e.new, fmt.Sprintf("mark%d", i)), 1)
			if err := os.WriteFile(name, []byte(now), 0o666); err != nil {
				t.Fatal(err)
			}
			since()
			update(e.file)
			ran := since()
			if len(ran) != e.goes || slices.ContainsFunc(ran, func(s string) bool { return s != "build" }) {
				t.Errorf("%s: the go command ran %q, not %d times to build", e.what, ran, e.goes)
			}
		}
		if err := os.WriteFile(name, text, 0o666); err != nil {
			t.Fatal(err)
		}
		update(e.file)
	}
}

// An edit of the documentation site costs what its kind costs. Go that embeds a file makes each edit of the file one of Go:
// that the pages of the documentation were embedded for the search made each of them wait for the compiler.
func TestGoCommandsOfDocumentation(t *testing.T) {
	root := documentation(t)
	since := goCommands(t)
	_, update := session(t, root)
	d := update()
	runEdits(t, filepath.Join(root, "website"), since, update, []edit{
		{"text of a component", "src/pages/index.gosite", "<h1>Websites", "<h1>%s Websites", 0},
		{"text of a layout", "src/layouts/Docs.gosite", "<main", `<main data-mark="%s"`, 0},
		{"Markdown", "src/pages/docs/cli.md", "\n## ", "\n%s\n\n## ", 0},
		{"a heading", "src/pages/docs/cli.md", "\n## ", "\n## %s\n\n## ", 0},
		{"front matter", "src/pages/docs/cli.md", "\ntitle: ", "\ntitle: %s ", 0},
		{"styles", "src/pages/index.gosite", "\n  .hero {", "\n  .%s { color: red }\n  .hero {", 0},
		{"Go of a page", "src/pages/index.gosite", "<h1>Websites", `<h1>{"%s"[:]} Websites`, 1},
		{"Go of a layout", "src/layouts/Base.gosite", "<body", `<body data-mark={"%s"[:]}`, 1},
		{"a Go file", "nav/nav.go", "import \"strings\"\n", "import \"strings\"\n\nconst mark = \"%s\"\n", 1},
	})
	// What takes long to link is not linked for packages that no page reaches: the playground's names of site.Fetch are none.
	program, err := os.ReadFile(d.Program)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(program), "net/http.(*Transport)") {
		t.Error("the program of the documentation site has a client of HTTP in it")
	}
}

// The same of a site that has one of everything.
func TestGoCommands(t *testing.T) {
	root := t.TempDir()
	mod, err := NewModule("example.com/site", "")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"go.mod": string(mod), "site.yaml": "",
		"src/components/Card.gosite": "---\ntype Props struct{ Title string }\n---\n<p class=\"card\">{props.Title}<slot /></p>\n<style>\n  .card { color: red }\n</style>\n",
		"src/layouts/Page.gosite":    "---\ntype Props struct{ Title string }\n---\n<html lang=\"en\"><head><title>{props.Title}</title></head><body><slot /></body></html>\n",
		"src/pages/index.gosite":     "---\nimport Card \"../components/Card.gosite\"\nimport dot \"../dot.svg\"\nimport \"example.com/site/src\"\nimport \"../site.css\"\n---\n<h1>Home</h1><Card title=\"x\">y</Card><img src={dot.Src} alt=\"\">{for _, p := range src.Posts.All(page) {<p>{p.Title}</p>}}\n<script>console.log(\"script\")</script>\n",
		"src/pages/text.md":          "---\nlayout: ../layouts/Page.gosite\ntitle: Text\n---\n\nA text with <Card title=\"a\">part</Card>.\n",
		"src/pages/plain.md":         "# Plain\n\nText\n",
		"src/pages/data.json.gosite": "---\nimport \"example.com/site/src\"\nfunc GET(page *site.Page) error { return page.JSON(src.Words) }\n---\n",
		"src/content/posts/first.md": "---\ntitle: First\n---\n\nText\n",
		"src/content/posts/load.go":  "package posts\n\nimport (\n\t\"context\"\n\n\t\"sitegen.dev/core/site/content/loader\"\n)\n\n// Load adds one.\nfunc Load(ctx context.Context, l *loader.Loader) error {\n\treturn l.Add(loader.Entry{Slug: \"loaded\", Data: map[string]any{\"title\": \"Loaded\"}})\n}\n",
		"src/content.go":             "package src\n\nimport (\n\t_ \"embed\"\n\n\t\"sitegen.dev/core/site/content\"\n)\n\n// Posts are the posts.\nvar Posts = content.New[Post](\"posts\")\n\n// Post is one.\ntype Post struct{ Title string }\n\n//go:embed words.txt\nvar Words string\n",
		"src/words.txt":              "words\n",
		"src/dot.svg":                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"></svg>\n",
		"src/site.css":               "body { margin: 0 }\n",
		"public/robots.txt":          "User-agent: *\n",
	}
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	since := goCommands(t)
	s, update := session(t, root)
	update()
	runEdits(t, root, since, update, []edit{
		{"text of a component", "src/pages/index.gosite", "Home", "Home %s", 0},
		{"an attribute", "src/pages/index.gosite", "title=\"x\"", "title=\"%s\"", 0},
		{"a line more", "src/pages/index.gosite", "<h1>", "\n\n<h1 id=\"%s\">", 0},
		{"text of a layout", "src/layouts/Page.gosite", "<body>", "<body>%s", 0},
		{"styles of a component", "src/components/Card.gosite", "color: red", "color: red; --x: %s", 0},
		{"a script", "src/pages/index.gosite", "\"script\"", "\"%s\"", 0},
		{"a stylesheet", "src/site.css", "margin: 0", "margin: 0; --x: %s", 0},
		{"an image", "src/dot.svg", "<svg", "<!-- %s --><svg", 0},
		{"Markdown", "src/pages/plain.md", "Text", "Text %s", 0},
		{"a title of Markdown", "src/pages/plain.md", "# Plain", "# %s", 0},
		{"Markdown with a component", "src/pages/text.md", "A text", "A text %s", 0},
		{"front matter", "src/pages/text.md", "title: Text", "title: Text %s", 0},
		{"an entry", "src/content/posts/first.md", "Text", "Text %s", 0},
		{"the front matter of an entry", "src/content/posts/first.md", "First", "First %s", 0},
		{"a public file", "public/robots.txt", "*", "%s", 0},
		{"Go of a page", "src/pages/index.gosite", "<h1>", "<h1>{\"%s\"[:]}", 1},
		{"Go of a layout", "src/layouts/Page.gosite", "<body>", "<body>{\"%s\"[:]}", 1},
		{"a file that Go embeds", "src/words.txt", "words", "%s", 1},
		{"a Go file, which a loader may import", "src/content.go", "Posts are the posts", "Posts: %s", 2},
		{"a loader", "src/content/posts/load.go", "\"Loaded\"", "\"%s\"", 2},
	})

	// The content goes, and comes back: no page is linked without it.
	posts, aside := filepath.Join(root, "src/content/posts/first.md"), filepath.Join(root, "aside")
	for _, move := range [][2]string{{posts, aside}, {aside, posts}} {
		if err := os.Rename(move[0], move[1]); err != nil {
			t.Fatal(err)
		}
		since()
		update("src/content/posts/first.md")
		if ran := since(); len(ran) > 0 {
			t.Errorf("an entry has gone or come: the go command ran: %s", ran)
		}
	}

	// So does a folder of Go files, of which the watcher tells by its name.
	put(t, filepath.Join(root, "shop/shop.go"), "package shop\n\nconst N = 1\n")
	put(t, filepath.Join(root, "src/pages/shop.gosite"), "---\nimport \"example.com/site/shop\"\n---\n<p>{shop.N}</p>\n")
	update("shop", "shop/shop.go", "src/pages/shop.gosite")
	if err := os.Rename(filepath.Join(root, "shop"), aside); err != nil {
		t.Fatal(err)
	}
	if _, list, err := s.Update(t.Context(), []string{"shop", "aside"}); err != nil || !list.HasErrors() {
		t.Errorf("a folder of Go files was moved away: %v %v", err, list.Err())
	}
}

// An edit of Go compiles the component it stands in and the program, whoever imports the component. What others see of a
// component are its types and constants; when they change, those who import it are compiled too.
func TestOnePackageIsCompiled(t *testing.T) {
	root := t.TempDir()
	module := "example.com/" + filepath.Base(filepath.Dir(root)) // of this run: what another one compiled is in the cache
	mod, err := NewModule(module, "")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"go.mod": string(mod), "site.yaml": "",
		"src/components/Base.gosite": `---
import "time"

type Props struct {
	Box
	Title string
	At    time.Time
	Size  Size
	Items []Item
}

type Size string

const (
	Small Size = "small"
	_          = iota
	Large Size = "large"
)

type (
	Item struct{ Name string }
	Box  struct{ Width int }
)

type Slots struct{ Default func(n int) site.Node }

type count struct{ n int }

func (c count) twice() int { return 2 * c.n }

n := count{2}.twice()
---
<p data-size={string(props.Size)}>{props.Title}{for _, it := range props.Items {<b>{it.Name}</b>}}<i>{n}</i></p>
<slot args={n} />
`,
		"src/components/Wide.gosite":  "---\nimport Base \"./Base.gosite\"\n\ntype Props struct{ Base.Props; Wide bool }\n---\n<Base title={props.Title} size={Base.Large} items={props.Items}>{func(n int) {<em>{n}</em>}}</Base>\n",
		"src/components/Plain.gosite": "<hr>\n<slot />\n",
		"src/components/Own.gosite":   "---\ntype Props struct{ Title string }\n\nfunc (p Props) Loud() string { return p.Title + \"!\" }\n---\n<p>{props.Loud()}</p>\n",
	}
	for _, name := range []string{"a", "b", "c"} {
		files["src/pages/"+name+".gosite"] = "---\nimport Base \"../components/Base.gosite\"\nimport Wide \"../components/Wide.gosite\"\nimport Plain \"../components/Plain.gosite\"\nimport Own \"../components/Own.gosite\"\n---\n" +
			"<Wide title=\"x\" items={[]Base.Item{{Name: \"y\"}}} /><Plain>text</Plain><Own title=\"z\" />\n"
	}
	for name, text := range files {
		put(t, filepath.Join(root, filepath.FromSlash(name)), text)
	}
	since := compiled(t)
	_, update := session(t, root)
	update()
	const app, code, face = "app", "c/components/", "face/components/"
	pages := []string{"c/pages/a", "c/pages/b", "c/pages/c"}
	for _, e := range []struct {
		file, old, new string
		want           []string
	}{
		{"src/components/Base.gosite", "<i>{n}</i>", "<i>{n + 1}</i>", []string{app, code + "Base"}},
		{"src/components/Base.gosite", "return 2 * c.n", "return 3 * c.n", []string{app, code + "Base"}},
		{"src/components/Wide.gosite", "props.Title}", `props.Title + "?"}`, []string{app, code + "Wide"}},
		{"src/components/Plain.gosite", "<hr>", "<hr>{1 + 1}", []string{app, code + "Plain"}},
		{"src/components/Base.gosite", `"large"`, `"huge"`, append([]string{app, code + "Base", code + "Wide", face + "Base", face + "Wide"}, pages...)},
		{"src/components/Own.gosite", "return p.Title", "return p.Title + p.Title", append([]string{app, code + "Own"}, pages...)}, // it has no face
	} {
		name := filepath.Join(root, filepath.FromSlash(e.file))
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		put(t, name, strings.Replace(string(text), e.old, e.new, 1))
		since()
		update(e.file)
		var got []string
		for _, p := range since() {
			got = append(got, strings.TrimPrefix(p, module+"/.sitegen/gen/dev/"))
		}
		if slices.Sort(e.want); !slices.Equal(got, e.want) {
			t.Errorf("%s: %s: compiled %q, want %q", e.file, e.new, got, e.want)
		}
	}
}

// The folder of a page's package may hold those of other pages, and stays when the page goes.
func TestPageBesideItsFolder(t *testing.T) {
	root := t.TempDir()
	mod, err := NewModule("example.com/site", "")
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(root, "go.mod"), string(mod))
	put(t, filepath.Join(root, "site.yaml"), "")
	for _, name := range []string{"demo", "demo/one", "demo/two"} {
		put(t, filepath.Join(root, "src/pages", name+".gosite"), "<p>"+name+"</p>\n")
	}
	_, update := session(t, root)
	update()
	for _, name := range []string{"src/pages/demo.gosite", "src/pages/demo/one.gosite"} {
		if err := os.Remove(filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
		update(name)
	}
	put(t, filepath.Join(root, "src/pages/demo.gosite"), "<p>{1 + 1}</p>\n")
	update("src/pages/demo.gosite")
}
