// Package content reads the collections of a site: the Markdown, YAML and JSON files below src/content, each as a value
// of a Go struct that the site declares.
//
//	// Posts are the files below src/content/posts.
//	var Posts = content.New[Post]("posts").Newest()
//
//	type Post struct {
//		Title  string `content:",required"`
//		Date   time.Time
//		Tags   []string
//		Author content.Ref[Author]
//	}
//
// The command reads, renders and checks the files while it builds; a compiled site finds the result in the store that it
// carries, and needs no file system. What is read on behalf of which page is noted through the Reader, which is why
// everything here wants one: it tells the next build which pages have to be rendered again.
//
// The package runs in WebAssembly: no files, no network.
package content

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/content/store"
)

// A Reader is who reads: the *site.Page that is being rendered, or the *site.Build of GetStaticPaths.
type Reader interface {
	// DependsOn notes that what comes out depends on an input in the state that digest names.
	DependsOn(input, digest string)
}

var (
	_ Reader = (*site.Page)(nil)
	_ Reader = (*site.Build)(nil)
)

// current is the store of this process: there is one site in it.
var current atomic.Pointer[store.Store]

// Use makes s the store that all collections read from now on. What is being rendered meanwhile may see both. The
// generated program of a site calls it, and whoever reloads the content of a running one.
func Use(s *store.Store) { current.Store(s) }

// UseEmbedded is Use for a store that is compiled in.
func UseEmbedded(data string) {
	s, err := store.Embedded(data)
	if err != nil {
		panic(err) // the program was not put together by sitegen
	}
	Use(s)
}

// Store gives the store in use, nil without one.
func Store() *store.Store { return current.Load() }

var errDamaged = errors.New("the content store is damaged; delete .sitegen/content and build again")

// Collection is the entries of one folder below src/content, as values of T, a struct.
type Collection[T any] struct {
	name    string
	pattern string
	less    func(a, b *Entry[T]) int
	loaded  atomic.Pointer[loaded[T]]
}

// loaded is what has been read of a collection from one store.
type loaded[T any] struct {
	store   *store.Store
	from    *store.Collection
	entries []atomic.Pointer[Entry[T]] // in the order of slugs; nil until asked for
	once    sync.Once
	sorted  []*Entry[T]
}

// Entry is one entry of a collection.
type Entry[T any] struct {
	Slug  string // names it within the collection: the path of the file without its ending, "2026/first-flush"
	File  string // of the author, "src/content/posts/2026/first-flush.md"
	Title string // that of the front matter; without one, the first heading of the text
	Date  time.Time
	Data  T

	words      int
	digest     string
	body       store.BodyRef
	store      *store.Store
	collection *Collection[T]
}

// all holds every collection of the program, for the check and for references.
var (
	allMu sync.Mutex
	all   []declared
)

func declarations() []declared {
	allMu.Lock()
	defer allMu.Unlock()
	return all
}

// declared is a Collection[T] of any T.
type declared interface {
	Name() string
	data() reflect.Type
	check(c *checker)
	address(slug string) string
}

// New declares the collection of the files below src/content/<name>. It belongs into a package-level variable.
func New[T any](name string) *Collection[T] {
	c := &Collection[T]{name: name}
	allMu.Lock()
	defer allMu.Unlock()
	for _, d := range all {
		if d.Name() == name && d.data() == c.data() {
			return c // the same once more
		}
	}
	all = append(all[:len(all):len(all)], c)
	return c
}

// Newest orders the collection by date, the newest entry first.
func (c *Collection[T]) Newest() *Collection[T] {
	return c.Sort(func(a, b *Entry[T]) int { return b.Date.Compare(a.Date) })
}

// Oldest orders the collection by date, the oldest entry first.
func (c *Collection[T]) Oldest() *Collection[T] {
	return c.Sort(func(a, b *Entry[T]) int { return a.Date.Compare(b.Date) })
}

// Sort orders the collection. Entries that compare equal stay in the order of their slugs, which is the order of a
// collection that says nothing.
func (c *Collection[T]) Sort(compare func(a, b *Entry[T]) int) *Collection[T] {
	c.less = compare
	return c
}

// At says at which address the pages of the entries are, for Entry.URL and for links between Markdown files: a pattern
// as that of a route, with [slug] or [...slug] in it. Without it that is /<name>/[...slug].
func (c *Collection[T]) At(pattern string) *Collection[T] {
	c.pattern = pattern
	return c
}

// Name is the name of the collection.
func (c *Collection[T]) Name() string { return c.name }

func (c *Collection[T]) data() reflect.Type { return reflect.TypeFor[T]() }

// open gives what there is of the collection in the store in use.
func (c *Collection[T]) open() *loaded[T] {
	s := current.Load()
	l := c.loaded.Load()
	if l != nil && l.store == s {
		return l
	}
	if s == nil {
		panic(fmt.Sprintf("collection %s: there is no content; in a test, call contenttest.Load", c.name))
	}
	l = &loaded[T]{store: s, from: s.Collection(c.name)}
	l.entries = make([]atomic.Pointer[Entry[T]], l.from.Len())
	if old := c.loaded.Load(); old != nil && old.store == s {
		return old
	}
	c.loaded.Store(l)
	return l
}

