package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTutorial follows the tutorial of the documentation: it writes every file that the page shows under a name, in the
// order of the page, and runs the commands of the last section.
func TestTutorial(t *testing.T) {
	text, err := os.ReadFile("../../../website/src/pages/docs/tutorial.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	run := func(in string, args ...string) string {
		t.Helper()
		cmd := exec.Command("sitegen", args...)
		cmd.Dir = in
		cmd.Env = append(os.Environ(), "GOPROXY=off", "GOTOOLCHAIN=local", "GOFLAGS=", "GOWORK=off", "GOSUMDB=off")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("sitegen %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	run(dir, "new", "blog", "--yes")
	dir = filepath.Join(dir, "blog")
	files := regexp.MustCompile("(?ms)^`([^`\n]+)`:\n\n```\\w+\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	if len(files) < 9 {
		t.Fatalf("the page shows only %d files", len(files))
	}
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f[1]))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(f[2]), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	run(dir, "fmt", "--check")
	run(dir, "check", "--strict", "--links")
	run(dir, "build")
	for name, want := range map[string]string{
		"index.html": "In praise of the small pot",
		"posts/2026-03-02-first-flush/index.html": "<strong>light</strong>",
		"tags/spring/index.html":                  "First flush",
		"rss.xml":                                 "https://blog.example.com/posts/",
	} {
		got, err := os.ReadFile(filepath.Join(dir, "dist", filepath.FromSlash(name)))
		if err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%s: %v, does not hold %q:\n%.600s", name, err, want, got)
		}
	}
}
