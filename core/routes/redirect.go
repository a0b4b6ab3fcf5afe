package routes

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// redirectEntry turns a redirect of site.yaml into a route, or into nothing where it cannot work.
func redirectEntry(r Redirect, list *diag.List) *entry {
	pattern, segments, err := ParsePattern(r.From)
	if err != nil {
		var d diag.Diagnostic
		errors.As(err, &d)
		list.Add(diag.Diagnostic{Severity: diag.Error, Code: "SG3020", Range: r.At, Message: "this redirect can match nothing: " + d.Message, Hint: d.Hint})
		return nil
	}
	if !targetParams(r, segments, list) {
		return nil
	}
	return &entry{at: r.At, toAt: r.ToAt, Route: manifest.Route{
		Pattern:  pattern,
		Segments: segments,
		Type:     manifest.Redir,
		Source:   r.At.File,
		Line:     r.At.Line,
		Redirect: &manifest.Redirect{From: pattern, To: r.To, Status: r.Status},
	}}
}

// targetParams holds the parameters of a redirect's target against those of its source.
func targetParams(r Redirect, segments [][]manifest.Part, list *diag.List) bool {
	origin, path, tail := splitTarget(r.To)
	if hasParam(origin) {
		list.Error("SG3021", r.ToAt, "a parameter can only stand in the path and the query of a redirect's target", "")
		return false
	}
	from := map[string]bool{} // whether it is a rest parameter
	for _, parts := range segments {
		for _, p := range parts {
			if p.Param != "" {
				from[p.Param] = p.Rest
			}
		}
	}
	used := map[string]bool{}
	for name := range strings.SplitSeq(path, "/") {
		parts, problem := splitParts(name)
		if problem != nil {
			list.Error("SG3021", r.ToAt, problem.message, problem.hint)
			return false
		}
		for _, p := range parts {
			if p.Param == "" {
				continue
			}
			used[p.Param] = true
			isRest, known := from[p.Param]
			switch {
			case !known:
				list.Error("SG3021", r.ToAt, "the target uses "+p.Param+", which "+r.From+" does not have", knownParams(segments))
				return false
			case isRest != p.Rest:
				list.Error("SG3021", r.ToAt, p.Param+" is written "+bracketed(p.Param, isRest)+" in "+r.From, "write "+bracketed(p.Param, isRest)+" in the target too")
				return false
			case p.Rest && len(parts) > 1:
				list.Error("SG3021", r.ToAt, bracketed(p.Param, true)+" must be a whole segment", "")
				return false
			}
		}
	}
	for _, p := range manifest.TailParams(segments, tail) { // other brackets in a query are text
		if used[p.Param] = true; p.Rest != from[p.Param] {
			list.Error("SG3021", r.ToAt, p.Param+" is written "+bracketed(p.Param, from[p.Param])+" in "+r.From, "write "+bracketed(p.Param, from[p.Param])+" in the target too")
			return false
		}
	}
	for _, name := range paramNames(segments) {
		// An underscore says, as in Go, that the value is dropped on purpose.
		if used[name] || strings.HasPrefix(name, "_") {
			continue
		}
		list.Error("SG3022", r.ToAt, "the target of "+r.From+" loses "+bracketed(name, from[name]),
			"use "+bracketed(name, from[name])+" in the target, or say that it is dropped: "+bracketed("_"+name, from[name]))
		return false
	}
	return true
}

// splitTarget cuts a target into "https://host", the path, and the query with the fragment.
func splitTarget(to string) (origin, path, tail string) {
	path = to
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path, tail = path[:i], path[i:]
	}
	if scheme, after, ok := strings.Cut(path, "://"); ok {
		host, _, _ := strings.Cut(after, "/")
		return scheme + "://" + host, after[len(host):], tail
	}
	return "", path, tail
}

func hasParam(s string) bool {
	parts, problem := splitParts(s)
	return problem == nil && slices.ContainsFunc(parts, func(p manifest.Part) bool { return p.Param != "" })
}

func bracketed(param string, rest bool) string {
	if rest {
		return "[..." + param + "]"
	}
	return "[" + param + "]"
}

