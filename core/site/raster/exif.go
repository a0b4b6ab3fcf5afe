package raster

import (
	"bytes"
	"encoding/binary"
	"image"
)

// Orientation gives the orientation that the EXIF data of a JPEG, PNG or WebP file asks for, from 1 to 8 as TIFF 6.0
// numbers them; 1, as it is stored, where it asks for none. Browsers show pictures accordingly.
func Orientation(data []byte) int {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8")):
		return jpegOrientation(data[2:])
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		for b := data[8:]; len(b) >= 12; {
			n := uint64(binary.BigEndian.Uint32(b))
			if n > uint64(len(b)-12) {
				return 1
			}
			switch string(b[4:8]) {
			case "eXIf":
				return tiffOrientation(b[8 : 8+n])
			case "IDAT": // what follows is not for the picture
				return 1
			}
			b = b[12+n:]
		}
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		for b := data[12:]; len(b) >= 8; {
			n := uint64(binary.LittleEndian.Uint32(b[4:]))
			if n > uint64(len(b)-8) {
				return 1
			}
			if string(b[:4]) == "EXIF" {
				return tiffOrientation(bytes.TrimPrefix(b[8:8+n], []byte("Exif\x00\x00")))
			}
			b = b[min(8+n+n&1, uint64(len(b))):]
		}
	}
	return 1
}

// jpegOrientation looks for the first Exif segment before the picture.
func jpegOrientation(b []byte) int {
	for len(b) >= 4 && b[0] == 0xff {
		marker := b[1]
		switch {
		case marker == 0xff:
			b = b[1:]
			continue
		case marker == 0xda || marker == 0xd9:
			return 1
		case marker == 0x01 || 0xd0 <= marker && marker <= 0xd8:
			b = b[2:]
			continue
		}
		n := int(binary.BigEndian.Uint16(b[2:]))
		if n < 2 || len(b) < 2+n {
			return 1
		}
		if exif, ok := bytes.CutPrefix(b[4:2+n], []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			return tiffOrientation(exif)
		}
		b = b[2+n:]
	}
	return 1
}

// tiffOrientation reads the tag 0x0112 of the first directory.
func tiffOrientation(b []byte) int {
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := uint64(order.Uint32(b[4:]))
	if at+2 > uint64(len(b)) {
		return 1
	}
	n := int(order.Uint16(b[at:]))
	entries := b[at+2:]
	for i := 0; i < n && len(entries) >= 12; i++ {
		if order.Uint16(entries) == 0x0112 && order.Uint16(entries[2:]) == 3 {
			if v := int(order.Uint16(entries[8:])); 1 <= v && v <= 8 {
				return v
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}

// Sideways says whether an orientation swaps width and height.
func Sideways(orientation int) bool { return orientation >= 5 }

// Turn gives m as an orientation asks for.
func Turn(m *image.NRGBA, orientation int) *image.NRGBA {
	if orientation < 2 || orientation > 8 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	if Sideways(orientation) {
		w, h = h, w
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			sx, sy := x, y
			switch orientation {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, w-1-x
			case 7:
				sx, sy = h-1-y, w-1-x
			case 8:
				sx, sy = h-1-y, x
			}
			copy(out.Pix[out.PixOffset(x, y):][:4], m.Pix[m.PixOffset(m.Rect.Min.X+sx, m.Rect.Min.Y+sy):][:4])
		}
	}
	return out
}
