package test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite what the tests expect")

// The delimiters of tree-sitter's own corpus format, with the suffix that it takes where a language knows --- itself.
var caseHead = regexp.MustCompile(`(?m)^=+\|\|\|\n([^\n]*)\n=+\|\|\|\n`)

const divider = "\n---|||\n"

// TestCorpus holds trees against corpus/*.txt, which `tree-sitter test` reads too.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("corpus/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus", err)
	}
	p := parser(t)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		heads := caseHead.FindAllSubmatchIndex(data, -1)
		if len(heads) == 0 {
			t.Errorf("%s: no cases", file)
		}
		for i, head := range heads {
			end := len(data)
			if i+1 < len(heads) {
				end = heads[i+1][0]
			}
			name, body := string(data[head[2]:head[3]]), string(data[head[1]:end])
			source, want, ok := strings.Cut(body, divider)
			if !ok && !*update {
				t.Errorf("%s: %s: no divider", file, name)
			}
			tree := p.Parse([]byte(source), nil)
			got := indent(tree.RootNode().ToSexp())
			tree.Close()
			if !*update && strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
				t.Errorf("%s: %s\n%s\ngot\n%s\nwant\n%s", file, name, source, got, want)
			}
			out.Write(data[head[0]:head[1]])
			out.WriteString(strings.TrimRight(source, "\n") + "\n" + divider + "\n" + got + "\n\n")
		}
		if *update {
			if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// indent gives each node of an S-expression a line.
func indent(sexp string) string {
	var out strings.Builder
	depth := 0
	for i := 0; i < len(sexp); i++ {
		switch sexp[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ' ':
			// (MISSING "}") stays on its line.
			if rest := sexp[i+1:]; strings.HasPrefix(rest, "(") || regexp.MustCompile(`^\w+: \(`).MatchString(rest) && sexp[i-1] != ':' {
				if sexp[i-1] != ':' {
					out.WriteString("\n" + strings.Repeat("  ", depth))
					continue
				}
			}
		}
		out.WriteByte(sexp[i])
	}
	return out.String()
}
