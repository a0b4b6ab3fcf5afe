package assets

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"

	"github.com/andybalholm/brotli"
)

// FontMetrics are what a fallback needs to take the same room as a font, in units of which UnitsPerEm make an em.
type FontMetrics struct {
	UnitsPerEm, Ascent, Descent, LineGap int
	Width                                int // of a letter of English text, on average
}

var errFont = errors.New("not a TrueType, OpenType, WOFF or WOFF2 font, or a damaged one")

// maxFont bounds what a compressed font may become, in bytes.
const maxFont = 64 << 20

// FontInfo reads the metrics of a font in TrueType, OpenType, WOFF or WOFF2 format. Of a collection nothing is read.
func FontInfo(data []byte) (FontMetrics, error) {
	var tables fontTables
	switch {
	case hasAt(data, 0, "wOF2"):
		tables = woff2Tables(data)
	case hasAt(data, 0, "wOFF"):
		tables = woffTables(data)
	case hasAt(data, 0, "\x00\x01\x00\x00"), hasAt(data, 0, "OTTO"), hasAt(data, 0, "true"):
		tables = sfntTables(data)
	}
	head, hhea := tables["head"], tables["hhea"]
	if len(head) < 20 || len(hhea) < 36 {
		return FontMetrics{}, errFont
	}
	signed := func(b []byte) int { return int(int16(binary.BigEndian.Uint16(b))) }
	m := FontMetrics{
		UnitsPerEm: int(binary.BigEndian.Uint16(head[18:])), Ascent: signed(hhea[4:]), Descent: -signed(hhea[6:]), LineGap: signed(hhea[8:]),
	}
	if m.UnitsPerEm < 16 || m.Ascent <= 0 {
		return FontMetrics{}, errFont
	}
	m.Width = averageWidth(tables["cmap"], tables["hmtx"], int(binary.BigEndian.Uint16(hhea[34:])), tables.transformed("hmtx"))
	return m, nil
}

// letters says how often each letter, and a blank, occurs in ten thousand characters of English text.
var letters = map[rune]int{
	' ': 1800, 'e': 1041, 't': 743, 'a': 670, 'o': 616, 'i': 571, 'n': 554, 's': 519, 'h': 500, 'r': 491, 'd': 349, 'l': 330, 'c': 228, 'u': 226,
	'm': 197, 'w': 194, 'f': 183, 'g': 165, 'y': 162, 'p': 158, 'b': 122, 'v': 80, 'k': 63, 'j': 13, 'x': 12, 'q': 8, 'z': 6,
}

// averageWidth weighs the advance widths of letters by their frequency; 0 for a font without them.
func averageWidth(cmap, hmtx []byte, metrics int, transformed bool) int {
	glyph := glyphs(cmap)
	size := 4
	if transformed { // flags, then the widths alone
		size = 2
		if len(hmtx) > 0 {
			hmtx = hmtx[1:]
		}
	}
	sum, count := 0, 0
	for r, n := range letters {
		g := glyph(r)
		if g <= 0 {
			continue
		}
		if g = min(g, metrics-1); g < 0 || size*g+2 > len(hmtx) { // the last width is that of all that follow
			continue
		}
		sum += n * int(binary.BigEndian.Uint16(hmtx[size*g:]))
		count += n
	}
	if count < 5000 {
		return 0
	}
	return sum / count
}

// glyphs gives the glyphs of characters by a subtable of format 4 or 12.
func glyphs(cmap []byte) func(rune) int {
	none := func(rune) int { return 0 }
	if len(cmap) < 4 {
		return none
	}
	u16 := func(b []byte, at int) int {
		if at < 0 || at+2 > len(b) {
			return 0
		}
		return int(binary.BigEndian.Uint16(b[at:]))
	}
	u32 := func(b []byte, at int) int {
		if at < 0 || at+4 > len(b) {
			return 0
		}
		return int(binary.BigEndian.Uint32(b[at:]))
	}
	for i := range min(u16(cmap, 2), 64) {
		offset := u32(cmap, 4+8*i+4)
		if offset <= 0 || offset >= len(cmap) {
			continue
		}
		t := cmap[offset:]
		switch u16(t, 0) {
		case 4:
			segments := u16(t, 6) / 2
			return func(r rune) int {
				for s := range segments {
					if end := u16(t, 14+2*s); int(r) > end {
						continue
					}
					start, delta, at := u16(t, 16+2*segments+2*s), u16(t, 16+4*segments+2*s), 16+6*segments+2*s
					if int(r) < start {
						return 0
					}
					if off := u16(t, at); off != 0 {
						if g := u16(t, at+off+2*(int(r)-start)); g != 0 {
							return (g + delta) & 0xffff
						}
						return 0
					}
					return (int(r) + delta) & 0xffff
				}
				return 0
			}
		case 12:
			groups := min(u32(t, 12), 100_000)
			return func(r rune) int {
				for g := range groups {
					if start, end := u32(t, 16+12*g), u32(t, 20+12*g); start <= int(r) && int(r) <= end {
						return u32(t, 24+12*g) + int(r) - start
					}
				}
				return 0
			}
		}
	}
	return none
}