// entry reads the i-th entry in the order of slugs. The build has checked it, so that what goes wrong now is damage.
func (c *Collection[T]) entry(l *loaded[T], i int) *Entry[T] {
	if e := l.entries[i].Load(); e != nil {
		return e
	}
	raw, err := l.from.Entry(i)
	if err != nil {
		panic(err)
	}
	e, d := c.decode(l.store, raw)
	if len(d.problems) > 0 {
		panic(fmt.Sprintf("%s: %s", raw.File, d.problems[0].Message))
	}
	if !l.entries[i].CompareAndSwap(nil, e) {
		return l.entries[i].Load()
	}
	return e
}

// decode makes an entry of T.
func (c *Collection[T]) decode(s *store.Store, raw store.Entry) (*Entry[T], *decoder) {
	e := &Entry[T]{
		Slug: raw.Slug, File: raw.File, Title: raw.Title, Date: raw.Date,
		words: raw.Words, digest: raw.Digest, body: raw.Body, store: s, collection: c,
	}
	d := &decoder{}
	d.into(&e.Data, raw.Data)
	return e, d
}

// Defaulter is what T may be, to have values where an entry says nothing: *T sets them before the entry is read.
type Defaulter interface{ Defaults() }

// Checker is what T may be, to have a say in what is right: the error is told at the entry, at the field if it comes from
// Field.
type Checker interface{ Check() error }

// Field makes an error that is told at a field, named as in the file: "date", "authors[1].name".
func Field(path, message string) error { return &fieldError{path, message} }

type fieldError struct{ path, message string }

func (e *fieldError) Error() string { return e.message }

// into decodes data into *T.
func (d *decoder) into(to any, data string) {
	v := reflect.ValueOf(to).Elem()
	if x, ok := to.(Defaulter); ok {
		x.Defaults()
	}
	if v.Kind() != reflect.Struct {
		d.fail("", "a collection holds values of a struct, not of "+v.Type().String(), "declare a struct with a field for each key")
		return
	}
	rest := data
	n, after, err := store.Next(data)
	switch {
	case err != nil:
	case n.Kind == store.Null || data == "":
		rest, err = d.structure(v, 0, after, "", 0)
	case n.Kind != store.Map:
		d.wrong("", n, "keys with values")
		return
	default:
		rest, err = d.structure(v, n.N, after, "", 0)
	}
	if err != nil || rest != "" {
		d.fail("", errDamaged.Error(), "")
		return
	}
	if x, ok := to.(Checker); ok && len(d.problems) == 0 {
		if err := x.Check(); err != nil {
			var f *fieldError
			if errors.As(err, &f) {
				d.fail(f.path, f.message, "")
			} else {
				d.fail("", err.Error(), "")
			}
		}
	}
}

// All gives the entries in the order of the collection. The slice is shared: clone it before changing it.
func (c *Collection[T]) All(r Reader) []*Entry[T] {
	l := c.open()
	digest := ""
	if l.from != nil {
		digest = l.from.Digest
	}
	depends(r, "collection "+c.name, digest)
	l.once.Do(func() {
		l.sorted = make([]*Entry[T], len(l.entries))
		for i := range l.sorted {
			l.sorted[i] = c.entry(l, i)
		}
		if c.less != nil {
			slices.SortStableFunc(l.sorted, c.less)
		}
	})
	return l.sorted
}

// Len is the number of entries.
func (c *Collection[T]) Len(r Reader) int { return len(c.All(r)) }

// Get gives the entry of a slug.
func (c *Collection[T]) Get(r Reader, slug string) (*Entry[T], bool) {
	l := c.open()
	i, ok := l.from.Find(slug)
	if !ok {
		depends(r, entryInput(c.name, slug), "")
		return nil, false
	}
	e := c.entry(l, i)
	depends(r, entryInput(c.name, slug), e.digest)
	return e, true
}

func entryInput(collection, slug string) string { return "entry " + collection + " " + slug }

func bodyInput(collection, slug string) string { return "body " + collection + " " + slug }

// untracked says that something was read on nobody's behalf.
var untracked atomic.Bool

// Untracked says whether content was read without a Reader, so that it is not known who depends on it.
func Untracked() bool { return untracked.Load() }

func depends(r Reader, input, digest string) {
	nobody := r == nil
	switch p := r.(type) {
	case *site.Page:
		nobody = p == nil
	case *site.Build:
		nobody = p == nil
	}
	if nobody {
		untracked.Store(true)
		return
	}
	r.DependsOn(input, digest)
}

