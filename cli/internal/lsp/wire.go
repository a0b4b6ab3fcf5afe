package lsp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// patience is how long a side may take to read one message.
const patience = 20 * time.Second

// maxMessage is the largest message that is read, in bytes; larger ones are skipped.
const maxMessage = 64 << 20

// The error codes of JSON-RPC and of the protocol that are used.
const (
	codeParse          = -32700
	codeInvalidRequest = -32600
	codeUnknownMethod  = -32601
	codeInvalidParams  = -32602
	codeInternal       = -32603
	codeNotInitialized = -32002
	codeCancelled      = -32800
	codeFailed         = -32803 // the request is right and cannot be done: a rename to a name that is taken
)

// message is a request, a notification or a response.
type message struct {
	Version string           `json:"jsonrpc"`
	ID      *json.RawMessage `json:"id,omitempty"`
	Method  string           `json:"method,omitempty"`
	Params  json.RawMessage  `json:"params,omitempty"`
	Result  json.RawMessage  `json:"result,omitempty"`
	Error   *rpcError        `json:"error,omitempty"`
}

type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (e *rpcError) Error() string { return e.Message }

// conn is one side of a connection: it frames messages and matches responses with the calls that wait for them.
type conn struct {
	in  *bufio.Reader
	out io.Writer

	stuck   func() // called where the other side does not read for too long; nil for nothing
	writing sync.Mutex
	mu      sync.Mutex
	next    int
	waiting map[string]chan message
	closed  bool
}

func newConn(in io.Reader, out io.Writer) *conn {
	return &conn{in: bufio.NewReaderSize(in, 64<<10), out: out, waiting: map[string]chan message{}}
}

var lengthHeader = regexp.MustCompile(`(?i)content-length:\s*([0-9]+)\s*$`)

// errGarbage is a message that could not be read; the next one may be fine.
var errGarbage = errors.New("this is no message of the protocol")

// read gives the next message. errGarbage means that something was skipped; any other error is the end of the stream.
func (c *conn) read() (message, error) {
	length := -1
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return message{}, err
		}
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			if length >= 0 {
				break
			}
			continue // between two messages, or behind garbage
		}
		// Behind garbage without an end of line the header stands somewhere in the line.
		if m := lengthHeader.FindStringSubmatch(line); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil {
				length = n
			}
		}
	}
	if length > maxMessage {
		if _, err := io.CopyN(io.Discard, c.in, int64(length)); err != nil {
			return message{}, err
		}
		return message{}, errGarbage
	}
	var body bytes.Buffer // grows with what arrives, not with what was announced
	if _, err := io.CopyN(&body, c.in, int64(length)); err != nil {
		return message{}, err
	}
	var m message
	if err := json.Unmarshal(body.Bytes(), &m); err != nil {
		return message{}, errGarbage
	}
	return m, nil
}

func (c *conn) write(m message) error {
	m.Version = "2.0"
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.stuck != nil {
		defer time.AfterFunc(patience, c.stuck).Stop()
	}
	_, err = fmt.Fprintf(c.out, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return err
}

func (c *conn) notify(method string, params any) error {
	p, err := json.Marshal(params)
	if err != nil {
		return err
	}
	return c.write(message{Method: method, Params: p})
}

// reply answers a request. A nil result is null.
func (c *conn) reply(id *json.RawMessage, result any, err error) error {
	m := message{ID: id}
	if err != nil {
		if m.ID == nil {
			null := json.RawMessage("null")
			m.ID = &null
		}
		if !errors.As(err, &m.Error) {
			m.Error = &rpcError{codeInternal, err.Error()}
		}
		return c.write(m)
	}
	if m.Result, err = json.Marshal(result); err != nil {
		return err
	}
	return c.write(m)
}

// call sends a request and waits for its answer. Somebody else must be reading and hand responses to answered.
func (c *conn) call(ctx context.Context, method string, params, result any) error {
	p, err := json.Marshal(params)
	if err != nil {
		return err
	}
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return io.ErrClosedPipe
	}
	c.next++
	id := json.RawMessage(strconv.Itoa(c.next))
	answer := make(chan message, 1)
	c.waiting[string(id)] = answer
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, string(id))
		c.mu.Unlock()
	}()
	if err := c.write(message{ID: &id, Method: method, Params: p}); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		c.notify("$/cancelRequest", map[string]any{"id": id})
		return ctx.Err()
	case m, ok := <-answer:
		switch {
		case !ok:
			return io.ErrClosedPipe
		case m.Error != nil:
			return m.Error
		case result == nil || len(m.Result) == 0:
			return nil
		}
		return json.Unmarshal(m.Result, result)
	}
}

// answered hands a response to the call that waits for it.
func (c *conn) answered(m message) {
	if m.ID == nil {
		return
	}
	c.mu.Lock()
	answer := c.waiting[string(*m.ID)]
	delete(c.waiting, string(*m.ID))
	c.mu.Unlock()
	if answer != nil {
		answer <- m
	}
}

// close lets all calls that wait fail.
func (c *conn) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for id, answer := range c.waiting {
		close(answer)
		delete(c.waiting, id)
	}
}
