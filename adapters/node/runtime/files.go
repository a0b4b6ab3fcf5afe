package node

import (
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// encoding is a form in which a file is stored.
type encoding int

// The encodings, best first; a pack holds the bytes of a file in this order, identity first.
const (
	identity encoding = iota
	brotli
	zstd
	gzip
	encodings
)

// coding gives the name of each encoding in HTTP, and suffix what its file on disk ends in.
var (
	coding = [encodings]string{"identity", "br", "zstd", "gzip"}
	suffix = [encodings]string{"", ".br", ".zst", ".gz"}
)

// file is one finished file of the site.
type file struct {
	name      string // below the client folder
	ctype     []string
	tag       string // of its bytes
	size      [encodings]int64
	off       int64 // in a pack, of the identity form; the others follow
	status    int   // answered instead of 200; 0 for 200
	immutable bool  // its name changes with its bytes
	variants  bool  // whether there is any form but identity
	header    []field
	modified  atomic.Int64 // Unix seconds, of the file on disk; 0 unknown

	hot [encodings]atomic.Pointer[hotBytes]
}

type field struct{ name, value string }

// files is everything the server may answer from: a closed list written at build, so that no path of a request ever
// reaches the file system. A name that is not in it does not exist.
type files struct {
	byName map[string]*file
	root   *os.Root // of a client folder, or nil
	pack   []byte   // bytes of all files, in the order of the list, or nil
	hot    *hotCache
}

// listHead is the first line of the list, with the version of its format.
const listHead = "sitegen files 1"

// parseFiles reads the list that the build wrote: one file a line, in fields between tabs, each field escaped like a
// path in a URL where it holds control characters or "%".
//
//	name  type  flags  tag  sizes  status  [Name=value …]
//
// flags is "i" for a file whose name changes with its bytes, else "-"; sizes are those of the forms of the file,
// identity first, between commas, "-" where there is none.
func parseFiles(list string) (*files, error) {
	fsys := &files{byName: map[string]*file{}}
	head, rest, _ := strings.Cut(list, "\n")
	if head != listHead {
		return nil, fmt.Errorf("the list of files begins with %q instead of %q", head, listHead)
	}
	types := map[string][]string{}
	var off int64
	for line := range nonEmpty(rest) {
		f, err := parseFile(line, types)
		if err != nil {
			return nil, fmt.Errorf("list of files, %q: %w", line, err)
		}
		f.off = off
		for _, n := range f.size {
			off += max(n, 0)
		}
		fsys.byName[f.name] = f
	}
	return fsys, nil
}

func nonEmpty(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.SplitSeq(s, "\n") {
			if line != "" && !yield(line) {
				return
			}
		}
	}
}

func parseFile(line string, types map[string][]string) (*file, error) {
	fields := strings.Split(line, "\t")
	if len(fields) < 6 {
		return nil, fmt.Errorf("%d fields", len(fields))
	}
	for i, s := range fields {
		if strings.Contains(s, "%") {
			var err error
			if fields[i], err = url.PathUnescape(s); err != nil {
				return nil, err
			}
		}
	}
	f := &file{name: fields[0], immutable: fields[2] == "i", tag: fields[3]}
	ctype := fields[1]
	if types[ctype] == nil {
		types[ctype] = []string{ctype}
	}
	f.ctype = types[ctype]
	sizes := strings.Split(fields[4], ",")
	if len(sizes) != int(encodings) {
		return nil, fmt.Errorf("%d sizes", len(sizes))
	}
	for i, s := range sizes {
		if s == "-" && i > 0 {
			f.size[i] = -1
			continue
		}
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("size %q", s)
		}
		f.size[i] = n
		f.variants = f.variants || i > 0
	}
	status, err := strconv.Atoi(fields[5])
	if err != nil {
		return nil, fmt.Errorf("status %q", fields[5])
	}
	if status != 200 {
		f.status = status
	}
	for _, s := range fields[6:] {
		name, value, _ := strings.Cut(s, "=")
		f.header = append(f.header, field{name, value})
	}
	return f, nil
}

// openDir makes the list answer from a client folder.
func (s *files) openDir(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	s.root = root
	s.hot = &hotCache{budget: hotBudget}
	return nil
}

