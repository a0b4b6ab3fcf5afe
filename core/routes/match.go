package routes

import (
	"strings"

	"sitegen.dev/core/manifest"
)

// Match gives the first route of a table in order of priority that matches a decoded path without the base, and the
// values of its parameters; nil where none does. A rest parameter that takes nothing has no value. A slash at the end
// of the path does not count. It serves tools that explain a table; requests are matched by the runtime.
func Match(table []manifest.Route, path string) (*manifest.Route, map[string]string) {
	names := splitPath(path)
	for i := range table {
		if params, ok := matchRoute(table[i].Segments, names); ok {
			return &table[i], params
		}
	}
	return nil, nil
}

func splitPath(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

func matchRoute(segments [][]manifest.Part, names []string) (map[string]string, bool) {
	params := map[string]string{}
	if !matchSegments(segments, names, params) {
		return nil, false
	}
	return params, true
}

// matchSegments tries the shortest stretch for a rest segment first. A pattern has at most one, so that the stretch is
// in fact given by the number of segments.
func matchSegments(segments [][]manifest.Part, names []string, params map[string]string) bool {
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
func matchParts(parts []manifest.Part, text string, params map[string]string) bool {
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

// Candidate is a route that matches a path, with the values of its parameters.
type Candidate struct {
	Route  *manifest.Route
	Params map[string]string
}

// Candidates gives all routes of a table that match a path as [Match] does, in the order in which they are tried: of a
// prerendered route with parameters only its files tell whether it knows the path, and if not, the next has its turn.
func Candidates(table []manifest.Route, path string) []Candidate {
	var all []Candidate
	names := splitPath(path)
	for i := range table {
		if params, ok := matchRoute(table[i].Segments, names); ok {
			all = append(all, Candidate{&table[i], params})
		}
	}
	return all
}
