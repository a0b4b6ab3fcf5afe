// Command pages measures how long a build takes and how much memory it needs as the number of pages grows: a site with
// one dynamic route of about 600 words a page, a layout and scoped styles, built with 100, 1,000, 10,000 and 100,000
// pages. The figures are whole processes as the operating system accounts for them: of the command, and of the prerender
// program that it runs. The Go build cache is warm after the first line.
//
//	go run ./bench/pages
//	go run ./bench/pages -pages 100,1000
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var pages = flag.String("pages", "100,1000,10000,100000", "numbers of pages")

var files = map[string]string{
	"site.yaml": "site: https://example.com\n",
	"go.mod":    "module example.com/pages\n\ngo 1.26\n\nrequire sitegen.dev/core v0.0.0\n\nreplace sitegen.dev/core => ./.sitegen/src/core\n",
	"posts/posts.go": `package posts

import (
	"fmt"
	"iter"
	"os"
	"strconv"
	"strings"
)

type Post struct {
	Slug, Title string
	n           int
}

// All gives one post at a time, as a database would.
func All() iter.Seq[Post] {
	n, err := strconv.Atoi(os.Getenv("PAGES"))
	if err != nil {
		panic(err)
	}
	return func(yield func(Post) bool) {
		for i := range n {
			if !yield(Post{fmt.Sprintf("post-%d", i), fmt.Sprintf("Post %d", i), i}) {
				return
			}
		}
	}
}

func (p Post) Paragraphs() []string {
	out := make([]string, 6)
	for i := range out {
		out[i] = strings.Repeat(fmt.Sprintf("Paragraph %d of %s is about <plain> things & others. ", i, p.Title), 10)
	}
	return out
}
`,
	"src/layouts/Base.gosite": `---
type Props struct {
	Title string ` + "`prop:\",required\"`" + `
}
---
<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>{props.Title}</title></head>
  <body><main><slot /></main></body>
</html>
<style>
  main { max-width: 40rem; margin: auto; }
</style>
`,
	"src/pages/[slug].gosite": `---
import (
	"example.com/pages/posts"

	Base "../layouts/Base.gosite"
)

type Props struct {
	Post posts.Post
}

func GetStaticPaths(b *site.Build) site.PathSeq[Props] {
	return func(yield func(site.Path[Props], error) bool) {
		for p := range posts.All() {
			if !yield(site.Path[Props]{Params: site.Params{"slug": p.Slug}, Props: Props{Post: p}}, nil) {
				return
			}
		}
	}
}
---
<Base title={props.Post.Title}>
  <h1>{props.Post.Title}</h1>
  {for _, text := range props.Post.Paragraphs() { <p>{text}</p> }}
</Base>
`,
}

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	work, err := os.MkdirTemp("", "pages")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	for name, text := range files {
		name = filepath.Join(work, "site", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			return err
		}
	}
	program := filepath.Join(work, "sitegen")
	if out, err := exec.Command("go", "build", "-o", program, "sitegen.dev/cli/cmd/sitegen").CombinedOutput(); err != nil {
		return fmt.Errorf("build the command: %s", out)
	}
	fmt.Printf("%8s %9s %12s %14s %16s\n", "pages", "seconds", "pages/s", "sitegen MiB", "prerender MiB")
	for i, text := range append([]string{"1"}, strings.Split(*pages, ",")...) {
		n, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		cmd := exec.Command(program, "-C", filepath.Join(work, "site"), "--quiet", "build")
		cmd.Env = append(os.Environ(), "PAGES="+text, "GOFLAGS=-mod=mod", "GOWORK=off")
		cmd.Stderr = os.Stderr
		begin := time.Now()
		if err := cmd.Run(); err != nil {
			return err
		}
		took := time.Since(begin).Seconds()
		if i == 0 {
			continue // compiles; the next ones find everything in the cache
		}
		own := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		child, err := prerender(filepath.Join(work, "site"), text)
		if err != nil {
			return err
		}
		fmt.Printf("%8d %9.2f %12.0f %14.0f %16.0f\n", n, took, float64(n)/took, float64(own.Maxrss)/1024, child)
	}
	return nil
}

// prerender runs the program that the build has compiled once more, alone, and gives its peak memory in MiB.
func prerender(site, pages string) (float64, error) {
	out, err := os.MkdirTemp("", "out")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(out)
	cmd := exec.Command(filepath.Join(site, ".sitegen/bin/prerender"))
	cmd.Dir = site
	cmd.Env = append(os.Environ(), "PAGES="+pages)
	cmd.Stdin = strings.NewReader(fmt.Sprintf(`{"out": %q}`, out))
	if err := cmd.Run(); err != nil {
		return 0, err
	}
	return float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024, nil
}
