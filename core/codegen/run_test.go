package codegen

import (
	"bytes"
	"flag"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// runner prints every prerendered page and the answers to the requests as a txtar archive. It joins the generated
// prerender program, without its main.
const runner = `package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"example.com/site/.sitegen/gen/bundle"
	"sitegen.dev/core/site"
)

func main() {
	ctx := context.Background()
	a := app()
	for _, r := range a.Routes {
		if !r.Prerender {
			continue
		}
		for e, err := range a.StaticPaths(ctx, r) {
			if err != nil {
				fmt.Println(r.Source, err)
				os.Exit(1)
			}
			res, err := a.RenderStatic(ctx, r, e, nil)
			if err != nil {
				fmt.Println(r.Source, err)
				os.Exit(1)
			}
			show("want/"+res.File, string(res.Body))
			for _, w := range res.Warnings {
				fmt.Println("warning:", w.Message)
			}
		}
	}
	h := site.NewHandler(bundle.App(), site.Host{})
	reqs, _ := os.ReadFile("go/requests")
	for line := range strings.Lines(string(reqs)) {
		f := strings.Fields(line)
		req := &site.Request{Method: f[0], Target: f[1], Host: "example.com", Scheme: "https"}
		for _, p := range f[2:] {
			k, v, _ := strings.Cut(p, "=")
			if k == "user" {
				req.Header.Set("X-User", v)
				continue
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Origin", "https://example.com")
			req.Body = strings.NewReader(p)
		}
		s := &sink{}
		h.Serve(ctx, req, s)
		show("want/"+strings.ReplaceAll(strings.TrimSpace(line), " ", "_"), s.head+s.String())
	}
}

func show(name, body string) {
	fmt.Printf("-- %s --\n%s\n", name, strings.ReplaceAll(body, "><", ">\n<"))
}

type sink struct {
	bytes.Buffer
	head string
}

func (s *sink) Start(status int, h *site.Header) error {
	lines := []string{}
	for k, v := range h.All() {
		lines = append(lines, k+": "+v+"\n")
	}
	slices.Sort(lines)
	s.head = fmt.Sprintln(status) + strings.Join(lines, "") + "\n"
	return nil
}

func (s *sink) Flush() error { return nil }
`

// TestRun compiles the sites of testdata/run against the runtime of this checkout, renders every page and compares
// the HTML.
func TestRun(t *testing.T) {
	files, err := filepath.Glob("testdata/run/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no archives", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			p := link(t, ar.Files)
			gen, list := p.Generate()
			if list.HasErrors() {
				t.Fatal(list.Err())
			}
			for _, f := range p.Bundle(testBundle(p)) {
				if path.Base(f.Path) == "main.go" {
					f.Path = ".sitegen/gen/run/app.go"
					f.Data = bytes.Replace(f.Data, []byte("func main() { runtime.Main(app(), nil) }\n"), nil, 1)
					f.Data = bytes.Replace(f.Data, []byte("\t\"sitegen.dev/core/prerender/runtime\"\n"), nil, 1)
				}
				gen = append(gen, f)
			}
			gen = append(gen, File{Path: ".sitegen/gen/run/run.go", Data: []byte(runner)})
			dir := module(t, ar.Files, gen...)
			if out, err := goRun(t, dir, "build", "-gcflags=-e", "-o", "run.exe", "./.sitegen/gen/run"); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			var pkgs []string
			for _, c := range p.Components {
				pkgs = append(pkgs, "./"+c.Dir)
			}
			if out, err := goRun(t, dir, append([]string{"vet"}, pkgs...)...); err != nil {
				t.Errorf("vet: %v\n%s", err, out)
			}
			got, err := runIn(dir, "./run.exe")
			if err != nil {
				t.Fatalf("%v\n%s", err, got)
			}
			result := txtar.Parse([]byte(got))
			if *update {
				ar.Files = slices.DeleteFunc(ar.Files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, "want/") })
				ar.Files = append(ar.Files, result.Files...)
				if err := os.WriteFile(name, txtar.Format(ar), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			want := map[string]string{}
			for _, f := range ar.Files {
				if strings.HasPrefix(f.Name, "want/") {
					want[f.Name] = string(f.Data)
				}
			}
			have := map[string]string{}
			for _, f := range result.Files {
				have[f.Name] = string(f.Data)
			}
			if d := cmp.Diff(want, have); d != "" {
				t.Errorf("pages (-want +got):\n%s", d)
			}
		})
	}
}

// testBundle makes a route of every file below src/pages, in the order of their paths.
func testBundle(p *Program) Bundle {
	b := Bundle{Config: Config{Base: "/", Generator: "sitegen test"}, Assets: map[string]Asset{}}
	for _, c := range p.Components {
		for _, s := range c.Scripts {
			b.Assets[s.ID] = Asset{Tag: `<script type="module" src="/_assets/` + strings.ReplaceAll(path.Base(s.ID), "#", "-") + `.js"></script>`}
		}
		for _, a := range c.Assets {
			switch a.Kind {
			case AssetImage:
				b.Assets[a.ID] = Asset{URL: "/_assets/" + path.Base(a.Path), Width: 640, Height: 480, Format: "png"}
			case AssetFile:
				b.Assets[a.ID] = Asset{URL: "/_assets/" + path.Base(a.Path)}
			}
		}
		rel, ok := strings.CutPrefix(c.Path, "src/pages/")
		if !ok {
			continue
		}
		r := Route{Pattern: "/" + strings.TrimSuffix(componentBase(rel), "index"), Source: c.Path, Type: "page", Component: c, Prerender: true}
		if c.Flags.Prerender != nil {
			r.Prerender = c.Flags.Prerender.Value
		}
		if !c.HasTemplate {
			r.Type = "endpoint"
		}
		for _, d := range c.Closure() {
			for _, s := range d.Styles {
				r.Head += "<style>" + strings.TrimSpace(s.CSS) + "</style>"
			}
		}
		b.Routes = append(b.Routes, r)
	}
	return b
}
