package cloudflare

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// An instance of the program does not begin at the beginning. The build starts the program once, in Node, and writes the
// memory that it has then into the module: each instance goes on from there, and V8 need not compile what Go does when
// it starts. Between two events all of Go's state lies in its memory and in eight numbers beside it, as it gives up
// WebAssembly's own stack whenever all goroutines wait. See docs/decisions/0062.

// The parts of a module that a snapshot changes.
const (
	memorySection = 5
	globalSection = 6
	exportSection = 7

	exportGlobal = 3
)

//go:embed files/snapshot.mjs
var snapshotScript []byte

//go:embed files/start.mjs
var startSource []byte

// copyOf is what a Worker has to know of the program that it copies: files/start.mjs.
type copyOf struct {
	Input  int      `json:"input"`
	Room   int      `json:"room"`
	Values [][2]any `json:"values"`
	Random []int    `json:"random"` // where the states of Go's random generators are
}

// snapshot starts a program and gives one that goes on from there. Where that cannot be done the program comes back as it
// was, with the reason why not, in words that follow "because".
func snapshot(ctx context.Context, module, support, secret []byte) (_ []byte, _ *copyOf, why string, err error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return module, nil, "there is no Node.js on this machine, which starts it", nil
	}
	dir, err := os.MkdirTemp("", "sitegen")
	if err != nil {
		return nil, nil, "", err
	}
	defer os.RemoveAll(dir)
	open, ok := exportGlobals(module)
	if !ok {
		return module, nil, "this version of Go writes other WebAssembly", nil
	}
	for name, data := range map[string][]byte{"snapshot.mjs": snapshotScript, "site.wasm": open, "wasm_exec.js": support} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return nil, nil, "", err
		}
	}
	// Go's maps are only safe from chosen keys while nobody knows the numbers that they hash with.
	seed := sha256.Sum256(append(bytes.Clone(secret), module...))
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, filepath.Join(dir, "snapshot.mjs"), dir, hex.EncodeToString(seed[:]))
	cmd.Env = []string{}
	out, err := cmd.Output()
	var kept struct {
		copyOf
		Refused string
		Globals []string
	}
	if err != nil || json.Unmarshal(out, &kept) != nil {
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil, nil, "", ctx.Err()
		}
		return module, nil, "it fails when it starts, or does not end to", nil
	}
	if kept.Refused != "" {
		return module, nil, kept.Refused + " when it starts", nil
	}
	memory, err := os.ReadFile(filepath.Join(dir, "memory"))
	if err != nil {
		return nil, nil, "", err
	}
	kept.Random = generators(memory)
	if len(kept.Random) != 2 {
		return module, nil, "it has random generators of its own when it starts, or this version of Go has others", nil
	}
	// They are made anew for each instance, and what they would have given is nobody's business.
	for _, at := range kept.Random {
		clear(memory[at : at+generatorSize])
	}
	started, ok := resume(module, memory, kept.Globals)
	if !ok {
		return module, nil, "this version of Go writes other WebAssembly", nil
	}
	return started, &kept.copyOf, "", nil
}

// mapSections gives a module with the contents of sections as f changes them; ok is false when f does not know them.
func mapSections(module []byte, f func(kind byte, contents []byte) (changed []byte, ok bool)) (_ []byte, ok bool) {
	const head = 8
	out := bytes.Clone(module[:head])
	for r := (wasmReader{data: module[head:]}); len(r.data) > 0; {
		kind := r.byte()
		contents := r.bytes(r.number())
		if r.bad {
			return nil, false
		}
		if contents, ok = f(kind, contents); !ok {
			return nil, false
		}
		out = append(out, kind)
		out = binary.AppendUvarint(out, uint64(len(contents)))
		out = append(out, contents...)
	}
	return out, true
}

// globalTypes reads a section of variables, all of which must be numbers that change and begin with a constant.
func globalTypes(section []byte) (types []byte, ok bool) {
	r := wasmReader{data: section}
	for range r.number() {
		kind, changes, begin := r.byte(), r.byte(), r.byte()
		if changes != 1 || !(kind == 0x7f && begin == 0x41 || kind == 0x7e && begin == 0x42) {
			return nil, false
		}
		r.signed()
		if r.byte() != 0x0b || r.bad {
			return nil, false
		}
		types = append(types, kind)
	}
	return types, len(r.data) == 0 && !r.bad
}

