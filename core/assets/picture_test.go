package assets

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"sitegen.dev/core/site/raster"
)

func TestPictureFormats(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 60, 40))
	for y := range 40 {
		for x := range 60 {
			c := color.NRGBA{uint8(4 * x), uint8(6 * y), 100, uint8(255 - x)}
			if x > 30 {
				c.R, c.G = uint8(x*x*y*7), uint8(x*y*y*13)
			}
			m.SetNRGBA(x, y, c)
		}
	}
	var src bytes.Buffer
	if err := png.Encode(&src, m); err != nil {
		t.Fatal(err)
	}
	p, err := OpenPicture(src.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range append([]string{"png", "jpeg"}, PictureFormats...) {
		data, err := p.Write(30, format, 80)
		if err != nil {
			t.Fatal(err)
		}
		w, h, got, err := ImageInfo(data)
		if err != nil || got != format || w != 30 || h != 20 {
			t.Errorf("%s: %d × %d %s, %v", format, w, h, got, err)
		}
		again, err := p.Write(30, format, 80)
		if err != nil || !bytes.Equal(data, again) {
			t.Errorf("%s differs the second time, %v", format, err)
		}
	}
	// A WebP of a PNG loses nothing, and can be a source itself.
	data, err := p.Write(60, "webp", 10)
	if err != nil {
		t.Fatal(err)
	}
	back, err := OpenPicture(data)
	if err != nil {
		t.Fatal(err)
	}
	if c := color.NRGBAModel.Convert(back.pixels.At(20, 30)); c != (color.NRGBA{80, 180, 100, 235}) {
		t.Errorf("a pixel of the lossless WebP is %v", c)
	}
	if !back.lossless {
		t.Error("a lossless WebP counts as lossy")
	}
	if webpDynamic || avifDynamic {
		t.Error("an encoder of the system is used")
	}
}

func TestOpenPictureRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ data, want string }{
		"text":           {"hello", "not a PNG"},
		"svg":            {`<svg viewBox="0 0 24 12"/>`, "cannot decode svg"},
		"avif":           {avif("", "\x02\x02\x83"), "cannot decode avif"},
		"webp claims":    {"RIFF\xbe\x1c\x00\x00WEBPVP8X\x0a\x00\x00\x00\x10\x00\x00\x00\xff\xff\xff\xff\xff\xff", "too large"},
		"webp truncated": {"RIFF\xbe\x1c\x00\x00WEBPVP8L\xb1\x1c\x00\x00\x2f\x81\x81\x62\x00\x00\x00\x00\x00\x00", "damaged"},
		"gif":            {"GIF89a\x01\x00\x01\x00\x00\x00\x00", "cannot decode gif"},
		"strip":          {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\xea\x60\x08\x06\x00\x00\x00", "too large"},
	} {
		if _, err := OpenPicture([]byte(tt.data)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

func TestImageInfoTurned(t *testing.T) {
	for o, want := range map[string]string{"\x01": "31x17", "\x03": "31x17", "\x06": "17x31", "\x08": "17x31"} {
		data := images(t)["jpeg 31x17"]
		exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + o + "\x00\x00\x00\x00\x00\x00"
		data = "\xff\xd8\xff\xe1\x00" + string(rune(2+len(exif))) + exif + data[2:]
		w, h, _, err := ImageInfo([]byte(data))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%dx%d", w, h); got != want {
			t.Errorf("orientation %d: %s, want %s (%d)", o[0], got, want, raster.Orientation([]byte(data)))
		}
	}
}

// TestPictureOfFewColours: a size that has more bytes than its source is of no use.
func TestPictureOfFewColours(t *testing.T) {
	m := image.NewPaletted(image.Rect(0, 0, 64, 64), color.Palette{color.White, color.Black})
	for i := range m.Pix {
		m.Pix[i] = uint8(i / 3 % 2)
	}
	var src bytes.Buffer
	if err := png.Encode(&src, m); err != nil {
		t.Fatal(err)
	}
	p, err := OpenPicture(src.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if data, err := p.Write(50, "png", 0); err != nil || !bytes.Equal(data, src.Bytes()) {
		t.Errorf("%d bytes of %d, %v", len(data), src.Len(), err)
	}
}
