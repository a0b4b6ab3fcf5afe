package devserver

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Times of the watcher. An editor writes a file in several steps, and a change of branch many files: a batch ends when
// nothing has happened for quiet, or after patience when it does not stop.
const (
	quiet     = 6 * time.Millisecond
	patience  = 250 * time.Millisecond
	doubt     = 80 * time.Millisecond // for what looks like a file in the middle of being written
	pollEvery = 300 * time.Millisecond
)

// changes is what one batch of events says: the absolute paths that were written, made, renamed or removed. all means
// that it is not known which, because events were lost.
type changes struct {
	paths map[string]bool
	all   bool
}

func (c *changes) add(path string) {
	if c.paths == nil {
		c.paths = map[string]bool{}
	}
	c.paths[path] = true
}

func (c *changes) empty() bool { return !c.all && len(c.paths) == 0 }

func (c *changes) merge(more changes) {
	c.all = c.all || more.all
	for p := range more.paths {
		c.add(p)
	}
}

// A tree is a directory to watch.
type tree struct {
	dir  string // absolute
	flat bool   // without what is below it
}

// watcher tells of changes in directory trees. Where the system has no room for more watches, or when it is told to, it
// looks at the files again and again instead.
type watcher struct {
	trees  []tree
	ignore func(path string, dir bool) bool
	batch  chan changes
	done   chan struct{}
	ended  chan struct{}

	fs      *fsnotify.Watcher      // nil when polling
	watch1  func(dir string) error // of fs
	watched map[string]bool
	known   map[string]bool  // files and folders that were there when the last batch was handed over
	seen    map[string]stamp // when polling
	full    error            // why a folder that was made meanwhile cannot be watched
	note    func(reason error)
}

// stamp is what tells two states of a file apart.
type stamp struct {
	size int64
	time time.Time
	mode fs.FileMode
}

// watch begins to watch. ignore says which paths are none of our business; nothing below an ignored directory is looked
// at. note is told why it polls, now or from a later time on, if it was not told to.
func watch(trees []tree, poll bool, ignore func(path string, dir bool) bool, note func(reason error)) *watcher {
	w := &watcher{trees: trees, ignore: ignore, note: note, batch: make(chan changes), done: make(chan struct{}), ended: make(chan struct{})}
	if !poll {
		reason := w.start()
		if reason == nil {
			go w.listen()
			return w
		}
		note(reason)
	}
	w.seen = w.scan()
	go w.poll(changes{})
	return w
}

// close ends the watcher, and waits until it has ended.
func (w *watcher) close() {
	close(w.done)
	<-w.ended
}

// start adds a watch for each directory.
func (w *watcher) start() (err error) {
	if w.fs, err = fsnotify.NewWatcher(); err != nil {
		return err
	}
	if w.watch1 == nil {
		w.watch1 = w.fs.Add
	}
	w.watched, w.known = map[string]bool{}, map[string]bool{}
	for _, t := range w.trees {
		if err = w.add(t.dir, t.flat, nil); err != nil {
			w.fs.Close()
			w.fs, w.watched = nil, nil
			return err
		}
	}
	return nil
}

// add watches dir and what is below it. The files that are there already go to found: somebody may have written them
// before the watch was there.
func (w *watcher) add(dir string, flat bool, found *changes) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // it has gone again
		}
		if path != dir && w.ignore(path, d.IsDir()) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !d.IsDir() {
			if found != nil {
				found.add(path)
			} else {
				w.known[path] = true
			}
			return nil
		}
		if path != dir && flat {
			return fs.SkipDir
		}
		if w.watched[path] {
			return nil
		}
		if err := w.watch1(path); err != nil {
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
				return nil // what may not be read is told by who needs it
			}
			return err
		}
		w.watched[path] = true
		if found == nil {
			w.known[path] = true
		}
		return nil
	})
}

// inFlat says whether a path lies directly in a flat tree and in no other.
func (w *watcher) inFlat(path string) bool {
	flat := false
	for _, t := range w.trees {
		if t.flat {
			flat = flat || filepath.Dir(path) == t.dir
			continue
		}
		if rel, err := filepath.Rel(t.dir, path); err == nil && filepath.IsLocal(rel) {
			return false
		}
	}
	return flat
}

// listen collects events into batches.
func (w *watcher) listen() {
	if now, end := w.listened(); !end {
		w.seen = w.scan()
		w.note(w.full)
		w.poll(now)
		return
	}
	close(w.ended)
}

