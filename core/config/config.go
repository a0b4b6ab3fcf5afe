// Package config reads site.yaml: text in, typed values with defaults out, and every key that is unknown, misplaced or
// wrong as a diagnostic with its line and column. Environment variables and flags go over the file, and each value
// remembers where it came from. The JSON Schema for editors is made from the same table of keys that the loader walks
// (keys.go), so that the two cannot disagree about what may be written.
//
// It reads no files and no environment itself and knows nothing of routes or adapters: whether a redirect's pattern
// makes sense is for package routes to say, whether an adapter's options are right for the adapter.
package config

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"sitegen.dev/core/diag"
)

// Config is a site.yaml with everything filled in that it leaves open.
type Config struct {
	Site          string // origin without a slash at the end, "https://example.com"; "" where it is not known
	Base          string // begins and ends with a slash
	Output        string // "static" or "server"
	Adapter       Adapter
	Src           string // folders below the project root, cleaned, slash-separated
	Public        string
	Out           string
	TrailingSlash string // "always", "never" or "ignore"
	Build         Build
	Routes        []Route      // in the order of the file
	Redirects     []Redirect   // in the order of the file
	Headers       []HeaderRule // in the order of the file
	Links         Links
	Markdown      Markdown
	Server        Server
	Security      Security
	Session       Session
	I18n          I18n
	Image         Image
	Env           []EnvVar // in the order of the file

	name    string
	at      map[string]diag.Range
	origins map[string]Origin
}

// Adapter names the adapter and holds its options.
type Adapter struct {
	Name    string          // "" where site.yaml names none
	Options json.RawMessage // an object without name and command; nil where there are none
	Command []string        // the program that is the adapter, and its arguments; nil to find it by its name
}

// Build says how files are written.
type Build struct {
	Format      string            // "directory", "file" or "preserve"
	Assets      string            // folder of the hashed files, below Base
	Inline      string            // of stylesheets: "auto", "always" or "never"
	Prefix      string            // of the URLs of hashed files, without a slash at its end: "https://cdn.example.com"; "" for the site's own
	Define      map[string]string // names in scripts and the JSON that stands for them
	Concurrency int               // pages rendered at once; 0: one per core
	Redirects   bool              // a build without an adapter writes files for redirects
}

// Redirect sends From to To.
type Redirect struct {
	From   string
	To     string
	Status int
	At     diag.Range // of From
	ToAt   diag.Range
}

// HeaderRule adds headers to every answer whose path is Pattern, or begins with it where it ends in "/*".
type HeaderRule struct {
	Pattern string
	Set     []Header
	At      diag.Range
}

// Header is one header line.
type Header struct {
	Name  string
	Value string
	At    diag.Range
}

// Markdown says how Markdown is read.
type Markdown struct {
	HTML             bool // keep raw HTML; otherwise it is shown as text
	SmartPunctuation bool // curly quotes, dashes and ellipses

	ImageWidths []int  // in pixels, of the files that images are shown in
	ImageSizes  string // how wide they are shown, as the attribute sizes; "" for as wide as they are or the window is
	ImageFormat string // "" for that of each file
}

// Links says what becomes of links in prerendered pages that lead nowhere.
type Links struct {
	Check  string   // "warn", "error" or "off"
	Ignore []string // paths that something else answers: "/shop/cart", or "/app/*" for all below
}

// Server is where the dev server, preview and a standalone server listen unless told otherwise, and how every server
// answers.
type Server struct {
	Host      string
	Port      int
	Streaming bool // pages may be sent in pieces
}

// Security is what requests are held against.
type Security struct {
	CheckOrigin    bool
	CSP            CSP
	AllowedHosts   []string // "example.com", "*.example.com", "https://example.com:8443"
	BodyLimit      int64    // bytes; 0: none
	TrustedProxies []string // addresses and networks
}

// Session says whether and where values of visitors are kept between requests.
type Session struct {
	Driver string // "memory", "file" or "platform"; "" for no sessions
	TTL    string // a duration of Go
	Dir    string // of driver "file"
	Cookie SessionCookie
}

// SessionCookie is the cookie with the id of a session.
type SessionCookie struct {
	Name     string
	Domain   string
	SameSite string // "lax", "strict" or "none"
	Secure   bool
}

// Image says how pictures get their sizes, and whose pictures may be shown.
type Image struct {
	Service   string // "build", "platform" or "none"
	Widths    []int  // in pixels, ascending
	Quality   int    // from 1 to 100
	Qualities []int  // ascending, those that a service may be asked for; Quality is among them
	Domains   []string
	Patterns  []string // of URLs
}

