package adapter

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/fstest"

	"sitegen.dev/core/diag"
)

// newOut gives an Out over a fresh directory and a module named example.com/x.
func newOut(t *testing.T) (out *Out, dir, module string) {
	t.Helper()
	t.Setenv("GOWORK", "off")
	dir, module = filepath.Join(t.TempDir(), "out"), t.TempDir()
	if err := os.WriteFile(filepath.Join(module, "go.mod"), []byte("module example.com/x\n\ngo 1.24\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	out, err := NewOut(dir, &Site{ModuleDir: module, ModulePath: "example.com/x"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close() })
	return out, dir, module
}

func TestOutRefusesNames(t *testing.T) {
	out, dir, _ := newOut(t)
	for _, name := range []string{"", ".", "..", "../x", "/x", "a/../../x", "a//b", "a/", "./a", `a\b`, `..\x`, "a\x00b"} {
		if err := out.Write(name, nil, 0o644); err == nil {
			t.Errorf("Write(%q) went through", name)
		}
		if err := out.CopyFS(t.Context(), name, fstest.MapFS{"f": {}}); err == nil && name != "." {
			t.Errorf("CopyFS(%q) went through", name)
		}
		if err := out.Go(t.Context(), GoBuild{Package: "example.com/x", Output: name}); err == nil && name != "" {
			t.Errorf("Go(%q) went through", name)
		}
		if _, err := out.Source(name, fstest.MapFS{"f.go": {}}); err == nil {
			t.Errorf("Source(%q) went through", name)
		}
	}
	for _, name := range []string{"adapter", "cmd/", "c/page", "bundle", "cmd/../bundle", "adapter/Node"} {
		if _, err := out.Source(name, fstest.MapFS{"f.go": {}}); err == nil {
			t.Errorf("Source(%q) went through", name)
		}
	}
	if err := os.Symlink(t.TempDir(), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if err := out.Write("link/x", nil, 0o644); err == nil {
		t.Error("Write went through a link out of the output")
	}
}

func TestOutReplacesLinks(t *testing.T) {
	out, dir, _ := newOut(t)
	other := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(other, []byte("theirs"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	if err := out.Write("a", []byte("ours"), 0o644); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(other); string(data) != "theirs" {
		t.Errorf("the file behind the link holds %q", data)
	}
	if data, _ := os.ReadFile(filepath.Join(dir, "a")); string(data) != "ours" {
		t.Errorf("a holds %q; want ours", data)
	}
}

func TestOutCopyFS(t *testing.T) {
	out, dir, _ := newOut(t)
	src := fstest.MapFS{"a.html": {Data: []byte("a")}, "b/c.css": {Data: []byte("c")}, "b/.well-known/x": {Data: []byte("x")}}
	if err := out.CopyFS(t.Context(), "client", src); err != nil {
		t.Fatal(err)
	}
	for name, f := range src {
		if data, err := os.ReadFile(filepath.Join(dir, "client", name)); err != nil || string(data) != string(f.Data) {
			t.Errorf("%s holds %q, %v; want %q", name, data, err, f.Data)
		}
	}
	src["link"] = &fstest.MapFile{Mode: fs.ModeSymlink, Data: []byte("a.html")}
	if err := out.CopyFS(t.Context(), "client", src); err == nil {
		t.Error("CopyFS copied a link")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := out.CopyFS(ctx, ".", src); !errors.Is(err, context.Canceled) {
		t.Errorf("CopyFS after cancel = %v", err)
	}
}

func TestOutMoveDir(t *testing.T) {
	out, dir, _ := newOut(t)
	if err := out.Write("client/a/b.txt", []byte("b"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := out.MoveDir(t.Context(), "static/docs", filepath.Join(dir, "client")); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "static/docs/a/b.txt")); err != nil || string(data) != "b" {
		t.Errorf("the file holds %q, %v", data, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "client")); err == nil {
		t.Error("the directory is still where it was")
	}
	elsewhere := t.TempDir()
	if err := os.WriteFile(filepath.Join(elsewhere, "c.txt"), []byte("c"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := out.MoveDir(t.Context(), "other", elsewhere); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Join(dir, "other/c.txt"), filepath.Join(elsewhere, "c.txt")} {
		if data, err := os.ReadFile(name); err != nil || string(data) != "c" {
			t.Errorf("%s holds %q, %v", name, data, err)
		}
	}
}

func TestOutMoveDirUp(t *testing.T) {
	out, dir, _ := newOut(t)
	for _, name := range []string{"client/a/b.txt", "client/client/c.txt", "client/index.html"} {
		if err := out.Write(name, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.MoveDir(t.Context(), ".", filepath.Join(dir, "client")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a/b.txt", "client/c.txt", "index.html"} {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(data) != "client/"+name {
			t.Errorf("%s holds %q, %v", name, data, err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 3 {
		t.Errorf("the output holds %v", entries)
	}
	if err := out.Write("x/a/new.txt", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := out.MoveDir(t.Context(), ".", filepath.Join(dir, "x")); err == nil {
		t.Error("MoveDir put one directory into another")
	}
}

func TestOutSymlink(t *testing.T) {
	out, dir, _ := newOut(t)
	if err := out.Write("functions/f.func/program", []byte("p"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := out.Symlink("functions/f.func", "functions/x/y.func"); err != nil {
		t.Fatal(err)
	}
	if to, err := os.Readlink(filepath.Join(dir, "functions/x/y.func")); err != nil || to != filepath.FromSlash("../f.func") {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "functions/x/y.func/program")); err != nil || string(data) != "p" {
		t.Errorf("through the link: %q, %v", data, err)
	}
	for _, bad := range [][2]string{{"none", "a"}, {"../x", "a"}, {"functions", "../a"}} {
		if err := out.Symlink(bad[0], bad[1]); err == nil {
			t.Errorf("Symlink%q went through", bad)
		}
	}
}

func TestOutGo(t *testing.T) {
	out, dir, module := newOut(t)
	pkg, err := out.Source("cmd/x", fstest.MapFS{
		"main.go":      {Data: []byte("package main\n\nfunc main() { println(name) }\n\nvar name = \"a\"\n")},
		"main_test.go": {Data: []byte("package broken")},
	})
	if err != nil || pkg != "example.com/x/.sitegen/gen/cmd/x" {
		t.Fatalf("Source = %q, %v", pkg, err)
	}
	if _, err := os.Stat(filepath.Join(module, ".sitegen/gen/cmd/x/main_test.go")); err == nil {
		t.Error("Source wrote a test file")
	}
	if err := out.Go(t.Context(), GoBuild{Package: pkg, Output: "server/x", LDFlags: []string{"-s", "-w"}}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "server/x"))
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o100 == 0 {
		t.Errorf("server/x: %v, %v; want a program", info, err)
	}
	if _, err := out.Source("cmd/x", fstest.MapFS{"main.go": {Data: []byte("package main\n\nfunc main() { none() }\n")}}); err != nil {
		t.Fatal(err)
	}
	var failed *BuildError
	if err := out.Go(t.Context(), GoBuild{Package: pkg}); !errors.As(err, &failed) || failed.Package != pkg {
		t.Errorf("Go of a broken program = %v; want a *BuildError", err)
	}
}

func TestEach(t *testing.T) {
	items := []int{0, 1, 2, 3, 4, 5, 6, 7}
	err := Each(t.Context(), items, func(i int) error {
		if i >= 3 {
			return errors.New(string(rune('0' + i)))
		}
		return nil
	})
	if err == nil || err.Error() < "3" {
		t.Errorf("Each = %v; want an error of an item from 3", err)
	}
	if err := Each(t.Context(), nil, func(int) error { return errors.New("x") }); err != nil {
		t.Errorf("Each of nothing = %v", err)
	}
}

func TestReport(t *testing.T) {
	out, _, _ := newOut(t)
	out.Report(diag.Diagnostic{Code: "SG6006", Message: "m"})
	if l := out.Diagnostics(); l.Len() != 1 || !l.HasErrors() {
		t.Errorf("Diagnostics = %v", l.Sorted())
	}
}
