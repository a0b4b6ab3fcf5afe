// Package vercel is what Vercel offers to pages beyond HTTP: who asks and from where, the deployment that answers, its caches,
// draft mode, and sessions. Components and packages of a site import it; elsewhere than on Vercel, and in the preview of its
// adapter, Of gives nil, whose methods give ErrElsewhere.
package vercel

import (
	"context"
	"errors"

	"sitegen.dev/core/site"
)

// Context is what Vercel says about one request. What it does not say is "".
type Context struct {
	IP         string // of the visitor
	RequestID  string // in Vercel's logs: "fra1::iad1::abc"
	Region     string // where the function runs: "iad1"
	Env        string // "production", "preview", "development", or a name of the project's own
	Geo        Geo
	Deployment Deployment
	// Draft says that the visitor sees drafts: SetDraft was called for him. Nothing is kept of what he gets.
	Draft bool

	access *Access // a pointer, so that printing a Context shows no secrets
}

// Geo is where the visitor seems to be.
type Geo struct {
	City       string
	Country    string // two letters: "DE"
	Region     string // the part of the country, as ISO 3166-2 has it behind the hyphen
	Continent  string // two letters: "EU"
	PostalCode string
	Timezone   string  // "Europe/Berlin"
	Latitude   float64 // degrees; both 0 where they are not known
	Longitude  float64
}

// Deployment is the deployment that answers.
type Deployment struct {
	ID     string // "dpl_…"
	Host   string // of the deployment itself: "tea-abc.vercel.app"
	Branch string // of the repository
	Commit string // its hash
}

// Access is what the methods of a Context need to speak to Vercel. It is for the runtime of the adapter.
type Access struct {
	Origin      string // under which the site was asked: "https://tea.example"
	BypassToken string // that makes kept answers anew, and shows drafts: VERCEL_BYPASS_TOKEN
	Protection  string // that opens a protected deployment to machines: VERCEL_AUTOMATION_BYPASS_SECRET
	APIToken    string // of Vercel's API: VERCEL_TOKEN
	Project     string // its id: VERCEL_PROJECT_ID
	Team        string // its id, for tokens of several teams: VERCEL_TEAM_ID
	FlagsSecret string // that seals the flags set in the toolbar: FLAGS_SECRET
}

// New gives a Context that can speak to Vercel. It is for the runtime of the adapter.
func New(c Context, a *Access) *Context {
	c.access = a
	return &c
}

// Of gives what Vercel says about the request of a page, nil elsewhere.
func Of(page *site.Page) *Context {
	if p, ok := page.Platform().(interface{ Vercel() *Context }); ok {
		return p.Vercel()
	}
	return nil
}

// ErrElsewhere is what the methods of a nil Context give.
var ErrElsewhere = errors.New("vercel: this is no request to Vercel")

// WaitUntil runs f beside the answer to the request of a page, and keeps the function running until it is done, within the time
// that it may take. Elsewhere than on Vercel it runs f at once.
func WaitUntil(page *site.Page, f func(context.Context)) {
	if p, ok := page.Platform().(interface{ WaitUntil(func(context.Context)) }); ok {
		p.WaitUntil(f)
		return
	}
	f(context.WithoutCancel(page.Context()))
}
