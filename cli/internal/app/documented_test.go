package app

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// documented finds the blocks that show what to type.
var documented = regexp.MustCompile("(?ms)^```(?:sh)?\n(.*?)^```$")

// Every command and flag that the documentation has people type is there.
func TestDocumentedCommands(t *testing.T) {
	pages, err := filepath.Glob("../../../website/src/pages/docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(len(pages), err)
	}
	app := newApp(Env{})
	seen := 0
	for _, page := range append(pages, "../../../README.md", "../../../CONTRIBUTING.md") {
		src, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range documented.FindAllSubmatch(src, -1) {
			for line := range strings.Lines(string(block[1])) {
				line, _, _ = strings.Cut(line, "#")
				words := strings.Fields(line)
				for len(words) > 0 && strings.Contains(words[0], "=") { // variables of the environment
					words = words[1:]
				}
				if len(words) < 2 || words[0] != "sitegen" || words[1] == "[flags]" {
					continue
				}
				seen++
				if _, err := arrange(app, words); err != nil {
					t.Errorf("%s: %s: %v", filepath.Base(page), strings.TrimSpace(line), err)
				}
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d commands were found", seen)
	}
}
