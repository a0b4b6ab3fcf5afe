package build

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"sitegen.dev/core/a11y"
	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/internal/gocmd"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/routes"
	"sitegen.dev/core/syntax"
)

// pagesDir is the folder of the routes below the source directory.
const pagesDir = "pages"

// read finds and parses every component, on all cores, and finds the Markdown files below the pages folder.
func (b *builder) read(ctx context.Context) error {
	names, err := b.sourceNames()
	if err != nil {
		return err
	}
	b.files = make(map[string][]byte, len(names))
	parsed := make([]*parsedSource, len(names))
	err = each(ctx, len(names), func(i int) (err error) {
		parsed[i], err = b.source(names[i])
		return err
	})
	if err != nil {
		return err
	}
	b.memory.keep(parsed)
	for _, p := range parsed {
		if p.file == nil {
			b.markdown = append(b.markdown, p.name)
			continue
		}
		b.files[p.name] = p.data
		b.add(p.diags...)
		b.sources = append(b.sources, codegen.Source{Path: p.name, File: p.file})
	}
	if len(names) == 0 {
		b.list.Error("SG7006", diag.Range{Pos: diag.Pos{File: b.Layout.Rel(b.Layout.Src)}}, "there are no components here",
			"create "+path.Join(b.Layout.Rel(b.Layout.Src), pagesDir, "index.gosite"))
	}
	return nil
}

type parsedSource struct {
	name  string // below the module root
	data  []byte
	file  *syntax.File
	diags []diag.Diagnostic
}

// sourceNames lists the .gosite files below the source directory and the .md files below its pages, sorted.
func (b *builder) sourceNames() ([]string, error) {
	var names []string
	src := b.Layout.abs(b.Layout.Src)
	err := filepath.WalkDir(src, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			if name != src && errors.Is(err, fs.ErrNotExist) {
				return nil // it has gone since the folder was listed
			}
			return err
		}
		if d.IsDir() {
			if n := d.Name(); name != src && (n == "node_modules" || strings.HasPrefix(n, ".") && n != ".well-known") {
				return fs.SkipDir
			}
			return nil
		}
		if d.Type()&(fs.ModeNamedPipe|fs.ModeSocket|fs.ModeDevice|fs.ModeIrregular) != 0 {
			return nil // to open a pipe is to wait for somebody
		}
		rel, err := filepath.Rel(b.Layout.ModuleDir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if page, isPage := b.page(rel); !strings.HasSuffix(rel, ".gosite") && !(isPage && routes.Classify(page) == routes.Markdown) {
			return nil
		}
		if routes.Leftover(d.Name()) {
			return nil
		}
		if b.readable(name, rel, d) {
			names = append(names, rel)
		}
		return nil
	})
	for name := range b.Open {
		if strings.HasPrefix(name, b.Layout.Src+"/") && strings.HasSuffix(name, ".gosite") && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, err
}

// readable says whether a source is a file, and tells if it is not. To open a pipe would take as long as nobody writes
// into it.
func (b *builder) readable(name, rel string, d fs.DirEntry) bool {
	if d.Type().IsRegular() {
		return true
	}
	what := ""
	switch info, err := os.Stat(name); {
	case errors.Is(err, fs.ErrNotExist) && d.Type()&fs.ModeSymlink != 0:
		what = "this link leads nowhere"
	case err != nil:
		what = "this file cannot be read: " + bare(err).Error()
	case !info.Mode().IsRegular():
		what = "this is no regular file"
	}
	if what == "" {
		return true
	}
	b.list.Error("SG7001", diag.Range{Pos: diag.Pos{File: b.Layout.Rel(rel)}}, what, "remove it, or put the file itself in its place")
	return false
}

// isGoFile says whether the go command takes a file of this name into a package of the site.
func isGoFile(name string) bool {
	return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && name[0] != '.' && name[0] != '_'
}

// page gives the name of a source below the pages folder.
func (b *builder) page(name string) (string, bool) {
	return strings.CutPrefix(name, path.Join(b.Layout.Src, pagesDir)+"/")
}

// each runs f for 0 … n-1 on all cores and gives the first error.
func each(ctx context.Context, n int, f func(i int) error) error {
	var next atomic.Int64
	errs := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := f(i); err != nil {
					select {
					case errs <- err:
						cancel()
					default:
					}
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return context.Cause(ctx)
	}
}

