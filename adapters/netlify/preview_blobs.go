package netlify

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// previewSite is the site that the preview says it is.
const previewSite = "preview"

// previewBlobs are Netlify Blobs for a preview, kept in memory. The tests hold @netlify/blobs and our own client against the
// same interface.
type previewBlobs struct {
	url, token string
	server     *http.Server

	mu    sync.Mutex
	blobs map[string][]byte // by site, store and key
}

// startBlobs listens on an address of this machine.
func startBlobs() (*previewBlobs, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &previewBlobs{url: "http://" + l.Addr().String(), token: rand.Text(), blobs: map[string][]byte{}}
	b.server = &http.Server{Handler: b, ReadHeaderTimeout: 10 * time.Second}
	go b.server.Serve(l)
	return b, nil
}

// PreviewBlobs runs the Blobs of a preview for a function that runs elsewhere; said is what NETLIFY_BLOBS_CONTEXT has to hold.
func PreviewBlobs() (said string, stop func() error, err error) {
	b, err := startBlobs()
	if err != nil {
		return "", nil, err
	}
	return b.context(), b.server.Close, nil
}

// context is what a function in JavaScript is told about them, event what a program is.
func (b *previewBlobs) context() string {
	return base64JSON(map[string]string{"edgeURL": b.url, "uncachedEdgeURL": b.url, "token": b.token, "siteID": previewSite})
}

func (b *previewBlobs) event() string {
	return base64JSON(map[string]string{"url": b.url, "url_uncached": b.url, "token": b.token, "primary_region": "dev"})
}

func base64JSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts alone
	}
	return base64.StdEncoding.EncodeToString(data)
}

// maxPreviewBlob is the size of a blob here, in bytes.
const maxPreviewBlob = 64 << 20

// ServeHTTP answers /SITE/site:STORE and /SITE/site:STORE/KEY.
func (b *previewBlobs) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+b.token {
		http.Error(w, "unauthorized", http.StatusUnauthorized)
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/")
	b.mu.Lock()
	defer b.mu.Unlock()
	if strings.Count(path, "/") == 1 && r.Method == http.MethodGet {
		b.list(w, path+"/", r.URL.Query().Get("prefix"))
		return
	}
	data, known := b.blobs[path]
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		if !known {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Write(data)
	case http.MethodPut:
		if known && r.Header.Get("If-None-Match") == "*" {
			w.WriteHeader(http.StatusPreconditionFailed)
			return
		}
		data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPreviewBlob))
		if err != nil {
			http.Error(w, "the blob is too large", http.StatusRequestEntityTooLarge)
			return
		}
		b.blobs[path] = data
	case http.MethodDelete:
		delete(b.blobs, path)
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func (b *previewBlobs) list(w http.ResponseWriter, store, prefix string) {
	type entry struct {
		Key string `json:"key"`
	}
	list := []entry{}
	for _, name := range slices.Sorted(maps.Keys(b.blobs)) {
		if key, ok := strings.CutPrefix(name, store); ok && strings.HasPrefix(key, prefix) {
			list = append(list, entry{key})
		}
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"blobs": list, "directories": []string{}})
}
