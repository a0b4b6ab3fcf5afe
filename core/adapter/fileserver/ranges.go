package fileserver

import (
	"maps"
	"net/http"
	"strings"
)

// maxRanges is how many ranges of one request are served apart. A request may hold thousands in a few kilobytes, and
// each of them costs a part of the answer.
const maxRanges = 16

// Rangeable gives the request as http.ServeContent should see it. Ranges in another unit than bytes are not for us, and too
// many of them are not worth it; RFC 9110 lets a server ignore both, and ServeContent would answer 416 or do the work.
func Rangeable(r *http.Request) *http.Request {
	lines := r.Header["Range"]
	if len(lines) == 0 {
		return r
	}
	const unit = "bytes="
	v := lines[0]
	if len(lines) == 1 && len(v) >= len(unit) && strings.EqualFold(v[:len(unit)], unit) && strings.Count(v, ",") < maxRanges {
		if strings.HasPrefix(v, unit) {
			return r
		}
		return withRange(r, unit+v[len(unit):])
	}
	return withRange(r, "")
}

// withRange gives a copy of r with another Range; the caller's request is not ours to change.
func withRange(r *http.Request, v string) *http.Request {
	c := *r
	c.Header = maps.Clone(r.Header)
	delete(c.Header, "Range")
	if v != "" {
		c.Header["Range"] = []string{v}
	}
	return &c
}
