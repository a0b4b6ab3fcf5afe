package vercel

import (
	"context"
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

	"sitegen.dev/core/adapter/orphan"
	"sitegen.dev/core/site"
)

const (
	// usualPort is where the platform expects the program.
	usualPort = 3000
	// drainTimeout is how long running requests and what waits behind them may take once the platform says stop. It ends
	// the program by force before that, if it has less patience.
	drainTimeout = 30 * time.Second
	// headerTimeout is a guard for the program run by hand; the platform sends whole requests.
	headerTimeout = 10 * time.Second
	// maxHeader is beyond what the platform lets through.
	maxHeader = 256 << 10
	// pingPath is where the platform asks whether the program is alive.
	pingPath = "/_vercel/ping"
)

// Main serves the site until the platform stops it, and gives the exit code.
func Main(p *Program) int {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if os.Getenv(orphan.Variable) != "" {
		go orphan.End(os.Stdin, signals)
	}
	return run(p, os.Getenv, os.Stderr, signals)
}

func run(p *Program, getenv func(string) string, stderr io.Writer, signals <-chan os.Signal) int {
	begin := time.Now()
	messages, err := connect(getenv("VERCEL_IPC_PATH"), stderr)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	defer messages.close()
	h, err := newHandler(p, messages, getenv)
	if err != nil {
		messages.fatal(1, err.Error())
		return 1
	}
	l, err := listen(getenv, messages.connected())
	if err != nil {
		messages.fatal(1, err.Error())
		return 1
	}
	s := &server{handler: h}
	srv := &http.Server{
		Handler:                      s,
		ReadHeaderTimeout:            headerTimeout,
		MaxHeaderBytes:               maxHeader,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(stderr, "", 0),
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	port := l.Addr().(*net.TCPAddr).Port
	messages.serverStarted(time.Since(begin), port)
	if !messages.connected() {
		fmt.Fprintf(stderr, "listening on http://127.0.0.1:%d\n", port)
	}
	select {
	case err := <-served:
		messages.fatal(1, err.Error())
		return 1
	case <-signals:
	}
	return s.drain(srv, signals)
}

// listen opens the port of the program: the platform's, or one that was asked for.
func listen(getenv func(string) string, platform bool) (net.Listener, error) {
	port := getenv("VERCEL_DEV_PORT")
	if port == "" && !platform {
		port = getenv("PORT")
	}
	if port == "" {
		port = strconv.Itoa(usualPort)
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return nil, fmt.Errorf("port %s cannot be listened on: %w", port, err)
	}
	return l, nil
}

// server is the site behind net/http.
type server struct {
	*handler
	behind sync.WaitGroup // work that goes on behind answers
}

// drain lets what runs come to its end: answers, then what they left behind.
func (s *server) drain(srv *http.Server, signals <-chan os.Signal) int {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
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
	case <-signals:
	case <-ctx.Done():
	}
	srv.Close()
	return 1
}

// ServeHTTP answers one request, and tells the platform when it is over.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, _, _ := strings.Cut(r.RequestURI, "?"); path == pingPath {
		io.WriteString(w, "OK")
		return
	}
	inv := takeInvocation(r.Header)
	x := &exchange{h: s.handler, w: w, head: r.Method == http.MethodHead, inv: inv}
	x.platform = Platform{h: s.handler, inv: inv, header: &x.req.Header, trusted: s.ipc.connected()}
	ctx := context.WithValue(r.Context(), invocationKey{}, inv)
	defer x.end(s)
	for name, values := range r.Header {
		for _, v := range values {
			x.req.Header.AddReceived(name, v)
		}
	}
	x.req.Header.AddReceived("Host", r.Host) // net/http takes it out
	x.keep = s.prepare(&x.req, &x.platform, incoming{method: r.Method, target: r.RequestURI, host: r.Host, remote: r.RemoteAddr, trusted: s.ipc.connected()})
	x.req.Platform = &x.platform
	if r.Body != nil && r.Body != http.NoBody {
		x.req.Body = bodyReader{r.Body}
	}
	x.answer(ctx)
}

