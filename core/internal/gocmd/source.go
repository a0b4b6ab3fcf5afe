package gocmd

import (
	"bytes"
	"errors"
	"fmt"
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
		data, err := fs.ReadFile(src, name)
		if err != nil {
			return err
		}
		wrote, err := writeFile(filepath.Join(dir, filepath.FromSlash(name)), data)
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

// writeFile replaces the file name by data unless it holds that already.
func writeFile(name string, data []byte) (bool, error) {
	if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() && info.Size() == int64(len(data)) {
		if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, data) {
			return false, nil
		}
	} else if err == nil && info.IsDir() {
		if err := os.RemoveAll(name); err != nil {
			return false, err
		}
	}
	dir := filepath.Dir(name)
	if err := makeDir(dir); err != nil {
		return false, err
	}
	tmp, err := os.CreateTemp(dir, "."+strings.TrimPrefix(filepath.Base(name), ".")+".*")
	if err != nil {
		return false, err
	}
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		os.Remove(tmp.Name())
		return false, fmt.Errorf("write %s: %w", name, err)
	}
	return true, nil
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
