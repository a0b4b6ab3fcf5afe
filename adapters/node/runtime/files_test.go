package node

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestParseFiles(t *testing.T) {
	list := listHead + "\n" +
		"a%25b.html\ttext/html; charset=utf-8\t-\ttag1\t10,-,-,-\t200\n" +
		"_assets/x.js\ttext/javascript\ti\ttag2\t100,20,-,30\t404\tLink=</a>\tX%0AY=1=2\n"
	s, err := parseFiles(list)
	if err != nil {
		t.Fatal(err)
	}
	a, x := s.byName["a%b.html"], s.byName["_assets/x.js"]
	if a == nil || a.immutable || a.variants || a.status != 0 || a.size != [encodings]int64{10, -1, -1, -1} || a.ctype[0] != "text/html; charset=utf-8" {
		t.Errorf("a%%b.html = %+v", a)
	}
	if x == nil || !x.immutable || !x.variants || x.status != 404 || x.off != 10 || x.size != [encodings]int64{100, 20, -1, 30} ||
		len(x.header) != 2 || x.header[1] != (field{"X\nY", "1=2"}) {
		t.Errorf("_assets/x.js = %+v", x)
	}
	if err := s.openPack(make([]byte, 160)); err != nil {
		t.Errorf("openPack: %v", err)
	}
	if err := s.openPack(make([]byte, 159)); err == nil {
		t.Error("a pack of another size was taken")
	}
	for _, bad := range []string{
		"", "sitegen files 2\n", listHead + "\na\tb\n", listHead + "\na\tb\t-\tt\t1,2\t200\n", listHead + "\na\tb\t-\tt\t-,-,-,-\t200\n",
		listHead + "\na\tb\t-\tt\t1,-,-,-\tx\n", listHead + "\na%2\tb\t-\tt\t1,-,-,-\t200\n", listHead + "\na\tb\t-\tt\t-5,-,-,-\t200\n",
	} {
		if _, err := parseFiles(bad); err == nil {
			t.Errorf("parseFiles(%q) went through", bad)
		}
	}
}

// folder is a client folder of n files of size bytes each, with the list for it.
func folder(t *testing.T, n, size int) *files {
	t.Helper()
	dir := t.TempDir()
	list := listHead + "\n"
	for i := range n {
		name := fmt.Sprintf("f%d", i)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Repeat("x", size)), 0o666); err != nil {
			t.Fatal(err)
		}
		list += fmt.Sprintf("%s\ttext/plain\t-\tt\t%d,-,-,-\t200\n", name, size)
	}
	s, err := parseFiles(list)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.openDir(dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.close() })
	return s
}

func TestHotCacheIsBounded(t *testing.T) {
	s := folder(t, 10, 100)
	s.hot.budget = 350
	cached := func() (names string) {
		var size int64
		for i := range 10 {
			f := s.byName[fmt.Sprintf("f%d", i)]
			if h := f.hot[identity].Load(); h != nil {
				names += f.name
				size += int64(len(h.data))
			}
		}
		if size != s.hot.size || size > s.hot.budget {
			t.Errorf("%d bytes are cached, %d counted, %d allowed", size, s.hot.size, s.hot.budget)
		}
		return names
	}
	read := func(name string) {
		b, err := s.open(s.byName[name], identity)
		if err != nil || len(b.bytes) != 100 {
			t.Fatalf("open(%s) = %d bytes, %v", name, len(b.bytes), err)
		}
	}
	for _, name := range []string{"f0", "f1", "f2"} {
		read(name)
	}
	if got := cached(); got != "f0f1f2" {
		t.Errorf("cached %s; want f0f1f2", got)
	}
	read("f0") // used again, so it outlives the next addition
	read("f3")
	if got := cached(); got != "f0f2f3" {
		t.Errorf("cached %s; want f0f2f3", got)
	}
	for range 3 {
		for i := range 10 {
			read(fmt.Sprintf("f%d", i))
		}
	}
	cached()
}

func TestHotCacheConcurrently(t *testing.T) {
	s := folder(t, 20, 100)
	s.hot.budget = 500
	var wg sync.WaitGroup
	var failed atomic.Int64
	for g := range 8 {
		wg.Go(func() {
			for i := range 500 {
				b, err := s.open(s.byName[fmt.Sprintf("f%d", (i*7+g)%20)], identity)
				if err != nil || len(b.bytes) != 100 {
					failed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if failed.Load() > 0 || s.hot.size > s.hot.budget {
		t.Errorf("%d reads failed, %d bytes of %d are cached", failed.Load(), s.hot.size, s.hot.budget)
	}
}

func TestOpenNoticesOtherFiles(t *testing.T) {
	s := folder(t, 2, 100)
	dir := s.root.Name()
	if err := os.WriteFile(filepath.Join(dir, "f0"), []byte("other"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := s.open(s.byName["f0"], identity); err == nil || err.Error() != "f0 in the client folder has 5 bytes, the build wrote 100" {
		t.Errorf("open of a changed file = %v", err)
	}
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte(strings.Repeat("s", 100)), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "f1")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "f1")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.open(s.byName["f1"], identity); err == nil {
		t.Error("open followed a link out of the client folder")
	}
}

func TestCheckClient(t *testing.T) {
	s, err := parseFiles(listHead + "\n")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		filepath.Join(t.TempDir(), "none"): "does not exist; copy it from the output of the build",
		file:                               "is no folder",
	} {
		if err := checkClient(dir, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("checkClient(%s) = %v; want %q", dir, err, want)
		}
	}
}

func FuzzParseFiles(f *testing.F) {
	list, _ := fixture.list()
	f.Add(list)
	f.Fuzz(func(t *testing.T, list string) {
		s, err := parseFiles(list)
		if err != nil {
			return
		}
		for name, file := range s.byName {
			if file.name != name || file.size[identity] < 0 || file.ctype == nil {
				t.Errorf("%q = %+v", name, file)
			}
		}
	})
}
