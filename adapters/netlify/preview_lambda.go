package netlify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The limits of a function in mode lambda: its time, its request and its answer, and how many run at once here.
const (
	lambdaTime  = 60 * time.Second
	lambdaSize  = 6 << 20
	lambdaCount = 64
)

// runtimeAPI is the part of the Lambda runtime that a function talks to: it asks for the next event, and posts the answer.
// Each process answers one event at a time; there are as many as requests came at once.
type runtimeAPI struct {
	blobs   *previewBlobs
	ctx     context.Context
	program string
	origin  string // "127.0.0.1:1234"
	events  chan *invocation

	mu      sync.Mutex
	running map[string]*invocation
	last    int
	idle    int // processes that wait for an event
	all     []*exec.Cmd
	ended   sync.WaitGroup
	stopped bool
}

type invocation struct {
	id      string
	payload []byte
	answer  chan lambdaResult
}

type lambdaResult struct {
	data []byte
	err  error
}

// lambdaEvent is what Netlify hands to a function.
type lambdaEvent struct {
	Path       string              `json:"path"`
	Method     string              `json:"httpMethod"`
	Query      map[string]string   `json:"queryStringParameters"`
	MultiQuery map[string][]string `json:"multiValueQueryStringParameters"`
	Headers    map[string]string   `json:"headers"`
	MultiValue map[string][]string `json:"multiValueHeaders"`
	Body       string              `json:"body"`
	IsBase64   bool                `json:"isBase64Encoded"`
	RawURL     string              `json:"rawUrl"`
	RawQuery   string              `json:"rawQuery"`
	Blobs      string              `json:"blobs"`
}

type lambdaAnswer struct {
	StatusCode int                 `json:"statusCode"`
	Headers    map[string]string   `json:"headers"`
	MultiValue map[string][]string `json:"multiValueHeaders"`
	Body       string              `json:"body"`
	IsBase64   bool                `json:"isBase64Encoded"`
}

// runLambda runs the program of mode lambda.
func runLambda(ctx context.Context, program string, blobs *previewBlobs) (http.Handler, func() error, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	api := &runtimeAPI{ctx: ctx, blobs: blobs, program: program, origin: l.Addr().String(), events: make(chan *invocation), running: map[string]*invocation{}}
	srv := &http.Server{Handler: api.routes(), ReadHeaderTimeout: startTimeout}
	go srv.Serve(l)
	stop := func() error {
		cancel()
		api.kill()
		return srv.Close()
	}
	return api, stop, nil
}

// routes are those of the runtime's interface, version 2018-06-01.
func (a *runtimeAPI) routes() http.Handler {
	const base = "/2018-06-01/runtime/"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"invocation/next", a.next)
	mux.HandleFunc("POST "+base+"invocation/{id}/response", func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(io.LimitReader(r.Body, lambdaSize+1))
		if err == nil && len(data) > lambdaSize {
			err = errors.New("the answer of the function is larger than 6 MB")
		}
		a.done(w, r.PathValue("id"), lambdaResult{data, err})
	})
	mux.HandleFunc("POST "+base+"invocation/{id}/error", func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(io.LimitReader(r.Body, lambdaSize))
		a.done(w, r.PathValue("id"), lambdaResult{err: fmt.Errorf("the function failed: %s", data)})
	})
	mux.HandleFunc("POST "+base+"init/error", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusAccepted) })
	return mux
}

