package codegen

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/tools/txtar"
)

// TestHTML holds that a browser makes of a page what it would make of the text of its component.
func TestHTML(t *testing.T) {
	cases := []string{
		"<table><tr><td>a</td><td>b</td></tr></table>",
		"<table><caption>c</caption><colgroup><col><col span=2></colgroup><tr><th>x</th></tr></table>",
		"<table><tbody><tr><td><table><tr><td>x</td></tr></table></td></tr></tbody></table>",
		"<table>moved<tr><td>a</td></tr></table>",
		"<p>a<p>b</p></p>", "<p>a<div>b</div></p>", "<ul><li>a<li>b</li></li></ul>", "<h1>a<h2>b</h2></h1>",
		"<a href='#x'>a<span><a href='#y'>b</a></span></a>", "<form><div><form><input></form></div></form>", "<button>a<button>b</button></button>",
		"<dl><dt>a</dt><dd>b</dd></dl>", "<ruby>a<rp>(</rp><rt>b</rt><rp>)</rp></ruby>",
		`<svg viewBox="0 0 10 10" preserveAspectRatio="none"><linearGradient id="g" gradientUnits="userSpaceOnUse"><stop offset="0"/></linearGradient><foreignObject width="5"><div>hi<br></div></foreignObject><clipPath/><path d="M0 0"/><feGaussianBlur stdDeviation="2"/><title>t</title><textPath xlink:href="#g">x</textPath></svg>`,
		"<svg><g><rect/><a href='#x'><circle r='1'/></a></g></svg><p>after</p>",
		"<svg><desc><p>x</p></desc><foreignObject><svg viewBox='0 0 1 1'/></foreignObject></svg>",
		"<svg><style is:inline>a{b:c}</style><rect/></svg><svg><script is:inline>var a = 1;</script></svg><p>x</p>",
		`<math definitionURL="x"><mi>x</mi><mfrac><mn>1</mn><mn>2</mn></mfrac><annotation-xml encoding="text/html"><p>x</p></annotation-xml></math>`,
		"<p><math><mi>a</mi></math> b</p>",
		"<textarea>\n\nx\n y</textarea>", "<textarea>\nx</textarea>", "<textarea><b>text</b> &amp; &lt;</textarea>",
		"<pre>\n\n  x\n   <b>y</b>\n</pre>", "<pre>\nx</pre>", "<pre>x\n</pre>", "<listing>\n\nx\n y</listing>",
		`<script is:inline>var a = "<!-- x"; var b = "<\/script>"; if (a < 1 && b > 2) { c() }</script><p>z</p>`,
		`<script type="application/json">{"a": "<b>", "c": "\u003c/script>"}</script><p>z</p>`,
		`<style is:inline>a > b { content: "</a>"; } /* <!-- */ c::before{content:"{x}"}</style><p>z</p>`,
		"<template><tr><td>x</td></tr></template><p>z</p>", "<template><svg viewBox='0'/><p>x</p></template>",
		"<noscript><img src=\"#a\" alt=\"x\"><p>b</p></noscript>", "<iframe title=t><p>raw {x}</p></iframe><p>x</p>",
		"<noembed><p>{x}</p></noembed><p>y</p>", "<xmp><p>{x} &amp;</p></xmp><p>y</p>",
		`<select><option>a</option><option selected value=b>b</option><optgroup label="x"><option>c</option></optgroup></select>`,
		"<br/><hr /><img src='#a' alt=''/><input disabled/><wbr><p>x<br>y</p>",
		"<object data='#x'><param name=a value=b><embed src='#y'></object>",
		"<p data-a=/x/y?z class=b-c data-x=1/2 title=ab>x</p>",
		"<p>&amp; &amp &lt; &notit; &notin; &copy &copy; &#65; &#x1F600; &#0; &#128; &nosuch; &amp;lt; AT&T x&y=1</p>",
		`<p title="&amp; &amp &copy=1 &copyx &copy; &notit; &quot; a&b=c &#39;x&#39;">x</p>`, `<p title='he said "x" &amp;'>x</p>`,
		`<img alt="a<b>c" src="#x?a=1&b=2&lt=3">`,
		`<my-el some-attr="x" fooBar="y"><span slot="a">x</span></my-el><x-y-z></x-y-z>`,
		"<p>a<!-- x -- y -->b<!-->c<!--->d<!---->e<!-- > -->f</p>", "<p>a<!-- x --!>b</p>",
		"<p>a < b, 1<2 <3 <- <= &lt; > ]]> -></p>", "<p>it's \"x\" `y` $z</p>",
		"<p data-x=\"{a}\" data-y='{\"b\":1}'>x</p>", `<p @click="x" :class="{a: b}" x-on:y.z="q" [foo]="1" (bar)="2" #ref *ngIf="z">x</p>`,
		"<p a b=\"\" c='' hidden>x</p>", "<p title=\"a\nb\n  c\" class=\"\n  x\n  y\n\">x</p>", "<p title = \"a\" class= b id =\"c\">x</p>",
		`<p größe="1" data-日本="x">日本 👩‍👩‍👧</p>`, "<p\tclass=\"x\"\ftitle=\"y\">a\tb</p>",
		"<p>\u00a0x\u00a0\u200bz\u2028y</p>", "<p>a\rb</p>", "<pre>\r\na\r\nb\rc</pre>", "<p>a\r\n  b</p>\r\n<p title=\"x\r\ny\">c</p>\r\n",
		"\ufeff<p>x</p>", "<p>a <b>b</b> <i>c</i>\n d <b> e </b>f</p>", "<p>" + strings.Repeat("long ", 1<<18) + "</p>",
		strings.Repeat("<div>", 390) + "x" + strings.Repeat("</div>", 390),
	}
	var files []txtar.File
	for i, src := range cases {
		files = append(files, txtar.File{Name: fmt.Sprintf("src/pages/c%d.gosite", i), Data: []byte(src)})
	}
	p := link(t, files)
	gen, list := p.Generate()
	if list.HasErrors() {
		t.Fatal(list.Err())
	}
	for _, f := range p.Bundle(testBundle(p)) {
		if strings.HasSuffix(f.Path, "main.go") {
			f.Path = ".sitegen/gen/run/app.go"
			f.Data = bytes.Replace(f.Data, []byte("func main() { runtime.Main(app(), nil) }\n"), nil, 1)
			f.Data = bytes.Replace(f.Data, []byte("\t\"sitegen.dev/core/prerender/runtime\"\n"), nil, 1)
		}
		gen = append(gen, f)
	}
	raw := strings.Replace(runner, `strings.ReplaceAll(body, "><", ">\n<")`, "body", 1)
	gen = append(gen, File{Path: ".sitegen/gen/run/run.go", Data: []byte(raw)})
	dir := module(t, files, gen...)
	if out, err := goRun(t, dir, "build", "-o", "run.exe", "./.sitegen/gen/run"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := runIn(dir, "./run.exe")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	pages := map[string]string{}
	for _, f := range txtar.Parse([]byte(out)).Files {
		pages[f.Name] = string(f.Data)
	}
	for i, src := range cases {
		got, ok := pages[fmt.Sprintf("want/c%d/index.html", i)]
		if !ok {
			t.Fatalf("no page %d in %.200q", i, out)
		}
		src = strings.ReplaceAll(strings.TrimPrefix(src, "\ufeff"), " is:inline", "")
		if got, want := outline(t, got), outline(t, src); got != want {
			t.Errorf("%.300q became\n%.3000s\nwant\n%.3000s", src, got, want)
		}
	}
}

// outline is what a parser of HTML makes of the content of a body. Blanks count where the browser shows them.
func outline(t *testing.T, src string) string {
	t.Helper()
	ns, err := html.ParseFragment(strings.NewReader(src), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var walk func(n *html.Node, depth int, verbatim bool)
	walk = func(n *html.Node, depth int, verbatim bool) {
		indent := strings.Repeat(" ", depth)
		if n.Type == html.ElementNode {
			fmt.Fprintf(&b, "%s<%s:%s %q>\n", indent, n.Namespace, n.Data, n.Attr)
			verbatim = verbatim || n.Data == "pre" || n.Data == "textarea" || n.Data == "listing"
		} else if text := n.Data; verbatim {
			fmt.Fprintf(&b, "%s%d %q\n", indent, n.Type, text)
		} else if text := strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n\f", r) }), " "); text != "" {
			fmt.Fprintf(&b, "%s%d %q\n", indent, n.Type, text)
		}
		for c := range n.ChildNodes() {
			walk(c, depth+1, verbatim)
		}
	}
	for _, n := range ns {
		walk(n, 0, false)
	}
	return b.String()
}
