package syntax

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// seeds adds the inputs of the golden files to a fuzz target.
func seeds(f *testing.F) {
	f.Helper()
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, in := range txtar.Parse(data).Files {
			if !strings.HasPrefix(in.Name, "want") {
				f.Add(in.Data)
			}
		}
	}
}

// FuzzParse holds that parsing never panics, ends soon, keeps its promises about the tree, and reports errors at places
// that exist.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		start := time.Now()
		file, diags := Parse("fuzz.gosite", src)
		if d := time.Since(start); d > time.Second+time.Duration(len(src))*10*time.Microsecond {
			t.Errorf("%d bytes took %v", len(src), d)
		}
		checkTree(t, file)
		if len(diags) == 0 {
			checkGo(t, file)
		}
		for _, d := range diags {
			if d.Line < 1 || d.Line > len(file.lines) || d.Col < 1 || file.lines[d.Line-1]+d.Col-1 > len(src) {
				t.Errorf("no such place: %v", d)
			}
			if d.End.Line < d.Line || d.End.Line == d.Line && d.End.Col < d.Col {
				t.Errorf("ends before it starts: %v to %v", d, d.End)
			}
			if d.Message == "" || d.Code == "" {
				t.Errorf("empty diagnostic: %+v", d)
			}
		}
	})
}

// TestParseTime holds that hostile input takes linear time.
func TestParseTime(t *testing.T) {
	const size = 1 << 17
	for _, tt := range []struct{ name, unit, end string }{
		{"elements", "<a>", ""},
		{"end tags", "</a>", ""},
		{"braces", "{", ""},
		{"braces and lines", "{a\n", ""},
		{"closing braces", "}", ""},
		{"parens", "{(", ""},
		{"parens and lines", "{(\n", ""},
		{"if", "{if x {", ""},
		{"if and lines", "{if x {\n", ""},
		{"if literals", "{if []int{", ""},
		{"if literals and lines", "{if []int{\n", ""},
		{"comments that are not closed", "{a /*\n", ""},
		{"comments in tags", "<a /*\n", ""},
		{"header literals", "{if x == []T{1} == ", ""},
		{"for", "{for ", ""},
		{"func", "{func(", ""},
		{"func and lines", "{func(a\n", ""},
		{"switch", "{switch x { case ", ""},
		{"case", "case x\n", ""},
		{"operands", "{f(<a>", ""},
		{"operands and lines", "{f(<a>\n", ""},
		{"operand attributes", "<a b={<a b={\n", ""},
		{"quotes", "<a b=\"", ""},
		{"quotes and lines", "<a b='\n", ""},
		{"single quotes", "{'", ""},
		{"quote and brackets", "<a b=\"{`", ""},
		{"backticks", "<a b=`", ""},
		{"holes", "<a b=`${", ""},
		{"holes and lines", "<a b=`${\n", ""},
		{"comments", "<!--", ""},
		{"comments and dashes", "<!-- -- ", ""},
		{"go comments", "{/*", ""},
		{"go comments and lines", "{/*\n", ""},
		{"line comments", "{//\n", ""},
		{"scripts", "<script>", ""},
		{"script ends", "<script></scrip", ""},
		{"styles in blocks", "{if x { <style> ", ""},
		{"attributes", "<a b c d e f", ">"},
		{"many attributes", " a=b", ">"},
		{"type arguments", "<T[", ""},
		{"type arguments and lines", "<T[a\n", ""},
		{"spreads", "<a {...", ""},
		{"lists", "<a class:list={a, ", ""},
		{"strings", "{\"", ""},
		{"raw strings", "{`a", ""},
		{"unary", "{!", ""},
		{"fences", "---\n", ""},
		{"fence funcs", "func(", ""},
		{"fence garbage", "x\xcf\xcf\xcf", ""},
		{"blank ends", "</a>                    ", ""},
	} {
		for _, head := range []string{"", "---\n", "---\n---\n<a", "<p>{", "<p a={"} {
			src := []byte(head + strings.Repeat(tt.unit, size/len(tt.unit)) + tt.end)
			start := time.Now()
			file, _ := Parse("time.gosite", src)
			if d := time.Since(start); d > 2*time.Second {
				t.Errorf("%s behind %q: %v", tt.name, head, d)
			}
			checkTree(t, file)
		}
	}
}

// FuzzFormat holds that formatting is idempotent, changes nothing that is rendered, and leaves no errors behind.
func FuzzFormat(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		file, diags := Parse("fuzz.gosite", src)
		if len(diags) > 0 {
			return
		}
		if bytes.Contains(src, []byte("\r\n")) {
			return
		}
		checkFormat(t, file, format(file))
	})
}

// FuzzFence does the same for the frontmatter alone, where most random input is no Go.
func FuzzFence(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, in := range txtar.Parse(data).Files {
			if tree, _ := Parse("seed", in.Data); tree.Fence != nil {
				f.Add(tree.Fence.Body.Text(in.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, body string) {
		src := []byte("---\n" + body + "\n---\n<p>end</p>\n")
		file, diags := Parse("fuzz.gosite", src)
		checkTree(t, file)
		if len(diags) == 0 && !strings.Contains(body, "\r") {
			checkFormat(t, file, format(file))
		}
	})
}
