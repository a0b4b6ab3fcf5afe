package codegen

import (
	"go/parser"
	"go/scanner"
	"go/token"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sitegen.dev/core/syntax"
	"sitegen.dev/core/syntax/syntaxtest"
)

// generatedCard is what <Card> is in components that were put together by chance.
const generatedCard = "---\ntype Props struct {\n\tA string\n\tR site.Attrs `prop:\",rest\"`\n}\n---\n<slot /><slot name=\"b\" />"

// generated links a component that was put together by chance; ok is false for one with errors.
func generated(t *testing.T, choices []byte) (p *Program, c *Component, ok bool) {
	t.Helper()
	src := "---\nimport Card \"./Card.gosite\"\n---\n"
	if body := syntaxtest.Component(choices); !strings.HasPrefix(body, "---\n") {
		src += body
	} else {
		src = "---\nimport Card \"./Card.gosite\"\n" + strings.TrimPrefix(body, "---\n")
	}
	tree, diags := syntax.Parse("src/X.gosite", []byte(src))
	card, _ := syntax.Parse("src/Card.gosite", []byte(generatedCard))
	p, list := Link(Input{ModulePath: "example.com/site", SrcDir: "src", GenDir: ".sitegen/gen", Sources: []Source{{"src/X.gosite", tree}, {"src/Card.gosite", card}}})
	return p, p.Component("src/X.gosite"), len(diags) == 0 && !list.HasErrors()
}

// FuzzVirtual holds the map between the generated Go and the author's text, as TestVirtual does: a stretch that stands for another is the
// same text, stretches do not overlap, and there and back is where one was.
func FuzzVirtual(f *testing.F) {
	seedGenerated(f)
	f.Fuzz(func(t *testing.T, choices []byte) {
		_, c, _ := generated(t, choices)
		if c == nil {
			return
		}
		for kind, v := range map[string]*Virtual{"virtual": c.Virtual(), "written": c.Written()} {
			end := 0
			for _, m := range v.Ranges {
				if m.Go.Start < end || m.Go.End > len(v.Go) || m.Source.Start < 0 || m.Source.End > len(v.Source) {
					t.Fatalf("%s: %v overlaps what ends at %d\n%s", kind, m, end, v.Source)
				}
				end = m.Go.End
				g, s := m.Go.Text(v.Go), m.Source.Text(v.Source)
				if g != s && !SamePropName(s, g) {
					t.Fatalf("%s: %q stands for %q in\n%s", kind, g, s, v.Source)
				}
				if !m.Verbatim() {
					continue
				}
				for i := m.Go.Start + 1; i < m.Go.End; i++ {
					if got, ok := v.ToSource(i); !ok || got != i-m.Go.Start+m.Source.Start {
						t.Fatalf("%s: ToSource(%d) = %d, %v\n%s", kind, i, got, ok, v.Source)
					}
				}
				mid := (m.Source.Start + m.Source.End) / 2
				if at, ok := v.ToGo(mid); mid < m.Source.End && (!ok || v.Go[at] != v.Source[mid]) {
					t.Fatalf("%s: ToGo(%d) = %d, %v\n%s", kind, mid, at, ok, v.Source)
				}
			}
		}
	})
}

var tableRef = regexp.MustCompile(`_sgT\[([0-9]+)\]`)

// FuzzDevTexts holds the package for the development server against the one for production: with the texts of the table in their
// places it is the same Go, but for what loads the table, and that components are imported by their faces.
func FuzzDevTexts(f *testing.F) {
	seedGenerated(f)
	f.Fuzz(func(t *testing.T, choices []byte) {
		p, c, ok := generated(t, choices)
		if !ok {
			return
		}
		files, list := p.Generate()
		if list.HasErrors() {
			return
		}
		dev := p.DevPackages()[c.Path]
		next := 0
		whole := tableRef.ReplaceAllStringFunc(string(dev.Code.Data), func(ref string) string {
			i, err := strconv.Atoi(tableRef.FindStringSubmatch(ref)[1])
			if err != nil || i != next {
				t.Fatalf("%s is not the next of %d texts in\n%s", ref, len(dev.Texts), dev.Code.Data)
			}
			next++
			return strconv.Quote(dev.Texts[i])
		})
		if next != len(dev.Texts) {
			t.Fatalf("%d of %d texts are used in\n%s", next, len(dev.Texts), dev.Code.Data)
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "x.go", whole, 0); err != nil {
			t.Fatalf("%v\n%s", err, whole)
		}
		for _, file := range files {
			if file.Path != dev.Code.Path {
				continue
			}
			if got, want := strings.ReplaceAll(tokens(withoutTable(whole)), "/gen/face/", "/gen/c/"), tokens(string(file.Data)); got != want {
				t.Fatalf("the development server's code is\n%s\nand production's\n%s", whole, file.Data)
			}
			return
		}
		t.Fatalf("%s is not generated for production", dev.Code.Path)
	})
}

// withoutTable leaves out the lines that load the table.
func withoutTable(code string) string {
	var b strings.Builder
	for line := range strings.Lines(code) {
		if !strings.Contains(line, textTable) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// tokens is code without its comments and layout.
func tokens(code string) string {
	var b strings.Builder
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(code)), []byte(code), nil, 0)
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			return b.String()
		}
		b.WriteString(tok.String() + " " + lit + "\n")
	}
}

func seedGenerated(f *testing.F) {
	f.Helper()
	random := rand.New(rand.NewPCG(5, 6))
	for range 100 {
		choices := make([]byte, 120)
		for i := range choices {
			choices[i] = byte(random.IntN(256))
		}
		f.Add(choices)
	}
}
