package assets

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"sitegen.dev/core/diag"
)

// ScriptModule is a processed <script>: an ES module in TypeScript or JavaScript.
type ScriptModule struct {
	ID   string   // names its Bundle
	Path string   // of the file it stands in, below the project root; imports are relative to it
	Code string   // as the author wrote it
	At   diag.Pos // of the first byte of Code; the zero Pos means that Code is the whole of Path

	// Named is where an author asks for the script, when its Code was made for that: what is wrong with Code is reported there.
	Named diag.Pos
}

// BundleScripts makes one bundle of each script, in their order; dir is the project root. What several scripts import
// becomes shared files; what none needs is dropped. Imports reach TypeScript, JavaScript, JSON, CSS (see Bundle.CSS),
// files such as images (the value is their URL) and packages of node_modules. The code can stand in a <script
// type="module"> as well as in a file: "</script" never occurs in it.
func BundleScripts(dir string, scripts []ScriptModule, o Options) ([]Bundle, []diag.Diagnostic) {
	if len(scripts) == 0 {
		return nil, nil
	}
	s, err := newSession(dir, o)
	if err != nil {
		return nil, internal("SG5010", err)
	}
	var entries []api.EntryPoint
	ids := make([]string, len(scripts))
	names := map[string]int{}
	for i, m := range scripts {
		loader := api.LoaderTS
		if m.Named.Line > 0 {
			loader = api.LoaderJS // which takes no name of another module for a type
		}
		ids[i] = s.add(&source{path: m.Path, at: m.At, text: m.Code, given: m.Code, loader: loader, named: m.Named})
		entries = append(entries, api.EntryPoint{InputPath: entryPrefix + ids[i], OutputPath: entryName(m.Path, names)})
	}
	sourcemap := api.SourceMapNone
	if o.SourceMap {
		sourcemap = api.SourceMapInline
	}
	result, err := s.build(api.BuildOptions{
		EntryPointsAdvanced: entries,
		EntryNames:          "[name].[hash]",
		ChunkNames:          "chunk.[hash]",
		Format:              api.FormatESModule,
		Splitting:           true,
		TreeShaking:         api.TreeShakingTrue,
		Metafile:            true,
		Sourcemap:           sourcemap,
	})
	if err != nil {
		return nil, internal("SG5010", err)
	}
	diags := s.diagnostics(result, "SG5010", "SG5011")
	if hasErrors(diags) {
		return nil, diags
	}
	var meta metafile
	if err := json.Unmarshal([]byte(result.Metafile), &meta); err != nil {
		return nil, append(diags, internal("SG5010", err)...)
	}
	if diags = append(diags, s.envDiagnostics(meta)...); hasErrors(diags) {
		return nil, diags
	}
	out := outputs{data: map[string][]byte{}, meta: map[string]metaOutput{}}
	for _, f := range result.OutputFiles {
		rel, err := filepath.Rel(filepath.Join(s.dir, "out"), f.Path)
		if err != nil {
			return nil, append(diags, internal("SG5010", err)...)
		}
		data := f.Contents
		if !o.Minify { // comments in front of each module
			data = []byte(strings.NewReplacer("// "+namespace+":", "// ", "/* "+namespace+":", "/* ").Replace(string(data)))
		}
		out.data[filepath.ToSlash(rel)] = data
	}
	byEntry := map[string]string{}
	for name, m := range meta.Outputs {
		name = strings.TrimPrefix(name, "out/")
		out.meta[name] = m
		if id, ok := strings.CutPrefix(m.EntryPoint, namespace+":"); ok && strings.HasSuffix(name, ".js") {
			byEntry[id] = name
		}
	}
	emitted := s.files()
	bundles := make([]Bundle, len(scripts))
	for i, m := range scripts {
		bundles[i] = out.bundle(m.ID, byEntry[ids[i]], emitted)
		bundles[i].Reads = slices.Sorted(maps.Keys(s.reads))
	}
	return bundles, diags
}

// entryName gives the name of an entry before its hash: that of its component, which says in the browser's tools where a
// script comes from, with a number where several have the same. used counts the names given so far; they do not depend
// on scripts of other names, so that adding one leaves the others' addresses as they are.
func entryName(file string, used map[string]int) string {
	base := clean(strings.TrimSuffix(path.Base(file), path.Ext(file)))
	if base == "" || reserved(base) {
		base = "script"
	}
	used[strings.ToLower(base)]++
	if n := used[strings.ToLower(base)]; n > 1 {
		return fmt.Sprintf("%s.%d", base, n)
	}
	return base
}

// metafile is what we read of esbuild's description of its output.
type metafile struct {
	Inputs  map[string]struct{}   `json:"inputs"`
	Outputs map[string]metaOutput `json:"outputs"`
}

type metaOutput struct {
	EntryPoint string `json:"entryPoint"`
	CSSBundle  string `json:"cssBundle"`
	Imports    []struct {
		Path     string `json:"path"`
		Kind     string `json:"kind"`
		External bool   `json:"external"`
	} `json:"imports"`
}

type outputs struct {
	data map[string][]byte
	meta map[string]metaOutput
}

func (o outputs) bundle(id, entry string, emitted []File) Bundle {
	b := Bundle{ID: id, Entry: entry, Code: string(o.data[entry])}
	if css := o.meta[entry].CSSBundle; css != "" {
		b.CSS = strings.TrimPrefix(css, "out/")
		b.Files = append(b.Files, File{b.CSS, o.data[b.CSS]})
	}
	seen := map[string]bool{}
	var walk func(name string, dynamic bool)
	walk = func(name string, dynamic bool) {
		if seen[name] || o.data[name] == nil {
			return
		}
		seen[name] = true
		b.Files = append(b.Files, File{name, o.data[name]})
		if !dynamic && name != entry {
			b.Imports = append(b.Imports, name)
		}
		for _, im := range o.meta[name].Imports {
			if !im.External && (dynamic || im.Kind == "import-statement") {
				walk(strings.TrimPrefix(im.Path, "out/"), dynamic)
			}
		}
	}
	walk(entry, false)
	seen = map[string]bool{} // again, for what import() loads later
	walk(entry, true)
	for _, f := range emitted {
		if slices.ContainsFunc(b.Files, func(have File) bool { return strings.Contains(string(have.Data), f.Name) }) {
			b.Files = append(b.Files, f)
		}
	}
	b.Files = sorted(b.Files)
	return b
}
