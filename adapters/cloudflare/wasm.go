package cloudflare

import (
	"bytes"
	"encoding/binary"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// The parts of a WebAssembly module that are looked at here (WebAssembly Core Specification 2.0, 5.5).
const (
	customSection = 0
	importSection = 2
	codeSection   = 10
	dataSection   = 11

	functionNames  = 1 // a part of the custom section "name"
	functionImport = 0
)

var errWasm = errors.New("the program is not the WebAssembly that the go command writes")

// wasmReader reads the numbers and texts of a module.
type wasmReader struct {
	data []byte
	bad  bool
}

func (r *wasmReader) number() int {
	n, size := binary.Uvarint(r.data)
	if size <= 0 || n > 1<<31 {
		r.bad, r.data = true, nil
		return 0
	}
	r.data = r.data[size:]
	return int(n)
}

func (r *wasmReader) bytes(n int) []byte {
	if n < 0 || n > len(r.data) {
		r.bad, r.data = true, nil
		return nil
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *wasmReader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// function is a function of a module.
type function struct {
	name string // as the linker writes it: all but letters, digits, lines and dots are lines
	size int    // bytes of code
}

// strip makes a module smaller: without custom sections, which nothing needs to run, without the lines of packages that
// drop names (trimLines), and with memory that compresses well. It gives the functions that the sections have named.
func strip(module []byte, drop func(path string) bool) (stripped []byte, functions []function, err error) {
	const head = "\x00asm\x01\x00\x00\x00"
	if !bytes.HasPrefix(module, []byte(head)) {
		return nil, nil, errWasm
	}
	out := []byte(head)
	names := map[int]string{}
	imported := 0
	var sizes []int
	for r := (wasmReader{data: module[len(head):]}); len(r.data) > 0; {
		begin := r.data
		kind := r.byte()
		s := wasmReader{data: r.bytes(r.number())}
		if r.bad {
			return nil, nil, errWasm
		}
		section := begin[:len(begin)-len(r.data)]
		switch kind {
		case customSection:
			if string(s.bytes(s.number())) == "name" {
				s.names(names)
			}
			section = nil
		case importSection:
			for range s.number() {
				s.bytes(s.number())
				s.bytes(s.number())
				if s.byte() != functionImport {
					return nil, nil, errWasm // the go command imports nothing else
				}
				s.number()
				imported++
				if s.bad {
					break
				}
			}
		case codeSection:
			for range s.number() {
				n := s.number()
				s.bytes(n)
				sizes = append(sizes, n)
				if s.bad {
					break
				}
			}
		case dataSection:
			if memory, ok := readMemory(s.data); ok {
				trimLines(memory, drop)
				contents := writeMemory(memory)
				section = binary.AppendUvarint([]byte{dataSection}, uint64(len(contents)))
				section = append(section, contents...)
			}
		}
		if s.bad {
			return nil, nil, errWasm
		}
		out = append(out, section...)
	}
	for i, n := range sizes {
		functions = append(functions, function{names[imported+i], n})
	}
	return out, functions, nil
}

// names reads the names of functions by their numbers.
func (r *wasmReader) names(into map[int]string) {
	for len(r.data) > 0 {
		kind := r.byte()
		part := wasmReader{data: r.bytes(r.number())}
		if kind != functionNames {
			continue
		}
		for range part.number() {
			i := part.number()
			into[i] = string(part.bytes(part.number()))
			if part.bad {
				r.bad = true
				return
			}
		}
	}
}

// weight is how much code of a package is in the program.
type weight struct {
	path string
	size int
}

var notInNames = regexp.MustCompile(`[^\w.]`)

// weigh adds up functions by package, the heaviest first. What belongs to none of the packages is left out.
func weigh(functions []function, paths []string) []weight {
	byName := map[string]string{}
	for _, p := range paths {
		byName[notInNames.ReplaceAllString(p, "_")] = p
	}
	sums := map[string]int{}
	for _, f := range functions {
		name := strings.TrimPrefix(f.name, "type_.eq.")
		// The package is the longest beginning in front of a dot that is one.
		for i := strings.LastIndexByte(name, '.'); i > 0; i = strings.LastIndexByte(name[:i], '.') {
			if p, ok := byName[name[:i]]; ok {
				sums[p] += f.size
				break
			}
		}
	}
	var out []weight
	for p, n := range sums {
		out = append(out, weight{p, n})
	}
	slices.SortFunc(out, func(a, b weight) int {
		if a.size != b.size {
			return b.size - a.size
		}
		return strings.Compare(a.path, b.path)
	})
	return out
}
