package codegen

import (
	"testing"

	"sitegen.dev/core/internal/attrname"
)

func TestEncodePath(t *testing.T) {
	for _, tt := range []struct {
		in, want string
		hashed   bool
	}{
		{"components/Card", "components/Card", false},
		{"a-b/_c", "a-b/_c", false},
		{"blog/[slug]", "blog/_slug__", true},
		{"a.md", "a_md_", true},
		{"internal", "internal_", true},
		{"-x", "_x_", true},
		{"größe", "gr____e_", true},
	} {
		got := encodePath(tt.in, false)
		if tt.hashed && len(got) > 6 {
			got = got[:len(got)-6]
		}
		if got != tt.want {
			t.Errorf("encodePath(%q) = %q, want %q (hash: %v)", tt.in, got, tt.want, tt.hashed)
		}
	}
	if encodePath("[a]", false) == encodePath("(a)", false) {
		t.Error("[a] and (a) meet")
	}
}

func TestPackageName(t *testing.T) {
	for in, want := range map[string]string{"Card": "card", "404": "page404", "[slug]": "slug", "[...path]": "path", "func": "funcpage", "main": "mainpage", "größe": "gre", "[]": "page", "a_test": "atest"} {
		if got := packageName(in); got != want {
			t.Errorf("packageName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{foldName("Image-url"), foldName("ImageURL")},
		{foldName("image_Url"), "imageurl"},
		{exportName("image-url"), "ImageUrl"},
		{exportName("aside"), "Aside"},
		{attrname.Of("ImageURL"), "imageURL"},
		{attrname.Of("URL"), "url"},
		{attrname.Of("URLPath"), "urlPath"},
		{attrname.Of("Title"), "title"},
		{attrname.Of("X"), "x"},
		{importName("math/rand/v2"), "rand"},
		{importName("gopkg.in/yaml.v3"), "yaml"},
		{importName("example.com/a/b"), "b"},
		{relPath("src/pages/blog", "src/components/Card.gosite"), "../../components/Card.gosite"},
		{relPath("src/components", "src/components/Card.gosite"), "./Card.gosite"},
		{suggest("titel", []string{"title", "href"}), "title"},
		{suggest("xyz", []string{"title", "href"}), ""},
		{suggest("imageurl", []string{"imageURL"}), "imageURL"},
		{variableName("my-logo.v2.png"), "myLogo"},
		{variableName("2x.png"), "file"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestAttrContext(t *testing.T) {
	for _, tt := range []struct {
		tag, name string
		want      Context
	}{
		{"a", "href", CtxURL}, {"A", "HREF", CtxURL}, {"svg", "xlink:href", CtxURL}, {"image", "xlink:href", CtxImage},
		{"img", "src", CtxImage}, {"iframe", "src", CtxURL}, {"script", "src", CtxURL}, {"x-y", "src", CtxURL},
		{"img", "srcset", CtxSrcset}, {"link", "imagesrcset", CtxSrcset}, {"video", "poster", CtxImage},
		{"object", "data", CtxURL}, {"p", "data", CtxPlain}, {"", "data", CtxURL},
		{"p", "style", CtxStyle}, {"p", "onclick", CtxJS}, {"p", "ONCLICK", CtxJS}, {"p", "on", CtxPlain}, {"p", "on:click", CtxPlain},
		{"p", "@click", CtxPlain}, {"iframe", "srcdoc", CtxSrcdoc}, {"p", "aria-busy", CtxEnum}, {"p", "draggable", CtxEnum},
		{"p", "title", CtxPlain}, {"meta", "content", CtxPlain}, {"form", "action", CtxURL}, {"button", "formaction", CtxURL},
		{"animate", "to", CtxPlain},
	} {
		if got := attrContext(tt.tag, tt.name, false, false); got != tt.want {
			t.Errorf("<%s %s> is %s, want %s", tt.tag, tt.name, got, tt.want)
		}
	}
	if got := attrContext("meta", "content", true, false); got != CtxRefresh {
		t.Errorf("content of a refresh is %s", got)
	}
	if got := attrContext("animate", "values", false, true); got != CtxURL {
		t.Errorf("values of an animated URL is %s", got)
	}
}

func TestSourcePath(t *testing.T) {
	gen := ".sitegen/gen/"
	for in, want := range map[string]string{
		"src/pages/index.gosite":                     "src/pages/index.gosite",
		gen + "c/pages/index/src/pages/index.gosite": "src/pages/index.gosite",
		gen + "c/" + encodePath("pages/blog/[slug]", false) + "/src/pages/blog/[slug].gosite": "src/pages/blog/[slug].gosite",
		gen + "c/" + encodePath("pages/a.md", false) + "/site/src/pages/a.md":                 "site/src/pages/a.md",
		gen + "ext/github.com/acme/ui/Button/github.com/acme/ui/Button.gosite":                "github.com/acme/ui/Button.gosite",
		"/home/me/x/" + gen + "c/A/src/A.gosite":                                              "src/A.gosite",
		"shop/shop.go":                                                                        "shop/shop.go",
		"./shop/shop.go":                                                                      "shop/shop.go",
	} {
		if got := sourcePath(in); got != want {
			t.Errorf("sourcePath(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMapGoOutput(t *testing.T) {
	const out = "# example.com/site/.sitegen/gen/c/A\n" +
		"src/A.gosite:3:2: not enough return values\n\thave ()\n\twant (error)\n" +
		"src/A.gosite:9: something without a column\n" +
		"vet: .sitegen/gen/c/A/src/A.gosite:11:17: missing return\n" +
		".sitegen/gen/c/A/src/A.gosite:12:2: unreachable code\n" +
		".sitegen/gen/dev/c/A/src/A.gosite:13:8: no required module provides package example.com/tea; to add it:\n\tgo get example.com/tea\n" +
		"shop/shop.go:1:1: expected 'package', found x\n" +
		".sitegen/gen/bundle/bundle.go:12:3: undefined: _mw.OnRequest\n" +
		"src/A.gosite:5:5: in call to _sg.V, cannot infer T (declared at src/A.gosite:6:8[/home/me/.sitegen/gen/c/A/render.go:9:8])\n" +
		"src/A.gosite:14:8: found packages a (a.go) and b (b.go) in /home/me/site/src/x\n" +
		"src/A.gosite:15:8: missing go.sum entry for module providing package example.com/nope (imported by example.com/site/.sitegen/gen/c/A); to add:\n\tgo get example.com/site/.sitegen/gen/c/A\n" +
		"src/A.gosite:16:8: import \"example.com/site/x\" is a program, not an importable package\n" +
		"shop/c.go:3:11: fatal error: nope.h: No such file or directory\n    3 | // #include <nope.h>\n      |           ^~~~~~~~\ncompilation terminated.\n" +
		"package example.com/site/.sitegen/gen/c/A\n\timports example.com/site/x from A.gosite: build constraints exclude all Go files in /home/me/site/x\n" +
		"package example.com/site/.sitegen/gen/c/A\n\timports example.com/site/x from A.gosite\n\timports example.com/site/y from x.go\n\timports example.com/site/x from y.go: import cycle not allowed\n" +
		"go: example.com/gone@v1.2.3 (replaced by ../gone): reading ../gone/go.mod: open /home/me/gone/go.mod: no such file or directory\n" +
		"too many errors\n" +
		"go: example.com/x@v1.0.0: missing go.sum entry\n"
	want := `: error SG2051: undefined: OnRequest
	hint declare func OnRequest(page *site.Page, next site.Handler) error in middleware.go
: error SG2059: example.com/x@v1.0.0: missing go.sum entry
	hint run go mod tidy
: error SG2059: go.mod replaces example.com/gone by ../gone, and there is no module there
	hint correct the path, or remove the line
: error SG2059: import cycle: example.com/site/x imports example.com/site/y imports example.com/site/x
	hint move what both need into a package of its own; a Go package of the site must not import generated pages either
: error SG2059: no Go file of example.com/site/x is for this system: build constraints exclude all
	hint add a file for other systems, with the same functions
shop/c.go:3:11: error SG2050: fatal error: nope.h: No such file or directory
shop/shop.go:1:1: error SG2050: expected 'package', found x
src/A.gosite:3:2: error SG2055: not enough return values: have (), want (error)
	hint write return nil to stop here, or return the error: the fence is the head of a function that returns an error
src/A.gosite:5:5: error SG2050: in call to site.V, cannot infer T
src/A.gosite:9: error SG2050: something without a column
src/A.gosite:11:17: error SG2055: missing return
	hint end the function with a return statement
src/A.gosite:12:2: error SG2050: unreachable code
src/A.gosite:13:8: error SG2056: no required module provides package example.com/tea
	hint run go get example.com/tea
src/A.gosite:14:8: error SG2056: the folder holds two packages, a (a.go) and b (b.go)
	hint give its files one package name, or move one of them to a folder of its own
src/A.gosite:15:8: error SG2056: missing go.sum entry for module providing package example.com/nope
	hint run go mod tidy
src/A.gosite:16:8: error SG2056: import "example.com/site/x" is a program, not an importable package
	hint name its package otherwise than main, or move what the page needs into a package of its own
`
	if got := string(show(MapGoOutput(out))); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if ds := MapGoOutput(""); len(ds) != 0 {
		t.Errorf("no output gives %v", ds)
	}
}
