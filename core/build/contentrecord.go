package build

import (
	"encoding/binary"
	"time"

	"sitegen.dev/core/content"
	"sitegen.dev/core/site/content/store"
)

// What the cache keeps of a file of content: the head of its record holds the entries, and of a Markdown file the links
// that were resolved; the body is the body.

func encodeEntries(entries []contentEntry, links []link) []byte {
	b := binary.AppendUvarint(nil, uint64(len(entries)))
	for _, e := range entries {
		for _, s := range []string{e.key, e.Slug, e.Title, e.layout, e.Body.Digest, e.Data} {
			b = store.AppendText(b, s)
		}
		b = append(b, bit(e.draft), bit(!e.Date.IsZero()))
		b = binary.AppendVarint(b, e.Date.Unix())
		b = binary.AppendUvarint(b, uint64(e.Date.Nanosecond()))
		b = binary.AppendUvarint(b, uint64(e.Words))
		b = binary.AppendUvarint(b, uint64(e.Body.Size))
		b = binary.AppendUvarint(b, uint64(len(e.tags)))
		for _, t := range e.tags {
			b = store.AppendText(b, t.Text)
			b = binary.AppendUvarint(b, uint64(t.Line))
			b = binary.AppendUvarint(b, uint64(t.Col))
		}
	}
	b = binary.AppendUvarint(b, uint64(len(links)))
	for _, l := range links {
		b = store.AppendText(b, l.dest)
		b = append(b, bit(l.image), bit(l.ok), bit(l.to.Entry != nil))
		b = store.AppendText(b, l.to.URL)
		b = binary.AppendUvarint(b, uint64(l.to.Width))
		b = binary.AppendUvarint(b, uint64(l.to.Height))
		b = store.AppendText(b, l.to.Format)
		if e := l.to.Entry; e != nil {
			for _, s := range []string{e.Collection, e.Slug, e.Tail} {
				b = store.AppendText(b, s)
			}
		}
	}
	return b
}

func bit(on bool) byte {
	if on {
		return 1
	}
	return 0
}

// reader reads what encodeEntries wrote. After an error everything is zero.
type reader struct {
	s   string
	bad bool
}

func (r *reader) text() string {
	s, rest, err := store.Text(r.s)
	if err != nil {
		r.bad, r.s = true, ""
		return ""
	}
	r.s = rest
	return s
}

func (r *reader) bit() bool {
	if r.s == "" {
		r.bad = true
		return false
	}
	on := r.s[0] != 0
	r.s = r.s[1:]
	return on
}

func (r *reader) uint() uint64 {
	x, n := binary.Uvarint([]byte(r.s[:min(len(r.s), binary.MaxVarintLen64)]))
	if n <= 0 {
		r.bad, r.s = true, ""
		return 0
	}
	r.s = r.s[n:]
	return x
}

func (r *reader) int() int64 {
	x, n := binary.Varint([]byte(r.s[:min(len(r.s), binary.MaxVarintLen64)]))
	if n <= 0 {
		r.bad, r.s = true, ""
		return 0
	}
	r.s = r.s[n:]
	return x
}

// decodeEntries reads the head of a record. ok is false for anything that this version has not written.
func decodeEntries(head string, at record) (entries []contentEntry, ok bool) {
	r := &reader{s: head}
	n := r.uint()
	if n > uint64(len(head)) {
		return nil, false
	}
	entries = make([]contentEntry, 0, n)
	for range n {
		var e contentEntry
		for _, to := range []*string{&e.key, &e.Slug, &e.Title, &e.layout, &e.Body.Digest, &e.Data} {
			*to = r.text()
		}
		e.draft = r.bit()
		dated := r.bit()
		sec, nsec := r.int(), r.uint()
		if dated {
			e.Date = time.Unix(sec, int64(nsec%1e9)).UTC()
		}
		e.Words, e.Body.Size = int(r.uint()), int(r.uint())
		if e.Body.Size != 0 {
			e.Body.Offset = at.offset + int64(at.head)
			r.bad = r.bad || e.Body.Size != int(at.body)
		}
		tags := r.uint()
		if tags > uint64(len(head)) {
			return nil, false
		}
		for range tags {
			e.tags = append(e.tags, content.Tag{Text: r.text(), Line: int(r.uint()), Col: int(r.uint())})
		}
		if r.bad {
			return nil, false
		}
		entries = append(entries, e)
	}
	n = r.uint()
	if n > uint64(len(head)) || n > 0 && len(entries) == 0 {
		return nil, false
	}
	for range n {
		l := link{dest: r.text(), image: r.bit(), ok: r.bit()}
		entry := r.bit()
		l.to.URL = r.text()
		l.to.Width, l.to.Height, l.to.Format = int(r.uint()), int(r.uint()), r.text()
		if entry {
			l.to.Entry = &content.EntryRef{Collection: r.text(), Slug: r.text(), Tail: r.text()}
		}
		entries[0].found = append(entries[0].found, l)
	}
	return entries, !r.bad && r.s == ""
}