// link resolves what the files say about each other.
func (b *builder) link(ctx context.Context) error {
	var mods []gocmd.Module
	b.ctx, b.env = ctx, b.environment()
	b.addTexts()
	program, list := b.memory.link(codegen.Input{
		Env:        b.env,
		CSP:        b.hasCSP(),
		CSSClasses: b.cssClasses,
		ModulePath: b.Layout.ModulePath,
		ModuleDir:  b.Layout.ModuleDir,
		SrcDir:     b.Layout.Src,
		GenDir:     b.gen,
		Sources:    b.sources,
		Layouts:    append(b.layoutImports(), b.routeImports()...),
		ReadFile:   os.ReadFile,
		GoFiles:    func(importPath string) [][]byte { return b.goFiles(ctx, importPath) },
		External: func(importPath string) (string, error) {
			if mods == nil {
				var err error
				if mods, err = gocmd.Modules(ctx, b.Layout.ModuleDir); err != nil {
					return "", err
				}
			}
			_, dir, err := gocmd.FindModule(mods, importPath)
			return dir, err
		},
	})
	b.add(list.Sorted()...)
	if b.Access {
		for _, s := range b.sources {
			if strings.HasSuffix(s.Path, ".gosite") {
				b.add(a11y.Check(s.File)...)
			}
		}
	}
	b.program, b.site.Program = program, program
	b.useTexts()
	b.site.Components = len(program.Components)
	return nil
}

// route makes the route table of the files below the pages folder and of the redirects.
func (b *builder) route(context.Context) error {
	var pages []routes.Page
	b.pages = map[string]*codegen.Component{}
	dir := b.Layout.abs(path.Join(b.Layout.Src, pagesDir))
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(b.Layout.ModuleDir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		page, _ := b.page(rel)
		p := routes.Page{Path: page, Source: b.Layout.Rel(rel)}
		if c := b.program.Component(rel); c != nil && !c.Text {
			b.pages[p.Source] = c
			b.describe(&p, c)
		} else if f := b.contents.byName[rel]; f != nil && f.isPage() && (!f.draft || b.Drafts) {
			p.HasTemplate = true
			if c := b.layoutOf(f); c != nil {
				b.pages[p.Source] = c
				p.Features = b.features(c)
			}
		} else if k := routes.Classify(page); k == routes.Markdown || k == routes.Component {
			return nil // a draft
		} else if img := b.contents.images[rel]; k == routes.Unknown && img != nil && img.ok {
			return nil // a text beside it shows it
		}
		pages = append(pages, p)
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	pages = append(pages, b.givenRoutes()...)
	table, list := routes.Build(pages, routes.Config{
		Output:    b.Config.Output,
		Redirects: slices.Concat(b.redirects(), b.aliases(), b.toDefaultLocale(pages)),
		HasPublic: func(name string) bool {
			info, err := os.Stat(filepath.Join(b.Layout.Root, filepath.FromSlash(path.Join(b.Config.Public, name))))
			return err == nil && info.Mode().IsRegular()
		},
	})
	for _, d := range list.Sorted() {
		d.Range = b.aliasPlace(d.Range)
		for i := range d.Notes {
			d.Notes[i].Range = b.aliasPlace(d.Notes[i].Range)
		}
		b.list.Add(d)
	}
	b.routes, b.site.Routes = table, table
	b.checkLocales()
	return nil
}

// describe tells the route table what the compiler found in a page.
func (b *builder) describe(p *routes.Page, c *codegen.Component) {
	p.HasTemplate = c.HasTemplate || c.Returns && len(c.Flags.Methods) == 0
	if f := c.Flags.Prerender; f != nil {
		p.Prerender, p.PrerenderAt = &f.Value, b.place(f.At)
	}
	if f := c.Flags.Revalidate; f != nil {
		p.Revalidate, p.RevalidateAt = f.Value, b.place(f.At)
	}
	if at := c.Flags.StaticPaths; at != nil {
		r := b.place(*at)
		p.StaticPaths = &r
	}
	for _, m := range c.Flags.Methods {
		if m.Wrong && c.HasTemplate {
			continue // was reported
		}
		p.Methods = append(p.Methods, routes.Method{Name: m.Name, At: b.place(m.At)})
	}
	p.Features = b.features(c)
}

// features lists what a component and those that it uses ask of a platform.
func (b *builder) features(c *codegen.Component) (out []manifest.Feature) {
	seen := map[string]bool{}
	for _, d := range c.Closure() {
		for _, f := range d.Features {
			if !seen[f.Name] {
				seen[f.Name] = f.Name != serverIsland // every use of those is reported
				f.File = b.Layout.Rel(f.File)
				out = append(out, f)
			}
		}
	}
	return out
}

func (b *builder) redirects() []routes.Redirect {
	var out []routes.Redirect
	for _, r := range b.Config.Redirects {
		out = append(out, routes.Redirect{From: r.From, To: r.To, Status: r.Status, At: r.At, ToAt: r.ToAt})
	}
	return out
}
