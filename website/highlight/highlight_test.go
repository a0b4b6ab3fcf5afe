package highlight

import (
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestGosite(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`<p class="a">it's</p>`, `<span class="nt">&lt;p</span> <span class="na">class</span>=<span class="s">&#34;a&#34;</span><span class="nt">&gt;</span>it&#39;s<span class="nt">&lt;/p</span><span class="nt">&gt;</span>`},
		{"---\nx := 1\n---\n{x}", "<span class=\"cp\">---</span>\nx := <span class=\"m\">1</span>\n<span class=\"cp\">---</span>\n{x}"},
		{`{if ok { <b>for</b> }}`, `{<span class="k">if</span> ok { <span class="nt">&lt;b</span><span class="nt">&gt;</span>for<span class="nt">&lt;/b</span><span class="nt">&gt;</span> }}`},
		{`<style>p { color: red }</style>`, `<span class="nt">&lt;style</span><span class="nt">&gt;</span>p { color: red }<span class="nt">&lt;/style</span><span class="nt">&gt;</span>`},
	} {
		if got := string(Gosite(tt.in)); got != tt.want {
			t.Errorf("Gosite(%q) =\n%s\nwant\n%s", tt.in, got, tt.want)
		}
	}
}

var tags = regexp.MustCompile(`<[^>]*>`)

// Colouring must never change what is read: without its spans, the result is the source.
func TestNothingIsLost(t *testing.T) {
	err := filepath.WalkDir("../src", func(name string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".gosite" {
			return err
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		got := html.UnescapeString(tags.ReplaceAllString(string(Gosite(string(src))), ""))
		if want := strings.TrimSpace(string(src)); got != want {
			t.Errorf("%s: the text changed:\n%s", name, got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLines(t *testing.T) {
	const src = "---\nx := `a\nb` // c\n---\n<!-- d\n\ne --><p>x</p>\n"
	lines := Lines(src)
	tags := regexp.MustCompile(`<[^>]*>`)
	if got := html.UnescapeString(tags.ReplaceAllString(strings.Join(lines, "\n"), "")); got != src {
		t.Errorf("the text became %q", got)
	}
	for _, l := range lines {
		if strings.Count(l, "<span") != strings.Count(l, "</span>") {
			t.Errorf("not complete: %s", l)
		}
	}
	if want := `<span class="s">b` + "`" + `</span> <span class="c">// c</span>`; lines[2] != want {
		t.Errorf("got %s, want %s", lines[2], want)
	}
}
