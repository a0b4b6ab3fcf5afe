package gocmd

import (
	"bytes"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// Files is a tree of files in memory, by their slash-separated names. It is an fs.FS.
type Files map[string][]byte

var _ fs.ReadFileFS = Files{}
var _ fs.ReadDirFS = Files{}

// ReadFile gives a copy of the file.
func (f Files) ReadFile(name string) ([]byte, error) {
	data, ok := f[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return bytes.Clone(data), nil
}

// ReadDir lists a directory. There is a directory where a name of a file goes through it, and always the root.
func (f Files) ReadDir(name string) ([]fs.DirEntry, error) {
	prefix := name + "/"
	if name == "." {
		prefix = ""
	}
	var list []fs.DirEntry
	for file, data := range f {
		rest, ok := strings.CutPrefix(file, prefix)
		if !ok {
			continue
		}
		first, _, dir := strings.Cut(rest, "/")
		if !slices.ContainsFunc(list, func(e fs.DirEntry) bool { return e.Name() == first }) {
			info := fileInfo{name: first, dir: dir}
			if !dir {
				info.size = int64(len(data))
			}
			list = append(list, info)
		}
	}
	if len(list) == 0 && name != "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, nil
}

// Open opens a file or a directory.
func (f Files) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	base := name[strings.LastIndexByte(name, '/')+1:]
	if data, ok := f[name]; ok {
		return &openFile{Reader: bytes.NewReader(data), info: fileInfo{name: base, size: int64(len(data))}}, nil
	}
	list, err := f.ReadDir(name)
	if err != nil {
		return nil, err
	}
	return &openDir{info: fileInfo{name: base, dir: true}, list: list}, nil
}

type openFile struct {
	*bytes.Reader
	info fileInfo
}

func (o *openFile) Stat() (fs.FileInfo, error) { return o.info, nil }
func (o *openFile) Close() error               { return nil }

type openDir struct {
	info fileInfo
	list []fs.DirEntry
}

func (o *openDir) Stat() (fs.FileInfo, error) { return o.info, nil }
func (o *openDir) Close() error               { return nil }
func (o *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: o.info.name, Err: fs.ErrInvalid}
}

func (o *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		list := o.list
		o.list = nil
		return list, nil
	}
	if len(o.list) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(o.list))
	list := o.list[:n]
	o.list = o.list[n:]
	return list, nil
}

// fileInfo is fs.FileInfo and fs.DirEntry of a file in memory. It has no time, so that copies do not depend on one.
type fileInfo struct {
	name string
	size int64
	dir  bool
}

func (i fileInfo) Name() string               { return i.name }
func (i fileInfo) Size() int64                { return i.size }
func (i fileInfo) IsDir() bool                { return i.dir }
func (i fileInfo) ModTime() time.Time         { return time.Time{} }
func (i fileInfo) Sys() any                   { return nil }
func (i fileInfo) Type() fs.FileMode          { return i.Mode().Type() }
func (i fileInfo) Info() (fs.FileInfo, error) { return i, nil }

func (i fileInfo) Mode() fs.FileMode {
	if i.dir {
		return fs.ModeDir | 0o755
	}
	return 0o644
}
