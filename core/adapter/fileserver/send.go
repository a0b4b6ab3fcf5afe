// Package fileserver is what the servers of a site's files have in common, those that play a platform on this machine and those
// that are one: how a file is sent whole, in ranges, or not at all because its reader has it.
//
// In: the bytes of a file and a request. Out: the answer, but for the header lines that a platform has of its own. It is linked into
// servers and must not import anything of ours.
package fileserver

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Content is what a file holds, and how its state is told from another one.
type Content struct {
	io.ReadSeeker
	Size     int64     // bytes
	Tag      string    // of this state, without quotes
	Modified time.Time // for Last-Modified; zero where nobody knows
}

// Bytes is content in memory. Its tag is a digest, so that the same bytes have the same one.
func Bytes(data []byte) *Content {
	sum := sha256.Sum256(data)
	return &Content{ReadSeeker: bytes.NewReader(data), Size: int64(len(data)), Tag: hex.EncodeToString(sum[:12])}
}

// Send answers a GET or a HEAD with a file. With status 200 the conditions and ranges of the request hold, and the header gets an
// ETag where it has none; with another one, as that of an error page, the file is sent as it is. Everything else of the header,
// Content-Type among it, is set before.
func Send(w http.ResponseWriter, r *http.Request, c *Content, status int) {
	h := w.Header()
	if status != http.StatusOK {
		h.Set("Content-Length", strconv.FormatInt(c.Size, 10))
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			io.Copy(w, c)
		}
		return
	}
	if h["Etag"] == nil {
		h.Set("Etag", `"`+c.Tag+`"`)
	}
	http.ServeContent(w, Rangeable(r), "", c.Modified, c)
}
