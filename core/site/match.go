package site

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// part is a piece of a pattern's segment: fixed text, [name] or [...name].
type part struct {
	text  string
	param string
	rest  bool
}

// compiledRoute is a Route with its pattern taken apart.
type compiledRoute struct {
	*Route
	index  int
	segs   [][]part
	params []string // names in order
	file   bool     // the pattern ends in a file extension: it never has a slash behind it
}

func (c *compiledRoute) static() bool { return len(c.params) == 0 }

// parsePattern takes "/blog/[slug]" apart. The compiler has refused bad patterns long before; the errors here are for
// those who build an App by hand.
func parsePattern(pattern string) (segs [][]part, params []string, err error) {
	if pattern == "" || pattern[0] != '/' {
		return nil, nil, errors.New("pattern " + strconv.Quote(pattern) + " does not begin with a slash")
	}
	for seg := range strings.SplitSeq(strings.Trim(pattern, "/"), "/") {
		if seg == "" {
			continue
		}
		parts, err := parseSegment(seg)
		if err != nil {
			return nil, nil, &wrapError{"pattern " + strconv.Quote(pattern) + ": ", err, ""}
		}
		for _, p := range parts {
			if p.param == "" {
				continue
			}
			if slices.Contains(params, p.param) {
				return nil, nil, errors.New("pattern " + strconv.Quote(pattern) + " has two parameters named " + strconv.Quote(p.param))
			}
			params = append(params, p.param)
		}
		segs = append(segs, parts)
	}
	return segs, params, nil
}

func parseSegment(seg string) ([]part, error) {
	var parts []part
	for rest := seg; rest != ""; {
		open := strings.IndexByte(rest, '[')
		if open != 0 {
			text := rest
			if open > 0 {
				text = rest[:open]
			}
			if strings.IndexByte(text, ']') >= 0 {
				return nil, errors.New(strconv.Quote(seg) + " has a bracket that is never opened")
			}
			parts = append(parts, part{text: text})
			rest = rest[len(text):]
			continue
		}
		end := strings.IndexByte(rest, ']')
		if end < 0 {
			return nil, errors.New(strconv.Quote(seg) + " has a bracket that is never closed")
		}
		name, isRest := strings.CutPrefix(rest[1:end], "...")
		if name == "" {
			return nil, errors.New(strconv.Quote(seg) + " has a parameter without a name")
		}
		if isRest && (len(parts) > 0 || end+1 < len(rest)) {
			return nil, errors.New(strconv.Quote(seg) + ": [..." + name + "] must be a segment of its own")
		}
		parts = append(parts, part{param: name, rest: isRest})
		rest = rest[end+1:]
	}
	return parts, nil
}

func compileRoute(r *Route, index int) (*compiledRoute, error) {
	segs, params, err := parsePattern(r.Pattern)
	if err != nil {
		return nil, err
	}
	c := &compiledRoute{Route: r, index: index, segs: segs, params: params}
	if len(segs) > 0 {
		last := segs[len(segs)-1]
		tail := last[len(last)-1]
		c.file = tail.param == "" && hasExtension("/x"+tail.text)
	}
	return c, nil
}

// key is the canonical path of a pattern without parameters.
func (c *compiledRoute) key() string { return encodePath("/" + strings.Trim(c.Pattern, "/")) }

// table finds routes by path. Patterns without parameters are looked up; the others are tried in their order, which is
// the order of priority: a static pattern beats every dynamic one that matches the same path.
type table struct {
	static  map[string][]*compiledRoute
	dynamic []*compiledRoute
}

func newTable(routes []*compiledRoute) table {
	t := table{static: map[string][]*compiledRoute{}}
	for _, c := range routes {
		if c.static() {
			t.static[c.key()] = append(t.static[c.key()], c)
			continue
		}
		t.dynamic = append(t.dynamic, c)
	}
	return t
}

// find gives the first route that matches the path and that accept takes, with its parameters. buf is room for them.
func (t *table) find(p *urlPath, segs []string, buf []capture, accept func(*compiledRoute, Params) bool) (*compiledRoute, Params) {
	slash := p.trailing()
	key := p.enc
	if slash {
		key = key[:len(key)-1]
	}
	for _, c := range t.static[key] {
		if slash && c.file {
			continue
		}
		if accept(c, nil) {
			return c, nil
		}
	}
	for _, c := range t.dynamic {
		if slash && c.file {
			continue
		}
		if params, ok := c.match(segs, buf); ok && accept(c, params) {
			return c, params
		}
	}
	return nil, nil
}

func (c *compiledRoute) match(segs []string, buf []capture) (Params, bool) {
	found, ok := matchSegments(c.segs, segs, buf[:0])
	if !ok {
		return nil, false
	}
	params := make(Params, len(found))
	for _, f := range found {
		if f.rest != nil {
			f.value = strings.Join(f.rest, "/")
		}
		params[f.name] = f.value
	}
	return params, true
}

// capture is the value of a parameter; that of a rest parameter is put together only when the whole pattern has matched.
type capture struct {
	name, value string
	rest        []string
}

// matchSegments tries the shortest rest first, as the parameters in a segment do.
func matchSegments(pattern [][]part, segs []string, found []capture) ([]capture, bool) {
	for i, parts := range pattern {
		if parts[0].rest {
			return matchRest(parts[0].param, pattern[i+1:], segs[i:], found)
		}
		if i >= len(segs) {
			return nil, false
		}
		var ok bool
		if found, ok = matchParts(parts, segs[i], found); !ok {
			return nil, false
		}
	}
	return found, len(segs) == len(pattern)
}

func matchRest(name string, pattern [][]part, segs []string, found []capture) ([]capture, bool) {
	least := 0
	if len(pattern) == 0 {
		least = len(segs) // nothing follows that could take a segment
	}
	for n := least; n <= len(segs); n++ {
		with := found
		if n > 0 {
			with = append(with, capture{name: name, rest: segs[:n]})
		}
		if all, ok := matchSegments(pattern, segs[n:], with); ok {
			return all, true
		}
	}
	return nil, false
}

// matchParts matches one segment. Every parameter takes at least one letter and as few as it can; going for the earliest
// place of each fixed text is enough, so the time is linear in the segment.
func matchParts(parts []part, seg string, found []capture) ([]capture, bool) {
	for i, p := range parts {
		if p.param == "" {
			rest, ok := strings.CutPrefix(seg, p.text)
			if !ok {
				return nil, false
			}
			seg = rest
			continue
		}
		n := paramLen(parts[i+1:], seg)
		if n <= 0 {
			return nil, false
		}
		found = append(found, capture{name: p.param, value: seg[:n]})
		seg = seg[n:]
	}
	return found, seg == ""
}

// paramLen is how much of seg a parameter takes that is followed by the given parts; 0 or less when it cannot match.
func paramLen(after []part, seg string) int {
	switch {
	case len(after) == 0:
		return len(seg)
	case seg == "":
		return 0
	case after[0].param != "":
		_, n := utf8.DecodeRuneInString(seg)
		return n
	case len(after) == 1: // the text is the end of the segment
		if !strings.HasSuffix(seg, after[0].text) {
			return 0
		}
		return len(seg) - len(after[0].text)
	}
	i := strings.Index(seg[1:], after[0].text)
	return i + 1 // 0 when it is nowhere
}
