package netlify

import (
	"testing"

	"sitegen.dev/core/site"
)

func TestVary(t *testing.T) {
	for _, tt := range []struct {
		vary Vary
		want string // "error" where it cannot be said
	}{
		{Vary{}, ""},
		{Vary{AnyQuery: true}, "query"},
		{Vary{Query: []string{"page", "item_id"}, Header: []string{"Device-Type"}, Cookie: []string{"ab_test"}}, "query=page|item_id,header=Device-Type,cookie=ab_test"},
		{Vary{Language: [][]string{{"de"}, {"es", "pt"}}, Country: [][]string{{"de", "at"}, {}}}, "language=de|es+pt,country=de+at"},
		{Vary{AnyQuery: true, Query: []string{"a"}}, "error"},
		{Vary{Query: []string{"a,cookie=b"}}, "error"},
		{Vary{Query: []string{""}}, "error"},
		{Vary{Cookie: []string{"a|b"}}, "error"},
		{Vary{Header: []string{"a\r\nX: y"}}, "error"},
		{Vary{Header: []string{"cookie"}}, "error"},
		{Vary{Country: [][]string{{"dé"}}}, "error"},
	} {
		page := &site.Page{Response: &site.Response{}}
		err := tt.vary.Set(page)
		if got := page.Response.Header.Get("Netlify-Vary"); (err != nil) != (tt.want == "error") || err == nil && got != tt.want || err != nil && got != "" {
			t.Errorf("%+v gives %q, %v; want %q", tt.vary, got, err, tt.want)
		}
	}
}
