package cloudflare

import (
	"context"
	"strconv"
	"time"

	"sitegen.dev/core/site"
)

// Platform is what page.Platform gives. Pages reach it by the methods they need, so that they need no import:
//
//	if p, ok := page.Platform().(interface{ Country() string }); ok {
//		country = p.Country()
//	}
type Platform struct {
	x   *exchange
	geo []string
}

// WaitUntil runs f beside the answer and keeps the request alive until it is done; Cloudflare allows it 30 seconds from
// the end of the answer. The instance answers no other request meanwhile.
func (p *Platform) WaitUntil(f func(context.Context)) {
	x := p.x
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	x.work.Go(func() {
		defer cancel()
		defer func() {
			if v := recover(); v != nil {
				err := site.NewPanicError(v)
				x.w.log(x, site.LogRecord{Level: site.LevelError, Message: "panic in WaitUntil", Err: err, At: err.At().String(), Stack: err.Stack,
					Method: x.req.Method, Path: x.req.URL.Path})
			}
		}()
		f(ctx)
	})
}

// The fields of textGeo.
const (
	geoCountry = iota
	geoContinent
	geoRegion
	geoCity
	geoPostal
	geoTimezone
	geoLatitude
	geoLongitude
	geoColo
	geoASN
	geoOrganization
	geoTLS
	geoHTTP
	geoFields
)

func (p *Platform) said(i int) string {
	if p.geo == nil {
		p.geo = append(fields(text(textGeo)), make([]string, geoFields)...)
	}
	return p.geo[i]
}

// RequestID is what Cloudflare calls the request in its own logs.
func (p *Platform) RequestID() string { return p.x.req.Header.Get("Cf-Ray") }

// Region is the data centre that answers, "FRA".
func (p *Platform) Region() string { return p.said(geoColo) }

// Country is where the visitor seems to be, as two letters, "T1" for Tor; it and what follows are "" where Cloudflare
// does not know.
func (p *Platform) Country() string { return p.said(geoCountry) }

// Continent is two letters, "EU".
func (p *Platform) Continent() string { return p.said(geoContinent) }

// CountryRegion is the part of the country, as ISO 3166-2 has it behind the hyphen.
func (p *Platform) CountryRegion() string { return p.said(geoRegion) }

// City is the name of the city.
func (p *Platform) City() string { return p.said(geoCity) }

// PostalCode is that of the visitor's place.
func (p *Platform) PostalCode() string { return p.said(geoPostal) }

// Timezone is the time zone, "Europe/Berlin".
func (p *Platform) Timezone() string { return p.said(geoTimezone) }

// Coordinates are latitude and longitude in degrees, as text.
func (p *Platform) Coordinates() (latitude, longitude string) {
	return p.said(geoLatitude), p.said(geoLongitude)
}

// ASN is the number of the visitor's network, and the name of who runs it.
func (p *Platform) ASN() (number int, organization string) {
	n, _ := strconv.Atoi(p.said(geoASN)) // "" is 0
	return n, p.said(geoOrganization)
}

// Protocol is the version of HTTP, "HTTP/3", and of TLS, "TLSv1.3".
func (p *Platform) Protocol() (http, tls string) { return p.said(geoHTTP), p.said(geoTLS) }
