package devserver

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"sitegen.dev/core/build"
	"sitegen.dev/core/diag"
	"sitegen.dev/core/manifest"
)

// The server's own addresses. They are at the root, whatever the base of the site.
const (
	ownPath    = "/_sitegen/"
	clientPath = ownPath + "dev.js"
	eventsPath = ownPath + "events"
)

// clientTag is what every page of the site has in its head.
const clientTag = `<script src="` + clientPath + `" async></script>`

//go:embed client.js
var clientScript []byte

// patienceOfRequest is how long a request waits for a build before it gets what there was.
const patienceOfRequest = 20 * time.Second

// ServeHTTP answers the server's own requests, and hands all others to the program of the site.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	var names []string
	if s.config != nil {
		names = append(slices.Clone(s.config.Security.AllowedHosts), s.config.Server.Host)
	}
	s.mu.Unlock()
	if !s.o.Allowed(r.Host, names) {
		http.Error(w, "The development server does not answer for this host. Add it to security.allowedHosts of site.yaml.", http.StatusMisdirectedRequest)
		return
	}
	if foreign(r) {
		http.Error(w, "The development server does not answer requests from other sites.", http.StatusForbidden)
		return
	}
	if strings.HasPrefix(r.URL.Path, ownPath) {
		s.internal(w, r)
		return
	}
	s.page(w, r)
}

// foreign says whether a page of another site makes the browser ask for something that is not a page to look at. What
// such a page loads as a script, a stylesheet or an image it can read in part, and the unfinished site is nobody's
// business. (A request with CORS is answered: whether it can be read is up to the headers of the site.)
func foreign(r *http.Request) bool {
	if r.Header.Get("Sec-Fetch-Site") != "cross-site" {
		return false
	}
	mode := r.Header.Get("Sec-Fetch-Mode")
	return strings.HasPrefix(r.URL.Path, ownPath) || mode == "no-cors" || mode == "websocket"
}

// internal answers for the script in the pages and its stream of events.
func (s *Server) internal(w http.ResponseWriter, r *http.Request) {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		http.Error(w, "This address is for the pages of the development server alone.", http.StatusForbidden)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	switch r.URL.Path {
	case clientPath:
		h.Set("Content-Type", "text/javascript; charset=utf-8")
		w.Write(clientScript)
	case eventsPath:
		s.events(w, r)
	default:
		http.NotFound(w, r)
	}
}

// events streams news to a browser. The first message tells what it has missed.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	ear := s.hub.listen()
	defer s.hub.leave(ear)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	rc := http.NewResponseController(w)
	send := func(name string, data []byte) bool {
		_, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, data)
		return err == nil && rc.Flush() == nil
	}
	s.mu.Lock()
	hello := map[string]any{"version": s.version, "problems": s.problems}
	if f := s.failures[r.URL.Query().Get("path")]; f != nil {
		hello["failures"] = f.all()
	}
	s.mu.Unlock()
	data, err := json.Marshal(hello)
	if err != nil || !send("hello", data) {
		return
	}
	ping := time.NewTicker(20 * time.Second)
	defer ping.Stop()
	for {
		select {
		case m, ok := <-ear:
			if !ok || !send(m.name, m.data) {
				return
			}
		case <-ping.C:
			if _, err := fmt.Fprint(w, ":\n\n"); err != nil || rc.Flush() != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}

// ready waits for the build that is going on. The child is nil when nothing could be built yet.
func (s *Server) ready(ctx context.Context) (*child, *build.DevSite, int, error) {
	limit := time.NewTimer(patienceOfRequest)
	defer limit.Stop()
	for {
		s.mu.Lock()
		building, c, site, version := s.building, s.child, s.site, s.version
		s.mu.Unlock()
		if building == nil {
			return c, site, version, nil
		}
		select {
		case <-building:
		case <-limit.C:
			if c != nil {
				return c, site, version, nil
			}
			limit.Reset(patienceOfRequest)
		case <-ctx.Done():
			return nil, nil, 0, ctx.Err()
		}
	}
}

// page hands a request to the program.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	c, site, version, err := s.ready(r.Context())
	if err != nil {
		panic(http.ErrAbortHandler) // to say nothing would be an answer: 200
	}
	if c != nil && !c.alive() {
		// The site's own code has ended the program. It gets another chance with each request.
		if c, err = s.revive(r.Context(), c, site); err != nil {
			s.crashed(w, r, err, site)
			return
		}
	}
	if c == nil {
		s.mu.Lock()
		problems := s.problems
		s.mu.Unlock()
		s.broken(w, r, problems) // of the build: browsers hear of them as that
		return
	}
	a := &reply{s: s, w: w, r: r, site: site, version: version, document: isDocument(r)}
	if a.document {
		s.begun(r.URL.Path)
	}
	records, err := c.serve(r, a)
	a.finish(err)
	if page := partOf(r); a.document || page != "" || len(records) > 0 {
		list := &diag.List{}
		for _, rec := range records {
			list.Add(s.diagnose(rec, site))
		}
		var died *deathError
		if errors.As(err, &died) {
			list.Add(deathOf(died, site))
			s.o.Failed(list)
		}
		if a.document {
			s.failed(r.URL.Path, s.describeRunning(list))
		} else {
			s.partFailed(page, r.URL.Path, s.describeRunning(list))
		}
	}
	switch {
	case err == nil:
	case a.begun || r.Context().Err() != nil:
		panic(http.ErrAbortHandler) // half an answer, or none, must not look like a whole one
	default:
		s.crashed(w, r, err, site)
	}
}

