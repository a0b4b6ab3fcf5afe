package assets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen.dev/core/diag"
)

// tree writes files into a new directory and gives it.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func lines(diags []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range diags {
		b.WriteString(d.Severity.String() + " " + string(d.Code) + " " + d.Error() + "\n")
		if d.Hint != "" {
			b.WriteString("  hint: " + d.Hint + "\n")
		}
		for _, n := range d.Notes {
			b.WriteString("  " + n.Pos.String() + ": " + n.Message + "\n")
		}
	}
	return b.String()
}

func names(files []File) []string {
	out := []string{}
	for _, f := range files {
		out = append(out, f.Name)
	}
	return out
}

func TestBundleCSS(t *testing.T) {
	dir := tree(t, map[string]string{
		"src/styles/reset.css":         "@import './deep/base.css' layer(base) screen; @font-face{font-family:F;src:url(f.woff2?x#y) format('woff2')} q{color:#ff0000}",
		"src/styles/deep/base.css":     "b{background:url('../img a.png')}",
		"src/styles/f.woff2":           "font",
		"src/styles/img a.png":         "png",
		"src/components/logo.svg":      "<svg/>",
		"node_modules/theme/theme.css": "i{mask:url(#m)}",
	})
	mods := []CSSModule{
		{Path: "src/components/Card.gosite", CSS: "\n .card { & h2 { color: red; background: url(./logo.svg) } }\n @import 'theme/theme.css';", Scope: "data-s-1", At: diag.Pos{Line: 9, Col: 8}},
		{Path: "src/styles/reset.css", CSS: "@import './deep/base.css' layer(base) screen; @font-face{font-family:F;src:url(f.woff2?x#y) format('woff2')} q{color:#ff0000}"},
		{Path: "src/components/Card.gosite", CSS: "@import 'https://fonts.example/x.css'; u { background: url(/p.png), url(data:image/png;base64,AA==), url(//h/x.png) }", At: diag.Pos{Line: 20, Col: 1}},
	}
	mods[0].CSS = "@import 'theme/theme.css';" + strings.Replace(mods[0].CSS, "@import 'theme/theme.css';", "", 1)
	b, diags := BundleCSS(dir, mods, Options{Minify: true, PublicPath: "/docs/_assets/"})
	if len(diags) > 0 {
		t.Fatal(lines(diags))
	}
	want := `@import"https://fonts.example/x.css";` +
		`i{-webkit-mask:url(#m);mask:url(#m)}` +
		`.card[data-s-1] h2[data-s-1]{color:red;background:url(/docs/_assets/logo.d4dc5666.svg)}` +
		`@media screen{@layer base{b{background:url(/docs/_assets/img-a.8f8cbb7d.png)}}}` +
		`@font-face{font-family:F;src:url(/docs/_assets/f.795ea3ef.woff2?x#y) format("woff2")}q{color:red}` +
		`u{background:url(/p.png),url(data:image/png;base64,AA==),url(//h/x.png)}` + "\n"
	if diff := cmp.Diff(want, b.Code); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"f.795ea3ef.woff2", "img-a.8f8cbb7d.png", "logo.d4dc5666.svg", b.Entry}, names(b.Files)); diff != "" {
		t.Error(diff)
	}
	if b.Entry != HashName("style.css", []byte(b.Code)) {
		t.Errorf("entry %s", b.Entry)
	}
	if b.Standalone(10) || !b.Standalone(InlineLimit) {
		t.Error("Standalone counts wrongly")
	}
}

func TestBundleCSSReadable(t *testing.T) {
	b, diags := BundleCSS(t.TempDir(), []CSSModule{
		{Path: "src/a.gosite", CSS: "p{color:red}", Scope: "data-s-1"},
		{Path: "src/a.gosite", CSS: "q{color:red}"},
	}, Options{})
	want := "/* src/a.gosite */\np[data-s-1] {\n  color: red;\n}\n\n/* src/a.gosite#2 */\nq {\n  color: red;\n}\n"
	if len(diags) > 0 || !strings.HasPrefix(b.Code, want) {
		t.Errorf("got %q, %s", b.Code, lines(diags))
	}
	if b, diags := BundleCSS(t.TempDir(), []CSSModule{{Path: "a.css", CSS: " /* */ "}}, Options{Minify: true}); b.Entry != "" || len(diags) > 0 {
		t.Errorf("empty sheet: %+v %s", b, lines(diags))
	}
}