// listened ends with the watcher, or with what it has not handed over when there is a folder that cannot be watched.
func (w *watcher) listened() (now changes, end bool) {
	defer w.fs.Close()
	var first, last time.Time
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	var out chan changes // w.batch when there is something to hand over
	for {
		select {
		case <-w.done:
			return now, true
		case e, ok := <-w.fs.Events:
			if !ok {
				return now, true
			}
			if !w.event(e, &now) {
				continue
			}
			if w.full != nil {
				return now, false
			}
			last = time.Now()
			if first.IsZero() {
				first = last
			}
			timer.Reset(min(quiet, max(0, patience-time.Since(first))))
			out = nil
		case err, ok := <-w.fs.Errors:
			if !ok {
				return now, true
			}
			_ = err // events were lost, whatever the reason
			now.all = true
			w.again()
			if w.full != nil {
				return now, false
			}
			timer.Reset(quiet)
		case <-timer.C:
			if w.settle(&now); now.empty() {
				first = time.Time{}
				continue
			}
			if rest := doubt - time.Since(last); rest > 0 && time.Since(first) < patience && w.unfinished(now) {
				timer.Reset(rest)
				continue
			}
			out = w.batch
		case out <- now:
			for path := range now.paths {
				w.known[path] = true // for the next batch: what has gone by then was there
			}
			now, first, out = changes{}, time.Time{}, nil
		}
	}
}

// settle drops the files of a batch that were made and have gone again before anybody could look at them: editors and
// programs write such a file and give it the name of another one.
func (w *watcher) settle(now *changes) {
	for path := range now.paths {
		if _, err := os.Lstat(path); err == nil {
			continue
		}
		if !w.known[path] {
			delete(now.paths, path)
		}
	}
}

// unfinished says whether files of a batch are likely to come back, or to be written, in a moment: those that have gone, and
// those without a byte. Editors rename the old file away or empty it before they write the new one.
func (w *watcher) unfinished(now changes) bool {
	for path := range now.paths {
		info, err := os.Lstat(path)
		if err != nil || info.Mode().IsRegular() && info.Size() == 0 {
			return true
		}
	}
	return false
}

// polls says whether the files are looked at again and again from the beginning.
func (w *watcher) polls() bool { return w.fs == nil }

// event takes one event in; it says whether it means anything.
func (w *watcher) event(e fsnotify.Event, now *changes) bool {
	if e.Op == fsnotify.Chmod {
		return false // indexers and backups do that
	}
	info, err := os.Lstat(e.Name)
	dir := err == nil && info.IsDir()
	if w.ignore(e.Name, dir || w.watched[e.Name]) {
		return false
	}
	if e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) {
		w.gone(e.Name)
	}
	if dir {
		if !w.inFlat(e.Name) {
			w.gone(e.Name) // watches of another directory that had the name
			if err := w.add(e.Name, false, now); err != nil {
				now.all, w.full = true, err
			}
		}
	}
	now.add(e.Name)
	return true
}

// gone drops the watches of a directory that is no more, or that is another one now.
func (w *watcher) gone(dir string) {
	for path := range w.watched {
		if path == dir || strings.HasPrefix(path, dir+string(filepath.Separator)) {
			w.fs.Remove(path)
			delete(w.watched, path)
		}
	}
}

// again watches what should be watched, after events were lost or the root of a tree has come back.
func (w *watcher) again() {
	for _, t := range w.trees {
		if err := w.add(t.dir, t.flat, nil); err != nil {
			w.full = err
		}
	}
}

// limit says why the system watches no more folders, and what raises the limit.
func limit(reason error) string {
	name, more := "", ""
	switch {
	case runtime.GOOS != "linux":
	case errors.Is(reason, syscall.ENOSPC):
		name, more = "fs.inotify.max_user_watches", "524288"
	case errors.Is(reason, syscall.EMFILE):
		name, more = "fs.inotify.max_user_instances", "1024"
	}
	if name == "" {
		return "the system does not watch these folders (" + reason.Error() + "), so the files are looked at again and again"
	}
	return "the system watches no more folders, so the files are looked at again and again; its limit is " + name + ", and `sudo sysctl " + name + "=" + more + "` raises it"
}

// poll compares the files with what they were. now is what has changed before.
func (w *watcher) poll(now changes) {
	defer close(w.ended)
	every := time.NewTicker(pollEvery)
	defer every.Stop()
	var out chan changes
	if !now.empty() {
		out = w.batch
	}
	for {
		select {
		case <-w.done:
			return
		case <-every.C:
			seen := w.scan()
			for path, s := range seen {
				if w.seen[path] != s {
					now.add(path)
				}
			}
			for path := range w.seen {
				if _, ok := seen[path]; !ok {
					now.add(path)
				}
			}
			w.seen = seen
			if !now.empty() {
				out = w.batch
			}
		case out <- now:
			now, out = changes{}, nil
		}
	}
}

func (w *watcher) scan() map[string]stamp {
	seen := map[string]stamp{}
	for _, t := range w.trees {
		filepath.WalkDir(t.dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return nil
			}
			if path != t.dir && w.ignore(path, d.IsDir()) {
				if d.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			if d.IsDir() {
				if path != t.dir && t.flat {
					return fs.SkipDir
				}
				seen[path] = stamp{}
				return nil
			}
			if info, err := d.Info(); err == nil {
				seen[path] = stamp{info.Size(), info.ModTime(), info.Mode()}
			}
			return nil
		})
	}
	return seen
}
