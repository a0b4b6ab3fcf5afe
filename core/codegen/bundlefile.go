package codegen

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// bundleFile is a package that brings the components of a site together: that of what renders on demand, the program that
// prerenders, or that of the development server.
type bundleFile struct {
	p  *Program
	b  Bundle
	in linking

	components []*Component          // that are linked, by import path
	alias      map[*Component]string // their names in the file
	layouts    []Layout
	texts      []MarkdownText
	islands    []*Component
	pictures   bool

	out strings.Builder
}

// bundle writes the package for one way of linking.
func (p *Program) bundle(b Bundle, in linking) []byte {
	f := &bundleFile{p: p, b: b, in: in, alias: map[*Component]string{}}
	f.choose()
	f.head()
	f.entry()
	f.app()
	f.inits()
	return gofmt(f.out.String())
}

func (f *bundleFile) w(ss ...string) {
	for _, s := range ss {
		f.out.WriteString(s)
	}
}

// choose finds out what is linked, so that nothing else costs bytes or is compiled again.
func (f *bundleFile) choose() {
	b, in := f.b, f.in
	take := func(c *Component) {
		if c != nil && !slices.Contains(f.components, c) {
			f.components = append(f.components, c)
		}
	}
	for _, r := range b.Routes {
		if r.runs(in) {
			take(r.Component)
		}
	}
	for _, l := range b.Layouts {
		if in == all || l.Prerender == (in == prerendered) {
			f.layouts = append(f.layouts, l)
			take(l.Component)
		}
	}
	if f.hasContent() {
		f.texts, f.pictures = b.Texts, b.Pictures != nil
	}
	for _, t := range f.texts {
		take(t.Component)
	}
	f.islands = b.islands()
	if in != prerendered {
		for _, c := range f.islands {
			take(c)
		}
	}
	slices.SortFunc(f.components, func(a, b *Component) int { return cmp.Compare(a.ImportPath, b.ImportPath) })
	for i, c := range f.components {
		f.alias[c] = "c" + strconv.Itoa(i)
	}
}

// hasContent says whether the package has the content store: on demand only what is embedded.
func (f *bundleFile) hasContent() bool {
	return f.b.Content && (f.in != onDemand || f.b.Embedded != "")
}

func (f *bundleFile) embeds() bool { return f.b.Embedded != "" && f.in == onDemand }

// head writes the comment, the clause of the package and the imports.
func (f *bundleFile) head() {
	name, doc := "bundle", "// Package bundle holds the application: routes, assets and configuration. Prerendered pages are not linked.\n"
	switch f.in {
	case prerendered:
		name, doc = "main", "// Command prerender renders the prerendered routes. It is run by sitegen build.\n"
	case all:
		name, doc = "main", "// Command app renders every route. It is run by sitegen dev.\n"
	}
	f.w(Header, "\n", doc, "package ", name, "\n\nimport (\n")
	imports := f.imports()
	// gofmt sorts a group of imports by path.
	slices.SortFunc(imports, func(a, b string) int { return cmp.Compare(a[strings.Index(a, `"`):], b[strings.Index(b, `"`):]) })
	for _, s := range imports {
		f.w("\t", s, "\n")
	}
	f.w(")\n\n")
}

func (f *bundleFile) imports() []string {
	b := f.b
	var list []string
	need := func(cond bool, name, path string) {
		if cond {
			list = append(list, strings.TrimLeft(name+" "+strconv.Quote(path), " "))
		}
	}
	need(true, "_sg", runtimePath)
	need(f.in == prerendered, "", "sitegen.dev/core/prerender/runtime")
	need(f.in == prerendered && b.Content, "", "sitegen.dev/core/prerender/runtime/collections")
	need(f.in == all, "", "sitegen.dev/core/dev/runtime")
	need(f.in == all && b.Content, "", "sitegen.dev/core/dev/runtime/collections")
	need(f.embeds(), "_", "embed")
	if env := f.p.in.Env; env.Live() {
		need(true, "_env", env.Package)
	}
	mw := cmp.Or(b.Middleware, b.Guards)
	need(mw != "", "_mw", mw)
	need(len(f.layouts)+len(f.texts) > 0 || f.pictures || f.embeds(), "_content", "sitegen.dev/core/site/content")
	need(len(f.islands) > 0, "", sealPath)
	need(b.Session != nil, "_rand", "crypto/rand")
	need(b.Hash != "", "", cspPath)
	need(b.Fetch, "_", fetchPath)
	for _, c := range f.components {
		need(true, f.alias[c], c.ImportPath)
	}
	for _, c := range f.behindFaces() {
		need(true, "_", c.ImportPath)
	}
	return list
}

