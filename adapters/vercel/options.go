package vercel

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/diag"
)

// The modes: a program that serves HTTP and speaks with the platform beside it, or one that takes events.
const (
	executable = "executable"
	lambda     = "lambda"
)

// Options is the adapter's block of site.yaml.
type Options struct {
	Mode            string            `json:"mode" oneof:"executable lambda"`
	Architecture    string            `json:"architecture" oneof:"x86_64 arm64"`
	Memory          int               `json:"memory" min:"128" max:"10240"` // MB
	MaxDuration     duration          `json:"maxDuration"`
	MaxConcurrency  int               `json:"maxConcurrency" min:"1" max:"8192"`
	Regions         []string          `json:"regions"`
	FailoverRegions []string          `json:"failoverRegions"`
	Cancellation    bool              `json:"cancellation"`
	Environment     map[string]string `json:"environment"`
	Include         []string          `json:"include"`
	Exclude         []string          `json:"exclude"`
	ISR             isrOptions        `json:"isr"`
	Crons           []cronOption      `json:"crons"`
	Images          *imagesConfig     `json:"images"`
	SkewProtection  bool              `json:"skewProtection"`
	DeploymentID    string            `json:"deploymentId"`
	WebAnalytics    bool              `json:"webAnalytics"`
	SpeedInsights   bool              `json:"speedInsights"`
}

type cronOption struct {
	Path     string `json:"path"`
	Schedule string `json:"schedule"`
}

// imagesConfig is the block images, which config.json takes over as it is.
type imagesConfig struct {
	Sizes                  []int           `json:"sizes"`
	Domains                []string        `json:"domains"`
	RemotePatterns         []remotePattern `json:"remotePatterns,omitempty"`
	LocalPatterns          []localPattern  `json:"localPatterns,omitempty"`
	Qualities              []int           `json:"qualities,omitempty"`
	MinimumCacheTTL        int             `json:"minimumCacheTTL,omitempty" min:"0"`
	Formats                []string        `json:"formats,omitempty" oneof:"image/avif image/webp"`
	DangerouslyAllowSVG    bool            `json:"dangerouslyAllowSVG,omitempty"`
	ContentSecurityPolicy  string          `json:"contentSecurityPolicy,omitempty"`
	ContentDispositionType string          `json:"contentDispositionType,omitempty" oneof:"inline attachment"`
}

type remotePattern struct {
	Protocol string `json:"protocol,omitempty" oneof:"http https"`
	Hostname string `json:"hostname"`
	Port     string `json:"port,omitempty"`
	Pathname string `json:"pathname,omitempty"`
	Search   string `json:"search,omitempty"`
}

type localPattern struct {
	Pathname string `json:"pathname,omitempty"`
	Search   string `json:"search,omitempty"`
}

// duration is a number of seconds or "max"; nil where it is left to the platform.
type duration struct{ value any }

// DecodeOption reads either form.
func (d *duration) DecodeOption(dec *adapter.OptionDecoder, at string, raw json.RawMessage) {
	if string(raw) == `"max"` {
		d.value = "max"
		return
	}
	var n int
	if json.Unmarshal(raw, &n) != nil || n < 1 || n > 3600 {
		dec.Report(at, fmt.Sprintf("must be a number of seconds from 1 to 3600, or max, not %s", raw), "")
		return
	}
	d.value = n
}

// isrOptions says which routes the platform keeps answers for, and for how long.
type isrOptions struct {
	all     bool // all pages that render on demand, not only those that say so
	rule    isrRule
	routes  map[string]isrRule
	exclude []string
}

// isrRule is what a cached route may say.
type isrRule struct {
	off             bool
	expiration      any // seconds, or false: until the next deployment
	staleExpiration int
	group           int
	bypassToken     string
	allowQuery      []string
	allowHeader     []string
	fallback        *bool
}

// isrFields are the keys of a rule.
type isrFields struct {
	Expiration      seconds            `json:"expiration"`
	StaleExpiration int                `json:"staleExpiration" min:"1"`
	Group           int                `json:"group" min:"1"`
	BypassToken     string             `json:"bypassToken"`
	AllowQuery      []string           `json:"allowQuery"`
	AllowHeader     []string           `json:"allowHeader"`
	Fallback        *bool              `json:"fallback"`
	Routes          map[string]isrRule `json:"routes"`
	Exclude         []string           `json:"exclude"`
}

