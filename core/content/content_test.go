package content

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/site/content/store"
)

func lines(diags []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range diags {
		at := d.Pos.String()
		if d.End.Line == d.Line && d.End.Col > 0 {
			at += "-" + strconv.Itoa(d.End.Col)
		}
		b.WriteString(d.Severity.String() + " " + string(d.Code) + " " + at + ": " + d.Message + "\n")
	}
	return b.String()
}

func render(t *testing.T, src string, o MarkdownOptions) *Document {
	t.Helper()
	d, diags := Markdown("a.md", []byte(src), o)
	if len(diags) > 0 {
		t.Errorf("%q: %s", src, lines(diags))
	}
	return d
}

func TestMarkdownHTML(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"a *b* `c` **d**", "<p>a <em>b</em> <code>c</code> <strong>d</strong></p>\n"},
		{"~~a~~ https://x.example/?a=1&b=2", `<p><del>a</del> <a href="https://x.example/?a=1&amp;b=2">https://x.example/?a=1&amp;b=2</a></p>` + "\n"},
		{"- [x] a\n- [ ] b", "<ul>\n<li><input checked=\"\" disabled=\"\" type=\"checkbox\"> a</li>\n<li><input disabled=\"\" type=\"checkbox\"> b</li>\n</ul>\n"},
		{"|a|b|\n|-|:-:|\n|1|2|", "<table>\n<thead>\n<tr>\n<th>a</th>\n<th align=\"center\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td align=\"center\">2</td>\n</tr>\n</tbody>\n</table>\n"},
		{"<b onclick=\"x()\">y</b>", "<p><b onclick=\"x()\">y</b></p>\n"},
		{"\"a\" -- b", "<p>&quot;a&quot; -- b</p>\n"},
		{"    <i>", "<pre class=\"chroma\" tabindex=\"0\"><code>&lt;i&gt;\n</code></pre>\n"},
		{"```\n<i>\n```", "<pre class=\"chroma\" tabindex=\"0\"><code>&lt;i&gt;\n</code></pre>\n"},
		{"```go title=\"<b>.go\" {2-3}\na\nb\nc\nd\n```", "<figure class=\"code\"><figcaption>&lt;b&gt;.go</figcaption><pre class=\"chroma\" tabindex=\"0\"><code class=\"language-go\">a\n<span class=\"hl\">b\n</span><span class=\"hl\">c\n</span>d\n</code></pre></figure>\n"},
		{"```go\nreturn \"<a>\" // b\n```", "<pre class=\"chroma\" tabindex=\"0\"><code class=\"language-go\"><span class=\"k\">return </span><span class=\"s\">&#34;&lt;a&gt;&#34; </span><span class=\"c\">// b\n</span></code></pre>\n"},
	} {
		if diff := cmp.Diff(tt.want, render(t, tt.in, MarkdownOptions{HTML: true}).HTML); diff != "" {
			t.Errorf("%q:\n%s", tt.in, diff)
		}
	}
	if got := render(t, "\"a\" -- b", MarkdownOptions{Typographer: true}).HTML; got != "<p>&ldquo;a&rdquo; &ndash; b</p>\n" {
		t.Error(got)
	}
	if got := render(t, "a[^1]\n\n[^1]: b", MarkdownOptions{}).HTML; !strings.Contains(got, `href="#fn:1"`) || !strings.Contains(got, `id="fn:1"`) {
		t.Error(got)
	}
}

