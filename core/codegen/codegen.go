// Package codegen turns the trees of a site's .gosite files into Go packages, one per component, that the Go toolchain
// type-checks and compiles. It works in four steps: front.go reads what a fence declares, link.go resolves what files
// say about each other (imports, props, slots, assets), lower.go reduces a template to a short list of typed
// operations, and gen.go prints those as Go whose errors and stack traces show the author's own lines. bundle.go writes
// the two packages that join the components to an application, errors.go reads the go command's output back.
//
// Everything here is syntax: no types, no I/O beyond the functions of Input, nothing written. The package emits calls
// of sitegen.dev/core/site and never imports it.
package codegen

import (
	"slices"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/syntax"
)

// Source is one parsed file of the site.
type Source struct {
	Path string // slash-separated below the module root: "src/pages/index.gosite"
	File *syntax.File
}

// Input is what Link works on.
type Input struct {
	ModulePath string // of the site's go.mod
	ModuleDir  string // its directory; only handed on to External components' asset paths
	SrcDir     string // below the module root, "src"
	GenDir     string // below the module root, ".sitegen/gen"
	Sources    []Source
	Layouts    []LayoutImport

	// CSSClasses gives the classes of a CSS module, whose path is below the module root: as they are written, and as they are
	// in the page. at is where it is imported. Nil where there are no CSS modules.
	CSSClasses func(file string, at diag.Range) (names, renamed []string, ok bool)

	Env *Env // nil where site.yaml has no variables
	CSP bool // pages have a Content-Security-Policy, and scripts stay the same whatever values they are given

	// External gives the directory that holds the files of an import path outside the module: "github.com/acme/ui" for
	// the import "github.com/acme/ui/Button.gosite". Nil where no component of another module can be had.
	External func(importPath string) (dir string, err error)
	// ReadFile reads a file of such a directory, by the path that External gave joined with the file name.
	ReadFile func(path string) ([]byte, error)
	// GoFiles gives the Go files of a package, for the names that somebody may have meant; nil, or nothing, where they
	// cannot be had.
	GoFiles func(importPath string) [][]byte
}

// Program is the linked site.
type Program struct {
	Components []*Component // by Path; those of other modules last

	in      Input
	byPath  map[string]*Component
	layouts map[string]*Component // by layoutKey; nil where the import failed
	dirs    map[string]bool       // folders that hold components
}

// Component is one .gosite file and what the rest of the compiler needs to know of it.
type Component struct {
	Path       string // below the module root, or the import path with file name of another module's component
	ImportPath string // of the generated package
	Dir        string // of the generated package, below the module root
	Package    string // its name: "card"
	Name       string // base name of the file: "Card"
	External   bool   // belongs to another module
	Text       bool   // made of Markdown
	Builtin    bool   // comes with the compiler

	Scope    string // attribute of the scoped styles, "data-s-4f2a81c0"; "" without such a style
	Imports  []*Component
	Styles   []Style
	Scripts  []Script
	Assets   []AssetImport
	Inline   []Inline
	Linked   []Linked
	Unknown  []Unknown
	Modules  []ClientModule // scripts that islands of the browser are started with
	Flags    Flags
	Features []manifest.Feature
	Deferred []Deferred // the uses of server:defer
	HasHead  bool       // the template holds <head>
	HasHTML  bool       // the template holds <html>
	HasBody  bool       // the template ends a document: it holds <body> or <html>
	Query    diag.Range // where the component reads the query of the address; without a file where it does not

	AsksPrerendered bool // the component reads page.Prerendered
	HasDoctype      bool // the template begins with <!doctype …>
	HasTemplate     bool // there is anything but blanks and Go comments below the fence
	Returns         bool // the fence always ends with a return of something, so that a page needs no template

	env     *Env
	file    *syntax.File
	dir     string // slash-separated directory of the source, base of its relative imports
	assetFS string // directory on disk of an external component
	front   *front
	links   *links
	derived *structInfo // slots made of the <slot> tags
	flat    *structInfo // props with those of embedded components
	ops     Ops

	shadowed map[string]bool // see meanings

	faceDir  string   // of the package that others import in the development server; "" for components of other modules
	devFace  *devFace // see face
	faceRead bool

	dirty   bool        // it has to be linked again
	said    diag.List   // what linking it has found
	dev     *DevPackage // as it was printed last; see DevPackages
	shifted map[int]int // lines of the fence that stand so many columns further right in the generated file
}

