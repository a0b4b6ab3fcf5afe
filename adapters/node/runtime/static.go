package node

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sitegen.dev/core/adapter/fileserver"
	"sitegen.dev/core/site"
)

// Cache-Control of the answers from files. A name with a hash in it never means other bytes; anything else is asked for
// again each time, which costs an answer of 304.
var (
	cacheForever = []string{"public, max-age=31536000, immutable"}
	cacheCheck   = []string{"public, max-age=0, must-revalidate"}
	cacheNever   = []string{"no-store"}
)

// Values shared by all answers. Nobody may write into them; http.Header.Set and Add do not.
var (
	bytesUnit = []string{"bytes"}
	noSniff   = []string{"nosniff"}
	varyOn    = []string{"Accept-Encoding"}
	codingOf  = [encodings][]string{brotli: {"br"}, zstd: {"zstd"}, gzip: {"gzip"}}
)

// conditional are the request headers that ServeContent looks at; without them the answer is the file.
var conditional = [...]string{"Range", "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since"}

// serveFile answers with a file, with the header lines of extra on top. Ranges and conditions count only when status is
// 200.
func (x *exchange) serveFile(fsys *files, f *file, status int, extra *site.Header) error {
	if status == http.StatusOK && f.status != 0 {
		status = f.status
	}
	plain := status != http.StatusOK || !hasAny(x.r.Header)
	enc := identity
	if f.variants && (plain || x.r.Header["Range"] == nil) {
		enc = negotiate(x.r.Header["Accept-Encoding"], f)
	}
	b, err := fsys.open(f, enc)
	if err != nil {
		return err
	}
	if b.file != nil {
		defer b.file.Close()
	}
	h := x.w.Header()
	h["Content-Type"] = f.ctype
	h["X-Content-Type-Options"] = noSniff
	if f.variants {
		h["Vary"] = varyOn
	}
	if enc != identity {
		h["Content-Encoding"] = codingOf[enc]
	}
	var modified time.Time
	switch {
	case status != http.StatusOK:
		h["Cache-Control"] = cacheNever
	default:
		h["Cache-Control"] = cacheCheck
		if f.immutable {
			h["Cache-Control"] = cacheForever
		}
		h["Etag"] = []string{f.etag(enc)}
		h["Accept-Ranges"] = bytesUnit
		if at := f.modified.Load(); at != 0 {
			modified = time.Unix(at, 0)
		}
	}
	overlay(h, extra, f.header)
	if plain {
		return x.sendWhole(f.size[enc], b, status, modified)
	}
	var content io.ReadSeeker = b.file
	if b.file == nil {
		content = bytes.NewReader(b.bytes)
	}
	w := &fileWriter{x: x, size: f.size[enc]}
	http.ServeContent(w, fileserver.Rangeable(x.r), "", modified, content)
	return w.err
}

