package site

import "testing"

func TestRouting(t *testing.T) {
	app := &App{Routes: []*Route{
		{Pattern: "/", Render: fixed("home"), Doctype: true},
		{Pattern: "/about", Render: fixed("about")},
		{Pattern: "/feed.xml", Type: EndpointRoute, Methods: map[string]Handler{"GET": func(p *Page) error { return p.Text("feed") }}},
		{Pattern: "/a/[...rest]", Render: show("rest")},
		{Pattern: "/blog/new", Prerender: true},
		{Pattern: "/blog/[id]", Prerender: true},
		{Pattern: "/blog/[slug]", Render: show("slug")},
		{Pattern: "/moved/[x]", Type: RedirectRoute, Redirect: &RedirectTo{To: "/blog/[x]"}},
		{Pattern: "/list/[x]", Type: RedirectRoute, Redirect: &RedirectTo{To: "/blog/%[x]?tag[]=a&by[size]=%[x]#[...x]=[x"}},
		{Pattern: "/[lang]/post/[...slug]", Render: show("post")},
		{Pattern: "/404", Error: 404, Render: text(func(p *Page) (string, error) { return "no " + p.URL.Path, nil })},
	}, Config: Config{AssetsDir: "_assets"}}
	static := memStatic{"blog/1/index.html": "one", "logo.png": "png", "_assets/a.css": "css", ".env": "secret", ".well-known/x": "known", "d/.git/config": "secret", "public": "text"}
	x := newTester(t, app, static)
	x.run([]exchangeCase{
		{"GET /", "200\nContent-Type: text/html; charset=utf-8\nContent-Length: 19\n\n<!DOCTYPE html>home"},
		{"GET /about", "200\n\nabout"},
		{"GET /about/", "200\n\nabout"},
		{"GET /about?x=1", "200\n\nabout"},
		{"HEAD /about", "200\nContent-Length: 5\n\n"},
		{"GET /About", "404\nCache-Control: no-store\n\nno /About"},
		{"GET /feed.xml", "200\nContent-Type: text/plain; charset=utf-8\n\nfeed"},
		{"GET /feed.xml/", "404"},
		{"GET /a/post/x", "200\n\nrest(rest=post/x)"},
		{"GET /a", "200\n\nrest()"},
		{"GET /b/post/x/y", "200\n\npost(lang=b slug=x/y)"},
		{"GET /blog/1", "200\nX-File: blog/1/index.html\n\none"},
		{"GET /blog/1/", "200\nX-File: blog/1/index.html\n\none"},
		{"GET /blog/2", "200\n\nslug(slug=2)"},
		{"GET /blog/new", "200\n\nslug(slug=new)"},
		{"POST /blog/1", "405\nAllow: GET, HEAD, OPTIONS"},
		{"OPTIONS /blog/1", "204\nAllow: GET, HEAD, OPTIONS\nContent-Length:"},
		{"GET /moved/a%20b", "301\nLocation: /blog/a%20b\n\n"},
		{"GET /list/41", "301\nLocation: /blog/%2541?tag[]=a&by[size]=%2541#41=[x\n\n"},
		{"GET /logo.png", "200\nX-File: logo.png\n\npng"},
		{"GET /_assets/a.css", "200\n\ncss"},
		{"GET /_assets/b.css", "404"},
		{"GET /.env", "404"},
		{"GET /d/.git/config", "404"},
		{"GET /%2eenv", "404"},
		{"GET /.well-known/x", "200\n\nknown"},
		{"GET /404", "404\n\nno /404"},
		{"GET /%61bout", "200\n\nabout"},
		{"GET /blog%2F1", "404\n\nno /blog/1"},

		// Absolute form, "*", and methods that are none of ours.
		{"GET http://other.example/about", "200\n\nabout"},
		{"GET http://other.example", "200\n\n<!DOCTYPE html>home"},
		{"GET ftp://other.example/about", "400"},
		{"GET about", "400"},
		{"GET http://a:99999/about", "400"},
		{"GET http:///about", "400"},
		{"GET http://", "400"},
		{"OPTIONS *", "204"},
		{"GET *", "400"},
		{"TRACE /about", "405\nAllow: GET, HEAD"},
		{"CONNECT /about", "405"},
		{"G(T /about", "405"},
		{"OPTIONS /about", "204\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"},
		{"PROPFIND /about", "405\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"},

		// Hosts that are none.
		{"GET /about\nHost: a b", "400"},
		{"GET /about\nHost: a:65536", "400"},
		{"GET /about\nHost: a:0", "400"},
		{"GET /about\nHost: user@a", "400"},
		{"GET /about\nHost: a/b", "400"},
		{"GET /about\nHost: [::1", "400"},
		{"GET /about\nHost: [::1]:80", "200"},
		{"GET /about\nHost: a..b", "400"},

		// Addresses that nobody should understand in two ways (the table of TestCleanPath has more).
		{"GET /%", "400"},
		{"GET /%2561bout", "400"},
		{"GET /x/../about", "400"},
		{"GET /x/%2e%2e/about", "400"},
		{`GET /\about`, "400"},
		{"GET /a%00", "400"},
		{"GET /about?a\x01b", "400"},
		{"GET //about", "301\nLocation: /about"},
		{"POST //about", "308\nLocation: /about"},
		{"GET //about//?a=b", "301\nLocation: /about/?a=b"},
		{"GET //evil.example/about", "301\nLocation: /evil.example/about"},
		{"GET ///evil.example", "301\nLocation: /evil.example"},
		{"GET /%2f%2fevil.example", "400"},
		{`GET /\evil.example`, "400"},
		{"GET /%5cevil.example", "400"},
		{"GET /legacy//evil.example", "301\nLocation: /legacy/evil.example"},
	})
}

