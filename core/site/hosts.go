package site

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// hostPattern is one entry of Config.AllowedHosts.
type hostPattern struct {
	scheme string // "" is any
	host   string // lower case; behind the wildcard
	labels int    // 0: no wildcard, 1: "*." one label, 2: "**." one or more
	port   string // "" is any
}

func parseHosts(list []string) ([]hostPattern, error) {
	var out []hostPattern
	for _, s := range list {
		var p hostPattern
		rest := lowerASCII(s)
		if scheme, after, ok := strings.Cut(rest, "://"); ok {
			if scheme != "http" && scheme != "https" {
				return nil, fmt.Errorf("allowed host %q: the protocol is neither http nor https", s)
			}
			p.scheme, rest = scheme, after
		}
		if after, ok := strings.CutPrefix(rest, "**."); ok {
			p.labels, rest = 2, after
		} else if after, ok := strings.CutPrefix(rest, "*."); ok {
			p.labels, rest = 1, after
		}
		host, port, ok := splitHost(rest)
		if !ok {
			return nil, fmt.Errorf("allowed host %q is not the name of a host", s)
		}
		p.host, p.port = host, port
		out = append(out, p)
	}
	return out, nil
}

func (p *hostPattern) matches(scheme, host, port string) bool {
	if p.scheme != "" && p.scheme != scheme {
		return false
	}
	if p.port != "" {
		if port == "" {
			port = defaultPort(scheme)
		}
		if p.port != port {
			return false
		}
	}
	host = strings.TrimSuffix(lowerASCII(host), ".")
	if p.labels == 0 {
		return host == p.host
	}
	label, ok := strings.CutSuffix(host, "."+p.host)
	return ok && label != "" && (p.labels == 2 || strings.IndexByte(label, '.') < 0)
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

// allowed says whether a host is one of the site's own.
func (c *compiledApp) allowed(scheme, hostport string) bool {
	host, port, ok := splitHost(hostport)
	if !ok {
		return false
	}
	for i := range c.hosts {
		if c.hosts[i].matches(scheme, host, port) {
			return true
		}
	}
	return false
}

// splitHost takes "host", "host:port" or "[v6]:port" apart. ok is false for what cannot be the Host of a request.
func splitHost(s string) (host, port string, ok bool) {
	host = s
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return "", "", false
		}
		if a, err := netip.ParseAddr(s[1:end]); err != nil || !a.Is6() || a.Zone() != "" {
			return "", "", false
		}
		host, s = s[:end+1], s[end+1:]
		if s == "" {
			return host, "", true
		}
		if s[0] != ':' {
			return "", "", false
		}
		return host, s[1:], isPort(s[1:])
	}
	if i := strings.IndexByte(s, ':'); i >= 0 {
		if host, port = s[:i], s[i+1:]; !isPort(port) {
			return "", "", false
		}
	}
	if host == "" || len(host) > 255 {
		return "", "", false
	}
	for i := range len(host) {
		if c := host[i]; !isLetter(c) && !isDigit(c) && c != '-' && c != '.' && c != '_' {
			return "", "", false
		}
	}
	return host, port, !strings.HasPrefix(host, ".") && !strings.Contains(host, "..")
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0 && s[0] != '+'
}

// proxyList is Config.TrustedProxies.
type proxyList struct {
	any      bool
	prefixes []netip.Prefix
}

func parseProxies(list []string) (proxyList, error) {
	var out proxyList
	for _, s := range list {
		if s == "*" {
			out.any = true
			continue
		}
		prefix, err := netip.ParsePrefix(s)
		if err != nil {
			addr, addrErr := netip.ParseAddr(s)
			if addrErr != nil {
				return proxyList{}, fmt.Errorf("trusted proxy %q is neither an address nor a prefix like 10.0.0.0/8", s)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		out.prefixes = append(out.prefixes, prefix)
	}
	return out, nil
}

func (l *proxyList) trusts(a netip.Addr) bool {
	if l.any {
		return true
	}
	for _, p := range l.prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// origin is where a request was sent to, as far as it can be believed.
type origin struct {
	scheme, host string // host without the default port
}

// originOf works out the origin. Forwarded headers count only when the other end is a trusted proxy; the forwarded
// protocol, host and port only together, and only when they name an allowed host.
func (c *compiledApp) originOf(r *Request, host string) origin {
	o := origin{scheme: "http", host: host}
	if r.Scheme == "https" {
		o.scheme = "https"
	}
	if _, trusted := c.peer(r); trusted {
		c.forwarded(r, &o)
	}
	o.host = strings.TrimSuffix(o.host, ":"+defaultPort(o.scheme))
	return o
}

// peer gives the address of the other end, and whether it is a trusted proxy.
func (c *compiledApp) peer(r *Request) (addr netip.Addr, trusted bool) {
	if c.proxies.any {
		addr, _ = parseAddr(r.RemoteAddr)
		return addr, true
	}
	if len(c.proxies.prefixes) == 0 {
		return addr, false
	}
	addr, ok := parseAddr(r.RemoteAddr)
	return addr, ok && c.proxies.trusts(addr)
}

// clientOf gives the address of the visitor, "" when nobody knows it.
func (c *compiledApp) clientOf(r *Request) string {
	if peer, trusted := c.peer(r); trusted {
		if client, ok := c.forwardedFor(r, peer); ok {
			return client
		}
	}
	if addr, ok := parseAddr(r.RemoteAddr); ok {
		return addr.String()
	}
	return ""
}

func (c *compiledApp) forwarded(r *Request, o *origin) {
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
		o.scheme, o.host = scheme, host
	}
}

// forwardedFor goes through X-Forwarded-For from the right, past every proxy that is trusted: what stands left of the
// first that is not, anybody could have written.
func (c *compiledApp) forwardedFor(r *Request, peer netip.Addr) (string, bool) {
	list := r.Header.Get("X-Forwarded-For")
	client, found := peer, false
	for list != "" {
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
		if !c.proxies.trusts(addr) {
			break
		}
	}
	return client.String(), found
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

// crossOrigin says whether a request is one that a browser may send for another site without asking first: a form post,
// by its method and type, whose Origin is not ours or missing. Types that are malformed count as forms.
func (x *exchange) crossOrigin() bool {
	switch x.method {
	case "GET", "HEAD", "OPTIONS", "TRACE":
		return false
	}
	if kind, _, _ := strings.Cut(x.req.Header.Get("Content-Type"), ";"); !formType(strings.TrimSpace(kind)) {
		return false
	}
	sent := x.req.Header.Values("Origin")
	if len(sent) != 1 {
		return true
	}
	got := sent[0]
	if equalFold(got, x.url.Scheme+"://"+x.url.Host) {
		return false
	}
	site := &x.app.site
	return site.Host == "" || !equalFold(got, site.Scheme+"://"+strings.TrimSuffix(site.Host, ":"+defaultPort(site.Scheme)))
}

func formType(kind string) bool {
	a, b, ok := strings.Cut(kind, "/")
	if !ok || !isToken(a) || !isToken(b) {
		return true
	}
	return equalFold(kind, "application/x-www-form-urlencoded") || equalFold(kind, "multipart/form-data") || equalFold(kind, "text/plain")
}
