// Command floor builds the blog of bench/blog in the folder it is started in as directly as Go can: it reads every post,
// its front matter with yaml.v3, its text with goldmark, its code with chroma, and writes the same pages as the
// generators, index pages, tags, feed and sitemap among them, by joining strings. It keeps of a post what lists need,
// uses all processors, and knows nothing of templates, routes or errors at the right line. A generator that uses these
// libraries cannot be faster.
//
// With -stages it writes nothing and prints instead what each stage costs one processor.
package main

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alecthomas/chroma/v2"
	chtml "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
	"gopkg.in/yaml.v3"
)

const origin = "https://example.com"

type post struct {
	Slug        string    `yaml:"-"`
	Title       string    `yaml:"title"`
	Description string    `yaml:"description"`
	Date        time.Time `yaml:"date"`
	Tags        []string  `yaml:"tags"`
}

func main() {
	stages := flag.Bool("stages", false, "print what each stage costs")
	flag.Parse()
	run := build
	if *stages {
		run = measure
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func build() error {
	names, err := filepath.Glob("posts/*.md")
	if err != nil {
		return err
	}
	if err := os.CopyFS("public", os.DirFS("static")); err != nil {
		return err
	}
	posts := make([]post, len(names))
	errs := make([]error, len(names))
	var wg sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			md, buf := markdown(), new(bytes.Buffer)
			for i := range next {
				var body []byte
				if posts[i], body, errs[i] = read(names[i]); errs[i] != nil {
					continue
				}
				buf.Reset()
				if errs[i] = md.Convert(body, buf); errs[i] == nil {
					errs[i] = writePost(posts[i], buf.String())
				}
			}
		})
	}
	for i := range names {
		next <- i
	}
	close(next)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	slices.SortFunc(posts, func(a, b post) int { return b.Date.Compare(a.Date) })
	return writeLists(posts)
}

func read(name string) (post, []byte, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return post{}, nil, err
	}
	p := post{Slug: strings.TrimSuffix(filepath.Base(name), ".md")}
	front, body, _ := bytes.Cut(data[4:], []byte("\n---\n"))
	return p, body, yaml.Unmarshal(front, &p)
}

// markdown is goldmark with what all the generators have switched on, and chroma for code blocks.
func markdown() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.GFM, extension.Footnote),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(code{chtml.New(chtml.WithClasses(true))}, 100))),
	)
}

type code struct{ f *chtml.Formatter }

func (c code) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, c.render)
}

func (c code) render(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var text strings.Builder
	for i := range node.Lines().Len() {
		line := node.Lines().At(i)
		text.Write(line.Value(src))
	}
	lexer := lexers.Get(string(node.(*ast.FencedCodeBlock).Language(src)))
	if lexer == nil {
		_, err := w.WriteString("<pre><code>" + html.EscapeString(text.String()) + "</code></pre>")
		return ast.WalkSkipChildren, err
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, text.String())
	if err != nil {
		return ast.WalkStop, err
	}
	return ast.WalkSkipChildren, c.f.Format(w, styles.Fallback, tokens)
}

