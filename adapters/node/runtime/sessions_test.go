package node

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestSessionFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "sessions")
	s, err := openSessions(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v %v", info.Mode(), err)
	}
	id, other := strings.Repeat("a", 32), strings.Repeat("b", 32)
	ctx, later := t.Context(), time.Now().Add(time.Hour)
	if data, err := s.Load(ctx, id); data != nil || err != nil {
		t.Errorf("before anything was saved: %q %v", data, err)
	}
	for _, want := range []string{"one", "two", ""} {
		if err := s.Save(ctx, id, []byte(want), later); err != nil {
			t.Fatal(err)
		}
		if data, err := s.Load(ctx, id); string(data) != want || err != nil {
			t.Errorf("%q %v; want %q", data, err, want)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, id)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v %v", info.Mode(), err)
	}

	// Another process, after a restart.
	again, err := openSessions(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Save(ctx, other, []byte("old"), time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	keep := filepath.Join(dir, "README")
	os.WriteFile(keep, nil, 0o600)
	os.Chtimes(keep, time.Unix(0, 0), time.Unix(0, 0))
	dead := filepath.Join(dir, temporary+"x")
	os.WriteFile(dead, nil, 0o600)
	os.Chtimes(dead, time.Unix(0, 0), time.Unix(0, 0))
	again.sweep(time.Now())
	var left []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if strings.Join(left, " ") != ".gitignore README "+id {
		t.Errorf("after sweeping: %v", left)
	}
	for range 2 {
		if err := again.Delete(ctx, id); err != nil {
			t.Error(err)
		}
	}
	if data, _ := s.Load(ctx, id); data != nil {
		t.Errorf("after it was deleted: %q", data)
	}
}

// TestSessionFilesAtOnce has one session written by many at once: whoever reads it reads the whole of one of them.
func TestSessionFilesAtOnce(t *testing.T) {
	s, err := openSessions(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	id := strings.Repeat("0", 32)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			want := bytes.Repeat([]byte{byte('a' + i)}, 10_000)
			for range 50 {
				if err := s.Save(t.Context(), id, want, time.Now().Add(time.Hour)); err != nil {
					t.Error(err)
				}
				data, err := s.Load(t.Context(), id)
				if err != nil || len(data) != 10_000 || bytes.Count(data, data[:1]) != len(data) {
					t.Errorf("%d bytes, %v", len(data), err)
				}
			}
		})
	}
	wg.Wait()
}

func TestSessionFolderThatIsNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o600)
	if _, err := openSessions(file); err == nil || !strings.Contains(err.Error(), "the folder of sessions") {
		t.Errorf("a file: %v", err)
	}
}

// The folder lies in the project where the server is started there: its sessions belong into no commit. One that was there is its owner's.
func TestSessionFolderIsIgnored(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "sessions")
	for range 2 {
		s, err := openSessions(dir)
		if err != nil {
			t.Fatal(err)
		}
		s.sweep(time.Now().Add(1000 * time.Hour))
	}
	if data, err := os.ReadFile(filepath.Join(dir, ".gitignore")); err != nil || string(data) != "*\n" {
		t.Errorf("%q, %v", data, err)
	}
	own := t.TempDir()
	if _, err := openSessions(own); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(own); err != nil || len(entries) > 0 {
		t.Errorf("a folder that was there holds %v, %v", entries, err)
	}
}
