package cloudflare

import (
	"encoding/binary"
	mathrand "math/rand/v2"
	"slices"
	"testing"
)

// TestGenerators looks for states of random generators in a memory.
func TestGenerators(t *testing.T) {
	memory := make([]byte, 4000)
	put := func(at int, block uint32) {
		seed := [32]byte{1, byte(at)}
		g := mathrand.NewChaCha8(seed)
		for range block / 4 * 32 {
			g.Uint64()
		}
		n := 32
		if block == 12 {
			n = 28 // the others become the next seed
		}
		for i := range n {
			binary.LittleEndian.PutUint64(memory[at+8*i:], g.Uint64())
		}
		copy(memory[at+256:], seed[:])
		binary.LittleEndian.PutUint32(memory[at+288:], 5)
		binary.LittleEndian.PutUint32(memory[at+292:], uint32(n))
		binary.LittleEndian.PutUint32(memory[at+296:], block)
	}
	put(0, 0)
	put(800, 8)
	put(1600, 12)
	put(2400, 0)
	memory[2400]++ // is none
	put(4000-304, 4)
	if got := generators(memory); !slices.Equal(got, []int{0, 800, 1600, 4000 - 304}) {
		t.Errorf("found are %v", got)
	}
}

// TestResume changes variables and memory of a program.
func TestResume(t *testing.T) {
	module := compile(t, "package main\n\nfunc main() {}\n", "-s -w")
	if _, ok := exportGlobals(module); !ok {
		t.Error("the variables of a program of this Go are not as expected")
	}
	memory := make([]byte, 3<<16)
	memory[70000] = 7
	globals := []string{"-5", "123456789012345", "-1", "0", "0", "0", "0", "1"}
	started, ok := resume(module, memory, globals)
	if !ok {
		t.Fatal("this Go writes other programs")
	}
	if got := memoryOf(t, started); len(got) != 70001 || got[70000] != 7 {
		t.Errorf("the memory has %d bytes", len(got))
	}
	mapSections(started, func(kind byte, contents []byte) ([]byte, bool) {
		switch kind {
		case memorySection:
			if string(contents) != "\x01\x00\x03" {
				t.Errorf("the memory is declared as %x", contents)
			}
		case globalSection:
			want := "\x08\x7f\x01\x41\x7b\x0b\x7e\x01\x42\xf9\xbe\xb7\xb0\x88\x89\x1c\x0b\x7e\x01\x42\x7f\x0b"
			if string(contents[:len(want)]) != want {
				t.Errorf("the variables are %x, want %x", contents[:len(want)], want)
			}
		}
		return contents, true
	})
	for name, bad := range map[string][]string{"one less": globals[1:], "no number": append([]string{"x"}, globals[1:]...)} {
		if _, ok := resume(module, memory, bad); ok {
			t.Errorf("%s: taken", name)
		}
	}
	if _, ok := resume(module, memory[:1000], globals); ok {
		t.Error("a piece of a page is taken")
	}
}