// sendWhole sends a whole body. This is the path of nearly all requests, and does as little as it can.
func (x *exchange) sendWhole(size int64, b body, status int, modified time.Time) error {
	h := x.w.Header()
	h["Content-Length"] = []string{strconv.FormatInt(size, 10)}
	if !modified.IsZero() {
		h["Last-Modified"] = []string{modified.UTC().Format(http.TimeFormat)}
	}
	x.start(status)
	if x.head {
		return nil
	}
	if b.file == nil {
		for rest := b.bytes; len(rest) > 0; {
			n, err := x.Write(rest[:min(len(rest), copyChunk)])
			if err != nil {
				return err
			}
			rest = rest[n:]
		}
		return nil
	}
	w := &fileWriter{x: x, size: size}
	n, err := w.ReadFrom(io.LimitReader(b.file, size))
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// etag is the strong tag of one form: two forms of the same bytes are different representations.
func (f *file) etag(enc encoding) string {
	if enc == identity {
		return `"` + f.tag + `"`
	}
	return `"` + f.tag + "-" + coding[enc] + `"`
}

func hasAny(h http.Header) bool {
	for _, name := range conditional {
		if h[name] != nil {
			return true
		}
	}
	return false
}

// overlay puts the lines of extra, then those of the page itself, over what the server has set. Vary and Set-Cookie are
// added to, any other line takes the place of ours.
func overlay(h http.Header, extra *site.Header, own []field) {
	if extra != nil && extra.Len() > 0 {
		for name := range extra.All() {
			if key := http.CanonicalHeaderKey(name); !additive(key) {
				delete(h, key)
			}
		}
		for name, value := range extra.All() {
			add(h, http.CanonicalHeaderKey(name), value)
		}
	}
	for i, f := range own {
		key := http.CanonicalHeaderKey(f.name)
		first := true
		for _, before := range own[:i] {
			first = first && http.CanonicalHeaderKey(before.name) != key
		}
		if first && !additive(key) {
			delete(h, key)
		}
		add(h, key, f.value)
	}
}

func additive(key string) bool { return key == "Vary" || key == "Set-Cookie" }

// add is Header.Add that never writes into a shared slice.
func add(h http.Header, key, value string) {
	old := h[key]
	h[key] = append(old[:len(old):len(old)], value)
}

// fileWriter stands between ServeContent and the connection: it counts, keeps the length of compressed bodies, and takes
// off errors what only the file deserves.
type fileWriter struct {
	x     *exchange
	size  int64
	wrote bool
	err   error
}

func (w *fileWriter) Header() http.Header { return w.x.w.Header() }

func (w *fileWriter) WriteHeader(status int) {
	h := w.x.w.Header()
	switch status {
	case http.StatusOK:
		h["Content-Length"] = []string{strconv.FormatInt(w.size, 10)} // ServeContent leaves it out beside a Content-Encoding
	case http.StatusPreconditionFailed, http.StatusRequestedRangeNotSatisfiable:
		h["Cache-Control"] = cacheNever
		for _, name := range []string{"Content-Encoding", "Etag", "Last-Modified", "Accept-Ranges"} {
			delete(h, name)
		}
		if status == http.StatusPreconditionFailed {
			delete(h, "Content-Type")
			h["Content-Length"] = []string{"0"}
		}
	}
	w.wrote = true
	w.x.start(status)
}

func (w *fileWriter) Write(p []byte) (int, error) {
	if !w.wrote {
		w.WriteHeader(http.StatusOK)
	}
	w.x.extendWrite()
	n, err := w.x.w.Write(p)
	w.x.bytes += int64(n)
	return n, w.fail(err)
}

// copyChunk is how much of a large file is sent under one deadline: whoever takes longer than limits.write for it has
// less than 9 KB/s and is cut off, so that slow readers cannot hold files open for ever.
const copyChunk = 512 << 10

// ReadFrom hands large bodies on in pieces. Where the connection can, the operating system copies them.
func (w *fileWriter) ReadFrom(src io.Reader) (int64, error) {
	to, ok := w.x.w.(io.ReaderFrom)
	if !ok {
		return io.Copy(struct{ io.Writer }{w}, src)
	}
	if !w.wrote {
		w.wrote = w.x.status != 0
		if !w.wrote {
			w.WriteHeader(http.StatusOK)
		}
	}
	// ServeContent hands a reader with a limit of its own over a file; two limits around a file are one too many for
	// sendfile, so this one is moved along instead.
	lr, ok := src.(*io.LimitedReader)
	if !ok {
		lr = &io.LimitedReader{R: src, N: w.size}
	}
	var total int64
	for left := lr.N; left > 0; {
		lr.N = min(left, copyChunk)
		want := lr.N
		w.x.extendWrite()
		n, err := to.ReadFrom(lr)
		total += n
		left -= n
		w.x.bytes += n
		if err != nil || n < want {
			lr.N = left
			return total, w.fail(err)
		}
	}
	lr.N = 0
	return total, nil
}

func (w *fileWriter) fail(err error) error {
	if w.err == nil {
		w.err = err
	}
	return err
}

// negotiate picks the form of f for an Accept-Encoding: the one the client likes best, the smallest among equals. What
// the client does not name it does not get; a file is never refused for want of a form.
func negotiate(accept []string, f *file) encoding {
	best, bestQ := identity, 0
	star := -1
	named := [encodings]int{-1, -1, -1, -1}
	for _, line := range accept {
		for rest := line; rest != ""; {
			var item string
			item, rest, _ = strings.Cut(rest, ",")
			name, params, _ := strings.Cut(item, ";")
			name = strings.Trim(name, " \t")
			q := quality(params)
			if name == "*" {
				star = q
				continue
			}
			for e := brotli; e < encodings; e++ {
				if strings.EqualFold(name, coding[e]) || e == gzip && strings.EqualFold(name, "x-gzip") {
					named[e] = q
				}
			}
			if strings.EqualFold(name, "identity") {
				named[identity] = q
			}
		}
	}
	for e := brotli; e < encodings; e++ {
		if f.size[e] < 0 {
			continue
		}
		q := named[e]
		if q < 0 {
			q = star
		}
		if q > bestQ || q > 0 && q == bestQ && f.size[e] < f.size[best] {
			best, bestQ = e, q
		}
	}
	if named[identity] > bestQ {
		return identity
	}
	return best
}

// quality reads the weight among the parameters of an item, in thousandths. One that is malformed counts as 1, as does
// none.
func quality(params string) int {
	for params != "" {
		var p string
		p, params, _ = strings.Cut(params, ";")
		name, value, ok := strings.Cut(strings.Trim(p, " \t"), "=")
		if !ok || !strings.EqualFold(strings.Trim(name, " \t"), "q") {
			continue
		}
		value = strings.Trim(value, " \t")
		if value == "" || len(value) > 5 || value[0] != '0' {
			return 1000
		}
		q, unit := 0, 100
		for i := 1; i < len(value); i++ {
			switch c := value[i]; {
			case i == 1 && c == '.':
			case i > 1 && '0' <= c && c <= '9':
				q += int(c-'0') * unit
				unit /= 10
			default:
				return 1000
			}
		}
		return q
	}
	return 1000
}
