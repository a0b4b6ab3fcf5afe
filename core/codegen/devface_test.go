package codegen

import (
	"bytes"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// What others import stays as it is when the code changes, so that they are not compiled again.
func TestFaceStays(t *testing.T) {
	site := func(fence, body string) map[string]string {
		return map[string]string{
			"src/components/Card.gosite": "---\n" + fence + "---\n" + body,
			"src/pages/index.gosite":     "---\nimport Card \"../components/Card.gosite\"\n---\n<Card title=\"x\" />\n",
		}
	}
	const fence = "import \"time\"\n\ntype Props struct {\n\tTitle string\n\tAt time.Time\n}\n\nfunc shout(s string) string { return s + \"!\" }\n\nt := shout(props.Title)\n"
	const body = "<b>{t}</b>\n<slot />\n"
	old := devPackages(t, site(fence, body))
	if old["src/components/Card.gosite"].Face == nil {
		t.Fatal("Card has no face")
	}
	if old["src/pages/index.gosite"].Face != nil {
		t.Error("a page that nothing imports has a face")
	}
	for _, tt := range []struct {
		name, from, to string
		same           bool
	}{
		{"expression of the template", "{t}", "{t + \"?\"}", true},
		{"statement of the fence", "shout(props.Title)", "shout(props.Title + \" \")", true},
		{"function of the fence", "s + \"!\"", "\"!\" + s", true},
		{"lines", "import \"time\"", "\n\nimport \"time\"", true},
		{"prop", "Title string", "Title string\n\tN int", false},
		{"slot", "<slot />", "<slot name=\"foot\" />", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now := devPackages(t, site(strings.Replace(fence, tt.from, tt.to, 1), strings.Replace(body, tt.from, tt.to, 1)))
			a, b := old["src/components/Card.gosite"].Face, now["src/components/Card.gosite"].Face
			if b == nil {
				t.Fatal("Card has no face now")
			}
			if same := bytes.Equal(a.Logic, b.Logic); same != tt.same {
				t.Errorf("the face is the same: %v, want %v\n%s", same, tt.same, b.Data)
			}
			if tt.same && !bytes.Equal(old["src/pages/index.gosite"].Code.Logic, now["src/pages/index.gosite"].Code.Logic) {
				t.Error("the page differs")
			}
		})
	}
}

// A component whose declarations would mean something else in another package, or that shows more than types and
// constants, stays one package.
func TestFaces(t *testing.T) {
	for _, tt := range []struct {
		name, fence string
		has         bool
	}{
		{"no fence", "", true},
		{"no props", "n := 1\n_ = n", true},
		{"props", "type Props struct{ Title string `prop:\",required\"` }", true},
		{"slots", "type Slots struct{ Row func(n int) site.Node }", true},
		{"types", "type Props struct{ Kind Kind; Items []Item }\n\ntype Kind string\n\nconst (\n\tSmall Kind = \"s\"\n\tLarge = \"l\"\n)\n\ntype Item struct{ Name string }", true},
		{"what is private and nothing of it seen", "type Props struct{ N int }\n\ntype item struct{ n int }\n\nconst first = 1\n\nfunc (i item) double() int { return 2 * i.n }\n\nfunc f() item { return item{first} }", true},
		{"imports", "import (\n\t\"net/url\"\n\tt \"time\"\n)\n\ntype Props struct{ To *url.URL; At t.Time }", true},
		{"runtime", "type Props struct{ Img site.Image }", true},
		{"another's props", "import Box \"./Box.gosite\"\n\ntype Props struct{ Box.Props; Title string }", true},
		{"the same props", "import Box \"./Box.gosite\"\n\ntype Props = Box.Props", true},
		{"type parameters", "type Props[T any] struct{ Items []T }", false},
		{"generic type", "type Props struct{ L List[int] }\n\ntype List[T any] []T", false},
		{"private field", "type Props struct{ Item Item }\n\ntype Item struct{ name string }", false},
		{"private method of an interface", "type Props struct{ Item Item }\n\ntype Item interface{ name() string }", false},
		{"private type", "type Props struct{ Kind kind }\n\ntype kind string", false},
		{"private constant", "type Props struct{ At [n]int }\n\nconst n = 3", false},
		{"method", "type Props struct{ Name string }\n\nfunc (p Props) Upper() string { return p.Name }", false},
		{"function", "type Props struct{ Name string }\n\nfunc Upper(s string) string { return s }", false},
		{"package of an unknown name", "import \"example.com/go-tea\"\n\ntype Props struct{ Leaf tea.Leaf }", false},
		{"method of an alias", "type Props struct{ Item Item }\n\ntype Item struct{ Name string }\n\ntype item = Item\n\nfunc (i item) Upper() string { return i.Name }", false},
		{"method of an alias that others see", "type Props struct{ Item Item }\n\ntype Item = item\n\ntype item struct{ Name string }\n\nfunc (i item) Upper() string { return i.Name }", false},
		{"embedded type of the language", "type Props struct{ error }", false},
		{"embedded interface of the language", "type Props struct{ Bad Bad }\n\ntype Bad interface{ error }", true},
		{"embedded type of a package", "import \"time\"\n\ntype Props struct{ time.Time; *Item }\n\ntype Item struct{ Name string }", true},
		{"import with a dot", "import . \"time\"\n\ntype Props struct{ At Time }", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			src := tt.fence
			if src != "" {
				src = "---\n" + src + "\n---\n"
			}
			out := devPackages(t, map[string]string{
				"src/components/Card.gosite": src + "<p>x</p>\n",
				"src/components/Box.gosite":  "---\ntype Props struct{ N int }\n---\n{props.N}\n",
				"src/pages/index.gosite":     "---\nimport Card \"../components/Card.gosite\"\n\nvar _ Card.Slots\n---\n<p>x</p>\n",
			})
			card := out["src/components/Card.gosite"]
			if has := card.Face != nil; has != tt.has {
				t.Errorf("it has a face: %v, want %v", has, tt.has)
			}
			page := string(out["src/pages/index.gosite"].Code.Data)
			if imports := strings.Contains(page, "/gen/face/components/Card"); imports != tt.has {
				t.Errorf("the page imports a face: %v, want %v\n%s", imports, tt.has, page)
			}
		})
	}
}

// Sites that compile as a build has them compile in the development server too, whose components are more packages.
func TestDevCompiles(t *testing.T) {
	files, err := filepath.Glob("testdata/run/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no archives", err)
	}
	faces := 0
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			p := link(t, ar.Files)
			var gen []File
			args := []string{"build", "-gcflags=-e"}
			for _, d := range p.DevPackages() {
				for _, f := range d.Files() {
					gen = append(gen, f.File)
				}
				if d.Face != nil {
					faces++
				}
				args = append(args, "./"+path.Dir(d.Code.Path))
			}
			if out, err := goRun(t, module(t, ar.Files, gen...), args...); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	if faces < 20 {
		t.Errorf("%d components have a face: what is tested?", faces)
	}
}
