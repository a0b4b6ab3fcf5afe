package wire

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"sort"
)

// A Record is what one build remembers of a page for the next one: what it was made of and which file came out. Where all
// of that is still so, the page is not rendered again.
type Record struct {
	Task    string // names the page: pattern and parameters
	Key     string // of the code, the configuration and the props
	Inputs  []Input
	Path    string
	File    string
	Status  int
	Size    int64
	ModTime int64 // of the file, in nanoseconds
	Headers [][2]string
	Images  []Image
}

// Input is content that was read for a page, and the digest of its state.
type Input struct{ Name, Digest string }

const recordsMagic = "sitegen pages 2\n"

// RecordWriter writes records.
type RecordWriter struct {
	w   *bufio.Writer
	buf []byte
}

// NewRecordWriter begins a list of records.
func NewRecordWriter(w io.Writer) *RecordWriter {
	r := &RecordWriter{w: bufio.NewWriterSize(w, 256<<10)}
	r.w.WriteString(recordsMagic)
	return r
}

// Write appends a record.
func (w *RecordWriter) Write(r *Record) error {
	b := w.buf[:0]
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	num := func(n int64) { b = binary.AppendVarint(b, n) }
	text(r.Task)
	text(r.Key)
	num(int64(len(r.Inputs)))
	for _, in := range r.Inputs {
		text(in.Name)
		text(in.Digest)
	}
	text(r.Path)
	text(r.File)
	num(int64(r.Status))
	num(r.Size)
	num(r.ModTime)
	num(int64(len(r.Headers)))
	for _, h := range r.Headers {
		text(h[0])
		text(h[1])
	}
	num(int64(len(r.Images)))
	for _, i := range r.Images {
		text(i.Source)
		text(i.Name)
		num(int64(i.Width))
		text(i.Format)
		num(int64(i.Quality))
	}
	w.buf = b
	var size [binary.MaxVarintLen64]byte
	w.w.Write(size[:binary.PutUvarint(size[:], uint64(len(b)))])
	_, err := w.w.Write(b)
	return err
}

// Close writes what is left.
func (w *RecordWriter) Close() error { return w.w.Flush() }

var errRecords = errors.New("the list of pages cannot be read")

// ReadRecords reads a list of records. What is damaged gives an error: then nothing is known of any page.
func ReadRecords(data []byte, each func(r *Record)) error {
	s := string(data)
	if len(s) < len(recordsMagic) || s[:len(recordsMagic)] != recordsMagic {
		return errRecords
	}
	d := &recordReader{s: s[len(recordsMagic):]}
	for d.s != "" && !d.bad {
		whole := d.text()
		if d.bad {
			break
		}
		in := &recordReader{s: whole}
		r := &Record{Task: in.text(), Key: in.text()}
		for range in.count() {
			r.Inputs = append(r.Inputs, Input{in.text(), in.text()})
		}
		r.Path, r.File, r.Status, r.Size, r.ModTime = in.text(), in.text(), int(in.num()), in.num(), in.num()
		for range in.count() {
			r.Headers = append(r.Headers, [2]string{in.text(), in.text()})
		}
		for range in.count() {
			r.Images = append(r.Images, Image{Source: in.text(), Name: in.text(), Width: int(in.num()), Format: in.text(), Quality: int(in.num())})
		}
		if in.bad || in.s != "" {
			return errRecords
		}
		each(r)
	}
	if d.bad {
		return errRecords
	}
	return nil
}

// recordReader reads the parts of a record; once something is wrong, everything is empty.
type recordReader struct {
	s   string
	bad bool
}

func (d *recordReader) text() string {
	n, w := uvarint(d.s)
	if w <= 0 || n > uint64(len(d.s)-w) {
		d.bad, d.s = true, ""
		return ""
	}
	t := d.s[w : w+int(n)]
	d.s = d.s[w+int(n):]
	return t
}

func (d *recordReader) num() int64 {
	u, w := uvarint(d.s)
	if w <= 0 {
		d.bad, d.s = true, ""
		return 0
	}
	d.s = d.s[w:]
	return int64(u>>1) ^ -int64(u&1)
}

// count reads the length of a list, each item of which takes a byte at least.
func (d *recordReader) count() int {
	n := d.num()
	if n < 0 || n > int64(len(d.s)) {
		d.bad, d.s = true, ""
		return 0
	}
	return int(n)
}

func uvarint(s string) (x uint64, n int) {
	for i := 0; i < len(s) && i < binary.MaxVarintLen64; i++ {
		x |= uint64(s[i]&0x7f) << (7 * i)
		if s[i] < 0x80 {
			return x, i + 1
		}
	}
	return 0, 0
}

// SortInputs makes the list of what was noted.
func SortInputs(read map[string]string) []Input {
	out := make([]Input, 0, len(read))
	for name, digest := range read {
		out = append(out, Input{name, digest})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}
