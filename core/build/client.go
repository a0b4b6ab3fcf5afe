package build

import (
	"fmt"
	"html"
	"path"
	"slices"
	"strconv"
	"strings"

	"sitegen.dev/core/assets"
	"sitegen.dev/core/codegen"
	"sitegen.dev/core/diag"
)

// clientModules gives the modules that islands of the browser need, each once, with the script that starts them.
func (b *builder) clientModules(used []*codegen.Component, o assets.Options) []assets.ScriptModule {
	var out []assets.ScriptModule
	for _, c := range used {
		for _, m := range c.Modules {
			if slices.ContainsFunc(out, func(have assets.ScriptModule) bool { return have.ID == m.ID }) {
				continue
			}
			if len(out) == 0 {
				out = append(out, assets.IslandsLoader(codegen.ClientLoader, o))
			}
			at := b.place(m.At)
			file := b.Layout.Rel(m.Path)
			// What goes wrong in these lines is about the import in the component.
			spec := strconv.Quote("./" + path.Base(file))
			code := "export { default } from " + spec
			if m.Element {
				code = "import " + spec
			}
			out = append(out, assets.ScriptModule{
				ID: m.ID, Path: file, Code: code, Named: diag.Pos{File: at.File, Line: at.Line, Col: at.Col},
			})
		}
	}
	return out
}

// clientModule takes over the bundle of a module or of the loader; it is false for other scripts. Modules are linked, never
// written into the page: they are loaded when they are needed.
func (b *builder) clientModule(bundle assets.Bundle, used []*codegen.Component) bool {
	url := b.publicPath() + bundle.Entry
	if bundle.ID == codegen.ClientLoader {
		if bundle.Standalone(assets.InlineLimit) && b.Config.Build.Inline != string(assets.InlineNever) {
			b.table.byID[bundle.ID] = codegen.Asset{Tag: `<script type="module" async>` + strings.TrimRight(bundle.Code, "\n") + `</script>`}
			b.emit(bundle.Files, bundle.Entry)
			return true
		}
		b.table.byID[bundle.ID] = codegen.Asset{URL: url, Tag: fmt.Sprintf(`<script type="module" async src="%s"%s></script>`, html.EscapeString(url), b.integrity(bundle))}
		b.emit(bundle.Files, "")
		return true
	}
	isModule := slices.ContainsFunc(used, func(c *codegen.Component) bool {
		return slices.ContainsFunc(c.Modules, func(m codegen.ClientModule) bool { return m.ID == bundle.ID })
	})
	if !isModule {
		return false
	}
	asset := codegen.Asset{URL: url}
	if bundle.CSS != "" {
		asset.Tag = fmt.Sprintf(`<link rel="stylesheet" href="%s">`, html.EscapeString(b.publicPath()+bundle.CSS))
	}
	b.table.byID[bundle.ID] = asset
	b.emit(bundle.Files, "")
	return true
}
