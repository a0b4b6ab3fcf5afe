package raster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

// quarters is a picture whose corners are red, green, blue and white.
func quarters(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{A: 255}
			switch {
			case x < w/2 && y < h/2:
				c.R = 255
			case y < h/2:
				c.G = 255
			case x < w/2:
				c.B = 255
			default:
				c.R, c.G, c.B = 255, 255, 255
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

// corners names the colours of the corners, from the top left on, by rows.
func corners(m image.Image) string {
	b := m.Bounds()
	s := ""
	for _, p := range []image.Point{{b.Min.X, b.Min.Y}, {b.Max.X - 1, b.Min.Y}, {b.Min.X, b.Max.Y - 1}, {b.Max.X - 1, b.Max.Y - 1}} {
		r, g, bl, _ := m.At(p.X, p.Y).RGBA()
		switch {
		case r > 0x8000 && g > 0x8000:
			s += "W"
		case r > 0x8000:
			s += "R"
		case g > 0x8000:
			s += "G"
		case bl > 0x8000:
			s += "B"
		}
	}
	return s
}

// withEXIF puts an orientation into a JPEG.
func withEXIF(jpg []byte, orientation byte) []byte {
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(orientation) + "\x00\x00\x00\x00\x00\x00"
	segment := append([]byte{0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(2+len(exif)))...)
	return append(append(append([]byte("\xff\xd8"), segment...), exif...), jpg[2:]...)
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestResizeTurnsUpright(t *testing.T) {
	data := jpegOf(t, quarters(64, 32))
	for o, want := range map[byte]string{1: "RGBW", 2: "GRWB", 3: "WBGR", 4: "BWRG", 5: "RBGW", 6: "BRWG", 7: "WGBR", 8: "GWRB"} {
		turned := withEXIF(data, o)
		if got := Orientation(turned); got != int(o) {
			t.Errorf("Orientation = %d, want %d", got, o)
		}
		width, height := 32, 16
		if Sideways(int(o)) {
			width, height = 16, 32
		}
		out, err := Resize(turned, width, "png", 0, DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if b := m.Bounds(); b.Dx() != width || b.Dy() != height {
			t.Errorf("orientation %d: %v, want %d × %d", o, b, width, height)
		}
		if got := corners(m); got != want {
			t.Errorf("orientation %d: %s, want %s", o, got, want)
		}
	}
}

func TestOrientationElsewhere(t *testing.T) {
	tiff := "II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00"
	chunk := func(kind, body string) string {
		return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)))) + kind + body +
			string(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(kind+body))))
	}
	for name, tt := range map[string]struct {
		data string
		want int
	}{
		"png":              {"\x89PNG\r\n\x1a\n" + chunk("IHDR", strings.Repeat("x", 13)) + chunk("eXIf", tiff), 6},
		"png behind":       {"\x89PNG\r\n\x1a\n" + chunk("IDAT", "x") + chunk("eXIf", tiff), 1},
		"webp":             {"RIFF\x00\x00\x00\x00WEBPVP8X\x03\x00\x00\x00abc\x00EXIF" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(tiff)))) + tiff, 6},
		"webp truncated":   {"RIFF\x00\x00\x00\x00WEBPEXIF\xff\xff\xff\xff" + tiff, 1},
		"jpeg no exif":     {"\xff\xd8\xff\xe0\x00\x04ab\xff\xda", 1},
		"jpeg lying":       {"\xff\xd8\xff\xe1\xff\xffExif\x00\x00" + tiff, 1},
		"directory beyond": {"\xff\xd8\xff\xe1\x00\x12Exif\x00\x00II*\x00\xff\xff\xff\xff", 1},
		"orientation 9":    {"\xff\xd8\xff\xe1\x00\x22Exif\x00\x00" + strings.Replace(tiff, "\x06", "\x09", 1), 1},
		"empty":            {"", 1},
	} {
		if got := Orientation([]byte(tt.data)); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

// kinds gives the same picture in every type of pixels that decoders give.
func kinds(m *image.NRGBA) map[string]image.Image {
	ycc := image.NewYCbCr(m.Rect, image.YCbCrSubsampleRatio444)
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			c := m.NRGBAAt(x, y)
			i := ycc.YOffset(x, y)
			ycc.Y[i], ycc.Cb[i], ycc.Cr[i] = color.RGBToYCbCr(c.R, c.G, c.B)
		}
	}
	out := map[string]image.Image{"NRGBA": m, "YCbCr": ycc}
	for name, d := range map[string]draw.Image{
		"RGBA": image.NewRGBA(m.Rect), "NRGBA64": image.NewNRGBA64(m.Rect),
		"Paletted": image.NewPaletted(m.Rect, color.Palette{color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 255, 0, 255}, color.NRGBA{0, 0, 255, 255}, color.White}),
	} {
		draw.Draw(d, m.Rect, m, image.Point{}, draw.Src)
		out[name] = d
	}
	out["part"] = quarters(100, 100).SubImage(image.Rect(10, 10, 90, 90))
	return out
}

