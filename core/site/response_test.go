package site

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"
)

func endpoint(pattern string, handlers map[string]Handler) *Route {
	return &Route{Pattern: pattern, Type: EndpointRoute, Methods: handlers}
}

func get(pattern string, f Handler) *Route { return endpoint(pattern, map[string]Handler{"GET": f}) }

func page(pattern string, f func(w *Writer, page *Page) error) *Route {
	return &Route{Pattern: pattern, Render: f}
}

func TestResponse(t *testing.T) {
	app := &App{Routes: []*Route{
		page("/status", text(func(p *Page) (string, error) {
			p.Response.Status = 404
			p.Response.Header.Add("X-A", "1")
			p.Response.Header.Add("X-A", "2")
			p.Cookies.Set(Cookie{Name: "a", Value: "1", Plain: true})
			p.Cookies.Set(Cookie{Name: "b", Value: "2", Plain: true})
			return "shown", nil
		})),
		page("/type", text(func(p *Page) (string, error) { p.Response.Header.Set("content-type", "text/html"); return "x", nil })),
		page("/send", func(w *Writer, p *Page) error {
			w.S("dropped")
			p.Response.Header.Set("X-Kept", "1")
			p.Response.Header.Set("X-A", "page")
			p.Response.Header.Set("Content-Type", "text/html")
			p.Cookies.Set(Cookie{Name: "a", Value: "1", Plain: true})
			r := NewResponse(201, []byte{0, 1, 255})
			r.Header.Add("X-A", "1")
			r.Header.Add("X-A", "2")
			r.Header.Add("Set-Cookie", "own=1")
			return p.Send(r)
		}),
		page("/html", func(_ *Writer, p *Page) error { return p.Send(NewResponse(200, HTML("<b>"))) }),
		page("/reader", func(_ *Writer, p *Page) error { return p.Send(NewResponse(200, strings.NewReader("read"))) }),
		page("/empty404", func(_ *Writer, p *Page) error {
			r := NewResponse(404, nil)
			r.Header.Set("X-Kept", "1")
			return p.Send(r)
		}),
		page("/full404", func(_ *Writer, p *Page) error { return p.Send(NewResponse(404, "mine")) }),
		page("/notfound", func(_ *Writer, p *Page) error { return p.NotFound() }),
		page("/error", func(_ *Writer, p *Page) error { return p.Error(503) }),
		page("/wrapped", func(_ *Writer, p *Page) error { return fmt.Errorf("wrapped: %w", p.NotFound()) }),
		page("/204", func(_ *Writer, p *Page) error { return p.Send(NewResponse(204, "ignored")) }),
		page("/205", func(_ *Writer, p *Page) error { return p.Send(NewResponse(205, "ignored")) }),
		page("/304", func(_ *Writer, p *Page) error { return p.Send(NewResponse(304, nil)) }),
		page("/framing", text(func(p *Page) (string, error) {
			for _, name := range []string{"Connection", "Transfer-Encoding", "Keep-Alive", "Content-Length"} {
				p.Response.Header.Set(name, "7")
			}
			return "abc", nil
		})),
		page("/post", text(func(p *Page) (string, error) {
			if p.Request.Method != "POST" {
				return "form", nil
			}
			f, err := p.Request.Form()
			if err != nil {
				return "", err
			}
			return "got " + f.Get("name"), nil
		})),
		{Pattern: "/both", Methods: map[string]Handler{"POST": func(p *Page) error {
			if p.Request.Header.Get("X-Ok") != "" {
				return p.Redirect("/both", 303)
			}
			p.Response.Status = 422
			return nil
		}}, Render: fixed("form")},
		{Pattern: "/404", Error: 404, Render: fixed("none")},
	}, Config: Config{BodyLimit: 20}}
	x := newTester(t, app, nil)
	x.run([]exchangeCase{
		{"GET /status", "404\nX-A: 1 | 2\nSet-Cookie: a=1 | b=2\nContent-Type: text/html; charset=utf-8\nCache-Control:\n\nshown"},
		{"HEAD /status", "404\nX-A: 1 | 2\nContent-Length: 5\n\n"},
		{"GET /type", "200\nContent-Type: text/html"},
		{"GET /send", "201\nX-Kept: 1\nX-A: 1 | 2\nSet-Cookie: own=1 | a=1\nContent-Type:\nContent-Length: 3\n\n\x00\x01\xff"},
		{"GET /html", "200\nContent-Type: text/html; charset=utf-8\n\n<b>"},
		{"GET /reader", "200\nContent-Type:\nContent-Length:\n\nread"},
		{"GET /empty404", "404\nX-Kept: 1\n\nnone"},
		{"GET /full404", "404\nContent-Type: text/plain; charset=utf-8\n\nmine"},
		{"GET /notfound", "404\nContent-Type: text/html; charset=utf-8\n\nnone"},
		{"GET /wrapped", "404\n\nnone"},
		{"GET /error", "503\nCache-Control: no-store"},
		{"GET /204", "204\nContent-Length:\n\n"},
		{"GET /205", "205\nContent-Length: 0\n\n"},
		{"GET /304", "304\nContent-Length:\n\n"},
		{"GET /framing", "200\nConnection:\nTransfer-Encoding:\nKeep-Alive:\nContent-Length: 3\n\nabc"},
		{"GET /post", "200\n\nform"},
		{"POST /post\nContent-Type: application/x-www-form-urlencoded\n\nname=Ada", "200\n\ngot Ada"},
		{"POST /post\nContent-Type: application/x-www-form-urlencoded\n\nname=" + strings.Repeat("x", 15), "200"},
		{"POST /post\nContent-Type: application/x-www-form-urlencoded\n\nname=" + strings.Repeat("x", 16), "413\nContent-Type: text/plain; charset=utf-8"},
		{"POST /post\nContent-Type: application/x-www-form-urlencoded\nContent-Length: 999\n\n", "413"},
		{"POST /post\nContent-Type: application/json\n\n{}", "415"},
		{"POST /post\nContent-Type: application/x-www-form-urlencoded\n\nname=%", "400"},
		{"GET /both", "200\n\nform"},
		{"POST /both", "422\n\nform"},
		{"POST /both\nX-Ok: 1", "303\nLocation: /both"},
		{"PUT /both", "405\nAllow: GET, HEAD, POST, OPTIONS"},
		{"OPTIONS /both", "204\nAllow: GET, HEAD, POST, OPTIONS"},
	})
	if x.messages() != "" {
		t.Errorf("logged: %s", x.messages())
	}
}

