package site

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// App is a compiled site: what the generated bundle hands to the runtime.
type App struct {
	Routes     []*Route                             // in order of priority; prerendered ones have no Render in the on-demand bundle
	Middleware func(page *Page, next Handler) error // OnRequest of the site; nil when there is none
	Guards     *Guards                              // nil on a site that declares none
	Config     Config                               // what site.yaml says
	Assets     map[string]Asset                     // by import id: scripts, images, other files
	Islands    *Islands                             // nil on a site without server:defer
	Sessions   *Sessions                            // nil on a site without sessions
	Env        *Environment                         // nil on a site without variables that are read at run time, or secrets
	Images     *Images                              // nil on a site without <Image> and <Picture>

	// Hash gives the source of a Content-Security-Policy that allows a text: one of package csp. Nil on a site without
	// such a policy.
	Hash func(text string) string

	static   *staticHalf // set by Dev
	once     sync.Once
	compiled *compiledApp
	err      error
}

// Handler answers a request, or, in the middleware, the rest of the chain.
type Handler func(page *Page) error

// Config is what the runtime needs of site.yaml.
type Config struct {
	Site           string       // public origin, "https://example.com"; may be empty
	Base           string       // "/" or "/docs/"
	TrailingSlash  string       // "always", "never" or "ignore" ("" is the same)
	BuildFormat    string       // "directory" ("" is the same), "file" or "preserve"
	AssetsDir      string       // of the hashed files, below Base: "_assets"
	BuildID        string       // names the build: another one where anything of the site differs
	Generator      string       // "sitegen 1.2.3"
	CheckOrigin    bool         // refuse form posts from other origins
	AllowedHosts   []string     // hosts that may be asked for, beside that of Site: "example.com", "*.example.com" (one label), "**.example.com", "https://example.com:8443"; none means any
	TrustedProxies *Proxies     // whose X-Forwarded-* headers are believed; nil for nobody's
	BodyLimit      int64        // bytes of a request body; 0 is no limit
	Headers        []HeaderRule // in the order of site.yaml
	Locales        *Locales     // nil on a site that names no languages
	OnePiece       bool         // send pages whole, with their length: Page.Flush does nothing, and an error is always one of the whole page
	Dev            bool         // set by Dev
}

// HeaderRule adds header lines to the answers for matching paths. A * in the pattern, which is below Base, stands for
// any text, slashes included. A line that a page sets itself stays as the page set it.
type HeaderRule struct {
	Pattern string       // "/assets/*", decoded
	Set     []HeaderLine // in this order
}

// RouteType tells pages, endpoints and redirects apart.
type RouteType int

// The types of routes.
const (
	PageRoute RouteType = iota
	EndpointRoute
	RedirectRoute
)

// Route is one entry of the route table.
type Route struct {
	Pattern   string                                     // "/blog/[slug]", below the base
	Source    string                                     // file that made it, for messages
	Type      RouteType                                  // what answers
	Prerender bool                                       // it is answered from a file that the build has made
	Partial   bool                                       // const partial = true: a piece of a page, so that no doctype and no head are added
	Error     int                                        // 404 or 500 for an error page
	Head      HTML                                       // what Head writes: links to stylesheets, inline styles
	Policy    string                                     // Content-Security-Policy of the page; "" for none
	Doctype   bool                                       // write <!DOCTYPE html> first: no component of the page has one
	HeadFirst bool                                       // write Head first: no component of the page has a <head> or an <html>
	HeadHTML  bool                                       // write Head within <html>: no component of the page has a <head>
	Render    func(w *Writer, page *Page) error          // of pages
	Methods   map[string]Handler                         // of endpoints, and of pages that take their own forms: GET, POST, …, ALL
	Paths     func(b *Build) ([]PathEntry, error)        // of prerendered dynamic routes: a list,
	PathSeq   func(b *Build) iter.Seq2[PathEntry, error] // or one path at a time
	Redirect  *RedirectTo                                // of redirects
}

// RedirectTo is the target of a configured redirect: a path below the base or an absolute URL. Parameters of the pattern
// may stand in it as [name] and [...name].
type RedirectTo struct {
	To     string // "/blog/[...slug]" or "https://example.com/[id]"
	Status int    // 0 is 301
}

// Params are the parameters of a route, decoded. A rest parameter that matched nothing is absent.
type Params = map[string]string

// Path is one page of a prerendered dynamic route: the values of the route's parameters, and the props to render it
// with. GetStaticPaths of a component returns them.
type Path[P any] struct {
	Params Params // decoded; one for each parameter of the route, of which a rest parameter alone may be absent
	Props  P
}

// PathSeq is the result of a GetStaticPaths that gives one path at a time. An error ends the build.
type PathSeq[P any] = iter.Seq2[Path[P], error]

// PathEntry is a Path with its props bound to the component.
type PathEntry struct {
	Params Params
	Render func(w *Writer, page *Page) error // of the page
	Props  any                               // what Render will render with
}

// PageFunc makes a route's Render of a component's, with empty props and slots.
func PageFunc[P, S any](render func(*Writer, *Page, P, S) error) func(*Writer, *Page) error {
	return func(w *Writer, page *Page) error {
		var props P
		var slots S
		return render(w, page, props, slots)
	}
}

