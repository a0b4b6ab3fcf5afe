// Package routes turns the names of the files below the pages folder, and the redirects of site.yaml, into the route
// table: patterns in order of priority, with every name that cannot be a route, every pair that would answer the same
// URLs and every flag that contradicts its route reported to the author.
//
// It reads no files: whoever walks the pages folder hands over paths and what the compiler found in each file. It knows
// nothing of adapters either; whether anything can run per request is checked where the adapter is known.
package routes

import (
	"path"
	"slices"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// Kind says what a file below the pages folder is.
type Kind int

// The kinds of files.
const (
	Skipped   Kind = iota // below a name with a leading underscore or dot, or left by an editor: no route, no warning
	Component             // .gosite: a page or an endpoint
	Markdown              // .md
	HTML                  // .html: copied as it is
	Unknown               // anything else: no route, and a warning
)

// extensions are the file types that make routes.
var extensions = []struct {
	ext  string
	kind Kind
}{
	{".gosite", Component},
	{".md", Markdown},
	{".html", HTML},
}

// Classify says what the file at a slash-separated path below the pages folder is. A name that begins with an
// underscore or a dot leaves out the file or the whole folder; .well-known is the one dot folder that is kept.
func Classify(file string) Kind {
	names := strings.Split(file, "/")
	for i, name := range names {
		if strings.HasPrefix(name, "_") {
			return Skipped
		}
		if strings.HasPrefix(name, ".") && (name != ".well-known" || i == len(names)-1) {
			return Skipped
		}
	}
	if Leftover(names[len(names)-1]) {
		return Skipped
	}
	for _, e := range extensions {
		if strings.HasSuffix(file, e.ext) {
			return e.kind
		}
	}
	return Unknown
}

// Method is a request method that a file declares a handler for.
type Method struct {
	Name string // "GET", "POST", …, "ALL"
	At   diag.Range
}

// Page is a file below the pages folder, or a component that site.yaml gives a route, and what the compiler found in it.
// Only Path and Source are needed for a file that is not a Component.
type Page struct {
	Path         string // below the pages folder, slash-separated: "blog/[slug].gosite"
	Pattern      string // instead of Path, where site.yaml names it
	PatternAt    diag.Range
	Source       string // below the project root: "src/pages/blog/[slug].gosite"
	HasTemplate  bool   // or its fence always answers
	Methods      []Method
	Prerender    *bool       // the flag, nil where the file has none
	PrerenderAt  diag.Range  // of the flag
	Revalidate   int         // seconds; 0 where the file does not say it
	RevalidateAt diag.Range  // of them
	StaticPaths  *diag.Range // of GetStaticPaths, nil where the file has none
	Features     []manifest.Feature
}

// Redirect is a redirect of site.yaml and where it stands.
type Redirect struct {
	From   string
	To     string
	Status int
	At     diag.Range // of From
	ToAt   diag.Range
}

// Config is what the route table needs to know from site.yaml.
type Config struct {
	Output    string // "static" or "server"
	Redirects []Redirect
	// HasPublic says whether the public folder has a file of this name ("img/a.png"). A redirect to such a file ends
	// there, whatever the route table says. May be nil.
	HasPublic func(name string) bool
}

// entry is a route with what only the sorting and the checks need.
type entry struct {
	manifest.Route
	kind  Kind
	at    diag.Range // where a message about the route points
	toAt  diag.Range // of a redirect's target
	paths *diag.Range
	order int // of the input, to keep reports stable
}

// Build gives the route table in order of priority: the first route that matches answers. Files that make no route are
// left out; a Route is found back by its Source. The table is usable only when the list has no errors.
func Build(files []Page, cfg Config) ([]manifest.Route, *diag.List) {
	list := &diag.List{}
	var entries []*entry
	for _, f := range sortedByPath(files) {
		if e := fileEntry(f, cfg, list); e != nil {
			entries = append(entries, e)
		}
	}
	for _, r := range cfg.Redirects {
		if e := redirectEntry(r, list); e != nil {
			entries = append(entries, e)
		}
	}
	for i, e := range entries {
		e.order = i
	}
	slices.SortStableFunc(entries, func(a, b *entry) int { return Compare(&a.Route, &b.Route) })
	entries = collisions(entries, list)
	redirectLoops(entries, cfg, list)

	table := make([]manifest.Route, len(entries))
	for i, e := range entries {
		table[i] = e.Route
	}
	return table, list
}

func sortedByPath(files []Page) []Page {
	files = slices.Clone(files)
	slices.SortStableFunc(files, func(a, b Page) int { return strings.Compare(a.Path, b.Path) })
	return files
}

// fileEntry turns one file into a route, or into nothing.
func fileEntry(f Page, cfg Config, list *diag.List) *entry {
	whole := diag.Range{Pos: diag.Pos{File: f.Source}}
	kind := Classify(f.Path)
	if f.Pattern != "" {
		kind, whole = Component, f.PatternAt
	}
	switch kind {
	case Skipped:
		return nil
	case Unknown:
		hint := "move it out of the pages folder, or begin its name with an underscore"
		switch ext := path.Ext(f.Path); ext {
		case ".mdx", ".markdown", ".MD":
			hint = "rename it to " + strings.TrimSuffix(path.Base(f.Path), ext) + ".md if it is Markdown; components stand in .gosite files"
		case ".astro", ".ts", ".js", ".tsx", ".jsx", ".vue", ".svelte", ".templ", ".tmpl":
			hint = "write the page as " + strings.TrimSuffix(path.Base(f.Path), ext) + ".gosite; scripts for the browser lie outside the pages folder"
		}
		list.Warn("SG3004", whole, path.Base(f.Path)+" is not a kind of file that makes a page", hint)
		return nil
	}
	pattern, segments, problem := filePattern(f.Path)
	if f.Pattern != "" {
		pattern, segments, problem = parsePattern(f.Pattern)
	}
	if problem != nil {
		list.Error(problem.code, whole, problem.message, problem.hint)
		return nil
	}
	e := &entry{kind: kind, at: whole, paths: f.StaticPaths, Route: manifest.Route{
		Pattern:  pattern,
		Segments: segments,
		Type:     manifest.Page,
		Source:   f.Source,
		Error:    errorStatus(pattern),
		Features: f.Features,
	}}
	if kind == Component && !componentType(e, f, list) {
		return nil
	}
	e.Prerender = cfg.Output != "server"
	if f.Prerender != nil {
		e.Prerender = *f.Prerender
		e.Line = f.PrerenderAt.Line
		if at := f.PrerenderAt; !e.Prerender && at.File != "" {
			e.Features = append(slices.Clone(e.Features), manifest.Feature{Name: "onDemand", File: at.File, Line: at.Line, Col: at.Col})
		}
	}
	if kind == HTML {
		e.Prerender, e.Line, e.Features = true, 0, f.Features
	}
	if !staticPaths(e, f, list) {
		return nil
	}
	if !prerenderedMethods(e, f, list) {
		return nil
	}
	revalidate(e, f, list)
	return e
}

// errorStatus says which error page a pattern is; 0 for none.
func errorStatus(pattern string) int {
	switch pattern {
	case "/404":
		return 404
	case "/500":
		return 500
	}
	return 0
}

// componentType decides between page and endpoint.
func componentType(e *entry, f Page, list *diag.List) bool {
	e.Methods = methodNames(f.Methods)
	if f.HasTemplate {
		if i := slices.IndexFunc(f.Methods, func(m Method) bool { return m.Name == "GET" }); i >= 0 {
			list.Error("SG3006", orWhole(f.Methods[i].At, e.at), f.Source+" has a template and also declares GET",
				"remove GET, or remove the template to make it an endpoint")
			return false
		}
		return true
	}
	if len(f.Methods) == 0 {
		list.Error("SG3005", e.at, f.Source+" has neither a template nor a request handler",
			"write the page below the closing ---, or declare a handler:\nfunc GET(page *site.Page) error { return page.JSON(1) }")
		return false
	}
	if e.Error != 0 {
		list.Error("SG3013", orWhole(f.Methods[0].At, e.at), f.Source+" is an error page, which needs a template", "")
		return false
	}
	e.Type = manifest.Endpoint
	return true
}

func methodNames(methods []Method) []string {
	var names []string
	for _, m := range methods {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// staticPaths holds GetStaticPaths against the pattern and the prerender flag.
func staticPaths(e *entry, f Page, list *diag.List) bool {
	dynamic := isDynamic(e.Segments)
	if dynamic && e.kind != Component {
		list.Error("SG3012", e.at, f.Source+" has a parameter in its name, which only a .gosite file can fill",
			"make it a .gosite page that declares GetStaticPaths")
		return false
	}
	if !dynamic {
		if f.StaticPaths != nil {
			list.Warn("SG3009", orWhole(*f.StaticPaths, e.at), "GetStaticPaths has no effect: "+e.Pattern+" has no parameters",
				"remove GetStaticPaths")
		}
		return true
	}
	if !e.Prerender {
		if f.StaticPaths != nil {
			list.Warn("SG3008", orWhole(*f.StaticPaths, e.at), "GetStaticPaths has no effect: "+e.Pattern+" renders on demand",
				"remove GetStaticPaths, or prerender the route with: const prerender = true")
		}
		return true
	}
	if f.StaticPaths == nil {
		list.Error("SG3007", orWhole(f.PrerenderAt, e.at), e.Pattern+" is prerendered but does not list its paths", pasteStaticPaths(e, f))
		return false
	}
	return true
}

// pasteStaticPaths gives the declaration that a dynamic prerendered route lacks, with its own parameters.
func pasteStaticPaths(e *entry, f Page) string {
	var params []string
	for _, name := range paramNames(e.Segments) {
		params = append(params, `"`+name+`": "…"`)
	}
	// An endpoint has no Props of its own to fill.
	props := "Props"
	if e.Type == manifest.Endpoint {
		props = "struct{}"
	}
	return "declare in the fence:\n" +
		"func GetStaticPaths(b *site.Build) ([]site.Path[" + props + "], error) {\n" +
		"\treturn []site.Path[" + props + "]{{Params: site.Params{" + strings.Join(params, ", ") + "}}}, nil\n" +
		"}\n" +
		"or render it per request: const prerender = false"
}

// prerenderedMethods reports handlers that nobody can ever reach because the route is rendered once, at build time.
func prerenderedMethods(e *entry, f Page, list *diag.List) bool {
	if !e.Prerender {
		return true
	}
	const hint = "render it per request: const prerender = false"
	if e.Type == manifest.Endpoint && !slices.Contains(e.Methods, "GET") && !slices.Contains(e.Methods, "ALL") {
		list.Error("SG3010", orWhole(f.Methods[0].At, e.at), e.Pattern+" is prerendered but declares no GET", hint)
		return false
	}
	for _, m := range f.Methods {
		if m.Name == "GET" || m.Name == "HEAD" || m.Name == "ALL" && e.Type == manifest.Endpoint {
			continue
		}
		list.Warn("SG3011", orWhole(m.At, e.at), m.Name+" is never called: "+e.Pattern+" is prerendered", hint)
	}
	return true
}

// revalidate notes that caches may keep the answers of a route for a time, where that means anything.
func revalidate(e *entry, f Page, list *diag.List) {
	switch {
	case f.Revalidate == 0:
	case e.Prerender:
		list.Warn("SG3018", orWhole(f.RevalidateAt, e.at), "revalidate has no effect: "+e.Pattern+" is prerendered, and stays as it is until the next build",
			"render it on demand: const prerender = false")
	case e.Error != 0 || e.Type == manifest.Endpoint && !slices.Contains(e.Methods, "GET"):
		list.Warn("SG3018", orWhole(f.RevalidateAt, e.at), "revalidate has no effect: the answers of "+e.Pattern+" are never kept", "remove it")
	default:
		e.Revalidate = f.Revalidate
		at := orWhole(f.RevalidateAt, e.at)
		e.Features = append(slices.Clone(e.Features), manifest.Feature{Name: "revalidate", File: at.File, Line: at.Line, Col: at.Col})
	}
}

// orWhole falls back to the whole file where the exact place is not known.
func orWhole(at, whole diag.Range) diag.Range {
	if at.File == "" {
		return whole
	}
	return at
}
