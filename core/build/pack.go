package build

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// pack is a file of records that are found by keys: the cache of rendered content. Records are only appended, so that a
// build that is cut off leaves all that it has done, and readers of old records are not disturbed. A record that was cut
// off or damaged is as good as none.
//
// A record is, in little endian: magic (4 bytes), key (16), length of the head (4), length of the body (4), CRC-32C of
// key, head and body (4), head, body.
type pack struct {
	file *os.File
	lock *flock.Flock
	mu   sync.Mutex
	size int64 // of the file
	at   map[digest]record
}

// record says where the parts of a record are in the file.
type record struct {
	offset     int64 // of the head
	head, body uint32
	checked    bool // its checksum was compared in this build
}

const (
	packMagic  = 0x4b505347 // "GSPK"
	packHeader = 4 + 16 + 4 + 4 + 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// openPack opens or makes a pack, and waits for another process that writes to it: a build may run beside a development
// server. It is closed before anything that takes long.
func openPack(ctx context.Context, name string) (*pack, error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return nil, err
	}
	lock := flock.New(strings.TrimSuffix(name, packSuffix) + ".lock")
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		lock.Unlock()
		return nil, err
	}
	p := &pack{file: f, lock: lock, at: map[digest]record{}}
	if err := p.scan(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// packSuffix is the ending of packs.
const packSuffix = ".pack"

// scan finds the records. Behind one that is incomplete nothing is read any more, and the next one is written in its
// place.
func (p *pack) scan() error {
	info, err := p.file.Stat()
	if err != nil {
		return err
	}
	var h [packHeader]byte
	for off := int64(0); ; {
		if _, err := p.file.ReadAt(h[:], off); err != nil {
			if errors.Is(err, io.EOF) {
				break
			}
			return err
		}
		head, body := binary.LittleEndian.Uint32(h[20:]), binary.LittleEndian.Uint32(h[24:])
		next := off + packHeader + int64(head) + int64(body)
		if binary.LittleEndian.Uint32(h[:]) != packMagic || next > info.Size() {
			break
		}
		p.at[digest(h[4:20])] = record{offset: off + packHeader, head: head, body: body}
		off = next
		p.size = off
	}
	return nil
}

// head reads the head of a record, nil where there is none. The first time it compares the checksum of the whole.
func (p *pack) head(key digest, trusted bool) ([]byte, record, error) {
	p.mu.Lock()
	r, ok := p.at[key]
	p.mu.Unlock()
	if !ok {
		return nil, r, nil
	}
	if r.checked || trusted {
		head := make([]byte, r.head)
		if _, err := p.file.ReadAt(head, r.offset); err != nil {
			return nil, r, err
		}
		return head, r, nil
	}
	h := make([]byte, packHeader+int(r.head)+int(r.body))
	if _, err := p.file.ReadAt(h, r.offset-packHeader); err != nil {
		return nil, r, err
	}
	if sum(h) != binary.LittleEndian.Uint32(h[28:]) {
		p.mu.Lock()
		delete(p.at, key)
		p.mu.Unlock()
		return nil, record{}, nil
	}
	r.checked = true
	p.mu.Lock()
	p.at[key] = r
	p.mu.Unlock()
	return h[packHeader : packHeader+int(r.head)], r, nil
}

func sum(whole []byte) uint32 {
	return crc32.Update(crc32.Checksum(whole[4:20], castagnoli), castagnoli, whole[packHeader:])
}

// add appends a record.
func (p *pack) add(key digest, head, body []byte) (record, error) {
	h := make([]byte, packHeader, packHeader+len(head)+len(body))
	binary.LittleEndian.PutUint32(h, packMagic)
	copy(h[4:], key[:])
	binary.LittleEndian.PutUint32(h[20:], uint32(len(head)))
	binary.LittleEndian.PutUint32(h[24:], uint32(len(body)))
	h = append(append(h, head...), body...)
	binary.LittleEndian.PutUint32(h[28:], sum(h))
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.file.WriteAt(h, p.size); err != nil {
		return record{}, err
	}
	r := record{offset: p.size + packHeader, head: uint32(len(head)), body: uint32(len(body)), checked: true}
	p.size += int64(len(h))
	p.at[key] = r
	return r, nil
}

// shrink writes the records of keys into a new file, in the place of the old one, where most of the old one is dead. It
// gives whether it did; offsets are others then.
func (p *pack) shrink(live []digest) (bool, error) {
	var need int64
	for _, k := range live {
		r := p.at[k]
		need += packHeader + int64(r.head) + int64(r.body)
	}
	if p.size < 16<<20 || need > p.size/3 {
		return false, nil
	}
	name := p.file.Name()
	tmp, err := os.CreateTemp(filepath.Dir(name), ".pack-*")
	if err != nil {
		return false, err
	}
	defer os.Remove(tmp.Name())
	q := &pack{file: tmp, at: map[digest]record{}}
	for _, k := range live {
		r, ok := p.at[k]
		if !ok {
			continue
		}
		data := make([]byte, int(r.head)+int(r.body))
		if _, err = p.file.ReadAt(data, r.offset); err == nil {
			_, err = q.add(k, data[:r.head], data[r.head:])
		}
		if err != nil {
			tmp.Close()
			return false, err
		}
	}
	tmp.Chmod(0o644)
	p.file.Close() // Windows renames no open file
	if err := errors.Join(tmp.Close(), os.Rename(tmp.Name(), name)); err != nil {
		return false, err
	}
	if p.file, err = os.OpenFile(name, os.O_RDWR, 0); err != nil {
		return false, err
	}
	p.at, p.size = q.at, q.size
	return true, nil
}

func (p *pack) close() error {
	return errors.Join(p.file.Close(), p.lock.Unlock())
}
