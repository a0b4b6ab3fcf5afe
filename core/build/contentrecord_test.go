package build

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/content"
	"sitegen.dev/core/site/content/store"
)

func TestEntryRecord(t *testing.T) {
	want := []contentEntry{{
		draft: true, layout: "l", Entry: store.Entry{Slug: "s", Title: "T", Date: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Words: 3, Data: "data", Body: store.BodyRef{Offset: 14, Size: 4, Digest: "d"}},
		found: []link{
			{dest: "a.png", image: true, to: content.Target{URL: "/a", Width: 1, Height: 2}, ok: true},
			{dest: "b.md", to: content.Target{Entry: &content.EntryRef{Collection: "posts", Slug: "b", Tail: "#x"}}, ok: true},
		},
	}}
	head := encodeEntries(want, want[0].found)
	got, ok := decodeEntries(string(head), record{offset: 14 - int64(len(head)), head: uint32(len(head)), body: 4})
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(contentEntry{}, link{})); diff != "" || !ok {
		t.Error(diff)
	}
}

func FuzzEntryRecord(f *testing.F) {
	f.Add(string(encodeEntries([]contentEntry{{Entry: store.Entry{Slug: "s"}}}, []link{{dest: "a"}})))
	f.Fuzz(func(t *testing.T, head string) {
		got, ok := decodeEntries(head, record{})
		if !ok {
			return
		}
		var links []link
		for _, e := range got {
			links = append(links, e.found...)
		}
		if slices.ContainsFunc(got, func(e contentEntry) bool { return len(e.found) != len(links) }) {
			return // entries of one file share the links
		}
		again, ok := decodeEntries(string(encodeEntries(got, links)), record{})
		if diff := cmp.Diff(got, again, cmp.AllowUnexported(contentEntry{}, link{})); diff != "" || !ok {
			t.Error(diff)
		}
	})
}
