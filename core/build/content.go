package build

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"sitegen.dev/core/content"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/prerender"
	"sitegen.dev/core/prerender/runtime/wire"
	"sitegen.dev/core/site/content/store"
)

// The content of a site: where its sources are, below the source directory, and what becomes of it, below the module root.
const (
	contentDir   = "content"
	contentIndex = "/content/index" // below workDir; the development server has another one below devDir
	contentCache = workDir + "/cache/content"
)

// contentFile is one source of the content.
type contentFile struct {
	name       string // below the module root
	collection string
	several    bool // an entry below each key
	others     bool // somebody else has written it
	slug       string
	draft      bool // known before the file is read as a whole

	digest  digest
	data    []byte // nil while nobody needed it
	key     digest
	entries []contentEntry
	diags   []diag.Diagnostic
}

// contentEntry is one entry as it goes into the store.
type contentEntry struct {
	store.Entry
	key    string // within a file that holds several
	draft  bool
	layout string        // of a Markdown page
	tags   []content.Tag // of components in the text
	found  []link        // addresses that were resolved, of one that was made before
}

// contentState is what the content phase works on and hands on.
type contentState struct {
	files   []*contentFile // by name
	byName  map[string]*contentFile
	byLower map[string]*contentFile // by name in small letters; nil where there are two
	names   []string                // collections: the folders and files there are
	pack    *pack
	version string       // what the name of the pack says
	index   *store.Store // nil on a site without content

	mu     sync.Mutex
	images map[string]*contentImage // by name below the module root
}

// contentImage is an image that Markdown shows or front matter names.
type contentImage struct {
	once   sync.Once
	target content.Target
	name   string // of the emitted file; "" for one of the public folder
	from   string // absolute
	digest digest
	ok     bool
}

// content reads the collections and writes the store that the site's programs read.
func (b *builder) content(ctx context.Context) error {
	c := &b.contents
	c.byName, c.byLower, c.images = map[string]*contentFile{}, map[string]*contentFile{}, map[string]*contentImage{}
	if err := b.findContent(); err != nil {
		return err
	}
	for _, dir := range []string{loadedDir, loadedOwnDir} {
		if err := b.findLoaded(dir); err != nil {
			return err
		}
	}
	b.addPages()
	slices.SortFunc(c.files, func(x, y *contentFile) int { return strings.Compare(x.name, y.name) })
	for _, f := range c.files {
		c.byName[f.name] = f
		lower := strings.ToLower(f.name)
		if _, two := c.byLower[lower]; two {
			f = nil
		}
		c.byLower[lower] = f
	}
	slices.Sort(c.names)
	c.names = slices.Compact(c.names)
	if len(c.names) == 0 {
		os.RemoveAll(filepath.Dir(b.indexFile()))
		return nil
	}
	if err := b.openContents(ctx); err != nil {
		return err
	}
	if err := each(ctx, len(c.files), func(i int) error { return b.scanContent(c.files[i]) }); err != nil {
		return err
	}
	if err := each(ctx, len(c.files), func(i int) error { return b.readContent(c.files[i]) }); err != nil {
		return err
	}
	b.add(gatherLanguages(c.files)...)
	if b.list.HasErrors() {
		return nil
	}
	b.emitContentImages()
	return nil
}

// openContents opens the cache of rendered content.
func (b *builder) openContents(ctx context.Context) (err error) {
	c := &b.contents
	c.version = hex.EncodeToString(digestSlice(b.contentVersion()))
	if c.pack, err = openPack(ctx, b.Layout.abs(contentCache+"/"+c.version+".pack")); err != nil {
		return err
	}
	b.dropPacks(c.version)
	return nil
}

// gatherLanguages gives what was said of all files, and of a language that is not known only once.
func gatherLanguages(files []*contentFile) []diag.Diagnostic {
	var out []diag.Diagnostic
	first := map[string]int{} // by message
	more := map[int]int{}
	for _, f := range files {
		for _, d := range f.diags {
			if d.Code == "SG5029" {
				if i, ok := first[d.Message]; ok {
					more[i]++
					continue
				}
				first[d.Message] = len(out)
			}
			out = append(out, d)
		}
	}
	for i, n := range more {
		out[i].Message += fmt.Sprintf(", here and in %d more files", n)
		if n == 1 {
			out[i].Message = strings.TrimSuffix(out[i].Message, "1 more files") + "one more file"
		}
	}
	return out
}

