package devserver

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// content is what a file holds, and how its state is told from another one.
type content struct {
	io.ReadSeeker
	size     int64
	tag      string // without quotes
	modified time.Time
}

// file answers with a file of the public folder, or one that was bundled. The names are those that the program was told.
// Conditions and ranges hold as they do in the site that is built, but nothing is to be kept without asking again.
func (a *reply) file(name string, status int, header http.Header) {
	f, ok := a.site.Files[name]
	h := a.w.Header()
	a.begun = true
	if !ok {
		http.Error(a.w, "404 Not Found", http.StatusNotFound)
		return
	}
	h.Set("Content-Type", a.s.o.Type(name))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	for name, values := range header {
		h[name] = values
	}
	c := &content{ReadSeeker: bytes.NewReader(f.Data), size: int64(len(f.Data)), tag: digest(f.Data)}
	if f.Path != "" {
		opened, err := a.s.open(f.Path)
		if err != nil {
			http.Error(a.w, "404 Not Found", http.StatusNotFound)
			return
		}
		defer opened.Close()
		c = opened.content
	}
	if a.document && strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		data, err := io.ReadAll(c)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		if !bytes.Contains(data, []byte(clientTag)) {
			data = append(data, clientTag...)
		}
		c = &content{ReadSeeker: bytes.NewReader(data), size: int64(len(data)), tag: digest(data)}
		h.Add("Server-Timing", a.timing())
	}
	if status != http.StatusOK {
		h.Set("Content-Length", strconv.FormatInt(c.size, 10))
		a.w.WriteHeader(status)
		if a.r.Method != http.MethodHead {
			io.Copy(a.w, c)
		}
		return
	}
	if h["Etag"] == nil {
		h.Set("Etag", `"`+c.tag+`"`)
	}
	http.ServeContent(a.w, rangeable(a.r), "", c.modified, c)
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:12])
}

// opened is the content of a file on disk.
type opened struct {
	*content
	io.Closer
}

// open opens a file of the project. A link that was put in its place since and leads out of the project is not followed.
func (s *Server) open(path string) (_ *opened, err error) {
	rel, err := filepath.Rel(s.o.Root, path)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(s.o.Root)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(rel) // before it is opened: to open a pipe would wait for whoever writes into it
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("it is no regular file")}
	}
	f, err := root.Open(rel)
	if err != nil {
		return nil, err
	}
	// A date in whole seconds, which is all that Last-Modified has, does not tell two edits in quick succession apart.
	tag := strconv.FormatInt(info.ModTime().UnixNano(), 36) + "-" + strconv.FormatInt(info.Size(), 36)
	return &opened{&content{ReadSeeker: f, size: info.Size(), tag: tag, modified: info.ModTime()}, f}, nil
}

// maxRanges is how many ranges of one request are served apart, as in a site that is built.
const maxRanges = 16

// rangeable gives r without a Range that asks for too much or is in no unit that we know: the answer is the whole file.
func rangeable(r *http.Request) *http.Request {
	const unit = "bytes="
	lines := r.Header["Range"]
	if len(lines) == 0 {
		return r
	}
	c := r.Clone(r.Context())
	delete(c.Header, "Range")
	if v := lines[0]; len(lines) == 1 && len(v) >= len(unit) && strings.EqualFold(v[:len(unit)], unit) && strings.Count(v, ",") < maxRanges {
		c.Header["Range"] = []string{unit + v[len(unit):]}
	}
	return c
}
