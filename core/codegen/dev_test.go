package codegen

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"sitegen.dev/core/syntax"
)

// devPackages links a site of components and prints them for the development server.
func devPackages(t *testing.T, files map[string]string) map[string]DevPackage {
	t.Helper()
	in := Input{ModulePath: "example.com/s", SrcDir: "src", GenDir: ".sitegen/gen"}
	for name, text := range files {
		f, diags := syntax.Parse(name, []byte(text))
		if len(diags) > 0 {
			t.Fatalf("%s: %v", name, diags)
		}
		in.Sources = append(in.Sources, Source{Path: name, File: f})
	}
	p, list := Link(in)
	if err := list.Err(); err != nil {
		t.Fatal(err)
	}
	return p.DevPackages()
}

const devCard = "---\ntype Props struct {\n\tTitle string\n\tN int\n\tKind Kind\n}\n\ntype Kind string\n---\n<h2 class=\"t\">{props.Title}</h2>\n<slot />\n"

// An edit either leaves Logic alone, so that the running program only needs the new texts, or it does not.
func TestDevLogic(t *testing.T) {
	page := func(body string) map[string]string {
		return map[string]string{
			"src/components/Card.gosite": devCard,
			"src/pages/index.gosite":     "---\nimport Card \"../components/Card.gosite\"\n\nn := 1\n---\n" + body,
		}
	}
	const before = `<p id="a">one {n} two</p>
<Card title="Hello" n={1} kind="x">text</Card>
<a href={site.Raw("/x")}>link</a>
<main set:html={site.Raw("<b>raw</b>")} />`
	old := devPackages(t, page(before))["src/pages/index.gosite"]
	for _, tt := range []struct {
		name, from, to string
		same           bool
	}{
		{"text", "one", "uno, due", true},
		{"attribute", `id="a"`, `id="b" class="c"`, true},
		{"element", "</p>", "</p><hr>\n<p>new</p>", true},
		{"lines", "<p id", "\n\n\n<p id", true},
		{"prop that is a string", `title="Hello"`, `title="Good day"`, true},
		{"prop of another type", `kind="x"`, `kind="y"`, false},
		{"number", "n={1}", "n={2}", false},
		{"raw HTML", "<b>raw</b>", "<i>other</i>", true},
		{"expression", "{n}", "{n + 1}", false},
		{"slot", ">text<", ">another text<", true},
		{"expression more", "two", "{n}", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now := devPackages(t, page(strings.Replace(before, tt.from, tt.to, 1)))["src/pages/index.gosite"]
			if same := bytes.Equal(old.Code.Logic, now.Code.Logic); same != tt.same {
				t.Errorf("the logic is the same: %v, want %v\n%s", same, tt.same, now.Code.Logic)
			}
			if !tt.same {
				return
			}
			if tt.name != "lines" && slices.Equal(old.Texts, now.Texts) {
				t.Error("the texts are the same")
			}
			if len(old.Texts) != len(now.Texts) || len(old.Code.Lines) != len(now.Code.Lines) {
				t.Errorf("texts %d and %d, lines %d and %d", len(old.Texts), len(now.Texts), len(old.Code.Lines), len(now.Code.Lines))
			}
		})
	}
}

// What the running program says of a line is told of where that line is now.
func TestDevLines(t *testing.T) {
	const head = "---\na := f(1)\n\nb := f(2)\n---\n"
	old := devPackages(t, map[string]string{"src/pages/index.gosite": head + "<p>\n{a}\n</p>\n<b>{b}</b>\n"})["src/pages/index.gosite"]
	now := devPackages(t, map[string]string{"src/pages/index.gosite": head + "<p>\none\ntwo\n{a}\n</p>\n<i>x</i>\n<i>y</i>\n<b>{b}</b>\n"})["src/pages/index.gosite"]
	if !bytes.Equal(old.Code.Logic, now.Code.Logic) {
		t.Fatalf("the logic differs:\n%s\n%s", old.Code.Logic, now.Code.Logic)
	}
	for from, to := range map[int]int{2: 2, 4: 4, 7: 9, 9: 13} {
		if got := MapLine(from, old.Code.Lines, now.Code.Lines); got != to {
			t.Errorf("line %d is now %d, want %d", from, got, to)
		}
	}
}

// The development server's code is the production code but for the texts.
func TestDevTexts(t *testing.T) {
	p := devPackages(t, map[string]string{"src/pages/index.gosite": "---\nx := \"v\"\n---\n<p title=`a${x}b`>{x}</p>"})["src/pages/index.gosite"]
	for _, want := range []string{"var _sgTexts = _sg.NewTexts(\"src/pages/index.gosite\")", "_sgT := _sgTexts.Load()", "_w.S(_sgT[0])", "_sg.Lit(_sgT[1])"} {
		if !strings.Contains(string(p.Code.Data), want) {
			t.Errorf("%q is missing in\n%s", want, p.Code.Data)
		}
	}
	if want := []string{"<p", "a", "b", ">", "</p>"}; !slices.Equal(p.Texts, want) {
		t.Errorf("texts %q, want %q", p.Texts, want)
	}
}

// A component that mentions site in texts of the table alone still compiles.
func TestDevSiteInTextsAlone(t *testing.T) {
	p := devPackages(t, map[string]string{"src/pages/index.gosite": "<main set:html={site.Raw(\"<b>raw</b>\")} />"})["src/pages/index.gosite"]
	if bytes.Contains(p.Code.Data, []byte("site.Raw")) || !bytes.Contains(p.Code.Data, []byte("var _ site.HTML\n")) {
		t.Errorf("site is imported and not used:\n%s", p.Code.Data)
	}
}
