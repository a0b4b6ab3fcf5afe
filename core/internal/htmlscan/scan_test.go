package htmlscan

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// ours and theirs list start tags with their attributes.
func ours(page string) []string {
	var out []string
	Tags([]byte(page), func(t *Tag) {
		s := strings.ToLower(string(t.Name))
		seen := map[string]bool{}
		for _, a := range t.Attrs {
			if name := strings.ToLower(string(a.Name)); seen[name] {
				continue // as get does
			} else {
				seen[name] = true
			}
			s += fmt.Sprintf(" %s=%q", strings.ToLower(string(a.Name)), a.Value)
		}
		out = append(out, s)
	})
	return out
}

func theirs(page string) []string {
	var out []string
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			s := string(name)
			for more {
				var k, v []byte
				k, v, more = z.TagAttr()
				s += fmt.Sprintf(" %s=%q", k, v)
			}
			out = append(out, s)
		}
	}
}

var pages = []string{
	`<a href="/x" id=y>t</a><img src='a.png'/><br><p hidden>`,
	`<!doctype html><!-- <a href=x> --><a b></a><!--><i><!---><b><!--x--!><u><!-- - -- > <s> -->`,
	`<script>if (a < b) "<a href=x>"</script><a c><script><!-- <script> <a> </script> <a> --></script><b>`,
	`<style>a > b {} </styl></style><title><a></title ><textarea></textarea/><a>`,
	`</p class="<a>"><a / href = x y="1"z=2 =d == "q"><`, `<a href="`, `<a`, `</`, `< a><3 <?xml <a> ?><b>`,
	`<plaintext><a>`, `<script></script`, `<script><!--</script><a>`, `<script><!--><script></script><a>`, `<A HREF=x/>`, `<a =x>`,
	`<scriptx></scripty><a>`, "<script><!--<script </script></script><a>", "<textarea><a></textarea>",
}

func TestScan(t *testing.T) {
	for _, page := range pages {
		if got, want := ours(page), theirs(page); !slices.Equal(got, want) {
			t.Errorf("%s\ngot  %q\nwant %q", page, got, want)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, p := range pages {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, page string) {
		if strings.ContainsAny(page, "&\r\x00") || strings.ToValidUTF8(page, "") != page || strings.ToLower(page) != strings.ToLower(strings.Map(ascii, page)) {
			return // their values have entities, line ends and names of other letters resolved
		}
		if got, want := ours(page), theirs(page); !slices.Equal(got, want) {
			t.Errorf("%q\ngot  %q\nwant %q", page, got, want)
		}
	})
}

func ascii(r rune) rune {
	if r >= 0x80 {
		return '?'
	}
	return r
}

func TestCandidates(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"a.png", "a.png"}, {"a.png 1x, b.png 2x", "a.png|b.png"}, {" a.png, b.png 2x,", "a.png|b.png"},
		{"data:image/png;base64,xx== 1x, c.png 100w", "data:image/png;base64,xx==|c.png"}, {"", ""}, {",,", ""}, {"a (x,y) z, b", "a|b"}, {"a,b", "a,b"},
	} {
		if got := strings.Join(Candidates(tt.in), "|"); got != tt.want {
			t.Errorf("Candidates(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	page := bytes.Repeat([]byte(`<p>Some text that is <a href="/posts/first/">linked</a>, as long as text is, and <code class="k">code</code>. `+"\n"), 100)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		for b.Loop() {
			Tags(page, func(*Tag) {})
		}
	})
	b.Run("net-html", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		for b.Loop() {
			z := html.NewTokenizer(bytes.NewReader(page))
			for z.Next() != html.ErrorToken {
				for _, more := z.TagName(); more; {
					_, _, more = z.TagAttr()
				}
			}
		}
	})
}
