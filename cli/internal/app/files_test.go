package app

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree gives the files below a folder, with links and permissions.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		out.WriteString(strings.TrimPrefix(name, dir) + " " + info.Mode().String())
		if d.Type().IsRegular() {
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			out.WriteString(" " + string(data))
		}
		out.WriteString("\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func writeTest(t *testing.T, dir string) {
	t.Helper()
	for name, text := range map[string]string{"a": "one", "real": "linked", "file": "no folder"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("real", filepath.Join(dir, "link")); err != nil {
		t.Skip("no links here")
	}
}

func changesOf(t *testing.T, dir string, names ...string) []*change {
	t.Helper()
	var out []*change
	for _, name := range names {
		c, err := changeOf(name, filepath.Join(dir, filepath.FromSlash(name)), []byte("new "+name))
		if err != nil {
			// As for a name below a file: it is not there, and cannot be made.
			c = &change{name: name, path: filepath.Join(dir, filepath.FromSlash(name)), isNew: true, data: []byte("new")}
		}
		out = append(out, c)
	}
	return out
}

func TestWriteAll(t *testing.T) {
	dir := t.TempDir()
	writeTest(t, dir)
	changes := changesOf(t, dir, "a", "link", "b", "deep/er/c", "run.sh")
	changes[len(changes)-1].data = []byte("#!/bin/sh\n")
	if err := writeAll(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
	got := tree(t, dir)
	for _, want := range []string{"/a -rw-r----- new a", "/real -rw-r----- new link", "/link L", "/b -rw-r--r-- new b", "/run.sh -rwxr-xr-x #!/bin/sh", "/deep/er/c -rw-r--r-- new deep/er/c"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, ".sitegen-") {
		t.Errorf("left behind:\n%s", got)
	}
}

func TestWriteAllOrNothing(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		spoil      func(t *testing.T, dir string, changes []*change) context.Context
		names      []string
	}{
		{name: "no folder", names: []string{"a", "deep/er/b", "file/c"}, want: "file/c: "},
		{name: "changed meanwhile", names: []string{"a", "b", "link"}, want: "link has changed meanwhile",
			spoil: func(t *testing.T, dir string, changes []*change) context.Context {
				changes[2].old = []byte("other")
				return t.Context()
			}},
		{name: "come up meanwhile", names: []string{"a", "b", "new"}, want: "new has changed meanwhile",
			spoil: func(t *testing.T, dir string, changes []*change) context.Context {
				changes[2].path = filepath.Join(dir, "file")
				return t.Context()
			}},
		{name: "fails in the middle", names: []string{"a", "link", "deep/b", "deep/b"}, want: "deep/b has come up meanwhile"},
		{name: "read-only", names: []string{"b", "a"}, want: "a: is read-only",
			spoil: func(t *testing.T, dir string, changes []*change) context.Context {
				name := filepath.Join(dir, "a")
				if err := os.Chmod(name, 0o444); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { os.Chmod(name, 0o640) })
				return t.Context()
			}},
		{name: "interrupted", names: []string{"a", "deep/b"}, want: "context canceled",
			spoil: func(t *testing.T, dir string, changes []*change) context.Context {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				return ctx
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			writeTest(t, dir)
			changes := changesOf(t, dir, tt.names...)
			ctx := t.Context()
			if tt.spoil != nil {
				ctx = tt.spoil(t, dir, changes)
			}
			before := tree(t, dir)
			err := writeAll(ctx, changes)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("writeAll = %v; want %s", err, tt.want)
			}
			if after := tree(t, dir); after != before {
				t.Errorf("before\n%s\nafter\n%s", before, after)
			}
		})
	}
}
