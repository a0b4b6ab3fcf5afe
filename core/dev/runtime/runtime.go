// Package runtime is the running half of the development server: the program that the compiler builds of all components
// of a site calls Main, which answers the requests that come in frames of package wire on standard input. What is not Go
// in a site (the texts of templates, the tags for stylesheets, where imported files are, which files there are) is handed
// to it and can change while it runs.
//
// It is compiled into the site, so it may import the standard library, package site and package wire, nothing else; and
// it opens no socket and no file of the site.
package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"

	"sitegen.dev/core/dev/runtime/wire"
	"sitegen.dev/core/site"
)

// Main answers requests until standard input ends, and then exits, whatever is still going on. app makes the
// application; it is called for each state that the program is handed. load makes the content store with an index the one
// that is read, unless there are problems with it; it is nil on a site without content.
func Main(app func() *site.App, load func(index string) ([]wire.ContentProblem, error)) {
	in, out := os.Stdin, os.Stdout
	os.Stdout = os.Stderr // a page that prints must not break the protocol
	if null, err := os.Open(os.DevNull); err == nil {
		os.Stdin = null // nor one that reads
	}
	signal.Ignore(os.Interrupt) // Ctrl-C is the server's to see; it closes our input
	err := Run(app, load, in, out)
	if err != nil {
		fmt.Fprintln(os.Stderr, "this program is run by sitegen dev:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Run answers the requests of in on out until in ends.
func Run(app func() *site.App, load func(index string) ([]wire.ContentProblem, error), in io.Reader, out io.Writer) error {
	p := &program{app: app, load: load, conn: wire.NewConn(out), requests: map[uint32]*request{}, texts: map[string][]string{}}
	defer p.cancelAll()
	frames := wire.NewReader(in)
	for {
		f, err := frames.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := p.handle(f); err != nil {
			return err
		}
	}
}

type program struct {
	app  func() *site.App
	load func(index string) ([]wire.ContentProblem, error)
	conn *wire.Conn
	read string // digest of the content in use

	texts   map[string][]string // of the next Commit
	state   wire.State
	current atomic.Pointer[handler]

	mu       sync.Mutex
	requests map[uint32]*request
}

// handler answers requests in one state.
type handler struct {
	site *site.RequestHandler
}

func (p *program) handle(f wire.Frame) error {
	switch f.Kind {
	case wire.SetTexts:
		d := wire.NewDecoder(f.Data)
		name := d.String()
		p.texts[name] = d.Strings()
		return d.Err()
	case wire.SetState:
		var s wire.State
		if err := json.Unmarshal(f.Data, &s); err != nil {
			return err
		}
		p.state = s
	case wire.Commit:
		if failure := p.commit(); failure != nil {
			data, err := json.Marshal(failure)
			if err != nil {
				return err
			}
			return p.conn.Send(wire.Failed, 0, data)
		}
		return p.conn.Send(wire.Ready, 0, nil)
	case wire.Request:
		h := p.current.Load()
		if h == nil {
			return errors.New("a request before the first commit")
		}
		var head wire.RequestHead
		if err := head.Decode(f.Data); err != nil {
			return err
		}
		r := p.begin(f.ID, &head)
		go p.serve(h, r, &head)
	default:
		p.mu.Lock()
		r := p.requests[f.ID]
		p.mu.Unlock()
		if r != nil {
			r.handle(f)
		}
	}
	return nil
}

// commit makes the state that was handed over the current one.
func (p *program) commit() (failure *wire.Failure) {
	defer func() {
		if v := recover(); v != nil {
			failure = &wire.Failure{Message: fmt.Sprint(v)}
		}
	}()
	if p.load != nil && p.state.Content != "" && p.state.ContentDigest != p.read {
		problems, err := p.load(p.state.Content)
		switch {
		case err != nil:
			return &wire.Failure{Message: err.Error()}
		case len(problems) > 0:
			return &wire.Failure{Content: problems}
		}
		p.read = p.state.ContentDigest
	}
	app := p.app()
	for _, r := range app.Routes {
		r.Head = site.HTML(p.state.Heads[r.Source] + p.state.Script)
	}
	app.Assets = make(map[string]site.Asset, len(p.state.Assets))
	for id, a := range p.state.Assets {
		app.Assets[id] = site.Asset{URL: a.URL, Width: a.Width, Height: a.Height, Format: a.Format, Tag: site.HTML(a.Tag)}
	}
	files := make(files, len(p.state.Files))
	for _, name := range p.state.Files {
		files[name] = true
	}
	getenv := func(name string) string {
		if name == "SITEGEN_KEY" {
			return p.state.Keys
		}
		return os.Getenv(name)
	}
	h := &handler{site.NewHandler(app, site.Host{Static: files, Log: p.log, Getenv: getenv})}
	for name, list := range p.texts {
		site.SetTexts(name, list)
	}
	clear(p.texts)
	p.current.Store(h)
	return nil
}

// files are the names of the files that the server has. It sends them itself.
type files map[string]bool

// Has says whether there is a file of that name.
func (f files) Has(name string) bool { return f[name] }

// Serve leaves the file to the server.
func (f files) Serve(_ context.Context, name string, status int, extra *site.Header, _ *site.Request, sink site.Sink) error {
	r, ok := sink.(*request)
	if !ok {
		return errors.New("a file for nobody")
	}
	h := wire.ResponseHead{Status: status, Text: name, Header: lines(extra)}
	return r.p.conn.Send(wire.File, r.id, h.Append(nil))
}

func lines(h *site.Header) [][2]string {
	if h == nil {
		return nil
	}
	out := make([][2]string, 0, h.Len())
	for name, value := range h.All() {
		out = append(out, [2]string{name, value})
	}
	return out
}

// request is one request with its answer.
type request struct {
	context.Context
	p      *program
	id     uint32
	cancel context.CancelFunc
	text   string // reason phrase

	mu     sync.Mutex
	ready  sync.Cond
	credit int         // bytes that may be sent
	pieces chan []byte // of the body; nil without one
	fault  error       // of the body
	abort  error
}

var (
	_ site.Sink         = (*request)(nil)
	_ site.Aborter      = (*request)(nil)
	_ site.StatusTexter = (*request)(nil)
)

// requestKey is the key under which a context gives its request.
type requestKey struct{}

// Value gives the request itself to whoever reports something about it.
func (r *request) Value(key any) any {
	if key == (requestKey{}) {
		return r
	}
	return r.Context.Value(key)
}

func (p *program) begin(id uint32, head *wire.RequestHead) *request {
	r := &request{p: p, id: id, credit: wire.Window}
	r.Context, r.cancel = context.WithCancel(context.Background())
	r.ready.L = &r.mu
	if head.HasBody {
		r.pieces = make(chan []byte, 1)
	}
	p.mu.Lock()
	p.requests[id] = r
	p.mu.Unlock()
	return r
}

func (p *program) serve(h *handler, r *request, head *wire.RequestHead) {
	req := &site.Request{Method: head.Method, Target: head.Target, Host: head.Host, Scheme: head.Scheme, RemoteAddr: head.RemoteAddr}
	for _, l := range head.Header {
		req.Header.AddReceived(l[0], l[1])
	}
	if r.pieces != nil {
		req.Body = &body{r: r}
	}
	h.site.Serve(r, req, r)
	p.mu.Lock()
	delete(p.requests, r.id)
	p.mu.Unlock()
	r.cancel()
	if r.abort != nil {
		p.conn.Send(wire.Abort, r.id, []byte(r.abort.Error()))
		return
	}
	p.conn.Send(wire.End, r.id, nil)
}

func (p *program) cancelAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.requests {
		r.stop()
	}
}

// stop tells everybody who works for the request that the visitor has gone.
func (r *request) stop() {
	r.cancel()
	r.mu.Lock()
	r.ready.Broadcast()
	r.mu.Unlock()
}

func (r *request) handle(f wire.Frame) {
	switch f.Kind {
	case wire.Cancel:
		r.stop()
	case wire.Credit:
		d := wire.NewDecoder(f.Data)
		r.mu.Lock()
		r.credit += d.Int()
		r.ready.Broadcast()
		r.mu.Unlock()
	case wire.Body:
		r.piece(f.Data)
	case wire.NoBody:
		d := wire.NewDecoder(f.Data)
		r.mu.Lock()
		r.fault = &site.RequestError{Status: d.Int(), Reason: d.String()}
		r.mu.Unlock()
		r.piece(nil)
	}
}

// piece hands on what was pulled. There is room for it, because nothing comes that was not asked for.
func (r *request) piece(data []byte) {
	select {
	case r.pieces <- data:
	default:
	}
}

// Start sends status and header.
func (r *request) Start(status int, h *site.Header) error {
	head := wire.ResponseHead{Status: status, Text: r.text, Header: lines(h)}
	return r.p.conn.Send(wire.Start, r.id, head.Append(nil))
}

// StatusText takes the reason phrase.
func (r *request) StatusText(text string) { r.text = text }

// Write sends bytes of the body, and waits while the visitor is slow.
func (r *request) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n, err := r.take(len(p) - done)
		if err != nil {
			return done, err
		}
		if err := r.p.conn.Send(wire.Data, r.id, p[done:done+n]); err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}

// take waits until some bytes may be sent, and gives how many of want.
func (r *request) take(want int) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.credit == 0 && r.Err() == nil {
		r.ready.Wait()
	}
	if err := r.Err(); err != nil {
		return 0, err
	}
	n := min(want, r.credit)
	r.credit -= n
	return n, nil
}

