package store

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func sample() []byte {
	b := Builder{Config: Config{Base: "/", Slash: true, Bodies: "x.pack"}}
	b.Declare("empty")
	b.Add("posts", Entry{Slug: "b", File: "b.md", Title: "B", Data: string(AppendMap(nil, 0)), Words: 3, Body: BodyRef{Offset: 1, Size: 2, Digest: "d"}})
	b.Add("posts", Entry{Slug: "a", File: "a.md", Date: time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), Data: string(AppendMap(nil, 0))})
	return b.Index()
}

func TestStore(t *testing.T) {
	s, err := Open(string(sample()), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := s.Collection("posts")
	if s.Base != "/" || !s.Slash || s.Bodies != "x.pack" || c.Len() != 2 || s.Collection("empty").Len() != 0 || s.Collection("none") != nil || s.Collection("none").Len() != 0 {
		t.Errorf("%+v", s)
	}
	a, err := c.Entry(0)
	if err != nil || a.Slug != "a" || a.Date.Year() != 1 || a.Date.Second() != 1 {
		t.Error(a, err)
	}
	b, err := c.Entry(1)
	b.Digest = ""
	want := Entry{Slug: "b", File: "b.md", Title: "B", Data: string(AppendMap(nil, 0)), Words: 3, Body: BodyRef{Offset: 1, Size: 2, Digest: "d"}}
	if diff := cmp.Diff(want, b); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if i, ok := c.Find("b"); i != 1 || !ok {
		t.Error("Find(b)")
	}
	if _, ok := c.Find("c"); ok {
		t.Error("Find(c)")
	}
}

func TestWhole(t *testing.T) {
	body := AppendBody(nil, Body{HTML: "<p>x</p>", Links: []Link{{Offset: 3, Collection: "c", Slug: "a"}}})
	b := Builder{}
	b.Add("one", Entry{Slug: "a", Body: BodyRef{Offset: 3, Size: len(body)}})
	b.Add("two", Entry{Slug: "b", Body: BodyRef{Offset: 3, Size: len(body)}})
	s, err := Open(string(b.Index()), strings.NewReader("..."+string(body)))
	if err != nil {
		t.Fatal(err)
	}
	data, err := Whole(s, func(name string) bool { return name == "two" })
	if err != nil {
		t.Fatal(err)
	}
	w, err := Embedded(string(data))
	if err != nil {
		t.Fatal(err)
	}
	e, err := w.Collection("two").Entry(0)
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Body(e.Body)
	if err != nil || got.HTML != "<p>x</p>" || len(got.Links) != 1 || w.Collection("one") != nil {
		t.Error(got, err)
	}
}

// FuzzOpen opens damaged stores and reads all there is.
func FuzzOpen(f *testing.F) {
	f.Add(sample())
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Open(string(data), strings.NewReader(string(data)))
		if err != nil {
			return
		}
		for _, c := range s.Collections() {
			for i := range min(c.Len(), 100) {
				if e, err := c.Entry(i); err == nil {
					s.Body(e.Body)
					Skip(e.Data)
					c.Find(e.Slug)
				}
			}
		}
		Whole(s, func(string) bool { return true })
	})
}

func FuzzBody(f *testing.F) {
	f.Add(string(AppendBody(nil, Body{HTML: "x", Headings: []Heading{{1, "a", "b"}}, Links: []Link{{Offset: 1, Collection: "c"}, {Offset: 1, Picture: &Picture{URL: "/a.png", Format: "png", Width: 3, Height: 4}}}})))
	f.Fuzz(func(t *testing.T, s string) {
		body, err := DecodeBody(s)
		if err != nil {
			return
		}
		again, err := DecodeBody(string(AppendBody(nil, body)))
		if err != nil || !reflect.DeepEqual(body, again) {
			t.Errorf("%+v is read again as %+v, %v", body, again, err)
		}
	})
}