// indexFile is where the index of the store goes. A development server and a build may run at the same time, and do not
// agree on drafts.
func (b *builder) indexFile() string {
	if b.memory != nil {
		return b.Layout.abs(devDir + contentIndex)
	}
	return b.Layout.abs(workDir + contentIndex)
}

// bodiesFile is the name of the pack as seen from the folder of the index.
func (b *builder) bodiesFile() string {
	up := "../"
	if b.memory != nil {
		up = "../../"
	}
	return up + "cache/content/" + b.contents.version + ".pack"
}

func (c *contentState) close() {
	if c.pack != nil {
		c.pack.close()
		c.pack = nil
	}
}

// contentVersion is what rendered content depends on beside its source.
func (b *builder) contentVersion() digest {
	program := ""
	if b.Version == "" || strings.Contains(b.Version, "devel") {
		program = self() // the version does not tell one state of the source from another
	}
	return digestOf(fmt.Appendf(nil, "%s %s %s %q %q %q %q %v %v %v", b.Version, program, contentFormat, b.Config.Base, b.Config.Build.Assets, b.Config.TrailingSlash, b.Config.Build.Format, b.Layout.Src, b.Config.Markdown.HTML, b.Config.Markdown.SmartPunctuation))
}

// contentFormat changes with what rendering gives, for versions of sitegen that are not told apart by their number.
const contentFormat = "6"

func digestSlice(d digest) []byte { return d[:8] }

