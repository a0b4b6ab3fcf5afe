package adapter

import "testing"

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1: "1 bytes", 1000: "1 kB", 1024: "1 KiB", 64 << 10: "64 KiB", 10 << 20: "10 MiB", 10_000_000: "10 MB",
		1 << 30: "1 GiB", 1_000_001: "1000001 bytes"} {
		if got := Size(n); got != want {
			t.Errorf("Size(%d) = %q; want %q", n, got, want)
		}
	}
}