// TestMarkdownShown: what is not understood is shown as text, and told.
func TestMarkdownShown(t *testing.T) {
	for _, tt := range []struct{ in, want, told string }{
		{"a <b onclick=\"x()\">y</b>", "<p>a &lt;b onclick=&#34;x()&#34;&gt;y&lt;/b&gt;</p>\n", "warning SG5028 a.md:1:3: HTML in Markdown is shown as text\n"},
		{"a <i>y</i>\n\n<div>\n*x*\n\n*y*\n</div>\n\n<hr>", "<p>a &lt;i&gt;y&lt;/i&gt;</p>\n<p>&lt;div&gt;\n*x*</p>\n<p><em>y</em></p>\n<p>&lt;/div&gt;</p>\n<p>&lt;hr&gt;</p>\n", "warning SG5028 a.md:1:3: HTML in Markdown is shown as text, here and in 2 more places of the file\n"},
		{"a<!-- no -->b\n\n<!-- x\n<script> -->\n\nc", "<p>ab</p>\n<p>c</p>\n", ""},
		{"<!-- --><script>x</script>", "<p>&lt;!-- --&gt;&lt;script&gt;x&lt;/script&gt;</p>\n", "warning SG5028 a.md:1:1: HTML in Markdown is shown as text\n"},
		{"a `{{< x >}}` {{< b c=\"d\" >}}\n\n- {{% e %}}\n\n> [f]({{< ref \"g.md\" >}})\n", "<p>a <code>{{&lt; x &gt;}}</code> {{&lt; b c=&quot;d&quot; &gt;}}</p>\n<ul>\n<li>{{% e %}}</li>\n</ul>\n<blockquote>\n<p>[f]({{&lt; ref &quot;g.md&quot; &gt;}})</p>\n</blockquote>\n", "warning SG5071 a.md:1:15: a shortcode is shown as text, and 2 more in this file\n"},
		{"    {{< x >}}\n\n```text\n{{% y %}}\n```\n\n{{ z }} {{<\n", "<pre class=\"chroma\" tabindex=\"0\"><code>{{&lt; x &gt;}}\n</code></pre>\n<pre class=\"chroma\" tabindex=\"0\"><code class=\"language-text\">{{% y %}}\n</code></pre>\n<p>{{ z }} {{&lt;</p>\n", "warning SG5071 a.md:7:9: a shortcode is shown as text\n"},
		{"```no-such-language\n</code><script>x</script>\n```", "<pre class=\"chroma\" tabindex=\"0\"><code class=\"language-no-such-language\">&lt;/code&gt;&lt;script&gt;x&lt;/script&gt;\n</code></pre>\n", "warning SG5029 a.md:1:4-20: the language \"no-such-language\" is not known, so the code has no colours\n"},
		{"```\"><script>x</script>\n<\n```", "<pre class=\"chroma\" tabindex=\"0\"><code class=\"language-&#34;&gt;&lt;script&gt;x&lt;/script&gt;\">&lt;\n</code></pre>\n", "warning SG5029 a.md:1:4-24: the language \"\\\"><script>x</script>\" is not known, so the code has no colours\n"},
		{"```text\na\n```\n\n```x-y\n```\n\n```x-y\n```", "<pre class=\"chroma\" tabindex=\"0\"><code class=\"language-text\">a\n</code></pre>\n<pre class=\"chroma\" tabindex=\"0\"><code class=\"language-x-y\"></code></pre>\n<pre class=\"chroma\" tabindex=\"0\"><code class=\"language-x-y\"></code></pre>\n", "warning SG5029 a.md:5:4-7: the language \"x-y\" is not known, so the code has no colours\n"},
	} {
		d, diags := Markdown("a.md", []byte(tt.in), MarkdownOptions{})
		if diff := cmp.Diff(tt.want, d.HTML) + cmp.Diff(tt.told, lines(diags)); diff != "" {
			t.Errorf("%q:\n%s", tt.in, diff)
		}
	}
}

