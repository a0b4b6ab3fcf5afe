package vercel

import "testing"

func TestCacheName(t *testing.T) {
	for _, tt := range []struct {
		name   string
		shared bool
		want   string
	}{
		{"Cdn-Cache-Control", false, "Vercel-Cdn-Cache-Control"},
		{"Cdn-Cache-Control", true, ""},
		{"Cache-Tag", true, "Vercel-Cache-Tag"},
		{"Cache-Control", true, "Cache-Control"},
	} {
		if got := cacheName(tt.name, tt.shared); got != tt.want {
			t.Errorf("%s, shared %v: %q, want %q", tt.name, tt.shared, got, tt.want)
		}
	}
}
