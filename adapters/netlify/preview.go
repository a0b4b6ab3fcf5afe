package netlify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// Preview answers as Netlify would, from the output in dir: the function with its path, then _redirects, then the files
// with _headers, then the page of 404. What it logs goes to standard error.
func (Adapter) Preview(ctx context.Context, dir string) (http.Handler, func() error, error) {
	return previewOf(dir, func(framework string, code []byte) (http.Handler, func() error, error) {
		blobs, err := startBlobs()
		if err != nil {
			return nil, nil, err
		}
		functions := filepath.Join(framework, "functions")
		var h http.Handler
		var stop func() error
		if code != nil {
			home := filepath.Join(functions, functionName)
			h, stop, err = runSidecar(ctx, home, program(framework, filepath.Join(home, "server")), blobs)
		} else {
			h, stop, err = runLambda(ctx, program(framework, filepath.Join(functions, functionName)), blobs)
		}
		if err != nil {
			blobs.server.Close()
			return nil, nil, err
		}
		return h, func() error { return errors.Join(stop(), blobs.server.Close()) }, nil
	})
}

// PreviewFunction is Preview with something else in the place of the function, such as the function in another runtime.
func PreviewFunction(dir string, function http.Handler) (http.Handler, error) {
	h, _, err := previewOf(dir, func(string, []byte) (http.Handler, func() error, error) { return function, nothing, nil })
	return h, err
}

func nothing() error { return nil }

// previewOf reads an output and starts its function, if it has one; code is that of the shim, nil in mode lambda.
func previewOf(dir string, start func(framework string, code []byte) (http.Handler, func() error, error)) (http.Handler, func() error, error) {
	framework, err := findFramework(dir)
	if err != nil {
		return nil, nil, err
	}
	p := &preview{files: os.DirFS(dir)}
	if p.redirects, err = readRedirects(p.files); err != nil {
		return nil, nil, err
	}
	if p.headers, err = readHeaders(p.files); err != nil {
		return nil, nil, err
	}
	home := filepath.Join(framework, "functions", functionName)
	info, err := os.Stat(home)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nothing, nil // nothing renders on demand
	}
	if err != nil {
		return nil, nil, err
	}
	var code []byte
	if info.IsDir() {
		if code, err = os.ReadFile(filepath.Join(home, functionName+".mjs")); err != nil {
			return nil, nil, err
		}
		if err := p.configure(code); err != nil {
			return nil, nil, err
		}
	}
	if err := p.others(filepath.Join(framework, "functions")); err != nil {
		return nil, nil, err
	}
	function, stop, err := start(framework, code)
	p.function = function
	return p, stop, err
}

// others reads which paths have functions of their own: those that run in the background, and those with other options, which
// the same program answers here.
func (p *preview) others(functions string) error {
	entries, err := os.ReadDir(functions)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || e.Name() == functionName {
			continue
		}
		code, err := os.ReadFile(filepath.Join(functions, e.Name(), e.Name()+".mjs"))
		if err != nil {
			return err
		}
		c, err := readConfig(code)
		if err != nil {
			return err
		}
		for _, s := range c.Path {
			if c.Background {
				p.slow = append(p.slow, patternExpression(s))
			} else {
				p.apart = append(p.apart, patternExpression(s))
			}
		}
	}
	return nil
}

// later lets the function answer when the visitor is gone already.
func (p *preview) later(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBackground))
	if err != nil {
		http.Error(w, "a function in the background takes 256 KB", http.StatusRequestEntityTooLarge)
		return
	}
	again := r.Clone(context.WithoutCancel(r.Context()))
	again.Body = io.NopCloser(bytes.NewReader(body))
	go func() {
		answer := httptest.NewRecorder()
		p.function.ServeHTTP(answer, again)
		fmt.Fprintf(os.Stderr, "%s: %d\n", r.URL.Path, answer.Code)
	}()
	w.WriteHeader(http.StatusAccepted)
}

// maxBackground is the size of a request's body that Netlify takes for a function in the background, in bytes.
const maxBackground = 256 << 10

