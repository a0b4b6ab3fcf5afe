package main

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"image"
	"image/jpeg"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestSnippets compiles every Go and every component that the documentation shows, but for those of pages that are
// followed as a whole. A site is made for each page; testdata/docs.txtar holds what pages take for granted.
func TestSnippets(t *testing.T) {
	given, err := readGiven("testdata/docs.txtar")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob("../../../website/src/pages/docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(len(pages), err)
	}
	pages = append(pages, "../../../README.md")
	seen := 0
	for _, page := range pages {
		name := filepath.Base(page)
		if name == "tutorial.md" || name == "recipes.md" {
			continue // TestTutorial and TestRecipes
		}
		src, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		snippets := snippetsOf(name, string(src), given)
		seen += len(snippets)
		if len(snippets) > 0 {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				compileSnippets(t, string(src), snippets, given.files)
			})
		}
	}
	if seen < 130 {
		t.Errorf("only %d snippets were found", seen)
	}
	for key := range given.about {
		if !given.used[key] {
			t.Errorf("testdata/docs.txtar: no snippet is %s", key)
		}
	}
}

// given is what the documentation takes for granted.
type given struct {
	files map[string]string // of the site
	about map[string]string // "PAGE: TEXT", what is known about the one snippet of PAGE that holds TEXT
	used  map[string]bool
}

func readGiven(name string) (*given, error) {
	a, err := txtar.ParseFile(name)
	if err != nil {
		return nil, err
	}
	g := &given{files: map[string]string{}, about: map[string]string{}, used: map[string]bool{}}
	for _, f := range a.Files {
		if strings.Contains(f.Name, ".md: ") {
			g.about[f.Name] = string(f.Data)
		} else {
			g.files[f.Name] = string(f.Data)
		}
	}
	return g, nil
}

// snippet is one piece of code.
type snippet struct {
	path string // where it is written, in the site
	line int    // of its page
	text string
}

var (
	fenced     = regexp.MustCompile("(?ms)^````.*?^````$|^```(\\w*)\n(.*?)^```$")
	namedBy    = regexp.MustCompile("`([\\w./\\[\\]-]+\\.(?:gosite|go))`[^`]*:\\s*$")
	endpoint   = regexp.MustCompile(`(?m)^func [A-Z]+\(page \*site\.Page\) error`)
	packageOf  = regexp.MustCompile(`(?m)^package (\w+)`)
	moduleName = regexp.MustCompile(`"(example\.com/[\w-]+)(?:/[\w./-]+)?"`)
)

func snippetsOf(page, text string, given *given) (all []snippet) {
	for _, m := range fenced.FindAllStringSubmatchIndex(text, -1) {
		if m[2] < 0 || text[m[2]:m[3]] != "go" && text[m[2]:m[3]] != "gosite" {
			continue
		}
		s := snippet{line: 1 + strings.Count(text[:m[4]], "\n"), text: text[m[4]:m[5]]}
		if by := namedBy.FindStringSubmatch(text[:m[0]]); by != nil {
			s.path = by[1]
		}
		head := ""
		for key, about := range given.about {
			if p, part, _ := strings.Cut(key, ": "); p == page && strings.Contains(s.text, part) {
				given.used[key] = true
				head = about
				if at, rest, ok := strings.Cut(about, "\n"); ok && strings.HasPrefix(at, "at ") {
					s.path, head = strings.TrimPrefix(at, "at "), rest
				}
			}
		}
		n := len(all) + 1
		if text[m[2]:m[3]] == "go" {
			s.goFile(n, head)
		} else {
			s.component(n, head)
		}
		all = append(all, s)
	}
	return all
}

// component puts a component where its kind belongs.
func (s *snippet) component(n int, head string) {
	s.text = head + s.text
	switch {
	case s.path != "":
	case endpoint.MatchString(s.text) && strings.HasSuffix(s.text, "---\n"):
		s.path = fmt.Sprintf("src/pages/s%d.json.gosite", n)
	case strings.Contains(s.text, "func GetStaticPaths("):
		s.path = fmt.Sprintf("src/pages/[...s%d].gosite", n)
	case strings.Contains(s.text, "<slot") || strings.Contains(s.text, "type Props"):
		s.path = fmt.Sprintf("src/components/S%d.gosite", n)
	default:
		s.path = fmt.Sprintf("src/pages/s%d.gosite", n)
	}
}

