package routes

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// nameProblem says why a name cannot be a pattern.
type nameProblem struct {
	code          diag.Code
	message, hint string
}

// Pattern gives the pattern of a file below the pages folder, "/blog/[slug]" for "blog/[slug].gosite", and its pieces.
// The error is a diag.Diagnostic that names the file as it was given.
func Pattern(file string) (pattern string, segments [][]manifest.Part, err error) {
	pattern, segments, problem := filePattern(file)
	if problem != nil {
		return "", nil, problem.at(file)
	}
	return pattern, segments, nil
}

// ParsePattern takes a pattern as site.yaml writes it, "/posts/[...slug]", apart. A slash at the end is dropped. The
// error is a diag.Diagnostic without a place.
func ParsePattern(s string) (pattern string, segments [][]manifest.Part, err error) {
	pattern, segments, problem := parsePattern(s)
	if problem != nil {
		return "", nil, problem.at("")
	}
	return pattern, segments, nil
}

func (p *nameProblem) at(file string) diag.Diagnostic {
	return diag.Diagnostic{Code: p.code, Range: diag.Range{Pos: diag.Pos{File: file}}, Message: p.message, Hint: p.hint}
}

func filePattern(file string) (string, [][]manifest.Part, *nameProblem) {
	name := file
	for _, e := range extensions {
		if strings.HasSuffix(name, e.ext) {
			name = strings.TrimSuffix(name, e.ext)
			break
		}
	}
	if name == "index" {
		return "/", [][]manifest.Part{}, nil
	}
	return parsePattern("/" + strings.TrimSuffix(name, "/index"))
}

func parsePattern(s string) (string, [][]manifest.Part, *nameProblem) {
	bad := func(message, hint string) (string, [][]manifest.Part, *nameProblem) {
		return "", nil, &nameProblem{"SG3001", message, hint}
	}
	if !utf8.ValidString(s) {
		return bad("the name is not UTF-8 text", "choose another name")
	}
	if !strings.HasPrefix(s, "/") {
		return bad(s+" does not begin with a slash", "write /"+s)
	}
	trimmed := strings.TrimSuffix(s[1:], "/")
	segments := [][]manifest.Part{}
	if trimmed == "" {
		return "/", segments, nil
	}
	seen := map[string]bool{}
	rest := ""
	for name := range strings.SplitSeq(trimmed, "/") {
		parts, problem := parseSegment(name)
		if problem != nil {
			return "", nil, problem
		}
		for _, p := range parts {
			if p.Param == "" {
				continue
			}
			if seen[p.Param] {
				return "", nil, &nameProblem{"SG3003", "parameter " + p.Param + " occurs twice in /" + trimmed, "give one of them another name"}
			}
			seen[p.Param] = true
			if !p.Rest {
				continue
			}
			if rest != "" {
				return bad("/"+trimmed+" has two rest parameters, "+rest+" and "+p.Param+", so it is not clear which takes what",
					"keep one of them")
			}
			rest = p.Param
		}
		segments = append(segments, parts)
	}
	return "/" + trimmed, segments, nil
}

// parseSegment takes one segment of a pattern apart: fixed text and [parameters] in turn.
func parseSegment(name string) ([]manifest.Part, *nameProblem) {
	bad := func(message, hint string) ([]manifest.Part, *nameProblem) {
		return nil, &nameProblem{"SG3001", message, hint}
	}
	switch name {
	case "":
		return bad("a segment of the path is empty", "")
	case ".", "..":
		return bad("the segment "+name+" would be taken for a folder", "choose another name")
	}
	for _, r := range name {
		if unicode.IsControl(r) {
			return bad("a control character cannot be part of a URL", "choose another name")
		}
		// Each of these means something else in a URL or in a platform's own rule files. A percent sign would make it
		// unclear whether the name is encoded already.
		if strings.ContainsRune(`\?#%*`, r) {
			return bad(string(r)+" cannot be part of a route", "choose another name")
		}
	}
	parts, problem := splitParts(name)
	if problem != nil {
		return nil, problem
	}
	for i, p := range parts {
		if p.Rest && len(parts) > 1 {
			return bad("[..."+p.Param+"] must be a whole segment", "put it into a folder of its own, or write ["+p.Param+"]")
		}
		if i > 0 && p.Param != "" && parts[i-1].Param != "" {
			before := parts[i-1].Param
			return bad("the parameters "+before+" and "+p.Param+" need fixed text between them", "write ["+before+"]-["+p.Param+"]")
		}
	}
	return parts, nil
}

// splitParts finds the [parameters] in a segment; it judges only the brackets and what is inside them.
func splitParts(name string) ([]manifest.Part, *nameProblem) {
	bad := func(message, hint string) ([]manifest.Part, *nameProblem) {
		return nil, &nameProblem{"SG3001", message, hint}
	}
	var parts []manifest.Part
	for rem := name; rem != ""; {
		open := strings.IndexAny(rem, "[]")
		if open < 0 {
			parts = append(parts, manifest.Part{Text: rem})
			break
		}
		if rem[open] == ']' {
			return bad("] in "+name+" closes nothing", "write a parameter as [name]")
		}
		if open > 0 {
			parts = append(parts, manifest.Part{Text: rem[:open]})
		}
		inside, after, ok := strings.Cut(rem[open+1:], "]")
		if !ok || strings.Contains(inside, "[") {
			return bad("[ in "+name+" is never closed", "write a parameter as [name]")
		}
		param, rest := strings.CutPrefix(inside, "...")
		if param == "" {
			return bad("["+inside+"] has no parameter name", "write [slug], or [...path] for several segments")
		}
		if !isParamName(param) {
			return bad("["+inside+"] is not a parameter name", "use letters, digits, - and _, and begin with a letter")
		}
		parts = append(parts, manifest.Part{Param: param, Rest: rest})
		rem = after
	}
	return parts, nil
}

// isParamName keeps to what every platform and Go template text can name: an ASCII identifier with dashes.
func isParamName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}

func isDynamic(segments [][]manifest.Part) bool { return len(paramNames(segments)) > 0 }

// paramNames gives the parameters from left to right.
func paramNames(segments [][]manifest.Part) []string {
	var names []string
	for _, parts := range segments {
		for _, p := range parts {
			if p.Param != "" {
				names = append(names, p.Param)
			}
		}
	}
	return names
}

// isIndex says whether a route comes from an index file. Only its file name tells: the pattern of an index file is that
// of its folder.
func isIndex(r *manifest.Route) bool {
	if r.Type == manifest.Redir {
		return false
	}
	for _, e := range extensions {
		if path.Base(r.Source) == "index"+e.ext {
			return true
		}
	}
	return false
}