// What cannot be sent is a 500 that names the line, and leaves nothing half done.
func TestRefusedResponse(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    func(p *Page) error
		want string
	}{
		{"line break", func(p *Page) error { p.Response.Header.Set("X-A", "a\r\nSet-Cookie: b"); return nil }, "line break"},
		{"NUL", func(p *Page) error { p.Response.Header.Add("X-A", "a\x00"); return nil }, "control character"},
		{"name", func(p *Page) error { p.Response.Header.Add("X A", "a"); return nil }, "no token"},
		{"cookie", func(p *Page) error { p.Cookies.Set(Cookie{Name: "a\r\nb"}); return nil }, "no token"},
		{"header of a response", func(p *Page) error {
			r := NewResponse(200, "x")
			r.Header.Set("A", "\n")
			return p.Send(r)
		}, "line break"},
		{"status 99", func(p *Page) error { p.Response.Status = 99; return nil }, "99 is no status"},
		{"status 103", func(p *Page) error { return p.Send(NewResponse(103, nil)) }, "103 is no status"},
		{"status 600", func(p *Page) error { return p.Text("x", 600) }, "600 is no status"},
		{"status text", func(p *Page) error { p.Response.StatusText = "a\nb"; return nil }, "line break"},
		{"body", func(p *Page) error { return p.Send(NewResponse(200, 42)) }, "type int"},
		{"no response", func(p *Page) error { return p.Send(nil) }, "no response"},
		{"error status", func(p *Page) error { return p.Error(200) }, "from 400 to 599"},
		{"JSON", func(p *Page) error { return p.JSON(func() {}) }, "unsupported type"},
		{"content type", func(p *Page) error { return p.Stream("a\nb", func(io.Writer) error { return nil }) }, "line break"},
		{"redirect", func(p *Page) error { return p.Redirect("//evil.example") }, "not on this site"},
		{"redirect status", func(p *Page) error { return p.Redirect("/", 200) }, "no status of a redirect"},
	} {
		app := &App{Routes: []*Route{page("/", func(w *Writer, p *Page) error {
			p.Cookies.Set(Cookie{Name: "kept", Value: "1", Plain: true})
			p.Response.Header.Set("Cache-Control", "public, max-age=99")
			p.Response.Header.Set("X-Kept", "1")
			w.S("secret")
			return tt.f(p)
		})}}
		x := newTester(t, app, nil)
		got := x.do("GET /")
		if got.status != 500 || strings.Contains(got.body.String(), "secret") || strings.Contains(got.body.String(), tt.want) || got.get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s %q", tt.name, got.status, got.body.String(), got.get("Cache-Control"))
		}
		if got.get("X-Kept") != "1" || got.get("Set-Cookie") != "kept=1" {
			t.Errorf("%s: cookies and headers are lost: %v", tt.name, got.header)
		}
		if !strings.Contains(x.messages(), tt.want) {
			t.Errorf("%s: logged %q, want %q", tt.name, x.messages(), tt.want)
		}
		if tt.name != "JSON" && !strings.HasPrefix(tt.name, "status") && !strings.HasSuffix(x.logs[0].At, "_test.go:"+after(x.logs[0].At, ":")) {
			t.Errorf("%s: no line in the log: %+v", tt.name, x.logs[0])
		}
	}
}

func after(s, sep string) string { return s[strings.LastIndex(s, sep)+1:] }

