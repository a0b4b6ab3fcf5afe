package assets

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"sitegen.dev/core/site/raster"
)

// ImageInfo gives the dimensions in pixels and the format ("png", "jpeg", "gif", "webp", "avif", "svg") of an image,
// from its header alone: no pixel is decoded, and no number of the file decides how much is read or allocated. They are
// those that a browser shows: of a picture that lies on its side by EXIF or by the rules of AVIF, turned. An SVG that
// states neither a size nor a viewBox has the dimensions 0, 0.
func ImageInfo(data []byte) (w, h int, format string, err error) {
	switch {
	case hasAt(data, 0, "\x89PNG\r\n\x1a\n"):
		format = "png"
		if !hasAt(data, 12, "IHDR") || len(data) < 24 {
			return 0, 0, format, errHeader
		}
		w, h = int(binary.BigEndian.Uint32(data[16:])), int(binary.BigEndian.Uint32(data[20:]))
	case hasAt(data, 0, "GIF87a"), hasAt(data, 0, "GIF89a"):
		format = "gif"
		if len(data) < 10 {
			return 0, 0, format, errHeader
		}
		w, h = int(binary.LittleEndian.Uint16(data[6:])), int(binary.LittleEndian.Uint16(data[8:]))
	case hasAt(data, 0, "\xff\xd8"):
		format = "jpeg"
		w, h = jpegSize(data[2:])
	case hasAt(data, 0, "RIFF") && hasAt(data, 8, "WEBP"):
		format = "webp"
		w, h = webpSize(data[12:])
	case hasAt(data, 4, "ftyp"):
		if !avifBrand(data) {
			return 0, 0, "", errFormat
		}
		format = "avif"
		w, h = avifSize(data)
	default:
		w, h, ok := svgSize(data)
		if !ok {
			return 0, 0, "", errFormat
		}
		return w, h, "svg", nil
	}
	if w <= 0 || h <= 0 || w > math.MaxInt32 || h > math.MaxInt32 {
		return 0, 0, format, errHeader
	}
	if format != "avif" && raster.Sideways(raster.Orientation(data)) {
		w, h = h, w
	}
	return w, h, format, nil
}

// Animated says whether a WebP file holds several pictures.
func Animated(data []byte) bool {
	return hasAt(data, 0, "RIFF") && hasAt(data, 8, "WEBPVP8X") && len(data) > 20 && data[20]&2 != 0
}

var (
	errFormat = errors.New("not a PNG, JPEG, GIF, WebP, AVIF or SVG image")
	errHeader = errors.New("the image is damaged: its header states no dimensions")
)

func hasAt(data []byte, off int, s string) bool {
	return len(data) >= off+len(s) && string(data[off:off+len(s)]) == s
}

// jpegSize looks for a start of frame among the segments.
func jpegSize(b []byte) (w, h int) {
	for len(b) >= 4 {
		if b[0] != 0xff {
			return 0, 0
		}
		marker := b[1]
		switch {
		case marker == 0xff: // fill byte
			b = b[1:]
			continue
		case marker == 0x01, 0xd0 <= marker && marker <= 0xd7: // without a length
			b = b[2:]
			continue
		}
		n := int(binary.BigEndian.Uint16(b[2:]))
		if n < 2 || len(b) < 2+n {
			return 0, 0
		}
		if 0xc0 <= marker && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc {
			if n < 8 {
				return 0, 0
			}
			return int(binary.BigEndian.Uint16(b[7:])), int(binary.BigEndian.Uint16(b[5:]))
		}
		if marker == 0xd9 || marker == 0xda { // the picture begins or ends
			return 0, 0
		}
		b = b[2+n:]
	}
	return 0, 0
}

