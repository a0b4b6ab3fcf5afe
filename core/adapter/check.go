package adapter

import (
	"fmt"
	"slices"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// phrases say what a route does that uses a feature, in the form "… which adapter x cannot".
var phrases = map[string]string{
	OnDemand:     "renders on demand",
	Streaming:    "streams its answer",
	Middleware:   "runs middleware",
	PageHeaders:  "sets headers on a prerendered page",
	ServerIsland: "renders a server island",
	Sessions:     "uses sessions",
	Revalidate:   "is rendered again after a time",
}

// use is one use of a feature.
type use struct {
	subject string // what the message speaks of
	feature manifest.Feature
}

// Check holds what the site uses against what the adapter can do: an error for each use of something unsupported, a
// warning where the support is limited or experimental. The hints name those of the known adapters that can.
func Check(info Info, m *manifest.Manifest, known []Info) *diag.List {
	list := &diag.List{}
	if info.Protocol != Protocol {
		list.Error("SG6004", diag.Range{},
			fmt.Sprintf("adapter %s speaks protocol %d, this sitegen speaks %d", info.Name, info.Protocol, Protocol),
			"use versions of sitegen and of the adapter that belong together")
		return list
	}
	for _, u := range uses(m) {
		s := info.Supports[u.feature.Name]
		at := diag.Range{Pos: diag.Pos{File: u.feature.File, Line: u.feature.Line, Col: u.feature.Col}}
		switch s.Level {
		case Stable:
		case Limited:
			list.Warn("SG6002", at, fmt.Sprintf("%s %s, which adapter %s does with limits", u.subject, phrase(u.feature.Name), info.Name), s.Message)
		case Experimental:
			list.Warn("SG6002", at, fmt.Sprintf("%s %s, which is experimental in adapter %s", u.subject, phrase(u.feature.Name), info.Name), s.Message)
		default:
			list.Error("SG6001", at, fmt.Sprintf("%s %s, which adapter %s cannot", u.subject, phrase(u.feature.Name), info.Name), hint(u.feature.Name, s, known))
		}
	}
	return list
}

// Uses lists what the routes of a site use, in the order of the routes.
func Uses(m *manifest.Manifest) []manifest.Feature {
	var out []manifest.Feature
	for _, u := range uses(m) {
		out = append(out, u.feature)
	}
	return out
}

// Phrase says what a route does that uses a feature: "renders on demand".
func Phrase(feature string) string { return phrase(feature) }

func phrase(feature string) string {
	if p, ok := phrases[feature]; ok {
		return p
	}
	return "uses " + feature
}

func hint(feature string, s Support, known []Info) string {
	var parts []string
	if s.Message != "" {
		parts = append(parts, s.Message)
	}
	if names := able(feature, known); len(names) > 0 {
		parts = append(parts, "build with an adapter that can: "+strings.Join(names, ", "))
	}
	if feature == OnDemand {
		parts = append(parts, "or prerender the route: `const prerender = true`")
	}
	return strings.Join(parts, "; ")
}

// able gives the names of the adapters that do feature at all, sorted.
func able(feature string, known []Info) []string {
	var names []string
	for _, info := range known {
		switch info.Supports[feature].Level {
		case Stable, Limited, Experimental:
			names = append(names, info.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// uses lists what the site uses, in the order of its routes. A route that is rendered per request uses OnDemand whether
// its features say so or not; the route of server islands is there for the tags that ask for it. A tag is one use however
// many routes show it.
func uses(m *manifest.Manifest) []use {
	var out []use
	islands := map[manifest.Feature]bool{}
	for _, r := range m.Routes {
		if r.Pattern == manifest.IslandPattern {
			continue
		}
		hasOnDemand := false
		for _, f := range r.Features {
			hasOnDemand = hasOnDemand || f.Name == OnDemand
			if f.File == "" {
				f.File, f.Line = r.Source, r.Line
			}
			if f.Name == ServerIsland {
				if !islands[f] {
					islands[f] = true
					out = append(out, use{f.File, f})
				}
				continue
			}
			out = append(out, use{r.Source, f})
		}
		if onDemand(r) && !hasOnDemand {
			out = append(out, use{r.Source, manifest.Feature{Name: OnDemand, File: r.Source, Line: r.Line}})
		}
	}
	for _, f := range m.Features {
		subject := f.File
		if subject == "" {
			subject = "the site"
		}
		out = append(out, use{subject, f})
	}
	return out
}

// onDemand says whether somebody has to run Go for the route. Redirects of site.yaml can be done by any server.
func onDemand(r manifest.Route) bool { return !r.Prerender && r.Type != manifest.Redir }

// CheckNone is Check for a site without an adapter, which can only hold files: an error for each route that is rendered
// per request, and for each component that is.
func CheckNone(m *manifest.Manifest, known []Info) *diag.List {
	list := &diag.List{}
	for _, u := range uses(m) {
		h := "prerender it: `const prerender = true`"
		switch u.feature.Name {
		case OnDemand:
		case ServerIsland:
			h = "remove server:defer, so that the component is rendered with its page"
		default:
			continue
		}
		names := able(u.feature.Name, known)
		if len(names) > 0 {
			pick := names[0]
			if slices.Contains(names, "node") {
				pick = "node"
			}
			h = fmt.Sprintf("choose an adapter with `sitegen build --adapter %s` or `adapter: %s` in site.yaml (%s can), or %s",
				pick, pick, strings.Join(names, ", "), h)
		}
		list.Error("SG6003", diag.Range{Pos: diag.Pos{File: u.feature.File, Line: u.feature.Line, Col: u.feature.Col}},
			u.subject+" "+phrase(u.feature.Name)+", and the site has no adapter", h)
	}
	return list
}
