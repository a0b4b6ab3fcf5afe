// Package store is the file format of a site's content: what the command writes after it has read the collections and
// the Markdown pages, and what the compiled site reads. An index holds for every entry its slug, its data and where its
// body lies; bodies are read one by one when they are asked for, so that memory follows the number of entries, not
// their length.
//
// It is compiled into sites, WebAssembly among them: no files, no reflection, nothing but the standard library. Any
// bytes can be opened; those that are damaged give errors, never panics.
package store

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"sort"
	"strings"
	"time"
)

// magic begins an index. The number is that of the format: another one is refused.
const magic = "sitegen content 1\n"

// Pages is the collection of the Markdown pages. The data of each is three parts: the pattern of its route and the path of
// its layout, as texts, and then its front matter.
const Pages = "/"

// Config is what the addresses of entries depend on.
type Config struct {
	Base   string // "/" or "/docs/"
	Slash  bool   // addresses of pages end in a slash
	Bodies string // file with the bodies, relative to the folder of the index; "" where they are behind it
}

// Store is an opened store. It does not change, and any number of readers may use it at once.
type Store struct {
	Config

	index       string
	bodies      io.ReaderAt
	collections []*Collection // by name
	digest      string
}

// Collection is the entries of one name, ordered by slug.
type Collection struct {
	Name   string
	Digest string // of everything but the bodies

	store   *Store
	offsets string // 8 bytes each: where the entries begin in the index
}

// Entry is one entry. Its texts are parts of the index.
type Entry struct {
	Slug   string
	File   string // the author's, below the module root
	Title  string // of a Markdown text without a title in its front matter: that of its first heading
	Date   time.Time
	Words  int
	Data   string // encoded value: a Map
	Digest string // of all of the above
	Body   BodyRef
}

// BodyRef says where a body lies.
type BodyRef struct {
	Offset int64
	Size   int // 0: there is no body
	Digest string
}

// Heading is one heading of a body.
type Heading struct {
	Depth    int
	ID, Text string
}

// Link is a place in the HTML of a body where the address of another entry belongs.
type Link struct {
	Offset           int // in HTML
	Collection, Slug string
	Tail             string   // ?query and #fragment
	Picture          *Picture // instead of an entry
}

// Picture is an image that a text shows and that may be had in other sizes. Where it belongs stands the value of src,
// behind which more attributes may follow: the quotation mark that ends the last one is in the text.
type Picture struct {
	URL           string
	Format        string
	Width, Height int
}

// Body is the rendered text of an entry.
type Body struct {
	Headings []Heading
	Links    []Link // in order of their offsets
	Cuts     []int  // offsets in HTML at which the tag of a component belongs
	HTML     string
}

// digestSize is the length of every digest.
const digestSize = 16

// Digest names content: equal digests mean equal content.
func Digest(parts ...string) string {
	h := sha256.New()
	var size [8]byte
	for _, p := range parts {
		binary.LittleEndian.PutUint64(size[:], uint64(len(p)))
		h.Write(size[:])
		io.WriteString(h, p)
	}
	return string(h.Sum(nil)[:digestSize])
}

// Open reads an index, which must not change afterwards. The bodies are read from bodies when they are asked for.
func Open(index string, bodies io.ReaderAt) (*Store, error) {
	s := &Store{index: index, bodies: bodies}
	rest, ok := strings.CutPrefix(index, magic)
	if !ok || len(rest) < 8+digestSize {
		return nil, errBroken
	}
	table := fixed64(rest)
	s.digest = rest[8 : 8+digestSize]
	if table < uint64(len(magic)) || table > uint64(len(index)) {
		return nil, errBroken
	}
	rest = index[table:]
	var err error
	if s.Base, rest, err = Text(rest); err != nil || rest == "" {
		return nil, errBroken
	}
	s.Slash, rest = rest[0] != 0, rest[1:]
	if s.Bodies, rest, err = Text(rest); err != nil {
		return nil, err
	}
	count, rest, err := uvarint(rest)
	if err != nil || count > uint64(len(rest)) {
		return nil, errBroken
	}
	for range count {
		c := &Collection{store: s}
		if c.Name, rest, err = Text(rest); err != nil {
			return nil, err
		}
		if c.Digest, rest, err = Text(rest); err != nil {
			return nil, err
		}
		if c.offsets, rest, err = Text(rest); err != nil || len(c.offsets)%8 != 0 {
			return nil, errBroken
		}
		if n := len(s.collections); n > 0 && s.collections[n-1].Name >= c.Name {
			return nil, errBroken
		}
		s.collections = append(s.collections, c)
	}
	return s, nil
}

