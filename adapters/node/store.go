package node

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"go/format"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"sitegen.dev/core/adapter"
	"sitegen.dev/core/manifest"
)

// form is a compressed form of a file; the order is that of the list and of the pack, after the file itself.
type form struct {
	suffix string
	shrink func(data []byte, best bool) ([]byte, error)
}

var forms = [...]form{
	{".br", shrinkBrotli},
	{".zst", shrinkZstd},
	{".gz", shrinkGzip},
}

// Smaller files are not worth a second form: they fit into one packet either way.
const smallest = 1024

// bestUpTo is how many bytes of files "auto" compresses as well as it can, which takes about two seconds a megabyte.
const bestUpTo = 32 << 20

// entry is one file of the site and what the runtime has to know of it.
type entry struct {
	name      string
	size      int64
	tag       string
	forms     [len(forms)]int64 // sizes; -1 where there is none
	immutable bool
	status    int
	headers   []manifest.Header
}

// store brings the client files into the form that the runtime serves.
type store struct {
	out   *adapter.Out
	level string
	tmp   string // where compressed forms and the pack go when they become part of the program; "" for the client folder

	dir   string // of the client files
	names map[string]bool
}

// hashed matches names that change with their bytes, as the compiler's asset step makes them.
var hashed = regexp.MustCompile(`\.([0-9a-f]{8}|[0-9A-Z]{8})(\.[A-Za-z0-9]+)*$`)

