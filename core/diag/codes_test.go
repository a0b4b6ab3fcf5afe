package diag

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

func TestCodes(t *testing.T) {
	form := regexp.MustCompile(`^SG[1-7][0-9]{3}$`)
	last := Code("")
	for _, c := range Codes() {
		if !form.MatchString(string(c.Code)) {
			t.Errorf("%s is not SG and four digits, the first from 1 to 7", c.Code)
		}
		if c.Code <= last {
			t.Errorf("%s stands behind %s: the codes are in order, each once", c.Code, last)
		}
		last = c.Code
		for what, s := range map[string]string{"summary": c.Summary, "fix": c.Fix} {
			if s == "" || strings.TrimSpace(s) != s {
				t.Errorf("%s: the %s is empty or has blanks around it", c.Code, what)
			}
		}
		if !strings.HasSuffix(c.Summary, ".") || strings.Contains(c.Summary, "\n") {
			t.Errorf("%s: the summary is not one sentence: %q", c.Code, c.Summary)
		}
	}
}

// TestCodesAreUsed holds the table against the sources: every literal "SG1001" is in the table, and every entry is used
// somewhere outside of tests.
func TestCodesAreUsed(t *testing.T) {
	known := map[Code]bool{}
	for _, c := range Codes() {
		known[c.Code] = true
	}
	used := map[Code]bool{}
	literal := regexp.MustCompile(`"(SG[0-9]{4})"`)
	for _, dir := range []string{"core", "adapters", "cli"} {
		err := filepath.WalkDir(filepath.Join("..", "..", dir), func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if e.IsDir() && (e.Name() == "testdata" || e.Name() == "node_modules" || strings.HasPrefix(e.Name(), ".") && e.Name() != "..") {
				return filepath.SkipDir
			}
			name := filepath.ToSlash(path)
			// The table itself does not count, and the tests beside it use codes as mere examples.
			if !strings.HasSuffix(name, ".go") || strings.HasPrefix(name, "../../core/diag/") {
				return nil
			}
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range literal.FindAllSubmatch(src, -1) {
				code := Code(m[1])
				if !known[code] {
					known[code] = true // once is enough
					t.Errorf("%s uses %s, which is in none of the diag/codes_*.go", strings.TrimPrefix(name, "../../"), code)
				}
				if !strings.HasSuffix(name, "_test.go") {
					used[code] = true
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range Codes() {
		if !used[c.Code] {
			t.Errorf("%s is never reported: remove it from diag/codes_*.go, and do not give its number to another one", c.Code)
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
	codes := Codes()
	for i, area := range areas {
		prefix := fmt.Sprintf("SG%d", i)
		if !slices.ContainsFunc(codes, func(c CodeInfo) bool { return strings.HasPrefix(string(c.Code), prefix) }) {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n", area)
		for _, c := range codes {
			if strings.HasPrefix(string(c.Code), prefix) {
				fmt.Fprintf(&b, "\n### %s\n\n%s\n\n%s\n", c.Code, plainHTML(c.Summary), plainHTML(c.Fix))
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
