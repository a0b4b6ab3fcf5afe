package site

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"strings"
)

// Part is one field or file of a multipart form that is read as it comes in. It must be read before the next one is
// asked for; what is not read is skipped.
type Part struct {
	Field       string // name of the form field
	FileName    string // without folders; never a path to write to
	IsFile      bool   // whether it is a file, and no text
	ContentType string // as the visitor's computer says; "" where it says nothing

	r    *multipartReader
	done bool
}

// Parts reads a multipart form piece by piece, so that a large file never lies in memory as a whole. Parts and Form
// exclude each other.
func (r *Request) Parts() iter.Seq2[*Part, error] {
	kind, params := mediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return func(yield func(*Part, error) bool) { yield(nil, &RequestError{415, "the body is no multipart form"}) }
	}
	return r.parts(params["boundary"])
}

func (r *Request) parts(boundary string) iter.Seq2[*Part, error] {
	return func(yield func(*Part, error) bool) {
		m, err := r.multipartReader(boundary)
		if err != nil {
			yield(nil, err)
			return
		}
		for {
			part, err := m.next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(part, nil) {
				return
			}
		}
	}
}

func (r *Request) multipartReader(boundary string) (*multipartReader, error) {
	if boundary == "" || len(boundary) > 70 { // RFC 2046
		return nil, &RequestError{400, "the multipart form has no usable boundary"}
	}
	b := &r.body
	if b.data != nil {
		return newMultipartReader(bytes.NewReader(b.data), boundary), nil
	}
	if b.touched {
		return nil, errBodyRead
	}
	b.touched = true
	if b.r == nil {
		return newMultipartReader(r.Body, boundary), nil
	}
	return newMultipartReader(b, boundary), nil
}

// mime/multipart is not used: it brings in net through net/textproto.
//
// multipartReader reads parts out of a stream through one buffer of fixed size. Each part's body ends at a line break,
// two hyphens and the boundary.
type multipartReader struct {
	in    io.Reader
	err   error
	buf   []byte
	start int    // first byte not yet used
	end   int    // behind the last byte read
	delim []byte // "\r\n--boundary"
	part  *Part
	first bool
	empty bool // nothing of the part was given yet: its delimiter may come without a line break of its own
}

const (
	multipartBuffer = 32 << 10
	maxPartHeader   = 16 << 10 // bytes of one part's header block
)

var (
	errMultipart  = &RequestError{400, "the multipart form is malformed"}
	errPartHeader = &RequestError{400, "a part of the multipart form has too long a header"}
)

func newMultipartReader(in io.Reader, boundary string) *multipartReader {
	m := &multipartReader{in: in, buf: make([]byte, multipartBuffer), delim: []byte("\r\n--" + boundary), first: true}
	// The first boundary has no line break before it; with one in front, it is like the others.
	m.end = copy(m.buf, "\r\n")
	return m
}

