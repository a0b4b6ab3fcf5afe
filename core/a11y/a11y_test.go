package a11y

import (
	"strings"
	"testing"

	"sitegen.dev/core/syntax"
)

func TestCheck(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`<img src="/a.png">`, "1:2 SG2701"},
		{`<img src="/a.png" alt="">`, ""},
		{`<img src="/a.png" alt={x}>`, ""},
		{`<img src="/a.png" {attrs...}>`, ""},
		{`<img src="/a.png" {alt}>`, ""},
		{`<img src="/a.png" aria-hidden="true">`, ""},
		{`<p>{f(<img src="a">)}</p>`, "1:8 SG2701"},
		{`<Card icon={<img src="a">} />`, "1:14 SG2701"},
		{`<map name="m"><area href="/"><area></map>`, "1:16 SG2701"},
		{`<input type="image" src="x">`, "1:2 SG2701"},
		{`<a href="/"></a>`, "1:2 SG2702"},
		{`<a href="/"> <i class="icon"></i><!-- x --></a>`, "1:2 SG2702"},
		{`<a id="x"></a>`, ""},
		{`<a href="/"><img src="a" alt=""></a>`, "1:2 SG2702"},
		{`<a href="/"><img src="a" alt="Home"></a>`, ""},
		{`<a href="/">{x}</a><a href="/"><Icon /></a><a href="/" set:html={x} /><a href="/" aria-label="x" />`, ""},
		{`<button><svg><path d="M0" /></svg></button>`, "1:2 SG2702"},
		{`<button><svg aria-label="Close"><path d="M0" /></svg></button>`, ""},
		{`<button>{if x { a }}</button>`, ""},
		{`<button type="submit">&nbsp;</button>`, "1:2 SG2702"},
		{`<input type="button"><input type="button" value="x"><input type="submit"><input type="hidden">`, "1:2 SG2702"},
		{`<input name="a">`, "1:2 SG2703"},
		{`<input name="a" id="a"><label for="a">A</label>`, ""},
		{`<input name="a" id="a"><label for="b">A</label>`, "1:2 SG2703"},
		{`<label>A <input name="a"></label><label for={x}>x</label>`, ""},
		{`<Field><input name="a"></Field>`, ""},
		{`<select id="s"></select><textarea aria-label="x"></textarea>`, "1:2 SG2703"},
		{`<html><head><title>x</title></head></html>`, "1:2 SG2704"},
		{`<html lang=""></html>`, "1:2 SG2704"},
		{`<html lang={l}><head><slot name="head" /></head></html>`, ""},
		{`<html lang="en"><head><meta charset="utf-8"></head></html>`, "1:18 SG2709"},
		{`<h1>a</h1><h3>b</h3>`, "1:12 SG2705"},
		{`<h2>a</h2><h3>b</h3><h2>c</h2>`, ""},
		{`<h1>a</h1><Card /><h3>b</h3>`, ""},
		{`<h1>a</h1><slot /><h3>b</h3>`, ""},
		{`{if x { <h2>a</h2> } else { <h3>b</h3> }}<h4>c</h4>`, ""},
		{`<h1>a</h1>{if x { <h3>b</h3> }}`, "1:20 SG2705"},
		{`<p id="a">x</p><p id="a">y</p>`, "1:19 SG2706"},
		{`{if x { <p id="a">x</p> } else { <p id="a">y</p> }}`, ""},
		{`{if x { <p id="a">x</p> }}{if y { <p id="a">y</p> }}`, "1:38 SG2706"},
		{`{for _, x := range xs { <p id="a">x</p> }}`, "1:28 SG2706"},
		{`{for _, x := range xs { <p id={x}>x</p> }}`, ""},
		{`<iframe src="/x"></iframe><iframe src="/x" title="x"></iframe>`, "1:2 SG2707"},
		{`<p tabindex="3">x</p><p tabindex="0">x</p><p tabindex="-1">x</p>`, "1:4 SG2708"},
		{`<p aria-labeledby="x" aria-label="x">x</p>`, "1:4 SG2710"},
		{`<template><img src="x"></template>`, ""},
	} {
		f, ds := syntax.Parse("a.gosite", []byte(tt.in))
		if len(ds) > 0 {
			t.Errorf("%s: %v", tt.in, ds)
			continue
		}
		var got []string
		for _, d := range Check(f) {
			got = append(got, strings.TrimPrefix(d.Pos.String(), "a.gosite:")+" "+string(d.Code))
		}
		if g := strings.Join(got, ", "); g != tt.want {
			t.Errorf("%s: %q, want %q", tt.in, g, tt.want)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("<h1>{if x { <a href=y {z...}><img {alt} }}")
	f.Fuzz(func(t *testing.T, in string) {
		file, _ := syntax.Parse("a.gosite", []byte(in))
		Check(file)
	})
}