func TestBundleCSSDiagnostics(t *testing.T) {
	dir := tree(t, map[string]string{"src/A.gosite": "", "src/x.css": "a{}\n b{background:url(./gone.png)}"})
	_, diags := BundleCSS(dir, []CSSModule{
		{Path: "src/A.gosite", At: diag.Pos{Line: 5, Col: 8}, Scope: "data-s-1", CSS: "p { colour: red; color red }\n  p q { x: url(no.png) }\n"},
		{Path: "src/B.gosite", At: diag.Pos{Line: 2, Col: 8}, CSS: "@import './none.css';\n@import './x.css';"},
	}, Options{})
	want := `warning SG5004 src/A.gosite:5:30: expected ":"
error SG5005 src/A.gosite:6:16: there is no file no.png beside it
  hint: write the path relative to this file, or /name for a file of the public directory
error SG5006 src/B.gosite:2:16: cannot find "./none.css"
  hint: check the path; it is relative to the file that imports it
error SG5005 src/x.css:2:19: there is no file ./gone.png beside it
  hint: write the path relative to this file, or /name for a file of the public directory
`
	if diff := cmp.Diff(want, lines(diags)); diff != "" {
		t.Error(diff)
	}
	_, diags = BundleCSS(dir, []CSSModule{{Path: "src/A.gosite", At: diag.Pos{Line: 5, Col: 8}, Scope: "data-s-1", CSS: "a{\n}}"}}, Options{})
	if got := lines(diags); got != "error SG5001 src/A.gosite:6:2: unexpected \"}\"\n  hint: remove it, or open what it closes\n" {
		t.Error(got)
	}
}

var scriptFiles = map[string]string{
	"src/components/One.gosite": "", "src/pages/Two.gosite": "", // only the directories matter
	"src/lib/shared.ts":         "export const big = (n: number) => console.log('shared', n, n * 2, n * 3)\nexport const unused = 'never there'",
	"src/lib/late.ts":           "import {big} from './shared'\nexport default () => big(9)",
	"src/lib/data.json":         `{"a": 1, "b": "gone"}`,
	"src/lib/w.css":             "p { color: red; background: url(dot.png) }",
	"src/lib/dot.png":           "dot",
	"node_modules/pkg/index.js": "export const pkg = 'from a package'",
}

func TestBundleScripts(t *testing.T) {
	scripts := []ScriptModule{
		{ID: "one", Path: "src/components/One.gosite", Code: "import {big} from '../lib/shared'\nimport {a} from '../lib/data.json'\nbig(a as number)\nimport('../lib/late').then(m => m.default())"},
		{ID: "two", Path: "src/components/Two.gosite", Code: "import {big} from '../lib/shared'\nimport {pkg} from 'pkg'\nimport '../lib/w.css'\nimport dot from '../lib/dot.png'\nbig(2); console.log(pkg, dot)"},
		{ID: "three", Path: "src/pages/Two.gosite", Code: "interface X { y: string }\nconst x: X = { y: '</script><script>' }\nconsole.log(x)"},
	}
	build := func(dir string) []Bundle {
		bs, diags := BundleScripts(dir, scripts, Options{Minify: true, PublicPath: "/_assets/"})
		if len(diags) > 0 || len(bs) != 3 {
			t.Fatal(lines(diags))
		}
		return bs
	}
	dir := tree(t, scriptFiles)
	bs := build(dir)
	one, two, three := bs[0], bs[1], bs[2]
	if one.ID != "one" || two.ID != "two" || three.ID != "three" {
		t.Error("ids are mixed up")
	}
	if len(one.Imports) == 0 || len(two.Imports) != 1 || one.Imports[0] != two.Imports[0] {
		t.Errorf("no shared file: %v %v", one.Imports, two.Imports)
	}
	if len(one.Files) != len(one.Imports)+2 {
		t.Errorf("files of one: %v", names(one.Files))
	}
	if two.CSS == "" || one.CSS != "" || !strings.Contains(two.Code, "/_assets/dot.") {
		t.Errorf("two: css %q, code %s", two.CSS, two.Code)
	}
	if three.Standalone(ScriptInlineLimit) != true || two.Standalone(ScriptInlineLimit) {
		t.Error("Standalone counts wrongly")
	}
	if strings.Contains(three.Code, "</script") || strings.Contains(three.Code, "interface") {
		t.Error(three.Code)
	}
	all := ""
	for _, b := range bs {
		for _, f := range b.Files {
			all += f.Name + "\n" + string(f.Data)
			if strings.Contains(f.Name, "/") {
				t.Errorf("name %s", f.Name)
			}
		}
	}
	for _, gone := range []string{dir, "never there", `"gone"`, "Card"} {
		if strings.Contains(all, gone) {
			t.Errorf("%q is in the output", gone)
		}
	}
	if diff := cmp.Diff(bs, build(tree(t, scriptFiles))); diff != "" {
		t.Errorf("another directory, other bytes:\n%s", diff)
	}
	readable, _ := BundleScripts(dir, scripts, Options{})
	for _, b := range readable {
		for _, f := range b.Files {
			if strings.Contains(string(f.Data), dir) || strings.Contains(string(f.Data), namespace+":") {
				t.Errorf("%s names what the author does not know:\n%s", f.Name, f.Data)
			}
		}
	}
	scripts = append([]ScriptModule{{ID: "zero", Path: "src/components/Zero.gosite", Code: "console.log(0)"}}, scripts[2:]...)
	more, _ := BundleScripts(dir, scripts, Options{Minify: true, PublicPath: "/_assets/"})
	if more[1].Code != three.Code {
		t.Error("a script changes with its neighbours")
	}
}

