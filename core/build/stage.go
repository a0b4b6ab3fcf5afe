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
	"syscall"

	"sitegen.dev/core/diag"
)

// Stage is a directory in which an output grows; Publish swaps it with the last one in two renames, so that a build that
// fails, is interrupted or loses its power leaves the last good output as it was.
type Stage struct {
	Dir string // absolute

	layout *Layout
	out    string // absolute, where it goes
	name   string // out as the author knows it
}

// outputs remembers, in the work directory, which output directories were made by sitegen: only those are ever replaced.
const outputsFile = workDir + "/outputs.json"

// newStage prepares an empty stage for the output directory out (relative to the project root, or absolute). With force
// it takes over a directory that sitegen did not make.
func newStage(l *Layout, out string, force bool) (*Stage, *diag.List, error) {
	list := &diag.List{}
	target := filepath.FromSlash(out)
	if !filepath.IsAbs(target) {
		target = filepath.Join(l.Root, target)
	}
	s := &Stage{layout: l, out: target, name: out, Dir: l.abs(stageDir)}
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
		entries, _ := os.ReadDir(target)
		switch {
		case info.Mode()&fs.ModeSymlink != 0 || !info.IsDir():
			list.Error("SG7011", diag.Range{}, out+" is there and is no directory", "move it away, or choose another `out:` in site.yaml")
		case len(entries) > 0 && !force && !s.ours():
			list.Error("SG7011", diag.Range{}, fmt.Sprintf("%s holds files that sitegen did not make, %s among them", out, entries[0].Name()),
				"delete it yourself, choose another `out:` in site.yaml, or run with --force to replace it")
		}
		if list.HasErrors() {
			return nil, list, nil
		}
	}
	if _, err := os.Lstat(target); errors.Is(err, fs.ErrNotExist) {
		os.Rename(s.previous(), target) // a swap that was cut off between its two renames
	}
	if err := os.RemoveAll(s.Dir); err != nil {
		return nil, nil, err
	}
	return s, list, os.MkdirAll(s.Dir, 0o777)
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
	if err := os.MkdirAll(filepath.Dir(s.out), 0o777); err != nil {
		return err
	}
	from := s.Dir
	if err := probe(from, filepath.Dir(s.out)); errors.Is(err, syscall.EXDEV) {
		// The output lies on another disk, where a rename cannot reach: copy beside it first.
		near := s.out + ".new"
		if err := errors.Join(os.RemoveAll(near), os.CopyFS(near, os.DirFS(from))); err != nil {
			os.RemoveAll(near)
			return fmt.Errorf("write %s: %w", s.name, bare(err))
		}
		os.RemoveAll(from)
		from = near
	}
	previous := s.previous()
	if err := os.RemoveAll(previous); err != nil {
		return fmt.Errorf("replace %s: %w", s.name, bare(err))
	}
	if err := os.Rename(s.out, previous); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("replace %s: %w", s.name, bare(err))
	}
	if err := os.Rename(from, s.out); err != nil {
		os.Rename(previous, s.out)
		return fmt.Errorf("replace %s: %w", s.name, bare(err))
	}
	return os.RemoveAll(previous)
}

// previous is where the last output waits for the instant between the two renames.
func (s *Stage) previous() string { return s.out + ".previous" }

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

// copyPublic copies the public folder into dir. Links are followed only to places within the project.
func copyPublic(l *Layout, public, dir string) (int64, *diag.List, error) {
	list := &diag.List{}
	from := filepath.Join(l.Root, filepath.FromSlash(public))
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
		return 0, list, nil
	}
	var total int64
	err := filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
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
			n, err := copyFile(real, to)
			total += n
			return err
		}
		switch {
		case d.IsDir():
			return os.MkdirAll(to, 0o777)
		case !d.Type().IsRegular():
			list.Error("SG7012", at, "this is no regular file", "remove it")
			return nil
		case d.Name() == ".DS_Store" || d.Name() == "Thumbs.db":
			return nil
		}
		n, err := copyFile(name, to)
		total += n
		return err
	})
	return total, list, err
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
