package assets

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/evanw/esbuild/pkg/api"

	"sitegen.dev/core/assets/scope"
	"sitegen.dev/core/diag"
)

// A session is one run of esbuild over texts that stand within other files, and what the run emits beside its own output.
type session struct {
	dir     string // project root, absolute
	options Options
	sources map[string]*source // by id

	mu      sync.Mutex
	emitted map[string][]byte // by hashed name
	reads   map[string]bool   // files that were emitted
	missing []missing
}

// source is one text given to esbuild under an id.
type source struct {
	path   string   // of the file it stands in, below the project root
	at     diag.Pos // of its first byte
	text   string   // as the author wrote it
	given  string   // as esbuild reads it
	loader api.Loader
	named  diag.Pos     // where what is wrong with the text is reported instead; the zero Pos for its own places
	scoped *scope.Style // how given came from text; nil when they are the same
}

// namespace marks ids of sources; it is never seen by anybody but esbuild.
const namespace = "source"

// entryPrefix keeps esbuild from looking for a file of an entry's name.
const entryPrefix = namespace + ":"

// sheet is the id of the source that imports all styles of a sheet.
const sheet = "<sheet>"

func newSession(dir string, o Options) (*session, error) {
	dir, err := filepath.Abs(dir)
	return &session{dir: dir, options: o, sources: map[string]*source{}, emitted: map[string][]byte{}, reads: map[string]bool{}}, err
}

// add takes a text and gives its id: the path of its file, numbered where a file has several.
func (s *session) add(src *source) string {
	src.at.File = src.path
	id := src.path
	for n := 2; s.sources[id] != nil; n++ {
		id = fmt.Sprintf("%s#%d", src.path, n)
	}
	s.sources[id] = src
	return id
}

// build runs esbuild with what all runs share filled in.
func (s *session) build(o api.BuildOptions) (api.BuildResult, error) {
	target, engines, err := targets(s.options.target())
	if err != nil {
		return api.BuildResult{}, err
	}
	o.Target, o.Engines = target, engines
	o.Bundle = true
	o.Platform = api.PlatformBrowser
	o.Charset = api.CharsetUTF8
	o.LegalComments = api.LegalCommentsInline
	o.LogLevel = api.LogLevelSilent
	o.LogLimit = 0
	o.AbsWorkingDir = s.dir
	o.Outdir = filepath.Join(s.dir, "out") // nothing is written; names are taken relative to it
	o.PublicPath = s.options.PublicPath
	o.MinifyWhitespace = s.options.Minify
	o.MinifyIdentifiers = s.options.Minify
	o.MinifySyntax = s.options.Minify
	o.Define = s.options.Define
	o.Plugins = []api.Plugin{{Name: "sitegen", Setup: s.plugin}}
	return api.Build(o), nil
}

// fileTypes are the extensions whose import, from a style or a script, is the URL of an emitted file.
var fileTypes = regexp.MustCompile(`(?i)\.(apng|avif|bmp|cur|eot|gif|glb|gltf|hdr|ico|jfif|jpe?g|m4a|m4v|mov|mp3|mp4|ogg|ogv|opus|otf|pdf|png|svg|ttf|vtt|wasm|wav|webm|webmanifest|webp|woff2?|zip)$`)

// IsFile says whether a file is of a type that stylesheets and scripts do not read but point to: a picture, a font.
func IsFile(name string) bool { return fileTypes.MatchString(name) }

// The filters are fed to esbuild as strings.
const anything = ".*"

func (s *session) plugin(b api.PluginBuild) {
	b.OnResolve(api.OnResolveOptions{Filter: anything}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
		if a.Kind == api.ResolveEntryPoint || a.Importer == sheet && a.Namespace == namespace {
			return api.OnResolveResult{Path: strings.TrimPrefix(a.Path, entryPrefix), Namespace: namespace}, nil
		}
		switch a.Kind {
		case api.ResolveCSSURLToken:
			return s.resolveURL(a)
		case api.ResolveJSImportStatement, api.ResolveJSDynamicImport, api.ResolveCSSImportRule:
			return s.resolveImport(a)
		}
		return api.OnResolveResult{}, nil
	})
	b.OnLoad(api.OnLoadOptions{Filter: anything, Namespace: namespace}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
		src := s.sources[a.Path]
		dir := filepath.Join(s.dir, filepath.FromSlash(path.Dir(src.path)))
		return api.OnLoadResult{Contents: &src.given, ResolveDir: dir, Loader: src.loader}, nil
	})
	b.OnLoad(api.OnLoadOptions{Filter: fileTypes.String(), Namespace: "file"}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
		data, err := os.ReadFile(a.Path)
		if err != nil {
			return api.OnLoadResult{}, err
		}
		code := "export default " + strconv.Quote(s.emit(a.Path, data)) // a URL has nothing that JavaScript reads otherwise
		return api.OnLoadResult{Contents: &code, Loader: api.LoaderJS}, nil
	})
}

