package diag

import (
	"encoding/json"
	"testing"
)

func TestOverlays(t *testing.T) {
	var l List
	l.Add(Diagnostic{Severity: Error, Code: "SG2051", Message: "undefined: \x1b[31mx", Hint: "declare x",
		Range: Range{Pos: Pos{File: "a.gosite", Line: 3, Col: 3}, End: Pos{File: "a.gosite", Line: 3, Col: 4}},
		Notes: []Note{{Range: Range{Pos: Pos{File: "b.go", Line: 7}}, Message: "called from here"}}})
	l.Add(Diagnostic{Severity: Warning, Message: "nowhere"})
	got, err := json.Marshal(Overlays(&l, func(file string) []byte {
		return []byte("---\n---\n\t{x}<script>\n\n")
	}))
	if err != nil {
		t.Fatal(err)
	}
	const want = `[{"severity":"warning","message":"nowhere"},` +
		`{"severity":"error","code":"SG2051","message":"undefined: \\x1b[31mx","hint":"declare x","at":{"file":"a.gosite","line":3,"col":3},` +
		`"frame":[{"line":1,"text":"---"},{"line":2,"text":"---"},{"line":3,"text":"    {x}\u003cscript\u003e","from":5,"to":6}],` +
		`"notes":[{"at":{"file":"b.go","line":7},"message":"called from here"}]}]`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