// behindFaces gives the components that the development server has to link although nothing imports more than their faces.
func (f *bundleFile) behindFaces() (out []*Component) {
	if f.in != all {
		return nil
	}
	faces := f.p.faces()
	for _, c := range f.components {
		for _, d := range c.Closure() {
			if faces[d] && f.alias[d] == "" && !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
	}
	return out
}

// entry writes what begins: main for a program, and the head of the function that gives the application.
func (f *bundleFile) entry() {
	switch f.in {
	case prerendered:
		hook := "nil"
		if f.b.Content {
			hook = "collections.Content{}"
			if len(f.layouts) > 0 {
				hook = "collections.Content{Layouts: layouts}"
			}
		}
		f.w("func main() { runtime.Main(app(), ", hook, ") }\n\nfunc app() *_sg.App {\n")
	case all:
		hook := "nil"
		if f.b.Content {
			hook = "collections.Load(nil)"
			if len(f.layouts) > 0 {
				hook = "collections.Load(layouts)"
			}
		}
		f.w("func main() { runtime.Main(app, ", hook, ") }\n\nfunc app() *_sg.App {\n")
	default:
		if f.embeds() {
			f.w("//go:embed ", f.b.Embedded, "\nvar content string\n\n")
		}
		f.w("// App gives a new application.\nfunc App() *_sg.App {\n")
		if f.embeds() {
			f.w("\t_content.UseEmbedded(content)\n")
		}
	}
}

// app writes the application as one literal.
func (f *bundleFile) app() {
	b, prerender := f.b, f.in == prerendered
	dev, end := "", "" // what only the development server needs is linked through a call
	if b.Config.Dev {
		dev, end = "_sg.Dev(", ")"
	}
	f.w("\treturn ", dev, "&_sg.App{\n")
	f.routes()
	if b.Middleware != "" {
		f.w("\t\tMiddleware: _mw.OnRequest,\n")
	}
	if b.Guards != "" {
		f.w("\t\tGuards: _sg.NewGuards(_mw.Guards),\n")
	}
	if len(f.islands) > 0 {
		f.serverIslands()
	}
	if b.Hash != "" {
		f.w("\t\tHash: csp.", b.Hash, ",\n")
	}
	if f.p.in.Env.Live() {
		f.w("\t\tEnv: _env.Vars,\n")
	}
	if b.Images != nil {
		f.w("\t\tImages: &_sg.Images{", b.Images.literal(prerender), "},\n")
	}
	if b.Session != nil {
		f.w("\t\tSessions: _sg.NewSessions(_sg.SessionConfig{", b.Session.literal(), "}, _rand.Read),\n")
	}
	config := b.Config
	if prerender {
		config.BuildID = "" // changes with every text, and would have the program linked again
	}
	f.w("\t\tConfig: _sg.Config{", config.literal(), "},\n")
	f.assets()
	f.w("\t}", end, "\n}\n")
}

func (f *bundleFile) routes() {
	pages := f.in != prerendered && len(f.layouts) > 0
	f.w("\t\tRoutes: ")
	if pages {
		f.w("append(")
	}
	f.w("[]*_sg.Route{\n")
	for _, r := range f.b.Routes {
		if !r.Markdown {
			f.w("\t\t\t{", r.literal(f.alias[r.Component], f.in), "},\n")
		}
	}
	f.w("\t\t}")
	if pages {
		f.w(", _content.Pages(_content.Store(), layouts)...)")
	}
	f.w(",\n")
}

func (f *bundleFile) serverIslands() {
	key := f.b.IslandKey
	if f.in == prerendered {
		key = "" // comes with the job
	}
	f.w("\t\tIslands: _sg.NewIslands(\n\t\t\tfunc(keys string) (_sg.KeyRing, error) { return seal.New(keys) }, ", strconv.Quote(key), ", ", strconv.Quote(f.b.IslandMark), ",\n")
	if f.in != prerendered {
		for _, c := range f.islands {
			f.w("\t\t\t_sg.NewIsland(", strconv.Quote(c.islandID()), ", ", strconv.Quote(c.propsHash()), ", ", strconv.Quote(c.Path), ", ", f.alias[c], ".Render),\n")
		}
	}
	f.w("\t\t),\n")
}

func (f *bundleFile) assets() {
	f.w("\t\tAssets: map[string]_sg.Asset{")
	ids := slices.Sorted(maps.Keys(f.b.Assets))
	for i, id := range ids {
		if i == 0 {
			f.w("\n")
		}
		f.w("\t\t\t", strconv.Quote(id), ": {", f.b.Assets[id].literal(), "},\n")
	}
	if len(ids) > 0 {
		f.w("\t\t")
	}
	f.w("},\n")
}

// inits writes what the content store is told before anything is rendered.
func (f *bundleFile) inits() {
	if len(f.texts) > 0 {
		f.w("\nfunc init() {\n\t_content.UseTexts(map[string]_content.Text{\n")
		for _, t := range f.texts {
			f.w("\t", t.literal(f.alias[t.Component]))
		}
		f.w("\t})\n}\n")
	}
	if f.pictures {
		f.w("\nfunc init() { _content.UsePictures(_sg.Variants, _content.Pictures{", f.b.Pictures.literal(), "}) }\n")
	}
	if len(f.layouts) > 0 {
		f.w("\n// layouts are those of the Markdown pages.\nvar layouts = []_content.Layout{\n")
		for _, l := range f.layouts {
			f.w("\t", l.literal(f.alias[l.Component]), ",\n")
		}
		f.w("}\n")
	}
}
