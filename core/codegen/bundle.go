package codegen

import (
	"fmt"
	"go/format"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Bundle describes the application that the components make.
type Bundle struct {
	Routes     []Route // in order of priority
	Config     Config
	Assets     map[string]Asset // by import id: scripts, images, files
	Middleware string           // import path of the package that declares OnRequest, "" for none
	Guards     string           // import path of the package that declares Guards, "" for none; the same one
	Fetch      bool             // something calls site.Fetch
	Hash       string           // function of package csp that hashes what pages add to their policy, "" for none
	Session    *Session         // nil for none
	IslandKey  string           // compiled into the program; "" where it is in the environment
	IslandMark string           // tells whether a key is the one of the build
	Content    bool             // the site has collections, which the prerender program reads from disk
	Layouts    []Layout         // of Markdown pages
	Texts      []MarkdownText   // Markdown with components in it, which has to be in the content
	Embedded   string           // file beside bundle.go with the content that is read on demand; "" for none
	Images     *Images          // nil on a site without <Image> and <Picture>, and without images in Markdown
	Pictures   *Pictures        // of the images in Markdown; nil where there are none
}

// Images is what the runtime needs for <Image> and <Picture>; the fields are those of site.Images.
type Images struct {
	Own         string // what the addresses of the site's own files with a hash begin with
	Prerendered string // service of the pages that the build renders
	OnDemand    string // and of those that are rendered per request
	Widths      []int
	Quality     int
	Qualities   []int
	Formats     []string
	Remote      []ImageSource
}

// Pictures says in which sizes the images of Markdown are shown; the fields are those of content.Pictures.
type Pictures struct {
	Widths  []int
	Sizes   string
	Format  string
	Quality int
}

func (p *Pictures) literal() string {
	var f fields
	f.ints("Widths", p.Widths)
	f.str("Sizes", p.Sizes)
	f.str("Format", p.Format)
	f.num("Quality", int64(p.Quality))
	return f.String()
}

// ImageSource is one host that pictures may come from.
type ImageSource struct{ Scheme, Host, Port, Path string }

// Route is one entry of the route table. Component is nil for redirects.
type Route struct {
	Pattern   string
	Source    string // for messages
	Type      string // "page", "endpoint" or "redirect"
	Prerender bool
	Error     int    // 404 or 500 for an error page
	Head      string // HTML: stylesheets of the closure
	Policy    string // Content-Security-Policy
	To        string // of a redirect
	Status    int    // of a redirect
	Component *Component
	Markdown  bool // a page of the content store, which Component is the layout of
}

// Session is what the runtime needs to know of sessions; the fields are those of site.SessionConfig.
type Session struct {
	Driver, Dir string
	Seconds     int64 // of a life
	Name        string
	Domain      string
	SameSite    string // of site.SameSite, "" for the default
	Secure      bool
}

func (s *Session) literal() string {
	var cookie, f fields
	cookie.str("Name", s.Name)
	cookie.str("Domain", s.Domain)
	if s.SameSite != "" {
		cookie = append(cookie, "SameSite: _sg.SameSite"+s.SameSite)
	}
	cookie.flag("Secure", s.Secure)
	f.str("Driver", s.Driver)
	f.str("Dir", s.Dir)
	f = append(f, "TTL: "+strconv.FormatInt(s.Seconds, 10)+" * 1000000000", "Cookie: _sg.Cookie{"+cookie.String()+"}")
	return f.String()
}

// Config is what the runtime needs of site.yaml; the fields are those of site.Config.
type Config struct {
	Site, Base, TrailingSlash, BuildFormat, AssetsDir, BuildID, Generator string

	CheckOrigin    bool
	AllowedHosts   []string
	TrustedProxies []string
	BodyLimit      int64
	Headers        []HeaderRule
	OnePiece       bool
	Locales        *Locales // nil on a site that names no languages
	Dev            bool
}

// Locales are the languages of the site; its fields are those of the runtime's.
type Locales struct {
	Default       string
	PrefixDefault bool
	List          []Locale
}

// Locale is one of them.
type Locale struct {
	Path  string
	Codes []string
}

func (l *Locales) literal() string {
	var f fields
	f.str("Default", l.Default)
	f.flag("PrefixDefault", l.PrefixDefault)
	list := make([]string, len(l.List))
	for i, loc := range l.List {
		var g fields
		g.str("Path", loc.Path)
		g.list("Codes", loc.Codes)
		list[i] = "{" + g.String() + "}"
	}
	f = append(f, "List: []_sg.Locale{"+strings.Join(list, ", ")+"}")
	return f.String()
}

// HeaderRule adds header lines to the answers whose path matches Pattern.
type HeaderRule struct {
	Pattern string
	Set     [][2]string // name, value
}

// Asset is what became of an imported file or a processed script.
type Asset struct {
	URL           string
	Width, Height int
	Format        string
	Animated      bool   // an image that moves
	Font          [5]int // of a font: units per em, ascent, descent, line gap, width of a letter
	Tag           string // HTML of the whole <script> element
}

// RuntimePath is the package that pages call.
const RuntimePath = runtimePath

// fetchPath is the package that sends the requests of site.Fetch; only programs that call it link it.
var fetchPath = path.Join(runtimePath, "nethttp")

// formPath is the package that reads forms into structs.
var formPath = path.Join(runtimePath, "form")

// cspPath is the package that makes hashes for a Content-Security-Policy.
var cspPath = path.Join(runtimePath, "csp")

// Bundle prints two packages: bundle, whose App serves the site, and prerender, a program that renders the prerendered
// routes. Both hold the whole route table; each links only the components that it runs.
func (p *Program) Bundle(b Bundle) []File {
	return []File{
		{Path: path.Join(p.in.GenDir, "bundle", "bundle.go"), Data: p.bundle(b, onDemand)},
		{Path: path.Join(p.in.GenDir, "prerender", "main.go"), Data: p.bundle(b, prerendered)},
	}
}

// linking says which of the programs a bundle is printed for.
type linking int

const (
	onDemand    linking = iota // package bundle
	prerendered                // the prerender program
	all                        // the program of the development server
)

// runs says whether a route's component is linked into the program.
func (r Route) runs(in linking) bool {
	return r.Component != nil && !r.Markdown && (in == all || r.Prerender == (in == prerendered))
}

// fields writes key: value pairs of a composite literal, leaving out zero values.
type fields []string

func (f *fields) str(name, v string) {
	if v != "" {
		*f = append(*f, name+": "+strconv.Quote(v))
	}
}

func (f *fields) num(name string, v int64) {
	if v != 0 {
		*f = append(*f, name+": "+strconv.FormatInt(v, 10))
	}
}

func (f *fields) flag(name string, v bool) {
	if v {
		*f = append(*f, name+": true")
	}
}

func (f *fields) list(name string, v []string) {
	if len(v) == 0 {
		return
	}
	q := make([]string, len(v))
	for i, s := range v {
		q[i] = strconv.Quote(s)
	}
	*f = append(*f, name+": []string{"+strings.Join(q, ", ")+"}")
}

func (f fields) String() string { return strings.Join(f, ", ") }

var routeTypes = map[string]string{"endpoint": "_sg.EndpointRoute", "redirect": "_sg.RedirectRoute"}

func (r Route) literal(alias string, in linking) string {
	var f fields
	f.str("Pattern", r.Pattern)
	f.str("Source", r.Source)
	if t := routeTypes[r.Type]; t != "" {
		f = append(f, "Type: "+t)
	}
	f.flag("Prerender", r.Prerender)
	c := r.Component
	if c != nil {
		f.flag("Partial", c.Flags.Partial)
	}
	f.num("Error", int64(r.Error))
	f.str("Head", r.Head)
	if r.runs(in) {
		f.str("Policy", r.Policy)
	}
	if c != nil && r.Type != "endpoint" {
		f.flag("Doctype", !c.Flags.Partial && !c.Doctype())
		f.flag("HeadFirst", !c.Flags.Partial && !c.Head() && !c.HTML())
		f.flag("HeadHTML", !c.Flags.Partial && !c.Head() && c.HTML())
	}
	if r.Type == "redirect" {
		var to fields
		to.str("To", r.To)
		to.num("Status", int64(r.Status))
		f = append(f, "Redirect: &_sg.RedirectTo{"+to.String()+"}")
	}
	if !r.runs(in) {
		return f.String()
	}
	paths := r.Prerender && c.Flags.StaticPaths != nil
	if r.Type != "endpoint" && !paths {
		render := c.pageFunc(alias)
		if !r.Prerender {
			render = c.revalidated("RevalidatePage", render)
		}
		f = append(f, "Render: "+render)
	}
	if len(c.Flags.Methods) > 0 {
		m := make([]string, len(c.Flags.Methods))
		for i, method := range c.Flags.Methods {
			handler := alias + "." + method.Name
			if !r.Prerender && r.Type == "endpoint" && method.Name == "GET" {
				handler = c.revalidated("Revalidate", handler)
			}
			m[i] = strconv.Quote(method.Name) + ": " + handler
		}
		slices.Sort(m)
		f = append(f, "Methods: map[string]_sg.Handler{"+strings.Join(m, ", ")+"}")
	}
	if paths {
		if c.Flags.PathSeq {
			f = append(f, "PathSeq: _sg.StaticPathSeq("+alias+".GetStaticPaths, "+alias+".Render)")
		} else {
			f = append(f, "Paths: _sg.StaticPaths("+alias+".GetStaticPaths, "+alias+".Render)")
		}
	}
	return f.String()
}

// pageFunc is the expression that renders a component as a page: without slots, and with no props but their defaults.
func (c *Component) pageFunc(alias string) string {
	var defaults fields
	if c.front.props != nil {
		for _, f := range c.front.props.Fields {
			if f.HasDef {
				defaults = append(defaults, f.Name+": "+f.Default)
			}
		}
	}
	if len(defaults) == 0 {
		return "_sg.PageFunc(" + alias + ".Render)"
	}
	return "func(w *_sg.Writer, page *_sg.Page) error { return " + alias + ".Render(w, page, " + alias + ".Props{" + defaults.String() + "}, " + alias + ".Slots{}) }"
}

func (c Config) literal() string {
	var f fields
	f.str("Site", c.Site)
	f.str("Base", c.Base)
	f.str("TrailingSlash", c.TrailingSlash)
	f.str("BuildFormat", c.BuildFormat)
	f.str("AssetsDir", c.AssetsDir)
	f.str("BuildID", c.BuildID)
	f.str("Generator", c.Generator)
	f.flag("CheckOrigin", c.CheckOrigin)
	f.list("AllowedHosts", c.AllowedHosts)
	if len(c.TrustedProxies) > 0 {
		var list []string
		for _, p := range c.TrustedProxies {
			list = append(list, strconv.Quote(p))
		}
		f = append(f, "TrustedProxies: _sg.TrustedProxies("+strings.Join(list, ", ")+")")
	}
	f.num("BodyLimit", c.BodyLimit)
	f.flag("OnePiece", c.OnePiece)
	if c.Locales != nil {
		f = append(f, "Locales: &_sg.Locales{"+c.Locales.literal()+"}")
	}
	if len(c.Headers) > 0 {
		rules := make([]string, len(c.Headers))
		for i, h := range c.Headers {
			lines := make([]string, len(h.Set))
			for j, l := range h.Set {
				lines[j] = "{Name: " + strconv.Quote(l[0]) + ", Value: " + strconv.Quote(l[1]) + "}"
			}
			rules[i] = "{Pattern: " + strconv.Quote(h.Pattern) + ", Set: []_sg.HeaderLine{" + strings.Join(lines, ", ") + "}}"
		}
		f = append(f, "Headers: []_sg.HeaderRule{"+strings.Join(rules, ", ")+"}")
	}
	return f.String()
}

func (m *Images) literal(prerender bool) string {
	var f fields
	service := m.OnDemand
	if prerender {
		service = m.Prerendered
	}
	f.str("Service", service)
	f.str("Own", m.Own)
	f.ints("Widths", m.Widths)
	f.num("Quality", int64(m.Quality))
	f.ints("Qualities", m.Qualities)
	f.list("Formats", m.Formats)
	if len(m.Remote) > 0 {
		sources := make([]string, len(m.Remote))
		for i, s := range m.Remote {
			var g fields
			g.str("Scheme", s.Scheme)
			g.str("Host", s.Host)
			g.str("Port", s.Port)
			g.str("Path", s.Path)
			sources[i] = "{" + g.String() + "}"
		}
		f = append(f, "Remote: []_sg.ImageSource{"+strings.Join(sources, ", ")+"}")
	}
	return f.String()
}

func (f *fields) ints(name string, v []int) {
	if len(v) == 0 {
		return
	}
	s := make([]string, len(v))
	for i, n := range v {
		s[i] = strconv.Itoa(n)
	}
	*f = append(*f, name+": []int{"+strings.Join(s, ", ")+"}")
}

func (a Asset) literal() string {
	var f fields
	f.str("URL", a.URL)
	f.num("Width", int64(a.Width))
	f.num("Height", int64(a.Height))
	f.str("Format", a.Format)
	f.flag("Animated", a.Animated)
	if m := a.Font; m[0] != 0 {
		f = append(f, fmt.Sprintf("Font: &_sg.FontMetrics{UnitsPerEm: %d, Ascent: %d, Descent: %d, LineGap: %d, Width: %d}", m[0], m[1], m[2], m[3], m[4]))
	}
	f.str("Tag", a.Tag)
	return f.String()
}

// gofmt aligns what is printed without alignment. The text is ours, so that it always parses.
func gofmt(src string) []byte {
	out, err := format.Source([]byte(src))
	if err != nil {
		panic("generated bundle does not parse: " + err.Error())
	}
	return out
}
