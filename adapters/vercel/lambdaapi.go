package vercel

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// lambdaPool is a running function of mode lambda: some instances of its program, each of which takes one event at a
// time.
type lambdaPool struct {
	instances []*lambdaInstance
	events    chan *lambdaEvent
	done      chan struct{}
	next      atomic.Uint64
	timeout   time.Duration // of one event
}

// lambdaInstance is one process with the runtime API that it asks for events. When an event takes too long the process
// is ended and another takes its place.
type lambdaInstance struct {
	pool    *lambdaPool
	srv     *http.Server
	start   func() (*exec.Cmd, error)
	stopped chan struct{}

	mu   sync.Mutex
	cmd  *exec.Cmd
	busy *lambdaEvent
}

type lambdaEvent struct {
	id     string
	data   []byte
	answer chan lambdaAnswer
}

type lambdaAnswer struct {
	data []byte
	err  error
}

// lambdaInstances is how many events a preview answers at once; a page may ask for others of its own site meanwhile.
const lambdaInstances = 8

// invokeTimeout is how long an event may take.
var invokeTimeout = 60 * time.Second

func startLambda(dir, handler string, env []string, log io.Writer) (*lambdaPool, error) {
	p := &lambdaPool{events: make(chan *lambdaEvent), done: make(chan struct{}), timeout: invokeTimeout}
	for range lambdaInstances {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			p.stop()
			return nil, err
		}
		i := &lambdaInstance{pool: p, stopped: make(chan struct{})}
		mux := http.NewServeMux()
		mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", i.serveNext)
		mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", func(w http.ResponseWriter, r *http.Request) { i.serveAnswer(w, r, false) })
		mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", func(w http.ResponseWriter, r *http.Request) { i.serveAnswer(w, r, true) })
		i.srv = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
		go i.srv.Serve(l)
		i.start = func() (*exec.Cmd, error) {
			cmd := exec.Command("./" + handler)
			cmd.Dir = dir
			cmd.Env = append(append(os.Environ(), "AWS_LAMBDA_RUNTIME_API="+l.Addr().String(), "_HANDLER="+handler, "AWS_LAMBDA_FUNCTION_NAME="+renderName,
				"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=1024", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "VERCEL=1", "VERCEL_REGION=dev1"), env...)
			cmd.Stdout, cmd.Stderr = log, log
			cmd.WaitDelay = time.Second
			ownGroup(cmd)
			return cmd, cmd.Start()
		}
		if i.cmd, err = i.start(); err != nil {
			i.srv.Close()
			p.stop()
			return nil, fmt.Errorf("the function cannot start: %w", err)
		}
		p.instances = append(p.instances, i)
		go i.run()
	}
	return p, nil
}

// run waits for the process to end and starts it again, until the preview ends.
func (i *lambdaInstance) run() {
	defer close(i.stopped)
	for {
		i.cmd.Wait()
		select {
		case <-i.pool.done:
			return
		case <-time.After(100 * time.Millisecond): // one that cannot run at all must not keep the machine busy
		}
		i.mu.Lock()
		if e := i.busy; e != nil {
			e.answer <- lambdaAnswer{err: errors.New("the function ended")}
			i.busy = nil
		}
		cmd, err := i.start()
		i.cmd = cmd
		i.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// kill ends the process.
func (i *lambdaInstance) kill() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.cmd != nil && i.cmd.Process != nil {
		killGroup(i.cmd)
	}
}

func (i *lambdaInstance) serveNext(w http.ResponseWriter, r *http.Request) {
	select {
	case e := <-i.pool.events:
		i.mu.Lock()
		i.busy = e
		i.mu.Unlock()
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", e.id)
		w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(i.pool.timeout).UnixMilli(), 10))
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:dev1:0:function:"+renderName)
		w.Header().Set("Content-Type", "application/json")
		w.Write(e.data)
	case <-r.Context().Done():
	case <-i.pool.done:
		w.WriteHeader(http.StatusGone)
	}
}

func (i *lambdaInstance) serveAnswer(w http.ResponseWriter, r *http.Request, failed bool) {
	data, err := io.ReadAll(r.Body)
	if err == nil && failed {
		err = fmt.Errorf("the function failed: %s", data)
	}
	i.mu.Lock()
	if e := i.busy; e != nil && e.id == r.PathValue("id") {
		e.answer <- lambdaAnswer{data, err}
		i.busy = nil
	}
	i.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
}

// invoke hands one event to the function.
func (p *lambdaPool) invoke(data []byte) ([]byte, error) {
	e := &lambdaEvent{id: strconv.FormatUint(p.next.Add(1), 10), data: data, answer: make(chan lambdaAnswer, 1)}
	late := time.After(p.timeout)
	select {
	case p.events <- e:
	case <-p.done:
		return nil, errors.New("the preview has ended")
	case <-late:
		return nil, errors.New("no instance of the function asks for events")
	}
	select {
	case a := <-e.answer:
		return a.data, a.err
	case <-late:
	}
	for _, i := range p.instances {
		i.mu.Lock()
		mine := i.busy == e
		i.mu.Unlock()
		if mine {
			i.kill()
		}
	}
	return nil, errTooLong
}

var errTooLong = errors.New("the function takes too long")

// ServeHTTP makes an event of a request.
func (p *lambdaPool) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "the body is broken", http.StatusBadRequest)
		return
	}
	h := r.Header.Clone()
	platformHeaders(r, h)
	h.Set("Host", r.Host)
	headers := map[string]any{}
	for name, values := range h {
		if len(values) == 1 {
			headers[strings.ToLower(name)] = values[0]
			continue
		}
		headers[strings.ToLower(name)] = values
	}
	call, err := json.Marshal(map[string]any{"method": r.Method, "host": r.Host, "path": r.RequestURI, "headers": headers,
		"encoding": "base64", "body": base64.StdEncoding.EncodeToString(body)})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	event, _ := json.Marshal(map[string]string{"Action": "Invoke", "body": string(call)}) // texts always can be
	data, err := p.invoke(event)
	var a struct {
		StatusCode int            `json:"statusCode"`
		Headers    map[string]any `json:"headers"`
		Encoding   string         `json:"encoding"`
		Body       string         `json:"body"`
	}
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	out := []byte(a.Body)
	if err == nil && a.Encoding == "base64" {
		out, err = base64.StdEncoding.DecodeString(a.Body)
	}
	if errors.Is(err, errTooLong) {
		http.Error(w, "An error occurred with your deployment\n\nFUNCTION_INVOCATION_TIMEOUT", http.StatusGatewayTimeout)
		return
	}
	if err != nil || a.StatusCode < 200 {
		http.Error(w, "A server error has occurred\n\nFUNCTION_INVOCATION_FAILED", http.StatusInternalServerError)
		return
	}
	for name, v := range a.Headers {
		switch v := v.(type) {
		case string:
			w.Header().Add(name, v)
		case []any:
			for _, line := range v {
				w.Header().Add(name, fmt.Sprint(line))
			}
		}
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header()["Content-Type"] = nil
	}
	w.WriteHeader(a.StatusCode)
	w.Write(out)
}

// stop ends all instances. A runtime without extensions is told nothing before its end.
func (p *lambdaPool) stop() error {
	close(p.done)
	for _, i := range p.instances {
		i.kill()
	}
	for _, i := range p.instances {
		<-i.stopped
		i.srv.Close()
	}
	return nil
}
