package netlify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"sitegen.dev/core/site"
)

// The contract with the JavaScript at the other end of the socket:
//
//   - It starts this program with the path of a socket as the only argument, and waits for the line "ready".
//   - Every request of a visitor carries contextHeader, base64 of the JSON of info. It removes what the visitor sent by
//     that name. Requests without it are its own.
//   - An answer with waitHeader leaves work behind. The function may be frozen when GET /wait/ID, with the ID of that
//     header, was answered. What begins only after the header was sent delays the end of the body instead.
//   - When standard input ends, so does this program: nobody is left who could ask it.
const (
	contextHeader = "X-Sitegen-Context"
	waitHeader    = "X-Sitegen-Wait"
	waitPath      = "/wait/"
	ready         = "ready\n"
)

const (
	// drainTimeout is how long running requests and what waits behind them may take once the platform says stop.
	drainTimeout = 10 * time.Second
	// orphanTimeout is the same when the other end is gone, and nobody waits for answers.
	orphanTimeout = 2 * time.Second
	// maxHeader is beyond what the platform lets through.
	maxHeader = 256 << 10
)

// Main serves the site on the socket that the arguments name until the other end goes away or the platform stops it, and
// gives the exit code.
func Main(p *Program) int {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	return run(p, process{args: os.Args[1:], stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, signals: signals})
}

// process is what the program needs of the process around it.
type process struct {
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
	signals        <-chan os.Signal
}

func run(p *Program, proc process) int {
	if len(proc.args) != 1 {
		fmt.Fprintln(proc.stderr, "this program is started by ssr.mjs beside it, with the path of a socket;\n`sitegen preview` runs it on this machine")
		return 2
	}
	h, err := newHandler(p, proc.stderr)
	if err != nil {
		fmt.Fprintln(proc.stderr, err)
		return 1
	}
	l, err := net.Listen("unix", proc.args[0])
	if err != nil {
		fmt.Fprintln(proc.stderr, err)
		return 1
	}
	s := newServer(h)
	srv := &http.Server{
		Handler:                      s,
		MaxHeaderBytes:               maxHeader,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(proc.stderr, "", 0),
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	alone := make(chan struct{})
	go func() {
		io.Copy(io.Discard, proc.stdin)
		close(alone)
	}()
	if _, err := io.WriteString(proc.stdout, ready); err != nil {
		fmt.Fprintln(proc.stderr, err)
		return 1
	}
	patience := drainTimeout
	select {
	case err := <-served:
		fmt.Fprintln(proc.stderr, err)
		return 1
	case <-alone:
		patience = orphanTimeout
	case <-proc.signals:
	}
	return s.drain(srv, patience, proc.signals)
}

// server is the site behind net/http.
type server struct {
	*handler
	base context.Context // of work behind answers
	stop context.CancelFunc

	mu      sync.Mutex
	last    uint64
	waiting map[string]*Platform // answers that left work behind, by the ID of their waitHeader
	behind  sync.WaitGroup
}

func newServer(h *handler) *server {
	s := &server{handler: h, waiting: map[string]*Platform{}}
	s.base, s.stop = context.WithCancel(context.Background())
	return s
}

// drain lets what runs come to its end: answers, then what they left behind. A second signal ends it at once.
func (s *server) drain(srv *http.Server, patience time.Duration, signals <-chan os.Signal) int {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	defer s.stop()
	ended := make(chan error, 1)
	go func() {
		err := srv.Shutdown(ctx)
		if err == nil {
			s.behind.Wait()
		}
		ended <- err
	}()
	select {
	case err := <-ended:
		if err == nil {
			return 0
		}
	case <-ctx.Done():
	case <-signals:
	}
	srv.Close()
	return 1
}

// ServeHTTP answers one request.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	said := r.Header[contextHeader]
	if len(said) == 0 {
		s.control(w, r)
		return
	}
	x := &exchange{s: s, w: w, method: r.Method}
	x.platform = Platform{h: s.handler, base: s.base, begun: x.begun}
	if len(said) != 1 || decodeInfo(said[0], &x.platform.info) != nil {
		http.Error(w, "the context of the request is broken", http.StatusBadRequest)
		return
	}
	defer x.end()
	http.NewResponseController(w).EnableFullDuplex() // a page may answer while it reads
	x.req.Method, x.req.Target, x.req.Host = r.Method, r.RequestURI, r.Host
	for name, values := range r.Header {
		for _, v := range values {
			receive(&x.req, name, v)
		}
	}
	if r.Body != nil && r.Body != http.NoBody {
		x.body = &body{r: r.Body}
		x.req.Body = x.body
	}
	s.prepare(&x.req, &x.platform)
	s.serve(r.Context(), &x.req, &x.platform, x)
}

