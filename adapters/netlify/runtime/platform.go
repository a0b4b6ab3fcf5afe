package netlify

import (
	"context"
	"fmt"
	"runtime/debug"
	"strconv"
	"sync"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/netlify"
)

// Platform is what page.Platform gives. Pages reach it by the methods they need, so that they need no import:
//
//	if p, ok := page.Platform().(interface{ WaitUntil(func(context.Context)) }); ok {
//		p.WaitUntil(func(ctx context.Context) { … })
//	}
//
// What the platform does not say is "".
type Platform struct {
	h    *handler
	info info
	base context.Context // ends when the function does

	mu    sync.Mutex
	left  int           // pieces of work that are not done
	idle  chan struct{} // closed when left is 0 again; nil before the first
	begun func()        // called once, at the first
}

// info is what the platform says about a request.
type info = netlify.Context

// WaitUntil runs f beside the answer and keeps the function running until it is done, within the time that the function
// may take. The context of f ends when the platform takes the function down.
func (p *Platform) WaitUntil(f func(context.Context)) {
	p.mu.Lock()
	if p.left == 0 {
		p.idle = make(chan struct{})
	}
	p.left++
	begun := p.begun
	p.begun = nil
	p.mu.Unlock()
	if begun != nil {
		begun()
	}
	ctx := context.WithValue(p.base, requestKey{}, p.info.RequestID)
	go func() {
		defer p.done()
		defer func() {
			if v := recover(); v != nil {
				p.h.log(ctx, site.LevelError, "panic in WaitUntil", "error", fmt.Sprint(v), "stack", string(debug.Stack()))
			}
		}()
		f(ctx)
	}()
}

func (p *Platform) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left--
	if p.left == 0 {
		close(p.idle)
	}
}

// busy says whether something of it is not done.
func (p *Platform) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.left > 0
}

// wait waits until all that WaitUntil was given is done, or ctx ends.
func (p *Platform) wait(ctx context.Context) {
	for {
		p.mu.Lock()
		left, idle := p.left, p.idle
		p.mu.Unlock()
		if left == 0 {
			return
		}
		select {
		case <-idle: // what was done may have begun more
		case <-ctx.Done():
			return
		}
	}
}

// RequestID is what Netlify calls the request in its own logs.
func (p *Platform) RequestID() string { return p.info.RequestID }

// Region is where the function runs, "us-east-2".
func (p *Platform) Region() string { return p.info.Server.Region }

// Country is where the visitor seems to be, as two letters.
func (p *Platform) Country() string { return p.info.Geo.Country.Code }

// CountryName is the same in English.
func (p *Platform) CountryName() string { return p.info.Geo.Country.Name }

// CountryRegion is the part of the country, as ISO 3166-2 has it behind the hyphen.
func (p *Platform) CountryRegion() string { return p.info.Geo.Subdivision.Code }

// City is the name of the city.
func (p *Platform) City() string { return p.info.Geo.City }

// PostalCode is the postal code.
func (p *Platform) PostalCode() string { return p.info.Geo.PostalCode }

// Timezone is the time zone, "Europe/Berlin".
func (p *Platform) Timezone() string { return p.info.Geo.Timezone }

// Coordinates are latitude and longitude in degrees, as text.
func (p *Platform) Coordinates() (latitude, longitude string) {
	g := p.info.Geo
	if g.Latitude == 0 && g.Longitude == 0 {
		return "", ""
	}
	return strconv.FormatFloat(g.Latitude, 'f', -1, 64), strconv.FormatFloat(g.Longitude, 'f', -1, 64)
}

// AccountID is that of the team that the site belongs to.
func (p *Platform) AccountID() string { return p.info.Account.ID }

// SiteID, SiteName and SiteURL say which site this is; the URL is that of its main domain.
func (p *Platform) SiteID() string   { return p.info.Site.ID }
func (p *Platform) SiteName() string { return p.info.Site.Name }
func (p *Platform) SiteURL() string  { return p.info.Site.URL }

// DeployID and DeployContext say which deploy this is, and of which kind: "production", "deploy-preview",
// "branch-deploy" or "dev".
func (p *Platform) DeployID() string      { return p.info.Deploy.ID }
func (p *Platform) DeployContext() string { return p.info.Deploy.Context }