// Flush asks that what was written goes out now.
func (r *request) Flush() error { return r.p.conn.Send(wire.Flush, r.id, nil) }

// Abort remembers that the answer is not whole.
func (r *request) Abort(err error) { r.abort = err }

// body is the body of a request, which is fetched piece by piece.
type body struct {
	r    *request
	rest bytes.Reader
	err  error
}

// Read gives the next bytes.
func (b *body) Read(p []byte) (int, error) {
	if b.rest.Len() > 0 {
		return b.rest.Read(p)
	}
	if b.err != nil || len(p) == 0 {
		return 0, b.err
	}
	if b.err = b.r.p.conn.Send(wire.Pull, b.r.id, nil); b.err != nil {
		return 0, b.err
	}
	select {
	case data := <-b.r.pieces:
		b.r.mu.Lock()
		b.err = b.r.fault
		b.r.mu.Unlock()
		if b.err == nil && len(data) == 0 {
			b.err = io.EOF
		}
		if b.err != nil {
			return 0, b.err
		}
		b.rest.Reset(data)
		return b.rest.Read(p)
	case <-b.r.Done():
		b.err = b.r.Err()
		return 0, b.err
	}
}

// log hands on what the site reports.
func (p *program) log(ctx context.Context, l site.LogRecord) {
	rec := wire.Record{Level: int(l.Level), Message: l.Message, Method: l.Method, Path: l.Path, Route: l.Route, Status: l.Status}
	if l.Err != nil {
		rec.Error = l.Err.Error()
	}
	rec.File, rec.Line = place(l.At)
	var value *site.ValueError
	if errors.As(l.Err, &value) {
		rec.Error, rec.Hint = value.Message, value.Hint
	}
	var returned *site.ReturnedError
	rec.Returns = value == nil && errors.As(l.Err, &returned)
	var panicked *site.PanicError
	if errors.As(l.Err, &panicked) {
		rec.Panic, rec.Error, rec.Returns = true, fmt.Sprint(panicked.Value), false
		if early, ok := panicked.Value.(*site.PrerenderError); ok {
			rec.Early = early.What
		}
	}
	for _, f := range l.Stack {
		rec.Stack = append(rec.Stack, wire.Place{Func: f.Func, File: f.File, Line: f.Line})
	}
	id := uint32(0)
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		id = r.id
	}
	if data, err := json.Marshal(rec); err == nil {
		p.conn.Send(wire.Log, id, data)
	}
}

// place takes "file:line" apart.
func place(at string) (file string, line int) {
	for i := len(at) - 1; i > 0; i-- {
		if at[i] == ':' {
			if _, err := fmt.Sscanf(at[i+1:], "%d", &line); err == nil {
				return at[:i], line
			}
			break
		}
	}
	return at, 0
}
