package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"sitegen.dev/core/syntax"
)

var (
	snippetChoice = regexp.MustCompile(`\$\{(\d)\|([^,|]*)[^}]*\}`)
	snippetText   = regexp.MustCompile(`\$\{(\d):([^}]*)\}`)
	snippetStop   = regexp.MustCompile(`\$(\d)`)
)

// TestEditorSnippets wants every snippet of the VS Code extension to be syntax of the language, once its places are filled.
func TestEditorSnippets(t *testing.T) {
	data, err := os.ReadFile("../../../editors/vscode/snippets/gosite.json")
	if err != nil {
		t.Fatal(err)
	}
	var snippets map[string]struct {
		Prefix string
		Body   []string
	}
	if err := json.Unmarshal(data, &snippets); err != nil {
		t.Fatal(err)
	}
	prefixes := map[string]string{}
	for name, s := range snippets {
		if other := prefixes[s.Prefix]; other != "" {
			t.Errorf("%s and %s have the prefix %s", name, other, s.Prefix)
		}
		prefixes[s.Prefix] = name
		body := strings.Join(s.Body, "\n")
		values := map[string]string{}
		fill := func(re *regexp.Regexp) {
			body = re.ReplaceAllStringFunc(body, func(at string) string {
				m := re.FindStringSubmatch(at)
				values[m[1]] = m[2]
				return m[2]
			})
		}
		fill(snippetChoice)
		fill(snippetText)
		body = snippetStop.ReplaceAllStringFunc(body, func(at string) string {
			if v := values[at[1:]]; v != "" {
				return v
			}
			if strings.Contains(body, ": "+at+"}") { // the value in a map
				return "1"
			}
			return ""
		})
		if _, isGo := map[string]bool{"ondemand": true, "paths": true, "import": true, "props": true}[s.Prefix]; isGo {
			body = "---\n" + body + "\n---\n"
		}
		if _, found := syntax.Parse("a.gosite", []byte(body)); len(found) > 0 {
			t.Errorf("%s: %s\n%s", name, found[0].Error(), body)
		}
	}
}
