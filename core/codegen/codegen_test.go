package codegen

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/syntax"
)

// input makes the Input of the .gosite files of an archive. Files below ext/ belong to other modules.
func input(t testing.TB, files []txtar.File) (Input, []diag.Diagnostic) {
	t.Helper()
	in := Input{ModulePath: "example.com/site", ModuleDir: "/mod", SrcDir: "src", GenDir: ".sitegen/gen"}
	ext := map[string][]byte{}
	var diags []diag.Diagnostic
	for _, f := range files {
		if name, ok := strings.CutPrefix(f.Name, "ext/"); ok {
			ext["/ext/"+name] = f.Data
			continue
		}
		if !strings.HasSuffix(f.Name, ".gosite") {
			continue
		}
		tree, ds := syntax.Parse(f.Name, f.Data)
		diags = append(diags, ds...)
		in.Sources = append(in.Sources, Source{Path: f.Name, File: tree})
	}
	in.External = func(p string) (string, error) {
		for name := range ext {
			if strings.HasPrefix(name, "/ext/"+p+"/") {
				return "/ext/" + p, nil
			}
		}
		return "", os.ErrNotExist
	}
	in.ReadFile = func(p string) ([]byte, error) {
		if b, ok := ext[p]; ok {
			return b, nil
		}
		for _, f := range files {
			if (path.Ext(f.Name) == ".svg" || path.Ext(f.Name) == ".ts") && p == in.ModuleDir+"/"+f.Name {
				return f.Data, nil
			}
		}
		return nil, os.ErrNotExist
	}
	in.GoFiles = func(p string) (out [][]byte) {
		for _, f := range files {
			if strings.HasSuffix(f.Name, ".go") && path.Join(in.ModulePath, path.Dir(f.Name)) == p {
				out = append(out, f.Data)
			}
		}
		if p == RuntimePath {
			names, _ := filepath.Glob("../site/*.go")
			for _, name := range names {
				if data, err := os.ReadFile(name); err == nil && !strings.HasSuffix(name, "_test.go") {
					out = append(out, data)
				}
			}
		}
		return out
	}
	return in, diags
}

// link links an archive that must be free of errors.
func link(t testing.TB, files []txtar.File) *Program {
	t.Helper()
	in, diags := input(t, files)
	p, list := Link(in)
	list.Add(diags...)
	for _, d := range list.Sorted() {
		if d.Severity == diag.Error {
			t.Fatalf("%s [%s] %s", d.Pos, d.Code, d.Message)
		}
	}
	return p
}

// module writes a Go module with the archive's other files and the generated ones, which uses the runtime of this
// checkout, and gives its directory.
func module(t testing.TB, files []txtar.File, gen ...File) string {
	t.Helper()
	dir := t.TempDir()
	core, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, data []byte) {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", []byte("module example.com/site\n\ngo 1.26.0\n\nrequire sitegen.dev/core v0.0.0\n\nreplace sitegen.dev/core => "+core+"\n"))
	for _, f := range files {
		if !strings.HasSuffix(f.Name, ".gosite") {
			write(f.Name, f.Data)
		}
	}
	for _, f := range gen {
		write(f.Path, f.Data)
	}
	return dir
}

// goRun runs the go command in a module without network and workspace.
func goRun(t testing.TB, dir string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func runIn(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}
