package site

import (
	"strings"
	"testing"
)

func TestFontHead(t *testing.T) {
	app := &App{Assets: map[string]Asset{"i": {URL: "/_assets/inter.0123abcd.woff2", Font: &FontMetrics{UnitsPerEm: 1000, Ascent: 900, Descent: 200, LineGap: 100, Width: 500}}}}
	c, err := app.compile()
	if err != nil {
		t.Fatal(err)
	}
	page := &c.newExchange(t.Context()).page
	face := FontFace{Src: "/_assets/inter.0123abcd.woff2", Family: "Inter", Weight: "100 900", Style: "normal", Display: "swap", Fallback: "Courier New", Preload: true}
	got, err := FontHead(page, face)
	if err != nil {
		t.Fatal(err)
	}
	want := `<link rel="preload" as="font" type="font/woff2" href="/_assets/inter.0123abcd.woff2" crossorigin>` +
		`<style>@font-face{font-family:"Inter";src:url("/_assets/inter.0123abcd.woff2") format("woff2");font-weight:100 900;font-style:normal;font-display:swap}` +
		`@font-face{font-family:"Inter fallback";src:local("Courier New");size-adjust:83.33%;ascent-override:108.00%;descent-override:24.00%;line-gap-override:12.00%}</style>`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, change := range []func(*FontFace){
		func(f *FontFace) { f.Src = "" }, func(f *FontFace) { f.Src = `x"</style><script>` }, func(f *FontFace) { f.Family = `x"}</style>` }, func(f *FontFace) { f.Family = "" },
		func(f *FontFace) { f.Weight = "1;}" }, func(f *FontFace) { f.Style = "x" }, func(f *FontFace) { f.Display = "now" }, func(f *FontFace) { f.Range = "U+1;}" },
		func(f *FontFace) { f.Fallback = "Comic Sans" },
	} {
		f := face
		change(&f)
		if html, err := FontHead(page, f); err == nil {
			t.Errorf("%+v gives %s", f, html)
		}
	}
	face.Fallback, face.Preload, face.Range = "none", false, "U+0000-00FF, U+20AC"
	if html, err := FontHead(page, face); err != nil || strings.Contains(string(html), "preload") || strings.Contains(string(html), "local(") || !strings.Contains(string(html), ";unicode-range:U+0000-00FF, U+20AC}") {
		t.Errorf("%s, %v", html, err)
	}
}
