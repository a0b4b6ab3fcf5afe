package codegen

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"sitegen.dev/core/syntax"
)

// Dividing templates changes nothing that anybody can see: pages, places of errors, traces.
func TestInSections(t *testing.T) {
	if *update {
		t.Skip("the expectations are those of whole templates")
	}
	before := sections
	defer func() { sections = before }()
	sections = splitter{max: 4, section: 3}
	t.Run("Run", TestRun)
	t.Run("GoErrors", TestGoErrors)
	t.Run("Trace", TestTrace)
}

// What can be moved into a function, and what cannot.
func TestSections(t *testing.T) {
	before := sections
	defer func() { sections = before }()
	sections = splitter{max: 8, section: 4}
	for _, tt := range []struct{ name, template, want string }{
		{"short", `{a}{a}{a}`, "a a a"},
		{"long", strings.Repeat("{a}", 12), "(a a a a) (a a a a) (a a a a)"},
		{"longer", strings.Repeat("{a}", 30), "((a a a a) (a a a a)) ((a a a a) (a a a a)) ((a a a a) (a a a a)) ((a a a a) a a)"},
		{"a declaration is seen by all behind it", strings.Repeat("{a}", 6) + `{b := 1}` + strings.Repeat("{b}", 6), "((a a a a) a a) b:=1 ((b b b b) b b)"},
		{"declarations", strings.Repeat("{b := 1}{b}{b}", 6), "b:=1 (b b b:=1 (b b b:=1 (b b b:=1 (b b b:=1 (b b b:=1 b b)))))"},
		{"a return ends the component", strings.Repeat("{a}", 6) + `{if a == 1 { {return nil} }}` + strings.Repeat("{a}", 6), "((a a a a) a a) if[return] ((a a a a) a a)"},
		{"a return behind declarations", strings.Repeat("{b := 1}{b}{b}", 3) + `{return nil}` + strings.Repeat("{c := 1}{c}{c}", 3), "b:=1 b b b:=1 b b b:=1 b b return c:=1 (c c c:=1 (c c c:=1 c c))"},
		{"break and continue leave a loop", `{for { ` + strings.Repeat("{a}", 6) + `{if a == 1 { {break} }}{if a == 2 { {continue} }}` + strings.Repeat("{a}", 6) + ` }}`,
			"(for[((a a a a) a a) if[break] if[continue] ((a a a a) a a)])"},
		{"a whole loop", strings.Repeat("{a}", 8) + `{for { {break} }}{switch a { case 1: {break} }}`, "(a a a a) (a a a a) (for[break]) (switch[break])"},
		{"a return within a function is its own", strings.Repeat("{a}", 8) + `{func() int { return 1 }()}`, "(a a a a) (a a a a) func"},
		{"one long branch", `{a}{if a == 1 { ` + strings.Repeat("{a}", 12) + ` } else { {a} }}`, "a (if[(a a a a) (a a a a) (a a a a)|a])"},
		{"long branches", strings.Repeat(`{if a == 1 { {a}{a}{a}{a}{a} }}`, 3), "(if[a a a a a]) (if[a a a a a]) (if[a a a a a])"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tree, ds := syntax.Parse("src/X.gosite", []byte("---\na := 1\n---\n"+tt.template))
			p, list := Link(Input{ModulePath: "example.com/site", Sources: []Source{{"src/X.gosite", tree}}})
			list.Add(ds...)
			if list.HasErrors() {
				t.Fatal(list.Err())
			}
			ops := p.Components[0].ops
			if weigh(ops) > sections.max {
				ops, _ = sections.list(ops)
			}
			if got := sketch(ops); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// sketch shows where the sections are.
func sketch(ops Ops) string {
	var out []string
	for _, op := range ops {
		switch op := op.(type) {
		case Section:
			out = append(out, "("+sketch(op.Body)+")")
		case Block:
			out = append(out, sketch(op.Body))
		case Value:
			s, _ := op.X.source()
			out = append(out, strings.Fields(strings.ReplaceAll(s, "()", " "))[0])
		case Stmt:
			s, _ := op.X.source()
			s, _, _ = strings.Cut(strings.ReplaceAll(s, " := ", ":="), " ")
			out = append(out, s)
		case If:
			var arms []string
			for _, a := range op.Arms {
				arms = append(arms, sketch(a.Body))
			}
			out = append(out, "if["+strings.Join(arms, "|")+"]")
		case Switch:
			out = append(out, "switch["+sketch(op.Arms[0].Body)+"]")
		case For:
			out = append(out, "for["+sketch(op.Body)+"]")
		}
	}
	return strings.Join(out, " ")
}

// However long a template is, and whatever it is made of, no function is: the Go compiler would not end.
func TestLongTemplate(t *testing.T) {
	const n = 5000
	line := func(format string) func() string {
		return func() string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, format, i)
			}
			return b.String()
		}
	}
	for name, template := range map[string]func() string{
		"values":       line("<p class={a}>{a} %d {a}</p>\n"),
		"branches":     line("{if a == \"%d\" { <b>{a}</b> } else { <i>{a}</i> }}\n"),
		"variables":    line("{v%[1]d := a + \"%[1]d\"}<p>{v%[1]d}</p>\n"),
		"components":   line("<Card title={a}>%d {a}</Card>\n"),
		"a slot":       func() string { return "<Card title=\"x\">" + line("<p>{a} %d</p>\n")() + "</Card>" },
		"a loop":       func() string { return "{for range 3 { " + line("<p>{a} %d</p>\n")() + " }}" },
		"an element":   func() string { return `<Element is="p">` + line("<p>{a} %d</p>\n")() + "</Element>" },
		"an operand":   func() string { return "{x := <>" + line("<p>{a} %d</p>\n")() + "</>}{x}" },
		"one fallback": func() string { return "<slot>" + line("<p>{a} %d</p>\n")() + "</slot>" },
	} {
		t.Run(name, func(t *testing.T) {
			p := link(t, []txtar.File{
				{Name: "src/Card.gosite", Data: []byte("---\ntype Props struct{ Title string }\n---\n{props.Title}<slot />")},
				{Name: "src/pages/x.gosite", Data: []byte("---\nimport Card \"../Card.gosite\"\na := \"a\"\nvar _ Card.Props\n---\n" + template())},
			})
			gen, _ := p.Generate()
			for _, f := range gen {
				tree, err := parser.ParseFile(token.NewFileSet(), f.Path, f.Data, 0)
				if err != nil {
					t.Fatal(err)
				}
				if n := longest(tree); n > 1200 {
					t.Errorf("%s has a function of %d statements", f.Path, n)
				}
			}
		})
	}
}

