package build

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sitegen.dev/core/assets"
	"sitegen.dev/core/codegen"
)

// assetTable is what the bundle tells the runtime about emitted files.
type assetTable struct {
	heads    map[string]string        // route source → tags for the head
	policies map[string]string        // route source → its Content-Security-Policy
	byID     map[string]codegen.Asset // import id → where it is
}

// assets bundles the stylesheets, scripts and imported files of everything that a route can reach.
func (b *builder) assets(context.Context) error {
	b.table = assetTable{heads: map[string]string{}, policies: map[string]string{}, byID: map[string]codegen.Asset{}}
	options := assets.Options{Minify: true, PublicPath: b.publicPath(), Define: b.define(), Env: b.scriptEnv, SourceMap: b.gen == devGenDir}

	var sources []string // of the routes with components, in route order
	var lists [][]string // style ids of each
	mods := map[string]assets.CSSModule{}
	var used []*codegen.Component
	seen := map[*codegen.Component]bool{}
	known := map[string]bool{}
	for _, r := range b.routes {
		c, key := b.pages[r.Source], b.headKey(r)
		if c == nil || known[key] {
			continue
		}
		known[key] = true
		var ids []string
		for _, d := range c.Closure() {
			styles, err := b.styleModules(d, mods)
			if err != nil {
				return err
			}
			ids = append(ids, styles...)
			if !seen[d] {
				seen[d] = true
				used = append(used, d)
			}
		}
		sources, lists = append(sources, key), append(lists, ids)
	}
	b.styles(sources, lists, mods, options)
	b.scripts(used, options)
	b.policies()
	return b.imports(used)
}

// publicPath is what the URL of an emitted file begins with.
func (b *builder) publicPath() string {
	if p := b.Config.Build.Prefix; p != "" && b.gen != devGenDir {
		return p + "/" + b.Config.Build.Assets + "/"
	}
	return b.Config.Base + b.Config.Build.Assets + "/"
}

