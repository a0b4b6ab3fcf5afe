// Package build turns a site into its finished files, phase by phase: read, parse, link, route, generate, bundle, compile,
// prerender, assemble. The phases are a literal list, each one a function over the state of one build. It writes only
// below the work directory .sitegen of the site's module and into a Stage, which the caller publishes when the adapter
// is through too.
//
// It knows nothing of adapters, terminals or flags. What the author can mend comes back as diagnostics; an error means
// that the machine or sitegen itself has failed.
package build

import (
	"context"
	"fmt"
	"io"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/prerender"
)

// Phase is one step of a build.
type Phase string

// The phases, in their order.
const (
	Read      Phase = "read"      // sources into trees
	Load      Phase = "load"      // collections from elsewhere
	Content   Phase = "content"   // collections into the store
	Link      Phase = "link"      // imports, props, slots across files
	Route     Phase = "route"     // the route table
	Assets    Phase = "assets"    // stylesheets, scripts, images
	Generate  Phase = "generate"  // Go packages
	Compile   Phase = "compile"   // the go command
	Entries   Phase = "entries"   // the content against the types that the site declares
	Prerender Phase = "prerender" // pages into files
	Links     Phase = "links"     // what pages link to is looked for
	Assemble  Phase = "assemble"  // public folder, assets, manifest
)

// phases is the whole of a build. Each function may add diagnostics; the build goes on after a phase only when there are
// no errors so far.
var phases = []struct {
	name Phase
	run  func(*builder, context.Context) error
}{
	{Read, (*builder).read},
	{Load, (*builder).load},
	{Content, (*builder).content},
	{Link, (*builder).link},
	{Route, (*builder).route},
	{Assets, (*builder).assets},
	{Generate, (*builder).generate},
	{Compile, (*builder).compile},
	{Entries, (*builder).entries},
	{Prerender, (*builder).prerender},
	{Links, (*builder).links},
	{Assemble, (*builder).assemble},
}

// Options says what to build and how.
type Options struct {
	Layout  *Layout
	Config  *config.Config
	Version string // of sitegen, for the manifest

	Until    Phase                       // last phase to run; empty for all
	Server   bool                        // an adapter will follow: static files go to client/ below the stage
	Vet      bool                        // run go vet too
	Drafts   bool                        // entries and pages that say draft: true are there
	Images   string                      // image service of the platform: "endpoint", "vercel", "netlify", "cloudflare" or ""
	All      bool                        // when a phase has found errors, report what later ones find in what is sound
	Access   bool                        // look for what keeps people from using the pages, as package a11y does
	Open     map[string][]byte           // text that stands for that of a file, by its name below the module root: what an editor holds unsaved
	Key      string                      // of server islands, what SITEGEN_KEY holds; empty to keep one in the work directory
	Links    string                      // instead of links.check of site.yaml: "warn", "error" or "off"
	Snapshot *Snapshot                   // of what is to be built; may be nil
	Clean    bool                        // make everything anew, whatever is known of the last build
	Force    bool                        // replace an output directory that sitegen did not make
	Beside   []string                    // directories of the stage that go below the project root instead of into the output
	Getenv   func(string) string         // environment, with the files .env; nil for an empty one
	Output   io.Writer                   // what the site's own code prints while prerendering
	Progress func(phase Phase, done int) // may be nil; done counts pages while prerendering
}

// Site is one built site. After a whole build, Stage holds its files.
type Site struct {
	Layout      *Layout
	Stage       *Stage             // nil unless the build went on to Assemble
	ClientDir   string             // absolute: where the static files are, in the stage
	Prerendered string             // absolute: the list of prerendered files, one manifest.Prerendered per line
	Routes      []manifest.Route   // from Route on, in order of priority
	Manifest    *manifest.Manifest // from Generate on
	Bundle      string             // import path of the render bundle
	OnDemand    bool               // whether any route is rendered per request
	Components  int
	Pages       *prerender.Result // nil unless the build went on to Prerender
	Assets      []Asset           // emitted files, sorted by name
	Images      ImageReport       // what became of <Image> and <Picture>
	PublicBytes int64
	Program     *codegen.Program
}

