package codegen

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// TestVirtual holds the map of the generated Go against both texts.
func TestVirtual(t *testing.T) {
	sources := map[string]string{
		"src/components/Card.gosite": "---\nimport \"strings\"\n\ntype Props struct {\n\t// Title is the heading.\n\tTitle string `prop:\",required\"`\n\tSize int // in rem\n\tRest site.Attrs `prop:\",rest\"`\n}\n\nfunc up(s string) string {\n\treturn strings.ToUpper(s)\n}\n---\n<h2>{up(props.Title)}</h2><slot /><slot name=\"foot\" args={props.Size} />\n",
		"src/pages/index.gosite":     "---\nimport Card \"../components/Card.gosite\"\n\nn := 1\ns := `a\n  b`\nfor n < 3 {\n\tn++\n}\n---\n<Card title={s + \"🍃\"} size={n} class=\"x\">\n{if n > 2 {\n<b class:list={\"a\", \"b\": n > 1} title={s + s} href=`/${s}`>{x := n}{x} {f(<i>{n}</i>, n)}</b>\n} else {<p>{/* c */}{n}</p>}}\n</Card>\n{props.}\n",
	}
	in := Input{ModulePath: "example.com/site"}
	for name, src := range sources {
		file, _ := syntax.Parse(name, []byte(src))
		in.Sources = append(in.Sources, Source{Path: name, File: file})
	}
	p, _ := Link(in) // with errors: {props.}
	for _, c := range p.Components {
		for kind, v := range map[string]*Virtual{"virtual": c.Virtual(), "written": c.Written()} {
			if kind == "virtual" && strings.Contains(string(v.Go), "line ") {
				t.Errorf("%s has line directives:\n%s", c.Path, v.Go)
			}
			end := 0
			for _, m := range v.Ranges {
				if m.Go.Start < end {
					t.Errorf("%s %s: %v overlaps what ends at %d", kind, c.Path, m, end)
				}
				end = m.Go.End
				g, s := m.Go.Text(v.Go), m.Source.Text(v.Source)
				if g != s && !SamePropName(s, g) {
					t.Errorf("%s %s: %q stands for %q", kind, c.Path, g, s)
				}
				if !m.Verbatim() {
					continue
				}
				for i := m.Go.Start + 1; i < m.Go.End; i++ {
					if got, ok := v.ToSource(i); !ok || got != i-m.Go.Start+m.Source.Start {
						t.Errorf("%s %s: ToSource(%d) = %d, %v", kind, c.Path, i, got, ok)
					}
				}
			}
		}
	}
	c := p.Component("src/pages/index.gosite")
	v := c.Virtual()
	for _, word := range []string{"n++", "b`", "s + \"🍃\"", "n > 2", "n > 1", "s + s", "props."} {
		at := strings.Index(string(v.Source), word)
		g, ok := v.ToGo(at)
		if !ok || !strings.HasPrefix(string(v.Go[g:]), word) {
			t.Errorf("%q is not where ToGo says: %d, %v\n%s", word, g, ok, v.Go)
		}
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "", p.Component("src/components/Card.gosite").Virtual().Go, 0); err != nil {
		t.Error(err)
	}
	props := p.Component("src/components/Card.gosite").Props()
	if len(props) != 3 || props[0].Doc != "Title is the heading." || props[1].Doc != "in rem" || !props[2].Rest || !props[0].Required {
		t.Errorf("props: %+v", props)
	}
	for src, want := range map[string]string{
		"---\n// Card shows one thing.\n// Or two.\ntype Props struct{}\n---\n": "Card shows one thing.\nOr two.",
		"---\n// Card shows one thing.\n\nimport \"fmt\"\n\nn := 1\n---\n":      "Card shows one thing.",
		"---\n// Card shows one thing.\nimport \"fmt\"\n---\n":                  "Card shows one thing.",
		"---\n\n// n is a number.\nn := 1\n---\n":                               "",
		"---\n// a\nimport \"fmt\"\n\n// b\ntype Props struct{ A int }\n---\n":  "b",
		"---\nn := 1\n---\n": "",
		"<p>tea</p>":         "",
	} {
		f, _ := syntax.Parse("Card.gosite", []byte(src))
		if got := (&Component{file: f}).Doc(); got != want {
			t.Errorf("what is said of %q: %q, want %q", src, got, want)
		}
	}
	d := p.ExplainGo(diag.Diagnostic{Range: c.file.Range(syntax.Span{Start: strings.Index(string(v.Source), "s + \"🍃\""), End: 0}), Message: "cannot use s (variable of type int) as string value in struct literal"})
	if d.Code != "SG2053" || !strings.Contains(d.Message, "prop title of <Card>") {
		t.Errorf("explained: %+v", d)
	}
}
