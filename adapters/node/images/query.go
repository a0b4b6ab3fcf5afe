package images

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/site"
)

// query is what a request asks for.
type query struct {
	src     string   // as it was asked for
	file    string   // below the client folder, or
	remote  *url.URL // elsewhere
	width   int
	quality int
	format  string // "jpeg", "png", or "" for that of the source
}

// key is what the picture of a query is known by.
func (q query) key() string {
	return strconv.Itoa(q.width) + " " + strconv.Itoa(q.quality) + " " + q.format + " " + q.src
}

var errQuery = errors.New("the address of the picture is wrong")

// parseQuery reads src, w, q and f, each at most once and nothing else, and holds them against the lists.
func parseQuery(raw string, c *Config) (query, error) {
	var q query
	if len(raw) > 4096 {
		return q, errors.New("the address of the picture is too long")
	}
	given := map[string]string{}
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, ok := strings.Cut(pair, "=")
		text, err := url.QueryUnescape(value)
		if _, twice := given[name]; !ok || err != nil || twice {
			return q, errQuery
		}
		given[name] = text
	}
	for name := range given {
		if name != "src" && name != "w" && name != "q" && name != "f" {
			return q, errQuery
		}
	}
	var ok bool
	if q.width, ok = number(given["w"], c.Widths); !ok {
		return q, errors.New("this site has no pictures of that width")
	}
	if q.quality, ok = number(given["q"], c.Qualities); !ok {
		return q, errors.New("this site has no pictures of that quality")
	}
	if f, has := given["f"]; has {
		if f != "jpeg" && f != "png" {
			return q, errors.New("the format is jpeg or png")
		}
		q.format = f
	}
	q.src = given["src"]
	if strings.HasPrefix(q.src, "https://") || strings.HasPrefix(q.src, "http://") {
		u, err := site.ParseImageURL(q.src)
		if err != nil {
			return q, errQuery
		}
		if !slices.ContainsFunc(c.Remote, func(s site.ImageSource) bool { return s.Matches(u) }) {
			return q, errors.New("this site shows no pictures from there")
		}
		q.src = u.String()
		q.remote = u
		return q, nil
	}
	q.file, ok = local(q.src, c.Base)
	if !ok {
		return q, errQuery
	}
	return q, nil
}

// number reads a number of a list, written in one way only.
func number(s string, list []int) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && strconv.Itoa(n) == s && slices.Contains(list, n)
}

// local gives the file of a path below the base. It decodes once; what could mean something else afterwards is refused.
func local(src, base string) (string, bool) {
	if !strings.HasPrefix(src, base) || strings.HasPrefix(src, "//") || strings.ContainsAny(src, "\\?#") {
		return "", false
	}
	name, err := url.PathUnescape(strings.TrimPrefix(src, base))
	if err != nil || name == "" || strings.ContainsAny(name, "\\\x00") || strings.Contains(strings.ToLower(src), "%2f") {
		return "", false
	}
	for segment := range strings.SplitSeq(name, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return "", false
		}
	}
	return name, true
}
