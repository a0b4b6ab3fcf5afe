package app

import (
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/routes"
)

// explanation is the JSON form of what answers a path.
type explanation struct {
	Schema     int              `json:"schema"`
	Path       string           `json:"path"`                 // as asked, without the base
	Moved      string           `json:"redirected,omitempty"` // where trailingSlash sends it first
	File       string           `json:"file,omitempty"`       // of the public folder, which answers before any route
	Error      string           `json:"errorPage,omitempty"`  // source of the page that answers when nothing does
	Suggestion string           `json:"suggestion,omitempty"` // the route that may have been meant when none matches
	Routes     []candidateRoute `json:"routes"`               // that match, in the order in which they are tried
}

type candidateRoute struct {
	routeReport
	Params map[string]string `json:"params,omitempty"`
	Listed bool              `json:"listed,omitempty"` // answers only paths that it lists, and otherwise leaves it to the next
}

// explain finds what answers a path, or an address.
func explain(p *project, table []manifest.Route, asked string) (explanation, error) {
	u, err := url.Parse(asked)
	if err != nil {
		return explanation{}, usage("%q is not a path: %v", asked, err)
	}
	if u.Host == "" && !strings.HasPrefix(u.Path, "/") {
		u.Path = "/" + u.Path
	}
	below, ok := strings.CutPrefix(u.Path, strings.TrimSuffix(p.config.Base, "/"))
	if below == "" {
		below = "/"
	}
	if !ok || below[0] != '/' {
		return explanation{}, usage("%s is not below the base of the site, %s", u.Path, p.config.Base)
	}
	e := explanation{Schema: 1, Path: below, Routes: []candidateRoute{}}
	if info, err := os.Stat(filepath.Join(p.root, filepath.FromSlash(p.config.Public), filepath.FromSlash(path.Clean(below)))); err == nil && info.Mode().IsRegular() {
		e.File = path.Join(p.config.Public, path.Clean(below))
	}
	switch slash := strings.HasSuffix(below, "/"); {
	case below == "/" || path.Ext(below) != "" || e.File != "":
	case p.config.TrailingSlash == "always" && !slash:
		e.Moved = below + "/"
	case p.config.TrailingSlash == "never" && slash:
		e.Moved = strings.TrimRight(below, "/")
	}
	for _, c := range routes.Candidates(table, below) {
		if c.Route.Error != 0 {
			continue
		}
		r := candidateRoute{routeReport: routeReports([]manifest.Route{*c.Route})[0], Params: c.Params}
		r.Listed = c.Route.Prerender && c.Route.Redirect == nil && dynamic(c.Route)
		e.Routes = append(e.Routes, r)
		if !r.Listed {
			break // what comes behind it never has its turn
		}
	}
	var fixed []string
	for _, r := range table {
		switch {
		case r.Error == 404:
			e.Error = r.Source
		case r.Error == 0 && !dynamic(&r):
			fixed = append(fixed, strings.TrimRight(r.Pattern, "/"))
		}
	}
	if len(e.Routes) == 0 && e.File == "" {
		e.Suggestion = diag.Suggest(strings.TrimRight(below, "/"), fixed)
	}
	return e, nil
}

// dynamic says whether a route has parameters.
func dynamic(r *manifest.Route) bool {
	return slices.ContainsFunc(r.Segments, func(parts []manifest.Part) bool {
		return slices.ContainsFunc(parts, func(p manifest.Part) bool { return p.Param != "" })
	})
}

func (e explanation) print(w io.Writer) error {
	var b strings.Builder
	if e.Moved != "" {
		fmt.Fprintf(&b, "%s is redirected to %s by trailingSlash\n", e.Path, e.Moved)
	}
	if e.File != "" {
		fmt.Fprintf(&b, "%s answers %s before any route\n", e.File, e.Path)
	}
	if len(e.Routes) > 0 {
		rows := [][]string{{"route", "kind", "mode", "methods", "source", "parameters"}}
		for _, r := range e.Routes {
			var params []string
			for _, name := range slices.Sorted(maps.Keys(r.Params)) {
				params = append(params, fmt.Sprintf("%s=%q", name, r.Params[name]))
			}
			rows = append(rows, []string{r.Pattern, r.Type, r.Mode, strings.Join(r.Methods, " "), r.Source, strings.Join(params, " ")})
		}
		b.WriteString(table(rows, nil))
	}
	nothing := "there is no 404 page"
	if e.Error != "" {
		nothing = e.Error + " is the answer"
	}
	switch n := len(e.Routes); {
	case n == 0 && e.File != "":
	case n == 0:
		fmt.Fprintf(&b, "no route matches %s; %s\n", e.Path, nothing)
		if e.Suggestion != "" {
			fmt.Fprintf(&b, "did you mean %s?\n", e.Suggestion)
		}
	case !e.Routes[0].Listed:
		fmt.Fprintf(&b, "%s is the first that matches\n", e.Routes[0].Pattern)
	default:
		fmt.Fprintf(&b, "%s answers the paths that its GetStaticPaths lists; what it does not list goes on to ", e.Routes[0].Pattern)
		if n > 1 {
			fmt.Fprintf(&b, "%s\n", e.Routes[1].Pattern)
		} else {
			fmt.Fprintf(&b, "nothing: %s\n", nothing)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
