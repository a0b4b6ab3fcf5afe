package blog

import "testing"

func TestPosts(t *testing.T) {
	posts, err := Posts()
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range posts {
		if p.Title == "" || p.Description == "" || p.Date.IsZero() {
			t.Errorf("%s needs a title, a description and a date: %+v", p.Slug, p)
		}
		if i > 0 && p.Date.After(posts[i-1].Date) {
			t.Errorf("%s stands behind an older post", p.Slug)
		}
	}
}
