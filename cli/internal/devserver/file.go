package devserver

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"sitegen.dev/core/adapter/fileserver"
)

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
	c := fileserver.Bytes(f.Data)
	if f.Path != "" {
		opened, err := a.s.open(f.Path)
		if err != nil {
			http.Error(a.w, "404 Not Found", http.StatusNotFound)
			return
		}
		defer opened.Close()
		c = opened.Content
	}
	if a.document && strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		data, err := io.ReadAll(c)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		if !bytes.Contains(data, []byte(clientTag)) {
			data = append(data, clientTag...)
		}
		c = fileserver.Bytes(data)
		h.Add("Server-Timing", a.timing())
	}
	fileserver.Send(a.w, a.r, c, status)
}

// opened is the content of a file on disk.
type opened struct {
	*fileserver.Content
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
	return &opened{&fileserver.Content{ReadSeeker: f, Size: info.Size(), Tag: tag, Modified: info.ModTime()}, f}, nil
}
