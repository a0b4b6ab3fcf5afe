package vercel

import (
	"bytes"
	"strconv"
	"strings"

	"sitegen.dev/core/site"
)

// inserter puts a tag at the end of <head> of an HTML page that goes through it. It holds the page back until it has
// seen </head>, or so much that none will come.
type inserter struct {
	site.Sink
	tag    string
	head   bool // the request is HEAD: no page follows
	status int
	header *site.Header // nil once it was sent
	held   []byte
}

// maxHead is how much of a page is held back at most.
const maxHead = 64 << 10

var (
	_ site.Sink    = (*inserter)(nil)
	_ site.Aborter = (*inserter)(nil)
)

// Start keeps status and header back when a page follows.
func (i *inserter) Start(status int, h *site.Header) error {
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "text/html") || h.Has("Content-Encoding") || status == 204 || status == 304 {
		return i.Sink.Start(status, h)
	}
	i.status, i.header = status, h
	return nil
}

// Write looks for the end of the head.
func (i *inserter) Write(p []byte) (int, error) {
	if i.header == nil {
		return i.Sink.Write(p)
	}
	i.held = append(i.held, p...)
	at := bytes.Index(i.held, []byte("</head>"))
	if at < 0 && len(i.held) < maxHead {
		return len(p), nil
	}
	return len(p), i.release(at)
}

// Flush sends what is known; a page that is flushed inside its head goes out without the tag.
func (i *inserter) Flush() error {
	if i.header != nil && len(i.held) > 0 {
		if err := i.release(-1); err != nil {
			return err
		}
	}
	return i.Sink.Flush()
}

// Abort hands on that the answer is broken off.
func (i *inserter) Abort(err error) {
	if a, ok := i.Sink.(site.Aborter); ok {
		a.Abort(err)
	}
}

// finish sends what is still held at the end of the answer.
func (i *inserter) finish() {
	if i.header != nil {
		i.release(-1)
	}
}

// release sends the header and what was held, with the tag at the place at, or without it.
func (i *inserter) release(at int) error {
	h := i.header
	i.header = nil
	if at >= 0 || i.head {
		h = i.lengthened(h)
	}
	if err := i.Sink.Start(i.status, h); err != nil {
		return err
	}
	data := i.held
	if at >= 0 {
		data = append(append(bytes.Clone(i.held[:at]), i.tag...), i.held[at:]...)
	}
	if len(data) == 0 {
		return nil
	}
	_, err := i.Sink.Write(data)
	return err
}

// lengthened gives the header of the page with the tag. What HEAD would get is not known without the page.
func (i *inserter) lengthened(h *site.Header) *site.Header {
	out := &site.Header{}
	for name, value := range h.All() {
		if strings.EqualFold(name, "Content-Length") {
			n, err := strconv.Atoi(value)
			if err != nil || i.head {
				continue
			}
			value = strconv.Itoa(n + len(i.tag))
		}
		out.AddReceived(name, value)
	}
	return out
}
