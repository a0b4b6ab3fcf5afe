// Package netlify is the running half of the Netlify adapter: it answers the requests that reach the site's function. The
// compiler puts its source into the site, next to the render bundle, and a generated program calls Main, or hands Lambda
// to the Lambda runtime.
//
// Package site decides what answers a request; this package speaks with the platform: frames on a Unix socket, at whose
// other end is the JavaScript that Netlify starts (sidecar.go, conn.go), or events of a Lambda function (lambda.go). It believes
// what the platform says about a request and takes away what is the platform's own before a page sees it (request.go).
// It may import the standard library and package site, nothing else, because it is compiled where nothing else is.
package netlify

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"

	"sitegen.dev/core/site"
)

// Program is a compiled site with what the build decided about its function.
type Program struct {
	App func() *site.App
	// Files are the finished files that the function can answer with, as JSON of a map from names to File: the error
	// pages, those that site.yaml names for rewrites, and those with a status that no file server sends. All others are the
	// platform's, which answers with them before it asks the function.
	Files []byte
	// Cache is the Netlify-CDN-Cache-Control of pages that say nothing about caches themselves; "" is none.
	Cache string
	// Skew is the path of the cookie that keeps what a page loads later on its deploy; "" is none.
	Skew string
	// Exact says that some routes have functions of their own, which only the exact spelling of an address reaches.
	Exact bool
	// Sessions keeps sessions, where the site has them; nil leaves them in the memory of one instance.
	Sessions site.SessionDriver
}

// File is a finished file inside the program.
type File struct {
	Data   []byte            `json:"data"`
	Status int               `json:"status"` // 0 is 200
	Header []site.HeaderLine `json:"header"`
}

// handler answers requests. It is safe for use by several goroutines.
type handler struct {
	site  *site.RequestHandler
	cache string
	skew  string
	exact bool

	mu     sync.Mutex // of stderr
	stderr io.Writer
}

// newHandler compiles the site. It gives an error where the program is not one that the compiler would make.
func newHandler(p *Program, stderr io.Writer) (h *handler, err error) {
	defer func() {
		if v := recover(); v != nil {
			h, err = nil, fmt.Errorf("the site cannot start: %v", v)
		}
	}()
	h = &handler{stderr: stderr, cache: p.Cache, skew: p.Skew, exact: p.Exact}
	host := site.Host{Log: h.report, Getenv: os.Getenv}
	carried := files{}
	if len(p.Files) > 0 {
		if err := json.Unmarshal(p.Files, &carried); err != nil {
			return nil, fmt.Errorf("the files of the program are broken: %w", err)
		}
	}
	if len(carried) > 0 {
		host.Static = carried
	}
	app := p.App()
	if app.Sessions != nil {
		host.Sessions = p.Sessions // whatever site.yaml says: memory and files are those of one instance among many
	}
	h.site = site.NewHandler(app, host)
	return h, nil
}

// requestKey is the key under which a context gives what the platform calls the request.
type requestKey struct{}

// report hands on what the site says about a request, as a line of the function's log. The visitor gets none of it.
func (h *handler) report(ctx context.Context, r site.LogRecord) {
	var frames []string
	for _, f := range r.Stack {
		frames = append(frames, f.String())
	}
	text := ""
	if r.Err != nil {
		text = r.Err.Error()
	}
	h.log(ctx, r.Level, r.Message, "method", r.Method, "path", r.Path, "route", r.Route, "error", text, "at", r.At,
		"stack", strings.Join(frames, " < "))
}

// log writes one line: level, message, then pairs of names and values, of which those without a value are left out.
func (h *handler) log(ctx context.Context, level site.Level, message string, pairs ...string) {
	var b strings.Builder
	switch {
	case level >= site.LevelError:
		b.WriteString("ERROR ")
	case level >= site.LevelWarn:
		b.WriteString("WARN ")
	default:
		b.WriteString("INFO ")
	}
	b.WriteString(strings.NewReplacer("\n", " ", "\r", " ").Replace(message))
	id, _ := ctx.Value(requestKey{}).(string)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			b.WriteString(" " + pairs[i] + "=" + strconv.Quote(pairs[i+1]))
		}
	}
	if id != "" {
		b.WriteString(" request=" + strconv.Quote(id))
	}
	b.WriteByte('\n')
	h.mu.Lock()
	defer h.mu.Unlock()
	io.WriteString(h.stderr, b.String())
}

// files are finished files inside the program.
type files map[string]File

// Has says whether there is a file of that name.
func (f files) Has(name string) bool { _, ok := f[name]; return ok }

// Serve answers with a file. It is always whole: these are answers to what is no file of the platform's, an error or a
// rewrite, which nobody asks pieces of.
func (f files) Serve(_ context.Context, name string, status int, extra *site.Header, req *site.Request, sink site.Sink) error {
	file, ok := f[name]
	if !ok {
		return fmt.Errorf("there is no file %s in the function", name)
	}
	if status == 0 || status == 200 && file.Status != 0 {
		status = max(file.Status, 200)
	}
	h := &site.Header{}
	set := func(name, value string) {
		if !h.Has(name) {
			h.AddReceived(name, value)
		}
	}
	if extra != nil {
		for line, value := range extra.All() {
			h.AddReceived(line, value)
		}
	}
	for _, line := range file.Header {
		set(line.Name, line.Value)
	}
	set("Content-Type", contentType(name))
	if status == 200 {
		set("Cache-Control", "public, max-age=0, must-revalidate")
	}
	set("Cache-Control", "no-store")
	set("Content-Length", strconv.Itoa(len(file.Data)))
	if err := sink.Start(status, h); err != nil || req.Method == "HEAD" {
		return err
	}
	_, err := sink.Write(file.Data)
	return err
}

// contentType is the type of a file by its name. The machine's own table is not asked, so that it is the same anywhere.
func contentType(name string) string {
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".html", ".htm":
		return "text/html; charset=utf-8"
	case ".txt", ".md":
		return "text/plain; charset=utf-8"
	case ".ico":
		return "image/vnd.microsoft.icon"
	case ".webmanifest":
		return "application/manifest+json"
	case ".css", ".js", ".mjs", ".json", ".xml", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".wasm", ".pdf":
		return mime.TypeByExtension(ext)
	}
	return "application/octet-stream"
}
