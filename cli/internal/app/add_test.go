package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// On a terminal the command asks; only a yes, or return, changes anything.
func TestAddAsks(t *testing.T) {
	for _, tt := range []struct {
		input  string
		env    map[string]string
		asks   bool
		code   int
		change bool
		says   string
	}{
		{input: "y\n", asks: true, change: true, says: "netlify is set up"},
		{input: "\n", asks: true, change: true},
		{input: "YES\n", asks: true, change: true},
		{input: "n\n", asks: true, code: exitFailed, says: "nothing was changed; by hand it is `adapter: netlify` in site.yaml"},
		{input: "what\n", asks: true, code: exitFailed},
		{input: "", asks: true, code: exitFailed},
		{input: "y\n", env: map[string]string{"CI": "true"}, code: exitFailed, says: "`sitegen add netlify --yes`"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "site.yaml"), []byte("base: /\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		code := Main(t.Context(), []string{"sitegen", "add", "netlify", "--no-color"}, Env{
			Stdin: strings.NewReader(tt.input), Stdout: &stdout, Stderr: &stderr, TTY: true, InTTY: true, Dir: dir,
			Getenv: func(name string) string { return tt.env[name] },
		})
		if code != tt.code {
			t.Errorf("%q: exit code %d, want %d\n%s", tt.input, code, tt.code, &stderr)
		}
		if asks := strings.Contains(stderr.String(), "Make these changes? [Y/n] "); asks != tt.asks {
			t.Errorf("%q: asks: %v\n%s", tt.input, asks, &stderr)
		}
		if !strings.Contains(stderr.String(), tt.says) || !strings.Contains(stdout.String(), "+adapter: netlify") {
			t.Errorf("%q: says\n%s%s", tt.input, &stdout, &stderr)
		}
		data, err := os.ReadFile(filepath.Join(dir, "site.yaml"))
		if err != nil || strings.Contains(string(data), "netlify") != tt.change {
			t.Errorf("%q: site.yaml is %q, %v", tt.input, data, err)
		}
		if _, err := os.Stat(filepath.Join(dir, "netlify.toml")); (err == nil) != tt.change {
			t.Errorf("%q: netlify.toml: %v", tt.input, err)
		}
	}
}

// What an adapter by others writes stays in the project, wherever links lead.
func TestInside(t *testing.T) {
	outside, root := t.TempDir(), t.TempDir()
	for _, dir := range []string{"real", "deep/er"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"out": outside, "up": "..", "deep/out": outside, "within": "real"} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	a := &adding{p: &project{root: root}}
	for name, want := range map[string]bool{"x.toml": true, "real/x": true, "new/folder/x": true, "within/x": true, "out/x": false, "out/new/x": false, "up/x": false, "deep/out/x": false,
		"deep/er/x": true} {
		if got := a.inside(name); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
