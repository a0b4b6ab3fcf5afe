package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sitegen.dev/core/codegen"
	"sitegen.dev/core/dev/runtime/wire"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
	pwire "sitegen.dev/core/prerender/runtime/wire"
)

// The directories of the development server, relative to the module root. Its generated packages are apart from those of
// a build, so that either can run while the other does.
const (
	devGenDir = genDir + "/dev"
	devDir    = workDir + "/dev"
	devBinDir = devDir
	devMain   = "app"
)

// Session builds one site again and again for the development server. It keeps between two builds what has not changed,
// and tells what a running program needs in order to show the new state: nothing but texts and tables, or a program that
// was linked anew. It is not safe for concurrent use.
type Session struct {
	o Options

	memory  *memory
	written map[string]codegen.DevFile // what is on disk, by the path of the file; nil before the first time
	linked  map[string]codegen.DevFile // what the program was linked of
	main    []byte                     // of the program on disk
	stale   bool                       // what is on disk may be newer than the program
	synced  bool
	sum     [sha256.Size]byte // of the program
}

// NewSession begins with nothing built. Of the options, those for the output of a build mean nothing here.
func NewSession(o Options) *Session {
	o.Server = true // redirects with parameters and the like are answered, as with an adapter
	if o.Output == nil {
		o.Output = io.Discard
	}
	return &Session{o: o, memory: newMemory(), stale: true}
}

// DevSite is the state of a site in the development server.
type DevSite struct {
	Module  string              // path of the site's module, with which stacks name its files
	Program string              // absolute path of the program that renders it
	Sum     [sha256.Size]byte   // of its bytes: whether it is the same as last time
	Texts   map[string][]string // of all components, by path
	State   wire.State
	Files   map[string]DevFile // by name, as State.Files lists them
	Routes  []manifest.Route

	lines map[string][2][]int // of components whose lines have moved since the program was linked: then, now
	b     *builder
}

// DevFile is a file that the development server answers with: data, or a file of the project by its absolute path.
type DevFile struct {
	Data []byte
	Path string
}

// Place gives the place of a line, as the running program names it, in the files as they are now.
func (d *DevSite) Place(file string, line int) diag.Range {
	if l, ok := d.lines[file]; ok {
		line = codegen.MapLine(line, l[0], l[1])
	}
	return d.b.place(diag.Range{Pos: diag.Pos{File: file, Line: line, Col: 1}})
}

// ContentProblem tells the author of an entry of the content that is not what its type asks for.
func (d *DevSite) ContentProblem(p wire.ContentProblem) diag.Diagnostic {
	return d.b.contentProblem(pwire.Event{Message: p.Message, Source: p.File, Problem: &p.Problem})
}

// Update brings the site up to the sources as they are now. changed names the files that may have changed since the last
// Update, relative to the module root; nil means that any may have. The DevSite is nil when the List has errors: what was
// running then is still what can be shown.
func (s *Session) Update(ctx context.Context, changed []string) (*DevSite, *diag.List, error) {
	s.memory.forget(changed, s.o.Layout.relModule(s.o.Config.Public)+"/")
	b := &builder{Options: s.o, list: &diag.List{}, site: &Site{Layout: s.o.Layout}, memory: s.memory, gen: devGenDir}
	b.prints = openFingerprints(s.o.Layout, devDir+"/files")
	defer b.contents.close()
	defer b.prints.save()
	if b.outsideWorkspace() {
		return nil, b.list, nil
	}
	for _, p := range phases {
		if p.name == Generate {
			break
		}
		b.progress(p.name, 0)
		if err := p.run(b, ctx); err != nil {
			return nil, b.list, err
		}
		if b.list.HasErrors() {
			return nil, b.list, nil
		}
	}
	b.progress(Generate, 0)
	d, err := s.generate(ctx, b, changed)
	if err != nil || b.list.HasErrors() {
		return nil, b.list, err
	}
	return d, b.list, nil
}