func webpSize(b []byte) (w, h int) {
	if len(b) < 18 {
		return 0, 0
	}
	d := b[8:] // the chunk's data
	switch string(b[:4]) {
	case "VP8 ":
		if string(d[3:6]) == "\x9d\x01\x2a" {
			return int(binary.LittleEndian.Uint16(d[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(d[8:]) & 0x3fff)
		}
	case "VP8L":
		if d[0] == 0x2f {
			bits := binary.LittleEndian.Uint32(d[1:])
			return int(bits&0x3fff) + 1, int(bits>>14&0x3fff) + 1
		}
	case "VP8X":
		u24 := func(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
		return u24(d[4:]) + 1, u24(d[7:]) + 1
	}
	return 0, 0
}

// box cuts the first box of an ISO base media file off b. ok is false when there is none that is whole.
func box(b []byte) (kind string, body, rest []byte, ok bool) {
	if len(b) < 8 {
		return "", nil, nil, false
	}
	size, head := uint64(binary.BigEndian.Uint32(b)), uint64(8)
	switch size {
	case 0:
		size = uint64(len(b))
	case 1:
		if len(b) < 16 {
			return "", nil, nil, false
		}
		size, head = binary.BigEndian.Uint64(b[8:]), 16
	}
	if size < head || size > uint64(len(b)) {
		return "", nil, nil, false
	}
	return string(b[4:8]), b[head:size], b[size:], true
}

// find gives the body of the first box of a kind.
func find(b []byte, kind string) []byte {
	for {
		k, body, rest, ok := box(b)
		if !ok {
			return nil
		}
		if k == kind {
			return body
		}
		b = rest
	}
}

func avifBrand(data []byte) bool {
	kind, body, _, ok := box(data)
	if !ok || kind != "ftyp" {
		return false
	}
	for i := 0; i+4 <= len(body) && i < 256; i += 4 { // major brand, version, compatible brands
		if s := string(body[i : i+4]); i != 4 && (s == "avif" || s == "avis") {
			return true
		}
	}
	return false
}

// avifSize follows the primary item to its properties; a file has further sizes, of tiles and thumbnails.
func avifSize(data []byte) (w, h int) {
	meta := find(data, "meta")
	if len(meta) < 4 {
		return 0, 0
	}
	meta = meta[4:]
	primary, ok := primaryItem(find(meta, "pitm"))
	iprp := find(meta, "iprp")
	if !ok || iprp == nil {
		return 0, 0
	}
	properties := find(iprp, "ipco")
	wanted := associations(find(iprp, "ipma"), primary)
	turned := false
	for i := 1; len(wanted) > 0; i++ {
		kind, body, rest, ok := box(properties)
		if !ok {
			break
		}
		properties = rest
		if !wanted[i] {
			continue
		}
		switch {
		case kind == "ispe" && len(body) >= 12:
			w, h = int(binary.BigEndian.Uint32(body[4:])), int(binary.BigEndian.Uint32(body[8:]))
		case kind == "irot" && len(body) >= 1:
			turned = body[0]&1 == 1 // a quarter or three quarters
		}
	}
	if turned {
		w, h = h, w
	}
	return w, h
}

func primaryItem(b []byte) (uint32, bool) {
	switch {
	case len(b) >= 6 && b[0] == 0:
		return uint32(binary.BigEndian.Uint16(b[4:])), true
	case len(b) >= 8 && b[0] != 0:
		return binary.BigEndian.Uint32(b[4:]), true
	}
	return 0, false
}

// associations gives the indices, from 1, of an item's properties.
func associations(b []byte, item uint32) map[int]bool {
	if len(b) < 8 {
		return nil
	}
	wideIDs, wideIndex := b[0] >= 1, b[3]&1 == 1
	for b = b[8:]; ; {
		var id uint32
		switch {
		case wideIDs && len(b) >= 5:
			id, b = binary.BigEndian.Uint32(b), b[4:]
		case !wideIDs && len(b) >= 3:
			id, b = uint32(binary.BigEndian.Uint16(b)), b[2:]
		default:
			return nil
		}
		n, size := int(b[0]), 1
		b = b[1:]
		if wideIndex {
			size = 2
		}
		if len(b) < n*size {
			return nil
		}
		if id != item {
			b = b[n*size:]
			continue
		}
		wanted := map[int]bool{}
		for ; n > 0; n-- {
			if wideIndex {
				wanted[int(binary.BigEndian.Uint16(b)&0x7fff)] = true
			} else {
				wanted[int(b[0]&0x7f)] = true
			}
			b = b[size:]
		}
		return wanted
	}
}

// svgSize reads the root element. Only the first megabyte is looked at.
func svgSize(data []byte) (w, h int, ok bool) {
	data = bytes.TrimPrefix(data[:min(len(data), 1<<20)], []byte("\xef\xbb\xbf"))
	if start := bytes.TrimLeft(data, " \t\r\n"); len(start) == 0 || start[0] != '<' {
		return 0, 0, false
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for {
		tok, err := d.RawToken()
		if err != nil {
			return 0, 0, false
		}
		root, isStart := tok.(xml.StartElement)
		if !isStart {
			continue
		}
		if root.Name.Local != "svg" {
			return 0, 0, false
		}
		width, height, vw, vh := 0.0, 0.0, 0.0, 0.0
		for _, a := range root.Attr {
			if a.Name.Space != "" {
				continue
			}
			switch a.Name.Local {
			case "width":
				width = length(a.Value)
			case "height":
				height = length(a.Value)
			case "viewBox":
				if f := strings.FieldsFunc(a.Value, func(r rune) bool { return strings.ContainsRune(" ,\t\r\n", r) }); len(f) == 4 {
					vw, vh = length(f[2]), length(f[3])
				}
			}
		}
		if vw > 0 && vh > 0 {
			switch {
			case width == 0 && height == 0:
				width, height = vw, vh
			case width == 0:
				width = height * vw / vh
			case height == 0:
				height = width * vh / vw
			}
		}
		if width == 0 || height == 0 || width > math.MaxInt32 || height > math.MaxInt32 {
			return 0, 0, true
		}
		return max(1, int(math.Round(width))), max(1, int(math.Round(height))), true
	}
}

// length gives an SVG length in pixels, 0 for one that depends on its surroundings.
func length(s string) float64 {
	s = strings.TrimSpace(s)
	factor := 1.0
	for unit, f := range map[string]float64{"px": 1, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4, "pt": 96.0 / 72, "pc": 16} {
		if strings.HasSuffix(s, unit) {
			s, factor = strings.TrimSuffix(s, unit), f
			break
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f > 0) || math.IsInf(f, 0) {
		return 0
	}
	return f * factor
}
