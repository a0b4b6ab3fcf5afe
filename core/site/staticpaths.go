package site

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"
)

// StaticPaths gives the pages of a prerendered route one by one: one without parameters for a static pattern, what
// GetStaticPaths gives for a dynamic one. It checks that every entry has exactly the parameters of the route and that its
// path can be asked for. The first error is the last thing it gives.
func (a *App) StaticPaths(ctx context.Context, r *Route) iter.Seq2[PathEntry, error] {
	return func(yield func(PathEntry, error) bool) {
		c, err := a.compile()
		if err != nil {
			yield(PathEntry{}, err)
			return
		}
		route := c.byRoute[r]
		if route == nil {
			yield(PathEntry{}, errors.New("the route is not one of the App"))
			return
		}
		c.staticPaths(ctx, route)(yield)
	}
}

func (c *compiledApp) staticPaths(ctx context.Context, r *compiledRoute) iter.Seq2[PathEntry, error] {
	return func(yield func(PathEntry, error) bool) {
		if r.static() {
			yield(PathEntry{Render: r.Render}, nil)
			return
		}
		theirs := true // whether a panic is one of GetStaticPaths and not of who takes the entries
		defer func() {
			if !theirs {
				return
			}
			if v := recover(); v != nil {
				yield(PathEntry{}, NewPanicError(v))
			}
		}()
		i := 0
		for e, err := range r.paths(c.build(ctx, r)) {
			if err == nil {
				path, bad := r.path(e.Params)
				if bad == nil && c.misplaced(r, path.enc) {
					bad = fmt.Errorf("%s is the path of no page: those of the default language %s have no prefix; leave it out, or set i18n.routing.prefixDefault", path.enc, c.cfg.Locales.Default)
				}
				if bad != nil {
					err = fmt.Errorf("entry %d of GetStaticPaths of %s: %w", i, r.Pattern, bad)
				}
			}
			theirs = false
			if !yield(e, err) || err != nil {
				return
			}
			theirs = true
			i++
		}
	}
}

// paths calls GetStaticPaths, whichever of its two forms the route has.
func (r *compiledRoute) paths(b *Build) iter.Seq2[PathEntry, error] {
	return func(yield func(PathEntry, error) bool) {
		switch {
		case r.PathSeq != nil:
			r.PathSeq(b)(yield)
		case r.Paths != nil:
			list, err := r.Paths(b)
			if err != nil {
				yield(PathEntry{}, err)
				return
			}
			for _, e := range list {
				if !yield(e, nil) {
					return
				}
			}
		default:
			yield(PathEntry{}, fmt.Errorf("%s has parameters but no GetStaticPaths", r.Pattern))
		}
	}
}

func (c *compiledApp) build(ctx context.Context, r *compiledRoute) *Build {
	u := c.site
	return &Build{Site: &u, Base: c.base.enc, Pattern: r.Pattern, ctx: ctx, app: c, route: r}
}

// path fills the parameters into the pattern. The result is below the base, without a slash at its end.
func (r *compiledRoute) path(params Params) (urlPath, error) {
	for name := range params {
		if !r.hasParam(name) {
			return urlPath{}, fmt.Errorf("%q is no parameter of the route, which has %s", name, cmp.Or(strings.Join(r.params, ", "), "none"))
		}
	}
	var enc strings.Builder
	for _, parts := range r.segs {
		var seg strings.Builder
		for _, p := range parts {
			if p.param == "" {
				encodeSegment(&seg, p.text)
				continue
			}
			value, ok := params[p.param]
			switch {
			case !utf8.ValidString(value):
				return urlPath{}, fmt.Errorf("the parameter %q is not UTF-8", p.param)
			case p.rest:
				seg.WriteString(encodePath(strings.Trim(value, "/")))
				continue
			case !ok:
				return urlPath{}, fmt.Errorf("the parameter %q is missing", p.param)
			case value == "":
				return urlPath{}, fmt.Errorf("the parameter %q is empty", p.param)
			case strings.IndexByte(value, '/') >= 0:
				return urlPath{}, fmt.Errorf("the parameter %q is %q: only a rest parameter, [...%s], may hold a slash", p.param, value, p.param)
			}
			encodeSegment(&seg, value)
		}
		if seg.Len() > 0 {
			enc.WriteByte('/')
			enc.WriteString(seg.String())
		}
	}
	raw := enc.String()
	if raw == "" {
		raw = "/"
	}
	p, clean, err := parsePath(raw)
	if err != nil || !clean || p.enc != raw {
		return urlPath{}, fmt.Errorf("nobody could ask for the path %q: dot segments, empty segments, backslashes, control characters and texts that look percent-encoded have no place in it", raw)
	}
	return p, nil
}

func (r *compiledRoute) hasParam(name string) bool {
	for _, p := range r.params {
		if p == name {
			return true
		}
	}
	return false
}

// EntryPath gives the Path that RenderStatic will give for an entry of a route, without rendering it.
func (a *App) EntryPath(r *Route, params Params) (string, error) {
	c, err := a.compile()
	if err != nil {
		return "", err
	}
	route := c.byRoute[r]
	if route == nil {
		return "", errors.New("the route is not one of the App")
	}
	p, err := route.path(params)
	if err != nil {
		return "", err
	}
	return c.canonical(route, &p).enc, nil
}

// canonical is the form of a page's address that needs no redirect anywhere.
func (c *compiledApp) canonical(r *compiledRoute, p *urlPath) urlPath {
	slash := false
	switch {
	case p.enc == "/" && c.base.enc != "/":
		slash = c.cfg.TrailingSlash != "never"
		if !slash {
			return c.base.withSlash(false)
		}
		return c.base
	case r.Type == EndpointRoute || r.Error != 0 || r.file:
	case c.cfg.TrailingSlash == "always":
		slash = true
	case c.cfg.TrailingSlash == "never":
	case c.cfg.BuildFormat == "file":
	case c.cfg.BuildFormat == "preserve":
		slash = r.isIndex()
	default:
		slash = true
	}
	q := p.withSlash(slash)
	return c.withBase(&q)
}

// isIndex says whether the route's source is an index file.
func (r *compiledRoute) isIndex() bool {
	name := r.Source[strings.LastIndexByte(r.Source, '/')+1:]
	return strings.HasPrefix(name, "index.")
}

// fileName is where a rendered path goes below the client directory.
func (c *compiledApp) fileName(r *compiledRoute, p *urlPath) string {
	name := strings.Trim(p.dec, "/")
	switch {
	case r.Error != 0:
		return fmt.Sprintf("%d.html", r.Error)
	case r.Type == EndpointRoute:
		if name == "" {
			return "index"
		}
		return name
	case name == "":
		return "index.html"
	case c.cfg.BuildFormat == "file", c.cfg.BuildFormat == "preserve" && !r.isIndex():
		return name + ".html"
	}
	return name + "/index.html"
}
