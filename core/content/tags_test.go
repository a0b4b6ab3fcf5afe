package content

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tagged renders Markdown and shows the tags where they belong.
func tagged(t *testing.T, src string) (html, places string) {
	t.Helper()
	d, diags := Markdown("a.md", []byte(src), MarkdownOptions{Components: true, Resolve: func(r Ref) (Target, bool) {
		return Target{Entry: &EntryRef{Collection: "c", Slug: "s"}}, true
	}})
	if len(diags) > 0 {
		t.Errorf("%q: %s", src, lines(diags))
	}
	var out strings.Builder
	from, links := 0, 0
	for _, tag := range d.Tags {
		for links < len(d.Links) && d.Links[links].Offset < tag.Offset {
			out.WriteString(d.HTML[from:d.Links[links].Offset] + "@")
			from = d.Links[links].Offset
			links++
		}
		out.WriteString(d.HTML[from:tag.Offset] + "⟨" + tag.Text + "⟩")
		from = tag.Offset
		places += fmt.Sprintf(" %d:%d", tag.Line, tag.Col)
	}
	for ; links < len(d.Links); links++ {
		out.WriteString(d.HTML[from:d.Links[links].Offset] + "@")
		from = d.Links[links].Offset
	}
	return out.String() + d.HTML[from:], strings.TrimSpace(places)
}

func TestTags(t *testing.T) {
	for _, tt := range []struct{ name, in, want, places string }{
		{"blocks", "a\n\n<Card title=\"x\">\n\n**b**\n\n</Card>\n\nc", "<p>a</p>\n⟨<Card title=\"x\">⟩<p><strong>b</strong></p>\n⟨</Card>⟩<p>c</p>\n", "3:1 7:1"},
		{"blocks without blank lines", "<Card>\nb\n</Card>\nc", "⟨<Card>⟩<p>b</p>\n⟨</Card>⟩<p>c</p>\n", "1:1 3:1"},
		{"inline", "a <Badge kind='x' /> b", "<p>a ⟨<Badge kind='x' />⟩ b</p>\n", "1:3"},
		{"inline with text", "a <Note>b *c*</Note> d", "<p>a ⟨<Note>⟩b <em>c</em>⟨</Note>⟩ d</p>\n", "1:3 1:14"},
		{"one line", "<Card>b *c*</Card>", "⟨<Card>⟩b <em>c</em>⟨</Card>⟩", "1:1 1:12"},
		{"two on a line", "<A /> <B />", "<p>⟨<A />⟩ ⟨<B />⟩</p>\n", "1:1 1:7"},
		{"go", "<Card n={len(\"}>\") + 'x'} of={[]string{`a>`, \"b\"}} />", "⟨<Card n={len(\"}>\") + 'x'} of={[]string{`a>`, \"b\"}} />⟩", "1:1"},
		{"several lines", "<Card\n  title=\"x\"\n  n={1}\n/>\n\nb", "⟨<Card\n  title=\"x\"\n  n={1}\n/>⟩<p>b</p>\n", "1:1"},
		{"in a list", "- a\n- <Badge /> b", "<ul>\n<li>a</li>\n<li>⟨<Badge />⟩ b</li>\n</ul>\n", "2:3"},
		{"front matter", "---\ntitle: x\n---\n\n<Card />", "⟨<Card />⟩", "5:1"},
		{"links move", "[x](y.md) <A /> [x](y.md)\n\n<B />\n\n[x](y.md)", "<p><a href=\"@\">x</a> ⟨<A />⟩ <a href=\"@\">x</a></p>\n⟨<B />⟩<p><a href=\"@\">x</a></p>\n", "1:11 3:1"},
		{"code", "`<Card>` and\n\n    <Card>\n\n```text\n<Card>\n```", "<p><code>&lt;Card&gt;</code> and</p>\n<pre class=\"chroma\" tabindex=\"0\"><code>&lt;Card&gt;\n</code></pre>\n<pre class=\"chroma\" tabindex=\"0\"><code class=\"language-text\">&lt;Card&gt;\n</code></pre>\n", ""},
		{"no tags", "a < B > c <https://x.example/> 1<A", "<p>a &lt; B &gt; c <a href=\"https://x.example/\">https://x.example/</a> 1&lt;A</p>\n", ""},
		{"marks", "sitegen-tag-0. <A />", "<p>sitegen-tag-0. ⟨<A />⟩</p>\n", "1:16"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			html, places := tagged(t, tt.in)
			if diff := cmp.Diff(tt.want, html); diff != "" || places != tt.places {
				t.Errorf("%s at %s, want %s", diff, places, tt.places)
			}
		})
	}
}

func FuzzTags(f *testing.F) {
	for _, s := range []string{"<Card title=\"x\">\n\n**b**\n\n</Card>", "a <B\n c={`\n`} /> d", "- <A>\n  b\n  </A>", "> <A\n> />\n[x](y.md)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		d, _ := Markdown("a.md", []byte(src), MarkdownOptions{Components: true, Resolve: func(r Ref) (Target, bool) {
			return Target{Entry: &EntryRef{Collection: "c", Slug: "s"}}, true
		}})
		last := 0
		for _, tag := range d.Tags {
			if tag.Offset < last || tag.Offset > len(d.HTML) || scanTag([]byte(tag.Text)) != len(tag.Text) {
				t.Fatalf("%+v", tag)
			}
			last = tag.Offset
		}
		last = 0
		for _, l := range d.Links {
			if l.Offset < last || l.Offset > len(d.HTML) {
				t.Fatalf("%+v", l)
			}
			last = l.Offset
		}
	})
}
