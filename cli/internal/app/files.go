package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// change is a file that is to have other bytes.
type change struct {
	name  string // as people are shown it, relative to the project
	path  string // absolute
	isNew bool
	old   []byte
	data  []byte
}

// changeOf compares a file with what it is to hold. It is nil where that is what it holds.
func changeOf(name, path string, data []byte) (*change, error) {
	old, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &change{name: name, path: path, isNew: true, data: data}, nil
	case err != nil:
		return nil, fmt.Errorf("%s: %s", name, reason(err))
	case bytes.Equal(old, data):
		return nil, nil
	}
	return &change{name: name, path: path, old: old, data: data}, nil
}

// stale says whether the file is not any more what it was when the change was made.
func (c *change) stale() bool {
	if c.isNew {
		_, err := os.Lstat(c.path)
		return err == nil
	}
	now, err := os.ReadFile(c.path)
	return err != nil || !bytes.Equal(now, c.old)
}

// writeAll makes all changes or none. Every file is written beside its place first, so that a full disk or a folder that
// may not be written to shows before anything has changed; should putting them into place fail after all, what was done is
// undone.
func writeAll(ctx context.Context, changes []*change) (err error) {
	defer whole()()
	var undo []func()
	defer func() {
		for i := len(undo) - 1; err != nil && i >= 0; i-- {
			undo[i]()
		}
	}()
	temps := make([]string, len(changes))
	defer func() {
		for _, name := range temps {
			if name != "" {
				os.Remove(name)
			}
		}
	}()
	for i, c := range changes {
		if c.stale() {
			return fmt.Errorf("%s has changed meanwhile", c.name)
		}
		made, err := makeDirs(filepath.Dir(c.path))
		undo = append(undo, func() {
			for _, dir := range made {
				os.Remove(dir)
			}
		})
		if err == nil {
			temps[i], err = writeBeside(c)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, bare(err))
		}
	}
	for i, c := range changes {
		if err := ctx.Err(); err != nil {
			return err
		}
		if c.isNew {
			// A link fails where a file has come up meanwhile; a rename would replace it.
			if err := os.Link(temps[i], c.path); err != nil {
				if errors.Is(err, fs.ErrExist) {
					return fmt.Errorf("%s has come up meanwhile", c.name)
				}
				if err := os.Rename(temps[i], c.path); err != nil {
					return fmt.Errorf("%s: %w", c.name, bare(err))
				}
			}
			undo = append(undo, func() { os.Remove(c.path) })
			continue
		}
		if err := os.Rename(temps[i], real(c.path)); err != nil {
			return fmt.Errorf("%s: %w", c.name, bare(err))
		}
		undo = append(undo, func() { replaceFile(c.path, c.old) })
	}
	return nil
}

// writeBeside writes what a file is to hold to one beside it, with its permissions.
func writeBeside(c *change) (string, error) {
	mode := fs.FileMode(0o644)
	if bytes.HasPrefix(c.data, []byte("#!")) {
		mode = 0o755 // a script, which is there to be run
	}
	if info, err := os.Stat(c.path); err == nil {
		if mode = info.Mode().Perm(); mode&0o222 == 0 {
			return "", errors.New("is read-only") // a rename would replace it all the same
		}
	}
	tmp, err := os.CreateTemp(filepath.Dir(real(c.path)), ".sitegen-*")
	if err != nil {
		return "", err
	}
	_, err = tmp.Write(c.data)
	if err := errors.Join(err, tmp.Chmod(mode), tmp.Close()); err != nil {
		os.Remove(tmp.Name())
		return "", err
	}
	return tmp.Name(), nil
}

// real follows links, so that a link stays one.
func real(name string) string {
	if to, err := filepath.EvalSymlinks(name); err == nil {
		return to
	}
	return name
}

// makeDirs makes a folder and those above it, and gives the ones that were not there, innermost first.
func makeDirs(dir string) (made []string, err error) {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Lstat(d); err == nil || d == filepath.Dir(d) {
			break
		}
		made = append(made, d)
	}
	return made, os.MkdirAll(dir, 0o777)
}

// bare is a file error without the name of a file that nobody knows of.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err
	}
	return err
}
