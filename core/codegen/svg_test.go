package codegen

import (
	"strings"
	"testing"
	"time"

	"sitegen.dev/core/syntax"
)

func TestInlineSVG(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><path d="M0 0"/></svg>`, `"viewBox": "0 0 2 1" <path d="M0 0"></path>`},
		{"<?xml version='1.0'?>\n<!DOCTYPE svg>\n<!-- x --><svg id='a' style='color:red' class='c'><!-- y --><g fill='url(#g)' id=\"g\"/><use xlink:href='#g' xmlns:xlink='http://www.w3.org/1999/xlink'/></svg>",
			`"id": "p-a", "style": site.CSS("color:red"), "class": "c" <g fill="url(#p-g)" id="p-g"></g><use href="#p-g"></use>`},
		{`<svg xmlns:i="http://inkscape"><i:x><path/></i:x><metadata>m</metadata><path i:label="x" d="1"/><title>a {b} &amp; &lt;c></title></svg>`,
			` <path d="1"></path><title>a &#123;b&#125; &amp; &lt;c&gt;</title>`},
		{`<svg><style>#g{fill:red} .a{fill:url(#g)}</style><g aria-labelledby="x y" id="g"/></svg>`, ` <g aria-labelledby="p-x p-y" id="p-g"></g> <style>#p-g{fill:red} .a{fill:url(#p-g)}</style>`},
		{`<svg><style>#g,.a #g{fill:#fff;stroke:#abc}@media print{#g{fill:URL( "#g" ) #def}}/* #g{ */ .b{content:"#g{";cursor:url(x.png#g)}</style><path id="g"/></svg>`,
			`<path id="p-g"></path> <style>#p-g,.a #p-g{fill:#fff;stroke:#abc}@media print{#p-g{fill:URL( "#p-g" ) #def}}/* #g{ */ .b{content:"#g{";cursor:url(x.png#g)}</style>`},
		{`<svg><style>#g{<!-- x -->fill:red}</style></svg>`, `<style>#p-g{fill:red}</style>`},
		{`<svg><g id="g"><animate id="a" begin="0.5s; b.end+1.5s;g.click" end="a.begin"/></g></svg>`,
			`<g id="p-g"><animate id="p-a" begin="0.5s; p-b.end+1.5s;p-g.click" end="p-a.begin"></animate></g>`},
		{`<svg><style>&lt;/sty<!-- -->le>&lt;script>alert(1)&lt;/script></style></svg>`, "error its style holds a tag"},
		{`<svg><style><g/></style></svg>`, "error its style holds a tag"},
		{`<svg width="4" width="5"/>`, "error"},
		{`<svg><script>alert(1)</script></svg>`, "error it holds a <script>"},
		{`<svg><ScRiPt/></svg>`, "error it holds a <script>"},
		{`<svg onload="alert(1)"/>`, "error it holds the event handler onload"},
		{`<svg><a href="java&#10;script:alert(1)"/></svg>`, "error it holds an address that runs code"},
		{`<svg><a xlink:href=" javascript:alert(1)" xmlns:xlink="http://www.w3.org/1999/xlink"/></svg>`, "error it holds an address that runs code"},
		{`<svg><set attributeName="onmouseover" to="alert(1)"/></svg>`, "error it animates"},
		{`<svg><foreignObject><body/></foreignObject></svg>`, "error it holds a <foreignObject>"},
		{`<svg><style></STYLE><script></style></svg>`, "error"},
		{`<svg><style><![CDATA[</style><script>alert(1)</script>]]></style></svg>`, "error its style holds a tag"},
		{`<!DOCTYPE svg [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><svg>&c;</svg>`, "error it is no XML"},
		{`<html/>`, "error its root"},
		{``, "error it holds no <svg>"},
		{`<svg>` + strings.Repeat("<g>", 300) + strings.Repeat("</g>", 300) + `</svg>`, "error its elements are nested"},
		{`<svg><path`, "error it is no XML"},
	} {
		source, err := inlineSVG([]byte(tt.in), "p-")
		if err != nil {
			if !strings.HasPrefix("error "+err.Error(), tt.want) {
				t.Errorf("%.80s: %v, want %s", tt.in, err, tt.want)
			}
			continue
		}
		got := source[strings.Index(source, "site.Attrs{")+len("site.Attrs{"):]
		got = strings.Replace(got, "}, props.Rest)...}>", " ", 1)
		got = strings.TrimSpace(strings.Join(strings.Fields(strings.Replace(got, "</svg>", " ", 1)), " "))
		if tt.want == "error" {
			continue // what encoding/xml makes of it is safe either way
		}
		if got != strings.TrimSpace(tt.want) {
			t.Errorf("%.80s:\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

// Whatever a drawing holds, it is a component that compiles, and one that runs nothing.
func FuzzInlineSVG(f *testing.F) {
	f.Add(`<svg viewBox="0 0 2 1"><style>#a{}</style><path id="a" d="M0 0 {x} ` + "`" + `"/></svg>`)
	f.Add(`<svg onload="x"><a href="javascript:x"/></svg>`)
	f.Fuzz(func(t *testing.T, in string) {
		start := time.Now()
		source, err := inlineSVG([]byte(in), "p-")
		if err != nil {
			return
		}
		tree, diags := syntax.Parse("x.svg", []byte(source))
		if len(diags) > 0 {
			return // reported
		}
		eachElement(tree.Nodes, func(e *syntax.Element) {
			if strings.EqualFold(e.Name, "script") {
				t.Fatalf("%q becomes a script: %s", in, source)
			}
			for _, a := range e.Attrs {
				if strings.HasPrefix(strings.ToLower(a.Name), "on") {
					t.Fatalf("%q becomes an event handler: %s", in, source)
				}
			}
		})
		if time.Since(start) > 5*time.Second {
			t.Fatal("takes too long")
		}
	})
}
