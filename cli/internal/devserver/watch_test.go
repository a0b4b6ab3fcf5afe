package devserver

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// collect gives the paths of the batches until path is among them.
func (w *watcher) until(t *testing.T, path string) changes {
	t.Helper()
	var all changes
	limit := time.After(10 * time.Second)
	for {
		select {
		case c := <-w.batch:
			all.merge(c)
			if all.all || all.paths[path] {
				return all
			}
		case <-limit:
			t.Fatalf("nobody tells of %s; got %v", path, all.paths)
		}
	}
}

func testIgnore(path string, dir bool) bool { return strings.HasPrefix(filepath.Base(path), ".") }

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestWatch(t *testing.T) {
	for _, poll := range []bool{false, true} {
		t.Run(fmt.Sprintf("poll=%v", poll), func(t *testing.T) {
			root := t.TempDir()
			src := filepath.Join(root, "src")
			put(t, filepath.Join(src, "pages", "a.md"), "a")
			put(t, filepath.Join(root, "other", "x"), "x")
			w := watch([]tree{{dir: src}, {dir: root, flat: true}}, poll, testIgnore, func(reason error) { t.Error(reason) })
			defer w.close()
			at := func(parts ...string) string { return filepath.Join(append([]string{root}, parts...)...) }

			put(t, at("src", "pages", "a.md"), "other text")
			w.until(t, at("src", "pages", "a.md"))
			put(t, at("site.yaml"), "x: y")
			w.until(t, at("site.yaml"))

			// An editor that writes another file and renames it.
			put(t, at("src", "pages", ".a.md.tmp"), "by rename")
			if err := os.Rename(at("src", "pages", ".a.md.tmp"), at("src", "pages", "a.md")); err != nil {
				t.Fatal(err)
			}
			w.until(t, at("src", "pages", "a.md"))

			// A folder that comes with its files.
			put(t, at("src", "new", "deep", "b.md"), "b")
			w.until(t, at("src", "new", "deep", "b.md"))
			put(t, at("src", "new", "deep", "b.md"), "b again")
			w.until(t, at("src", "new", "deep", "b.md"))

			// A folder that is renamed, and one that takes its old name.
			if err := os.Rename(at("src", "new"), at("src", "old")); err != nil {
				t.Fatal(err)
			}
			w.until(t, at("src", "new"))
			put(t, at("src", "new", "deep", "c.md"), "c")
			w.until(t, at("src", "new", "deep", "c.md"))
			put(t, at("src", "old", "deep", "b.md"), "b once more")
			w.until(t, at("src", "old", "deep", "b.md"))

			// All of it goes and comes back.
			if err := os.RemoveAll(src); err != nil {
				t.Fatal(err)
			}
			w.until(t, at("src"))
			put(t, at("src", "pages", "d.md"), "d")
			w.until(t, at("src", "pages", "d.md"))
			time.Sleep(20 * time.Millisecond)
			put(t, at("src", "pages", "d.md"), "d again")
			w.until(t, at("src", "pages", "d.md"))

			// Nothing of what is ignored, nor below the flat tree.
			put(t, at("other", "y"), "y")
			put(t, at("src", ".git", "index"), "i")
			put(t, at("src", "pages", "last"), "l")
			c := w.until(t, at("src", "pages", "last"))
			if c.paths[at("other", "y")] || c.paths[at("src", ".git", "index")] || c.paths[at("src", ".git")] {
				t.Errorf("changes of what is ignored: %v", c.paths)
			}
		})
	}
}

// A watcher leaves nothing behind, however often directories come and go.
func TestWatchLeak(t *testing.T) {
	root := t.TempDir()
	before := runtime.NumGoroutine()
	w := watch([]tree{{dir: root}}, false, testIgnore, func(reason error) { t.Error(reason) })
	for i := range 50 {
		dir := filepath.Join(root, "d")
		put(t, filepath.Join(dir, "sub", "f"), fmt.Sprint(i))
		w.until(t, filepath.Join(dir, "sub", "f"))
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		w.until(t, dir)
	}
	w.close()
	if n := len(w.watched); n > 3 {
		t.Errorf("%d directories are watched: %v", n, w.watched)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

// Thousands of files at once, as when another branch is checked out, are told of in a few batches.
func TestWatchMany(t *testing.T) {
	root := t.TempDir()
	w := watch([]tree{{dir: root}}, false, testIgnore, func(reason error) { t.Error(reason) })
	defer w.close()
	const n = 3000
	go func() {
		for i := range n {
			dir := filepath.Join(root, fmt.Sprint(i%37))
			os.MkdirAll(dir, 0o777)
			os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), nil, 0o666)
		}
	}()
	var all changes
	batches := 0
	limit := time.After(30 * time.Second)
	for !all.all {
		missing := 0
		for i := range n {
			if !all.paths[filepath.Join(root, fmt.Sprint(i%37), fmt.Sprint(i))] {
				missing++
			}
		}
		if missing == 0 {
			break
		}
		select {
		case c := <-w.batch:
			batches++
			all.merge(c)
		case <-limit:
			t.Fatalf("%d files were not told of", missing)
		}
	}
	if batches > 100 {
		t.Errorf("%d batches", batches)
	}
}

// What came and went within one batch is nobody's business, what was there before is.
func TestSettle(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	put(t, at("page.gosite"), "p")
	w := &watcher{known: map[string]bool{at("old.gosite"): true}}
	now := changes{paths: map[string]bool{at("page.gosite"): true, at("page.gosite.x7"): true, at("old.gosite"): true}}
	w.settle(&now)
	if len(now.paths) != 2 || now.paths[at("page.gosite.x7")] {
		t.Errorf("left are %v", now.paths)
	}
}

// A system that has no room for another folder is no reason to miss what happens there: it is polled from then on.
func TestWatchFull(t *testing.T) {
	root := t.TempDir()
	put(t, filepath.Join(root, "a"), "a")
	said := make(chan error, 1)
	w := &watcher{trees: []tree{{dir: root}}, ignore: testIgnore, batch: make(chan changes), done: make(chan struct{}), ended: make(chan struct{}), note: func(reason error) { said <- reason }}
	w.watch1 = func(dir string) error {
		if dir != root {
			return syscall.ENOSPC
		}
		return w.fs.Add(dir)
	}
	if err := w.start(); err != nil {
		t.Fatal(err)
	}
	go w.listen()
	defer w.close()
	put(t, filepath.Join(root, "more", "b"), "b")
	if c := w.until(t, filepath.Join(root, "more", "b")); !c.all {
		t.Errorf("%v is told of, and not that there may be more", c.paths)
	}
	if reason := <-said; !errors.Is(reason, syscall.ENOSPC) {
		t.Error(reason)
	}
	for _, name := range []string{"a", "more/b", "more/c"} {
		put(t, filepath.Join(root, name), "again, and longer")
		w.until(t, filepath.Join(root, name))
	}
}
