// Package manifest is the route manifest: what the compiler knows about a site, as plain data that an adapter reads to
// write a platform's files. It is versioned JSON (schema.json); reading an unknown version fails. The package imports
// nothing of sitegen, holds no paths of the machine that built it and no times, and its slices are sorted.
package manifest

// Version is the version of the format that this package writes.
const Version = 1

// Manifest describes one compiled site.
type Manifest struct {
	Version       int        `json:"version"`
	Generator     string     `json:"generator"`      // "sitegen " and its version
	BuildID       string     `json:"buildId"`        // hash of everything that went in
	Site          string     `json:"site,omitempty"` // public origin
	Base          string     `json:"base"`           // "/" or "/docs/": begins and ends with a slash
	Output        string     `json:"output"`         // "static" or "server"
	TrailingSlash string     `json:"trailingSlash"`  // "always", "never" or "ignore"
	BuildFormat   string     `json:"buildFormat"`    // "directory", "file" or "preserve"
	AssetsDir     string     `json:"assetsDir"`      // below Base, of the hashed files: "_assets"
	Routes        []Route    `json:"routes"`         // in order of priority: the first that matches answers
	Redirects     []Redirect `json:"redirects,omitempty"`
	Headers       []Headers  `json:"headers,omitempty"`
	Middleware    bool       `json:"middleware"`
	Features      []Feature  `json:"features,omitempty"` // what the site as a whole uses
}

// RouteType tells pages, endpoints and redirects apart.
type RouteType string

// The types of routes.
const (
	Page     RouteType = "page"
	Endpoint RouteType = "endpoint"
	Redir    RouteType = "redirect"
)

// IslandPattern is that of the route of server islands: an endpoint that every site with islands has, before all other
// routes.
const IslandPattern = "/_island/[island]"

// Route is one entry of the route table.
type Route struct {
	Pattern    string    `json:"pattern"`  // "/blog/[slug]", as the author writes it; without the base
	Segments   [][]Part  `json:"segments"` // the pattern in pieces; empty for "/"
	Type       RouteType `json:"type"`
	Prerender  bool      `json:"prerender"`
	Source     string    `json:"source"`             // file below the project root that made it
	Line       int       `json:"line,omitempty"`     // where in Source, for redirects and flags
	Methods    []string  `json:"methods,omitempty"`  // of an endpoint, or a page that also takes forms; sorted
	Error      int       `json:"error,omitempty"`    // 404 or 500 for an error page
	Redirect   *Redirect `json:"redirect,omitempty"` // of a redirect
	Features   []Feature `json:"features,omitempty"`
	Revalidate int       `json:"revalidate,omitempty"` // seconds; 0 never
	Guarded    bool      `json:"guarded,omitempty"`    // a guard of the middleware may stop requests for it: no cache may answer in its place
}

// Part is a piece of a path segment: fixed text, [name] or [...name].
type Part struct {
	Text  string `json:"text,omitempty"`
	Param string `json:"param,omitempty"`
	Rest  bool   `json:"rest,omitempty"`
}

// Redirect sends From to To. Both may hold [name] and [...name].
type Redirect struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Status int    `json:"status"`
}

// Headers are added to every answer whose path matches Pattern ("/assets/*").
type Headers struct {
	Pattern string   `json:"pattern"`
	Set     []Header `json:"set"`
}

// Header is one header line.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Feature is something a route uses that not every platform can do, and where it does.
type Feature struct {
	Name string `json:"name"` // a constant of package adapter, "onDemand"
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	Col  int    `json:"col,omitempty"`
}

// Prerendered is one line of the list of prerendered files (prerendered.jsonl beside the manifest, sorted by path); the
// list is apart so that its size never counts against memory.
type Prerendered struct {
	Path    string   `json:"path"` // as a visitor asks for it, with base: "/blog/a/"
	File    string   `json:"file"` // below the client directory
	Route   string   `json:"route"`
	Status  int      `json:"status"`
	Headers []Header `json:"headers,omitempty"` // beside the content type that the file name implies
}
