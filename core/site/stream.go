package site

import (
	"io"
	"strconv"
	"strings"
	"time"
)

// Stream answers with what f writes. f runs when the answer is sent, after the middleware; each Write goes out at once
// and waits for a slow reader. It fails when the visitor goes away. An error of f, or a panic, breaks the connection
// off, so that nobody takes what came for the whole.
func (p *Page) Stream(contentType string, f func(w io.Writer) error) error {
	r := &Response{Status: p.status(nil), body: pourBody, pour: f, done: true}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return &sendError{resp: r}
}

// Event is one server-sent event.
type Event struct {
	ID    string        // what EventStream.LastID gives after the browser has connected again; "" for none
	Name  string        // the type scripts listen for; "" is "message"
	Data  string        // may have several lines
	Retry time.Duration // how long the browser waits before it connects again; 0 leaves it as it is
}

// EventStream sends server-sent events to one visitor.
type EventStream struct {
	w    io.Writer
	last string
	buf  []byte
}

// Events answers with a stream of server-sent events. f runs until it returns or the visitor goes away, which ends
// page.Context and makes Send fail. It begins when the function that calls Events has returned: what it needs is opened and closed in
// f. A prerendered route has no events.
func (p *Page) Events(f func(s *EventStream) error) error {
	if p.Prerendered {
		panic(&PrerenderError{What: "page.Events()"})
	}
	last := ""
	if p.Request != nil {
		last = p.Request.Header.Get("Last-Event-ID")
	}
	err := p.Stream("text/event-stream", func(w io.Writer) error { return f(&EventStream{w: w, last: last}) }).(*sendError)
	err.resp.Header.put("Cache-Control", "no-store")
	return err
}

// LastID is the ID of the last event that the browser got before it connected again; "" the first time.
func (s *EventStream) LastID() string { return s.last }

// Send sends an event at once.
func (s *EventStream) Send(e Event) error {
	if strings.ContainsAny(e.ID, "\r\n\x00") || strings.ContainsAny(e.Name, "\r\n") {
		return misuse("an event's ID or Name holds a line break")
	}
	b := s.buf[:0]
	b = appendField(b, "id", e.ID)
	b = appendField(b, "event", e.Name)
	if e.Retry > 0 {
		b = appendField(b, "retry", strconv.FormatInt(e.Retry.Milliseconds(), 10))
	}
	for data := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(e.Data); ; {
		line, rest, more := strings.Cut(data, "\n")
		b = append(append(append(b, "data: "...), line...), '\n')
		if !more {
			break
		}
		data = rest
	}
	s.buf = append(b, '\n')
	_, err := s.w.Write(s.buf)
	return err
}

// Ping sends a comment, which keeps the connection from being closed as idle.
func (s *EventStream) Ping() error {
	_, err := io.WriteString(s.w, ":\n\n")
	return err
}

func appendField(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	b = append(append(b, name...), ": "...)
	return append(append(b, value...), '\n')
}
