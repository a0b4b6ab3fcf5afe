// Package assets turns what components bring along into the files a browser loads: scoped styles and style sheets
// (scope.go, css.go), processed scripts (scripts.go), content-hashed names (hash.go), the plan of which sheets a route
// links (plan.go), and the dimensions of images (image.go).
//
// Everything goes in and comes out as bytes and names: the package reads the files that styles and scripts refer to, and
// writes nothing. The same input gives the same bytes on every machine; nothing it emits holds a path of the machine
// that built it. It knows neither components nor routes, so that the dev server and the build can both drive it.
package assets

import "sitegen.dev/core/diag"

// Options say how style sheets and scripts are bundled.
type Options struct {
	Minify     bool
	PublicPath string            // what the URL of an emitted file begins with: base and assets directory, "/docs/_assets/"
	Target     []string          // oldest engines served, as "chrome111", "safari16.4", "es2022"; nil means DefaultTarget
	Define     map[string]string // identifiers replaced in scripts, values are JavaScript: {"import.meta.env.MODE": `"production"`}
	SourceMap  bool              // inside of scripts
	// Env says what is wrong with import.meta.env.NAME in a script of the project, a message of "" where nothing is. May be nil.
	Env  func(name string) (code diag.Code, message, hint string)
	Name string // of the emitted style sheet before its hash; "" means "style"
}

// DefaultTarget is the set of engines that emitted CSS and JavaScript run on when Options.Target is empty: what was
// "Baseline widely available" when nesting was not yet, so nested rules are written out and vendor prefixes are added
// where these engines need them.
var DefaultTarget = []string{"es2022", "chrome111", "edge111", "firefox114", "safari16.4"}

// File is an emitted file. Name is relative to the assets directory and carries a hash of the content, so the file may be
// cached for ever.
type File struct {
	Name string
	Data []byte
}

// Bundle is the result of bundling: one style sheet, or one script entry.
type Bundle struct {
	ID      string   // of the script; "" for a style sheet
	Entry   string   // name of the main file; "" when there is nothing to load
	Code    string   // content of the main file, for inlining
	Imports []string // names of the files that Entry imports at once, transitively, in order: for modulepreload
	CSS     string   // name of the style sheet that a script's CSS imports make up; "" when there are none
	Files   []File   // Entry and everything it needs, by name. Bundles of one call share files: same name, same bytes
	Reads   []string // pictures, fonts and other files that url() and imports of the bundles of one call name, relative to the project root
}

// Standalone says whether Code may be written into the page instead of being linked: it imports nothing, brings no style
// sheet and is smaller than limit bytes.
func (b Bundle) Standalone(limit int) bool {
	return b.Entry != "" && len(b.Imports) == 0 && b.CSS == "" && len(b.Code) < limit
}

// Inline is the policy of build.inline in site.yaml.
type Inline string

// The policies.
const (
	InlineAuto   Inline = "auto" // smaller than InlineLimit
	InlineAlways Inline = "always"
	InlineNever  Inline = "never"
)

// InlineLimit is the size in bytes from which InlineAuto links a style sheet.
const InlineLimit = 4 << 10

// ScriptInlineLimit is the size in bytes below which a standalone script is better written into the page.
const ScriptInlineLimit = 1 << 10

// Sheet says whether a style sheet of that many bytes is written into the page. The empty policy is InlineAuto.
func (p Inline) Sheet(size int) bool {
	switch p {
	case InlineAlways:
		return true
	case InlineNever:
		return false
	}
	return size < InlineLimit
}

func (o Options) target() []string {
	if len(o.Target) == 0 {
		return DefaultTarget
	}
	return o.Target
}

// offset gives the position of a place in an embedded text: line and col count from 1 within the text, whose first byte
// stands at base.
func offset(base diag.Pos, line, col int) diag.Pos {
	if base.Line == 0 {
		base.Line, base.Col = 1, 1
	}
	if line == 1 {
		col += max(base.Col, 1) - 1
	}
	return diag.Pos{File: base.File, Line: base.Line + line - 1, Col: col}
}
