package gocmd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// WriteSource makes the directory dir hold the files of src and nothing else, and says whether that changed anything. A
// file whose bytes are right is left alone, with its time, so that neither the go command nor an editor sees it change.
// Each file is replaced in one step.
func WriteSource(dir string, src fs.FS) (changed bool, err error) {
	want := map[string]bool{".": true}
	err = fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return nil
		}
		for p := name; p != "."; p = path.Dir(p) {
			want[p] = true
		}
		wrote, err := copyFile(filepath.Join(dir, filepath.FromSlash(name)), src, name)
		changed = changed || wrote
		return err
	})
	if err != nil {
		return changed, err
	}
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil || want[filepath.ToSlash(rel)] {
			return err
		}
		changed = true
		if err := os.RemoveAll(p); err != nil {
			return err
		}
		if d.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) && len(want) == 1 {
		err = nil // src is empty, and there is no dir
	}
	return changed, err
}

// copyFile makes the file target hold the bytes of src's file name, piece by piece, and says whether it did not already.
func copyFile(target string, src fs.FS, name string) (bool, error) {
	if info, err := os.Lstat(target); err == nil && info.Mode().IsRegular() {
		same, err := sameBytes(target, src, name)
		if same || err != nil {
			return false, err
		}
	} else if err == nil && info.IsDir() {
		if err := os.RemoveAll(target); err != nil {
			return false, err
		}
	}
	in, err := src.Open(name)
	if err != nil {
		return false, err
	}
	defer in.Close()
	dir := filepath.Dir(target)
	if err := makeDir(dir); err != nil {
		return false, err
	}
	tmp, err := os.CreateTemp(dir, "."+strings.TrimPrefix(filepath.Base(target), ".")+".*")
	if err != nil {
		return false, err
	}
	_, err = io.Copy(tmp, in)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), target)
	}
	if err != nil {
		os.Remove(tmp.Name())
		return false, fmt.Errorf("write %s: %w", target, err)
	}
	return true, nil
}

// sameBytes compares a file with one of src.
func sameBytes(target string, src fs.FS, name string) (bool, error) {
	a, err := os.Open(target)
	if err != nil {
		return false, nil // not to be read: to be replaced
	}
	defer a.Close()
	b, err := src.Open(name)
	if err != nil {
		return false, err
	}
	defer b.Close()
	have, err := a.Stat()
	if err != nil {
		return false, err
	}
	want, err := b.Stat()
	if err != nil || have.Size() != want.Size() {
		return false, err
	}
	var x, y [32 << 10]byte
	for {
		n, err := io.ReadFull(a, x[:])
		m, err2 := io.ReadFull(b, y[:])
		if n != m || !bytes.Equal(x[:n], y[:m]) {
			return false, nil
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return err2 == err, nil
		}
		if err != nil || err2 != nil {
			return false, errors.Join(err, err2)
		}
	}
}

// makeDir makes dir, taking away a file that stands in the way of its last element.
func makeDir(dir string) error {
	if info, err := os.Lstat(dir); err == nil && !info.IsDir() {
		if target, err := os.Stat(dir); err != nil || !target.IsDir() {
			if err := os.Remove(dir); err != nil {
				return err
			}
		}
	}
	return os.MkdirAll(dir, 0o777)
}
