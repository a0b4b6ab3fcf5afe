package website

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sitegen.dev/core/config"
)

// Every piece of site.yaml in the documentation is one that the command takes. A snippet that is another YAML file says
// which in its first line, as a comment.
func TestConfiguration(t *testing.T) {
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
			if m[2] < 0 || string(src[m[2]:m[3]]) != "yaml" {
				continue
			}
			code := string(src[m[4]:m[5]])
			first, _, _ := strings.Cut(code, "\n")
			if strings.HasPrefix(first, "# ") && strings.HasSuffix(strings.Fields(first)[1], ".yaml") && !strings.Contains(first, "site.yaml") || strings.HasPrefix(first, "# .git") { // of another program
				continue
			}
			seen++
			at := fmt.Sprintf("%s:%d", name, 1+strings.Count(string(src[:m[4]]), "\n"))
			_, list := config.Load(at, []byte(code), func(string) string { return "" })
			for _, d := range list.Sorted() {
				t.Errorf("%s: %s (line %d of the example)\n%s", at, d.Message, d.Line, code)
			}
		}
	}
	if seen < 20 {
		t.Errorf("found only %d pieces of site.yaml", seen)
	}
}
