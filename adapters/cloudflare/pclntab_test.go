package cloudflare

import (
	"bytes"
	"slices"
	"testing"
)

// memoryOf gives the memory that a program begins with.
func memoryOf(t testing.TB, module []byte) []byte {
	t.Helper()
	for r := (wasmReader{data: module[8:]}); len(r.data) > 0; {
		kind := r.byte()
		if section := r.bytes(r.number()); kind == dataSection {
			memory, ok := readMemory(section)
			if !ok {
				t.Fatal("the data section is not one of the go command")
			}
			return memory
		}
	}
	t.Fatal("there is no data section")
	return nil
}

func standard(path string) bool { return path != "main" }

// TestTrimLines looks at what is left of the tables of a program.
func TestTrimLines(t *testing.T) {
	const source = "package main\n\nimport \"strconv\"\n\nfunc main() { println(strconv.Quote(\"x\")) }\n"
	memory := memoryOf(t, compile(t, source, "-w"))
	whole := slices.Clone(memory)
	if !trimLines(memory, standard) {
		t.Fatal("the tables of this Go are not known: see cmd/link/internal/ld/pcln.go for what has changed")
	}
	before, after := findPclntab(whole), findPclntab(memory)
	if before == nil || after == nil || len(before.places) != len(after.places) {
		t.Fatal("the tables are gone")
	}
	files := 0
	for i, at := range before.places {
		b, a := before.funcs[at:], after.funcs[at:]
		name := string(before.name(b))
		if got := string(after.name(a)); got != name {
			t.Fatalf("function %d is %s, was %s", i, got, name)
		}
		for k, off := range before.offsets(b) {
			now := after.offsets(a)[k]
			switch isLines := k == 1 || k == 2; {
			case isLines && packageOf(name) != "main":
				if now != 0 {
					t.Errorf("%s still has lines", name)
				}
			case now != off || !slices.Equal(before.tables[off].values, after.tables[off].values):
				t.Errorf("table %d of %s has changed", k, name)
			case k == 1:
				for _, n := range after.tables[now].values {
					unit := 4 * (number(a[funcCuOffset:]) + uint32(n))
					if off := number(after.units[unit:]); !bytes.HasSuffix(cString(after.files, off), []byte(".go")) && name != "main.init" {
						t.Errorf("a file of %s is %q", name, cString(after.files, off))
					}
					files++
				}
			}
		}
	}
	if files == 0 {
		t.Error("no function of package main has a file")
	}
	if trimmed, all := len(bytes.Trim(after.files, "\x00")), len(before.files); trimmed*2 > all {
		t.Errorf("%d of %d bytes of names of files are left", trimmed, all)
	}

	// Whatever is not as expected stays as it is.
	begin := bytes.Index(whole, []byte(pclntabMagic))
	for _, change := range []int{0, 8, 8 + 3*8, 8 + 6*8, 8 + 7*8} {
		other := slices.Clone(whole)
		other[begin+change]++
		if trimLines(other, standard) {
			t.Errorf("with byte %d of the head changed, the table is still taken for one", change)
		}
	}
	// Two fields of a function that have changed places.
	other := slices.Clone(whole)
	t2 := findPclntab(other)
	for _, at := range t2.places {
		f := t2.funcs[at:]
		for i := range 4 {
			f[funcPcsp+i], f[funcPcfile+i] = f[funcPcfile+i], f[funcPcsp+i]
		}
	}
	if trimLines(other, standard) {
		t.Error("tables of the stack are taken for those of files")
	}
}

func TestPackageOf(t *testing.T) {
	for name, want := range map[string]string{
		"main.main":                          "main",
		"runtime.(*mheap).alloc.func1":       "runtime",
		"internal/runtime/maps.(*Iter).Next": "internal/runtime/maps",
		"type:.eq.net/url.URL":               "net/url",
		"slices.SortFunc[go.shape.[]example.com/a/b.T,go.shape.int]": "slices",
		"example.com/x-y/z%2ev2.F":                                   "example.com/x-y/z%2ev2",
		"gogo":                                                       "gogo",
		"":                                                           "",
	} {
		if got := packageOf(name); got != want {
			t.Errorf("%s is of %q, want %q", name, got, want)
		}
	}
}

func FuzzTrimLines(f *testing.F) {
	f.Add([]byte(pclntabMagic))
	f.Add(smallPclntab())
	f.Fuzz(func(t *testing.T, memory []byte) {
		before := slices.Clone(memory)
		if !trimLines(memory, standard) && !bytes.Equal(before, memory) {
			t.Error("what is refused was changed")
		}
	})
}

// smallPclntab has one function.
func smallPclntab() []byte {
	var b []byte
	put := func(list ...uint64) {
		for _, n := range list {
			b = append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
		}
	}
	b = append(b, pclntabMagic...)
	for _, n := range []uint64{1, 1, 0, 72, 80, 84, 88, 96} {
		put(n, 0)
	}
	b = append(b, "a.f\x00\x00\x00\x00\x00"...)
	put(0)
	b = append(b, "x.g\x00"...)
	b = append(b, 0, 2, 1, 0, 4, 1, 0, 0)
	put(0, 16, 1, 0)                           // the list
	put(0, 0, 0, 0, 4, 1, 4, 1, 0, 5, 0, 1, 0) // the function, one table more
	return b
}

func TestSmallPclntab(t *testing.T) {
	b := smallPclntab()
	if !trimLines(b, func(path string) bool { return path == "a" }) || bytes.Contains(b, []byte("x.g")) || !bytes.Contains(b, []byte("a.f")) || b[88+1] != 2 {
		t.Errorf("left is %q", b)
	}
}

// TestMemory writes pieces of memory and reads them again.
func TestMemory(t *testing.T) {
	for _, tt := range []struct {
		at     []int // bytes that are not zero
		pieces byte
	}{
		{nil, 0},
		{[]int{0}, 1},
		{[]int{5, 5 + joinBelow}, 1},
		{[]int{5, 6 + joinBelow}, 2},
		{[]int{63, 1000, 8191, 1 << 20}, 4},
	} {
		var memory []byte
		for _, at := range tt.at {
			memory = append(memory, make([]byte, at+1-len(memory))...)
			memory[at] = 7
		}
		section := writeMemory(memory)
		if got, ok := readMemory(section); !ok || !bytes.Equal(got, memory) || section[0] != tt.pieces {
			t.Errorf("%v: %d pieces, %t", tt.at, section[0], ok)
		}
	}
	for name, section := range map[string]string{
		"passive":         "\x01\x01\x01x",
		"another memory":  "\x01\x02\x00\x41\x00\x0b\x01x",
		"a global":        "\x01\x00\x23\x00\x0b\x01x",
		"below zero":      "\x01\x00\x41\x7f\x0b\x01x",
		"too far":         "\x01\x00\x41\xff\xff\xff\xff\x07\x0b\x01x",
		"cut off":         "\x01\x00\x41\x00\x0b\x02x",
		"more behind it":  "\x00x",
		"no end of place": "\x01\x00\x41\xff\xff\xff\xff\xff\x0b\x01x",
	} {
		if _, ok := readMemory([]byte(section)); ok {
			t.Errorf("%s is taken", name)
		}
	}
}
