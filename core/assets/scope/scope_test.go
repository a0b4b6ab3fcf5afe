package scope

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"

	"sitegen.dev/core/diag"
)

func at(src string) func(int) diag.Pos {
	return func(off int) diag.Pos {
		before := src[:off]
		return diag.Pos{File: "a.gosite", Line: 1 + strings.Count(before, "\n"), Col: off - strings.LastIndexByte(before, '\n')}
	}
}

func scoped(src string) (string, []diag.Diagnostic) {
	s := CSS(src, "data-s-x", at(src))
	return s.String(), s.Diagnostics
}

// The wanted text is written with ~ for the attribute.
func TestCSS(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		// compounds
		{".a{}", ".a~{}"},
		{"#a{}", "#a~{}"},
		{"h1{}", "h1~{}"},
		{"my-tag{}", "my-tag~{}"},
		{".a.b.c{}", ".a~.b.c{}"},
		{"p.a#b{}", "p~.a#b{}"},
		{".card h2:hover::before{}", ".card~ h2~:hover::before{}"},
		{"a[href]{}", "a~[href]{}"},
		{"[hidden],[open]{}", "~[hidden],~[open]{}"},
		{"[a].b{}", "~[a].b{}"},
		{`[title="a]b,{c}"] p{}`, `~[title="a]b,{c}"] p~{}`},
		{`[title='}'  i ]{}`, `~[title='}'  i ]{}`},
		{"*{}", "~{}"},
		{"*:hover{}", "~:hover{}"},
		{"*.a{}", "~.a{}"},
		{".a *{}", ".a~ ~{}"},
		{".a>*{}", ".a~>~{}"},
		{":hover{}", "~:hover{}"},
		{"::selection{}", "~::selection{}"},
		{".a>::before{}", ".a~>~::before{}"},
		{".a>:not(:first-child)::after{}", ".a~>~:not(:first-child)::after{}"},
		{"p:before{}", "p~:before{}"},
		{":hover.a:focus{}", ":hover.a~:focus{}"},
		{":not(.x).a{}", ":not(.x).a~{}"},
		{":hover[href]{}", ":hover~[href]{}"},
		{"::part(x){}", "~::part(x){}"},
		{"x-y::part(x):hover{}", "x-y~::part(x):hover{}"},
		{"slot::slotted(p){}", "slot~::slotted(p){}"},
		{`.a\:b:focus{}`, `.a\:b~:focus{}`},
		{`.\31 0.b{}`, `.\31 0~.b{}`},
		{`.a\{b .c\,d{}`, `.a\{b~ .c\,d~{}`},
		{".größe{}", ".größe~{}"},
		{".--x{}", ".--x~{}"},
		{"svg|a{}", "svg|a~{}"},
		{"svg|*{}", "svg|*~{}"},
		{"*|*{}", "*|*~{}"},
		{"|a.b{}", "|a~.b{}"},
		{"u+a{}", "u~+a~{}"},
		{"a/**/.b{}", "a/**/~.b{}"},
		{"a/* x */ b{}", "a~/* x */ b~{}"},
		{"a /* , */ b{}", "a~ /* , */ b~{}"},

		// combinators and lists
		{".a+.b{}", ".a~+.b~{}"},
		{".a  ~  .b{}", ".a~  ~  .b~{}"},
		{"col||td{}", "col~||td~{}"},
		{".a,.b{}", ".a~,.b~{}"},
		{".a ,\n\t.b {}", ".a~ ,\n\t.b~ {}"},

		// what is never scoped
		{"body h1{}", "body h1~{}"},
		{"HTML.dark p{}", "HTML.dark p~{}"},
		{":root{}", ":root{}"},
		{":root[data-theme=dark] p{}", ":root[data-theme=dark] p~{}"},
		{":host(.a) p{}", ":host(.a) p~{}"},
		{"::slotted(p){}", "::slotted(p){}"},
		{"::view-transition-old(root){}", "::view-transition-old(root){}"},

		// functional pseudo-classes
		{".a:not(.b):not(.c){}", ".a~:not(.b):not(.c){}"},
		{":is(a, b){}", "~:is(a, b){}"},
		{".a:has(> img){}", ".a~:has(> img){}"},
		{"li:nth-child(2n+1 of .x, .y){}", "li~:nth-child(2n+1 of .x, .y){}"},
		{"a:lang(de) b{}", "a~:lang(de) b~{}"},

		// :global
		{".a :global(ul li){}", ".a~ ul li{}"},
		{".a :global(*){}", ".a~ *{}"},
		{":global(section) .a{}", "section .a~{}"},
		{".a~:global(a){}", ".a~~a{}"},
		{".a :global(.b:not(.c)){}", ".a~ .b:not(.c){}"},
		{":global(.a):global(.b){}", ".a.b{}"},
		{":global(.a).b[c]:hover{}", ".a.b[c]:hover{}"},
		{".a:global(.b){}", ".a~.b{}"},
		{".a:global(.b).c{}", ".a~.b.c{}"},
		{".a:global(p){}", ".a~:is(p){}"},
		{":hover:global(.a){}", ":hover.a{}"},
		{":global(:global(.a)) b{}", ".a b~{}"},
		{".a :global(> *){}", ".a~ > *{}"},
		{".a:global(> .b){}", ".a~> .b{}"},
		{":global( .a /* x */ ){}", ".a{}"},
		{":global(.a)::after{}", ".a::after{}"},
		{":global(*):nth-child(2n){}", "*:nth-child(2n){}"},
		{`.a :global([x="(,)"]){}`, `.a~ [x="(,)"]{}`},
		{":global(ul, ol){}", "ul, ol{}"},
		{".a :global(ul, ol) .b{}", ".a~ ul .b~, .a~ ol .b~{}"},
		{".a :global(> .b, .c){}", ".a~ > .b, .a~ .c{}"},
		{".a:global(.x, .y){}", ".a~.x, .a~.y{}"},
		{":global(a, b) :global(c, d){}", "a c, a d, b c, b d{}"},
		{":global(ul,){}", "ul{}"},
		{"p,\n.a :global(i, b) {}", "p~,\n.a~ i , .a~ b {}"},
		{".a:not(:global(.b)){}", ".a~:not(.b){}"},
		{".a:is(:global(.b, .c), .d){}", ".a~:is(.b, .c, .d){}"},
		{".a:has(> :global(.b)):hover{}", ".a~:has(> .b):hover{}"},
		{".a:not(:is(:global(.b))){}", ".a~:not(:is(.b)){}"},
		{":where(:global(.b)) p{}", "~:where(.b) p~{}"},
		{"p:nth-child(2n of :global(.b, .c)){}", "p~:nth-child(2n of .b, .c){}"},
		{":global(.a)b{}", ".a/**/b{}"},

		// nesting: as the same rule without it
		{"nav{a{}}", "nav~{a~{}}"},
		{"nav{color:red;a:hover{}}", "nav~{color:red;a~:hover{}}"},
		{"nav{color:red;& a{}}", "nav~{color:red;& a~{}}"},
		{"nav{&:hover{}&.b{}&::before{}}", "nav~{&:hover{}&.b{}&::before{}}"},
		{"nav{.dark &{}}", "nav~{.dark~ &{}}"},
		{"nav{>li{}+ p{}~.b{}}", "nav~{>li~{}+ p~{}~.b~{}}"},
		{"nav{&>li{& + &{}}}", "nav~{&>li~{& + &{}}}"},
		{"nav{*{}[a]{}:hover{}#b{}}", "nav~{~{}~[a]{}~:hover{}#b~{}}"},
		{"nav{:global(h1){} & :global(h2){}}", "nav~{h1{} & h2{}}"},
		{":global(.x){p{} &.y{}}", ".x{p~{} &.y{}}"},
		{"nav{:is(&) .x{} :where(.y &:hover){}}", "nav~{:is(&) .x~{} :where(.y &:hover){}}"},
		{"nav{:not(&){} :where(& > p){}}", "nav~{~:not(&){} ~:where(& > p){}}"},
		{"nav{@media print{color:red;b{}}}", "nav~{@media print{color:red;b~{}}}"},
		{"a{color:red}b{}", "a~{color:red}b~{}"},
		{"a{color:red;;}b{}", "a~{color:red;;}b~{}"},
		{"a{b:hover,c{}}", "a~{b~:hover,c~{}}"},

		// declarations and at-rules
		{"a{--x:{b{c:d}};e:f}g{}", "a~{--x:{b{c:d}};e:f}g~{}"},
		{"a{--x: .b{};c{}}", "a~{--x: .b{};c~{}}"},
		{"a{background:url(x;y{z.png);b{}}", "a~{background:url(x;y{z.png);b~{}}"},
		{`a{content:"}{";b{}}`, `a~{content:"}{";b~{}}`},
		{"a{grid-template:[x] 1fr [y]}", "a~{grid-template:[x] 1fr [y]}"},
		{"a{*zoom:1}b{}", "a~{*zoom:1}b~{}"},
		{"@media (min-width:1px) and (a:b){a{}}", "@media (min-width:1px) and (a:b){a~{}}"},
		{"@supports (display:grid) and (not (a:b)){a{}}", "@supports (display:grid) and (not (a:b)){a~{}}"},
		{"@layer a,b;@layer c{a{}}@layer{b{}}", "@layer a,b;@layer c{a~{}}@layer{b~{}}"},
		{"@container x (width>1px){a{}}", "@container x (width>1px){a~{}}"},
		{"@scope (.a) to (.b > *){:scope{}img{}}", "@scope (.a~) to (.b~ > ~){:scope{}img~{}}"},
		{"@starting-style{a{}}", "@starting-style{a~{}}"},
		{"@MEDIA print{a{}}", "@MEDIA print{a~{}}"},
		{"@keyframes x{from{a:b}50.5%{a:b}to{a:b}}p{}", "@keyframes x{from{a:b}50.5%{a:b}to{a:b}}p~{}"},
		{"@-webkit-keyframes x{from{a:b}}", "@-webkit-keyframes x{from{a:b}}"},
		{"@font-face{font-family:x;src:url(a.woff2)}p{}", "@font-face{font-family:x;src:url(a.woff2)}p~{}"},
		{"@property --x{syntax:'<color>'}p{}", "@property --x{syntax:'<color>'}p~{}"},
		{"@page :first{@top-left{content:'x'}}p{}", "@page :first{@top-left{content:'x'}}p~{}"},
		{"@font-feature-values A{@styleset{b:1}}p{}", "@font-feature-values A{@styleset{b:1}}p~{}"},
		{`@charset "utf-8";@import url("a.css") layer(x);p{}`, `@charset "utf-8";@import url("a.css") layer(x);p~{}`},
		{"@namespace svg url(http://x);p{}", "@namespace svg url(http://x);p~{}"},
		{"<!-- p{} -->", "<!-- p~{} -->"},
		{"", ""},
		{"  /* only */  ", "  /* only */  "},
		{"p{}\r\n\r\n.a\r\n{}", "p~{}\r\n\r\n.a~\r\n{}"},
	} {
		got, diags := scoped(tt.in)
		if len(diags) > 0 {
			t.Errorf("CSS(%q): %v", tt.in, diags)
		}
		// A combinator ~ stays one: compare with the attribute written out on one side only.
		if got = strings.ReplaceAll(got, "[data-s-x]", "~"); got != tt.want {
			t.Errorf("CSS(%q)\n got %q\nwant %q", tt.in, got, tt.want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct{ in, pos, message string }{
		{"a{", "a.gosite:1:2", `"{" is never closed`},
		{"a{}\n}", "a.gosite:2:1", `unexpected "}"`},
		{"a:is(b{}", "a.gosite:1:3", `"is(" is never closed`},
		{"a(]", "a.gosite:1:3", `"]" does not close "a("`},
		{"a{} /* x", "a.gosite:1:5", "comment is never closed"},
		{"/*/", "a.gosite:1:1", "comment is never closed"},
		{"a{b:'c\n}", "a.gosite:1:5", "string is never closed"},
		{`a{b:"c\"}`, "a.gosite:1:5", "string is never closed"},
		{`a{b:url(x`, "a.gosite:1:5", "url( is never closed"},
		{`a{b:url(x"y)}`, "a.gosite:1:5", "url() cannot be read"},
		{"\n  :global .a{}", "a.gosite:2:3", ":global needs a selector in parentheses"},
		{"b :global( /**/ ){}", "a.gosite:1:3", ":global() has no selector"},
		{strings.Repeat("a{", 600), "", "blocks are nested too deep"},
		{strings.Repeat(":is(", 600), "", "blocks are nested too deep"},
	} {
		got, diags := scoped(tt.in)
		if len(diags) == 0 {
			t.Errorf("CSS(%.40q): no error", tt.in)
			continue
		}
		d := diags[0]
		if got != tt.in || tt.pos != "" && d.Pos.String() != tt.pos || tt.message != "" && d.Message != tt.message {
			t.Errorf("CSS(%.40q) = %.40q, %s: %s; want %s: %s", tt.in, got, d.Pos, d.Message, tt.pos, tt.message)
		}
	}
}

func TestMultipliesLittle(t *testing.T) {
	in := strings.Repeat(":global(.a,.b,.c) ", 40) + "{}"
	got, diags := scoped(in)
	if len(diags) > 0 || len(got) > 100*len(in) {
		t.Errorf("%d bytes became %d, %v", len(in), len(got), diags)
	}
}

func TestOrigin(t *testing.T) {
	src := "p { color: red }\n.a :global(i, b) { top: 0 }\n"
	s := CSS(src, "data-s-x", at(src))
	out := s.String()
	for _, word := range []string{"color", "red", "top", "0"} {
		if got, want := s.Origin(strings.Index(out, word)), strings.Index(src, word); got != want {
			t.Errorf("origin of %s is %d, want %d", word, got, want)
		}
	}
}

// FuzzReach holds scoped rules against another parser: every selector at the top, or in a rule that only asks for conditions, carries the
// attribute, but for those that are about the document or about what comes from outside.
func FuzzReach(f *testing.F) {
	for _, s := range []string{".a h2:hover::before,b>*{c:d}", "@media x{a{b:c} @supports (d:e){.f .g{h:i}}}", "@layer a,b;@layer a{p{q:r}}", "@keyframes k{from{a:b}50%{a:b}}", "a:is(b,c) d{}", "@container (x){a{}}",
		"@font-face{a:b}p{}", "@import \"x\";p{}", "/*a*/b/*c*/{}", "[a=\"b,c\"]{}", "a\\{b,c{}"} {
		f.Add(s)
	}
	document := regexp.MustCompile(`(?i)global|:root|:host|:scope|slotted|view-transition|html|body|&|\\\\|--|\x00`)
	// What is no selector matches nothing, so it is about those of usual form only.
	const compound = `(?:(?:\*|[a-z]\w*)(?:[.#][a-z]\w*|\[[a-z]\w*(?:="[^"]*")?\]|::?[a-z]\w*(?:-[a-z]+)*)*|(?:[.#][a-z]\w*|\[[a-z]\w*(?:="[^"]*")?\]|::?[a-z]\w*)+)`
	usual := regexp.MustCompile(`\A\s*` + compound + `(?:(?:\s+|\s*[>+~,]\s*)` + compound + `)*\s*\z`)
	f.Fuzz(func(t *testing.T, in string) {
		if document.MatchString(in) || !utf8.ValidString(in) {
			return
		}
		out, diags := scoped(in)
		if len(diags) > 0 {
			return
		}
		p := css.NewParser(parse.NewInputString(out), false)
		var inside []bool // whether the blocks around hold rules like those at the top
		for {
			kind, _, name := p.Next()
			switch kind {
			case css.ErrorGrammar:
				return // the end, or what browsers leave out
			case css.BeginAtRuleGrammar:
				ok := len(inside) == 0 || inside[len(inside)-1]
				inside = append(inside, ok && slices.Contains([]string{"@media", "@supports", "@layer", "@container"}, strings.ToLower(string(name))))
			case css.EndAtRuleGrammar, css.EndRulesetGrammar:
				inside = inside[:max(len(inside)-1, 0)]
			case css.QualifiedRuleGrammar, css.BeginRulesetGrammar:
				top := len(inside) == 0 || inside[len(inside)-1]
				var selector strings.Builder
				for _, v := range p.Values() {
					selector.Write(v.Data)
				}
				plain := strings.ReplaceAll(selector.String(), "[data-s-x]", "")
				if top && usual.MatchString(plain) && !strings.Contains(selector.String(), "[data-s-x]") {
					t.Fatalf("%q becomes %q, where %q reaches everything", in, out, selector.String())
				}
				if kind == css.BeginRulesetGrammar {
					inside = append(inside, false)
				}
			}
		}
	})
}

func FuzzCSS(f *testing.F) {
	for _, s := range []string{
		".a h2:hover::before,b>*{c:d}", "@media x{a{&.b{--x:{};c:d}}}", ":global(a,b) .c:is(:global(.d)){}", "u+a{}u+f{}",
		"@scope(.a)to(.b){:scope{}}", "a\\", "'\\\n", "url(\\", "|a *|* ||b{}", "\xf0{", "<!--a-->{}", ".5a{}", "a{b:c{}d:e;f{}}",
	} {
		f.Add(s)
	}
	globals := regexp.MustCompile(`(?i)global|\\`)
	strip := strings.NewReplacer("[data-s-x]", "", "*", "")
	f.Fuzz(func(t *testing.T, in string) {
		if strings.Contains(in, "[data-s-x]") {
			return
		}
		out, diags := scoped(in)
		if len(diags) > 0 {
			if out != in {
				t.Fatalf("changed in spite of errors: %q", out)
			}
			return
		}
		if globals.MatchString(in) {
			return
		}
		if strip.Replace(out) != strip.Replace(in) {
			t.Fatalf("more than the attribute changed:\n in %q\nout %q", in, out)
		}
		again, diags := scoped(out)
		if len(diags) > 0 {
			t.Fatalf("the result does not read: %q: %v", out, diags)
		}
		if strings.Count(again, "{") != strings.Count(in, "{") {
			t.Fatalf("rules changed: %q", out)
		}
	})
}
