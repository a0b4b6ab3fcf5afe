package config

import (
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The patterns below stand in the JSON Schema and must mean the same in Go and in JavaScript. A check may be stricter
// than its pattern, never laxer.
const (
	originPattern   = `^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@\\\s]+/?$`
	basePattern     = `^/([A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*/?)?$`
	folderPattern   = `^[^/\\:*?"<>|\x00-\x1f][^\\:*?"<>|\x00-\x1f]*$`
	assetsPattern   = `^[A-Za-z0-9_~-][A-Za-z0-9._~-]*(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$`
	hostPattern     = `^[A-Za-z0-9.:_-]+$`
	listenPattern   = `^(\[[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?\]|[A-Za-z0-9.:_-]+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*%[A-Za-z0-9._-]+)$`
	hostRulePattern = `^(https?://)?((\*\*?\.)?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?$`
	durationPattern = `^([0-9]+(\.[0-9]+)?(s|m|h))+$`
	tokenPattern    = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
	networkPattern  = `^[0-9a-fA-F:.]+(/[0-9]{1,3})?$`
)

var compiled sync.Map // pattern to *regexp.Regexp

func matches(pattern, s string) bool {
	re, ok := compiled.Load(pattern)
	if !ok {
		re, _ = compiled.LoadOrStore(pattern, regexp.MustCompile(pattern))
	}
	return re.(*regexp.Regexp).MatchString(s)
}

// checkOrigin gives scheme, host and port in lower case.
func checkOrigin(s string) (string, *problem) {
	wrong := func(hint string) (string, *problem) {
		return "", &problem{message: "must be an origin such as https://example.com, not " + strconv.Quote(s), hint: hint}
	}
	u, err := url.Parse(s)
	if err != nil {
		return wrong("")
	}
	if scheme := strings.ToLower(u.Scheme); scheme != "http" && scheme != "https" {
		if !strings.Contains(s, ":") && strings.Contains(s, ".") {
			return wrong("write https://" + s)
		}
		return wrong("")
	}
	if u.Path != "" && u.Path != "/" {
		if _, p := checkBase(u.Path); p == nil && u.Host != "" {
			return wrong("put the path into base: " + u.Path)
		}
		return wrong("")
	}
	if !matches(originPattern, s) || u.Hostname() == "" || u.Opaque != "" || !validPort(u) {
		return wrong("")
	}
	return strings.ToLower(u.Scheme + "://" + u.Host), nil
}

func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && n > 0
}

// checkBase gives a base that begins and ends with a slash.
func checkBase(s string) (string, *problem) {
	wrong := func(hint string) (string, *problem) {
		return "", &problem{message: "must be a path such as /docs, not " + strconv.Quote(s), hint: hint}
	}
	if !matches(basePattern, s) {
		if u, err := url.Parse(s); err == nil && u.Host != "" && matches(basePattern, u.Path) {
			return wrong("write " + u.Path + ", and put the rest into site")
		}
		if fixed := fixedPath(s); matches(basePattern, fixed) && s != "" {
			return wrong("write " + fixed)
		}
		return wrong("")
	}
	for name := range strings.SplitSeq(s, "/") {
		if name == "." || name == ".." {
			return wrong("")
		}
	}
	if !strings.HasSuffix(s, "/") {
		s += "/"
	}
	return s, nil
}

