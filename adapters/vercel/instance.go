package vercel

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"sitegen.dev/core/adapter/orphan"
	"sitegen.dev/core/process"
)

// instance is one running function, with this program in the place of the platform: it starts the program, listens to
// its messages, and hands requests on to it as the platform would.
type instance struct {
	cmd    *exec.Cmd
	dir    string // of the socket
	log    io.Writer
	to     *url.URL
	proxy  *httputil.ReverseProxy
	exited chan struct{}
	next   atomic.Uint64
	mu     sync.Mutex
	lines  []ipcMessage
	wait   map[uint64]chan struct{}
	failed error // of the protocol
}

// ipcMessage is what a function says beside its answers.
type ipcMessage struct {
	Type    string `json:"type"`
	Payload struct {
		InitDuration *int64 `json:"initDuration"`
		HTTPPort     int    `json:"httpPort"`
		Context      struct {
			InvocationID string `json:"invocationId"`
			RequestID    uint64 `json:"requestId"`
		} `json:"context"`
		Message  string          `json:"message"`
		Level    string          `json:"level"`
		Error    json.RawMessage `json:"error"`
		ExitCode int             `json:"exitCode"`
	} `json:"payload"`
}

const (
	startTimeout = 15 * time.Second
	stopTimeout  = 10 * time.Second
	endTimeout   = 2 * time.Second // for the message that a request is over, after its answer is
)

// internalHeader begins the headers between the platform and a function.
const internalHeader = "X-Vercel-Internal-"

// startInstance runs the program of a function in its directory.
func startInstance(dir, handler string, env []string, log io.Writer) (*instance, error) {
	sockets, err := os.MkdirTemp("", "sitegen")
	if err != nil {
		return nil, err
	}
	i := &instance{dir: sockets, log: log, exited: make(chan struct{}), wait: map[uint64]chan struct{}{}}
	l, err := net.Listen("unix", filepath.Join(sockets, "ipc"))
	if err != nil {
		os.RemoveAll(sockets)
		return nil, err
	}
	defer l.Close()
	i.cmd = exec.Command("./" + handler)
	i.cmd.Dir = dir
	i.cmd.Env = append(append(os.Environ(), "VERCEL_IPC_PATH="+filepath.Join(sockets, "ipc"), "VERCEL_DEV_PORT=0", "VERCEL=1", "VERCEL_REGION=dev1", orphan.Variable+"=1"), env...)
	if _, err := i.cmd.StdinPipe(); err != nil { // it ends when we do, however that is
		os.RemoveAll(sockets)
		return nil, err
	}
	i.cmd.Stdout, i.cmd.Stderr = log, log
	i.cmd.WaitDelay = time.Second
	process.Group(i.cmd)
	if err := i.cmd.Start(); err != nil {
		os.RemoveAll(sockets)
		return nil, fmt.Errorf("the function cannot start: %w", err)
	}
	go func() {
		i.cmd.Wait()
		close(i.exited)
	}()
	started := make(chan int, 1)
	go i.listen(l, started)
	select {
	case port := <-started:
		i.to = &url.URL{Scheme: "http", Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}
	case <-i.exited:
		err = errors.New("the function ended before it listened")
	case <-time.After(startTimeout):
		err = fmt.Errorf("the function does not listen after %v", startTimeout)
	}
	if err == nil {
		err = i.ping()
	}
	if err != nil {
		i.stop()
		return nil, err
	}
	i.proxy = &httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite:       i.rewrite,
		ErrorLog:      stdlog.New(io.Discard, "", 0),
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if b, ok := r.Context().Value(bodyKey{}).(*watchedBody); ok && b.broken.Load() {
				http.Error(w, "Bad Request", http.StatusBadRequest)
				return
			}
			if errors.Is(err, context.DeadlineExceeded) {
				http.Error(w, "An error occurred with your deployment\n\nFUNCTION_INVOCATION_TIMEOUT", http.StatusGatewayTimeout)
				return
			}
			http.Error(w, "A server error has occurred\n\nFUNCTION_INVOCATION_FAILED", http.StatusInternalServerError)
		},
		Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64},
	}
	return i, nil
}

// listen takes messages until the function hangs up.
func (i *instance) listen(l net.Listener, started chan<- int) {
	conn, err := l.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	for {
		data, err := r.ReadBytes(0)
		if err != nil {
			if len(data) > 0 {
				i.broken(fmt.Errorf("a message without an end: %q", data))
			}
			return
		}
		var m ipcMessage
		if err := json.Unmarshal(data[:len(data)-1], &m); err != nil {
			i.broken(fmt.Errorf("%q: %w", data, err))
			continue
		}
		i.take(m, started)
	}
}

func (i *instance) broken(err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.failed = errors.Join(i.failed, err)
}

