package devserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"sitegen.dev/core/build"
	"sitegen.dev/core/dev/runtime/wire"
	"sitegen.dev/core/process"
)

const (
	readyTime = 30 * time.Second       // for a program to begin
	drainTime = 5 * time.Second        // for the requests of a program that another one has replaced
	pieceSize = 64 << 10               // of a request's body
	deathTime = 500 * time.Millisecond // for a program to end by itself
)

// child is a running program of the site. It answers any number of requests, in the state that it was handed last.
type child struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	conn   *wire.Conn
	output io.Writer // what the site prints
	log    func(wire.Record)

	commits sync.Mutex // one at a time
	ready   chan error // answers to Commit
	dead    chan struct{}
	tail    *tail // of what it printed
	texts   map[string][]string
	state   []byte
	began   bool // a state has held

	mu       sync.Mutex
	next     uint32
	requests map[uint32]*call
	retired  bool
	exit     error
}

// call is one request that the program answers. The window bounds what waits in it, so that one slow visitor keeps no
// other waiting.
type call struct {
	mu      sync.Mutex
	frames  []wire.Frame
	records []wire.Record
	more    chan struct{} // there are frames
}

func (r *call) put(f wire.Frame) {
	r.mu.Lock()
	r.frames = append(r.frames, f)
	r.mu.Unlock()
	select {
	case r.more <- struct{}{}:
	default:
	}
}

func (r *call) take() []wire.Frame {
	r.mu.Lock()
	defer r.mu.Unlock()
	frames := r.frames
	r.frames = nil
	return frames
}

func (r *call) said() []wire.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.records
}

// start runs a program and hands it the first state. dir is the working directory.
func start(ctx context.Context, program, dir string, output io.Writer, log func(wire.Record)) (*child, error) {
	c := &child{output: output, log: log, ready: make(chan error, 1), dead: make(chan struct{}), requests: map[uint32]*call{}, texts: map[string][]string{}}
	c.tail = &tail{w: output}
	c.cmd = exec.Command(program)
	c.cmd.Dir = dir
	c.cmd.Env = append(os.Environ(), "PWD="+dir)
	c.cmd.Stderr = c.tail
	process.Group(c.cmd)
	var err error
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, unstarted(err)
	}
	c.conn = wire.NewConn(c.stdin)
	go c.read(stdout)
	return c, nil
}

// unstarted is why the system does not run the program, without its path.
func unstarted(err error) error {
	var failed *os.PathError
	if errors.As(err, &failed) {
		err = failed.Err
	}
	return fmt.Errorf("the program of the site, in .sitegen/dev, cannot be started: %w", err)
}

// read hands out the frames of the program until it ends.
func (c *child) read(stdout io.Reader) {
	frames := wire.NewReader(stdout)
	for {
		f, err := frames.Next()
		if err != nil {
			break
		}
		switch f.Kind {
		case wire.Ready:
			c.ready <- nil
			continue
		case wire.Failed:
			var failure stateError
			if err := json.Unmarshal(f.Data, &failure.Failure); err != nil {
				failure.Message = err.Error()
			}
			c.ready <- &failure
			continue
		}
		c.mu.Lock()
		r := c.requests[f.ID]
		c.mu.Unlock()
		if f.Kind == wire.Log {
			var rec wire.Record
			if json.Unmarshal(f.Data, &rec) == nil {
				if r != nil {
					r.mu.Lock()
					r.records = append(r.records, rec)
					r.mu.Unlock()
				}
				c.log(rec)
			}
			continue
		}
		if r != nil {
			r.put(f)
		}
	}
	err := c.cmd.Wait()
	c.mu.Lock()
	c.exit = err
	c.mu.Unlock()
	close(c.dead)
}

// died says why a program has ended by itself.
func (c *child) died() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := c.tail.last()
	if text == "" && c.exit != nil {
		text = c.exit.Error()
	}
	if text == "" {
		text = "it called os.Exit(0)"
	}
	return &deathError{text}
}

// deathError is the end of a program that nobody asked for.
type deathError struct{ output string }

func (e *deathError) Error() string { return "the program of the site has ended: " + e.output }

// stateError is a state that the program refuses.
type stateError struct{ wire.Failure }

func (e *stateError) Error() string { return e.Message }

