package site

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"testing"
)

func renderAll(t *testing.T, app *App) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, r := range app.Routes {
		if !r.Prerender {
			continue
		}
		entries, err := listPaths(app, t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			got, err := app.RenderStatic(t.Context(), r, e, nil)
			if err != nil {
				t.Fatalf("%s %v: %v", r.Pattern, e.Params, err)
			}
			if path, err := app.EntryPath(r, e.Params); path != got.Path || err != nil {
				t.Errorf("EntryPath of %s %v: %q, %v; want %q", r.Pattern, e.Params, path, err, got.Path)
			}
			out[got.File] = got.Path + " " + string(got.Body)
		}
	}
	return out
}

func entries(values ...string) func(b *Build) ([]PathEntry, error) {
	return func(b *Build) ([]PathEntry, error) {
		var out []PathEntry
		for _, v := range values {
			params := Params{}
			for pair := range strings.FieldsFuncSeq(v, func(r rune) bool { return r == ',' }) {
				name, value, _ := strings.Cut(pair, "=")
				params[name] = value
			}
			out = append(out, PathEntry{Params: params, Render: show(b.Pattern)})
		}
		return out, nil
	}
}

func TestRenderStatic(t *testing.T) {
	where := text(func(p *Page) (string, error) { return p.URL.String() + " " + p.Pattern, nil })
	routes := func() []*Route {
		list := []*Route{
			{Pattern: "/", Source: "src/pages/index.gosite", Render: where},
			{Pattern: "/about", Source: "src/pages/about.gosite", Render: where},
			{Pattern: "/docs", Source: "src/pages/docs/index.gosite", Render: where},
			{Pattern: "/über uns", Source: "src/pages/über uns.gosite", Render: where},
			{Pattern: "/feed.xml", Source: "src/pages/feed.xml.gosite", Type: EndpointRoute, Methods: map[string]Handler{"GET": func(p *Page) error { return p.Text("feed") }}},
			{Pattern: "/api", Source: "src/pages/api.gosite", Type: EndpointRoute, Methods: map[string]Handler{"GET": func(p *Page) error {
				return p.Stream("", func(w io.Writer) error { _, err := io.WriteString(w, "poured"); return err })
			}}},
			{Pattern: "/b/[slug]", Source: "src/pages/b/[slug].gosite", Paths: entries("slug=one", "slug=two words", "slug=50%", "slug=a?b#c")},
			{Pattern: "/r/[...rest]", Source: "src/pages/r/[...rest].gosite", Paths: entries("", "rest=a", "rest=b/c")},
			{Pattern: "/404", Source: "src/pages/404.gosite", Error: 404, Render: where},
			{Pattern: "/500", Source: "src/pages/500.gosite", Error: 500, Render: where},
		}
		for _, r := range list {
			r.Prerender = true
		}
		return list
	}
	for _, tt := range []struct {
		cfg  Config
		want map[string]string
	}{
		{Config{Site: "https://example.com"}, map[string]string{
			"index.html":             "/ https://example.com/ /",
			"about/index.html":       "/about/ https://example.com/about/ /about",
			"docs/index.html":        "/docs/ https://example.com/docs/ /docs",
			"über uns/index.html":    "/%C3%BCber%20uns/ https://example.com/%C3%BCber%20uns/ /über uns",
			"feed.xml":               "/feed.xml feed",
			"api":                    "/api poured",
			"b/one/index.html":       "/b/one/ /b/[slug](slug=one)",
			"b/two words/index.html": "/b/two%20words/ /b/[slug](slug=two words)",
			"b/50%/index.html":       "/b/50%25/ /b/[slug](slug=50%)",
			"b/a?b#c/index.html":     "/b/a%3Fb%23c/ /b/[slug](slug=a?b#c)",
			"r/index.html":           "/r/ /r/[...rest]()",
			"r/a/index.html":         "/r/a/ /r/[...rest](rest=a)",
			"r/b/c/index.html":       "/r/b/c/ /r/[...rest](rest=b/c)",
			"404.html":               "/404 https://example.com/404 /404",
			"500.html":               "/500 https://example.com/500 /500",
		}},
		{Config{BuildFormat: "file", Base: "/x/"}, map[string]string{
			"index.html":       "/x/ /x/ /",
			"about.html":       "/x/about /x/about /about",
			"docs.html":        "/x/docs /x/docs /docs",
			"über uns.html":    "/x/%C3%BCber%20uns /x/%C3%BCber%20uns /über uns",
			"feed.xml":         "/x/feed.xml feed",
			"api":              "/x/api poured",
			"b/one.html":       "/x/b/one /b/[slug](slug=one)",
			"b/two words.html": "/x/b/two%20words /b/[slug](slug=two words)",
			"b/50%.html":       "/x/b/50%25 /b/[slug](slug=50%)",
			"b/a?b#c.html":     "/x/b/a%3Fb%23c /b/[slug](slug=a?b#c)",
			"r.html":           "/x/r /r/[...rest]()",
			"r/a.html":         "/x/r/a /r/[...rest](rest=a)",
			"r/b/c.html":       "/x/r/b/c /r/[...rest](rest=b/c)",
			"404.html":         "/x/404 /x/404 /404",
			"500.html":         "/x/500 /x/500 /500",
		}},
	} {
		got := renderAll(t, &App{Routes: routes(), Config: tt.cfg})
		for file, want := range tt.want {
			if got[file] != want {
				t.Errorf("%s is %q, want %q", file, got[file], want)
			}
		}
		if len(got) != len(tt.want) {
			t.Errorf("%d files, want %d: %v", len(got), len(tt.want), got)
		}
	}
	for _, tt := range []struct{ format, slash, about, docs, files string }{
		{"directory", "never", "/about", "/docs", "about/index.html docs/index.html"},
		{"directory", "always", "/about/", "/docs/", "about/index.html docs/index.html"},
		{"file", "always", "/about/", "/docs/", "about.html docs.html"},
		{"preserve", "ignore", "/about", "/docs/", "about.html docs/index.html"},
		{"preserve", "never", "/about", "/docs", "about.html docs/index.html"},
	} {
		app := &App{Routes: routes()[1:3], Config: Config{BuildFormat: tt.format, TrailingSlash: tt.slash}}
		files := strings.Fields(tt.files)
		got := renderAll(t, app)
		if !strings.HasPrefix(got[files[0]], tt.about+" ") || !strings.HasPrefix(got[files[1]], tt.docs+" ") {
			t.Errorf("%s, %s: %v", tt.format, tt.slash, got)
		}
	}
	app := &App{Routes: routes()[:1], Config: Config{Base: "/x/", TrailingSlash: "never"}}
	if got := renderAll(t, app); !strings.HasPrefix(got["index.html"], "/x ") {
		t.Errorf("the root of the base: %v", got)
	}
}