func (i *instance) take(m ipcMessage, started chan<- int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.lines = append(i.lines, m)
	if len(i.lines) > 1000 { // a preview may run for days
		i.lines = append(i.lines[:0], i.lines[500:]...)
	}
	switch m.Type {
	case "server-started":
		select {
		case started <- m.Payload.HTTPPort:
		default:
			i.failed = errors.Join(i.failed, errors.New("server-started came twice"))
		}
	case "log":
		if text, err := base64.StdEncoding.DecodeString(m.Payload.Message); err == nil {
			fmt.Fprintf(i.log, "%s: %s", m.Payload.Level, text)
			return
		}
		i.failed = errors.Join(i.failed, fmt.Errorf("a log that is no base64: %q", m.Payload.Message))
	case "end":
		c, ok := i.wait[m.Payload.Context.RequestID]
		if !ok {
			i.failed = errors.Join(i.failed, fmt.Errorf("request %d ended twice, or never began", m.Payload.Context.RequestID))
			return
		}
		delete(i.wait, m.Payload.Context.RequestID)
		close(c)
	case "unrecoverable-error":
		fmt.Fprintf(i.log, "%s\n", m.Payload.Message)
	}
}

// ping asks whether the function is alive.
func (i *instance) ping() error {
	var err error
	for range 50 {
		var res *http.Response
		if res, err = http.Get(i.to.String() + "/_vercel/ping"); err == nil {
			res.Body.Close()
			if res.StatusCode != http.StatusOK {
				return fmt.Errorf("the function answers %s to a ping", res.Status)
			}
			return nil
		}
		time.Sleep(20 * time.Millisecond) // the official proxy says that it listens before it does
	}
	return err
}

// rewrite makes the platform's request of a visitor's.
func (i *instance) rewrite(r *httputil.ProxyRequest) {
	r.Out.URL.Scheme, r.Out.URL.Host = i.to.Scheme, i.to.Host
	// The target goes on byte for byte; the router has put it into RequestURI.
	path, query, _ := strings.Cut(r.In.RequestURI, "?")
	r.Out.URL.Opaque, r.Out.URL.RawQuery = path, query
	r.Out.Host = i.to.Host
	platformHeaders(r.In, r.Out.Header)
	id, _ := r.In.Context().Value(requestKey{}).(uint64)
	r.Out.Header.Set(internalHeader+"Invocation-Id", fmt.Sprintf("inv-%d", id))
	r.Out.Header.Set(internalHeader+"Request-Id", strconv.FormatUint(id, 10))
	r.Out.Header.Set(internalHeader+"Span-Id", "0000000000000001")
	r.Out.Header.Set(internalHeader+"Trace-Id", "00000000000000000000000000000001")
}

// platformHeaders replaces what only the platform may say, whatever the visitor sent.
func platformHeaders(in *http.Request, h http.Header) {
	for name := range h {
		lower := strings.ToLower(name)
		if strings.HasPrefix(lower, "x-vercel-") || strings.HasPrefix(lower, "x-forwarded-") || lower == "forwarded" || lower == "x-real-ip" {
			delete(h, name)
		}
	}
	client, _, err := net.SplitHostPort(in.RemoteAddr)
	if err != nil {
		client = in.RemoteAddr
	}
	proto := "http"
	if in.TLS != nil {
		proto = "https"
	}
	for name, value := range map[string]string{
		"X-Forwarded-Host": in.Host, "X-Forwarded-Proto": proto, "X-Forwarded-For": client, "X-Real-Ip": client,
		"X-Vercel-Forwarded-For": client, "X-Vercel-Deployment-Url": in.Host, "X-Vercel-Id": "dev1::" + randomID(),
	} {
		h.Set(name, value)
	}
}

func randomID() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// requestKey is the key under which a context gives the number of a request.
type requestKey struct{}

// ServeHTTP hands a request on, and waits for the message that it is over.
func (i *instance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := i.next.Add(1)
	ended := make(chan struct{})
	i.mu.Lock()
	i.wait[id] = ended
	i.mu.Unlock()
	defer func() {
		select {
		case <-ended:
		case <-i.exited:
		case <-r.Context().Done():
		case <-time.After(endTimeout):
			// Work may go on behind the answer; the message still has its place.
		}
	}()
	ctx := context.WithValue(r.Context(), requestKey{}, id)
	if r.Body != nil && r.Body != http.NoBody {
		b := &watchedBody{ReadCloser: r.Body}
		r.Body = b
		ctx = context.WithValue(ctx, bodyKey{}, b)
	}
	i.proxy.ServeHTTP(w, r.WithContext(ctx))
}

// bodyKey is the key under which a context gives its watchedBody.
type bodyKey struct{}

// watchedBody remembers whether it was the visitor who broke off.
type watchedBody struct {
	io.ReadCloser
	broken atomic.Bool
}

// Read gives the next bytes.
func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		b.broken.Store(true)
	}
	return n, err
}

// stop asks the function to end as the platform does, and ends it by force when it does not.
func (i *instance) stop() error {
	defer os.RemoveAll(i.dir)
	i.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-i.exited:
	case <-time.After(stopTimeout):
		process.Kill(i.cmd)
		<-i.exited
		return errors.New("the function did not end when it was told to")
	}
	process.Kill(i.cmd) // what it may have left behind
	return nil
}
