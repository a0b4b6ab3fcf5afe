package content

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/site/content/store"
)

type testAuthor struct{ Name string }

type testPost struct {
	Title    string `content:",required"`
	Date     time.Time
	Order    int8
	Ratio    float64
	Count    uint
	Tags     []string
	Pair     [2]int
	Author   *Ref[testAuthor]
	Every    time.Duration
	Nested   testNested
	Ptr      *testNested
	Any      any
	ImageURL string
	Level    testLevel
	Rest     map[string]any `content:",rest"`
}

type testNested struct {
	A int `content:"alpha,required"`
	B map[string]bool
}

type testLevel int

func (l *testLevel) UnmarshalText(b []byte) error {
	if string(b) != "high" {
		return errors.New("a level is high")
	}
	*l = 3
	return nil
}

// Values for the tests, as the command writes them.
func text(s string) string { return string(store.AppendScalar(nil, store.String, s, s)) }
func num(s, norm string) string {
	return string(store.AppendScalar(nil, store.Int, s, norm))
}
func kind(k store.Kind, s string) string { return string(store.AppendScalar(nil, k, s, s)) }
func seq(items ...string) string {
	return string(store.AppendList(nil, len(items))) + strings.Join(items, "")
}
func pairs(kv ...string) string {
	out := string(store.AppendMap(nil, len(kv)/2))
	for i := 0; i < len(kv); i += 2 {
		out += string(store.AppendText(nil, kv[i])) + kv[i+1]
	}
	return out
}

