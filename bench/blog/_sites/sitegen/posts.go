// Package blog reads the front matter of the posts, which are pages of their own, for the lists, the feed and the sitemap.
package blog

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed src/pages/posts/*.md
var files embed.FS

// Post is what lists need of a post.
type Post struct {
	Slug, Title, Description string
	Date                     time.Time
	Tags                     []string
}

// Path is where the post is.
func (p Post) Path() string { return "/posts/" + p.Slug + "/" }

// Tag is a tag with its posts.
type Tag struct {
	Name  string
	Posts []Post
}

// Posts are all posts, the newest first.
var Posts = sync.OnceValue(func() []Post {
	entries, err := files.ReadDir("src/pages/posts")
	if err != nil {
		panic(err)
	}
	var posts []Post
	for _, e := range entries {
		text, err := files.ReadFile("src/pages/posts/" + e.Name())
		if err != nil {
			panic(err)
		}
		p := Post{Slug: strings.TrimSuffix(e.Name(), ".md")}
		front, _, _ := strings.Cut(string(text[4:]), "\n---")
		for line := range strings.SplitSeq(front, "\n") {
			key, value, _ := strings.Cut(line, ": ")
			switch key {
			case "title":
				p.Title = strings.Trim(value, `"`)
			case "description":
				p.Description = strings.Trim(value, `"`)
			case "date":
				if p.Date, err = time.Parse(time.RFC3339, value); err != nil {
					panic(fmt.Errorf("%s: %w", e.Name(), err))
				}
			case "tags":
				p.Tags = strings.Split(strings.Trim(value, "[]"), ", ")
			}
		}
		posts = append(posts, p)
	}
	slices.SortFunc(posts, func(a, b Post) int { return b.Date.Compare(a.Date) })
	return posts
})

// Tags are all tags by name.
var Tags = sync.OnceValue(func() []Tag {
	at := map[string]int{}
	var tags []Tag
	for _, p := range Posts() {
		for _, name := range p.Tags {
			i, ok := at[name]
			if !ok {
				i = len(tags)
				at[name] = i
				tags = append(tags, Tag{Name: name})
			}
			tags[i].Posts = append(tags[i].Posts, p)
		}
	}
	slices.SortFunc(tags, func(a, b Tag) int { return strings.Compare(a.Name, b.Name) })
	return tags
})

// Page is one page of a list.
type Page struct {
	Posts        []Post
	Newer, Older string
	Path         string // below the folder: "" or "page/2"
}

// Pages cuts a list below a folder into pages: the folder itself, then page/2 and so on.
func Pages(posts []Post, folder string) []Page {
	const size = 20
	var pages []Page
	for i := 0; i == 0 || i < len(posts); i += size {
		pages = append(pages, Page{Posts: posts[i:min(i+size, len(posts))]})
		if n := len(pages); n > 1 {
			pages[n-1].Path = fmt.Sprintf("page/%d", n)
			pages[n-2].Older = folder + pages[n-1].Path + "/"
			pages[n-1].Newer = folder
			if n > 2 {
				pages[n-1].Newer += pages[n-2].Path + "/"
			}
		}
	}
	return pages
}
