// Package loader fills collections from elsewhere: an API, a database, another folder. A Go package in the folder of a
// collection, src/content/posts/load.go, declares
//
//	func Load(ctx context.Context, l *loader.Loader) error
//
// and the command runs it at the beginning of every build, in a program of its own: what it imports is part of neither
// the pages nor what is deployed. What it adds is treated as files of the collection are.
package loader

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Entry is one entry of a collection.
type Entry struct {
	Slug string // as of a file without its ending: "2026/first-flush"
	// Data is what front matter would hold: a map, or a struct that encoding/json makes an object of.
	Data any
	// Markdown is the text. Raw HTML in it is shown as text and links to other than well-known schemes are refused,
	// since others may have written it, unless Trusted says that it is the site's own.
	Markdown string
	Trusted  bool
}

// Loader takes the entries of one collection. Its methods may be called by several goroutines.
type Loader struct {
	Collection string

	dirs  [2]string // for entries by others and trusted ones
	cache string

	mu   sync.Mutex
	seen map[string]bool
}

// Add adds an entry.
func (l *Loader) Add(e Entry) error {
	for part := range strings.SplitSeq(e.Slug, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasPrefix(part, "_") || strings.ContainsAny(part, "\\\x00:") {
			return fmt.Errorf("%q is no slug", e.Slug)
		}
	}
	if !filepath.IsLocal(filepath.FromSlash(e.Slug)) {
		return fmt.Errorf("%q is no slug", e.Slug)
	}
	data, err := json.Marshal(e.Data)
	if err != nil {
		return fmt.Errorf("%s: %w", e.Slug, err)
	}
	if e.Data == nil {
		data = []byte("{}")
	}
	if !bytes.HasPrefix(data, []byte("{")) {
		return fmt.Errorf("%s: the data is no object but %.40s", e.Slug, data)
	}
	name, text := e.Slug+".json", data
	if e.Markdown != "" {
		name, text = e.Slug+".md", fmt.Appendf(nil, "---\n%s\n---\n%s", data, e.Markdown)
	}
	dir := l.dirs[0]
	if e.Trusted {
		dir = l.dirs[1]
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen["slug "+e.Slug] {
		return fmt.Errorf("there are two entries %s", e.Slug)
	}
	l.seen["slug "+e.Slug] = true
	file := filepath.Join(dir, filepath.FromSlash(name))
	l.seen[file] = true
	return write(file, text)
}

// Cached gives what Keep kept under a key, in this build or an earlier one.
func (l *Loader) Cached(key string) (data []byte, ok bool) {
	data, err := os.ReadFile(l.cached(key))
	if err != nil || len(data) < sha256.Size {
		return nil, false
	}
	sum := sha256.Sum256(data[sha256.Size:])
	return data[sha256.Size:], bytes.Equal(sum[:], data[:sha256.Size])
}

// Keep keeps data for later builds, as an answer of a server beside its ETag. It may be gone at any time.
func (l *Loader) Keep(key string, data []byte) error {
	sum := sha256.Sum256(data)
	return write(l.cached(key), append(sum[:], data...))
}

func (l *Loader) cached(key string) string {
	sum := sha256.Sum256([]byte(l.Collection + "\x00" + key))
	return filepath.Join(l.cache, hex.EncodeToString(sum[:16]))
}

// write writes a file unless it holds these bytes already, so that its time tells whether it has changed.
func write(name string, data []byte) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".tmp-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err := errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}

// sweep removes the entries of earlier builds that were not added again.
func (l *Loader) sweep() error {
	for _, dir := range l.dirs {
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || d.IsDir() || l.seen[name] {
				return err
			}
			return os.Remove(name)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Main runs loaders and exits. It is called by the program that the command makes; its arguments are the folders for
// entries by others, for trusted ones, and for what is kept.
func Main(loaders map[string]func(context.Context, *Loader) error) {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "this program is run by sitegen")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	names := make([]string, 0, len(loaders))
	for name := range loaders {
		names = append(names, name)
	}
	slices.Sort(names)
	failed := false
	for _, name := range names {
		l := &Loader{Collection: name, cache: os.Args[3], seen: map[string]bool{}}
		l.dirs = [2]string{filepath.Join(os.Args[1], name), filepath.Join(os.Args[2], name)}
		err := loaders[name](ctx, l)
		if err == nil {
			err = l.sweep()
		}
		if err != nil {
			fmt.Printf("%s%s\x00%s\n", Failed, path.Base(name), strings.ReplaceAll(err.Error(), "\n", " "))
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
}

// Failed begins a line that says which loader failed, and after a zero byte why.
const Failed = "\x00sitegen loader "
