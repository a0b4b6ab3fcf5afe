package build

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// file is a file to be written, its name relative to some directory and slash-separated.
type file struct {
	name string
	data []byte
}

// writeTree makes dir hold exactly files: it writes those whose bytes differ and removes the others, so that the go
// command and editors see a change only where there is one.
func writeTree(dir string, files []file) error {
	want := make(map[string]bool, len(files))
	for _, f := range files {
		want[f.name] = true
		if err := writeChanged(filepath.Join(dir, filepath.FromSlash(f.name)), f.data); err != nil {
			return err
		}
	}
	return removeOthers(dir, want)
}

// writeChanged writes a file unless it has these bytes already. A reader never sees half of it.
func writeChanged(name string, data []byte) error {
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

// removeOthers deletes every file below dir that is not wanted, and the directories that are empty then.
func removeOthers(dir string, want map[string]bool) error {
	var dirs []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil || rel == "." {
			return err
		}
		if d.IsDir() {
			dirs = append(dirs, name)
			return nil
		}
		if want[filepath.ToSlash(rel)] {
			return nil
		}
		return os.Remove(name)
	})
	slices.Reverse(dirs)
	for _, d := range dirs {
		os.Remove(d) // fails where the directory is still used, which is right
	}
	return err
}
