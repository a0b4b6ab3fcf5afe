package config

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

const (
	imageDomainPattern = `^(\*\*?\.)?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$`
	imageURLPattern    = `^[Hh][Tt][Tt][Pp][Ss]?://(\*\*?\.)?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()+,;=:@%-]*)*(/\*\*?)?$`
)

func checkImageDomain(s string) (string, *problem) {
	if !matches(imageDomainPattern, s) {
		hint := "write example.com, *.example.com or **.example.com"
		if u, err := url.Parse(s); err == nil && u.Host != "" {
			hint = "write " + u.Hostname() + "; protocol, port and path belong into remotePatterns"
		}
		return "", &problem{message: "has " + strconv.Quote(s) + ", which is no host", hint: hint}
	}
	return strings.ToLower(s), nil
}

func checkImageURL(s string) (string, *problem) {
	source, ok := parseImageSource(s)
	if !ok || !strings.Contains(s, "://") {
		return "", &problem{message: "has " + strconv.Quote(s) + ", which is no pattern of addresses", hint: "write https://images.example.com/photos/**"}
	}
	host := source.Host
	if source.Port != "" {
		host += ":" + source.Port
	}
	fixed := strings.TrimSuffix(strings.TrimSuffix(source.Path, "/**"), "/*")
	return source.Scheme + "://" + host + (&url.URL{Path: fixed}).EscapedPath() + source.Path[len(fixed):], nil
}

// parseImageSource reads a host or a pattern of URLs.
func parseImageSource(s string) (ImageSource, bool) {
	if !strings.Contains(s, "://") {
		return ImageSource{Scheme: "https", Host: strings.ToLower(s)}, matches(imageDomainPattern, s)
	}
	if !matches(imageURLPattern, s) {
		return ImageSource{}, false
	}
	scheme, rest, _ := strings.Cut(s, "://")
	host, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	host, port, _ := strings.Cut(host, ":")
	source := ImageSource{Scheme: strings.ToLower(scheme), Host: strings.ToLower(host), Port: port, Path: path}
	if port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return ImageSource{}, false
		}
	}
	if source.Scheme == "https" && port == "443" || source.Scheme == "http" && port == "80" {
		source.Port = ""
	}
	// The pattern is held against decoded paths.
	fixed := strings.TrimSuffix(strings.TrimSuffix(path, "/**"), "/*")
	decoded, err := url.PathUnescape(fixed)
	if err != nil || strings.ContainsAny(decoded, "*%\\") || slices.Contains(strings.Split(decoded, "/"), "..") {
		return ImageSource{}, false
	}
	source.Path = decoded + path[len(fixed):]
	return source, true
}

// integers is a list of whole numbers within limits, kept ascending.
type integers struct {
	into           func(*Config) *[]int
	min, max, most int
}

var _ valued = integers{}

func (r integers) load(l *loader, path string, n *yaml.Node) {
	if isNull(n) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		l.wrongType(path, n, "a list")
		return
	}
	if len(n.Content) == 0 || len(n.Content) > r.most {
		l.report(path, n, &problem{message: "must hold from 1 to " + strconv.Itoa(r.most) + " numbers"})
		return
	}
	var out []int
	for i, item := range n.Content {
		at := path + "." + strconv.Itoa(i)
		item, ok := l.enter(at, item)
		if !ok {
			return
		}
		var v int
		if item.Kind != yaml.ScalarNode || item.ShortTag() != "!!int" || item.Decode(&v) != nil || v < r.min || v > r.max {
			l.wrongType(at, item, "a whole number from "+strconv.Itoa(r.min)+" to "+strconv.Itoa(r.max))
		} else {
			out = append(out, v)
		}
		l.leave()
	}
	slices.Sort(out)
	*r.into(l.c) = slices.Compact(out)
}

func (r integers) schema() map[string]any {
	s := map[string]any{
		"type":     []string{"array", "null"},
		"items":    map[string]any{"type": "integer", "minimum": r.min, "maximum": r.max},
		"minItems": 1, "maxItems": r.most,
	}
	if d := *r.into(defaults()); d != nil {
		s["default"] = d
	}
	return s
}

func (r integers) value(c *Config) string {
	var out []string
	for _, v := range *r.into(c) {
		out = append(out, strconv.Itoa(v))
	}
	return strings.Join(out, ", ")
}
