package vercel

import (
	"bytes"
	"encoding/json"
)

// outputConfig is config.json of the Build Output API, version 3, as far as the adapter writes and the preview reads it.
type outputConfig struct {
	Version      int                 `json:"version"`
	Framework    *framework          `json:"framework,omitempty"`
	DeploymentID string              `json:"deploymentId,omitempty"`
	Routes       []route             `json:"routes,omitempty"`
	Images       *imagesConfig       `json:"images,omitempty"`
	Overrides    map[string]override `json:"overrides,omitempty"`
	Crons        []cron              `json:"crons,omitempty"`
	Flags        *flags              `json:"flags,omitempty"`
}

type framework struct {
	Slug    string `json:"slug"`
	Version string `json:"version"`
}

// route is one entry of the route table: a phase, when Handle is set, or a rule.
type route struct {
	Handle        string            `json:"handle,omitempty"`
	Src           string            `json:"src,omitempty"`
	Methods       []string          `json:"methods,omitempty"`
	Has           []condition       `json:"has,omitempty"`
	Missing       []condition       `json:"missing,omitempty"`
	Headers       map[string]string `json:"headers,omitempty"`
	Transforms    []transform       `json:"transforms,omitempty"`
	Mitigate      *mitigate         `json:"mitigate,omitempty"`
	Dest          string            `json:"dest,omitempty"`
	Status        int               `json:"status,omitempty"`
	CaseSensitive bool              `json:"caseSensitive,omitempty"`
	Continue      bool              `json:"continue,omitempty"`
}

type condition struct {
	Type  string `json:"type"` // host, header, cookie or query
	Key   string `json:"key,omitempty"`
	Value string `json:"value,omitempty"` // a regular expression
}

type transform struct {
	Type   string `json:"type"` // request.query
	Op     string `json:"op"`   // delete
	Target target `json:"target"`
}

type target struct {
	Key string `json:"key"`
}

// mitigate is what the firewall does with a request.
type mitigate struct {
	Action string `json:"action"` // deny or challenge
}

// override changes under which path, and as what, a file of static/ is served.
type override struct {
	Path        string `json:"path,omitempty"`
	ContentType string `json:"contentType,omitempty"`
}

type cron struct {
	Path     string `json:"path"`
	Schedule string `json:"schedule"`
}

// functionConfig is .vc-config.json.
type functionConfig struct {
	Handler         string            `json:"handler"`
	Runtime         string            `json:"runtime"`
	RuntimeLanguage string            `json:"runtimeLanguage"`
	Architecture    string            `json:"architecture"`
	Environment     map[string]string `json:"environment"`
	Memory          int               `json:"memory,omitempty"`
	MaxDuration     any               `json:"maxDuration,omitempty"` // seconds or "max"
	MaxConcurrency  int               `json:"maxConcurrency,omitempty"`
	Regions         []string          `json:"regions,omitempty"`
	FailoverRegions []string          `json:"functionFailoverRegions,omitempty"`
	Streaming       bool              `json:"supportsResponseStreaming,omitempty"`
	Cancellation    bool              `json:"supportsCancellation,omitempty"`
	Framework       *framework        `json:"framework,omitempty"`
}

// prerenderConfig is NAME.prerender-config.json: a function with a cache in front of it. Its keys are those that the platform
// documents under "Prerender Functions" of the Build Output API, and the further ones that its own reader takes (class Prerender of
// @vercel/build-utils).
type prerenderConfig struct {
	Expiration      any      `json:"expiration"` // seconds or false
	StaleExpiration int      `json:"staleExpiration,omitempty"`
	Group           int      `json:"group,omitempty"`
	BypassToken     string   `json:"bypassToken,omitempty"`
	AllowQuery      []string `json:"allowQuery"`
	AllowHeader     []string `json:"allowHeader,omitempty"`
	PassQuery       bool     `json:"passQuery"`
	// The platform would send an answer other than 200, a 404 page too, without its body.
	ExposeErrBody bool `json:"exposeErrBody"`
	// What is answered until the function was asked for the first time: a file beside this one, and what goes with it.
	Fallback       string            `json:"fallback,omitempty"`
	InitialStatus  int               `json:"initialStatus,omitempty"`
	InitialHeaders map[string]string `json:"initialHeaders,omitempty"`
}

// encode writes JSON for people too: indented, without needless escapes, ended by a line break.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}