func TestDecode(t *testing.T) {
	d := &decoder{}
	var p testPost
	d.into(&p, pairs(
		"title", num("2026", "2026"), "date", kind(store.Time, "2026-01-02"), "order", num("0x10", "16"), "ratio", num("2", "2"),
		"count", num("7", "7"), "tags", seq(text("a"), kind(store.Bool, "true")), "pair", seq(num("1", "1"), num("2", "2")),
		"author", text("ada"), "every", text("90m"), "nested", pairs("Alpha", num("1", "1"), "b", pairs("x", kind(store.Bool, "true"))),
		"ptr", pairs("alpha", num("2", "2")), "any", seq(num("1", "1"), pairs("k", kind(store.Null, ""))), "image-url", text("/a.png"), "level", text("high"),
		"slug", text("x"), "other", num("1", "1")))
	want := testPost{
		Title: "2026", Date: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), Order: 16, Ratio: 2, Count: 7, Tags: []string{"a", "true"}, Pair: [2]int{1, 2},
		Author: &Ref[testAuthor]{"ada"}, Every: 90 * time.Minute, Nested: testNested{A: 1, B: map[string]bool{"x": true}}, Ptr: &testNested{A: 2},
		Any: []any{1, map[string]any{"k": nil}}, ImageURL: "/a.png", Level: 3, Rest: map[string]any{"other": 1},
	}
	if len(d.problems) > 0 {
		t.Error(d.problems)
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeProblems(t *testing.T) {
	title := []string{"title", text("T")}
	for _, tt := range []struct {
		kv   []string
		want string
	}{
		{[]string{}, "title is missing"},
		{[]string{"title", kind(store.Null, "")}, "title is missing"},
		{append(title, "order", num("300", "300")), "order: 300 does not fit into the type int8"},
		{append(title, "count", num("-1", "-1")), `count must be a whole number of at least 0, not "-1"`},
		{append(title, "ratio", text("x")), `ratio must be a number, not "x"`},
		{append(title, "pair", seq()), "pair must be a list of 2, not of 0"},
		{append(title, "level", text("low")), "level: a level is high"},
		{append(title, "every", text("soon")), `every must be a duration like 1h30m, not "soon"`},
		{append(title, "nested", pairs("alpha", text("x"), "gamma", text("y"))), `nested.alpha must be a whole number, not "x"; nothing takes the key nested.gamma`},
		{append(title, "author", seq()), "author must be the slug of an entry, not a list"},
		{append(title, "title", text("U")), "title and an earlier key both set title"},
	} {
		d := &decoder{}
		d.into(&testPost{}, pairs(tt.kv...))
		var got []string
		for _, p := range d.problems {
			got = append(got, p.Message)
		}
		if strings.Join(got, "; ") != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

type checked struct{ From, To int }

func (c *checked) Defaults() { c.To = 10 }

func (c *checked) Check() error {
	if c.From > c.To {
		return Field("from", "from is behind to")
	}
	return nil
}

func TestDefaultsAndCheck(t *testing.T) {
	d := &decoder{}
	var c checked
	d.into(&c, pairs("from", num("3", "3")))
	if c != (checked{3, 10}) || len(d.problems) > 0 {
		t.Error(c, d.problems)
	}
	d.into(&c, pairs("from", num("30", "30")))
	if len(d.problems) != 1 || d.problems[0].Path != "from" || d.problems[0].Message != "from is behind to" {
		t.Error(d.problems)
	}
}

func TestSlug(t *testing.T) {
	for term, want := range map[string]string{
		"Web Dev": "web-dev", "web-dev": "web-dev", "C++": "cplusplus", "C#": "csharp", "C": "c", "Straße": "straße", "日本 語": "日本-語", " a  b ": "a-b", "…": "-", "": "-",
	} {
		if got := Slug(term); got != want {
			t.Errorf("Slug(%q) = %q, want %q", term, got, want)
		}
	}
}

func TestLists(t *testing.T) {
	entry := func(slug string, tags ...string) *Entry[testPost] {
		return &Entry[testPost]{Slug: slug, Data: testPost{Tags: tags}}
	}
	all := []*Entry[testPost]{entry("a", "x", "X", "y"), entry("b"), entry("c", "y")}
	var got []string
	for _, g := range GroupBy(all, func(e *Entry[testPost]) []string { return e.Data.Tags }) {
		line := g.Slug + "=" + g.Name
		for _, e := range g.Entries {
			line += " " + e.Slug
		}
		got = append(got, line)
	}
	if diff := cmp.Diff([]string{"x=x a", "y=y a c"}, got); diff != "" {
		t.Error(diff)
	}
	if before, after := Neighbours(all, all[1]); before != all[0] || after != all[2] {
		t.Error("neighbours of b")
	}
	if part, pages := Cut(all, 2, 2); pages != 2 || len(part) != 1 || part[0] != all[2] {
		t.Error("page 2 of 2")
	}
	if part, pages := Cut(all, 3, 2); pages != 2 || part != nil {
		t.Error("a page that there is not")
	}
}

func testStore(t testing.TB) *store.Store {
	b := store.Builder{Config: store.Config{Base: "/docs/", Slash: true}}
	body := store.AppendBody(nil, store.Body{
		Headings: []store.Heading{{Depth: 2, ID: "h", Text: "H"}},
		Links:    []store.Link{{Offset: 9, Collection: "things", Slug: "b c", Tail: `?x&"#y`}},
		HTML:     `<a href="">x</a>`,
	})
	b.Add("things", store.Entry{Slug: "b c", File: "b.md", Data: pairs("name", text("B"))})
	b.Add("things", store.Entry{Slug: "a", File: "a.md", Date: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Words: 4, Data: pairs("name", text("A")), Body: store.BodyRef{Size: len(body), Digest: "d"}})
	s, err := store.Open(string(b.Index()), strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type thing struct{ Name string }

var things = New[thing]("things").Newest()

type notes map[string]string

func (n notes) DependsOn(input, digest string) { n[input] = digest }

func TestCollection(t *testing.T) {
	s := testStore(t)
	Use(s)
	defer Use(nil)
	n := notes{}
	all := things.All(n)
	if len(all) != 2 || all[0].Slug != "a" || all[0].Data.Name != "A" || !all[0].Date.Equal(time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)) {
		t.Fatalf("%+v", all)
	}
	if got, want := string(all[0].HTML(n)), `<a href="/docs/things/b%20c/?x&amp;&#34;#y">x</a>`; got != want {
		t.Errorf("HTML is %s, want %s", got, want)
	}
	if h := all[0].Headings(n); len(h) != 1 || h[0].ID != "h" {
		t.Error(h)
	}
	if e, ok := things.Get(n, "b c"); !ok || e != all[1] || e.HTML(n) != "" {
		t.Error("Get(b c)")
	}
	if _, ok := things.Get(n, "z"); ok {
		t.Error("Get(z)")
	}
	for input, digest := range n {
		if Current(s, input) != digest {
			t.Errorf("%s is noted as %x and is %x", input, digest, Current(s, input))
		}
	}
	want := []string{"body things a", "body things b c", "collection things", "entry things b c", "entry things z"}
	for _, w := range want {
		if _, ok := n[w]; !ok {
			t.Errorf("%s was not noted", w)
		}
	}
	if len(n) != len(want) || Untracked() {
		t.Error(n)
	}
	Use(testStore(t))
	if e, _ := things.Get(n, "a"); e == all[0] {
		t.Error("an entry of the store before")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(pairs("title", text("x"), "tags", seq(text("a")), "any", pairs("k", seq()))))
	f.Add([]byte(pairs("nested", pairs("alpha", num("1", "1")), "date", kind(store.Time, "2026-01-02"))))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := &decoder{}
		d.into(&testPost{}, string(data))
		store.Skip(string(data))
	})
}