// crashed answers a request that has no answer of the program.
func (s *Server) crashed(w http.ResponseWriter, r *http.Request, err error, site *build.DevSite) {
	problems := s.problemsOf(err, site)
	if isDocument(r) {
		s.failed(r.URL.Path, problems)
	}
	s.broken(w, r, problems)
}

func deathOf(e *deathError, site *build.DevSite) diag.Diagnostic {
	d := diag.Diagnostic{Code: "SG3151", Message: e.Error()}
	d.Range = firstPlace(e.output, site)
	return d
}

func (s *Server) problemsOf(err error, site *build.DevSite) []problem {
	list := &diag.List{}
	var died *deathError
	if errors.As(err, &died) && site != nil {
		list.Add(deathOf(died, site))
	} else {
		list.Add(diag.Diagnostic{Code: "SG3150", Message: err.Error()})
	}
	return s.describeRunning(list)
}

// revive starts the program again.
func (s *Server) revive(ctx context.Context, dead *child, site *build.DevSite) (*child, error) {
	s.reviving.Lock()
	defer s.reviving.Unlock()
	s.mu.Lock()
	if s.child != dead && s.child.alive() {
		defer s.mu.Unlock()
		return s.child, nil
	}
	s.mu.Unlock()
	c, err := start(ctx, site.Program, dead.cmd.Dir, s.o.Output, s.said)
	if err != nil {
		return nil, err
	}
	if err := c.commit(ctx, site, clientTag); err != nil {
		c.stop()
		return nil, err
	}
	s.mu.Lock()
	if s.child != dead {
		now := s.child // a build was faster
		s.mu.Unlock()
		c.stop()
		return now, nil
	}
	s.child = c
	s.mu.Unlock()
	return c, nil
}

// isDocument says whether a person will see the answer as a page.
func isDocument(r *http.Request) bool {
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" {
		return dest == "document" || dest == "iframe" || dest == "frame"
	}
	return r.Header.Get("HX-Request") == "" && r.Header.Get("X-Requested-With") == "" && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// nothingShown tells the script that the page behind the overlay is none of the site's.
const nothingShown = "data-sitegen-nothing"

