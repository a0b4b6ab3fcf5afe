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
		if params, ok := table[i].Match(names); ok {
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
		if params, ok := table[i].Match(names); ok {
			all = append(all, Candidate{&table[i], params})
		}
	}
	return all
}
