// Package node is the running half of the node adapter: it answers HTTP requests with the finished files of a site and
// with its routes that are rendered on demand. The compiler puts its source into the site, next to the render bundle,
// and a generated program calls Main, or a generated package New.
//
// Package site decides what answers a request; this package speaks HTTP: connections, files with their conditions,
// ranges and encodings, deadlines, logs. It may import the standard library and package site, nothing else, because it
// is compiled where nothing else is.
package node

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"sitegen.dev/core/site"
)

// Options says how a site is mounted in another program.
type Options struct {
	// Client is the folder of the client files. Without it the site answers only what it renders on demand, unless the
	// files are inside the package.
	Client string
	// Next answers what the site has no answer for. Without it the site answers with its 404 page.
	Next http.Handler
	// Log gets errors and warnings; nil is slog.Default().
	Log *slog.Logger
	// Platform is what page.Platform gives.
	Platform any
}

// New gives the site as a handler for another program, which has its own limits and its own access log.
func New(p *Program, o Options) (http.Handler, error) {
	log := o.Log
	if log == nil {
		log = slog.Default()
	}
	h, err := newHandler(p, o.Client, &logger{Logger: log})
	if err != nil {
		return nil, err
	}
	h.guest, h.next = true, o.Next
	return h, h.mount(p.App(), o.Platform, os.Getenv)
}

// handler answers requests. It is safe for use by several goroutines.
type handler struct {
	site   *site.RequestHandler
	files  *files // nil when the files are not ours to serve
	next   http.Handler
	images func(http.ResponseWriter, *http.Request, func(string, int64) ([]byte, bool, bool))
	image  string // path that images answers for; "" for none
	guest  bool   // in somebody else's server: deadlines and access log are theirs
	log    *logger
	ids    ids
	limits
}

// limits are how long a visitor may take. Without them one slow visitor holds a connection for ever.
type limits struct {
	header time.Duration // to send the head of a request
	idle   time.Duration // between two requests of a connection; a little more than proxies keep theirs
	write  time.Duration // to take what is sent with one write, or one piece of a large file
	body   time.Duration // to send the next bytes of a body, which on the whole must come with bodyRate
}

var usualLimits = limits{header: 10 * time.Second, idle: 75 * time.Second, write: time.Minute, body: 30 * time.Second}

// bodyRate is in bytes a second.
const bodyRate = 1 << 10

// newHandler opens the files: those inside the program, those below client, or none.
func newHandler(p *Program, client string, log *logger) (*handler, error) {
	h := &handler{log: log, ids: newIDs(), limits: usualLimits}
	if client == "" && len(p.Pack) == 0 {
		return h, nil
	}
	fsys, err := parseFiles(p.Files)
	if err != nil {
		return nil, err
	}
	h.files, h.images = fsys, p.Images
	if client == "" {
		return h, fsys.openPack(p.Pack)
	}
	return h, checkClient(client, fsys)
}

// mount connects the handler with the site. It fails when the environment does not hold what the site needs.
func (h *handler) mount(app *site.App, platform any, getenv func(string) string) error {
	if err := errors.Join(app.UseKeys(getenv("SITEGEN_KEY")), app.UseEnv(getenv)); err != nil {
		return err
	}
	host := site.Host{
		Getenv:      getenv,
		Log:         h.report,
		PassThrough: h.next != nil,
		Platform:    platform,
	}
	if h.files != nil {
		host.Static = h.files
	}
	if s := app.Sessions; s != nil && s.Driver != "memory" {
		folder, err := openSessions(cmp.Or(getenv("SESSION_DIR"), s.Dir, "sessions"))
		if err != nil {
			return err
		}
		host.Sessions = folder
	}
	h.site = site.NewHandler(app, host)
	if h.images != nil {
		h.image = cmp.Or(app.Config.Base, "/") + "_image"
	}
	return nil
}

func (h *handler) close() {
	if h.files != nil {
		h.files.close()
	}
}

// ServeHTTP answers one request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{Context: r.Context(), h: h, w: w, r: r, head: r.Method == http.MethodHead, begin: time.Now()}
	if !h.guest && r.ProtoMajor == 2 {
		// HTTP/2 ends a stream at its deadline even while nothing is written, which would cut off a page that thinks.
		http.NewResponseController(w).SetWriteDeadline(time.Time{})
	}
	defer x.end()
	if !h.guest {
		arrived(x.Context)
	}
	switch r.Method {
	case http.MethodTrace, http.MethodConnect:
		w.Header()["Allow"] = []string{"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"}
		x.refuse(http.StatusMethodNotAllowed)
		return
	}
	if h.image != "" && r.URL.Path == h.image && r.URL.RawPath == "" {
		x.fill()
		if status, ok := h.site.Answers(&x.req); !ok {
			x.refuse(status)
			return
		}
		h.images(imageAnswer{x}, r, h.files.picture)
		return
	}
	x.fill()
	if h.site.Serve(x, &x.req, x) {
		return
	}
	if h.next != nil {
		x.passed = true
		h.next.ServeHTTP(w, r)
		return
	}
	x.refuse(http.StatusNotFound)
}

