package images

import (
	"container/list"
	"context"
	"net/http"
	"sync"
	"time"
)

// cache keeps the pictures that were asked for last, and lets those who ask for one that is being made wait for it.
type cache struct {
	budget int64 // bytes

	mu      sync.Mutex
	size    int64
	entries map[string]*list.Element // of *entry
	order   list.List                // last used first
	making  map[string]*making
}

type entry struct {
	key   string
	p     *result
	until time.Time // zero: for ever
}

type making struct {
	done chan struct{}
	p    *result
}

const (
	entrySize   = 512 // of an entry beside its bytes, roughly
	keepRemote  = time.Hour
	keepFailure = 10 * time.Second // so that a picture that cannot be made is not tried for every visitor
)

// get gives the picture of a query: the one it has, or what produce makes. The error is that of the context.
func (c *cache) get(ctx context.Context, q query, produce func() *result) (*result, error) {
	key := q.key()
	c.mu.Lock()
	if e := c.entries[key]; e != nil {
		if entry := e.Value.(*entry); entry.until.IsZero() || time.Now().Before(entry.until) {
			c.order.MoveToFront(e)
			c.mu.Unlock()
			return entry.p, nil
		}
		c.drop(e)
	}
	m := c.making[key]
	if m == nil {
		m = &making{done: make(chan struct{})}
		if c.making == nil {
			c.making = map[string]*making{}
		}
		c.making[key] = m
		go c.fill(key, q, m, produce)
	}
	c.mu.Unlock()
	select {
	case <-m.done:
		return m.p, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *cache) fill(key string, q query, m *making, produce func() *result) {
	m.p = failed(http.StatusInternalServerError, "the picture cannot be made")
	defer func() {
		recover() // a decoder that panics is a picture that cannot be made
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.making, key)
		c.add(key, q, m.p)
		close(m.done)
	}()
	m.p = produce()
}

func (c *cache) add(key string, q query, p *result) {
	e := &entry{key: key, p: p}
	switch {
	case p.status == http.StatusServiceUnavailable, p.status == http.StatusNotFound: // the one passes, the other costs nothing
		return
	case p.status != 0:
		e.until = time.Now().Add(keepFailure)
	case q.remote != nil:
		e.until = time.Now().Add(keepRemote)
	}
	n := e.size()
	if n > c.budget {
		return
	}
	for c.size+n > c.budget {
		c.drop(c.order.Back())
	}
	if c.entries == nil {
		c.entries = map[string]*list.Element{}
	}
	c.entries[key] = c.order.PushFront(e)
	c.size += n
}

func (e *entry) size() int64 { return int64(len(e.p.data)+len(e.key)) + entrySize }

func (c *cache) drop(e *list.Element) {
	entry := e.Value.(*entry)
	c.order.Remove(e)
	delete(c.entries, entry.key)
	c.size -= entry.size()
}