// files lists the client files, sorted by name, and writes their compressed forms. Hidden ones are left out.
func (s *store) files(ctx context.Context, site *adapter.Site) ([]entry, error) {
	s.dir = site.ClientDir
	s.names = map[string]bool{}
	var list []entry
	var total int64
	err := fs.WalkDir(os.DirFS(s.dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name != "." && adapter.Hidden(name) {
			return s.drop(name, d)
		}
		if d.IsDir() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		list = append(list, entry{name: name, size: info.Size(), status: 200})
		s.names[name] = true
		if compressible(contentType(name)) {
			total += info.Size()
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	pages, err := readPrerendered(site.Prerendered)
	if err != nil {
		return nil, err
	}
	redirects := map[string]bool{} // of site.yaml; a page that redirects has no other answer than its file
	for _, r := range site.Manifest.Routes {
		redirects[r.Pattern] = r.Type == manifest.Redir
	}
	assets := strings.Trim(site.Manifest.AssetsDir, "/") + "/"
	kept := list[:0]
	for _, e := range list {
		p, ok := pages[e.name]
		if ok && redirects[p.Route] {
			continue // a page that stands for a redirect where nobody can redirect; the runtime can
		}
		if ok && p.Status != 0 {
			e.status = p.Status
		}
		e.headers = p.Headers
		e.immutable = assets != "/" && strings.HasPrefix(e.name, assets) && hashed.MatchString(e.name)
		kept = append(kept, e)
	}
	list = kept
	items := make([]*entry, len(list))
	for i := range list {
		items[i] = &list[i]
	}
	return list, adapter.Each(ctx, items, func(e *entry) error {
		best := s.level == "best" || s.level == "auto" && (total <= bestUpTo || e.immutable)
		return s.add(e, best)
	})
}

// drop leaves a hidden file or directory out of the output.
func (s *store) drop(name string, d fs.DirEntry) error {
	if s.tmp == "" {
		if err := s.out.Remove(path.Join(clientDir, name)); err != nil {
			return err
		}
	}
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// readPrerendered reads the list of prerendered files. There is none where nothing was prerendered.
func readPrerendered(name string) (map[string]manifest.Prerendered, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	pages := map[string]manifest.Prerendered{}
	dec := json.NewDecoder(bufio.NewReader(f))
	for {
		var p manifest.Prerendered
		if err := dec.Decode(&p); err == io.EOF {
			return pages, nil
		} else if err != nil {
			return nil, fmt.Errorf("list of prerendered files: %w", err)
		}
		if p.Status != 200 && p.Status != 0 || len(p.Headers) > 0 {
			pages[p.File] = p
		}
	}
}

// add reads one file, tags it and writes its compressed forms.
func (s *store) add(e *entry, best bool) error {
	for i := range e.forms {
		e.forms[i] = -1
	}
	name := filepath.Join(s.dir, filepath.FromSlash(e.name))
	if !compressible(contentType(e.name)) || e.size < smallest || s.level == "off" {
		return s.tag(e, name)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	e.size, e.tag = int64(len(data)), tag(sum[:])
	for i, f := range forms {
		if s.names[e.name+f.suffix] {
			continue // the author has a file of that name
		}
		key := fmt.Sprintf("compress 2 %s %t %s", f.suffix, best, hex.EncodeToString(sum[:]))
		small, err := s.out.Cached(key, func() ([]byte, error) { return f.shrink(data, best) })
		if err != nil {
			return fmt.Errorf("compress %s: %w", e.name, err)
		}
		if len(small) >= len(data) {
			continue
		}
		e.forms[i] = int64(len(small))
		if s.tmp == "" {
			err = s.out.Write(path.Join(clientDir, e.name+f.suffix), small, 0o644)
		} else {
			err = os.WriteFile(s.formFile(e.name, i), small, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// formFile is where a compressed form waits for the pack. Its name is a hash, because the name of the file may be too
// long for one more suffix, or hold slashes.
func (s *store) formFile(name string, i int) string {
	sum := sha256.Sum256([]byte(name))
	return filepath.Join(s.tmp, hex.EncodeToString(sum[:16])+forms[i].suffix)
}

// tag hashes a file without holding it in memory.
func (s *store) tag(e *entry, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	e.size, err = io.Copy(h, f)
	e.tag = tag(h.Sum(nil))
	return err
}

// tag is the entity tag of bytes with that hash: 96 bits, more than enough to tell versions of one file apart.
func tag(sum []byte) string { return base64.RawURLEncoding.EncodeToString(sum[:12]) }

func shrinkBrotli(data []byte, best bool) ([]byte, error) {
	level := 5
	if best {
		level = brotli.BestCompression
	}
	var b bytes.Buffer
	w := brotli.NewWriterOptions(&b, brotli.WriterOptions{Quality: level})
	_, err := w.Write(data)
	err = errors.Join(err, w.Close())
	return b.Bytes(), err
}

func shrinkZstd(data []byte, best bool) ([]byte, error) {
	level := zstd.SpeedDefault
	if best {
		level = zstd.SpeedBestCompression
	}
	// One goroutine, so that the bytes do not depend on the machine; a window that every browser takes.
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(8<<20))
	if err != nil {
		return nil, err
	}
	defer w.Close()
	return w.EncodeAll(data, nil), nil
}

func shrinkGzip(data []byte, best bool) ([]byte, error) {
	level := gzip.DefaultCompression
	if best {
		level = gzip.BestCompression
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(data)
	err = errors.Join(err, w.Close())
	return b.Bytes(), err
}

// packSize is how large the pack of a list becomes.
func packSize(list []entry) int64 {
	var n int64
	for _, e := range list {
		n += e.size
		for _, m := range e.forms {
			n += max(m, 0)
		}
	}
	return n
}

const packName = "client.pack"

// pack writes all files of the list one after the other, each followed by its compressed forms.
func (s *store) pack(ctx context.Context, list []entry) error {
	f, err := os.Create(filepath.Join(s.tmp, packName))
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	for _, e := range list {
		if err = ctx.Err(); err != nil {
			break
		}
		if err = appendFile(w, filepath.Join(s.dir, filepath.FromSlash(e.name)), e.size); err != nil {
			break
		}
		for i, n := range e.forms {
			if n >= 0 && err == nil {
				err = appendFile(w, s.formFile(e.name, i), n)
			}
		}
		if err != nil {
			break
		}
	}
	if err == nil {
		err = w.Flush()
	}
	return errors.Join(err, f.Close())
}

func appendFile(w io.Writer, name string, size int64) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	n, err := io.Copy(w, f)
	if err == nil && n != size {
		err = fmt.Errorf("%s changed during the build", filepath.Base(name))
	}
	return err
}

// packFS holds the pack alone.
func (s *store) packFS() fs.FS { return only{os.DirFS(s.tmp), packName} }

// only is a file system that lists one file of another one.
type only struct {
	fs.FS
	name string
}

func (o only) ReadDir(dir string) ([]fs.DirEntry, error) {
	info, err := fs.Stat(o.FS, o.name)
	if err != nil {
		return nil, err
	}
	return []fs.DirEntry{fs.FileInfoToDirEntry(info)}, nil
}

// with is the files of two flat file systems.
type with [2]fs.FS

// Open opens the file in the first that has it.
func (w with) Open(name string) (fs.File, error) {
	f, err := w[0].Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return w[1].Open(name)
	}
	return f, err
}

// ReadDir lists both.
func (w with) ReadDir(name string) ([]fs.DirEntry, error) {
	a, err := fs.ReadDir(w[0], name)
	if err != nil {
		return nil, err
	}
	b, err := fs.ReadDir(w[1], name)
	return append(a, b...), err
}

// encodeList writes the list that the runtime reads; runtime/files.go describes the format.
func encodeList(list []entry) []byte {
	var b bytes.Buffer
	b.WriteString("sitegen files 1\n")
	for _, e := range list {
		flags := "-"
		if e.immutable {
			flags = "i"
		}
		sizes := strconv.FormatInt(e.size, 10)
		for _, n := range e.forms {
			if n < 0 {
				sizes += ",-"
				continue
			}
			sizes += "," + strconv.FormatInt(n, 10)
		}
		fields := []string{e.name, contentType(e.name), flags, e.tag, sizes, strconv.Itoa(e.status)}
		for _, h := range e.headers {
			fields = append(fields, h.Name+"="+h.Value)
		}
		for i, f := range fields {
			if i > 0 {
				b.WriteByte('\t')
			}
			escape(&b, f)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// escape writes s with control characters and "%" percent-encoded.
func escape(b *bytes.Buffer, s string) {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == 0x7f || c == '%' {
			fmt.Fprintf(b, "%%%02X", c)
			continue
		}
		b.WriteByte(s[i])
	}
}

// gofmt formats generated Go; source of ours that does not parse is a mistake of ours.
func gofmt(src string) ([]byte, error) {
	out, err := format.Source([]byte(src))
	if err != nil {
		return nil, fmt.Errorf("generated program: %w", err)
	}
	return out, nil
}
