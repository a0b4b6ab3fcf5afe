package gocmd

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"sitegen.dev/core/diag"
)

// writeTree writes a module below a temporary directory.
func writeTree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// code gives the code of the only diagnostic in err, or "".
func code(err error) diag.Code {
	var f *diag.Failure
	if errors.As(err, &f) && f.List.Len() == 1 {
		return f.List.Sorted()[0].Code
	}
	return ""
}

func TestRunReportsTheSource(t *testing.T) {
	t.Setenv("GOWORK", "off")
	dir := writeTree(t, map[string]string{"go.mod": "module x\n\ngo 1.24\n", "a.go": "package x\n\nvar a int = \"s\"\n"})
	_, err := Run(t.Context(), dir, []string{"build", "./..."}, nil)
	var e *Error
	if !errors.As(err, &e) || !strings.Contains(e.Output, "./a.go:3:13:") {
		t.Errorf("Run = %v; want an *Error that says a.go:3:13", err)
	}
}

// What is set for work in a shell changes neither what is done nor what is said.
func TestRunInSpiteOfGOFLAGS(t *testing.T) {
	t.Setenv("GOWORK", "off")
	dir := writeTree(t, map[string]string{"go.mod": "module x\n\ngo 1.24\n", "a/a.go": "package main\n\nfunc main() {}\n",
		"b/b.go": "package b\n\nvar b int = \"s\"\n", "c/c.go": "package c\n\nimport \"fmt\"\n\nfunc init() { fmt.Printf(\"%d\", \"s\") }\n"})
	for _, flags := range []string{"-n", "-x", "-v", "-json", "-work", "-n -json", "--json"} {
		t.Setenv("GOFLAGS", flags)
		program := filepath.Join(t.TempDir(), "a")
		if out, err := Run(t.Context(), dir, []string{"build", "-o", program, "./a"}, nil); err != nil || len(out) > 0 {
			t.Errorf("%s: build says %q, %v", flags, out, err)
		}
		if _, err := os.Stat(program); err != nil {
			t.Errorf("%s: %v", flags, err)
		}
		var e *Error
		if _, err := Run(t.Context(), dir, []string{"build", "./b"}, nil); !errors.As(err, &e) || !strings.Contains(e.Output, "b/b.go:3:13: ") || strings.Contains(e.Output, "{") {
			t.Errorf("%s: build of what is wrong: %v", flags, err)
		}
		if _, err := Run(t.Context(), dir, []string{"vet", "./c"}, nil); !errors.As(err, &e) || !strings.Contains(e.Output, "c/c.go:5:") || strings.Contains(e.Output, "{") {
			t.Errorf("%s: vet of what is wrong: %v", flags, err)
		}
		if out, err := Run(t.Context(), dir, []string{"list", "-f", "{{.Name}}", "./a"}, nil); err != nil || string(out) != "main\n" {
			t.Errorf("%s: list says %q, %v", flags, out, err)
		}
		if version, err := Version(t.Context(), dir); err != nil || !strings.HasPrefix(version, "go1.") {
			t.Errorf("%s: version %q, %v", flags, version, err)
		}
		if out, err := Run(t.Context(), dir, []string{"list", "-json=Name", "./a"}, nil); err != nil || !strings.HasPrefix(string(out), "{") {
			t.Errorf("%s: list in JSON says %q, %v", flags, out, err)
		}
	}
	for _, flags := range []string{"-race", "-msan", "-asan", "-buildmode=pie", "-linkshared", "-race -n"} {
		t.Setenv("GOFLAGS", flags)
		program := filepath.Join(t.TempDir(), "a.wasm")
		if out, err := Run(t.Context(), dir, []string{"build", "-o", program, "./a"}, []string{"GOOS=js", "GOARCH=wasm"}); err != nil || len(out) > 0 {
			t.Errorf("%s: build for WebAssembly says %q, %v", flags, out, err)
		}
		if flags == "-linkshared" || flags == "-buildmode=pie" {
			continue
		}
		if out, err := Run(t.Context(), dir, []string{"build", "-o", program, "./a"}, []string{"CGO_ENABLED=0"}); err != nil || len(out) > 0 {
			t.Errorf("%s: build without C says %q, %v", flags, out, err)
		}
	}
}

func TestRunIgnoresTheTargetOfTheCaller(t *testing.T) {
	t.Setenv("GOOS", "plan9")
	out, err := Run(t.Context(), t.TempDir(), []string{"env", "GOOS"}, nil)
	if err != nil || strings.TrimSpace(string(out)) == "plan9" {
		t.Errorf("GOOS = %q, %v; want the system the tests run on", out, err)
	}
	out, err = Run(t.Context(), t.TempDir(), []string{"env", "GOOS"}, []string{"GOOS=js"})
	if err != nil || strings.TrimSpace(string(out)) != "js" {
		t.Errorf("GOOS = %q, %v; want js", out, err)
	}
}

func TestRunWithoutGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Run(t.Context(), t.TempDir(), []string{"version"}, nil); code(err) != "SG6010" {
		t.Errorf("Run = %v; want SG6010", err)
	}
}

func TestRunTooOld(t *testing.T) {
	t.Setenv("GOTOOLCHAIN", "local")
	t.Setenv("GOWORK", "off")
	dir := writeTree(t, map[string]string{"go.mod": "module x\n\ngo 1.999\n", "a.go": "package x\n"})
	_, err := Run(t.Context(), dir, []string{"build", "./..."}, nil)
	if code(err) != "SG6011" || !strings.Contains(err.Error(), "this site needs Go 1.999, and the go command here is 1.") {
		t.Errorf("Run = %v; want SG6011", err)
	}
}

func TestRunOutsideTheWorkspace(t *testing.T) {
	t.Setenv("GOWORK", "")
	dir := writeTree(t, map[string]string{
		"go.work":     "go 1.24\n\nuse ./a\n",
		"a/go.mod":    "module a\n\ngo 1.24\n",
		"site/go.mod": "module x\n\ngo 1.24\n",
		"site/a.go":   "package x\n",
	})
	for _, pattern := range []string{".", "./..."} {
		if _, err := Run(t.Context(), filepath.Join(dir, "site"), []string{"build", pattern}, nil); code(err) != "SG6012" {
			t.Errorf("go build %s = %v; want SG6012", pattern, err)
		}
	}
}

func TestRunWithoutModule(t *testing.T) {
	t.Setenv("GOWORK", "off")
	if _, err := Run(t.Context(), t.TempDir(), []string{"build", "."}, nil); code(err) != "SG6013" {
		t.Errorf("Run = %v; want SG6013", err)
	}
}

func TestDiagnose(t *testing.T) {
	for _, tt := range []struct {
		out  string
		want diag.Code
	}{
		{"go: go.mod requires go >= 1.26.0 (running go 1.24.1; GOTOOLCHAIN=local)\n", "SG6011"},
		{"go: module ../core requires go >= 1.26.0 (running go 1.24.1)\n", "SG6011"},
		{"go: errors parsing go.mod:\n/home/me/site/go.mod:3: invalid go version '1.26.0': must match format 1.23\n", "SG6011"},
		{"go: inconsistent vendoring in /home/me/site:\n\tsitegen.dev/core@v0.0.0: is explicitly required in go.mod, but not marked as explicit\n", "SG6015"},
		{"dev.go:3:8: cannot find module providing package sitegen.dev/core/dev/runtime: import lookup disabled by -mod=vendor\n", "SG6015"},
		{"dev.go:3:8: cannot find module providing package example.com/tea: import lookup disabled by -mod=vendor\n", ""},
		{"build cache is required, but could not be located: GOCACHE is not defined and neither $XDG_CACHE_HOME nor $HOME are defined\n", "SG6017"},
		{"go: creating work dir: stat /gone: no such file or directory\n", "SG6017"},
		{"go: parsing $GOFLAGS: unknown flag -bogus\n", "SG6018"},
		{"failed to initialize build cache at /gc: mkdir /gc/00: permission denied\n", "SG6017"},
		{"directory .sitegen/gen/bundle is contained in a module that is not one of the workspace modules listed in go.work. You can add the module to the workspace using:\n\tgo work use .\n", "SG6012"},
		{"go: updates to go.mod needed; to update it:\n\tgo mod tidy\n", "SG6015"},
		{"go: download go1.30 for linux/amd64: toolchain not available\n", "SG6011"},
		{"a.go:1:2: syntax error\nwrite out/a: no space left on device\n", "SG6014"},
		{"go: conflicting replacements for sitegen.dev/core:\n\t/a/.sitegen/src/core\n\t/b/.sitegen/src/core\n", "SG6016"},
		{"go: conflicting replacements for example.com/x:\n\t/a\n\t/b\n", ""},
		{"./a.go:3:13: cannot use \"s\" as int value\n", ""},
		{"", ""},
	} {
		if d, _ := diagnose(tt.out); d.Code != tt.want {
			t.Errorf("diagnose(%q) = %s; want %q", tt.out, d.Code, tt.want)
		}
	}
}

