package site

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestGuards(t *testing.T) {
	who := NewKey[string]()
	var asked []string
	check := func(name string) func(*Page) error {
		return func(page *Page) error {
			asked = append(asked, name)
			if who.Get(page.Locals) == "" {
				return page.Text("guarded by "+name, 401)
			}
			return nil
		}
	}
	render := func(text string) func(*Writer, *Page) error {
		return func(w *Writer, page *Page) error { w.S(text); return w.End() }
	}
	app := func() *App {
		return &App{
			Guards: NewGuards([]Guard{
				{Path: "/admin", Check: check("admin")},
				{Path: "/admin/deep", Check: check("deep")},
				{Path: "/[team]/settings", Check: check("settings")},
				{Path: "/panics", Check: func(*Page) error { panic("a secret") }},
				{Path: "/fails", Check: func(*Page) error { return errors.New("a secret") }},
			}),
			Middleware: func(page *Page, next Handler) error {
				if page.URL.Query().Has("in") {
					who.Set(page.Locals, "ann")
				}
				switch page.URL.Path {
				case "/reroute":
					if err := page.Reroute("/admin/users"); err != nil {
						return err
					}
				}
				return next(page)
			},
			Routes: []*Route{
				{Pattern: "/admin", Render: render("admin page")},
				{Pattern: "/admin/users", Render: render("users page")},
				{Pattern: "/admin/deep/x", Render: render("deep page")},
				{Pattern: "/adminx", Render: render("adminx page")},
				{Pattern: "/red/settings", Render: render("settings page")},
				{Pattern: "/rewrite", Render: func(w *Writer, page *Page) error { return page.Rewrite("/admin/users") }},
				{Pattern: "/reroute", Render: render("reroute page")},
				{Pattern: "/panics", Render: render("panics page")},
				{Pattern: "/fails", Render: render("fails page")},
				{Pattern: "/admin/api", Type: EndpointRoute, Methods: map[string]Handler{"GET": func(p *Page) error { return p.Text("api") }}},
				{Pattern: "/admin/old", Type: RedirectRoute, Redirect: &RedirectTo{To: "/admin"}},
			},
		}
	}
	for _, tt := range []struct {
		target string
		status int
		body   string
		asked  string
	}{
		{"/admin", 401, "guarded by admin", "admin"},
		{"/admin/", 401, "guarded by admin", "admin"},
		{"/%61dmin", 401, "guarded by admin", "admin"},
		{"/admin/users", 401, "guarded by admin", "admin"},
		{"/admin/api", 401, "guarded by admin", "admin"},
		{"/admin/unknown", 401, "guarded by admin", "admin"},
		{"/admin?in", 200, "admin page", "admin"},
		{"/admin/deep/x?in", 200, "deep page", "admin,deep"},
		{"/admin/unknown?in", 404, "", "admin"},
		{"/adminx", 200, "adminx page", ""},
		{"/admin%2Fusers", 404, "", ""},
		{"/red/settings", 401, "guarded by settings", "settings"},
		{"/red/settings/below", 401, "guarded by settings", "settings"},
		{"/red/other", 404, "", ""},
		{"/rewrite", 401, "guarded by admin", "admin"},
		{"/reroute", 401, "guarded by admin", "admin"},
		{"/reroute?in", 200, "users page", "admin"},
		{"/admin/old", 301, "", ""},
		{"/panics", 500, "", ""},
		{"/fails", 500, "", ""},
	} {
		asked = nil
		got := newTester(t, app(), nil).do("GET " + tt.target)
		if got.status != tt.status || tt.body != "" && got.body.String() != tt.body || strings.Join(asked, ",") != tt.asked || strings.Contains(got.body.String(), "secret") {
			t.Errorf("%s: %d %q, asked %v; want %d %q, asked %s", tt.target, got.status, got.body.String(), asked, tt.status, tt.body, tt.asked)
		}
	}
}

func TestGuardsOfWhatIsPrerendered(t *testing.T) {
	pass := func(*Page) error { return nil }
	render := func(w *Writer, page *Page) error { w.S("page"); return w.End() }
	dynamic := &Route{Pattern: "/[...slug]", Prerender: true, Render: render}
	app := &App{
		Guards: NewGuards([]Guard{{Path: "/admin", Check: pass}}),
		Config: Config{Base: "/docs/"},
		Routes: []*Route{dynamic, {Pattern: "/admin/404", Error: 404, Prerender: true, Render: render}},
	}
	for _, tt := range []struct {
		slug    string
		guarded bool
	}{
		{"about", false}, {"admin", true}, {"admin/users", true}, {"administrator", false}, {"x/admin", false},
	} {
		_, err := app.RenderStatic(t.Context(), dynamic, PathEntry{Params: Params{"slug": tt.slug}, Render: render}, nil)
		var g *GuardError
		if errors.As(err, &g) != tt.guarded || !tt.guarded && err != nil {
			t.Errorf("%s: %v", tt.slug, err)
		}
		if tt.guarded && (g.Path != "/admin" || !strings.HasSuffix(g.Check.File, "guard_test.go") || g.Check.Line == 0) {
			t.Errorf("%s: %+v", tt.slug, g)
		}
	}
	if _, err := app.RenderStatic(t.Context(), app.Routes[1], PathEntry{Render: render}, nil); err != nil {
		t.Errorf("an error page: %v", err)
	}
}

func TestGuardsThatAreWrong(t *testing.T) {
	pass := func(*Page) error { return nil }
	for _, g := range []Guard{{Path: "/a"}, {Path: "a", Check: pass}, {Check: pass}, {Path: "/[a", Check: pass}} {
		if _, err := (&App{Guards: NewGuards([]Guard{g})}).compile(); err == nil {
			t.Errorf("%q is taken", g.Path)
		}
	}
}

// TestNothingPersonalIsKept sees that caches keep nothing that a guard or the session has decided about.
func TestNothingPersonalIsKept(t *testing.T) {
	kept := func(f func(p *Page)) Handler {
		return func(p *Page) error {
			p.Cache(Cache{MaxAge: time.Minute})
			f(p)
			return p.Text("x")
		}
	}
	nothing := func(*Page) {}
	app := &App{
		Guards:   NewGuards([]Guard{{Path: "/guarded", Check: func(*Page) error { return nil }}}),
		Sessions: NewSessions(SessionConfig{}, rand.Read),
		Routes: []*Route{
			get("/free", kept(nothing)), get("/guarded", kept(nothing)), get("/guarded/[x]", kept(nothing)),
			get("/session", kept(func(p *Page) { p.Session.Has("x") })),
		},
	}
	for path, want := range map[string]bool{"/free": true, "/guarded": false, "/guarded/a": false, "/session": false} {
		a := newTester(t, app, nil).do("GET " + path)
		if got := a.get("CDN-Cache-Control") != ""; got != want || a.status != 200 {
			t.Errorf("%s: kept is %v, %v", path, got, a.header)
		}
	}
}