func TestParseInfo(t *testing.T) {
	for _, tt := range []struct {
		in      string
		want    codeOptions
		problem string
	}{
		{"go", codeOptions{lang: "go"}, ""},
		{"go{1}", codeOptions{lang: "go", marks: [][2]int{{1, 1}}}, ""},
		{`go {1, 3-4} title="a b"`, codeOptions{"go", "a b", [][2]int{{1, 1}, {3, 4}}}, ""},
		{`go title=a {2} more`, codeOptions{"go", "a", [][2]int{{2, 2}}}, ""},
		{`go {file="a/b.html" copy=true .wide #id}`, codeOptions{lang: "go", title: "a/b.html"}, ""},
		{`go {title='x', hl_lines=[1,"3-4"], linenos=inline}`, codeOptions{"go", "x", [][2]int{{1, 1}, {3, 4}}}, ""},
		{`go {hl_lines="2 5-6"}`, codeOptions{lang: "go", marks: [][2]int{{2, 2}, {5, 6}}}, ""},
		{`go showLineNumbers`, codeOptions{lang: "go"}, ""},
		{`go {1`, codeOptions{lang: "go", marks: [][2]int{{1, 1}}}, "the marked lines are never closed with }"},
		{`go {2-1}`, codeOptions{lang: "go"}, `"2-1" is no range of lines`},
		{`go x="`, codeOptions{lang: "go"}, "the value of x is never closed"},
		{`go "`, codeOptions{lang: "go"}, "a quotation mark is never closed"},
		{`go }]{}`, codeOptions{lang: "go"}, ""},
		{`go ==a=`, codeOptions{lang: "go"}, ""},
	} {
		o, problem := parseInfo(tt.in)
		if diff := cmp.Diff(tt.want, o, cmp.AllowUnexported(codeOptions{})); diff != "" || problem != tt.problem {
			t.Errorf("%s: %s%s", tt.in, problem, diff)
		}
	}
}

func TestMarkdownHeadings(t *testing.T) {
	src := strings.Join([]string{
		"# Hello, *World*!", "## Hello World", "## A `<b>` & [link](x_y) &lt;i&gt; \\*", "## Übung – 1.5 _x_", "## !!!", "## ???",
		"## Mine {#hello-world}", "## foo_bar-baz  qux", "Setext\nheading\n===", "> ### quoted <i>x</i>", "##",
	}, "\n\n")
	d := render(t, src, MarkdownOptions{HTML: true})
	want := []Heading{
		{1, "hello-world-1", "Hello, World!"}, {2, "hello-world-2", "Hello World"}, {2, "a-b--link-i-", "A <b> & link <i> *"},
		{2, "übung--15-x", "Übung – 1.5 x"}, {2, "section", "!!!"}, {2, "section-1", "???"}, {2, "hello-world", "Mine"},
		{2, "foo_bar-baz--qux", "foo_bar-baz  qux"}, {1, "setext-heading", "Setext heading"}, {3, "quoted-x", "quoted x"}, {2, "section-2", ""},
	}
	if diff := cmp.Diff(want, d.Headings); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(d.HTML, `<h1 id="hello-world-1">Hello, <em>World</em>!</h1>`) {
		t.Error(d.HTML)
	}
	d = render(t, "## A {.big}", MarkdownOptions{Anchors: true})
	if want := "<h2 class=\"big\" id=\"a\">A <a class=\"anchor\" href=\"#a\" aria-label=\"Link to this section\">#</a></h2>\n"; d.HTML != want {
		t.Errorf("got %q, want %q", d.HTML, want)
	}
	_, diags := Markdown("a.md", []byte("---\na: b\n---\n\n## A {#x}\n\n## B {#x}\n"), MarkdownOptions{})
	if got := lines(diags); got != "warning SG5024 a.md:7:4: two headings have the id \"x\"\n" {
		t.Error(got)
	}
}

