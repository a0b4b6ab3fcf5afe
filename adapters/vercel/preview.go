package vercel

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
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

func (p *preview) readStatic(dir string) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		o := p.config.Overrides[rel]
		f := file{name: name, contentType: cmp.Or(o.ContentType, contentType(rel))}
		p.files[cmp.Or(o.Path, rel)] = f
		return nil
	})
}

func (p *preview) readFunctions(dir string, log io.Writer) error {
	var names []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".func") {
			names = append(names, name)
			if d.IsDir() {
				return fs.SkipDir
			}
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && len(names) > 0 {
		p.redis, err = startRedis()
	}
	if err != nil {
		return err
	}
	for _, name := range names {
		real, err := filepath.EvalSymlinks(name)
		if err != nil {
			return err
		}
		if p.running[real] == nil {
			f, err := startFunction(real, p.redis.env(), log)
			if err != nil {
				return err
			}
			p.running[real] = f
		}
		rel, err := filepath.Rel(dir, strings.TrimSuffix(name, ".func"))
		if err != nil {
			return err
		}
		f := &cachedFunction{function: p.running[real]}
		if err := f.readRule(strings.TrimSuffix(name, ".func")); err != nil {
			return err
		}
		p.funcs[filepath.ToSlash(rel)] = f
	}
	return nil
}

// startFunction runs the program of one function, with lines of environment beside its own.
func startFunction(dir string, env []string, log io.Writer) (function, error) {
	data, err := os.ReadFile(filepath.Join(dir, ".vc-config.json"))
	if err != nil {
		return nil, err
	}
	var fc functionConfig
	if err := json.Unmarshal(data, &fc); err != nil {
		return nil, fmt.Errorf(".vc-config.json: %w", err)
	}
	if arch := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]; runtime.GOOS != "linux" || arch != fc.Architecture {
		return nil, fmt.Errorf("the function is a program for Linux on %s, which this machine (%s, %s) cannot run; build with --adapter node to see the site here", fc.Architecture, runtime.GOOS, runtime.GOARCH)
	}
	return fc.start(dir, env, log)
}

