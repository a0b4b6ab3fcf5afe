package build

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"sitegen.dev/core/diag"
)

// Stage is a directory in which an output grows; Publish swaps it with the last one in two renames, so that a build that
// fails, is interrupted or loses its power leaves the last good output as it was.
type Stage struct {
	Dir string // absolute

	layout *Layout
	out    string   // absolute, where it goes
	name   string   // out as the author knows it
	known  *before  // what the next build is to know of the output; nil for nothing
	delta  *delta   // how the output is changed in place; nil where the stage takes its place
	beside []string // directories of the stage that go to the same name below the project root instead
}

// outputs remembers, in the work directory, which output directories were made by sitegen: only those are ever replaced.
const outputsFile = workDir + "/outputs.json"

// newStage prepares an empty stage for the output directory out (relative to the project root, or absolute). With force
// it takes over a directory that sitegen did not make. The directories beside the output are a platform's, and replaced
// whoever made them.
func newStage(l *Layout, out string, beside []string, force bool) (*Stage, *diag.List, error) {
	list := &diag.List{}
	target := filepath.FromSlash(out)
	if !filepath.IsAbs(target) {
		target = filepath.Join(l.Root, target)
	}
	s := &Stage{layout: l, out: target, name: out, beside: beside, Dir: l.abs(stageDir)}
	for _, name := range beside {
		if !filepath.IsLocal(filepath.FromSlash(name)) || inside(target, s.root(name)) || inside(s.root(name), target) {
			return nil, nil, fmt.Errorf("%s cannot lie beside the output %s", name, out)
		}
	}
	for _, keep := range []string{l.Root, l.ModuleDir, l.abs(l.Src)} {
		if inside(keep, target) {
			list.Error("SG7010", diag.Range{Pos: diag.Pos{File: "site.yaml"}},
				fmt.Sprintf("the output directory %s holds the site itself", out), "set `out: dist` in site.yaml")
			return nil, list, nil
		}
	}
	if inside(target, l.abs(l.Src)) || inside(target, l.abs(workDir)) {
		list.Error("SG7010", diag.Range{Pos: diag.Pos{File: "site.yaml"}},
			fmt.Sprintf("the output directory %s lies among the sources", out), "set `out: dist` in site.yaml")
		return nil, list, nil
	}
	if info, err := os.Lstat(target); err == nil {
		first := firstEntry(target)
		switch {
		case info.Mode()&fs.ModeSymlink != 0 || !info.IsDir():
			list.Error("SG7011", diag.Range{}, out+" is there and is no directory", "move it away, or choose another `out:` in site.yaml")
		case first != "" && !force && !s.ours():
			hint := "delete it yourself, choose another `out:` in site.yaml, or run with --force to replace it"
			if len(s.recorded()) == 0 {
				hint += "; what sitegen has made is noted in " + workDir + ", so an older output looks like this when that folder has been deleted"
			}
			list.Error("SG7011", diag.Range{}, fmt.Sprintf("%s holds files that sitegen did not make, %s among them", out, first), hint)
		}
		if list.HasErrors() {
			return nil, list, nil
		}
	}
	for _, sw := range s.swaps() {
		if _, err := os.Lstat(sw.to); errors.Is(err, fs.ErrNotExist) {
			os.Rename(sw.previous(), sw.to) // a swap that was cut off between its two renames
		}
	}
	if err := os.RemoveAll(s.Dir); err != nil {
		return nil, nil, err
	}
	return s, list, os.MkdirAll(s.Dir, 0o777)
}

// firstEntry names a file in a directory, "" where there is none. It does not read the rest of a directory that may hold a
// hundred thousand.
func firstEntry(dir string) string {
	d, err := os.Open(dir)
	if err != nil {
		return ""
	}
	defer d.Close()
	names, _ := d.Readdirnames(1)
	return strings.Join(names, "")
}

