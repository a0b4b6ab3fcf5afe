package codegen

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// relinkSite has components that see of each other props, slots, types and whether they are whole documents; each file
// comes in several versions, right and wrong ones.
var relinkSite = map[string][]string{
	"src/layouts/Base.gosite": {
		"---\ntype Props struct {\n\tTitle string\n}\n---\n<!doctype html><html><head><title>{props.Title}</title></head><body><slot /></body></html>",
		"---\ntype Props struct {\n\tTitle string `prop:\",required\"`\n}\n---\n<!doctype html><html><head><title>{props.Title}</title></head><body><slot /></body></html>",
		"---\ntype Props struct {\n\tTitle int\n}\n---\n<html><body><slot /><slot name=\"foot\" /></body></html>",
		"---\ntype Props struct {\n\tOther string\n}\n---\n<b>{props.Other}</b>",
	},
	"src/components/Card.gosite": {
		"---\ntype Props struct {\n\tTitle string\n}\n---\n<h2>{props.Title}</h2><slot />",
		"<h2>no props</h2>",
		"---\nimport Leaf \"./icons/Leaf.gosite\"\ntype Props struct {\n\tTitle string\n}\nunused := 1\n---\n<h2><Leaf />{props.Title}</h2><slot />",
		"---\nimport Base \"../layouts/Base.gosite\"\ntype Props struct {\n\tTitle string\n}\n---\n<Base title=\"x\">{props.Title}<slot /></Base>",
	},
	"src/components/icons/Leaf.gosite": {"<svg />", "<svg>2</svg>", "---\nimport Card \"../Card.gosite\"\n---\n<Card />"},
	"src/pages/index.gosite": {
		"---\nimport Base \"../layouts/Base.gosite\"\nimport Card \"../components/Card.gosite\"\n---\n<Base title=\"Home\"><Card title=\"a\">x</Card></Base>",
		"---\nimport Base \"../layouts/Base.gosite\"\nimport icons \"../components/icons\"\n---\n<Base title=\"Home\"><icons.Leaf /><p slot=\"foot\">f</p></Base>",
		"---\nimport Base \"../layouts/Base.gosite\"\nimport Card \"../components/Card.gosite\"\n---\n<Base title=\"Home\"><Card server:defer title=\"a\" /></Base>",
		"---\nimport Nothing \"../Nothing.gosite\"\n---\n<Nothing />",
		"---\nimport Base \"../layouts/Base.gosite\"\n---\n<Base title=\"Home\">{env.SHOP}</Base>",
		"---\nimport Base \"../layouts/Base.gosite\"\n---\n<Base title=\"Home\"><p>{env.SHOP} and {env.KEY()}</p></Base>",
	},
	// Props of Card, seen through two others; and text of Markdown, which imports nothing itself.
	"src/components/Wrap.gosite": {
		"---\nimport Card \"./Card.gosite\"\ntype Props struct {\n\tCard.Props\n\tIcon string\n}\n---\n<Card {props.Props...} />",
		"---\nimport Card \"./Card.gosite\"\ntype Props = Card.Props\n---\n<Card {props...} />",
	},
	"src/components/Outer.gosite": {"---\nimport Wrap \"./Wrap.gosite\"\ntype Props struct {\n\tWrap.Props\n}\n---\n<Wrap {props.Props...} />"},
	"src/pages/wrapped.gosite":    {"---\nimport Outer \"../components/Outer.gosite\"\n---\n<Outer title=\"w\" />", "---\nimport Outer \"../components/Outer.gosite\"\n---\n<Outer icon=\"w\" />", ""},
	"src/content/a.md":            {"<slot name=\"p0\" /><Outer title=\"t\" /><slot name=\"p1\" />", "<slot name=\"p0\" /><Card title=\"m\" /><slot name=\"p1\" />", "<slot name=\"p0\" /><Crad /><slot name=\"p1\" />", ""},
	"src/pages/other.gosite":      {"---\nimport Card \"../components/Card.gosite\"\n---\n<Card title=\"o\" />", ""},
}

// What is linked with the help of what was linked before is what is linked from nothing.
func TestRelink(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	sources := map[string]Source{}
	pick := func(name string) {
		versions := relinkSite[name]
		text := versions[random.IntN(len(versions))]
		if text == "" {
			delete(sources, name) // the file goes
			return
		}
		f, diags := syntax.Parse(name, []byte(text))
		if len(diags) > 0 {
			t.Fatalf("%s: %v", name, diags)
		}
		sources[name] = Source{Path: name, File: f}
	}
	var names []string
	for name := range relinkSite {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		pick(name)
	}
	var prev *Program
	clean := 0
	// Each build reads the variables anew; now and then there are others.
	environments := []func() *Env{
		func() *Env { return nil },
		func() *Env {
			return &Env{Package: "example.com/s/env", Vars: []EnvVar{{Name: "SHOP", Type: "string"}, {Name: "KEY", Type: "string", Secret: true}}}
		},
		func() *Env {
			return &Env{Package: "example.com/s/env", Vars: []EnvVar{{Name: "SHOP", Type: "string"}, {Name: "KEY", Type: "string"}}}
		},
	}
	env := environments[1]
	for step := range 400 {
		if random.IntN(10) == 0 {
			env = environments[random.IntN(len(environments))]
		}
		in := Input{ModulePath: "example.com/s", SrcDir: "src", GenDir: ".sitegen/gen", Env: env()}
		for _, s := range sources {
			in.Sources = append(in.Sources, s)
		}
		want, wantList := Link(in)
		got, gotList := Relink(prev, in)
		if g, w := texts(gotList), texts(wantList); !reflect.DeepEqual(g, w) {
			t.Fatalf("step %d: diagnostics\n%v\nwant\n%v", step, g, w)
		}
		if !wantList.HasErrors() {
			clean++
			if len(got.Components) != len(want.Components) {
				t.Fatalf("step %d: %d components, want %d", step, len(got.Components), len(want.Components))
			}
			gotDev, wantDev := got.DevPackages(), want.DevPackages()
			for i, c := range got.Components {
				w := want.Components[i]
				if g, w := devText(gotDev[c.Path]), devText(wantDev[w.Path]); g != w {
					t.Fatalf("step %d: %s\n%s\nwant\n%s", step, c.Path, g, w)
				}
				if g, w := fmt.Sprint(closureOf(c)), fmt.Sprint(closureOf(w)); g != w {
					t.Fatalf("step %d: %s imports %s, want %s", step, c.Path, g, w)
				}
			}
		}
		prev = got
		for range 1 + random.IntN(2) {
			pick(names[random.IntN(len(names))])
		}
	}
	if clean < 20 {
		t.Errorf("only %d of the states were without errors", clean)
	}
}

// devText is all files of a package for the development server.
func devText(p DevPackage) string {
	var b strings.Builder
	for _, f := range p.Files() {
		b.WriteString("-- " + f.Path + " --\n" + string(f.Data))
	}
	return b.String()
}

// closureOf names the components of a closure.
func closureOf(c *Component) (out []string) {
	for _, d := range c.Closure() {
		out = append(out, d.Path)
	}
	return out
}

func texts(l *diag.List) (out []string) {
	for _, d := range l.Sorted() {
		out = append(out, d.Error())
	}
	return out
}