// emit records a file and gives its URL.
func (s *session) emit(name string, data []byte) string {
	hashed := HashName(filepath.ToSlash(name), data)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emitted[hashed], s.reads[s.relative(name)] = data, true
	return s.options.PublicPath + hashed
}

// resolveURL turns the address in a url() into that of an emitted file. Addresses of other origins and those that begin
// with a slash, which name files of the public directory, stay as they are.
func (s *session) resolveURL(a api.OnResolveArgs) (api.OnResolveResult, error) {
	name, suffix := a.Path, ""
	if i := strings.IndexAny(name, "?#"); i >= 0 {
		name, suffix = name[:i], name[i:]
	}
	u, err := url.Parse(name)
	if name == "" || strings.HasPrefix(name, "/") || err == nil && u.Scheme != "" {
		return api.OnResolveResult{Path: a.Path, External: true}, nil
	}
	if err == nil {
		name = u.Path // %20 in an address is a blank in a file name
	}
	file := filepath.Join(a.ResolveDir, filepath.FromSlash(name))
	if s.outside(a, file) {
		return api.OnResolveResult{Path: a.Path, External: true}, nil
	}
	data, err := os.ReadFile(file)
	if err != nil && !strings.HasPrefix(name, ".") { // url(pkg/font.woff2)
		if found := packageFile(a.ResolveDir, name); found != "" {
			file = found
			data, err = os.ReadFile(file)
		}
	}
	if err != nil {
		s.miss(a, "SG5005", "there is no file "+name+" beside it", "write the path relative to this file, or /name for a file of the public directory")
		return api.OnResolveResult{Path: a.Path, External: true}, nil
	}
	return api.OnResolveResult{Path: s.emit(file, data) + suffix, External: true}, nil
}

func (s *session) resolveImport(a api.OnResolveArgs) (api.OnResolveResult, error) {
	if u, err := url.Parse(a.Path); err == nil && (u.Scheme == "http" || u.Scheme == "https") || strings.HasPrefix(a.Path, "//") {
		return api.OnResolveResult{Path: a.Path, External: true}, nil
	}
	file := filepath.FromSlash(a.Path)
	if !filepath.IsAbs(file) {
		file = filepath.Join(a.ResolveDir, file)
	}
	// What does not begin with a dot or a slash is a package, which may lie in a folder above.
	if (strings.HasPrefix(a.Path, ".") || strings.HasPrefix(a.Path, "/")) && s.outside(a, file) {
		return api.OnResolveResult{Path: a.Path, External: true}, nil
	}
	return api.OnResolveResult{}, nil
}

// outside reports a reference to a file that is not below the root of the project: what is published should be what the
// project holds. Packages that lie in a node_modules folder above refer to their own files as they like.
func (s *session) outside(a api.OnResolveArgs, file string) bool {
	rel, err := filepath.Rel(s.dir, file)
	if err == nil && filepath.IsLocal(rel) || slices.Contains(strings.Split(filepath.ToSlash(a.ResolveDir), "/"), "node_modules") {
		return false
	}
	s.miss(a, "SG5007", a.Path+" leads out of the project", "move the file into the project")
	return true
}