func TestTrailingSlash(t *testing.T) {
	routes := []*Route{
		{Pattern: "/", Render: fixed("home")},
		{Pattern: "/about", Render: fixed("about")},
		{Pattern: "/v/[x]", Render: show("v")},
		{Pattern: "/file.json", Type: EndpointRoute, Methods: map[string]Handler{"GET": func(p *Page) error { return p.Text("json") }}},
		{Pattern: "/old", Type: RedirectRoute, Redirect: &RedirectTo{To: "/about"}},
		{Pattern: "/go", Render: func(w *Writer, p *Page) error { return p.Redirect("/about?x=1#y") }},
	}
	static := memStatic{"public": "text", "pre/index.html": "pre", "dotted.page/index.html": "dotted"}
	for _, tt := range []struct {
		policy string
		cases  []exchangeCase
	}{
		{"ignore", []exchangeCase{
			{"GET /about/", "200"}, {"GET /about", "200"}, {"GET /pre", "200"}, {"GET /pre/", "200"},
			{"GET /about//", "301\nLocation: /about/"}, {"GET /old", "301\nLocation: /about"}, {"GET /file.json/", "404"},
		}},
		{"always", []exchangeCase{
			{"GET /", "200"},
			{"GET /about/", "200"},
			{"GET /about", "301\nLocation: /about/"},
			{"GET /about?a=b&c", "301\nLocation: /about/?a=b&c"},
			{"HEAD /about", "301\nLocation: /about/"},
			{"POST /about", "308\nLocation: /about/"},
			{"GET /about///", "301\nLocation: /about/"},
			{"GET /nope", "301\nLocation: /nope/"},
			{"GET /file.json", "200"},
			{"GET /file.json/", "404"},
			{"GET /v/1.2", "200\n\nv(x=1.2)"},
			{"GET /v/1.2/", "200\n\nv(x=1.2)"},
			{"GET /public", "200\n\ntext"},
			{"GET /pre", "301\nLocation: /pre/"},
			{"GET /old/", "301\nLocation: /about/"},
			{"GET /go/", "302\nLocation: /about/?x=1#y"},
			{"GET //evil.example", "301\nLocation: /evil.example"},
			{"GET //evil", "301\nLocation: /evil/"},
			{"GET //evil.example/%2e%2e", "400"},
		}},
		{"never", []exchangeCase{
			{"GET /", "200"},
			{"GET /about", "200"},
			{"GET /about/", "301\nLocation: /about"},
			{"GET /about/?a=b", "301\nLocation: /about?a=b"},
			{"PUT /about/", "308\nLocation: /about"},
			{"GET /about//", "301\nLocation: /about"},
			{"GET /file.json/", "404"},
			{"GET /pre", "200"},
			{"GET /pre/", "301\nLocation: /pre"},
			{"GET //evil.example/", "301\nLocation: /evil.example/"},
			{"GET /v/1.2/", "301\nLocation: /v/1.2"},
			{"GET /v/1.2/?a=b/", "301\nLocation: /v/1.2?a=b/"},
			{"POST /v/1.2/", "308\nLocation: /v/1.2"},
			{"GET /v/1.2", "200\n\nv(x=1.2)"},
			{"GET /dotted.page/", "301\nLocation: /dotted.page"},
			{"GET /dotted.page", "200\n\ndotted"},
			{"GET /nothing.txt/", "404"},
			{"GET //host/%2e%2e/", "400"},
			{"GET //evil/", "301\nLocation: /evil"},
			{"GET /%5cevil/", "400"},
			{"GET /a%2Fb/", "301\nLocation: /a%2Fb"},
		}},
	} {
		t.Run(tt.policy, func(t *testing.T) {
			newTester(t, &App{Routes: routes, Config: Config{TrailingSlash: tt.policy}}, static).run(tt.cases)
		})
	}
}