func TestScaleOfEveryKind(t *testing.T) {
	for name, m := range kinds(quarters(40, 40)) {
		for _, size := range []int{1, 2, 7, 10, 39, 40, 90} {
			out := Scale(m, size, size)
			if out.Rect.Dx() != size || out.Rect.Dy() != size {
				t.Fatalf("%s: %v", name, out.Rect)
			}
			if got := corners(out); size > 1 && got != "RGBW" {
				t.Errorf("%s in %d: corners %s", name, size, got)
			}
			if !out.Opaque() {
				t.Errorf("%s in %d is not opaque any more", name, size)
			}
		}
	}
}

func TestScaleKeepsOneColour(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 97, 53))
	c := color.NRGBA{200, 100, 50, 255}
	draw.Draw(m, m.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	out := Scale(m, 31, 17)
	for y := range 17 {
		for x := range 31 {
			if got := out.NRGBAAt(x, y); got != c {
				t.Fatalf("(%d, %d) is %v", x, y, got)
			}
		}
	}
}

// What cannot be seen must lend nothing to what can: the classic dark fringe.
func TestScaleOfTransparency(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for y := range 64 {
		for x := range 64 {
			c := color.NRGBA{0, 0, 0, 0}
			if x >= 32 {
				c = color.NRGBA{250, 200, 150, 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	out := Scale(m, 9, 9)
	for x := range 9 {
		if c := out.NRGBAAt(x, 4); c.A > 8 && (c.R < 245 || c.G < 195 || c.B < 145) {
			t.Errorf("column %d is %v", x, c)
		}
	}
	var b bytes.Buffer
	if err := Encode(&b, out, "jpeg", 90); err != nil {
		t.Fatal(err)
	}
	flat, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if r, g, bl, _ := flat.At(0, 4).RGBA(); r < 0xf000 || g < 0xf000 || bl < 0xf000 {
		t.Error("what is transparent is not white in a JPEG")
	}
}

func TestFit(t *testing.T) {
	m := quarters(100, 60)
	for _, tt := range []struct{ width, w, h int }{{50, 50, 30}, {1, 1, 1}, {100, 100, 60}, {1000, 100, 60}, {0, 1, 1}, {33, 33, 20}} {
		if out := Fit(m, 1, tt.width); out.Rect.Dx() != tt.w || out.Rect.Dy() != tt.h {
			t.Errorf("width %d: %v, want %d × %d", tt.width, out.Rect, tt.w, tt.h)
		}
	}
	strip := image.NewGray(image.Rect(0, 0, 1, 6000))
	if out := Fit(strip, 1, 1); out.Rect.Dy() != 6000 {
		t.Errorf("a strip becomes %v", out.Rect)
	}
}

// bomb is a PNG whose header claims dimensions that nothing stands behind.
func bomb(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	head = binary.BigEndian.AppendUint32(head, h)
	head = append(head, 8, 6, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n"), binary.BigEndian.AppendUint32(nil, 13)...)
	b = append(b, head...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(head))
}

func TestHostileFiles(t *testing.T) {
	good := jpegOf(t, quarters(32, 32))
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":        {nil, "not a JPEG"},
		"text":           {[]byte("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"), "not a JPEG"},
		"html in a jpeg": {[]byte("\xff\xd8\xff<html><script>alert(1)</script>"), "damaged"},
		"truncated jpeg": {good[:len(good)/2], "damaged"},
		"truncated png":  {pngOf(t, quarters(32, 32))[:60], "damaged"},
		"headless":       {good[:8], "damaged"},
		"bomb":           {bomb(60_000, 60_000), "too large"},
		"1 × 60000":      {bomb(1, 60_000), "too large"},
		"60000 × 1":      {bomb(60_000, 1), "too large"},
		"many pixels":    {bomb(30_000, 30_000), "too large"},
		"no pixels":      {bomb(0, 10), "damaged"},
		"beyond an int":  {bomb(1<<31, 1<<31), "damaged"},
	} {
		_, err := Resize(tt.data, 10, "png", 0, DefaultLimits)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	var large *LimitError
	if _, err := Resize(good, 10, "jpeg", 80, Limits{Bytes: 100, Pixels: 1 << 20, Side: 1 << 10}); !errors.As(err, &large) {
		t.Errorf("a file of too many bytes: %v", err)
	}
}

func FuzzResize(f *testing.F) {
	f.Add(jpegOf(f, quarters(8, 8)))
	f.Add(pngOf(f, quarters(8, 8)))
	f.Add(withEXIF(jpegOf(f, quarters(8, 8)), 6))
	f.Add(bomb(9, 9))
	limits := Limits{Bytes: 1 << 16, Pixels: 1 << 16, Side: 1 << 10}
	f.Fuzz(func(t *testing.T, data []byte) {
		out, err := Resize(data, 7, "png", 0, limits)
		if err != nil {
			return
		}
		m, err := png.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if m.Bounds().Dx() > 7 {
			t.Errorf("%v is wider than asked for", m.Bounds())
		}
	})
}
