package vercel

import (
	"cmp"
	"net/http"
	"os"

	"sitegen.dev/core/adapter/fileserver"
)

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
	if status = cmp.Or(status, http.StatusOK); status != http.StatusOK {
		w = w.(*fileAnswer).ResponseWriter // an error page has the headers that the rules give it
	}
	fileserver.Send(w, r, fileserver.Bytes(data), status)
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
