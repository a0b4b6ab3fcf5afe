package netlify

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"sitegen.dev/core/site"
)

const (
	// maxHead is beyond what the platform lets through, in bytes.
	maxHead = 256 << 10
	// maxWaiting is how much of an answer is gathered before it is sent, in bytes.
	maxWaiting = 64 << 10
)

// conn is one connection with the JavaScript.
type conn struct {
	net.Conn
	s   *server
	in  *bufio.Reader
	out []byte // memory for what is sent
}

func newConn(s *server, c net.Conn) *conn {
	return &conn{Conn: c, s: s, in: bufio.NewReaderSize(c, 32<<10)}
}

// serve answers one request after the other.
func (c *conn) serve() {
	defer c.s.leave(c)
	defer c.Close()
	for {
		about, err := c.frame()
		if err != nil {
			return
		}
		head, err := c.frame()
		if err != nil || !c.s.begin(c) {
			return
		}
		if err := c.exchange(about, head); err != nil {
			return
		}
	}
}

// frame reads one whole frame.
func (c *conn) frame() ([]byte, error) {
	size, err := c.size()
	if err != nil {
		return nil, err
	}
	if size > maxHead {
		return nil, fmt.Errorf("a head of %d bytes", size)
	}
	data := make([]byte, size)
	_, err = io.ReadFull(c.in, data)
	return data, err
}

func (c *conn) size() (int, error) {
	var b [4]byte
	if _, err := io.ReadFull(c.in, b[:]); err != nil {
		return 0, err
	}
	return int(binary.BigEndian.Uint32(b[:])), nil
}

// exchange answers one request. It gives an error when the connection can carry no other.
func (c *conn) exchange(about, head []byte) error {
	ctx, cancel := context.WithCancel(c.s.base)
	defer cancel()
	x := &exchange{c: c, out: c.out[:0], ended: make(chan struct{})}
	x.platform = Platform{h: c.s.handler, base: c.s.base, begun: x.begun}
	if err := json.Unmarshal(about, &x.platform.info); err != nil {
		return err
	}
	hasBody, err := x.request(string(head))
	if err != nil {
		return err
	}
	var body *io.PipeWriter
	if hasBody {
		x.body, body = io.Pipe()
		x.req.Body = x.body
	}
	c.s.prepare(&x.req, &x.platform)
	go x.serve(ctx)
	if hasBody {
		err = c.receive(body)
	}
	if err == nil {
		_, err = c.in.Peek(1) // before the answer has ended, nothing comes but the end of the connection
	}
	if err != nil {
		cancel() // the visitor is gone
	}
	<-x.ended
	if cap(x.out) <= 4*maxWaiting {
		c.out = x.out
	}
	return cmp.Or(x.err, err)
}

// errBody is what a page is told of a body that broke off. It is the visitor's doing, and answered so.
var errBody = &site.RequestError{Status: 400, Reason: "the body is broken or incomplete"}

// receive hands a body on as far as somebody reads it, and reads the rest for nobody.
func (c *conn) receive(body *io.PipeWriter) error {
	for {
		size, err := c.size()
		if err == nil && size == 0 {
			return body.Close()
		}
		if err == nil {
			_, err = io.CopyN(lenient{body}, c.in, int64(size))
		}
		if err != nil {
			body.CloseWithError(errBody)
			return err
		}
	}
}

// lenient writes where somebody may have stopped to read.
type lenient struct{ w io.Writer }

// Write never fails.
func (l lenient) Write(p []byte) (int, error) {
	l.w.Write(p)
	return len(p), nil
}

// exchange is one request with its answer, which it is the site.Sink of.
type exchange struct {
	c        *conn
	req      site.Request
	body     *io.PipeReader // nil without one
	platform Platform

	status int    // 0 before the answer begins
	bare   bool   // it has no body
	out    []byte // frames that were not sent yet
	frame  int    // where the last of them begins
	grows  bool   // more may be added to the last
	err    error  // why the answer is not whole
	ended  chan struct{}

	mu      sync.Mutex
	waits   bool // work was begun before the answer
	started bool
}

var (
	_ site.Sink       = (*exchange)(nil)
	_ site.Aborter    = (*exchange)(nil)
	_ io.StringWriter = (*exchange)(nil)
)

