// Package golden runs tests whose input and expectation stand together in one txtar file. A file section named "want"
// or "want.x" is an expectation, every other one is input; "go test -update" rewrites the expectations and leaves the
// rest of the file as it is. It is for tests only.
package golden

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// Case is one txtar file.
type Case struct {
	Name    string // the file's name without its extension
	archive *txtar.Archive
	checked map[string]bool
	changed bool
}

// Run runs fn as a subtest for every file that pattern matches, and fails where there is none.
func Run(t *testing.T, pattern string, fn func(t *testing.T, c *Case)) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files match %s: %v", pattern, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c := &Case{Name: name, archive: txtar.Parse(data), checked: map[string]bool{}}
			fn(t, c)
			if *update {
				c.archive.Files = slices.DeleteFunc(c.archive.Files, func(f txtar.File) bool {
					stale := isWant(f.Name) && !c.checked[f.Name]
					c.changed = c.changed || stale
					return stale
				})
				if c.changed && !t.Failed() {
					if err := os.WriteFile(file, txtar.Format(c.archive), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				return
			}
			for _, f := range c.archive.Files {
				if isWant(f.Name) && !c.checked[f.Name] {
					t.Errorf("%s: nothing was compared with section %s", file, f.Name)
				}
			}
		})
	}
}

func isWant(name string) bool { return name == "want" || strings.HasPrefix(name, "want.") }

// Comment gives the text above the first section.
func (c *Case) Comment() string { return string(c.archive.Comment) }

// Inputs gives the input sections in order.
func (c *Case) Inputs() []txtar.File {
	return slices.DeleteFunc(slices.Clone(c.archive.Files), func(f txtar.File) bool { return isWant(f.Name) })
}

// Want compares got with the section of that name, a missing one counting as empty. A line break is added to got where
// it lacks one at its end.
func (c *Case) Want(t *testing.T, name string, got []byte) {
	t.Helper()
	if !isWant(name) {
		t.Fatalf("section %q is not called want or want.x", name)
	}
	c.checked[name] = true
	if len(got) > 0 && !bytes.HasSuffix(got, []byte("\n")) {
		got = append(slices.Clip(got), '\n')
	}
	i := slices.IndexFunc(c.archive.Files, func(f txtar.File) bool { return f.Name == name })
	var want []byte
	if i >= 0 {
		want = c.archive.Files[i].Data
	}
	if bytes.Equal(got, want) {
		return
	}
	if !*update {
		t.Errorf("%s/%s differs (-want +got):\n%s", c.Name, name, cmp.Diff(string(want), string(got)))
		return
	}
	c.changed = true
	switch {
	case i < 0: // below its input, if that is named after it
		i = slices.IndexFunc(c.archive.Files, func(f txtar.File) bool { return "want."+f.Name == name })
		if i < 0 {
			i = len(c.archive.Files) - 1
		}
		c.archive.Files = slices.Insert(c.archive.Files, i+1, txtar.File{Name: name, Data: got})
	case len(got) == 0:
		c.archive.Files = slices.Delete(c.archive.Files, i, i+1)
	default:
		c.archive.Files[i].Data = got
	}
}
