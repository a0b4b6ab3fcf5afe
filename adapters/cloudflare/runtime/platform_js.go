package cloudflare

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
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
				x.w.log(x, site.LogRecord{Level: site.LevelError, Message: "panic in WaitUntil", Err: fmt.Errorf("%v\n%s", v, debug.Stack()),
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

// The operations of hostCall.
const (
	opKVGet = iota
	opKVPut
	opKVDelete
	opFetch
)

// call does something that takes time.
func (p *Platform) call(ctx context.Context, op int32, args string, data []byte) (result []byte, found bool, err error) {
	x := p.x
	if x.w.x != x {
		return nil, false, errors.New("the request is over: do this before the page returns, or inside WaitUntil")
	}
	t, tn := pointerTo(args)
	d, dn := pointer(data)
	id := hostCall(op, t, tn, d, dn)
	done := make(chan struct{}, 1)
	if x.replies == nil {
		x.replies = map[int32]chan struct{}{}
	}
	x.replies[id] = done
	defer delete(x.replies, id)
	select {
	case <-done:
	case <-ctx.Done():
		return nil, false, context.Cause(ctx)
	}
	n := hostResult(id)
	if n == resultNone {
		return nil, false, nil
	}
	failed := n < resultNone
	if failed {
		n = resultFailed - n
	}
	result = make([]byte, n)
	if n > 0 {
		hostTake(pointer(result))
	}
	if failed {
		return nil, false, errors.New(string(result))
	}
	return result, true, nil
}

// KVGet reads a key of a KV namespace by the name of its binding.
func (p *Platform) KVGet(ctx context.Context, binding, key string) (value []byte, found bool, err error) {
	return p.call(ctx, opKVGet, binding+"\x00"+key+"\x00", nil)
}

// KVPut writes a key of a KV namespace. ttl is how long it is kept, at least a minute; 0 is for ever.
func (p *Platform) KVPut(ctx context.Context, binding, key string, value []byte, ttl time.Duration) error {
	_, _, err := p.call(ctx, opKVPut, binding+"\x00"+key+"\x00"+strconv.FormatInt(int64(ttl/time.Second), 10)+"\x00", value)
	return err
}

// KVDelete removes a key of a KV namespace.
func (p *Platform) KVDelete(ctx context.Context, binding, key string) error {
	_, _, err := p.call(ctx, opKVDelete, binding+"\x00"+key+"\x00", nil)
	return err
}
