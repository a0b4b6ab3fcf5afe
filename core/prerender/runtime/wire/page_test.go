package wire

import (
	"bytes"
	"reflect"
	"testing"
)

func TestPageLine(t *testing.T) {
	for _, e := range []Event{
		{Kind: Page, Route: "/[slug]", Source: "src/pages/[slug].gosite", Path: "/a%20b/", File: "a b/index.html", Status: 200, Size: 17, Kept: true},
		{Kind: Page, Route: "/", Source: "src/pages/ü \"x\".gosite", Path: "/", File: "index.html", Status: 404},
		{Kind: Page},
	} {
		line, ok := AppendPage(nil, &e)
		if !ok || bytes.Count(line, []byte("\n")) != 1 {
			t.Errorf("%+v: %q", e, line)
			continue
		}
		rest, found := bytes.CutPrefix(line, []byte(Prefix))
		if got, err := ReadEvent(rest); !found || err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("%+v: read %+v", e, got)
		}
	}
	for _, e := range []Event{
		{Kind: Error}, {Kind: Done}, {Kind: Page, Path: "a\tb"}, {Kind: Page, File: "a\nb"}, {Kind: Page, Headers: [][2]string{{"a", "b"}}}, {Kind: Page, Images: []Image{{}}},
	} {
		if line, ok := AppendPage(nil, &e); ok || len(line) > 0 {
			t.Errorf("%+v became %q", e, line)
		}
	}
	for _, line := range []string{"", "p", `{"kind":"page"}`, "p1\n", "p1200\tx\ta\tb\tc\td\n", "p0200\t1\ta\tb\tc\n"} {
		if e, ok := readPage([]byte(line)); ok {
			t.Errorf("%q was read as %+v", line, e)
		}
	}
}
