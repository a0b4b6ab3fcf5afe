package routes

import (
	"cmp"
	"strings"

	"sitegen.dev/core/manifest"
)

// Compare orders routes by priority; it is negative where a is tried before b. The first rule that decides wins:
//
//  1. Segment by segment from the left, a static segment comes before a partly dynamic one ("v[n]") before a dynamic
//     one ("[n]") before a rest one ("[...n]"). What the static text says does not count.
//  2. Where all common segments are alike, more segments come first, with one exception: when all that the longer one
//     has more are rest segments, the shorter one comes first, as "/foo" before "/foo/[...rest]".
//  3. With the same number of segments, an index file comes first.
//  4. Prerendered before on demand.
//  5. Endpoint before page before redirect.
//  6. Byte order of the pattern, then of the source.
//
// The exception in rule 2 does not make the order run in a circle. Think of the patterns as a tree in which every
// segment, reduced to its class, is a branch. Below a node w the order lists the branches static, partly, dynamic and
// rest, then w itself, then w/rest, w/rest/rest and so on. The last ones are what the exception moves behind w. They
// are also the last ones of the rest branch, so they move as one piece from just before w to just behind it, and what
// is left is still one list. (Asking for exactly one segment more, as Astro does, breaks this: w before w/rest before
// w/rest/rest before w.)
func Compare(a, b *manifest.Route) int {
	return cmp.Or(
		compareSegments(a.Segments, b.Segments),
		firstIf(isIndex(a), isIndex(b)),
		firstIf(a.Prerender, b.Prerender),
		cmp.Compare(typeOrder(a.Type), typeOrder(b.Type)),
		strings.Compare(a.Pattern, b.Pattern),
		strings.Compare(a.Source, b.Source),
	)
}

func compareSegments(a, b [][]manifest.Part) int {
	for i := range min(len(a), len(b)) {
		if c := cmp.Compare(classOf(a[i]), classOf(b[i])); c != 0 {
			return c
		}
	}
	if len(a) == len(b) {
		return 0
	}
	if len(a) < len(b) {
		return -compareLonger(b[len(a):])
	}
	return compareLonger(a[len(b):])
}

// compareLonger says where a pattern goes that has the segments more than another one with the same beginning.
func compareLonger(more [][]manifest.Part) int {
	for _, parts := range more {
		if classOf(parts) != rest {
			return -1
		}
	}
	return 1
}

// class is what a segment of a pattern is, in order of priority.
type class int

const (
	static class = iota
	partly
	dynamic
	rest
)

func classOf(parts []manifest.Part) class {
	params, c := 0, dynamic
	for _, p := range parts {
		if p.Rest {
			c = rest
		}
		if p.Param != "" {
			params++
		}
	}
	switch params {
	case 0:
		return static
	case len(parts):
		return c
	}
	return partly
}

func firstIf(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func typeOrder(t manifest.RouteType) int {
	switch t {
	case manifest.Endpoint:
		return 0
	case manifest.Page:
		return 1
	}
	return 2
}