// What is rendered is found by Serve under the path it says.
func TestStaticIsServed(t *testing.T) {
	for _, format := range []string{"directory", "file", "preserve"} {
		for _, slash := range []string{"ignore", "always", "never"} {
			for _, base := range []string{"/", "/x/"} {
				app := &App{Config: Config{BuildFormat: format, TrailingSlash: slash, Base: base}, Routes: []*Route{
					{Pattern: "/", Source: "index.gosite", Render: fixed("home")},
					{Pattern: "/about", Source: "about.gosite", Render: fixed("about")},
					{Pattern: "/d", Source: "d/index.gosite", Render: fixed("d")},
					{Pattern: "/a.json", Source: "a.json.gosite", Type: EndpointRoute, Methods: map[string]Handler{"GET": func(p *Page) error { return p.Text("json") }}},
					{Pattern: "/b/[s]", Source: "b/[s].gosite", Paths: entries("s=v1.2", "s=ü x", "s=index")},
					{Pattern: "/404", Source: "404.gosite", Error: 404, Render: fixed("none")},
				}}
				static := memStatic{}
				want := map[string]string{}
				for _, r := range app.Routes {
					r.Prerender = true
					list, err := listPaths(app, t.Context(), r)
					if err != nil {
						t.Fatal(err)
					}
					for _, e := range list {
						out, err := app.RenderStatic(t.Context(), r, e, nil)
						if err != nil {
							t.Fatal(err)
						}
						static[out.File] = string(out.Body)
						want[out.Path] = string(out.Body)
					}
				}
				x := newTester(t, app, static)
				for path, body := range want {
					status := 200
					if strings.HasSuffix(path, "/404") {
						if status = 404; slash == "always" {
							continue // redirected to /404/, as any path
						}
					}
					if got := x.do("GET " + path); got.status != status || got.body.String() != body {
						t.Errorf("%s %s %s: %s gives %d %q, want %q", format, slash, base, path, got.status, got.body.String(), body)
					}
				}
			}
		}
	}
}