// decodeInfo reads base64 of JSON.
func decodeInfo(s string, into *info) error {
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// control answers the other end itself.
func (s *server) control(w http.ResponseWriter, r *http.Request) {
	id, ok := strings.CutPrefix(r.URL.Path, waitPath)
	if !ok {
		http.NotFound(w, r)
		return
	}
	s.mu.Lock()
	p := s.waiting[id]
	s.mu.Unlock()
	if p != nil {
		p.wait(r.Context())
	}
	w.WriteHeader(http.StatusNoContent)
}

// keep remembers an answer that left work behind until the work is done.
func (s *server) keep(p *Platform) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	id = strconv.FormatUint(s.last, 10)
	s.waiting[id] = p
	s.behind.Go(func() {
		p.wait(s.base)
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.waiting, id)
	})
	return id
}

// exchange is one request with its answer, which it is the site.Sink of.
type exchange struct {
	s        *server
	w        http.ResponseWriter
	method   string
	req      site.Request
	body     *body // nil without one
	platform Platform

	status int // 0 before the answer begins
	err    error

	mu      sync.Mutex
	waits   bool // work was begun before the answer
	started bool
}

var (
	_ site.Sink       = (*exchange)(nil)
	_ site.Aborter    = (*exchange)(nil)
	_ io.StringWriter = (*exchange)(nil)
)

// begun notes that there is work behind the answer.
func (x *exchange) begun() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.waits = x.waits || !x.started
}

// Start sends status and header.
func (x *exchange) Start(status int, h *site.Header) error {
	if x.status != 0 {
		return errors.New("the answer has begun already")
	}
	header := x.w.Header()
	x.s.header(&x.platform, x.method, status, h, func(name, value string) {
		key := http.CanonicalHeaderKey(name)
		header[key] = append(header[key], value)
	})
	if header["Content-Type"] == nil {
		header["Content-Type"] = nil // no guessing
	}
	header["Date"] = nil // the platform's
	x.mu.Lock()
	x.started = true
	waits := x.waits
	x.mu.Unlock()
	if waits {
		header[waitHeader] = []string{x.s.keep(&x.platform)}
	}
	x.status = status
	x.w.WriteHeader(status)
	return nil
}

// Write sends bytes of the body.
func (x *exchange) Write(p []byte) (int, error) {
	if x.method == http.MethodHead {
		return len(p), nil
	}
	return x.w.Write(p)
}

// WriteString is Write for texts.
func (x *exchange) WriteString(s string) (int, error) {
	if x.method == http.MethodHead {
		return len(s), nil
	}
	return io.WriteString(x.w, s)
}

// Flush sends what is buffered.
func (x *exchange) Flush() error { return http.NewResponseController(x.w).Flush() }

// Abort remembers that the answer is not whole; end breaks it off.
func (x *exchange) Abort(err error) { x.err = err }

// end closes the exchange: it catches what went wrong in us, waits for work that was begun too late to be announced, and
// breaks an answer off that is not whole.
func (x *exchange) end() {
	defer x.drain()
	if v := recover(); v != nil {
		x.s.log(context.Background(), site.LevelError, "panic", "error", fmt.Sprint(v), "stack", string(debug.Stack()))
		x.err = fmt.Errorf("panic: %v", v)
		if x.status == 0 {
			clear(x.w.Header())
			x.w.Header().Set("Cache-Control", "no-store")
			http.Error(x.w, "500 Internal Server Error", http.StatusInternalServerError)
			return
		}
	}
	x.mu.Lock()
	announced := x.waits
	x.mu.Unlock()
	if !announced && x.err == nil && x.platform.busy() {
		x.Flush()
		x.platform.wait(x.s.base)
	}
	if x.err != nil {
		panic(http.ErrAbortHandler) // the visitor must not take half an answer for a whole one
	}
}

// drain reads what nobody wanted of the body, after the answer: a connection that is closed with something unread loses
// the answer at the other end. How much there may be is limited by the platform.
func (x *exchange) drain() {
	if x.err != nil || x.status == 0 || x.body == nil || x.body.ended {
		return
	}
	x.Flush()
	io.Copy(io.Discard, x.body.r)
}

// body is the body of a request. What goes wrong with it is the visitor's doing, and answered so.
type body struct {
	r     io.Reader
	ended bool
}

// Read gives the next bytes.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.ended = b.ended || err != nil
	if err != nil && err != io.EOF {
		err = &site.RequestError{Status: http.StatusBadRequest, Reason: "the body is broken or incomplete"}
	}
	return n, err
}
