package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// compare holds what the tools have written against each other and against the posts.
func compare(blogs []*blog) error {
	var first []string
	for i, b := range blogs {
		pages, err := b.check()
		if err != nil {
			return fmt.Errorf("%s: %w", b.tool.name, err)
		}
		if i == 0 {
			first = pages
			continue
		}
		if missing := without(first, pages); len(missing) > 0 {
			return fmt.Errorf("%s has no page %s, which %s has (%d in all)", b.tool.name, missing[0], blogs[0].tool.name, len(missing))
		}
		if more := without(pages, first); len(more) > 0 {
			return fmt.Errorf("%s has a page %s, which %s has not (%d in all)", b.tool.name, more[0], blogs[0].tool.name, len(more))
		}
	}
	return nil
}

// check looks at every post, the feed and the sitemap, and gives the HTML files.
func (b *blog) check() ([]string, error) {
	for i := range b.corpus.posts {
		p, _ := b.corpus.post(i, 0)
		html, err := os.ReadFile(filepath.Join(b.out(), "posts", p.slug, "index.html"))
		if err != nil {
			return nil, err
		}
		for _, part := range []string{"<h1>" + p.title + "</h1>", "<pre", p.last, "</html>", `href="/tags/` + p.tags[0] + `/"`, `href="https://example.com/posts/` + p.slug + `/"`} {
			if !bytes.Contains(html, []byte(part)) {
				return nil, fmt.Errorf("%s is without %s", p.slug, part)
			}
		}
		if b.corpus.highlight && bytes.Count(html, []byte("<span")) < 5 {
			return nil, fmt.Errorf("%s: the code is not highlighted", p.slug)
		}
	}
	var feed struct {
		Links []string `xml:"channel>item>link"`
	}
	var sitemap struct {
		Locs []string `xml:"url>loc"`
	}
	for name, to := range map[string]any{"rss.xml": &feed, b.tool.sitemap: &sitemap} {
		data, err := os.ReadFile(filepath.Join(b.out(), name))
		if err != nil {
			return nil, err
		}
		if err := xml.Unmarshal(data, to); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	var newest []string
	for i := b.corpus.posts - 1; i >= max(0, b.corpus.posts-pageSize); i-- {
		newest = append(newest, address(i))
	}
	if !slices.Equal(feed.Links, newest) {
		return nil, fmt.Errorf("the feed has the posts %v, not %v", feed.Links, newest)
	}
	slices.Sort(sitemap.Locs)
	for i := range b.corpus.posts {
		if _, ok := slices.BinarySearch(sitemap.Locs, address(i)); !ok {
			return nil, fmt.Errorf("the sitemap is without %s", address(i))
		}
	}
	var pages []string
	err := filepath.WalkDir(b.out(), func(name string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".html") {
			rel, _ := filepath.Rel(b.out(), name)
			pages = append(pages, filepath.ToSlash(rel))
		}
		return err
	})
	slices.Sort(pages)
	return pages, err
}

// without gives what only a has of two sorted lists.
func without(a, b []string) []string {
	var out []string
	for _, s := range a {
		if _, ok := slices.BinarySearch(b, s); !ok {
			out = append(out, s)
		}
	}
	return out
}

func address(i int) string { return "https://example.com/posts/" + slug(i) + "/" }