func TestBase(t *testing.T) {
	routes := []*Route{
		{Pattern: "/", Render: text(func(p *Page) (string, error) { return "home " + p.URL.Path + " " + p.Base(), nil })},
		{Pattern: "/about", Render: fixed("about")},
		{Pattern: "/old", Type: RedirectRoute, Redirect: &RedirectTo{To: "/about", Status: 307}},
		{Pattern: "/[...rest]", Render: show("rest")},
	}
	cases := []exchangeCase{
		{"GET /docs/", "200\n\nhome /docs/ /docs/"},
		{"GET /docs/about", "200\n\nabout"},
		{"GET /docs/logo.png", "200\n\npng"},
		{"GET /docs/old", "307\nLocation: /docs/about"},
		{"GET /docs/x/y", "200\n\nrest(rest=x/y)"},
		{"GET //docs//about", "301\nLocation: /docs/about"},
		{"GET /", "404"},
		{"GET /about", "404"},
		{"GET /logo.png", "404"},
		{"GET /docsx", "404"},
		{"GET /docsx/about", "404"},
		{"GET /docs%2Fabout", "404"},
		{"GET /DOCS/about", "404"},
	}
	for _, tt := range []struct {
		policy string
		cases  []exchangeCase
	}{
		{"ignore", []exchangeCase{{"GET /docs", "200\n\nhome /docs /docs/"}}},
		{"always", []exchangeCase{{"GET /docs", "301\nLocation: /docs/"}}},
		{"never", []exchangeCase{{"GET /docs", "200"}}},
	} {
		x := newTester(t, &App{Routes: routes, Config: Config{Base: "/docs/", TrailingSlash: tt.policy}}, memStatic{"logo.png": "png"})
		x.run(tt.cases)
		if tt.policy == "ignore" {
			x.run(cases)
		}
	}
	x := newTester(t, &App{Routes: routes, Config: Config{Base: "/docs", TrailingSlash: "never"}}, nil)
	x.run([]exchangeCase{{"GET /docs/", "301\nLocation: /docs"}, {"GET /docs", "200"}})
}

func TestBuildFormatFile(t *testing.T) {
	static := memStatic{"p.html": "beside", "p/index.html": "inside", "q.html": "q", "index.html": "home", "404.html": "none", "public.txt": "t"}
	x := newTester(t, &App{Config: Config{BuildFormat: "file"}}, static)
	x.run([]exchangeCase{
		{"GET /", "200\n\nhome"},
		{"GET /p", "200\n\nbeside"},
		{"GET /q/", "200\n\nq"},
		{"GET /q.html", "200\n\nq"},
		{"GET /public.txt", "200\n\nt"},
		{"GET /404", "404\n\nnone"},
		{"GET /nope", "404\n\nnone"},
		{"HEAD /nope", "404\n\n"},
	})
}