// generate writes what has changed of the generated code, links it if need be, and gathers what is no code.
func (s *Session) generate(ctx context.Context, b *builder, changed []string) (*DevSite, error) {
	bundle, state, err := s.bundle(b)
	if err != nil || b.list.HasErrors() {
		return nil, err
	}
	packages := b.program.DevPackages()
	wrote, err := s.write(b, packages, b.program.DevMain(bundle))
	if err != nil {
		return nil, err
	}
	b.binary = filepath.Join(b.Layout.abs(devBinDir), devMain+exe())
	embeds, err := b.embeds()
	if err != nil {
		return nil, err
	}
	input := func(name string) bool {
		if isGoInput(name, embeds) {
			return true
		}
		if path.Ext(name) != "" {
			return false
		}
		_, err := os.Lstat(b.Layout.abs(name))
		return errors.Is(err, fs.ErrNotExist) // a folder that was moved away is told of by its own name alone, and may have held Go files
	}
	if s.stale = s.stale || wrote || changed == nil || slices.ContainsFunc(changed, input); s.stale {
		if ok, err := s.compile(ctx, b, packages); err != nil || !ok {
			return nil, err
		}
		program, err := os.ReadFile(b.binary)
		if err != nil {
			return nil, err
		}
		s.stale, s.linked, s.sum = false, maps.Clone(s.written), sha256.Sum256(append(program, b.envState...)) // with another environment it is another program
	}
	d := &DevSite{
		Module: b.Layout.ModulePath, Program: b.binary, Sum: s.sum, Texts: map[string][]string{}, State: state, Routes: b.routes,
		lines: map[string][2][]int{}, b: b,
	}
	for name, p := range packages {
		d.Texts[name] = p.Texts
		if then, now := s.linked[p.Code.Path].Lines, p.Code.Lines; !slices.Equal(then, now) {
			d.lines[name] = [2][]int{then, now}
		}
	}
	return d, s.files(b, d)
}

// bundle describes the application, and takes out of it what is handed to the running program instead.
func (s *Session) bundle(b *builder) (_ codegen.Bundle, _ wire.State, err error) {
	state := wire.State{Heads: map[string]string{}, Assets: map[string]wire.Asset{}}
	if err := b.find(); err != nil || b.list.HasErrors() {
		return codegen.Bundle{}, state, err
	}
	if !s.synced {
		if err := b.sync(); err != nil || b.list.HasErrors() {
			return codegen.Bundle{}, state, err
		}
		s.synced = true
	}
	b.site.Manifest.BuildID = "dev"
	bundle := b.bundle()
	if hosts := bundle.Config.AllowedHosts; len(hosts) > 0 && net.ParseIP(strings.Trim(b.Config.Server.Host, "[]")) == nil && b.Config.Server.Host != "" {
		bundle.Config.AllowedHosts = append(slices.Clone(hosts), b.Config.Server.Host) // the name that it is asked to listen on
	}
	bundle.Fetch = b.fetches()
	if b.contents.index != nil {
		bundle.Content = true
		state.Content, state.ContentDigest = b.contentFile(), b.contents.index.Digest()
	}
	for i := range bundle.Routes {
		r := &bundle.Routes[i]
		if r.Head != "" {
			state.Heads[r.Source] = r.Head
		}
		r.Head = ""
	}
	for i := range bundle.Layouts {
		bundle.Layouts[i].Head = ""
	}
	for id, a := range bundle.Assets {
		state.Assets[id] = wire.Asset{URL: a.URL, Width: a.Width, Height: a.Height, Format: a.Format, Tag: a.Tag}
	}
	state.Keys = b.key
	bundle.Assets, bundle.IslandKey, bundle.IslandMark = nil, "", ""
	return bundle, state, nil
}

// isGoInput says whether the go command may have to look at a file again. embeds are the patterns of embedded files.
func isGoInput(name string, embeds []string) bool {
	switch path.Ext(name) {
	case ".go", ".mod", ".sum", ".work", ".s", ".c", ".h":
		return true
	}
	for p := name; p != "." && p != ".." && p != "/"; p = path.Dir(p) {
		for _, pattern := range embeds {
			if ok, err := path.Match(pattern, p); ok || err != nil {
				return true
			}
		}
	}
	return false
}

