package store

import (
	"encoding/binary"
	"slices"
	"strings"
)

// Builder collects entries for an index.
type Builder struct {
	Config
	collections map[string][]Entry
}

// Add adds an entry. Its Digest need not be set. A slug that a collection has already is the caller's to refuse.
func (b *Builder) Add(collection string, e Entry) {
	if b.collections == nil {
		b.collections = map[string][]Entry{}
	}
	b.collections[collection] = append(b.collections[collection], e)
}

// Declare makes a collection that may stay empty.
func (b *Builder) Declare(collection string) {
	if b.collections == nil {
		b.collections = map[string][]Entry{}
	}
	b.collections[collection] = b.collections[collection][:len(b.collections[collection]):len(b.collections[collection])]
}

// Index gives the index.
func (b *Builder) Index() []byte {
	out := append([]byte(magic), make([]byte, 8+digestSize)...)
	names := make([]string, 0, len(b.collections))
	for name := range b.collections {
		names = append(names, name)
	}
	slices.Sort(names)
	var table []byte
	table = AppendText(table, b.Base)
	table = append(table, flag(b.Slash))
	table = AppendText(table, b.Bodies)
	table = binary.AppendUvarint(table, uint64(len(names)))
	all := []string{b.Base, string(flag(b.Slash))}
	for _, name := range names {
		entries := b.collections[name]
		slices.SortFunc(entries, func(x, y Entry) int { return strings.Compare(x.Slug, y.Slug) })
		offsets := make([]byte, 0, 8*len(entries))
		digests := []string{name}
		all = append(all, name)
		for _, e := range entries {
			offsets = binary.LittleEndian.AppendUint64(offsets, uint64(len(out)))
			head := appendHead(nil, e)
			e.Digest = Digest(string(head), e.Data)
			out = append(out, head...)
			out = binary.AppendUvarint(out, uint64(e.Words))
			out = binary.AppendUvarint(out, uint64(e.Body.Offset))
			out = binary.AppendUvarint(out, uint64(e.Body.Size))
			out = AppendText(out, e.Body.Digest)
			out = AppendText(out, e.Digest)
			out = AppendText(out, e.Data)
			digests = append(digests, e.Digest)
			all = append(all, e.Digest, e.Body.Digest)
		}
		table = AppendText(table, name)
		table = AppendText(table, Digest(digests...))
		table = AppendText(table, string(offsets))
	}
	binary.LittleEndian.PutUint64(out[len(magic):], uint64(len(out)))
	copy(out[len(magic)+8:], Digest(all...))
	return append(out, table...)
}

// appendHead appends what the digest of an entry covers beside its data. The number of words is not among it: it changes
// with the body, and who shows it depends on that.
func appendHead(b []byte, e Entry) []byte {
	b = AppendText(b, e.Slug)
	b = AppendText(b, e.File)
	b = AppendText(b, e.Title)
	if e.Date.IsZero() || e.Date.Unix() < -dateBase {
		return append(b, 0, 0)
	}
	b = binary.AppendUvarint(b, uint64(e.Date.Unix()+dateBase)+1)
	return binary.AppendUvarint(b, uint64(e.Date.Nanosecond()))
}

func flag(on bool) byte {
	if on {
		return 1
	}
	return 0
}

// Whole gives a store of some collections as one text for Embedded: with the bodies of a store.
func Whole(s *Store, keep func(collection string) bool) ([]byte, error) {
	b := Builder{Config: s.Config}
	b.Bodies = ""
	var bodies []byte
	for _, c := range s.collections {
		if !keep(c.Name) {
			continue
		}
		b.Declare(c.Name)
		for i := range c.Len() {
			e, err := c.Entry(i)
			if err != nil {
				return nil, err
			}
			if e.Body.Size > 0 {
				body, err := s.raw(e.Body)
				if err != nil {
					return nil, err
				}
				e.Body.Offset = int64(len(bodies))
				bodies = append(bodies, body...)
			}
			b.Add(c.Name, e)
		}
	}
	index := b.Index()
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(index)))
	return append(append(out, index...), bodies...), nil
}
