package node

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// drainer is a listener that is emptied before it is closed. Connections that the operating system has accepted, and that
// nobody has asked it for yet, would be reset by closing the listener, perhaps with a request in them.
type drainer struct {
	net.Listener
	limited   interface{ SetDeadline(time.Time) error } // nil where the listener knows no deadline
	draining  atomic.Bool
	collected bool
	queue     []net.Conn    // what was found, for Accept to give
	empty     chan struct{} // closed when Accept has given all of it
}

// The queue counts as empty when nothing came for drainQuiet. Nothing is answered meanwhile, so that those who wait for an
// answer before they ask again come to an end; for others there is drainMost.
const (
	drainQuiet = 2 * time.Millisecond
	drainMost  = 100 * time.Millisecond
)

// errDrained ends http.Server.Serve.
var errDrained = errors.New("the listener is drained")

func newDrainer(l net.Listener) *drainer {
	d := &drainer{Listener: l, empty: make(chan struct{})}
	d.limited, _ = l.(interface{ SetDeadline(time.Time) error })
	return d
}

// Accept gives the next connection.
func (d *drainer) Accept() (net.Conn, error) {
	if !d.draining.Load() {
		c, err := d.Listener.Accept()
		if err == nil || !d.draining.Load() {
			return c, err
		}
	}
	if !d.collected {
		d.collected = true
		d.collect()
	}
	if len(d.queue) == 0 {
		close(d.empty)
		return nil, errDrained
	}
	c := d.queue[0]
	d.queue = d.queue[1:]
	return c, nil
}

// Close closes the listener, if that was not done before.
func (d *drainer) Close() error {
	err := d.Listener.Close()
	if d.draining.Load() && errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// collect takes everything from the operating system and closes the listener the moment there is nothing more.
func (d *drainer) collect() {
	for end := time.Now().Add(drainMost); time.Now().Before(end); {
		d.limited.SetDeadline(time.Now().Add(drainQuiet))
		c, err := d.Listener.Accept()
		if err != nil {
			break
		}
		d.queue = append(d.queue, c)
	}
	d.Listener.Close()
}

// drain returns when all that had been accepted is with the server, and the listener is closed.
func (d *drainer) drain() {
	if d.limited == nil {
		return
	}
	d.draining.Store(true)
	d.limited.SetDeadline(time.Unix(1, 0)) // wakes the call of Accept that waits
	select {
	case <-d.empty:
	case <-time.After(drainMost + time.Second): // nobody accepts any more
	}
}

// arrivals knows the connections whose first request has not reached the handler. http.Server.Shutdown drops a request that
// it reads after it was called, so these are waited for before.
type arrivals struct {
	mu    sync.Mutex
	conns map[net.Conn]*arrival
}

// arrival is one connection.
type arrival struct{ seen atomic.Bool }

// arrivalKey is the key under which the context of a request gives its arrival.
type arrivalKey struct{}

// begin is http.Server.ConnContext.
func (a *arrivals) begin(ctx context.Context, c net.Conn) context.Context {
	one := new(arrival)
	a.mu.Lock()
	if a.conns == nil {
		a.conns = map[net.Conn]*arrival{}
	}
	a.conns[c] = one
	a.mu.Unlock()
	return context.WithValue(ctx, arrivalKey{}, one)
}

// state is http.Server.ConnState.
func (a *arrivals) state(c net.Conn, s http.ConnState) {
	if s == http.StateClosed || s == http.StateHijacked {
		a.mu.Lock()
		delete(a.conns, c)
		a.mu.Unlock()
	}
}

// arrived is told that a request is with the handler.
func arrived(ctx context.Context) {
	if one, ok := ctx.Value(arrivalKey{}).(*arrival); ok && !one.seen.Load() {
		one.seen.Store(true)
	}
}

func (a *arrivals) pending() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, one := range a.conns {
		if !one.seen.Load() {
			return true
		}
	}
	return false
}

// arriveTime is how long a connection may take to send its first request once the server stops. Browsers open some that
// they never use.
const arriveTime = time.Second

// wait returns when every connection has sent its first request.
func (a *arrivals) wait() {
	for end := time.Now().Add(arriveTime); time.Now().Before(end) && a.pending(); {
		time.Sleep(5 * time.Millisecond)
	}
}
