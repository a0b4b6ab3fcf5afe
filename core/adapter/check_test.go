package adapter

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// describe gives diagnostics one a line, as "severity code pos: message [hint]".
func describe(l *diag.List) string {
	var b strings.Builder
	for _, d := range l.Sorted() {
		b.WriteString(d.Severity.String() + " " + string(d.Code) + " " + d.Error())
		if d.Hint != "" {
			b.WriteString(" [" + d.Hint + "]")
		}
		b.WriteString("\n")
	}
	return b.String()
}

var known = []Info{
	{Name: "vercel", Protocol: Protocol, Supports: map[string]Support{OnDemand: {Level: Stable}, Streaming: {Level: Limited, Message: "whole kilobytes"}}},
	{Name: "node", Protocol: Protocol, Supports: map[string]Support{OnDemand: {Level: Stable}, Streaming: {Level: Stable}, Sessions: {Level: Experimental}}},
	{Name: "files", Protocol: Protocol, Supports: map[string]Support{OnDemand: {Level: Unsupported, Message: "files has no server"}}},
	{Name: "old", Protocol: 0},
}

var table = &manifest.Manifest{
	Routes: []manifest.Route{
		{Pattern: "/", Type: manifest.Page, Prerender: true, Source: "src/pages/index.gosite"},
		{Pattern: "/old", Type: manifest.Redir, Source: "site.yaml", Line: 4},
		{Pattern: "/stream", Type: manifest.Page, Source: "src/pages/stream.gosite", Features: []manifest.Feature{
			{Name: OnDemand, File: "src/pages/stream.gosite", Line: 2, Col: 1},
			{Name: Streaming, File: "src/components/Slow.gosite", Line: 9, Col: 3},
		}},
		{Pattern: "/api", Type: manifest.Endpoint, Source: "src/pages/api.go"},
	},
	Features: []manifest.Feature{{Name: "teleport"}, {Name: Sessions, File: "src/middleware.go", Line: 7, Col: 2}},
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		info Info
		want string
	}{
		{known[0], `
error SG6001 the site uses teleport, which adapter vercel cannot
warning SG6002 src/components/Slow.gosite:9:3: src/pages/stream.gosite streams its answer, which adapter vercel does with limits [whole kilobytes]
error SG6001 src/middleware.go:7:2: src/middleware.go uses sessions, which adapter vercel cannot [build with an adapter that can: node]
`},
		{known[1], `
error SG6001 the site uses teleport, which adapter node cannot
warning SG6002 src/middleware.go:7:2: src/middleware.go uses sessions, which is experimental in adapter node
`},
		{known[2], `
error SG6001 the site uses teleport, which adapter files cannot
error SG6001 src/components/Slow.gosite:9:3: src/pages/stream.gosite streams its answer, which adapter files cannot [build with an adapter that can: node, vercel]
error SG6001 src/middleware.go:7:2: src/middleware.go uses sessions, which adapter files cannot [build with an adapter that can: node]
error SG6001 src/pages/api.go: src/pages/api.go renders on demand, which adapter files cannot [files has no server; build with an adapter that can: node, vercel; or prerender the route: ` + "`const prerender = true`" + `]
error SG6001 src/pages/stream.gosite:2:1: src/pages/stream.gosite renders on demand, which adapter files cannot [files has no server; build with an adapter that can: node, vercel; or prerender the route: ` + "`const prerender = true`" + `]
`},
		{known[3], `
error SG6004 adapter old speaks protocol 0, this sitegen speaks 1 [use versions of sitegen and of the adapter that belong together]
`},
	} {
		if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), describe(Check(tt.info, table, known))); diff != "" {
			t.Errorf("Check(%s) (-want +got)\n%s", tt.info.Name, diff)
		}
	}
}

func TestCheckNone(t *testing.T) {
	want := `
error SG6003 src/pages/api.go: src/pages/api.go renders on demand, and the site has no adapter [choose an adapter with ` + "`sitegen build --adapter node` or `adapter: node` in site.yaml (node, vercel can), or prerender it: `const prerender = true`" + `]
error SG6003 src/pages/stream.gosite:2:1: src/pages/stream.gosite renders on demand, and the site has no adapter [choose an adapter with ` + "`sitegen build --adapter node` or `adapter: node` in site.yaml (node, vercel can), or prerender it: `const prerender = true`" + `]
`
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), describe(CheckNone(table, known))); diff != "" {
		t.Errorf("CheckNone (-want +got)\n%s", diff)
	}
	if l := CheckNone(&manifest.Manifest{Routes: table.Routes[:2]}, known); l.Len() != 0 {
		t.Errorf("CheckNone of a static site = %s; want nothing", describe(l))
	}
}