func TestMarkdownLinks(t *testing.T) {
	src := "---\ntitle: x\n---\n[a](./b.md#c) ![d](e%20f.png \"t\") [g](/h) [i](#j) [k](https://l.example) <mailto:m@n.example>\n\n![o][p] [q](gone.md)\n\n[p]: <q r.png>\n"
	var asked []string
	d, diags := Markdown("a.md", []byte(src), MarkdownOptions{Resolve: func(r Ref) (Target, bool) {
		kind := " link"
		if r.Image {
			kind = " image"
		}
		asked = append(asked, r.Dest+kind+" "+r.At.Pos.String()+"-"+strconv.Itoa(r.At.End.Col))
		return Target{URL: "/to/" + r.Dest, Width: 3, Height: 2}, r.Dest != "gone.md"
	}})
	if diff := cmp.Diff([]string{"./b.md#c link a.md:4:5-13", "e%20f.png image a.md:4:20-29", "q r.png image a.md:8:7-14", "gone.md link a.md:6:13-20"}, asked); diff != "" {
		t.Error(diff)
	}
	if got := lines(diags); got != "error SG5026 a.md:6:13-20: gone.md leads nowhere\n" {
		t.Error(got)
	}
	want := `<p><a href="/to/./b.md#c">a</a> <img src="/to/e%20f.png" alt="d" title="t" loading="lazy" decoding="async" width="3" height="2"> <a href="/h">g</a> <a href="#j">i</a> <a href="https://l.example">k</a> <a href="mailto:m@n.example">mailto:m@n.example</a></p>` + "\n" +
		`<p><img src="/to/q%20r.png" alt="o" loading="lazy" decoding="async" width="3" height="2"> <a href="gone.md">q</a></p>` + "\n"
	if diff := cmp.Diff(want, d.HTML); diff != "" {
		t.Error(diff)
	}
}

func TestMarkdownRefusedLinks(t *testing.T) {
	for _, in := range []string{
		"[a](javascript:b())", "[a](JaVaScRiPt:b)", "[a](java&#115;cript:b)", "[a](<java\tscript:b>)", "[a](&#1;javascript:b)", "[a](vbscript:b)",
		"[a](data:text/html,b)", "![a](javascript:b)", "![a](data:text/html,b)", "[a]\n\n[a]: javascript:b", "<javascript:b>", "[a](javascript&colon;b)", "[a](javascript&#38;colon;b)", `[a](javascript\:b)`,
	} {
		d, diags := Markdown("a.md", []byte(in), MarkdownOptions{})
		if len(diags) != 1 || diags[0].Code != "SG5025" || regexp.MustCompile(`(?i)(href|src)="(java|vb|data)`).MatchString(d.HTML) {
			t.Errorf("%q: %s%s", in, d.HTML, lines(diags))
		}
	}
	same := MarkdownOptions{Resolve: func(r Ref) (Target, bool) { return Target{URL: `/x?a&copy=1&amp;\\b`}, true }}
	if got := render(t, "[a](b)", same).HTML; got != "<p><a href=\"/x?a&amp;copy=1&amp;amp;%5C%5Cb\">a</a></p>\n" {
		t.Error(got)
	}
	for _, in := range []string{"![a](data:image/png;base64,AA==)", "[a](vscode:b)", "[a](b:c)"} {
		render(t, in, MarkdownOptions{})
	}
	d, diags := Markdown("a.md", []byte("<b>x</b> [a](vscode:b) <script>y</script>\n\n## z {onclick=w #v}\n"), MarkdownOptions{Untrusted: true})
	if len(diags) != 1 || strings.Contains(d.HTML, "<b>") || strings.Contains(d.HTML, "<script") || strings.Contains(d.HTML, `id="v"`) {
		t.Errorf("%s%s", d.HTML, lines(diags))
	}
}

