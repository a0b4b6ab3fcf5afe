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
	Mode            string                     `json:"mode" oneof:"executable lambda"`
	Architecture    string                     `json:"architecture" oneof:"x86_64 arm64"`
	Memory          int                        `json:"memory" min:"128" max:"10240"` // MB
	MaxDuration     duration                   `json:"maxDuration"`
	MaxConcurrency  int                        `json:"maxConcurrency" min:"1" max:"8192"`
	Regions         []string                   `json:"regions"`
	FailoverRegions []string                   `json:"failoverRegions"`
	Cancellation    bool                       `json:"cancellation"`
	Environment     map[string]string          `json:"environment"`
	Functions       map[string]functionOptions `json:"functions"` // by pattern
	Include         []string                   `json:"include"`
	Exclude         []string                   `json:"exclude"`
	Rewrites        []string                   `json:"rewrites"` // client files that the function can answer with, beside the pages
	ISR             isrOptions                 `json:"isr"`
	Crons           []cronOption               `json:"crons"`
	Images          *imagesConfig              `json:"images"`
	SkewProtection  *bool                      `json:"skewProtection"` // nil is what the project on Vercel says
	DeploymentID    string                     `json:"deploymentId"`
	WebAnalytics    bool                       `json:"webAnalytics"`
	SpeedInsights   bool                       `json:"speedInsights"`
	Firewall        []firewallRule             `json:"firewall"`
	Flags           map[string]flagOption      `json:"flags"` // by name
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

var (
	deploymentID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)
	envName      = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// CheckOptions says what is wrong with the options.
func (Adapter) CheckOptions(site *adapter.Site) []diag.Diagnostic {
	_, problems := decode(site)
	return problems
}