// Embedded opens a store that is one text: the index with the bodies behind it, as Writer.Whole makes it.
func Embedded(data string) (*Store, error) {
	if len(data) < 8 {
		return nil, errBroken
	}
	size := fixed64(data)
	if size > uint64(len(data)-8) {
		return nil, errBroken
	}
	return Open(data[8:8+size], strings.NewReader(data[8+size:]))
}

// SetBodies says where the bodies are, before anything is read.
func (s *Store) SetBodies(bodies io.ReaderAt) { s.bodies = bodies }

// Digest names the state of everything in the store.
func (s *Store) Digest() string { return s.digest }

// Collection gives the collection of a name, or nil.
func (s *Store) Collection(name string) *Collection {
	i := sort.Search(len(s.collections), func(i int) bool { return s.collections[i].Name >= name })
	if i < len(s.collections) && s.collections[i].Name == name {
		return s.collections[i]
	}
	return nil
}

// Collections gives all of them, by name.
func (s *Store) Collections() []*Collection { return s.collections }

// Len is the number of entries.
func (c *Collection) Len() int {
	if c == nil {
		return 0
	}
	return len(c.offsets) / 8
}

// Entry reads the i-th entry in the order of slugs.
func (c *Collection) Entry(i int) (Entry, error) {
	s, err := c.at(i)
	if err != nil {
		return Entry{}, err
	}
	var e Entry
	for _, to := range []*string{&e.Slug, &e.File, &e.Title} {
		if *to, s, err = Text(s); err != nil {
			return Entry{}, err
		}
	}
	var n [5]uint64
	for i := range n {
		if n[i], s, err = uvarint(s); err != nil {
			return Entry{}, err
		}
	}
	if n[0] != 0 {
		e.Date = time.Unix(int64(n[0]-1)-dateBase, int64(n[1])%1e9).UTC()
	}
	if n[2] > maxInt || n[3] > maxInt || n[4] > maxInt {
		return Entry{}, errBroken
	}
	e.Words, e.Body.Offset, e.Body.Size = int(n[2]), int64(n[3]), int(n[4])
	for _, to := range []*string{&e.Body.Digest, &e.Digest, &e.Data} {
		if *to, s, err = Text(s); err != nil {
			return Entry{}, err
		}
	}
	return e, nil
}

// dateBase makes seconds since 1970 positive: the year 1 is the first that a time.Time knows.
const dateBase = 62135596800

const maxInt = 1 << 40 // far more than any site has

func (c *Collection) at(i int) (string, error) {
	if i < 0 || i >= c.Len() {
		return "", errBroken
	}
	off := fixed64(c.offsets[8*i:])
	if off > uint64(len(c.store.index)) {
		return "", errBroken
	}
	return c.store.index[off:], nil
}

func (c *Collection) slug(i int) string {
	s, err := c.at(i)
	if err != nil {
		return ""
	}
	slug, _, _ := Text(s)
	return slug
}

// Find gives the place of a slug.
func (c *Collection) Find(slug string) (i int, ok bool) {
	n := c.Len()
	i = sort.Search(n, func(i int) bool { return c.slug(i) >= slug })
	return i, i < n && c.slug(i) == slug
}

// Body reads a body.
func (s *Store) Body(ref BodyRef) (Body, error) {
	if ref.Size == 0 {
		return Body{}, nil
	}
	data, err := s.raw(ref)
	if err != nil {
		return Body{}, err
	}
	return DecodeBody(data)
}