func TestRunCancelKillsTheGroup(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	t.Setenv("GOTMPDIR", "")
	t.Setenv("GOWORK", "off")
	dir := writeTree(t, map[string]string{
		"go.mod":  "module x\n\ngo 1.24\n",
		"main.go": "package main\n\nimport (\"os\"; \"time\")\n\nfunc main() { os.WriteFile(os.Args[1], nil, 0o666); time.Sleep(time.Hour) }\n",
	})
	up := filepath.Join(dir, "up")
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for range 600 {
			if _, err := os.Stat(up); err == nil {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		cancel()
	}()
	start := time.Now()
	// go run waits for its child: only a kill of the group gets rid of it before WaitDelay.
	_, err := Run(ctx, dir, []string{"run", ".", up}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v; want context.Canceled", err)
	}
	if _, err := os.Stat(up); err != nil {
		t.Errorf("the program never ran: %v (after %v)", err, time.Since(start))
	}
	if left, err := os.ReadDir(tmp); len(left) > 0 || err != nil {
		t.Errorf("it leaves %v behind, %v", left, err)
	}
}

func TestSetting(t *testing.T) {
	file := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(file, []byte("GOFLAGS=-v\nGOTMPDIR=/big/disk\r\nGOPROXY=off"), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOENV", file)
	t.Setenv("GOTMPDIR", "")
	t.Setenv("GOPROXY", "")
	t.Setenv("GOSUMDB", "from the environment")
	for name, want := range map[string]string{"GOTMPDIR": "/big/disk", "GOPROXY": "off", "GOSUMDB": "from the environment", "GOWASM": "", "FLAGS": ""} {
		if got := setting(name); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
	t.Setenv("GOENV", "off")
	if got := setting("GOTMPDIR"); got != "" {
		t.Errorf("GOTMPDIR is %q with GOENV=off", got)
	}
}

func TestFindModule(t *testing.T) {
	t.Setenv("GOWORK", "off")
	dir := writeTree(t, map[string]string{
		"go.mod":          "module example.com/x\n\ngo 1.24\n\nrequire example.com/x/ui v0.0.0\n\nreplace example.com/x/ui => ./lib\n",
		"a.go":            "package x\n\nimport _ \"example.com/x/ui/button\"\n",
		"lib/go.mod":      "module example.com/x/ui\n\ngo 1.24\n",
		"lib/button/b.go": "package button\n",
	})
	mods, err := Modules(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ path, module, dir string }{
		{"example.com/x", "example.com/x", "."},
		{"example.com/x/none", "example.com/x", "none"},
		{"example.com/x/ui/button", "example.com/x/ui", "lib/button"},
		{"example.com/x/uix", "example.com/x", "uix"},
	} {
		m, got, err := FindModule(mods, tt.path)
		want, _ := filepath.EvalSymlinks(dir)
		got, _ = filepath.Rel(want, got)
		if err != nil || m.Path != tt.module || filepath.ToSlash(got) != tt.dir {
			t.Errorf("FindModule(%s) = %s, %s, %v; want %s, %s", tt.path, m.Path, got, err, tt.module, tt.dir)
		}
	}
	if _, _, err := FindModule(mods, "example.org/y"); !errors.Is(err, ErrNoModule) {
		t.Errorf("FindModule(example.org/y) = %v; want ErrNoModule", err)
	}
}

func TestWriteSource(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "src")
	list := func() (names []string) {
		filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				rel, _ := filepath.Rel(dir, p)
				names = append(names, filepath.ToSlash(rel))
			}
			return nil
		})
		return names
	}
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	for _, tt := range []struct {
		name    string
		src     fstest.MapFS
		changed bool
		want    []string
	}{
		{"nothing", fstest.MapFS{}, false, nil},
		{"first", fstest.MapFS{"a.go": file("a"), "b/b.go": file("b")}, true, []string{"a.go", "b/b.go"}},
		{"again", fstest.MapFS{"a.go": file("a"), "b/b.go": file("b")}, false, []string{"a.go", "b/b.go"}},
		{"other bytes", fstest.MapFS{"a.go": file("x"), "b/b.go": file("b")}, true, []string{"a.go", "b/b.go"}},
		{"stale directory", fstest.MapFS{"a.go": file("x")}, true, []string{"a.go"}},
		{"file becomes directory", fstest.MapFS{"a.go/c.go": file("x")}, true, []string{"a.go/c.go"}},
		{"directory becomes file", fstest.MapFS{"a.go": file("x")}, true, []string{"a.go"}},
	} {
		changed, err := WriteSource(dir, tt.src)
		if err != nil || changed != tt.changed || !slices.Equal(list(), tt.want) {
			t.Errorf("%s: WriteSource = %t, %v with %v; want %t with %v", tt.name, changed, err, list(), tt.changed, tt.want)
		}
	}
}

func TestFiles(t *testing.T) {
	f := Files{"a.go": []byte("a"), "b/c/d.go": []byte("d"), "b/e.go": {}}
	if err := fstest.TestFS(f, "a.go", "b", "b/c", "b/c/d.go", "b/e.go"); err != nil {
		t.Error(err)
	}
	if err := fstest.TestFS(Files{}); err != nil {
		t.Error(err)
	}
}
