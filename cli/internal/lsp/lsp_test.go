package lsp

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"sitegen.dev/core/syntax"
)

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"Content-Length: 2\r\n\r\n{}", "Content-Length: 1\r\n\r\n{", "Content-Length: -4\r\n\r\n", "x\r\n\r\nContent-Length: 2\r\n\r\n{}",
		"Content-Length: 9999999999\r\n\r\n{}", "content-length:2\n\n[]",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		// What comes behind garbage and a blank line is read again.
		good := []byte("\r\n\r\nContent-Length: 40\r\n\r\n" + `{"jsonrpc":"2.0","id":1,"method":"hello"}`)
		c := newConn(io.MultiReader(bytes.NewReader(in), bytes.NewReader(good)), io.Discard)
		for range len(in) + 2 {
			_, err := c.read()
			if err != nil && !errors.Is(err, errGarbage) {
				return
			}
		}
		t.Fatal("reading does not end")
	})
}

func TestReadBehindGarbage(t *testing.T) {
	good := "Content-Length: 40\r\n\r\n" + `{"jsonrpc":"2.0","id":1,"method":"helo"}`
	for _, garbage := range []string{"", "x", "x\n", "\r\n\r\n\r\n", "Content-Length: x\r\n\r\n", "{}{}{}", "Content-Type: a\r\nX: 1\r\n"} {
		c := newConn(bytes.NewReader([]byte(garbage+good)), io.Discard)
		m, err := c.read()
		if err != nil || m.Method != "helo" {
			t.Errorf("behind %q: %+v, %v", garbage, m, err)
		}
	}
}

func FuzzPositions(f *testing.F) {
	f.Add([]byte("a🍃b\r\nc\xffd\n\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		text := newText(in)
		last := position{}
		for off := range len(in) + 1 {
			p := text.position(off)
			if p.Line < last.Line || p.Line == last.Line && p.Character < last.Character {
				t.Fatalf("byte %d is at %v, before %v", off, p, last)
			}
			last = p
			// The place as the protocol counts it, where a byte begins a character.
			if line := in[bytes.LastIndexByte(in[:off], '\n')+1 : off]; utf8.Valid(line) && (off == len(in) || utf8.RuneStart(in[off])) {
				if want := (position{bytes.Count(in[:off], []byte{'\n'}), len(utf16.Encode([]rune(string(line))))}); p != want || text.offset(p) != off {
					t.Fatalf("byte %d is at %v, want %v; that is byte %d", off, p, want, text.offset(p))
				}
			}
			if got := text.offset(p); got < off-3 || got > off+3 || text.position(got) != p {
				t.Fatalf("byte %d is at %v, which is byte %d at %v", off, p, got, text.position(got))
			}
		}
	})
}

// FuzzSpot wants only that no document and no place in it is too much.
func FuzzSpot(f *testing.F) {
	for _, s := range []string{"---\nimport \"./a", "<", "<Card a", "<Card {", "<p>{<", "{if x { <b a=\"", "---\nimport (\n\tA \"", "<Card title=`a${"} {
		f.Add(s, len(s))
	}
	f.Fuzz(func(t *testing.T, in string, off int) {
		file, _ := syntax.Parse("a.gosite", []byte(in))
		if off < 0 || off > len(in) {
			return
		}
		s := spotAt(file, off)
		if s.start > off || s.start < 0 {
			t.Fatalf("the word at %d begins at %d", off, s.start)
		}
		elements(file, newText(file.Src), file.Nodes)
	})
}