// fill reads more; false at the end of the stream, or when the buffer is full.
func (m *multipartReader) fill() bool {
	if m.err != nil {
		return false
	}
	if m.start > 0 {
		m.end = copy(m.buf, m.buf[m.start:m.end])
		m.start = 0
	}
	if m.end == len(m.buf) {
		return false
	}
	for range 100 {
		n, err := m.in.Read(m.buf[m.end:])
		m.end += n
		m.err = err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	m.err = io.ErrNoProgress
	return false
}

// failed says why there is no more to read.
func (m *multipartReader) failed() error {
	if m.err == nil || errors.Is(m.err, io.EOF) || errors.Is(m.err, io.ErrUnexpectedEOF) {
		return errMultipart
	}
	return m.err
}

// next skips the rest of the part at hand and reads the header of the next one; io.EOF after the last.
func (m *multipartReader) next() (*Part, error) {
	if err := m.skipPart(); err != nil {
		return nil, err
	}
	// m.start is behind a delimiter.
	for m.end-m.start < 2 {
		if !m.fill() {
			return nil, m.failed()
		}
	}
	if bytes.HasPrefix(m.buf[m.start:m.end], []byte("--")) {
		return nil, io.EOF
	}
	line, err := m.line()
	if err != nil {
		return nil, err
	}
	if strings.Trim(line, " \t") != "" {
		return nil, errMultipart
	}
	m.part = &Part{r: m}
	if err := m.header(m.part); err != nil {
		return nil, err
	}
	return m.part, nil
}

func (m *multipartReader) skipPart() error {
	p := m.part
	if m.first { // what stands before the first boundary is no part, but ends in the same way
		m.first = false
		p = &Part{r: m}
	}
	var sink [4 << 10]byte
	for !p.done {
		if _, err := p.Read(sink[:]); err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}

// line reads up to a line break, which is not part of the result.
func (m *multipartReader) line() (string, error) {
	for {
		if i := bytes.IndexByte(m.buf[m.start:m.end], '\n'); i >= 0 {
			line := string(m.buf[m.start : m.start+i])
			m.start += i + 1
			return strings.TrimSuffix(line, "\r"), nil
		}
		if m.end-m.start > maxPartHeader {
			return "", errPartHeader
		}
		if !m.fill() {
			return "", m.failed()
		}
	}
}

func (m *multipartReader) header(p *Part) error {
	size := 0
	for {
		line, err := m.line()
		if err != nil {
			return err
		}
		if line == "" {
			break
		}
		if size += len(line); size > maxPartHeader {
			return errPartHeader
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return errMultipart
		}
		value = strings.TrimSpace(value)
		switch {
		case equalFold(name, "Content-Disposition"):
			p.disposition(value)
		case equalFold(name, "Content-Type"):
			p.ContentType = value
		}
	}
	m.empty = true
	return nil
}

func (p *Part) disposition(value string) {
	_, params := mediaType(value)
	p.Field = formName(params["name"])
	name, ok := params["filename"]
	p.IsFile = ok
	name = formName(name)
	if p.FileName = name[strings.LastIndexAny(name, `/\`)+1:]; isDots(p.FileName) {
		p.FileName = "" // a folder again
	}
}

// formName undoes what browsers do to quotes and line breaks in the names of fields and files, and nothing else: a
// percent sign is not escaped by them.
func formName(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if !strings.Contains(s, "%") {
		return s
	}
	return strings.NewReplacer("%22", `"`, "%0D%0A", "\n", "%0D", "\n", "%0A", "\n").Replace(s)
}

// Read gives the contents of the part.
func (p *Part) Read(b []byte) (int, error) {
	m := p.r
	for !p.done {
		n, err := m.ready(p)
		if err != nil {
			return 0, err
		}
		if n = copy(b, m.buf[m.start:m.start+n]); n > 0 || len(b) == 0 {
			m.start += n
			return n, nil
		}
	}
	return 0, io.EOF
}

// ready says how many bytes at m.start belong to the part for certain. 0 means that more had to be read, or that the
// part's end was found, which sets done.
func (m *multipartReader) ready(p *Part) (int, error) {
	window, delim := m.buf[m.start:m.end], m.delim
	if m.empty {
		if len(window) < len(delim) && m.fill() {
			return 0, nil
		}
		m.empty = false
		delim = delim[2:]
		if !bytes.HasPrefix(m.buf[m.start:m.end], delim) {
			return 0, nil
		}
		window = m.buf[m.start:m.end]
	}
	i := bytes.Index(window, delim)
	if i > 0 {
		return i, nil
	}
	if i < 0 {
		if n := len(window) - overlap(window, delim); n > 0 {
			return n, nil
		}
		if !m.fill() {
			return 0, m.failed()
		}
		return 0, nil
	}
	// What follows tells the boundary from a longer text that begins like it.
	for m.end-m.start < len(delim)+2 {
		if !m.fill() {
			return 0, m.failed()
		}
	}
	switch after := m.buf[m.start+len(delim):]; {
	case after[0] == '-' && after[1] == '-', after[0] == '\r' && after[1] == '\n', after[0] == '\n', after[0] == ' ', after[0] == '\t':
		m.start += len(delim)
		p.done = true
		return 0, nil
	}
	return len(delim), nil // no delimiter overlaps itself: only its first byte is a carriage return
}

// overlap is the length of the longest end of window that delim begins with.
func overlap(window, delim []byte) int {
	from := max(0, len(window)-len(delim)+1)
	i := bytes.LastIndexByte(window[from:], '\r')
	if i < 0 || !bytes.HasPrefix(delim, window[from+i:]) {
		return 0
	}
	return len(window) - from - i
}