// decode reads the options and checks what their types do not say.
func decode(site *adapter.Site) (Options, []diag.Diagnostic) {
	o := Options{Mode: executable, Architecture: "x86_64"}
	ds := adapter.DecodeOptions("vercel", site, &o)
	report := func(at, problem, hint string) {
		ds = append(ds, diag.Diagnostic{Code: "SG6006", Range: site.At(at), Message: "option " + at + " of adapter vercel " + problem, Hint: hint})
	}
	ds = append(ds, checkRegions(site, "regions", o.Regions)...)
	ds = append(ds, checkRegions(site, "failoverRegions", o.FailoverRegions)...)
	for pattern, f := range o.Functions {
		ds = append(ds, checkRegions(site, "functions."+pattern+".regions", f.Regions)...)
		ds = append(ds, checkRegions(site, "functions."+pattern+".failoverRegions", f.FailoverRegions)...)
	}
	checkCrons(o.Crons, report)
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
	for _, l := range []struct {
		name, below, hint string
		patterns          []string
	}{{"include", "the folder of go.mod", "include: [data/**]", o.Include}, {"exclude", "the folder of go.mod", "exclude: [data/old/**]", o.Exclude},
		{"rewrites", "the public folder", "rewrites: [files/*.txt]", o.Rewrites}} {
		for i, glob := range l.patterns {
			_, err := path.Match(strings.ReplaceAll(glob, "**", "*"), "x")
			if err != nil || glob == "" || path.IsAbs(glob) || slices.Contains(strings.Split(glob, "/"), "..") {
				report(fmt.Sprintf("%s.%d", l.name, i), fmt.Sprintf("must be a pattern for files below %s, not %q", l.below, glob), l.hint)
			}
		}
	}
	checkFirewall(o.Firewall, report)
	checkFlags(o.Flags, report)
	if o.Images != nil {
		checkImages(o.Images, report)
	}
	slices.SortStableFunc(ds, func(a, b diag.Diagnostic) int { return strings.Compare(a.Message, b.Message) })
	return o, ds
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
		"functions": {"type": "object", "description": "routes with a function of their own, by pattern: /api/report", "additionalProperties": {"type": "object", "additionalProperties": false, "properties": {
			"memory": {"$ref": "#/properties/memory"}, "maxDuration": {"$ref": "#/properties/maxDuration"}, "maxConcurrency": {"$ref": "#/properties/maxConcurrency"},
			"regions": {"$ref": "#/properties/regions"}, "failoverRegions": {"$ref": "#/properties/failoverRegions"}, "cancellation": {"type": "boolean"}
		}}},
		"include": {"type": "array", "items": {"type": "string"}, "description": "files beside the function's program, as patterns below the folder of go.mod: data/**"},
		"exclude": {"type": "array", "items": {"type": "string"}, "description": "what of them to leave out"},
		"rewrites": {"type": "array", "items": {"type": "string"}, "description": "files of the public folder that page.Rewrite may lead to, beside pages, as patterns: files/*.txt"},
		"isr": {
			"description": "keep the answers of pages that render on demand: true or a number of seconds for all of them, a map for some",
			"oneOf": [
				{"type": "boolean"},
				{"type": "integer", "minimum": 1, "maximum": 31536000},
				{"type": "object", "additionalProperties": false, "properties": {
					"expiration": {"$ref": "#/$defs/seconds"},
					"staleExpiration": {"type": "integer", "minimum": 1},
					"group": {"type": "integer", "minimum": 1},
					"bypassToken": {"type": "string", "pattern": "^[A-Za-z0-9_-]{32,}$"},
					"allowQuery": {"$ref": "#/$defs/texts"},
					"allowHeader": {"$ref": "#/$defs/texts"},
					"fallback": {"$ref": "#/$defs/fallback"},
					"routes": {"type": "object", "additionalProperties": {"$ref": "#/$defs/rule"}, "description": "rules by pattern: /blog/[slug]; without it, all pages are kept"},
					"exclude": {"$ref": "#/$defs/texts", "description": "patterns of routes that are not kept; a star stands for any text: /api/*"}
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
			"minimumCacheTTL": {"type": "integer", "minimum": 1, "maximum": 315360000},
			"formats": {"type": "array", "items": {"enum": ["image/avif", "image/webp"]}},
			"dangerouslyAllowSVG": {"type": "boolean"},
			"contentSecurityPolicy": {"type": "string"},
			"contentDispositionType": {"enum": ["inline", "attachment"]}
		}, "description": "the image service at /_vercel/image"},
		"skewProtection": {"type": "boolean", "description": "keep a visitor on the deployment that the page came from; unless it is said, as the project on Vercel has it"},
		"deploymentId": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,32}$", "description": "of a prebuilt deployment, for skew protection; on the platform it is known"},
		"webAnalytics": {"type": "boolean", "default": false, "description": "add the script of Web Analytics to every page"},
		"speedInsights": {"type": "boolean", "default": false, "description": "add the script of Speed Insights to every page"},
		"firewall": {"type": "array", "description": "what the firewall refuses, or lets browsers prove first", "items": {"type": "object", "additionalProperties": false, "required": ["path", "action"], "properties": {
			"path": {"type": "string", "pattern": "^/", "description": "below the base; * stands for any text"},
			"action": {"enum": ["deny", "challenge"]},
			"methods": {"type": "array", "items": {"type": "string", "pattern": "^[A-Z]{1,32}$"}},
			"has": {"$ref": "#/$defs/conditions", "description": "what the request must have"},
			"missing": {"$ref": "#/$defs/conditions", "description": "what it must not have"}
		}}},
		"flags": {"type": "object", "description": "feature flags that Vercel's toolbar shows, by name", "additionalProperties": {"type": "object", "additionalProperties": false, "properties": {
			"description": {"type": "string"},
			"url": {"type": "string", "format": "uri", "description": "where the flag is managed"},
			"options": {"type": "array", "items": {"type": "object", "additionalProperties": false, "required": ["value"], "properties": {
				"value": {"description": "of any type"}, "label": {"type": "string"}}}}
		}}}
	},
	"$defs": {
		"seconds": {"oneOf": [{"type": "integer", "minimum": 1, "maximum": 31536000}, {"const": false}]},
		"conditions": {"type": "array", "maxItems": 16, "items": {"type": "object", "additionalProperties": false, "properties": {
			"header": {"type": "string"}, "cookie": {"type": "string"}, "query": {"type": "string"},
			"host": {"type": "string", "description": "a regular expression for all of it"},
			"value": {"type": "string", "description": "a regular expression for all of the value; without it, any"}}}},
		"texts": {"type": "array", "items": {"type": "string"}},
		"rule": {"oneOf": [{"type": "boolean"}, {"type": "integer", "minimum": 1, "maximum": 31536000}, {"type": "object", "additionalProperties": false, "properties": {
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
