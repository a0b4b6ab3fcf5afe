// Package raster makes smaller pictures of JPEG and PNG files: it checks what a file claims before it decodes it, scales
// with bounded memory, turns as EXIF asks, and encodes again. What comes out was written by our own encoder, so that no
// byte of a hostile file gets to a visitor.
//
// The build and the image endpoint of the standalone server share it, so that both give the same picture. It imports the
// standard library alone, because it is compiled where nothing else is; formats for which that has no codec are the
// build's to decode and encode (core/assets).
package raster

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
)

// Limits are what a file may claim before anything of it is decoded.
type Limits struct {
	Bytes  int64 // of the file
	Pixels int64 // width times height
	Side   int   // width, and height
}

// DefaultLimits hold the largest pictures that cameras take.
var DefaultLimits = Limits{Bytes: 64 << 20, Pixels: 50_000_000, Side: 32_768}

// ErrFormat says that a file is neither a JPEG nor a PNG.
var ErrFormat = errors.New("not a JPEG or PNG image")

// A LimitError says that a file is larger than the limits allow.
type LimitError struct{ What string } // "100 × 70000 pixels, more than 32768 on one side"

// Error says so.
func (e *LimitError) Error() string { return "the image is too large: " + e.What }

// Check holds a size in bytes and the dimensions in pixels against the limits.
func (l Limits) Check(bytes int64, width, height int) error {
	switch {
	case bytes > l.Bytes:
		return &LimitError{fmt.Sprintf("%d bytes, more than %d", bytes, l.Bytes)}
	case width <= 0 || height <= 0:
		return errors.New("the image is damaged: it states no dimensions")
	case width > l.Side || height > l.Side:
		return &LimitError{fmt.Sprintf("%d × %d pixels, more than %d on one side", width, height, l.Side)}
	case int64(width)*int64(height) > l.Pixels:
		return &LimitError{fmt.Sprintf("%d × %d pixels, more than %d million", width, height, l.Pixels/1_000_000)}
	}
	return nil
}

// Format tells by the first bytes whether data is a "jpeg" or a "png"; it is "" for everything else.
func Format(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return "jpeg"
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return "png"
	}
	return ""
}

// Decode gives the pixels of a JPEG or PNG file, as they are stored; Orientation says how they are to be turned. The
// limits are checked against the header first.
func Decode(data []byte, l Limits) (image.Image, error) {
	var config func(io.Reader) (image.Config, error)
	var decode func(io.Reader) (image.Image, error)
	switch Format(data) {
	case "jpeg":
		config, decode = jpeg.DecodeConfig, jpeg.Decode
	case "png":
		config, decode = png.DecodeConfig, png.Decode
	default:
		return nil, ErrFormat
	}
	c, err := config(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("the image is damaged: %w", err)
	}
	if err := l.Check(int64(len(data)), c.Width, c.Height); err != nil {
		return nil, err
	}
	m, err := decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("the image is damaged: %w", err)
	}
	if b := m.Bounds(); b.Dx() != c.Width || b.Dy() != c.Height {
		return nil, errors.New("the image is damaged: it has other dimensions than its header states")
	}
	return m, nil
}

// Encode writes m as "jpeg", with a quality from 1 to 100, or as "png". Transparent parts of a JPEG are white.
func Encode(w io.Writer, m *image.NRGBA, format string, quality int) error {
	switch format {
	case "jpeg":
		if !m.Opaque() {
			m = flatten(m)
		}
		// Opaque pixels are the same with and without their alpha multiplied in, and of the latter type the encoder is fast.
		return jpeg.Encode(w, &image.RGBA{Pix: m.Pix, Stride: m.Stride, Rect: m.Rect}, &jpeg.Options{Quality: quality})
	case "png":
		return (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(w, m)
	}
	return fmt.Errorf("no encoder for %q", format)
}

// flatten puts m on white.
func flatten(m *image.NRGBA) *image.NRGBA {
	out := image.NewNRGBA(m.Rect)
	for i := 0; i+3 < len(m.Pix); i += 4 {
		a := uint32(m.Pix[i+3])
		for c := range 3 {
			out.Pix[i+c] = uint8((uint32(m.Pix[i+c])*a + 255*(255-a) + 127) / 255)
		}
		out.Pix[i+3] = 255
	}
	return out
}