func TestFrontMatter(t *testing.T) {
	src := "\xef\xbb\xbf---\r\nlayout: ../layouts/Doc.gosite # here\r\ntitle: 2026\r\n\"ü k\": [a, b]\r\ndraft: true\r\ndate: 2026-01-02\r\nnothing:\r\n---\r\n# Hi\r\n"
	d := render(t, src, MarkdownOptions{})
	if d.Layout != "../layouts/Doc.gosite" || d.Title != "2026" || !d.Draft || len(d.Front) != 6 || d.Map()["date"] == nil {
		t.Errorf("%+v", d)
	}
	if f := d.Field("layout"); f.KeyAt.String() != "a.md:2:1" || f.KeyAt.End.Col != 7 || f.ValueAt.String() != "a.md:2:9" || f.ValueAt.End.Col != 30 {
		t.Errorf("%+v", f)
	}
	if f := d.Field("ü k"); f.ValueAt.String() != "a.md:4:9" { // columns count bytes
		t.Errorf("%+v", f.ValueAt)
	}
	if d.body.String() != "a.md:9:1" || !strings.Contains(d.HTML, `<h1 id="hi">Hi</h1>`) {
		t.Errorf("%v %s", d.body, d.HTML)
	}
	for _, in := range []string{"", "---\n---\n", "---\n# only\n---\nx", "---   \na: b\n---\t\n", "text\n---\n"} {
		render(t, in, MarkdownOptions{})
	}
}

func TestFrontMatterErrors(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"---\na: b\n", "error SG5021 a.md:1:1-4: the front matter is never closed\n"},
		{"---\na: b\n c: d\n---\n", "error SG5020 a.md:3:1-6: a second colon, or a line that is indented too far\n"},
		{"---\na: [b\n---\n", "error SG5020 a.md:2:1-6: [ is never closed\n"},
		{"---\ntitle: x\n# more\ntags: [b\n---\n", "error SG5020 a.md:4:1-9: [ is never closed\n"},
		{"---\ntitle: x\ndate: {a: 1\nb: 2\n---\n", "error SG5020 a.md:3:1-12: { is never closed\n"},
		{"---\ntitle: \"x\nb: 2\n---\n", "error SG5020 a.md:2:1-10: a quote is never closed\n"},
		{"---\na:\n  - b\n\tc: d\n---\n", "error SG5020 a.md:4:1-6: a tab cannot indent YAML\n"},
		{"---\n- a\n---\n", "error SG5020 a.md:2:1: the front matter is no list of keys and values\n"},
		{"---\na: 1\nb: 2\na: 3\n---\n", "error SG5020 a.md:4:1-2: a is set twice\n"},
		{"---\nx: \"\u2028\u0085\"\na: 1\r# \u2029\na: 3\n---\n", "error SG5020 a.md:4:1-2: a is set twice\n"},
		{"---\nx: \"\u2028\u2028\u2028\u2028\"\na: [\n---\n", "error SG5020 a.md:3:1-5: a value is missing here\n"},
		{"---\n1: a\n---\n", "error SG5020 a.md:2:1-2: a key is no text\n"},
		{"---\nDraft: maybe\n---\n", "error SG5022 a.md:2:8-13: draft must be true or false\n"},
		{"---\ndraft: maybe\nlayout: [a]\ntitle: {b: c}\n---\n", "error SG5022 a.md:2:8-13: draft must be true or false\nerror SG5022 a.md:3:9: layout must be a text\nerror SG5022 a.md:4:8: title must be a text\n"},
		{"---\na: &x [*x]\n---\n", "error SG5020 a.md:2:4: anchor 'x' value contains itself\n"},
		{"```go {3-1} title=\"x\n```\n", "warning SG5027 a.md:1:4-21: the value of title is never closed\n"},
		{"a\n\n```go {0,b}\n```\n", "warning SG5027 a.md:3:4-12: \"0\" is no range of lines\n"},
	} {
		_, diags := Markdown("a.md", []byte(tt.in), MarkdownOptions{})
		if diff := cmp.Diff(tt.want, lines(diags)); diff != "" {
			t.Errorf("%q:\n%s", tt.in, diff)
		}
	}
}

