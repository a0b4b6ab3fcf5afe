package manifest

import "strings"

// Match holds the segments of a decoded path, which lie below the base, against the pattern of the route, and gives the values of
// its parameters. A rest parameter that takes nothing has no value. It is for tools and adapters that ask who answers a path, by the
// rules by which the runtime does; whether a prerendered route with parameters knows the path, only its files tell.
func (r *Route) Match(path []string) (params map[string]string, ok bool) {
	params = map[string]string{}
	if !matchSegments(r.Segments, path, params) {
		return nil, false
	}
	return params, true
}

// matchSegments tries the shortest stretch for a rest segment first. A pattern has at most one, so that the stretch is
// in fact given by the number of segments.
func matchSegments(segments [][]Part, names []string, params map[string]string) bool {
	if len(segments) == 0 {
		return len(names) == 0
	}
	first := segments[0]
	if len(first) == 1 && first[0].Rest {
		for n := range len(names) + 1 {
			if matchSegments(segments[1:], names[n:], params) {
				if n > 0 {
					params[first[0].Param] = strings.Join(names[:n], "/")
				}
				return true
			}
		}
		return false
	}
	return len(names) > 0 && matchParts(first, names[0], params) && matchSegments(segments[1:], names[1:], params)
}

// matchParts matches one segment. Every parameter takes at least one byte, and as few as possible from the left.
func matchParts(parts []Part, text string, params map[string]string) bool {
	if len(parts) == 0 {
		return text == ""
	}
	first := parts[0]
	if first.Param == "" {
		after, ok := strings.CutPrefix(text, first.Text)
		return ok && matchParts(parts[1:], after, params)
	}
	for n := 1; n <= len(text); n++ {
		if matchParts(parts[1:], text[n:], params) {
			params[first.Param] = text[:n]
			return true
		}
	}
	return false
}

// EndsInFile says whether a pattern ends like the name of a file, "/feed.xml" or "/[name].json": such a path has no slash at its
// end.
func EndsInFile(segments [][]Part) bool {
	if len(segments) == 0 {
		return false
	}
	parts := segments[len(segments)-1]
	tail := parts[len(parts)-1]
	dot := strings.LastIndexByte(tail.Text, '.')
	return tail.Param == "" && dot >= 0 && dot < len(tail.Text)-1
}
