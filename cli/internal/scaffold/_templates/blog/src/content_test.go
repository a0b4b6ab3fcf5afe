package src

import "testing"

func TestTags(t *testing.T) {
	tags := Tags([]*Entry{
		{Slug: "a", Data: Post{Tags: []string{"tea", "things"}}},
		{Slug: "b", Data: Post{Tags: []string{"tea"}}},
	})
	if len(tags) != 2 || tags[0].Name != "tea" || len(tags[0].Entries) != 2 {
		t.Errorf("%+v", tags)
	}
}