// packageFile looks for a file of a package in the node_modules directories above dir.
func packageFile(dir, name string) string {
	for {
		file := filepath.Join(dir, "node_modules", filepath.FromSlash(name))
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

// missing is a reference that resolveURL could not follow. esbuild does not tell a plugin where a reference stands, so
// it is looked up in the text of the importer afterwards.
type missing struct {
	importer, namespace, path string
	code                      diag.Code
	message, hint             string
}

func (s *session) miss(a api.OnResolveArgs, code diag.Code, message, hint string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.missing = append(s.missing, missing{a.Importer, a.Namespace, a.Path, code, message, hint})
}

func (s *session) missingDiagnostics() []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, m := range s.missing {
		d := diag.Diagnostic{Code: m.code, Message: m.message, Hint: m.hint}
		if src := s.sources[m.importer]; src != nil && m.namespace == namespace {
			d.Range = rangeOf(src.text, m.path, src.at)
		} else {
			data, _ := os.ReadFile(m.importer)
			d.Range = rangeOf(string(data), m.path, diag.Pos{File: s.relative(m.importer)})
		}
		out = append(out, d)
	}
	return out
}

// rangeOf finds the first place of a reference in a text that begins at base.
func rangeOf(text, ref string, base diag.Pos) diag.Range {
	i := strings.Index(text, ref)
	if i < 0 {
		return diag.Range{Pos: diag.Pos{File: base.File, Line: base.Line}}
	}
	line, col := newLineIndex(text).pos(i)
	return diag.Range{Pos: offset(base, line, col), End: offset(base, line, col+len(ref))}
}

func (s *session) relative(file string) string {
	if !filepath.IsAbs(file) {
		return filepath.ToSlash(file)
	}
	if rel, err := filepath.Rel(s.dir, file); err == nil {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(file)
}

// rangeOf gives the place in the author's file of a location that esbuild reports.
func (s *session) rangeOf(l *api.Location) diag.Range {
	if l == nil {
		return diag.Range{}
	}
	col := l.Column + 1
	id, ok := strings.CutPrefix(l.File, namespace+":")
	src := s.sources[id]
	if !ok || src == nil {
		p := diag.Pos{File: s.relative(l.File), Line: l.Line, Col: col}
		return diag.Range{Pos: p, End: diag.Pos{File: p.File, Line: p.Line, Col: col + l.Length}}
	}
	if src.named.Line > 0 {
		return diag.Range{Pos: src.named}
	}
	if src.scoped == nil {
		return diag.Range{Pos: offset(src.at, l.Line, col), End: offset(src.at, l.Line, col+l.Length)}
	}
	given, text := newLineIndex(src.given), newLineIndex(src.text)
	start := given.offset(l.Line, col)
	place := func(off int) diag.Pos {
		line, col := text.pos(src.scoped.Origin(min(off, len(src.given))))
		return offset(src.at, line, col)
	}
	return diag.Range{Pos: place(start), End: place(start + l.Length)}
}

// diagnostics translates what esbuild reports, errors first.
func (s *session) diagnostics(r api.BuildResult, errors, warnings diag.Code) []diag.Diagnostic {
	var list diag.List
	add := func(severity diag.Severity, code diag.Code, m api.Message) {
		d := diag.Diagnostic{Severity: severity, Code: code, Range: s.rangeOf(m.Location), Message: message(m.Text)}
		if name, ok := strings.CutPrefix(d.Message, "could not resolve "); ok {
			d.Code = "SG5006"
			d.Message, d.Hint = "cannot find "+name, resolveHint(strings.Trim(name, `"`))
		}
		for _, n := range m.Notes {
			if n.Location != nil {
				d.Notes = append(d.Notes, diag.Note{Range: s.rangeOf(n.Location), Message: message(n.Text)})
			}
		}
		list.Add(d)
	}
	for _, m := range r.Errors {
		add(diag.Error, errors, m)
	}
	for _, m := range r.Warnings {
		add(diag.Warning, warnings, m)
	}
	list.Add(s.missingDiagnostics()...)
	return list.Sorted()
}

func resolveHint(name string) string {
	switch {
	case strings.HasPrefix(name, "."):
		return "check the path; it is relative to the file that imports it"
	case strings.HasPrefix(name, "/"):
		return "write the path relative to this file"
	}
	parts := strings.SplitN(name, "/", 3)
	if strings.HasPrefix(name, "@") && len(parts) > 1 {
		return "install the package with npm install " + parts[0] + "/" + parts[1]
	}
	return "install the package with npm install " + parts[0] + ", or begin a relative path with ./"
}

var absolute = regexp.MustCompile(`"(?:/|[A-Za-z]:\\)[^"]*[/\\]([^"/\\]+)"`)

// message gives an esbuild message our form: lower case, no full stop, no path of this machine, nothing of the virtual
// names.
func message(text string) string {
	text = absolute.ReplaceAllString(text, `"$1"`)
	text = strings.ReplaceAll(text, namespace+":", "")
	text = strings.TrimSuffix(text, ".")
	if len(text) > 1 && 'A' <= text[0] && text[0] <= 'Z' && !('A' <= text[1] && text[1] <= 'Z') {
		text = strings.ToLower(text[:1]) + text[1:]
	}
	return text
}

// files gives what was emitted beside esbuild's own output, by name.
func (s *session) files() []File {
	var out []File
	for name, data := range s.emitted {
		out = append(out, File{name, data})
	}
	return sorted(out)
}

func sorted(files []File) []File {
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(files, func(a, b File) bool { return a.Name == b.Name })
}

var engineNames = map[string]api.EngineName{
	"chrome": api.EngineChrome, "edge": api.EngineEdge, "firefox": api.EngineFirefox, "ie": api.EngineIE,
	"ios": api.EngineIOS, "opera": api.EngineOpera, "safari": api.EngineSafari,
}

var languages = map[string]api.Target{
	"esnext": api.ESNext, "es2015": api.ES2015, "es2016": api.ES2016, "es2017": api.ES2017, "es2018": api.ES2018,
	"es2019": api.ES2019, "es2020": api.ES2020, "es2021": api.ES2021, "es2022": api.ES2022, "es2023": api.ES2023, "es2024": api.ES2024,
}

func targets(names []string) (api.Target, []api.Engine, error) {
	target := api.DefaultTarget
	var engines []api.Engine
	for _, n := range names {
		if t, ok := languages[n]; ok {
			target = t
			continue
		}
		i := strings.IndexAny(n, "0123456789")
		if i < 0 || engineNames[n[:i]] == 0 && n[:i] != "chrome" {
			return 0, nil, fmt.Errorf("unknown engine %q", n)
		}
		engines = append(engines, api.Engine{Name: engineNames[n[:i]], Version: n[i:]})
	}
	return target, engines, nil
}