// answer lets the site answer.
func (x *exchange) answer(ctx context.Context) {
	sink := site.Sink(x)
	if x.h.insert != "" {
		in := &inserter{Sink: x, tag: x.h.insert, head: x.head}
		defer in.finish()
		sink = in
	}
	x.h.site.Serve(ctx, &x.req, sink)
}

// takeInvocation reads the internal headers and takes them away.
func takeInvocation(h http.Header) invocation {
	inv := invocation{ID: h.Get(internalHeader + "invocation-id")}
	var err error
	if inv.Request, err = strconv.ParseUint(h.Get(internalHeader+"request-id"), 10, 64); err != nil {
		inv = invocation{} // a message about it could only be mistaken for one about another
	}
	for name := range h {
		if len(name) >= len(internalHeader) && strings.EqualFold(name[:len(internalHeader)], internalHeader) {
			delete(h, name)
		}
	}
	return inv
}

// exchange is one request with its answer, and the site.Sink of the answer. It is never used again, so that nothing of
// one visitor can be seen by another.
type exchange struct {
	h        *handler
	w        http.ResponseWriter
	req      site.Request
	platform Platform
	inv      invocation

	head   bool // HEAD: no body
	keep   reach
	status int // 0 before the answer begins
	err    error
}

var (
	_ site.Sink       = (*exchange)(nil)
	_ site.Aborter    = (*exchange)(nil)
	_ io.StringWriter = (*exchange)(nil)
)

// Start sends status and header.
func (x *exchange) Start(status int, h *site.Header) error {
	if x.status != 0 {
		return errors.New("the answer has begun already")
	}
	header := x.w.Header()
	for name, value := range x.keep.lines(h, func() { x.h.ipc.log(x.inv, "warn", cookieDropped) }) {
		header[name] = append(header[name], value)
	}
	if header["Content-Type"] == nil {
		header["Content-Type"] = nil // no guessing
	}
	if header["X-Content-Type-Options"] == nil {
		header["X-Content-Type-Options"] = []string{"nosniff"}
	}
	if x.req.Body != nil && header["Content-Length"] == nil {
		// A stream may read the body while it answers; net/http would take the body away.
		http.NewResponseController(x.w).EnableFullDuplex()
	}
	x.status = status
	x.w.WriteHeader(status)
	return nil
}

// Write sends bytes of the body.
func (x *exchange) Write(p []byte) (int, error) {
	switch {
	case x.status == 0:
		return 0, errors.New("the body came before the status")
	case x.head:
		return len(p), nil
	}
	return x.w.Write(p)
}

// WriteString is Write for texts.
func (x *exchange) WriteString(s string) (int, error) {
	if x.status == 0 || x.head {
		return x.Write([]byte(s))
	}
	return io.WriteString(x.w, s)
}

// Flush sends what is buffered.
func (x *exchange) Flush() error { return http.NewResponseController(x.w).Flush() }

// Abort remembers that the answer is not whole; end breaks it off.
func (x *exchange) Abort(err error) { x.err = err }

// end closes the exchange: it catches what went wrong, answers 500 when nothing was sent yet, breaks the connection off
// when something was, and tells the platform once the work behind the answer is done too.
func (x *exchange) end(s *server) {
	if v := recover(); v != nil {
		x.err = fmt.Errorf("panic: %v", v)
		x.h.ipc.log(x.inv, "error", fmt.Sprintf("%v\n%s", x.err, debug.Stack()))
	}
	if x.status == 0 {
		clear(x.w.Header())
		http.Error(x.w, "500 Internal Server Error", http.StatusInternalServerError)
		x.err = nil
	}
	if !x.platform.waits() {
		s.ipc.end(x.inv)
	} else {
		s.behind.Add(1)
		go func() {
			defer s.behind.Done()
			x.platform.work.Wait()
			s.ipc.end(x.inv)
		}()
	}
	if x.err != nil {
		panic(http.ErrAbortHandler) // nobody must take half an answer for a whole one
	}
}

// bodyReader is the body of a request. What goes wrong with it is the client's fault, and answered so.
type bodyReader struct{ r io.Reader }

// Read gives the next bytes of the body.
func (b bodyReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil && err != io.EOF {
		err = &site.RequestError{Status: http.StatusBadRequest, Reason: "the body is broken or incomplete"}
	}
	return n, err
}