func TestEndpoints(t *testing.T) {
	say := func(s string) Handler { return func(p *Page) error { return p.Text(s + " " + p.Request.Method) } }
	app := &App{Routes: []*Route{
		endpoint("/get", map[string]Handler{"GET": say("get")}),
		endpoint("/getpost", map[string]Handler{"GET": say("get"), "POST": say("post"), "DELETE": say("delete")}),
		endpoint("/head", map[string]Handler{"GET": say("get"), "HEAD": func(p *Page) error {
			p.Response.Header.Set("X-Head", "1")
			p.Response.Header.Set("Content-Length", "99")
			p.Response.Status = 200
			return nil
		}}),
		endpoint("/all", map[string]Handler{"ALL": say("all"), "PUT": say("put")}),
		endpoint("/post", map[string]Handler{"POST": say("post")}),
		get("/json", func(p *Page) error { return p.JSON(map[string]any{"b": 1, "a": "<"}, 201) }),
		get("/bytes", func(p *Page) error { return p.Send(NewResponse(200, []byte("<html>"))) }),
		get("/nothing", func(p *Page) error { return nil }),
		get("/204", func(p *Page) error { p.Response.Status = 204; return nil }),
		get("/404", func(p *Page) error { return p.NotFound() }),
		get("/500", func(p *Page) error { return p.Send(NewResponse(500, nil)) }),
		get("/403", func(p *Page) error { return p.Error(403) }),
		get("/fail", func(p *Page) error { return errors.New("secret") }),
		get("/panic", func(p *Page) error { panic("secret") }),
		get("/redirect", func(p *Page) error { return p.Redirect("/get", 307) }),
		endpoint("/options", map[string]Handler{"OPTIONS": say("own"), "GET": say("get")}),
		endpoint("/echo", map[string]Handler{"POST": func(p *Page) error {
			var v any
			if err := p.Request.JSON(&v); err != nil {
				return err
			}
			return p.JSON(v)
		}}),
		{Pattern: "/none", Error: 404, Render: fixed("page")},
	}}
	app.Routes = append(app.Routes, &Route{Pattern: "/e500", Error: 500, Render: fixed("page")})
	x := newTester(t, app, nil)
	x.run([]exchangeCase{
		{"GET /get", "200\nContent-Type: text/plain; charset=utf-8\nContent-Length: 7\n\nget GET"},
		{"HEAD /get", "200\nContent-Length: 8\n\n"},
		{"POST /get", "405\nAllow: GET, HEAD, OPTIONS\n\n"},
		{"OPTIONS /get", "204\nAllow: GET, HEAD, OPTIONS\n\n"},
		{"GET /getpost", "200\n\nget GET"},
		{"POST /getpost", "200\n\npost POST"},
		{"PATCH /getpost", "405\nAllow: GET, HEAD, POST, DELETE, OPTIONS"},
		{"PROPFIND /getpost", "405"},
		{"HEAD /head", "200\nX-Head: 1\nContent-Length: 99\n\n"},
		{"GET /all", "200\n\nall GET"},
		{"HEAD /all", "200\nContent-Length: 8\n\n"},
		{"PUT /all", "200\n\nput PUT"},
		{"OPTIONS /all", "200\n\nall OPTIONS"},
		{"PROPFIND /all", "200\n\nall PROPFIND"},
		{"get /all", "200\n\nall get"},
		{"ALL /all", "200\n\nall ALL"},
		{"get /get", "405"},
		{"GET /post", "405\nAllow: POST, OPTIONS"},
		{"HEAD /post", "405"},
		{"GET /json", "201\nContent-Type: application/json\n\n{\"a\":\"\\u003c\",\"b\":1}"},
		{"GET /bytes", "200\nContent-Type:\n\n<html>"},
		{"GET /nothing", "500"},
		{"GET /204", "204\n\n"},
		{"GET /404", "404\n\n"},
		{"GET /500", "500\n\n"},
		{"GET /403", "403\n\n"},
		{"GET /fail", "500\nContent-Type: text/plain; charset=utf-8\nCache-Control: no-store\n\n500 Internal Server Error\n"},
		{"GET /panic", "500\n\n500 Internal Server Error\n"},
		{"GET /redirect", "307\nLocation: /get"},
		{"OPTIONS /options", "200\n\nown OPTIONS"},
		{"POST /echo\n\n[1]", "200\n\n[1]"},
		{"POST /echo\n\n[1", "400\nContent-Type: text/plain; charset=utf-8"},
	})
	for _, want := range []string{"GET of the endpoint /nothing answered nothing", "secret", "response_test.go:"} {
		if !strings.Contains(x.messages(), want) {
			t.Errorf("the log lacks %q:\n%s", want, x.messages())
		}
	}
}

func TestRedirect(t *testing.T) {
	p := newTester(t, &App{Config: Config{Site: "https://public.example"}}, nil)
	for _, tt := range []struct{ to, want string }{ // "" is refused
		{"/", "/"},
		{"/login?next=/a%20b", "/login?next=/a%20b"},
		{"/über uns?q=ü#ß", "/%C3%BCber%20uns?q=%C3%BC#%C3%9F"},
		{"/100%", "/100%25"},
		{"/a\"<>`{}|^b", "/a%22%3C%3E%60%7B%7D%7C%5Eb"},
		{"?page=2", "/dir/page?page=2"},
		{"#top", "/dir/page#top"},
		{"other", "/dir/other"},
		{"../up?x", "/up?x"},
		{"./", "/dir/"},
		{"http://example.com/x?y#z", "/x?y#z"},
		{"HTTP://EXAMPLE.com", "/"},
		{"https://public.example/a%2Fb", "/a%2Fb"},
		{"/x//y", "/x//y"},
		{"/a\\b", "/a%5Cb"},
		{"../..//evil.example", "/evil.example"},

		{"", ""},
		{"//evil.example", ""},
		{"///evil.example", ""},
		{`/\evil.example`, ""},
		{`\/evil.example`, ""},
		{`\\evil.example`, ""},
		{"/\t/evil.example", ""},
		{"/\n/evil.example", ""},
		{"/\r\nSet-Cookie: a=b", ""},
		{"/\x00", ""},
		{" //evil.example", ""},
		{"\x01javascript:alert(1)", ""},
		{"javascript:alert(1)", ""},
		{"JavaScript:alert(1)", ""},
		{"data:text/html,x", ""},
		{"mailto:a@b", ""},
		{"http://evil.example", ""},
		{"https://evil.example/", ""},
		{"https://example.com/", ""},
		{"http://example.com@evil.example/", ""},
		{"http://user@example.com/", ""},
		{"http://example.com.evil.example/", ""},
		{"http://example.com\\@evil.example/", ""},
		{"http:/\\evil.example", ""},
		{"http:evil.example", ""},
		{"http://example.com//evil.example", ""},
	} {
		p.h = NewHandler(&App{Config: Config{Site: "https://public.example"}, Routes: []*Route{page("/dir/page", func(_ *Writer, p *Page) error { return p.Redirect(tt.to) })}}, Host{})
		got := p.do("GET /dir/page")
		location := got.get("Location")
		if tt.want == "" {
			if got.status != 500 || location != "" {
				t.Errorf("%q leads to %q", tt.to, location)
			}
			continue
		}
		if got.status != 302 || location != tt.want {
			t.Errorf("%q leads to %q with %d, want %q", tt.to, location, got.status, tt.want)
		}
	}
	for _, tt := range []struct{ to, want string }{
		{"https://other.example/a b?c=ü", "https://other.example/a%20b?c=%C3%BC"},
		{"HTTP://other.example", "HTTP://other.example"},
		{"//other.example", ""},
		{"/x", ""},
		{"javascript:alert(1)", ""},
		{"https:other", ""},
		{"https://", ""},
		{"https:///x", ""},
		{"https://a\r\nb", ""},
		{"https://ü.example/", ""},
		{`https:\\other.example`, ""},
	} {
		err := (&Page{}).RedirectExternal(tt.to, 301)
		send, _ := err.(*sendError)
		if tt.want == "" {
			if send != nil {
				t.Errorf("%q leads to %q", tt.to, send.resp.Header.Get("Location"))
			}
			continue
		}
		if send == nil || send.resp.Header.Get("Location") != tt.want || send.resp.Status != 301 {
			t.Errorf("%q: %v", tt.to, err)
		}
	}
}

