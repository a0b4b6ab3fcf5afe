package build

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// delta changes an output in place: what is in the stage goes to its place, what is not wanted any more goes.
type delta struct {
	dir         string // of what is known of the output
	put, remove []string
}

// apply changes the output. What it replaces is kept until all is done, and comes back if something goes wrong.
func (d *delta) apply(stage, out string) (err error) {
	old := filepath.Join(stage, ".replaced")
	type move struct{ from, to string }
	var done []move
	defer func() {
		if err == nil {
			return
		}
		for _, m := range slices.Backward(done) {
			os.Rename(m.to, m.from)
		}
	}()
	rename := func(from, to string) error {
		err := os.Rename(from, to)
		if errors.Is(err, fs.ErrNotExist) {
			if err = os.MkdirAll(filepath.Dir(to), 0o777); err == nil {
				err = os.Rename(from, to)
			}
		}
		if err == nil {
			done = append(done, move{from, to})
		}
		return err
	}
	away := func(name string) error {
		from := filepath.Join(out, filepath.FromSlash(name))
		if _, err := os.Lstat(from); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return rename(from, filepath.Join(old, filepath.FromSlash(name)))
	}
	for _, name := range d.remove {
		if err := away(name); err != nil {
			return err
		}
	}
	for _, name := range d.remove { // a file of the same name as a folder may be about to come
		removeEmpty(out, path.Dir(name))
	}
	for _, name := range d.put {
		if err := away(name); err != nil {
			return err
		}
		if err := rename(filepath.Join(stage, filepath.FromSlash(name)), filepath.Join(out, filepath.FromSlash(name))); err != nil {
			return err
		}
	}
	return nil
}

// removeEmpty removes the folders of a name below root that hold nothing any more.
func removeEmpty(root, name string) {
	for ; name != "." && name != "/"; name = path.Dir(name) {
		if os.Remove(filepath.Join(root, filepath.FromSlash(name))) != nil {
			return
		}
	}
}