func TestBundleScriptsDiagnostics(t *testing.T) {
	dir := tree(t, map[string]string{"src/lib.ts": "export const a = 1\n\nexport const b = = 2"})
	_, diags := BundleScripts(dir, []ScriptModule{
		{ID: "a", Path: "src/A.gosite", At: diag.Pos{Line: 10, Col: 9}, Code: " const = 1"},
		{ID: "b", Path: "src/A.gosite", At: diag.Pos{Line: 20, Col: 9}, Code: "\n  import './nope'\n  import {x} from 'left-pad'; import {y} from '@a/b/c'\n  import './lib'; x(); y(); typeof x === 'strin'"},
	}, Options{})
	want := `error SG5010 src/A.gosite:10:16: expected identifier but found "="
error SG5006 src/A.gosite:21:10: cannot find "./nope"
  hint: check the path; it is relative to the file that imports it
error SG5006 src/A.gosite:22:19: cannot find "left-pad"
  hint: install the package with npm install left-pad, or begin a relative path with ./
error SG5006 src/A.gosite:22:47: cannot find "@a/b/c"
  hint: install the package with npm install @a/b
warning SG5011 src/A.gosite:23:42: the "typeof" operator will never evaluate to "strin"
error SG5010 src/lib.ts:3:18: unexpected "="
`
	if diff := cmp.Diff(want, lines(diags)); diff != "" {
		t.Error(diff)
	}
}

// What lies beside the project is not published, except packages.
func TestBundleOutside(t *testing.T) {
	dir := tree(t, map[string]string{
		"secret.png": "", "secret.css": "a{b:c}", "secret.ts": "export const x = 1", "node_modules/pkg/a.css": "@import '../b.css'; p{x:url(i.png)}",
		"node_modules/b.css": "b{c:d}", "node_modules/pkg/i.png": "i", "site/src/a.css": "",
	})
	_, diags := BundleCSS(filepath.Join(dir, "site"), []CSSModule{
		{Path: "src/A.gosite", At: diag.Pos{Line: 5, Col: 8}, CSS: "@import '../../secret.css';@import 'pkg/a.css';@import './a.css';p{x:url(../../secret.png)}"},
	}, Options{})
	_, more := BundleScripts(filepath.Join(dir, "site"), []ScriptModule{
		{ID: "a", Path: "src/A.gosite", At: diag.Pos{Line: 10, Col: 9}, Code: "import {x} from '../../secret.ts'; x()"},
	}, Options{})
	want := `error SG5007 src/A.gosite:5:17: ../../secret.css leads out of the project
  hint: move the file into the project
error SG5007 src/A.gosite:5:81: ../../secret.png leads out of the project
  hint: move the file into the project
error SG5007 src/A.gosite:10:26: ../../secret.ts leads out of the project
  hint: move the file into the project
`
	if diff := cmp.Diff(want, lines(append(diags, more...))); diff != "" {
		t.Error(diff)
	}
}

func TestBundleTargets(t *testing.T) {
	if _, diags := BundleScripts(t.TempDir(), []ScriptModule{{Path: "a"}}, Options{Target: []string{"netscape4"}}); len(diags) != 1 {
		t.Error("an unknown engine is no error")
	}
	b, diags := BundleCSS(t.TempDir(), []CSSModule{{Path: "a.css", CSS: "a{b{color:red}}"}}, Options{Minify: true, Target: []string{"chrome130"}})
	if len(diags) > 0 || b.Code != "a{b{color:red}}\n" {
		t.Errorf("%q %s", b.Code, lines(diags))
	}
}
