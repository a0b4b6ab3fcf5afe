package cloudflare

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// What a program of Go knows of its own functions lies in its data: their names, the lines of the source, and what the
// collector and panics walk the stack by (runtime/symtab.go, cmd/link/internal/ld/pcln.go). The lines of the standard
// library and of our runtime are a tenth of a small Worker, and no author of a site can do anything about them. They go.
// Names stay, so that the trace of a panic still tells every function, and so does all that a program lives by: inlined
// calls too, which recover counts.
//
// Nothing is moved. What nobody refers to any more becomes zeros, which compress to nothing.

const (
	pclntabMagic = "\xf1\xff\xff\xff\x00\x00\x01\x08" // since Go 1.20; an instruction counts 1, a pointer has 8 bytes
	pclntabHead  = 8 + 8*8

	// Fields of runtime._func, four bytes each.
	funcName      = 4
	funcPcsp      = 16
	funcPcfile    = 20
	funcPcln      = 24
	funcNpcdata   = 28
	funcCuOffset  = 32
	funcStartLine = 36
	funcNfuncdata = 43 // one byte
	funcHead      = 44 // what follows: npcdata offsets of tables, nfuncdata others

	none = ^uint32(0)
)

// pclntab is the table of functions in the memory of a program.
type pclntab struct {
	names, units, files, pcs, funcs []byte // parts of that memory

	places []int // of each function in funcs
	tables map[uint32]pcTable
}

// pcTable is a table that gives a number for each instruction of a function.
type pcTable struct {
	values []int32
	size   int // bytes
}

// trimLines forgets the lines of functions of the packages that drop names, in the memory that a program begins with. It
// changes nothing and gives false when the tables are not as they are known here: then a newer Go has made them.
func trimLines(memory []byte, drop func(path string) bool) bool {
	t := findPclntab(memory)
	if t == nil {
		return false
	}
	pcs, units, files := make([]bool, len(t.pcs)), make([]bool, len(t.units)), make([]bool, len(t.files))
	for _, at := range t.places {
		f := t.funcs[at:]
		clear(f[funcStartLine:][:4]) // nothing but profiles asks for it
		if drop(packageOf(string(t.name(f)))) {
			for _, field := range []int{funcPcfile, funcPcln, funcCuOffset} {
				clear(f[field:][:4]) // offset 0 is no table: runtime.funcline1 says "?"
			}
		}
		for _, off := range t.offsets(f) {
			mark(pcs, off, t.tables[off].size)
		}
		for _, n := range t.tables[number(f[funcPcfile:])].values {
			unit := 4 * (number(f[funcCuOffset:]) + uint32(n))
			mark(units, unit, 4)
			if off := number(t.units[unit:]); off != none {
				mark(files, off, len(cString(t.files, off)))
			}
		}
	}
	clearUnmarked(t.pcs, pcs)
	clearUnmarked(t.units, units)
	clearUnmarked(t.files, files)
	return true
}

func mark(marks []bool, off uint32, n int) {
	for i := range n {
		marks[int(off)+i] = true
	}
}

func clearUnmarked(data []byte, marks []bool) {
	for i, marked := range marks {
		if !marked {
			data[i] = 0
		}
	}
}

// findPclntab looks for the table of functions, and then at all of it: unless everything is as expected there is none.
func findPclntab(memory []byte) *pclntab {
	for {
		i := bytes.Index(memory, []byte(pclntabMagic))
		if i < 0 {
			return nil
		}
		if t := readPclntab(memory[i:]); t != nil {
			return t
		}
		memory = memory[i+1:]
	}
}

