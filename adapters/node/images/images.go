// Package images is the image endpoint of the standalone server: it answers /_image with pictures of the site, or of the
// hosts that site.yaml allows, in the widths that site.yaml lists. The compiler puts its source into sites whose pages ask
// for it, beside the running half of the adapter; others do not link it.
//
// What a request may say is a closed set, so that nobody can make the server work for nothing or fill its memory: the
// source is a finished file of the site or an address that the matcher of package site lets through, width and quality are
// of a list. What it answers with was encoded here. It may import the standard library, package site and package raster.
package images

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"time"

	"sitegen.dev/core/site"
	"sitegen.dev/core/site/raster"
)

// Config is what the build knows about the pictures of a site.
type Config struct {
	Base      string // of the site, "/" or "/docs/"
	Widths    []int  // that may be asked for
	Qualities []int  // likewise
	Remote    []site.ImageSource
}

// Service answers requests for pictures. It is safe for use by several goroutines.
type Service struct {
	config Config
	remote *remote
	cache  cache
	busy   chan struct{} // holds one for each picture that is being made
	queue  chan struct{} // and one for each that is being made or waits
}

// Limits of a source. Decoding takes up to 16 bytes a pixel.
var limits = raster.Limits{Bytes: 16 << 20, Pixels: 32_000_000, Side: 16_384}

const (
	cacheBytes = 64 << 20 // of pictures, kept in memory
	maxQueue   = 64       // requests that wait for others' pictures; beyond it 503
	maxWait    = 30 * time.Second
)

// New gives the service of a site.
func New(c Config) *Service {
	return &Service{
		config: c,
		remote: newRemote(c.Remote, publicOnly),
		cache:  cache{budget: cacheBytes},
		busy:   make(chan struct{}, max(runtime.GOMAXPROCS(0)/2, 1)),
		queue:  make(chan struct{}, maxQueue),
	}
}

// Open gives the bytes of a finished file of the site, by its name below the client folder, unless it has more than limit.
type Open func(name string, limit int64) (data []byte, immutable, ok bool)

// result is what a picture came to; exactly one of data and to is set where status is 0.
type result struct {
	data        []byte
	contentType string
	tag         string
	immutable   bool
	to          string // the original, where it is of a kind that is not decoded here
	status      int    // of a failure
	message     string
}

// ServeImage answers a request for /_image.
func (s *Service) ServeImage(w http.ResponseWriter, r *http.Request, open Open) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, "only GET and HEAD")
		return
	}
	q, err := parseQuery(r.URL.RawQuery, &s.config)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), maxWait)
	defer cancel()
	p, err := s.cache.get(ctx, q, func() *result { return s.make(q, open) })
	switch {
	case err != nil:
		h.Set("Retry-After", "2")
		refuse(w, http.StatusServiceUnavailable, "too many pictures at once")
		return
	case p.status == http.StatusServiceUnavailable:
		h.Set("Retry-After", "2")
		refuse(w, p.status, p.message)
		return
	case p.status != 0:
		refuse(w, p.status, p.message)
		return
	case p.to != "":
		h.Set("Cache-Control", "public, max-age=3600")
		http.Redirect(w, r, p.to, http.StatusFound)
		return
	}
	h.Set("Content-Type", p.contentType)
	h.Set("Content-Disposition", "inline")
	h.Set("Etag", p.tag)
	if p.immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "public, max-age=86400, stale-while-revalidate=604800")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(p.data))
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, message, status)
}

func failed(status int, message string) *result { return &result{status: status, message: message} }

// make makes one picture. It outlives the request that began it: others may wait for the same.
func (s *Service) make(q query, open Open) *result {
	select {
	case s.queue <- struct{}{}:
		defer func() { <-s.queue }()
	default:
		return failed(http.StatusServiceUnavailable, "too many pictures at once")
	}
	var data []byte
	var immutable bool
	if q.remote != nil {
		ctx, cancel := context.WithTimeout(context.Background(), fetchTime)
		defer cancel()
		var err error
		if data, err = s.remote.fetch(ctx, q.remote); err != nil {
			return failed(http.StatusBadGateway, err.Error())
		}
	} else {
		var ok bool
		if data, immutable, ok = open(q.file, limits.Bytes); !ok {
			return failed(http.StatusNotFound, "the site has no such picture")
		}
	}
	format := raster.Format(data)
	if format == "" {
		if known(data) {
			return &result{to: q.src}
		}
		return failed(http.StatusUnsupportedMediaType, "not a picture")
	}
	if q.format != "" {
		format = q.format
	}
	s.busy <- struct{}{}
	defer func() { <-s.busy }()
	out, err := raster.Resize(data, q.width, format, q.quality, limits)
	var large *raster.LimitError
	switch {
	case errors.As(err, &large):
		return failed(http.StatusRequestEntityTooLarge, "the picture is too large")
	case err != nil:
		return failed(http.StatusUnprocessableEntity, "the picture is damaged")
	}
	sum := sha256.Sum256(out)
	return &result{data: out, contentType: "image/" + format, tag: `"` + hex.EncodeToString(sum[:8]) + `"`, immutable: immutable}
}

// known says whether data begins like a picture of a kind that browsers show and this program does not decode. Drawings
// are not among them: SVG can hold scripts.
func known(data []byte) bool {
	s := string(data[:min(len(data), 12)])
	return strings.HasPrefix(s, "GIF8") || len(s) == 12 && (s[:4] == "RIFF" && s[8:] == "WEBP" || s[4:] == "ftypavif" || s[4:] == "ftypavis")
}
