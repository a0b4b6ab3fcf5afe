package vercel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// restarting is a function that is started anew after its program has ended, as the platform does, and whose requests end after the
// time that they may take.
type restarting struct {
	start func() (*instance, error)
	log   io.Writer
	limit time.Duration // of one request; 0 for none

	mu      sync.Mutex
	current *instance
	stopped bool
}

// startRestarting runs the program, once to begin with.
func startRestarting(start func() (*instance, error), limit time.Duration, log io.Writer) (*restarting, error) {
	i, err := start()
	if err != nil {
		return nil, err
	}
	return &restarting{start: start, log: log, limit: limit, current: i}, nil
}

// running gives an instance whose program runs.
func (f *restarting) running() (*instance, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopped {
		return nil, errors.New("the function is stopped")
	}
	select {
	case <-f.current.exited:
	default:
		return f.current, nil
	}
	fmt.Fprintf(f.log, "the function has ended (%v) and is started again\n", f.current.cmd.ProcessState)
	f.current.stop()
	i, err := f.start()
	if err != nil {
		return nil, err
	}
	f.current = i
	return i, nil
}

// ServeHTTP hands a request to the program.
func (f *restarting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i, err := f.running()
	if err != nil {
		fmt.Fprintln(f.log, err)
		http.Error(w, "A server error has occurred\n\nFUNCTION_INVOCATION_FAILED", http.StatusInternalServerError)
		return
	}
	if f.limit > 0 {
		ctx, cancel := context.WithTimeout(r.Context(), f.limit)
		defer cancel()
		r = r.WithContext(ctx)
	}
	i.ServeHTTP(w, r)
}

func (f *restarting) stop() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopped = true
	return f.current.stop()
}
