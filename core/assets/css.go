package assets

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"sitegen.dev/core/assets/scope"
	"sitegen.dev/core/diag"
)

// CSSModule is one style: a <style> of a component or an imported .css file.
type CSSModule struct {
	Path  string   // of the file it stands in, below the project root; url() and @import are relative to it
	CSS   string   // as the author wrote it
	At    diag.Pos // of the first byte of CSS; the zero Pos means that CSS is the whole of Path
	Scope string   // attribute to scope it with, as package scope does; "" for a global one
}

// BundleCSS makes one style sheet of mods, in their order; dir is the project root. Relative @imports are pulled in, with
// their condition and layer; those of other origins move to the top, as CSS wants it. The same file imported twice counts
// where it stands last, as in a browser. A relative url() becomes the URL of an emitted file, "/x" stays. Nothing is
// inlined as data.
func BundleCSS(dir string, mods []CSSModule, o Options) (Bundle, []diag.Diagnostic) {
	s, err := newSession(dir, o)
	if err != nil {
		return Bundle{}, internal("SG5003", err)
	}
	var entry strings.Builder
	var diags []diag.Diagnostic
	for _, m := range mods {
		src := &source{path: m.Path, at: m.At, text: m.CSS, given: m.CSS, loader: api.LoaderCSS}
		src.at.File = m.Path // before its scope reports
		if m.Scope != "" {
			lines := newLineIndex(m.CSS)
			src.scoped = scope.CSS(m.CSS, m.Scope, func(off int) diag.Pos {
				line, col := lines.pos(off)
				return offset(src.at, line, col)
			})
			diags = append(diags, src.scoped.Diagnostics...)
			src.given = src.scoped.String()
		}
		fmt.Fprintf(&entry, "@import %s;\n", cssString(s.add(src)))
	}
	if len(diags) > 0 || len(mods) == 0 {
		return Bundle{}, diags
	}
	s.sources[sheet] = &source{given: entry.String(), loader: api.LoaderCSS}
	result, err := s.build(api.BuildOptions{EntryPointsAdvanced: []api.EntryPoint{{InputPath: entryPrefix + sheet, OutputPath: "sheet"}}})
	if err != nil {
		return Bundle{}, internal("SG5003", err)
	}
	diags = s.diagnostics(result, "SG5003", "SG5004")
	if len(result.OutputFiles) == 0 || hasErrors(diags) {
		return Bundle{}, diags
	}
	code := result.OutputFiles[0].Contents
	if !o.Minify {
		code = []byte(strings.ReplaceAll(string(code), "/* "+namespace+":", "/* "))
	}
	if strings.TrimSpace(string(code)) == "" {
		return Bundle{Files: s.files(), Reads: slices.Sorted(maps.Keys(s.reads))}, diags
	}
	name := o.Name
	if name == "" {
		name = "style"
	}
	entryName := HashName(name+".css", code)
	return Bundle{
		Entry: entryName,
		Code:  string(code),
		Files: sorted(append(s.files(), File{entryName, code})),
		Reads: slices.Sorted(maps.Keys(s.reads)),
	}, diags
}

// cssString writes s as a CSS string.
func cssString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\a `).Replace(s) + `"`
}

func hasErrors(diags []diag.Diagnostic) bool {
	for _, d := range diags {
		if d.Severity == diag.Error {
			return true
		}
	}
	return false
}

// internal reports a failure that has no place in the author's files.
func internal(code diag.Code, err error) []diag.Diagnostic {
	return []diag.Diagnostic{{Code: code, Message: err.Error()}}
}