// request reads the head of a request, and says whether it has a body.
func (x *exchange) request(head string) (hasBody bool, err error) {
	lines := strings.Split(head, "\n")
	if len(lines) < 4 || len(lines)%2 != 0 {
		return false, errors.New("the head of a request is broken")
	}
	x.req.Method, x.req.Target, x.req.Host = lines[0], lines[1], lines[2]
	for i := 4; i < len(lines); i += 2 {
		if !strings.EqualFold(lines[i], "Host") {
			receive(&x.req, lines[i], lines[i+1])
		}
	}
	return lines[3] == "body", nil
}

// serve lets the site answer and closes the exchange: it catches what went wrong in us, waits for work that was begun too
// late to be announced, and breaks an answer off that is not whole.
func (x *exchange) serve(ctx context.Context) {
	defer close(x.ended)
	defer x.c.s.rest(x.c)
	x.answer(ctx)
	if x.body != nil {
		x.body.Close()
	}
	if !x.announced() && x.err == nil && x.platform.busy() {
		x.Flush()
		x.platform.wait(x.c.s.base)
	}
	broken := x.err != nil || x.status == 0
	if broken {
		x.c.Write(broke) // the visitor must not take half an answer for a whole one
	} else {
		x.end()
	}
	if x.announced() {
		x.platform.wait(x.c.s.base)
	}
	if broken {
		x.c.Close()
	} else if x.announced() {
		x.end()
	}
}

// broke is what stands in place of the length of a frame when there is no more of an answer.
var broke = []byte{0xff, 0xff, 0xff, 0xff}

// answer lets the site answer.
func (x *exchange) answer(ctx context.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		x.c.s.log(ctx, site.LevelError, "panic", "error", fmt.Sprint(v), "stack", string(debug.Stack()))
		if x.status != 0 {
			x.err = fmt.Errorf("panic: %v", v)
			return
		}
		h := &site.Header{}
		h.Set("Content-Type", "text/plain; charset=utf-8")
		h.Set("Cache-Control", "no-store")
		x.Start(500, h)
		x.WriteString("500 Internal Server Error\n")
	}()
	x.c.s.handler.serve(ctx, &x.req, &x.platform, x)
}

// begun notes that there is work behind the answer.
func (x *exchange) begun() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.waits = x.waits || !x.started
}

func (x *exchange) announced() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.waits
}

// Start gives status and header.
func (x *exchange) Start(status int, h *site.Header) error {
	if x.status != 0 {
		return errors.New("the answer has begun already")
	}
	x.status = status
	x.bare = x.req.Method == "HEAD" || status < 200 || status == 204 || status == 205 || status == 304
	x.mu.Lock()
	x.started = true
	waits := x.waits
	x.mu.Unlock()
	x.open()
	x.out = strconv.AppendInt(x.out, int64(status), 10)
	x.out = append(x.out, '\n')
	if waits {
		x.out = append(x.out, "wait"...)
	}
	x.c.s.header(&x.platform, x.req.Method, status, h, func(name, value string) {
		if !isHop(name) {
			x.out = append(append(append(append(x.out, '\n'), name...), '\n'), value...)
		}
	})
	x.close()
	return nil
}

// Write adds bytes to the body.
func (x *exchange) Write(p []byte) (int, error) {
	if x.bare || len(p) == 0 {
		return len(p), nil
	}
	x.open()
	x.out = append(x.out, p...)
	return len(p), x.pass()
}

// WriteString is Write for texts.
func (x *exchange) WriteString(s string) (int, error) {
	if x.bare || s == "" {
		return len(s), nil
	}
	x.open()
	x.out = append(x.out, s...)
	return len(s), x.pass()
}

// Flush sends what is there.
func (x *exchange) Flush() error {
	x.close()
	if len(x.out) == 0 {
		return nil
	}
	_, err := x.c.Write(x.out)
	x.out = x.out[:0]
	return err
}

// Abort remembers that the answer is not whole.
func (x *exchange) Abort(err error) { x.err = err }

// open begins a frame, where none is growing.
func (x *exchange) open() {
	if !x.grows {
		x.frame, x.grows = len(x.out), true
		x.out = append(x.out, 0, 0, 0, 0)
	}
}

// close ends the frame that is growing.
func (x *exchange) close() {
	if x.grows {
		binary.BigEndian.PutUint32(x.out[x.frame:], uint32(len(x.out)-x.frame-4))
		x.grows = false
	}
}

// pass sends what is there once it is much.
func (x *exchange) pass() error {
	if len(x.out) < maxWaiting {
		return nil
	}
	return x.Flush()
}

// end sends an empty frame.
func (x *exchange) end() {
	x.close()
	x.open()
	x.Flush()
}