// exchange is one request with its answer. It is the site.Sink of the answer, and the context of the request, so that
// what is reported while it is answered finds its way back to it. One allocation holds all of it, and it is never used
// again, so that nothing of one visitor can be seen by another.
type exchange struct {
	context.Context
	h   *handler
	w   http.ResponseWriter
	r   *http.Request
	req site.Request

	head     bool // HEAD: no body
	status   int  // 0 before the answer begins
	bytes    int64
	passed   bool   // to the next handler
	err      error  // the answer is not whole
	id       string // of the request in the log, when something was reported
	begin    time.Time
	extended time.Time // when the write deadline was last moved
	line     [256]byte // room for the access log
}

var (
	_ site.Sink       = (*exchange)(nil)
	_ site.Aborter    = (*exchange)(nil)
	_ io.StringWriter = (*exchange)(nil)
)

// exchangeKey is the key under which a context gives its exchange.
type exchangeKey struct{}

// Value gives the exchange itself, and what the context of the connection knows.
func (x *exchange) Value(key any) any {
	if key == (exchangeKey{}) {
		return x
	}
	return x.Context.Value(key)
}

// fill makes the site's request of net/http's.
func (x *exchange) fill() {
	r := x.r
	x.req.Method = r.Method
	x.req.Target = target(r)
	x.req.Host = r.Host
	x.req.Scheme = "http"
	if r.TLS != nil {
		x.req.Scheme = "https"
	}
	x.req.RemoteAddr = r.RemoteAddr
	for name, values := range r.Header {
		if name == "Host" {
			continue // of HTTP/2, beside :authority, which counts
		}
		for _, v := range values {
			x.req.Header.AddReceived(name, v)
		}
	}
	x.req.Header.AddReceived("Host", r.Host) // net/http takes it out
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	x.req.Body = newBodyReader(x)
}

// target gives the request target as it came. A program around the site may have changed the URL, to strip a prefix;
// then it is what they made of it.
func target(r *http.Request) string {
	raw := r.RequestURI
	if raw == "" {
		return r.URL.RequestURI()
	}
	if raw[0] != '/' { // absolute form, or "*"
		return raw
	}
	path, _, _ := strings.Cut(raw, "?")
	if path == r.URL.Path || !changed(path, r.URL.Path) {
		return raw
	}
	return r.URL.RequestURI()
}

// changed says whether path, decoded, is not decoded.
func changed(path, decoded string) bool {
	j := 0
	for i := 0; i < len(path); i++ {
		c := path[i]
		if c == '%' && i+2 < len(path) {
			b, err := hex.DecodeString(path[i+1 : i+3])
			if err != nil {
				return true
			}
			c = b[0]
			i += 2
		}
		if j >= len(decoded) || decoded[j] != c {
			return true
		}
		j++
	}
	return j != len(decoded)
}

// Start sends status and header.
func (x *exchange) Start(status int, h *site.Header) error {
	if x.status != 0 {
		return errors.New("the answer has begun already")
	}
	header := x.w.Header()
	if n := h.Len(); n > 0 {
		values := make([]string, 0, n) // one allocation for all lines
		for name, value := range h.All() {
			key := http.CanonicalHeaderKey(name)
			if old := header[key]; old != nil {
				header[key] = append(old, value)
				continue
			}
			values = append(values, value)
			header[key] = values[len(values)-1 : len(values) : len(values)]
		}
	}
	if x.id != "" {
		header["X-Request-Id"] = []string{x.id}
	}
	if header["Content-Type"] == nil {
		header["Content-Type"] = nil // no guessing
	}
	if header["X-Content-Type-Options"] == nil {
		header["X-Content-Type-Options"] = noSniff
	}
	if x.r.Body != nil && x.r.Body != http.NoBody && header["Content-Length"] == nil {
		// A stream may read the body while it answers; net/http would take the body away. Where it cannot be helped,
		// as behind a handler that collects, the stream sees the error.
		http.NewResponseController(x.w).EnableFullDuplex()
	}
	x.start(status)
	return nil
}

func (x *exchange) start(status int) {
	x.status = status
	if len(x.r.TransferEncoding) > 0 && x.r.ProtoMajor < 2 {
		// Perhaps a length was there as well: net/http takes it away. What stands in front of us may have gone by that, and sees
		// the end of the request elsewhere; then nothing that follows may be taken for another one (RFC 9112, section 6.1).
		x.w.Header()["Connection"] = []string{"close"}
	}
	x.w.WriteHeader(status)
}

