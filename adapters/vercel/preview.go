package vercel

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Preview serves the output in dir by the rules of its config.json and runs its function as the platform does. What the
// function logs goes to standard error.
func (Adapter) Preview(ctx context.Context, dir string) (http.Handler, func() error, error) {
	p, err := newPreview(dir, os.Stderr)
	if err != nil {
		return nil, nil, err
	}
	return p, p.stop, nil
}

// preview stands for the platform.
type preview struct {
	config  outputConfig
	router  *router
	files   map[string]file // by path, without a slash in front
	funcs   map[string]*cachedFunction
	running map[string]function // by directory: links share one
	redis   *redis              // nil without functions, or where there is a real one
}

// file is one file of static/.
type file struct {
	name        string // on disk
	contentType string
}

// function runs what config.json leads to.
type function interface {
	http.Handler
	stop() error
}

// newPreview reads an output and starts its functions.
func newPreview(dir string, log io.Writer) (*preview, error) {
	data, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if err != nil {
		return nil, err
	}
	p := &preview{files: map[string]file{}, funcs: map[string]*cachedFunction{}, running: map[string]function{}}
	if err := json.Unmarshal(data, &p.config); err != nil || p.config.Version != 3 {
		return nil, fmt.Errorf("config.json is no configuration of version 3: %v", err)
	}
	if p.router, err = newRouter(p.config.Routes); err != nil {
		return nil, fmt.Errorf("config.json: %w", err)
	}
	if err := p.readStatic(filepath.Join(dir, staticDir)); err != nil {
		return nil, err
	}
	if err := p.readFunctions(filepath.Join(dir, functionsDir), log); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func (p *preview) stop() error {
	errs := []error{p.redis.stop()}
	for _, f := range p.running {
		errs = append(errs, f.stop())
	}
	clear(p.running)
	return errors.Join(errs...)
}

// ServeHTTP answers as the platform would.
func (p *preview) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if u, err := url.ParseRequestURI(r.RequestURI); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil {
		r.RequestURI = u.RequestURI() // the absolute form; net/http has taken the host from it
	}
	if size := headerSize(r.Header); size > maxHeaders {
		http.Error(w, "Request Header Fields Too Large\n\nREQUEST_HEADER_TOO_LARGE", http.StatusRequestHeaderFieldsTooLarge)
		return
	}
	raw, query, _ := strings.Cut(r.RequestURI, "?")
	if !strings.HasPrefix(raw, "/") || dotSegments(raw) {
		http.Error(w, "Bad Request", http.StatusBadRequest)
		return
	}
	if strings.HasPrefix(raw, "/_vercel/") {
		p.platform(w, r, raw)
		return
	}
	s := &passage{req: r, path: raw, query: query, headers: http.Header{}}
	over := p.router.run("", s)
	if s.denied {
		w.Header().Set("X-Vercel-Mitigated", "deny")
		http.Error(w, "Forbidden", http.StatusForbidden)
		return
	}
	if over && !s.dest {
		p.ended(w, s, raw)
		return
	}
	if p.answer(w, s, raw, query) {
		return
	}
	s.dest = false
	if p.router.run("filesystem", s) {
		if !s.dest {
			p.ended(w, s, raw)
			return
		}
		if p.answer(w, s, raw, query) {
			return
		}
	}
	s.status = http.StatusNotFound
	p.fail(w, s)
}

// maxHeaders is how much the platform takes of all header lines together.
const maxHeaders = 32 << 10

func headerSize(h http.Header) int {
	n := 0
	for name, values := range h {
		for _, v := range values {
			n += len(name) + len(v) + 4
		}
	}
	return n
}

// dotSegments says whether a path has a segment that would lead elsewhere. Browsers and the platform resolve them before
// anybody looks; nothing in front of the preview does.
func dotSegments(raw string) bool {
	for seg := range strings.SplitSeq(raw, "/") {
		if s, err := url.PathUnescape(seg); err == nil && (s == "." || s == "..") {
			return true
		}
	}
	return false
}

// ended answers where a rule has a status and leads nowhere.
func (p *preview) ended(w http.ResponseWriter, s *passage, raw string) {
	if to := s.headers.Get("Location"); to != "" && s.status >= 300 && s.status < 400 {
		if _, query, found := strings.Cut(s.req.RequestURI, "?"); found && query != "" && !strings.ContainsAny(to, "?#") {
			s.headers.Set("Location", to+"?"+query) // the platform hands the query on
		}
		copyHeaders(w, s.headers)
		w.Header()["Content-Type"] = []string{"text/plain"}
		w.WriteHeader(s.status)
		if s.req.Method != http.MethodHead {
			io.WriteString(w, "Redirecting...\n")
		}
		return
	}
	s.path = raw
	s.status = cmp.Or(s.status, http.StatusNotFound)
	p.fail(w, s)
}

// fail goes through the phase for errors.
func (p *preview) fail(w http.ResponseWriter, s *passage) {
	status := s.status
	if p.router.run("error", s) {
		if f, ok := p.find(s.path); ok {
			p.file(w, s, f, status)
			return
		}
	}
	copyHeaders(w, s.headers)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	if s.req.Method != http.MethodHead {
		fmt.Fprintf(w, "The page could not be found\n\n%s\n", strings.ToUpper(strings.ReplaceAll(http.StatusText(status), " ", "_")))
	}
}

func copyHeaders(w http.ResponseWriter, h http.Header) {
	for name, values := range h {
		if w.Header()[name] == nil {
			w.Header()[name] = values
		}
	}
}

// find looks for a file by a path as it is sent.
func (p *preview) find(raw string) (file, bool) {
	name, err := url.PathUnescape(raw)
	if err != nil || strings.Count(name, "/") != strings.Count(raw, "/") {
		return file{}, false // a slash that was escaped is part of a name
	}
	name = strings.TrimPrefix(name, "/")
	trimmed := strings.TrimSuffix(name, "/")
	for _, try := range []string{name, trimmed, strings.TrimPrefix(trimmed+"/index.html", "/")} {
		if f, ok := p.files[try]; ok && (try != trimmed || try == name || !hasExtension(try)) {
			return f, true
		}
	}
	return file{}, false
}

// answer looks whether there is a file or a function under the path, and lets it answer.
func (p *preview) answer(w http.ResponseWriter, s *passage, raw, query string) bool {
	if f, ok := p.find(s.path); ok {
		p.router.run("hit", s)
		p.file(w, s, f, s.status)
		return true
	}
	name, err := url.PathUnescape(s.path)
	if err != nil {
		return false
	}
	f, ok := p.funcs[strings.Trim(name, "/")]
	if !ok {
		return false
	}
	p.router.run("hit", s)
	r := s.req.Clone(s.req.Context())
	target := raw
	if f.rule != nil {
		target = s.path
	}
	if r.RequestURI = target; s.query != "" {
		r.RequestURI += "?" + s.query
	}
	if r.Body != nil && r.Body != http.NoBody {
		if r.ContentLength > maxBody {
			http.Error(w, "Request Entity Too Large\n\nFUNCTION_PAYLOAD_TOO_LARGE", http.StatusRequestEntityTooLarge)
			return true
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	}
	f.ServeHTTP(&withHeaders{ResponseWriter: w, headers: s.headers, duplex: r.Body != nil && r.Body != http.NoBody}, r)
	return true
}