// File gives the parsed source.
func (c *Component) File() *syntax.File { return c.file }

// Packages gives the import paths of the Go packages that the fence imports, in its order.
func (c *Component) Packages() []string {
	var out []string
	for _, s := range c.front.imports {
		if !isFileImport(s.Path) {
			out = append(out, s.Path)
		}
	}
	return out
}

// Style is the text of a <style> element that was taken out of the template.
type Style struct {
	CSS    string
	Global bool
	At     diag.Range
	Offset int // of CSS in the file
}

// Script is the text of a processed <script> element. TypeScript is always accepted.
type Script struct {
	ID     string // "src/components/Card.gosite#1"
	Code   string
	At     diag.Range
	Offset int // of Code in the file
}

// AssetKind tells imported files apart.
type AssetKind string

// The kinds of imported files.
const (
	AssetCSS   AssetKind = "css"   // joins the stylesheet of every page that uses the component
	AssetImage AssetKind = "image" // a variable of type site.Image
	AssetFile  AssetKind = "file"  // a variable holding the URL
)

// AssetImport is a file imported by the fence.
type AssetImport struct {
	ID     string // = Path below the module root; for another module's component the import path with the file name
	Path   string // below the module root, or absolute for another module's component
	Kind   AssetKind
	Module bool // a stylesheet whose classes are renamed
	Order  int  // how many component imports stand before it
	At     diag.Range
}

// Flags is what the fence declares for the route table.
type Flags struct {
	Prerender   *BoolFlag // nil: not said
	Partial     bool
	Revalidate  *SecondsFlag // nil: not said
	Methods     []Method     // in source order
	StaticPaths *diag.Range  // the name GetStaticPaths
	PathSeq     bool         // GetStaticPaths gives an iterator
	HasProps    bool         // the author declares type Props
}

// BoolFlag is a constant of the fence with its place.
type BoolFlag struct {
	Value bool
	At    diag.Range
}

// SecondsFlag is a constant of the fence with its place.
type SecondsFlag struct {
	Value int // seconds, at least 1
	At    diag.Range
}

// Method is an exported function that answers an HTTP method.
type Method struct {
	Name  string
	At    diag.Range
	Wrong bool // its signature is not that of a method, as was reported
}

// File is one generated file.
type File struct {
	Path string // below the module root
	Data []byte
}

// Closure gives the component with all that it imports, directly or not, each once: first what is imported, in the
// order of the import lines, and the component itself last. Styles apply in this order.
func (c *Component) Closure() []*Component {
	var out []*Component
	seen := map[*Component]bool{}
	var walk func(*Component)
	walk = func(c *Component) {
		if seen[c] {
			return
		}
		seen[c] = true
		for _, d := range c.Imports {
			walk(d)
		}
		out = append(out, c)
	}
	walk(c)
	return out
}

// Doctype says whether a component of the closure writes a doctype.
func (c *Component) Doctype() bool {
	for _, d := range c.Closure() {
		if d.HasDoctype {
			return true
		}
	}
	return false
}

// Head says whether a component of the closure has a <head>.
func (c *Component) Head() bool {
	for _, d := range c.Closure() {
		if d.HasHead {
			return true
		}
	}
	return false
}

// HTML says whether a component of the closure has an <html>.
func (c *Component) HTML() bool {
	return slices.ContainsFunc(c.Closure(), func(d *Component) bool { return d.HasHTML })
}

// outside gives the scripts that stand beside a whole document: at the outermost level of a component that has one, or
// whose layout has.
func (c *Component) outside() []string {
	if !slices.ContainsFunc(c.Closure(), func(d *Component) bool { return d.HasBody }) {
		return nil
	}
	var out []string
	for _, op := range c.outermost() {
		if s, ok := op.(RunScript); ok && !s.Here {
			out = append(out, s.ID)
		}
	}
	return out
}

// outermost gives the operations of the outermost level, also where they have a scope of their own.
func (c *Component) outermost() Ops {
	if len(c.ops) == 1 {
		if b, ok := c.ops[0].(Block); ok {
			return b.Body
		}
	}
	return c.ops
}

// Component gives the component of a source path, or nil.
func (p *Program) Component(path string) *Component { return p.byPath[path] }