// Current gives the digest that an input has now, as it was noted with a Reader.
func Current(s *store.Store, input string) string {
	kind, rest, _ := strings.Cut(input, " ")
	name, slug, _ := strings.Cut(rest, " ")
	c := s.Collection(name)
	if c == nil {
		return ""
	}
	if kind == "collection" {
		return c.Digest
	}
	i, ok := c.Find(slug)
	if !ok {
		return ""
	}
	e, err := c.Entry(i)
	switch {
	case err != nil:
		return ""
	case kind == "entry":
		return e.Digest
	case kind == "body":
		return e.Body.Digest
	}
	return ""
}

// Digest names the state of the entry without its text.
func (e *Entry[T]) Digest() string {
	if e.collection == nil {
		return ""
	}
	return "entry " + e.collection.name + " " + e.digest
}

// read gives the body, on behalf of r.
func (e *Entry[T]) read(r Reader) store.Body {
	if e.collection == nil {
		return store.Body{} // made by hand, in a test
	}
	depends(r, bodyInput(e.collection.name, e.Slug), e.body.Digest)
	b, err := e.store.Body(e.body)
	if err != nil {
		panic(err)
	}
	return b
}

// Words is the number of words of the text.
func (e *Entry[T]) Words(r Reader) int {
	if e.collection != nil {
		depends(r, bodyInput(e.collection.name, e.Slug), e.body.Digest)
	}
	return e.words
}

// HTML is the rendered text. One with components in it is rendered for the page: within GetStaticPaths it is an error that
// fails the build.
func (e *Entry[T]) HTML(r Reader) site.HTML {
	return rendered(r, e.File, e.read(r))
}

// rendered gives a text with its components.
func rendered(r Reader, file string, b store.Body) site.HTML {
	if len(b.Cuts) == 0 {
		return site.HTML(stitch(r, b, 0, len(b.HTML)))
	}
	s, err := site.String(textNode(r, file, b))
	if err != nil {
		panic(err)
	}
	return site.HTML(s)
}

// Body is the rendered text as a Node, for a slot.
func (e *Entry[T]) Body(r Reader) site.Node {
	return func(w *site.Writer) error { return textNode(r, e.File, e.read(r))(w) }
}

// Headings are the headings of the text in their order.
func (e *Entry[T]) Headings(r Reader) []site.Heading {
	b := e.read(r)
	out := make([]site.Heading, len(b.Headings))
	for i, h := range b.Headings {
		out[i] = site.Heading{Depth: h.Depth, ID: h.ID, Text: h.Text}
	}
	return out
}

// URL is the address of the page of the entry, with the base of the site: see Collection.At.
func (e *Entry[T]) URL() string {
	if e.collection == nil {
		return "/" + e.Slug
	}
	return address(e.store, e.collection.name, e.collection.pattern, e.Slug)
}

// address puts a slug into a pattern.
func address(s *store.Store, name, pattern, slug string) string {
	if pattern == "" {
		pattern = "/" + name + "/[...slug]"
	}
	p := strings.NewReplacer("[...slug]", site.PathEscape(slug), "[slug]", site.PathEscape(slug)).Replace(strings.Trim(pattern, "/"))
	base := "/"
	if s != nil {
		base = s.Base
		if s.Slash && p != "" {
			p += "/"
		}
	}
	return base + p
}

func (c *Collection[T]) address(slug string) string {
	return address(current.Load(), c.name, c.pattern, slug)
}

// stitch puts the addresses of other entries into a part of a text.
func stitch(r Reader, b store.Body, from, to int) string {
	var out strings.Builder
	for _, l := range b.Links {
		if l.Offset < from {
			continue
		}
		if l.Offset > to || l.Offset == to && to < len(b.HTML) {
			break
		}
		out.WriteString(b.HTML[from:l.Offset])
		from = l.Offset
		if l.Picture != nil {
			out.WriteString(picture(r, l.Picture))
			continue
		}
		target := ""
		for _, c := range declarations() {
			if c.Name() == l.Collection {
				target = c.address(l.Slug)
				break
			}
		}
		if target == "" {
			target = address(current.Load(), l.Collection, "", l.Slug)
		}
		out.WriteString(site.AttrEscape(target + l.Tail))
	}
	if out.Len() == 0 {
		return b.HTML[from:to]
	}
	out.WriteString(b.HTML[from:to])
	return out.String()
}

// Ref is a reference to an entry of the one collection that holds T. In the file it is the slug. The build checks that
// there is such an entry.
type Ref[T any] struct{ Slug string }

func (r *Ref[T]) slug() string         { return r.Slug }
func (r *Ref[T]) setSlug(s string)     { r.Slug = s }
func (r *Ref[T]) target() reflect.Type { return reflect.TypeFor[T]() }

// String is the slug.
func (r Ref[T]) String() string { return r.Slug }

// Get gives the entry, nil for a reference that was not set.
func (r Ref[T]) Get(by Reader) *Entry[T] {
	if r.Slug == "" {
		return nil
	}
	for _, c := range declarations() {
		if c, ok := c.(*Collection[T]); ok {
			if e, ok := c.Get(by, r.Slug); ok {
				return e
			}
		}
	}
	return nil
}
