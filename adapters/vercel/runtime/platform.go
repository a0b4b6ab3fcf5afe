package vercel

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/vercel"
)

// Platform is what page.Platform gives. Pages reach it by the methods they need, so that they need no import:
//
//	if p, ok := page.Platform().(interface{ WaitUntil(func(context.Context)) }); ok {
//		p.WaitUntil(func(ctx context.Context) { … })
//	}
type Platform struct {
	h       *handler
	inv     invocation
	header  *site.Header
	trusted bool
	origin  string // under which the site was asked
	draft   bool   // the visitor sees drafts

	mu   sync.Mutex
	work sync.WaitGroup
	any  bool
}

// WaitUntil runs f beside the answer and keeps the function running until it is done, within the time that the function
// may take. The context of f ends when the platform takes the function down.
func (p *Platform) WaitUntil(f func(context.Context)) {
	p.mu.Lock()
	p.any = true
	p.mu.Unlock()
	p.work.Add(1)
	go func() {
		defer p.work.Done()
		defer func() {
			if v := recover(); v != nil {
				p.h.ipc.log(p.inv, "error", fmt.Sprintf("panic in WaitUntil: %v\n%s", v, debug.Stack()))
			}
		}()
		f(context.WithValue(context.Background(), invocationKey{}, p.inv))
	}()
}

func (p *Platform) waits() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.any
}

// said gives a header of the platform's.
func (p *Platform) said(name string) string {
	if !p.trusted {
		return ""
	}
	return p.header.Get(name)
}

// RequestID is what the platform calls the request in its own logs.
func (p *Platform) RequestID() string { return p.said("X-Vercel-Id") }

// Region is the data centre that the function runs in, "fra1".
func (p *Platform) Region() string { return p.h.getenv("VERCEL_REGION") }

// Country is where the visitor seems to be, as two letters; it and what follows are "" where the platform does not know.
func (p *Platform) Country() string { return p.said("X-Vercel-Ip-Country") }

// CountryRegion is the part of the country, as ISO 3166-2 has it behind the hyphen.
func (p *Platform) CountryRegion() string { return p.said("X-Vercel-Ip-Country-Region") }

// City is the name of the city.
func (p *Platform) City() string {
	if city, err := url.PathUnescape(p.said("X-Vercel-Ip-City")); err == nil {
		return city
	}
	return ""
}

// Timezone is the time zone, "Europe/Berlin".
func (p *Platform) Timezone() string { return p.said("X-Vercel-Ip-Timezone") }

// Coordinates are latitude and longitude in degrees, as text.
func (p *Platform) Coordinates() (latitude, longitude string) {
	return p.said("X-Vercel-Ip-Latitude"), p.said("X-Vercel-Ip-Longitude")
}

// Vercel gives all of it as a value, nil where the platform is not there. vercel.Of asks for it.
func (p *Platform) Vercel() *vercel.Context {
	if !p.trusted {
		return nil
	}
	env := p.h.getenv
	lat, long := p.Coordinates()
	client, _, _ := strings.Cut(p.said("X-Vercel-Forwarded-For")+","+p.said("X-Real-Ip"), ",")
	return vercel.New(vercel.Context{
		IP: strings.TrimSpace(client), RequestID: p.RequestID(), Region: p.Region(), Env: cmp.Or(env("VERCEL_TARGET_ENV"), env("VERCEL_ENV")), Draft: p.draft,
		Geo: vercel.Geo{City: p.City(), Country: p.Country(), Region: p.CountryRegion(), Continent: p.said("X-Vercel-Ip-Continent"), PostalCode: p.said("X-Vercel-Ip-Postal-Code"),
			Timezone: p.Timezone(), Latitude: degrees(lat), Longitude: degrees(long)},
		Deployment: vercel.Deployment{ID: env("VERCEL_DEPLOYMENT_ID"), Host: env("VERCEL_URL"), Branch: env("VERCEL_GIT_COMMIT_REF"), Commit: env("VERCEL_GIT_COMMIT_SHA")},
	}, &vercel.Access{Origin: p.origin, BypassToken: p.h.bypass, Protection: env("VERCEL_AUTOMATION_BYPASS_SECRET"),
		APIToken: env("VERCEL_TOKEN"), Project: env("VERCEL_PROJECT_ID"), Team: env("VERCEL_TEAM_ID"), FlagsSecret: env("FLAGS_SECRET")})
}

func degrees(text string) float64 {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return f
}

// Sessions is the store of sessions, as Vercel's marketplace sets it up, or Upstash itself.
func Sessions(getenv func(string) string) site.SessionDriver {
	return vercel.Sessions{URL: cmp.Or(getenv("KV_REST_API_URL"), getenv("UPSTASH_REDIS_REST_URL")),
		Token: cmp.Or(getenv("KV_REST_API_TOKEN"), getenv("UPSTASH_REDIS_REST_TOKEN")), Prefix: "session:"}
}