func TestConfiguredRedirect(t *testing.T) {
	to := func(pattern, target string, status int) *Route {
		return &Route{Pattern: pattern, Type: RedirectRoute, Redirect: &RedirectTo{target, status}}
	}
	app := &App{Routes: []*Route{
		to("/old", "/new", 0),
		to("/kept", "/new", 302),
		to("/blog/[slug]", "/posts/[slug]/x", 301),
		to("/p/[a]-[b]", "/[b]/[a]?c=[a]", 308),
		to("/d/[...rest]", "/[...rest]", 301),
		to("/e/[...rest]", "/x/[...rest]/y", 301),
		to("/f/[...rest]", "/x/[...rest]", 301),
		to("/host/[...rest]", "https://other.example/[...rest]", 307),
		to("/evil/[x]", "https://[x].example/", 301),
		to("/query", "/new?a=b", 301),
	}}
	newTester(t, app, nil).run([]exchangeCase{
		{"GET /old", "301\nLocation: /new\n\n"},
		{"HEAD /old", "301\nLocation: /new"},
		{"POST /old", "308\nLocation: /new"},
		{"GET /old?a=%20b", "301\nLocation: /new?a=%20b"},
		{"GET /query?c", "301\nLocation: /new?a=b"},
		{"POST /kept", "302"},
		{"GET /blog/a%20b", "301\nLocation: /posts/a%20b/x"},
		{"GET /blog/a%2Fb", "301\nLocation: /posts/a%2Fb/x"},
		{"GET /blog/50%25", "301\nLocation: /posts/50%25/x"},
		{"GET /blog/%C3%BC%3F%23", "301\nLocation: /posts/%C3%BC%3F%23/x"},
		{"GET /p/1-2", "308\nLocation: /2/1?c=1"},
		{"GET /d/a/b", "301\nLocation: /a/b"},
		{"GET /d", "301\nLocation: /"},
		{"GET /d//evil.example", "301\nLocation: /d/evil.example"},
		{"GET /d/%2Fevil.example", "400"},
		{"GET /d/%5Cevil.example", "400"},
		{"GET /e", "301\nLocation: /x/y"},
		{"GET /f/", "301\nLocation: /x"},
		{"GET /host/a%20b/c", "307\nLocation: https://other.example/a%20b/c"},
		{"GET /host", "307\nLocation: https://other.example"},
		{"GET /evil/a", "500"},
	})
}

func TestRewrite(t *testing.T) {
	app := &App{Routes: []*Route{
		page("/a", func(_ *Writer, p *Page) error {
			p.Cookies.Set(Cookie{Name: "a", Value: "1", Plain: true})
			p.Cookies.Set(Cookie{Name: "both", Value: "1", Plain: true})
			p.Response.Header.Set("X-A", "1")
			return p.Rewrite("/b/7?q=2")
		}),
		page("/b/[id]", text(func(p *Page) (string, error) {
			p.Cookies.Set(Cookie{Name: "both", Value: "2", Plain: true})
			body := ""
			if p.Request.Method == "POST" {
				body, _ = p.Request.Text()
			}
			return strings.Join([]string{p.URL.RequestURI(), p.OriginPath, p.Pattern, p.Params["id"], p.Request.Method, body, p.Request.URL.Path}, " "), nil
		})),
		page("/unknown", func(_ *Writer, p *Page) error { return p.Rewrite("/nowhere") }),
		page("/file", func(_ *Writer, p *Page) error { return p.Rewrite("/pre") }),
		page("/loop", func(_ *Writer, p *Page) error { return p.Rewrite("/loop") }),
		page("/l1", func(_ *Writer, p *Page) error { return p.Rewrite("/l2") }),
		page("/l2", func(_ *Writer, p *Page) error { return p.Rewrite("/l3") }),
		page("/l3", func(_ *Writer, p *Page) error { return p.Rewrite("/l4") }),
		page("/l4", func(_ *Writer, p *Page) error { return p.Rewrite("/end") }),
		page("/end", fixed("end")),
		page("/bad", func(_ *Writer, p *Page) error { return p.Rewrite("relative") }),
		page("/evil", func(_ *Writer, p *Page) error { return p.Rewrite("https://evil.example/") }),
		page("/dots", func(_ *Writer, p *Page) error { return p.Rewrite("/x/../end") }),
		page("/own", func(_ *Writer, p *Page) error { return p.Rewrite("http://example.com/b/8") }),
		page("/read", func(_ *Writer, p *Page) error { io.ReadAll(p.Request.Body); return p.Rewrite("/end") }),
		page("/keep", func(_ *Writer, p *Page) error { p.Request.Bytes(); return p.Rewrite("/b/9") }),
		page("/redirect", func(_ *Writer, p *Page) error { return p.Redirect("/end") }),
		page("/toredirect", func(_ *Writer, p *Page) error { return p.Rewrite("/redirect") }),
	}}
	x := newTester(t, app, memStatic{"pre/index.html": "prerendered", "404.html": "none"})
	x.run([]exchangeCase{
		{"GET /a?x=1", "200\nX-A: 1\nSet-Cookie: a=1 | both=2\n\n/b/7?q=2 /a /a 7 GET  /b/7"},
		{"POST /a\n\nbody", "200\n\n/b/7?q=2 /a /a 7 POST body /b/7"},
		{"GET /unknown", "404\n\nnone"},
		{"GET /file", "200\nX-File: pre/index.html\n\nprerendered"},
		{"GET /loop", "508"},
		{"GET /l1", "200\n\nend"},
		{"GET /bad", "500"},
		{"GET /evil", "500"},
		{"GET /dots", "500"},
		{"GET /own", "200\n\n/b/8 /own /own 8 GET  /b/8"},
		{"POST /read\n\nx", "500"},
		{"POST /keep\n\nx", "200\n\n/b/9 /keep /keep 9 POST x /b/9"},
		{"GET /toredirect", "302\nLocation: /end"},
	})
	for _, want := range []string{"rewritten more than 4 times", "not on this site", "was read already"} {
		if !strings.Contains(x.messages(), want) {
			t.Errorf("the log lacks %q:\n%s", want, x.messages())
		}
	}
	app.Config.Base = "/docs/"
	app2 := &App{Routes: app.Routes, Config: Config{Base: "/docs/"}}
	app2.Routes = append([]*Route{page("/withbase", func(_ *Writer, p *Page) error { return p.Rewrite("/docs/b/1") })}, app2.Routes...)
	newTester(t, app2, nil).run([]exchangeCase{
		{"GET /docs/a", "200\n\n/docs/b/7?q=2 /docs/a /a 7 GET  /docs/b/7"},
		{"GET /docs/withbase", "200\n\n/docs/b/1 /docs/withbase /withbase 1 GET  /docs/b/1"},
	})
}

