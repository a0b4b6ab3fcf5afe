// Package adapter is the seam between the compiler and the platforms. An Adapter gets a compiled Site as plain data and
// paths and writes what its platform deploys through Out; it prints nothing and touches nothing else. What it cannot do
// it says in Info.Supports, and Check, in this package and nowhere else, holds the site against that.
//
// It may import manifest, diag, internal/gocmd and internal/cachedir, nothing else of sitegen: an adapter by somebody else has no more.
package adapter

import (
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"regexp"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// Protocol is the version of this interface: of Site, Info and the questions that an adapter of its own program is asked. One of
// another version is refused.
const Protocol = 1

// Level says how well an adapter does a feature.
type Level string

// The levels.
const (
	Stable       Level = "stable"
	Experimental Level = "experimental"
	Limited      Level = "limited"
	Unsupported  Level = "unsupported"
)

// Support is a Level with the reason the author is shown.
type Support struct {
	Level   Level  `json:"level"`
	Message string `json:"message,omitempty"` // what the author is told: why, or how far; may be empty with Stable
}

// The features that a route or a site may use; manifest.Feature.Name is one of them.
const (
	OnDemand     = "onDemand"     // a route rendered per request
	Streaming    = "streaming"    // page.Flush
	Middleware   = "middleware"   // OnRequest
	PageHeaders  = "pageHeaders"  // headers set by a prerendered page
	ServerIsland = "serverIsland" // server:defer
	Sessions     = "sessions"
	Revalidate   = "revalidate"
)

// Info says what an adapter is.
type Info struct {
	Name     string             `json:"name"`              // in site.yaml and for --adapter: letters, digits, ".", "_" and "-"
	Protocol int                `json:"protocol"`          // the Protocol that it was made for
	Supports map[string]Support `json:"supports"`          // a feature that is absent counts as unsupported
	Options  json.RawMessage    `json:"options,omitempty"` // JSON Schema (2020-12) of its block in site.yaml
	// OutDir is the one place, below the project root, where the platform looks for the output (".vercel/output"). It is
	// used where neither site.yaml nor a flag says where the output goes, and whatever lies there may be replaced. Empty
	// for platforms that look wherever they are told.
	OutDir string `json:"outDir,omitempty"`
	// Beside are directories, below the project root, that the platform reads beside the output (".netlify/v1"). What the
	// adapter writes below such a name goes there, together with the output and as a whole, and takes the place of
	// whatever lies there.
	Beside []string `json:"beside,omitempty"`
	// DeployWith is the platform's own command that deploys an output ("vercel deploy --prebuilt"), which people are told of
	// where the adapter is no Deployer.
	DeployWith string `json:"deployWith,omitempty"`
	// Images is the image service that pages can ask for pictures in other sizes: "endpoint" (/_image, answered by the
	// adapter's own running half), "vercel", "netlify" or "cloudflare" (the platform's). Empty where there is none.
	Images string `json:"images,omitempty"`
	// Env names the variables of the environment that Adapt looks at; Site.Env has those that are set.
	Env []string `json:"env,omitempty"`
}

// Site is one compiled site.
type Site struct {
	Manifest  *manifest.Manifest `json:"manifest"`
	Options   json.RawMessage    `json:"options,omitempty"` // the adapter's block of site.yaml without its name; DecodeOptions reads it
	OptionsAt diag.Pos           `json:"optionsAt"`         // where that block begins
	// OptionPlaces is where each option stands, by its path ("isr.expiration", "regions.0").
	OptionPlaces map[string]diag.Range `json:"optionPlaces,omitempty"`
	BodyLimit    int64                 `json:"bodyLimit,omitempty"` // bytes that site.yaml allows a request's body; 0 is no limit
	BodyLimitAt  diag.Range            `json:"bodyLimitAt"`         // where it does
	ClientDir    string                `json:"clientDir"`           // finished static files: pages, assets, public
	Prerendered  string                `json:"prerendered"`         // file of manifest.Prerendered lines
	ModuleDir    string                `json:"moduleDir"`           // root of the site's Go module: where to compile
	ModulePath   string                `json:"modulePath"`          // its path, "example.com/tea"
	Bundle       string                `json:"bundle"`              // import path of the render bundle: func App() *site.App
	OnDemand     bool                  `json:"onDemand"`            // whether anything runs per request
	OutDir       string                `json:"outDir"`              // where the output will stand in the end; "" where that is not known
	Images       Images                `json:"images"`
	Server       Server                `json:"server"`
	Env          map[string]string     `json:"env,omitempty"` // of Info.Env, what is set
}

// Server is what site.yaml says about listening.
type Server struct {
	Host string `json:"host"` // name or address to listen at, "127.0.0.1"
	Port int    `json:"port"` // of TCP
}

// Images is what site.yaml says about pictures, for adapters whose platform wants to know it.
type Images struct {
	Service   string        `json:"service,omitempty"`   // Info.Images where any page asks for it, else ""
	Widths    []int         `json:"widths,omitempty"`    // in pixels: all that is asked for
	Qualities []int         `json:"qualities,omitempty"` // from 1 to 100, likewise
	Remote    []ImageSource `json:"remote,omitempty"`    // hosts that pictures may come from
}

// ImageSource is one host that pictures may come from, as site.ImageSource describes it.
type ImageSource struct {
	Scheme string `json:"scheme"`         // "http" or "https"
	Host   string `json:"host"`           // "*." in front is one label more, "**." one or more
	Port   string `json:"port,omitempty"` // "" is the default one of the scheme
	Path   string `json:"path,omitempty"` // "/*" at its end is one segment more, "/**" anything below; "" is any
}

// Expr writes the source as a regular expression over whole addresses, for platforms that take those. It uses nothing that
// engines differ in.
func (s ImageSource) Expr() string {
	var b strings.Builder
	b.WriteString("^" + s.Scheme + "://")
	host := s.Host
	if rest, ok := strings.CutPrefix(host, "**."); ok {
		b.WriteString(`([A-Za-z0-9_-]+\.)+`)
		host = rest
	} else if rest, ok := strings.CutPrefix(host, "*."); ok {
		b.WriteString(`[A-Za-z0-9_-]+\.`)
		host = rest
	}
	b.WriteString(regexp.QuoteMeta(host))
	if s.Port != "" {
		b.WriteString(":" + s.Port)
	}
	const end = `(\?[^#]*)?$`
	switch dir, below := strings.CutSuffix(s.Path, "/**"); {
	case s.Path == "" || s.Path == "/**":
		b.WriteString(`(/[^?#]*)?` + end)
	case below:
		b.WriteString(regexp.QuoteMeta(dir) + `/[^?#]*` + end)
	default:
		if dir, one := strings.CutSuffix(s.Path, "/*"); one {
			b.WriteString(regexp.QuoteMeta(dir) + `/[^/?#]+` + end)
		} else {
			b.WriteString(regexp.QuoteMeta(s.Path) + end)
		}
	}
	return b.String()
}

// An Adapter writes one compiled site as the files a platform deploys. Info is called first, any number of times; Adapt
// once per build, only after Check found no errors. It prints nothing and touches nothing outside out; what the author
// should know it adds with out.Report.
type Adapter interface {
	Info() Info
	Adapt(ctx context.Context, site *Site, out *Out) error
}

// A Previewer runs the output locally as the platform would.
type Previewer interface {
	// Preview gives a handler for the output in dir. The returned function stops what it started.
	Preview(ctx context.Context, dir string) (http.Handler, func() error, error)
}

// An OptionChecker can tell what is wrong with its options before there is anything to adapt, for `sitegen check`. One
// that is a program of its own is not asked.
type OptionChecker interface {
	// CheckOptions reads what site says of options and of the environment, and nothing else of it. What Adapt would report
	// of them it reports at the same places.
	CheckOptions(site *Site) []diag.Diagnostic
}

// A Detector knows its platform's CI by the environment.
type Detector interface {
	// Detect gives the reason ("NETLIFY is set"), or "".
	Detect(getenv func(string) string) string
}

// An Adder knows which files its platform wants beside site.yaml.
type Adder interface {
	// Add gives the files by name; those that exist already are left alone.
	Add(p Project) (map[string][]byte, error)
}

// Project is what an Adder is told about a site.
type Project struct {
	Files  fs.FS  // its folder
	OutDir string // where builds put the output, below the folder, with slashes: "dist"
}
