package syntax

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"sitegen.dev/core/diag"
)

// TestCodes holds that every code of this package is documented, and that every documented one has a test.
func TestCodes(t *testing.T) {
	inputs := []string{
		strings.Repeat("<p>", maxDepth+1),
		strings.Repeat("{if x { ", maxDepth+1),
		"<p>caf\xe9</p>",
		"<p>a\x00b</p>",
	}
	files, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range txtar.Parse(data).Files {
			if !strings.HasPrefix(in.Name, "want") {
				inputs = append(inputs, string(in.Data))
			}
		}
	}
	documented := map[diag.Code]bool{}
	for _, info := range diag.Codes() {
		if strings.HasPrefix(string(info.Code), "SG1") {
			documented[info.Code] = false
		}
	}
	for _, in := range inputs {
		f, diags := Parse("codes.gosite", []byte(in))
		checkTree(t, f)
		for _, d := range diags {
			if _, ok := documented[d.Code]; !ok {
				t.Errorf("%s is not documented: %s", d.Code, d.Message)
			}
			documented[d.Code] = true
		}
	}
	for code, tested := range documented {
		if !tested {
			t.Errorf("%s has no test", code)
		}
	}
}

// TestDepth holds that too deep nesting is one error, and that what is allowed is none.
func TestDepth(t *testing.T) {
	for _, tt := range []struct {
		depth int
		want  string
	}{
		{maxDepth, ""},
		{maxDepth + 1, "1:1201 SG1022"},
		{100 * maxDepth, "1:1201 SG1022"},
	} {
		src := strings.Repeat("<p>", tt.depth) + strings.Repeat("</p>", tt.depth)
		_, diags := Parse("depth.gosite", []byte(src))
		var got []string
		for _, d := range diags {
			d.File = ""
			got = append(got, strings.TrimPrefix(d.Pos.String(), ":")+" "+string(d.Code))
		}
		if g := strings.Join(got, "\n"); g != tt.want {
			t.Errorf("%d levels: %q; want %q", tt.depth, g, tt.want)
		}
	}
}

// TestManyErrors holds that the number of errors is bounded.
func TestManyErrors(t *testing.T) {
	if _, diags := Parse("many.gosite", []byte(strings.Repeat("}", 10000))); len(diags) != maxDiags {
		t.Errorf("%d errors; want %d", len(diags), maxDiags)
	}
}
