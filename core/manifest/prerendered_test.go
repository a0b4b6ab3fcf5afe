package manifest

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestPrerenderedLines(t *testing.T) {
	for _, p := range []Prerendered{
		{},
		{Path: "/a/", File: "a/index.html", Route: "/[slug]", Status: 200},
		{Path: "/a%20b/", File: "a b/index.html", Route: "/[...path]", Status: 404},
		{Path: "/é/", File: "é/<&>.html", Route: `/"\`, Status: 200},
		{Path: "/x", File: "x\n\x7f", Route: "/x", Status: 200},
		{Path: "/x", File: "x", Route: "/x", Status: 200, Headers: []Header{{"X", "y"}}},
	} {
		want, err := json.Marshal(p)
		line, err2 := p.AppendLine([]byte("before "))
		if err != nil || err2 != nil || string(line) != "before "+string(want)+"\n" {
			t.Errorf("%+v: %s, want %s (%v, %v)", p, line, want, err, err2)
		}
		got, err := ReadPrerendered(line[len("before "):])
		if err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%s: read %+v, %v", line, got, err)
		}
	}
}

func TestLocation(t *testing.T) {
	for _, tt := range []struct {
		headers []Header
		want    string
	}{
		{nil, ""},
		{[]Header{{"X", "y"}}, ""},
		{[]Header{{"X", "y"}, {"location", "/there"}}, "/there"},
	} {
		p := Prerendered{Path: "/x", Status: 301, Headers: tt.headers}
		if got := p.Location(); got != tt.want {
			t.Errorf("Location of %v = %q, want %q", tt.headers, got, tt.want)
		}
	}
}

func FuzzReadPrerendered(f *testing.F) {
	f.Add(`{"path":"/a/","file":"a","route":"/a","status":200}`)
	f.Add(`{"path":"/a/","file":"a","route":"/a","status":200,"headers":[]}`)
	f.Add(`{"path":"","file":"","route":"","status":+1}`)
	f.Fuzz(func(t *testing.T, line string) {
		var want Prerendered
		wantErr := json.Unmarshal([]byte(line), &want)
		got, err := ReadPrerendered([]byte(line))
		if wantErr == nil && (err != nil || !reflect.DeepEqual(got, want)) {
			t.Errorf("%q: read %+v, %v; encoding/json %+v", line, got, err, want)
		}
	})
}
