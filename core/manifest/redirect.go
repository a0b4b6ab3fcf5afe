package manifest

import "strings"

// FillsTail says whether a redirect puts parameters into the query or the fragment of its target. The rules of platforms put values
// there as they are, so that one with & in it would be two; a program escapes them.
func (r *Route) FillsTail() bool {
	if r.Redirect == nil {
		return false
	}
	i := strings.IndexAny(r.Redirect.To, "?#")
	return i >= 0 && len(TailParams(r.Segments, r.Redirect.To[i:])) > 0
}

// TailParams gives the parameters among segments that stand in the query and fragment of a target, as they are written there.
// Brackets that name none are text, as in "?tag[]=a" and "?filter[size]=s".
func TailParams(segments [][]Part, tail string) []Part {
	known := map[string]bool{}
	for _, parts := range segments {
		for _, p := range parts {
			known[p.Param] = p.Param != ""
		}
	}
	var found []Part
	for {
		_, after, ok := strings.Cut(tail, "[")
		inside, rest, closed := strings.Cut(after, "]")
		if !ok || !closed {
			return found
		}
		name, isRest := strings.CutPrefix(inside, "...")
		if !known[name] {
			tail = after
			continue
		}
		found, tail = append(found, Part{Param: name, Rest: isRest}), rest
	}
}