// openPack makes the list answer from bytes in memory.
func (s *files) openPack(pack []byte) error {
	var want int64
	for _, f := range s.byName {
		for _, n := range f.size {
			want += max(n, 0)
		}
	}
	if want != int64(len(pack)) {
		return fmt.Errorf("the packed files are %d bytes instead of %d", len(pack), want)
	}
	s.pack = pack
	return nil
}

func (s *files) close() error {
	if s.root == nil {
		return nil
	}
	return s.root.Close()
}

// errChanged says that a file on disk is not the one of the build.
type errChanged struct {
	name string
	want int64
	got  int64
}

func (e *errChanged) Error() string {
	return fmt.Sprintf("%s in the client folder has %d bytes, the build wrote %d", e.name, e.got, e.want)
}

// body is the bytes of one form of a file: in memory, or open on disk.
type body struct {
	bytes []byte
	file  *os.File // closed by the user of the body; nil when the bytes are in memory
}

// open gives the bytes of one form of f.
func (s *files) open(f *file, enc encoding) (body, error) {
	if s.root == nil {
		off := f.off
		for e := identity; e < enc; e++ {
			off += max(f.size[e], 0)
		}
		return body{bytes: s.pack[off : off+f.size[enc]]}, nil
	}
	if h := f.hot[enc].Load(); h != nil {
		if !h.used.Load() {
			h.used.Store(true)
		}
		return body{bytes: h.data}, nil
	}
	return s.read(f, enc)
}

// read opens a form of f on disk and keeps its bytes when it is small.
func (s *files) read(f *file, enc encoding) (body, error) {
	name := f.name + suffix[enc]
	h, err := s.root.Open(name)
	if err != nil {
		return body{}, err
	}
	info, err := h.Stat()
	if err != nil {
		h.Close()
		return body{}, err
	}
	if info.Size() != f.size[enc] || !info.Mode().IsRegular() {
		h.Close()
		return body{}, &errChanged{name: name, want: f.size[enc], got: info.Size()}
	}
	if f.modified.Load() == 0 {
		f.modified.Store(modifiedOf(info))
	}
	if f.size[enc] > hotLargest {
		return body{file: h}, nil
	}
	data, err := io.ReadAll(io.LimitReader(h, f.size[enc]+1))
	h.Close()
	if err != nil {
		return body{}, err
	}
	if int64(len(data)) != f.size[enc] {
		return body{}, &errChanged{name: name, want: f.size[enc], got: int64(len(data))}
	}
	s.hot.add(&f.hot[enc], data)
	return body{bytes: data}, nil
}

// modifiedOf gives the time of a file that is worth sending: not the beginning of 1970 or 1980, which reproducible
// images give to all their files and which would tell a browser that nothing has ever changed.
func modifiedOf(info fs.FileInfo) int64 {
	t := info.ModTime()
	if t.Before(time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)) {
		return 0
	}
	return t.Unix()
}

// Sizes of the cache of small files. A page of 100 KB is common, a picture of a megabyte is served as well from disk.
const (
	hotLargest = 256 << 10
	hotBudget  = 64 << 20
)

// hotBytes is one cached form of a file.
type hotBytes struct {
	data []byte
	used atomic.Bool // since the hand came by
	at   *atomic.Pointer[hotBytes]
}

// hotCache bounds what the files keep in memory. A reader finds bytes by one atomic load; the lock is for additions, that
// make room by the clock algorithm: the hand takes what was not used since it last came by.
type hotCache struct {
	mu     sync.Mutex
	budget int64
	size   int64
	ring   []*hotBytes
	hand   int
}

func (c *hotCache) add(at *atomic.Pointer[hotBytes], data []byte) {
	n := int64(len(data))
	if n > c.budget {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if at.Load() != nil {
		return
	}
	for c.size+n > c.budget {
		h := c.ring[c.hand]
		if h.used.Swap(false) {
			c.hand = (c.hand + 1) % len(c.ring)
			continue
		}
		h.at.Store(nil)
		c.size -= int64(len(h.data))
		last := len(c.ring) - 1
		c.ring[c.hand] = c.ring[last]
		c.ring[last] = nil
		c.ring = c.ring[:last]
		if c.hand == last {
			c.hand = 0
		}
	}
	h := &hotBytes{data: data, at: at}
	at.Store(h)
	c.size += n
	c.ring = append(c.ring, h)
}