var trail = NewKey[string]()

func mark(name string) func(*Page, Handler) error {
	return func(page *Page, next Handler) error {
		trail.Set(page.Locals, trail.Get(page.Locals)+name+"<")
		err := next(page)
		trail.Set(page.Locals, trail.Get(page.Locals)+">"+name)
		if page.URL.Path != "/stream" {
			page.Response.Header.Set("X-Trail", trail.Get(page.Locals))
		}
		return err
	}
}

func TestMiddleware(t *testing.T) {
	var use func(page *Page, next Handler) error
	app := &App{
		Middleware: func(page *Page, next Handler) error { return use(page, next) },
		Routes: []*Route{
			page("/", text(func(p *Page) (string, error) {
				trail.Set(p.Locals, trail.Get(p.Locals)+"page")
				return "home", nil
			})),
			page("/fail", func(*Writer, *Page) error { return errors.New("secret") }),
			page("/panic", func(*Writer, *Page) error { panic("secret") }),
			page("/rewrite", func(_ *Writer, p *Page) error { return p.Rewrite("/") }),
			page("/stream", func(w *Writer, p *Page) error { w.S("a"); p.Flush(); w.S("b"); return nil }),
			page("/large", func(w *Writer, p *Page) error { w.S(strings.Repeat("x", 2*spillAt)); return w.End() }),
			page("/redirect", func(_ *Writer, p *Page) error { return p.Redirect("/") }),
			get("/api", func(p *Page) error { return p.JSON(1) }),
			{Pattern: "/pre", Prerender: true},
		},
	}
	static := memStatic{"pre/index.html": "pre", "404.html": "none", "500.html": "broken"}
	seen := ""
	for _, tt := range []struct {
		name  string
		use   func(page *Page, next Handler) error
		cases []exchangeCase
	}{
		{"onion", Sequence(mark("a"), mark("b")), []exchangeCase{
			{"GET /", "200\nX-Trail: a<b<page>b>a\n\nhome"},
			{"GET /nowhere", "404\nX-Trail: a<b<>b>a\n\nnone"},
			{"GET /fail", "500\nX-Trail: a<b<>b>a\n\nbroken"},
			{"GET /panic", "500\nX-Trail: a<b<>b>a\n\nbroken"},
			{"GET /rewrite", "200\nX-Trail: a<b<a<b<page>b>a>b>a\n\nhome"},
			{"GET /api", "200\nX-Trail: a<b<>b>a\n\n1"},
			{"GET /redirect", "302\nX-Trail: a<b<>b>a\nLocation: /"},
			{"GET /large", "200\nX-Trail: a<b<>b>a"},
			{"GET /stream", "200\nX-Trail:\n\nab"},
			{"GET /pre", "200\nX-Trail:\n\npre"},
		}},
		{"empty sequence", Sequence(), []exchangeCase{{"GET /", "200\n\nhome"}}},
		{"after next", func(page *Page, next Handler) error {
			if err := next(page); err != nil {
				return page.Text("caught " + err.Error())
			}
			body, ok := page.Response.Bytes()
			seen = fmt.Sprint(page.Response.Status, " ", string(body), ok)
			page.Response.Header.Set("X-After", "1")
			page.Cookies.Set(Cookie{Name: "late", Plain: true})
			if page.URL.Path == "/" {
				page.Response.Status = 202
			}
			return nil
		}, []exchangeCase{
			{"GET /", "202\nX-After: 1\nSet-Cookie: late=\n\nhome"},
			{"GET /fail", "200\n\ncaught secret"},
			{"GET /redirect", "302\nX-After: 1"},
		}},
		{"another body", func(page *Page, next Handler) error {
			if err := next(page); err != nil {
				return err
			}
			body, _ := page.Response.Bytes()
			return page.Send(NewResponse(page.Response.Status, HTML(strings.ToUpper(string(body)))))
		}, []exchangeCase{{"GET /", "200\nContent-Type: text/html; charset=utf-8\n\nHOME"}}},
		{"answers itself", func(page *Page, next Handler) error { return page.Redirect("/login") }, []exchangeCase{
			{"GET /", "302\nLocation: /login"}, {"GET /nowhere", "302"}, {"GET /pre", "200"},
		}},
		{"guard", func(page *Page, next Handler) error {
			if strings.HasPrefix(page.URL.Path, "/api") {
				return page.Error(403)
			}
			return next(page)
		}, []exchangeCase{
			{"GET /api", "403"}, {"GET /%61pi", "403"}, {"GET //api", "301"}, {"GET /x/../api", "400"}, {"GET /%2561pi", "400"}, {`GET /\api`, "400"}, {"GET /api/", "403"},
		}},
		{"no answer", func(page *Page, next Handler) error { return nil }, []exchangeCase{{"GET /", "500\n\nbroken"}}},
		{"error", func(page *Page, next Handler) error { return errors.New("secret") }, []exchangeCase{{"GET /", "500\n\nbroken"}}},
		{"panic", func(page *Page, next Handler) error { panic("secret") }, []exchangeCase{{"GET /", "500\n\nbroken"}}},
		{"no page", func(page *Page, next Handler) error { return next(nil) }, []exchangeCase{{"GET /", "500"}}},
		{"not found", func(page *Page, next Handler) error { return page.NotFound() }, []exchangeCase{{"GET /", "404\n\nnone"}, {"GET /api", "404\n\n"}}},
		{"reroute", func(page *Page, next Handler) error {
			if err := page.Reroute("/api"); err != nil {
				return err
			}
			return next(page)
		}, []exchangeCase{{"GET /", "200\n\n1"}}},
		{"rewrite for ever", func(page *Page, next Handler) error { return page.Rewrite("/api") }, []exchangeCase{{"GET /", "508"}}},
		{"rewrite once", func(page *Page, next Handler) error {
			if page.URL.Path == "/" {
				return page.Rewrite("/api")
			}
			return next(page)
		}, []exchangeCase{{"GET /", "200\n\n1"}}},
		{"headers before", func(page *Page, next Handler) error {
			page.Response.Header.Set("X-Frame-Options", "DENY")
			return next(page)
		}, []exchangeCase{{"GET /", "200\nX-Frame-Options: DENY"}, {"GET /api", "200\nX-Frame-Options: DENY"}, {"GET /fail", "500\nX-Frame-Options: DENY"}, {"GET /nowhere", "404\nX-Frame-Options: DENY"}, {"GET /redirect", "302\nX-Frame-Options: DENY"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			use = tt.use
			newTester(t, app, static).run(tt.cases)
		})
	}
	if seen != "302 true" {
		t.Errorf("the middleware saw %q", seen)
	}
}

func TestLocals(t *testing.T) {
	n, m, e := NewKey[int](), NewKey[int](), NewKey[error]()
	var l Locals
	if n.Has(&l) || n.Get(&l) != 0 {
		t.Error("an empty Locals has something")
	}
	n.Set(&l, 1)
	n.Set(&l, 2)
	e.Set(&l, nil)
	if n.Get(&l) != 2 || m.Has(&l) || !e.Has(&l) || e.Get(&l) != nil {
		t.Error("keys are mixed up")
	}
	app := &App{Routes: []*Route{page("/", text(func(p *Page) (string, error) {
		n.Set(p.Locals, n.Get(p.Locals)+1)
		return fmt.Sprint(n.Get(p.Locals), m.Get(p.Locals)), nil
	}))}}
	ctx := m.WithContext(n.WithContext(t.Context(), 40), 7)
	for range 2 { // what one request changes, the next does not see
		sink := &memSink{}
		NewHandler(app, Host{}).Serve(ctx, &Request{Method: "GET", Target: "/", Host: "a"}, sink)
		if sink.body.String() != "41 7" {
			t.Errorf("from outside: %q", sink.body.String())
		}
	}
}

func TestErrorPages(t *testing.T) {
	fail := func(err error) func(*Writer, *Page) error { return func(*Writer, *Page) error { return err } }
	boom := page("/boom", func(w *Writer, p *Page) error {
		w.S("half a page")
		p.Response.Header.Set("ETag", `"x"`)
		p.Response.Header.Set("Location", "/x")
		return errors.New("secret <b>")
	})
	for _, tt := range []struct {
		name   string
		routes []*Route
		static memStatic
		dev    bool
		cases  []exchangeCase
	}{
		{"built in", nil, nil, false, []exchangeCase{
			{"GET /boom", "500\nContent-Type: text/html; charset=utf-8\nCache-Control: no-store\nETag:\nLocation:"},
			{"GET /<script>", "404\nContent-Type: text/html; charset=utf-8"},
		}},
		{"on demand", []*Route{
			{Pattern: "/404", Error: 404, Render: text(func(p *Page) (string, error) {
				p.Cookies.Set(Cookie{Name: "seen", Plain: true})
				return "no " + p.URL.Path, nil
			})},
			{Pattern: "/500", Error: 500, Render: text(func(p *Page) (string, error) { return "sorry: " + p.Err().Error(), nil })},
		}, memStatic{"404.html": "unused"}, false, []exchangeCase{
			{"GET /a/b", "404\nSet-Cookie: seen=\n\nno /a/b"},
			{"GET /boom", "500\n\nsorry: secret <b>"},
			{"HEAD /a", "404\nContent-Length: 5\n\n"},
			{"POST /a", "404\n\nno /a"},
		}},
		{"prerendered", []*Route{{Pattern: "/404", Error: 404, Prerender: true}}, memStatic{"404.html": "none", "500.html": "broken"}, false, []exchangeCase{
			{"GET /a", "404\nX-File: 404.html\nCache-Control: no-store\n\nnone"},
			{"GET /404", "404\n\nnone"},
			{"GET /boom", "500\n\nbroken"},
		}},
		{"404 fails", []*Route{
			{Pattern: "/404", Error: 404, Render: fail(errors.New("404 fails"))},
			{Pattern: "/500", Error: 500, Render: fixed("sorry")},
		}, nil, false, []exchangeCase{{"GET /a", "500\n\nsorry"}}},
		{"both fail", []*Route{
			{Pattern: "/404", Error: 404, Render: fail(errors.New("404 fails"))},
			{Pattern: "/500", Error: 500, Render: func(*Writer, *Page) error { panic("500 fails") }},
		}, nil, false, []exchangeCase{{"GET /a", "500\nContent-Type: text/html; charset=utf-8"}}},
		{"404 asks for 404", []*Route{
			{Pattern: "/404", Error: 404, Render: fail(&statusError{404})},
		}, nil, false, []exchangeCase{{"GET /a", "404"}}},
		{"404 sends an empty 404", []*Route{
			{Pattern: "/404", Error: 404, Render: fail(&sendError{resp: NewResponse(404, nil)})},
		}, nil, false, []exchangeCase{{"GET /a", "404"}}},
		{"404 redirects", []*Route{
			{Pattern: "/404", Error: 404, Render: fail(redirect("/", []int{302}))},
		}, nil, false, []exchangeCase{{"GET /a", "302\nLocation: /"}}},
		{"404 rewrites to nowhere", []*Route{
			{Pattern: "/404", Error: 404, Render: fail(&rewriteError{"/nowhere"})},
		}, nil, false, []exchangeCase{{"GET /a", "404"}}},
		{"500 rewrites to what fails", []*Route{
			{Pattern: "/500", Error: 500, Render: fail(&rewriteError{"/boom"})},
		}, nil, false, []exchangeCase{{"GET /boom", "500"}}},
		{"500 sets a bad header", []*Route{
			{Pattern: "/500", Error: 500, Render: text(func(p *Page) (string, error) { p.Response.Header.Set("A", "\n"); return "x", nil })},
		}, nil, false, []exchangeCase{{"GET /boom", "500\nA:"}}},
		{"500 sets a bad status", []*Route{
			{Pattern: "/500", Error: 500, Render: text(func(p *Page) (string, error) { p.Response.Status = 42; return "x", nil })},
		}, nil, false, []exchangeCase{{"GET /boom", "500"}}},
		{"development", nil, nil, true, []exchangeCase{{"GET /boom", "500"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := newTester(t, &App{Routes: append([]*Route{boom}, tt.routes...), Config: Config{Dev: tt.dev}}, nil)
			if tt.static != nil {
				x.h.host.Static = tt.static
			}
			x.run(tt.cases)
			body := x.do("GET /boom").body.String()
			if tt.name != "on demand" && strings.Contains(body, "secret") != tt.dev || strings.Contains(body, "half a page") || tt.dev && !strings.Contains(body, "secret &lt;b&gt;") {
				t.Errorf("the 500 page is %q", body)
			}
			if body := x.do("GET /<script>").body.String(); strings.Contains(body, "<script>") && tt.name != "on demand" {
				t.Errorf("the 404 page is %q", body)
			}
			if !strings.Contains(x.messages(), "secret <b>") {
				t.Errorf("the log is %q", x.messages())
			}
		})
	}
}

func TestPanicPosition(t *testing.T) {
	app := &App{Routes: []*Route{page("/", func(w *Writer, p *Page) error {
		var r *Request
		_ = r.Method
		return nil
	})}}
	x := newTester(t, app, nil)
	x.run([]exchangeCase{{"GET /", "500"}, {"GET /", "500"}})
	if at := x.logs[0].At; !strings.Contains(at, "response_test.go:") || len(x.logs[0].Stack) == 0 {
		t.Errorf("the panic is at %q", at)
	}
	e := &PanicError{Value: &PrerenderError{What: "page.Cookies"}, Stack: []Frame{{"a.go", 1, "a"}, {"src/pages/index.gosite", 7, "b"}}}
	var pre *PrerenderError
	if e.At().String() != "src/pages/index.gosite:7" || !errors.As(error(e), &pre) || !strings.HasPrefix(e.Error(), "src/pages/index.gosite:7: panic: page.Cookies is not there") {
		t.Errorf("%v", e)
	}
}

func TestStreaming(t *testing.T) {
	var p0 *Page
	app := &App{Routes: []*Route{
		page("/flush", func(w *Writer, p *Page) error {
			w.S("head")
			p.Response.Header.Set("X-Early", "1")
			p.Cookies.Set(Cookie{Name: "early", Plain: true})
			if err := p.Flush(); err != nil {
				return err
			}
			p.Response.Header.Set("X-Late", "1")
			p.Response.Header.Del("X-Early")
			p.Cookies.Set(Cookie{Name: "late", Plain: true})
			w.S("tail")
			return w.End()
		}),
		page("/fail", func(w *Writer, p *Page) error {
			w.S("head")
			p.Flush()
			w.S("never")
			return errors.New("secret")
		}),
		page("/panic", func(w *Writer, p *Page) error { w.S("head"); p.Flush(); panic("secret") }),
		page("/redirect", func(w *Writer, p *Page) error { w.S("head"); p.Flush(); return p.Redirect("/x") }),
		page("/empty", func(w *Writer, p *Page) error { p.Flush(); p.Response.Status = 201; w.S("x"); return nil }),
		page("/bad", func(w *Writer, p *Page) error { w.S("x"); p.Response.Header.Set("A", "\n"); p.Flush(); return w.End() }),
		page("/large", func(w *Writer, p *Page) error {
			p0 = p
			for range 100 {
				if !w.Loop() {
					break
				}
				w.S(strings.Repeat("x", 1000))
			}
			return w.End()
		}),
		get("/pour", func(p *Page) error {
			return p.Stream("text/csv", func(w io.Writer) error {
				io.WriteString(w, "a\n")
				io.WriteString(w, "")
				p.Response.Header.Set("X-Late", "1")
				_, err := io.WriteString(w, "b\n")
				return err
			})
		}),
		get("/pourfail", func(p *Page) error {
			return p.Stream("", func(w io.Writer) error { io.WriteString(w, "a"); return errors.New("secret") })
		}),
		get("/pourpanic", func(p *Page) error {
			return p.Stream("", func(w io.Writer) error { io.WriteString(w, "a"); panic("secret") })
		}),
		get("/reader", func(p *Page) error {
			return p.Send(NewResponse(200, io.MultiReader(strings.NewReader("a"), strings.NewReader("b"))))
		}),
		get("/readfail", func(p *Page) error {
			return p.Send(NewResponse(200, io.MultiReader(strings.NewReader("a"), broken{})))
		}),
		get("/events", func(p *Page) error {
			return p.Events(func(s *EventStream) error {
				s.Send(Event{ID: "1", Name: "n", Data: "a\r\nb\rc", Retry: 2 * time.Second})
				s.Ping()
				if err := s.Send(Event{Name: "a\nb"}); err == nil {
					return errors.New("a line break in a name is taken")
				}
				return s.Send(Event{Data: s.LastID()})
			})
		}),
	}}
	x := newTester(t, app, nil)
	x.run([]exchangeCase{
		{"GET /flush", "200\nX-Early: 1\nX-Late:\nSet-Cookie: early=\nContent-Length:\nContent-Type: text/html; charset=utf-8\n\nheadtail"},
		{"HEAD /flush", "200\nX-Late: 1\nContent-Length:\n\n"},
		{"GET /fail", "200\n\nhead"},
		{"GET /panic", "200\n\nhead"},
		{"GET /redirect", "200\nLocation:\n\nhead"},
		{"GET /empty", "201\nContent-Length: 1\n\nx"},
		{"GET /bad", "500"},
		{"GET /large", "200\nContent-Length:\n\n" + strings.Repeat("x", 100_000)},
		{"HEAD /large", "200\nContent-Length:\n\n"},
		{"GET /pour", "200\nContent-Type: text/csv\nContent-Length:\nX-Late:\n\na\nb\n"},
		{"HEAD /pour", "200\nContent-Type: text/csv\n\n"},
		{"GET /pourfail", "200\n\na"},
		{"GET /pourpanic", "200\n\na"},
		{"GET /reader", "200\nContent-Length:\n\nab"},
		{"GET /readfail", "200\n\na"},
		{"GET /events\nLast-Event-ID: 9", "200\nContent-Type: text/event-stream\nCache-Control: no-store\n\nid: 1\nevent: n\nretry: 2000\ndata: a\ndata: b\ndata: c\n\n:\n\ndata: 9\n\n"},
	})
	if p0 == nil {
		t.Fatal("the page was not rendered")
	}
	for path, want := range map[string]bool{"/flush": false, "/fail": true, "/panic": true, "/redirect": true, "/pourfail": true, "/pourpanic": true, "/readfail": true, "/large": false, "/pour": false} {
		if got := x.do("GET " + path); (got.aborted != nil) != want {
			t.Errorf("%s is broken off: %v", path, got.aborted)
		}
	}
	if got := x.do("GET /flush"); len(got.pieces) != 1 || got.pieces[0] != "head" {
		t.Errorf("pieces of /flush: %q", got.pieces)
	}
	if got := x.do("GET /pour"); len(got.pieces) != 2 || got.pieces[0] != "a\n" {
		t.Errorf("pieces of /pour: %q", got.pieces)
	}
	if want := regexp.MustCompile(`response_test\.go:\d+: the page was answered with status 302, but its output had begun`); !want.MatchString(x.messages()) {
		t.Errorf("the log lacks %q:\n%s", want, x.messages())
	}
	for _, want := range []string{"header X-Late was set after the output had begun", "cookie late was set after", "failed after its output had begun: secret"} {
		if !strings.Contains(x.messages(), want) {
			t.Errorf("the log lacks %q:\n%s", want, x.messages())
		}
	}

	// In the development server a lost header is a failure.
	app.Config.Dev = true
	if got := x.do("GET /flush"); got.aborted == nil || got.body.String() != "head" {
		t.Errorf("a late header while developing: %v, %q", got.aborted, got.body.String())
	}
	app.Config.Dev = false

	// A visitor who goes away ends the work, and is nobody's error.
	x.logs, x.failAt = nil, 1
	for _, path := range []string{"/large", "/pour", "/reader", "/events", "/flush"} {
		if got := x.do("GET " + path); got.aborted == nil && path != "/flush" {
			t.Errorf("%s goes on without anybody reading", path)
		}
	}
	if strings.Contains(x.messages(), "went away") {
		t.Errorf("logged: %s", x.messages())
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("secret") }

// TestBodyOfAResponseThatComesTooLate sees that it is closed, though nobody reads it.
func TestBodyOfAResponseThatComesTooLate(t *testing.T) {
	body := &closedReader{Reader: strings.NewReader("x")}
	app := &App{Routes: []*Route{page("/", func(w *Writer, p *Page) error {
		w.S("begun")
		if err := p.Flush(); err != nil {
			return err
		}
		return p.Send(NewResponse(200, body))
	})}}
	if a := newTester(t, app, nil).do("GET /"); a.aborted == nil || !body.closed {
		t.Errorf("aborted with %v, closed %v", a.aborted, body.closed)
	}
}

type closedReader struct {
	io.Reader
	closed bool
}

func (r *closedReader) Close() error { r.closed = true; return nil }

// TestNamesOfPartsCount sees that a form without a limit of the site cannot fill the memory with names.
func TestNamesOfPartsCount(t *testing.T) {
	name := strings.Repeat("n", 15<<10)
	var b strings.Builder
	for range 2500 {
		b.WriteString("--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\nv\r\n")
	}
	b.WriteString("--x--\r\n")
	r := &Request{Body: strings.NewReader(b.String())}
	r.Header.AddReceived("Content-Type", "multipart/form-data; boundary=x")
	var fault *RequestError
	if _, err := r.Form(); !errors.As(err, &fault) || fault.Status != 413 {
		t.Errorf("%v", err)
	}
}
