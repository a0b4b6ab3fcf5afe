package routes

import (
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// collisions reports routes that never answer because an earlier one matches exactly the same URLs, and gives the
// routes without them. Two dynamic routes of the same shape live together where the first is prerendered: it answers
// only the paths it lists, and everything else falls through.
func collisions(entries []*entry, list *diag.List) []*entry {
	var kept []*entry
	taken := map[string]*entry{} // by shape: the route that leaves nothing to later ones
	for _, e := range entries {
		key := shape(e.Segments)
		first := taken[key]
		if first == nil {
			kept = append(kept, e)
			if !e.Prerender || !isDynamic(e.Segments) {
				taken[key] = e
			}
			continue
		}
		reportCollision(first, e, list)
	}
	return kept
}

func reportCollision(first, later *entry, list *diag.List) {
	note := diag.Note{Range: first.at, Message: "answered here"}
	switch {
	case later.Type == manifest.Redir && first.Type == manifest.Redir:
		list.Add(diag.Diagnostic{Severity: diag.Error, Code: "SG3025", Range: later.at,
			Message: "two redirects answer " + later.Pattern, Hint: "remove one of them", Notes: []diag.Note{{Range: first.at, Message: "the other one"}}})
	case later.Type == manifest.Redir:
		list.Add(diag.Diagnostic{Severity: diag.Warning, Code: "SG3024", Range: later.at,
			Message: "the redirect of " + later.Pattern + " has no effect: " + first.Source + " answers it",
			Hint:    "remove the redirect or the file", Notes: []diag.Note{note}})
	default:
		list.Add(diag.Diagnostic{Severity: diag.Error, Code: "SG3002", Range: later.at,
			Message: later.Source + " answers the same URLs as " + first.Source,
			Hint:    "remove or rename one of the two", Notes: []diag.Note{note}})
	}
}

// shape is a pattern without the names of its parameters: equal for routes that match exactly the same URLs. The bytes
// 0, 1 and 2 cannot occur in a pattern's text.
func shape(segments [][]manifest.Part) string {
	var b strings.Builder
	for _, parts := range segments {
		b.WriteByte(0)
		for _, p := range parts {
			switch {
			case p.Rest:
				b.WriteByte(1)
			case p.Param != "":
				b.WriteByte(2)
			default:
				b.WriteString(p.Text)
			}
		}
	}
	return b.String()
}
