package diag

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

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
