package build

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"sitegen.dev/core/config"
	"sitegen.dev/core/diag"
)

// project makes a site with the given files in a new folder.
func project(t *testing.T, files map[string]string) *Layout {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		put(t, filepath.Join(dir, filepath.FromSlash(name)), text)
	}
	put(t, filepath.Join(dir, "src/pages/index.gosite"), "<p>hello</p>\n")
	return &Layout{Root: dir, ModuleDir: dir, ModulePath: "example.com/site", Src: "src", Module: &modfile.File{}}
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o777), os.WriteFile(name, []byte(text), 0o666)); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func stage(t *testing.T, l *Layout, out string) *Stage {
	t.Helper()
	s, list, err := newStage(l, out, nil, false)
	if err != nil || list.HasErrors() {
		t.Fatal(err, list.Err())
	}
	return s
}

func TestPublishReplacesAsAWhole(t *testing.T) {
	l := project(t, nil)
	s := stage(t, l, "dist")
	put(t, filepath.Join(s.Dir, "index.html"), "one")
	put(t, filepath.Join(s.Dir, "old.html"), "old")
	if err := s.Publish(); err != nil {
		t.Fatal(err)
	}
	s = stage(t, l, "dist")
	put(t, filepath.Join(s.Dir, "index.html"), "two")
	if got := get(t, filepath.Join(l.Root, "dist/index.html")); got != "one" {
		t.Errorf("before Publish the output is %q, want the last one", got)
	}
	if err := s.Publish(); err != nil {
		t.Fatal(err)
	}
	if got := get(t, filepath.Join(l.Root, "dist/index.html")); got != "two" {
		t.Errorf("after Publish the output is %q", got)
	}
	if _, err := os.Stat(filepath.Join(l.Root, "dist/old.html")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file of the last output is still there: %v", err)
	}
	for _, left := range []string{"dist.previous", ".sitegen/stage"} {
		if _, err := os.Stat(filepath.Join(l.Root, left)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is left behind", left)
		}
	}
}

