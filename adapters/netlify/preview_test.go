package netlify

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestRules(t *testing.T) {
	for _, tt := range []struct{ line, path, query, want string }{ // want is "" where the rule does not match
		{"/a /b", "/a", "", "/b"},
		{"/a /b", "/a/", "", "/b"},
		{"/a /b", "/a/c", "", ""},
		{"/a /b", "/a", "x=1", "/b?x=1"},
		{"/a /b?y=2", "/a", "x=1", "/b?y=2"},
		{"/a/:x/* /b/:splat/:x 302", "/a/1/2/3", "", "/b/2/3/1"},
		{"/a/* /b/:splat", "/a", "", "/b/"},
		{"/* /all 200", "/", "", "/all"},
		{"/ /root", "/", "", "/root"},
		{"/ /root", "/a", "", ""},
		{"/a id=:id /b/:id", "/a", "id=7", "/b/7"},
		{"/a id=1 /b", "/a", "id=2", ""},
		{"/a https://x.example:8443/:splat-y", "/a", "", "https://x.example:8443/:splat-y"},
		{"/ü /b", "/%C3%bc", "", "/b"},
		{"/%7Ea /b", "/~a", "", "/b"},
		{"/a /b # why", "/a", "", "/b"},
		{"/a /b 302 Country=de", "/a", "", ""},
		{"https://x.example/a /b", "/a", "", ""},
		{"/a", "/a", "", ""},
	} {
		rules, err := readRedirects(fstest.MapFS{redirectsFile: {Data: []byte(tt.line)}})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for i := range rules {
			if to, ok := rules[i].match(tt.path, tt.query); ok {
				got = to
			}
		}
		if got != tt.want {
			t.Errorf("%q for %s?%s leads to %q, want %q", tt.line, tt.path, tt.query, got, tt.want)
		}
	}
}

func TestPatternExpression(t *testing.T) {
	for _, tt := range []struct {
		pattern, path string
		want          bool
	}{
		{"/*", "/", true},
		{"/*", "/a/b", true},
		{"/docs", "/docs/", false},
		{"/a/:x", "/a/b", true},
		{"/a/:x", "/a/b/c", false},
		{"/a/:x/", "/a/b/", true},
		{"/ü/*", "/%C3%bc/x", true},
		{`/a\*b`, "/a*b", true},
		{`/a\*b`, "/axb", false},
		{patternOf("/a.b(c)"), "/a.b(c)", true},
		{patternOf("/a.b(c)"), "/axb(c)", false},
		{patternOf("/c++"), "/c++", true},
		{patternOf("/c++/*"), "/c++/x", true},
		{`/c\+\+`, "/c++", false}, // Netlify takes it for text
	} {
		if got := patternExpression(tt.pattern).MatchString(tt.path); got != tt.want {
			t.Errorf("%q for %s: %v", tt.pattern, tt.path, got)
		}
	}
}

func TestPatternOf(t *testing.T) {
	for _, tt := range []struct{ from, want string }{
		{"/c++", "/c++"},
		{"/US$", "/US$"},
		{"/a:b/", "/a:b/"},
		{"/f(x)+", `/f\(x\)\+`},
		{"/c++/*", `/c\+\+/*`},
		{"/c++/:name", `/c\+\+/:name`},
		{"/a/*", "/a/*"},
	} {
		if got := patternOf(tt.from); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.from, got, tt.want)
		}
	}
}

func FuzzRules(f *testing.F) {
	f.Add("/a/:x/* /b/:splat/:x 302!\n/q id=:id /c", "/a/1/2", "id=1", "/a/*\n  X: 1")
	f.Add("/* /.netlify/functions/ssr 200", "//x", "%zz", "X: 1")
	f.Fuzz(func(t *testing.T, rules, path, query, headers string) {
		files := fstest.MapFS{redirectsFile: {Data: []byte(rules)}, headersFile: {Data: []byte(headers)}, "index.html": {}}
		list, err := readRedirects(files)
		if err != nil {
			t.Fatal(err)
		}
		for i := range list {
			list[i].match(path, query)
		}
		blocks, err := readHeaders(files)
		if err != nil {
			t.Fatal(err)
		}
		for i := range blocks {
			blocks[i].matches(path)
		}
		p := preview{files: files}
		if name := p.find(path); strings.HasPrefix(name, "_") {
			t.Errorf("%q leads to %s", path, name)
		}
		patternExpression(path)
	})
}
