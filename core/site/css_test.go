package site_test

import (
	"strings"
	"testing"

	"sitegen.dev/core/site"
)

func TestSafeCSSValue(t *testing.T) {
	for _, s := range []string{
		"red", "#ff00AA", "0", "-1.5em", "50%", "1rem/1.6 system-ui", "bold 12px 'Helvetica Neue', \"Arial\", sans-serif",
		"var(--gap)", "var(--gap, 4px)", "calc((100% - 2 * var(--gap)) / 3)", "clamp(1rem, 2vw, 3rem)", "rgb(1 2 3 / 50%)", "RGBA(1,2,3,.5)",
		"oklch(60% 0.1 200)", "color-mix(in oklab, red 20%, blue)", "linear-gradient(45deg, red, blue 50%)", "translate(-50%, 10px) rotate(5deg)",
		"[full-start] minmax(1rem, 1fr) [main-start] repeat(3, minmax(0, 1fr)) [full-end]", "1 / 2 / 3 / 4", "red !important", "red ! IMPORTANT ",
		"cubic-bezier(.1, .7, 1, .1)", "\"→ (a; b) {c} //\"", "größe", "1e+06", "env(safe-area-inset-top)", "inset(0 0 0 0 round 5px)", "",
	} {
		if !site.SafeCSSValue(s) {
			t.Errorf("%q is refused", s)
		}
	}
	for _, s := range []string{
		"url(x)", "URL(x)", "url( 'x' )", "url('javascript:x')", "u\\72l(x)", "\\75rl(x)", "image(x)", "image-set('x' 1x)", "-webkit-image-set('x' 1x)", "src('x')",
		"cross-fade(url(x), url(y))", "element(#a)", "expression(alert(1))", "EXPRESSION (1)\\", "exp/**/ression(1)", "ｕrl(x)", "attr(data-x)", "foo(1)", "paint(x)",
		"red; color: blue", "red}", "{red", "red}*{color:blue", "</style>", "a<b", "a>b", "/* x", "*/ x /*", "//x", "@import 'x'", "@x", "red\\", "\\", "\"\\\"", "'a\\'",
		"'a", "\"a", "'a\nb'", "\"a</style>\"", "'<!--'", "(", ")", "(()", "[", "[)", "(]", "rgb(1", "rgb(1))", "!x", "(red !important)", "red !important x", "a:b",
		"progid:X.Y", "\x00", "red\x01", "red\x7f", "$x", "`", "~", "a&b", "a=b", "a|b", "a?b", "a^b", strings.Repeat("(", 100) + strings.Repeat(")", 100),
	} {
		if site.SafeCSSValue(s) {
			t.Errorf("%q is accepted", s)
		}
	}
}

func TestStyle(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{" ; ", ""},
		{"color: red", ` style="color:red"`},
		{"color:red;", ` style="color:red"`},
		{"color: red; --gap : 2px ;font-family: \"A;B\"", ` style="color:red;--gap:2px;font-family:&#34;A;B&#34;"`},
		{"color: red; background: url(//evil); margin: 0", ` style="color:red;margin:0"`},
		{"background: url(x;color:red)", ``},
		{"color: red} * {color: blue", ``},
		{"behavior: x; -moz-binding: y; Behavior: z; color: red", ` style="color:red"`},
		{"color", ``},
		{"col or: red; : x; a:; \"b\": c; <: d", ``},
		{"color: \"; margin: 0", ``},
		{"color: red; /* margin: 0; */ padding: 0", ` style="color:red"`},
	} {
		got, warnings := render(t, func(w *site.Writer) { site.V(tt.in).Style(w) })
		if got != tt.want {
			t.Errorf("%q: got %q, want %q (warnings %q)", tt.in, got, tt.want, warnings)
		}
	}
	attr := func(f func(w *site.Writer)) string { got, _ := render(t, f); return got }
	for _, tt := range []struct{ got, want string }{
		{attr(func(w *site.Writer) { site.V(site.CSS(`background: url("x")`)).Style(w) }), ` style="background: url(&#34;x&#34;)"`},
		{attr(func(w *site.Writer) { site.V(tone("color: red")).Style(w) }), ` style="color:red"`},
		{attr(func(w *site.Writer) { site.V([]string{"color: red", "margin: 0"}).Style(w) }), ` style="color:red;margin:0"`},
		{attr(func(w *site.Writer) { site.V(site.When(true, site.CSS("a:b"))).Style(w) }), ` style="a:b"`},
		{attr(func(w *site.Writer) { site.V(site.When(false, "a:b")).Style(w) }), ``},
		{attr(func(w *site.Writer) { site.V(false).Style(w) }), ``},
		{attr(func(w *site.Writer) { site.V(true).Style(w) }), ``},
		{attr(func(w *site.Writer) { site.V(5).Style(w) }), ``},

		{attr(func(w *site.Writer) { site.StyleList(w) }), ``},
		{attr(func(w *site.Writer) {
			site.StyleList(w, site.D("color", "red"), site.D("--gap", 2), site.D("opacity", .5), site.D("order", tone("1")), site.StyleLit(" margin: 0; "))
		}), ` style="color:red;--gap:2;opacity:0.5;order:1;margin: 0"`},
		{attr(func(w *site.Writer) {
			site.StyleList(w, site.D("a", ""), site.D[any]("b", nil), site.D("c", false), site.D("d", site.When(false, "x")), site.D("e", "url(x)"), site.D("f\"", "x"), site.StyleLit(";"))
		}), ``},
		{attr(func(w *site.Writer) { site.StyleList(w, site.D("background", site.CSS("url(x)"))) }), ` style="background:url(x)"`},
		{attr(func(w *site.Writer) { site.StyleList(w, site.D("x;y", site.CSS("z"))) }), ``},
		{attr(func(w *site.Writer) { site.StyleList(w, site.D("color", true)) }), ` style="color:true"`},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
	_, warnings := render(t, func(w *site.Writer) { site.StyleList(w, site.D("background", "url(x)")) })
	if want := `the property "background" with the value "url(x)" was left out because it is not known to be safe`; len(warnings) != 1 || warnings[0] != want {
		t.Errorf("warnings %q, want %q", warnings, want)
	}
}
