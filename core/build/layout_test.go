package build

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// A folder with which the go command cannot work is told of before it is started.
func TestFindLayoutNames(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("such folders cannot be made")
	}
	for name, want := range map[string]string{
		"new\nline": "SG7001", "back\\slash": "SG7001",
		"with blank": "", "ünïcödé ☕": "", "a#b": "", "a%20b": "", "[x]": "", "it's": "", "a&b;c": "", "$HOME": "", "-dash": "",
	} {
		root := filepath.Join(t.TempDir(), name)
		if err := os.MkdirAll(filepath.Join(root, "src"), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module x\n\ngo 1.26.0\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		_, list := FindLayout(root, "src")
		got := ""
		for _, d := range list.Sorted() {
			if d.Code == "SG7001" {
				got = "SG7001"
			}
		}
		if got != want {
			t.Errorf("%q: %v, not %q", name, list.Sorted(), want)
		}
	}
}
