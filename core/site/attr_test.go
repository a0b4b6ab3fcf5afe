package site_test

import (
	"slices"
	"strings"
	"testing"

	"sitegen.dev/core/site"
)

func TestAttr(t *testing.T) {
	attr := func(f func(w *site.Writer)) string { got, _ := render(t, f); return got }
	for _, tt := range []struct{ got, want string }{
		{attr(func(w *site.Writer) { site.V(`"><script>'&`).Attr(w, "title") }), ` title="&#34;&gt;&lt;script&gt;'&amp;"`},
		{attr(func(w *site.Writer) { site.V("").Attr(w, "alt") }), ` alt=""`},
		{attr(func(w *site.Writer) { site.V(5).Attr(w, "width") }), ` width="5"`},
		{attr(func(w *site.Writer) { site.V(0.5).Attr(w, "value") }), ` value="0.5"`},
		{attr(func(w *site.Writer) { site.V(true).Attr(w, "disabled") }), ` disabled`},
		{attr(func(w *site.Writer) { site.V(false).Attr(w, "disabled") }), ``},
		{attr(func(w *site.Writer) { site.V(flag(true)).Attr(w, "disabled") }), ` disabled`},
		{attr(func(w *site.Writer) { site.V(pointer(false)).Attr(w, "disabled") }), ``},
		{attr(func(w *site.Writer) { site.V[any](nil).Attr(w, "title") }), ``},
		{attr(func(w *site.Writer) { site.V((*string)(nil)).Attr(w, "title") }), ``},
		{attr(func(w *site.Writer) { site.V([]byte(nil)).Attr(w, "title") }), ``},
		{attr(func(w *site.Writer) { site.V([]string(nil)).Attr(w, "title") }), ``},
		{attr(func(w *site.Writer) { site.V(site.Node(nil)).Attr(w, "title") }), ``},
		{attr(func(w *site.Writer) { site.V(site.When(false, "x")).Attr(w, "title") }), ``},
		{attr(func(w *site.Writer) { site.V(site.When(true, "x")).Attr(w, "title") }), ` title="x"`},
		{attr(func(w *site.Writer) { site.V(site.When(true, 3)).Attr(w, "title") }), ` title="3"`},
		{attr(func(w *site.Writer) { site.V(site.HTML("<b>")).Attr(w, "title") }), ` title="&lt;b&gt;"`},
		{attr(func(w *site.Writer) { site.V(fruit(0)).Attr(w, "title") }), ` title="&lt;apple&gt;"`},

		{attr(func(w *site.Writer) { site.V(true).EnumAttr(w, "aria-busy") }), ` aria-busy="true"`},
		{attr(func(w *site.Writer) { site.V(false).EnumAttr(w, "aria-busy") }), ` aria-busy="false"`},
		{attr(func(w *site.Writer) { site.V(flag(false)).EnumAttr(w, "aria-busy") }), ` aria-busy="false"`},
		{attr(func(w *site.Writer) { site.V(false).EnumAttr(w, "translate") }), ` translate="no"`},
		{attr(func(w *site.Writer) { site.V(true).EnumAttr(w, "autocomplete") }), ` autocomplete="on"`},
		{attr(func(w *site.Writer) { site.V("email").EnumAttr(w, "autocomplete") }), ` autocomplete="email"`},
		{attr(func(w *site.Writer) { site.V("mixed").EnumAttr(w, "aria-checked") }), ` aria-checked="mixed"`},
		{attr(func(w *site.Writer) { site.V[any](nil).EnumAttr(w, "aria-checked") }), ``},
		{attr(func(w *site.Writer) { site.V(site.When(true, false)).EnumAttr(w, "aria-checked") }), ` aria-checked="false"`},

		{attr(func(w *site.Writer) { site.JSAttr(w, "onclick", `f("a" < 'b')`) }), ` onclick="f(&#34;a&#34; &lt; 'b')"`},
		{attr(func(w *site.Writer) { site.JSAttr(w, "onclick", "") }), ``},
		{attr(func(w *site.Writer) { site.SrcdocAttr(w, `<p class="a">`) }), ` srcdoc="&lt;p class=&#34;a&#34;&gt;"`},

		{attr(func(w *site.Writer) {
			site.Tmpl(w, "aria-label", site.Lit(`<"`), site.Hole("&"), site.Hole(3), site.Hole(true), site.Hole[any](nil), site.Hole(fruit(0)), site.Lit(`>`))
		}), ` aria-label="&lt;&#34;&amp;3true&lt;apple&gt;&gt;"`},
		{attr(func(w *site.Writer) { site.Tmpl(w, "id") }), ` id=""`},

		{attr(func(w *site.Writer) {
			site.ClassList(w, site.C("card"), site.C("card--"+"big"), site.CIf("on", true), site.CIf("off", false), site.C(tone("x")))
		}), ` class="card card--big on x"`},
		{attr(func(w *site.Writer) { site.ClassList(w) }), ``},
		{attr(func(w *site.Writer) {
			site.ClassList(w, site.C(""), site.CIf("a", false), site.C[any](nil), site.C("  "))
		}), ``},
		{attr(func(w *site.Writer) {
			site.ClassList(w, site.C([]string{"a", "b"}), site.C(site.When(false, "c")), site.C(site.When(true, "d")), site.C([]any{"e", nil, []string{"f"}}))
		}), ` class="a b d e f"`},
		{attr(func(w *site.Writer) { site.ClassList(w, site.C(map[string]bool{"z": true, "a": true, "n": false})) }), ` class="a z"`},
		{attr(func(w *site.Writer) { site.ClassList(w, site.C(`"><b>`), site.C(false), site.C(7)) }), ` class="&#34;&gt;&lt;b&gt; 7"`},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestTagName(t *testing.T) {
	for _, name := range []string{"h1", "H2", "div", "my-element", "a", "x.y", "foreignObject", "svg"} {
		w := site.NewWriter(nil)
		if got := site.TagName(w, name); got != name || w.End() != nil {
			t.Errorf("TagName(%q) = %q, %v", name, got, w.End())
		}
	}
	for _, name := range []string{"", " ", "1a", "-a", "a b", "a/", "a>", "a\t", "a\x00", "div/onload=x", "a=b", `a"`, "a'", "a<", "a:b", "å",
		"script", "SCRIPT", "ScRiPt", "style", "Style", "iframe", "object", "embed", "base", "meta", "link", "xmp", "plaintext",
		"noscript", "noembed", "noframes", "frameset", "frame", "textarea", "title", "template", "html", "head", "body"} {
		w := site.NewWriter(nil)
		if got := site.TagName(w, name); got != "div" || w.End() == nil {
			t.Errorf("TagName(%q) = %q, %v; want div and an error", name, got, w.End())
		}
	}
	e := failure(t, func(w *site.Writer) { site.TagName(w, "Script") })
	if e.Message != `"Script" cannot be an element name` || e.Hint != "write <script> in the template; it cannot be chosen at run time" {
		t.Errorf("got %q, %q", e.Message, e.Hint)
	}
}

func TestIsVoid(t *testing.T) {
	for name, want := range map[string]bool{"br": true, "IMG": true, "input": true, "div": false, "": false, "brr": false, "menuitem": false} {
		if got := site.IsVoid(name); got != want {
			t.Errorf("IsVoid(%q) = %v", name, got)
		}
	}
}

func TestSpread(t *testing.T) {
	for _, tt := range []struct {
		tag  string
		a    site.Attrs
		skip []string
		want string
		warn string // a part of the only warning
	}{
		{"div", nil, nil, ``, ""},
		{"div", site.Attrs{"b": "2", "a": 1, "c": true, "d": false, "e": nil, "f": site.When(false, 1), "data-x": `"<`}, nil, ` a="1" b="2" c data-x="&#34;&lt;"`, ""},
		{"div", site.Attrs{"id": "x", "ID": "y", "Id": "z"}, nil, ` ID="y"`, ""},
		{"div", site.Attrs{"id": "x", "TITLE": "y", "lang": "z"}, []string{"title", "LANG"}, ` id="x"`, ""},
		{"div", site.Attrs{"class": []string{"a", "b"}, "hidden": "until-found"}, nil, ` class="a b" hidden="until-found"`, ""},
		{"div", site.Attrs{"aria-busy": false, "contenteditable": true, "draggable": false, "Spellcheck": false, "translate": false}, nil,
			` aria-busy="false" contenteditable="true" draggable="false" Spellcheck="false" translate="no"`, ""},
		{"svg", site.Attrs{"viewBox": "0 0 1 1", "xlink:href": "#a"}, nil, ` viewBox="0 0 1 1" xlink:href="#a"`, ""},
		{"div", site.Attrs{":class": "x", "x-data": "y", "hx-get": "/z", "日本": "ok"}, nil, ` :class="x" hx-get="/z" x-data="y" 日本="ok"`, ""},

		{"div", site.Attrs{"": "x"}, nil, ``, `attribute "" was left out`},
		{"div", site.Attrs{"a b": "x"}, nil, ``, `attribute "a b"`},
		{"div", site.Attrs{"a>": "x"}, nil, ``, `attribute "a>"`},
		{"div", site.Attrs{"a/onload": "x"}, nil, ``, `attribute "a/onload"`},
		{"div", site.Attrs{"a=b": "x"}, nil, ``, `attribute "a=b"`},
		{"div", site.Attrs{"a\"": "x"}, nil, ``, `was left out`},
		{"div", site.Attrs{"a'": "x"}, nil, ``, `was left out`},
		{"div", site.Attrs{"<a": "x"}, nil, ``, `was left out`},
		{"div", site.Attrs{"a\x00": "x"}, nil, ``, `was left out`},
		{"div", site.Attrs{"a\n": "x"}, nil, ``, `was left out`},
		{"div", site.Attrs{"a\x7f": "x"}, nil, ``, `was left out`},
		{"div", site.Attrs{"a\xff": "x"}, nil, ``, `was left out`},
		{"div", site.Attrs{"a\uFFFE": "x"}, nil, ``, `was left out`},

		{"div", site.Attrs{"onclick": "x()"}, nil, ``, `"onclick" was left out because its value is not of type site.JS`},
		{"div", site.Attrs{"OnClick": "x()"}, nil, ``, `not of type site.JS`},
		{"div", site.Attrs{"ONFOO": true}, nil, ``, `not of type site.JS`},
		{"div", site.Attrs{"onclick": site.HTML("x()")}, nil, ``, `not of type site.JS`},
		{"div", site.Attrs{"onclick": site.JS(`x("a")`)}, nil, ` onclick="x(&#34;a&#34;)"`, ""},
		{"div", site.Attrs{"onclick": nil, "onfocus": false, "onblur": site.When(false, "x")}, nil, ``, ""},
		{"div", site.Attrs{"@click": "x()"}, nil, ``, `not of type site.JS`},
		{"div", site.Attrs{"hx-on:click": "x()"}, nil, ``, `not of type site.JS`},
		{"div", site.Attrs{"x-on:click": site.JS("x()")}, nil, ` x-on:click="x()"`, ""},
		{"iframe", site.Attrs{"srcdoc": "<b>"}, nil, ``, `not of type site.HTML`},
		{"iframe", site.Attrs{"SRCDOC": site.HTML("<b>")}, nil, ` SRCDOC="&lt;b&gt;"`, ""},
		{"div", site.Attrs{"style": "color:red"}, nil, ``, `not of type site.CSS`},
		{"div", site.Attrs{"Style": site.CSS("color:red")}, nil, ` Style="color:red"`, ""},

		{"a", site.Attrs{"href": "/x?a&b"}, nil, ` href="/x?a&amp;b"`, ""},
		{"a", site.Attrs{"HREF": "javascript:x"}, nil, ` HREF="about:invalid#sitegen"`, `the URL "javascript:x" of "HREF"`},
		{"a", site.Attrs{"href": site.RawURL("vscode:x")}, nil, ` href="vscode:x"`, ""},
		{"IMG", site.Attrs{"src": "data:image/png;base64,AA=="}, nil, ` src="data:image/png;base64,AA=="`, ""},
		{"iframe", site.Attrs{"src": "data:image/svg+xml,x"}, nil, ` src="about:invalid#sitegen"`, `the URL`},
		{"video", site.Attrs{"poster": "data:image/gif,x"}, nil, ` poster="data:image/gif,x"`, ""},
		{"button", site.Attrs{"formaction": "JavaScript:x"}, nil, ` formaction="about:invalid#sitegen"`, `the URL`},
		{"object", site.Attrs{"data": "javascript:x"}, nil, ` data="about:invalid#sitegen"`, `the URL`},
		{"use", site.Attrs{"xlink:href": "data:image/svg+xml,x"}, nil, ` xlink:href="about:invalid#sitegen"`, `the URL`},
		{"image", site.Attrs{"href": "data:image/png,x"}, nil, ` href="data:image/png,x"`, ""},
		{"animate", site.Attrs{"to": "javascript:x"}, nil, ` to="about:invalid#sitegen"`, `the URL`},
		{"animate", site.Attrs{"values": "0;1"}, nil, ` values="0;1"`, ""},
		{"p", site.Attrs{"to": "javascript:x"}, nil, ` to="javascript:x"`, ""},
		{"img", site.Attrs{"srcset": "a.png 1x, javascript:x 2x"}, nil, ` srcset="a.png 1x, about:invalid#sitegen 2x"`, `the URL`},
		{"meta", site.Attrs{"http-equiv": "Refresh", "content": "0;url=javascript:x"}, nil, ` content="0; url=about:invalid#sitegen" http-equiv="Refresh"`, `the URL`},
		{"meta", site.Attrs{"content": "0;url=javascript:x"}, nil, ` content="0; url=about:invalid#sitegen"`, `the URL`},
		{"meta", site.Attrs{"content": "0;url=javascript:x", "name": "x"}, []string{"http-equiv"}, ` content="0; url=about:invalid#sitegen" name="x"`, `the URL`},
		{"meta", site.Attrs{"content": "a: b", "name": "description"}, nil, ` content="a: b" name="description"`, ""},
		{"meta", site.Attrs{"content": "a: b", "property": "og:title"}, nil, ` content="a: b" property="og:title"`, ""},
		{"meta", site.Attrs{"content": "a: b"}, []string{"name"}, ` content="a: b"`, ""},
		{"meta", site.Attrs{"http-equiv": "refresh"}, []string{"content"}, ``, `the attribute "http-equiv" was left out beside content`},
		{"meta", site.Attrs{"HTTP-Equiv": []byte("x")}, []string{"Content"}, ``, `the attribute "HTTP-Equiv" was left out beside content`},
		{"meta", site.Attrs{"http-equiv": "default-style"}, []string{"content"}, ` http-equiv="default-style"`, ""},
		{"meta", site.Attrs{"http-equiv": "refresh"}, []string{"content", "http-equiv"}, ``, ""},
		{"meta", site.Attrs{"content": "default-src 'self'", "http-equiv": "content-security-policy"}, nil, ` content="default-src 'self'" http-equiv="content-security-policy"`, ""},
	} {
		got, warnings := render(t, func(w *site.Writer) { site.Spread(w, tt.tag, tt.a, tt.skip...) })
		if got != tt.want {
			t.Errorf("<%s %v>: got %q, want %q", tt.tag, tt.a, got, tt.want)
		}
		if tt.warn == "" && len(warnings) > 0 || tt.warn != "" && (len(warnings) != 1 || !strings.Contains(warnings[0], tt.warn)) {
			t.Errorf("<%s %v>: warnings %q, want %q", tt.tag, tt.a, warnings, tt.warn)
		}
	}
	e := failure(t, func(w *site.Writer) { site.Spread(w, "div", site.Attrs{"title": struct{}{}}) })
	if want := "a value of type struct {} cannot be printed in the attribute title"; e.Message != want {
		t.Errorf("got %q, want %q", e.Message, want)
	}
}

// Names come from data too, so that many of them must not cost more than sorting them.
func TestSpreadManyNames(t *testing.T) {
	a := site.Attrs{}
	var want []string
	for i := range 20000 {
		name := "n" + strings.Repeat("a", i%7) + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676))
		a[name] = true
	}
	for name := range a {
		want = append(want, name)
	}
	slices.Sort(want)
	got, _ := render(t, func(w *site.Writer) { site.Spread(w, "div", a) })
	if got != " "+strings.Join(want, " ") {
		t.Error("the attributes are not those of the map in order")
	}
}
