// Package wire is what the development server and the program it compiles of a site say to each other: frames on the
// program's standard input and output, many requests at once. Without sockets and HTTP the program stays small, which is
// what it costs to link it after each edit; and when its input ends, because the server is gone however that came, so
// does the program.
//
// It is plain data and imports nothing but the standard library, because it is compiled into both sides.
package wire

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"

	"sitegen.dev/core/prerender/runtime/wire"
)

// Kind says what a frame is.
type Kind byte

// The frames that the server sends. A program is handed Texts and a State, then Commit, which it answers with Ready or
// Failed; that may come again at any time, and what is asked for afterwards is answered by the new state.
const (
	SetTexts Kind = iota + 1 // the texts of one component: its path, then the texts
	SetState                 // a State as JSON
	Commit
	Request // a request with its head; Body frames follow when it has a body
	Body    // an answer to Pull: a piece of a request's body; an empty one ends it
	NoBody  // the body of the request is broken: status and reason
	Credit  // the visitor has taken so many bytes of the answer
	Cancel  // the visitor has gone
)

// The frames that the program sends.
const (
	Ready  Kind = iota + 64 // the last Commit holds
	Failed                  // it does not: why, as a Failure in JSON
	Start                   // status, reason phrase and header lines of an answer
	Data                    // a piece of it
	Flush                   // what was sent goes out now
	File                    // the answer is a file: its name, a status and header lines
	End                     // the answer is complete
	Abort                   // it broke off: why
	Pull                    // the next piece of the request's body, please
	Log                     // a Record as JSON about a request; 0 about none
)

// Window is how many bytes of an answer may be on their way before the visitor has taken some.
const Window = 256 << 10

// maxFrame bounds what a frame may hold. The texts of a component are the largest.
const maxFrame = 256 << 20

// Frame is one message. ID is the request that it is about.
type Frame struct {
	Kind Kind
	ID   uint32
	Data []byte
}

// Conn writes frames of any number of goroutines to one stream.
type Conn struct {
	mu  sync.Mutex
	w   io.Writer
	buf []byte
	err error
}

// NewConn gives a Conn that writes to w.
func NewConn(w io.Writer) *Conn { return &Conn{w: w} }

// Send writes one frame at once. After an error every call fails.
func (c *Conn) Send(kind Kind, id uint32, data []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return c.err
	}
	b := append(c.buf[:0], byte(kind))
	b = binary.LittleEndian.AppendUint32(b, id)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = append(b, data...)
	_, c.err = c.w.Write(b)
	if cap(b) <= 1<<20 {
		c.buf = b
	}
	return c.err
}

// Reader reads frames.
type Reader struct{ r *bufio.Reader }

// NewReader reads frames from r.
func NewReader(r io.Reader) *Reader { return &Reader{bufio.NewReaderSize(r, 64<<10)} }

// Next gives the next frame, whose data is the caller's. The error is io.EOF where the stream ends between two frames.
func (r *Reader) Next() (Frame, error) {
	var head [9]byte
	if _, err := io.ReadFull(r.r, head[:]); err != nil {
		return Frame{}, err
	}
	f := Frame{Kind: Kind(head[0]), ID: binary.LittleEndian.Uint32(head[1:])}
	n := binary.LittleEndian.Uint32(head[5:])
	if n > maxFrame {
		return f, fmt.Errorf("a frame of %d bytes", n)
	}
	f.Data = make([]byte, n)
	if _, err := io.ReadFull(r.r, f.Data); err != nil {
		return f, io.ErrUnexpectedEOF
	}
	return f, nil
}

// AppendString appends a text that Decoder.String reads.
func AppendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// AppendInt appends a number that Decoder.Int reads.
func AppendInt(b []byte, n int) []byte { return binary.AppendUvarint(b, uint64(n)) }

// Decoder takes a frame apart. After an error it gives empty values.
type Decoder struct {
	b   []byte
	err error
}

// NewDecoder reads the data of a frame.
func NewDecoder(data []byte) *Decoder { return &Decoder{b: data} }

// Int reads a number.
func (d *Decoder) Int() int {
	n, size := binary.Uvarint(d.b)
	if size <= 0 || n > 1<<40 {
		d.err, d.b = errors.New("a malformed frame"), nil
		return 0
	}
	d.b = d.b[size:]
	return int(n)
}

// String reads a text.
func (d *Decoder) String() string {
	n := d.Int()
	if n > len(d.b) {
		d.err, d.b = errors.New("a malformed frame"), nil
		return ""
	}
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}

