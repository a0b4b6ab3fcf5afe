package diag_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/diag/examples"
)

var update = flag.Bool("update", false, "rewrite docs/errors.md")

// areas are the parts of sitegen by the first digit of their codes.
var areas = []string{
	1: "Syntax",
	2: "Components and Go",
	3: "Routes and prerendering",
	4: "site.yaml",
	5: "Assets and content",
	6: "Adapters",
	7: "Files and environment",
}

// TestExamplesAreComplete holds that every code has an example, or a reason why it has none.
func TestExamplesAreComplete(t *testing.T) {
	for _, c := range diag.Codes() {
		e, ok := examples.Of(c.Code)
		switch reason := examples.Reason(c.Code); {
		case !ok && reason == "":
			t.Errorf("%s has neither an example in examples/examples.txt nor a reason in examples/examples.go", c.Code)
		case ok && reason != "":
			t.Errorf("%s has an example, and a reason why it has none", c.Code)
		case ok && len(e.Files) == 0:
			t.Errorf("%s has an example without files", c.Code)
		}
	}
}

// TestErrorsPage keeps docs/errors.md what the table says.
func TestErrorsPage(t *testing.T) {
	file := filepath.Join("..", "..", "docs", "errors.md")
	got := errorsPage()
	if *update {
		if err := os.WriteFile(file, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("docs/errors.md is not what the table says; run: go test ./diag -update\n-file +table\n%s", d)
	}
}

func errorsPage() []byte {
	var b bytes.Buffer
	b.WriteString("# Errors and warnings\n\n" +
		"<!-- Generated from core/diag/codes_*.go by `go test ./diag -update`. DO NOT EDIT. -->\n\n" +
		"Every message of sitegen ends with a code in brackets. A code never changes its meaning.\n")
	codes := diag.Codes()
	for i, area := range areas {
		prefix := fmt.Sprintf("SG%d", i)
		if !slices.ContainsFunc(codes, func(c diag.CodeInfo) bool { return strings.HasPrefix(string(c.Code), prefix) }) {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n", area)
		for _, c := range codes {
			if strings.HasPrefix(string(c.Code), prefix) {
				fmt.Fprintf(&b, "\n### %s\n\n%s\n\n%s\n", c.Code, plainHTML(c.Summary), plainHTML(c.Fix))
				example(&b, c.Code)
			}
		}
	}
	return b.Bytes()
}

// plainHTML keeps tags in a summary from being taken for HTML by whoever renders the page, except in code spans, where
// Markdown does so already.
func plainHTML(s string) string {
	parts := strings.Split(s, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = strings.ReplaceAll(parts[i], "<", "&lt;")
	}
	return strings.Join(parts, "`")
}

// example shows the site that triggers a code.
func example(b *bytes.Buffer, code diag.Code) {
	e, ok := examples.Of(code)
	if !ok {
		return
	}
	if e.Command != "sitegen check" {
		fmt.Fprintf(b, "\n`%s` tells of it here:\n", e.Command)
	} else {
		b.WriteString("\nFor example:\n")
	}
	for _, f := range e.Files {
		lang := strings.TrimPrefix(path.Ext(f.Name), ".")
		fmt.Fprintf(b, "\n%s\n\n````%s\n%s````\n", f.Name, lang, f.Text)
	}
}