func TestRenderStaticAnswers(t *testing.T) {
	render := func(r *Route, more ...*Route) (*Rendered, error) {
		app := &App{Config: Config{Site: "https://example.com"}, Routes: append([]*Route{r}, more...), Middleware: func(p *Page, next Handler) error {
			p.Response.Header.Set("X-Built", fmt.Sprint(p.Prerendered))
			return next(p)
		}}
		for _, r := range app.Routes {
			r.Prerender = true
		}
		return app.RenderStatic(context.Background(), r, PathEntry{Render: r.Render}, make([]byte, 0, 10))
	}
	out, err := render(page("/", func(w *Writer, p *Page) error {
		p.Response.Status = 418
		p.Flush()
		w.S("tea")
		return w.End()
	}))
	if err != nil || out.Status != 418 || string(out.Body) != "tea" || out.Header.Get("X-Built") != "true" {
		t.Errorf("%+v, %v", out, err)
	}
	out, err = render(page("/", func(w *Writer, p *Page) error { return p.Redirect(`/a"b?c&d`, 301) }))
	want := `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Redirecting</title><meta name="robots" content="noindex"><meta http-equiv="refresh" content="0;url=/a%22b?c&amp;d"><link rel="canonical" href="https://example.com/a%22b?c&amp;d"></head><body><a href="/a%22b?c&amp;d">/a%22b?c&amp;d</a></body></html>` + "\n"
	if err != nil || out.Status != 301 || string(out.Body) != want || out.Header.Get("Location") != "/a%22b?c&d" {
		t.Errorf("%s, %v", out.Body, err)
	}
	out, err = render(&Route{Pattern: "/old", Type: RedirectRoute, Redirect: &RedirectTo{To: "/new", Status: 308}})
	if err != nil || out.Status != 308 || !strings.Contains(string(out.Body), "0;url=/new") || out.File != "old/index.html" {
		t.Errorf("%+v, %v", out, err)
	}
	out, err = render(page("/", func(w *Writer, p *Page) error { return p.Rewrite("/o/2") }), &Route{Pattern: "/o/[n]", Paths: entries("n=1", "n=2")})
	if err != nil || string(out.Body) != "/o/[n](n=2)" || out.Path != "/" {
		t.Errorf("a rewrite: %+v, %v", out, err)
	}
	out, err = render(page("/", func(w *Writer, p *Page) error { return p.Send(NewResponse(404, "mine")) }))
	if err != nil || out.Status != 404 || string(out.Body) != "mine" {
		t.Errorf("a response: %+v, %v", out, err)
	}
	out, err = render(&Route{Pattern: "/404", Error: 404, Render: fixed("none")})
	if err != nil || out.Status != 404 || out.File != "404.html" {
		t.Errorf("the 404 page: %+v, %v", out, err)
	}
	out, err = render(page("/", func(w *Writer, p *Page) error { V("javascript:alert(1)").URL(w, "href"); return w.End() }))
	if err != nil || len(out.Warnings) != 1 || !strings.HasSuffix(out.Warnings[0].File, "static_test.go") || out.Warnings[0].Line == 0 {
		t.Errorf("warnings: %+v, %v", out, err)
	}

	var (
		pre      *PrerenderError
		panicked *PanicError
		status   *StatusError
	)
	for name, read := range map[string]func(p *Page){
		"page.Cookies.Get":  func(p *Page) { p.Cookies.Get("a") },
		"page.Cookies.Has":  func(p *Page) { p.Cookies.Has("a") },
		"page.ClientAddr()": func(p *Page) { p.ClientAddr() },
	} {
		_, err = render(page("/", func(w *Writer, p *Page) error { read(p); return nil }))
		if !errors.As(err, &pre) || pre.What != name || !errors.As(err, &panicked) || !strings.Contains(panicked.At().String(), "static_test.go:") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err = render(page("/", func(w *Writer, p *Page) error { _ = p.Request.Method; return nil })); !errors.As(err, &panicked) {
		t.Errorf("page.Request: %v", err)
	}
	if _, err = render(page("/", func(w *Writer, p *Page) error { return p.NotFound() })); !errors.As(err, &status) || status.Status != 404 {
		t.Errorf("NotFound: %v", err)
	}
	boom := errors.New("boom")
	if _, err = render(page("/", func(w *Writer, p *Page) error { return boom })); !errors.Is(err, boom) {
		t.Errorf("an error: %v", err)
	}
	for name, f := range map[string]func(w *Writer, p *Page) error{
		"X-A":      func(w *Writer, p *Page) error { p.Response.Header.Set("X-A", "\n"); return nil },
		"nowhere":  func(w *Writer, p *Page) error { return p.Rewrite("nowhere") },
		"404":      func(w *Writer, p *Page) error { return p.Rewrite("/nowhere") },
		"600":      func(w *Writer, p *Page) error { return p.Text("", 600) },
		"type int": func(w *Writer, p *Page) error { return p.Send(NewResponse(200, 1)) },
		"printed":  func(w *Writer, p *Page) error { V(struct{}{}).Text(w); return w.End() },
	} {
		if _, err = render(page("/", f)); err == nil {
			t.Errorf("%s gives no error", name)
		}
	}
	if _, err = render(get("/a.json", func(p *Page) error { return p.Redirect("/") })); err == nil {
		t.Error("an endpoint that redirects gives no error")
	}
	if _, err = render(endpoint("/a.json", map[string]Handler{"POST": nil})); !errors.As(err, &status) || status.Status != 405 {
		t.Errorf("an endpoint without GET: %v", err)
	}
}

func TestStaticPaths(t *testing.T) {
	for _, tt := range []struct {
		pattern, entry, want string // "" is fine
	}{
		{"/[a]", "a=x", ""},
		{"/[a]", "a=x,b=y", `"b" is no parameter`},
		{"/[a]", "b=y", `"b" is no parameter`},
		{"/[a]", "", `"a" is missing`},
		{"/[a]", "a=", `"a" is empty`},
		{"/[a]", "a=x/y", "only a rest parameter"},
		{"/[a]", "a=..", "nobody could ask"},
		{"/[a]", "a=x\\y", "nobody could ask"},
		{"/[a]", "a=%41", "nobody could ask"},
		{"/[a]", "a=\x01", "nobody could ask"},
		{"/[a]", "a=\xff", "not UTF-8"},
		{"/[...a]", "", ""},
		{"/[...a]", "a=", ""},
		{"/[...a]", "a=x/y", ""},
		{"/[...a]", "a=x/../y", "nobody could ask"},
		{"/[...a]", "a=x//y", "nobody could ask"},
		{"/[a]/x/[...b]", "a=1,b=2/3", ""},
	} {
		r := &Route{Pattern: tt.pattern, Prerender: true, Paths: entries("", tt.entry)}
		if tt.pattern == "/[a]" || strings.HasPrefix(tt.pattern, "/[a]/") {
			r.Paths = entries("a=first", tt.entry)
		}
		app := &App{Routes: []*Route{r}}
		_, err := listPaths(app, t.Context(), r)
		if tt.want == "" {
			if err != nil {
				t.Errorf("%s with %q: %v", tt.pattern, tt.entry, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "entry 1 ") {
			t.Errorf("%s with %q: %v, want %q", tt.pattern, tt.entry, err, tt.want)
		}
	}
	r := &Route{Pattern: "/[a]", Prerender: true}
	app := &App{Routes: []*Route{r}}
	if _, err := listPaths(app, t.Context(), r); err == nil || !strings.Contains(err.Error(), "no GetStaticPaths") {
		t.Errorf("no Paths: %v", err)
	}
	if _, err := listPaths(app, t.Context(), &Route{}); err == nil {
		t.Error("a foreign route is taken")
	}
	r.Paths = func(*Build) ([]PathEntry, error) { panic("boom") }
	var panicked *PanicError
	if _, err := listPaths(app, t.Context(), r); !errors.As(err, &panicked) {
		t.Errorf("a panic: %v", err)
	}

	type props struct{ N int }
	list, err := StaticPaths(
		func(b *Build) ([]Path[props], error) {
			return []Path[props]{{Params{"a": "x"}, props{1}}, {Params{"a": "y"}, props{2}}}, b.Context().Err()
		},
		func(w *Writer, p *Page, props props, slots struct{}) error { w.S(fmt.Sprint(props.N)); return nil },
	)(&Build{})
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	var w Writer
	list[1].Render(&w, nil)
	PageFunc(func(w *Writer, p *Page, props props, slots struct{}) error { w.S(fmt.Sprint(props.N)); return nil })(&w, nil)
	if string(w.Bytes()) != "20" {
		t.Errorf("props: %s", w.Bytes())
	}
}

func TestPaginate(t *testing.T) {
	items := make([]int, 25)
	for i := range items {
		items[i] = i
	}
	type props struct{ Page Pagination[int] }
	paginate := func(pattern string, cfg Config, items []int, o PaginateOptions) ([]Path[props], error) {
		r := &Route{Pattern: pattern, Prerender: true}
		app := &App{Routes: []*Route{r}, Config: cfg}
		c, err := app.compile()
		if err != nil {
			t.Fatal(err)
		}
		return Paginate(c.build(t.Context(), c.byRoute[r]), items, o, func(p Pagination[int]) props { return props{p} })
	}
	line := func(p Path[props]) string {
		g := p.Props.Page
		return fmt.Sprintf("%s: %d %d-%d of %d, %d/%d size %d | %s | %s | %s | %s | %s", showParams(p.Params), len(g.Data), g.Start, g.End, g.Total, g.Current, g.Last, g.Size, g.URL.Current, g.URL.Prev, g.URL.Next, g.URL.First, g.URL.Last)
	}
	for _, tt := range []struct {
		pattern string
		cfg     Config
		items   []int
		o       PaginateOptions
		want    []string
	}{
		{"/p/[page]", Config{}, items, PaginateOptions{}, []string{
			"page=1: 10 0-9 of 25, 1/3 size 10 | /p/1/ |  | /p/2/ |  | /p/3/",
			"page=2: 10 10-19 of 25, 2/3 size 10 | /p/2/ | /p/1/ | /p/3/ | /p/1/ | /p/3/",
			"page=3: 5 20-24 of 25, 3/3 size 10 | /p/3/ | /p/2/ |  | /p/1/ | ",
		}},
		{"/p/[...page]", Config{Base: "/b/", TrailingSlash: "never"}, items, PageSize(20), []string{
			": 20 0-19 of 25, 1/2 size 20 | /b/p |  | /b/p/2 |  | /b/p/2",
			"page=2: 5 20-24 of 25, 2/2 size 20 | /b/p/2 | /b/p |  | /b/p | ",
		}},
		{"/[tag]/[n]", Config{BuildFormat: "file"}, items[:1], PaginateOptions{Param: "n", Params: Params{"tag": "a b"}, Format: func(u string) string { return u + "#x" }}, []string{
			"n=1 tag=a b: 1 0-0 of 1, 1/1 size 10 | /a%20b/1#x |  |  |  | ",
		}},
		{"/[...page]", Config{}, nil, PaginateOptions{}, []string{": 0 0--1 of 0, 1/1 size 10 | / |  |  |  | "}},
		{"/[page]", Config{}, items[:10], PaginateOptions{}, []string{"page=1: 10 0-9 of 10, 1/1 size 10 | /1/ |  |  |  | "}},
	} {
		got, err := paginate(tt.pattern, tt.cfg, tt.items, tt.o)
		if err != nil || len(got) != len(tt.want) {
			t.Errorf("%s: %d pages, %v", tt.pattern, len(got), err)
			continue
		}
		for i, p := range got {
			if line(p) != tt.want[i] {
				t.Errorf("%s:\n%s\n%s", tt.pattern, line(p), tt.want[i])
			}
		}
	}
	for _, tt := range []struct {
		pattern string
		o       PaginateOptions
		want    string
	}{
		{"/[slug]", PaginateOptions{}, "rename the file to [page].gosite"},
		{"/[page]", PageSize(-1), "-1 items"},
		{"/[tag]/[page]", PaginateOptions{}, `"tag" is missing`},
	} {
		if _, err := paginate(tt.pattern, Config{}, items, tt.o); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.pattern, err, tt.want)
		}
	}
	if _, err := Paginate(&Build{}, items, PageSize(1), func(Pagination[int]) int { return 0 }); err == nil {
		t.Error("a Build of one's own is taken")
	}
}

// In the development server prerendered pages are rendered when they are asked for.
func TestServeDev(t *testing.T) {
	calls := 0
	app := Dev(&App{Routes: []*Route{
		{Pattern: "/about", Prerender: true, Render: text(func(p *Page) (string, error) {
			return fmt.Sprintf("%v %v %s", p.Prerendered, p.Request == nil, p.URL.Path), nil
		})},
		{Pattern: "/b/[s]", Prerender: true, Paths: func(b *Build) ([]PathEntry, error) { calls++; return entries("s=one", "s=two")(b) }},
		{Pattern: "/b/[any]", Render: show("any")},
		{Pattern: "/bad/[s]", Prerender: true, Paths: func(b *Build) ([]PathEntry, error) { return nil, errors.New("no list") }},
		{Pattern: "/cookie", Prerender: true, Render: text(func(p *Page) (string, error) { p.Cookies.Get("a"); return "", nil })},
		{Pattern: "/feed.json", Type: EndpointRoute, Prerender: true, Methods: map[string]Handler{"GET": func(p *Page) error { return p.JSON(1) }}},
		{Pattern: "/gone", Prerender: true, Render: func(_ *Writer, p *Page) error { return p.NotFound() }},
		{Pattern: "/to", Prerender: true, Render: func(_ *Writer, p *Page) error { return p.Rewrite("/b/two") }},
		page("/todev", func(_ *Writer, p *Page) error { return p.Rewrite("/b/one") }),
		{Pattern: "/404", Error: 404, Prerender: true, Render: fixed("none")},
	}})
	x := newTester(t, app, nil)
	x.run([]exchangeCase{
		{"GET /about", "200\nContent-Type: text/html; charset=utf-8\n\ntrue true /about/"},
		{"POST /about\nContent-Type: application/json", "405\nAllow: GET, HEAD, OPTIONS"},
		{"OPTIONS /about", "204"},
		{"GET /b/one", "200\n\n/b/[s](s=one)"},
		{"GET /b/three", "200\n\nany(any=three)"},
		{"GET /b/a%2Fb", "200\n\nany(any=a/b)"},
		{"GET /bad/x", "500"},
		{"GET /cookie", "500"},
		{"GET /feed.json", "200\nContent-Type: application/json\n\n1"},
		{"GET /gone", "404\n\nnone"},
		{"GET /to", "200\n\n/b/[s](s=two)"},
		{"GET /todev", "200\n\n/b/[s](s=one)"},
		{"GET /nowhere", "404\n\nnone"},
		{"GET /404", "404\n\nnone"},
	})
	if calls != 1 {
		t.Errorf("GetStaticPaths ran %d times", calls)
	}
	if !strings.Contains(x.messages(), "no list") || !strings.Contains(x.messages(), "const prerender = false") {
		t.Errorf("logged: %s", x.messages())
	}
}

// The development server answers with a prerendered error page as its file would: without what the page does per request.
func TestServeDevErrorPage(t *testing.T) {
	app := Dev(&App{Config: Config{AllowedHosts: []string{"shop.example"}}, Routes: []*Route{
		page("/gone", func(_ *Writer, p *Page) error {
			p.Cookies.Set(Cookie{Name: "kept", Value: "1"})
			return p.NotFound()
		}),
		page("/fails", func(*Writer, *Page) error { return errors.New("no tea") }),
		{Pattern: "/404", Error: 404, Prerender: true, Render: text(func(p *Page) (string, error) {
			return fmt.Sprintf("%v %v", p.Prerendered, p.Request == nil), nil
		})},
		{Pattern: "/500", Error: 500, Prerender: true, Render: text(func(*Page) (string, error) { panic("no page for it") })},
	}})
	x := newTester(t, app, nil)
	x.run([]exchangeCase{
		{"GET /gone\nHost: localhost:4321", "404\nContent-Type: text/html; charset=utf-8\nSet-Cookie: kept=1; Path=/; HttpOnly; SameSite=Lax\n\ntrue true"},
		{"POST /gone\nHost: localhost\nContent-Type: application/json", "404\n\ntrue true"},
		{"GET /fails\nHost: [::1]:4321", "500"},
		{"GET /gone\nHost: 192.168.1.7", "404"},
		{"GET /gone\nHost: a.localhost.", "404"},
		{"GET /gone\nHost: shop.example", "404"},
		{"GET /gone\nHost: other.example", "421"},
		{"GET /gone\nHost: 127.0.0.1.example", "421"},
		{"GET /gone\nHost: 127.0.0.256", "421"},
		{"GET /gone\nHost: localhost.example", "421"},
	})
	if !strings.Contains(x.messages(), "no page for it") {
		t.Errorf("logged: %s", x.messages())
	}
}

// listPaths collects what StaticPaths gives.
func listPaths(app *App, ctx context.Context, r *Route) ([]PathEntry, error) {
	var list []PathEntry
	for e, err := range app.StaticPaths(ctx, r) {
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

func TestPathsOneAtATime(t *testing.T) {
	type props struct{ n int }
	given := 0
	r := &Route{Pattern: "/[n]", Prerender: true, PathSeq: StaticPathSeq(func(*Build) PathSeq[props] {
		return func(yield func(Path[props], error) bool) {
			for n := range 5 {
				given++
				if !yield(Path[props]{Params: Params{"n": strconv.Itoa(n)}, Props: props{n}}, nil) {
					return
				}
			}
			yield(Path[props]{}, errors.New("the database is gone"))
		}
	}, func(w *Writer, page *Page, p props, _ struct{}) error {
		w.S("page " + strconv.Itoa(p.n))
		return w.End()
	})}
	app := &App{Routes: []*Route{r}}
	for e, err := range app.StaticPaths(t.Context(), r) {
		if err != nil || given != 1 {
			t.Fatalf("%v, %d paths were asked for", err, given)
		}
		out, err := app.RenderStatic(t.Context(), r, e, nil)
		if err != nil || string(out.Body) != "page 0" {
			t.Errorf("%s, %v", out.Body, err)
		}
		break
	}
	if _, err := listPaths(app, t.Context(), r); err == nil || !strings.Contains(err.Error(), "the database is gone") {
		t.Errorf("error %v", err)
	}
	r = &Route{Pattern: "/[n]", Prerender: true, PathSeq: func(*Build) iter.Seq2[PathEntry, error] {
		return func(func(PathEntry, error) bool) { panic("oops") }
	}}
	if _, err := listPaths(&App{Routes: []*Route{r}}, t.Context(), r); err == nil || !strings.Contains(err.Error(), "oops") {
		t.Errorf("a panic gives %v", err)
	}
}