// inside says whether path is dir or lies below it.
func inside(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

func (s *Stage) recorded() []string {
	var names []string
	if data, err := os.ReadFile(s.layout.abs(outputsFile)); err == nil {
		json.Unmarshal(data, &names) // a broken file means that nothing is known to be ours
	}
	return names
}

func (s *Stage) ours() bool { return slices.Contains(s.recorded(), s.layout.Rel(s.out)) }

// Publish makes the stage the output.
func (s *Stage) Publish() error {
	if !s.ours() {
		data, err := json.MarshalIndent(append(s.recorded(), s.layout.Rel(s.out)), "", "  ")
		if err != nil {
			return err
		}
		if err := writeChanged(s.layout.abs(outputsFile), append(data, '\n')); err != nil {
			return err
		}
	}
	if s.known != nil {
		if err := s.known.save(s.Dir); err != nil {
			return err
		}
	}
	if err := s.publish(); err != nil {
		return err
	}
	if s.known != nil {
		return s.known.commit()
	}
	return nil
}

func (s *Stage) publish() error {
	if s.delta != nil {
		if err := s.delta.apply(s.Dir, s.out); err != nil {
			return fmt.Errorf("write %s: %w", s.name, bare(err))
		}
		now := time.Now()
		os.Chtimes(s.out, now, now) // tells a preview that there is something new
		return os.RemoveAll(s.Dir)
	}
	swaps := s.swaps()
	for i := range swaps {
		if err := swaps[i].prepare(); err != nil {
			return err
		}
	}
	for i := range swaps {
		if err := swaps[i].do(); err != nil {
			for _, done := range slices.Backward(swaps[:i]) {
				done.undo()
			}
			return err
		}
	}
	for _, sw := range swaps {
		removeAll(sw.previous()) // what cannot be removed is the next build's to tell: the output is there
	}
	return nil
}

// removeAll removes what lies in a place of ours, also folders that somebody has made read-only.
func removeAll(dir string) error {
	err := os.RemoveAll(dir)
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			os.Chmod(path, 0o777)
		}
		return nil
	})
	return os.RemoveAll(dir)
}

// irreplaceable says why one directory cannot take the place of another, and what to do.
func irreplaceable(name string, err error) error {
	why := fmt.Sprintf("%s cannot be replaced: %v", name, bare(err))
	switch {
	case errors.Is(err, syscall.EBUSY):
		why += ": it is a mount point or in use; mount the folder above it, or set another `out:` in site.yaml"
	case errors.Is(err, fs.ErrPermission):
		why += ": the folder that it lies in must be writable"
	}
	return errors.New(why)
}

// state names the state of an output that was changed in place: of what stayed it is known, so that only what is new is
// looked at. ok is false where all of it has to be looked at.
func (s *Stage) state() (state outputState, ok bool) {
	if s.delta == nil || s.known == nil {
		return state, false
	}
	prefix := s.layout.Rel(s.out) + "/"
	for name := range s.known.kept {
		f := s.known.files[name]
		state.add(prefix+name, f.size, f.mtime)
	}
	for _, name := range s.delta.put {
		info, err := os.Lstat(filepath.Join(s.out, filepath.FromSlash(name)))
		if err != nil {
			return state, false
		}
		state.add(prefix+name, info.Size(), info.ModTime().UnixNano())
	}
	return state, true
}

// root is the place of a name below the project root.
func (s *Stage) root(name string) string {
	return filepath.Join(s.layout.Root, filepath.FromSlash(name))
}

// swaps lists what Publish moves: what goes beside the output first, because it grew inside the stage.
func (s *Stage) swaps() []swap {
	var out []swap
	for _, name := range s.beside {
		out = append(out, swap{from: filepath.Join(s.Dir, filepath.FromSlash(name)), to: s.root(name), name: name, within: s.Dir})
	}
	return append(out, swap{from: s.Dir, to: s.out, name: s.name})
}

// swap puts one directory in the place of another. The old one waits in previous until all swaps of a stage are done.
type swap struct {
	from, to string
	name     string // to, as the author knows it
	within   string // from lies in this directory, which shall keep no empty parents of it
	none     bool   // there is no from: the old directory goes, and nothing takes its place
	had      bool   // there was an old directory
}

// previous is where the last directory waits for the instant between the two renames.
func (w *swap) previous() string { return w.to + ".previous" }