// seconds is a number of seconds or false.
type seconds struct{ value any }

// DecodeOption reads either form.
func (s *seconds) DecodeOption(dec *adapter.OptionDecoder, at string, raw json.RawMessage) {
	if string(raw) == "false" {
		s.value = false
		return
	}
	var n int
	if json.Unmarshal(raw, &n) != nil || n < 1 {
		dec.Report(at, fmt.Sprintf("must be a number of seconds from 1, or false to keep answers until the next deployment, not %s", raw), "")
		return
	}
	s.value = n
}

// bypassForm is a bypass token: as long as the platform wants it, of letters that a cookie holds as they are.
var bypassForm = regexp.MustCompile(`^[A-Za-z0-9_-]{32,}$`)

const (
	bypassWrong = "must have at least 32 letters, digits, - and _"
	bypassHint  = "make one with `openssl rand -hex 32`"
)

func (f *isrFields) rule(dec *adapter.OptionDecoder, at string) isrRule {
	if f.BypassToken != "" && !bypassForm.MatchString(f.BypassToken) {
		dec.Report(at+".bypassToken", bypassWrong, bypassHint)
	}
	for i, key := range f.AllowQuery {
		if strings.HasPrefix(key, "__sg_") {
			dec.Report(fmt.Sprintf("%s.allowQuery.%d", at, i), "must not begin with __sg_, which the adapter keeps for itself", "")
		}
	}
	return isrRule{expiration: f.Expiration.value, staleExpiration: f.StaleExpiration, group: f.Group, bypassToken: f.BypassToken,
		allowQuery: f.AllowQuery, allowHeader: f.AllowHeader, fallback: f.Fallback}
}

// DecodeOption reads true, false, a number of seconds or a map.
func (o *isrOptions) DecodeOption(dec *adapter.OptionDecoder, at string, raw json.RawMessage) {
	switch {
	case string(raw) == "false":
	case string(raw) == "true":
		o.all = true
	case len(raw) > 0 && raw[0] != '{':
		var s seconds
		s.DecodeOption(dec, at, raw)
		o.all, o.rule.expiration = true, s.value
	default:
		var f isrFields
		dec.Decode(at, raw, &f)
		o.rule, o.routes, o.exclude = f.rule(dec, at), f.Routes, f.Exclude
		o.all = f.Routes == nil
	}
}

// DecodeOption reads the rule of one route: true, false, a number of seconds or a map.
func (r *isrRule) DecodeOption(dec *adapter.OptionDecoder, at string, raw json.RawMessage) {
	switch {
	case string(raw) == "false":
		r.off = true
	case string(raw) == "true":
	case len(raw) > 0 && raw[0] != '{':
		var s seconds
		s.DecodeOption(dec, at, raw)
		r.expiration = s.value
	default:
		var f isrFields
		dec.Decode(at, raw, &f)
		if f.Routes != nil || f.Exclude != nil || f.BypassToken != "" {
			dec.Report(at, "has routes, exclude or bypassToken, which belong to isr itself", "")
		}
		*r = f.rule(dec, at)
	}
}

var (
	regionName   = regexp.MustCompile(`^[a-z]{3}[0-9]{1,2}$`)
	schedule     = regexp.MustCompile(`^[0-9*/,-]+( [0-9*/,-]+){4}$`)
	deploymentID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)
	envName      = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// decode reads the options and checks what their types do not say.