// What is inlined costs the Go compiler most of its time where there is very much of it. A call that may give an error stays in
// one piece.
func TestLongCalls(t *testing.T) {
	const values = `{a}{load()}{(load())}<p title={a}></p>{a + "x"}`
	p := link(t, []txtar.File{{Name: "src/pages/x.gosite", Data: []byte("---\na := \"a\"\nfunc load() (string, error) { return a2, nil }\nconst a2 = \"b\"\n---\n" + strings.Repeat(values, 100))}})
	gen, _ := p.Generate()
	src := string(gen[0].Data)
	for _, short := range []string{"_sg.V(", "_w.S("} {
		if strings.Contains(src, short) {
			t.Errorf("a long template calls %s", short)
		}
	}
	for call, want := range map[string]int{"_sg.LongText(": 200, "_sg.LongV(": 300} {
		if n := strings.Count(src, call); n != want {
			t.Errorf("%d calls of %s, want %d", n, call, want)
		}
	}
}

// longest is the number of statements of the longest function, without those of functions within.
func longest(f *ast.File) int {
	most := 0
	var count func(n ast.Node) int
	count = func(root ast.Node) int {
		n := 0
		ast.Inspect(root, func(x ast.Node) bool {
			if lit, ok := x.(*ast.FuncLit); ok {
				most = max(most, count(lit.Body))
				return false
			}
			if _, ok := x.(ast.Stmt); ok {
				n++
			}
			return true
		})
		return n
	}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			most = max(most, count(fn.Body))
		}
	}
	return most
}
