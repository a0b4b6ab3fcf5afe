package config

import (
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"sitegen.dev/core/diag"
)

// CSP is what site.yaml says about the Content-Security-Policy of pages (https://www.w3.org/TR/CSP3/).
type CSP struct {
	On         bool
	Algorithm  string   // of hashes: "sha256", "sha384" or "sha512"
	Directives []string // beside script-src and style-src: "img-src 'self' data:"
	Scripts    []string // further sources of script-src
	Styles     []string // further sources of style-src
}

// cspRule is true or false, or a mapping that switches the policy on and says more.
type cspRule struct{}

var cspKeys = object{keys: []key{
	{name: "algorithm",
		doc:  "Hash by which scripts and styles in a page are allowed",
		rule: text{into: func(c *Config) *string { return &c.Security.CSP.Algorithm }, enum: []string{"sha256", "sha384", "sha512"}}},
	{name: "directives",
		doc:  "Directives beside script-src and style-src, one an entry: img-src 'self' data:",
		rule: list{into: func(c *Config) *[]string { return &c.Security.CSP.Directives }, pattern: directivePattern, check: checkDirective}},
	{name: "scripts", was: []string{"scriptDirective", "script"},
		doc:  "Further sources of scripts: https://cdn.example.com, 'sha256-…', 'wasm-unsafe-eval'",
		rule: list{into: func(c *Config) *[]string { return &c.Security.CSP.Scripts }, pattern: inlinePattern, check: checkInlineSource}},
	{name: "styles", was: []string{"styleDirective", "style"},
		doc:  "Further sources of styles: https://fonts.example.com, 'sha256-…'",
		rule: list{into: func(c *Config) *[]string { return &c.Security.CSP.Styles }, pattern: inlinePattern, check: checkInlineSource}},
}}

func (cspRule) load(l *loader, path string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		boolean{into: func(c *Config) *bool { return &c.Security.CSP.On }}.load(l, path, n)
		return
	}
	l.c.Security.CSP.On = true
	cspKeys.load(l, path, n)
	named := map[string]bool{}
	for i, d := range l.c.Security.CSP.Directives {
		name, _, _ := strings.Cut(d, " ")
		if named[name] {
			l.list.Error("SG4004", l.c.At(path+".directives."+strconv.Itoa(i)), path+".directives has "+name+" twice, and browsers read the first alone", "write its sources into one entry")
		}
		named[name] = true
	}
}

func (cspRule) schema() map[string]any {
	s := cspKeys.schema()
	s["type"] = "object"
	return map[string]any{"oneOf": []any{map[string]any{"type": "boolean"}, s}, "default": false}
}

func (cspRule) value(c *Config) string { return strconv.FormatBool(c.Security.CSP.On) }

const (
	sourceKeyword   = `report-sample|self|strict-dynamic|unsafe-eval|unsafe-hashes|wasm-unsafe-eval|(sha(256|384|512)|nonce)-[A-Za-z0-9+/_=-]+`
	sourceHost      = `[!-&(-+\--:<-~]+`
	sourcePattern   = `^('(` + sourceKeyword + `|none|unsafe-inline)'|` + sourceHost + `)$`
	inlinePattern   = `^('(` + sourceKeyword + `)'|` + sourceHost + `)$`
	directiveValues = `( +[!-+\--:<-~]+)*`
)

// cspDirectives are those of CSP3 and of the specifications that add to it; ownDirectives are written by the build.
var (
	cspDirectives = []string{
		"base-uri", "child-src", "connect-src", "default-src", "fenced-frame-src", "font-src", "form-action", "frame-ancestors",
		"frame-src", "img-src", "manifest-src", "media-src", "object-src", "report-to", "report-uri", "require-trusted-types-for",
		"sandbox", "script-src-attr", "style-src-attr", "trusted-types", "upgrade-insecure-requests", "worker-src",
	}
	// wordDirectives have other values than sources.
	wordDirectives = []string{"report-to", "report-uri", "require-trusted-types-for", "sandbox", "trusted-types", "upgrade-insecure-requests"}

	directivePattern = "^(" + strings.Join(cspDirectives, "|") + ")" + directiveValues + "$"

	ownDirectives = map[string]string{
		"script-src": "scripts", "script-src-elem": "scripts", "style-src": "styles", "style-src-elem": "styles",
	}
)

// checkDirective takes one directive with its values.
func checkDirective(s string) (string, *problem) {
	name, values, _ := strings.Cut(s, " ")
	bad := "has " + strconv.Quote(s) + ", "
	switch {
	case ownDirectives[name] != "":
		return "", &problem{message: bad + "and " + name + " is what the build writes", hint: "list its sources under security.csp." + ownDirectives[name]}
	case !slices.Contains(cspDirectives, name):
		return "", &problem{message: bad + "which is no directive of a Content-Security-Policy", hint: didYouMean(diag.Suggest(name, cspDirectives))}
	case strings.ContainsAny(s, ";,"):
		return "", &problem{message: bad + "which holds a " + strconv.Quote(s[strings.IndexAny(s, ";,"):][:1]), hint: "write one directive an entry, its sources with blanks between"}
	}
	out := name
	for _, v := range strings.Fields(values) {
		if slices.Contains(wordDirectives, name) {
			out += " " + v
			continue
		}
		clean, p := checkSource(v)
		if p != nil {
			return "", p
		}
		out += " " + clean
	}
	return out, nil
}

// sourceKeywords are the sources that stand between single quotes, all but hashes and nonces.
var sourceKeywords = []string{
	"none", "report-sample", "self", "strict-dynamic", "unsafe-eval", "unsafe-hashes", "unsafe-inline", "wasm-unsafe-eval",
}

// checkSource takes a source: a keyword, a hash, a scheme, a host or an address.
func checkSource(s string) (string, *problem) {
	bad := "has " + strconv.Quote(s) + ", "
	bare := strings.Trim(s, "'")
	switch keyword := matches(sourcePattern, "'"+bare+"'"); {
	case keyword && s != "'"+bare+"'":
		return "", &problem{message: bad + "which is the name of a host without its quotes", hint: `write "'` + bare + `'"`}
	case matches(sourcePattern, s):
		return s, nil
	case strings.HasPrefix(s, "'"):
		return "", &problem{message: bad + "which is no keyword of a Content-Security-Policy", hint: didYouMean(diag.Suggest(bare, sourceKeywords))}
	}
	return "", &problem{message: bad + "which is no source of a Content-Security-Policy", hint: "write a host, an address or a keyword, one an entry"}
}

// checkInlineSource refuses what has no effect beside the hashes that the build writes.
func checkInlineSource(s string) (string, *problem) {
	if strings.Trim(s, "'") == "unsafe-inline" || strings.Trim(s, "'") == "none" {
		return "", &problem{message: "has " + s + ", which browsers take no notice of beside the hashes that the build writes", hint: "remove it"}
	}
	return checkSource(s)
}
