package build

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// walkFiles calls f for every file below a folder that is no folder itself, by its name below it, in no order and from
// several goroutines: a folder for every page makes looking at them most of the work of a build that changes little.
// Of several errors any one is given.
func walkFiles(dir string, f func(name string, info fs.FileInfo)) error {
	w := &walker{dir: dir, f: f, slots: make(chan struct{}, runtime.GOMAXPROCS(0)-1)}
	w.folder("")
	w.wg.Wait()
	return w.err
}

type walker struct {
	dir   string
	f     func(name string, info fs.FileInfo)
	slots chan struct{} // for goroutines beside the first
	wg    sync.WaitGroup
	mu    sync.Mutex
	err   error
}

// walkChunk is how many entries of a folder one goroutine looks at.
const walkChunk = 128

func (w *walker) folder(name string) {
	d, err := os.Open(filepath.Join(w.dir, filepath.FromSlash(name)))
	if err != nil {
		w.fail(err)
		return
	}
	defer d.Close()
	for {
		list, err := d.ReadDir(walkChunk)
		if len(list) == 0 { // io.EOF, or an error
			if err != nil && !errors.Is(err, io.EOF) {
				w.fail(err)
			}
			return
		}
		if len(list) < walkChunk/4 {
			w.entries(name, list)
			continue
		}
		select {
		case w.slots <- struct{}{}:
			w.wg.Go(func() {
				w.entries(name, list)
				<-w.slots
			})
		default:
			w.entries(name, list)
		}
	}
}

func (w *walker) entries(folder string, list []fs.DirEntry) {
	if folder != "" {
		folder += "/"
	}
	for _, e := range list {
		name := folder + e.Name()
		if e.IsDir() {
			w.folder(name)
			continue
		}
		info, err := e.Info()
		if err != nil {
			w.fail(err)
			continue
		}
		w.f(name, info)
	}
}

func (w *walker) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
}

// outputState names the files of an output with their sizes and times. It is a sum, so that it follows from what has
// changed where the rest is known.
type outputState [4]uint64

func (s *outputState) add(name string, size, mtime int64) {
	b := append(make([]byte, 0, 256), name...)
	b = binary.LittleEndian.AppendUint64(append(b, 0), uint64(size))
	b = binary.LittleEndian.AppendUint64(b, uint64(mtime))
	sum := sha256.Sum256(b)
	for i := range s {
		s[i] += binary.LittleEndian.Uint64(sum[8*i:])
	}
}

func (s *outputState) String() string {
	var b []byte
	for _, v := range s {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	return hex.EncodeToString(b)
}