// start runs the program of a function, which is one for this machine.
func (fc *functionConfig) start(dir string, env []string, log io.Writer) (function, error) {
	for _, name := range slices.Sorted(maps.Keys(fc.Environment)) {
		env = append(env, name+"="+fc.Environment[name])
	}
	switch fc.Runtime {
	case "executable":
		seconds, _ := fc.MaxDuration.(float64)
		return startRestarting(func() (*instance, error) { return startInstance(dir, fc.Handler, env, log) }, time.Duration(seconds)*time.Second, log)
	case "provided.al2023":
		return startLambda(dir, fc.Handler, env, log)
	}
	return nil, fmt.Errorf("the preview cannot run a function of runtime %s", fc.Runtime)
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
	if p.router.run("", s) && !s.dest {
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

// file answers with a file of static/.
func (p *preview) file(w http.ResponseWriter, s *passage, f file, status int) {
	r := s.req
	copyHeaders(w, s.headers)
	w = &fileAnswer{w}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method Not Allowed\n\nINVALID_REQUEST_METHOD", http.StatusMethodNotAllowed)
		return
	}
	data, err := os.ReadFile(f.name)
	if err != nil {
		http.Error(w, "the file is gone; build again", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "public, max-age=0, must-revalidate")
	}
	if status != 0 && status != http.StatusOK {
		w = w.(*fileAnswer).ResponseWriter // an error page has the headers that the rules give it
		h.Set("Content-Length", strconv.Itoa(len(data)))
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			w.Write(data)
		}
		return
	}
	if len(r.Header.Get("Range")) > maxRange {
		r = r.Clone(r.Context())
		r.Header.Del("Range")
	}
	sum := sha256.Sum256(data)
	h.Set("Etag", `"`+hex.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// fileAnswer lets nobody keep the answer of a request that a file cannot be sent for.
type fileAnswer struct{ http.ResponseWriter }

// WriteHeader sends the status.
func (w *fileAnswer) WriteHeader(status int) {
	if status >= 400 {
		w.Header().Del("Cache-Control")
		w.Header().Del("Etag")
	}
	w.ResponseWriter.WriteHeader(status)
}

// maxRange is how long a header Range may be; a longer one asks for nothing sensible.
const maxRange = 256

// platform answers what the platform answers itself: images, unchanged here, and the scripts of its analytics, which do
// nothing here.
func (p *preview) platform(w http.ResponseWriter, r *http.Request, raw string) {
	switch {
	case raw == "/_vercel/image" && p.config.Images != nil:
		p.image(w, r)
	case strings.HasSuffix(raw, "/script.js"):
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	default:
		http.NotFound(w, r)
	}
}

func (p *preview) image(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	width, _ := strconv.Atoi(q.Get("w"))
	quality, _ := strconv.Atoi(q.Get("q"))
	src, err := url.Parse(q.Get("url"))
	switch {
	case err != nil || src.Path == "":
		http.Error(w, `"url" parameter is required and must be a path or a URL`, http.StatusBadRequest)
	case !slices.Contains(p.config.Images.Sizes, width):
		http.Error(w, `"w" parameter (width) of `+q.Get("w")+" is not allowed", http.StatusBadRequest)
	case quality < 1 || quality > 100 || len(p.config.Images.Qualities) > 0 && !slices.Contains(p.config.Images.Qualities, quality):
		http.Error(w, `"q" parameter (quality) of `+q.Get("q")+" is not allowed", http.StatusBadRequest)
	case src.Host != "":
		http.Error(w, "the preview loads no images from elsewhere", http.StatusBadGateway)
	default:
		f, ok := p.find(src.EscapedPath())
		if !ok || !strings.HasPrefix(f.contentType, "image/") {
			http.Error(w, "The requested resource isn't a valid image.", http.StatusBadRequest)
			return
		}
		p.file(w, &passage{req: r, headers: http.Header{"Vary": {"Accept"}}}, f, 0)
	}
}

// withHeaders adds the headers of the route table to what a function answers; a header of the function's own stays.
type withHeaders struct {
	http.ResponseWriter
	headers http.Header
	duplex  bool // the request has a body
	done    bool
}

// Unwrap lets the answer be flushed.
func (w *withHeaders) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader sends the status.
func (w *withHeaders) WriteHeader(status int) {
	if !w.done && status >= 200 {
		w.done = true
		copyHeaders(w, w.headers)
		if w.Header()["Content-Type"] == nil {
			w.Header()["Content-Type"] = nil // no guessing
		}
		if w.duplex && w.Header()["Content-Length"] == nil {
			http.NewResponseController(w.ResponseWriter).EnableFullDuplex() // the function may read and write at once
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write sends bytes.
func (w *withHeaders) Write(p []byte) (int, error) {
	if !w.done {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(p)
}

// contentTypes is the type by extension, as the platform has it.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".htm": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
	".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".json": "application/json; charset=utf-8", ".map": "application/json; charset=utf-8", ".webmanifest": "application/manifest+json; charset=utf-8",
	".xml": "application/xml", ".rss": "application/rss+xml", ".atom": "application/atom+xml", ".txt": "text/plain; charset=utf-8",
	".md": "text/markdown; charset=utf-8", ".csv": "text/csv; charset=utf-8", ".ics": "text/calendar; charset=utf-8", ".vtt": "text/vtt; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
	".avif": "image/avif", ".ico": "image/vnd.microsoft.icon", ".bmp": "image/bmp",
	".woff": "font/woff", ".woff2": "font/woff2", ".ttf": "font/ttf", ".otf": "font/otf",
	".mp3": "audio/mpeg", ".mp4": "video/mp4", ".webm": "video/webm", ".ogg": "audio/ogg", ".wav": "audio/wav",
	".pdf": "application/pdf", ".wasm": "application/wasm", ".zip": "application/zip", ".gz": "application/gzip",
}

func contentType(name string) string {
	return cmp.Or(contentTypes[strings.ToLower(path.Ext(name))], "application/octet-stream")
}