// prepare does all that can take time or go wrong without changing what is there.
func (w *swap) prepare() error {
	if _, err := os.Lstat(w.from); errors.Is(err, fs.ErrNotExist) {
		w.none = true
	} else if err := os.MkdirAll(filepath.Dir(w.to), 0o777); err != nil {
		return err
	} else if err := probe(w.from, filepath.Dir(w.to)); errors.Is(err, syscall.EXDEV) {
		// The target lies on another disk, where a rename cannot reach: copy beside it first.
		near := w.to + ".new"
		if err := errors.Join(os.RemoveAll(near), os.CopyFS(near, os.DirFS(w.from))); err != nil {
			os.RemoveAll(near)
			return fmt.Errorf("write %s: %w", w.name, bare(err))
		}
		os.RemoveAll(w.from)
		w.from = near
	}
	if err := removeAll(w.previous()); err != nil {
		return fmt.Errorf("%s.previous, which an earlier build has left, cannot be removed: %w; delete it", w.name, bare(err))
	}
	return nil
}

func (w *swap) do() error {
	err := os.Rename(w.to, w.previous())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return irreplaceable(w.name, err)
	}
	w.had = err == nil
	if w.none {
		return nil
	}
	if err := os.Rename(w.from, w.to); err != nil {
		os.Rename(w.previous(), w.to)
		return irreplaceable(w.name, err)
	}
	if w.within != "" {
		for dir := filepath.Dir(w.from); dir != w.within && inside(dir, w.within); dir = filepath.Dir(dir) {
			if os.Remove(dir) != nil {
				break // something else is in it
			}
		}
	}
	return nil
}

// undo brings the old directory back; the new one is lost with its build.
func (w *swap) undo() {
	os.RemoveAll(w.to)
	if w.had {
		os.Rename(w.previous(), w.to)
	}
}

// probe says whether a file of dir a can be renamed into dir b.
func probe(a, b string) error {
	f, err := os.CreateTemp(a, ".probe-*")
	if err != nil {
		return err
	}
	f.Close()
	defer os.Remove(f.Name())
	to := filepath.Join(b, filepath.Base(f.Name()))
	defer os.Remove(to)
	return os.Rename(f.Name(), to)
}

// Discard removes the stage and leaves the last output as it is.
func (s *Stage) Discard() { os.RemoveAll(s.Dir) }

// Out is the absolute path of the output directory.
func (s *Stage) Out() string { return s.out }

// copyPublic copies what has changed of the public folder into the stage. Links are followed only to places within the
// project.
func (b *builder) copyPublic() (int64, *diag.List, error) {
	l, public, dir := b.Layout, b.Config.Public, b.site.ClientDir
	list := &diag.List{}
	stage := func(file, rel string) (int64, error) {
		name, err := filepath.Rel(l.ModuleDir, file)
		if err != nil {
			return 0, err
		}
		d, err := b.prints.file(filepath.ToSlash(name))
		if err != nil {
			return 0, err
		}
		return b.stageFile(file, filepath.ToSlash(rel), d)
	}
	from := filepath.Join(l.Root, filepath.FromSlash(public))
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
		return 0, list, nil
	}
	var total int64
	err := filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if unpublished(d.Name()) {
			return nil
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, rel)
		at := diag.Range{Pos: diag.Pos{File: l.Rel(name)}}
		if d.Type()&fs.ModeSymlink != 0 {
			real, err := filepath.EvalSymlinks(name)
			if err != nil {
				list.Error("SG7012", at, "this link leads nowhere", "remove it")
				return nil
			}
			if !inside(real, l.Root) {
				list.Error("SG7012", at, "this link leads out of the project, so its target would be published", "copy the file into "+public)
				return nil
			}
			if info, err := os.Stat(real); err != nil || info.IsDir() {
				list.Error("SG7012", at, "a link to a directory cannot be copied", "copy the directory into "+public)
				return nil
			}
			n, err := stage(real, rel)
			total += n
			return err
		}
		switch {
		case d.IsDir():
			return os.MkdirAll(to, 0o777)
		case !d.Type().IsRegular():
			list.Error("SG7012", at, "this is no regular file", "remove it")
			return nil
		}
		n, err := stage(name, rel)
		total += n
		return err
	})
	return total, list, err
}

// unpublished says which files of the public folder are nobody's: those of file managers, and the locks of Emacs, which are links
// that lead nowhere.
func unpublished(name string) bool {
	return name == ".DS_Store" || name == "Thumbs.db" || strings.HasPrefix(name, ".#")
}

func copyFile(from, to string) (int64, error) {
	src, err := os.Open(from)
	if err != nil {
		return 0, err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(dst, src)
	return n, errors.Join(err, dst.Close())
}

// exe is the ending of programs here.
func exe() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}