// imports are the packages that code without a package clause speaks of.
var imports = map[string]string{
	"site": "sitegen.dev/core/site", "content": "sitegen.dev/core/site/content", "feed": "sitegen.dev/core/site/feed",
	"netlify": "sitegen.dev/core/site/netlify", "vercel": "sitegen.dev/core/site/vercel", "cloudflare": "sitegen.dev/core/site/cloudflare",
	"contenttest": "sitegen.dev/core/site/content/contenttest", "adapter": "sitegen.dev/core/adapter", "manifest": "sitegen.dev/core/manifest",
	"src": "MODULE/src", "tarball": "MODULE/tarball",
	"context": "context", "errors": "errors", "fs": "io/fs", "io": "io", "testing": "testing", "time": "time",
}

// goFile makes a file of what may be a part of one, and puts it into a folder named like its package.
func (s *snippet) goFile(n int, head string) {
	if !packageOf.MatchString(s.text) {
		clause := fmt.Sprintf("package s%d", n)
		if m := packageOf.FindString(head); m != "" {
			clause, head = m, strings.TrimPrefix(head, m)
		}
		body := s.text
		own := ""
		if strings.HasPrefix(body, "import ") {
			own, body, _ = strings.Cut(body, "\n")
		}
		f, err := parser.ParseFile(token.NewFileSet(), "", clause+"\n"+own+"\n"+head+"\n"+body, 0)
		if err == nil {
			used := map[string]bool{}
			for _, id := range f.Unresolved { // what is declared nowhere in the file
				if imports[id.Name] != "" && !strings.Contains(own, `"`+imports[id.Name]+`"`) {
					used[id.Name] = true
				}
			}
			for _, name := range slices.Sorted(maps.Keys(used)) {
				own += fmt.Sprintf("\nimport %q", imports[name])
			}
		}
		s.text = clause + "\n" + own + "\n" + head + "\n" + body
	}
	if s.path != "" {
		return
	}
	name := packageOf.FindStringSubmatch(s.text)[1]
	switch file := fmt.Sprintf("s%d.go", n); {
	case name == "src":
		s.path = "src/middleware.go"
	case name == "main":
		s.path = fmt.Sprintf("cmd/s%d/main.go", n)
	case strings.Contains(s.text, "func Test"):
		s.path = fmt.Sprintf("%s/s%d_test.go", name, n)
	default:
		s.path = path.Join(name, file)
	}
}

// compileSnippets writes snippets into a site and checks it, anew whenever one takes the place of another.
func compileSnippets(t *testing.T, page string, snippets []snippet, files map[string]string) {
	module := "example.com/tea"
	for _, s := range snippets {
		if m := moduleName.FindStringSubmatch(s.text); m != nil {
			module = m[1]
			break
		}
	}
	dir := t.TempDir()
	run := func(name string, args ...string) {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOPROXY=off", "GOTOOLCHAIN=local", "GOFLAGS=-trimpath", "GOWORK=off", "GOSUMDB=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, origins(snippets))
		}
	}
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(strings.ReplaceAll(text, "MODULE", module)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	own := map[string]bool{} // folders of Go that the page fills itself
	for _, s := range snippets {
		if strings.HasSuffix(s.path, ".go") {
			own[path.Dir(s.path)] = true
		}
	}
	for name, text := range files {
		if strings.HasSuffix(name, ".go") && own[path.Dir(name)] && path.Dir(name) != "src" {
			continue
		}
		write(name, text)
	}
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 800, 600)), nil); err != nil {
		t.Fatal(err)
	}
	write("src/images/hero.jpg", picture.String())
	settings := "adapter: node\nimage: {domains: [images.example.com]}\nsession: {driver: memory}\n"
	for _, m := range fenced.FindAllStringSubmatch(page, -1) {
		if m[1] == "yaml" && strings.HasPrefix(m[2], "env:") {
			settings += m[2]
			break
		}
	}
	write("site.yaml", settings)
	run("sitegen", "sync", "--init", "--module", module)
	taken := map[string]bool{}
	check := func() {
		run("sitegen", "check")
		if len(own) > 0 {
			run("go", "vet", "./...")
		}
	}
	for _, s := range snippets {
		if taken[s.path] {
			check()
			clear(taken)
		}
		taken[s.path] = true
		write(s.path, s.text)
	}
	check()
}

// origins says which line of the page each file comes from.
func origins(snippets []snippet) string {
	var b strings.Builder
	for _, s := range snippets {
		fmt.Fprintf(&b, "  %s is at line %d\n", s.path, s.line)
	}
	return b.String()
}
