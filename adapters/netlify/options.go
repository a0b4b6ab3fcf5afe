package netlify

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
)

// The modes.
const (
	shim   = "shim"
	lambda = "lambda"
)

// Options is the adapter's block of site.yaml.
type Options struct {
	Project    string                     `json:"project"` // for deploys from here
	Mode       string                     `json:"mode" oneof:"shim lambda"`
	Memory     int                        `json:"memory" min:"128" max:"4096"` // MB
	VCPU       float64                    `json:"vcpu" min:"0.5" max:"2"`      // processors, in place of Memory
	Region     string                     `json:"region"`
	RateLimit  rateLimit                  `json:"rateLimit"`
	Cache      cache                      `json:"cache"`
	Functions  map[string]functionOptions `json:"functions"` // by pattern
	Rewrites   []string                   `json:"rewrites"`  // client files that the function can answer with
	Include    []string                   `json:"include"`
	Exclude    []string                   `json:"exclude"`
	Crons      []cronOption               `json:"crons"`
	Background []string                   `json:"background"` // patterns of routes
	Images     images                     `json:"images"`
	Skew       bool                       `json:"skewProtection"`
}

// rateLimit refuses visitors who ask too often.
type rateLimit struct {
	Requests int      `json:"requests" min:"1"`
	Seconds  int      `json:"seconds" min:"1" max:"180"`
	By       []string `json:"by" oneof:"ip domain"`
}

// cache is for pages that say nothing about caches themselves.
type cache struct {
	Seconds int  `json:"seconds" min:"1"`
	Stale   int  `json:"stale" min:"1"` // seconds more, while a new answer is made
	Durable bool `json:"durable"`
}

// header is the Netlify-CDN-Cache-Control, or "".
func (c cache) header() string {
	if c.Seconds == 0 {
		return ""
	}
	s := fmt.Sprintf("public, s-maxage=%d", c.Seconds)
	if c.Stale > 0 {
		s += fmt.Sprintf(", stale-while-revalidate=%d", c.Stale)
	} else {
		s += ", must-revalidate"
	}
	if c.Durable {
		s += ", durable"
	}
	return s
}

type images struct {
	Remote []string `json:"remote"` // regular expressions over URLs
}

var regionName = regexp.MustCompile(`^[a-z]{2}-[a-z]+-[0-9]$`)

// CheckOptions says what is wrong with the options.
func (Adapter) CheckOptions(site *adapter.Site) []diag.Diagnostic {
	_, problems := decode(site)
	return problems
}

// decode reads the options.
func decode(site *adapter.Site) (Options, []diag.Diagnostic) {
	o := Options{Mode: shim}
	ds := adapter.DecodeOptions("netlify", site, &o)
	wrong := func(at, problem, hint string) {
		if slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return d.Range == site.At(at) }) {
			return // something of it was wrong already
		}
		ds = append(ds, diag.Diagnostic{Code: "SG6006", Range: site.At(at), Message: "option " + at + " of adapter netlify " + problem, Hint: hint})
	}
	common := o.common()
	common.check("", wrong)
	for _, pattern := range slices.Sorted(maps.Keys(o.Functions)) {
		f := o.Functions[pattern]
		f.check("functions."+pattern+".", wrong)
	}
	if o.Cache != (cache{}) && o.Cache.Seconds == 0 {
		wrong("cache", "needs seconds", "cache: {seconds: 60, stale: 600, durable: true}")
	}
	for _, list := range []struct {
		name     string
		patterns []string
	}{{"rewrites", o.Rewrites}, {"include", o.Include}, {"exclude", o.Exclude}} {
		for i, p := range list.patterns {
			_, err := path.Match(p, "")
			if err != nil || p == "" || strings.HasPrefix(p, "/") || slices.Contains(strings.Split(p, "/"), "..") {
				wrong(fmt.Sprintf("%s.%d", list.name, i), fmt.Sprintf("must be a pattern of files below the folder, not %q", p), "data/**")
			}
		}
	}
	if o.Mode == lambda {
		for at, set := range map[string]bool{"rateLimit": o.RateLimit.Requests > 0, "include": len(o.Include) > 0, "crons": len(o.Crons) > 0, "background": len(o.Background) > 0, "functions": len(o.Functions) > 0} {
			if set {
				wrong(at, "works in mode shim only", "leave out `mode: lambda`")
			}
		}
	}
	for i, expr := range o.Images.Remote {
		// JavaScript reads them, but what RE2 refuses is hardly ever meant.
		if _, err := regexp.Compile(expr); err != nil {
			wrong(fmt.Sprintf("images.remote.%d", i), fmt.Sprintf("must be a regular expression over URLs, not %q", expr), `'^https://images\.example\.com/.*'`)
		}
	}
	return o, ds
}