func decode(site *adapter.Site) (Options, []diag.Diagnostic) {
	o := Options{Mode: executable, Architecture: "x86_64"}
	ds := adapter.DecodeOptions("vercel", site, &o)
	report := func(at, problem, hint string) {
		ds = append(ds, diag.Diagnostic{Code: "SG6006", Range: site.At(at), Message: "option " + at + " of adapter vercel " + problem, Hint: hint})
	}
	for _, list := range []struct {
		name    string
		regions []string
	}{{"regions", o.Regions}, {"failoverRegions", o.FailoverRegions}} {
		for i, r := range list.regions {
			if !regionName.MatchString(r) && !(r == "all" && len(list.regions) == 1) {
				report(fmt.Sprintf("%s.%d", list.name, i), fmt.Sprintf("must be a region such as iad1 or fra1, not %q", r), "")
			}
		}
	}
	for i, c := range o.Crons {
		at := fmt.Sprintf("crons.%d", i)
		if !strings.HasPrefix(c.Path, "/") {
			report(at+".path", fmt.Sprintf("must be a path such as /api/daily, not %q", c.Path), "")
		}
		if !schedule.MatchString(c.Schedule) {
			report(at+".schedule", fmt.Sprintf("must be five fields such as 0 5 * * *, in UTC, not %q", c.Schedule), "")
		}
	}
	if o.ISR.rule.bypassToken != "" {
		ds = append(ds, diag.Diagnostic{Severity: diag.Warning, Code: "SG6112", Range: site.At("isr.bypassToken"),
			Message: "option isr.bypassToken of adapter vercel is a secret in a file", Hint: "remove it, and give it to the build as " + envBypass})
	}
	bypassToken(site, &o.ISR.rule, report)
	for name := range o.Environment {
		if !envName.MatchString(name) {
			report("environment."+name, "must be named by letters, digits and _", "")
		}
	}
	if o.DeploymentID != "" && !deploymentID.MatchString(o.DeploymentID) {
		report("deploymentId", "must be at most 32 letters, digits, - and _", "")
	}
	for name, list := range map[string][]string{"include": o.Include, "exclude": o.Exclude} {
		for i, glob := range list {
			_, err := path.Match(strings.ReplaceAll(glob, "**", "*"), "x")
			if err != nil || path.IsAbs(glob) || slices.Contains(strings.Split(glob, "/"), "..") {
				report(fmt.Sprintf("%s.%d", name, i), fmt.Sprintf("must be a pattern for files below the folder of go.mod, not %q", glob), "include: [data/**]")
			}
		}
	}
	if o.Images != nil {
		checkImages(o.Images, report)
	}
	slices.SortStableFunc(ds, func(a, b diag.Diagnostic) int { return strings.Compare(a.Message, b.Message) })
	return o, ds
}

// bypassToken takes the secret of ISR from the environment.
func bypassToken(site *adapter.Site, rule *isrRule, report func(at, problem, hint string)) {
	token := site.Env[envBypass]
	switch {
	case token == "":
	case !bypassForm.MatchString(token):
		report("isr.bypassToken", "is what "+envBypass+" holds, and "+bypassWrong, bypassHint)
	default:
		rule.bypassToken = token
	}
}

func checkImages(c *imagesConfig, report func(at, problem, hint string)) {
	if len(c.Sizes) == 0 {
		report("images.sizes", "must list the widths that images are made in", "sizes: [640, 828, 1200, 1920, 3840]")
	}
	for i, n := range c.Sizes {
		if n < 1 || n > 16384 {
			report(fmt.Sprintf("images.sizes.%d", i), fmt.Sprintf("must be a width in pixels, not %d", n), "")
		}
	}
	for i, n := range c.Qualities {
		if n < 1 || n > 100 {
			report(fmt.Sprintf("images.qualities.%d", i), fmt.Sprintf("must be from 1 to 100, not %d", n), "")
		}
	}
	for i, p := range c.RemotePatterns {
		if p.Hostname == "" {
			report(fmt.Sprintf("images.remotePatterns.%d", i), "must name a hostname", "")
		}
	}
	if c.Domains == nil {
		c.Domains = []string{} // config.json must have it
	}
}