func (a *runtimeAPI) next(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.idle++
	a.mu.Unlock()
	var inv *invocation
	select {
	case inv = <-a.events:
	case <-r.Context().Done():
	case <-a.ctx.Done():
	}
	if inv == nil {
		a.mu.Lock()
		a.idle--
		a.mu.Unlock()
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	h.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(lambdaTime).UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:dev:0:function:"+functionName)
	h.Set("Content-Type", "application/json")
	w.Write(inv.payload)
}

func (a *runtimeAPI) done(w http.ResponseWriter, id string, r lambdaResult) {
	a.mu.Lock()
	inv := a.running[id]
	delete(a.running, id)
	a.mu.Unlock()
	if inv != nil {
		inv.answer <- r
	}
	w.WriteHeader(http.StatusAccepted)
}

// invoke runs one event.
func (a *runtimeAPI) invoke(ctx context.Context, payload []byte) ([]byte, error) {
	a.mu.Lock()
	a.last++
	inv := &invocation{id: "preview-" + strconv.Itoa(a.last), payload: payload, answer: make(chan lambdaResult, 1)}
	a.running[inv.id] = inv
	if a.idle > 0 {
		a.idle--
	} else if len(a.all) < lambdaCount && !a.stopped {
		if err := a.start(); err != nil {
			delete(a.running, inv.id)
			a.mu.Unlock()
			return nil, err
		}
	}
	a.mu.Unlock()
	timeout := time.NewTimer(lambdaTime)
	defer timeout.Stop()
	select {
	case a.events <- inv:
	case <-timeout.C:
		return nil, errors.New("the function does not start")
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-a.ctx.Done():
		return nil, a.ctx.Err()
	}
	select {
	case r := <-inv.answer:
		return r.data, r.err
	case <-timeout.C:
		return nil, errors.New("the function takes longer than 60 seconds")
	case <-ctx.Done(): // the function goes on: nobody tells it that the visitor is gone
		return nil, ctx.Err()
	case <-a.ctx.Done():
		return nil, a.ctx.Err()
	}
}

// start runs one more process; the lock is held. Its first question takes back the one that counts as idle.
func (a *runtimeAPI) start() error {
	cmd := exec.CommandContext(a.ctx, a.program)
	cmd.Env = append(os.Environ(), "AWS_LAMBDA_RUNTIME_API="+a.origin, "AWS_LAMBDA_FUNCTION_NAME="+functionName, "_HANDLER=bootstrap", "AWS_REGION=dev")
	cmd.Stderr = os.Stderr
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		return err
	}
	a.idle-- // until it asks
	a.all = append(a.all, cmd)
	a.ended.Go(func() { cmd.Wait() })
	return nil
}

func (a *runtimeAPI) kill() {
	a.mu.Lock()
	a.stopped = true
	a.mu.Unlock()
	a.ended.Wait() // the context ends them
}

// ServeHTTP answers a request with an event.
func (a *runtimeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, lambdaSize))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		http.Error(w, "the body is larger than 6 MB", http.StatusRequestEntityTooLarge)
		return
	case err != nil:
		http.Error(w, "400 Bad Request", http.StatusBadRequest)
		return
	}
	e := eventOf(r, body)
	e.Blobs = a.blobs.event()
	payload, err := json.Marshal(e)
	if err == nil {
		payload, err = a.invoke(r.Context(), payload)
	}
	var answer lambdaAnswer
	if err == nil {
		err = json.Unmarshal(payload, &answer)
	}
	data := []byte(answer.Body)
	if err == nil && answer.IsBase64 {
		data, err = base64.StdEncoding.DecodeString(answer.Body)
	}
	if err != nil {
		if r.Context().Err() == nil {
			fmt.Fprintln(os.Stderr, err)
		}
		http.Error(w, "the function failed", http.StatusBadGateway)
		return
	}
	h := w.Header()
	h["Content-Type"] = nil
	for name, value := range answer.Headers {
		h.Set(name, value)
	}
	for name, values := range answer.MultiValue {
		h[http.CanonicalHeaderKey(name)] = values
	}
	if r.Method != http.MethodHead && answer.StatusCode != http.StatusNoContent && answer.StatusCode != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(len(data)))
	}
	w.WriteHeader(answer.StatusCode)
	w.Write(data)
}

// eventOf is a request as Netlify describes it. It always says base64, also without a body.
func eventOf(r *http.Request, body []byte) lambdaEvent {
	target := r.RequestURI
	if !strings.HasPrefix(target, "/") {
		target = r.URL.RequestURI() // the absolute form, or a star
	}
	path, query, _ := strings.Cut(target, "?")
	e := lambdaEvent{
		Path: path, Method: r.Method, RawQuery: query, RawURL: "http://" + r.Host + target,
		Query: map[string]string{}, MultiQuery: map[string][]string{},
		Headers: map[string]string{}, MultiValue: map[string][]string{},
		Body: base64.StdEncoding.EncodeToString(body), IsBase64: true,
	}
	values, _ := url.ParseQuery(query)
	for name, list := range values {
		e.Query[name], e.MultiQuery[name] = strings.Join(list, ", "), list
	}
	header := r.Header.Clone()
	for name := range header {
		if strings.HasPrefix(name, "X-Nf-") {
			delete(header, name)
		}
	}
	ip, _, _ := net.SplitHostPort(r.RemoteAddr)
	header.Set("Host", r.Host)
	header.Set("X-Nf-Client-Connection-Ip", ip)
	header.Set("X-Nf-Request-Id", "preview-"+strconv.FormatUint(requests.Add(1), 10))
	header.Set("X-Nf-Site-Id", previewSite)
	header.Set("X-Nf-Deploy-Context", "dev")
	header.Set("X-Nf-Geo", base64.StdEncoding.EncodeToString([]byte("{}")))
	for name, list := range header {
		name = strings.ToLower(name)
		e.Headers[name], e.MultiValue[name] = strings.Join(list, ", "), list
	}
	return e
}
