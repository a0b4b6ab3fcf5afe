package lsp

import (
	"strings"
	"testing"

	"sitegen.dev/core/syntax"
)

func TestLanguageAt(t *testing.T) {
	for in, want := range map[string]string{
		"---\nn := str|\n---\n<p>a</p>": "go",
		"---\nimport \"str|\"\n---\n":   "go",
		"|---\nn := 1\n---\n":           "",
		"---\nn := 1\n---\nul>li|":      "html",
		"ul|":                           "html",
		"<main>\n  ul>li*3|\n</main>":   "html",
		"<main>ul|":                     "html",
		"<p>{na|me}</p>":                "go",
		"<p>{steps[0].|}</p>":           "go",
		"<p>{x|":                        "go",
		"<p>{|}</p>":                    "go",
		"<p>{n}ul|</p>":                 "html",
		"{for _, s := range st|eps { <li>a</li> }}": "go",
		"{for _, s := range steps { li| }}":         "html",
		"{if a { <p>x</p> }}ul|":                    "html",
		"<p cl|ass=\"a\">":                          "",
		"<p class=\"a|\">x</p>":                     "",
		"<p title={na|me}>x</p>":                    "go",
		"<p|>x</p>":                                 "",
		"<!-- ul| -->":                              "",
		"<!-- a -->ul|":                             "html",
		"{/* ul| */}":                               "",
		"<style>\n.a { m| }\n</style>":              "css",
		"<style>|</style>":                          "css",
		"<script>\nlet a|\n</script>":               "",
		"<p is:raw>ul|</p>":                         "",
		"<script>let a</script>ul|":                 "html",
		"<!doc|type html>":                          "",
		"<Card>ul|</Card>":                          "html",
		"<p>🍃 ul|</p>":                              "html",
	} {
		before, after, _ := strings.Cut(in, "|")
		f, _ := syntax.Parse("a.gosite", []byte(before+after))
		if got := languageAt(f, len(before)); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}
