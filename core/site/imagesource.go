package site

import (
	"fmt"
	"net/url"
	"strings"
)

// ImageSource is one entry of the list of hosts whose images a site may show: image.domains and image.remotePatterns of
// site.yaml. It is the one matcher for them: adapters translate it for their platforms and are tested against it.
type ImageSource struct {
	Scheme string // "http" or "https"
	Host   string // in lower case; "*.example.com" is one label more, "**.example.com" one or more
	Port   string // "" is the default one of the scheme
	Path   string // begins with a slash; "/*" at its end is one segment more, "/**" anything below; "" is any
}

// isRemote says whether an address leads away from the site: what a browser would take for an absolute URL, in whatever
// spelling.
func isRemote(address string) bool {
	s := strings.ReplaceAll(trimBlanks(address), `\`, "/")
	if strings.HasPrefix(s, "//") {
		return true
	}
	i := strings.IndexAny(s, ":/?#")
	return i >= 0 && s[i] == ':'
}

// allowedImage says whether an address is one of the sources, and gives the form in which all readers agree on it.
func allowedImage(sources []ImageSource, address string) (plain string, ok bool) {
	u, err := ParseImageURL(address)
	if err != nil {
		return "", false
	}
	for i := range sources {
		if sources[i].Matches(u) {
			return u.String(), true
		}
	}
	return "", false
}

// ParseImageURL reads the address of an image on another host. It refuses whatever two readers might understand
// differently: other schemes, user names, backslashes, blanks and control characters, dot segments, encoded slashes and
// percent signs in the path, hosts that are not plain names or addresses.
func ParseImageURL(address string) (*url.URL, error) {
	if len(address) > 2048 {
		return nil, fmt.Errorf("the address of the image is too long")
	}
	for i := range len(address) {
		if c := address[i]; c <= ' ' || c >= 0x7f || c == '\\' || c == '"' || c == '<' || c == '>' {
			return nil, fmt.Errorf("the address of the image holds a character that has to be encoded")
		}
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("the address of the image is not a URL")
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("the address of the image is neither https nor http")
	case u.User != nil:
		return nil, fmt.Errorf("the address of the image holds a user name")
	case u.Opaque != "" || u.Host == "" || u.Fragment != "":
		return nil, fmt.Errorf("the address of the image is not a plain URL")
	}
	host, port, ok := splitHost(lowerASCII(u.Host))
	if !ok || strings.HasSuffix(u.Host, ":") || strings.HasSuffix(host, ".") || strings.ContainsAny(host, "%@*") {
		return nil, fmt.Errorf("the address of the image has no plain host")
	}
	if port == defaultPort(u.Scheme) {
		port = ""
	}
	u.Host = host
	if port != "" {
		u.Host += ":" + port
	}
	escaped := u.EscapedPath()
	for segment := range strings.SplitSeq(escaped, "/") {
		switch lowerASCII(segment) {
		case ".", "..", "%2e", "%2e%2e", ".%2e", "%2e.":
			return nil, fmt.Errorf("the address of the image holds dot segments")
		}
	}
	if s := lowerASCII(escaped); strings.Contains(s, "%2f") || strings.Contains(s, "%5c") || strings.Contains(s, "%25") {
		return nil, fmt.Errorf("the address of the image is encoded twice, or encodes a slash")
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u, nil
}

// Matches says whether a URL of ParseImageURL is one of the source.
func (s *ImageSource) Matches(u *url.URL) bool {
	host, port, ok := splitHost(u.Host)
	if !ok || u.Scheme != s.Scheme || port != s.Port {
		return false
	}
	return hostMatches(s.Host, host) && pathMatches(s.Path, u.Path)
}

func hostMatches(pattern, host string) bool {
	rest, many := strings.CutPrefix(pattern, "**.")
	if !many {
		var one bool
		if rest, one = strings.CutPrefix(pattern, "*."); !one {
			return host == pattern
		}
	}
	label, ok := strings.CutSuffix(host, "."+rest)
	return ok && label != "" && (many || !strings.Contains(label, "."))
}

func pathMatches(pattern, path string) bool {
	if pattern == "" || pattern == "/**" {
		return true
	}
	if dir, ok := strings.CutSuffix(pattern, "/**"); ok {
		return strings.HasPrefix(path, dir+"/")
	}
	if dir, ok := strings.CutSuffix(pattern, "/*"); ok {
		rest, below := strings.CutPrefix(path, dir+"/")
		return below && rest != "" && !strings.Contains(rest, "/")
	}
	return path == pattern
}
