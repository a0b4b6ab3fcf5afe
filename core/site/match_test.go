package site

import (
	"fmt"
	"sort"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, tt := range []struct{ pattern, path, want string }{ // "-" is no match
		{"/", "/", ""},
		{"/a", "/a", ""},
		{"/a", "/a/", ""},
		{"/a", "/A", "-"},
		{"/a", "/a/b", "-"},
		{"/two words", "/two%20words", ""},
		{"/über", "/%C3%BCber", ""},
		{"/100%", "/100%25", ""},
		{"/feed.xml", "/feed.xml", ""},
		{"/feed.xml", "/feed.xml/", "-"},
		{"/[x]", "/a", "x=a"},
		{"/[x]", "/a/", "x=a"},
		{"/[x]", "/", "-"},
		{"/[x]", "/a/b", "-"},
		{"/[x]", "/a%2Fb", "x=a/b"},
		{"/[x]", "/a+b", "x=a+b"},
		{"/[x]", "/%C3%BC", "x=ü"},
		{"/[x]", "/v1.2/", "x=v1.2"},
		{"/[id].json", "/7.json", "id=7"},
		{"/[id].json", "/.json", "-"},
		{"/[id].json", "/7.json/", "-"},
		{"/[id].json", "/a.json.json", "id=a.json"},
		{"/level-[n]", "/level-3", "n=3"},
		{"/level-[n]", "/level-", "-"},
		{"/[from]-[to]", "/a-b-c", "from=a to=b-c"},
		{"/[from]-[to]", "/a-", "-"},
		{"/[from]-[to]", "/-a", "-"},
		{"/[from]-[to]", "/--a", "from=- to=a"},
		{"/v[major].[minor]", "/v1.2.3", "major=1 minor=2.3"},
		{"/[a]-[b].json", "/x-y.json.json", "a=x b=y.json"},
		{"/[a]-[b]-[c]", "/1-2-3-4", "a=1 b=2 c=3-4"},
		{"/[a][b]", "/üxy", "a=ü b=xy"},
		{"/[a][b]", "/x", "-"},
		{"/[...x]", "/", ""},
		{"/[...x]", "/a", "x=a"},
		{"/[...x]", "/a/b/", "x=a/b"},
		{"/d/[...x]", "/d", ""},
		{"/d/[...x]", "/d/", ""},
		{"/d/[...x]", "/dd", "-"},
		{"/d/[...x]", "/d/a%2Fb/c", "x=a/b/c"},
		{"/[...x]/edit", "/edit", ""},
		{"/[...x]/edit", "/a/b/edit", "x=a/b"},
		{"/[...x]/edit", "/a/b", "-"},
		{"/[...x]/[y]", "/a", "y=a"},
		{"/[...x]/[y]", "/a/b/c", "x=a/b y=c"},
		{"/[...x]/m/[...y]", "/a/m/m/b", "x=a y=m/b"},
		{"/[l]/post/[...s]", "/en/post/a/b", "l=en s=a/b"},
	} {
		c, err := compileRoute(&Route{Pattern: tt.pattern}, 0)
		if err != nil {
			t.Fatal(err)
		}
		table := newTable([]*compiledRoute{c})
		p, _, err := parsePath(tt.path)
		if err != nil {
			t.Fatal(err)
		}
		got := "-"
		if found, params := table.find(&p, p.segments(nil), nil, func(*compiledRoute, Params) bool { return true }); found != nil {
			got = showParams(params)
		}
		if got != tt.want {
			t.Errorf("%s on %s: %q, want %q", tt.pattern, tt.path, got, tt.want)
		}
	}
}

func showParams(params Params) string {
	var out []string
	for k, v := range params {
		out = append(out, k+"="+v)
	}
	sort.Strings(out)
	return strings.Join(out, " ")
}

func TestBadPatterns(t *testing.T) {
	for _, pattern := range []string{"", "a", "/[]", "/[...]", "/[a", "/a]", "/a-[...b]", "/[...b]x", "/[a][...b]", "/[a]/[a]"} {
		if _, err := compileRoute(&Route{Pattern: pattern}, 0); err == nil {
			t.Errorf("the pattern %q is taken", pattern)
		}
	}
}

// Matching and filling in are each other's inverse.
func FuzzMatch(f *testing.F) {
	f.Add("/blog/[a]-[b]", "x", "y-z", "r/s")
	f.Add("/[...rest]", "ü", "%", "a/b/c")
	f.Add("/[a].[b]/[...rest]/end", "1", "2", "end")
	f.Fuzz(func(t *testing.T, pattern, a, b, rest string) {
		c, err := compileRoute(&Route{Pattern: pattern}, 0)
		if err != nil || len(c.params) > 6 {
			return
		}
		params := Params{}
		for i, name := range c.params {
			if params[name] = [...]string{a, b}[i%2]; c.isRest(name) {
				params[name] = rest
			}
		}
		p, err := c.path(params)
		if err != nil {
			return
		}
		segs := p.segments(nil)
		if c.static() {
			return
		}
		got, ok := c.match(segs, nil)
		if !ok {
			t.Fatalf("%q does not match %q, which was made of it", pattern, p.enc)
		}
		again, err := c.path(got)
		if err != nil || again.enc != p.enc {
			t.Fatalf("%q: %q gives %v, which gives %q, %v", pattern, p.enc, got, again.enc, err)
		}
	})
}

func BenchmarkMatchDynamic(b *testing.B) {
	var routes []*compiledRoute
	for i := range 100 {
		c, err := compileRoute(&Route{Pattern: fmt.Sprintf("/section%d/[slug]", i)}, i)
		if err != nil {
			b.Fatal(err)
		}
		routes = append(routes, c)
	}
	table := newTable(routes)
	p, _, _ := parsePath("/section99/hello")
	var buf [8]string
	var room [8]capture
	b.ReportAllocs()
	for b.Loop() {
		if c, _ := table.find(&p, p.segments(buf[:0]), room[:0], func(*compiledRoute, Params) bool { return true }); c == nil {
			b.Fatal("no match")
		}
	}
}
