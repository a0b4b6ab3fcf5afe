package site

import (
	"errors"
	"net/url"
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
				return nil, errors.New("allowed host " + strconv.Quote(s) + ": the protocol is neither http nor https")
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
			return nil, errors.New("allowed host " + strconv.Quote(s) + " is not the name of a host")
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

// previewVariable is set by `sitegen preview`, which lets only hosts of this machine and those of the author through: a
// site that is previewed answers for them as well, whatever hosts it is going to have.
const previewVariable = "SITEGEN_PREVIEW"

// hostAllowed says whether the site answers for the host of the request.
func (x *exchange) hostAllowed() bool {
	return len(x.app.cfg.AllowedHosts) == 0 || x.app.allowed(x.url.Scheme, x.url.Host) || x.app.preview && isLocalHost(x.url.Host) || x.static != nil && x.static.local(x.url.Host)
}

// splitHost takes "host", "host:port" or "[v6]:port" apart. ok is false for what cannot be the Host of a request.
func splitHost(s string) (host, port string, ok bool) {
	host = s
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return "", "", false
		}
		if !isIPv6(s[1:end]) {
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

// isIPv6 says whether s is an address of IPv6 in one of its usual forms. Package netip would say it too, and is larger
// than all that a small site has of this package.
func isIPv6(s string) bool {
	groups, short := 0, false
	if strings.HasPrefix(s, "::") {
		if short, s = true, s[2:]; s == "" {
			return true
		}
	}
	for {
		n := 0
		for n < len(s) && isHex(s[n]) {
			n++
		}
		if n < len(s) && s[n] == '.' { // the last two groups, as IPv4
			groups += 2
			return isIPv4(s) && (groups == 8 && !short || short && groups < 8)
		}
		if n == 0 || n > 4 {
			return false
		}
		groups++
		if s = s[n:]; s == "" {
			return groups == 8 && !short || short && groups < 8
		}
		if groups >= 8 || s[0] != ':' || len(s) == 1 {
			return false
		}
		if s = s[1:]; s[0] == ':' {
			if short {
				return false
			}
			if short, s = true, s[1:]; s == "" {
				return groups < 8
			}
		}
	}
}

func isIPv4(s string) bool {
	for i := range 4 {
		part, rest, more := strings.Cut(s, ".")
		if more == (i == 3) || part == "" || len(part) > 3 || len(part) > 1 && part[0] == '0' {
			return false
		}
		n := 0
		for j := range len(part) {
			if !isDigit(part[j]) {
				return false
			}
			n = n*10 + int(part[j]-'0')
		}
		if n > 255 {
			return false
		}
		s = rest
	}
	return true
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0 && s[0] != '+'
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
	if p := c.cfg.TrustedProxies; p != nil {
		o = p.forwarded(c, r, o)
	}
	o.host = strings.TrimSuffix(o.host, ":"+defaultPort(o.scheme))
	return o
}

// crossOrigin says whether a request is one that a browser may send for another site without asking first: a form post,
// by its method and type, or one that the browser says it has not asked for, whose Origin is not ours or missing. Types that
// are malformed count as forms.
func (x *exchange) crossOrigin() bool {
	switch x.method {
	case "GET", "HEAD", "OPTIONS", "TRACE":
		return false
	}
	if kind, _, _ := strings.Cut(x.req.Header.Get("Content-Type"), ";"); !formType(strings.TrimSpace(kind)) && !unasked(&x.req.Header) {
		return false
	}
	sent := x.req.Header.Values("Origin")
	if len(sent) != 1 {
		return true
	}
	got := sent[0]
	if equalFold(got, x.url.Scheme+"://"+x.url.Host) || x.sameOrigin(got) {
		return false
	}
	site := &x.app.site
	return site.Host == "" || !equalFold(got, site.Scheme+"://"+strings.TrimSuffix(site.Host, ":"+defaultPort(site.Scheme)))
}

// sameOrigin says whether the browser itself tells that a request comes from this site, where the Origin that it sent with it
// says nothing else: "null", which a page with Referrer-Policy: no-referrer sends, or our host by https while a proxy in
// front of us, of which we know nothing, has taken the TLS away. Scripts cannot set Sec-Fetch-Site. An Origin that names
// another host is not made up for by it.
func (x *exchange) sameOrigin(got string) bool {
	said := x.req.Header.Values("Sec-Fetch-Site")
	return len(said) == 1 && said[0] == "same-origin" && (got == "null" || equalFold(got, "https://"+x.url.Host))
}

// refuseOrigin answers what crossOrigin says, and tells the log who was refused and what mends it if that is wrong.
func (x *exchange) refuseOrigin() bool {
	origin := "missing"
	if sent := x.req.Header.Values("Origin"); len(sent) > 0 {
		origin = strconv.Quote(strings.Join(sent, ", "))
	}
	ours := x.url.Scheme + "://" + x.url.Host
	const cause = "Cross-site form posts are refused: the Origin header is "
	x.log(LevelWarn, cause+origin+" and has to be "+ours+"; if this was a form of the site's own behind a proxy, "+
		"set site in site.yaml to the public origin, or security.allowedHosts and security.trustedProxies", nil)
	return x.refuse(403, cause+origin+" and has to be "+ours+
		". A program sends that header, or a body that is no form, such as JSON. Behind a proxy, the site has to know its public origin: `site` in site.yaml.")
}

func formType(kind string) bool {
	a, b, ok := strings.Cut(kind, "/")
	if !ok || !isToken(a) || !isToken(b) {
		return true
	}
	return equalFold(kind, "application/x-www-form-urlencoded") || equalFold(kind, "multipart/form-data") || equalFold(kind, "text/plain") ||
		equalFold(kind, "text/ping") // of <a ping>, which comes with cookies as forms do
}

// unasked says whether a browser tells that it sends a request without having asked the site for leave, whatever its type.
// Reports about violations of a policy are sent so too, but without cookies.
func unasked(h *Header) bool {
	mode := h.Get("Sec-Fetch-Mode")
	return (mode == "no-cors" || mode == "navigate") && h.Get("Sec-Fetch-Dest") != "report"
}

// parseOrigin takes apart what site.yaml says is the public origin, "https://example.com"; a path may follow.
func parseOrigin(s string) (url.URL, bool) {
	scheme, rest, ok := strings.Cut(s, "://")
	host, path, slash := strings.Cut(rest, "/")
	if slash {
		path = "/" + path
	}
	if !ok || scheme == "" || host == "" || strings.ContainsAny(rest, "@?#\\") {
		return url.URL{}, false
	}
	return url.URL{Scheme: lowerASCII(scheme), Host: host, Path: path}, true
}