// broken is the answer where nothing can be shown but what is wrong. The overlay shows it better; the text is for those
// who have no script.
func (s *Server) broken(w http.ResponseWriter, r *http.Request, problems []problem) {
	h := w.Header()
	clear(h)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	var b bytes.Buffer
	for _, p := range problems {
		if p.At.File != "" {
			fmt.Fprintf(&b, "%s: ", p.At)
		}
		fmt.Fprintf(&b, "%s: %s", p.Severity, p.Message)
		if p.Code != "" {
			fmt.Fprintf(&b, " [%s]", p.Code)
		}
		b.WriteByte('\n')
		for _, l := range p.Frame {
			fmt.Fprintf(&b, "%5d | %s\n", l.Line, l.Text)
		}
		if p.Hint != "" {
			fmt.Fprintf(&b, "  hint: %s\n", p.Hint)
		}
		b.WriteByte('\n')
	}
	if !isDocument(r) {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusInternalServerError)
		w.Write(b.Bytes())
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusInternalServerError)
	fmt.Fprintf(w, `<!doctype html><html lang="en" `+nothingShown+`><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Error</title>%s</head><body><pre style="white-space:pre-wrap">%s</pre></body></html>`+"\n",
		clientTag, html.EscapeString(b.String()))
}

// reply passes the program's answer on to the browser. A document that is HTML gets the script of the development server,
// unless the program has put it into its head already, at its end: nothing is held back for it.
type reply struct {
	s        *Server
	w        http.ResponseWriter
	r        *http.Request
	site     *build.DevSite
	version  int
	document bool
	begun    bool
	append   bool   // the script may still have to be added
	keep     []byte // the end of what was written, where the tag may have begun
}

func (a *reply) start(status int, header http.Header) error {
	h := a.w.Header()
	for name, values := range header {
		h[name] = values
	}
	if a.r.Body != nil && a.r.Body != http.NoBody && h["Content-Length"] == nil {
		// A stream may read the body while it answers; net/http would take the body away.
		http.NewResponseController(a.w).EnableFullDuplex()
	}
	if h["Content-Type"] == nil {
		h["Content-Type"] = nil
		if ext := path.Ext(a.r.URL.Path); status == http.StatusOK && ext != "" && slices.ContainsFunc(a.site.Routes, func(r manifest.Route) bool {
			return r.Prerender && r.Type == manifest.Endpoint && path.Ext(r.Pattern) == ext
		}) {
			h.Set("Content-Type", a.s.o.Type(a.r.URL.Path)) // as that of the file that the build writes
		}
	}
	if h["X-Content-Type-Options"] == nil {
		h.Set("X-Content-Type-Options", "nosniff")
	}
	if a.document && strings.HasPrefix(h.Get("Content-Type"), "text/html") && h.Get("Content-Encoding") == "" && a.r.Method != http.MethodHead {
		a.append = true
		h.Del("Content-Length")
		h.Add("Server-Timing", a.timing())
	}
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-cache") // what a browser shows has to be asked for again
	}
	a.begun = true
	a.w.WriteHeader(status)
	return nil
}

// timing tells the script in the page which state of the site the page is of, and how it was asked for.
func (a *reply) timing() string {
	method := a.r.Method
	if method != http.MethodGet {
		method = http.MethodPost // whatever it was, it is not to be repeated
	}
	return `sitegen;desc="` + strconv.Itoa(a.version) + " " + method + `"`
}

func (a *reply) write(p []byte) error {
	if a.append {
		a.seen(p)
	}
	_, err := a.w.Write(p)
	return err
}

// seen looks for the script in what is written.
func (a *reply) seen(p []byte) {
	tag := []byte(clientTag)
	both := append(a.keep, p[:min(len(p), len(tag))]...)
	if bytes.Contains(both, tag) || bytes.Contains(p, tag) {
		a.append, a.keep = false, nil
		return
	}
	all := append(a.keep, p...)
	a.keep = append([]byte(nil), all[max(0, len(all)-len(tag)):]...)
}

func (a *reply) flush() { http.NewResponseController(a.w).Flush() }

// finish ends the answer.
func (a *reply) finish(err error) {
	if a.begun && err == nil && a.append {
		a.w.Write([]byte(clientTag))
	}
}
