package netlify

import (
	"strings"

	"sitegen.dev/core/site"
)

// escaped are the letters that the adapter escapes in paths of functions and the site does not.
var escaped = strings.NewReplacer(":", "%3A", "*", "%2A")

// exact gives the address as the paths of functions are written where a request has another spelling of it, "/api/%6Cogin": Netlify
// compares spellings, so that one would go past the function that the route has, and past its limit of requests.
func exact(target string) (to string, other bool) {
	path, query, asked := strings.Cut(target, "?")
	to, err := site.CleanPath(path)
	if err != nil {
		return "", false // the site refuses it, or takes it for no path
	}
	if to = escaped.Replace(to); to == path {
		return "", false
	}
	if asked {
		to += "?" + query
	}
	return to, true
}

// redirect sends a visitor to the exact address, with the same method and body.
func redirect(sink site.Sink, to string) {
	var h site.Header
	h.Set("Location", to)
	h.Set("Content-Length", "0")
	sink.Start(308, &h)
}
