package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sitegen.dev/core/diag"
	"sitegen.dev/core/diag/examples"
)

// TestExamples runs the example of every code through the real command and expects that code and no other.
func TestExamples(t *testing.T) {
	for _, c := range diag.Codes() {
		e, ok := examples.Of(c.Code)
		if !ok {
			continue
		}
		t.Run(string(c.Code), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write := func(name, text string) {
				name = filepath.Join(dir, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			write("site.yaml", "")
			if err := os.MkdirAll(filepath.Join(dir, "src"), 0o777); err != nil {
				t.Fatal(err)
			}
			for _, f := range e.Files {
				write(f.Name, f.Text)
			}
			if err := addModule(dir); err != nil {
				t.Fatal(err)
			}
			args := strings.Fields(e.Command)
			cmd := exec.Command(args[0], append(args[1:], "--format", "json")...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "GOPROXY=off", "GOTOOLCHAIN=local", "GOFLAGS=", "GOWORK=off", "CI=", "GITHUB_ACTIONS=")
			var said strings.Builder
			cmd.Stderr = &said
			cmd.Run() // the exit code is that of the diagnostics
			text := said.String()
			var report diag.Report
			if i := strings.Index(text, "{\n"); i >= 0 {
				if err := json.NewDecoder(strings.NewReader(text[i:])).Decode(&report); err != nil {
					t.Fatalf("%v:\n%s", err, text)
				}
			}
			var codes []string
			for _, d := range report.Diagnostics {
				if d.Severity != diag.Info || d.Code == c.Code { // sizes and the like are told beside any other
					codes = append(codes, string(d.Code))
				}
			}
			slices.Sort(codes)
			codes = slices.Compact(codes)
			if len(codes) != 1 || codes[0] != string(c.Code) {
				t.Errorf("%s: %v\n%s", e.Command, codes, text)
			}
		})
	}
}
