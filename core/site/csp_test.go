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
