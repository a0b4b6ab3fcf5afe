package diag

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJSON(t *testing.T) {
	var l List
	l.Add(
		Diagnostic{Severity: Warning, Code: "SG3004", Range: at("z", 0, 0, 0, 0), Message: "w"},
		Diagnostic{Code: "SG1001", Range: at("f", 3, 1, 3, 6), Message: "<li> is open", Hint: "h", Notes: []Note{{at("f", 2, 3, 2, 7), "here"}}},
	)
	var b bytes.Buffer
	if err := JSON(&b, &l); err != nil {
		t.Fatal(err)
	}
	want := `{
  "version": 1,
  "errors": 1,
  "warnings": 1,
  "diagnostics": [
    {
      "severity": "error",
      "code": "SG1001",
      "file": "f",
      "line": 3,
      "col": 1,
      "end": {
        "file": "f",
        "line": 3,
        "col": 6
      },
      "message": "<li> is open",
      "hint": "h",
      "notes": [
        {
          "file": "f",
          "line": 2,
          "col": 3,
          "end": {
            "file": "f",
            "line": 2,
            "col": 7
          },
          "message": "here"
        }
      ]
    },
    {
      "severity": "warning",
      "code": "SG3004",
      "file": "z",
      "message": "w"
    }
  ]
}
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	var r Report
	if err := json.Unmarshal(b.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(NewReport(&l), r); d != "" {
		t.Errorf("read back: -want +got\n%s", d)
	}
	b.Reset()
	if err := JSON(&b, &List{}); err != nil || !bytes.Contains(b.Bytes(), []byte(`"diagnostics": []`)) {
		t.Errorf("empty list: %v, %s", err, b.Bytes())
	}
	if err := json.Unmarshal([]byte(`"fatal"`), new(Severity)); err == nil {
		t.Error("an unknown severity was read")
	}
}
