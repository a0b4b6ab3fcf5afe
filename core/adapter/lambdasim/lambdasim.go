// Package lambdasim runs a program for AWS Lambda on this machine: it is the interface of the runtime, version 2018-06-01, which
// such a program asks for events and hands its answers to. Previews of platforms whose functions run there use it; what an event
// looks like is theirs.
//
// In: a program and events as bytes. Out: its answers as bytes. It must not import adapters.
package lambdasim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"sitegen.dev/core/internal/gocmd"
)

// Program is a program and the limits of its platform.
type Program struct {
	Path  string    // of the program
	Dir   string    // that it is started in; "" is this one
	Name  string    // of the function
	Env   []string  // beside that of this process and what the runtime says
	Log   io.Writer // takes what it prints
	Count int       // how many processes answer at once, each of them one event at a time
	// Timeout is how long an event may take, the start of a process included. The process is ended then, as the platform does it.
	Timeout   time.Duration
	MaxAnswer int // bytes; 0 is any number
}

// ErrTimeout is that an event took too long.
var ErrTimeout = errors.New("the function takes too long")

// Function is a program that runs. It is safe for use by several goroutines.
type Function struct {
	p     Program
	ctx   context.Context
	end   context.CancelFunc
	slots chan struct{} // one for each event that runs
	last  atomic.Uint64
	ended sync.WaitGroup

	mu   sync.Mutex
	idle []*instance // wait for an event; the one that was used last stands last
}

// Start starts the first process; others are started when several events come at once. The function ends with ctx.
func Start(ctx context.Context, p Program) (*Function, error) {
	f := &Function{p: p, slots: make(chan struct{}, p.Count)}
	f.ctx, f.end = context.WithCancel(ctx)
	first, err := f.start()
	if err != nil {
		f.end()
		return nil, fmt.Errorf("the function cannot start: %w", err)
	}
	f.idle = append(f.idle, first)
	return f, nil
}

// Close ends all processes. A runtime without extensions is told nothing before its end.
func (f *Function) Close() error {
	f.end()
	f.ended.Wait()
	return nil
}

type result struct {
	data []byte
	err  error
}

// Invoke hands an event to a process that is free, and gives its answer. When ctx ends the process goes on: nobody tells it that the
// visitor is gone.
func (f *Function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	late := time.NewTimer(f.p.Timeout)
	defer late.Stop()
	select {
	case f.slots <- struct{}{}:
	case <-late.C:
		return nil, ErrTimeout
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-f.ctx.Done():
		return nil, f.ctx.Err()
	}
	done := make(chan result, 1)
	f.ended.Go(func() {
		defer func() { <-f.slots }()
		data, err := f.run(event)
		done <- result{data, err}
	})
	select {
	case r := <-done:
		return r.data, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// run hands an event to an instance, a new one where none is idle.
func (f *Function) run(event []byte) ([]byte, error) {
	i, err := f.take()
	if err != nil {
		return nil, err
	}
	inv := &invocation{id: strconv.FormatUint(f.last.Add(1), 10), event: event, answer: make(chan result, 1)}
	late := time.NewTimer(f.p.Timeout)
	defer late.Stop()
	asked := i.events
	for {
		select {
		case asked <- inv:
			asked = nil // now it has to answer
		case r := <-inv.answer:
			f.mu.Lock()
			f.idle = append(f.idle, i)
			f.mu.Unlock()
			return r.data, r.err
		case <-i.exited:
			return nil, errors.New("the function ended")
		case <-late.C:
			i.kill()
			return nil, ErrTimeout
		}
	}
}

// take gives an instance that waits, or starts one.
func (f *Function) take() (*instance, error) {
	f.mu.Lock()
	for n := len(f.idle); n > 0; n = len(f.idle) {
		i := f.idle[n-1]
		f.idle = f.idle[:n-1]
		if i.runs() {
			f.mu.Unlock()
			return i, nil
		}
	}
	f.mu.Unlock()
	return f.start()
}

// instance is one process with the interface that it asks.
type instance struct {
	f      *Function
	kill   context.CancelFunc
	events chan *invocation
	exited chan struct{}

	mu   sync.Mutex
	busy *invocation
}

type invocation struct {
	id     string
	event  []byte
	answer chan result
}

func (i *instance) runs() bool {
	select {
	case <-i.exited:
		return false
	default:
		return true
	}
}

func (f *Function) start() (*instance, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	i := &instance{f: f, events: make(chan *invocation), exited: make(chan struct{})}
	var ctx context.Context
	ctx, i.kill = context.WithCancel(f.ctx)
	cmd := exec.CommandContext(ctx, f.p.Path)
	cmd.Dir = f.p.Dir
	cmd.Env = append(append(os.Environ(), "AWS_LAMBDA_RUNTIME_API="+l.Addr().String(), "AWS_LAMBDA_FUNCTION_NAME="+f.p.Name,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=1024", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "_HANDLER=bootstrap"), f.p.Env...)
	cmd.Stdout, cmd.Stderr = f.p.Log, f.p.Log
	cmd.WaitDelay = time.Second
	gocmd.OwnGroup(cmd)
	if err := cmd.Start(); err != nil {
		i.kill()
		l.Close()
		return nil, err
	}
	srv := &http.Server{Handler: i.routes(), ReadHeaderTimeout: 10 * time.Second}
	go srv.Serve(l)
	f.ended.Go(func() {
		cmd.Wait()
		close(i.exited)
		i.kill()
		srv.Close()
	})
	return i, nil
}

// routes are those of the interface.
func (i *instance) routes() http.Handler {
	const base = "/2018-06-01/runtime/"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"invocation/next", i.next)
	mux.HandleFunc("POST "+base+"invocation/{id}/response", func(w http.ResponseWriter, r *http.Request) {
		data, err := i.read(r)
		i.done(w, r, result{data, err})
	})
	mux.HandleFunc("POST "+base+"invocation/{id}/error", func(w http.ResponseWriter, r *http.Request) {
		data, err := i.read(r)
		if err == nil {
			err = fmt.Errorf("the function failed: %s", data)
		}
		i.done(w, r, result{err: err})
	})
	mux.HandleFunc("POST "+base+"init/error", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusAccepted) })
	return mux
}

func (i *instance) read(r *http.Request) ([]byte, error) {
	limit := i.f.p.MaxAnswer
	if limit == 0 {
		return io.ReadAll(r.Body)
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	if err == nil && len(data) > limit {
		err = fmt.Errorf("the answer of the function is larger than %d MB", limit>>20)
	}
	return data, err
}

func (i *instance) next(w http.ResponseWriter, r *http.Request) {
	select {
	case inv := <-i.events:
		i.mu.Lock()
		i.busy = inv
		i.mu.Unlock()
		h := w.Header()
		h.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(i.f.p.Timeout).UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:dev:0:function:"+i.f.p.Name)
		h.Set("Content-Type", "application/json")
		w.Write(inv.event)
	case <-r.Context().Done(): // the process ended; at the end of all it is told nothing, or it would complain
	}
}

func (i *instance) done(w http.ResponseWriter, r *http.Request, got result) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.busy != nil && i.busy.id == r.PathValue("id") {
		i.busy.answer <- got
		i.busy = nil
	}
	w.WriteHeader(http.StatusAccepted)
}