func TestPassThrough(t *testing.T) {
	app := &App{Routes: []*Route{{Pattern: "/about", Render: fixed("about")}}, Config: Config{TrailingSlash: "always"},
		Middleware: func(page *Page, next Handler) error { return next(page) }}
	x := newTester(t, app, memStatic{"logo.png": "png"})
	x.h.host.PassThrough = true
	for _, in := range []string{"GET /nope", "GET /%", "GET /api/x", "GET //api", "POST /nope\nContent-Type: text/plain", "OPTIONS *", "GET /\\", "GET /logo2.png"} {
		if got := x.do(in); !x.passed || got.starts != 0 {
			t.Errorf("%q is answered with %d", in, got.status)
		}
	}
	x.run([]exchangeCase{{"GET /about/", "200\n\nabout"}, {"GET /about", "301\nLocation: /about/"}, {"GET /logo.png", "200"}})
	x = newTester(t, &App{Routes: app.Routes, Config: Config{Base: "/docs/"}}, nil)
	x.h.host.PassThrough = true
	x.run([]exchangeCase{{"GET /docs/about", "200"}})
	if x.do("GET /about"); !x.passed {
		t.Error("a path outside the base is not passed on")
	}
}

func TestHosts(t *testing.T) {
	routes := []*Route{{Pattern: "/", Render: text(func(p *Page) (string, error) { return p.URL.String() + " " + p.ClientAddr(), nil })}}
	for _, tt := range []struct {
		name  string
		cfg   Config
		cases []exchangeCase
	}{
		{"nothing forwarded is believed", Config{}, []exchangeCase{
			{"GET /?q=1", "200\n\nhttp://example.com/?q=1 192.0.2.1"},
			{"GET /\nScheme: https", "200\n\nhttps://example.com/ 192.0.2.1"},
			{"GET /\nHost: example.com:80", "200\n\nhttp://example.com/ 192.0.2.1"},
			{"GET /\nHost: example.com:8080", "200\n\nhttp://example.com:8080/ 192.0.2.1"},
			{"GET http://Other:81/", "200\n\nhttp://Other:81/ 192.0.2.1"},
			{"GET /\nX-Forwarded-Host: evil\nX-Forwarded-Proto: https\nX-Forwarded-Port: 1\nX-Forwarded-For: 1.2.3.4\nForwarded: for=1.2.3.4;host=evil", "200\n\nhttp://example.com/ 192.0.2.1"},
			{"GET /\nPeer: [2001:db8::1]:99", "200\n\nhttp://example.com/ 2001:db8::1"},
			{"GET /\nPeer: ::ffff:192.0.2.9", "200\n\nhttp://example.com/ 192.0.2.9"},
			{"GET /\nPeer: nonsense", "200\n\nhttp://example.com/ "},
		}},
		{"a trusted proxy without allowed hosts", Config{TrustedProxies: TrustedProxies("192.0.2.0/24")}, []exchangeCase{
			{"GET /\nX-Forwarded-Host: evil\nX-Forwarded-Proto: https\nX-Forwarded-For: 1.2.3.4", "200\n\nhttp://example.com/ 1.2.3.4"},
		}},
		{"allowed hosts without a trusted proxy", Config{AllowedHosts: []string{"example.com", "public.example"}}, []exchangeCase{
			{"GET /\nX-Forwarded-Host: public.example\nX-Forwarded-For: 1.2.3.4", "200\n\nhttp://example.com/ 192.0.2.1"},
			{"GET /\nHost: evil", "421"},
			{"GET http://evil/", "421"},
			{"GET /\nHost: EXAMPLE.com.", "200"},
			{"GET /\nHost: example.com.evil", "421"},
			{"GET /\nHost: evilexample.com", "421"},
		}},
		{"both", Config{AllowedHosts: []string{"https://public.example", "*.one.example:8443", "**.deep.example", "example.com"}, TrustedProxies: TrustedProxies("192.0.2.1", "10.0.0.0/8")}, []exchangeCase{
			{"GET /\nX-Forwarded-Host: public.example\nX-Forwarded-Proto: https", "200\n\nhttps://public.example/ 192.0.2.1"},
			{"GET /\nX-Forwarded-Host: public.example\nX-Forwarded-Proto: http", "200\n\nhttp://example.com/ 192.0.2.1"},
			{"GET /\nX-Forwarded-Host: public.example, evil\nX-Forwarded-Proto: HTTPS, http", "200\n\nhttps://public.example/ 192.0.2.1"},
			{"GET /\nX-Forwarded-Host: evil, public.example\nX-Forwarded-Proto: https", "200\n\nhttp://example.com/ 192.0.2.1"},
			{"GET /\nX-Forwarded-Host: a.one.example\nX-Forwarded-Port: 8443", "200\n\nhttp://a.one.example:8443/ 192.0.2.1"},
			{"GET /\nX-Forwarded-Host: a.one.example\nX-Forwarded-Port: 1/@evil", "200\n\nhttp://example.com/ 192.0.2.1"},
			{"GET /\nX-Forwarded-Host: a.b.one.example:8443", "200\n\nhttp://example.com/ 192.0.2.1"},
			{"GET /\nX-Forwarded-Host: one.example:8443", "200\n\nhttp://example.com/ 192.0.2.1"},
			{"GET /\nX-Forwarded-Host: a.b.deep.example", "200\n\nhttp://a.b.deep.example/ 192.0.2.1"},
			{"GET /\nX-Forwarded-Host: public.example@evil\nX-Forwarded-Proto: https", "200\n\nhttp://example.com/ 192.0.2.1"},
			{"GET /\nX-Forwarded-Proto: https", "200\n\nhttps://example.com/ 192.0.2.1"},
			{"GET /\nX-Forwarded-Proto: javascript", "200\n\nhttp://example.com/ 192.0.2.1"},
			{"GET /\nX-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.1.1.1", "200\n\nhttp://example.com/ 1.2.3.4"},
			{"GET /\nX-Forwarded-For: 6.6.6.6\nX-Forwarded-For: 1.2.3.4", "200\n\nhttp://example.com/ 1.2.3.4"},
			{"GET /\nX-Forwarded-For: <script>", "200\n\nhttp://example.com/ 192.0.2.1"},
			{"GET /\nX-Forwarded-For: junk, 10.2.2.2", "200\n\nhttp://example.com/ 10.2.2.2"},
			{"GET /\nX-Forwarded-For: [2001:db8::7]:44", "200\n\nhttp://example.com/ 2001:db8::7"},
			{"GET /\nPeer: 8.8.8.8:1\nX-Forwarded-Host: public.example\nX-Forwarded-Proto: https\nX-Forwarded-For: 1.2.3.4", "200\n\nhttp://example.com/ 8.8.8.8"},
		}},
		{"the public origin", Config{Site: "https://Public.example", AllowedHosts: []string{"other.example"}, TrustedProxies: TrustedProxies("192.0.2.1")}, []exchangeCase{
			{"GET /\nX-Forwarded-Host: public.example\nX-Forwarded-Proto: https", "200\n\nhttps://public.example/ 192.0.2.1"},
			{"GET /\nHost: public.example", "200"},
			{"GET /\nHost: other.example", "200"},
			{"GET /\nHost: example.com", "421"},
		}},
		{"any proxy", Config{AllowedHosts: []string{"example.com"}, TrustedProxies: TrustedProxies("*")}, []exchangeCase{
			{"GET /\nPeer: @\nX-Forwarded-For: 6.6.6.6, 10.1.1.1", "200\n\nhttp://example.com/ 6.6.6.6"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.cfg.CheckOrigin = true
			newTester(t, &App{Routes: routes, Config: tt.cfg}, nil).run(tt.cases)
		})
	}
	for _, cfg := range []Config{
		{AllowedHosts: []string{"a b"}}, {AllowedHosts: []string{"ftp://a"}}, {AllowedHosts: []string{""}}, {AllowedHosts: []string{"*"}},
		{TrustedProxies: TrustedProxies("example.com")}, {Site: "nonsense"}, {Base: "docs"}, {Base: "/../"},
	} {
		if _, err := compileApp(&App{Config: cfg}); err == nil {
			t.Errorf("%+v is taken", cfg)
		}
	}
}

func TestCheckOrigin(t *testing.T) {
	routes := []*Route{
		{Pattern: "/", Render: fixed("page")},
		{Pattern: "/api", Type: EndpointRoute, Methods: map[string]Handler{"ALL": func(p *Page) error { return p.Text("api") }}},
	}
	app := &App{Routes: routes, Config: Config{CheckOrigin: true, Site: "https://public.example"}}
	x := newTester(t, app, memStatic{"file": "f"})
	for _, target := range []string{"/", "/api"} {
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "PROPFIND"} {
			if target == "/" && method == "PROPFIND" {
				continue
			}
			for _, kind := range []string{"application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "TEXT/Plain;charset=utf-8",
				" text/plain ", "", "text/plain, application/json", "nonsense", "application/", "/json", ";application/json"} {
				head := method + " " + target + "\nContent-Type: " + kind
				x.run([]exchangeCase{
					{head, "403"},
					{head + "\nOrigin: null", "403"},
					{head + "\nOrigin: http://evil.example", "403"},
					{head + "\nOrigin: https://example.com", "403"},
					{head + "\nOrigin: http://example.com:81", "403"},
					{head + "\nOrigin: http://example.com.evil", "403"},
					{head + "\nOrigin: http://example.com\nOrigin: http://example.com", "403"},
					{head + "\nSec-Fetch-Site: same-origin", "403"},
					{head + "\nOrigin: http://evil.example\nSec-Fetch-Site: same-origin", "403"},
					{head + "\nOrigin: https://example.com:81\nSec-Fetch-Site: same-origin", "403"},
					{head + "\nOrigin: https://example.com\nSec-Fetch-Site: same-site", "403"},
					{head + "\nOrigin: null\nSec-Fetch-Site: cross-site", "403"},
					{head + "\nOrigin: null\nSec-Fetch-Site: same-origin\nSec-Fetch-Site: same-origin", "403"},
					{head + "\nOrigin: null\nSec-Fetch-Site: same-origin", "200"},                // Referrer-Policy: no-referrer
					{head + "\nOrigin: https://example.com\nSec-Fetch-Site: same-origin", "200"}, // a proxy took the TLS away
					{head + "\nOrigin: http://example.com", "200"},
					{head + "\nOrigin: https://public.example", "200"},
				})
			}
			x.run([]exchangeCase{
				{method + " " + target, "403"},
				{method + " " + target + "\nContent-Type: application/json", "200"},
				{method + " " + target + "\nContent-Type: application/json; charset=utf-8\nOrigin: http://evil.example", "200"},
			})
		}
	}
	x.run([]exchangeCase{
		{"GET /\nOrigin: http://evil.example", "200"},
		{"HEAD /\nOrigin: http://evil.example", "200"},
		{"OPTIONS /\nOrigin: http://evil.example", "204"},
		{"POST /file\nContent-Type: text/plain", "403"},
		{"POST /nope\nContent-Type: text/plain", "403"},
	})
	app.Config.CheckOrigin = false
	x.run([]exchangeCase{{"POST /\nContent-Type: text/plain", "200"}})
}

