package assets

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"testing"

	"github.com/andybalholm/brotli"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
)

// repacked writes the tables of a TrueType font as WOFF or WOFF2.
func repacked(ttf []byte, two bool) []byte {
	u16 := func(n int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(n)) }
	u32 := func(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }
	tables := sfntTables(ttf)
	names := []string{"head", "hhea", "cmap", "hmtx", "glyf"}
	if two {
		var dir, plain bytes.Buffer
		for _, name := range names {
			flags := byte(0x3f)
			if name == "glyf" {
				flags |= 3 << 6 // not transformed
			}
			dir.WriteByte(flags)
			dir.WriteString(name)
			n := len(tables[name])
			dir.Write([]byte{byte(n>>21) | 0x80, byte(n>>14) | 0x80, byte(n>>7) | 0x80, byte(n & 0x7f)})
			plain.Write(tables[name])
		}
		var packed bytes.Buffer
		w := brotli.NewWriter(&packed)
		w.Write(plain.Bytes())
		w.Close()
		head := append([]byte("wOF2\x00\x01\x00\x00"), u32(0)...)
		head = append(append(head, u16(len(names))...), 0, 0)
		head = append(append(head, u32(0)...), u32(packed.Len())...)
		head = append(head, make([]byte, 48-len(head))...)
		return append(append(head, dir.Bytes()...), packed.Bytes()...)
	}
	head := append([]byte("wOFF\x00\x01\x00\x00"), u32(0)...)
	head = append(head, u16(len(names))...)
	head = append(head, make([]byte, 44-len(head))...)
	var body bytes.Buffer
	for _, name := range names {
		var packed bytes.Buffer
		w := zlib.NewWriter(&packed)
		w.Write(tables[name])
		w.Close()
		if packed.Len() >= len(tables[name]) {
			packed.Reset()
			packed.Write(tables[name])
		}
		head = append(append(append(append(append(head, name...), u32(44+20*len(names)+body.Len())...), u32(packed.Len())...), u32(len(tables[name]))...), 0, 0, 0, 0)
		body.Write(packed.Bytes())
	}
	return append(head, body.Bytes()...)
}

func TestFontInfo(t *testing.T) {
	want, err := FontInfo(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	// As the tables of Go Regular have it; its letters are about as wide as those of Helvetica.
	if want.UnitsPerEm != 2048 || want.Ascent < 1900 || want.Descent < 300 || want.Width < 850 || want.Width > 1000 {
		t.Errorf("%+v", want)
	}
	for name, data := range map[string][]byte{"woff": repacked(goregular.TTF, false), "woff2": repacked(goregular.TTF, true)} {
		if got, err := FontInfo(data); err != nil || got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if mono, err := FontInfo(gomono.TTF); err != nil || mono.Width != 1229 {
		t.Errorf("a font of one width: %+v, %v", mono, err)
	}
	for _, bad := range [][]byte{nil, []byte("wOF2"), []byte("OTTO"), goregular.TTF[:100], goregular.TTF[4:], repacked(goregular.TTF, true)[:200], []byte("wOFFxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")} {
		if m, err := FontInfo(bad); err == nil {
			t.Errorf("%d bytes are a font: %+v", len(bad), m)
		}
	}
}

func FuzzFontInfo(f *testing.F) {
	f.Add(goregular.TTF[:2000])
	f.Add(repacked(goregular.TTF, true)[:400])
	f.Add(repacked(goregular.TTF, false)[:400])
	f.Fuzz(func(t *testing.T, data []byte) { FontInfo(data) })
}