// dropPacks deletes the caches of other versions that nobody has used for a month.
func (b *builder) dropPacks(version string) {
	dir := b.Layout.abs(contentCache)
	list, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range list {
		name := strings.TrimSuffix(e.Name(), ".pack")
		if info, err := e.Info(); err == nil && name != version && time.Since(info.ModTime()) > 30*24*time.Hour {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// findContent lists the files of the collections: those below src/content/<name>, and the data files directly in
// src/content, which hold an entry below each key.
func (b *builder) findContent() error {
	c := &b.contents
	dir := b.Layout.abs(path.Join(b.Layout.Src, contentDir))
	top, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range top {
		name := e.Name()
		file := path.Join(b.Layout.Src, contentDir, name)
		switch {
		case name[0] == '.' || name[0] == '_' || strings.HasSuffix(name, ".go"):
		case e.IsDir():
			c.names = append(c.names, name)
			if err := b.findEntries(name, file); err != nil {
				return err
			}
		case content.IsEntry(name) && !content.IsMarkdown(name):
			collection := strings.TrimSuffix(name, path.Ext(name))
			c.names = append(c.names, collection)
			c.files = append(c.files, &contentFile{name: file, collection: collection, several: true})
		case content.IsMarkdown(name):
			b.notRead(file, "put it into a folder, whose name is that of the collection")
		default:
			b.notRead(file, content.NotRead(name))
		}
	}
	return nil
}

// notRead warns of a file that looks like an entry and is none, where there is something to do about it.
func (b *builder) notRead(file, hint string) {
	if hint != "" {
		b.list.Warn("SG5070", diag.Range{Pos: diag.Pos{File: b.Layout.Rel(file)}}, path.Base(file)+" is not a kind of file that makes an entry", hint)
	}
}

func (b *builder) findEntries(collection, dir string) error {
	c := &b.contents
	return filepath.WalkDir(b.Layout.abs(dir), func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(b.Layout.ModuleDir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if rel == dir {
			return nil
		}
		base := d.Name()
		if base[0] == '.' || base[0] == '_' || base == "node_modules" {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		if !content.IsEntry(base) {
			b.notRead(rel, content.NotRead(base))
			return nil
		}
		if d.Type()&fs.ModeSymlink != 0 && !b.goodLink(name, rel) {
			return nil
		}
		if d.Type()&fs.ModeSymlink == 0 && !d.Type().IsRegular() {
			b.list.Error("SG5068", diag.Range{Pos: diag.Pos{File: b.Layout.Rel(rel)}}, "this is no regular file", "remove it")
			return nil
		}
		if !content.GoodName(rel[len(dir)+1:]) {
			b.list.Error("SG5022", diag.Range{Pos: diag.Pos{File: b.Layout.Rel(rel)}},
				"the name of the file has a backslash or a control character, or is not UTF-8, so it makes no address", "rename the file")
			return nil
		}
		c.files = append(c.files, &contentFile{name: rel, collection: collection, slug: content.FileSlug(rel[len(dir)+1:])})
		return nil
	})
}

// findLoaded lists the entries that loaders have left in a folder.
func (b *builder) findLoaded(dir string) error {
	top, err := os.ReadDir(b.Layout.abs(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	from := len(b.contents.files)
	for _, e := range top {
		if err == nil && e.IsDir() {
			b.contents.names = append(b.contents.names, e.Name())
			err = b.findEntries(e.Name(), path.Join(dir, e.Name()))
		}
	}
	for _, f := range b.contents.files[from:] {
		f.others = dir == loadedDir
	}
	return err
}

// goodLink says whether a symbolic link leads to a file of the project.
func (b *builder) goodLink(name, rel string) bool {
	at := diag.Range{Pos: diag.Pos{File: b.Layout.Rel(rel)}}
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		b.list.Error("SG5068", at, "this link leads nowhere", "remove it")
		return false
	}
	if !inside(real, b.Layout.Root) {
		b.list.Error("SG5068", at, "this link leads out of the project, so its target would be published", "copy the file into the project")
		return false
	}
	if info, err := os.Stat(real); err != nil || !info.Mode().IsRegular() {
		b.list.Error("SG5068", at, "this link leads to no file", "copy what it leads to into the project")
		return false
	}
	return true
}

// scanContent learns what the links of other files need to know of a file: its digest, its slug, whether it is a draft.
func (b *builder) scanContent(f *contentFile) error {
	if d, ok := b.prints.asked(f.name); ok { // when the snapshot was taken
		if known, err := b.knownContent(f, d, true); known || err != nil {
			return err
		}
	}
	name := b.Layout.abs(f.name)
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	at := stampOf(info)
	d, known := b.prints.known(f.name, at)
	if !known {
		if f.data, err = os.ReadFile(name); err != nil {
			return err
		}
		d = digestOf(f.data)
		b.prints.remember(f.name, at, d)
	}
	if known, err := b.knownContent(f, d, known); known || err != nil {
		return err
	}
	if f.data == nil {
		if f.data, err = os.ReadFile(name); err != nil {
			return err
		}
	}
	if !f.several && (bytes.Contains(f.data, []byte("slug")) || bytes.Contains(f.data, []byte("draft"))) {
		// What is wrong with the file is told when all of it is read.
		if e := content.Preview(f.name, f.data); e != nil {
			if e.Slug != "" && !f.isPage() {
				f.slug = e.Slug
			}
			f.draft = e.Draft
		}
	}
	return nil
}

// knownContent takes the entries of a file with this digest out of the cache, if they are there.
func (b *builder) knownContent(f *contentFile, d digest, untouched bool) (bool, error) {
	f.digest = d
	f.key = digestOf(append([]byte(f.name+"\x00"), d[:]...))
	head, r, err := b.contents.pack.head(f.key, untouched)
	if head == nil || err != nil {
		return false, err
	}
	entries, ok := decodeEntries(string(head), r)
	if !ok {
		return false, nil
	}
	f.entries = entries
	if !f.several && len(entries) == 1 {
		if entries[0].Slug != "" && !f.isPage() {
			f.slug = entries[0].Slug
		}
		f.draft = entries[0].draft
	}
	return true, nil
}

// readContent makes the entries of a file, or takes those that were made before.
func (b *builder) readContent(f *contentFile) error {
	if f.entries != nil && b.sameLinks(f) {
		return nil
	}
	var err error
	if f.data == nil {
		if f.data, err = os.ReadFile(b.Layout.abs(f.name)); err != nil {
			return err
		}
	}
	data := f.data
	f.data = nil
	if f.several {
		var links []link
		entries, diags := content.ReadEntries(f.name, data, b.resolver(f, &links))
		f.diags, f.entries = diags, nil
		for _, e := range entries {
			f.entries = append(f.entries, contentEntry{key: e.Key, draft: e.Draft, Entry: storeEntry(e)})
		}
		if len(diags) == 0 {
			_, err = b.contents.pack.add(f.key, encodeEntries(f.entries, links), nil)
		}
		return err
	}
	var links []link
	e, diags := content.ReadEntry(f.name, data, content.MarkdownOptions{
		Components: true, Anchors: true, Untrusted: f.others, HTML: b.Config.Markdown.HTML, Typographer: b.Config.Markdown.SmartPunctuation,
		Resolve: b.resolver(f, &links),
	})
	f.diags = diags
	if e == nil {
		return nil
	}
	entry := contentEntry{draft: e.Draft, layout: e.Layout, Entry: storeEntry(e)}
	var body []byte
	if e.Body != nil {
		body = e.Body.AppendBody(nil)
		d := digestOf(body)
		entry.Body = store.BodyRef{Size: len(body), Digest: string(d[:])}
		entry.tags = e.Body.Tags
	}
	head := encodeEntries([]contentEntry{entry}, links)
	key := f.key
	if len(diags) > 0 { // they are to be told again the next time, so the next time it is read again
		key = digestOf(append([]byte("once\x00"), key[:]...))
	}
	r, err := b.contents.pack.add(key, head, body)
	if err != nil {
		return err
	}
	f.key = key
	entry.Body.Offset = r.offset + int64(r.head)
	f.entries = []contentEntry{entry}
	return nil
}

func storeEntry(e *content.Entry) store.Entry {
	return store.Entry{Slug: e.Slug, Title: e.Title, Date: e.Date, Words: e.Words, Data: string(e.Data)}
}

// link is an address in a text and where it led when the text was rendered.
type link struct {
	dest  string
	image bool
	to    content.Target
	ok    bool
}

// sameLinks says whether everything that a file refers to is still where it was.
func (b *builder) sameLinks(f *contentFile) bool {
	for _, e := range f.entries {
		for _, l := range e.found {
			to, ok := b.resolveContent(f, content.Ref{Dest: l.dest, Image: l.image})
			if ok != l.ok || to.URL != l.to.URL || to.Width != l.to.Width || to.Height != l.to.Height || to.Format != l.to.Format {
				return false
			}
			if (to.Entry == nil) != (l.to.Entry == nil) || to.Entry != nil && *to.Entry != *l.to.Entry {
				return false
			}
		}
	}
	return true
}

// resolver is resolveContent for a file, and notes what it was asked for.
func (b *builder) resolver(f *contentFile, links *[]link) func(content.Ref) (content.Target, bool) {
	return func(ref content.Ref) (content.Target, bool) {
		to, ok := b.resolveContent(f, ref)
		*links = append(*links, link{ref.Dest, ref.Image, to, ok})
		return to, ok
	}
}

// resolveContent says where a relative link or image leads.
func (b *builder) resolveContent(f *contentFile, ref content.Ref) (content.Target, bool) {
	if f.others {
		return content.Target{URL: ref.Dest}, true // what it is relative to is not known
	}
	dest, tail := ref.Dest, ""
	if i := strings.IndexAny(dest, "?#"); i >= 0 {
		dest, tail = dest[:i], dest[i:]
	}
	if ref.Image {
		to, ok := b.contentImage(f.name, dest, tail)
		if !ok && tail != "" { // "C#.png", as the file system has it
			to, ok = b.contentImage(f.name, ref.Dest, "")
		}
		if !ok {
			to.Near = b.near(f.name, dest)
		}
		return to, ok
	}
	if !content.IsMarkdown(dest) {
		return content.Target{URL: ref.Dest}, true // relative to the page, as in a browser
	}
	name := path.Join(path.Dir(f.name), unescapePath(dest))
	to := b.contents.byName[name]
	if to == nil { // written on a system that does not tell capitals from small letters; the address is that of the file
		to = b.contents.byLower[strings.ToLower(name)]
	}
	if to != nil && !to.several {
		if to.draft && !b.Drafts {
			return content.Target{}, false
		}
		if to.isPage() {
			return content.Target{URL: b.pageURL(strings.TrimSuffix(to.slug, path.Ext(name))) + tail}, true
		}
		return content.Target{Entry: &content.EntryRef{Collection: to.collection, Slug: to.slug, Tail: tail}}, true
	}
	if cmp.Or(b.Options.Links, b.Config.Links.Check) == "off" {
		return content.Target{URL: ref.Dest}, true
	}
	return content.Target{Near: b.near(f.name, dest)}, false
}

// near gives what lies where an address leads under a similar name, in the words of the address.
func (b *builder) near(from, dest string) string {
	folder, name := path.Split(unescapePath(dest))
	list, err := os.ReadDir(b.Layout.abs(path.Join(path.Dir(from), folder)))
	if err != nil {
		return ""
	}
	var names []string
	for _, e := range list {
		if path.Ext(e.Name()) == path.Ext(name) && !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	if near := diag.Suggest(name, names); near != "" {
		return folder + near
	}
	return ""
}

// writeStore writes the index of all entries. It comes behind the routes, which the entries of pages name.
func (b *builder) writeStore() error {
	c := &b.contents
	if len(c.names) == 0 && !b.readsContent() {
		return nil
	}
	if c.pack == nil { // without a file, collections are empty: what is to be said of them is said where they are declared
		if err := b.openContents(context.Background()); err != nil {
			return err
		}
	}
	var live []digest
	for _, f := range c.files {
		live = append(live, f.key)
	}
	for _, img := range c.images {
		live = append(live, imageKey(img.digest))
	}
	if shrunk, err := c.pack.shrink(live); err != nil {
		return err
	} else if shrunk {
		for _, f := range c.files {
			r := c.pack.at[f.key]
			for i := range f.entries {
				f.entries[i].Body.Offset = r.offset + int64(r.head)
			}
		}
	}
	builder := store.Builder{Config: store.Config{
		Base:   b.Config.Base,
		Slash:  b.slashed(),
		Bodies: b.bodiesFile(),
	}}
	for _, name := range c.names {
		builder.Declare(name)
	}
	seen := map[string]string{}
	patterns := b.patterns()
	for _, f := range c.files {
		for _, e := range f.entries {
			if e.draft && !b.Drafts {
				continue
			}
			if f.isPage() {
				e.Slug, e.File = f.slug, b.Layout.Rel(f.name)
				pattern, ok := patterns[e.File]
				if !ok {
					continue // a name that is no page
				}
				e.Data = pageData(pattern, b.layoutOf(f), e.Data)
				builder.Add(store.Pages, e.Entry)
				continue
			}
			if e.Slug == "" {
				e.Slug = f.slug
			}
			e.File = b.Layout.Rel(f.name)
			key := f.collection + "\x00" + e.Slug
			if first, ok := seen[key]; ok {
				b.list.Add(diag.Diagnostic{
					Code: "SG5065", Range: b.entryRange(f, e.key, "slug"), Hint: "rename one of the files, or give it a `slug:` of its own",
					Message: fmt.Sprintf("the collection %s has an entry %s already", f.collection, e.Slug),
					Notes:   []diag.Note{{Range: diag.Range{Pos: diag.Pos{File: first, Line: 1}}, Message: "here"}},
				})
				continue
			}
			seen[key] = e.File
			builder.Add(f.collection, e.Entry)
		}
	}
	if b.list.HasErrors() {
		return nil
	}
	index := builder.Index()
	if err := writeChanged(b.indexFile(), index); err != nil {
		return err
	}
	c.close()
	var err error
	c.index, err = store.Open(string(index), nil)
	return err
}

// slashed says whether addresses of pages end in a slash.
func (b *builder) slashed() bool { return strings.HasSuffix(b.pageURL("x"), "/") }

// entryRange gives the place of a key of an entry, of the file where it cannot be read.
func (b *builder) entryRange(f *contentFile, entry, at string) diag.Range {
	data, err := os.ReadFile(b.Layout.abs(f.name))
	r := diag.Range{Pos: diag.Pos{File: f.name, Line: 1}}
	if err == nil {
		r = content.Locate(f.name, data, entry, at, false)
	}
	return b.place(r)
}

// unescapePath decodes the address of a file as Markdown has it.
func unescapePath(dest string) string {
	if !strings.Contains(dest, "%") {
		return dest
	}
	if p, err := url.PathUnescape(dest); err == nil {
		return p
	}
	return dest
}

// entries holds the content against the types that the site declares. A whole build does this when it prerenders.
func (b *builder) entries(ctx context.Context) error {
	if b.Until != Entries || b.contents.index == nil {
		return nil
	}
	_, list, err := prerender.Run(ctx, prerender.Options{
		Program: b.binary,
		Dir:     b.Layout.Root,
		Job:     wire.Job{MaxErrors: 50, Module: b.Layout.ModulePath, Keys: b.key, Content: b.indexFile(), Check: true, Env: b.buildEnv},
		List:    io.Discard,
		Output:  b.Output,
		Place:   b.place,
		Content: b.contentProblem,
	})
	if err != nil {
		return err
	}
	b.list.Add(list.Sorted()...)
	return nil
}

// contentProblem puts what the site's types say of an entry at its place in the file.
func (b *builder) contentProblem(e wire.Event) diag.Diagnostic {
	p := e.Problem
	d := diag.Diagnostic{Severity: diag.Error, Message: e.Message, Hint: p.Hint}
	key := false
	switch p.Kind {
	case "unknown":
		d.Code, key = "SG5061", true
		d.Hint = "declare a field for it in the struct of the collection, or remove the key"
		if p.Collection == store.Pages {
			d.Code, d.Hint = "SG2011", "declare a prop for it in the layout, or remove the key"
		}
		if like := diag.Suggest(p.Name, p.Known); like != "" {
			d.Hint = "did you mean " + like + "?"
		}
	case "missing":
		d.Code = "SG5063"
		if p.Collection == store.Pages {
			d.Code = "SG2010"
		}
	case "reference":
		d.Code = "SG5064"
		d.Hint = "correct the slug, or create the entry"
		if like := diag.Suggest(p.Name, p.Known); like != "" {
			d.Hint = fmt.Sprintf("did you mean %s?", like)
		}
	case "collection":
		d.Code = "SG5066"
		if like := diag.Suggest(p.Name, p.Known); like != "" {
			d.Hint = fmt.Sprintf("did you mean %q? If not, %s", like, d.Hint)
		}
		if places := b.declared(p.Collection); len(places) > 0 {
			d.Range = places[len(places)-1]
			for _, at := range places[:len(places)-1] {
				d.Notes = append(d.Notes, diag.Note{Range: at, Message: "and here"})
			}
		}
		return d
	default:
		d.Code = "SG5062"
		if p.Collection == store.Pages {
			d.Code = "SG5023"
		}
	}
	if f := b.entryFile(p.Collection, e.Source); f != nil {
		data, err := os.ReadFile(b.Layout.abs(f.name))
		if err == nil {
			entry := ""
			if f.several {
				entry = p.Slug
			}
			d.Range = b.place(content.Locate(f.name, data, entry, p.Path, key))
		}
		d.Notes = b.loadedBy(f.name, p.Collection)
	} else if e.Source != "" {
		d.File = e.Source
	}
	return d
}

// entryFile gives the source of an entry.
func (b *builder) entryFile(collection, file string) *contentFile {
	for _, f := range b.contents.files {
		if f.collection == collection && b.Layout.Rel(f.name) == file {
			return f
		}
	}
	return nil
}

// contentFile is the index of the store for the site's programs, "" on a site without content.
func (b *builder) contentFile() string {
	if b.contents.index == nil {
		return ""
	}
	return b.indexFile()
}
