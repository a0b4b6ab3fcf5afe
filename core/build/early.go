package build

import (
	"slices"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/prerender"
)

// ReadsRequest says of a panic of a prerendered page that has read what only a request has what a build says of it. reads is what it has
// read, "" where only the message of the panic tells; line is the text of the line that d is at. It is false for every other panic.
func (s *DevSite) ReadsRequest(d diag.Diagnostic, route, panicked, reads, line string) (diag.Diagnostic, bool) {
	i := slices.IndexFunc(s.Routes, func(r manifest.Route) bool { return r.Prerender && r.Pattern == route })
	if i < 0 {
		return d, false
	}
	if reads == "" && prerender.NoRequest(panicked, line) {
		reads = "page.Request"
	}
	if reads == "" {
		return d, false
	}
	return prerender.RequestData(d, route, s.Routes[i].Source, strings.TrimSuffix(reads, "()"), line), true
}