func TestPublishBesideTheOutput(t *testing.T) {
	l := project(t, map[string]string{".netlify/v1/theirs.txt": "x", ".netlify/state.json": "kept"})
	stage := func() *Stage {
		t.Helper()
		s, list, err := newStage(l, "dist", []string{".netlify/v1"}, false)
		if err != nil || list.HasErrors() {
			t.Fatal(err, list.Err())
		}
		return s
	}
	s := stage()
	put(t, filepath.Join(s.Dir, "index.html"), "one")
	put(t, filepath.Join(s.Dir, ".netlify/v1/config.json"), "{}")
	if err := s.Publish(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"dist/index.html": "one", ".netlify/v1/config.json": "{}", ".netlify/state.json": "kept"} {
		if got := get(t, filepath.Join(l.Root, name)); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for _, gone := range []string{"dist/.netlify", ".netlify/v1/theirs.txt", ".netlify/v1.previous", "dist.previous"} {
		if _, err := os.Lstat(filepath.Join(l.Root, gone)); err == nil {
			t.Errorf("%s is there", gone)
		}
	}

	// What cannot be finished is taken back, both halves.
	s = stage()
	put(t, filepath.Join(s.Dir, "index.html"), "two")
	put(t, filepath.Join(s.Dir, ".netlify/v1/config.json"), "two")
	s.out = filepath.Join(l.Root, "none\x00")
	if err := s.Publish(); err == nil {
		t.Error("Publish went through")
	}
	s.Discard()
	if got := get(t, filepath.Join(l.Root, "dist/index.html")) + get(t, filepath.Join(l.Root, ".netlify/v1/config.json")); got != "one{}" {
		t.Errorf("after a failure the output is %q", got)
	}

	// A build that puts nothing there takes away what the last one did.
	s = stage()
	put(t, filepath.Join(s.Dir, "index.html"), "three")
	if err := s.Publish(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(l.Root, ".netlify/v1")); err == nil {
		t.Error(".netlify/v1 of the last build is still there")
	}
	for _, bad := range []string{"../x", "dist/inner", "/etc"} {
		if _, _, err := newStage(l, "dist", []string{bad}, false); err == nil {
			t.Errorf("%s beside dist went through", bad)
		}
	}
}

func TestDiscardKeepsTheLastOutput(t *testing.T) {
	l := project(t, nil)
	s := stage(t, l, "dist")
	put(t, filepath.Join(s.Dir, "index.html"), "one")
	if err := s.Publish(); err != nil {
		t.Fatal(err)
	}
	s = stage(t, l, "dist")
	put(t, filepath.Join(s.Dir, "index.html"), "two")
	s.Discard()
	if got := get(t, filepath.Join(l.Root, "dist/index.html")); got != "one" {
		t.Errorf("the output is %q", got)
	}
}

func TestInterruptedSwapIsRepaired(t *testing.T) {
	l := project(t, map[string]string{"dist.previous/index.html": "one"})
	s := stage(t, l, "dist")
	defer s.Discard()
	if got := get(t, filepath.Join(l.Root, "dist/index.html")); got != "one" {
		t.Errorf("the output is %q", got)
	}
}

func TestForeignOutputIsRefused(t *testing.T) {
	for _, tt := range []struct {
		out, want string
		files     map[string]string
	}{
		{".", "holds the site itself", nil},
		{"..", "holds the site itself", nil},
		{"src", "holds the site itself", nil},
		{"src/out", "lies among the sources", nil},
		{".sitegen/out", "lies among the sources", nil},
		{"dist", "holds files that sitegen did not make, thesis.txt among them", map[string]string{"dist/thesis.txt": "x"}},
		{"dist", "is there and is no directory", map[string]string{"dist": "a file"}},
	} {
		l := project(t, tt.files)
		s, list, err := newStage(l, tt.out, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		if s != nil || !list.HasErrors() || !strings.Contains(list.Err().Error(), tt.want) {
			t.Errorf("out %q: %v, want %q", tt.out, list.Err(), tt.want)
		}
		for name, text := range tt.files {
			if got := get(t, filepath.Join(l.Root, name)); got != text {
				t.Errorf("out %q changed %s", tt.out, name)
			}
		}
	}
}

func TestForceTakesOver(t *testing.T) {
	l := project(t, map[string]string{"dist/thesis.txt": "x"})
	s, list, err := newStage(l, "dist", nil, true)
	if err != nil || list.HasErrors() {
		t.Fatal(err, list.Err())
	}
	if err := s.Publish(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(l.Root, "dist/thesis.txt")); err == nil {
		t.Error("the old file is still there")
	}
	stage(t, l, "dist").Discard() // ours from now on
}

func TestCopyPublic(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	put(t, outside, "secret")
	l := project(t, map[string]string{
		"public/a.txt":                    "a",
		"public/.well-known/security.txt": "s",
		"public/.DS_Store":                "junk",
		"notes.txt":                       "notes",
	})
	link := func(to, name string) {
		if err := os.Symlink(to, filepath.Join(l.Root, "public", name)); err != nil {
			t.Fatal(err)
		}
	}
	link("../notes.txt", "inside.txt")
	copyPublic := func(to string) (int64, *diag.List, error) {
		cfg := &config.Config{}
		cfg.Public = "public"
		b := &builder{Options: Options{Layout: l, Config: cfg}, site: &Site{ClientDir: to}, prints: openFingerprints(l, fingerprintsFile), before: newBefore(to)}
		return b.copyPublic()
	}
	to := t.TempDir()
	n, list, err := copyPublic(to)
	if err != nil || list.HasErrors() {
		t.Fatal(err, list.Err())
	}
	if want := int64(len("a") + len("s") + len("notes")); n != want {
		t.Errorf("copied %d bytes, want %d", n, want)
	}
	if got := get(t, filepath.Join(to, "inside.txt")); got != "notes" {
		t.Errorf("a link within the project became %q", got)
	}
	if _, err := os.Stat(filepath.Join(to, ".DS_Store")); err == nil {
		t.Error(".DS_Store was copied")
	}

	link(outside, "outside.txt")
	link("nowhere", "dangling.txt")
	link("../src", "folder")
	_, list, err = copyPublic(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"public/outside.txt: this link leads out of the project",
		"public/dangling.txt: this link leads nowhere",
		"public/folder: a link to a directory cannot be copied",
	} {
		if !strings.Contains(list.Err().Error(), want) {
			t.Errorf("%v lacks %q", list.Err(), want)
		}
	}
}

func TestInitModule(t *testing.T) {
	in := "module example.com/site\n\ngo 1.26\n\nrequire example.com/x v1.0.0 // kept\n"
	out, err := InitModule([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"sitegen.dev/core v0.0.0", "replace sitegen.dev/core => ./.sitegen/src/core", "example.com/x v1.0.0 // kept"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%s\nlacks %s", out, want)
		}
	}
	again, err := InitModule(out)
	if err != nil || string(again) != string(out) {
		t.Errorf("a second run changes it again (%v):\n%s", err, again)
	}
	if _, err := InitModule([]byte("nonsense here")); err == nil {
		t.Error("a broken go.mod is accepted")
	}
}

func TestFindLayout(t *testing.T) {
	for _, tt := range []struct {
		name, src, want string
		files           map[string]string
		module          string // directory relative to the root
	}{
		{name: "beside site.yaml", src: "src", files: map[string]string{"go.mod": "module example.com/a\n\ngo 1.26\n"}, module: "."},
		{name: "below it", src: "web/src", files: map[string]string{"web/go.mod": "module example.com/web\n\ngo 1.26\n", "web/src/x": ""}, module: "web"},
		{name: "no source", src: "lost", want: "the source directory lost does not exist", files: map[string]string{"go.mod": "module example.com/a\n"}},
		{name: "broken go.mod", src: "src", want: "go.mod", files: map[string]string{"go.mod": "modul example.com/a\n"}},
		{name: "no module line", src: "src", want: "go.mod has no module line", files: map[string]string{"go.mod": "go 1.26\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := project(t, tt.files)
			got, list := FindLayout(l.Root, tt.src)
			if tt.want != "" {
				if !list.HasErrors() || !strings.Contains(list.Err().Error(), tt.want) {
					t.Fatalf("%v, want %q", list.Err(), tt.want)
				}
				return
			}
			if list.HasErrors() {
				t.Fatal(list.Err())
			}
			if rel, _ := filepath.Rel(got.Root, got.ModuleDir); filepath.ToSlash(rel) != tt.module {
				t.Errorf("module root is %s, want %s", rel, tt.module)
			}
		})
	}
}
