package raster

import (
	"bytes"
	"image"
)

// Resize gives the picture of a JPEG or PNG file in a width, as an upright "jpeg" or "png". It never enlarges.
func Resize(data []byte, width int, format string, quality int, l Limits) ([]byte, error) {
	m, err := Decode(data, l)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := Encode(&out, Fit(m, Orientation(data), width), format, quality); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Fit gives m, turned as orientation says, in a width of at most its own.
func Fit(m image.Image, orientation, width int) *image.NRGBA {
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	if Sideways(orientation) {
		w, h = h, w
	}
	width = max(min(width, w), 1)
	height := Height(w, h, width)
	if Sideways(orientation) {
		return Turn(Scale(m, height, width), orientation)
	}
	return Turn(Scale(m, width, height), orientation)
}

// Height is that of a picture of w × h pixels in another width.
func Height(w, h, width int) int {
	if w <= 0 {
		return 1
	}
	return max(int((int64(h)*int64(width)+int64(w)/2)/int64(w)), 1)
}
