// Package netlify is what Netlify offers to pages beyond HTTP: who asks and from where, the deploy that answers, Blobs, and
// the cache of its network. Components and packages of a site import it; elsewhere than on Netlify, and in the preview of its
// adapter, Of gives nil and everything else ErrElsewhere.
package netlify

import (
	"context"
	"errors"

	"sitegen.dev/core/site"
)

// Context is what Netlify says about one request, in the words of the context of its own functions. What it does not say
// is "".
type Context struct {
	Scheme    string  `json:"scheme"`    // http or https
	IP        string  `json:"ip"`        // of the visitor
	RequestID string  `json:"requestId"` // in Netlify's logs
	Geo       Geo     `json:"geo"`
	Account   Account `json:"account"`
	Site      Site    `json:"site"`
	Deploy    Deploy  `json:"deploy"`
	Server    Server  `json:"server"`

	// What stands for the function at Netlify; for this package alone.
	BlobsContext string `json:"blobs"` // base64 of JSON
	PurgeToken   string `json:"purgeToken"`
}

// Geo is where the visitor seems to be.
type Geo struct {
	City        string  `json:"city"`
	Country     Place   `json:"country"`
	Subdivision Place   `json:"subdivision"` // its code is what ISO 3166-2 has behind the hyphen
	Timezone    string  `json:"timezone"`    // "Europe/Berlin"
	PostalCode  string  `json:"postalCode"`
	Latitude    float64 `json:"latitude"` // degrees; both 0 where they are not known
	Longitude   float64 `json:"longitude"`
}

// Place is a country or a part of one.
type Place struct {
	Code string `json:"code"` // "DE"
	Name string `json:"name"` // in English
}

// Account is the team that the site belongs to.
type Account struct {
	ID string `json:"id"`
}

// Site is the site at Netlify.
type Site struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	URL  string `json:"url"` // of its main domain
}

// Deploy is the deploy that answers.
type Deploy struct {
	ID        string `json:"id"`
	Context   string `json:"context"`             // "production", "deploy-preview", "branch-deploy" or "dev"
	Published bool   `json:"published"`           // whether it is the one that visitors of the site get
	SkewToken string `json:"skewProtectionToken"` // that keeps later requests on this deploy
}

// Server is where the function runs.
type Server struct {
	Region string `json:"region"` // "us-east-2"
}

// Of gives what Netlify says about the request of a page, nil elsewhere.
func Of(page *site.Page) *Context { return from(page.Context()) }

type contextKey struct{}

// With gives a context that knows c. It is for the runtime of the adapter.
func With(ctx context.Context, c *Context) context.Context {
	return context.WithValue(ctx, contextKey{}, c)
}

func from(ctx context.Context) *Context {
	c, _ := ctx.Value(contextKey{}).(*Context)
	return c
}

// ErrElsewhere is what Blobs and Purge give where Netlify does not answer the request.
var ErrElsewhere = errors.New("netlify: this is no request to Netlify; use the context of the page")
