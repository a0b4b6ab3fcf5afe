package build

import (
	"strings"
	"testing"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// In a source, » stands before what is to be found, and § at the end of the line whose function is asked about.
func place(src string) (string, int, diag.Pos) {
	clean := strings.NewReplacer("»", "", "§", "").Replace(src)
	line := strings.Count(src[:strings.Index(src, "§")], "\n") + 1
	before := strings.ReplaceAll(src[:strings.Index(src, "»")], "§", "")
	return clean, line, diag.Pos{File: "f", Line: strings.Count(before, "\n") + 1, Col: len(before) - strings.LastIndexByte(before, '\n')}
}

func TestReturnOf(t *testing.T) {
	for name, src := range map[string]string{
		"one":              "package p\n\nfunc F() error {§\n\treturn »io.EOF\n}\n",
		"the last result":  "package p\nfunc F() (int, error) {§\n\treturn 1, »io.EOF\n}\n",
		"nil beside it":    "package p\nfunc F() error {§\n\tif x {\n\t\treturn »err\n\t}\n\treturn nil\n}\n",
		"two":              "package p\nfunc »F() error {§\n\tif x {\n\t\treturn err\n\t}\n\treturn io.EOF\n}\n",
		"none":             "package p\nfunc »F() error {§\n\treturn nil\n}\n",
		"next":             "package p\nfunc »F() error {§\n\treturn next(page)\n}\n",
		"an answer":        "package p\nfunc F() error {§\n\tif x { return page.Redirect(\"/\", 302) }\n\treturn »err\n}\n",
		"of a literal":     "package p\nfunc »F() error {§\n\tg := func() error { return io.EOF }\n\tg()\n\treturn nil\n}\n",
		"in one line":      "package p\nfunc F() error { return »io.EOF }§\n",
		"a component":      "---\nimport \"io\"\n\nfunc F() ([]site.Path[Props], error) {§\n\treturn nil, »io.EOF\n}\n---\n<p>it's <b>{x}</p>\n",
		"a first line":     "package p\nfunc F() error {\n\treturn »io.EOF§\n}\n",
		"an iterator":      "package p\nfunc »F() site.PathSeq[Props] {§\n\treturn func(yield func(site.Path[Props], error) bool) {\n\t\tyield(p, err)\n\t}\n}\n",
		"behind a comment": "package p\n// F fails.\nfunc F() error {§\n\treturn »io.EOF\n}\n",
	} {
		clean, line, want := place(src)
		got := ReturnOf([]byte(clean), diag.Range{Pos: diag.Pos{File: "f", Line: line}})
		if got.Pos != want {
			t.Errorf("%s: got %v, want %v", name, got.Pos, want)
		}
	}
	for name, src := range map[string]string{"no function": "package p\nvar x = 1\n", "nothing": "", "not Go": "\n}}{{\n", "before": "func f() {}\nvar x = 1\n"} {
		at := diag.Range{Pos: diag.Pos{File: "f", Line: 2}}
		if got := ReturnOf([]byte(src), at); got != at {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestReturnsOf(t *testing.T) {
	for name, src := range map[string]string{
		"one":        "---\nif x {\n\treturn »err\n}\n---\n<p>a</p>",
		"two":        "---\nif x {\n\treturn »err\n}\nreturn »io.EOF\n---\n",
		"answers":    "---\nif x {\n\treturn page.Redirect(\"/\", 302)\n}\n---\n<p>a</p>",
		"functions":  "---\nfunc f() error {\n\treturn err\n}\n---\n<p>a</p>",
		"an answer":  "---\nfunc GET(page *site.Page) error {\n\tif x {\n\t\treturn »err\n\t}\n\treturn page.Text(\"a\")\n}\n---\n",
		"no fence":   "<p>a</p>",
		"a comment":  "---\n// x\nx := 1 // return\n---\n<p>a</p>",
		"a template": "---\nif x {\n\treturn err\n}\n---\n<p>{return err}</p>!",
	} {
		clean := strings.ReplaceAll(src, "»", "")
		file, _ := syntax.Parse("f", []byte(clean))
		got, ok := returnsOf(file, mayFail)
		if ok == strings.HasSuffix(src, "!") {
			t.Errorf("%s: ok is %v", name, ok)
		}
		var want []diag.Pos
		for rest, off := src, 0; ; {
			i := strings.Index(rest, "»")
			if i < 0 {
				break
			}
			off += i
			want = append(want, file.Pos(off))
			rest = rest[i+len("»"):]
		}
		if len(got) != len(want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
			continue
		}
		for i := range got {
			if got[i].Pos != want[i] {
				t.Errorf("%s: got %v, want %v", name, got[i].Pos, want[i])
			}
		}
	}
}
