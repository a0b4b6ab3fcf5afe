package cloudflare

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"sitegen.dev/core/site"
)

// FetchTransport is the transport of site.Fetch in a Worker.
type FetchTransport struct{}

var _ site.FetchTransport = FetchTransport{}

// RoundTrip sends one request.
func (FetchTransport) RoundTrip(ctx context.Context, req *site.FetchRequest) (*site.FetchResponse, error) {
	return roundTrip(ctx, []string{"", "", "", ""}, req)
}

// Service is a binding to another Worker ("services" in wrangler.jsonc).
type Service string

// Fetch asks the Worker. The host of the URL is for it to look at, and leads nowhere. Redirects are given as answers;
// Redirects and Untrusted of the request mean nothing here.
func (s Service) Fetch(ctx context.Context, req *site.FetchRequest) (*site.FetchResponse, error) {
	return fetchFrom(ctx, []string{string(s), "service", "", ""}, req)
}

// DurableObjects is a namespace of Durable Objects of another Worker ("durable_objects" in wrangler.jsonc).
type DurableObjects string

// Named gives the object of that name; it need not exist yet.
func (d DurableObjects) Named(name string) DurableObject {
	return DurableObject{string(d), "name", name}
}

// ID gives the object with an ID of 64 hexadecimal digits.
func (d DurableObjects) ID(id string) DurableObject { return DurableObject{string(d), "id", id} }

// DurableObject is one object.
type DurableObject struct{ binding, by, name string }

// Fetch asks the object, as Service.Fetch does.
func (o DurableObject) Fetch(ctx context.Context, req *site.FetchRequest) (*site.FetchResponse, error) {
	return fetchFrom(ctx, []string{o.binding, o.by, o.name, ""}, req)
}

// FetchOptions is what Cloudflare's fetch can do beyond site.Fetch ("cf" in its documentation).
type FetchOptions struct {
	CacheTTL        int    `json:"cacheTtl,omitempty"`        // seconds
	CacheEverything bool   `json:"cacheEverything,omitempty"` // keep answers of any type, HTML among them
	CacheKey        string `json:"cacheKey,omitempty"`        // in place of the URL; plans below Enterprise ignore it
	Image           *Image `json:"image,omitempty"`           // resize the answer, a picture; nil leaves it
}

// Image is how Cloudflare resizes an image that is fetched; the zone has to have transformations enabled.
type Image struct {
	Width   int     `json:"width,omitempty"`   // pixels
	Height  int     `json:"height,omitempty"`  // pixels
	DPR     float64 `json:"dpr,omitempty"`     // factor for both, as that of a screen
	Fit     string  `json:"fit,omitempty"`     // scale-down, contain, cover, crop, pad
	Gravity string  `json:"gravity,omitempty"` // auto, left, right, top, bottom
	Quality int     `json:"quality,omitempty"` // 1 to 100
	Format  string  `json:"format,omitempty"`  // avif, webp, jpeg, png, json
}

// Fetch is site.Fetch with options of Cloudflare's. It follows no redirects, and Untrusted means nothing.
func Fetch(ctx context.Context, req *site.FetchRequest, o FetchOptions) (*site.FetchResponse, error) {
	data, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	return fetchFrom(ctx, []string{"", "", "", string(data)}, req)
}

// fetchFrom sends a request by way of a binding.
func fetchFrom(ctx context.Context, target []string, req *site.FetchRequest) (*site.FetchResponse, error) {
	return site.FetchBy(ctx, transport(target), req)
}

// transport asks a binding, or the network where its first text is empty.
type transport []string

// RoundTrip sends one request.
func (t transport) RoundTrip(ctx context.Context, req *site.FetchRequest) (*site.FetchResponse, error) {
	return roundTrip(ctx, t, req)
}

// roundTrip sends one request. target is the binding, how the object is named, its name, and options as JSON.
func roundTrip(ctx context.Context, target []string, req *site.FetchRequest) (*site.FetchResponse, error) {
	b, err := newBody(req.Body)
	if err != nil {
		return nil, err
	}
	args := append(append([]string{}, target...), req.Method, req.URL, b.kind, b.size)
	for name, value := range req.Header.All() {
		args = append(args, name, value)
	}
	id, err := begin("fetch", b.data, args...)
	if err != nil {
		return nil, err
	}
	waiting, stop := b.send(ctx, id)
	text, _, err := wait(waiting, id, "fetch", target[0])
	if err != nil {
		stop()
		host.Drop(id)
		var refused *Error
		if errors.As(err, &refused) {
			err = errors.New(refused.Reason)
		}
		return nil, err
	}
	return response(ctx, id, string(text), stop)
}

// response reads the head of an answer: status, reason, whether there is a body ("1"), then names and values, each in a
// line of its own.
func response(ctx context.Context, id int32, text string, stop func()) (*site.FetchResponse, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 3 {
		return nil, errors.New("the head of the answer is not one that the worker writes")
	}
	status, err := strconv.Atoi(lines[0])
	if err != nil {
		return nil, err
	}
	resp := &site.FetchResponse{Status: status, StatusText: lines[1]}
	for i := 3; i+1 < len(lines); i += 2 {
		resp.Header.AddReceived(lines[i], lines[i+1])
	}
	if lines[2] != "1" {
		stop()
		resp.Body = io.NopCloser(strings.NewReader(""))
		return resp, nil
	}
	resp.Body = &stream{ctx: ctx, id: id, end: stop}
	return resp, nil
}