func readPclntab(data []byte) *pclntab {
	if len(data) < pclntabHead {
		return nil
	}
	var head [8]uint64 // how many functions and files, something unused, where the parts begin
	for i := range head {
		head[i] = binary.LittleEndian.Uint64(data[8+8*i:])
	}
	begins := head[3:]
	last := uint64(pclntabHead)
	for _, begin := range begins {
		if begin < last || begin > uint64(len(data)) {
			return nil
		}
		last = begin
	}
	t := &pclntab{
		names: data[begins[0]:begins[1]], units: data[begins[1]:begins[2]], files: data[begins[2]:begins[3]],
		pcs: data[begins[3]:begins[4]], funcs: data[begins[4]:],
		tables: map[uint32]pcTable{0: {}},
	}
	// A list of all functions, and then they themselves without gaps.
	n := head[0]
	if n == 0 || n > uint64(len(t.funcs))/(8+funcHead) {
		return nil
	}
	at := align(int(n)*8 + 4)
	for i := range int(n) {
		listed := t.funcs[8*i:]
		if int(number(listed[4:])) != at || at+funcHead > len(t.funcs) {
			return nil
		}
		f := t.funcs[at:]
		size := funcHead + 4*int(number(f[funcNpcdata:])) + 4*int(f[funcNfuncdata])
		if number(f[funcNpcdata:]) > 64 || size > len(f) || number(f) != number(listed) || !t.sound(f) {
			return nil
		}
		t.places = append(t.places, at)
		at = align(at + size)
	}
	// Functions have tables, and there are no others.
	marks := make([]bool, len(t.pcs))
	for off, table := range t.tables {
		mark(marks, off, table.size)
	}
	for i, b := range t.pcs {
		if b != 0 && !marks[i] {
			return nil
		}
	}
	return t
}

// sound reads the tables of a function, and says whether they can be what they should be.
func (t *pclntab) sound(f []byte) bool {
	if t.name(f) == nil {
		return false
	}
	for _, off := range t.offsets(f) {
		if _, known := t.tables[off]; known {
			continue
		}
		table, ok := readPcTable(t.pcs, off)
		if !ok {
			return false
		}
		t.tables[off] = table
	}
	// The files are those of the unit of compilation. Another table in this place would give numbers that are none.
	for _, n := range t.tables[number(f[funcPcfile:])].values {
		unit := 4 * (uint64(number(f[funcCuOffset:])) + uint64(uint32(n)))
		if unit+4 > uint64(len(t.units)) {
			return false
		}
		if off := number(t.units[unit:]); off != none && cString(t.files, off) == nil {
			return false
		}
	}
	return true
}

func (t *pclntab) name(f []byte) []byte { return cString(t.names, number(f[funcName:])) }

// offsets gives those of all tables of a function.
func (t *pclntab) offsets(f []byte) []uint32 {
	list := []uint32{number(f[funcPcsp:]), number(f[funcPcfile:]), number(f[funcPcln:])}
	for i := range int(number(f[funcNpcdata:])) {
		list = append(list, number(f[funcHead+4*i:]))
	}
	return list
}

// readPcTable reads a table: pairs of a change of the number and how many instructions that is for (runtime.step).
func readPcTable(pcs []byte, off uint32) (table pcTable, ok bool) {
	value := int32(-1)
	for at := uint64(off); at < uint64(len(pcs)); {
		change, n := binary.Uvarint(pcs[at:])
		if n <= 0 || change > 1<<32-1 {
			break
		}
		at += uint64(n)
		if change == 0 && len(table.values) > 0 {
			table.size = int(at) - int(off)
			return table, true
		}
		value += int32(-(change & 1) ^ (change >> 1))
		table.values = append(table.values, value)
		if _, n = binary.Uvarint(pcs[at:]); n <= 0 {
			break
		}
		at += uint64(n)
	}
	return pcTable{}, false
}

func number(data []byte) uint32 { return binary.LittleEndian.Uint32(data) }

func align(n int) int { return (n + 7) &^ 7 }

// cString gives the text that begins at an offset, between two NULs; nil where none does.
func cString(data []byte, off uint32) []byte {
	if uint64(off) >= uint64(len(data)) || off > 0 && data[off-1] != 0 {
		return nil
	}
	text, _, ok := bytes.Cut(data[off:], []byte{0})
	if !ok {
		return nil
	}
	return text
}

// packageOf gives the path of the package of a function, with the dots of its last part as the linker writes them: %2e.
func packageOf(function string) string {
	for _, made := range []string{"type:.eq.", "type:.hash.", "go:"} {
		function = strings.TrimPrefix(function, made)
	}
	function, _, _ = strings.Cut(function, "[") // types that it was made for have paths of their own
	slash := strings.LastIndexByte(function, '/') + 1
	if dot := strings.IndexByte(function[slash:], '.'); dot >= 0 {
		return function[:slash+dot]
	}
	return function
}
