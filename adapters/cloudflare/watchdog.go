package cloudflare

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// running is workerd as the preview runs it. Cloudflare ends a request that computes for too long (error 1102); workerd does
// not, and has one thread, so that a page in an endless loop would be the end of the preview. files/preview.mjs
// notices that, and starts workerd again: the address changes, and visitors who come meanwhile wait for the new one.
type running struct {
	mu      sync.Mutex
	to      *url.URL                    // nil while workerd starts again
	again   chan struct{}               // closed when it has; nil while it runs
	stopped string                      // what the requests that were under way are told
	stops   int                         // how often workerd was stopped
	begun   map[*http.Request]time.Time // the requests under way
}

// listens takes the line that says where workerd listens.
func (r *running) listens(line string) bool {
	to, err := url.Parse(strings.TrimSpace(line))
	if err != nil || to.Scheme != "http" || to.Host == "" {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.to = to; r.again != nil {
		close(r.again)
		r.again = nil
	}
	return true
}

// follow reads what files/preview.mjs prints after it has started.
func (r *running) follow(lines *bufio.Reader) {
	for {
		line, err := lines.ReadString('\n')
		seconds, stopped := strings.CutPrefix(strings.TrimSpace(line), "stopped ")
		switch {
		case stopped:
			fmt.Fprintln(os.Stderr, r.stop(seconds))
		case !r.listens(line):
			fmt.Fprint(os.Stderr, line)
		}
		if err != nil {
			return
		}
	}
}

// stop notes that workerd is being stopped, and gives what to say of it.
func (r *running) stop(seconds string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.to, r.again = nil, make(chan struct{})
	r.stops++
	r.stopped = exceeded(seconds, slices.SortedFunc(maps.Keys(r.begun), func(a, b *http.Request) int { return cmp.Compare(r.begun[a].UnixNano(), r.begun[b].UnixNano()) }))
	return r.stopped
}

// exceeded says which request has computed for too long. With several under way nobody knows which of them it was: those
// that came later wait for the same thread. The oldest is the first suspect.
func exceeded(seconds string, under []*http.Request) string {
	const most = 5
	var names []string
	for _, r := range under {
		if name := r.Method + " " + r.URL.EscapedPath(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	more := ""
	if len(names) > most {
		more = fmt.Sprintf(" or %d others", len(names)-most)
		names = names[:most]
	}
	who := "a request"
	switch {
	case len(names) == 1:
		who = names[0]
	case len(names) > 1:
		who = "one of the requests under way (" + strings.Join(names, ", ") + more + ")"
	}
	return who + " computed for longer than the limit of processor time, " + seconds + " s: Cloudflare would answer with error 1102. workerd was started again. The limit is limits.cpu_ms of wrangler.jsonc."
}

// begin waits until workerd runs and gives its address, with how often it had been stopped by then.
func (r *running) begin(req *http.Request) (*url.URL, int, error) {
	late := time.NewTimer(startTimeout)
	defer late.Stop()
	for {
		r.mu.Lock()
		to, again, stops := r.to, r.again, r.stops
		if to != nil {
			r.begun[req] = time.Now()
		}
		r.mu.Unlock()
		if to != nil {
			return to, stops, nil
		}
		select {
		case <-again:
		case <-req.Context().Done():
			return nil, 0, req.Context().Err()
		case <-late.C:
			return nil, 0, context.DeadlineExceeded
		}
	}
}

func (r *running) end(req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.begun, req)
}

// since says why workerd was stopped since there had been so many stops, or nothing.
func (r *running) since(stops int) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stops == stops {
		return ""
	}
	return r.stopped
}

// handler hands requests on to workerd as they came.
func (r *running) handler() http.Handler {
	transport := &http.Transport{DisableCompression: true} // or the runtime would compress, and hold back, what streams
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		to, stops, err := r.begin(req)
		if err != nil {
			http.Error(w, "the Workers runtime does not answer", http.StatusBadGateway)
			return
		}
		defer r.end(req)
		proxy := &httputil.ReverseProxy{
			FlushInterval: -1,
			Transport:     transport,
			Rewrite:       func(p *httputil.ProxyRequest) { rewrite(p, to) },
			ErrorHandler: func(w http.ResponseWriter, req *http.Request, err error) {
				// The connection breaks when the process is killed, which comes after the line that tells of it.
				if why := r.since(stops); why != "" {
					w.Header().Set("Cache-Control", "no-store")
					http.Error(w, "503: "+why, http.StatusServiceUnavailable)
					return
				}
				http.Error(w, "the Workers runtime does not answer", http.StatusBadGateway)
			},
		}
		proxy.ServeHTTP(w, req)
	})
}

// rewrite makes of a visitor's request what Cloudflare's edge would hand on.
func rewrite(r *httputil.ProxyRequest, to *url.URL) {
	r.Out.URL.Scheme, r.Out.URL.Host = to.Scheme, to.Host
	r.Out.Host = r.In.Host
	// Cloudflare's edge says who the visitor is, and takes out what visitors say themselves.
	for name := range r.Out.Header {
		if strings.HasPrefix(name, "Cf-") {
			delete(r.Out.Header, name)
		}
	}
	if addr, _, err := net.SplitHostPort(r.In.RemoteAddr); err == nil {
		r.Out.Header.Set("Cf-Connecting-Ip", addr)
	}
	if raw, _, _ := strings.Cut(r.In.RequestURI, "?"); strings.HasPrefix(raw, "/") && !strings.HasPrefix(raw, "//") {
		r.Out.URL.Opaque = raw
		_, r.Out.URL.RawQuery, _ = strings.Cut(r.In.RequestURI, "?")
	}
}