// checkFolder gives a clean path below the project root, never the root itself.
func checkFolder(s string) (string, *problem) {
	wrong := func(hint string) (string, *problem) {
		return "", &problem{message: "must be a folder below the one of site.yaml, not " + strconv.Quote(s), hint: hint}
	}
	switch {
	case strings.Contains(s, `\`):
		return wrong("write / between folders")
	case strings.HasPrefix(s, "/"):
		return wrong("begin with the folder's name: " + strconv.Quote(strings.TrimLeft(s, "/")))
	case !matches(folderPattern, s):
		return wrong("")
	}
	clean := path.Clean(s)
	first, _, _ := strings.Cut(clean, "/")
	switch first {
	case ".", "..":
		return wrong("name a folder such as src, public or dist")
	case ".git", ".sitegen":
		return "", &problem{code: "SG4009", message: "cannot be in " + first + ", which is not for files of yours"}
	}
	return clean, nil
}

// checkFolders holds the folders against each other: a build that empties the sources, or publishes them, is the worst
// that a typing error could do.
func checkFolders(l *loader) {
	c := l.c
	for _, pair := range []struct {
		key, other   string
		dir, otherAt string
		why          string
		insideIsFine bool // dir may be inside of other
	}{
		{"out", "src", c.Out, c.Src, "the build would remove the sources", false},
		{"out", "public", c.Out, c.Public, "the build would remove them", false},
		{"public", "src", c.Public, c.Src, "the sources would be published", true},
	} {
		within := isWithin(pair.dir, pair.otherAt)
		if !isWithin(pair.otherAt, pair.dir) && (!within || pair.insideIsFine) {
			continue
		}
		key := pair.key
		if !c.Has(key) && c.Has(pair.other) {
			key = pair.other
		}
		how := " contains "
		switch {
		case pair.dir == pair.otherAt:
			how = " is the same folder as "
		case within:
			how = " is inside of "
		}
		l.list.Error("SG4009", c.At(key), pair.key+" ("+pair.dir+")"+how+pair.other+" ("+pair.otherAt+"): "+pair.why, "name separate folders")
	}
}

// checkSessionCookie refuses what browsers would: they drop such a cookie without a word.
func checkSessionCookie(l *loader) {
	c := l.c.Session.Cookie
	prefix := strings.ToLower(c.Name)
	switch {
	case strings.HasPrefix(prefix, "__host-") && c.Domain != "":
		l.list.Error("SG4004", l.c.At("session.cookie.domain"), "session.cookie.domain cannot be set for a name that begins with __Host-, which binds the cookie to one host", "remove the domain, or choose another name")
	case c.SameSite == "none" && !c.Secure:
		l.list.Error("SG4004", l.c.At("session.cookie.sameSite"), "session.cookie.sameSite: none needs secure", "write `cookie: {sameSite: none, secure: true}`")
	}
}

// isWithin says whether dir is parent or below it.
func isWithin(dir, parent string) bool { return dir == parent || strings.HasPrefix(dir, parent+"/") }

func checkAssets(s string) (string, *problem) {
	if !matches(assetsPattern, s) {
		return "", &problem{message: "must be a folder name such as _assets, not " + strconv.Quote(s)}
	}
	return s, nil
}

func checkHost(s string) (string, *problem) {
	if !matches(hostPattern, s) {
		return "", &problem{message: "must be a host name or an address, not " + strconv.Quote(s)}
	}
	if strings.Contains(s, ":") {
		if _, err := netip.ParseAddr(s); err != nil {
			return "", &problem{message: "must be a host name or an address, not " + strconv.Quote(s), hint: "the port has a key of its own: server.port"}
		}
	}
	return s, nil
}

// checkListen gives the host or the address to listen on: an IPv6 address may stand in brackets, and name its network interface
// as those that begin with fe80 have to.
func checkListen(s string) (string, *problem) {
	bare := strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	address, zone, zoned := strings.Cut(bare, "%")
	if !matches(listenPattern, s) {
		p := &problem{message: "must be a host name or an address, not " + strconv.Quote(s)}
		if u, err := url.Parse(s); err == nil && matches(hostPattern, u.Hostname()) {
			p.hint = "write " + u.Hostname()
		}
		return "", p
	}
	if _, problem := checkHost(address); problem != nil {
		return "", problem
	}
	if zoned {
		address += "%" + zone
	}
	return address, nil
}

// checkHostRule gives a rule in lower case.
func checkHostRule(s string) (string, *problem) {
	wrong := func(hint string) (string, *problem) {
		return "", &problem{message: "has " + strconv.Quote(s) + ", which is no host", hint: hint}
	}
	if !matches(hostRulePattern, s) {
		if u, err := url.Parse(s); err == nil && u.Host != "" && matches(hostRulePattern, u.Scheme+"://"+u.Host) {
			return wrong("write " + u.Scheme + "://" + u.Host)
		}
		return wrong("write example.com, *.example.com, or https://example.com:8443")
	}
	host := s
	if _, after, ok := strings.Cut(s, "://"); ok {
		host = after
	}
	if u, err := url.Parse("http://" + strings.TrimLeft(host, "*.")); err != nil || !validPort(u) {
		return wrong("")
	}
	return strings.ToLower(s), nil
}

// checkNetwork gives an address or a network in its shortest form.
func checkNetwork(s string) (string, *problem) {
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		return a.String(), nil
	}
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked().String(), nil
	}
	return "", &problem{message: "has " + strconv.Quote(s) + ", which is no address or network", hint: "write 192.0.2.7, 10.0.0.0/8 or ::1"}
}

func checkLinkPath(s string) (string, *problem) {
	if !matches(headerPathPattern, s) {
		return "", &problem{message: "has " + strconv.Quote(s) + ", which is no path", hint: "write a path such as /shop, or /shop/* for all below a folder"}
	}
	return s, nil
}

// checkDuration takes what Go reads as a duration, from a second to ten years.
func checkDuration(s string) (string, *problem) {
	d, err := time.ParseDuration(s)
	if err != nil || d < time.Second || d > 10*365*24*time.Hour {
		return "", &problem{message: "must be a time such as 30m or 24h, not " + strconv.Quote(s)}
	}
	return s, nil
}

func checkToken(s string) (string, *problem) {
	if !matches(tokenPattern, s) {
		return "", &problem{message: "must be a name of letters, digits, - and _, not " + strconv.Quote(s)}
	}
	return s, nil
}

func checkSessionDir(s string) (string, *problem) {
	if s == "" || strings.ContainsAny(s, "\x00\n") {
		return "", &problem{message: "must be a folder"}
	}
	return s, nil
}
