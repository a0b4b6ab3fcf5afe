package cloudflare

import (
	"bytes"
	"encoding/binary"
)

// joinBelow is how many zeros between two pieces of memory are written out. The linker leaves out eight of them already,
// which makes forty thousand pieces of a small Worker, whose places compress worse than the zeros do: by a thirteenth of
// the whole.
const joinBelow = 256

// maxMemory is a bound for what a program begins with: all that an isolate may have.
const maxMemory = 128 << 20

// mostMemory is a bound for what an instance may grow to, whatever its page does. Beyond it Go gives up, and one visitor gets
// an error; without it the isolate is ended, with the requests of all visitors.
const mostMemory = 96 << 20

// bound gives a module whose memory grows no further. One that is not as the go command writes it stays as it is.
func bound(module []byte) []byte {
	const page = 64 << 10
	bounded, ok := mapSections(module, func(kind byte, contents []byte) ([]byte, bool) {
		if least, found := bytes.CutPrefix(contents, []byte{1, 0}); kind == memorySection && found { // one memory, without a bound
			return binary.AppendUvarint(append([]byte{1, 1}, least...), mostMemory/page), true
		}
		return contents, true
	})
	if !ok {
		return module
	}
	return bounded
}

// readMemory gives the memory that the contents of a data section describe: active pieces of memory 0 at constant places,
// as the go command writes them. ok is false for anything else.
func readMemory(section []byte) (memory []byte, ok bool) {
	r := wasmReader{data: section}
	for range r.number() {
		if r.number() != 0 || r.byte() != 0x41 { // i32.const
			return nil, false
		}
		at := r.signed()
		if r.byte() != 0x0b { // end
			return nil, false
		}
		piece := r.bytes(r.number())
		if r.bad || at < 0 || at+len(piece) > maxMemory {
			return nil, false
		}
		if need := at + len(piece) - len(memory); need > 0 {
			memory = append(memory, make([]byte, need)...)
		}
		copy(memory[at:], piece)
	}
	return memory, len(r.data) == 0 && !r.bad
}

// writeMemory gives the contents of a data section.
func writeMemory(memory []byte) []byte {
	var pieces []byte
	count := 0
	for at := 0; ; count++ {
		for at < len(memory) && memory[at] == 0 {
			at++
		}
		if at == len(memory) {
			break
		}
		end, zeros := at, 0
		for i := at; i < len(memory) && zeros < joinBelow; i++ {
			if memory[i] == 0 {
				zeros++
				continue
			}
			end, zeros = i+1, 0
		}
		pieces = append(pieces, 0, 0x41)
		pieces = appendSigned(pieces, at)
		pieces = append(pieces, 0x0b)
		pieces = binary.AppendUvarint(pieces, uint64(end-at))
		pieces = append(pieces, memory[at:end]...)
		at = end
	}
	return append(binary.AppendUvarint(nil, uint64(count)), pieces...)
}

// signed reads a number in the signed form (LEB128).
func (r *wasmReader) signed() int {
	n := 0
	for shift := 0; shift < 35; shift += 7 {
		b := r.byte()
		n |= int(b&0x7f) << shift
		if b&0x80 == 0 {
			if b&0x40 != 0 {
				n -= 1 << (shift + 7)
			}
			return n
		}
	}
	r.bad = true
	return 0
}

// appendSigned writes a number in the signed form.
func appendSigned(b []byte, n int) []byte {
	for ; n > 0x3f || n < -0x40; n >>= 7 {
		b = append(b, byte(n&0x7f|0x80))
	}
	return append(b, byte(n&0x7f))
}
