package netlify

import (
	"context"
	"strings"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/netlify"
)

// internal are the beginnings of the names of headers that are between the platform and this program. Pages never see
// them, whoever sent them: what the platform says is in Platform, Host, Scheme and the address of the visitor, and a
// page that believed a header in its place would believe the visitor.
var internal = [...]string{"x-nf-", "x-forwarded-", "forwarded"}

func isInternal(name string) bool {
	for _, prefix := range internal {
		if len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}

// hop are the headers of one connection; they mean nothing on the next one.
var hop = [...]string{"Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade", "Te", "Trailer", "Expect", "Proxy-Authorization"}

func isHop(name string) bool {
	for _, h := range hop {
		if strings.EqualFold(name, h) {
			return true
		}
	}
	return false
}

// receive adds a header line to a request, if a page may see it.
func receive(req *site.Request, name, value string) {
	if !isInternal(name) && !isHop(name) {
		req.Header.AddReceived(name, value)
	}
}

// prepare fills in what the platform says about a request.
func (h *handler) prepare(req *site.Request, p *Platform) {
	req.Scheme = "https"
	if p.info.Scheme == "http" {
		req.Scheme = "http"
	}
	req.RemoteAddr = p.info.IP
	req.Platform = p
	if !req.Header.Has("Host") {
		req.Header.AddReceived("Host", req.Host)
	}
}

// serve lets the site answer.
func (h *handler) serve(ctx context.Context, req *site.Request, p *Platform, sink site.Sink) {
	if h.exact {
		if to, other := exact(req.Target); other {
			redirect(sink, to)
			return
		}
	}
	h.site.Serve(netlify.With(context.WithValue(ctx, requestKey{}, p.info.RequestID), &p.info), req, sink)
}

// header gives the lines of an answer as they are sent, one after the other.
func (h *handler) header(p *Platform, method string, status int, header *site.Header, line func(name, value string)) {
	for name, value := range header.All() {
		switch {
		case isInternal(name):
		case strings.EqualFold(name, "CDN-Cache-Control") && !header.Has("Netlify-CDN-Cache-Control"):
			line("Netlify-CDN-Cache-Control", durable(value))
		case strings.EqualFold(name, "Cache-Tag") && !header.Has("Netlify-Cache-Tag"):
			line("Netlify-Cache-Tag", value)
		default:
			line(name, value)
		}
	}
	if !header.Has("X-Content-Type-Options") {
		line("X-Content-Type-Options", "nosniff")
	}
	if token := p.info.Deploy.SkewToken; h.skew != "" && token != "" && page(method, header) && !kept(header) && h.cache == "" {
		line("Set-Cookie", SkewCookie+"="+token+"; Path="+h.skew+"; HttpOnly; Secure; SameSite=Strict")
	}
	if h.cache != "" && status == 200 && (method == "GET" || method == "HEAD") && cacheable(header) {
		line("Netlify-CDN-Cache-Control", h.cache)
	}
}

// SkewCookie is the cookie that keeps what a page loads later on the deploy that the page came from. The build half has the
// same name in skew-protection.json.
const SkewCookie = "__nf_skew"

// page says whether an answer is what a visitor looks at.
func page(method string, header *site.Header) bool {
	return method == "GET" && strings.HasPrefix(strings.ToLower(header.Get("Content-Type")), "text/html")
}

// kept says whether caches may keep an answer, which then must not hold a cookie.
func kept(header *site.Header) bool {
	for _, name := range []string{"CDN-Cache-Control", "Netlify-CDN-Cache-Control"} {
		if v := header.Get(name); v != "" && !strings.Contains(v, "no-store") {
			return true
		}
	}
	v := header.Get("Cache-Control")
	return strings.Contains(v, "public") || strings.Contains(v, "s-maxage")
}

// durable is what page.Cache says to caches, as Netlify has it: its places share what one of them keeps, so that the function is
// asked once and not once in each of them.
func durable(value string) string {
	if strings.Contains(value, "no-store") || strings.Contains(value, "private") || strings.Contains(value, "durable") {
		return value
	}
	return value + ", durable"
}

// cacheable says whether a page leaves caching to us: it says nothing about it, and holds nothing for one visitor alone.
func cacheable(header *site.Header) bool {
	for _, name := range []string{"Cache-Control", "Cdn-Cache-Control", "Netlify-Cdn-Cache-Control", "Set-Cookie", "Vary"} {
		if header.Has(name) {
			return false
		}
	}
	return true
}
