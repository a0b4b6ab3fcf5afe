package build

import (
	"time"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// sessionFeature is the feature of page.Session, as package adapter calls it.
const sessionFeature = "sessions"

// sameSites are the names of the runtime's constants.
var sameSites = map[string]string{"strict": "Strict", "none": "None"}

// sessions describes the sessions to the code generator, nil for none.
func (b *builder) sessions() *codegen.Session {
	s := b.Config.Session
	if s.Driver == "" {
		b.missSessions()
		return nil
	}
	ttl, _ := time.ParseDuration(s.TTL) // was checked when it was read
	out := &codegen.Session{Driver: s.Driver, Seconds: int64(ttl / time.Second), Name: s.Cookie.Name, Domain: s.Cookie.Domain,
		SameSite: sameSites[s.Cookie.SameSite], Secure: s.Cookie.Secure}
	if s.Driver == "file" {
		out.Dir = s.Dir
	}
	return out
}

// sessionFeatures is what an adapter has to be able to do for the sessions of the site.
func (b *builder) sessionFeatures() []manifest.Feature {
	if b.Config.Session.Driver == "" {
		return nil
	}
	at := b.Config.At("session.driver")
	return []manifest.Feature{{Name: sessionFeature, File: at.File, Line: at.Line, Col: at.Col}}
}

// missSessions reports components that read page.Session on a site without sessions, where every call fails.
func (b *builder) missSessions() {
	seen := map[diag.Pos]bool{}
	for _, r := range b.routes {
		for _, f := range r.Features {
			at := diag.Pos{File: f.File, Line: f.Line, Col: f.Col}
			if f.Name != sessionFeature || seen[at] {
				continue
			}
			seen[at] = true
			b.list.Error("SG3114", diag.Range{Pos: at}, "page.Session is used, but the site has no sessions", "write `session: {driver: memory}` into site.yaml, or driver: file to keep them when the server starts again")
		}
	}
}
