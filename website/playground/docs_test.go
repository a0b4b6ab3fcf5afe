package playground

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sitegen.dev/core/diag"
)

var fenced = regexp.MustCompile("(?ms)^````.*?^````$|^```gosite[^\n]*\n(.*?)^```$")

// elsewhere are errors about what an example takes for granted: other files, other packages, variables of the text
// around it.
var elsewhere = regexp.MustCompile(`is not imported|could not import|^undefined: [\w.]+$|imported and not used|does not exist|declared and not used|has no (prop|slot)|^no component |^missing type in composite|^props\.`)

// apart are codes that say no more than that an example stands for itself: components of other modules, a component that
// is not a page, slots of components that are elsewhere.
var apart = map[diag.Code]bool{"SG2041": true, "SG2015": true, "SG2023": true}

var imported = regexp.MustCompile(`(?m)^\s*(?:import )?\w+ "((?:\.\./|\./)[^"]+\.gosite)"`)

// around gives an example as a page, with empty components in the place of those that it imports.
func around(text string) []File {
	up := 0
	for _, m := range imported.FindAllStringSubmatch(text, -1) {
		up = max(up, strings.Count(m[1], "../"))
	}
	dir := "src/pages" + strings.Repeat("/x", max(0, up-1))
	files := []File{{dir + "/index.gosite", text}}
	for _, m := range imported.FindAllStringSubmatch(text, -1) {
		name := path.Join(dir, m[1])
		if !slices.ContainsFunc(files, func(f File) bool { return f.Name == name }) {
			files = append(files, File{name, "---\ntype Props struct {\n\tRest site.Attrs `prop:\",rest\"`\n}\n---\n<div {props.Rest...}><slot /></div>\n"})
		}
	}
	return files
}

// What the examples of the documentation call of package site is there, with these arguments and results.
func TestDocumentation(t *testing.T) {
	c := compiler(t)
	pages, err := filepath.Glob("../src/pages/docs/*.md")
	if err != nil || len(pages) < 30 {
		t.Fatal(len(pages), err)
	}
	examples := 0
	for _, name := range pages {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range fenced.FindAllSubmatchIndex(src, -1) {
			if m[2] < 0 {
				continue
			}
			examples++
			at := fmt.Sprintf("%s:%d", filepath.Base(name), 1+strings.Count(string(src[:m[2]]), "\n"))
			files := around(string(src[m[2]:m[3]]))
			r := c.Run(files, files[0].Name)
			for _, f := range r.Findings {
				missing := elsewhere.MatchString(f.Message) && !strings.HasPrefix(f.Message, "undefined: site.")
				if f.Level == "error" && !missing && !apart[f.Code] {
					t.Errorf("%s, line %d of the example: %s [%s]", at, f.Line, f.Message, f.Code)
				}
			}
		}
	}
	if examples < 100 {
		t.Errorf("only %d examples", examples)
	}
}
