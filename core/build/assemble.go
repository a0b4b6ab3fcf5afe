package build

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
	"sitegen.dev/core/prerender"
	"sitegen.dev/core/prerender/runtime/wire"
)

// Names in the stage that are no part of the site.
const (
	clientDir    = "client"
	listFile     = "prerendered.jsonl"
	manifestFile = "manifest.json"
)

// prerender starts the stage: first the public folder, whose files win, then the pages.
func (b *builder) prerender(ctx context.Context) error {
	stage, list, err := newStage(b.Layout, b.Config.Out, b.Beside, b.Force)
	if err != nil {
		return err
	}
	b.list.Add(list.Sorted()...)
	if list.HasErrors() {
		return nil
	}
	b.site.Stage = stage
	b.site.ClientDir = stage.Dir
	lists := b.Layout.abs(workDir)
	if b.Server {
		b.site.ClientDir = filepath.Join(stage.Dir, clientDir)
		lists = stage.Dir
		if err := os.Mkdir(b.site.ClientDir, 0o777); err != nil {
			return err
		}
	}
	if b.ahead == nil { // not a build but a check of its links
		b.lookAhead()
	}
	b.before = <-b.ahead
	if b.before.dir != "" {
		stage.known = b.before
	}
	if b.site.PublicBytes, list, err = b.copyPublic(); err != nil {
		return err
	}
	b.list.Add(list.Sorted()...)
	b.copyHTML()
	if b.list.HasErrors() {
		return nil
	}
	b.site.Prerendered = filepath.Join(lists, listFile)
	f, err := os.Create(b.site.Prerendered)
	if err != nil {
		return err
	}
	job := wire.Job{
		Out: b.site.ClientDir, Concurrency: b.Config.Build.Concurrency, MaxErrors: 50, Redirects: !b.Server && b.Config.Build.Redirects, Module: b.Layout.ModulePath, Keys: b.key, Content: b.contentFile(),
		Env: b.buildEnv, Secrets: b.secrets,
	}
	if err := b.before.tell(&job, b.keys, b.programKey); err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	gone, errorRoutes := lost{}, map[string]bool{}
	for _, r := range b.routes {
		errorRoutes[r.Pattern] = r.Error != 0
	}
	b.site.Pages, list, err = prerender.Run(ctx, prerender.Options{
		Program: b.binary,
		Dir:     b.Layout.Root,
		Job:     job,
		Page: func(e wire.Event) {
			b.before.page(e)
			if !b.Server {
				gone.page(e, errorRoutes[e.Route])
			}
		},
		List:   w,
		Output: b.Output,
		Progress: func(done int) {
			b.progress(Prerender, done)
		},
		Place:   b.place,
		Content: b.contentProblem,
		Source: func(name string) ([]byte, bool) {
			data, ok := b.files[name]
			return data, ok
		},
	})
	if err := errors.Join(err, w.Flush(), f.Close()); err != nil {
		return err
	}
	b.notePageHeaders()
	b.reportLost(gone)
	problems := b.maskDiagnostics(list)
	for i := range problems {
		b.placeAtPaths(&problems[i])
		b.placeReturned(&problems[i])
	}
	b.placeValues(ctx, problems)
	b.list.Add(problems...)
	if m, ok := b.Output.(*mask); ok {
		m.flush()
	}
	return nil
}

// notePageHeaders notes the routes whose prerendered pages set headers, which is known only now.
func (b *builder) notePageHeaders() {
	for i := range b.site.Manifest.Routes {
		r := &b.site.Manifest.Routes[i]
		if b.site.Pages.Routes[r.Pattern].Headers {
			r.Features = append(slices.Clone(r.Features), manifest.Feature{Name: "pageHeaders", File: r.Source})
		}
	}
}

// copyHTML copies the plain HTML files of the pages folder to where a page of that name would be.
func (b *builder) copyHTML() {
	for _, r := range b.routes {
		if !strings.HasSuffix(r.Source, ".html") {
			continue
		}
		name, from := htmlFile(r, b.Config.Build.Format), filepath.Join(b.Layout.Root, filepath.FromSlash(r.Source))
		err := fs.ErrExist
		if _, taken := b.before.others[name]; !taken {
			err = b.stageHTML(from, name)
		}
		if err != nil {
			at := diag.Range{Pos: diag.Pos{File: r.Source}}
			if errors.Is(err, fs.ErrExist) {
				b.list.Error("SG3105", at, "the public folder has a file of the same path already", "remove one of the two")
				continue
			}
			b.list.Error("SG7005", at, "cannot be copied: "+bare(err).Error(), "")
		}
	}
}

func (b *builder) stageHTML(from, name string) error {
	rel, err := filepath.Rel(b.Layout.ModuleDir, from)
	if err != nil {
		return err
	}
	d, err := b.prints.file(filepath.ToSlash(rel))
	if err != nil {
		return err
	}
	_, err = b.stageFile(from, name, d)
	return err
}

