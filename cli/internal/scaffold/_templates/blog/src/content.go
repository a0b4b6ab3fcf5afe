// Package src declares the content of the site: what lies below src/content, as values of Go types.
package src

import (
	"time"

	"sitegen.dev/core/site/content"
)

// The name and the purpose of the blog, for titles and the feed.
const (
	Name        = "SITENAME"
	Description = "Notes on tea, and on the time it takes."
)

// Posts are the files of src/content/posts, the newest first.
var Posts = content.New[Post]("posts").Newest().At("/posts/[slug]")

// Post is what the front matter of a post says. A key that is missing or wrong is an error at its line.
type Post struct {
	Title       string    `content:",required"`
	Description string    `content:",required"`
	Date        time.Time `content:",required"`
	Tags        []string
}

// Entry is a post with its text.
type Entry = content.Entry[Post]

// Tags groups posts by their tags.
func Tags(posts []*Entry) []content.Group[Post] {
	return content.GroupBy(posts, func(e *Entry) []string { return e.Data.Tags })
}