// Strings reads all texts that are left.
func (d *Decoder) Strings() []string {
	var out []string
	for len(d.b) > 0 {
		out = append(out, d.String())
	}
	return out
}

// More says whether anything is left.
func (d *Decoder) More() bool { return len(d.b) > 0 }

// Err gives the first error.
func (d *Decoder) Err() error { return d.err }

// State is what the program needs to know beside its code.
type State struct {
	Heads  map[string]string `json:"heads"`  // HTML for the head, by the source of the route
	Script string            `json:"script"` // HTML for the head of every page
	Assets map[string]Asset  `json:"assets"` // by import id
	Files  []string          `json:"files"`  // names of the files that the server has
	Keys   string            `json:"keys"`   // of server islands

	Content       string `json:"content,omitempty"`       // index of the content store; "" on a site without
	ContentDigest string `json:"contentDigest,omitempty"` // of what it holds
}

// Failure says why a State cannot be.
type Failure struct {
	Message string           `json:"message"`
	Content []ContentProblem `json:"content,omitempty"`
}

// ContentProblem is an entry of the content that is not what its type asks for.
type ContentProblem struct {
	Message string       `json:"message"`
	File    string       `json:"file"`
	Problem wire.Problem `json:"problem"`
}

// Asset is an imported file or a script, as package site has it.
type Asset struct {
	URL    string `json:"url,omitempty"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
	Format string `json:"format,omitempty"`
	Tag    string `json:"tag,omitempty"`
}

// RequestHead is the head of a request.
type RequestHead struct {
	Method, Target, Host, Scheme, RemoteAddr string
	Header                                   [][2]string
	HasBody                                  bool
}

// Append appends h to b.
func (h *RequestHead) Append(b []byte) []byte {
	for _, s := range []string{h.Method, h.Target, h.Host, h.Scheme, h.RemoteAddr} {
		b = AppendString(b, s)
	}
	body := 0
	if h.HasBody {
		body = 1
	}
	return appendLines(AppendInt(b, body), h.Header)
}

// Decode reads what Append has written.
func (h *RequestHead) Decode(data []byte) error {
	d := NewDecoder(data)
	for _, s := range []*string{&h.Method, &h.Target, &h.Host, &h.Scheme, &h.RemoteAddr} {
		*s = d.String()
	}
	h.HasBody = d.Int() == 1
	h.Header = d.lines()
	return d.Err()
}

// ResponseHead is the data of Start and of File.
type ResponseHead struct {
	Status int
	Text   string // reason phrase of Start, name of File
	Header [][2]string
}

// Append appends h to b.
func (h *ResponseHead) Append(b []byte) []byte {
	return appendLines(AppendString(AppendInt(b, h.Status), h.Text), h.Header)
}

// Decode reads what Append has written.
func (h *ResponseHead) Decode(data []byte) error {
	d := NewDecoder(data)
	h.Status, h.Text = d.Int(), d.String()
	h.Header = d.lines()
	return d.Err()
}

func appendLines(b []byte, lines [][2]string) []byte {
	for _, l := range lines {
		b = AppendString(AppendString(b, l[0]), l[1])
	}
	return b
}

func (d *Decoder) lines() [][2]string {
	var out [][2]string
	for d.More() {
		name := d.String()
		out = append(out, [2]string{name, d.String()})
	}
	return out
}

// Record is something that went wrong, as package site reports it.
type Record struct {
	Level   int     `json:"level"` // as log/slog counts
	Message string  `json:"message"`
	Error   string  `json:"error,omitempty"`
	Hint    string  `json:"hint,omitempty"` // what to do about Error
	File    string  `json:"file,omitempty"` // of the author, where it is known
	Line    int     `json:"line,omitempty"`
	Returns bool    `json:"returns,omitempty"` // File and Line are those of the function that has returned Error
	Stack   []Place `json:"stack,omitempty"`
	Panic   bool    `json:"panic,omitempty"`
	Early   string  `json:"early,omitempty"` // what a prerendered page has read of a request, "page.Cookies.Get"
	Method  string  `json:"method,omitempty"`
	Path    string  `json:"path,omitempty"`
	Route   string  `json:"route,omitempty"`
	Status  int     `json:"status,omitempty"`
}

// Place is one step of a stack.
type Place struct {
	Func string `json:"func,omitempty"`
	File string `json:"file"`
	Line int    `json:"line"`
}
