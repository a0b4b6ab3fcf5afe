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
	"syscall"
	"time"
)

// lambdaPool is a running function of mode lambda: some instances of its program, each of which takes one event at a
// time, and the runtime API that they ask for events.
type lambdaPool struct {
	srv    *http.Server
	cmds   []*exec.Cmd
	exits  []chan struct{}
	events chan *lambdaEvent
	done   chan struct{}
	next   atomic.Uint64
	mu     sync.Mutex
	open   map[string]*lambdaEvent
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

// lambdaInstances is how many events a preview answers at once.
const lambdaInstances = 4

// invokeTimeout is how long an event may take.
const invokeTimeout = 60 * time.Second

func startLambda(dir, handler string, env []string, log io.Writer) (*lambdaPool, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &lambdaPool{events: make(chan *lambdaEvent), done: make(chan struct{}), open: map[string]*lambdaEvent{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", p.serveNext)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", func(w http.ResponseWriter, r *http.Request) { p.serveAnswer(w, r, false) })
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", func(w http.ResponseWriter, r *http.Request) { p.serveAnswer(w, r, true) })
	p.srv = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go p.srv.Serve(l)
	for range lambdaInstances {
		cmd := exec.Command("./" + handler)
		cmd.Dir = dir
		cmd.Env = append(append(os.Environ(), "AWS_LAMBDA_RUNTIME_API="+l.Addr().String(), "_HANDLER="+handler, "AWS_LAMBDA_FUNCTION_NAME="+renderName,
			"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=1024", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "VERCEL=1", "VERCEL_REGION=dev1"), env...)
		cmd.Stdout, cmd.Stderr = log, log
		cmd.WaitDelay = time.Second
		ownGroup(cmd)
		if err := cmd.Start(); err != nil {
			p.stop()
			return nil, fmt.Errorf("the function cannot start: %w", err)
		}
		exited := make(chan struct{})
		go func() {
			cmd.Wait()
			close(exited)
		}()
		p.cmds, p.exits = append(p.cmds, cmd), append(p.exits, exited)
	}
	return p, nil
}

func (p *lambdaPool) serveNext(w http.ResponseWriter, r *http.Request) {
	select {
	case e := <-p.events:
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", e.id)
		w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(invokeTimeout).UnixMilli(), 10))
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:dev1:0:function:"+renderName)
		w.Header().Set("Content-Type", "application/json")
		w.Write(e.data)
	case <-r.Context().Done():
	case <-p.done:
		w.WriteHeader(http.StatusGone)
	}
}

func (p *lambdaPool) serveAnswer(w http.ResponseWriter, r *http.Request, failed bool) {
	data, err := io.ReadAll(r.Body)
	if err == nil && failed {
		err = fmt.Errorf("the function failed: %s", data)
	}
	p.mu.Lock()
	e := p.open[r.PathValue("id")]
	delete(p.open, r.PathValue("id"))
	p.mu.Unlock()
	if e != nil {
		e.answer <- lambdaAnswer{data, err}
	}
	w.WriteHeader(http.StatusAccepted)
}

// invoke hands one event to the function.
func (p *lambdaPool) invoke(data []byte) ([]byte, error) {
	e := &lambdaEvent{id: strconv.FormatUint(p.next.Add(1), 10), data: data, answer: make(chan lambdaAnswer, 1)}
	p.mu.Lock()
	p.open[e.id] = e
	p.mu.Unlock()
	late := time.After(invokeTimeout)
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
		return nil, errors.New("the function takes too long")
	}
}

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

func (p *lambdaPool) stop() error {
	close(p.done)
	for _, cmd := range p.cmds {
		cmd.Process.Signal(syscall.SIGTERM)
	}
	for i, exited := range p.exits {
		select {
		case <-exited:
		case <-time.After(time.Second): // a runtime without extensions has no way to end by itself
		}
		killGroup(p.cmds[i])
		<-exited
	}
	return p.srv.Close()
}
