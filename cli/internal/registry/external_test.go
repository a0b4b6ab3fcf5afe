package registry

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

func TestExternal(t *testing.T) {
	bin := t.TempDir()
	program := filepath.Join(bin, "sitegen-adapter-onpath")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	p := Place{Root: "/site", ModuleDir: "/site/go", Tools: []string{
		"golang.org/x/tools/cmd/stringer", "b.example/zip", "a.example/x/adapter-zip", "a.example/sitegen-adapter-fly/v2", "a.example/fly",
	}}
	for _, tt := range []struct {
		name, where string
		args        []string
	}{
		{"stringer", "tool golang.org/x/tools/cmd/stringer of go.mod", []string{"go", "tool", "-n=false", "golang.org/x/tools/cmd/stringer"}},
		{"zip", "tool a.example/x/adapter-zip of go.mod", []string{"go", "tool", "-n=false", "a.example/x/adapter-zip"}},
		{"b.example/zip", "tool b.example/zip of go.mod", []string{"go", "tool", "-n=false", "b.example/zip"}},
		{"fly", "tool a.example/sitegen-adapter-fly/v2 of go.mod", []string{"go", "tool", "-n=false", "a.example/sitegen-adapter-fly/v2"}},
		{"onpath", program, []string{"sitegen-adapter-onpath"}},
		{"v2", "", nil},
		{"nowhere", "", nil},
		{"c.example/onpath", "", nil},
	} {
		got, where, ok := p.External(tt.name)
		if where != tt.where || !slices.Equal(got.Args, tt.args) || ok != (tt.args != nil) {
			t.Errorf("External(%q) = %q, %q, %v; want %q, %q", tt.name, got.Args, where, ok, tt.args, tt.where)
		}
		if ok && got.Root != "/site" {
			t.Errorf("External(%q) looks at %q", tt.name, got.Root)
		}
	}
}
