package cachedir

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestGetPut(t *testing.T) {
	d := Dir(filepath.Join(t.TempDir(), "cache"))
	if data, ok := d.Get("tea"); ok {
		t.Fatalf("an empty cache has %q", data)
	}
	for _, want := range []string{"green", "", "black"} {
		if err := d.Put("tea", []byte(want)); err != nil {
			t.Fatal(err)
		}
		if data, ok := d.Get("tea"); !ok || string(data) != want {
			t.Errorf("Get = %q, %t; want %q", data, ok, want)
		}
	}
	if _, ok := d.Get("coffee"); ok {
		t.Error("another key has an entry")
	}
}

func TestDamaged(t *testing.T) {
	d := Dir(t.TempDir())
	if err := d.Put("tea", []byte("green")); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(d.name("tea"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(whole) {
		changed := bytes.Clone(whole)
		changed[i] ^= 1
		for _, bad := range [][]byte{whole[:i], changed} {
			if err := os.WriteFile(d.name("tea"), bad, 0o666); err != nil {
				t.Fatal(err)
			}
			if data, ok := d.Get("tea"); ok {
				t.Fatalf("damaged at %d, it is %q", i, data)
			}
		}
	}
}

func TestTrim(t *testing.T) {
	d := Dir(t.TempDir())
	old := time.Now().Add(-keep - time.Hour)
	age := func(name string, at time.Time) {
		t.Helper()
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"unused", "read", "kept", "young"} {
		if err := d.Put(key, []byte(key)); err != nil {
			t.Fatal(err)
		}
		if key != "young" {
			age(d.name(key), old)
		}
	}
	half := filepath.Join(filepath.Dir(d.name("young")), ".new1")
	if err := os.WriteFile(half, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	age(half, old)
	d.Get("read")
	d.Used("kept")
	d.Trim()
	for key, want := range map[string]bool{"unused": false, "read": true, "kept": true, "young": true} {
		if _, ok := d.Get(key); ok != want {
			t.Errorf("%s is there: %t; want %t", key, ok, want)
		}
	}
	if _, err := os.Stat(half); err == nil {
		t.Error("what was left half written is still there")
	}

	// On the same day nothing is looked for; a day later it is.
	age(d.name("young"), old)
	d.Trim()
	if _, err := os.Stat(d.name("young")); err != nil {
		t.Error("it was looked through twice a day")
	}
	age(filepath.Join(string(d), trimmed), time.Now().Add(-daily-time.Hour))
	d.Trim()
	if _, err := os.Stat(d.name("young")); err == nil {
		t.Error("it was not looked through the next day")
	}
	age(filepath.Join(string(d), trimmed), time.Now().Add(-daily-time.Hour))
	d.Trim()
	if info, err := os.Stat(filepath.Join(string(d), trimmed)); err != nil || time.Since(info.ModTime()) > time.Hour {
		t.Errorf("the time of the last look is not kept: %v", err)
	}
}

func TestNothingThere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	Dir(dir).Trim()
	if _, err := os.Stat(dir); err == nil {
		t.Error("Trim made the folder")
	}
}

func TestBeside(t *testing.T) {
	d := Dir(t.TempDir())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if err := d.Put("tea", bytes.Repeat([]byte("x"), 4096)); err != nil {
					t.Error(err)
				}
				if data, ok := d.Get("tea"); !ok || len(data) != 4096 {
					t.Errorf("%d bytes, %t", len(data), ok)
				}
			}
		})
	}
	wg.Wait()
}
