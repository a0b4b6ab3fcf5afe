package node

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// Every compressed form must give back the bytes it was made of.
func TestForms(t *testing.T) {
	readers := map[string]func(io.Reader) (io.Reader, error){
		".br":  func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		".gz":  func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		".zst": func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
	}
	for _, text := range []string{"", "x", strings.Repeat("<p>All work and no play</p>\n", 10_000)} {
		for _, f := range forms {
			for _, best := range []bool{false, true} {
				data, err := f.shrink([]byte(text), best)
				if err != nil {
					t.Fatalf("%s best=%v: %v", f.suffix, best, err)
				}
				if len(text) > smallest && len(data) >= len(text) {
					t.Errorf("%s best=%v makes %d bytes of %d", f.suffix, best, len(data), len(text))
				}
				r, err := readers[f.suffix](bytes.NewReader(data))
				if err != nil {
					t.Fatalf("%s best=%v: %v", f.suffix, best, err)
				}
				back, err := io.ReadAll(r)
				if err != nil || string(back) != text {
					t.Errorf("%s best=%v gives back %d bytes of %d: %v", f.suffix, best, len(back), len(text), err)
				}
			}
		}
	}
}
