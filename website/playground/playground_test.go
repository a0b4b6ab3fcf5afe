package playground

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"sitegen.dev/website/playground/examples"
	"sitegen.dev/website/playground/symbols"
)

// packed is what the go command exports on this machine.
var packed = sync.OnceValues(func() ([]byte, error) { return Exports(context.Background()) })

func compiler(t *testing.T) *Compiler {
	t.Helper()
	exports, err := packed()
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(exports)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const page = "src/pages/index.gosite"

// What is wrong is said as sitegen check says it.
func TestFindings(t *testing.T) {
	c := compiler(t)
	const card = "---\ntype Props struct {\n\tTitle string `prop:\",required\"`\n\tSize  int\n}\n---\n<h2>{props.Title}</h2>\n"
	for _, tt := range []struct{ name, page, want string }{
		{"syntax", "<p>a", "src/pages/index.gosite:1:5: error: <p> is never closed"},
		{"Go of the fence", "---\nx := undefined\n---\n{x}", "src/pages/index.gosite:2:6: error: undefined: undefined"},
		{"Go of the template", "<p>\n  {1 + \"a\"}\n</p>", "src/pages/index.gosite:2:4: error: invalid operation: 1 + \"a\""},
		{"unknown component", "<Crad />", "src/pages/index.gosite:1:2: error: <Crad> is not imported"},
		{"unknown prop", "---\nimport Card \"../components/Card.gosite\"\n---\n<Card title=\"x\" sise={2} />", "src/pages/index.gosite:4:17: error: <Card> has no prop sise"},
		{"missing prop", "---\nimport Card \"../components/Card.gosite\"\n---\n<Card />", "src/pages/index.gosite:4:2: error: <Card> needs the prop title"},
		{"type of a prop", "---\nimport Card \"../components/Card.gosite\"\n---\n<Card title=\"x\" size={\"big\"} />", "src/pages/index.gosite:4:23: error: cannot use \"big\""},
		{"accessibility", "<img src=\"/a.png\">", "src/pages/index.gosite:1:2: warning: <img> has no alt"},
		{"unused variable", "---\nx := 1\n---\n<p>a</p>", "src/pages/index.gosite:2:1: warning: "},
		{"unused import", "---\nimport \"fmt\"\n---\n<p>a</p>", "src/pages/index.gosite:2:8: error: \"fmt\" imported and not used"},
		{"a package that is not there", "---\nimport \"os\"\n---\n{os.Args[0]}", "src/pages/index.gosite:2:8: error: could not import os (the playground does not have this package)"},
		{"style", "<p>a</p>\n\n<style>\n  p { color: red; \n</style>", "src/pages/index.gosite:4:5: error: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := c.Run([]File{{page, tt.page}, {"src/components/Card.gosite", card}}, page)
			if !strings.HasPrefix(r.Text, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", r.Text, tt.want)
			}
			if len(r.Findings) == 0 {
				t.Error("no findings")
			}
			if strings.Contains(tt.want, "error") && r.Status != 0 {
				t.Error("rendered in spite of an error")
			}
		})
	}
}

func TestAnswer(t *testing.T) {
	c := compiler(t)
	for _, tt := range []struct {
		name, page       string
		status           int
		location, inside string // of the body, or of the problem
	}{
		{"prerendered", "<p>{page.Prerendered} {page.URL.Path}</p>", 200, "", "<p>true /</p>"},
		{"on demand", "---\nconst prerender = false\n---\n<p>{page.Prerendered} {page.Request.Method}</p>", 200, "", "<p>false GET</p>"},
		{"redirect", "---\nconst prerender = false\n\nreturn page.Redirect(\"/a\")\n---\n", 302, "/a", ""},
		{"status", "---\nconst prerender = false\n\npage.Response.Status = 410\n---\n<p>gone</p>", 410, "", "gone"},
		{"error", "---\nimport \"errors\"\n\nreturn errors.New(\"no tea\")\n---\n", 0, "", "no tea"},
		{"panic", "---\nvar s []int\n---\n{s[3]}", 0, "", "index out of range"},
		{"request of a prerendered page", "---\nx := page.Cookies.Has(\"a\")\n---\n{x}", 0, "", "page.Cookies"},
		{"a head", "<html><head><title>x</title></head><body><p>y</p></body></html>\n\n<style>\n  p { color: red; }\n</style>", 200, "", "p[data-s-"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := c.Run([]File{{page, tt.page}}, page)
			if strings.Contains(r.Text, "error") {
				t.Fatal(r.Text)
			}
			if r.Status != tt.status || r.Location != tt.location || !strings.Contains(r.HTML+r.Problem, tt.inside) {
				t.Errorf("got %d %q\n%s\n%s", r.Status, r.Location, r.HTML, r.Problem)
			}
		})
	}
}

