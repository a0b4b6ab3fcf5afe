// Package src declares the content of the blog and cuts lists into pages.
package src

import (
	"fmt"
	"time"

	"sitegen.dev/core/site/content"
)

// Posts are the files below content/posts.
var Posts = content.New[Post]("posts").Newest()

// Post is the front matter of a post.
type Post struct {
	Title       string `content:",required"`
	Description string
	Date        time.Time
	Tags        []string
}

// Entry is a post.
type Entry = content.Entry[Post]

// Tags are the posts by tag.
func Tags(by content.Reader) []content.Group[Post] {
	return content.GroupBy(Posts.All(by), func(e *Entry) []string { return e.Data.Tags })
}

// Page is one page of a list.
type Page struct {
	Posts        []*Entry
	Newer, Older string
	Path         string // below the folder: "" or "page/2"
}

// Pages cuts a list below a folder into pages: the folder itself, then page/2 and so on.
func Pages(posts []*Entry, folder string) []Page {
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