func TestGosite(t *testing.T) {
	src := "---\nimport \"a\"\n\nx := \"---\" // {y}\n---\n<!doctype html>\n<!-- c -->\n<Base title=\"t\" n={1 + 2} {rest...} href=`/a/${id}?q` disabled>\n" +
		"  {if len(xs) < 3 && ok { <b>{name}</b> it's } else { <i/> }}\n  {for i, t := range xs { {price(t, \"}\")} }}\n" +
		"  {switch {\n  case i == 1: <em>x</em>\n  default: <>y</>\n  }}\n  {row := func(u User) site.Node { return <tr>{u.Name}</tr> }}\n" +
		"  <Table[people.Person] rows={staff}/>\n</Base>\n<style>p { color: red }</style>\n<script>const n: number = 1</script>\n"
	var got strings.Builder
	writeTokens(&got, gosite(src))
	for _, want := range []string{
		`<span class="k">import </span>`, `<span class="nt">Base </span>`, `<span class="na">title</span>`, `<span class="s">&#34;t&#34; </span>`,
		`<span class="m">1 </span>`, `<span class="k">if </span>`, `<span class="nt">b</span>`, ` it&#39;s `, `<span class="k">else </span>`,
		`<span class="k">range </span>`, `<span class="s">&#34;}&#34;</span>`, `<span class="k">case </span>`, `<span class="k">default</span>`,
		`<span class="k">return </span>&lt;<span class="nt">tr</span>&gt;{u.`, `<span class="nt">Table</span>`, `<span class="c">&lt;!-- c --&gt;`,
	} {
		if !strings.Contains(got.String(), want) {
			t.Errorf("no %s in\n%s", want, got.String())
		}
	}
}

func TestHighlightCSS(t *testing.T) {
	css := HighlightCSS()
	for _, want := range []string{"@media (prefers-color-scheme: dark)", ":root:not([data-theme=light])", "[data-theme=dark] {", ".chroma .k { color: var(--code-k) }"} {
		if !strings.Contains(css, want) {
			t.Errorf("no %q in\n%s", want, css)
		}
	}
	if strings.Count(css, "{") != strings.Count(css, "}") {
		t.Error("braces do not match")
	}
	check := func(what, colour string, grounds ...string) {
		for _, g := range grounds {
			if c := contrast(colour, g); c < 4.5 {
				t.Errorf("%s: %s on %s has a contrast of %.2f", what, colour, g, c)
			}
		}
	}
	check("text", lightText, lightGround, lightMark)
	check("text", darkText, darkGround, darkMark)
	for _, l := range looks {
		check(l.class, l.light, lightGround, lightMark)
		check(l.class, l.dark, darkGround, darkMark)
	}
}