// commit hands over what differs from the last state, and waits until it holds.
func (c *child) commit(ctx context.Context, d *build.DevSite, script string) error {
	c.commits.Lock()
	defer c.commits.Unlock()
	for name, list := range d.Texts {
		if old, ok := c.texts[name]; ok && equal(old, list) {
			continue
		}
		b := wire.AppendString(nil, name)
		for _, s := range list {
			b = wire.AppendString(b, s)
		}
		if err := c.send(wire.SetTexts, 0, b); err != nil {
			return err
		}
		c.texts[name] = list
	}
	state := d.State
	state.Script = script
	data, err := json.Marshal(state)
	if err != nil {
		return err
	}
	if !bytes.Equal(data, c.state) {
		if err := c.send(wire.SetState, 0, data); err != nil {
			return err
		}
	}
	c.state = nil // until it holds
	if err := c.send(wire.Commit, 0, nil); err != nil {
		return err
	}
	limit := time.NewTimer(readyTime)
	defer limit.Stop()
	given := ctx.Done()
	if c.began {
		given = nil // it takes no time, and the answer must not come to somebody else
	}
	select {
	case err := <-c.ready:
		if err == nil {
			c.state, c.began = data, true
		}
		return err
	case <-c.dead:
		return c.died()
	case <-limit.C:
		return fmt.Errorf("the program of the site has not begun after %v: an init function, or a variable of a package, does not come to an end", readyTime)
	case <-given:
		return ctx.Err()
	}
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func (c *child) send(kind wire.Kind, id uint32, data []byte) error {
	if err := c.conn.Send(kind, id, data); err != nil {
		select {
		case <-c.dead:
		case <-time.After(deathTime):
		}
		return c.died()
	}
	return nil
}

// alive says whether the program runs.
func (c *child) alive() bool {
	select {
	case <-c.dead:
		return false
	default:
		return true
	}
}

// retire ends the program when its requests are answered, or after a while.
func (c *child) retire() {
	c.mu.Lock()
	c.retired = true
	idle := len(c.requests) == 0
	c.mu.Unlock()
	if idle {
		c.stop()
		return
	}
	go func() {
		select {
		case <-c.dead:
		case <-time.After(drainTime):
			c.stop()
		}
	}()
}

// stop ends the program now, and waits until it has ended.
func (c *child) stop() {
	c.stdin.Close()
	select {
	case <-c.dead:
		return
	case <-time.After(deathTime):
	}
	process.Kill(c.cmd)
	<-c.dead
}

// begin makes room for the answer to a request.
func (c *child) begin() (uint32, *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next++
	r := &call{more: make(chan struct{}, 1)}
	c.requests[c.next] = r
	return c.next, r
}

func (c *child) end(id uint32) {
	c.mu.Lock()
	delete(c.requests, id)
	last := c.retired && len(c.requests) == 0
	c.mu.Unlock()
	if last {
		go c.stop()
	}
}

// answer takes what a program answers with.
type answer interface {
	start(status int, header http.Header) error
	write(p []byte) error
	flush()
	file(name string, status int, header http.Header)
}

// errAborted says that the program has broken the answer off.
var errAborted = errors.New("the answer was broken off")

// serve lets the program answer a request. The records are what went wrong meanwhile.
func (c *child) serve(r *http.Request, to answer) ([]wire.Record, error) {
	id, call := c.begin()
	defer c.end(id)
	head := wire.RequestHead{Method: r.Method, Target: r.RequestURI, Host: r.Host, Scheme: "http", RemoteAddr: r.RemoteAddr}
	head.Header = append(head.Header, [2]string{"Host", r.Host})
	for name, values := range r.Header {
		for _, v := range values {
			head.Header = append(head.Header, [2]string{name, v})
		}
	}
	head.HasBody = r.Body != nil && r.Body != http.NoBody
	if err := c.send(wire.Request, id, head.Append(nil)); err != nil {
		return nil, err
	}
	for {
		select {
		case <-c.dead:
			return call.said(), c.died()
		case <-r.Context().Done():
			c.conn.Send(wire.Cancel, id, nil)
			return call.said(), r.Context().Err()
		case <-call.more:
		}
		for _, f := range call.take() {
			done, err := c.frame(f, r, to)
			if err != nil && err != errAborted {
				c.conn.Send(wire.Cancel, id, nil)
			}
			if done || err != nil {
				return call.said(), err
			}
		}
	}
}

// frame takes one frame of an answer; done is its end.
func (c *child) frame(f wire.Frame, r *http.Request, to answer) (done bool, err error) {
	switch f.Kind {
	case wire.Start, wire.File:
		var h wire.ResponseHead
		if err := h.Decode(f.Data); err != nil {
			return false, err
		}
		header := http.Header{}
		for _, l := range h.Header {
			header.Add(l[0], l[1])
		}
		if f.Kind == wire.File {
			to.file(h.Text, h.Status, header)
			return false, nil
		}
		return false, to.start(h.Status, header)
	case wire.Data:
		if err := to.write(f.Data); err != nil {
			return false, err
		}
		return false, c.conn.Send(wire.Credit, f.ID, wire.AppendInt(nil, len(f.Data)))
	case wire.Flush:
		to.flush()
	case wire.Pull:
		go c.feed(f.ID, r.Body)
	case wire.Abort:
		return true, errAborted
	case wire.End:
		return true, nil
	}
	return false, nil
}

// feed sends the next piece of a request's body.
func (c *child) feed(id uint32, body io.Reader) {
	buf := make([]byte, pieceSize)
	n, err := body.Read(buf)
	for n == 0 && err == nil {
		n, err = body.Read(buf)
	}
	if err != nil && err != io.EOF {
		c.conn.Send(wire.NoBody, id, wire.AppendString(wire.AppendInt(nil, http.StatusBadRequest), "the body is broken or incomplete"))
		return
	}
	c.conn.Send(wire.Body, id, buf[:n])
}

// tail passes on what is written and keeps the end of it.
type tail struct {
	w   io.Writer
	mu  sync.Mutex
	buf []byte
}

const tailSize = 16 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	t.buf = append(t.buf, p...)
	if len(t.buf) > tailSize {
		t.buf = append(t.buf[:0:0], t.buf[len(t.buf)-tailSize:]...)
	}
	t.mu.Unlock()
	return t.w.Write(p)
}

func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.buf))
}
