package website

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sitegen.dev/core/syntax"
)

// block finds the fenced code of a Markdown page. Those inside a longer fence show Markdown and are skipped.
var block = regexp.MustCompile("(?ms)^````.*?^````$|^```(\\w*)\n(.*?)^```$")

// Every example of the documentation is a file that the compiler accepts and the formatter leaves alone.
func TestExamples(t *testing.T) {
	pages, err := filepath.Glob("src/pages/docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range pages {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range block.FindAllSubmatchIndex(src, -1) {
			if m[2] < 0 {
				continue
			}
			lang, code := string(src[m[2]:m[3]]), src[m[4]:m[5]]
			at := fmt.Sprintf("%s:%d", name, 1+strings.Count(string(src[:m[4]]), "\n"))
			switch lang {
			case "gosite":
				seen++
				formatted, diags := syntax.Format(at, code)
				if len(diags) > 0 {
					t.Errorf("%s: %s (in the example: line %d)", at, diags[0].Message, diags[0].Line)
				} else if string(formatted) != string(code) {
					t.Errorf("%s: the example is not formatted; it should be\n%s", at, formatted)
				}
			case "go":
				if _, err := parser.ParseFile(token.NewFileSet(), at, code, parser.PackageClauseOnly); err != nil { // a part of a file
					code = append([]byte("package p\n"), code...)
				}
				if _, err := parser.ParseFile(token.NewFileSet(), at, code, parser.SkipObjectResolution); err != nil {
					t.Error(err)
				}
			case "":
				t.Errorf("%s: code without a language", at)
			}
		}
	}
	if seen < 50 {
		t.Errorf("found only %d examples", seen)
	}
}

func TestSourcesAreFormatted(t *testing.T) {
	err := filepath.WalkDir("src", func(name string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".gosite" {
			return err
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if out, _ := syntax.Format(name, src); string(out) != string(src) {
			t.Errorf("%s is not formatted: sitegen fmt", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDemoSource(t *testing.T) {
	for _, name := range []string{"index.gosite", "product/[id].gosite", "components/Visitor.gosite"} {
		if src, err := DemoSource(name); err != nil || !strings.HasPrefix(src, "---\n") {
			t.Errorf("DemoSource(%q) = %.10q, %v", name, src, err)
		}
	}
	if _, err := DemoSource("../index.gosite"); err == nil {
		t.Error("DemoSource left its folder")
	}
}
