package content

import (
	"strings"
	"testing"
)

// large are texts whose repetition makes a large file.
var large = map[string]string{
	"prose":      "Some *words* of a `text` with a [link](./other.md) and **more** words.\n\n",
	"paragraph":  "word word *word* ",
	"headings":   "## Same\n\n",
	"code":       "```go\nfunc main() { fmt.Println(\"hello\") }\n```\n\n",
	"table":      "|a|b|\n|-|-|\n|1|2|\n\n",
	"rows":       "|1|2|\n",
	"list":       "- item\n",
	"links":      "[a](b) ",
	"brackets":   "[",
	"images":     "![](x.png)\n",
	"emphasis":   "*a **a ",
	"backticks":  "` `` ",
	"quotes":     "> ",
	"bullets":    "- ",
	"html":       "<b a='",
	"comment":    "<!-- ",
	"footnotes":  "x[^1]\n\n",
	"autolinks":  "https://example.com/a ",
	"entities":   "&amp;",
	"attributes": "# x {#",
	"line":       "a",
}

// TestLarge reads much of each: reading has to end.
func TestLarge(t *testing.T) {
	for name, unit := range large {
		t.Run(name, func(t *testing.T) {
			size := 100_000
			if name == "prose" {
				size = 5_000_000
			}
			d, _ := Markdown("a.md", []byte(strings.Repeat(unit, size/len(unit))), MarkdownOptions{Anchors: true, Resolve: func(r Ref) (Target, bool) { return Target{URL: "/x"}, true }})
			if d.HTML == "" && name != "quotes" && name != "bullets" && name != "comment" {
				t.Error("nothing came out")
			}
		})
	}
}

// TestNesting: blocks within blocks without end would take hours.
func TestNesting(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{strings.Repeat("> ", 100) + "x", ""},
		{"a\n\n" + strings.Repeat("> ", 1000) + "x", "error SG5059 a.md:3:1: blocks are nested more than 200 deep\n"},
		{strings.Repeat("- ", 1000) + "x", "error SG5059 a.md:1:1: blocks are nested more than 200 deep\n"},
		{strings.Repeat("-", 1000), ""},
		{"x " + strings.Repeat("> ", 1000), ""},
	} {
		_, diags := Markdown("a.md", []byte(tt.src), MarkdownOptions{})
		if got := lines(diags); got != tt.want {
			t.Errorf("%.20q: %s", tt.src, got)
		}
	}
}

// TestPadding: a row has as many cells as its table has columns, whatever the row says.
func TestPadding(t *testing.T) {
	wide := func(columns, rows int) string {
		return "|" + strings.Repeat("a|", columns) + "\n|" + strings.Repeat("-|", columns) + "\n" + strings.Repeat("|1|\n", rows)
	}
	for _, tt := range []struct{ src, want string }{
		{wide(20, 1000), ""},
		{"x\n\n" + wide(5000, 1000), "error SG5059 a.md:45:1: the rows of tables lack more than 200000 cells in all\n"},
		{"|a|b|\n|-|-|\n" + strings.Repeat("|1|2|\n", 100_000), ""},
		{wide(5000, 30) + "\n" + strings.Repeat("text\n", 1000), ""},
	} {
		_, diags := Markdown("a.md", []byte(tt.src), MarkdownOptions{})
		if got := lines(diags); got != tt.want {
			t.Errorf("%.20q: %s", tt.src, got)
		}
	}
}