// findFramework finds the directory .netlify/v1 that belongs to the published folder dir: in it, where nothing was swapped
// in yet, or above it, at the root of the project.
func findFramework(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for at := abs; ; at = filepath.Dir(at) {
		framework := filepath.Join(at, filepath.FromSlash(frameworkDir))
		if _, err := os.Stat(filepath.Join(framework, "manifest.json")); err == nil {
			return framework, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%s: %w", frameworkDir, fs.ErrNotExist)
		}
	}
}

// program gives the program for this machine.
func program(framework, name string) string {
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" {
		return name
	}
	return filepath.Join(framework, "preview", "server")
}

// preview is a site on Netlify.
type preview struct {
	files     fs.FS
	redirects []rule
	headers   []headerRule
	function  http.Handler // nil where nothing renders on demand

	// Of a function with a path of its own.
	paths, excluded []*regexp.Regexp
	preferStatic    bool
	apart           []*regexp.Regexp // paths of functions for some routes, behind files
	slow            []*regexp.Regexp // paths that are answered in the background
}

// configure reads the settings of the function out of the shim, as Netlify does.
func (p *preview) configure(code []byte) error {
	c, err := readConfig(code)
	if err != nil {
		return err
	}
	p.preferStatic = c.PreferStatic
	for _, s := range c.Path {
		p.paths = append(p.paths, patternExpression(s))
	}
	for _, s := range c.ExcludedPath {
		p.excluded = append(p.excluded, patternExpression(s))
	}
	return nil
}

// patternExpression is a path of a function as a regular expression over the path as it is sent, as far as the adapter
// writes them: text, or a URL pattern of stars, placeholders that are whole segments, and escaped text.
func patternExpression(pattern string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("^")
	text := isText(pattern)
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c >= 0x80:
			fmt.Fprintf(&b, "(?i:%%%02x)", c)
		case text:
			b.WriteString(regexp.QuoteMeta(string(c)))
		case c == '\\' && i+1 < len(pattern) && pattern[i+1] < 0x80:
			i++
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		case c == '*':
			b.WriteString(".*")
		case c == ':':
			b.WriteString("[^/]+")
			for i+1 < len(pattern) && pattern[i+1] != '/' {
				i++
			}
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return regexp.MustCompile(b.String() + "$")
}

func matchAny(list []*regexp.Regexp, path string) bool {
	for _, re := range list {
		if re.MatchString(path) {
			return true
		}
	}
	return false
}

// functionAddress is where functions without a path are.
const functionAddress = "/.netlify/functions/" + functionName

// ServeHTTP answers one request.
func (p *preview) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if !strings.HasPrefix(path, "/") {
		if u, err := url.Parse(r.RequestURI); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
			http.Error(w, "400 Bad Request", http.StatusBadRequest)
			return
		}
		path = r.URL.EscapedPath()
	}
	name := p.find(path)
	if p.function != nil && matchAny(p.slow, path) {
		p.later(w, r)
		return
	}
	if p.function != nil && len(p.paths) > 0 && matchAny(p.paths, path) && !matchAny(p.excluded, path) {
		if !p.preferStatic || name == "" {
			p.function.ServeHTTP(w, r)
			return
		}
	}
	if p.function != nil && name == "" && matchAny(p.apart, path) {
		p.function.ServeHTTP(w, r)
		return
	}
	for i := range p.redirects {
		rule := &p.redirects[i]
		to, ok := rule.match(path, r.URL.RawQuery)
		if !ok || name != "" && !rule.force {
			continue
		}
		switch {
		case rule.status == 200 && to == functionAddress && p.function != nil:
			p.function.ServeHTTP(w, r)
		case rule.status == 200 || rule.status == 404:
			p.file(w, r, p.find(to), to, rule.status)
		default:
			w.Header().Set("Location", to)
			w.WriteHeader(rule.status)
		}
		return
	}
	if path == functionAddress && p.function != nil && len(p.paths) == 0 {
		p.function.ServeHTTP(w, r)
		return
	}
	p.file(w, r, name, path, http.StatusOK)
}
