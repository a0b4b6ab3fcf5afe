// Command blog builds the same blog with sitegen, Hugo and Astro in turn, and with a plain Go program that does what
// every generator has to do (floor/), and prints wall time, processor time and peak memory as ratios. Posts of about 600
// words with a code block come from one seed; around them lie index pages, tags, a feed and a sitemap. What the tools
// have written is held against each other: the same HTML pages, each post complete, the same feed and sitemap.
//
//	go run ./bench/blog                                  1,000 posts, three rounds
//	go run ./bench/blog -posts 100,1000,10000 -rounds 3
//	go run ./bench/blog -tools sitegen,floor -posts 100000 -rounds 1
//	go run ./bench/blog -highlight=false
//
// Three situations are measured. clean: nothing of the tool's own is left in the site's folder, but its compilers' caches
// are warm (Go's build cache; node_modules). edit: one post has changed. same: nothing has changed. -cold adds a clean
// build of sitegen with an empty Go build cache, which is what a first run in CI costs.
//
// The work directory keeps Hugo, built from its Go module, and Astro, installed from the lock file in _sites/astro; the
// first run needs the network for them.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

var (
	sizes     = flag.String("posts", "1000", "numbers of posts")
	names     = flag.String("tools", "sitegen,floor,hugo,astro", "what to measure, in this order")
	rounds    = flag.Int("rounds", 3, "how often each is measured; the median counts")
	seed      = flag.Uint64("seed", 1, "what the posts are made from")
	highlight = flag.Bool("highlight", true, "name the language of code blocks")
	cold      = flag.Bool("cold", false, "also measure sitegen with an empty Go build cache")
	work      = flag.String("work", filepath.Join(os.TempDir(), "sitegen-bench-blog"), "where the tools and the blogs lie")
	keep      = flag.Bool("keep", false, "leave the blogs below -work, to look into them or to profile")
	stages    = flag.Bool("stages", false, "also print what the floor spends its time on, on one processor")
)

func main() {
	if len(os.Args) > 2 && os.Args[1] == measured {
		if err := runMeasured(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := filepath.Abs(*work)
	if err != nil {
		return err
	}
	var all []*tool
	for _, name := range strings.Split(*names, ",") {
		i := slices.IndexFunc(tools, func(t *tool) bool { return t.name == name })
		if i < 0 {
			return fmt.Errorf("there is no tool %q", name)
		}
		t := tools[i]
		if t.program, err = t.install(dir); err != nil {
			return fmt.Errorf("install %s: %w", name, err)
		}
		all = append(all, t)
	}
	for _, text := range strings.Split(*sizes, ",") {
		posts, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		if err := measure(filepath.Join(dir, "blogs"), posts, all); err != nil {
			return err
		}
	}
	return nil
}

// A situation is what a tool finds when it begins.
type situation struct {
	name string
	only string // the one tool that is measured in it; "" for all
	make func(b *blog, round int) error
}

var situations = []situation{
	{"clean", "", func(b *blog, _ int) error { return b.clean() }},
	{"edit", "", func(b *blog, round int) error { return b.corpus.edit(b.posts(), round+1) }},
	{"same", "", func(b *blog, _ int) error { return nil }},
	{"cold", "sitegen", func(b *blog, _ int) error { return b.cold() }},
}

// measure builds one size of blog with all tools and prints a table.
func measure(dir string, posts int, all []*tool) error {
	var blogs []*blog
	for _, t := range all {
		b, err := newBlog(filepath.Join(dir, t.name), t, corpus{seed: *seed, posts: posts, highlight: *highlight})
		if err != nil {
			return err
		}
		blogs = append(blogs, b)
		if _, err := b.build(); err != nil { // fills the caches of compilers and of the operating system
			return err
		}
	}
	if err := compare(blogs); err != nil {
		return err
	}
	for _, s := range situations {
		if s.name == "cold" && !*cold {
			continue
		}
		for round := range *rounds {
			for _, b := range blogs {
				if s.only != "" && s.only != b.tool.name || s.name != "clean" && !b.tool.remembers {
					continue
				}
				if err := s.make(b, round); err != nil {
					return err
				}
				c, err := b.build()
				if err != nil {
					return err
				}
				b.costs[s.name] = append(b.costs[s.name], c)
			}
		}
		if s.name == "edit" {
			if err := compare(blogs); err != nil {
				return fmt.Errorf("after an edit: %w", err)
			}
		}
	}
	report(posts, blogs)
	for _, b := range blogs {
		if b.tool.name == "floor" && *stages {
			if err := b.stages(); err != nil {
				return err
			}
		}
		if *keep {
			fmt.Println(b.dir)
			continue
		}
		if err := os.RemoveAll(b.dir); err != nil {
			return err
		}
	}
	return nil
}

// report prints the medians of one size, as they are and to Hugo's.
func report(posts int, blogs []*blog) {
	fmt.Printf("\n%d posts, highlighting %t, median of %d\n", posts, *highlight, *rounds)
	fmt.Printf("%-7s %-8s %9s %8s %8s %9s %8s %9s %8s\n", "", "", "seconds", "to hugo", "to clean", "cpu s", "to hugo", "peak MiB", "to hugo")
	var hugo *blog
	for _, b := range blogs {
		if b.tool.name == "hugo" {
			hugo = b
		}
	}
	for _, s := range situations {
		for _, b := range blogs {
			c, ok := median(b.costs[s.name])
			if !ok {
				continue
			}
			var h cost
			if hugo != nil {
				in := s.name
				if in == "cold" {
					in = "clean" // Hugo compiles nothing
				}
				h, _ = median(hugo.costs[in])
			}
			own, _ := median(b.costs["clean"])
			fmt.Printf("%-7s %-8s %9.2f %8s %8s %9.2f %8s %9.0f %8s\n", s.name, b.tool.name,
				c.wall.Seconds(), ratio(c.wall.Seconds(), h.wall.Seconds()), ratio(c.wall.Seconds(), own.wall.Seconds()),
				c.cpu.Seconds(), ratio(c.cpu.Seconds(), h.cpu.Seconds()),
				float64(c.peak)/(1<<20), ratio(float64(c.peak), float64(h.peak)))
		}
	}
}

func ratio(a, b float64) string {
	if b == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", a/b)
}
