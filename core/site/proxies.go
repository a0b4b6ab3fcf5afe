package site

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
)

// Proxies are the addresses whose X-Forwarded-* headers are believed. Everything about them is reached through it, so
// that it costs nothing on platforms where nobody names any.
type Proxies struct {
	err       error
	forwarded func(*compiledApp, *Request, origin) origin
	client    func(*Request) (string, bool)
}

// proxyList is what Proxies are made of.
type proxyList struct {
	any      bool
	prefixes []netip.Prefix
}

// TrustedProxies makes Proxies of addresses and prefixes ("10.0.0.0/8"), and "*" for any address.
func TrustedProxies(list ...string) *Proxies {
	p := &proxyList{}
	out := &Proxies{forwarded: p.forwardedOrigin, client: p.forwardedFor}
	for _, s := range list {
		if s == "*" {
			p.any = true
			continue
		}
		prefix, err := netip.ParsePrefix(s)
		if err != nil {
			addr, addrErr := netip.ParseAddr(s)
			if addrErr != nil {
				out.err = errors.New("trusted proxy " + strconv.Quote(s) + " is neither an address nor a prefix like 10.0.0.0/8")
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		p.prefixes = append(p.prefixes, prefix)
	}
	return out
}

func (p *proxyList) trusts(a netip.Addr) bool {
	if p.any {
		return true
	}
	for _, prefix := range p.prefixes {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// peer gives the address of the other end, and whether it is a trusted proxy.
func (p *proxyList) peer(r *Request) (addr netip.Addr, trusted bool) {
	addr, ok := parseAddr(r.RemoteAddr)
	return addr, p.any || ok && p.trusts(addr)
}

// forwardedOrigin gives what a trusted proxy says, if that is an allowed host, else o.
func (p *proxyList) forwardedOrigin(c *compiledApp, r *Request, o origin) origin {
	if _, trusted := p.peer(r); !trusted {
		return o
	}
	scheme, host := o.scheme, o.host
	if s := lowerASCII(firstOfList(r.Header.Get("X-Forwarded-Proto"))); s == "http" || s == "https" {
		scheme = s
	}
	if s := firstOfList(r.Header.Get("X-Forwarded-Host")); s != "" {
		host = s
	}
	if port := firstOfList(r.Header.Get("X-Forwarded-Port")); isPort(port) {
		if name, had, ok := splitHost(host); ok && had == "" {
			host = name + ":" + port
		}
	}
	if c.allowed(scheme, host) {
		return origin{scheme, host}
	}
	return o
}

// forwardedFor goes through X-Forwarded-For from the right, past every proxy that is trusted: what stands left of the
// first that is not, anybody could have written.
func (p *proxyList) forwardedFor(r *Request) (string, bool) {
	client, trusted := p.peer(r)
	if !trusted {
		return "", false
	}
	found := false
	for list := r.Header.Get("X-Forwarded-For"); list != ""; {
		last := list
		if i := strings.LastIndexByte(list, ','); i >= 0 {
			last, list = list[i+1:], list[:i]
		} else {
			list = ""
		}
		addr, ok := parseAddr(strings.TrimSpace(last))
		if !ok {
			break
		}
		client, found = addr, true
		if !p.trusts(addr) {
			break
		}
	}
	return client.String(), found
}

// clientOf gives the address of the visitor, "" when nobody knows it.
func (c *compiledApp) clientOf(r *Request) string {
	if p := c.cfg.TrustedProxies; p != nil {
		if client, ok := p.client(r); ok {
			return client
		}
	}
	if addr, ok := parseAddr(r.RemoteAddr); ok {
		return addr.String()
	}
	return ""
}

// parseAddr reads an address, with or without a port.
func parseAddr(s string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Unmap().WithZone(""), true
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone(""), true
	}
	if n := len(s); n > 2 && s[0] == '[' && s[n-1] == ']' {
		if a, err := netip.ParseAddr(s[1 : n-1]); err == nil {
			return a.Unmap().WithZone(""), true
		}
	}
	return netip.Addr{}, false
}

func firstOfList(s string) string {
	s, _, _ = strings.Cut(s, ",")
	return strings.TrimSpace(s)
}
