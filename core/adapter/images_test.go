package adapter

import (
	"regexp"
	"testing"

	"sitegen.dev/core/site"
)

func TestImageSourceExpr(t *testing.T) {
	for _, tt := range []struct {
		source  ImageSource
		yes, no []string
	}{
		{ImageSource{Scheme: "https", Host: "img.example.com"},
			[]string{"https://img.example.com", "https://img.example.com/x", "https://img.example.com/x/y?z=/&a"},
			[]string{"http://img.example.com/x", "https://imgxexample.com/x", "https://img.example.com.evil.com/x", "https://x.img.example.com/", "https://img.example.com:8443/x", "https://img.example.com@evil.com/x", "xhttps://img.example.com/"}},
		{ImageSource{Scheme: "https", Host: "*.example.com", Path: "/p.1/**"},
			[]string{"https://a.example.com/p.1/x", "https://a.example.com/p.1/x/y"},
			[]string{"https://a.b.example.com/p.1/x", "https://example.com/p.1/x", "https://a.example.com/pX1/x", "https://a.example.com/p.1", "https://a.example.com/x/p.1/x"}},
		{ImageSource{Scheme: "http", Host: "**.example.com", Port: "81", Path: "/*"},
			[]string{"http://a.example.com:81/x", "http://a.b.example.com:81/x.jpg?y"},
			[]string{"http://a.example.com/x", "http://a.example.com:81/", "http://a.example.com:81/x/y", "http://aexample.com:81/x"}},
		{ImageSource{Scheme: "https", Host: "e.com", Path: "/a+b/(c)"}, []string{"https://e.com/a+b/(c)", "https://e.com/a+b/(c)?x"}, []string{"https://e.com/aab/c", "https://e.com/a+b/(c)/d"}},
	} {
		re, err := regexp.Compile(tt.source.Expr())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range tt.yes {
			if !re.MatchString(s) {
				t.Errorf("%s does not match %s", re, s)
			}
		}
		for _, s := range tt.no {
			if re.MatchString(s) {
				t.Errorf("%s matches %s", re, s)
			}
		}
	}
}

// An expression never lets an address through that the matcher of the runtime refuses, and lets all through that it takes.
func FuzzImageSourceExpr(f *testing.F) {
	for _, address := range []string{"https://img.example.com/x", "https://a.cdn.example.com/photos/x.jpg?y", "http://a.b.deep.example.com:81/x", "https://img.example.com@evil.com/"} {
		f.Add(address)
	}
	sources := []ImageSource{
		{Scheme: "https", Host: "img.example.com"},
		{Scheme: "https", Host: "*.cdn.example.com", Path: "/photos/**"},
		{Scheme: "http", Host: "**.deep.example.com", Port: "81", Path: "/*"},
		{Scheme: "https", Host: "one.example.com", Path: "/a.b/(c)+.jpg"},
	}
	var exprs []*regexp.Regexp
	for _, s := range sources {
		exprs = append(exprs, regexp.MustCompile(s.Expr()))
	}
	f.Fuzz(func(t *testing.T, address string) {
		u, err := site.ParseImageURL(address)
		if err != nil {
			return // no page shows it
		}
		// What pages emit is the address as it was written; the platform sees it so.
		for i, s := range sources {
			ours := site.ImageSource(s)
			if theirs := exprs[i].MatchString(u.String()); theirs != ours.Matches(u) && u.RawPath == "" && u.EscapedPath() == u.Path {
				t.Fatalf("%q: %s says %v, %+v says %v", u, exprs[i], theirs, s, !theirs)
			}
		}
	})
}
