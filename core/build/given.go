package build

import (
	"path"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/routes"
)

// routeImport is how the compiler is asked for the component of a route of site.yaml. The first name of an import path
// has a dot in it, or the path is one of this module; everything else lies beside site.yaml.
func (b *builder) routeImport(r config.Route) codegen.LayoutImport {
	in := codegen.LayoutImport{From: b.Layout.relModule("site.yaml"), Path: r.Component, At: b.belowModule(r.ToAt), Page: true}
	first, _, _ := strings.Cut(r.Component, "/")
	if first != "." && (!strings.Contains(first, ".") || !strings.Contains(r.Component, "/")) && !strings.HasPrefix(r.Component, b.Layout.ModulePath+"/") {
		in.Path = "./" + r.Component
	}
	return in
}

func (b *builder) belowModule(at diag.Range) diag.Range {
	at.File = b.Layout.relModule(at.File)
	return at
}

// routeImports lists what the routes of site.yaml ask for.
func (b *builder) routeImports() []codegen.LayoutImport {
	var out []codegen.LayoutImport
	for _, r := range b.Config.Routes {
		out = append(out, b.routeImport(r))
	}
	return out
}

// givenRoutes gives the routes of site.yaml, as if their components lay in the pages folder.
func (b *builder) givenRoutes() []routes.Page {
	var out []routes.Page
	for _, r := range b.Config.Routes {
		in := b.routeImport(r)
		c := b.program.Layout(in.From, in.Path)
		if c == nil {
			continue // was reported
		}
		p := routes.Page{Pattern: r.Pattern, PatternAt: r.At, Source: c.Path}
		if !c.External {
			p.Source = b.Layout.Rel(path.Clean(c.Path))
		}
		b.pages[p.Source] = c
		b.describe(&p, c)
		out = append(out, p)
	}
	return out
}