// exportGlobals exports all variables of a module, as sitegen.0 and so on.
func exportGlobals(module []byte) (_ []byte, ok bool) {
	var types []byte
	return mapSections(module, func(kind byte, contents []byte) ([]byte, bool) {
		switch kind {
		case globalSection:
			var ok bool
			types, ok = globalTypes(contents)
			return contents, ok
		case exportSection: // it comes behind the variables
			r := wasmReader{data: contents}
			n := r.number()
			out := binary.AppendUvarint(nil, uint64(n+len(types)))
			out = append(out, r.data...)
			for i := range types {
				name := "sitegen." + strconv.Itoa(i)
				out = append(binary.AppendUvarint(out, uint64(len(name))), name...)
				out = binary.AppendUvarint(append(out, exportGlobal), uint64(i))
			}
			return out, !r.bad
		}
		return contents, true
	})
}

// resume gives a module that begins with a memory and with values of its variables.
func resume(module, memory []byte, globals []string) (_ []byte, ok bool) {
	const page = 64 << 10
	return mapSections(module, func(kind byte, contents []byte) ([]byte, bool) {
		switch kind {
		case memorySection:
			// One memory without a bound.
			return binary.AppendUvarint([]byte{1, 0}, uint64(len(memory)/page)), len(memory)%page == 0 && bytes.HasPrefix(contents, []byte{1, 0})
		case globalSection:
			types, ok := globalTypes(contents)
			if !ok || len(types) != len(globals) {
				return nil, false
			}
			out := binary.AppendUvarint(nil, uint64(len(types)))
			for i, kind := range types {
				n, err := strconv.ParseInt(globals[i], 10, 64)
				if err != nil {
					return nil, false
				}
				out = append(out, kind, 1, 0x41+(0x7f-kind)) // i32.const, i64.const
				out = append(appendSigned(out, int(n)), 0x0b)
			}
			return out, true
		case dataSection:
			return writeMemory(memory), true
		}
		return contents, true
	})
}

// generatorSize is how large a state of Go's random generators is: 32 numbers to give out, the seed of 32 bytes, and three
// numbers of four bytes (internal/chacha8rand.State).
const generatorSize = 256 + 32 + 12

// generators finds the states of Go's random generators in a memory, by the numbers that their seeds give.
func generators(memory []byte) []int {
	var found []int
	for at := 0; at+generatorSize <= len(memory); at += 8 {
		next, all, block := number(memory[at+288:]), number(memory[at+292:]), number(memory[at+296:])
		if next > all || all == 0 || all > 32 || block > 12 || block%4 != 0 {
			continue
		}
		seed := [32]byte(memory[at+256:])
		if seed == [32]byte{} {
			continue
		}
		g := mathrand.NewChaCha8(seed)
		for range block / 4 * 32 {
			g.Uint64()
		}
		same := true
		for i := 0; i < int(all) && same; i++ {
			same = g.Uint64() == binary.LittleEndian.Uint64(memory[at+8*i:])
		}
		if same {
			found = append(found, at)
		}
	}
	return found
}

// started writes the program that instances go on from, and gives what the Worker has to know of it: nil, and why, where
// each starts from the beginning.
func (b *builder) started(ctx context.Context, module, support []byte) ([]byte, *copyOf, string, error) {
	if !b.o.Snapshot {
		return module, nil, "site.yaml says so", nil
	}
	// As secret as the key of a site that was not given one, and as lasting.
	secret, err := b.out.Cached("cloudflare: a secret of this site", func() ([]byte, error) {
		secret := make([]byte, 32)
		rand.Read(secret)
		return secret, nil
	})
	if err != nil {
		return nil, nil, "", err
	}
	started, of, why, err := snapshot(ctx, module, support, secret)
	if err != nil || of == nil {
		return module, nil, why, err
	}
	// What wasm_exec.js keeps to itself is relied on: see whether it goes on.
	if b.startsIn = startup(ctx, map[string][]byte{
		"site.wasm": started, "wasm_exec.js": support, "start.mjs": startSource, "site.mjs": b.siteModule(of),
	}); b.startsIn == "" {
		return module, nil, "a copy of it does not go on", nil
	}
	return started, of, "", nil
}

// script is what the module site.mjs says of it.
func (c *copyOf) script() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(fmt.Sprint(err)) // numbers and texts
	}
	return strings.TrimSpace(string(text))
}