// Write sends bytes of the body. It waits while the client is slow, and fails when it is too slow or gone.
func (x *exchange) Write(p []byte) (int, error) {
	if x.status == 0 {
		return 0, errors.New("the body came before the status")
	}
	if x.head {
		return len(p), nil
	}
	total := 0
	for {
		// Each piece has the deadline to itself, so that it is the pace that counts and not the size of the answer.
		piece := p[:min(len(p), copyChunk)]
		x.extendWrite()
		n, err := x.w.Write(piece)
		total += n
		x.bytes += int64(n)
		if p = p[len(piece):]; err != nil || len(p) == 0 {
			x.settleWrite()
			return total, err
		}
	}
}

// WriteString is Write for texts. Short ones are not copied; long ones would be sent in small pieces by net/http.
func (x *exchange) WriteString(s string) (total int, err error) {
	if x.head && x.status != 0 {
		return len(s), nil
	}
	if len(s) > 2048 || x.status == 0 {
		for len(s) > copyChunk && err == nil {
			var n int
			n, err = x.Write([]byte(s[:copyChunk]))
			total += n
			s = s[copyChunk:]
		}
		if err != nil {
			return total, err
		}
		n, err := x.Write([]byte(s))
		return total + n, err
	}
	x.extendWrite()
	n, err := io.WriteString(x.w, s)
	x.bytes += int64(n)
	x.settleWrite()
	return n, err
}

// Flush sends what is buffered.
func (x *exchange) Flush() error {
	x.extendWrite()
	err := http.NewResponseController(x.w).Flush()
	x.settleWrite()
	if errors.Is(err, http.ErrNotSupported) {
		return nil // some handler around us collects; nothing is lost but time
	}
	return err
}

// extendWrite moves the deadline for writing. net/http sets it once per request, which would cut off long streams.
func (x *exchange) extendWrite() {
	if !x.h.guest {
		x.extendFrom(time.Now())
	}
}

func (x *exchange) extendFrom(now time.Time) {
	last := x.extended
	if last.IsZero() && x.r.ProtoMajor < 2 {
		last = x.begin
	}
	if now.Sub(last) < x.h.limits.write/12 {
		return
	}
	x.extended = now
	http.NewResponseController(x.w).SetWriteDeadline(now.Add(x.h.limits.write))
}

// settleWrite takes the deadline back where it would hit a pause between two writes too.
func (x *exchange) settleWrite() {
	if x.h.guest || x.r.ProtoMajor < 2 || x.extended.IsZero() {
		return
	}
	x.extended = time.Time{}
	http.NewResponseController(x.w).SetWriteDeadline(time.Time{})
}

// Abort remembers that the answer is not whole; end breaks it off.
func (x *exchange) Abort(err error) { x.err = err }

// report logs what the site says about a request. The visitor gets the identifier and nothing else of it.
func (h *handler) report(ctx context.Context, r site.LogRecord) {
	attrs := make([]slog.Attr, 0, 10)
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		if x.id == "" {
			x.id = h.ids.next()
		}
		attrs = append(attrs, slog.String("id", x.id))
	}
	add := func(name, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(name, value))
		}
	}
	add("method", r.Method)
	add("path", r.Path)
	add("route", r.Route)
	if r.Err != nil {
		add("error", r.Err.Error())
	}
	add("at", r.At)
	if len(r.Stack) > 0 {
		var b strings.Builder
		for i, f := range r.Stack {
			if i > 0 {
				b.WriteString(" < ")
			}
			b.WriteString(f.String())
		}
		add("stack", b.String())
	}
	h.log.message(slog.Level(r.Level), r.Message, attrs...)
}

// refuse answers with a status and its name.
func (x *exchange) refuse(status int) {
	text := strconv.Itoa(status) + " " + http.StatusText(status) + "\n"
	h := x.w.Header()
	h["Content-Type"] = []string{"text/plain; charset=utf-8"}
	h["Content-Length"] = []string{strconv.Itoa(len(text))}
	h["Cache-Control"] = cacheNever
	h["X-Content-Type-Options"] = noSniff
	if x.id != "" {
		h["X-Request-Id"] = []string{x.id}
	}
	x.start(status)
	if !x.head {
		n, _ := io.WriteString(x.w, text)
		x.bytes += int64(n)
	}
}