func page(title, description, path, main string) []byte {
	return []byte(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>` + html.EscapeString(title) + `</title>
<meta name="description" content="` + html.EscapeString(description) + `">
<link rel="canonical" href="` + origin + path + `">
<link rel="alternate" type="application/rss+xml" href="/rss.xml">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header><a href="/">Leaves</a> <nav><a href="/tags/">Tags</a></nav></header>
<main>` + main + `</main>
<footer><p>Notes on tea.</p></footer>
</body>
</html>
`)
}

func write(path string, data []byte) error {
	name := filepath.Join("public", filepath.FromSlash(path), "index.html")
	if err := os.WriteFile(name, data, 0o666); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o666)
}

func writePost(p post, text string) error {
	var tags strings.Builder
	for _, t := range p.Tags {
		tags.WriteString(` <a href="/tags/` + t + `/">` + t + `</a>`)
	}
	path := "/posts/" + p.Slug + "/"
	return write(path, page(p.Title, p.Description, path, "<article><h1>"+html.EscapeString(p.Title)+"</h1>\n<p>"+day(p)+tags.String()+"</p>\n"+text+"</article>"))
}

func day(p post) string {
	return `<time datetime="` + p.Date.Format(time.DateOnly) + `">` + p.Date.Format("2 January 2006") + `</time>`
}

func writeLists(posts []post) error {
	byTag := map[string][]post{}
	for _, p := range posts {
		for _, t := range p.Tags {
			byTag[t] = append(byTag[t], p)
		}
	}
	if err := writeList("Leaves", "/", posts); err != nil {
		return err
	}
	var tags []string
	for t, list := range byTag {
		tags = append(tags, t)
		if err := writeList(t, "/tags/"+t+"/", list); err != nil {
			return err
		}
	}
	slices.Sort(tags)
	var b, m strings.Builder
	add := func(path string) { m.WriteString("<url><loc>" + origin + path + "</loc></url>") }
	add("/")
	add("/tags/")
	for _, t := range tags {
		fmt.Fprintf(&b, "<li><a href=\"/tags/%s/\">%s</a> %d</li>\n", t, t, len(byTag[t]))
		add("/tags/" + t + "/")
	}
	if err := write("/tags/", page("Tags", "All posts.", "/tags/", "<h1>Tags</h1><ul>"+b.String()+"</ul>")); err != nil {
		return err
	}
	var feed strings.Builder
	for i, p := range posts {
		add("/posts/" + p.Slug + "/")
		if i < 20 {
			link := origin + "/posts/" + p.Slug + "/"
			feed.WriteString("<item><title>" + escape(p.Title) + "</title><link>" + link + "</link><guid>" + link + "</guid><description>" + escape(p.Description) + "</description><pubDate>" + p.Date.Format(time.RFC1123Z) + "</pubDate></item>")
		}
	}
	if err := os.WriteFile("public/sitemap.xml", []byte(xml.Header+`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`+m.String()+`</urlset>`), 0o666); err != nil {
		return err
	}
	return os.WriteFile("public/rss.xml", []byte(xml.Header+`<rss version="2.0"><channel><title>Leaves</title><link>`+origin+`/</link><description>Notes on tea.</description>`+feed.String()+`</channel></rss>`), 0o666)
}

func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s))
	return b.String()
}

func writeList(title, folder string, posts []post) error {
	const size = 20
	path := func(n int) string {
		if n == 1 {
			return folder
		}
		return fmt.Sprintf("%spage/%d/", folder, n)
	}
	for i, n := 0, 1; i == 0 || i < len(posts); i, n = i+size, n+1 {
		var b strings.Builder
		b.WriteString("<h1>" + title + "</h1><ol>")
		for _, p := range posts[i:min(i+size, len(posts))] {
			b.WriteString("<li>" + day(p) + ` <a href="/posts/` + p.Slug + `/">` + html.EscapeString(p.Title) + "</a> <p>" + html.EscapeString(p.Description) + "</p></li>\n")
		}
		b.WriteString("</ol><nav>")
		if n > 1 {
			b.WriteString(`<a href="` + path(n-1) + `">Newer</a> `)
		}
		if i+size < len(posts) {
			b.WriteString(`<a href="` + path(n+1) + `">Older</a>`)
		}
		if err := write(path(n), page(title, "All posts.", path(n), b.String()+"</nav>")); err != nil {
			return err
		}
	}
	return nil
}

// measure prints what reading, front matter, Markdown, highlighting and writing cost one processor.
func measure() error {
	runtime.GOMAXPROCS(1)
	names, err := filepath.Glob("posts/*.md")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(".", "stages")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	plain := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	colored, buf := markdown(), new(bytes.Buffer)
	var took [5]time.Duration
	stage, begin := 0, time.Now()
	lap := func() {
		now := time.Now()
		took[stage] += now.Sub(begin)
		stage, begin = (stage+1)%len(took), now
	}
	for _, name := range names {
		begin = time.Now()
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		lap()
		p := post{Slug: strings.TrimSuffix(filepath.Base(name), ".md")}
		front, body, _ := bytes.Cut(data[4:], []byte("\n---\n"))
		if err := yaml.Unmarshal(front, &p); err != nil {
			return err
		}
		lap()
		buf.Reset()
		if err := plain.Convert(body, buf); err != nil {
			return err
		}
		lap()
		buf.Reset()
		if err := colored.Convert(body, buf); err != nil {
			return err
		}
		lap()
		if err := os.Mkdir(filepath.Join(dir, p.Slug), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, p.Slug, "index.html"), buf.Bytes(), 0o666); err != nil {
			return err
		}
		lap()
	}
	took[3] -= took[2] // the fourth has converted the text as well
	for i, what := range []string{"read", "front matter", "Markdown", "highlighting", "write"} {
		fmt.Printf("  floor, one processor: %-13s %7.3f s\n", what, took[i].Seconds())
	}
	return nil
}