func knownParams(segments [][]manifest.Part) string {
	names := paramNames(segments)
	if len(names) == 0 {
		return "write the target out"
	}
	return "it has " + strings.Join(names, ", ")
}

// redirectLoops follows every redirect through the table until something else answers. Parameters are followed with
// values that occur nowhere else, so that only what goes round for every visitor is reported.
func redirectLoops(entries []*entry, cfg Config, list *diag.List) {
	table := make([]manifest.Route, len(entries))
	byPattern := map[string]*entry{}
	for i, e := range entries {
		table[i] = e.Route
		if e.Type == manifest.Redir {
			byPattern[e.Pattern] = e
		}
	}
	reported := map[*entry]bool{}
	for _, e := range entries {
		if e.Type != manifest.Redir || reported[e] {
			continue
		}
		if loop := followRedirect(e, table, byPattern, cfg); loop != nil {
			reportLoop(loop, reported, list)
		}
	}
}

// maxRedirects is how many redirects in a row browsers follow; a chain that grows with every round ends there.
const maxRedirects = 20

// followRedirect gives the redirects of the loop that e runs into, nil where it ends.
func followRedirect(e *entry, table []manifest.Route, byPattern map[string]*entry, cfg Config) []*entry {
	params := map[string]string{}
	for _, name := range paramNames(e.Segments) {
		params[name] = "\x00" + name
	}
	var visited []*entry
	var targets []string
	for {
		path, ok := fillTarget(e.Redirect.To, params)
		if name := strings.Trim(path, "/"); !ok || name != "" && cfg.HasPublic != nil && cfg.HasPublic(name) {
			return nil
		}
		if i := slices.Index(targets, path); i >= 0 && visited[i] == e {
			return visited[i:]
		}
		if len(visited) >= maxRedirects && slices.Contains(visited, e) {
			return visited[lastIndex(visited, e):]
		}
		visited, targets = append(visited, e), append(targets, path)
		next, values := Match(table, path)
		if next == nil || next.Type != manifest.Redir {
			return nil
		}
		e, params = byPattern[next.Pattern], values
	}
}

func lastIndex(entries []*entry, e *entry) int {
	for i, v := range slices.Backward(entries) {
		if v == e {
			return i
		}
	}
	return -1
}

// fillTarget gives the decoded path that a redirect leads to; false where it leaves the site.
func fillTarget(to string, params map[string]string) (string, bool) {
	origin, path, _ := splitTarget(to)
	if origin != "" {
		return "", false
	}
	var out []string
	for name := range strings.SplitSeq(path, "/") {
		parts, _ := splitParts(name)
		var b strings.Builder
		for _, p := range parts {
			if p.Param != "" {
				b.WriteString(params[p.Param])
				continue
			}
			text, err := url.PathUnescape(p.Text)
			if err != nil {
				return "", false
			}
			b.WriteString(text)
		}
		out = append(out, b.String())
	}
	return strings.Join(out, "/"), true
}

func reportLoop(loop []*entry, reported map[*entry]bool, list *diag.List) {
	known := slices.ContainsFunc(loop, func(e *entry) bool { return reported[e] })
	for _, e := range loop {
		reported[e] = true
	}
	if known {
		return
	}
	// Begin with the one that is written first, whatever the order of the table.
	first := 0
	for i, e := range loop {
		if e.order < loop[first].order {
			first = i
		}
	}
	loop = slices.Concat(loop[first:], loop[:first])
	d := diag.Diagnostic{Severity: diag.Error, Code: "SG3023", Range: loop[0].toAt,
		Message: loop[0].Pattern + " redirects to itself", Hint: "point it at a page"}
	if len(loop) > 1 {
		var way []string
		for _, e := range loop {
			way = append(way, e.Pattern)
		}
		d.Message = "these redirects lead round in a circle: " + strings.Join(append(way, way[0]), " → ")
		d.Hint = "point one of them at a page"
		for _, e := range loop[1:] {
			d.Notes = append(d.Notes, diag.Note{Range: e.toAt, Message: "goes on here"})
		}
	}
	list.Add(d)
}