// htmlFile names the file of a plain HTML page.
func htmlFile(r manifest.Route, format string) string {
	name := strings.TrimPrefix(r.Pattern, "/")
	switch {
	case r.Error != 0, format == "file" && name != "":
		return name + ".html"
	case format == "preserve" && !strings.HasSuffix(r.Source, "/index.html") && name != "":
		return name + ".html"
	}
	return path.Join(name, "index.html")
}

// assemble adds the emitted files and the manifest.
func (b *builder) assemble(ctx context.Context) error {
	dir := filepath.Join(b.site.ClientDir, filepath.FromSlash(b.Config.Build.Assets))
	if err := b.variants(ctx, dir); err != nil || b.list.HasErrors() {
		return err
	}
	slices.SortFunc(b.emitted, func(x, y file) int { return strings.Compare(x.name, y.name) })
	for _, f := range b.emitted {
		size := int64(len(f.data))
		to := filepath.Join(dir, filepath.FromSlash(f.name))
		name, sum := path.Join(b.Config.Build.Assets, f.name), digestOf(f.data)
		if f.from != "" {
			sum = digestOf([]byte(f.sum))
		}
		var err error
		if b.before.keeps(name, sum) {
			size = b.before.files[name].size
		} else if b.before.made(name, sum); f.from != "" {
			if err = os.MkdirAll(filepath.Dir(to), 0o777); err == nil {
				size, err = copyFile(f.from, to)
			}
		} else {
			err = writeChanged(to, f.data)
		}
		if err != nil {
			return err
		}
		b.site.Assets = append(b.site.Assets, Asset{Name: f.name, Size: size})
	}
	slices.SortFunc(b.site.Assets, func(x, y Asset) int { return strings.Compare(x.Name, y.Name) })
	if err := b.before.settle(b.site.Stage, b.site.ClientDir); err != nil {
		return err
	}
	if err := b.leaks(ctx); err != nil || b.list.HasErrors() {
		return err
	}
	if !b.Server {
		os.Remove(b.site.Prerendered)
		b.site.Prerendered = ""
		return nil
	}
	data, err := manifest.Encode(b.site.Manifest)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.site.Stage.Dir, manifestFile), data, 0o644)
}

// manifest describes the site, all but its build id.
func (b *builder) manifest() *manifest.Manifest {
	cfg := b.Config
	m := &manifest.Manifest{
		Version:       manifest.Version,
		Generator:     "sitegen " + b.Version,
		Site:          cfg.Site,
		Base:          cfg.Base,
		Output:        cfg.Output,
		TrailingSlash: cfg.TrailingSlash,
		BuildFormat:   cfg.Build.Format,
		AssetsDir:     cfg.Build.Assets,
		Routes:        append(b.islandRoutes(), b.routes...),
		Middleware:    b.middleware != "" || b.guards != "",
		Features:      append(b.sessionFeatures(), b.middlewareFeatures()...),
	}
	for _, r := range cfg.Redirects {
		m.Redirects = append(m.Redirects, manifest.Redirect{From: r.From, To: r.To, Status: r.Status})
	}
	for _, h := range b.headers() {
		rule := manifest.Headers{Pattern: h.Pattern}
		for _, line := range h.Set {
			rule.Set = append(rule.Set, manifest.Header{Name: line.Name, Value: line.Value})
		}
		m.Headers = append(m.Headers, rule)
	}
	return m
}

// inputsHash names everything that a build depends on: the manifest, the generated and emitted files, and the Go files
// of the module. Two builds of the same input have the same hash anywhere.
func (b *builder) inputsHash(generated []file) (string, error) {
	sum := sha256.New()
	add := func(name string, data []byte) {
		fmt.Fprintf(sum, "%s %d\n", name, len(data))
		sum.Write(data)
	}
	data, err := manifest.Encode(b.site.Manifest)
	if err != nil {
		return "", err
	}
	add(manifestFile, data)
	for _, list := range [][]file{generated, b.emitted} {
		list = slices.Clone(list)
		slices.SortFunc(list, func(x, y file) int { return strings.Compare(x.name, y.name) })
		for _, f := range list {
			add(f.name+f.sum, f.data)
		}
	}
	err = filepath.WalkDir(b.Layout.ModuleDir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		n := d.Name()
		if d.IsDir() {
			if name != b.Layout.ModuleDir && (strings.HasPrefix(n, ".") || n == "node_modules" || name == filepath.Join(b.Layout.Root, b.Config.Out)) {
				return fs.SkipDir
			}
			return nil
		}
		if !isGoFile(n) && n != "go.mod" && n != "go.sum" {
			return nil
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		rel, err := filepath.Rel(b.Layout.ModuleDir, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s\n", filepath.ToSlash(rel))
		_, err = io.Copy(sum, f)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))[:16], err
}

// placeAtPaths puts what is wrong with the list of a page's paths where the list is made.
func (b *builder) placeAtPaths(d *diag.Diagnostic) {
	if d.Code != "SG3105" || d.Line != 0 {
		return
	}
	if c := b.program.Component(b.Layout.relModule(d.File)); c != nil && c.Flags.StaticPaths != nil {
		d.Range = b.place(*c.Flags.StaticPaths)
	}
}
