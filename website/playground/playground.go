// Package playground is the compiler without a go command, for the page of this site that runs it in the browser: it
// takes the files of a small site, and gives what sitegen check says of them, what sitegen fmt makes of them, the Go that
// they become, and the page that this Go renders.
//
// The compiler is the one of the command line. What the go command does elsewhere is done here by go/types, with the
// export data of the packages that can be imported, and by an interpreter, which calls the same runtime that a site is
// linked with. So the messages and the HTML are the real ones; Go that the interpreter does not know is an error of the
// preview alone.
package playground

import (
	"bytes"
	"go/types"
	"path"
	"slices"
	"strings"

	"sitegen.dev/core/a11y"
	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
	"sitegen.dev/website/highlight"
)

// File is one file of a site, below its module root.
type File struct {
	Name string `json:"name"` // "src/pages/index.gosite"
	Text string `json:"text"`
}

// Finding is a diagnostic for the page.
type Finding struct {
	diag.Diagnostic
	Level string `json:"level"` // "error", "warning" or "note"
}

// Result is what became of the files.
type Result struct {
	Findings  []Finding           `json:"findings"`
	Text      string              `json:"text"`      // the findings as sitegen check prints them
	Formatted map[string]string   `json:"formatted"` // by name; files with syntax errors are missing
	Lines     map[string][]string `json:"lines"`     // of each file as it is, as coloured HTML
	Go        map[string]string   `json:"go"`        // the generated package of each component
	Page      string              `json:"page"`      // the file that was rendered
	Status    int                 `json:"status"`    // of the answer; 0 where there is none
	Location  string              `json:"location"`  // of a redirect
	HTML      string              `json:"html"`      // the body
	Problem   string              `json:"problem"`   // why there is no answer though there are no errors
}

// The layout of the site. A folder that begins with a dot, as in sites, would be skipped by the interpreter.
const (
	module = "example.com/site"
	genDir = "gen"
)

// Compiler holds what is the same for all runs.
type Compiler struct {
	imports types.Importer
}

// New makes a Compiler. exports is what the function Exports has packed.
func New(exports []byte) (*Compiler, error) {
	i, err := newImporter(exports)
	return &Compiler{i}, err
}

// Run compiles the files and renders the page, which is one of them.
func (c *Compiler) Run(files []File, page string) Result {
	r := Result{Formatted: map[string]string{}, Go: map[string]string{}, Lines: map[string][]string{}, Page: page}
	var list diag.List
	program, code := c.compile(files, &list, &r)
	if !list.HasErrors() {
		r.render(program, code, &list)
	}
	r.say(&list, files)
	return r
}

func (c *Compiler) compile(files []File, list *diag.List, r *Result) (*codegen.Program, *runnable) {
	var sources []codegen.Source
	for _, f := range files {
		tree, diags := syntax.Parse(f.Name, []byte(f.Text))
		list.Add(diags...)
		list.Add(a11y.Check(tree)...)
		r.Lines[f.Name] = highlight.Lines(f.Text)
		sources = append(sources, codegen.Source{Path: f.Name, File: tree})
		if text, diags := syntax.Format(f.Name, []byte(f.Text)); len(diags) == 0 {
			r.Formatted[f.Name] = string(text)
		}
	}
	broken := brokenFiles(list)
	program, linked := codegen.Link(codegen.Input{ModulePath: module, ModuleDir: "/", GenDir: genDir, Sources: sources})
	for _, d := range linked.Sorted() {
		if !follows(program, d.File, broken) {
			list.Add(d)
		}
	}
	// As in a build, the types of components that nothing is wrong with are checked beside the errors of others.
	broken = brokenFiles(list)
	generated := program.GenerateOnly(func(c *codegen.Component) bool { return !uses(c, broken) })
	for _, f := range generated {
		if c := componentAt(program, f.Path); c != nil && !c.Builtin {
			r.Go[c.Path] = string(f.Data)
		}
	}
	code, found := c.check(program, generated)
	list.Add(found...)
	return program, code
}

// brokenFiles are those with errors.
func brokenFiles(list *diag.List) map[string]bool {
	broken := map[string]bool{}
	for _, d := range list.Sorted() {
		if d.Severity == diag.Error {
			broken[d.File] = true
		}
	}
	return broken
}

// uses says whether a component is, or imports, a broken file.
func uses(c *codegen.Component, broken map[string]bool) bool {
	return slices.ContainsFunc(c.Closure(), func(d *codegen.Component) bool { return broken[d.Path] })
}

// follows says whether what is wrong with a file may be no more than a consequence of an error of syntax.
func follows(p *codegen.Program, file string, broken map[string]bool) bool {
	c := p.Component(file)
	return broken[file] || c != nil && slices.ContainsFunc(c.Imports, func(d *codegen.Component) bool { return broken[d.Path] })
}

// componentAt gives the component that a generated file belongs to.
func componentAt(p *codegen.Program, file string) *codegen.Component {
	for _, c := range p.Components {
		if c.Dir == path.Dir(file) {
			return c
		}
	}
	return nil
}

// say fills in the findings.
func (r *Result) say(list *diag.List, files []File) {
	r.Findings = []Finding{}
	for _, d := range list.Sorted() {
		r.Findings = append(r.Findings, Finding{d, d.Severity.String()})
	}
	var text bytes.Buffer
	diag.Text(&text, list, diag.TextOptions{Source: func(name string) []byte {
		if i := slices.IndexFunc(files, func(f File) bool { return f.Name == name }); i >= 0 {
			return []byte(files[i].Text)
		}
		return nil
	}})
	r.Text = strings.TrimRight(text.String(), "\n")
}
