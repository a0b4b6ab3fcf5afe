package codegen

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestTrace makes pages panic in many places and holds the stack traces against the source: they name the author's
// line, and no file of ours.
func TestTrace(t *testing.T) {
	const src = `---
import Box "./Box.gosite"

type T struct{ S []string }

func hoisted(t *T) string {
	_ = 1
	return t.S[3] // hoisted
}

at := page.Pattern
var none *T
if at == "fence" {
	_ = none.S // fence
}
---
<p>static</p>
{if at == "value" { <b>
  {none.S[0]} {/* value */}
</b> }}
{if at == "attr" { <b
  class="x"
  title={none.S[0]} {/* attr */}
></b> }}
{if at == "header" { {if none.S == nil { <i></i> }} {/* header */} }}
{if at == "loop" { {for _, s := range none.S { {s} }} {/* loop */} }}
{if at == "class" { <p class:list={"a",
  none.S[0], // class
}></p> }}
{if at == "prop" { <Box n={1}
   text={none.S[0]} {/* prop */}
/> }}
<Box>
  <p>
    text
    {if at == "slot" { {none.S[0]} }} {/* slot */}
  </p>
</Box>
{if at == "hoisted" { {hoisted(none)} }}
{if at == "stringer" { {Bad{}} {/* stringer */} }}
{if at == "child" {
  <Box panics /> {/* child */}
}}
`
	files := []txtar.File{
		{Name: "src/Page.gosite", Data: []byte(strings.Replace(src, "type T struct", "type Bad struct{}\n\nfunc (Bad) String() string { panic(\"no\") }\n\ntype T struct", 1))},
		{Name: "src/Box.gosite", Data: []byte("---\ntype Props struct {\n\tN      int\n\tText   string\n\tPanics bool\n}\n---\n<div>\n  {if props.Panics { {[]int{}[props.N]} }}\n  <slot />\n</div>\n")},
	}
	src2 := string(files[0].Data)
	p := link(t, files)
	gen, _ := p.Generate()
	const prog = `package main

import (
	"fmt"
	"os"
	"runtime/debug"

	page "example.com/site/.sitegen/gen/c/Page"
	"sitegen.dev/core/site"
)

func main() {
	for _, at := range os.Args[1:] {
		func() {
			defer func() {
				recover()
				fmt.Printf("-- %s --\n%s", at, debug.Stack())
			}()
			page.Render(site.NewWriter(nil), &site.Page{Pattern: at}, page.Props{}, page.Slots{})
		}()
	}
}
`
	dir := module(t, files, append(gen, File{Path: ".sitegen/gen/run/main.go", Data: []byte(prog)})...)
	if out, err := goRun(t, dir, "build", "-trimpath", "-o", "run.exe", "./.sitegen/gen/run"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	places := []string{"fence", "value", "attr", "header", "loop", "class", "prop", "slot", "hoisted", "stringer", "child"}
	out, err := runIn(dir, "./run.exe", places...)
	if err != nil {
		t.Fatal(err, out)
	}
	frame := regexp.MustCompile(`\t(\S*gosite|\S*render\.go|\S*\.sitegen\S*):(\d+)`)
	for _, f := range txtar.Parse([]byte(out)).Files {
		want := ""
		for i, line := range strings.Split(src2, "\n") {
			if strings.Contains(line, "// "+f.Name) || strings.Contains(line, "/* "+f.Name) {
				want = "src/Page.gosite:" + strconv.Itoa(i+1)
			}
		}
		found := false
		for _, m := range frame.FindAllStringSubmatch(string(f.Data), -1) {
			switch at := m[1] + ":" + m[2]; {
			case at == want:
				found = true
			case !strings.HasPrefix(m[1], "src/") && !strings.HasSuffix(m[1], "gen/run/main.go"):
				t.Errorf("%s: the trace shows %s", f.Name, at)
			}
		}
		if !found {
			t.Errorf("%s: no frame %s in\n%s", f.Name, want, f.Data)
		}
	}
}
