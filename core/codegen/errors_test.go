package codegen

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"sitegen.dev/core/diag"
)

// goldens calls run for each archive and compares the file "want" in it with the result.
func goldens(t *testing.T, pattern string, run func(t *testing.T, files []txtar.File) []txtar.File) {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatal("no archives ", pattern)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			isWant := func(f txtar.File) bool { return strings.HasPrefix(f.Name, "want") }
			in := slices.DeleteFunc(slices.Clone(ar.Files), isWant)
			got := run(t, in)
			if *update {
				ar.Files = append(in, got...)
				if err := os.WriteFile(name, txtar.Format(ar), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			want := slices.DeleteFunc(ar.Files, func(f txtar.File) bool { return !isWant(f) })
			text := func(fs []txtar.File) string { return string(txtar.Format(&txtar.Archive{Files: fs})) }
			if d := cmp.Diff(text(want), text(got)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// show prints diagnostics with everything they say.
func show(ds []diag.Diagnostic) []byte {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "%s: %s %s: %s\n", d.Pos, d.Severity, d.Code, d.Message)
		for _, n := range d.Notes {
			fmt.Fprintf(&b, "\tnote %s: %s\n", n.Pos, n.Message)
		}
		if d.Hint != "" {
			fmt.Fprintf(&b, "\thint %s\n", d.Hint)
		}
	}
	return []byte(b.String())
}

func TestLinkErrors(t *testing.T) {
	goldens(t, "testdata/link/*.txtar", func(t *testing.T, files []txtar.File) []txtar.File {
		in, ds := input(t, files)
		if len(ds) > 0 {
			t.Fatalf("the sources do not parse: %v", ds)
		}
		_, list := Link(in)
		known := map[diag.Code]bool{}
		for _, c := range diag.Codes() {
			known[c.Code] = true
		}
		for _, d := range list.Sorted() {
			if !known[d.Code] {
				t.Errorf("code %s is not documented", d.Code)
			}
		}
		return []txtar.File{{Name: "want", Data: show(list.Sorted())}}
	})
}

// TestGoErrors compiles sites with mistakes that only Go finds, and compares what becomes of them.
func TestGoErrors(t *testing.T) {
	goldens(t, "testdata/goerrors/*.txtar", func(t *testing.T, files []txtar.File) []txtar.File {
		p := link(t, files)
		gen, _ := p.Generate()
		dir := module(t, files, gen...)
		var pkgs []string
		for _, c := range p.Components {
			pkgs = append(pkgs, "./"+c.Dir)
		}
		out, err := goRun(t, dir, append([]string{"build", "-trimpath", "-gcflags=-e"}, pkgs...)...)
		if err == nil {
			t.Fatal("it compiles")
		}
		ds := p.MapGoOutput(out)
		for _, d := range ds {
			if s := d.Error() + d.Hint; strings.Contains(s, ".sitegen") || strings.Contains(s, "_sg") || strings.Contains(s, dir) {
				t.Errorf("shows generated code: %s", s)
			}
		}
		vet, err := goRun(t, dir, append([]string{"vet"}, pkgs...)...)
		if err == nil {
			t.Error("vet finds nothing")
		}
		for _, d := range MapGoOutput(vet) {
			if strings.Contains(d.Error(), ".sitegen") {
				t.Errorf("vet shows generated code: %s", d.Error())
			}
		}
		return []txtar.File{{Name: "want", Data: show(ds)}}
	})
}

// go vet writes the types of other packages with the whole path of the package; that of a component is generated code.
func TestVetTypes(t *testing.T) {
	for _, tt := range [][2]string{
		{"example.com/a/.sitegen/gen/c/components/Select.Option struct literal uses unkeyed fields", "Select.Option struct literal uses unkeyed fields"},
		{"example.com/a/.sitegen/gen/dev/c/Card.Item struct literal uses unkeyed fields", "Card.Item struct literal uses unkeyed fields"},
		{"example.com/a/shop.Tea struct literal uses unkeyed fields", "example.com/a/shop.Tea struct literal uses unkeyed fields"},
		{`x is "example.com/a/.sitegen/gen/c/components/Select"`, `x is "components/Select.gosite"`},
	} {
		if got := cleanMessage(tt[0]); got != tt[1] {
			t.Errorf("cleanMessage(%q) = %q, want %q", tt[0], got, tt[1])
		}
	}
}

// What go vet says has hints too.
func TestVetHints(t *testing.T) {
	for line, want := range map[string]string{
		"src/pages/a.gosite:7:2: conversion from int to string yields a string of one rune, not a string of digits": "{n} prints the number; as text it is strconv.Itoa(n) or fmt.Sprint(n)",
	} {
		if got := MapGoOutput("# site\nvet: " + line + "\n"); len(got) != 1 || got[0].Hint != want {
			t.Errorf("MapGoOutput(%q) = %v; want the hint %q", line, got, want)
		}
	}
}

// A page that only redirects leaves its template unreachable, and a lock is assigned to _, which are no mistakes of the author.
func TestVetOfGenerated(t *testing.T) {
	p := link(t, []txtar.File{{Name: "src/pages/old.gosite", Data: []byte("---\nif page.Prerendered {\n\treturn nil\n\tpanic(1)\n}\nreturn page.Redirect(\"/new\")\n---\n<p>moved</p>\n")}})
	for _, tt := range []struct {
		line string
		want int
	}{
		{"src/pages/old.gosite:4:2: unreachable code", 1},
		{"src/pages/old.gosite:7:2: unreachable code", 0},
		{"src/pages/old.gosite:8:1: unreachable code", 0},
		{"src/pages/old.gosite:8:1: another message", 1},
		{"src/pages/old.gosite:7:9: assignment copies lock value to _: sync.WaitGroup contains sync.noCopy", 0},
		{"src/pages/old.gosite:3:9: assignment copies lock value to b: sync.WaitGroup contains sync.noCopy", 1},
	} {
		if got := p.MapGoOutput("# site\nvet: " + tt.line + "\n"); len(got) != tt.want {
			t.Errorf("MapGoOutput(%q) = %v; want %d diagnostics", tt.line, got, tt.want)
		}
	}
}