// write writes the files whose logic is not what is on disk, and the main package, and says whether there were any.
// What differs in lines alone stays as it is: it would have to be compiled for nothing.
func (s *Session) write(b *builder, packages map[string]codegen.DevPackage, main codegen.File) (wrote bool, err error) {
	files := devFiles(packages)
	if s.written == nil { // whatever another session has left there
		for _, dir := range []string{"c", "face", "ext", devMain} {
			var tree []file
			for name, f := range files {
				if rel, ok := strings.CutPrefix(name, devGenDir+"/"+dir+"/"); ok {
					tree = append(tree, file{name: rel, data: f.Data})
				}
			}
			if rel, ok := strings.CutPrefix(main.Path, devGenDir+"/"+dir+"/"); ok {
				tree = append(tree, file{name: rel, data: main.Data})
			}
			if err := writeTree(b.Layout.abs(devGenDir+"/"+dir), tree); err != nil {
				return false, err
			}
		}
		s.written, s.main = files, main.Data
		return true, nil
	}
	for name := range s.written {
		if _, ok := files[name]; ok {
			continue
		}
		if err := os.Remove(b.Layout.abs(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
		os.Remove(filepath.Dir(b.Layout.abs(name))) // unless the packages of a folder of that name are there
		delete(s.written, name)
		wrote = true
	}
	logic := func(old, now codegen.DevFile) bool { return bytes.Equal(old.Logic, now.Logic) }
	replaced, err := s.replace(b, files, logic)
	if wrote = wrote || replaced; err != nil {
		return wrote, err
	}
	if !bytes.Equal(s.main, main.Data) {
		if err := writeChanged(b.Layout.abs(main.Path), main.Data); err != nil {
			return wrote, err
		}
		s.main = main.Data
		wrote = true
	}
	return wrote, nil
}

// thaw writes the files whose lines have moved; it says whether there were any.
func (s *Session) thaw(b *builder, packages map[string]codegen.DevPackage) (any bool, err error) {
	return s.replace(b, devFiles(packages), func(old, now codegen.DevFile) bool { return bytes.Equal(old.Data, now.Data) })
}

// replace writes the files that are not the same as those on disk; it says whether there were any.
func (s *Session) replace(b *builder, files map[string]codegen.DevFile, same func(old, now codegen.DevFile) bool) (any bool, err error) {
	for name, f := range files {
		if old, ok := s.written[name]; ok && same(old, f) {
			continue
		}
		if err := writeChanged(b.Layout.abs(name), f.Data); err != nil {
			return any, err
		}
		s.written[name] = f
		any = true
	}
	return any, nil
}

// devFiles gives the files of the packages by their paths.
func devFiles(packages map[string]codegen.DevPackage) map[string]codegen.DevFile {
	out := make(map[string]codegen.DevFile, 2*len(packages))
	for _, p := range packages {
		for _, f := range p.Files() {
			out[f.Path] = f
		}
	}
	return out
}

// compile links the program. Components that no page uses are compiled too, for their errors.
func (s *Session) compile(ctx context.Context, b *builder, packages map[string]codegen.DevPackage) (ok bool, err error) {
	b.progress(Compile, 0)
	dir := filepath.Dir(b.binary)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return false, err
	}
	used := map[*codegen.Component]bool{}
	for _, c := range b.pages {
		for _, d := range c.Closure() {
			used[d] = true
		}
	}
	args := []string{"build", "-ldflags=-s -w", "-o", dir + string(filepath.Separator), "./" + devGenDir + "/" + devMain}
	for _, c := range b.program.Components {
		if !used[c] {
			args = append(args, "./"+c.Dir)
		}
	}
	before := b.list
	b.list = &diag.List{}
	defer func() {
		before.Add(b.list.Sorted()...)
		b.list = before
	}()
	if ok, err = b.run(ctx, args, false); err != nil || ok {
		return ok, err
	}
	// The errors may stand in code that has older lines than the author's file.
	if moved, err := s.thaw(b, packages); err != nil || !moved {
		return false, err
	}
	b.list = &diag.List{}
	return b.run(ctx, args, false)
}

// files gathers what is answered without the program: the public folder, what was bundled, plain HTML pages.
func (s *Session) files(b *builder, d *DevSite) error {
	public, err := b.publicFiles()
	if err != nil {
		return err
	}
	d.Files = make(map[string]DevFile, len(public)+len(b.emitted))
	for _, f := range b.emitted {
		d.Files[path.Join(b.Config.Build.Assets, f.name)] = DevFile{Data: f.data, Path: f.from}
	}
	for _, r := range b.routes {
		if strings.HasSuffix(r.Source, ".html") {
			d.Files[htmlFile(r, b.Config.Build.Format)] = DevFile{Path: filepath.Join(b.Layout.Root, filepath.FromSlash(r.Source))}
		}
	}
	for name, file := range public {
		d.Files[name] = DevFile{Path: file}
	}
	d.State.Files = slices.Sorted(maps.Keys(d.Files))
	return nil
}
