package site

import (
	"net/netip"
	"testing"
)

// FuzzIPv6 holds isIPv6 and isIPv4 against netip.
func FuzzIPv6(f *testing.F) {
	for _, s := range []string{"::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "::1::", ":::", "1:", ":1", "12345::", "g::",
		"::ffff:1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::1.2.3.256", "::01.2.3.4", "1.2.3.4", "::1%eth0", "", "1:2:3:4:5:6:7:8::", "::1.2.3.4:5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := netip.ParseAddr(s)
		if got, want := isIPv6(s), err == nil && a.Is6() && a.Zone() == ""; got != want {
			t.Errorf("isIPv6(%q) = %v", s, got)
		}
		if got, want := isIPv4(s), err == nil && a.Is4(); got != want {
			t.Errorf("isIPv4(%q) = %v", s, got)
		}
	})
}
