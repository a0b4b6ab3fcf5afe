package codegen

import (
	"go/token"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// links is what the imports of a fence mean.
type links struct {
	comps   map[string]*compLink // by local name
	dirs    map[string]*dirLink  // folders: <icons.Leaf>
	goPkgs  []importSpec
	assets  []assetVar
	modules map[string]*moduleLink // client modules, by the name of their tag
	broken  map[string]bool        // names whose import failed and was reported
}

type compLink struct {
	name string
	spec importSpec
	c    *Component
	used bool // as a tag or in Go
	pkg  string
}

type dirLink struct {
	spec  importSpec
	dir   string
	used  bool
	comps map[string]*compLink // by tag name after the dot
}

// assetVar is a variable that stands for an imported file.
type assetVar struct {
	Name string
	ID   string
	Kind AssetKind
	At   syntax.Span

	Classes [][2]string // of a CSS module: fields of the variable and their values
}

type linker struct {
	p     *Program
	in    Input
	diags *diag.List
	dirs  map[string]bool // folders that hold components
	queue []*Component    // components of other modules that are not linked yet

	checked map[*Component]bool // layouts
}

// Link reads the fences, resolves imports, matches attributes with props and children with slots, and lowers all
// templates. The Program is usable for what the diagnostics do not touch; Generate wants it without errors.
func Link(in Input) (*Program, *diag.List) {
	diags := &diag.List{}
	if in.SrcDir == "" {
		in.SrcDir = "src"
	}
	if in.GenDir == "" {
		in.GenDir = ".sitegen/gen"
	}
	p := &Program{in: in, byPath: map[string]*Component{}, layouts: map[string]*Component{}, dirs: map[string]bool{}}
	l := &linker{p: p, in: in, diags: diags, dirs: p.dirs}
	srcs := slices.Clone(in.Sources)
	sort.SliceStable(srcs, func(i, j int) bool { return srcs[i].Path < srcs[j].Path })
	for _, s := range srcs {
		below := strings.TrimPrefix(s.Path, in.SrcDir+"/")
		enc := encodePath(componentBase(below), false)
		c := &Component{
			Path: s.Path, Dir: path.Join(in.GenDir, "c", enc), ImportPath: path.Join(in.ModulePath, in.GenDir, "c", enc),
			faceDir: path.Join(in.GenDir, "face", enc),
			Name:    componentBase(path.Base(s.Path)), file: s.File, dir: path.Dir(s.Path), Text: strings.HasSuffix(s.Path, ".md") || strings.HasSuffix(s.Path, ".markdown"),
		}
		l.add(c)
		l.dirs[c.dir] = true
	}
	for _, i := range in.Layouts {
		l.layout(i)
	}
	for i := 0; i < len(p.Components); i++ { // grows while components of other modules are found
		l.diags = &p.Components[i].said
		l.imports(p.Components[i])
		p.Components = append(p.Components, l.queue...)
		l.queue = nil
	}
	for _, c := range p.Components {
		l.finish(c)
	}
	l.whole(diags)
	return p, diags
}

// finish lowers a component whose imports are linked.
func (l *linker) finish(c *Component) {
	l.diags = &c.said
	if params := c.typeParams(); len(params) > 0 && strings.HasPrefix(c.Path, l.in.SrcDir+"/pages/") {
		at := c.front.props
		if at == nil {
			at = c.front.slots
		}
		l.diags.Error("SG2015", c.file.Range(at.At), "a page has no type parameters: nothing could give it the types", "name the types, or move the markup into a component")
	}
	lower(l.p, c, l.diags)
}

// whole looks at what shows only when all components are lowered, and gathers what was said.
func (l *linker) whole(diags *diag.List) {
	l.diags, l.checked = diags, map[*Component]bool{}
	l.cycles()
	for _, i := range l.in.Layouts {
		l.checkLayout(i)
	}
	for _, c := range l.p.Components {
		c.deferrable(diags)
		l.unused(c)
		diags.Add(c.said.Sorted()...)
	}
}

func (l *linker) add(c *Component) {
	c.env = l.in.Env
	c.Package = packageName(c.Name)
	l.p.byPath[c.Path] = c
	readFront(c, &c.said)
	if !c.External {
		l.p.Components = append(l.p.Components, c)
		return
	}
	l.queue = append(l.queue, c)
}

// isFileImport says whether an import path names a component or another file, and not a Go package.
func isFileImport(p string) bool {
	return strings.HasPrefix(p, "./") || strings.HasPrefix(p, "../") || p == "." || p == ".." || strings.HasSuffix(p, ".gosite")
}

func pathBase(p string) string { return path.Base(p) }

var imageTypes = map[string]bool{
	".png": true, ".jpg": true, ".jpeg": true, ".gif": true, ".webp": true, ".avif": true, ".svg": true,
}

// frameworkTypes are components of JavaScript frameworks whose compilers sitegen has not.
var frameworkTypes = map[string]bool{".svelte": true, ".vue": true}

// tagNames have a meaning of their own as tags.
var tagNames = []string{"Self", "Element", "Dynamic", "Fragment"}

func (l *linker) imports(c *Component) {
	c.links = &links{comps: map[string]*compLink{}, dirs: map[string]*dirLink{}, modules: map[string]*moduleLink{}, broken: map[string]bool{}}
	seen := map[string]syntax.Span{}
	for _, s := range c.front.imports {
		if !isFileImport(s.Path) {
			c.links.goPkgs = append(c.links.goPkgs, s)
			continue
		}
		name := s.Name
		if name == "" {
			name = componentBase(path.Base(s.Path))
		}
		l.file(c, s, name)
		if s.Name == "" && scriptTypes[path.Ext(s.Path)] {
			name = strings.TrimSuffix(name, path.Ext(s.Path))
		}
		if s.Name == "_" || s.Name == "" && styleTypes[path.Ext(s.Path)] {
			continue
		}
		if first, ok := seen[name]; ok {
			l.diags.Add(diag.Diagnostic{Severity: diag.Error, Code: "SG2005", Range: c.file.Range(s.At),
				Message: name + " is imported twice", Hint: "give one of them another name",
				Notes: []diag.Note{{Range: c.file.Range(first), Message: "first imported here"}}})
		}
		seen[name] = s.At
		if name == "Render" {
			l.diags.Error("SG2005", c.file.Range(s.At), name+" is reserved: "+generatedNames[name], "import it under another name: RenderBox "+strconv.Quote(s.Path))
		}
	}
	eachElement(c.file.Nodes, func(e *syntax.Element) {
		if e.Kind != syntax.Component {
			return
		}
		l.svg(c, e)
		if c.Text {
			l.textComponent(c, e)
		}
		l.builtin(c, e)
		if m := c.links.modules[e.Name]; m != nil {
			m.used = true
		}
		if k := c.links.find(e.Name); k != nil {
			k.used = true
			c.link(k.c)
		}
	})
}

// find gives the component that a tag means, or nil.
func (k *links) find(tag string) *compLink {
	dir, name, ok := strings.Cut(tag, ".")
	if !ok {
		return k.comps[tag]
	}
	if d := k.dirs[dir]; d != nil {
		d.used = true
		return d.comps[name]
	}
	return nil
}

// eachElement calls fn with every element of the nodes, those in Go expressions included.
func eachElement(nodes []syntax.Node, fn func(*syntax.Element)) {
	syntax.Walk(nodes, func(n syntax.Node) bool {
		if e, ok := n.(*syntax.Element); ok {
			fn(e)
		}
		return true
	})
}

// file resolves one import of a component, a folder of components or another file.
func (l *linker) file(c *Component, s importSpec, name string) {
	at := c.file.Range(s.Lit)
	fail := func(code diag.Code, msg, hint string) {
		c.links.broken[name] = true
		l.diags.Error(code, at, msg, hint)
	}
	if s.Name == "." {
		fail("SG2002", "a component cannot be imported with a dot", "give it a name, or none")
		return
	}
	target := s.Path
	if strings.HasPrefix(target, ".") {
		target = path.Join(c.dir, s.Path)
	} else if rel, ok := strings.CutPrefix(target, l.in.ModulePath+"/"); ok {
		target = rel
	}
	if strings.HasPrefix(target, "../") || target == ".." {
		fail("SG2002", strconv.Quote(s.Path)+" leads out of the module", "move the file into "+l.in.SrcDir+"/")
		return
	}
	ext := path.Ext(target)
	switch {
	case ext == ".gosite":
		d := l.p.byPath[target]
		if d == nil && !strings.Contains(target, "/") {
			hint := "begin the path with a dot: " + strconv.Quote("./"+target)
			if l.p.byPath[path.Join(c.dir, target)] == nil {
				hint = l.nearest(c, target)
			}
			fail("SG2001", "no component "+target, hint)
			return
		}
		if d == nil && (c.External || target == s.Path) {
			if d = l.external(target, fail); d == nil {
				return
			}
		}
		if d == nil {
			fail("SG2001", "no component "+target, l.nearest(c, target))
			return
		}
		l.component(c, s, name, d)
	case frameworkTypes[ext]:
		fail("SG2041", "components of that framework ("+ext+") need its compiler, which sitegen has not", "compile them to JavaScript with the framework's own tools, and import that: "+strconv.Quote(strings.TrimSuffix(s.Path, ext)+".js"))
	case scriptTypes[ext] && isExported(name):
		l.module(c, s, name, target, fail)
	case ext == ".go":
		fail("SG2002", "a Go file cannot be imported", "import its package by its path: "+strconv.Quote(path.Join(l.in.ModulePath, path.Dir(target))))
	case ext == "" && (l.dirs[target]):
		l.folder(c, s, name, target)
	case ext == "" && l.p.byPath[target+".gosite"] != nil:
		fail("SG2002", strconv.Quote(s.Path)+" is neither a file nor a folder with components", "write the extension too: "+strconv.Quote(s.Path+".gosite"))
	case ext == "":
		fail("SG2002", strconv.Quote(s.Path)+" is neither a file nor a folder with components", "import a Go package by its full path: "+strconv.Quote(path.Join(l.in.ModulePath, target)))
	default:
		l.asset(c, s, name, target, ext, fail)
	}
}

func (l *linker) component(c *Component, s importSpec, name string, d *Component) {
	if slices.Contains(tagNames, name) {
		c.links.broken[name] = true
		l.diags.Error("SG2005", c.file.Range(s.At), "<"+name+"> has a meaning of its own", "import the component under another name: "+name+"Box "+strconv.Quote(s.Path))
		return
	}
	if d == c {
		c.links.broken[name] = true
		l.diags.Error("SG2004", c.file.Range(s.Lit), c.Name+" imports itself", "remove the import and write <Self>")
		return
	}
	k := &compLink{name: name, spec: s, c: d, pkg: name, used: name == "_" || c.front.idents[name] > 0}
	c.links.comps[name] = k
	c.link(d)
}

// link adds a direct import, once.
func (c *Component) link(d *Component) {
	if !slices.Contains(c.Imports, d) {
		c.Imports = append(c.Imports, d)
	}
}

// folder makes the components of a folder known under a prefix.
func (l *linker) folder(c *Component, s importSpec, name, dir string) {
	d := &dirLink{spec: s, dir: dir, comps: map[string]*compLink{}}
	for _, e := range l.p.Components {
		if e.dir == dir && !e.External && e != c {
			d.comps[e.Name] = &compLink{name: name + "." + e.Name, spec: s, c: e, pkg: "_sg_" + name + "_" + e.Name}
		}
	}
	c.links.dirs[name] = d
}

// external finds a component of another module; target is its import path with the file name.
func (l *linker) external(target string, fail func(diag.Code, string, string)) *Component {
	pkg := path.Dir(target)
	if l.in.External == nil || l.in.ReadFile == nil {
		fail("SG2001", "no component "+target, "")
		return nil
	}
	dir, err := l.in.External(pkg)
	if err != nil {
		fail("SG2056", "no module provides "+pkg, "run go get "+pkg)
		return nil
	}
	src, err := l.in.ReadFile(dir + "/" + path.Base(target))
	if err != nil {
		fail("SG2001", "module path "+pkg+" holds no component "+path.Base(target), "")
		return nil
	}
	file, ds := syntax.Parse(target, src)
	l.diags.Add(ds...)
	enc := encodePath(componentBase(target), true)
	d := &Component{
		Path: target, Dir: path.Join(l.in.GenDir, "ext", enc), ImportPath: path.Join(l.in.ModulePath, l.in.GenDir, "ext", enc),
		Name: componentBase(path.Base(target)), External: true, file: file, dir: pkg, assetFS: dir,
	}
	l.add(d)
	return d
}

// nearest proposes a component for a path that leads nowhere.
func (l *linker) nearest(c *Component, target string) string {
	var byName, names []string
	byBase := map[string]string{}
	for _, d := range l.p.Components {
		if d == c || d.External {
			continue
		}
		if byBase[d.Name] == "" {
			byBase[d.Name] = d.Path
			names = append(names, d.Name)
		}
		if foldName(path.Base(d.Path)) == foldName(path.Base(target)) {
			byName = append(byName, d.Path)
		}
	}
	best := ""
	if len(byName) > 0 {
		best = byName[0]
	} else {
		// Names of files, not paths: that the folder is right says nothing about the component.
		best = byBase[suggest(componentBase(path.Base(target)), names)]
	}
	if best == "" {
		return "create it, or correct the path"
	}
	return "did you mean " + strconv.Quote(relPath(c.dir, best)) + "?"
}

// relPath writes target relative to dir, as an import does.
func relPath(dir, target string) string {
	if dir == "." {
		return "./" + target
	}
	a, b := strings.Split(dir, "/"), strings.Split(target, "/")
	i := 0
	for i < len(a) && i < len(b)-1 && a[i] == b[i] {
		i++
	}
	rel := strings.Repeat("../", len(a)-i) + strings.Join(b[i:], "/")
	if !strings.HasPrefix(rel, "../") {
		rel = "./" + rel
	}
	return rel
}

func (l *linker) asset(c *Component, s importSpec, name, target, ext string, fail func(diag.Code, string, string)) {
	a := AssetImport{ID: target, Path: target, Kind: AssetFile, Order: len(c.Imports), At: c.file.Range(s.Lit)}
	if c.External {
		a.Path = c.assetFS + "/" + strings.TrimPrefix(target, c.dir+"/")
	}
	switch {
	case styleTypes[ext] && strings.HasSuffix(strings.TrimSuffix(target, ext), ".module"):
		a.Kind, a.Module = AssetCSS, true
		if !l.cssModule(c, s, target, fail) {
			return
		}
	case styleTypes[ext]:
		a.Kind = AssetCSS
		if s.Name != "" && s.Name != "_" {
			fail("SG2002", "a stylesheet has no value to name", "write import "+strconv.Quote(s.Path))
			return
		}
	case imageTypes[ext]:
		a.Kind = AssetImage
	}
	if a.Kind != AssetCSS {
		if s.Name == "" || s.Name == "_" {
			fail("SG2002", "the import of "+path.Base(target)+" needs a name", "write import "+variableName(path.Base(target))+" "+strconv.Quote(s.Path))
			return
		}
		c.links.assets = append(c.links.assets, assetVar{Name: s.Name, ID: a.ID, Kind: a.Kind, At: s.At})
		if c.front.idents[s.Name] == 0 && !(ext == ".svg" && c.hasTag(s.Name)) {
			l.diags.Warn("SG2003", c.file.Range(s.At), s.Name+" is imported and not used", "remove the import")
		}
	}
	for _, b := range c.Assets {
		if b.ID == a.ID {
			return
		}
	}
	c.Assets = append(c.Assets, a)
}

// styleTypes are stylesheets. Sass has a compiler of its own.
var styleTypes = map[string]bool{".css": true, ".scss": true, ".sass": true}

// cssModule makes the classes of a module the fields of a variable, so that one that does not exist is an error of Go's at
// the place that names it.
func (l *linker) cssModule(c *Component, s importSpec, target string, fail func(diag.Code, string, string)) bool {
	if s.Name == "" || s.Name == "_" {
		fail("SG2002", "the import of "+path.Base(target)+" needs a name, by which its classes are reached", "write import styles "+strconv.Quote(s.Path))
		return false
	}
	if c.External || l.in.CSSClasses == nil {
		fail("SG2041", "CSS modules of components in other Go modules are not part of this version of sitegen", "use <style>, which is scoped too")
		return false
	}
	names, renamed, ok := l.in.CSSClasses(target, c.file.Range(s.Lit))
	if !ok {
		names = nil
	}
	v := assetVar{Name: s.Name, ID: target, Kind: AssetCSS, At: s.At}
	fields := map[string]string{}
	for i, name := range names {
		field := exportName(name)
		if !token.IsIdentifier(field) || !isExported(field) {
			field = "Class" + strings.Map(func(r rune) rune {
				if r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
					return r
				}
				return '_'
			}, field)
		}
		if other := fields[field]; other != "" {
			l.diags.Error("SG2005", c.file.Range(s.Lit), "the classes "+other+" and "+name+" of "+path.Base(target)+" would both be "+s.Name+"."+field, "rename one of them")
			continue
		}
		fields[field] = name
		v.Classes = append(v.Classes, [2]string{field, renamed[i]})
	}
	slices.SortFunc(v.Classes, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	c.links.assets = append(c.links.assets, v)
	if c.front.idents[s.Name] == 0 {
		l.diags.Warn("SG2003", c.file.Range(s.At), s.Name+" is imported and not used", "remove the name, and .module from the name of the file")
	}
	return true
}

// variableName makes an identifier of a file name.
func variableName(base string) string {
	base, _, _ = strings.Cut(base, ".")
	s := exportName(strings.Map(func(r rune) rune {
		if r < 128 && !isLetter(byte(r)) && (r < '0' || r > '9') {
			return '-'
		}
		return r
	}, base))
	if s == "" || s[0] >= '0' && s[0] <= '9' {
		return "file"
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// unused reports component imports that nothing mentions. They are left out of the generated code, so that removing
// the last use of a component does not break the page.
func (l *linker) unused(c *Component) {
	report := func(s importSpec, name string) {
		hint := "remove the import"
		if name != "" && !isExported(name) {
			hint = "remove the import, or name it " + exportName(name) + ": a tag in lower case is an HTML element"
		}
		l.diags.Warn("SG2003", c.file.Range(s.At), name+" is imported and not used", hint)
	}
	for _, m := range c.links.modules {
		if !m.used {
			report(m.spec, m.name)
		}
	}
	for _, s := range c.front.imports {
		name := s.Name
		if name == "" {
			name = componentBase(path.Base(s.Path))
		}
		if k := c.links.comps[name]; k != nil && k.spec == s && !k.used {
			report(s, name)
			c.Imports = slices.DeleteFunc(c.Imports, func(d *Component) bool { return d == k.c && !l.stillUsed(c, d) })
		}
		if d := c.links.dirs[name]; d != nil && d.spec == s && !d.used {
			report(s, name)
		}
	}
}

func (l *linker) stillUsed(c *Component, d *Component) bool {
	for _, k := range c.links.comps {
		if k.c == d && k.used {
			return true
		}
	}
	for _, f := range c.links.dirs {
		for _, k := range f.comps {
			if k.c == d && k.used {
				return true
			}
		}
	}
	return false
}

// cycles reports components that import each other: Go packages cannot.
func (l *linker) cycles() {
	state := map[*Component]int{} // 1 on the path, 2 done
	var stack []*Component
	var visit func(c *Component)
	visit = func(c *Component) {
		state[c] = 1
		stack = append(stack, c)
		for _, d := range c.Imports {
			switch state[d] {
			case 0:
				visit(d)
			case 1:
				l.cycle(stack[slices.Index(stack, d):])
			}
		}
		stack = stack[:len(stack)-1]
		state[c] = 2
	}
	for _, c := range l.p.Components {
		if state[c] == 0 {
			visit(c)
		}
	}
}

func (l *linker) cycle(ring []*Component) {
	first := ring[0]
	var names []string
	d := diag.Diagnostic{Severity: diag.Error, Code: "SG2004"}
	for i, c := range ring {
		next := ring[(i+1)%len(ring)]
		names = append(names, c.Path)
		at := c.importAt(next)
		if i == 0 {
			d.Range = at
			continue
		}
		d.Notes = append(d.Notes, diag.Note{Range: at, Message: c.Name + " imports " + next.Name})
	}
	d.Message = "components import each other: " + strings.Join(append(names, first.Path), " → ")
	d.Hint = "break the circle: write <Self> where a component nests itself, hand the inner markup in through a slot or a " +
		"site.Node prop, or choose the component by name in one that imports both"
	l.diags.Add(d)
}

// importAt is the place where c imports d.
func (c *Component) importAt(d *Component) diag.Range {
	for _, s := range c.front.imports {
		for _, k := range c.links.comps {
			if k.spec == s && k.c == d {
				return c.file.Range(s.At)
			}
		}
		for _, f := range c.links.dirs {
			for _, k := range f.comps {
				if k.spec == s && k.c == d {
					return c.file.Range(s.At)
				}
			}
		}
	}
	return diag.Range{Pos: diag.Pos{File: c.file.Name}}
}