func TestHeaderRules(t *testing.T) {
	app := &App{
		Routes: []*Route{
			{Pattern: "/a", Render: fixed("a")},
			{Pattern: "/own", Render: text(func(p *Page) (string, error) {
				p.Response.Header.Set("X-Frame-Options", "SAMEORIGIN")
				return "own", nil
			})},
		},
		Config: Config{Base: "/b/", Headers: []HeaderRule{
			{"/*", []HeaderLine{{"X-Frame-Options", "DENY"}}},
			{"/assets/*", []HeaderLine{{"X-Asset", "1"}}},
			{"/*.png", []HeaderLine{{"X-Image", "1"}}},
		}},
	}
	newTester(t, app, memStatic{"assets/x/y.png": "png"}).run([]exchangeCase{
		{"GET /b/a", "200\nX-Frame-Options: DENY\nX-Asset:"},
		{"GET /b/own", "200\nX-Frame-Options: SAMEORIGIN"},
		{"GET /b/nope", "404\nX-Frame-Options: DENY"},
		{"GET /b/assets/x/y.png", "200\nX-Frame-Options: DENY\nX-Asset: 1\nX-Image: 1"},
		{"GET /b//a", "301\nX-Frame-Options: DENY"},
	})
	for _, tt := range []struct {
		pattern, path string
		want          bool
	}{
		{"/*", "/", true}, {"/a/*", "/a", false}, {"/a/*", "/a/", true}, {"/a/*", "/a/b/c", true}, {"/a", "/a", true}, {"/a", "/ab", false},
		{"/*/x", "/a/b/x", true}, {"/*/x", "/a/b/xx", false}, {"*", "/a", true}, {"/a*b*c", "/aXbYbZc", true}, {"/a*b*c", "/aXbYbZ", false},
	} {
		if got := wildcard(tt.pattern, tt.path); got != tt.want {
			t.Errorf("wildcard(%q, %q) = %v", tt.pattern, tt.path, got)
		}
	}
}