// contrast is the ratio that WCAG 2 defines.
func contrast(a, b string) float64 {
	lum := func(hex string) float64 {
		n, err := strconv.ParseUint(hex[1:], 16, 32)
		if err != nil {
			panic(err)
		}
		lin := func(c uint64) float64 {
			v := float64(c&255) / 255
			if v <= 0.04045 {
				return v / 12.92
			}
			return math.Pow((v+0.055)/1.055, 2.4)
		}
		return 0.2126*lin(n>>16) + 0.7152*lin(n>>8) + 0.0722*lin(n)
	}
	x, y := lum(a), lum(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

var tags = regexp.MustCompile(`</?(pre|code|span|figure|figcaption)[^<>]*>`)

func FuzzHighlight(f *testing.F) {
	f.Add("gosite", "---\n---\n<a b={c <d>e</d>}>{if x { <p>y</p> }}</a>")
	f.Add("gosite", "{for{<script>`${")
	f.Add("go {1} title=x", "func f() { return `a` }")
	f.Add("html", "<b a='")
	f.Add("x\"><", "</code>")
	f.Fuzz(func(t *testing.T, info, code string) {
		if !utf8.ValidString(code) || len(code) > 2000 {
			return
		}
		var b strings.Builder
		for _, tok := range gosite(code) {
			b.WriteString(tok.Value)
		}
		if b.String() != code {
			t.Fatalf("tokens make up %q instead of %q", b.String(), code)
		}
		if i := strings.IndexAny(info, " {"); !strings.HasPrefix(info, "gosite") && i != 0 && len(info) > 0 {
			info = "gosite" + info[max(i, 0):] // the other lexers are not ours to test
		}
		o, _ := parseInfo(info)
		if out := tags.ReplaceAllString(highlight(code, o), ""); strings.ContainsAny(out, "<>") {
			t.Fatalf("not escaped: %q", out)
		}
	})
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{
		"---\na: [1, {b: c}]\nd: &x 1\ne: *x\n---\n# a {#b}\n[c](d) ![e](f)", "[a](javascript:b)", "```go {1}\nx\n```", "|a|\n|-|\n|b|", "[^1]\n\n[^1]: x",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		d, diags := Markdown("a.md", []byte(src), MarkdownOptions{Untrusted: true, Anchors: true, Resolve: func(r Ref) (Target, bool) {
			return Target{URL: "/x"}, true
		}})
		if regexp.MustCompile(`(?i)<script|(href|src)="\s*javascript:`).MatchString(d.HTML) {
			t.Fatalf("unsafe: %s", d.HTML)
		}
		lines := strings.Split(src, "\n")
		for _, x := range diags {
			if x.File != "a.md" || x.Message == "" || x.Line < 1 || x.Line > len(lines) || x.Col < 1 || x.Col > len(lines[x.Line-1])+1 {
				t.Fatalf("%+v", x)
			}
		}
		if e, _ := ReadEntry("a.md", []byte(src), MarkdownOptions{}); e != nil {
			if rest, err := store.Skip(string(e.Data)); err != nil || rest != "" {
				t.Fatalf("the data of %q cannot be read: %v", src, err)
			}
			if b, err := store.DecodeBody(string(e.Body.AppendBody(nil))); err != nil || b.HTML != e.Body.HTML {
				t.Fatalf("the body of %q cannot be read: %v", src, err)
			}
		}
	})
}

// TestCodeStyles: the component that every site has is the sheet of HighlightCSS.
func TestCodeStyles(t *testing.T) {
	src, err := os.ReadFile("../codegen/builtin/CodeStyles.gosite")
	if err != nil {
		t.Fatal(err)
	}
	plain := strings.NewReplacer(" ", "", "\n", "")
	want := "<style is:global>\n" + HighlightCSS() + "</style>\n"
	if diff := cmp.Diff(plain.Replace(want), plain.Replace(string(src))); diff != "" {
		t.Error(diff)
	}
}

func TestLocate(t *testing.T) {
	src := "---\ntitle: x\nms.date: 03/30/2025\nms: {date: 1}\nlist:\n  - a\n  - name: b\n    n.m: [1, 2]\nref: &r {k: v}\nother: *r\n---\n"
	for _, tt := range []struct {
		at   string
		key  bool
		want string
	}{
		{"", false, "a.md:1"},
		{"title", false, "a.md:2:8"},
		{"title", true, "a.md:2:1"},
		{"ms.date", false, "a.md:3:10"},
		{"ms.date", true, "a.md:3:1"},
		{"ms", true, "a.md:4:1"},
		{"list[0]", false, "a.md:6:5"},
		{"list[1].name", false, "a.md:7:11"},
		{"list[1].name", true, "a.md:7:5"},
		{"list[1].n.m[1]", false, "a.md:8:14"},
		{"list[9]", false, "a.md:6:3"},
		{"other.k", false, "a.md:9:13"},
		{"gone.k", false, "a.md:1"},
	} {
		if got := Locate("a.md", []byte(src), "", tt.at, tt.key).Pos.String(); got != tt.want {
			t.Errorf("%s (key %t): %s, want %s", tt.at, tt.key, got, tt.want)
		}
	}
}

func TestLanguageNames(t *testing.T) {
	for name, want := range map[string]bool{"": true, "Text": true, "Output": true, "go": true, "Go": true, "hpp": true, "ShellSession": true, "gosite": true, "klingon": false, "Klingon": false, strings.Repeat("go", 50): false} {
		for range 2 { // the second time from memory
			if got := known(name); got != want {
				t.Errorf("%q is known: %t", name, got)
			}
		}
	}
}
