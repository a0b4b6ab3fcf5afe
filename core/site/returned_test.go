package site

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
)

var errTest = errors.New("no tea")

func failingMiddleware(page *Page, next Handler) error {
	switch page.URL.Path {
	case "/mine/":
		return errTest
	case "/hidden/":
		next(page)
		return errTest
	case "/wrapped/":
		return fmt.Errorf("the page: %w", next(page))
	case "/redirect/":
		return page.Redirect("/elsewhere", 302)
	}
	return next(page)
}

func failingPaths(*Build) ([]Path[struct{}], error) { return nil, errTest }

// Whose an error is: of the middleware what it has not been given by next.
func TestReturnedError(t *testing.T) {
	fails := text(func(*Page) (string, error) { return "", errors.New("of the page") })
	app := &App{Middleware: failingMiddleware, Routes: []*Route{
		{Pattern: "/mine", Prerender: true, Render: fixed("a")},
		{Pattern: "/hidden", Prerender: true, Render: fails},
		{Pattern: "/wrapped", Prerender: true, Render: fails},
		{Pattern: "/page", Prerender: true, Render: fails},
		{Pattern: "/redirect", Prerender: true, Render: fixed("a")},
		{Pattern: "/[list]", Prerender: true, Paths: StaticPaths(failingPaths, func(*Writer, *Page, struct{}, struct{}) error { return nil })},
	}}
	for _, r := range app.Routes[:5] {
		_, err := app.RenderStatic(t.Context(), r, PathEntry{Render: r.Render}, nil)
		if (err == nil) != (r.Pattern == "/redirect") {
			t.Errorf("%s: %v", r.Pattern, err)
		}
		var returned *ReturnedError
		found := errors.As(err, &returned)
		if want := r.Pattern == "/mine" || r.Pattern == "/hidden"; found != want || found && !returned.Middleware {
			t.Errorf("%s: %#v", r.Pattern, err)
		}
		if found && (filepath.Base(returned.At().File) != "returned_test.go" || !errors.Is(err, errTest)) {
			t.Errorf("%s: %v of %v", r.Pattern, err, returned.At())
		}
	}
	for _, err := range app.StaticPaths(t.Context(), app.Routes[5]) {
		var returned *ReturnedError
		if !errors.As(err, &returned) || returned.Middleware || filepath.Base(returned.At().File) != "returned_test.go" {
			t.Errorf("the paths: %#v", err)
		}
	}
}