// schema describes Options; a test holds the two together.
const schema = `{
	"$schema": "https://json-schema.org/draft/2020-12/schema",
	"title": "options of the vercel adapter",
	"type": "object",
	"additionalProperties": false,
	"properties": {
		"mode": {"enum": ["executable", "lambda"], "default": "executable", "description": "executable streams and takes several requests at once; lambda is the classic form, built on github.com/aws/aws-lambda-go, which the site's go.mod must name"},
		"architecture": {"enum": ["x86_64", "arm64"], "default": "x86_64", "description": "the processor that the function runs on"},
		"memory": {"type": "integer", "minimum": 128, "maximum": 10240, "description": "memory of the function in MB"},
		"maxDuration": {"oneOf": [{"type": "integer", "minimum": 1, "maximum": 3600}, {"const": "max"}], "description": "how long a request may take, in seconds"},
		"maxConcurrency": {"type": "integer", "minimum": 1, "maximum": 8192, "description": "how many requests one instance takes at once"},
		"regions": {"type": "array", "items": {"type": "string", "pattern": "^([a-z]{3}[0-9]{1,2}|all)$"}, "description": "where the function runs: iad1, fra1"},
		"failoverRegions": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]{3}[0-9]{1,2}$"}, "description": "where it runs when those are down"},
		"cancellation": {"type": "boolean", "default": false, "description": "end a request in the function when the visitor goes away"},
		"environment": {"type": "object", "additionalProperties": {"type": "string"}, "description": "variables of the function; for secrets use the project's settings"},
		"include": {"type": "array", "items": {"type": "string"}, "description": "files beside the function's program, as patterns below the folder of go.mod: data/**"},
		"exclude": {"type": "array", "items": {"type": "string"}, "description": "what of them to leave out"},
		"isr": {
			"description": "keep the answers of pages that render on demand: true or a number of seconds for all of them, a map for some",
			"oneOf": [
				{"type": "boolean"},
				{"type": "integer", "minimum": 1},
				{"type": "object", "additionalProperties": false, "properties": {
					"expiration": {"$ref": "#/$defs/seconds"},
					"staleExpiration": {"type": "integer", "minimum": 1},
					"group": {"type": "integer", "minimum": 1},
					"bypassToken": {"type": "string", "pattern": "^[A-Za-z0-9_-]{32,}$"},
					"allowQuery": {"$ref": "#/$defs/texts"},
					"allowHeader": {"$ref": "#/$defs/texts"},
					"fallback": {"$ref": "#/$defs/fallback"},
					"routes": {"type": "object", "additionalProperties": {"$ref": "#/$defs/rule"}, "description": "rules by pattern: /blog/[slug]; without it, all pages are kept"},
					"exclude": {"$ref": "#/$defs/texts", "description": "patterns of routes that are not kept"}
				}}
			]
		},
		"crons": {"type": "array", "items": {"type": "object", "additionalProperties": false, "required": ["path", "schedule"], "properties": {
			"path": {"type": "string", "pattern": "^/"},
			"schedule": {"type": "string", "description": "five fields, in UTC: 0 5 * * *"}
		}}, "description": "endpoints that the platform calls at set times"},
		"images": {"type": "object", "additionalProperties": false, "required": ["sizes"], "properties": {
			"sizes": {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 1, "maximum": 16384}},
			"domains": {"$ref": "#/$defs/texts"},
			"remotePatterns": {"type": "array", "items": {"type": "object", "additionalProperties": false, "required": ["hostname"], "properties": {
				"protocol": {"enum": ["http", "https"]}, "hostname": {"type": "string"}, "port": {"type": "string"}, "pathname": {"type": "string"}, "search": {"type": "string"}}}},
			"localPatterns": {"type": "array", "items": {"type": "object", "additionalProperties": false, "properties": {"pathname": {"type": "string"}, "search": {"type": "string"}}}},
			"qualities": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 100}},
			"minimumCacheTTL": {"type": "integer", "minimum": 0},
			"formats": {"type": "array", "items": {"enum": ["image/avif", "image/webp"]}},
			"dangerouslyAllowSVG": {"type": "boolean"},
			"contentSecurityPolicy": {"type": "string"},
			"contentDispositionType": {"enum": ["inline", "attachment"]}
		}, "description": "the image service at /_vercel/image"},
		"skewProtection": {"type": "boolean", "default": false, "description": "keep a visitor on the deployment that the page came from"},
		"deploymentId": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,32}$", "description": "of a prebuilt deployment, for skew protection; on the platform it is known"},
		"webAnalytics": {"type": "boolean", "default": false, "description": "add the script of Web Analytics to every page"},
		"speedInsights": {"type": "boolean", "default": false, "description": "add the script of Speed Insights to every page"}
	},
	"$defs": {
		"seconds": {"oneOf": [{"type": "integer", "minimum": 1}, {"const": false}]},
		"texts": {"type": "array", "items": {"type": "string"}},
		"rule": {"oneOf": [{"type": "boolean"}, {"type": "integer", "minimum": 1}, {"type": "object", "additionalProperties": false, "properties": {
			"expiration": {"$ref": "#/$defs/seconds"},
			"staleExpiration": {"type": "integer", "minimum": 1},
			"group": {"type": "integer", "minimum": 1},
			"allowQuery": {"$ref": "#/$defs/texts"},
			"allowHeader": {"$ref": "#/$defs/texts"},
			"fallback": {"$ref": "#/$defs/fallback"}
		}}]},
		"fallback": {"type": "boolean", "description": "render the page when the site is built too, so that the first visitor does not wait"}
	}
}`