// fontTables are the tables of a font by their tags; that of a transformed one has "!" behind it.
type fontTables map[string][]byte

func (t fontTables) transformed(tag string) bool { _, ok := t[tag+"!"]; return ok }

func sfntTables(data []byte) fontTables {
	if len(data) < 12 {
		return nil
	}
	out := fontTables{}
	for i := range int(binary.BigEndian.Uint16(data[4:])) {
		if len(data) < 28+16*i {
			return nil
		}
		e := data[12+16*i:]
		off, n := uint64(binary.BigEndian.Uint32(e[8:])), uint64(binary.BigEndian.Uint32(e[12:]))
		if off+n > uint64(len(data)) {
			return nil
		}
		out[string(e[:4])] = data[off : off+n]
	}
	return out
}

func woffTables(data []byte) fontTables {
	if len(data) < 44 {
		return nil
	}
	out := fontTables{}
	for i := range int(binary.BigEndian.Uint16(data[12:])) {
		if len(data) < 64+20*i {
			return nil
		}
		e := data[44+20*i:]
		off, packed, n := uint64(binary.BigEndian.Uint32(e[4:])), uint64(binary.BigEndian.Uint32(e[8:])), uint64(binary.BigEndian.Uint32(e[12:]))
		if off+packed > uint64(len(data)) || n > maxFont {
			return nil
		}
		tag, b := string(e[:4]), data[off:off+packed]
		if !neededTables[tag] {
			continue
		}
		if packed < n {
			r, err := zlib.NewReader(bytes.NewReader(b))
			if err != nil {
				return nil
			}
			if b, err = io.ReadAll(io.LimitReader(r, int64(n))); err != nil {
				return nil
			}
		}
		out[tag] = b
	}
	return out
}

var neededTables = map[string]bool{"head": true, "hhea": true, "hmtx": true, "cmap": true}

// woff2Tags are the tags that the format has numbers for.
var woff2Tags = [63]string{
	"cmap", "head", "hhea", "hmtx", "maxp", "name", "OS/2", "post", "cvt ", "fpgm", "glyf", "loca", "prep", "CFF ", "VORG", "EBDT", "EBLC", "gasp", "hdmx",
	"kern", "LTSH", "PCLT", "VDMX", "vhea", "vmtx", "BASE", "GDEF", "GPOS", "GSUB", "EBSC", "JSTF", "MATH", "CBDT", "CBLC", "COLR", "CPAL", "SVG ", "sbix",
	"acnt", "avar", "bdat", "bloc", "bsln", "cvar", "fdsc", "feat", "fmtx", "fvar", "gvar", "hsty", "just", "lcar", "mort", "morx", "opbd", "prop", "trak",
	"Zapf", "Silf", "Glat", "Gloc", "Feat", "Sill",
}

func woff2Tables(data []byte) fontTables {
	if len(data) < 48 || hasAt(data, 4, "ttcf") {
		return nil
	}
	type entry struct {
		tag         string
		size        int
		transformed bool
	}
	var entries []entry
	b := data[48:]
	number := func() (n int, ok bool) { // UIntBase128
		for i := 0; i < 5 && len(b) > 0; i++ {
			c := b[0]
			b = b[1:]
			n = n<<7 | int(c&0x7f)
			if c&0x80 == 0 {
				return n, n <= maxFont
			}
		}
		return 0, false
	}
	for range int(binary.BigEndian.Uint16(data[12:])) {
		if len(b) < 1 {
			return nil
		}
		flags := b[0]
		b = b[1:]
		e := entry{}
		if flags&0x3f == 0x3f {
			if len(b) < 4 {
				return nil
			}
			e.tag, b = string(b[:4]), b[4:]
		} else {
			e.tag = woff2Tags[flags&0x3f]
		}
		var ok bool
		if e.size, ok = number(); !ok {
			return nil
		}
		glyf := e.tag == "glyf" || e.tag == "loca"
		if version := flags >> 6; glyf && version != 3 || !glyf && version != 0 {
			e.transformed = true
			if e.size, ok = number(); !ok {
				return nil
			}
		}
		entries = append(entries, e)
	}
	packed := uint64(binary.BigEndian.Uint32(data[20:]))
	if packed > uint64(len(b)) {
		return nil
	}
	plain, err := io.ReadAll(io.LimitReader(brotli.NewReader(bytes.NewReader(b[:packed])), maxFont))
	if err != nil {
		return nil
	}
	out := fontTables{}
	for _, e := range entries {
		if e.size > len(plain) {
			return nil
		}
		out[e.tag] = plain[:e.size]
		if e.transformed {
			out[e.tag+"!"] = nil
		}
		plain = plain[e.size:]
	}
	return out
}