// schema describes Options; a test holds the two together.
const schema = `{
	"$schema": "https://json-schema.org/draft/2020-12/schema",
	"title": "options of the netlify adapter",
	"type": "object",
	"additionalProperties": false,
	"properties": {
		"project": {"type": "string", "description": "name or id of the project at Netlify, for sitegen deploy"},
		"mode": {"enum": ["shim", "lambda"], "default": "shim", "description": "shim streams, and starts the site's program from a few lines of JavaScript; lambda is a Lambda function without JavaScript, built on github.com/aws/aws-lambda-go, which the site's go.mod must name"},
		"memory": {"type": "integer", "minimum": 128, "maximum": 4096, "description": "memory of the function in MB"},
		"vcpu": {"type": "number", "minimum": 0.5, "maximum": 2, "description": "how many processors the function has, in place of memory, which goes with them"},
		"region": {"type": "string", "pattern": "^[a-z]{2}-[a-z]+-[0-9]$", "description": "where the function runs: eu-central-1"},
		"rateLimit": {"type": "object", "additionalProperties": false, "required": ["requests", "seconds"], "description": "refuse those who ask the function too often", "properties": {
			"requests": {"type": "integer", "minimum": 1, "description": "how many requests are answered"},
			"seconds": {"type": "integer", "minimum": 1, "maximum": 180, "description": "within which time"},
			"by": {"type": "array", "items": {"enum": ["ip", "domain"]}, "description": "who is counted together"}
		}},
		"functions": {"type": "object", "description": "routes with a function of their own, by pattern: /api/report", "additionalProperties": {"type": "object", "additionalProperties": false, "properties": {
			"memory": {"$ref": "#/properties/memory"}, "vcpu": {"$ref": "#/properties/vcpu"}, "region": {"$ref": "#/properties/region"}, "rateLimit": {"$ref": "#/properties/rateLimit"}
		}}},
		"cache": {"type": "object", "additionalProperties": false, "required": ["seconds"], "description": "keep the answers of pages that render on demand and say nothing about caches", "properties": {
			"seconds": {"type": "integer", "minimum": 1, "description": "for how long"},
			"stale": {"type": "integer", "minimum": 1, "description": "for how many seconds more, while a new one is made"},
			"durable": {"type": "boolean", "default": false, "description": "share the answer between all places of the network"}
		}},
		"rewrites": {"type": "array", "items": {"type": "string", "minLength": 1}, "description": "finished files that page.Rewrite may lead to, as patterns: about/index.html"},
		"include": {"type": "array", "items": {"type": "string", "minLength": 1}, "description": "files beside the function's program, as patterns below the folder of go.mod: data/**"},
		"exclude": {"type": "array", "items": {"type": "string", "minLength": 1}, "description": "what of them to leave out"},
		"skewProtection": {"type": "boolean", "default": false, "description": "what a page loads later comes from the deploy that the page came from; the project has to allow it"},
		"crons": {"type": "array", "description": "paths of the site that are asked for at set times, with GET and the header Authorization: Bearer CRON_SECRET where that variable is set; an answer may take 30 seconds", "items": {"type": "object", "additionalProperties": false, "required": ["path", "schedule"], "properties": {
			"path": {"type": "string", "pattern": "^/"},
			"schedule": {"type": "string", "description": "five fields in UTC, 0 5 * * *, or @hourly, @daily, @weekly, @monthly, @yearly"}
		}}},
		"background": {"type": "array", "items": {"type": "string", "pattern": "^/"}, "description": "routes on demand, by pattern, that are answered 202 at once and may run for 15 minutes"},
		"images": {"type": "object", "additionalProperties": false, "description": "the image service at /.netlify/images", "properties": {
			"remote": {"type": "array", "items": {"type": "string", "format": "regex"}, "description": "URLs on other hosts that it may fetch, as regular expressions"}
		}}
	}
}`