func TestCannot(t *testing.T) {
	c := compiler(t)
	for _, tt := range []struct{ name, file, text, want string }{
		{"component", "src/components/Card.gosite", "<p>a</p>", "a component is shown by a page"},
		{"parameters", "src/pages/[slug].gosite", "---\nconst prerender = false\n---\n{page.Params[\"slug\"]}", "pages without parameters"},
		{"type parameters", "src/pages/index.gosite", "---\nimport T \"../components/T.gosite\"\n---\n<T[int] x={1} />", "type parameters"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := c.Run([]File{{tt.file, tt.text}, {"src/components/T.gosite", "---\ntype Props[V any] struct{ X V }\n---\n<p>{props.X}</p>\n"}}, tt.file)
			if r.Text != "" || !strings.Contains(r.Problem, tt.want) {
				t.Errorf("%s\ngot %q, want %q", r.Text, r.Problem, tt.want)
			}
		})
	}
}

// The interpreter has no way out of the page.
func TestNothingDangerous(t *testing.T) {
	for _, name := range slices.Concat(symbols.Packages, symbols.Generic) {
		switch name {
		case "os", "os/exec", "net", "net/http", "syscall", "syscall/js", "unsafe", "runtime", "reflect":
			t.Errorf("%s can be imported", name)
		}
	}
	for name := range symbols.Table() {
		if strings.HasPrefix(name, "syscall") || strings.HasPrefix(name, "os/") || strings.HasPrefix(name, "unsafe") {
			t.Errorf("%s is in the table", name)
		}
	}
}

func TestFormatted(t *testing.T) {
	r := compiler(t).Run([]File{{page, "---\nx:=1\n---\n<p>{ x }</p>"}}, page)
	if got, want := r.Formatted[page], "---\nx := 1\n---\n<p>{x}</p>\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !strings.Contains(r.Go[page], "func Render(") {
		t.Errorf("no Go: %q", r.Go[page])
	}
}

func TestExportsAreNeeded(t *testing.T) {
	if _, err := New([]byte("no zip")); err == nil {
		t.Error("no error")
	}
	for _, in := range []string{"", "!<arch>\n", "!<arch>\n__.PKGDEF ", "!<arch>\n__.PKGDEF       0           0     0     644     9999999   `\n"} {
		if _, err := exportData([]byte(in)); err == nil {
			t.Errorf("%q is taken for an archive", in)
		}
	}
}

// All examples are formatted and show a page, but for the one that is about mistakes.
func TestExamples(t *testing.T) {
	c := compiler(t)
	list, err := examples.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		t.Run(e.Name, func(t *testing.T) {
			var files []File
			for _, f := range e.Files {
				files = append(files, File(f))
			}
			r := c.Run(files, files[0].Name)
			for _, f := range files {
				if r.Formatted[f.Name] != f.Text {
					t.Errorf("%s is not formatted:\n%s", f.Name, r.Formatted[f.Name])
				}
			}
			switch {
			case e.Name == "mistakes":
				if len(r.Findings) < 3 {
					t.Errorf("only these mistakes are found:\n%s", r.Text)
				}
			case r.Text != "" || r.HTML == "":
				t.Errorf("%s%s", r.Text, r.Problem)
			}
			t.Logf("%s\n%s%s", r.HTML, r.Text, r.Problem)
		})
	}
}