// StaticPaths makes a route's Paths of a component's GetStaticPaths and Render.
func StaticPaths[P, S any](paths func(*Build) ([]Path[P], error), render func(*Writer, *Page, P, S) error) func(*Build) ([]PathEntry, error) {
	return func(b *Build) ([]PathEntry, error) {
		list, err := paths(b)
		if err != nil {
			return nil, returnedBy(paths, false, err)
		}
		out := make([]PathEntry, len(list))
		for i, entry := range list {
			out[i] = PathEntry{Params: entry.Params, Props: entry.Props, Render: func(w *Writer, page *Page) error {
				var slots S
				return render(w, page, entry.Props, slots)
			}}
		}
		return out, nil
	}
}

// StaticPathSeq is StaticPaths for a GetStaticPaths that gives one path at a time, so that the list of a very large route
// is never in memory as a whole. An error ends the build.
func StaticPathSeq[P, S any](paths func(*Build) PathSeq[P], render func(*Writer, *Page, P, S) error) func(*Build) iter.Seq2[PathEntry, error] {
	return func(b *Build) iter.Seq2[PathEntry, error] {
		return func(yield func(PathEntry, error) bool) {
			for entry, err := range paths(b) {
				e := PathEntry{Params: entry.Params, Props: entry.Props, Render: func(w *Writer, page *Page) error {
					var slots S
					return render(w, page, entry.Props, slots)
				}}
				if !yield(e, returnedBy(paths, false, err)) {
					return
				}
			}
		}
	}
}

// Build is what GetStaticPaths is given.
type Build struct {
	Site    *url.URL // public origin; empty when site.yaml names none
	Base    string   // "/" or "/docs/"
	Pattern string   // of the route whose paths are asked for

	ctx   context.Context
	app   *compiledApp
	route *compiledRoute
}

// Context ends when the build is given up.
func (b *Build) Context() context.Context {
	if b.ctx == nil {
		return context.Background()
	}
	return b.ctx
}

// compiledApp is an App with its patterns, addresses and rules taken apart. It does not change, but for the cache of paths.
type compiledApp struct {
	app     *App
	cfg     *Config
	site    url.URL
	base    urlPath
	table   table
	routes  []*compiledRoute
	byRoute map[*Route]*compiledRoute
	errors  map[int]*compiledRoute
	hosts   []hostPattern // that of Config.Site and those of Config.AllowedHosts
	assets  string        // "/_assets/", below the base
	islands map[string]*Island
	ring    atomic.Pointer[KeyRing]
	preview bool   // hosts of this machine are allowed too
	loader  string // source of a Content-Security-Policy that allows the script of server islands
	paths   pathCache
}

// Prepare reads routes and settings, which NewHandler does otherwise. It depends on nothing but the App.
func (a *App) Prepare() error {
	_, err := a.compile()
	return err
}

func (a *App) compile() (*compiledApp, error) {
	a.once.Do(func() { a.compiled, a.err = compileApp(a) })
	return a.compiled, a.err
}

func compileApp(a *App) (*compiledApp, error) {
	c := &compiledApp{app: a, cfg: &a.Config, byRoute: map[*Route]*compiledRoute{}, errors: map[int]*compiledRoute{}}
	if a.Config.Site != "" {
		u, ok := parseOrigin(a.Config.Site)
		if !ok {
			return nil, errors.New("site " + strconv.Quote(a.Config.Site) + " is no origin")
		}
		c.site = u
		host, port, ok := splitHost(lowerASCII(u.Host))
		if !ok {
			return nil, errors.New("site " + strconv.Quote(a.Config.Site) + " is no origin")
		}
		c.hosts = append(c.hosts, hostPattern{host: host, port: port})
	}
	base := a.Config.Base
	if base == "" {
		base = "/"
	}
	p, _, err := parsePath(base)
	if err != nil {
		return nil, &wrapError{"base " + strconv.Quote(base) + ": ", err, ""}
	}
	c.base = p.withSlash(true)
	for i, r := range a.Routes {
		route, err := compileRoute(r, i)
		if err != nil {
			return nil, err
		}
		c.routes = append(c.routes, route)
		c.byRoute[r] = route
		if r.Error != 0 && c.errors[r.Error] == nil {
			c.errors[r.Error] = route
		}
	}
	c.table = newTable(c.routes)
	if a.Guards != nil {
		if err := a.Guards.compile(a.Guards); err != nil {
			return nil, err
		}
	}
	if a.Islands != nil {
		if err := c.addIslands(a.Islands.list); err != nil {
			return nil, err
		}
		if a.Hash != nil {
			text, _, _ := strings.Cut(islandLoader[strings.IndexByte(islandLoader, '>')+1:], "</script>")
			c.loader = a.Hash(text)
		}
	}
	if a.Config.AssetsDir != "" {
		c.assets = "/" + a.Config.AssetsDir + "/"
	}
	hosts, err := parseHosts(a.Config.AllowedHosts)
	if err != nil {
		return nil, err
	}
	c.hosts = append(c.hosts, hosts...)
	if p := a.Config.TrustedProxies; p != nil && p.err != nil {
		return nil, p.err
	}
	return c, nil
}