// Asset is one emitted stylesheet, script, image or other file.
type Asset struct {
	Name string // below the assets directory
	Size int64
}

// Run builds a site. The Site is usable only when the List has no errors and the error is nil; its Stage must then be
// published or discarded.
func Run(ctx context.Context, o Options) (*Site, *diag.List, error) {
	b := &builder{Options: o, list: &diag.List{}, site: &Site{Layout: o.Layout}, gen: genDir}
	if b.Output == nil {
		b.Output = io.Discard
	}
	if b.outsideWorkspace() {
		return nil, b.list, nil
	}
	if b.Snapshot != nil {
		b.prints = b.Snapshot.prints
	} else {
		b.prints = openFingerprints(b.Layout, fingerprintsFile)
	}
	if o.Until == "" || o.Until == Assemble {
		b.lookAhead()
	}
	defer b.contents.close()
	defer b.prints.save() // what could not be written is read again the next time
	for _, p := range phases {
		if err := ctx.Err(); err != nil {
			b.discard()
			return nil, b.list, context.Cause(ctx)
		}
		b.progress(p.name, 0)
		if err := p.run(b, ctx); err != nil {
			b.discard()
			if ctx.Err() != nil {
				return nil, b.list, context.Cause(ctx)
			}
			if d, ok := DiskProblem(o.Layout, err); ok {
				b.list.Add(d)
				return nil, b.list, nil
			}
			return nil, b.list, fmt.Errorf("%s: %w", p.name, err)
		}
		if b.list.HasErrors() {
			b.discard()
			if o.All {
				return nil, b.list, b.others(ctx, p.name)
			}
			return nil, b.list, nil
		}
		if p.name == o.Until {
			if p.name != Assemble {
				b.discard()
				b.site.Stage = nil
			}
			break
		}
	}
	return b.site, b.list, nil
}

// builder is the state that the phases hand on.
type builder struct {
	Options
	list *diag.List
	site *Site

	sources    []codegen.Source
	markdown   []string          // Markdown files below the pages folder, by name below the module root
	files      map[string][]byte // text of every source by its name below the module root
	program    *codegen.Program
	routes     []manifest.Route
	pages      map[string]*codegen.Component // by Route.Source
	contents   contentState
	prints     *fingerprints
	before     *before
	ahead      chan *before      // from lookAhead
	keys       map[string]string // of the pages, by source; nil where nothing is remembered
	programKey string
	compileKey string // of all that the go command reads
	inputs     *inputs
	emitted    []file // hashed files, names below the assets directory
	table      assetTable
	ctx        context.Context       // of the build, for the programs that it runs
	env        *codegen.Env          // variables of the environment, or nil
	envState   string                // values of all variables
	buildEnv   map[string]string     // values of those that are read while building
	secrets    map[string]string     // values that nothing may show
	islands    []*codegen.Component  // components that are rendered by requests of their own
	key        string                // of the islands
	middleware string                // import path of the package that declares OnRequest, or ""
	joints     map[string]diag.Range // where OnRequest and Guards are declared
	guards     string                // import path of the package that declares Guards, or ""
	guarded    []guard               // what they cover
	binary     string                // absolute: the compiled prerender program
	packages   map[string][][]byte   // Go files that were read for a hint; see goFiles
	memory     *memory               // of a Session; nil in a build that starts from nothing
	gen        string                // where the generated packages go, below the module root
}

func (b *builder) progress(p Phase, done int) {
	if b.Progress != nil {
		b.Progress(p, done)
	}
}

func (b *builder) discard() {
	if b.site.Stage != nil {
		b.site.Stage.Discard()
	}
}

// add takes over diagnostics of a package that names files below the module root.
func (b *builder) add(ds ...diag.Diagnostic) {
	for _, d := range ds {
		d.Range = b.place(d.Range)
		for i := range d.Notes {
			d.Notes[i].Range = b.place(d.Notes[i].Range)
		}
		b.list.Add(d)
	}
}
