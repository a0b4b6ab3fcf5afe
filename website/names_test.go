package website

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// api are the packages that the documentation writes of, by the names that it gives them.
var api = map[string]string{
	"site": "../core/site", "content": "../core/site/content", "feed": "../core/site/feed", "netlify": "../core/site/netlify",
	"vercel": "../core/site/vercel", "cloudflare": "../core/site/cloudflare", "adapter": "../core/adapter",
}

var apiName = regexp.MustCompile(`(?:^|[^\w./"@-])(site|content|feed|netlify|vercel|cloudflare|adapter|page)\.([A-Z]\w*)`)

// others are names of another thing that an example calls like one of these packages.
var others = map[string]bool{
	"adapters.md site.Options":           true, // the server's package, which the example imports as site
	"adapters.md site.Handler":           true,
	"write-an-adapter.md site.Bundle":    true, // of a parameter
	"write-an-adapter.md site.ClientDir": true,
}

// Every name of the runtime that the documentation speaks of, in examples and in its text, is there.
func TestNames(t *testing.T) {
	exported := map[string]map[string]bool{}
	for name, dir := range api {
		exported[name] = exportedNames(t, dir)
	}
	exported["page"] = pageMembers(t, api["site"])
	pages, err := filepath.Glob("src/pages/docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	pages = append(pages, "../README.md")
	seen := 0
	for _, page := range pages {
		src, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(src), "\n") {
			for _, m := range apiName.FindAllStringSubmatch(line, -1) {
				seen++
				if !exported[m[1]][m[2]] && !others[filepath.Base(page)+" "+m[1]+"."+m[2]] {
					t.Errorf("%s:%d: there is no %s.%s", page, i+1, m[1], m[2])
				}
			}
		}
	}
	if seen < 200 {
		t.Errorf("found only %d names", seen)
	}
}

func exportedNames(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(dir + "/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no Go in %s: %v", dir, err)
	}
	names := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					names[d.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						names[s.Name.Name] = true
					case *ast.ValueSpec:
						for _, n := range s.Names {
							names[n.Name] = true
						}
					}
				}
			}
		}
	}
	return names
}

// pageMembers gives the exported fields and methods of site.Page.
func pageMembers(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(dir + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv == nil {
					return false
				}
				if star, ok := n.Recv.List[0].Type.(*ast.StarExpr); ok {
					if id, ok := star.X.(*ast.Ident); ok && id.Name == "Page" {
						names[n.Name.Name] = true
					}
				}
				return false
			case *ast.TypeSpec:
				if s, ok := n.Type.(*ast.StructType); ok && n.Name.Name == "Page" {
					for _, f := range s.Fields.List {
						for _, id := range f.Names {
							names[id.Name] = true
						}
					}
				}
			}
			return true
		})
	}
	return names
}
