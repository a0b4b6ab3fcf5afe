package vercel

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// cachedFunction is a function with the cache that its prerender-config.json puts in front of it, which works as the platform's
// does: what was never asked for is rendered while the visitor waits, unless there is an answer from the build; what has
// become old is still sent, while a new one is made.
type cachedFunction struct {
	function
	rule  *prerenderConfig // nil without a cache
	first *kept            // from the build; nil for none

	mu    sync.Mutex
	known map[string]*kept
	busy  map[string]chan struct{} // keys that are being rendered; closed when they are
}

// kept is an answer in the cache.
type kept struct {
	status int
	header http.Header
	body   bytes.Buffer
	until  time.Time // zero: for good
}

const (
	// maxKept is how many answers a preview keeps.
	maxKept = 1000
	// retryAfter is how long an old answer counts as good when a new one could not be made.
	retryAfter = 30 * time.Second
)

// readRule reads the files beside a function, whose names begin with base.
func (f *cachedFunction) readRule(base string) error {
	data, err := os.ReadFile(base + ".prerender-config.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	f.rule = &prerenderConfig{}
	if err := json.Unmarshal(data, f.rule); err != nil {
		return fmt.Errorf("%s.prerender-config.json: %w", filepath.Base(base), err)
	}
	if f.rule.Fallback == "" {
		return nil
	}
	if data, err = os.ReadFile(filepath.Join(filepath.Dir(base), f.rule.Fallback)); err != nil {
		return err
	}
	f.first = &kept{status: f.rule.InitialStatus, header: http.Header{}}
	for name, value := range f.rule.InitialHeaders {
		f.first.header.Set(name, value)
	}
	f.first.Write(data)
	return nil
}

// ServeHTTP answers from the cache, or through the function.
func (f *cachedFunction) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.rule == nil {
		f.function.ServeHTTP(w, r)
		return
	}
	if token := f.rule.BypassToken; token != "" {
		if r.Header.Get("X-Prerender-Revalidate") == token {
			f.render(r, f.key(r)).send(w, r, "REVALIDATED")
			return
		}
		if c, err := r.Cookie("__prerender_bypass"); err == nil && c.Value == token {
			w.Header().Set("X-Vercel-Cache", "BYPASS")
			f.function.ServeHTTP(w, r)
			return
		}
	}
	key := f.key(r)
	f.mu.Lock()
	k := f.known[key]
	f.mu.Unlock()
	switch {
	case k != nil && (k.until.IsZero() || time.Now().Before(k.until)):
		k.send(w, r, "HIT")
	case k != nil:
		f.renderBehind(r, key)
		k.send(w, r, "STALE")
	case f.first != nil:
		f.renderBehind(r, key)
		f.first.send(w, r, "PRERENDER")
	default:
		f.render(r, key).send(w, r, "MISS")
	}
}

// key names an answer: the path, and what of the query makes a difference.
func (f *cachedFunction) key(r *http.Request) string {
	target, query, _ := strings.Cut(r.RequestURI, "?")
	values, _ := url.ParseQuery(query) // what cannot be read is no key of the cache
	maps.DeleteFunc(values, func(name string, _ []string) bool { return !slices.Contains(f.rule.AllowQuery, name) })
	key := target + "?" + values.Encode()
	for _, name := range f.rule.AllowHeader {
		key += fmt.Sprintf("\n%s: %q", name, r.Header.Values(name))
	}
	return key
}

// renderBehind makes a new answer while nobody waits.
func (f *cachedFunction) renderBehind(r *http.Request, key string) {
	in := f.request(r, key)
	go f.once(key, func() { f.ask(in, key) })
}

// render makes a new answer and gives it. Of several that ask for the same, one renders.
func (f *cachedFunction) render(r *http.Request, key string) *kept {
	in := f.request(r, key)
	var k *kept
	if !f.once(key, func() { k = f.ask(in, key) }) {
		f.mu.Lock()
		k = f.known[key]
		f.mu.Unlock()
		if k == nil { // what the other one got could not be kept
			k = f.ask(in, key)
		}
	}
	return k
}

// once calls do, or waits for the call that is under way for the same key and gives false.
func (f *cachedFunction) once(key string, do func()) bool {
	f.mu.Lock()
	if c := f.busy[key]; c != nil {
		f.mu.Unlock()
		<-c
		return false
	}
	if f.busy == nil {
		f.busy = map[string]chan struct{}{}
	}
	c := make(chan struct{})
	f.busy[key] = c
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		delete(f.busy, key)
		f.mu.Unlock()
		close(c)
	}()
	do()
	return true
}

// request is one without anything that belongs to one visitor, and that does not end when he leaves.
func (f *cachedFunction) request(r *http.Request, key string) *http.Request {
	target, _, _ := strings.Cut(key, "\n")
	in := r.Clone(context.WithoutCancel(r.Context()))
	in.Method, in.RequestURI, in.Body, in.ContentLength = http.MethodGet, target, http.NoBody, 0
	in.Header = http.Header{}
	for _, name := range f.rule.AllowHeader {
		if v := r.Header.Values(name); len(v) > 0 {
			in.Header[http.CanonicalHeaderKey(name)] = v
		}
	}
	return in
}

// ask lets the function answer and keeps what can be kept. An old answer outlives failures.
func (f *cachedFunction) ask(in *http.Request, key string) *kept {
	k := record(f.function, in)
	if n, ok := f.rule.Expiration.(float64); ok {
		k.until = time.Now().Add(time.Duration(n) * time.Second)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	old := f.known[key]
	switch {
	case k.status >= 500 && old != nil:
		again := *old
		again.until = time.Now().Add(retryAfter)
		f.known[key] = &again
	case k.status < 500 && (old != nil || len(f.known) < maxKept):
		if f.known == nil {
			f.known = map[string]*kept{}
		}
		f.known[key] = k
	}
	return k
}

// record lets a handler answer. An answer that breaks off is none.
func record(h http.Handler, r *http.Request) (k *kept) {
	k = &kept{header: http.Header{}}
	defer func() {
		if v := recover(); v == nil && k.status != 0 {
			return
		} else if v != nil && v != http.ErrAbortHandler {
			panic(v)
		}
		k = &kept{header: http.Header{}}
		http.Error(k, "A server error has occurred\n\nFUNCTION_INVOCATION_FAILED", http.StatusInternalServerError)
	}()
	h.ServeHTTP(k, r)
	return k
}

// send answers with what is kept.
func (k *kept) send(w http.ResponseWriter, r *http.Request, state string) {
	maps.Copy(w.Header(), k.header)
	w.Header().Set("X-Vercel-Cache", state)
	w.WriteHeader(k.status)
	if r.Method != http.MethodHead {
		w.Write(k.body.Bytes())
	}
}

// Header gives the header of the answer that is recorded.
func (k *kept) Header() http.Header { return k.header }

// WriteHeader records the status.
func (k *kept) WriteHeader(status int) {
	if k.status == 0 && status >= 200 {
		k.status = status
		k.header = k.header.Clone()
	}
}

// Write records bytes.
func (k *kept) Write(p []byte) (int, error) {
	k.WriteHeader(http.StatusOK)
	return k.body.Write(p)
}

// Flush does nothing: an answer for the cache is not streamed.
func (k *kept) Flush() {}
