package build

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"sitegen.dev/core/site/content/store"
)

// fingerprintsFile remembers the digests of files by their names below the module root, so that a file that was not
// touched is not read again to learn that it has not changed.
const fingerprintsFile = workDir + "/files"

// digest names the bytes of a file: 16 bytes of their SHA-256.
type digest [16]byte

// stamp is what the file system tells of a file without opening it. Two versions of a file with equal stamps do not
// occur, with one exception: a change within the tick of the clock in which the file was looked at. Such young files
// are not remembered.
type stamp struct {
	size, mtime, ctime int64 // times in nanoseconds
	inode              uint64
}

// tick is more than the clock of any file system takes to go on: FAT counts in two seconds.
const tick = 3 * time.Second

// fingerprints is that memory. It may be used by several goroutines.
type fingerprints struct {
	layout *Layout
	name   string // of the memory, below the module root
	mu     sync.Mutex
	old    map[string]fingerprint
	now    map[string]fingerprint // what was asked for in this build
	dirty  bool
	start  time.Time
}

type fingerprint struct {
	stamp
	digest digest
}

const fingerprintsMagic = "sitegen files 1\n"

func openFingerprints(l *Layout, name string) *fingerprints {
	f := &fingerprints{layout: l, name: name, old: map[string]fingerprint{}, now: map[string]fingerprint{}, start: time.Now()}
	data, err := os.ReadFile(l.abs(name))
	if err != nil || len(data) < len(fingerprintsMagic) || string(data[:len(fingerprintsMagic)]) != fingerprintsMagic {
		return f
	}
	s := string(data[len(fingerprintsMagic):])
	const fixed = 8*4 + len(digest{})
	for s != "" {
		name, rest, err := store.Text(s)
		if err != nil || len(rest) < fixed {
			break // what follows is read again
		}
		var p fingerprint
		b := []byte(rest[:fixed])
		p.size, p.mtime, p.ctime = int64(binary.LittleEndian.Uint64(b)), int64(binary.LittleEndian.Uint64(b[8:])), int64(binary.LittleEndian.Uint64(b[16:]))
		p.inode = binary.LittleEndian.Uint64(b[24:])
		copy(p.digest[:], b[32:])
		f.old[name] = p
		s = rest[fixed:]
	}
	return f
}

// known gives the digest of a file where its stamp tells it.
func (f *fingerprints) known(name string, at stamp) (digest, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, ok := f.old[name]
	if !ok || p.stamp != at || at == (stamp{}) {
		return digest{}, false
	}
	f.now[name] = p
	return p.digest, true
}

// asked gives the digest of a file that was asked for in this build already.
func (f *fingerprints) asked(name string) (digest, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, ok := f.now[name]
	return p.digest, ok
}

// remember keeps the digest of a file that had the stamp before it was read.
func (f *fingerprints) remember(name string, at stamp, d digest) {
	if at == (stamp{}) || f.start.UnixNano()-max(at.mtime, at.ctime) < int64(tick) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now[name] = fingerprint{at, d}
	f.dirty = true
}

// file gives the digest of a file by its name below the module root.
func (f *fingerprints) file(name string) (digest, error) {
	info, err := os.Stat(f.layout.abs(name))
	if err != nil {
		return digest{}, err
	}
	at := stampOf(info)
	if d, ok := f.known(name, at); ok {
		return d, nil
	}
	if !info.Mode().IsRegular() { // to open a pipe is to wait for somebody
		return digestOf([]byte(info.Mode().String())), nil
	}
	in, err := os.Open(f.layout.abs(name))
	if err != nil {
		return digest{}, err
	}
	defer in.Close()
	h := sha256.New()
	if _, err := io.Copy(h, in); err != nil {
		return digest{}, err
	}
	var d digest
	copy(d[:], h.Sum(nil))
	f.remember(name, at, d)
	return d, nil
}

// digestOf names bytes.
func digestOf(data []byte) digest {
	sum := sha256.Sum256(data)
	return digest(sum[:len(digest{})])
}

// save writes what was asked for in this build, and nothing else: files that are gone are forgotten.
func (f *fingerprints) save() error {
	if !f.dirty && len(f.now) == len(f.old) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(f.layout.abs(f.name)), 0o777); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(f.layout.abs(f.name)), "files-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	w := bufio.NewWriterSize(tmp, 256<<10)
	w.WriteString(fingerprintsMagic)
	var b []byte
	for name, p := range f.now {
		b = store.AppendText(b[:0], name)
		for _, v := range []uint64{uint64(p.size), uint64(p.mtime), uint64(p.ctime), p.inode} {
			b = binary.LittleEndian.AppendUint64(b, v)
		}
		w.Write(append(b, p.digest[:]...))
	}
	err = w.Flush()
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), f.layout.abs(f.name))
}
