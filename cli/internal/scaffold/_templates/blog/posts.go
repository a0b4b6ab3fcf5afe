// Package blog knows the posts: their files are pages of their own, and this package reads the front matter of all of
// them for the lists and the feed. It lies at the root of the module because go:embed reaches downwards only.
package blog

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// The name and the purpose of the blog, for titles and the feed.
const (
	Name        = "SITENAME"
	Description = "Notes on tea, and on the time it takes."
)

//go:embed src/pages/posts/*.md
var files embed.FS

// Post is what the front matter of a post says.
type Post struct {
	Slug        string
	Title       string
	Description string
	Date        time.Time
	Tags        []string
}

// Path is where the post is.
func (p Post) Path() string { return "/posts/" + p.Slug + "/" }

// Posts lists all posts, the newest first.
func Posts() ([]Post, error) {
	entries, err := files.ReadDir("src/pages/posts")
	if err != nil {
		return nil, err
	}
	var posts []Post
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "_") {
			continue // a draft
		}
		data, err := files.ReadFile(path.Join("src/pages/posts", e.Name()))
		if err != nil {
			return nil, err
		}
		p, err := parse(string(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		p.Slug = strings.TrimSuffix(e.Name(), ".md")
		posts = append(posts, p)
	}
	slices.SortFunc(posts, func(a, b Post) int { return b.Date.Compare(a.Date) })
	return posts, nil
}

// Tags lists the tags of all posts in order.
func Tags(posts []Post) []string {
	var tags []string
	for _, p := range posts {
		tags = append(tags, p.Tags...)
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// Tagged keeps the posts with a tag.
func Tagged(posts []Post, tag string) []Post {
	return slices.DeleteFunc(slices.Clone(posts), func(p Post) bool { return !slices.Contains(p.Tags, tag) })
}

// parse reads the front matter as far as lists need it: one key a line, and tags between brackets.
func parse(text string) (Post, error) {
	_, rest, _ := strings.Cut(text, "---\n")
	front, _, ok := strings.Cut(rest, "\n---")
	if !ok {
		return Post{}, fmt.Errorf("no front matter")
	}
	var p Post
	for line := range strings.SplitSeq(front, "\n") {
		key, value, _ := strings.Cut(line, ":")
		value = strings.Trim(strings.TrimSpace(value), `"'`)
		switch strings.TrimSpace(key) {
		case "title":
			p.Title = value
		case "description":
			p.Description = value
		case "date":
			var err error
			if p.Date, err = time.Parse(time.DateOnly, value); err != nil {
				return Post{}, fmt.Errorf("date %q is not like 2026-05-01", value)
			}
		case "tags":
			for tag := range strings.SplitSeq(strings.Trim(value, "[]"), ",") {
				if tag = strings.TrimSpace(tag); tag != "" {
					p.Tags = append(p.Tags, tag)
				}
			}
		}
	}
	return p, nil
}
