package assets

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

func encoded(t testing.TB, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b, image.NewPaletted(image.Rect(0, 0, 31, 17), color.Palette{color.Black, color.White})); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func isoBox(kind string, parts ...string) string {
	body := strings.Join(parts, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))) + kind + body
}

func u32(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }

func avif(extra string, associated string) string {
	ispe := func(w, h int) string { return isoBox("ispe", u32(0), u32(w), u32(h)) }
	return isoBox("ftyp", "mif1", u32(0), "mif1avif") + isoBox("mdat", "xx") + isoBox("meta", u32(0),
		isoBox("pitm", u32(0), "\x00\x02"),
		isoBox("iprp",
			isoBox("ipco", ispe(8, 8), isoBox("pixi", "x"), ispe(400, 300), extra),
			isoBox("ipma", u32(0), u32(2), "\x00\x01\x01\x01", "\x00\x02", associated)))
}

func images(t testing.TB) map[string]string {
	progressive := "\xff\xd8\xff\xe1\x00\x08EXIF\x00\x00\xff\xff\xc4\x00\x04ab\xff\xc2\x00\x0b\x08\x00\x11\x00\x1f\x01\x01\x11\x00\xff\xda"
	return map[string]string{
		"png 31x17":    string(encoded(t, func(b *bytes.Buffer, m image.Image) error { return png.Encode(b, m) })),
		"gif 31x17":    string(encoded(t, func(b *bytes.Buffer, m image.Image) error { return gif.Encode(b, m, nil) })),
		"jpeg 31x17":   string(encoded(t, func(b *bytes.Buffer, m image.Image) error { return jpeg.Encode(b, m, nil) })),
		"jpeg 31x17 p": progressive,
		"webp 550x368": "RIFF\x68\x76\x00\x00WEBPVP8 \x5c\x76\x00\x00\xd2\xbe\x01\x9d\x01\x2a\x26\x02\x70\x01",
		"webp 386x395": "RIFF\xbe\x1c\x00\x00WEBPVP8L\xb1\x1c\x00\x00\x2f\x81\x81\x62\x00\x00\x00\x00\x00\x00",
		"webp 400x301": "RIFF\xbe\x1c\x00\x00WEBPVP8X\x0a\x00\x00\x00\x10\x00\x00\x00\x8f\x01\x00\x2c\x01\x00",
		"avif 400x300": avif("", "\x02\x02\x83"),
		"avif 300x400": avif(isoBox("irot", "\x01"), "\x02\x03\x84"),
		"svg 24x12":    `<svg viewBox="0 0 24 12"/>`,
		"svg 48x24":    "\xef\xbb\xbf<?xml version='1.0' encoding='ISO-8859-1'?>\n<!-- <svg width='1'> --><!DOCTYPE svg [<!ENTITY a 'b'>]>\n<svg width='48' viewBox='0,0,24,12' xmlns='x'><p/>",
		"svg 10x20":    `<svg height="20px" viewBox="0 0 5 10"></svg>`,
		"svg 96x38":    `<svg:svg width="1in" height="1.00cm" x:width="7"/>`,
		"svg 24x24":    `<svg width="100%" height="2em" viewBox="-1 -1 24 24"/>`,
		"svg 0x0":      `<svg width="auto"/>`,
		"svg 0x0 2":    `<svg width="1e300" height="1e300"/>`,
	}
}

func TestImageInfo(t *testing.T) {
	for want, data := range images(t) {
		w, h, format, err := ImageInfo([]byte(data))
		got := fmt.Sprintf("%s %dx%d", format, w, h)
		if err != nil || !strings.HasPrefix(want, got) {
			t.Errorf("got %s, %v; want %s", got, err, want)
		}
		if format == "svg" {
			continue
		}
		for n := range min(len(data), 400) { // cut off anywhere: an answer or an error, never a panic
			ImageInfo([]byte(data[:n]))
		}
		if _, _, _, err := ImageInfo([]byte(data[:9])); err == nil {
			t.Errorf("%s: 9 bytes are enough", want)
		}
	}
	for _, bad := range []string{"", "x", "<html><svg width='1'/>", "BM", "  <!-- ", "\x00\x00\x00\x10ftypheic\x00\x00\x00\x00", "\xff\xd8\xff\xd9\x00\x02", "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\xff\xff\xff\xff\x00\x00\x00\x01"} {
		if w, h, format, err := ImageInfo([]byte(bad)); err == nil {
			t.Errorf("ImageInfo(%q) = %d, %d, %s", bad, w, h, format)
		}
	}
}

func FuzzImageInfo(f *testing.F) {
	for _, data := range images(f) {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w, h, format, err := ImageInfo(data)
		if err == nil && (w < 0 || h < 0 || format == "" || format != "svg" && (w == 0 || h == 0)) {
			t.Errorf("%d %d %s", w, h, format)
		}
	})
}
