package build

import (
	"context"
	"slices"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
)

// Analyze reads and links a site and makes its route table, going on after errors, as an editor needs it for files that
// are half typed. The Program holds every component; the list leaves out what is only a consequence of a syntax error
// elsewhere. Nothing is written, and
// Markdown is not read.
func Analyze(ctx context.Context, o Options) (*codegen.Program, *diag.List, error) {
	b := &builder{Options: o, list: &diag.List{}, site: &Site{Layout: o.Layout}, gen: genDir}
	if err := b.read(ctx); err != nil {
		return nil, b.list, err
	}
	return b.program, b.list, b.linkSound(ctx)
}

// linkSound links although there may be syntax errors, and routes if there are none.
func (b *builder) linkSound(ctx context.Context) error {
	broken := b.brokenFiles()
	before := b.list
	b.list = &diag.List{}
	err := b.link(ctx)
	found := b.list
	b.list = before
	if err != nil {
		return err
	}
	b.list.Add(slices.DeleteFunc(found.Sorted(), func(d diag.Diagnostic) bool { return b.follows(d, broken) })...)
	if len(broken) > 0 {
		return nil
	}
	return b.route(ctx)
}

// brokenFiles are those with an error so far, as diagnostics name them.
func (b *builder) brokenFiles() map[string]bool {
	broken := map[string]bool{}
	for _, d := range b.list.Sorted() {
		if d.Severity == diag.Error {
			broken[d.File] = true
		}
	}
	return broken
}

// follows says whether a diagnostic may be no more than a consequence of syntax errors: it is about a broken file or one
// that uses a component in one.
func (b *builder) follows(d diag.Diagnostic, broken map[string]bool) bool {
	if broken[d.File] {
		return true
	}
	for _, c := range b.program.Components {
		if b.Layout.Rel(c.Path) != d.File {
			continue
		}
		return slices.ContainsFunc(c.Imports, func(i *codegen.Component) bool { return broken[b.Layout.Rel(i.Path)] })
	}
	return false
}

// others finds, after the errors of a phase, those of later phases in what the errors do not touch: people mend a file
// of each kind in one go. What is found joins the list.
func (b *builder) others(ctx context.Context, after Phase) error {
	switch after {
	case Read, Content:
		if b.Until == Read || b.Until == Content {
			return nil
		}
		if err := b.linkSound(ctx); err != nil {
			return err
		}
	case Link:
		if b.Until == Link {
			return nil
		}
		if err := b.route(ctx); err != nil {
			return err
		}
	case Route, Assets:
	default:
		return nil
	}
	if b.program == nil || slices.Contains([]Phase{Read, Content, Link, Route, Assets, Generate}, b.Until) {
		return nil
	}
	return b.compileSound(ctx)
}

// compileSound type-checks the components that have no errors and use none that have.
func (b *builder) compileSound(ctx context.Context) error {
	broken := b.brokenFiles()
	sound := map[*codegen.Component]bool{}
	var packages []string
	for _, c := range b.program.Components {
		ok := !slices.ContainsFunc(c.Closure(), func(d *codegen.Component) bool { return broken[b.Layout.Rel(d.Path)] })
		if ok {
			sound[c] = true
			packages = append(packages, "./"+c.Dir)
		}
	}
	if len(packages) == 0 {
		return nil
	}
	said := b.list
	b.list = &diag.List{}
	defer func() { said.Add(b.list.Sorted()...); b.list = said }()
	if err := b.sync(); err != nil || b.list.HasErrors() {
		return err
	}
	for _, f := range b.program.GenerateOnly(func(c *codegen.Component) bool { return sound[c] }) {
		if err := writeChanged(b.Layout.abs(f.Path), f.Data); err != nil {
			return err
		}
	}
	_, err := b.run(ctx, append([]string{"build"}, packages...), false)
	return err
}
