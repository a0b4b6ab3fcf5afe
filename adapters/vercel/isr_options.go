package vercel

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"sitegen.dev/core/adapter"
)

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

// maxExpiration is a year in seconds: nothing is kept for longer.
const maxExpiration = 31536000

// seconds is a number of seconds or false.
type seconds struct{ value any }

// DecodeOption reads either form.
func (s *seconds) DecodeOption(dec *adapter.OptionDecoder, at string, raw json.RawMessage) {
	if string(raw) == "false" {
		s.value = false
		return
	}
	var n int
	if json.Unmarshal(raw, &n) != nil || n < 1 || n > maxExpiration {
		dec.Report(at, fmt.Sprintf("must be a number of seconds from 1 to %d, or false to keep answers until the next deployment, not %s", maxExpiration, raw), "")
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
	if n, ok := f.Expiration.value.(int); f.StaleExpiration > 0 && f.Expiration.value != nil && (!ok || f.StaleExpiration <= n) {
		dec.Report(at+".staleExpiration", fmt.Sprintf("must be more than expiration: it counts from the beginning, and until then old answers are sent, not %d", f.StaleExpiration), "")
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
