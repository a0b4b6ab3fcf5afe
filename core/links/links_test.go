package links

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// check checks pages, given by path, on a site that also has files. A page's group is its first path segment.
func check(t *testing.T, s Site, pages map[string]string, files ...string) string {
	t.Helper()
	trim := func(p string) string { return strings.TrimSuffix(p, "/") }
	s.Exists = func(p string) bool {
		_, page := pages[trim(p)+"/"]
		return page || slices.Contains(files, p)
	}
	s.Page = func(p string) ([]byte, bool, error) {
		text, ok := pages[trim(p)+"/"]
		return []byte(text), ok, nil
	}
	var paths []string
	for p := range pages {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	r, err := Check(s, 4, func() (Page, bool) {
		if len(paths) == 0 {
			return Page{}, false
		}
		p := paths[0]
		paths = paths[1:]
		return Page{Path: p, Group: strings.SplitAfter(p, "/")[1], Read: func() ([]byte, error) { return []byte(pages[p]), nil }}, true
	})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, x := range r.Broken {
		fmt.Fprintf(&b, "%s %d: %s %s %s -> %s %s\n", x.Page, x.Pages, x.Element, x.Attr, x.URL, x.Path, x.Problem)
	}
	return b.String()
}

func TestCheck(t *testing.T) {
	site := Site{Origin: "https://example.com", Base: "/"}
	for _, tt := range []struct{ name, html, want string }{
		{"there", `<a href="/b/">x</a><a href="/b">x</a><a href="../b/#part">x</a><a href="/b/?q=1#n">x</a><img src="/pic one.png"><img src=/pic%20one.png>`, ""},
		{"outside", `<a href="https://other.org/x">x</a><a href="//other.org/">x</a><a href="mailto:a@b">x</a><a href="tel:1">x</a><a href="javascript:void 0">x</a><img src="data:image/png;base64,AA"><link rel=preconnect href="/none"><a href="http://[::1">x</a>`, ""},
		{"platforms", `<img src="/.netlify/images?url=/x"><img src="/_vercel/image?url=x"><a href="/cdn-cgi/image/x">x</a>`, ""},
		{"own origin", `<a href="https://example.com/b/">x</a><a href="//EXAMPLE.com/none">x</a>`, "/a/ 1: a href //EXAMPLE.com/none -> /none missing\n"},
		{"missing", `<a href="/none">x</a><A HREF='none'>x</a><a href="../none/">x</a>`, "/a/ 1: a href /none -> /none missing\n/a/ 1: a href none -> /a/none missing\n/a/ 1: a href ../none/ -> /none/ missing\n"},
		{"entities", `<a href="/&#110;one?a=1&amp;b">x</a>`, "/a/ 1: a href /none?a=1&b -> /none missing\n"},
		{"decoded", `<a href="/%C3%BCber">x</a>`, "/a/ 1: a href /%C3%BCber -> /über missing\n"},
		{"twice", `<a href="/none">x</a><a href="/none">x</a>`, "/a/ 1: a href /none -> /none missing\n"},
		{"files", `<img src="/no.png" srcset="/no-1.png 1x, /style.css 2x"><script src="/no.js"></script><link rel=stylesheet href="/no.css"><video poster="/no.jpg" src="/style.css"></video><object data="/no.pdf"></object><form action="/no"></form><form action="/no" method=post></form><meta property="og:image" content="https://example.com/no-og.png"><svg><use href="/no.svg#i"/></svg>`,
			`/a/ 1: img src /no.png -> /no.png missing
/a/ 1: img srcset /no-1.png -> /no-1.png missing
/a/ 1: script src /no.js -> /no.js missing
/a/ 1: link href /no.css -> /no.css missing
/a/ 1: video poster /no.jpg -> /no.jpg missing
/a/ 1: object data /no.pdf -> /no.pdf missing
/a/ 1: form action /no -> /no missing
/a/ 1: meta content https://example.com/no-og.png -> /no-og.png missing
/a/ 1: use href /no.svg#i -> /no.svg missing
`},
		{"ids", `<p id=here><a href="#here">x</a><a href="#">x</a><a href="#top">x</a><a href="#gone">x</a><a href="/a/#gone2">x</a><a href="/a#here">x</a><a href="/b/#gone3">x</a><a href="/b/#part:~:text=x">x</a><a href="#%C3%BC">x</a><a href="#/route">x</a><a href="/style.css#x">x</a><p id="ü">`,
			"/a/ 1: a href #gone -> /a/ id\n/a/ 1: a href #gone2 -> /a/ id\n/a/ 1: a href /b/#gone3 -> /b/ id\n"},
		{"base element", `<base href="/b/"><a href="none">x</a><a href="#part">x</a><a href="#gone">x</a>`, "/a/ 1: a href none -> /b/none missing\n/a/ 1: a href #gone -> /b/ id\n"},
		{"no tags", `<!-- <a href="/none"> --><script>"<a href='/none'>"</script><textarea><a href="/none"></textarea>`, ""},
		{"odd", "<a href='/\n none'>x</a><a href='  /b/ '>x</a><a href=''>x</a><a href>x</a><a href='/b/../none/./x'>x</a>", "/a/ 1: a href /\n none -> / none missing\n/a/ 1: a href /b/../none/./x -> /none/x missing\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pages := map[string]string{"/": "", "/a/": tt.html, "/b/": `<h2 id="part"></h2><a name="n"></a>`}
			if diff := cmp.Diff(tt.want, check(t, site, pages, "/style.css", "/pic one.png")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCheckBase(t *testing.T) {
	pages := map[string]string{"/docs/": "", "/docs/a/": `<a href="/docs/a/">x</a><a href="/docs">x</a><a href="/a/">x</a><a href="/">x</a><a href="/other">x</a><a href="/docs/none">x</a>`}
	want := "/docs/a/ 1: a href /a/ -> /a/ outside\n/docs/a/ 1: a href /docs/none -> /docs/none missing\n"
	if diff := cmp.Diff(want, check(t, Site{Base: "/docs/"}, pages)); diff != "" {
		t.Error(diff)
	}
}

func TestCheckIgnore(t *testing.T) {
	s := Site{Base: "/", Ignore: func(p string) bool { return strings.HasPrefix(p, "/app/") }}
	if got := check(t, s, map[string]string{"/": `<a href="/app/x">x</a><a href="/no">x</a>`}); got != "/ 1: a href /no -> /no missing\n" {
		t.Error(got)
	}
}

// Links that a template writes on every page are one finding, that of the first page; the order is that of the pages
// however many work at them.
func TestCheckGroups(t *testing.T) {
	pages := map[string]string{"/": `<a href="/none">x</a>`}
	for i := range 200 {
		pages[fmt.Sprintf("/posts/%03d/", i)] = fmt.Sprintf(`<a href="/gone">x</a><a href="/#no">x</a><a href="/%d">x</a>`, i%3)
	}
	want := `/ 1: a href /none -> /none missing
/posts/000/ 200: a href /gone -> /gone missing
/posts/000/ 200: a href /#no -> / id
/posts/000/ 67: a href /0 -> /0 missing
/posts/001/ 67: a href /1 -> /1 missing
/posts/002/ 66: a href /2 -> /2 missing
`
	if diff := cmp.Diff(want, check(t, Site{Base: "/"}, pages)); diff != "" {
		t.Error(diff)
	}
}

func TestCheckMany(t *testing.T) {
	n := 0
	r, err := Check(Site{Base: "/", Exists: func(string) bool { return false }}, 4, func() (Page, bool) {
		n++
		i := n - 1
		return Page{Path: fmt.Sprintf("/%d/", i), Read: func() ([]byte, error) { return fmt.Appendf(nil, `<a href="/no/%d">x</a>`, i), nil }}, i < 10_000
	})
	if err != nil || len(r.Broken) != MaxBroken || r.More != 10_000-MaxBroken || r.Broken[MaxBroken-1].URL != fmt.Sprintf("/no/%d", MaxBroken-1) {
		t.Errorf("%v: %d and %d more", err, len(r.Broken), r.More)
	}
}

func TestCheckReadError(t *testing.T) {
	n := 0
	_, err := Check(Site{Base: "/"}, 4, func() (Page, bool) {
		n++
		return Page{Path: "/", Read: func() ([]byte, error) { return nil, errors.New("gone") }}, n < 100
	})
	if err == nil || err.Error() != "gone" {
		t.Error(err)
	}
}