// ImageSource is one host that pictures may come from; its fields are those of site.ImageSource.
type ImageSource struct{ Scheme, Host, Port, Path string }

// Sources gives the list of hosts that pictures may come from.
func (i Image) Sources() []ImageSource {
	var out []ImageSource
	for _, s := range append(slices.Clone(i.Domains), i.Patterns...) {
		source, _ := parseImageSource(s) // was checked when it was read
		out = append(out, source)
	}
	return out
}

// defaults is what an empty site.yaml means.
func defaults() *Config {
	return &Config{
		Base:          "/",
		Output:        "static",
		Src:           "src",
		Public:        "public",
		Out:           "dist",
		TrailingSlash: "ignore",
		Build:         Build{Format: "directory", Assets: "_assets", Inline: "auto", Redirects: true},
		Links:         Links{Check: "warn"},
		Server:        Server{Host: "127.0.0.1", Port: 4321, Streaming: true},
		Security:      Security{CheckOrigin: true, CSP: CSP{Algorithm: "sha256"}, BodyLimit: 1 << 20},
		Session:       Session{TTL: "24h", Dir: "sessions", Cookie: SessionCookie{Name: "session", SameSite: "lax"}},
		Markdown:      Markdown{ImageWidths: []int{640, 960, 1600}},
		Image:         Image{Service: "build", Widths: []int{320, 480, 640, 960, 1280, 1600, 1920, 2560}, Quality: 75},
		at:            map[string]diag.Range{},
		origins:       map[string]Origin{},
	}
}

// Layer is where a value comes from.
type Layer string

// The layers, each stronger than the one before.
const (
	Default Layer = "default"
	File    Layer = "file"
	Env     Layer = "env"
	Flag    Layer = "flag"
)

// Origin says where the value of a key comes from.
type Origin struct {
	Key   string     `json:"key"`   // "build.format"
	Value string     `json:"value"` // as a person would write it; never an adapter's options
	Layer Layer      `json:"layer"`
	Name  string     `json:"name,omitempty"` // of the file, the variable or the flag
	At    diag.Range `json:"at,omitzero"`    // in the file
}

// Origins lists every key with its value and where that comes from, in the order of the reference.
func (c *Config) Origins() []Origin {
	var out []Origin
	walkKeys(siteKeys, "", func(path string, k key) {
		v, ok := k.rule.(valued)
		if !ok {
			return
		}
		o := c.origins[path]
		o.Key, o.Value, o.Layer = path, v.value(c), cmp.Or(o.Layer, Default)
		out = append(out, o)
	})
	return out
}

// Origin says where the value of a key comes from; Key and Value are left empty.
func (c *Config) Origin(path string) Origin {
	o := c.origins[path]
	o.Layer = cmp.Or(o.Layer, Default)
	return o
}

// At gives the place of a key's value in the file, "build.format" or "adapter.mode"; of a mapping or a list it is the
// place of the key. For a key that is not in the file it is that of the nearest key around it, and at last the whole
// file.
func (c *Config) At(path string) diag.Range {
	for path != "" {
		if at, ok := c.at[path]; ok {
			return at
		}
		path = parentOf(path)
	}
	return diag.Range{Pos: diag.Pos{File: c.name}}
}

// Has says whether the file has the key.
func (c *Config) Has(path string) bool {
	_, ok := c.at[path]
	return ok
}

// Places gives the places of all keys below a path, "adapter", by what follows it: "isr.expiration".
func (c *Config) Places(path string) map[string]diag.Range {
	out := map[string]diag.Range{}
	for key, at := range c.at {
		if below, ok := strings.CutPrefix(key, path+"."); ok {
			out[below] = at
		}
	}
	return out
}

func parentOf(path string) string {
	for i, c := range slices.Backward([]byte(path)) {
		if c == '.' {
			return path[:i]
		}
	}
	return ""
}

// Variable is an environment variable that overrides a key.
type Variable struct {
	Name string // "SITEGEN_BASE"
	Key  string // "base"
	Doc  string
}

// Variables lists the environment variables that Load looks at.
func Variables() []Variable {
	var out []Variable
	walkKeys(siteKeys, "", func(path string, k key) {
		if k.env != "" {
			out = append(out, Variable{k.env, path, k.doc})
		}
	})
	return out
}

// Override is a value from a flag.
type Override struct {
	Key   string // "base"
	Value string
	Name  string // "--base", for messages
}