// styleModules gives the style ids of a component in their order: imported sheets, then its own <style> elements.
func (b *builder) styleModules(c *codegen.Component, mods map[string]assets.CSSModule) ([]string, error) {
	var ids []string
	for _, a := range c.Assets {
		if a.Kind != codegen.AssetCSS {
			continue
		}
		if _, ok := mods[a.ID]; !ok {
			text, err := b.sheet(a)
			if err != nil {
				return nil, err
			}
			mods[a.ID] = assets.CSSModule{Path: b.Layout.Rel(a.Path), CSS: text}
		}
		ids = append(ids, a.ID)
	}
	for i, s := range c.Styles {
		id := fmt.Sprintf("%s?%d", c.Path, i)
		if _, ok := mods[id]; !ok {
			at := c.File().Pos(s.Offset)
			at.File = b.Layout.Rel(at.File)
			m := assets.CSSModule{Path: at.File, CSS: s.CSS, At: at}
			if !s.Global {
				m.Scope = c.Scope
			}
			mods[id] = m
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// readAsset reads an imported file; one that is missing is the author's to mend.
func (b *builder) readAsset(a codegen.AssetImport) ([]byte, error) {
	name := a.Path
	if !filepath.IsAbs(name) {
		name = b.Layout.abs(name)
	}
	data, err := b.memory.file(name)
	if errors.Is(err, fs.ErrNotExist) {
		at := a.At
		at.File = b.Layout.Rel(at.File)
		b.list.Error("SG7007", at, b.Layout.Rel(a.Path)+" does not exist", "correct the import, or create the file")
		return nil, nil
	}
	return data, err
}

// styles bundles the sheets and writes the head tags of each route.
func (b *builder) styles(sources []string, lists [][]string, mods map[string]assets.CSSModule, o assets.Options) {
	plan := assets.PlanCSS(lists)
	tags := make([]string, len(plan.Chunks))
	for i, ids := range plan.Chunks {
		var chunk []assets.CSSModule
		for _, id := range ids {
			chunk = append(chunk, mods[id])
		}
		bundle, diags := b.bundleCSS(chunk, o)
		b.list.Add(diags...)
		if bundle.Entry == "" {
			b.emit(bundle.Files, "")
			continue
		}
		if assets.Inline(b.Config.Build.Inline).Sheet(len(bundle.Code)) && !strings.Contains(strings.ToLower(bundle.Code), "</style") {
			tags[i] = "<style>" + strings.TrimRight(bundle.Code, "\n") + "</style>"
			b.emit(bundle.Files, bundle.Entry)
			continue
		}
		tags[i] = `<link rel="stylesheet" href="` + html.EscapeString(b.publicPath()+bundle.Entry) + `">`
		b.emit(bundle.Files, "")
	}
	for i, source := range sources {
		var head strings.Builder
		for _, chunk := range plan.Routes[i] {
			head.WriteString(tags[chunk])
		}
		b.table.heads[source] = head.String()
	}
}

// scripts bundles the processed scripts; a small one that stands alone is written into the page.
func (b *builder) scripts(used []*codegen.Component, o assets.Options) {
	var modules []assets.ScriptModule
	for _, c := range used {
		for _, s := range c.Scripts {
			at := c.File().Pos(s.Offset)
			at.File = b.Layout.Rel(at.File)
			modules = append(modules, assets.ScriptModule{ID: s.ID, Path: at.File, Code: s.Code, At: at})
		}
	}
	modules = append(modules, b.clientModules(used, o)...)
	bundles, diags := b.bundleScripts(modules, o)
	b.list.Add(diags...)
	for _, bundle := range bundles {
		switch {
		case b.clientModule(bundle, used):
		case bundle.Entry == "" || strings.TrimSpace(bundle.Code) == "":
			b.table.byID[bundle.ID] = codegen.Asset{}
		case bundle.Standalone(assets.ScriptInlineLimit) && b.Config.Build.Inline != string(assets.InlineNever):
			b.table.byID[bundle.ID] = codegen.Asset{Tag: `<script type="module">` + strings.TrimRight(bundle.Code, "\n") + `</script>`}
			b.emit(bundle.Files, bundle.Entry)
		default:
			var tag strings.Builder
			if bundle.CSS != "" {
				fmt.Fprintf(&tag, `<link rel="stylesheet" href="%s">`, html.EscapeString(b.publicPath()+bundle.CSS))
			}
			fmt.Fprintf(&tag, `<script type="module" src="%s"%s></script>`, html.EscapeString(b.publicPath()+bundle.Entry), b.integrity(bundle))
			b.table.byID[bundle.ID] = codegen.Asset{URL: b.publicPath() + bundle.Entry, Tag: tag.String()}
			b.emit(bundle.Files, "")
		}
	}
}

// imports emits the images and other files that fences import.
func (b *builder) imports(used []*codegen.Component) error {
	for _, c := range used {
		for _, a := range c.Assets {
			if _, ok := b.table.byID[a.ID]; ok || a.Kind == codegen.AssetCSS {
				continue
			}
			data, err := b.readAsset(a)
			if err != nil {
				return err
			}
			if data == nil {
				continue
			}
			name := assets.HashName(path.Base(filepath.ToSlash(a.Path)), data)
			out := codegen.Asset{URL: b.publicPath() + name}
			if a.Kind == codegen.AssetImage {
				if out.Width, out.Height, out.Format, err = assets.ImageInfo(data); err != nil {
					at := a.At
					at.File = b.Layout.Rel(at.File)
					b.list.Error("SG5030", at, b.Layout.Rel(a.Path)+" is no image that sitegen can read: "+err.Error(), "replace the file, or put it into the public folder")
				}
			}
			out.Animated = assets.Animated(data)
			if m, err := assets.FontInfo(data); err == nil {
				out.Font = [5]int{m.UnitsPerEm, m.Ascent, m.Descent, m.LineGap, m.Width}
			}
			b.table.byID[a.ID] = out
			b.emitFrom(name, a, data)
		}
	}
	return nil
}

// emit keeps files for the assets directory, all but the one that was inlined.
func (b *builder) emit(files []assets.File, inlined string) {
	for _, f := range files {
		have := slices.ContainsFunc(b.emitted, func(e file) bool { return e.name == f.Name })
		if f.Name != inlined && !have {
			b.emitted = append(b.emitted, file{name: f.Name, data: f.Data})
		}
	}
}
