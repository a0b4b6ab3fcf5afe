package build

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/manifest"
)

// find looks for what belongs to the application beside its routes, and begins the manifest.
func (b *builder) find() error {
	if err := b.writeEnv(); err != nil {
		return err
	}
	if err := b.writeStore(); err != nil || b.list.HasErrors() {
		return err
	}
	if err := errors.Join(b.findMiddleware(), b.guardPublic()); err != nil || b.list.HasErrors() {
		return err
	}
	if err := b.findIslands(); err != nil || b.list.HasErrors() {
		return err
	}
	b.site.Manifest = b.manifest()
	return nil
}

// generate writes the Go packages of the components, the bundle and the prerender program.
func (b *builder) generate(ctx context.Context) (err error) {
	files, list := b.program.Generate()
	b.add(list.Sorted()...)
	if err := b.find(); err != nil || b.list.HasErrors() {
		return err
	}
	var out []file
	for _, f := range files {
		out = append(out, file{name: f.Path, data: f.Data})
	}
	if b.contents.index != nil {
		out = append(out, file{name: workDir + contentIndex, data: []byte(b.contents.index.Digest())}) // stands for all of it
	}
	if b.site.Manifest.BuildID, err = b.inputsHash(out); err != nil {
		return err
	}
	if b.inputs, err = b.scanInputs(ctx); err != nil {
		return err
	}
	bundle := b.bundle()
	bundle.Fetch = b.fetches()
	collections := b.embedded(files)
	bundle.Content = b.contents.index != nil
	if len(collections) > 0 {
		bundle.Embedded = embeddedFile
		data, err := b.embeddedContent(collections)
		if err != nil {
			return err
		}
		out = append(out, file{name: path.Join(genDir, bundlePackage, embeddedFile), data: data})
	}
	for _, f := range b.program.Bundle(bundle) {
		out = append(out, file{name: f.Path, data: f.Data})
	}
	b.keys, b.programKey = b.routeKeys(b.inputs, bundle, files)
	b.compileKey = b.compiled(bundle, files)
	b.site.Bundle = b.Layout.ModulePath + "/" + genDir + "/" + bundlePackage
	if err := b.sync(); err != nil || b.list.HasErrors() {
		return err
	}
	if err := writeGenerated(b.Layout, out); err != nil {
		return err
	}
	return b.hideKey()
}

// bundle describes the application to the code generator.
func (b *builder) bundle() codegen.Bundle {
	cfg, m := b.Config, b.site.Manifest
	out := codegen.Bundle{
		Middleware: b.middleware, Guards: b.guards,
		Assets:  b.table.byID,
		Layouts: b.layouts(),
		Texts:   b.texts(),
		Config: codegen.Config{
			Site: cfg.Site, Base: cfg.Base, TrailingSlash: cfg.TrailingSlash, BuildFormat: cfg.Build.Format,
			AssetsDir: cfg.Build.Assets, BuildID: m.BuildID, Generator: m.Generator,
			CheckOrigin: cfg.Security.CheckOrigin, AllowedHosts: cfg.Security.AllowedHosts,
			TrustedProxies: cfg.Security.TrustedProxies, BodyLimit: cfg.Security.BodyLimit,
			OnePiece: !cfg.Server.Streaming, Locales: b.locales(),
		},
	}
	out.Session, out.Hash = b.sessions(), b.policyHash()
	out.IslandKey, out.IslandMark = b.bundleKey()
	if out.Images = b.images(); b.shownPictures() {
		md := b.Config.Markdown
		out.Pictures = &codegen.Pictures{Widths: md.ImageWidths, Sizes: md.ImageSizes, Format: md.ImageFormat}
	}
	for _, h := range b.headers() {
		rule := codegen.HeaderRule{Pattern: h.Pattern}
		for _, line := range h.Set {
			rule.Set = append(rule.Set, [2]string{line.Name, line.Value})
		}
		out.Config.Headers = append(out.Config.Headers, rule)
	}
	for _, r := range b.routes {
		route := codegen.Route{
			Pattern: r.Pattern, Source: r.Source, Type: string(r.Type), Prerender: r.Prerender, Error: r.Error,
			Head: b.table.heads[b.headKey(r)], Policy: b.policyOf(r), Component: b.pages[r.Source], Markdown: isMarkdown(r),
		}
		if r.Type == manifest.Redir {
			route.To, route.Status = r.Redirect.To, r.Redirect.Status
			if !b.Server && b.Config.Build.Redirects && strings.Contains(r.Pattern, "[") {
				b.list.Warn("SG3110", b.Config.At("redirects"), fmt.Sprintf("the redirect %s has parameters, which files alone cannot answer", r.Pattern),
					"build with an adapter, or write one redirect per path")
			}
		} else if !r.Prerender {
			b.site.OnDemand = true
		} else if c := b.pages[r.Source]; c != nil && !route.Markdown && !c.AsksPrerendered {
			b.wantsRequest(r, c)
		}
		out.Routes = append(out.Routes, route)
	}
	return out
}

// wantsRequest warns of what a prerendered page can have no use for.
func (b *builder) wantsRequest(r manifest.Route, c *codegen.Component) {
	if c.Query.File != "" {
		b.list.Warn("SG3113", b.place(c.Query), fmt.Sprintf("%s is prerendered, and the query of its address is always empty then", r.Pattern),
			"write `const prerender = false` in the frontmatter to render it on demand, or guard the code with `if !page.Prerendered { … }`")
	}
	if at, ok := c.PostsToItself(); ok {
		b.list.Warn("SG3118", b.place(at), fmt.Sprintf("this form is posted to %s, which is prerendered and answers no POST", r.Pattern),
			"write `const prerender = false` in the frontmatter to render it on demand, or name what answers in action")
	}
}