// raw reads the bytes of a body.
func (s *Store) raw(ref BodyRef) (string, error) {
	if ref.Size < 0 || ref.Offset < 0 || s.bodies == nil {
		return "", errBroken
	}
	var last [1]byte // before there is memory for all of it
	if _, err := s.bodies.ReadAt(last[:], ref.Offset+int64(ref.Size)-1); err != nil {
		return "", errBroken
	}
	data := make([]byte, ref.Size)
	if _, err := s.bodies.ReadAt(data, ref.Offset); err != nil {
		return "", errBroken
	}
	return string(data), nil
}

// AppendBody appends the encoded form of a body.
func AppendBody(b []byte, body Body) []byte {
	b = binary.AppendUvarint(b, uint64(len(body.Headings)))
	for _, h := range body.Headings {
		b = binary.AppendUvarint(b, uint64(h.Depth))
		b = AppendText(b, h.ID)
		b = AppendText(b, h.Text)
	}
	b = binary.AppendUvarint(b, uint64(len(body.Links)))
	for _, l := range body.Links {
		b = binary.AppendUvarint(b, uint64(l.Offset))
		b = AppendText(b, l.Collection)
		if p := l.Picture; p != nil { // an entry has a collection
			b = AppendText(b, p.URL)
			b = AppendText(b, p.Format)
			b = binary.AppendUvarint(b, uint64(p.Width))
			b = binary.AppendUvarint(b, uint64(p.Height))
			continue
		}
		b = AppendText(b, l.Slug)
		b = AppendText(b, l.Tail)
	}
	b = binary.AppendUvarint(b, uint64(len(body.Cuts)))
	for _, off := range body.Cuts {
		b = binary.AppendUvarint(b, uint64(off))
	}
	return append(b, body.HTML...)
}

// DecodeBody reads what AppendBody wrote.
func DecodeBody(s string) (b Body, err error) {
	n, s, err := uvarint(s)
	if err != nil || n > uint64(len(s)) {
		return Body{}, errBroken
	}
	for range n {
		var h Heading
		var depth uint64
		if depth, s, err = uvarint(s); err != nil || depth > 6 {
			return Body{}, errBroken
		}
		h.Depth = int(depth)
		if h.ID, s, err = Text(s); err != nil {
			return Body{}, err
		}
		if h.Text, s, err = Text(s); err != nil {
			return Body{}, err
		}
		b.Headings = append(b.Headings, h)
	}
	if n, s, err = uvarint(s); err != nil || n > uint64(len(s)) {
		return Body{}, errBroken
	}
	for range n {
		var l Link
		var off uint64
		if off, s, err = uvarint(s); err != nil || off > maxInt {
			return Body{}, errBroken
		}
		l.Offset = int(off)
		for _, to := range []*string{&l.Collection, &l.Slug, &l.Tail} {
			if *to, s, err = Text(s); err != nil {
				return Body{}, err
			}
		}
		if l.Collection == "" {
			p := &Picture{URL: l.Slug, Format: l.Tail}
			for _, to := range []*int{&p.Width, &p.Height} {
				var v uint64
				if v, s, err = uvarint(s); err != nil || v > maxInt {
					return Body{}, errBroken
				}
				*to = int(v)
			}
			l = Link{Offset: l.Offset, Picture: p}
		}
		b.Links = append(b.Links, l)
	}
	if n, s, err = uvarint(s); err != nil || n > uint64(len(s)) {
		return Body{}, errBroken
	}
	for range n {
		var off uint64
		if off, s, err = uvarint(s); err != nil || off > maxInt {
			return Body{}, errBroken
		}
		b.Cuts = append(b.Cuts, int(off))
	}
	last := 0
	for _, off := range b.Cuts {
		if off < last || off > len(s) {
			return Body{}, errBroken
		}
		last = off
	}
	last = 0
	for _, l := range b.Links {
		if l.Offset < last || l.Offset > len(s) {
			return Body{}, errBroken
		}
		last = l.Offset
	}
	b.HTML = s
	return b, nil
}

func fixed64(s string) uint64 {
	var x uint64
	for i := range 8 {
		x |= uint64(s[i]) << (8 * i)
	}
	return x
}
