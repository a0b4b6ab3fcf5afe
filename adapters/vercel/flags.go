package vercel

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"

	"sitegen.dev/core/adapter"
)

// flags tells Vercel's toolbar which feature flags a deployment has, so that people of the team can set them for themselves
// (vercel.com/docs/feature-flags/flags-explorer/reference). What they have set comes back in a cookie, which package
// core/site/vercel reads.
type flags struct {
	Definitions map[string]flagOption `json:"definitions"`
}

// flagOption describes one flag: what it is for, where it is managed, and which values it has.
type flagOption struct {
	Description string      `json:"description,omitempty"`
	URL         string      `json:"url,omitempty"`
	Options     []flagValue `json:"options,omitempty"`
}

type flagValue struct {
	Value anyValue `json:"value"`
	Label string   `json:"label,omitempty"`
}

// anyValue is a value of any type, as JSON.
type anyValue struct{ raw json.RawMessage }

// DecodeOption takes it as it is.
func (v *anyValue) DecodeOption(_ *adapter.OptionDecoder, _ string, raw json.RawMessage) { v.raw = raw }

// MarshalJSON gives it back.
func (v anyValue) MarshalJSON() ([]byte, error) {
	if v.raw == nil {
		return []byte("null"), nil
	}
	return v.raw, nil
}

// UnmarshalJSON reads config.json again, for the preview.
func (v *anyValue) UnmarshalJSON(raw []byte) error {
	v.raw = bytes.Clone(raw)
	return nil
}

var flagName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)

// checkFlags finds flags that the toolbar could do nothing with.
func checkFlags(list map[string]flagOption, report func(at, problem, hint string)) {
	for _, name := range slices.Sorted(maps.Keys(list)) {
		at, f := "flags."+name, list[name]
		if !flagName.MatchString(name) {
			report(at, "must be named by letters, digits, dots, hyphens and _", "")
		}
		if u, err := url.Parse(f.URL); f.URL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
			report(at+".url", fmt.Sprintf("must be a URL, not %q", f.URL), "url: https://example.com/flags/"+name)
		}
		for i, v := range f.Options {
			if v.Value.raw == nil {
				report(fmt.Sprintf("%s.options.%d", at, i), "needs a value", "{value: true, label: on}")
			}
		}
	}
}

// flags gives what config.json says of them.
func (b *builder) flags() *flags {
	if len(b.o.Flags) == 0 {
		return nil
	}
	return &flags{b.o.Flags}
}
