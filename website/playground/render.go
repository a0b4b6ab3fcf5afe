package playground

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing/fstest"

	"github.com/traefik/yaegi/interp"

	"sitegen.dev/core/assets/scope"
	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/routes"
	"sitegen.dev/core/site"
	"sitegen.dev/website/playground/symbols"
)

// goPath is where the interpreter looks for packages.
const goPath = "go"

// pagesDir is the folder of the pages.
const pagesDir = "src/pages/"

// cannot begins what is said about pages that sitegen can build and the playground cannot show.
const cannot = "the preview cannot show this page, though sitegen can: "

// render runs the generated Go and keeps what the page answers: as the build would prerender it, or to a GET request.
func (r *Result) render(p *codegen.Program, code *runnable, list *diag.List) {
	c := p.Component(r.Page)
	name, isPage := strings.CutPrefix(r.Page, pagesDir)
	if c == nil || !isPage {
		r.Problem = "a component is shown by a page: create " + pagesDir + "index.gosite"
		return
	}
	pattern, _, err := routes.Pattern(name)
	switch {
	case err != nil:
		r.Problem = err.Error()
		return
	case routes.Classify(name) != routes.Component || strings.Contains(pattern, "["):
		r.Problem = cannot + "it shows pages without parameters"
		return
	case code.generic:
		r.Problem = cannot + "its interpreter does not know components with type parameters"
		return
	}
	head := styles(c, list)
	if list.HasErrors() {
		return
	}
	render, err := interpret(c, code.sources)
	if err != nil {
		r.Problem = cannot + "its interpreter stops with: " + err.Error()
		return
	}
	route := &site.Route{
		Pattern: pattern, Source: r.Page, Head: site.HTML(head), Render: render, Partial: c.Flags.Partial,
		Doctype: !c.Flags.Partial && !c.Doctype(), HeadFirst: !c.Flags.Partial && !c.Head() && !c.HTML(),
		HeadHTML:  !c.Flags.Partial && !c.Head() && c.HTML(),
		Prerender: c.Flags.Prerender == nil || c.Flags.Prerender.Value,
	}
	app := &site.App{Routes: []*site.Route{route}, Config: site.Config{Site: "https://example.com", Base: "/", Generator: "sitegen"}}
	if route.Prerender {
		r.prerender(app, route)
		return
	}
	r.answer(app, pattern)
}

// prerender renders a page as the build does.
func (r *Result) prerender(app *site.App, route *site.Route) {
	page, err := app.RenderStatic(context.Background(), route, site.PathEntry{Render: route.Render}, nil)
	if err != nil {
		r.Problem = err.Error()
		return
	}
	r.Status, r.Location, r.HTML = page.Status, page.Header.Get("Location"), string(page.Body)
}

// answer renders a page as a server does.
func (r *Result) answer(app *site.App, path string) {
	var failure error
	handler := site.NewHandler(app, site.Host{Log: func(_ context.Context, rec site.LogRecord) {
		if rec.Level >= site.LevelError {
			failure = rec.Err
		}
	}})
	sink := &answer{}
	handler.Serve(context.Background(), &site.Request{
		Method: "GET", Target: path, Host: "example.com", Scheme: "https", RemoteAddr: "192.0.2.1", Body: strings.NewReader(""),
	}, sink)
	if failure != nil {
		r.Problem = failure.Error()
		return
	}
	r.Status, r.Location, r.HTML = sink.status, sink.location, sink.body.String()
}

// interpret gives the function that renders a component as a page.
func interpret(c *codegen.Component, sources map[string][]byte) (render func(*site.Writer, *site.Page) error, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%v", problem)
		}
	}()
	files := fstest.MapFS{}
	for importPath, src := range sources {
		files[path.Join(goPath, "src", importPath, "render.go")] = &fstest.MapFile{Data: src}
	}
	var out bytes.Buffer
	i := interp.New(interp.Options{GoPath: goPath, SourcecodeFilesystem: fs.FS(files), Stdout: &out, Stderr: &out, Stdin: strings.NewReader("")})
	if err := i.Use(symbols.Table()); err != nil {
		return nil, err
	}
	_, err = i.Eval(`package main
import "sitegen.dev/core/site"
import c "` + c.ImportPath + `"
func render(w *site.Writer, page *site.Page) error { return c.Render(w, page, c.Props{}, c.Slots{}) }
`)
	if err != nil {
		return nil, err
	}
	v, err := i.Eval("main.render")
	if err != nil {
		return nil, err
	}
	render, ok := v.Interface().(func(*site.Writer, *site.Page) error)
	if !ok {
		return nil, fmt.Errorf("it made a %s", v.Type())
	}
	return render, nil
}

// styles gives the tags that the styles of a page are written with.
func styles(page *codegen.Component, list *diag.List) string {
	var b strings.Builder
	for _, c := range page.Closure() {
		for _, s := range c.Styles {
			css := s.CSS
			if !s.Global {
				scoped := scope.CSS(css, c.Scope, func(off int) diag.Pos { return c.File().Pos(s.Offset + off) })
				list.Add(scoped.Diagnostics...)
				css = scoped.String()
			}
			if !strings.Contains(strings.ToLower(css), "</style") {
				b.WriteString("<style>" + css + "</style>")
			}
		}
	}
	return b.String()
}

// answer keeps what a page is answered with.
type answer struct {
	status   int
	location string
	body     bytes.Buffer
}

func (a *answer) Start(status int, h *site.Header) error {
	a.status, a.location = status, h.Get("Location")
	return nil
}

func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

func (a *answer) Flush() error { return nil }
