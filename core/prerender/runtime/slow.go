package runtime

import (
	"sync"
	"time"

	"sitegen.dev/core/prerender/runtime/wire"
)

// slow is how long a page, or a list of paths, takes before it is told which one everybody waits for. It is told again each time that
// it has taken twice as long. A variable for tests.
var slow = 10 * time.Second

// busy is what one worker is at.
type busy struct {
	mu    sync.Mutex
	at    task
	list  bool      // the list of paths of its route, and no page
	since time.Time // zero while there is nothing
	told  time.Duration
}

func (b *busy) begin(t task, list bool) {
	b.mu.Lock()
	b.at, b.list, b.since, b.told = t, list, time.Now(), 0
	b.mu.Unlock()
}

func (b *busy) end() {
	b.mu.Lock()
	b.since = time.Time{}
	b.mu.Unlock()
}

// overdue gives what is to be told at a time.
func (b *busy) overdue(now time.Time) (e wire.Event, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	took := now.Sub(b.since)
	if b.since.IsZero() || took < max(slow, 2*b.told) {
		return e, false
	}
	b.told = took
	e = wire.Event{Kind: wire.Slow, Route: b.at.route.Pattern, Source: b.at.route.Source, Path: entryPath(b.at), Seconds: int(took / time.Second)}
	if b.list {
		e.What = wire.PathList
	}
	return e, true
}

// watch tells what takes long until stop is called.
func (p *printer) watch() (stop func()) {
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		tick := time.NewTicker(slow / 4)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case now := <-tick.C:
				for _, b := range p.workers {
					if e, ok := b.overdue(now); ok {
						p.event(e)
					}
				}
			}
		}
	})
	return func() { close(done); watching.Wait() }
}
