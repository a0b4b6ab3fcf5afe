package manifest

import (
	"maps"
	"strings"
	"testing"
)

var (
	year   = []Part{{Text: "v"}, {Param: "year"}}
	rest   = []Part{{Param: "rest", Rest: true}}
	double = []Part{{Param: "a"}, {Text: "-"}, {Param: "b"}, {Text: ".json"}}
)

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		segments [][]Part
		path     string
		want     map[string]string // nil: it does not match
	}{
		{nil, "", map[string]string{}},
		{nil, "a", nil},
		{[][]Part{{{Text: "a"}}}, "a", map[string]string{}},
		{[][]Part{{{Text: "a"}}}, "A", nil},
		{[][]Part{{{Text: "a"}}}, "a/b", nil},
		{[][]Part{{{Text: "a.c"}}}, "abc", nil},
		{[][]Part{year}, "v2026", map[string]string{"year": "2026"}},
		{[][]Part{year}, "v", nil},
		{[][]Part{double}, "x-y-z.json", map[string]string{"a": "x", "b": "y-z"}},
		{[][]Part{double}, "x-.json", nil},
		{[][]Part{{{Param: "line"}}}, "a\nb", map[string]string{"line": "a\nb"}},
		{[][]Part{rest}, "", map[string]string{}},
		{[][]Part{rest}, "a/b", map[string]string{"rest": "a/b"}},
		{[][]Part{{{Text: "a"}}, rest, {{Text: "end"}}}, "a/end", map[string]string{}},
		{[][]Part{{{Text: "a"}}, rest, {{Text: "end"}}}, "a/end/end", map[string]string{"rest": "end"}},
		{[][]Part{{{Text: "a"}}, rest, {{Text: "end"}}}, "a/b", nil},
	} {
		var path []string
		if tt.path != "" {
			path = strings.Split(tt.path, "/")
		}
		r := Route{Segments: tt.segments}
		got, ok := r.Match(path)
		if ok != (tt.want != nil) || !maps.Equal(got, tt.want) {
			t.Errorf("Match(%q) of %v = %v, %v; want %v", tt.path, tt.segments, got, ok, tt.want)
		}
	}
}

func TestEndsInFile(t *testing.T) {
	for _, tt := range []struct {
		segments [][]Part
		want     bool
	}{
		{nil, false},
		{[][]Part{{{Text: "feed.xml"}}}, true},
		{[][]Part{{{Text: "feed.xml"}}, {{Text: "more"}}}, false},
		{[][]Part{double}, true},
		{[][]Part{{{Text: "a."}}}, false},
		{[][]Part{{{Text: ".well-known"}}}, true},
		{[][]Part{{{Text: "a."}, {Param: "format"}}}, false},
		{[][]Part{rest}, false},
	} {
		if got := EndsInFile(tt.segments); got != tt.want {
			t.Errorf("EndsInFile(%v) = %v", tt.segments, got)
		}
	}
}