// end closes the exchange: it catches what went wrong, answers 500 when nothing was sent yet, breaks the connection off
// when something was, and writes the access log.
func (x *exchange) end() {
	if v := recover(); v != nil {
		if v == http.ErrAbortHandler {
			x.access(time.Now())
			panic(v)
		}
		if x.id == "" {
			x.id = x.h.ids.next()
		}
		x.h.log.message(slog.LevelError, "panic", slog.String("id", x.id), slog.String("method", x.r.Method), slog.String("path", x.r.URL.Path),
			slog.String("error", fmt.Sprint(v)), slog.String("stack", string(debug.Stack())))
		x.err = fmt.Errorf("panic: %v", v)
		if x.passed {
			panic(v)
		}
	}
	if x.passed {
		return
	}
	switch {
	case x.status == 0:
		clear(x.w.Header())
		x.refuse(http.StatusInternalServerError)
	case x.err != nil:
		x.access(time.Now())
		panic(http.ErrAbortHandler) // the client must not take half an answer for a whole one
	}
	if !x.h.guest {
		now := time.Now()
		x.extendFrom(now) // for what net/http has yet to send
		x.access(now)
	}
}

// access writes the line of the access log. The query is left out: it is where secrets are.
func (x *exchange) access(now time.Time) {
	if x.h.guest || !x.h.log.access {
		return
	}
	l := line{buf: x.line[:0], json: x.h.log.json}
	l.begin(now, "INFO", "request")
	l.text("method", x.r.Method)
	l.text("path", x.r.URL.Path)
	l.number("status", int64(x.status))
	l.number("bytes", x.bytes)
	l.millis("ms", now.Sub(x.begin))
	l.text("remote", x.r.RemoteAddr)
	if x.id != "" {
		l.text("id", x.id)
	}
	x.h.log.Write(l.end())
}

// bodyReader is the body of a request with deadlines. What goes wrong with it is the client's fault, and answered so.
type bodyReader struct {
	x     *exchange
	rc    *http.ResponseController // nil in somebody else's server
	begin time.Time
	last  time.Time
	n     int64
}

func newBodyReader(x *exchange) *bodyReader {
	b := &bodyReader{x: x, begin: x.begin, last: x.begin}
	if !x.h.guest {
		b.rc = http.NewResponseController(x.w)
		// Also for the case that nobody reads it: net/http does, to use the connection again.
		b.rc.SetReadDeadline(b.begin.Add(x.h.limits.body))
	}
	return b
}

// Read gives the next bytes of the body.
func (b *bodyReader) Read(p []byte) (int, error) {
	if b.rc != nil {
		now := time.Now()
		if now.Sub(b.begin) > b.x.h.limits.body+time.Duration(b.n/bodyRate)*time.Second {
			return 0, &site.RequestError{Status: http.StatusRequestTimeout, Reason: "the body came too slowly"}
		}
		if now.Sub(b.last) >= b.x.h.limits.body/6 {
			b.last = now
			b.rc.SetReadDeadline(now.Add(b.x.h.limits.body))
		}
	}
	n, err := b.x.r.Body.Read(p)
	b.n += int64(n)
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
	case err == io.EOF:
		if b.rc != nil {
			b.rc.SetReadDeadline(time.Time{}) // else it would hit while the answer is being made, and cancel the request
		}
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = &site.RequestError{Status: http.StatusRequestTimeout, Reason: "the body came too slowly"}
	case errors.As(err, &tooLarge): // a limit of the program around
		err = &site.RequestError{Status: http.StatusRequestEntityTooLarge, Reason: "the body is too large"}
	default:
		err = &site.RequestError{Status: http.StatusBadRequest, Reason: "the body is broken or incomplete"}
	}
	return n, err
}

// ids makes identifiers of requests that went wrong, for the log and for whoever asks about it.
type ids struct {
	prefix string
	n      *atomic.Uint64
}

func newIDs() ids {
	var b [4]byte
	rand.Read(b[:])
	return ids{prefix: hex.EncodeToString(b[:]), n: new(atomic.Uint64)}
}

func (i ids) next() string { return i.prefix + "-" + strconv.FormatUint(i.n.Add(1), 10) }

// Has says whether there is a finished file of that name.
func (s *files) Has(name string) bool { return s.byName[name] != nil }

// Serve answers with a finished file.
func (s *files) Serve(ctx context.Context, name string, status int, extra *site.Header, req *site.Request, sink site.Sink) error {
	f := s.byName[name]
	if f == nil {
		return fmt.Errorf("there is no file %s", name)
	}
	x, ok := sink.(*exchange)
	if !ok {
		return errors.New("the answer does not go to this server")
	}
	err := x.serveFile(s, f, cmp.Or(status, http.StatusOK), extra)
	if err != nil && x.status != 0 {
		x.err = err
		var disk *fs.PathError
		if !errors.As(err, &disk) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil // the client went away, which is nobody's mistake
		}
	}
	return err
}
