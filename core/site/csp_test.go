package site

import (
	"context"
	"strings"
	"testing"
)

func TestJoinPolicy(t *testing.T) {
	const policy = "script-src 'self'; object-src 'none'"
	for _, tt := range []struct{ add, want string }{
		{"script-src 'sha256-a'", "script-src 'self' 'sha256-a'; object-src 'none'"},
		{"script-src 'self'", policy},
		{"script-src self", "script-src 'self' self; object-src 'none'"},
		{"object-src https://a.example", "script-src 'self'; object-src https://a.example"},
		{"img-src data: https://a.example", policy + "; img-src data: https://a.example"},
		{"script b", policy + "; script b"},
	} {
		if got := joinPolicy(policy, tt.add); got != tt.want {
			t.Errorf("%s: %s", tt.add, got)
		}
	}
}

// policed is an app with a page whose policy the body may add to.
func policed(prerender bool, body func(w *Writer, page *Page)) *App {
	return &App{Hash: func(text string) string { return "'hash-of-" + text + "'" }, Routes: []*Route{{Pattern: "/", Type: PageRoute, Prerender: prerender, Policy: "script-src 'self'", HeadFirst: true,
		Render: func(w *Writer, page *Page) error {
			body(w, page)
			return w.End()
		}}}}
}

func TestPolicyOfPrerenderedPage(t *testing.T) {
	app := policed(true, func(w *Writer, page *Page) {
		HeadFirst(w, page)
		w.S("<p>" + policyMark)
		page.AllowSource("img-src", "https://a.example/?a&b")
		page.allowStyle("x")
	})
	out, err := app.RenderStatic(context.Background(), app.Routes[0], PathEntry{Render: app.Routes[0].Render}, nil)
	if err != nil {
		t.Fatal(err)
	}
	// The mark counts once: what a page writes of its own stays as it is.
	want := `<meta http-equiv="content-security-policy" content="script-src 'self'; img-src https://a.example/?a&amp;b; style-src 'hash-of-x'"><p>` + policyMark
	if got := strings.ReplaceAll(string(out.Body), "&#39;", "'"); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// A page on demand has its policy in the header, however it is sent: whole, in pieces, with parts, or by a middleware.
func TestPolicyOfPageOnDemand(t *testing.T) {
	const policy = "script-src 'self'; img-src https://a.example"
	for _, tt := range []struct {
		name string
		body func(w *Writer, page *Page)
		want string
	}{
		{"whole", func(w *Writer, page *Page) { page.AllowSource("img-src", "https://a.example") }, policy},
		{"flushed", func(w *Writer, page *Page) {
			page.AllowSource("img-src", "https://a.example")
			w.S("x")
			page.Flush()
			page.AllowSource("img-src", "https://late.example")
		}, policy},
		{"large", func(w *Writer, page *Page) {
			page.AllowSource("img-src", "https://a.example")
			for range 100 {
				if !w.Loop() {
					break
				}
				w.S(strings.Repeat("x", 1000))
			}
		}, policy},
		{"parts", func(w *Writer, page *Page) {
			page.AllowSource("img-src", "https://a.example")
			Async(w, page, func(w *Writer, page *Page) error { w.S("part"); return w.End() })
		}, policy},
		{"its own", func(w *Writer, page *Page) {
			page.Response.Header.Set("Content-Security-Policy", "default-src 'none'")
			w.S("x")
			page.Flush()
		}, "default-src 'none'"},
		{"none for an error", func(w *Writer, page *Page) { page.AllowSource("img-src", "a;b") }, ""},
	} {
		x := newTester(t, policed(false, tt.body), nil)
		if got := x.do("GET /").get("Content-Security-Policy"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if late := strings.Contains(x.messages(), "source of img-src was set after the output had begun"); late != (tt.name == "flushed") {
			t.Errorf("%s: log %q", tt.name, x.messages())
		}
	}
	sent := policed(false, func(w *Writer, page *Page) {})
	sent.Routes = append(sent.Routes, get("/api", func(p *Page) error { return p.Text("x") }),
		&Route{Pattern: "/own", Policy: "script-src 'self'", Render: func(_ *Writer, p *Page) error { return p.Send(NewResponse(200, "x")) }})
	for _, path := range []string{"/api", "/own", "/nothing"} {
		if got := newTester(t, sent, nil).do("GET " + path).get("Content-Security-Policy"); got != "" {
			t.Errorf("%s, which no component has made: %q", path, got)
		}
	}
}

func TestSourcesThatAreNone(t *testing.T) {
	for _, source := range []string{"a; script-src *", "a, b", "a\r\nX: y"} {
		app := policed(true, func(w *Writer, page *Page) { page.AllowSource("img-src", source) })
		if _, err := app.RenderStatic(context.Background(), app.Routes[0], PathEntry{Render: app.Routes[0].Render}, nil); err == nil || !strings.Contains(err.Error(), "page.AllowSource") {
			t.Errorf("%q: %v", source, err)
		}
	}
}

func TestScriptData(t *testing.T) {
	w := NewWriter(nil)
	ScriptData(w, Var("a", "</script>"), Var("b", map[string]any{"__proto__": `["__proto__"]:`}))
	if got, want := string(w.Bytes()), `{"a":"\u003c/script\u003e","b":{"__proto__":"[\"__proto__\"]:"}}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
